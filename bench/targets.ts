import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { LiveState } from "../src/api/live.ts";
import { createServer } from "../src/api/server.ts";
import { addDays, Calendar } from "../src/indicators/calendar.ts";
import type { IndicatorMaker, IndicatorValue, Window } from "../src/indicators/contract.ts";
import { INDICATORS, type IndicatorId } from "../src/indicators/list.ts";
import { buildInventory } from "../src/inventory/build.ts";
import type { Inventory, School } from "../src/inventory/model.ts";
import { LatestTable } from "../src/measurements/latest.ts";
import { SeriesTable } from "../src/measurements/series.ts";
import { TargetDatabase } from "../src/targets/database.ts";
import { judgeSchool, TargetEngine } from "../src/targets/engine.ts";
import { loadTargets } from "../src/targets/load.ts";
import type { Target } from "../src/targets/model.ts";
import { TargetQuery } from "../src/targets/query.ts";
import { RegionTree, VerdictColumns } from "../src/targets/tally.ts";
import type { DatedValue } from "../src/targets/value-table.ts";
import { createLog } from "../src/telemetry/log.ts";
import { createTelemetry } from "../src/telemetry/telemetry.ts";

/**
 * `npm run bench -- targets [--schools 25000] [--days 90]`: a province's schools by the ten targets of the national
 * set. What is measured: judging and rolling up from values in memory; a whole day with its values written; the
 * most processor time between two turns of the event loop; and pages over HTTP with the pace of so many days.
 */
const { values: options } = parseArgs({
  options: { schools: { type: "string", default: "25000" }, days: { type: "string", default: "90" } },
});
const SCHOOLS = Number(options.schools);
const DAYS = Number(options.days);
const CITIES = 21;
const COUNTIES = 183;
const REQUESTS = 40;
const LAST = "2026-11-22";
const SETTINGS = ["urban", "town", "rural"] as const;
const KINDS = ["primary", "secondary", "high"] as const;

const calendar = new Calendar("Asia/Shanghai");
const clock = { now: () => calendar.startOf(LAST) + 12 * 3_600_000, monotonic: () => performance.now() };
const dir = mkdtempSync(join(tmpdir(), "campusd-bench-targets-"));

async function run(): Promise<void> {
  const inventory = province();
  const book = loadTargets([join(import.meta.dirname, "../targets")]);
  const targets = book.sets.get("national")!.targets;
  console.log(
    `${SCHOOLS} schools, ${inventory.regions.size} regions, ${targets.length} targets, node ${process.version}`,
  );
  rollUp(inventory, targets);

  const file = join(dir, "targets.db");
  const database = new TargetDatabase({ file });
  await database.open();
  const maker = new RandomMaker();
  const engine = new TargetEngine({
    database,
    makers: [maker],
    book,
    sets: ["national"],
    calendar,
    clock,
    inventory: () => inventory,
    failed: (error) => {
      throw error;
    },
    duty: 1,
  });
  await history(database, inventory, targets);
  const loop = new LoopWatch();
  loop.take();
  for (const [name, date] of [
    ["a day, from makers to the file", addDays(LAST, -1)],
    ["the next day", LAST],
    ["the same day again", LAST],
  ] as const) {
    const [ms, cpu] = await timed(() => engine.judgeDay(date, { final: false }));
    console.log(
      `${name}: ${seconds(ms)} (${seconds(cpu)} of processor time), loop held at most ${loop.take().toFixed(0)} ms`,
    );
  }
  loop.end();
  console.log(
    `targets.db with ${DAYS} days of tallies and 2 of values: ${(statSync(file).size / 1e6).toFixed(0)} MB`,
  );
  await pages(inventory, database, engine);
  await database.close();
}

/** Judging and rolling up alone: values are there, nothing is written. */
function rollUp(inventory: Inventory, targets: readonly Target[]): void {
  const tree = new RegionTree(inventory);
  const window = calendar.window(LAST);
  const values = tree.schools.map((id) => randomValues(inventory.schools.get(id)!, window));
  const best = { judge: Number.POSITIVE_INFINITY, tally: Number.POSITIVE_INFINITY };
  for (let round = 0; round < 3; round++) {
    const columns = targets.map(() => new VerdictColumns(tree.schools.length));
    let start = performance.now();
    for (const [row, id] of tree.schools.entries()) {
      const school = inventory.schools.get(id)!;
      for (const [i, target] of targets.entries())
        columns[i]!.set(row, judgeSchool(target, school, values[row]!, window.to));
    }
    best.judge = Math.min(best.judge, performance.now() - start);
    start = performance.now();
    for (const column of columns) tree.tally(column);
    best.tally = Math.min(best.tally, performance.now() - start);
  }
  console.log(`judged: ${seconds(best.judge)}; rolled up: ${seconds(best.tally)} (goal: both under 5 s)`);
}

/** Tallies of earlier days for the pace; their verdicts are not part of what is measured. */
async function history(
  database: TargetDatabase,
  inventory: Inventory,
  targets: readonly Target[],
): Promise<void> {
  const tree = new RegionTree(inventory);
  const book = { hash: "bench", content: JSON.stringify(targets) };
  const columns = new VerdictColumns(tree.schools.length);
  for (let day = DAYS; day >= 2; day--) {
    const part = 0.4 + 0.4 * (1 - day / DAYS);
    for (let row = 0; row < tree.schools.length; row++) {
      const met = hash(row, 7) < part;
      columns.set(row, { verdict: met ? "met" : "not-met", evidence: "measured", at: 1, amount: null });
    }
    const one = { columns: new VerdictColumns(0), tallies: tree.tally(columns) };
    await database.days.write({
      date: addDays(LAST, -day),
      final: true,
      at: 1,
      book,
      tree: { regions: tree.regions, schools: [] },
      targets: new Map(targets.map((target) => [target.id, one])),
    });
  }
}

async function pages(inventory: Inventory, database: TargetDatabase, engine: TargetEngine): Promise<void> {
  const query = new TargetQuery({
    database,
    calendar,
    clock,
    makers: [],
    inventory: () => inventory,
    targets: () => engine.targets(),
  });
  const live = {
    inventory: () => inventory,
    table: new SeriesTable(),
    latest: new LatestTable(),
    facts: () => undefined,
    state: () => ({ state: "unknown", since: 0 }),
    targets: query,
    startedAt: 0,
    simulated: true,
    clock,
    counters: () => ({ samplesTotal: 0, samplesPerSecond: 0 }),
  } as unknown as LiveState;
  const log = createLog({ level: "error", monotonic: clock.monotonic });
  const server = createServer({
    live,
    telemetry: createTelemetry(log),
    version: "bench",
    consoleFolder: dir,
  });
  const { url } = await server.listen("127.0.0.1", 0);
  try {
    for (const [name, path] of [
      ["every target of the province", "/api/v1/targets?region=p"],
      ["a target: cities and counties", "/api/v1/targets/national/wireless?region=p"],
      ["a target: the schools of a county", "/api/v1/targets/national/wireless?region=p/c0/d0"],
      ["a school's evidence", "/api/v1/targets/national/wireless/evidence?school=s0"],
      ["every target as a workbook", "/api/v1/targets?region=p&format=xlsx"],
    ] as const) {
      const times: number[] = [];
      let bytes = 0;
      let cpu = 0;
      for (let i = 0; i < REQUESTS; i++) {
        const [start, used] = [performance.now(), process.cpuUsage()];
        const response = await fetch(url + path);
        bytes = (await response.arrayBuffer()).byteLength;
        times.push(performance.now() - start);
        const { user, system } = process.cpuUsage(used);
        if (i === 0) cpu = (user + system) / 1000;
        if (response.status !== 200) throw new Error(`${path}: ${response.status}`);
      }
      const first = times[0]!.toFixed(0);
      times.sort((a, b) => a - b);
      const at = (part: number) =>
        times[Math.min(times.length - 1, Math.ceil(part * times.length) - 1)]!.toFixed(0);
      console.log(
        `${name}: first ${first} ms (${cpu.toFixed(0)} ms of processor time), median ${at(0.5)} ms, p95 ${at(0.95)} ms, ${(bytes / 1000).toFixed(0)} kB (goal: under 300 ms)`,
      );
    }
  } finally {
    await server.close();
  }
}

/** Values without a store behind them: what is measured is the engine. */
class RandomMaker implements IndicatorMaker {
  readonly makes = [...INDICATORS.keys()];

  async evaluate(school: School, window: Window): Promise<readonly IndicatorValue[]> {
    return randomValues(school, window).map((one) => one.value);
  }

  async evidence(): Promise<readonly []> {
    return [];
  }
}

function randomValues(school: School, window: Window): DatedValue[] {
  const number = Number(school.id.slice(1));
  const day = Math.floor(window.to / 86_400_000);
  return [...INDICATORS.keys()].flatMap((indicator, i) => {
    const unknown = hash(number + day, i) < 0.05;
    const value: IndicatorValue = {
      indicator: indicator as IndicatorId,
      school: school.id,
      value: unknown ? null : 0.9 + 0.2 * hash(number, i) + 0.02 * hash(number * 31 + day, i),
      numerator: unknown ? null : Math.round(hash(number + day, i) * 1000),
      denominator: unknown ? null : 1000,
      unknown: 0,
      evidence: unknown ? "unknown" : "measured",
      window,
      at: unknown ? null : window.to - 60_000,
      ...(unknown ? { why: "no-data" as const } : {}),
    };
    return [1, 30].map((days) => ({ days, value }));
  });
}

function province(): Inventory {
  const counties = Array.from({ length: COUNTIES }, (_, i) => `p/c${i % CITIES}/d${i}`);
  const cities = Array.from({ length: CITIES }, (_, i) => `p/c${i}`);
  return buildInventory({
    regions: ["p", ...cities, ...counties].map((path) => ({ path, name: path })),
    schools: Array.from({ length: SCHOOLS }, (_, i) => ({
      id: `s${i}`,
      region: counties[i % COUNTIES]!,
      name: `学校 ${i}`,
      kind: KINDS[i % KINDS.length]!,
      setting: SETTINGS[i % SETTINGS.length]!,
      buildings: [],
      devices: [],
    })),
    sites: [],
    links: [],
  });
}

/** 0 <= x < 1, the same for the same numbers. */
function hash(a: number, b: number): number {
  let x = Math.imul(a + 0x9e3779b9, 0x85ebca6b) ^ Math.imul(b + 0xc2b2ae35, 0x27d4eb2f);
  x = Math.imul(x ^ (x >>> 15), 0x2c1b3c6d);
  return ((x ^ (x >>> 13)) >>> 0) / 2 ** 32;
}

async function timed(work: () => Promise<unknown>): Promise<[ms: number, cpuMs: number]> {
  const [start, used] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(used);
  return [performance.now() - start, (user + system) / 1000];
}

/** The most processor time of this thread between two turns of the event loop. */
class LoopWatch {
  #last = threadMs();
  #longest = 0;
  readonly #timer = setInterval(() => {
    const now = threadMs();
    this.#longest = Math.max(this.#longest, now - this.#last);
    this.#last = now;
  }, 1);

  take(): number {
    const longest = this.#longest;
    this.#longest = 0;
    this.#last = threadMs();
    return longest;
  }

  end(): void {
    clearInterval(this.#timer);
  }
}

function threadMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}

try {
  await run();
} finally {
  rmSync(dir, { recursive: true, force: true });
}
