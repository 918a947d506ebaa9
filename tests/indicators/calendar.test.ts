import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addDays, Calendar, daysBetween, isDate } from "../../src/indicators/calendar.ts";

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
