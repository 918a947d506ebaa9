import { describe, expect, test } from "vitest";
import { judgeOptic, opticLimits } from "../../../src/indicators/bandwidth/optics.ts";
import type { DeviceFacts } from "../../../src/inventory/facts.ts";

function facts(entities: DeviceFacts["entities"]): DeviceFacts {
  return {
    device: "r1",
    at: 0,
    identity: {},
    interfaces: [{ ifIndex: 1, key: "XGE0/0/1", name: "XGE0/0/1", descr: "XGigabitEthernet0/0/1" }],
    addresses: [],
    hosts: [],
    neighbors: [],
    vlans: [],
    entities,
    aps: [],
  };
}
const none = { rxLow: null, rxHigh: null };

describe("limits of a module", () => {
  test("are its own where it tells them, whatever its kind", () => {
    const told = facts([{ index: 9, name: "XGE0/0/1", descr: "10GBASE-LR" }]);
    expect(opticLimits({ rxLow: -16.5, rxHigh: 1 }, told, "XGE0/0/1")).toEqual({
      rxLow: -16.5,
      rxHigh: 1,
      of: "module",
    });
  });

  const kinds: [string, number, number][] = [
    ["1000BASE-SX SFP", -17, 0],
    ["SFP-GE-LX-SM1310", -19, -3],
    ["10GBASE-SR", -9.9, -1],
    ["SFP+ 10G-LR", -14.4, 0.5],
    ["10GBASE-ER 40km", -15.8, -1],
    ["10GBASE-ZR 80km", -24, -7],
    ["GPON B+", -27, -8],
  ];
  test.each(kinds)("of %s without limits of its own are those of its kind", (descr, rxLow, rxHigh) => {
    const told = facts([
      { index: 9, name: "XGigabitEthernet0/0/1", class: "port" },
      { index: 10, containedIn: 9, class: "module", descr },
    ]);
    expect(opticLimits(none, told, "XGE0/0/1")).toEqual({ rxLow, rxHigh, of: "kind" });
  });

  test("of a module of no known kind, or of another port, are not known; a limit of 0 is none", () => {
    const other = facts([{ index: 9, name: "XGE0/0/2", descr: "10GBASE-LR" }]);
    expect(opticLimits(none, other, "XGE0/0/1").of).toBeNull();
    expect(opticLimits({ rxLow: 0, rxHigh: 0 }, other, "XGE0/0/1").of).toBeNull();
    expect(opticLimits(none, undefined, "XGE0/0/1").of).toBeNull();
  });
});

describe("light", () => {
  const lr = { rxLow: -14.4, rxHigh: 0.5, of: "kind" } as const;
  const unlimited = { rxLow: null, rxHigh: null, of: null } as const;
  const cases: [number | null, typeof lr | typeof unlimited, number | null, string][] = [
    [-8, lr, 0.1, "good"],
    [-11.4, lr, 0, "watch"],
    [-11.3, lr, 0, "good"],
    [-13.4, lr, 0, "bad"],
    [-40, unlimited, null, "bad"],
    [0.6, lr, 0, "watch"],
    [5, unlimited, 0, "bad"],
    [-8, lr, -2.1, "watch"],
    [-8, lr, -2, "good"],
    [-8, unlimited, -2.5, "watch"],
    [-8, unlimited, 3, "good"],
    [null, lr, null, "unknown"],
  ];
  test.each(cases)("%s dBm within %o, changed by %s dB: %s", (rx, limits, change, verdict) => {
    expect(judgeOptic(rx, limits, change)).toBe(verdict);
  });
});
