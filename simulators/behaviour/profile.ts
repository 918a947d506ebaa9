/** Asia/Shanghai is UTC+8 the year round (no summer time since 1991). */
const LOCAL_OFFSET = 8 * 3600;
const WEEK = 7 * 86400;
const MINUTES = WEEK / 60;
/** 1970-01-01 was a Thursday; a week here starts on Monday. */
const MONDAY_OFFSET = 3 * 86400;

type Points = readonly (readonly [string, number])[];

/**
 * How busy something is over the week: piecewise linear in local time with corners at whole minutes, 1 at its
 * usual peak. The integral is exact, so that counters are sums and not samples.
 */
export class WeekProfile {
  readonly #level: Float64Array;
  /** Integral from the start of the week to each minute, level x seconds. */
  readonly #sum: Float64Array;
  /** Integral of level x seconds since the start of the week, to each minute: level x seconds x seconds. */
  readonly #moment: Float64Array;

  /** Seven days from Monday; each a list of ["HH:MM", level] from "00:00" to "24:00". */
  constructor(days: readonly Points[]) {
    this.#level = new Float64Array(MINUTES + 1);
    for (const [day, points] of days.entries()) fill(this.#level, day * 1440, points);
    this.#level[MINUTES] = this.#level[0]!;
    this.#sum = new Float64Array(MINUTES + 1);
    this.#moment = new Float64Array(MINUTES + 1);
    for (let m = 0; m < MINUTES; m++) {
      this.#sum[m + 1] = this.#sum[m]! + 30 * (this.#level[m]! + this.#level[m + 1]!);
      this.#moment[m + 1] = this.#moment[m]! + this.#minuteMoment(m, 1);
    }
  }

  /** Level at a moment (UTC seconds, fractions allowed). */
  level(second: number): number {
    const minute = this.#minute(second);
    const whole = Math.floor(minute);
    const low = this.#level[whole]!;
    return low + (this.#level[whole + 1]! - low) * (minute - whole);
  }

  /** Integral of the level from a fixed Monday long ago to the moment, in level x seconds. */
  integral(second: number): number {
    const local = second + LOCAL_OFFSET + MONDAY_OFFSET;
    const week = Math.floor(local / WEEK);
    const minute = (local - week * WEEK) / 60;
    const whole = Math.min(MINUTES - 1, Math.floor(minute));
    const part = minute - whole;
    const low = this.#level[whole]!;
    const slope = this.#level[whole + 1]! - low;
    return week * this.#sum[MINUTES]! + this.#sum[whole]! + 60 * part * (low + (slope * part) / 2);
  }

  /**
   * The integral of level x (second - `since`) from `since` to a moment, as a function of the moment: what traffic
   * that grows by a little every second adds. Exact as `integral` is, while the two lie within some years.
   */
  momentSince(since: number): (second: number) => number {
    const origin = since + LOCAL_OFFSET + MONDAY_OFFSET;
    const start = Math.floor(origin / WEEK) * WEEK;
    const whole = this.#sum[MINUTES]!;
    const wholeMoment = this.#moment[MINUTES]!;
    const at = (second: number): number => {
      const local = second + LOCAL_OFFSET + MONDAY_OFFSET - start;
      const weeks = Math.floor(local / WEEK);
      const minute = (local - weeks * WEEK) / 60;
      const m = Math.min(MINUTES - 1, Math.floor(minute));
      const part = minute - m;
      const low = this.#level[m]!;
      const within = this.#sum[m]! + 60 * part * (low + ((this.#level[m + 1]! - low) * part) / 2);
      // Week w adds w x WEEK of distance to all of its own integral.
      return (
        ((weeks * (weeks - 1)) / 2) * WEEK * whole +
        weeks * wholeMoment +
        weeks * WEEK * within +
        this.#moment[m]! +
        this.#minuteMoment(m, part)
      );
    };
    const before = at(since);
    const integral = this.integral(since);
    const offset = origin - start;
    return (second) => at(second) - before - offset * (this.integral(second) - integral);
  }

  /** Integral of level x seconds since the start of the week over the first part (0..1) of a minute. */
  #minuteMoment(m: number, part: number): number {
    const low = this.#level[m]!;
    const slope = this.#level[m + 1]! - low;
    const seconds = 60 * part;
    return 60 * m * seconds * (low + (slope * part) / 2) + seconds * seconds * (low / 2 + (slope * part) / 3);
  }

  #minute(second: number): number {
    const local = second + LOCAL_OFFSET + MONDAY_OFFSET;
    return Math.min(MINUTES - 1e-9, (local - Math.floor(local / WEEK) * WEEK) / 60);
  }
}

function minuteOf(text: string): number {
  const [hour, minute] = text.split(":");
  return Number(hour) * 60 + Number(minute);
}

function fill(level: Float64Array, start: number, points: Points): void {
  for (let i = 0; i + 1 < points.length; i++) {
    const from = minuteOf(points[i]![0]);
    const to = minuteOf(points[i + 1]![0]);
    for (let m = from; m < to; m++)
      level[start + m] =
        points[i]![1] + ((points[i + 1]![1] - points[i]![1]) * (m - from)) / Math.max(1, to - from);
  }
}

function week(weekday: Points, saturday: number, sunday: number, floor: number): WeekProfile {
  const scaled = (factor: number): Points =>
    weekday.map(([time, level]) => [time, floor + (level - floor) * factor] as const);
  return new WeekProfile([weekday, weekday, weekday, weekday, weekday, scaled(saturday), scaled(sunday)]);
}

/** Lessons of 40 minutes with breaks between, lunch, afternoon to 17:30, some evening study. */
const LESSONS: Points = [
  ["00:00", 0.03],
  ["05:40", 0.03],
  ["07:20", 0.3],
  ["08:00", 0.85],
  ["08:40", 0.95],
  ["08:45", 0.6],
  ["08:50", 0.95],
  ["09:30", 1],
  ["09:36", 0.5],
  ["09:50", 0.9],
  ["10:30", 1],
  ["10:35", 0.65],
  ["10:40", 0.95],
  ["11:20", 0.98],
  ["11:30", 0.95],
  ["11:50", 0.45],
  ["13:30", 0.35],
  ["14:00", 0.85],
  ["14:40", 0.95],
  ["14:45", 0.6],
  ["14:50", 0.92],
  ["15:30", 0.97],
  ["15:36", 0.55],
  ["15:45", 0.9],
  ["16:30", 0.9],
  ["16:40", 0.7],
  ["17:30", 0.55],
  ["18:00", 0.2],
  ["19:00", 0.28],
  ["20:40", 0.25],
  ["22:00", 0.07],
  ["24:00", 0.03],
];

const OFFICE: Points = [
  ["00:00", 0.05],
  ["06:30", 0.05],
  ["08:00", 0.7],
  ["09:00", 1],
  ["11:30", 0.95],
  ["12:30", 0.5],
  ["14:00", 0.9],
  ["17:00", 0.85],
  ["18:00", 0.3],
  ["21:00", 0.15],
  ["24:00", 0.05],
];

/** Servers and things that never sleep, with a backup at two in the morning. */
const STEADY: Points = [
  ["00:00", 0.35],
  ["02:00", 0.35],
  ["02:10", 0.9],
  ["03:10", 0.9],
  ["03:20", 0.35],
  ["08:00", 0.5],
  ["09:00", 0.8],
  ["17:00", 0.75],
  ["19:00", 0.45],
  ["24:00", 0.35],
];

const SUN: Points = [
  ["00:00", 0],
  ["06:50", 0],
  ["08:30", 0.3],
  ["10:30", 0.8],
  ["12:40", 1],
  ["14:30", 0.8],
  ["16:40", 0.3],
  ["18:20", 0],
  ["24:00", 0],
];

const ALWAYS: Points = [
  ["00:00", 1],
  ["24:00", 1],
];

/** The profiles of the county; made once a world. */
export interface Profiles {
  readonly lessons: WeekProfile;
  readonly office: WeekProfile;
  readonly steady: WeekProfile;
  readonly sun: WeekProfile;
  readonly always: WeekProfile;
}

export function createProfiles(): Profiles {
  return {
    lessons: week(LESSONS, 0.25, 0.12, 0.03),
    office: week(OFFICE, 0.3, 0.12, 0.05),
    steady: week(STEADY, 0.8, 0.7, 0.35),
    sun: week(SUN, 1, 1, 0),
    always: week(ALWAYS, 1, 1, 1),
  };
}
