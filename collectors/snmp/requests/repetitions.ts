/** Octets of a response that fits one Ethernet frame: IP fragments are lost whole. */
const RESPONSE_OCTETS = 1400;
const HEADER_OCTETS = 60;
const FIRST = 10;
/** An answer that takes longer than this, and so many times the quickest, is too big for the agent ... */
const SLOW_MS = 500;
const SLOW_FACTOR = 3;
/** ... and the next one is to be so much smaller. */
const SLOWER = 0.7;
/** Answers in a row that say so. */
const SLOW_ANSWERS = 3;

/**
 * How many repetitions to ask one device for: starts at 10, doubles while answers come whole, halves when one is
 * lost or too big, and then stays below what failed until a hundred answers were good.
 */
export class Repetitions {
  readonly #cap: number;
  #current: number;
  #ceiling: number;
  #good = 0;
  /** Octets a varbind takes in this device's answers, averaged. */
  #varbindOctets = 26;
  #slow = 0;
  #leastMs = Number.POSITIVE_INFINITY;

  constructor(cap: number) {
    this.#cap = Math.max(1, Math.min(cap, 127));
    this.#ceiling = this.#cap;
    this.#current = Math.min(FIRST, this.#cap);
  }

  /** Max-repetitions for a request over that many columns of which `rows` more rows are expected. */
  choose(columns: number, rows = Number.POSITIVE_INFINITY): number {
    const fit = Math.floor((RESPONSE_OCTETS - HEADER_OCTETS) / this.#varbindOctets / columns);
    return Math.max(1, Math.min(this.#current, fit, rows));
  }

  /** An answer with `varbinds` in `octets` came to a request for `asked` repetitions after `latencyMs` (NaN: unknown). */
  good(asked: number, varbinds: number, octets: number, latencyMs = Number.NaN): void {
    if (varbinds > 0)
      this.#varbindOctets += ((octets - HEADER_OCTETS) / varbinds - this.#varbindOctets) * 0.25;
    this.#varbindOctets = Math.max(this.#varbindOctets, 12);
    if (latencyMs < this.#leastMs) this.#leastMs = latencyMs;
    if (asked > 1 && latencyMs > SLOW_MS && latencyMs > this.#leastMs * SLOW_FACTOR) {
      // An agent that makes its rows one by one is asked for fewer at a time, never for less than at first: many
      // small requests cost it more than they spare.
      if (++this.#slow < SLOW_ANSWERS) return;
      this.#slow = 0;
      this.#good = 0;
      this.#ceiling = Math.max(Math.min(FIRST, this.#cap), Math.floor(asked * SLOWER));
      this.#current = Math.min(this.#current, this.#ceiling);
      return;
    }
    this.#slow = 0;
    if (++this.#good >= 100) {
      this.#ceiling = this.#cap;
      this.#good = 0;
    }
    if (asked >= this.#current) this.#current = Math.min(this.#current * 2, this.#ceiling);
  }

  /** A request for `asked` repetitions was lost or answered with tooBig. */
  bad(asked: number): void {
    this.#good = 0;
    this.#ceiling = Math.max(1, asked - 1);
    this.#current = Math.max(1, Math.floor(asked / 2));
  }
}
