import { accessSync, constants, mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { runCampusd, type ServedAgents, serveAgents } from "./snmp-parts/children.ts";
import { Exporter, type OtherResult, runBulkWalk } from "./snmp-parts/others.ts";
import type { CampusdPlan, CampusdResult } from "./snmp-parts/plan.ts";
import { interfacesProfile, polledColumns } from "./snmp-parts/profile.ts";

/**
 * `npm run bench -- snmp`: what it costs to read interfaces. One set of agents, in a process of their own, is read
 * in turns by campusd (collector, rates, live table, embedded store), Debian's snmpbulkwalk and Debian's snmp_exporter,
 * the first two over SNMPv3 too (SHA-256, AES-128);
 * then campusd polls more and more devices on schedule, and a set of which a tenth is dead and a tenth slow.
 * CPU is user and system time of the whole process. docs/benchmarks.md says how to read it.
 */
const { values: given } = parseArgs({
  options: {
    /** Everything once and small, in half a minute: whether it works, not what it costs. */
    quick: { type: "boolean", default: false },
    turns: { type: "string" },
    agents: { type: "string" },
    interfaces: { type: "string" },
    rounds: { type: "string" },
    /** Devices of the growth, as `100,1000`. */
    growth: { type: "string" },
    /** Poll interval and time measured in the growth, s. */
    every: { type: "string" },
    seconds: { type: "string" },
    /** Devices of which a tenth is dead and a tenth slow. */
    faulty: { type: "string" },
    only: { type: "string", default: "line,growth,faults" },
  },
});
const USUAL = {
  turns: "2",
  agents: "16",
  interfaces: "1000",
  rounds: "30",
  growth: "100,1000",
  every: "10",
  seconds: "10",
  faulty: "500",
};
const QUICK = {
  turns: "1",
  agents: "2",
  interfaces: "100",
  rounds: "3",
  growth: "20",
  every: "1",
  seconds: "3",
  faulty: "20",
};
const options = { ...(given.quick ? QUICK : USUAL), ...given };

const BULKWALK = "/usr/bin/snmpbulkwalk";
const EXPORTER = "/usr/bin/prometheus-snmp-exporter";
const COMMUNITY = "public";
/** A community to which the agents show the polled columns alone. */
const COLUMNS_ONLY = "columns";
/** What campusd arrives at for these columns: 54 varbinds and more fit an Ethernet frame. */
const REPETITIONS = 54;
/** Ports of the devices of the growth. */
const PORTS = 50;

const columns = polledColumns(interfacesProfile());
const wanted = new Set(options.only.split(","));
const report: Record<string, unknown> = {
  bench: "snmp",
  quick: given.quick,
  node: process.version,
  cpu: cpus()[0]?.model,
  cores: availableParallelism(),
  load: loadavg()[0],
  columns: columns.map(({ object }) => object),
};

function serve(agents: number, interfaces: number, faults = { dead: 0, slow: 0 }): Promise<ServedAgents> {
  return serveAgents({
    agents,
    interfaces,
    ...faults,
    slowMs: 1500,
    community: COMMUNITY,
    columnsOnly: COLUMNS_ONLY,
    columns: columns.map(({ oid }) => oid),
  });
}

async function withStore(plan: Omit<CampusdPlan, "dir">, store: boolean): Promise<CampusdResult> {
  if (!store) return runCampusd({ ...plan, dir: undefined });
  const dir = mkdtempSync(join(tmpdir(), "campusd-bench-"));
  try {
    return await runCampusd({ ...plan, dir });
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

const linePlan = (served: ServedAgents): Omit<CampusdPlan, "dir"> => ({
  agents: served.addresses,
  community: COMMUNITY,
  mode: "line",
  rounds: Number(options.rounds),
  everyMs: 60_000,
  seconds: 0,
  // How fast it goes is not the question here, only what it costs.
  requestsPerSecond: 1_000_000,
  healthy: served.addresses.length,
  timeoutMs: 2000,
});

async function line(): Promise<void> {
  const agents = Number(options.agents);
  const interfaces = Number(options.interfaces);
  const served = await serve(agents, interfaces);
  const perRound = agents * interfaces * columns.length;
  const turns: Record<string, number[]> = {};
  const note = (name: string, us: number) => {
    (turns[name] ??= []).push(us);
    console.log(`  ${name.padEnd(36)} ${us.toFixed(3)} us a varbind`);
  };
  const walks = isThere(BULKWALK);
  const exporter = isThere(EXPORTER) ? new Exporter(EXPORTER, columns, COLUMNS_ONLY, REPETITIONS) : undefined;
  console.log(`${agents} agents of ${interfaces} interfaces, ${columns.length} columns, in turns:`);
  try {
    await exporter?.open();
    for (let turn = 0; turn < Number(options.turns); turn++) {
      const plan = linePlan(served);
      const whole = await withStore(plan, true);
      const useful = perRound * plan.rounds;
      note("campusd, to the embedded store", (whole.userUs + whole.systemUs) / useful);
      const bare = await withStore(plan, false);
      note("campusd, without the store", (bare.userUs + bare.systemUs) / useful);
      note("campusd, the polling thread alone", bare.threadUs / useful);
      report["varbindsAPacket"] = round(whole.varbinds / whole.replies, 1);
      report["samplesAVarbind"] = round(whole.samples / useful, 2);
      if (walks) {
        const walked: OtherResult = await runBulkWalk(BULKWALK, served.addresses, COLUMNS_ONLY, REPETITIONS);
        if (walked.varbinds !== perRound)
          throw new Error(`snmpbulkwalk read ${walked.varbinds}, not ${perRound}`);
        note("snmpbulkwalk", walked.cpuUs / perRound);
        note("snmpbulkwalk, less its start", (walked.cpuUs - walked.startUs * agents) / perRound);
      }
      if (exporter) {
        const scraped = await exporter.scrape(served.addresses);
        if (scraped.varbinds !== perRound)
          throw new Error(`snmp_exporter read ${scraped.varbinds}, not ${perRound}`);
        note("snmp_exporter 0.21", scraped.cpuUs / perRound);
      }
      const sealed = await withStore({ ...plan, v3: true }, true);
      if (sealed.varbinds === 0) throw new Error("campusd read nothing over SNMPv3");
      note("campusd over v3, to the store", (sealed.userUs + sealed.systemUs) / useful);
      if (walks) {
        const walked = await runBulkWalk(BULKWALK, served.addresses, COLUMNS_ONLY, REPETITIONS, true);
        if (walked.varbinds !== perRound)
          throw new Error(`snmpbulkwalk over v3 read ${walked.varbinds}, not ${perRound}`);
        // Each of its processes makes the keys anew, which campusd does once: its start is left out.
        note("snmpbulkwalk over v3, less its start", (walked.cpuUs - walked.startUs * agents) / perRound);
      }
    }
  } finally {
    await exporter?.close();
    served.close();
  }
  const us = Object.fromEntries(Object.entries(turns).map(([name, list]) => [name, round(median(list), 3)]));
  const own = us["campusd, to the embedded store"]!;
  const times = (name: string) => (us[name] === undefined ? undefined : round(us[name] / own, 1));
  report["usAVarbind"] = us;
  report["ratios"] = {
    snmpbulkwalk: times("snmpbulkwalk"),
    "snmpbulkwalk, less its start": times("snmpbulkwalk, less its start"),
    snmp_exporter: times("snmp_exporter 0.21"),
    "campusd over v3": times("campusd over v3, to the store"),
    "snmpbulkwalk over v3, less its start": times("snmpbulkwalk over v3, less its start"),
  };
  console.log("  ratios to campusd with its store:", report["ratios"]);
}

function schedulePlan(served: ServedAgents, healthy: number): Omit<CampusdPlan, "dir"> {
  return {
    agents: served.addresses,
    community: COMMUNITY,
    mode: "schedule",
    rounds: 0,
    everyMs: Number(options.every) * 1000,
    seconds: Number(options.seconds),
    requestsPerSecond: 50,
    healthy,
    timeoutMs: 2000,
  };
}

async function growth(): Promise<void> {
  const rows: object[] = [];
  console.log(`devices of ${PORTS} interfaces, polled every ${options.every} s, into the embedded store:`);
  for (const devices of options.growth.split(",").map(Number)) {
    const served = await serve(devices, PORTS);
    const before = await served.usage();
    const result = await withStore(schedulePlan(served, devices), true);
    const after = await served.usage();
    served.close();
    const polls = result.lateness.runs;
    rows.push({
      devices,
      up: result.up,
      usAPoll: Math.round((result.userUs + result.systemUs) / polls),
      usAVarbind: round((result.userUs + result.systemUs) / (polls * PORTS * columns.length), 2),
      threadUsAPoll: Math.round(result.threadUs / polls),
      cores: round((result.userUs + result.systemUs) / result.wallMs / 1000, 2),
      lateMs: spread(result.lateness),
      doneMs: spread(result.done),
      skipped: result.skipped,
      refusedBatches: result.refused,
      droppedSamples: result.dropped,
      boundS: round(result.boundMs / 1000, 1),
      boundUsADevice: Math.round(result.boundUs / devices),
      rssMB: Math.round(result.rss / 2 ** 20),
      firstSampleMs: Math.round(result.firstSampleMs),
      agentsCpuS: round((after.userUs + after.systemUs - before.userUs - before.systemUs) / 1e6, 1),
    });
    console.log(" ", JSON.stringify(rows.at(-1)));
  }
  report["growth"] = rows;
}

/** S1 and S2 of the catalogue of faults: a tenth of the devices is dead, a tenth answers after 1.5 s. */
async function faults(): Promise<void> {
  const devices = Number(options.faulty);
  const tenth = devices / 10;
  const served = await serve(devices, PORTS, { dead: tenth, slow: tenth });
  const result = await withStore(schedulePlan(served, devices - 2 * tenth), true);
  served.close();
  const row = {
    devices,
    dead: tenth,
    slow: tenth,
    up: result.up,
    lateMs: spread(result.lateness),
    doneMs: spread(result.done),
    polls: result.lateness.runs,
  };
  report["faults"] = row;
  console.log("a tenth dead, a tenth slow; the healthy ones:");
  console.log(" ", JSON.stringify(row));
}

function spread({ p50, p99, max }: CampusdResult["lateness"]): object {
  return { p50: round(p50, 1), p99: round(p99, 1), max: round(max, 1) };
}

function isThere(program: string): boolean {
  try {
    accessSync(program, constants.X_OK);
    return true;
  } catch {
    console.log(`  ${program} is not installed: left out`);
    return false;
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

if (wanted.has("line")) await line();
if (wanted.has("growth")) await growth();
if (wanted.has("faults")) await faults();
console.log(JSON.stringify(report));
