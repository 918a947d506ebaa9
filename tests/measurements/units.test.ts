import { describe, expect, it } from "vitest";
import { QUANTITIES, quantity } from "../../src/measurements/quantities.ts";
import { conversion, UNITS, type UnitName } from "../../src/measurements/units.ts";

const names = Object.keys(UNITS) as UnitName[];

describe("units", () => {
  it("each can be reached from itself and from every spelling it lists", () => {
    for (const unit of names) {
      expect(conversion(unit, unit)).toEqual({ scale: 1, offset: 0 });
      expect(UNITS[unit].meaning).not.toBe("");
      for (const raw of Object.keys(UNITS[unit].from)) {
        const found = conversion(raw, unit);
        expect(Number.isFinite(found?.offset)).toBe(true);
        expect(found!.scale).toBeGreaterThan(0);
        expect(raw).not.toBe(unit);
      }
    }
    expect(conversion("furlong", "m")).toBeUndefined();
    expect(conversion("degC", "V")).toBeUndefined();
    for (const trap of ["constructor", "__proto__", "toString"])
      expect(conversion(trap, "V")).toBeUndefined();
  });

  it("says the right number for well-known values", () => {
    const table: [number, string, UnitName, number][] = [
      [212, "degF", "degC", 100],
      [-40, "degF", "degC", -40],
      [2120, "0.1 degF", "degC", 100],
      [273.15, "K", "degC", 0],
      [235, "0.1 degC", "degC", 23.5],
      [2301, "0.1 V", "V", 230.1],
      [1500, "mW", "W", 1.5],
      [1234, "Wh", "kWh", 1.234],
      [1, "GHz", "MHz", 1000],
      [2_437_000, "kHz", "MHz", 2437],
      [1, "KiB", "octet", 1024],
      [125, "octet/s", "bit/s", 1000],
      [0.42, "ratio", "percent", 42],
      [1013.25, "hPa", "Pa", 101325],
      [360_000, "0.01 s", "s", 3600],
      [500, "2 uA", "A", 0.001],
      [-315, "0.1 dBm", "dBm", -31.5],
    ];
    for (const [raw, from, to, wanted] of table) {
      const found = conversion(from, to);
      if (!found) throw new Error(`${from} does not convert to ${to}`);
      expect(raw * found.scale + found.offset).toBeCloseTo(wanted, 9);
    }
  });

  it("agrees with itself where two units list each other's spellings", () => {
    for (const unit of names)
      for (const raw of Object.keys(UNITS[unit].from)) {
        if (!(raw in UNITS)) continue;
        const back = conversion(unit, raw as UnitName);
        if (!back) continue;
        const there = conversion(raw, unit)!;
        expect(there.scale * back.scale).toBeCloseTo(1, 12);
      }
  });
});

describe("quantities", () => {
  it("each has a unit of the list, a group, a field and limits that make sense", () => {
    expect(QUANTITIES.size).toBeGreaterThan(50);
    for (const [id, each] of QUANTITIES) {
      expect(names).toContain(each.unit);
      expect(id).toBe(`${each.group}.${each.field}`);
      expect(id).toMatch(/^[a-z0-9]+\.[a-z0-9_]+$/);
      expect(each.meaning).not.toBe("");
      if (each.min !== undefined && each.max !== undefined) expect(each.min).toBeLessThan(each.max);
      if (each.kind === "state") expect(each.unit).toBe("state");
      else expect(each.states).toBeUndefined();
      expect(quantity(id)).toBe(each);
    }
    expect(() => quantity("no.such")).toThrow("no.such");
  });

  it("a level in a cable may be written over a microvolt, and a carrier of light is a frequency", () => {
    const { scale, offset } = conversion("0.1 dBuV", quantity("sensor.cable_level").unit)!;
    expect(605 * scale + offset).toBeCloseTo(0.5);
    expect(quantity("sensor.frequency").max).toBeGreaterThan(196e12);
    expect(quantity("wifi.radio_received").reading).toBe(quantity("wifi.radio_power").reading);
  });

  it("no field can be taken for another one's status", () => {
    for (const each of QUANTITIES.values()) expect(QUANTITIES.has(`${each.id}_status`)).toBe(false);
  });

  it("each counter's rate exists, is a rate, and its factor turns the one unit into the other", () => {
    for (const each of QUANTITIES.values()) {
      if (!each.rate) continue;
      expect(each.kind).toBe("counter");
      const rate = quantity(each.rate.id);
      expect(rate.kind).toBe("rate");
      expect([each.unit, each.rate.factor, rate.unit]).toEqual(
        each.unit === "octet" ? ["octet", 8, "bit/s"] : [each.unit, 1, `${each.unit}/s`],
      );
    }
  });
});
