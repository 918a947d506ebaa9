import { describe, expect, test } from "vitest";
import { forecastOf, schoolDays } from "../../../src/indicators/bandwidth/forecast.ts";
import { type DayPoint, trendOf } from "../../../src/indicators/bandwidth/trend.ts";

/** Monday, 2026-06-01. */
const MONDAY = Date.UTC(2026, 5, 1) / 86_400_000;

/** A seeded generator: the same noise in every run. */
function noise(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32 - 0.5;
  };
}

/** `weeks` weeks of days from Monday on; weekends carry a tenth. */
function line(weeks: number, value: (day: number) => number, spread = 0, seed = 1): DayPoint[] {
  const random = noise(seed);
  return Array.from({ length: weeks * 7 }, (_, i) => ({
    day: MONDAY + i,
    value: (i % 7 < 5 ? 1 : 0.1) * value(i) * (1 + spread * random()),
  }));
}
const trend = (points: readonly DayPoint[]) => trendOf(schoolDays(points));

describe("a trend", () => {
  test("is the line through clean points", () => {
    const found = trend(line(12, (day) => 100 + 2 * day))!;
    expect(found.slope).toBeCloseTo(2, 9);
    expect(found.level).toBeCloseTo(100 + 2 * (11 * 7 + 4), 6);
    expect([found.slopeLow, found.slopeHigh].every((slope) => Math.abs(slope - 2) < 1e-9)).toBe(true);
    expect(found.points).toBe(60);
  });

  test("is moved little by wild days, which would bend a least-squares line", () => {
    const points = line(12, (day) => 100 + 2 * day, 0.05).map((one, i) =>
      i % 17 === 3 ? { ...one, value: one.value * 9 } : one,
    );
    expect(trend(points)!.slope).toBeGreaterThan(1.7);
    expect(trend(points)!.slope).toBeLessThan(2.3);
  });

  test("its interval holds the true slope nine times of ten", () => {
    let held = 0;
    const runs = 200;
    for (let seed = 1; seed <= runs; seed++) {
      const found = trend(line(8, (day) => 100 + 0.3 * day, 0.2, seed * 7919))!;
      if (found.slopeLow <= 0.3 && 0.3 <= found.slopeHigh) held++;
    }
    expect(held / runs).toBeGreaterThan(0.82);
    expect(held / runs).toBeLessThan(0.99);
  });

  test("of fewer than 21 school days is none", () => {
    expect(trend(line(4, () => 100))).toBeUndefined();
    expect(schoolDays(line(4, () => 100)).length).toBe(20);
    expect(trend(line(5, () => 100))).toBeDefined();
  });

  test("begins anew after a shift of level, and waits for 21 days of it", () => {
    const shifted = (weeks: number) => line(weeks, (day) => (day < 42 ? 100 : 400) * (1 + day / 500), 0.05);
    const after = trend(shifted(14))!;
    expect(after.shiftedAt).toBe(MONDAY + 42);
    expect(after.points).toBe(40);
    // The shift itself is no growth: 300 in a day would be a line that is full next week.
    expect(after.slope).toBeLessThan(2);
    expect(trend(shifted(9))).toBeUndefined();
  });
});

describe("school days", () => {
  test("are weekdays on which the line carried something", () => {
    const points = line(6, () => 100).map((one, i) => (i >= 14 && i < 21 ? { ...one, value: 5 } : one));
    const days = schoolDays(points).map(({ day }) => day - MONDAY);
    expect(days.length).toBe(25);
    expect(days.some((day) => day % 7 > 4 || (day >= 14 && day < 21))).toBe(false);
  });
});

describe("a forecast", () => {
  const growing = trend(line(12, (day) => 100 + 2 * day, 0.02))!;
  const today = growing.lastDay;

  test("says when the busy hour reaches 70 % and 80 %, between a soonest and a latest", () => {
    const capacity = 1000;
    for (const { limit, weeks, low, high, why, days } of forecastOf(growing, 60, capacity, today)) {
      const truth = ((capacity * limit) / 100 - (100 + 2 * (today - MONDAY))) / 2 / 7;
      expect(why).toBeNull();
      expect(days).toBe(60);
      expect(Math.abs(weeks! - truth)).toBeLessThan(truth * 0.1);
      expect(low!).toBeLessThanOrEqual(weeks!);
      expect(high!).toBeGreaterThanOrEqual(weeks!);
    }
  });

  test("is 0 where it is there already, and null without a why where it never comes", () => {
    const [at70, at80] = forecastOf(growing, 60, 350, today);
    expect(at70).toMatchObject({ weeks: 0, low: 0, high: 0, why: null });
    expect(at80!.weeks).toBeGreaterThanOrEqual(0);
    const falling = trend(line(12, (day) => 300 - day, 0.02))!;
    expect(forecastOf(falling, 60, 1000, falling.lastDay)[0]).toMatchObject({
      weeks: null,
      low: null,
      high: null,
      why: null,
    });
  });

  test("a flat line may grow by its interval alone: soonest known, weeks not", () => {
    const flat = trend(line(12, () => 100, 0.3, 5))!;
    const [forecast] = forecastOf(
      { ...flat, slope: -0.01, slopeLow: -0.5, slopeHigh: 0.5 },
      60,
      200,
      flat.lastDay,
    );
    expect(forecast!.weeks).toBeNull();
    expect(forecast!.high).toBeNull();
    expect(forecast!.low).toBeGreaterThan(0);
  });

  test("says why there is none", () => {
    expect(
      forecastOf(undefined, 12, 1000, today).map((one) => [one.limit, one.weeks, one.days, one.why]),
    ).toEqual([
      [70, null, 12, "too-few-samples"],
      [80, null, 12, "too-few-samples"],
    ]);
    expect(forecastOf(undefined, 0, 1000, today)[0]!.why).toBe("no-data");
    expect(forecastOf(growing, 60, null, today)[0]!.why).toBe("not-registered");
  });
});
