import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SLOT_MS } from "../../../src/indicators/bandwidth/percentile.ts";
import { slotMeans, storedMeans } from "../../../src/indicators/bandwidth/slots.ts";

const MINUTE = 60_000;
const samples = (points: readonly (readonly [number, number])[]) => ({
  times: Float64Array.from(points, ([time]) => time),
  values: Float64Array.from(points, ([, value]) => value),
});

describe("means of slots", () => {
  test("weigh each rate by the time that it stands for", () => {
    // 100 for two minutes, 400 for three: the mean of five minutes is 280, not the 250 of two samples.
    const raw = samples([
      [0, 0],
      [2 * MINUTE, 100],
      [5 * MINUTE, 400],
    ]);
    expect([...slotMeans(raw, 0, SLOT_MS)]).toEqual([280]);
  });

  test("a short rate on a boundary belongs to the slot of its middle, a long one to both", () => {
    const short = samples([
      [0, 0],
      [2 * MINUTE, 10],
      [4 * MINUTE, 10],
      [5.5 * MINUTE, 70],
      [7.5 * MINUTE, 20],
      [9.5 * MINUTE, 20],
    ]);
    expect([...slotMeans(short, 0, 2 * SLOT_MS)]).toEqual([(4 * 10 + 1.5 * 70) / 5.5, 20]);
    const long = samples([
      [0, 0],
      [3 * MINUTE, 10],
      [6 * MINUTE, 70],
      [10 * MINUTE, 20],
    ]);
    expect([...slotMeans(long, 0, 2 * SLOT_MS)]).toEqual([(3 * 10 + 2 * 70) / 5, (70 + 4 * 20) / 5]);
  });

  test("a missing poll takes nothing away", () => {
    const all = samples(Array.from({ length: 11 }, (_, i) => [i * MINUTE, 600] as const));
    const missing = samples([0, 1, 3, 4, 7, 8, 10].map((i) => [i * MINUTE, 600] as const));
    expect([...slotMeans(missing, 0, 2 * SLOT_MS)]).toEqual([...slotMeans(all, 0, 2 * SLOT_MS)]);
  });

  test("a pause longer than a slot is a gap, and never zero", () => {
    const raw = samples([
      [0, 1],
      [5 * MINUTE, 50],
      [20 * MINUTE, 50],
      [25 * MINUTE, 50],
    ]);
    const means = slotMeans(raw, 0, 5 * SLOT_MS);
    expect([...means]).toEqual([50, Number.NaN, Number.NaN, Number.NaN, 50]);
  });

  test("a slot that is not half covered is none", () => {
    const raw = samples([
      [0, 1],
      [2 * MINUTE, 50],
    ]);
    expect([...slotMeans(raw, 0, SLOT_MS)]).toEqual([Number.NaN]);
    expect([...slotMeans(samples([]), 0, SLOT_MS)]).toEqual([Number.NaN]);
  });

  test("polls of five minutes out of step with the slots keep their octets", () => {
    const raw = samples(Array.from({ length: 14 }, (_, i) => [(5 * i - 2) * MINUTE, i * 10] as const));
    const means = slotMeans(raw, 0, 12 * SLOT_MS);
    const octets = [...means].reduce((sum, mean) => sum + mean * 300, 0);
    let expected = 0;
    for (let i = 1; i < 14; i++) {
      const from = Math.max(0, (5 * (i - 1) - 2) * MINUTE);
      const to = Math.min(12 * SLOT_MS, (5 * i - 2) * MINUTE);
      expected += (i * 10 * Math.max(0, to - from)) / 1000;
    }
    expect(octets).toBeCloseTo(expected, 6);
  });

  test("a mean lies between the least and the largest rate, whatever the times", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(fc.integer({ min: 1, max: 400_000 }), fc.double({ min: 0, max: 1e10, noNaN: true })),
          {
            minLength: 2,
            maxLength: 60,
          },
        ),
        (steps) => {
          let at = -100_000;
          const raw = samples(steps.map(([step, value]) => [(at += step), value] as const));
          const rates = raw.values.slice(1);
          for (const mean of slotMeans(raw, 0, 20 * SLOT_MS)) {
            if (Number.isNaN(mean)) continue;
            expect(mean).toBeGreaterThanOrEqual(Math.min(...rates) * (1 - 1e-9));
            expect(mean).toBeLessThanOrEqual(Math.max(...rates) * (1 + 1e-9));
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  test("those of a store are put where they belong", () => {
    const stored = samples([
      [SLOT_MS, 5],
      [3 * SLOT_MS, 7],
      [9 * SLOT_MS, 9],
    ]);
    expect([...storedMeans(stored, 0, 4 * SLOT_MS)]).toEqual([Number.NaN, 5, Number.NaN, 7]);
  });
});
