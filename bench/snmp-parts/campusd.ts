import { SnmpCollector } from "../../collectors/snmp/collector.ts";
import { systemClock } from "../../src/collection/clock.ts";
import type { Scheduler, Sink } from "../../src/collection/contract.ts";
import { Pump } from "../../src/collection/pump.ts";
import { SlotScheduler } from "../../src/collection/scheduler.ts";
import { LatestTable } from "../../src/measurements/latest.ts";
import { SeriesTable } from "../../src/measurements/series.ts";
import { Secret } from "../../src/settings/secret.ts";
import { EmbeddedStore } from "../../src/stores/embedded/store.ts";
import type { CampusdPlan, CampusdResult, Spread } from "./plan.ts";
import { interfacesProfile } from "./profile.ts";
import { BENCH_USER } from "./v3-face.ts";

/**
 * campusd's way from the device to the store, in a process of its own: collector, pump, live table, embedded
 * store. Started with `fork`; the plan is its message, the result its answer.
 */
type Task = (signal: AbortSignal) => Promise<void> | void;

const clock = systemClock();
/** What the scheduler said last. */
const lateness = { last: 0 };

/** Runs nothing by itself: `round` runs every task that polls. */
class RoundScheduler implements Scheduler {
  readonly #tasks = new Map<string, Task>();
  every(id: string, _everyMs: number, task: Task): () => void {
    this.#tasks.set(id, task);
    return () => this.#tasks.delete(id);
  }
  async run(ending: string): Promise<void> {
    const signal = new AbortController().signal;
    await Promise.all([...this.#tasks].map(([id, task]) => id.endsWith(ending) && task(signal)));
  }
}

async function run(plan: CampusdPlan): Promise<CampusdResult> {
  const table = new SeriesTable();
  const store =
    plan.dir === undefined
      ? undefined
      : new EmbeddedStore({
          dir: plan.dir,
          clock,
          ...(process.env.HOT && { hotSamples: Number(process.env.HOT) }),
        });
  const signal = new AbortController().signal;
  await store?.open(signal);
  let committed = 0;
  let refused = 0;
  let dropped = 0;
  let boundMs = 0;
  let boundUs = 0;
  const pump = new Pump({
    node: "bench",
    table,
    latest: new LatestTable(),
    receiver: store ?? { write: async () => {} },
    clock,
    firstSequence: Date.now(),
    observer: {
      committed: (samples) => {
        committed += samples;
        if (firstSampleMs < 0) firstSampleMs = clock.monotonic() - started;
      },
      // The pump keeps the batch and sends it again.
      refused: () => refused++,
      dropped: (samples) => {
        dropped += samples;
      },
    },
  });
  pump.open();
  const up = new Set<string>();
  let firstSampleMs = -1;
  let started = clock.monotonic();
  const sink: Sink = {
    table,
    batch: pump.batch,
    facts: () => {},
    state: (device, state) => {
      if (state === "up") up.add(device);
      else up.delete(device);
    },
    count: () => {},
  };
  const rounds = new RoundScheduler();
  const late: number[] = [];
  const done: number[] = [];
  let skipped = 0;
  let measuring = false;
  const slots = new SlotScheduler(clock, {
    lateness: (ms) => {
      lateness.last = ms;
    },
    skipped: () => skipped++,
    failed: (_, error) => console.error(error),
  });
  const note = (begun: number, ms: number) => {
    if (!measuring) return;
    late.push(begun);
    done.push(ms);
  };
  if (plan.mode === "schedule") slots.open();
  const profile = interfacesProfile(plan.mode === "schedule" ? plan.everyMs : undefined);
  const collector = new SnmpCollector({
    sink,
    clock,
    scheduler: plan.mode === "schedule" ? timed(slots, plan, note) : rounds,
    profiles: { match: () => profile },
    timeoutMs: plan.timeoutMs,
    maxRequestsPerSecond: plan.requestsPerSecond,
  });
  await collector.open(signal);
  started = clock.monotonic();
  const community = { protocol: "snmp", version: "v2c", community: new Secret(plan.community) } as const;
  const password = new Secret(BENCH_USER.passphrase);
  const user = {
    protocol: "snmp",
    version: "v3",
    user: BENCH_USER.user,
    context: "",
    auth: { protocol: BENCH_USER.auth, password },
    priv: { protocol: BENCH_USER.priv, password },
  } as const;
  for (const [n, endpoint] of plan.agents.entries())
    collector.assign({
      device: `bench-${n}`,
      tags: { school: `s${n % 100}`, device: `bench-${n}`, role: "access-switch" },
      endpoint,
      addresses: [],
      credential: plan.v3 ? user : community,
    });
  const polling = "/60000";
  if (plan.mode === "line") {
    await rounds.run("/contact");
    for (let warm = 0; warm < 3; warm++) await rounds.run(polling);
  } else {
    const healthy = plan.agents.slice(0, plan.healthy).map((_, n) => `bench-${n}`);
    while (!healthy.every((device) => up.has(device))) await sleep(100);
    boundMs = clock.monotonic() - started;
    boundUs = process.cpuUsage().user + process.cpuUsage().system;
    // Every device is polled once more before it counts, and the binding's garbage is gone.
    await sleep(plan.everyMs + 2000);
  }
  await pump.committed();
  const cost = () => collector.cost();
  const before = {
    ...cost(),
    committed,
    cpu: process.cpuUsage(),
    thread: process.threadCpuUsage(),
    at: clock.monotonic(),
  };
  measuring = true;
  if (plan.mode === "line")
    for (let n = 0; n < plan.rounds; n++) {
      await rounds.run(polling);
      // Rounds back to back are more than any schedule: the store is not to drop what it cannot write meanwhile.
      if (pump.waitingRows > 400_000) await pump.committed();
    }
  else await sleep(plan.seconds * 1000);
  await pump.committed();
  const cpu = process.cpuUsage(before.cpu);
  const thread = process.threadCpuUsage(before.thread);
  const after = cost();
  const result: CampusdResult = {
    userUs: cpu.user,
    systemUs: cpu.system,
    threadUs: thread.user + thread.system,
    varbinds: after.varbinds - before.varbinds,
    replies: after.replies - before.replies,
    octets: after.octetsReceived - before.octetsReceived,
    requests: after.requests - before.requests,
    samples: committed - before.committed,
    wallMs: clock.monotonic() - before.at,
    rss: process.memoryUsage.rss(),
    up: up.size,
    skipped,
    refused,
    dropped,
    boundMs,
    boundUs,
    lateness: spread(late),
    done: spread(done),
    firstSampleMs,
  };
  await collector.close();
  await pump.close();
  await slots.close();
  await store?.close();
  return result;
}

/** Notes, of each poll of a healthy device, how late it began and when it was done, ms after it was due. */
function timed(
  slots: SlotScheduler,
  plan: CampusdPlan,
  note: (late: number, done: number) => void,
): Scheduler {
  return {
    every: (id, everyMs, task, firstWithinMs) => {
      const device = Number(/bench-(\d+)\//.exec(id)?.[1] ?? 0);
      if (everyMs !== plan.everyMs || device >= plan.healthy)
        return slots.every(id, everyMs, task, firstWithinMs);
      const noted = async (signal: AbortSignal) => {
        // The scheduler says how late it is right before it calls.
        const late = lateness.last;
        const begun = clock.monotonic();
        await task(signal);
        note(late, clock.monotonic() - begun + late);
      };
      return slots.every(id, everyMs, noted, firstWithinMs);
    },
  };
}

function spread(values: number[]): Spread {
  values.sort((a, b) => a - b);
  const at = (part: number) => values[Math.min(values.length - 1, Math.floor(values.length * part))] ?? 0;
  return { p50: at(0.5), p99: at(0.99), max: at(1), runs: values.length };
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

process.on("message", (plan: CampusdPlan) => {
  run(plan).then(
    (result) => process.send?.({ result }),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
process.on("disconnect", () => process.exit(0));
