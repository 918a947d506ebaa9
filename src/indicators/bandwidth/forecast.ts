import { medianOf } from "../../measurements/percentile.ts";
import type { UnknownReason } from "../contract.ts";
import type { DayPoint, Trend } from "./trend.ts";

/** Percent of capacity that a forecast is made for. */
export const FORECAST_LIMITS = [70, 80] as const;
/** Nothing is said of what lies further ahead. */
const MOST_WEEKS = 104;
/** A weekday on which the line carried less than this part of the usual is no school day (a holiday). */
const SCHOOL_DAY_PART = 0.4;

/** Weeks until the busy hour of school days reaches a share of capacity. */
export interface Forecast {
  /** Percent of capacity. */
  readonly limit: number;
  /** null without a why: not within two years at this pace. 0: it is there. */
  readonly weeks: number | null;
  /** The 90 % interval: soonest and latest; null as above. */
  readonly low: number | null;
  readonly high: number | null;
  /** Daily points that it rests on. */
  readonly days: number;
  readonly why: UnknownReason | null;
}

/**
 * The forecast of a line of that capacity (bit/s), from `today` on (a local day's number). Without a trend (fewer
 * than 21 school days since the last shift of level) or a capacity it says why.
 */
export function forecastOf(
  trend: Trend | undefined,
  days: number,
  capacity: number | null,
  today: number,
): Forecast[] {
  return FORECAST_LIMITS.map((limit) => {
    const unknown = { limit, weeks: null, low: null, high: null, days: trend?.points ?? days };
    if (capacity === null) return { ...unknown, why: "not-registered" };
    if (!trend) return { ...unknown, why: days === 0 ? "no-data" : "too-few-samples" };
    const wanted = (capacity * limit) / 100;
    const weeks = (slope: number): number | null => {
      // The level of the line today: it ended on the last school day.
      const left = wanted - (trend.level + trend.slope * (today - trend.lastDay));
      if (left <= 0) return 0;
      const ahead = slope > 0 ? left / slope / 7 : Number.POSITIVE_INFINITY;
      return ahead <= MOST_WEEKS ? Math.round(ahead * 10) / 10 : null;
    };
    return {
      ...unknown,
      weeks: weeks(trend.slope),
      low: weeks(trend.slopeHigh),
      high: weeks(trend.slopeLow),
      why: null,
    };
  });
}

/**
 * Keeps school days: Monday to Friday, without those on which the line carried less than 40 % of the median of the
 * weekdays within two weeks. A long holiday is no such day: it is a shift of level, and what comes after it is a
 * new beginning. `day` 0 is 1970-01-01, a Thursday. Points ascend by day.
 */
export function schoolDays(points: readonly DayPoint[]): DayPoint[] {
  const weekdays = points.filter(({ day }) => {
    const weekday = (day + 4) % 7;
    return weekday >= 1 && weekday <= 5;
  });
  return weekdays.filter((one) => {
    const near = weekdays.filter((other) => Math.abs(other.day - one.day) <= 14);
    return one.value >= SCHOOL_DAY_PART * medianOf(near.map((other) => other.value))!;
  });
}
