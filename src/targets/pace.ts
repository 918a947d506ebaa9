import { addDays, daysBetween } from "../indicators/calendar.ts";

/** The pace rests on so many days at most, and on so many at least. */
export const PACE_DAYS = 90;
export const PACE_LEAST_DAYS = 14;
/** Further than this nothing is foretold, days. */
const FARTHEST = 50 * 365;
const MONTH = 30;
/** Less than this a month is no movement. */
const STILL = 1e-6;

export interface DayRate {
  /** `2026-11-22`. */
  readonly date: string;
  /** 0..1; null: no school counted. */
  readonly rate: number | null;
}

export interface Pace {
  /** Change of the rate in 30 days; null: too few days. */
  readonly perMonth: number | null;
  /** Month in which the wanted rate is reached; null: never, or not known. */
  readonly reached: string | null;
  /** Days with a rate that it rests on. */
  readonly days: number;
}

/**
 * The median of the slopes between any two days (Theil and Sen): a few odd days, or a day on which many schools
 * were unknown, do not turn it. The forecast starts at the last day's rate.
 * @param history oldest first; what lies more than 90 days before the last day is left out
 */
export function paceOf(history: readonly DayRate[], wanted: number | null): Pace {
  const last = history.findLast((one) => one.rate !== null);
  if (!last) return { perMonth: null, reached: null, days: 0 };
  const days: { readonly x: number; readonly y: number }[] = [];
  for (const { date, rate } of history) {
    const x = daysBetween(date, last.date);
    if (rate !== null && x >= 0 && x < PACE_DAYS) days.push({ x: -x, y: rate });
  }
  if (days.length < PACE_LEAST_DAYS) return { perMonth: null, reached: null, days: days.length };
  const slope = medianSlope(days);
  const perMonth = slope * MONTH;
  return { perMonth, reached: reachedAt(last.date, last.rate!, wanted, slope), days: days.length };
}

function reachedAt(date: string, rate: number, wanted: number | null, slope: number): string | null {
  if (wanted === null || rate >= wanted || slope * MONTH < STILL) return null;
  const days = Math.ceil((wanted - rate) / slope);
  return days > FARTHEST ? null : addDays(date, days).slice(0, 7);
}

function medianSlope(days: readonly { readonly x: number; readonly y: number }[]): number {
  const slopes = new Float64Array((days.length * (days.length - 1)) / 2);
  let n = 0;
  for (let i = 0; i < days.length; i++)
    for (let j = i + 1; j < days.length; j++)
      slopes[n++] = (days[j]!.y - days[i]!.y) / (days[j]!.x - days[i]!.x);
  const middle = slopes.length >> 1;
  const upper = selected(slopes, middle);
  if (slopes.length % 2 === 1) return upper;
  // What is left of the middle is not larger: the largest of it is the one before.
  let lower = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < middle; i++) lower = Math.max(lower, slopes[i]!);
  return (lower + upper) / 2;
}

/**
 * The value that would stand at `place` if they were sorted; smaller ones stand left of it afterwards. Hoare's
 * selection: a page has the paces of hundreds of regions, of four thousand slopes each.
 */
function selected(values: Float64Array, place: number): number {
  let left = 0;
  let right = values.length - 1;
  while (left < right) {
    const pivot = values[(left + right) >> 1]!;
    let i = left;
    let j = right;
    while (i <= j) {
      while (values[i]! < pivot) i++;
      while (values[j]! > pivot) j--;
      if (i > j) break;
      const one = values[i]!;
      values[i++] = values[j]!;
      values[j--] = one;
    }
    if (place <= j) right = j;
    else if (place >= i) left = i;
    else break;
  }
  return values[place]!;
}

export type Course = "reached" | "on-track" | "late" | "unknown" | "no-number";

/** Where the target stands against its number and date. */
export function courseOf(
  rate: number | null,
  wanted: number | null,
  by: string | null,
  pace: Pace,
  date: string,
): Course {
  if (wanted === null) return "no-number";
  if (rate === null) return "unknown";
  if (rate >= wanted) return "reached";
  // The day has gone by: whatever the pace, it is late.
  if (by !== null && date > by) return "late";
  if (pace.perMonth === null) return "unknown";
  if (pace.reached === null) return "late";
  return by === null || pace.reached <= by.slice(0, 7) ? "on-track" : "late";
}
