import type { Clock } from "../../../src/collection/contract.ts";
import { MAX_INT31 } from "./message.ts";

/** RFC 3414 section 2.2.3. */
export const TIME_WINDOW_S = 150;

/**
 * What is known of another engine's boots and time (RFC 3414 section 2.3). Only what an authenticated message said
 * may be told to `set` and `advance`.
 */
export class EngineClock {
  readonly #clock: Clock;
  #boots = 0;
  /** The engine's time at monotonic 0, s. */
  #offset = 0;
  /** The latest time that a message carried, s: what is sent again is older. */
  #latest = 0;
  #known = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** False until it was set, and after `forget`. */
  get known(): boolean {
    return this.#known;
  }

  /** 0 when not known. */
  get boots(): number {
    return this.#known ? this.#boots : 0;
  }

  /** The engine's time now, s; 0 when not known. */
  get time(): number {
    if (!this.#known) return 0;
    return Math.min(Math.max(0, this.#now() + this.#offset), MAX_INT31);
  }

  set(boots: number, time: number): void {
    this.#boots = boots;
    this.#offset = time - this.#now();
    this.#latest = time;
    this.#known = true;
  }

  /** The clock is in doubt: the next good message sets it. */
  forget(): void {
    this.#known = false;
  }

  /** Whether an answer is in time: the same boots, and not 150 s before or after. */
  within(boots: number, time: number): boolean {
    return (
      this.#known &&
      boots === this.#boots &&
      boots !== MAX_INT31 &&
      Math.abs(time - this.time) <= TIME_WINDOW_S
    );
  }

  /**
   * Judges an authenticated message that nobody asked for (a trap), and learns from it: RFC 3414 section 3.2,
   * step 7b. False when it is outside the time window.
   */
  advance(boots: number, time: number): boolean {
    if (boots === MAX_INT31) return false;
    if (!this.#known || boots > this.#boots || (boots === this.#boots && time > this.#latest)) {
      this.set(boots, time);
      return true;
    }
    return boots === this.#boots && time >= this.time - TIME_WINDOW_S;
  }

  #now(): number {
    return Math.floor(this.#clock.monotonic() / 1000);
  }
}

/** Clocks of engines that send by themselves, by engine id; the one seen longest ago goes when it is full. */
export class EngineTable {
  readonly #clock: Clock;
  readonly #capacity: number;
  readonly #clocks = new Map<string, EngineClock>();

  constructor(clock: Clock, capacity = 20_000) {
    this.#clock = clock;
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#clocks.size;
  }

  /** The engine's clock, or a new one that is not kept until `keep` is called with it. */
  clockOf(engineId: Uint8Array): EngineClock {
    return this.#clocks.get(key(engineId)) ?? new EngineClock(this.#clock);
  }

  /** Call it after an authenticated message was judged with the clock, so that forged ids fill nothing. */
  keep(engineId: Uint8Array, clock: EngineClock): void {
    const id = key(engineId);
    this.#clocks.delete(id);
    this.#clocks.set(id, clock);
    if (this.#clocks.size > this.#capacity) this.#clocks.delete(this.#clocks.keys().next().value!);
  }
}

function key(engineId: Uint8Array): string {
  return Buffer.from(engineId.buffer, engineId.byteOffset, engineId.length).toString("latin1");
}
