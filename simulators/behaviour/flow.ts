import type { Seed } from "../world/seed.ts";
import type { WeekProfile } from "./profile.ts";

/** A quantity that only grows: `at(second)` is its whole value at that second, exact and the same for ever. */
export interface Total {
  at(second: number): number;
}

/** Shares of the swing by three slow waves; their sum stays under 1, so that time never runs backwards. */
const SWING = [0.3, 0.2, 0.12] as const;

/**
 * Bends time by slow waves: the bent time grows always, by 0.38 to 1.62 seconds a second. A counter that follows
 * a profile over bent time is monotonic, has an exact integral, and looks alive.
 */
export class BentTime {
  readonly #period: readonly number[];
  readonly #amplitude: readonly number[];
  readonly #phase: readonly number[];

  constructor(seed: Seed) {
    this.#period = [
      seed.between("p0", 90, 260),
      seed.between("p1", 500, 1400),
      seed.between("p2", 3000, 7000),
    ];
    this.#amplitude = SWING.map((swing, i) => (swing * this.#period[i]!) / (2 * Math.PI));
    this.#phase = [0, 1, 2].map((i) => seed.between(`phase${i}`, 0, 2 * Math.PI));
  }

  at(second: number): number {
    return (
      second +
      this.#amplitude[0]! * Math.sin(this.#angle(0, second)) +
      this.#amplitude[1]! * Math.sin(this.#angle(1, second)) +
      this.#amplitude[2]! * Math.sin(this.#angle(2, second))
    );
  }

  /** How fast bent time runs. */
  pace(second: number): number {
    return (
      1 +
      SWING[0] * Math.cos(this.#angle(0, second)) +
      SWING[1] * Math.cos(this.#angle(1, second)) +
      SWING[2] * Math.cos(this.#angle(2, second))
    );
  }

  /** Small, because the sine of a great number costs ten times that of a small one. */
  #angle(i: 0 | 1 | 2, second: number): number {
    const turns = second / this.#period[i]!;
    return 2 * Math.PI * (turns - Math.floor(turns)) + this.#phase[i]!;
  }
}

/**
 * Use that changes over months: the factor on the profile is 1 at `anchor` and changes by `perDay` a day between
 * `from` and `to`; before and after it stays what it is there. UTC seconds.
 */
export interface Growth {
  readonly anchor: number;
  readonly perDay: number;
  readonly from: number;
  readonly to: number;
}

/** How busy something is over time: a profile over bent time. Many flows may follow one. */
export class Rhythm {
  readonly #profile: WeekProfile;
  readonly #time: BentTime;
  readonly #growth: Grown | undefined;
  #memoSecond = Number.NaN;
  #memo = 0;

  constructor(profile: WeekProfile, seed: Seed, growth?: Growth) {
    this.#profile = profile;
    this.#time = new BentTime(seed);
    this.#growth = growth && grown(growth, profile);
  }

  /** Integral of the level from a fixed moment long ago. */
  integral(second: number): number {
    if (second !== this.#memoSecond) {
      this.#memo = this.#integral(this.#time.at(second));
      this.#memoSecond = second;
    }
    return this.#memo;
  }

  /** The slope of the integral. */
  level(second: number): number {
    const bent = this.#time.at(second);
    return this.#profile.level(bent) * this.#time.pace(second) * factorAt(this.#growth, bent);
  }

  /** Of profile x growth up to a moment of bent time. */
  #integral(bent: number): number {
    const plain = this.#profile.integral(bent);
    const growth = this.#growth;
    if (!growth) return plain;
    const { from, to, first, last, perSecond, moment, added } = growth;
    if (bent <= from) return first * plain;
    return bent <= to ? first * plain + perSecond * moment(bent) : last * plain + added;
  }
}

/** Units (octets, watt seconds) that follow a rhythm: `peak` a second where its profile is 1. */
export class Flow implements Total {
  readonly #rhythm: Rhythm;
  readonly #peak: number;
  readonly #start: number;

  /** Zero at `since` (UTC seconds). */
  constructor(rhythm: Rhythm, peak: number, since: number) {
    this.#rhythm = rhythm;
    this.#peak = peak;
    this.#start = rhythm.integral(since);
  }

  at(second: number): number {
    return Math.max(0, Math.floor(this.exact(second)));
  }

  /** The integral before rounding. */
  exact(second: number): number {
    return this.#peak * (this.#rhythm.integral(second) - this.#start);
  }

  /** Units a second at the moment. */
  rate(second: number): number {
    return this.#peak * this.#rhythm.level(second);
  }
}

/** A growth with what is the same for every moment. */
interface Grown extends Growth {
  readonly first: number;
  readonly last: number;
  readonly perSecond: number;
  readonly moment: (second: number) => number;
  /** What the integral has after `to` over `last` times the profile's own. */
  readonly added: number;
}

function grown(growth: Growth, profile: WeekProfile): Grown {
  const { from, to, perDay } = growth;
  const first = factorAt(growth, from);
  const last = factorAt(growth, to);
  const perSecond = perDay / 86_400;
  const moment = profile.momentSince(from);
  const added = (first - last) * profile.integral(to) + perSecond * moment(to);
  return { ...growth, first, last, perSecond, moment, added };
}

function factorAt(growth: Growth | undefined, second: number): number {
  if (!growth) return 1;
  const { anchor, perDay, from, to } = growth;
  return 1 + (perDay / 86_400) * (Math.min(to, Math.max(from, second)) - anchor);
}

/** A line that is down for some seconds again and again. */
export interface Flapping {
  /** Seconds from one failure to the next, and how long one lasts; `since` is the start of one. */
  readonly period: number;
  readonly down: number;
  readonly since: number;
}

export function isDown(flapping: Flapping | undefined, second: number): boolean {
  if (!flapping || second < flapping.since) return false;
  return (second - flapping.since) % flapping.period < flapping.down;
}

/** Another total over a line that flaps: it stands while the line is down and makes up for it until the next time. */
export class Flapped implements Total {
  readonly #of: Total;
  readonly #flapping: Flapping;

  constructor(of: Total, flapping: Flapping) {
    this.#of = of;
    this.#flapping = flapping;
  }

  at(second: number): number {
    const { since, period, down } = this.#flapping;
    if (second < since) return this.#of.at(second);
    const phase = (second - since) % period;
    const start = second - phase;
    const caughtUp = phase < down ? 0 : ((phase - down) * period) / (period - down);
    return this.#of.at(start + caughtUp);
  }
}

/** A total that never changes: what a line that is down shows. */
export class Still implements Total {
  readonly #value: number;

  constructor(value: number) {
    this.#value = value;
  }

  at(): number {
    return this.#value;
  }
}

/** The sum of others, kept for one second: an uplink is what its access ports carry. */
export class Sum implements Total {
  readonly #parts: readonly Total[];
  #memoSecond = Number.NaN;
  #memo = 0;

  constructor(parts: readonly Total[]) {
    this.#parts = parts;
  }

  at(second: number): number {
    if (second !== this.#memoSecond) {
      let sum = 0;
      for (const part of this.#parts) sum += part.at(second);
      this.#memo = sum;
      this.#memoSecond = second;
    }
    return this.#memo;
  }
}

/** A fixed share of another total, whole. */
export class Share implements Total {
  readonly #of: Total;
  readonly #share: number;

  constructor(of: Total, share: number) {
    this.#of = of;
    this.#share = share;
  }

  at(second: number): number {
    return Math.floor(this.#of.at(second) * this.#share);
  }
}
