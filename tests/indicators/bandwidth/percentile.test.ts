import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { percentilesOf, Tops, topsNeeded } from "../../../src/indicators/bandwidth/percentile.ts";
import { medianOf, nearestRank, percentileOf } from "../../../src/measurements/percentile.ts";

const rates = fc.array(fc.oneof(fc.double({ min: 0, max: 1e11, noNaN: true }), fc.constant(Number.NaN)), {
  minLength: 1,
  maxLength: 700,
});
const ascending = (values: readonly number[]) =>
  values.filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);

describe("nearest rank", () => {
  test("of 30 days drops the 432 largest slots of 8,640", () => {
    expect(nearestRank(8640)).toBe(8208);
    expect(topsNeeded(8640) - 1).toBe(432);
    const slots = Array.from({ length: 8640 }, (_, i) => i + 1);
    expect(percentileOf(slots)).toBe(8208);
  });

  test("interpolates nothing, and counts by the definition at every length", () => {
    for (let n = 1; n <= 10_000; n++) {
      const rank = nearestRank(n);
      // The smallest rank with 95 % of the values at or below it, in whole numbers.
      expect(rank * 100 >= 95 * n && (rank - 1) * 100 < 95 * n, String(n)).toBe(true);
    }
    expect(percentileOf([7])).toBe(7);
    expect(percentileOf([])).toBeNull();
  });

  test("is one rank above the rule of LibreNMS, which takes index round(0.95 n) - 2 of the ascending slots", () => {
    const librenms = (values: readonly number[]) => values[Math.round(0.95 * values.length) - 2]!;
    const slots = Array.from({ length: 8640 }, (_, i) => (i + 1) * 1000);
    expect(percentileOf(slots)).toBe(8_208_000);
    expect(librenms(slots)).toBe(8_207_000);
    // The same wherever 0.95 n is whole, as in every month of whole days.
    for (const days of [28, 29, 30, 31]) {
      const month = Array.from({ length: days * 288 }, (_, i) => i);
      expect(percentileOf(month)! - librenms(month), `${days} days`).toBe(
        nearestRank(month.length) - Math.round(0.95 * month.length) + 1,
      );
    }
  });
});

describe("the tops of a month", () => {
  test("say the same as all of its slots, however they are cut into days", () => {
    fc.assert(
      fc.property(rates, rates, fc.array(fc.nat(700), { maxLength: 5 }), (a, b, cuts) => {
        const n = Math.min(a.length, b.length);
        const [ins, outs] = [a.slice(0, n), b.slice(0, n)];
        const tops = new Tops();
        let from = 0;
        for (const cut of [...cuts.map((one) => Math.min(one, n)).sort((x, y) => x - y), n]) {
          tops.add(Float64Array.from(ins.slice(from, cut)), Float64Array.from(outs.slice(from, cut)));
          from = cut;
        }
        const larger = ins.map((value, i) =>
          Number.isNaN(value) ? outs[i]! : Number.isNaN(outs[i]!) ? value : Math.max(value, outs[i]!),
        );
        const found = tops.percentiles();
        expect(found).toEqual(percentilesOf(Float64Array.from(ins), Float64Array.from(outs)));
        expect(found.value).toBe(percentileOf(ascending(larger)));
        expect(found.inValue).toBe(percentileOf(ascending(ins)));
        expect(found.outValue).toBe(percentileOf(ascending(outs)));
        expect(found.slots).toBe(ascending(larger).length);
      }),
      { numRuns: 300 },
    );
  });

  test("are enough for the longest month", () => {
    const n = 31 * 288;
    const values = Float64Array.from({ length: n }, (_, i) => (i * 7919) % n);
    const tops = new Tops();
    for (let day = 0; day < 31; day++)
      tops.add(values.slice(day * 288, (day + 1) * 288), new Float64Array(288).fill(Number.NaN));
    expect(tops.percentiles()).toEqual({
      value: nearestRank(n) - 1,
      inValue: nearestRank(n) - 1,
      outValue: null,
      slots: n,
    });
  });

  test("a copy leaves what it was made of alone", () => {
    const tops = new Tops();
    tops.add(Float64Array.of(1, 2), Float64Array.of(3, 4));
    const before = tops.percentiles();
    tops.copy().add(Float64Array.of(9), Float64Array.of(9));
    expect(tops.percentiles()).toEqual(before);
  });
});

test("the median", () => {
  expect(medianOf([])).toBeNull();
  expect(medianOf([3, 1, 2])).toBe(2);
  expect(medianOf([4, 1, 2, 3])).toBe(2.5);
});
