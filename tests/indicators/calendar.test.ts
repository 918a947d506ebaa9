import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { monthAt, monthBefore, monthOf } from "../../src/indicators/bandwidth/month.ts";
import { addDays, Calendar, daysBetween, isDate } from "../../src/indicators/calendar.ts";
import { nearestRank } from "../../src/measurements/percentile.ts";

const HOUR = 3_600_000;

describe("local days", () => {
  it("begin at local midnight and have 23 or 25 hours where clocks move", () => {
    const shanghai = new Calendar("Asia/Shanghai");
    expect(new Date(shanghai.startOf("2026-11-22")).toISOString()).toBe("2026-11-21T16:00:00.000Z");
    expect(shanghai.minuteOf(Date.UTC(2026, 10, 21, 23, 30))).toBe(7 * 60 + 30);
    const berlin = new Calendar("Europe/Berlin");
    const hours = (date: string) => (berlin.window(date).to - berlin.window(date).from) / HOUR;
    expect(["2026-03-29", "2026-10-25", "2026-07-01"].map(hours)).toEqual([23, 25, 24]);
  });

  it("hold every instant of them and no other", () => {
    const zones = ["Asia/Shanghai", "Europe/Berlin", "Asia/Kolkata", "America/St_Johns", "Pacific/Apia"];
    fc.assert(
      fc.property(fc.constantFrom(...zones), fc.integer({ min: 0, max: 4_000_000_000_000 }), (zone, at) => {
        const calendar = new Calendar(zone);
        const { from, to } = calendar.window(calendar.dateOf(at));
        expect(at >= from && at < to).toBe(true);
        expect(calendar.dateOf(from)).toBe(calendar.dateOf(at));
        expect(calendar.dateOf(to)).toBe(addDays(calendar.dateOf(at), 1));
      }),
    );
  });

  it("T8: begin once in every zone, also where clocks skip or repeat midnight", () => {
    const zones = Intl.supportedValuesOf("timeZone").map((zone) => new Calendar(zone));
    const days = fc.integer({ min: 0, max: 20_000 }).map((day) => addDays("1988-01-01", day));
    fc.assert(
      fc.property(fc.constantFrom(...zones), days, (calendar, date) => {
        const start = calendar.startOf(date);
        expect(calendar.dateOf(start) >= date, calendar.timezone).toBe(true);
        expect(calendar.dateOf(start - 1) < date, calendar.timezone).toBe(true);
      }),
      { numRuns: 3000 },
    );
    const first = (zone: string, date: string) => new Date(new Calendar(zone).startOf(date)).toISOString();
    // 00:00 became 01:00; 03:00 became 00:00; the whole of 30 December 2011 was left out.
    expect(first("America/Sao_Paulo", "2018-11-04")).toBe("2018-11-04T03:00:00.000Z");
    expect(first("Antarctica/Casey", "2020-03-08")).toBe("2020-03-07T13:00:00.000Z");
    expect(first("Pacific/Apia", "2011-12-30")).toBe(first("Pacific/Apia", "2011-12-31"));
    // China had summer time from 1986 to 1991.
    expect(first("Asia/Shanghai", "1988-07-01")).toBe("1988-06-30T15:00:00.000Z");
  });

  it("T8: months have all their days, leap years and the ends of years too", () => {
    const shanghai = new Calendar("Asia/Shanghai");
    const slots = (name: string) => {
      const { from, to } = monthOf(shanghai, name);
      return (to - from) / 300_000;
    };
    for (const [name, days] of [
      ["2027-02", 28],
      ["2028-02", 29],
      ["2100-02", 28],
      ["2000-02", 29],
      ["2026-11", 30],
      ["2026-12", 31],
      ["2027-01", 31],
    ] as const)
      expect(slots(name), name).toBe(days * 288);
    const months = Array.from({ length: 12 }, (_, i) =>
      monthOf(shanghai, `2028-${String(i + 1).padStart(2, "0")}`),
    );
    for (const [i, { from }] of months.entries()) {
      expect(monthAt(shanghai, from).name).toBe(months[i]!.name);
      expect(monthAt(shanghai, from - 1).name).toBe(i === 0 ? "2027-12" : months[i - 1]!.name);
      expect(monthBefore(shanghai, months[i]!.name).to).toBe(from);
    }
    // The 95th percentile of a month of 30 days leaves 432 of 8,640 slots out, no more and no fewer.
    expect([8640, 8064, 8352, 8928].map((slots) => slots - nearestRank(slots))).toEqual([432, 403, 417, 446]);
  });

  it("reach back over so many days", () => {
    const calendar = new Calendar("Asia/Shanghai");
    expect(calendar.window("2026-11-22", 30)).toEqual({
      from: calendar.startOf("2026-10-24"),
      to: calendar.startOf("2026-11-23"),
    });
  });

  it("are counted and checked", () => {
    expect([
      addDays("2026-12-31", 1),
      addDays("2028-03-01", -1),
      daysBetween("2026-01-01", "2026-12-31"),
    ]).toEqual(["2027-01-01", "2028-02-29", 364]);
    expect(["2026-02-28", "2026-02-29", "2026-2-1", "", "x", "2026-13-01"].map(isDate)).toEqual([
      true,
      false,
      false,
      false,
      false,
      false,
    ]);
  });
});
