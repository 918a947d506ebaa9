import { medianOf } from "../../measurements/percentile.ts";

/** One day: its number since the epoch in local days, and a value. */
export interface DayPoint {
  readonly day: number;
  readonly value: number;
}

/** A robust line through daily points, and how sure it is. Values in their own unit, slopes a day. */
export interface Trend {
  /** The line at the last day. */
  readonly level: number;
  readonly slope: number;
  /** 90 % interval of the slope. */
  readonly slopeLow: number;
  readonly slopeHigh: number;
  readonly lastDay: number;
  /** Points that it rests on: those after a shift of level, where there was one. */
  readonly points: number;
  /** First day after a shift of level. */
  readonly shiftedAt?: number;
}

/** Points that a line needs: four weeks of school days and one more. */
export const TREND_DAYS = 21;
/** School days on each side of what is taken for a shift of level. */
const SHIFT_SIDE = 10;
/** 95 % point of the normal distribution: a 90 % interval leaves 5 % on each side. */
const Z = 1.6448536269514722;

/**
 * Theil and Sen's line: the median of the slopes between all pairs, which a third of wild days does not move, with
 * the interval of its slope by rank (Sen 1968; Hollander and Wolfe). Looks for one shift of level first (a line
 * was made faster, a school moved to another one) and then takes only what came after. Undefined with fewer than
 * 21 points. Points ascend by day; at most a few hundred, as the work grows with their square.
 */
export function trendOf(points: readonly DayPoint[]): Trend | undefined {
  if (points.length < TREND_DAYS) return undefined;
  const shift = shiftOf(points);
  const kept = shift === undefined ? points : points.slice(shift);
  if (kept.length < TREND_DAYS) return undefined;
  const line = lineOf(kept);
  return shift === undefined ? line : { ...line, shiftedAt: points[shift]!.day };
}

function lineOf(points: readonly DayPoint[]): Trend {
  const n = points.length;
  const slopes = new Float64Array((n * (n - 1)) / 2);
  let count = 0;
  for (let i = 0; i < n; i++)
    for (let j = i + 1; j < n; j++) {
      const days = points[j]!.day - points[i]!.day;
      if (days > 0) slopes[count++] = (points[j]!.value - points[i]!.value) / days;
    }
  const sorted = slopes.subarray(0, count).sort();
  const slope = medianSorted(sorted);
  const spread = Z * Math.sqrt((n * (n - 1) * (2 * n + 5)) / 18);
  const low = Math.max(0, Math.floor((count - spread) / 2) - 1);
  const high = Math.min(count - 1, Math.ceil((count + spread) / 2));
  const lastDay = points[n - 1]!.day;
  const level = medianOf(points.map((one) => one.value + slope * (lastDay - one.day)))!;
  return { level, slope, slopeLow: sorted[low]!, slopeHigh: sorted[high]!, lastDay, points: n };
}

/**
 * The index of the first point after a shift of level: where two levels describe the points far better than one
 * line does, and their difference stands out of the noise. Undefined when nothing does.
 */
function shiftOf(points: readonly DayPoint[]): number | undefined {
  const n = points.length;
  if (n < 2 * SHIFT_SIDE) return undefined;
  const line = lineOf(points);
  const straight = costOf(points.map((one) => one.value - line.slope * (one.day - line.lastDay)));
  let best: { at: number; cost: number } | undefined;
  for (let at = SHIFT_SIDE; at <= n - SHIFT_SIDE; at++) {
    const cost =
      costOf(points.slice(0, at).map((one) => one.value)) + costOf(points.slice(at).map((one) => one.value));
    if (!best || cost < best.cost) best = { at, cost };
  }
  if (!best || best.cost > straight * 0.6) return undefined;
  const before = medianOf(points.slice(best.at - SHIFT_SIDE, best.at).map((one) => one.value))!;
  const after = medianOf(points.slice(best.at, best.at + SHIFT_SIDE).map((one) => one.value))!;
  const noise = best.cost / n;
  return Math.abs(after - before) > 4 * noise ? best.at : undefined;
}

/** Sum of the distances from the median. */
function costOf(values: readonly number[]): number {
  const middle = medianOf(values)!;
  let sum = 0;
  for (const value of values) sum += Math.abs(value - middle);
  return sum;
}

function medianSorted(sorted: Float64Array): number {
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}
