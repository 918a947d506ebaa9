import { randomInt } from "node:crypto";
import { existsSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { resolve } from "node:path";
import { createInterface } from "node:readline/promises";
import { Command } from "commander";
import { Fping, findFping } from "../../collectors/probe/transport.ts";
import { SnmpClient } from "../../collectors/snmp/client.ts";
import type { NamedCredential } from "../../collectors/snmp/discovery/ask.ts";
import { InspectionPlans } from "../../collectors/snmp/inspection/inspect.ts";
import { systemClock } from "../collection/clock.ts";
import type { Endpoint } from "../collection/contract.ts";
import { CampusError } from "../errors/campus-error.ts";
import type { DeviceFacts } from "../inventory/facts.ts";
import { applyImport, planImport } from "../inventory/import-plan.ts";
import { formatDifferences, formatProblems } from "../inventory/import-text.ts";
import { emptyRows, type InventoryRows } from "../inventory/rows.ts";
import { StateDatabase } from "../inventory/state-database.ts";
import { loadProfiles } from "../profiles/load.ts";
import type { ProfileSet } from "../profiles/profile-set.ts";
import type { Settings } from "../settings/schema.ts";
import { BUNDLED_PROFILES } from "./check.ts";
import { stateFile } from "./controller/state-file.ts";
import { durationOption, parseAssign, parseSeeds, pickCredentials } from "./discover/arguments.ts";
import { inventoryDraft } from "./discover/document.ts";
import { KnownDevices } from "./discover/known.ts";
import { mergeDevices } from "./discover/merge.ts";
import { propose } from "./discover/propose.ts";
import { reportJson, reportText } from "./discover/report.ts";
import { Discovery, type Progress } from "./discover/run.ts";
import { DiscoverScope } from "./discover/scope.ts";
import { EXIT, interruption, wholeNumber } from "./exit.ts";
import { settingsFrom } from "./settings-file.ts";

interface DiscoverOptions {
  readonly config: string;
  readonly credential: readonly string[];
  readonly seed: readonly string[];
  readonly assign: readonly string[];
  readonly depth: string;
  readonly port: string;
  readonly rate: string;
  readonly concurrency: string;
  readonly timeout: string;
  readonly retries: string;
  readonly tries?: string;
  readonly max: string;
  readonly ping: boolean;
  readonly sweep: boolean;
  readonly json?: boolean;
  readonly all?: boolean;
  readonly out?: string;
  readonly adopt?: boolean;
  readonly yes?: boolean;
}

const repeated = (value: string, all: readonly string[]): readonly string[] => [...all, ...value.split(",")];

export function discoverCommand(): Command {
  return new Command("discover")
    .description(
      "find devices over SNMP inside the given prefixes, and say what the inventory could take over",
    )
    .argument("[prefix...]", "10.1.0.0/22, 10.1.0.1-50, single addresses; an IPv6 prefix is never swept")
    .option("-c, --config <file>", "the settings file, with the credentials", "campusd.yaml")
    .option(
      "--credential <name>",
      "a credential of the settings; repeated, they are tried in this order (default: all for SNMP)",
      repeated,
      [],
    )
    .option("--seed <address>", "a router or switch to start from; may be repeated", repeated, [])
    .option("--depth <n>", "hops over neighbours from what was given, never outside the prefixes", "2")
    .option("--assign <prefix=school>", "the school of devices in a prefix; may be repeated", repeated, [])
    .option("--port <n>", "UDP port of the agents", "161")
    .option("--rate <n>", "addresses a second", "100")
    .option("--concurrency <n>", "addresses that are asked at once", "64")
    .option("--timeout <duration>", "wait for one answer", "1s")
    .option("--retries <n>", "how often a request to a device that has answered is sent again", "2")
    .option(
      "--tries <n>",
      "most requests that look for a credential at an address (default: each one twice, at most 8)",
    )
    .option("--max <n>", "most addresses in this run", "4096")
    .option("--no-ping", "ask every address over SNMP, also those that do not answer to ping")
    .option("--no-sweep", "only follow neighbours of --seed and of single addresses inside the prefixes")
    .option("--json", "print the result as one JSON document")
    .option("--all", "list every address with its reason")
    .option("--out <file>", "write what is new as an inventory file for campusd import")
    .option("--adopt", "take what is new over into the inventory, after showing the differences")
    .option("--yes", "with --adopt: do not ask")
    .addHelpText(
      "after",
      "\nNothing outside the prefixes, the single addresses and the seeds is ever sent to.\nExit code 1 when no device answered, a seed did not, or the run was ended early.",
    )
    .action(runDiscover);
}

async function runDiscover(prefixes: string[], options: DiscoverOptions): Promise<void> {
  const port = wholeNumber("--port", options.port, 1, 65_535);
  const seeds = parseSeeds(options.seed, port);
  const max = wholeNumber("--max", options.max, 1, 1_048_576);
  if (prefixes.length === 0 && seeds.length === 0)
    throw new CampusError("E_USAGE", "nothing to look through: give a prefix, an address or a --seed");
  const scope = new DiscoverScope([...prefixes, ...options.seed], { port, max, sweep: options.sweep });
  if (options.adopt && !options.yes && process.stdin.isTTY !== true)
    throw new CampusError(
      "E_USAGE",
      "--adopt asks before it changes anything, and there is no terminal: add --yes",
    );
  const settings = settingsFrom(options.config, { onUnreadSecret: () => {} });
  const credentials = pickCredentials(settings, options.credential, (note) => console.error(`note: ${note}`));
  const profiles = loadProfiles([BUNDLED_PROFILES, ...settings.profiles.dirs]);
  const state = await openState(settings, options.adopt === true);
  try {
    await new Run({ options, settings, profiles, credentials, scope, seeds, port, max, state }).run();
  } finally {
    await state.database?.close();
  }
}

interface State {
  readonly database?: StateDatabase;
  readonly rows: InventoryRows;
  readonly facts: ReadonlyMap<string, DeviceFacts>;
}

/** A run that only looks makes no state database where there is none. */
async function openState(settings: Settings, adopt: boolean): Promise<State> {
  const file = stateFile(settings);
  if (!adopt && !existsSync(file)) return { rows: emptyRows(), facts: new Map() };
  const database = new StateDatabase({ file });
  await database.open();
  return { database, rows: await database.rows(), facts: await database.loadFacts() };
}

interface RunContext {
  readonly options: DiscoverOptions;
  readonly settings: Settings;
  readonly profiles: ProfileSet;
  readonly credentials: readonly NamedCredential[];
  readonly scope: DiscoverScope;
  readonly seeds: readonly Endpoint[];
  readonly port: number;
  readonly max: number;
  readonly state: State;
}

class Run {
  readonly #context: RunContext;

  constructor(context: RunContext) {
    this.#context = context;
  }

  async run(): Promise<void> {
    const { options, profiles, scope, seeds, port, state, settings, credentials, max } = this.#context;
    const assign = parseAssign(options.assign, state.rows);
    const tries = options.tries ?? String(Math.min(8, 2 * credentials.length));
    const clock = systemClock();
    const fping = options.ping ? findFping(process.env["PATH"] ?? "") : undefined;
    if (options.ping && fping === undefined)
      console.error("note: fping is not installed: every address is asked over SNMP");
    const signal = interruption();
    let elsewhere = 0;
    const count = (name: string, by = 1): void => {
      if (name === "snmp.spoofed") elsewhere += by;
    };
    const client = new SnmpClient({ clock, count });
    const progress = new ProgressLine(process.stderr);
    const discovery = new Discovery({
      client,
      plans: new InspectionPlans(profiles),
      ...(fping !== undefined && { fping: new Fping(fping) }),
      credentials,
      scope,
      seeds,
      port,
      depth: wholeNumber("--depth", options.depth, 0, 16),
      rate: wholeNumber("--rate", options.rate, 1, 10_000),
      concurrency: wholeNumber("--concurrency", options.concurrency, 1, 1000),
      timeoutMs: durationOption("--timeout", options.timeout, 50, 60_000),
      retries: wholeNumber("--retries", options.retries, 0, 10),
      tries: wholeNumber("--tries", tries, 1, 64),
      max,
      clock,
      random: () => randomInt(2 ** 32) / 2 ** 32,
      progress: (now) => progress.show(now),
    });
    await client.open(signal);
    const at = clock.now();
    const discovered = await discovery.run(signal).finally(() => client.close());
    progress.end();
    const known = new KnownDevices(state.rows, state.facts);
    const proposals = propose({
      devices: mergeDevices(discovered.looks),
      known,
      profiles,
      assign,
      scope,
      seeds,
    });
    const report = { at, scope, port, discovered, proposals };
    console.log(options.json ? JSON.stringify(reportJson(report)) : reportText(report, options.all === true));
    if (elsewhere > 0)
      console.error(
        `note: ${elsewhere} answers came from an address that was not asked, and were not taken: a device that answers from another of its addresses is found at that one`,
      );
    const answered = new Set(
      discovered.addresses
        .filter(({ outcome }) => outcome === "device")
        .map(({ endpoint }) => `${endpoint.address} ${endpoint.port}`),
    );
    const silentSeed = seeds.some(({ address, port }) => !answered.has(`${address} ${port}`));
    if (answered.size === 0 || silentSeed || signal.aborted) process.exitCode = EXIT.failed;
    const draft = inventoryDraft(proposals, state.rows);
    if (options.out !== undefined) writeOut(resolve(options.out), draft.yaml, draft.count);
    // What was cut short is shown and not taken over.
    if (!options.adopt || signal.aborted) return;
    if (draft.count === 0) console.error("nothing new to take over");
    else await adopt(draft.yaml, state.database!, settings, profiles, options.yes === true);
  }
}

async function adopt(
  yaml: string,
  database: StateDatabase,
  settings: Settings,
  profiles: ProfileSet,
  yes: boolean,
): Promise<void> {
  const plan = await planImport({
    current: await database.inventory(),
    files: [{ name: "discovered.yaml", bytes: Buffer.from(yaml, "utf8") }],
    version: await database.version(),
    known: {
      credentials: new Set(Object.keys(settings.credentials)),
      profiles: new Set(profiles.list().map((profile) => profile.id)),
    },
  });
  const color = process.stderr.isTTY === true;
  if (plan.problemCount > 0) {
    console.error(formatProblems(plan, { color }));
    process.exitCode = EXIT.wrongInput;
    return;
  }
  console.error(formatDifferences(plan, { color }));
  if (!yes && !(await confirmed("take this over into the inventory? [y/N] "))) {
    console.error("nothing was changed");
    return;
  }
  await applyImport(database, plan, { at: systemClock().now(), who: userInfo().username });
  console.error("taken over; a running campusd polls the new devices within a few seconds");
}

async function confirmed(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^(?:y|yes|是)$/i.test((await terminal.question(question)).trim());
  } finally {
    terminal.close();
  }
}

function writeOut(file: string, text: string, count: number): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new CampusError("E_FILE", `cannot write ${file}: ${(error as Error).message}`, { file }, error);
  }
  console.error(`wrote ${file}: ${count} new devices`);
}

const REDRAW_MS = 200;
const LINE_MS = 5000;

/** How far the run is: one line redrawn on a terminal, a line now and then in a log. */
class ProgressLine {
  readonly #out: NodeJS.WriteStream;
  #shownAt = performance.now();
  #drawn = false;

  constructor(out: NodeJS.WriteStream) {
    this.#out = out;
  }

  show({ asked, known, devices }: Progress): void {
    const now = performance.now();
    if (now - this.#shownAt < (this.#out.isTTY ? REDRAW_MS : LINE_MS)) return;
    this.#shownAt = now;
    const text = `${asked} of ${known} addresses done, ${devices} devices`;
    this.#out.write(this.#out.isTTY ? `\r\u001b[K${text}` : `${text}\n`);
    this.#drawn = this.#out.isTTY;
  }

  end(): void {
    if (this.#drawn) this.#out.write("\r\u001b[K");
  }
}
