/** How much is let in. A second is one of the monotonic clock. */
export interface TrapLimits {
  /** Notifications a second of one source, and how many may come at once. */
  readonly perSecond: number;
  readonly burst: number;
  /** Of all sources together; as many again are kept free for sources that were quiet. */
  readonly totalPerSecond: number;
}

export const TRAP_LIMITS: TrapLimits = { perSecond: 20, burst: 100, totalPerSecond: 500 };

/** Fills steadily up to its size; each notification takes one out. */
export class TokenBucket {
  readonly #perMs: number;
  readonly #size: number;
  #tokens: number;
  #at: number;

  constructor(perSecond: number, size: number, now: number) {
    this.#perMs = perSecond / 1000;
    this.#size = size;
    this.#tokens = size;
    this.#at = now;
  }

  take(now: number): boolean {
    this.#fill(now);
    if (this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }

  /** How full it is, 0..1. */
  level(now: number): number {
    this.#fill(now);
    return this.#tokens / this.#size;
  }

  #fill(now: number): void {
    if (now > this.#at) this.#tokens = Math.min(this.#size, this.#tokens + (now - this.#at) * this.#perMs);
    this.#at = Math.max(this.#at, now);
  }
}

/** A source whose bucket is this full counts as quiet. */
const QUIET = 0.9;

/**
 * The cap over all sources. Many that storm together use up the common part and no more: what a quiet source
 * says, which may be the line that fell, has a part of its own.
 */
export class TotalCap {
  readonly #common: TokenBucket;
  readonly #kept: TokenBucket;

  constructor(perSecond: number, now: number) {
    this.#common = new TokenBucket(perSecond, 2 * perSecond, now);
    this.#kept = new TokenBucket(perSecond, 2 * perSecond, now);
  }

  /** `level`: how full the source's bucket is. */
  take(level: number, now: number): boolean {
    return this.#common.take(now) || (level >= QUIET && this.#kept.take(now));
  }
}
