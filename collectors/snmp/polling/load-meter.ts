import type { Clock } from "../../../src/collection/contract.ts";

const MINUTE_MS = 60_000;
/** Whole minutes that an average is made of. */
const MINUTES = 15;
const LATENCIES = 64;

/** What a stretch of requests showed of a device. */
export interface Signs {
  readonly requests: number;
  /** Requests that got no answer. */
  readonly lost: number;
  /** Median of the answers' latencies, ms; NaN when there were none. Requests sent again do not count. */
  readonly latencyMs: number;
}

/** Counts what is asked of one device: by the minute for the budget, and by the poll for the breaker. */
export class LoadMeter {
  readonly #clock: Clock;
  readonly #requests = new Uint32Array(MINUTES + 1);
  readonly #octets = new Float64Array(MINUTES + 1);
  readonly #latencies = new Float64Array(LATENCIES);
  #answers = 0;
  #minute: number;
  readonly #first: number;
  #pollRequests = 0;
  #pollReplies = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#minute = Math.floor(clock.monotonic() / MINUTE_MS);
    this.#first = this.#minute;
  }

  /** A datagram of that many octets went out. */
  sent(octets: number): void {
    this.#advance(this.#clock.monotonic());
    const slot = this.#minute % (MINUTES + 1);
    this.#requests[slot]!++;
    this.#octets[slot]! += octets;
    this.#pollRequests++;
  }

  /** The answer came, of that many octets, after `latencyMs`: NaN when its request was sent more than once. */
  answered(octets: number, latencyMs: number): void {
    this.#octets[this.#minute % (MINUTES + 1)]! += octets;
    this.#pollReplies++;
    // Which of several sendings is answered is not known (Karn's algorithm).
    if (!Number.isNaN(latencyMs)) this.#latencies[this.#answers++ % LATENCIES] = latencyMs;
  }

  /** What was seen since the last call. */
  take(): Signs {
    const known = this.#latencies.slice(0, Math.min(this.#answers, LATENCIES)).sort();
    const signs = {
      requests: this.#pollRequests,
      lost: Math.max(0, this.#pollRequests - this.#pollReplies),
      latencyMs: known.length > 0 ? known[known.length >> 1]! : Number.NaN,
    };
    this.#answers = 0;
    this.#pollRequests = 0;
    this.#pollReplies = 0;
    return signs;
  }

  /** Means over the last whole minutes, at most 15; before the first has passed what there is of it. */
  perMinute(): { readonly requests: number; readonly octets: number; readonly mostRequests: number } {
    this.#advance(this.#clock.monotonic());
    const whole = Math.min(MINUTES, this.#minute - this.#first);
    if (whole === 0) {
      const slot = this.#minute % (MINUTES + 1);
      const requests = this.#requests[slot]!;
      return { requests, octets: this.#octets[slot]!, mostRequests: requests };
    }
    let requests = 0;
    let octets = 0;
    let mostRequests = 0;
    for (let minute = this.#minute - whole; minute < this.#minute; minute++) {
      const slot = minute % (MINUTES + 1);
      requests += this.#requests[slot]!;
      octets += this.#octets[slot]!;
      mostRequests = Math.max(mostRequests, this.#requests[slot]!);
    }
    return { requests: requests / whole, octets: octets / whole, mostRequests };
  }

  #advance(at: number): void {
    const minute = Math.floor(at / MINUTE_MS);
    const passed = minute - this.#minute;
    for (let i = 1; i <= Math.min(passed, MINUTES + 1); i++) {
      const slot = (this.#minute + i) % (MINUTES + 1);
      this.#requests[slot] = 0;
      this.#octets[slot] = 0;
    }
    if (passed > 0) this.#minute = minute;
  }
}
