import { STATUS, type Status } from "./status.ts";

/** Counter32 counts modulo this. */
export const MODULUS_32 = 2 ** 32;
/** Counter64 is kept modulo this: the low 53 bits, so that float64 holds it exactly (RFC 2578 section 7.1.10). */
export const MODULUS_53 = 2 ** 53;

export type CounterModulus = typeof MODULUS_32 | typeof MODULUS_53;

/** Steps of a counter between two readings, exact in both moduli; always >= 0 and < modulus. */
export function counterDelta(previous: number, current: number, modulus: CounterModulus): number {
  const delta = current - previous;
  return delta < 0 ? delta + modulus : delta;
}

/** A difference that means more than this many steps a second is a reset, when nothing is known of the line. */
const ANY_LINE_STEPS_PER_SECOND = 1e11;

/**
 * When nothing is known of the line, a Counter32 that fell has wrapped only if it then made less than this part of
 * its range; otherwise it was reset.
 */
const WRAP_PART = 1 / 4;

/** Line rate may be exceeded by this factor: the two ends of a poll are not read in the same instant. */
const LINE_RATE_TOLERANCE = 1.05;

/**
 * Previous readings of many counters in columns, and the rates made from them. One slot a counter.
 * A rate is never negative and never over the ceiling x 1.05; a reset or a discontinuity is a gap.
 */
export class CounterBank {
  #value: Float64Array;
  #time: Float64Array;
  #used = 0;

  constructor(capacity = 64) {
    if (!(capacity >= 1)) throw new RangeError("a bank has at least one slot");
    this.#value = new Float64Array(capacity).fill(Number.NaN);
    this.#time = new Float64Array(capacity);
  }

  /** A new slot with no previous reading. */
  slot(): number {
    if (this.#used === this.#value.length) {
      const value = new Float64Array(this.#used * 2).fill(Number.NaN);
      value.set(this.#value);
      this.#value = value;
      const time = new Float64Array(this.#used * 2);
      time.set(this.#time);
      this.#time = time;
    }
    return this.#used++;
  }

  /** Forgets the previous reading: the next one is a first one. Call it when the agent says it restarted. */
  forget(slot: number): void {
    this.#value[slot] = Number.NaN;
  }

  /**
   * Takes a reading and answers steps a second since the one before, or NaN; `lastStatus` then says why.
   * @param time UTC ms or monotonic ms of the reading, the same clock for every reading of a slot
   * @param ceiling most steps a second that the line can make, 0 when it is not known
   */
  rate(slot: number, value: number, time: number, modulus: CounterModulus, ceiling = 0): number {
    const previous = this.#value[slot]!;
    const elapsed = (time - this.#time[slot]!) / 1000;
    if (!(value >= 0 && value < modulus)) {
      this.#value[slot] = Number.NaN;
      this.lastStatus = STATUS.implausible;
      return Number.NaN;
    }
    this.#value[slot] = value;
    this.#time[slot] = time;
    if (Number.isNaN(previous)) {
      this.lastStatus = STATUS.first;
      return Number.NaN;
    }
    if (!(elapsed > 0)) {
      this.lastStatus = STATUS.implausible;
      return Number.NaN;
    }
    const known = ceiling > 0;
    const limit = known ? ceiling * LINE_RATE_TOLERANCE : ANY_LINE_STEPS_PER_SECOND;
    // A counter that can go round more than once between two readings proves nothing. Of a Counter32 of an
    // unknown line it is taken that it cannot.
    if ((known || modulus === MODULUS_53) && limit * elapsed >= modulus) {
      this.lastStatus = STATUS.implausible;
      return Number.NaN;
    }
    const delta = counterDelta(previous, value, modulus);
    const rate = delta / elapsed;
    if (rate > limit || (!known && value < previous && delta > modulus * WRAP_PART)) {
      this.lastStatus = STATUS.reset;
      return Number.NaN;
    }
    this.lastStatus = STATUS.ok;
    return rate;
  }

  /** The status of the last call of `rate`. */
  lastStatus: Status = STATUS.ok;
}
