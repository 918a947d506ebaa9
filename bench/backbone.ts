import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { LiveState } from "../src/api/live.ts";
import type { BackboneView } from "../src/api/schemas/backbone.ts";
import { createServer } from "../src/api/server.ts";
import { BandwidthLedger } from "../src/indicators/bandwidth/ledger.ts";
import { buildInventory } from "../src/inventory/build.ts";
import { inventoryDocumentSchema } from "../src/inventory/document.ts";
import type { DeviceFacts } from "../src/inventory/facts.ts";
import { deviceTags } from "../src/inventory/tags.ts";
import { BatchBuilder } from "../src/measurements/batch.ts";
import { LatestTable } from "../src/measurements/latest.ts";
import { SeriesTable } from "../src/measurements/series.ts";
import { EmbeddedStore } from "../src/stores/embedded/store.ts";
import { createLog } from "../src/telemetry/log.ts";
import { createTelemetry } from "../src/telemetry/telemetry.ts";

/**
 * `npm run bench -- backbone`: a county's backbone page over HTTP, judged anew for each request, and how long the
 * ledger takes to read a month of every link from the embedded store and whether it holds the loop up meanwhile. Ends
 * with one line of JSON. `--quick` is small enough for a test.
 */
const { values: options } = parseArgs({
  options: {
    links: { type: "string", default: "500" },
    /** Interfaces of each school's router. */
    interfaces: { type: "string", default: "24" },
    days: { type: "string", default: "21" },
    /** Seconds between two polls of the month. */
    every: { type: "string", default: "300" },
    requests: { type: "string", default: "60" },
    quick: { type: "boolean", default: false },
  },
});

if (options.quick) Object.assign(options, { links: "20", days: "3", requests: "12" });
const [links, interfaces, days, every, requests] = (
  ["links", "interfaces", "days", "every", "requests"] as const
).map((name) => Number(options[name])) as [number, number, number, number, number];
const DAY = 86_400_000;
const LIVE = [
  ["interface.oper_state", 1],
  ["interface.speed", 1e9],
  ["interface.in_rate", 5e7],
  ["interface.out_rate", 5e6],
  ["interface.in_error_rate", 0],
  ["interface.out_error_rate", 0],
  ["optics.rx_power", -7],
  ["optics.tx_power", -4],
] as const;

/** 2026-10-31 16:00 UTC: a month begins in Shanghai. */
const MONTH = Date.UTC(2026, 9, 31, 16);
let now = MONTH + days * DAY;
let monotonic = 0;
const clock = { now: () => now, monotonic: () => monotonic };

const schools = Array.from({ length: links }, (_, i) => `s${String(i).padStart(4, "0")}`);
const inventory = buildInventory(
  inventoryDocumentSchema.parse({
    regions: [
      { path: "p", name: "省" },
      { path: "p/c", name: "市" },
      { path: "p/c/x", name: "县" },
    ],
    sites: [
      {
        id: "x-node",
        region: "p/c/x",
        name: "县节点",
        kind: "node",
        devices: [1, 2].map((n) => ({ id: `x-r${n}`, role: "router", protocol: "none" })),
      },
    ],
    schools: schools.map((id) => ({
      id,
      region: "p/c/x",
      name: `学校 ${id}`,
      kind: "primary",
      setting: "town",
      devices: [{ id: `${id}-r`, role: "router", protocol: "none" }],
    })),
    links: schools.map((id, i) => ({
      id: `${id}-up`,
      role: "uplink",
      device: `${id}-r`,
      interface: "GE0/0/1",
      to: `x-r${(i % 2) + 1}`,
      contractedMbps: 200,
    })),
  }),
);

const table = new SeriesTable();
const latest = new LatestTable();
const facts = new Map<string, DeviceFacts>();
const dir = mkdtempSync(join(tmpdir(), "campusd-bench-backbone-"));
const store = new EmbeddedStore({ dir, clock, maintainEveryMs: 0 });
await store.open(new AbortController().signal);
const live: LiveState = {
  inventory: () => inventory,
  table,
  latest,
  facts: (device) => facts.get(device),
  state: () => ({ state: "up", since: MONTH }),
  store,
  counters: () => ({ samplesTotal: 0, samplesPerSecond: 0 }),
  startedAt: MONTH,
  simulated: true,
  clock,
};

function fillLive(): void {
  const batch = new BatchBuilder(links * interfaces * LIVE.length);
  for (const device of inventory.devices.values()) {
    const tags = deviceTags(inventory, device);
    for (let port = 1; port <= interfaces; port++)
      for (const [quantity, value] of LIVE)
        batch.add(table.intern(quantity, { ...tags, interface: `GE0/0/${port}` }), now - 20_000, value);
  }
  latest.apply(batch);
}

/** Each school's router sees the one that it hangs on. */
function fillFacts(): void {
  const nothing = { hosts: [], vlans: [], entities: [], aps: [], identity: {} };
  for (const [i, id] of schools.entries())
    facts.set(`${id}-r`, {
      ...nothing,
      device: `${id}-r`,
      at: now,
      addresses: [{ address: "10.0.0.1", ifIndex: 1 }],
      interfaces: Array.from({ length: interfaces }, (_, k) => ({ ifIndex: k + 1, key: `GE0/0/${k + 1}` })),
      neighbors: [{ protocol: "lldp", ifIndex: 1, remoteName: `x-r${(i % 2) + 1}` }],
    });
}

/** A month of both rates of every link: a day's shape and something of its own for each school. */
async function fillMonth(): Promise<number> {
  const series = schools.map((id) => {
    const tags = { ...deviceTags(inventory, inventory.devices.get(`${id}-r`)!), interface: "GE0/0/1" };
    return [table.intern("interface.in_rate", tags), table.intern("interface.out_rate", tags)] as const;
  });
  let written = 0;
  let sequence = 0;
  let batch = new BatchBuilder(300_000);
  for (let at = 0; at < days * DAY; at += every * 1000) {
    const hour = (at / 3_600_000) % 24;
    const level = hour > 7 && hour < 18 ? 1 : 0.1;
    for (const [i, [inRate, outRate]] of series.entries()) {
      const rate = level * 1e8 * (0.5 + 0.5 * Math.sin(i + at / 1e6));
      batch.add(inRate, MONTH + at, rate);
      batch.add(outRate, MONTH + at, rate / 9);
    }
    if (batch.length > 250_000 || at + every * 1000 >= days * DAY) {
      written += batch.length;
      await store.write(batch.take("bench", ++sequence)!, table);
      batch = new BatchBuilder(300_000);
    }
  }
  return written;
}

function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!;
}

const show = (label: string, text: string): void => console.log(`${label.padEnd(46)} ${text}`);
const seconds = (from: number): string => `${((performance.now() - from) / 1000).toFixed(2)} s`;
show(
  "machine",
  `${cpus()[0]?.model ?? "?"}, ${availableParallelism()} cores, load ${loadavg()[0]!.toFixed(1)}`,
);
fillLive();
fillFacts();
let from = performance.now();
const samples = await fillMonth();
show(`${links} links, ${days} days every ${every} s written`, `${samples} samples in ${seconds(from)}`);

const ledger = new BandwidthLedger({ store, inventory: () => inventory, clock, timezone: "Asia/Shanghai" });
/** The most CPU that one turn of the loop takes while `work` runs, ms: what others wait at least. */
async function longestTurn(work: () => Promise<void>): Promise<number> {
  let longest = 0;
  let running = true;
  let last = process.threadCpuUsage();
  const turn = (): void => {
    const used = process.threadCpuUsage();
    longest = Math.max(longest, used.user + used.system - last.user - last.system);
    last = used;
    if (running) setImmediate(turn);
  };
  setImmediate(turn);
  await work();
  running = false;
  return longest / 1000;
}

from = performance.now();
const startTurn = await longestTurn(() => ledger.readAll());
const startMs = performance.now() - from;
show("ledger reads every link from its month's start", seconds(from));
show("  most CPU of the main thread in one turn", `${startTurn.toFixed(1)} ms`);
now += 300_000;
from = performance.now();
const roundTurn = await longestTurn(() => ledger.readAll());
const roundMs = performance.now() - from;
show("ledger's round of 5 minutes", seconds(from));
show("  most CPU of the main thread in one turn", `${roundTurn.toFixed(1)} ms`);
fillLive();

const server = createServer({
  live: { ...live, bandwidth: ledger },
  telemetry: createTelemetry(createLog({ level: "fatal", monotonic: clock.monotonic })),
  version: "bench",
  consoleFolder: dir,
});
const { url } = await server.listen("127.0.0.1", 0);
const times: number[] = [];
let body = "";
for (let request = 0; request < requests; request++) {
  // A look lasts two seconds: each request is the first of a new one. Every tenth finds the graph out of date too.
  monotonic += request % 10 === 0 ? 61_000 : 2_100;
  from = performance.now();
  const answer = await fetch(`${url}/api/v1/backbone?region=p/c/x`);
  body = await answer.text();
  if (answer.status !== 200) throw new Error(`the page answered ${answer.status}`);
  times.push(performance.now() - from);
}
times.sort((a, b) => a - b);
show(`page of ${links} links, ${requests} requests`, `${(body.length / 1000).toFixed(0)} kB`);
show(
  "  p50 / p95 / most",
  [0.5, 0.95, 1].map((share) => `${percentile(times, share).toFixed(0)} ms`).join(" / "),
);
await server.close();
await store.close();
rmSync(dir, { recursive: true, force: true });
const page = JSON.parse(body) as BackboneView;
console.log(
  JSON.stringify({
    bench: "backbone",
    quick: options.quick,
    links: page.links.length,
    samples,
    read: page.read,
    /** Links with a percentile, and those whose other end both the register and a neighbour tell. */
    percentiles: page.links.filter((link) => link.p95.value !== null).length,
    both: page.links.filter((link) => link.toBy === "both").length,
    startMs: Math.round(startMs),
    startTurnMs: startTurn,
    roundMs: Math.round(roundMs),
    roundTurnMs: roundTurn,
    pageKb: Math.round(body.length / 1000),
    pageMs: { p50: percentile(times, 0.5), p95: percentile(times, 0.95), most: percentile(times, 1) },
  }),
);
