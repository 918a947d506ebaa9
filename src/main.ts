#!/usr/bin/env node
import { Command, CommanderError } from "commander";
import { EXIT, exitCodeOf, reportError } from "./commands/exit.ts";
import { VERSION } from "./commands/version.ts";

/** Each command with all that it needs is loaded when it is named: the controller is not read to print a version. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  demo: async () => (await import("./commands/demo.ts")).demoCommand(),
  serve: async () => (await import("./commands/serve.ts")).serveCommand(),
  simulate: async () => (await import("./commands/simulate.ts")).simulateCommand(),
  inspect: async () => (await import("./commands/inspect.ts")).inspectCommand(),
  capture: async () => (await import("./commands/capture.ts")).captureCommand(),
  discover: async () => (await import("./commands/discover.ts")).discoverCommand(),
  audit: async () => (await import("./commands/audit.ts")).auditCommand(),
  import: async () => (await import("./commands/import.ts")).importCommand(),
  "trust-engine": async () => (await import("./commands/trust-engine.ts")).trustEngineCommand(),
  check: async () => (await import("./commands/check.ts")).checkCommand(),
  targets: async () => (await import("./commands/targets.ts")).targetsCommand(),
};

const program = new Command("campusd")
  .description("Campus network and IoT controller: SNMP, MQTT and Modbus to numbers you can defend")
  .version(VERSION)
  .showHelpAfterError("(campusd --help lists the commands)")
  .exitOverride()
  .addHelpText(
    "after",
    `
Exit codes:
  0  done
  1  something asked for failed (a target did not answer, a check found problems)
  2  the command line, a settings file or an input file is wrong
  3  campusd cannot start: port taken, data folder not writable, store not there
`,
  );

/** Commander ends the process by itself at wrong options, in commands within commands too, unless it is told not to. */
function withOwnExit(command: Command): Command {
  for (const inner of command.commands) withOwnExit(inner);
  return command.exitOverride();
}

// Whoever reads may stop reading (`campusd --help | head`). A controller goes on polling, and ends with everything
// committed, whether somebody reads what it prints or not.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});

try {
  const [named] = process.argv.slice(2);
  const one = named !== undefined && Object.hasOwn(COMMANDS, named) ? COMMANDS[named] : undefined;
  // `--version` needs none of them; help, and a name that is not there, all of them.
  const loaders = one ? [one] : named === "--version" || named === "-V" ? [] : Object.values(COMMANDS);
  for (const command of await Promise.all(loaders.map((load) => load())))
    program.addCommand(withOwnExit(command));
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.wrongInput;
  } else {
    reportError(error);
    process.exitCode = exitCodeOf(error);
  }
}
