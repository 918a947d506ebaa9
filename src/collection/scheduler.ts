import type { Clock, Scheduler } from "./contract.ts";

/** What the scheduler reports of itself. */
export interface SchedulerObserver {
  /** How late a run started, ms, against the time it was due. */
  lateness(ms: number): void;
  /** A run was due while the one before it was still under way. */
  skipped(id: string): void;
  /** A task threw: our bug, or a collector's. */
  failed(id: string, error: unknown): void;
}

interface Entry {
  readonly id: string;
  readonly everyMs: number;
  readonly task: (signal: AbortSignal) => Promise<void> | void;
  /** Monotonic ms. */
  due: number;
  running: boolean;
  ended: boolean;
}

/** Timers are kept in slots of this width; a run starts at most this late when nothing else delays it. */
const SLOT_MS = 20;
const FIRST_WITHIN_MS = 10_000;

/**
 * One timer for all tasks: a map of time slots on the monotonic clock, so that ten thousand polls cost one
 * timer and a wall clock that jumps moves nothing (T1). Phases follow from the ids, so they are the same
 * after a restart and the load is spread.
 */
export class SlotScheduler implements Scheduler {
  readonly #clock: Clock;
  readonly #observer: SchedulerObserver;
  readonly #slots = new Map<number, Entry[]>();
  readonly #abort = new AbortController();
  readonly #running = new Set<Promise<void>>();
  #timer: NodeJS.Timeout | undefined;
  #slot = 0;

  constructor(clock: Clock, observer: SchedulerObserver) {
    this.#clock = clock;
    this.#observer = observer;
  }

  open(): void {
    this.#slot = Math.floor(this.#clock.monotonic() / SLOT_MS);
    this.#timer = setInterval(() => this.#tick(), SLOT_MS);
  }

  every(
    id: string,
    everyMs: number,
    task: (signal: AbortSignal) => Promise<void> | void,
    firstWithinMs: number = Math.min(everyMs, FIRST_WITHIN_MS),
  ): () => void {
    const now = this.#clock.monotonic();
    const phase = stableFraction(id);
    const entry: Entry = {
      id,
      everyMs,
      task,
      due: now + phase * firstWithinMs,
      running: false,
      ended: false,
    };
    this.#place(entry);
    return () => {
      entry.ended = true;
    };
  }

  /** Ends all tasks: their signals abort, and this resolves when those under way have returned. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#slots.clear();
    this.#abort.abort();
    await Promise.allSettled([...this.#running]);
  }

  #place(entry: Entry): void {
    const slot = Math.max(Math.ceil(entry.due / SLOT_MS), this.#slot + 1);
    const list = this.#slots.get(slot);
    if (list) list.push(entry);
    else this.#slots.set(slot, [entry]);
  }

  #tick(): void {
    const now = this.#clock.monotonic();
    const last = Math.floor(now / SLOT_MS);
    // After a long stall (a suspended machine) only occupied slots are visited.
    const slots =
      last - this.#slot > this.#slots.size
        ? [...this.#slots.keys()].filter((slot) => slot <= last).sort((a, b) => a - b)
        : Array.from({ length: Math.max(0, last - this.#slot) }, (_, i) => this.#slot + 1 + i);
    for (const slot of slots) {
      const entries = this.#slots.get(slot);
      if (!entries) continue;
      this.#slots.delete(slot);
      this.#slot = slot;
      for (const entry of entries) this.#start(entry, now);
    }
    this.#slot = Math.max(this.#slot, last);
  }

  #start(entry: Entry, now: number): void {
    if (entry.ended) return;
    const due = entry.due;
    // The first run sets the phase within the interval; later ones never stack: missed turns are left out.
    entry.due += entry.everyMs;
    if (entry.due <= now) entry.due += Math.ceil((now - entry.due + 1) / entry.everyMs) * entry.everyMs;
    this.#place(entry);
    if (entry.running) {
      this.#observer.skipped(entry.id);
      return;
    }
    this.#observer.lateness(Math.max(0, now - due));
    entry.running = true;
    const run = (async () => {
      try {
        await entry.task(this.#abort.signal);
      } catch (error) {
        if (!this.#abort.signal.aborted) this.#observer.failed(entry.id, error);
      } finally {
        entry.running = false;
      }
    })();
    this.#running.add(run);
    void run.finally(() => this.#running.delete(run));
  }
}

/** FNV-1a of the id as a number in [0, 1): the same phase after every restart. */
export function stableFraction(id: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < id.length; i++) {
    hash ^= id.charCodeAt(i);
    hash = Math.imul(hash, 0x01000193);
  }
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 0x2c1b3c6d);
  hash ^= hash >>> 12;
  return (hash >>> 0) / 2 ** 32;
}
