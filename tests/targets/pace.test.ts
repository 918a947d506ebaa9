import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addDays } from "../../src/indicators/calendar.ts";
import { courseOf, type DayRate, paceOf } from "../../src/targets/pace.ts";
import { editOfDay, sinceOf, verdictCode, verdictOfCode } from "../../src/targets/verdict-runs.ts";

const LAST = "2026-11-22";

/** `n` days that end with LAST; `rate(i)` of the day i, 0 the first. */
function days(n: number, rate: (i: number) => number | null): DayRate[] {
  return Array.from({ length: n }, (_, i) => ({ date: addDays(LAST, i - n + 1), rate: rate(i) }));
}

describe("pace", () => {
  it("is the slope of a straight line, and the month is where it meets the wanted rate", () => {
    // 0.1 % a day: from 0.429 on the last day 0.571 are missing, 571 days: 2028-06-15.
    const pace = paceOf(
      days(30, (i) => 0.4 + i * 0.001),
      1,
    );
    expect(pace.perMonth).toBeCloseTo(0.03, 12);
    expect([pace.days, pace.reached]).toEqual([30, "2028-06"]);
  });

  it("is not known before fourteen days", () => {
    expect(
      paceOf(
        days(13, (i) => i / 100),
        1,
      ),
    ).toEqual({ perMonth: null, reached: null, days: 13 });
    expect(
      paceOf(
        days(14, (i) => i / 100),
        1,
      ).perMonth,
    ).not.toBeNull();
    expect(paceOf([], 1)).toEqual({ perMonth: null, reached: null, days: 0 });
    expect(
      paceOf(
        days(30, (i) => (i < 20 ? null : 0.5)),
        1,
      ).days,
    ).toBe(10);
  });

  it("is not turned by a few days on which everything was unknown", () => {
    const clean = paceOf(
      days(60, (i) => 0.4 + i * 0.001),
      1,
    );
    const odd = paceOf(
      days(60, (i) => (i % 12 === 5 ? 0 : 0.4 + i * 0.001)),
      1,
    );
    expect(odd.perMonth).toBeCloseTo(clean.perMonth!, 2);
    expect(odd.reached).not.toBeNull();
  });

  it("looks back 90 days and no further", () => {
    const pace = paceOf(
      days(200, (i) => (i < 110 ? 0.9 : 0.2 + (i - 110) * 0.002)),
      1,
    );
    expect([pace.days, pace.perMonth!.toFixed(6)]).toEqual([90, "0.060000"]);
  });

  it("reaches nothing when it stands still, falls, or is there", () => {
    expect(
      paceOf(
        days(30, () => 0.5),
        1,
      ),
    ).toMatchObject({ perMonth: 0, reached: null });
    expect(
      paceOf(
        days(30, (i) => 0.5 - i * 0.001),
        1,
      ).reached,
    ).toBeNull();
    expect(
      paceOf(
        days(30, (i) => i / 29),
        1,
      ).reached,
    ).toBeNull();
    expect(
      paceOf(
        days(30, (i) => 0.5 + i * 0.001),
        null,
      ).reached,
    ).toBeNull();
  });

  it("is the median of all slopes, as sorting them would find it", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 14, maxLength: 60 }), (list) => {
        const slopes: number[] = [];
        for (let i = 0; i < list.length; i++)
          for (let j = i + 1; j < list.length; j++) slopes.push((list[j]! - list[i]!) / 20 / (j - i));
        slopes.sort((a, b) => a - b);
        const middle = slopes.length / 2;
        const median =
          slopes.length % 2 === 1 ? slopes[Math.floor(middle)]! : (slopes[middle - 1]! + slopes[middle]!) / 2;
        const { perMonth } = paceOf(
          days(list.length, (i) => list[i]! / 20),
          null,
        );
        expect(perMonth).toBeCloseTo(median * 30, 9);
      }),
    );
  });

  it("does not depend on a shift of the rates", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 500 }), { minLength: 14, maxLength: 40 }), (list) => {
        const low = paceOf(
          days(list.length, (i) => list[i]! / 1000),
          null,
        ).perMonth!;
        const high = paceOf(
          days(list.length, (i) => (list[i]! + 400) / 1000),
          null,
        ).perMonth!;
        expect(high).toBeCloseTo(low, 9);
      }),
    );
  });
});

describe("course", () => {
  const pace = (reached: string | null, perMonth: number | null = 0.01) => ({ perMonth, reached, days: 30 });
  const cases: readonly [string, Parameters<typeof courseOf>][] = [
    ["no-number", [0.5, null, "2027-12-31", pace("2027-01"), LAST]],
    ["reached", [0.95, 0.95, "2027-12-31", pace(null), LAST]],
    ["on-track", [0.5, 1, "2027-12-31", pace("2027-12"), LAST]],
    ["late", [0.5, 1, "2027-12-31", pace("2028-01"), LAST]],
    ["late", [0.5, 1, "2027-12-31", pace(null), LAST]],
    ["unknown", [0.5, 1, "2027-12-31", pace(null, null), LAST]],
    ["late", [0.5, 1, "2025-12-31", pace(null, null), LAST]],
    ["on-track", [0.5, 1, null, pace("2031-01"), LAST]],
    ["unknown", [null, 1, "2027-12-31", pace("2027-01"), LAST]],
  ];
  it.each(cases)("is %s", (course, args) => {
    expect(courseOf(...args)).toBe(course);
  });
});

describe("verdicts as runs", () => {
  /** Days are judged in any order and again and again: the runs say what an array would. */
  it("hold what each day was last judged to be", () => {
    const step = fc.tuple(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 3 }));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const rows = new Map<number, number>();
        const model = new Map<number, number>();
        const at = (day: number) => {
          const begin = [...rows.keys()].filter((one) => one <= day).sort((a, b) => b - a)[0];
          return begin === undefined ? undefined : rows.get(begin);
        };
        for (const [day, code] of steps) {
          const later = [...model.keys()].some((one) => one > day);
          const edit = editOfDay(day, code, at(day - 1), at(day), rows.get(day + 1), later);
          for (const one of edit.remove) rows.delete(one);
          for (const [one, put] of edit.put) rows.set(one, put);
          model.set(day, code);
          for (const [one, wanted] of model) expect(at(one)).toBe(wanted);
        }
      }),
    );
  });

  it("write nothing when nothing changed", () => {
    expect(editOfDay(5, 2, 2, 2, undefined, false)).toEqual({ put: [], remove: [] });
    expect(editOfDay(5, 2, 2, 3, undefined, false)).toEqual({ put: [], remove: [5] });
  });

  it("tell since when a verdict holds, whatever it rested on", () => {
    const runs = [
      { day: 1, code: verdictCode("not-met", "measured") },
      { day: 4, code: verdictCode("met", "measured") },
      { day: 6, code: verdictCode("met", "inferred") },
      { day: 9, code: verdictCode("unknown", "unknown") },
    ];
    expect([0, 1, 3, 4, 8, 9, 20].map((day) => sinceOf(runs, day))).toEqual([undefined, 1, 1, 4, 4, 9, 9]);
    expect(verdictOfCode(verdictCode("declared", "declared"))).toEqual({
      verdict: "declared",
      evidence: "declared",
    });
  });
});
