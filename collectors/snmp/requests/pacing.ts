import type { Clock } from "../../../src/collection/contract.ts";
import type { TimerWheel, WheelEntry } from "./timer-wheel.ts";

/** Requests that may follow each other at once; with the refill below no second sees more than the limit. */
const BURST = 10;

/**
 * Politeness to one device: so many requests in flight, so many a second. In no second are there more than
 * `perSecond`: a bucket of 10 that is refilled at `perSecond` - 10.
 */
export class Pacer implements WheelEntry {
  readonly #clock: Clock;
  readonly #wheel: TimerWheel;
  readonly #inFlight: number;
  readonly #refillPerMs: number;
  readonly #burst: number;
  readonly #waiting: (() => void)[] = [];
  #busy = 0;
  #tokens: number;
  #filledAt: number;
  due = 0;
  slot = -1;
  next: WheelEntry | undefined;
  previous: WheelEntry | undefined;

  constructor(clock: Clock, wheel: TimerWheel, inFlight: number, perSecond: number) {
    this.#clock = clock;
    this.#wheel = wheel;
    this.#inFlight = inFlight;
    this.#burst = Math.max(1, Math.min(BURST, Math.floor(perSecond / 5)));
    this.#refillPerMs = Math.max(perSecond - this.#burst, 0.5) / 1000;
    this.#tokens = this.#burst;
    this.#filledAt = clock.monotonic();
  }

  /** Resolves when a request may go; each is followed by one `release`. */
  acquire(): Promise<void> {
    if (this.tryAcquire()) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#next();
    });
  }

  /** The same when one may go at once; false when it has to wait. */
  tryAcquire(): boolean {
    if (this.#waiting.length > 0 || !this.#take()) return false;
    this.#busy++;
    return true;
  }

  release(): void {
    this.#busy--;
    if (this.#waiting.length > 0) this.#next();
  }

  /** A retry is a request to the device too: it is paid for afterwards. */
  charge(): void {
    this.#refill();
    this.#tokens--;
  }

  /** Lets everybody go: their requests find the session closed. */
  close(): void {
    this.#wheel.cancel(this);
    for (const go of this.#waiting.splice(0)) {
      this.#busy++;
      go();
    }
  }

  fire(): void {
    this.#next();
  }

  #next(): void {
    while (this.#waiting.length > 0 && this.#take()) {
      this.#busy++;
      this.#waiting.shift()!();
    }
    if (this.#waiting.length === 0 || this.#busy >= this.#inFlight || this.slot >= 0) return;
    this.#wheel.start(this, Math.max(1, (1 - this.#tokens) / this.#refillPerMs));
  }

  #take(): boolean {
    if (this.#busy >= this.#inFlight) return false;
    this.#refill();
    if (this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }

  #refill(): void {
    const now = this.#clock.monotonic();
    this.#tokens = Math.min(this.#burst, this.#tokens + (now - this.#filledAt) * this.#refillPerMs);
    this.#filledAt = now;
  }
}
