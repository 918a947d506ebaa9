import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { join, resolve } from "node:path";
import { Command, Option } from "commander";
import { SimulationWorker, type WorkerOptions } from "../../simulators/simulation-worker.ts";
import { systemClock } from "../collection/clock.ts";
import { CampusError, isCampusError } from "../errors/campus-error.ts";
import { applyImport, planImport } from "../inventory/import-plan.ts";
import { formatProblems } from "../inventory/import-text.ts";
import { StateDatabase } from "../inventory/state-database.ts";
import type { Settings } from "../settings/schema.ts";
import { createLog } from "../telemetry/log.ts";
import { createTelemetry, type Telemetry } from "../telemetry/telemetry.ts";
import { Controller } from "./controller/controller.ts";
import { stateFile } from "./controller/state-file.ts";
import { fillHistory, historyStart, recall, remember } from "./demo-history.ts";
import { demoSettings } from "./demo-settings.ts";
import { aborted, interruption, wholeNumber } from "./exit.ts";

interface DemoOptions {
  readonly port?: string;
  readonly schools: string;
  readonly seed: string;
  readonly data?: string;
  readonly scenario: string;
  readonly history?: string;
  readonly browser: boolean;
  readonly log: string;
}

const DEFAULT_PORT = 8080;
/** When 8080 is taken this many ports after it are tried, then any free one. */
const PORTS_TRIED = 20;
/** Days of history that a month's answers need, and so many days times schools are told without being asked to. */
const HISTORY_DAYS = 35;
const MOST_SCHOOL_DAYS = 1400;
/** The county's devices started six weeks before its story at the latest: before that there is nothing to count. */
const MOST_HISTORY_DAYS = 40;
/** Of the days before the first start every so many are judged: a pace rests on 14 of them, and each costs a round. */
const JUDGED_EVERY = 2;
/** Between two slices of the history: in one go the store would hold twice as much in memory. */
const REST_MS = 30;
const DAY_MS = 86_400_000;
/** The devices tell of their faults when their interfaces are known. */
const TRAPS_AFTER_MS = 10_000;

export function demoCommand(): Command {
  return new Command("demo")
    .description("a simulated county on loopback, polled, stored and shown: no hardware, nothing to set up")
    .option("-p, --port <port>", "port of the page (default: 8080, or the next free one)")
    .option("--schools <n>", "schools in the county, about 50 devices each", "20")
    .option("--seed <n>", "seed of the county: the same seed is the same county", "1")
    .option("--data <folder>", "where samples and inventory are kept (default: data/demo-SEED-SCHOOLS)")
    .addOption(
      new Option("--scenario <name>", "what is broken in it")
        .choices(["school-day", "quiet"])
        .default("school-day"),
    )
    .option(
      "--history <days>",
      "days that are told as if they had been polled, so that months have answers; 0 for none (default: 35, fewer for more than 40 schools)",
    )
    .option("--no-browser", "do not open a browser")
    .addOption(
      new Option("--log <level>", "least serious level that is logged")
        .choices(["trace", "debug", "info", "warn", "error"])
        .default("error"),
    )
    .addHelpText(
      "after",
      "\nPrints the page's address on a line of its own: `console: http://...`. Ends at Ctrl-C, within 5 s, with everything committed.",
    )
    .action(runDemo);
}

async function runDemo(options: DemoOptions): Promise<void> {
  const schools = wholeNumber("--schools", options.schools, 1, 500);
  const seed = wholeNumber("--seed", options.seed, 0, 0xffff_ffff);
  const wantedPort = options.port === undefined ? undefined : wholeNumber("--port", options.port, 0, 65_535);
  const signal = interruption();
  const gateway = { username: "gateway", password: randomBytes(18).toString("base64url") };
  const settings = demoSettings({
    dataDir: resolve(options.data ?? join("data", `demo-${seed}-${schools}`)),
    port: wantedPort ?? DEFAULT_PORT,
    gateway,
    community: "public",
    topics: ["edu/#"],
    logLevel: options.log,
  });
  const days =
    options.history === undefined
      ? Math.min(HISTORY_DAYS, Math.floor(MOST_SCHOOL_DAYS / schools))
      : wholeNumber("--history", options.history, 0, MOST_HISTORY_DAYS);
  const clock = systemClock();
  const telemetry = createTelemetry(createLog({ level: settings.log.level, monotonic: clock.monotonic }));
  let simulation: SimulationWorker | undefined;
  const stored = Promise.withResolvers<void>();
  const controller = new Controller({
    settings,
    telemetry,
    clock,
    random: Math.random,
    simulated: true,
    ...(days > 0 && { past: { stored: stored.promise, days: days - 1, every: JUDGED_EVERY } }),
  });
  let history: Promise<boolean> | undefined;
  console.error(`simulating ${schools} schools (seed ${seed}) on loopback`);
  try {
    const memory = recall(settings.data.dir, clock.now());
    simulation = await openSimulation(
      {
        seed,
        schools,
        scenario: options.scenario,
        credential: "simulated",
        anchorMs: memory.anchorMs,
      },
      signal,
    );
    await takeOver(settings, await simulation.inventory(), clock.now());
    remember(settings.data.dir, memory);
    await controller.open(signal);
    if (controller.brokerPort !== undefined) {
      await simulation.connectBoards({ url: `mqtt://127.0.0.1:${controller.brokerPort}`, ...gateway });
    }
    await simulation.sendTraps(controller.trapAddresses, TRAPS_AFTER_MS);
    const url = await listen(controller, settings.http.host, wantedPort);
    console.log(`console: ${url}/`);
    console.error(`data in ${settings.data.dir}; Ctrl-C ends it`);
    if (options.browser) openBrowser(`${url}/`);
    if (days > 0) {
      const now = clock.now();
      const from = historyStart(memory, days, now);
      const { anchorMs } = memory;
      history = tellHistory(controller, simulation, settings, telemetry, {
        from,
        to: now,
        anchorMs,
        signal,
      }).finally(stored.resolve);
    }
    await aborted(signal);
    console.error("ending: everything collected is committed first");
    // What was polled meanwhile is not told a second time at the next start.
    if (await history) remember(settings.data.dir, { anchorMs: memory.anchorMs, toldUntil: clock.now() });
  } catch (error) {
    // Ctrl-C while it starts: what was under way fails, and that is no fault.
    if (!signal.aborted) throw error;
  } finally {
    await simulation?.disconnectBoards();
    await controller.close();
    await simulation?.close();
  }
}

/**
 * Stores the weeks before this start beside the polling; then what rests on months is read again. Answers whether
 * all of it is stored; what is not is told at the next start.
 */
async function tellHistory(
  controller: Controller,
  simulation: SimulationWorker,
  settings: Settings,
  telemetry: Telemetry,
  told: {
    readonly from: number;
    readonly to: number;
    readonly anchorMs: number;
    readonly signal: AbortSignal;
  },
): Promise<boolean> {
  const { from, to, anchorMs, signal } = told;
  try {
    const samples = await fillHistory({
      simulation,
      inventory: controller.inventory(),
      table: controller.table,
      store: controller.store,
      from,
      to,
      signal,
      restMs: REST_MS,
      told: (toldUntil) => remember(settings.data.dir, { anchorMs, toldUntil }),
    });
    if (signal.aborted) return false;
    controller.bandwidth.reread();
    const days = Math.round((to - from) / DAY_MS);
    console.error(`history: ${days} simulated days, ${samples} samples, are in the store`);
    return true;
  } catch (error) {
    // The demo goes on without what is missing: live pages do not need it.
    if (!signal.aborted) telemetry.log.error({ err: error }, "the simulated history is not stored");
    return false;
  }
}

/** The county on its usual ports, or on free ones where another demo has those. */
async function openSimulation(options: WorkerOptions, signal: AbortSignal): Promise<SimulationWorker> {
  const usual = new SimulationWorker(options);
  try {
    await usual.open(signal);
    return usual;
  } catch (error) {
    if (!isCampusError(error, "E_PORT_TAKEN")) throw error;
    console.error(`${error.message}; the simulated devices take free ports instead`);
  }
  const other = new SimulationWorker({ ...options, snmpPort: 0, modbusPort: 0 });
  await other.open(signal);
  return other;
}

/** The county's inventory goes the way of every inventory: through the import and its checks. */
async function takeOver(settings: Settings, document: unknown, now: number): Promise<void> {
  const state = new StateDatabase({ file: stateFile(settings) });
  await state.open();
  try {
    const current = await state.inventory();
    const bytes = Buffer.from(JSON.stringify(document));
    const plan = await planImport({ current, files: [{ name: "(simulated county)", bytes }], replace: true });
    if (plan.problemCount > 0) throw new CampusError("E_INTERNAL", formatProblems(plan, {}));
    const named = new Set((document as { schools: { id: string }[] }).schools.map((school) => school.id));
    const other = current.schools.find((school) => !named.has(school.id));
    if (other) {
      throw new CampusError(
        "E_STORE_OPEN",
        `${settings.data.dir} holds another county (school ${other.id}); name another folder with --data`,
        { file: settings.data.dir },
      );
    }
    await applyImport(state, plan, { at: now, who: "demo" });
  } finally {
    await state.close();
  }
}

/** Takes the port that was asked for; when none was, 8080 or the next free one. */
async function listen(controller: Controller, host: string, wanted: number | undefined): Promise<string> {
  if (wanted !== undefined) return (await controller.listen(host, wanted)).url;
  for (let port = DEFAULT_PORT; port < DEFAULT_PORT + PORTS_TRIED; port++) {
    try {
      return (await controller.listen(host, port)).url;
    } catch (error) {
      if (!isCampusError(error, "E_PORT_TAKEN")) throw error;
      console.error(`port ${port} is taken`);
    }
  }
  return (await controller.listen(host, 0)).url;
}

/** Opens the page where somebody sits in front of a screen; nothing happens where nobody does. */
function openBrowser(url: string): void {
  const screen = process.platform === "darwin" || process.env["DISPLAY"] || process.env["WAYLAND_DISPLAY"];
  if (!process.stdout.isTTY || !screen) return;
  const child = spawn(process.platform === "darwin" ? "open" : "xdg-open", [url], {
    stdio: "ignore",
    detached: true,
  });
  child.on("error", () => {});
  child.unref();
}
