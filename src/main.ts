#!/usr/bin/env node
import { Command, CommanderError } from "commander";
import { auditCommand } from "./commands/audit.ts";
import { captureCommand } from "./commands/capture.ts";
import { checkCommand } from "./commands/check.ts";
import { demoCommand } from "./commands/demo.ts";
import { discoverCommand } from "./commands/discover.ts";
import { EXIT, exitCodeOf, reportError } from "./commands/exit.ts";
import { importCommand } from "./commands/import.ts";
import { inspectCommand } from "./commands/inspect.ts";
import { serveCommand } from "./commands/serve.ts";
import { simulateCommand } from "./commands/simulate.ts";
import { targetsCommand } from "./commands/targets.ts";
import { trustEngineCommand } from "./commands/trust-engine.ts";
import { VERSION } from "./commands/version.ts";

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

for (const command of [
  demoCommand(),
  serveCommand(),
  simulateCommand(),
  inspectCommand(),
  captureCommand(),
  discoverCommand(),
  auditCommand(),
  importCommand(),
  trustEngineCommand(),
  checkCommand(),
  targetsCommand(),
]) {
  program.addCommand(command.exitOverride());
}

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.wrongInput;
  } else {
    reportError(error);
    process.exitCode = exitCodeOf(error);
  }
}
