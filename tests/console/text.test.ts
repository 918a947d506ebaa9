import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { digits, percent, prefixed, quantity, rate, seconds, speed } from "../../console/src/text/format.ts";
import { plain } from "../../console/src/text/name.ts";
import { columns, gapsOf, p95, withGaps } from "../../console/src/text/points.ts";
import { reasonText } from "../../console/src/text/sentence.ts";
import { ago, dateTime, moment } from "../../console/src/text/time.ts";
import type { Reason } from "../../console/src/views.ts";
import { en } from "../../console/src/words/en.ts";
import { zh } from "../../console/src/words/zh.ts";

const flat = (text: string): string => text.replaceAll("\u00a0", " ");

describe("numbers", () => {
  it("have at most three significant digits and decimal prefixes", () => {
    const said = [0, 5.4, 940, 999.4, 999.6, 9_400, 94_000_000, 999_499_999, 999_500_000, 1e10, 3.456e15];
    expect(said.map((value) => flat(rate(value).text))).toEqual([
      "0 bit/s",
      "5 bit/s",
      "940 bit/s",
      "999 bit/s",
      "1.00 kbit/s",
      "9.40 kbit/s",
      "94.0 Mbit/s",
      "999 Mbit/s",
      "1.00 Gbit/s",
      "10.0 Gbit/s",
      "3.46 Pbit/s",
    ]);
    expect(rate(123_456_789).exact).toBe("123,456,789 bit/s");
    expect([1e9, 2.5e9, 1e10, 3e8, 1e8, 5e8].map((value) => flat(speed(value).text))).toEqual([
      "1 Gbit/s",
      "2.5 Gbit/s",
      "10 Gbit/s",
      "300 Mbit/s",
      "100 Mbit/s",
      "500 Mbit/s",
    ]);
    expect(flat(percent(96.24).text)).toBe("96 %");
    expect(flat(percent(9.96).text)).toBe("10 %");
    expect(percent(null).text).toBe("–");
  });

  it("never turn a missing value into a zero, nor a number into more than three digits", () => {
    expect(prefixed(undefined, "W")).toEqual({ text: "–", exact: undefined });
    expect(prefixed(Number.NaN, "W").text).toBe("–");
    fc.assert(
      fc.property(fc.double({ min: -1e17, max: 1e17, noNaN: true }), (value) => {
        const [number] = flat(prefixed(value, "W").text).split(" ");
        const significant = number!.replace(/e.*$/, "").replace(/[-,.]/g, "").replace(/^0+/, "");
        expect(significant.length).toBeLessThanOrEqual(3);
      }),
    );
    fc.assert(
      fc.property(fc.double({ min: 1e-3, max: 1e6, noNaN: true }), (value) => {
        expect(Math.abs(Number(digits(value).replaceAll(",", "")) - value)).toBeLessThanOrEqual(
          value * 0.0501,
        );
      }),
    );
  });

  it("take the name of a unit and its symbol for the same", () => {
    const pairs = [
      [22.44, "degC", "°C", "22.4 °C"],
      [41.6, "percent", "%", "42 %"],
      [38.4, "percentRH", "%RH", "38 %"],
      [0.0064, "A", "A", "6.40 mA"],
      [1_840, "ppm", "ppm", "1,840 ppm"],
      [12_345.6, "kWh", "kWh", "12,346 kWh"],
      [26_712, "W", "W", "26.7 kW"],
      [7.7e-6, "s", "s", "7.70 µs"],
      [14, "count", "", "14"],
    ] as const;
    for (const [value, name, symbol, text] of pairs) {
      expect(flat(quantity(value, name, en).text)).toBe(text);
      expect(flat(quantity(value, symbol, en).text)).toBe(text);
    }
  });

  it("say a length of time by its two largest members", () => {
    expect([0.0021, 8, 61, 3 * 3600 + 12 * 60, 43 * 86_400].map((s) => flat(seconds(s, en).text))).toEqual([
      "2.10 ms",
      "8.00 s",
      "1 min",
      "3 h 12 min",
      "43 days",
    ]);
    expect(seconds(43 * 86_400, zh).text).toBe("43 天");
  });
});

describe("times", () => {
  const at = Date.UTC(2026, 10, 22, 0, 10, 5);
  it("are those of Shanghai", () => {
    expect(dateTime(at)).toBe("2026-11-22 08:10");
    expect(moment(at, at + 3_600_000)).toBe("08:10");
    expect(moment(at, at + 86_400_000)).toBe("11-22 08:10");
    expect(moment(at, at + 86_400_000 * 60)).toBe("2026-11-22 08:10");
  });
  it("are relative while that helps", () => {
    expect([0, 12, 60, 3599, 3600, 86_400].map((s) => ago(at, at + s * 1000, zh))).toEqual([
      "刚刚",
      "12 秒前",
      "1 分钟前",
      "59 分钟前",
      "1 小时前",
      "11-22 08:10",
    ]);
    expect(ago(at, at - 5_000, en)).toBe("just now");
  });
});

describe("names", () => {
  it("lose no letter but those that pose", () => {
    expect(plain("靖边县 No. 2 \u{1F3EB}")).toBe("靖边县 No. 2 \u{1F3EB}");
    expect(plain("a\u202eb\u0000c\u200bd")).toBe("a\ufffdb\ufffdc\ufffdd");
    expect(plain("x".repeat(9_999)).length).toBeLessThan(260);
  });
});

describe("points", () => {
  const points = (...times: number[]) => times.map((at) => [at, at] as const);
  it("stay apart where a slot has none", () => {
    expect(withGaps(points(0, 10, 20, 50, 60), 10)).toEqual([
      [0, 0],
      [10, 10],
      [20, 20],
      [30, null],
      [50, 50],
      [60, 60],
    ]);
    const table = columns(points(0, 10, 40), points(0, 10), 10);
    expect(table).toEqual({
      times: [0, 10, 20, 40],
      above: [0, 10, null, 40],
      below: [0, 10, undefined, undefined],
    });
    expect(gapsOf(table.times, table.above, 0, 100, 10)).toEqual([
      [10, 40],
      [40, 100],
    ]);
    expect(gapsOf([50, 60], [1, 1], 0, 70, 10)).toEqual([]);
    expect(gapsOf([], [], 0, 100, 10)).toEqual([]);
  });
  it("have the nearest-rank 95th percentile", () => {
    expect(p95(Array.from({ length: 100 }, (_, n) => 100 - n))).toBe(95);
    expect(p95([7])).toBe(7);
    expect(p95([])).toBeUndefined();
  });
});

it("a failed part is named, with how many more there are, and never as a number alone", () => {
  const said = (reason: object) => reasonText({ code: "part-failed", ...reason } as Reason, en, 0);
  expect(said({ value: 1, part: "fan 2" })).toBe("reports a failed part: fan 2");
  expect(said({ value: 3, part: "fan 2" })).toBe("reports a failed part: fan 2 and 2 more");
  expect(said({ value: 2 })).toBe("reports a failed part");
});
