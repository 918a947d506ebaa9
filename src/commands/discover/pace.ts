import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "../../collection/contract.ts";

/** Lets so many begin a second, evenly: no burst after a pause. */
export class Pace {
  readonly #clock: Clock;
  readonly #everyMs: number;
  #next = 0;

  constructor(clock: Clock, perSecond: number) {
    this.#clock = clock;
    this.#everyMs = 1000 / perSecond;
  }

  /** Resolves when `count` more may begin, or when the signal aborts. */
  async take(count: number, signal: AbortSignal): Promise<void> {
    const now = this.#clock.monotonic();
    const at = Math.max(now, this.#next);
    this.#next = at + count * this.#everyMs;
    // Timers are whole milliseconds: what is due within one is not waited for.
    if (at - now >= 1) await sleep(at - now, undefined, { signal }).catch(() => {});
  }
}

/** Runs tasks, so many at once; tasks may add tasks. A task that throws ends the run: it is our fault. */
export class TaskPool {
  readonly #most: number;
  readonly #waiting: (() => Promise<void>)[] = [];
  #at = 0;
  #running = 0;
  #failure: { readonly error: unknown } | undefined;
  #idle: (() => void) | undefined;

  constructor(most: number) {
    this.#most = most;
  }

  get size(): number {
    return this.#running + this.#waiting.length - this.#at;
  }

  add(task: () => Promise<void>): void {
    this.#waiting.push(task);
    this.#start();
  }

  /** Resolves when nothing runs and nothing waits; rejects with the first failure once nothing runs. */
  async idle(): Promise<void> {
    while (this.size > 0)
      await new Promise<void>((resolve) => {
        this.#idle = resolve;
      });
    if (this.#failure) throw this.#failure.error;
  }

  #start(): void {
    while (this.#running < this.#most && this.#at < this.#waiting.length) {
      const task = this.#waiting[this.#at++]!;
      if (this.#at > 1024 && this.#at * 2 > this.#waiting.length) {
        this.#waiting.splice(0, this.#at);
        this.#at = 0;
      }
      if (this.#failure) continue;
      this.#running++;
      task()
        .catch((error: unknown) => {
          this.#failure ??= { error };
        })
        .finally(() => {
          this.#running--;
          this.#start();
        });
    }
    if (this.size === 0) this.#idle?.();
  }
}
