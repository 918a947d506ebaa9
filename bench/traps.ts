import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { DevicesView, EventsView } from "../src/api/schemas/campus.ts";

/**
 * A flood of traps against the whole of campusd while it polls a simulated county (S12): from ten of its devices
 * at `--rate` for `--seconds`, then one linkDown of a device that was quiet. Ends with a line of JSON: how many
 * came, what became of them, how late the polls were meanwhile, how much memory it took, and how long the one that
 * matters took to be an event. The process's own figures come from its /metrics.
 */
const { values } = parseArgs({
  options: {
    rate: { type: "string", default: "20000" },
    seconds: { type: "string", default: "60" },
    schools: { type: "string", default: "5" },
  },
});
const ROOT = join(import.meta.dirname, "..");
const SOURCES = 10;
const SETTLE_MS = 20_000;
const EVENT_WAIT_MS = 30_000;

const folder = mkdtempSync(join(tmpdir(), "campusd-bench-traps-"));
const demo = spawn(
  process.execPath,
  [
    join(ROOT, "src/main.ts"),
    ...[
      "demo",
      "--port",
      "0",
      "--schools",
      values.schools,
      "--data",
      folder,
      "--no-browser",
      "--log",
      "info",
    ],
  ],
  { stdio: ["ignore", "pipe", "pipe"] },
);
let output = "";
for (const stream of [demo.stdout, demo.stderr])
  stream.on("data", (text: Buffer) => (output += text.toString()));

async function seen(pattern: RegExp, ms = 60_000): Promise<RegExpMatchArray> {
  for (const end = Date.now() + ms; Date.now() < end; await sleep(100)) {
    const match = pattern.exec(output);
    if (match) return match;
    if (demo.exitCode !== null) break;
  }
  throw new Error(`not seen: ${pattern}\n${output.slice(-2000)}`);
}
const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
const resident = () =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${demo.pid}/status`, "utf8"))![1]) / 1024;

interface Figures {
  readonly lateness: ReadonlyMap<number, number>;
  readonly events: ReadonlyMap<string, number>;
}

try {
  const url = (await seen(/console: (http:\S+)\//))[1]!;
  const port = Number((await seen(/"bound":\[\{"address":"[^"]+","port":(\d+)/))[1]);
  const ask = async <T>(path: string): Promise<T> => (await fetch(`${url}${path}`)).json() as Promise<T>;
  const figures = async (): Promise<Figures> => {
    const text = await (await fetch(`${url}/metrics`)).text();
    const read = (pattern: RegExp) => [...text.matchAll(pattern)];
    return {
      lateness: new Map(
        read(/^campusd_poll_lateness_seconds_bucket\{le="([^"]+)"\} (\d+)/gm).map((m) => [
          m[1] === "+Inf" ? Number.POSITIVE_INFINITY : Number(m[1]),
          Number(m[2]),
        ]),
      ),
      events: new Map(
        read(/^campusd_events_total\{event="(trap[^"]*)"\} (\d+)/gm).map((m) => [m[1]!, Number(m[2])]),
      ),
    };
  };
  await sleep(SETTLE_MS);
  const { devices } = await ask<DevicesView>("/api/v1/devices?role=access-switch&limit=500");
  const addresses = devices.flatMap((one) => (one.up === "up" ? one.addresses.slice(0, 1) : []));
  const quiet = devices.find((one) => one.addresses[0] === addresses[SOURCES])!;
  const before = await figures();
  const rssBefore = resident();
  let rssMost = rssBefore;
  const watch = setInterval(() => (rssMost = Math.max(rssMost, resident())), 500);
  const sender = spawn(
    process.execPath,
    [
      join(import.meta.dirname, "traps-parts/sender.ts"),
      ...[String(port), values.rate, values.seconds, quiet.addresses[0]!, ...addresses.slice(0, SOURCES)],
    ],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  let said = "";
  sender.stdout.on("data", (text: Buffer) => (said += text.toString()));
  await once(sender, "close");
  const flood = JSON.parse(said) as { sent: number; perSecond: number; lastAt: number };
  let eventAfterMs: number | null = null;
  for (const end = Date.now() + EVENT_WAIT_MS; Date.now() < end && eventAfterMs === null; await sleep(50)) {
    const { events } = await ask<EventsView>(`/api/v1/events?device=${quiet.id}&kind=linkDown&from=-5m`);
    if (events.some((one) => one.varbinds.some(({ value }) => value === "the real one")))
      eventAfterMs = Date.now() - flood.lastAt;
  }
  await sleep(3_000);
  clearInterval(watch);
  const after = await figures();
  const polls = [...after.lateness].map(([le, count]): [number, number] => [
    le,
    count - (before.lateness.get(le) ?? 0),
  ]);
  const all = polls.at(-1)![1];
  console.log(
    JSON.stringify({
      bench: "traps",
      node: process.version,
      ...flood,
      counted: Object.fromEntries(
        [...after.events].map(([name, count]) => [name, count - (before.events.get(name) ?? 0)]),
      ),
      eventAfterMs,
      polls: all,
      /** The histogram's upper bound under which 99 % of the polls began. */
      latenessP99AtMostS: polls.find(([, count]) => count >= all * 0.99)![0],
      rssGrowthMB: Math.round(rssMost - rssBefore),
    }),
  );
} finally {
  demo.kill("SIGTERM");
  if (demo.exitCode === null) await once(demo, "close");
  rmSync(folder, { recursive: true, force: true });
}
