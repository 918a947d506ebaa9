import type { Signs } from "./load-meter.ts";

/** A latency over this many times what is usual says that the device suffers ... */
const LATENCY_FACTOR = 3;
/** ... unless it is only so much more: that may be our own event loop, or the line. */
const LATENCY_SLACK_MS = 50;
/** Share of requests without an answer that says so, of at least this many lost. */
const LOSS_SHARE = 0.2;
const LOSS_LEAST = 2;
/** Points of CPU that it rises by while it is polled. */
const CPU_RISE = 20;
/** Polls that suffer one after the other before a step is taken. */
const STRIKES = 3;
/** Polls of a tier that its usual latency is learned from before it is judged by it. */
const LEARNING = 8;
/** The first polls find tables and sizes out: they teach nothing. */
const SETTLING = 3;
const LEARN_PART = 0.1;
/** Good polls in a row, and the time since the last step, before a step is taken back. */
const GOOD_POLLS = 10;
const HOLD_MS = 30 * 60_000;
/** Each step back that was too early doubles the hold, up to a day; a day without trouble forgets it. */
const MOST_HOLDS = 48;
const DAY_MS = 86_400_000;
/** At the last step for so long without getting faster: the latency is not our doing, and is the usual one now. */
const RESIGN_MS = 2 * 3_600_000;

/** 0: all is read. 1: without optional groups. 2, 3: and less often. */
export type BreakerLevel = 0 | 1 | 2 | 3;
/** Every how manieth turn is taken, by level. */
const TURNS = [1, 1, 2, 4] as const;

const REASONS = {
  1: "polled without optics, sensors, hosts and neighbours",
  2: "polled half as often and without optics, sensors, hosts and neighbours",
  3: "this device suffers from monitoring, it is polled a quarter as often",
} as const;

interface Tier {
  polls: number;
  usualMs: number;
}

/**
 * Watches whether a device suffers from being polled, and asks less of it when it does: first without the optional
 * groups (optics, sensors, hosts, neighbours), then every second, then every fourth turn. What it says, it says in
 * `reason`. Pure: time comes with the calls.
 */
export class Breaker {
  readonly #tiers = new Map<number, Tier>();
  readonly #turns = new Map<number, number>();
  #level: BreakerLevel = 0;
  #strikes = 0;
  #good = 0;
  #holds = 1;
  #steppedBack = false;
  #changedAt = Number.NEGATIVE_INFINITY;
  #trouble = "";

  get level(): BreakerLevel {
    return this.#level;
  }

  /** Whether optional groups are left out. */
  get sheds(): boolean {
    return this.#level > 0;
  }

  /** For people; undefined while all is well. */
  get reason(): string | undefined {
    return this.#level === 0 ? undefined : `${REASONS[this.#level]}: ${this.#trouble}`;
  }

  /** Counts a turn of a tier; whether it is to be left out. */
  skips(everyMs: number): boolean {
    const turn = this.#turns.get(everyMs) ?? 0;
    this.#turns.set(everyMs, turn + 1);
    return turn % TURNS[this.#level] !== 0;
  }

  /**
   * Judges a poll. `cpuRise`: points by which the device's CPU rose over it, NaN when that is not known. `now`:
   * monotonic ms. Answers which way the level went.
   */
  note(everyMs: number, signs: Signs, cpuRise: number, now: number): "up" | "down" | undefined {
    const trouble = this.#troubleOf(everyMs, signs, cpuRise);
    if (trouble === undefined) return this.#noteGood(now);
    this.#good = 0;
    this.#trouble = trouble;
    if (++this.#strikes < STRIKES) return undefined;
    this.#strikes = 0;
    if (this.#level === 3) {
      this.#resign(now);
      return undefined;
    }
    // Back at it soon after a step was taken back: it was too early.
    if (now - this.#changedAt >= DAY_MS) this.#holds = 1;
    else if (this.#steppedBack) this.#holds = Math.min(this.#holds * 2, MOST_HOLDS);
    this.#steppedBack = false;
    this.#level = (this.#level + 1) as BreakerLevel;
    this.#changedAt = now;
    return "up";
  }

  #troubleOf(everyMs: number, signs: Signs, cpuRise: number): string | undefined {
    const { requests, lost, latencyMs } = signs;
    if (cpuRise >= CPU_RISE) return `its CPU rises by ${Math.round(cpuRise)} points while it is polled`;
    if (lost >= LOSS_LEAST && lost > requests * LOSS_SHARE)
      return `${lost} of ${requests} requests were not answered`;
    if (Number.isNaN(latencyMs)) return undefined;
    const tier = this.#tier(everyMs);
    const limit = Math.max(tier.usualMs * LATENCY_FACTOR, tier.usualMs + LATENCY_SLACK_MS);
    if (tier.polls >= SETTLING + LEARNING && latencyMs > limit)
      return `it takes ${Math.round(latencyMs)} ms to answer, usually ${Math.max(1, Math.round(tier.usualMs))} ms`;
    // Learned while all is read and nothing is wrong; a device that got faster is so at once.
    if (this.#level > 0 && !(latencyMs < tier.usualMs)) return undefined;
    tier.polls++;
    if (tier.polls > SETTLING)
      tier.usualMs =
        tier.polls === SETTLING + 1 ? latencyMs : tier.usualMs + (latencyMs - tier.usualMs) * LEARN_PART;
    return undefined;
  }

  #tier(everyMs: number): Tier {
    let tier = this.#tiers.get(everyMs);
    if (!tier) this.#tiers.set(everyMs, (tier = { polls: 0, usualMs: 0 }));
    return tier;
  }

  #noteGood(now: number): "down" | undefined {
    this.#strikes = 0;
    if (this.#level === 0) return undefined;
    if (++this.#good < GOOD_POLLS || now - this.#changedAt < HOLD_MS * this.#holds) return undefined;
    this.#good = 0;
    this.#level = (this.#level - 1) as BreakerLevel;
    this.#steppedBack = true;
    this.#changedAt = now;
    return "down";
  }

  /** Asking less has not helped: what is slow now is how the device is, and the steps are taken back. */
  #resign(now: number): void {
    if (now - this.#changedAt < RESIGN_MS) return;
    for (const tier of this.#tiers.values()) tier.polls = 0;
    this.#changedAt = now;
  }
}
