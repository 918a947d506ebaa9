import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { Command } from "commander";
import { SnmpClient } from "../../collectors/snmp/client.ts";
import { InspectionPlans } from "../../collectors/snmp/inspection/inspect.ts";
import { systemClock } from "../collection/clock.ts";
import { CampusError } from "../errors/campus-error.ts";
import { loadProfiles } from "../profiles/load.ts";
import { BUNDLED_PROFILES } from "./check.ts";
import { durationOption } from "./discover/arguments.ts";
import { EXIT, interruption, wholeNumber } from "./exit.ts";
import { credentialOf } from "./inspect/credential.ts";
import { jsonLine } from "./inspect/json.ts";
import { type Inspection, inspectAll } from "./inspect/run.ts";
import { type InspectTarget, parseTarget, parseTargets } from "./inspect/target.ts";
import { inspectionText } from "./inspect/text.ts";

interface InspectOptions {
  readonly json?: boolean;
  readonly targets?: string;
  readonly concurrency: string;
  readonly timeout: string;
  readonly retries: string;
  readonly v1?: boolean;
  readonly config?: string;
  readonly credential?: string;
  readonly profiles: readonly string[];
}

const LEAST_TIMEOUT_MS = 50;
const MOST_TIMEOUT_MS = 60_000;

export function inspectCommand(): Command {
  return new Command("inspect")
    .description(
      "look at devices once over SNMP and print everything campusd would know of them; changes nothing",
    )
    .argument(
      "[target...]",
      "snmp://COMMUNITY@HOST[:PORT], the community percent-encoded, IPv6 in brackets; with --credential snmp://HOST[:PORT]",
    )
    .option("--json", "print one DeviceSnapshot a line, each as it is ready")
    .option("--targets <file>", "a file with one target a line; - is standard input")
    .option("--concurrency <n>", "devices that are looked at at once", "32")
    .option("--timeout <duration>", "wait for one answer", "2s")
    .option("--retries <n>", "how often a request is sent again", "2")
    .option("--v1", "ask with SNMPv1")
    .option("--config <file>", "the settings that have the credential, as campusd.yaml")
    .option("--credential <name>", "ask targets without a community with this credential: SNMPv3 users too")
    .option(
      "--profiles <folder>",
      "a folder of profiles besides the ones that come with campusd; may be repeated",
      (folder: string, all: readonly string[]) => [...all, folder],
      [],
    )
    .addHelpText(
      "after",
      "\nThe command line is seen by every user of the machine: keep communities in a file or on standard input.\nExit code 1 when a target failed.",
    )
    .action(runInspect);
}

async function runInspect(given: string[], options: InspectOptions): Promise<void> {
  const credential = credentialOf(options);
  const targets = [
    ...given.map((text, i) => parseTarget(text, `target ${i + 1}`, !credential)),
    ...fromFile(options.targets, !credential),
  ];
  if (targets.length === 0)
    throw new CampusError("E_USAGE", "no target is given; name some, or a file of them with --targets");
  const run = {
    concurrency: wholeNumber("--concurrency", options.concurrency, 1, 1000),
    retries: wholeNumber("--retries", options.retries, 0, 10),
    timeoutMs: durationOption("--timeout", options.timeout, LEAST_TIMEOUT_MS, MOST_TIMEOUT_MS),
    version: options.v1 ? ("v1" as const) : ("v2c" as const),
    credential,
  };
  const plans = new InspectionPlans(
    loadProfiles([BUNDLED_PROFILES, ...options.profiles.map((folder) => resolve(folder))]),
  );
  const signal = interruption();
  const client = new SnmpClient({ clock: systemClock(), count: () => undefined });
  await client.open(signal);
  const output = new Output();
  const started = performance.now();
  try {
    const print = (one: Inspection): Promise<void> =>
      output.write(options.json ? jsonLine(one) : inspectionText(one));
    const failed = await inspectAll(
      targets,
      { client, plans, ...run },
      print,
      AbortSignal.any([signal, output.closed]),
    );
    if (!options.json && targets.length > 1) {
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      await output.write(`${targets.length} targets, ${failed} failed, ${seconds} s\n`);
    }
    process.exitCode = failed > 0 || signal.aborted ? EXIT.failed : EXIT.done;
  } finally {
    await client.close();
  }
}

function fromFile(file: string | undefined, needsCommunity: boolean): InspectTarget[] {
  if (file === undefined) return [];
  const name = file === "-" ? "standard input" : file;
  try {
    return parseTargets(readFileSync(file === "-" ? 0 : resolve(file), "utf8"), name, needsCommunity);
  } catch (error) {
    if (error instanceof CampusError) throw error;
    throw new CampusError(
      "E_FILE",
      `cannot read ${name}: ${(error as Error).message}`,
      { file: name },
      error,
    );
  }
}

/** Standard output that may be a pipe: waits when the reader is slow, and says when it is gone. */
class Output {
  readonly #gone = new AbortController();

  constructor() {
    // `inspect ... | head` closes the pipe: that ends the work, it is no fault.
    process.stdout.on("error", () => this.#gone.abort());
  }

  get closed(): AbortSignal {
    return this.#gone.signal;
  }

  write(text: string): Promise<void> {
    if (this.#gone.signal.aborted) return Promise.resolve();
    return new Promise((resolve) => process.stdout.write(text, () => resolve()));
  }
}
