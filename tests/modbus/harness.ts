import type { Clock, DeviceState, Scheduler, Sink } from "../../src/collection/contract.ts";
import type { DeviceFacts } from "../../src/inventory/facts.ts";
import { BatchBuilder } from "../../src/measurements/batch.ts";
import { quantity } from "../../src/measurements/quantities.ts";
import { SeriesTable, type TagKey, type Tags } from "../../src/measurements/series.ts";
import { STATUS_NAMES, type StatusName } from "../../src/measurements/status.ts";
import type { Template, ValueRule } from "../../src/profiles/compiled.ts";

export interface Sample {
  readonly quantity: string;
  readonly tags: Tags;
  readonly time: number;
  readonly value: number;
  readonly status: StatusName;
}

/** A sink that remembers all that a collector says. */
export class TestSink implements Sink {
  readonly table = new SeriesTable();
  readonly batch = new BatchBuilder(16);
  readonly counts = new Map<string, number>();
  readonly states = new Map<string, { state: DeviceState; reason?: string }>();
  readonly facted: DeviceFacts[] = [];

  facts(facts: DeviceFacts): void {
    this.facted.push(facts);
  }

  state(device: string, state: DeviceState, reason?: string): void {
    this.states.set(device, reason === undefined ? { state } : { state, reason });
  }

  count(name: string, by = 1): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + by);
  }

  counted(name: string): number {
    return this.counts.get(name) ?? 0;
  }

  /** What came since the last call. */
  take(): Sample[] {
    const batch = this.batch.take("test", 1);
    if (!batch) return [];
    return Array.from({ length: batch.length }, (_, i) => {
      const key = this.table.key(batch.series[i]!);
      return {
        quantity: key.quantity.id,
        tags: key.tags,
        time: batch.time[i]!,
        value: batch.value[i]!,
        status: STATUS_NAMES[batch.status[i]!]!,
      };
    });
  }
}

/** Samples of one quantity as `value` or `status`, for short expectations. */
export function shown(samples: readonly Sample[], quantityId: string): (number | StatusName)[] {
  return samples
    .filter((sample) => sample.quantity === quantityId)
    .map((sample) => (sample.status === "ok" ? sample.value : sample.status));
}

/** The machine's clocks, moved on by hand. */
export class TestClock implements Clock {
  #ahead = 0;

  advance(ms: number): void {
    this.#ahead += ms;
  }

  now(): number {
    return Date.now() + this.#ahead;
  }

  monotonic(): number {
    return performance.now() + this.#ahead;
  }
}

/** Runs tasks when it is told to. */
export class HandScheduler implements Scheduler {
  readonly tasks = new Map<string, (signal: AbortSignal) => Promise<void> | void>();
  readonly #abort = new AbortController();

  every(id: string, _everyMs: number, task: (signal: AbortSignal) => Promise<void> | void): () => void {
    this.tasks.set(id, task);
    return () => {
      if (this.tasks.get(id) === task) this.tasks.delete(id);
    };
  }

  /** Runs every task whose id begins so, at once, and waits for all. */
  async run(prefix = ""): Promise<void> {
    const due = [...this.tasks].filter(([id]) => id.startsWith(prefix));
    if (due.length === 0) throw new Error(`no task begins with ${prefix}`);
    await Promise.all(due.map(async ([, task]) => task(this.#abort.signal)));
  }
}

/** Waits until `done`, looking every few milliseconds; fails after ten seconds. */
export async function until(done: () => boolean, what: string): Promise<void> {
  const end = performance.now() + 10_000;
  while (!done()) {
    if (performance.now() > end) throw new Error(`waited 10 s for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

export function rule(extra: Partial<ValueRule> = {}): ValueRule {
  return {
    sentinels: [],
    sentinelRanges: [],
    scale: 1,
    offset: 0,
    min: Number.NEGATIVE_INFINITY,
    max: Number.POSITIVE_INFINITY,
    ...extra,
  };
}

/** A rule with the bounds of a quantity, as the compiler makes it. */
export function boundedRule(quantityId: string, extra: Partial<ValueRule> = {}): ValueRule {
  const { min, max } = quantity(quantityId);
  return rule({ ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }), ...extra });
}

export function constant(text: string): Template {
  return { text, parts: [{ literal: text }] };
}

export function constantTags(tags: Partial<Record<TagKey, string>>): (readonly [TagKey, Template])[] {
  return Object.entries(tags).map(([key, value]) => [key as TagKey, constant(value)] as const);
}

export function deviceTags(device: string, school = "school-1"): Tags {
  return { province: "51", city: "5101", county: "510182", school, device, role: "meter" };
}
