import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { QUANTITIES } from "../../src/measurements/quantities.ts";
import {
  parseSeriesText,
  SeriesTable,
  seriesText,
  TAG_KEYS,
  type Tags,
} from "../../src/measurements/series.ts";

const text = fc.oneof(
  fc.string(),
  fc.string({ unit: "binary" }),
  fc.constantFrom(
    "",
    "%",
    "%2C",
    "a,b=c\n",
    "图书馆",
    "😀",
    " ",
    "\u0000",
    "\r\n",
    "=",
    ",",
    "__proto__",
    "\ud800",
  ),
);
const tags = fc
  .record(Object.fromEntries(TAG_KEYS.map((key) => [key, text])), { requiredKeys: [] })
  .map((each) => ({ ...each }) as Tags);
const quantityId = fc.constantFrom(...QUANTITIES.keys());

describe("series text", () => {
  it("comes back with any characters in the tags (property)", () => {
    fc.assert(
      fc.property(quantityId, tags, (quantity, each) => {
        const written = seriesText(quantity, each);
        expect(parseSeriesText(written)).toEqual({ quantityId: quantity, tags: each });
        expect(written).not.toContain("\n");
      }),
      { numRuns: 2000 },
    );
  });

  it("is the same whatever the order of the tags, and different for different tags (property)", () => {
    fc.assert(
      fc.property(quantityId, tags, tags, (quantity, one, other) => {
        const reversed = Object.fromEntries(Object.entries(one).reverse());
        expect(seriesText(quantity, reversed)).toBe(seriesText(quantity, one));
        const same = TAG_KEYS.every((key) => one[key] === other[key]);
        expect(seriesText(quantity, one) === seriesText(quantity, other)).toBe(same);
      }),
      { numRuns: 2000 },
    );
  });
});

describe("SeriesTable", () => {
  it("numbers series densely from 0 and finds them again (property)", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(quantityId, tags)), (list) => {
        const table = new SeriesTable();
        const model = new Map<string, number>();
        for (const [quantity, each] of list) {
          const key = seriesText(quantity, each);
          const known = model.get(key);
          expect(table.find(quantity, each)).toBe(known);
          const number = table.intern(quantity, each);
          expect(number).toBe(known ?? model.size);
          model.set(key, number);
          expect(table.key(number).quantity.id).toBe(quantity);
          expect(table.key(number).tags).toEqual(each);
          expect(table.text(number)).toBe(key);
        }
        expect(table.size).toBe(model.size);
        expect(() => table.key(table.size)).toThrow(RangeError);
        expect(() => table.text(table.size)).toThrow(RangeError);
      }),
    );
  });

  it("does not take a quantity that is not in the list, and keeps tags from being changed", () => {
    const table = new SeriesTable();
    expect(() => table.intern("device.no_such", {})).toThrow("device.no_such");
    expect(table.size).toBe(0);
    const mine: { device: string } = { device: "a" };
    const number = table.intern("device.cpu", mine);
    mine.device = "b";
    expect(table.key(number).tags).toEqual({ device: "a" });
    expect(Object.isFrozen(table.key(number).tags)).toBe(true);
  });
});
