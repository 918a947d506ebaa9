import type { Clock, Collector, DeviceAssignment, Scheduler, Sink } from "../../src/collection/contract.ts";
import { STATUS } from "../../src/measurements/status.ts";
import type { ProbeResult } from "./decode.ts";
import { batches, FAMILIES, type Family, planTargets, type Target } from "./plan.ts";
import { connectOnce, Fping, findFping } from "./transport.ts";

export interface ProbeCollectorOptions {
  readonly sink: Sink;
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  /**
   * Whether the probe decides the device's state and `device.up` (protocol `probe`), or only measures beside
   * another collector.
   */
  decides(assignment: DeviceAssignment): boolean;
  /** Told once when a family is probed another way than before, and why; for the log. */
  readonly onMethod?: (family: Family, method: "icmp" | "tcp", reason: string) => void;
  /** Told when an address of the device answers that did not the time before: others may ask it again now. */
  readonly onBack?: (device: string) => void;
  /** Path of fping; null for none; default: looked for when opened. */
  readonly fping?: string | null;
  /** How often each address is tried, ms; default 60 s. */
  readonly intervalMs?: number;
  /** How long an answer is waited for, ms; default 1 s. */
  readonly timeoutMs?: number;
  /** Packets a try; default 3. */
  readonly count?: number;
  /** Port of the connection where ICMP cannot be used; default 80. */
  readonly tcpPort?: number;
  /** Directories to look for fping in, as in the environment's PATH. */
  readonly searchPath?: string;
}

interface Probed {
  readonly assignment: DeviceAssignment;
  readonly targets: readonly Target[];
  readonly decides: boolean;
  readonly upSeries: number;
  /** By family, once tried. */
  readonly reachable: Map<Family, boolean>;
}

const MOST_ADDRESSES = 250;
const MOST_CONNECTIONS = 64;
/** After fping could not send, it is tried again when this has passed. */
const ICMP_AGAIN_MS = 600_000;
const NAMES = { ipv4: "IPv4", ipv6: "IPv6" } as const;

/** Whether devices can be reached, over IPv4 and IPv6 apart. */
export class ProbeCollector implements Collector {
  readonly protocol = "probe";
  readonly #options: ProbeCollectorOptions;
  readonly #devices = new Map<string, Probed>();
  readonly #endings: (() => void)[] = [];
  readonly #running = new Set<Promise<void>>();
  readonly #abort = new AbortController();
  /** Monotonic ms until which a family is probed by TCP. */
  readonly #tcpUntil = new Map<Family, number>();
  readonly #method = new Map<Family, "icmp" | "tcp">();
  #fping: Fping | undefined;

  constructor(options: ProbeCollectorOptions) {
    this.#options = options;
  }

  async open(_signal: AbortSignal): Promise<void> {
    const { fping, scheduler, intervalMs = 60_000, searchPath = process.env["PATH"] ?? "" } = this.#options;
    const path = fping === undefined ? findFping(searchPath) : (fping ?? undefined);
    if (path !== undefined) this.#fping = new Fping(path);
    for (const family of FAMILIES)
      this.#endings.push(
        scheduler.every(`probe:${family}`, intervalMs, () => {
          const run = this.#probe(family);
          this.#running.add(run);
          return run.finally(() => this.#running.delete(run));
        }),
      );
  }

  assign(assignment: DeviceAssignment): void {
    this.unassign(assignment.device);
    if (this.#abort.signal.aborted) return;
    const { sink } = this.#options;
    const targets = planTargets(assignment, sink.table);
    const decides = this.#options.decides(assignment);
    if (targets.length === 0) {
      if (decides) sink.state(assignment.device, "unknown", "the device has no address to probe");
      return;
    }
    this.#devices.set(assignment.device, {
      assignment,
      targets,
      decides,
      upSeries: sink.table.intern("device.up", assignment.tags),
      reachable: new Map(),
    });
  }

  unassign(device: string): void {
    this.#devices.delete(device);
  }

  async close(): Promise<void> {
    this.#abort.abort();
    for (const end of this.#endings.splice(0)) end();
    this.#fping?.close();
    await Promise.allSettled([...this.#running]);
    this.#devices.clear();
  }

  async #probe(family: Family): Promise<void> {
    const probed = [...this.#devices.values()];
    const targets = probed.flatMap((device) => device.targets.filter((target) => target.family === family));
    for (const addresses of batches(targets, MOST_ADDRESSES)) {
      const results = await this.#results(family, addresses);
      if (this.#abort.signal.aborted) return;
      this.#tell(family, probed, new Set(addresses), results);
    }
  }

  async #results(family: Family, addresses: readonly string[]): Promise<ReadonlyMap<string, ProbeResult>> {
    const { clock, sink, count = 3, timeoutMs = 1000 } = this.#options;
    let reason = "fping is not installed";
    const until = this.#tcpUntil.get(family);
    if (this.#fping && (until === undefined || clock.monotonic() >= until)) {
      const outcome = await this.#fping.run(family, addresses, { count, timeoutMs });
      if (this.#abort.signal.aborted) return new Map();
      if (outcome.kind === "results") {
        sink.count("probe.icmp", outcome.results.size);
        this.#uses(family, "icmp", "fping answers");
        return outcome.results;
      }
      sink.count("probe.icmp_refused");
      reason = outcome.reason;
      this.#tcpUntil.set(family, clock.monotonic() + ICMP_AGAIN_MS);
    }
    this.#uses(family, "tcp", reason);
    sink.count("probe.tcp", addresses.length);
    return this.#connectAll(addresses, timeoutMs);
  }

  #uses(family: Family, method: "icmp" | "tcp", reason: string): void {
    if (this.#method.get(family) === method) return;
    this.#method.set(family, method);
    this.#options.onMethod?.(family, method, reason);
  }

  async #connectAll(addresses: readonly string[], timeoutMs: number): Promise<Map<string, ProbeResult>> {
    const { clock, tcpPort = 80 } = this.#options;
    const results = new Map<string, ProbeResult>();
    const waiting = [...addresses];
    const work = async () => {
      for (let address = waiting.pop(); address !== undefined; address = waiting.pop()) {
        if (this.#abort.signal.aborted) return;
        results.set(address, await connectOnce(address, tcpPort, timeoutMs, clock, this.#abort.signal));
      }
    };
    await Promise.all(Array.from({ length: Math.min(MOST_CONNECTIONS, addresses.length) }, work));
    return results;
  }

  #tell(
    family: Family,
    probed: readonly Probed[],
    addresses: ReadonlySet<string>,
    results: ReadonlyMap<string, ProbeResult>,
  ): void {
    const { sink, clock } = this.#options;
    const { batch } = sink;
    const now = clock.now();
    for (const device of probed) {
      const target = device.targets.find((one) => one.family === family);
      if (!target || !addresses.has(target.address)) continue;
      // It may have been taken away, or assigned anew, meanwhile.
      if (this.#devices.get(target.device) !== device) continue;
      const result = results.get(target.address);
      if (!result) {
        // fping was cut short before this address: nothing is known, which is not the same as no answer.
        sink.count("probe.no_result");
        batch.addStatus(target.reachableSeries, now, STATUS.timeout);
        continue;
      }
      const { sent, answered } = result;
      const there = answered.length > 0;
      batch.add(target.reachableSeries, now, there ? 1 : 0);
      batch.add(target.lossSeries, now, (100 * (sent - answered.length)) / sent);
      if (there) batch.add(target.rttSeries, now, answered.reduce((sum, s) => sum + s, 0) / answered.length);
      else batch.addStatus(target.rttSeries, now, STATUS.timeout);
      const before = device.reachable.get(family);
      device.reachable.set(family, there);
      if (there && before === false) this.#options.onBack?.(target.device);
      if (device.decides) this.#decide(device, now);
    }
  }

  /** Up when any family answers; down when none does; not told before each family was tried. */
  #decide(device: Probed, now: number): void {
    const { sink } = this.#options;
    const silent = device.targets.filter((target) => device.reachable.get(target.family) === false);
    const up = [...device.reachable.values()].includes(true);
    if (!up && silent.length < device.targets.length) return;
    const reason =
      silent.length === 0
        ? undefined
        : `no answer from ${silent.map((target) => `${target.address} (${NAMES[target.family]})`).join(" and ")}`;
    sink.state(device.assignment.device, up ? "up" : "down", reason);
    sink.batch.add(device.upSeries, now, up ? 1 : 0);
  }
}
