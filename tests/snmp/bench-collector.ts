import { type EnginePins, SnmpCollector } from "../../collectors/snmp/collector.ts";
import type { DeviceAssignment, DeviceState, Scheduler, Sink } from "../../src/collection/contract.ts";
import type { DeviceFacts } from "../../src/inventory/facts.ts";
import { BatchBuilder } from "../../src/measurements/batch.ts";
import { SeriesTable } from "../../src/measurements/series.ts";
import { STATUS_NAMES } from "../../src/measurements/status.ts";
import type { CompiledProfile } from "../../src/profiles/compiled.ts";
import { Secret } from "../../src/settings/secret.ts";
import { Counts } from "./harness.ts";

export interface Sample {
  readonly quantity: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly time: number;
  readonly value: number;
  readonly status: string;
}

/** A collector whose polls and clock a test drives; samples come out with their names. */
export class CollectorBench {
  readonly table = new SeriesTable();
  readonly batch = new BatchBuilder();
  readonly counts = new Counts();
  readonly facts: DeviceFacts[] = [];
  readonly states: DeviceState[] = [];
  /** The reasons of the states, in the same order. */
  readonly reasons: (string | undefined)[] = [];
  /** What the device's clock said after each restart that was seen, s. */
  readonly restarts: number[] = [];
  readonly #tasks = new Map<string, (signal: AbortSignal) => Promise<void> | void>();
  /** Ms that both clocks are ahead. */
  skew = 0;
  readonly collector: SnmpCollector;
  readonly #agent: { readonly port: number };

  constructor(
    agent: { readonly port: number },
    profile: CompiledProfile | undefined,
    timeoutMs = 100,
    engines?: EnginePins,
  ) {
    this.#agent = agent;
    const sink: Sink = {
      table: this.table,
      batch: this.batch,
      facts: (facts) => this.facts.push(facts),
      state: (_device, state, reason) => {
        this.states.push(state);
        this.reasons.push(reason);
      },
      restarted: (_device, upTime) => this.restarts.push(upTime),
      count: this.counts.add,
    };
    const scheduler: Scheduler = {
      every: (id, _everyMs, task) => {
        this.#tasks.set(id, task);
        return () => this.#tasks.delete(id);
      },
    };
    const clock = { now: () => Date.now() + this.skew, monotonic: () => performance.now() + this.skew };
    const profiles = { match: () => profile };
    const random = () => 0.5;
    this.collector = new SnmpCollector({
      sink,
      clock,
      scheduler,
      profiles,
      random,
      timeoutMs,
      ...(engines && { engines }),
    });
  }

  async open(more: Partial<DeviceAssignment> = {}): Promise<void> {
    await this.collector.open(new AbortController().signal);
    this.collector.assign({
      device: "sw1",
      tags: { school: "s1", device: "sw1" },
      endpoint: { address: "127.0.0.1", port: this.#agent.port },
      addresses: [],
      credential: { protocol: "snmp", version: "v2c", community: new Secret("public") },
      ...more,
    });
  }

  get tasks(): string[] {
    return [...this.#tasks.keys()];
  }

  /** Runs the device's task of that name (`contact`, or a tier in ms) now. */
  async run(name: string | number): Promise<Sample[]> {
    await this.#tasks.get(`snmp/sw1/${name}`)?.(new AbortController().signal);
    return this.take();
  }

  take(): Sample[] {
    const batch = this.batch.take("test", 1);
    return Array.from({ length: batch?.length ?? 0 }, (_, i) => {
      const { quantity, tags } = this.table.key(batch!.series[i]!);
      return {
        quantity: quantity.id,
        tags: tags as Record<string, string>,
        time: batch!.time[i]!,
        value: batch!.value[i]!,
        status: STATUS_NAMES[batch!.status[i]!]!,
      };
    });
  }
}

/** The samples of one quantity as `tag=value` or `tag=status`. */
export function shown(samples: readonly Sample[], quantity: string, key = "interface"): string[] {
  return samples
    .filter((sample) => sample.quantity === quantity)
    .map(({ tags, value, status }) => `${tags[key] ?? ""}=${status === "ok" ? value : status}`);
}
