import { beforeEach, describe, expect, it } from "vitest";
import { Calendar } from "../../../src/indicators/calendar.ts";
import type { IndicatorMaker, IndicatorValue, Window } from "../../../src/indicators/contract.ts";
import { createOperationMaker } from "../../../src/indicators/operation/maker.ts";
import { HOUR, REGIONS, SLOT, SmallCampus } from "../campus.ts";

const CALENDAR = new Calendar("Asia/Shanghai");
const DAY = CALENDAR.window("2026-11-20");
const at = (hour: number): number => DAY.from + hour * HOUR;

const DOCUMENT = {
  regions: REGIONS,
  schools: [
    {
      id: "s1",
      region: "sc/lj/qh",
      name: "一小",
      kind: "primary" as const,
      setting: "town" as const,
      buildings: [
        {
          id: "a",
          name: "教学楼",
          rooms: [
            { id: "101", name: "101", type: "classroom" as const },
            { id: "102", name: "102", type: "classroom" as const },
            { id: "120", name: "库", type: "other" as const },
          ],
        },
        { id: "b", name: "宿舍", rooms: [{ id: "1", name: "1", type: "dormitory" as const }] },
      ],
      devices: [
        {
          id: "core1",
          role: "core-switch" as const,
          addresses: ["10.0.0.1"],
          credential: "safe",
          installed: "2016-01-01",
        },
        {
          id: "core2",
          role: "core-switch" as const,
          addresses: ["10.0.0.2"],
          credential: "weak",
          installed: "2024-01-01",
        },
        { id: "ac", role: "wifi-controller" as const, addresses: ["10.0.0.3"], credential: "safe" },
        { id: "ap1", role: "access-point" as const, protocol: "none" as const, parent: "ac", apName: "AP-1" },
        { id: "board", role: "board" as const, protocol: "mqtt" as const, building: "a", room: "101" },
        {
          id: "air",
          role: "sensor" as const,
          protocol: "modbus" as const,
          building: "a",
          addresses: ["10.0.0.5"],
        },
        {
          id: "meter",
          role: "meter" as const,
          protocol: "modbus" as const,
          building: "a",
          addresses: ["10.0.0.6"],
        },
      ],
    },
    { id: "s2", region: "sc/lj/qh", name: "空校", kind: "primary" as const, setting: "rural" as const },
  ],
};

let campus: SmallCampus;
let maker: IndicatorMaker;
beforeEach(() => {
  campus = new SmallCampus(DOCUMENT);
  maker = createOperationMaker(campus, {
    calendar: CALENDAR,
    secured: (credential) => credential === "safe",
  });
});

async function made(school = "s1", window: Window = DAY): Promise<Record<string, IndicatorValue>> {
  const values = await maker.evaluate(campus.school(school), window);
  expect(values.map((one) => one.indicator)).toEqual(maker.makes);
  return Object.fromEntries(values.map((one) => [one.indicator, one]));
}

function up(device: string, from: number, to: number, value = 1): void {
  for (let time = from; time < to; time += SLOT) campus.sample(device, "device.up", {}, time, value);
}

const short = ({ value, numerator, denominator, unknown, evidence, why }: IndicatorValue) => ({
  value,
  numerator,
  denominator,
  unknown,
  evidence,
  ...(why === undefined ? {} : { why }),
});

describe("a school without a device", () => {
  it("has nothing that could be judged, and says so", async () => {
    const found = await made("s2");
    for (const one of Object.values(found))
      expect([one.indicator, one.value, one.evidence]).toEqual([one.indicator, null, "unknown"]);
    expect(found["availability"]!.why).toBe("no-device");
    expect(found["classroom.boards"]!.why).toBe("not-registered");
  });
});

describe("a school that was never heard", () => {
  it("has no data; what the register holds is there", async () => {
    const found = await made();
    expect(found["availability"]).toMatchObject({ value: null, why: "no-data", unknown: 180 });
    expect(found["feed.hours"]).toMatchObject({ value: null, why: "no-data" });
    expect(found["devices.managed"]).toMatchObject({ value: null, why: "no-data" });
    expect(found["devices.fresh"]).toMatchObject({ value: null, why: "no-data", unknown: 6 });
    expect(short(found["devices.old"]!)).toEqual({
      value: 0.5,
      numerator: 1,
      denominator: 2,
      unknown: 5,
      evidence: "inferred",
    });
  });
});

describe("availability", () => {
  it("counts the slots of 07:00 to 22:00 in which one core device answered", async () => {
    up("core1", at(0), at(24));
    up("core2", at(0), at(24));
    // Both are away for an hour of term, one for another, and both for an hour of the night.
    up("core1", at(9), at(11), 0);
    up("core2", at(9), at(10), 0);
    up("core1", at(2), at(3), 0);
    up("core2", at(2), at(3), 0);
    expect(short((await made())["availability"]!)).toEqual({
      value: 168 / 180,
      numerator: 168,
      denominator: 180,
      unknown: 0,
      evidence: "measured",
    });
  });

  it("does not take silence for an outage: slots of which nobody tells are unknown", async () => {
    up("core1", at(7), at(12));
    expect(short((await made())["availability"]!)).toEqual({
      value: 1,
      numerator: 60,
      denominator: 60,
      unknown: 120,
      evidence: "measured",
    });
  });

  it("says nothing of a day of less than three slots", async () => {
    up("core1", at(7), at(7) + 2 * SLOT);
    expect((await made())["availability"]).toMatchObject({ value: null, why: "too-few-slots" });
  });
});

describe("a school of which nobody answers", () => {
  it("is known to be silent: somebody asked", async () => {
    up("core1", at(8), at(9), 0);
    expect((await made())["devices.fresh"]).toMatchObject({
      value: 0,
      denominator: 6,
      evidence: "measured",
      at: at(8),
    });
    expect((await made())["availability"]).toMatchObject({ value: 0, denominator: 12 });
  });
});

describe("devices", () => {
  beforeEach(() => {
    for (const device of ["core1", "ac", "board"]) up(device, at(8), at(9));
    up("core2", at(8), at(9), 0);
    up("air", at(-24 * 6), at(-24 * 6) + SLOT);
    up("meter", at(-24 * 8), at(-24 * 8) + SLOT);
  });

  it("are fresh for seven days, and an answer of none is no answer", async () => {
    expect(short((await made())["devices.fresh"]!)).toEqual({
      value: 4 / 6,
      numerator: 4,
      denominator: 6,
      unknown: 0,
      evidence: "measured",
    });
  });

  it("are managed among those that neighbours tell of; known ones by name, address or MAC are no strangers", async () => {
    campus.tell("core2", at(8), {
      interfaces: [{ ifIndex: 1, key: "1", mac: "02:00:00:00:00:02" }],
      identity: { sysName: "SW-CORE2" },
    });
    campus.tell("core1", at(9), {
      neighbors: [
        { protocol: "lldp", remoteName: "sw-core2" },
        { protocol: "lldp", remoteChassis: "02-00-00-00-00-02" },
        { protocol: "lldp", remoteAddress: "10.0.0.3" },
        { protocol: "lldp", remoteName: "AP-1" },
        { protocol: "lldp" },
        { protocol: "lldp", remoteName: "private-switch", remoteChassis: "02:00:00:00:00:99" },
        { protocol: "lldp", remoteName: "private-switch-again", remoteChassis: "02:00:00:00:00:99" },
      ],
    });
    // Polled or reported: core1, ac, board, air and, by its controller, ap1; of 7 registered and one stranger.
    expect(short((await made())["devices.managed"]!)).toEqual({
      value: 5 / 8,
      numerator: 5,
      denominator: 8,
      unknown: 0,
      evidence: "measured",
    });
    const [first] = await maker.evidence(campus.school("s1"), "devices.managed", DAY);
    expect(first).toMatchObject({ kind: "fact", subject: "core1", label: "private-switch" });
  });

  it("are read securely where they answer", async () => {
    expect(short((await made())["snmpv3.devices"]!)).toEqual({
      value: 1,
      numerator: 2,
      denominator: 2,
      unknown: 1,
      evidence: "measured",
    });
  });

  it("have a board in every second classroom, and sensing in one of two buildings only with both points", async () => {
    expect(short((await made())["classroom.boards"]!)).toEqual({
      value: 0.5,
      numerator: 1,
      denominator: 2,
      unknown: 0,
      evidence: "measured",
    });
    expect((await made())["building.sensing"]).toMatchObject({ value: 0, numerator: 0, denominator: 2 });
    up("meter", at(8), at(9));
    expect((await made())["building.sensing"]).toMatchObject({ value: 0.5, numerator: 1, denominator: 2 });
  });

  it("show what does not answer first", async () => {
    const list = await maker.evidence(campus.school("s1"), "devices.fresh", DAY);
    expect(list.map((one) => [one.subject, one.value])).toEqual([
      ["core2", null],
      ["meter", null],
      ["ac", 1],
      ["air", 1],
      ["board", 1],
      ["core1", 1],
    ]);
  });
});

describe("power", () => {
  const power = (hour: number, watts: number, phase = "total") =>
    campus.sample("meter", "electric.active_power", { phase }, at(hour), watts);

  it("of the night is the mean of 22:00 to 06:00 over the mean of the day, of the total or of the phases", async () => {
    for (let hour = 0; hour < 24; hour++) power(hour, hour < 6 || hour >= 22 ? 100 : 400);
    expect(short((await made())["power.night_ratio"]!)).toEqual({
      value: 0.25,
      numerator: 100,
      denominator: 400,
      unknown: 0,
      evidence: "measured",
    });
    campus = new SmallCampus(DOCUMENT);
    maker = createOperationMaker(campus, { calendar: CALENDAR, secured: () => false });
    for (let hour = 0; hour < 24; hour++)
      for (const phase of ["l1", "l2", "l3"]) power(hour, hour < 6 || hour >= 22 ? 30 : 300, phase);
    expect((await made())["power.night_ratio"]).toMatchObject({
      value: 0.1,
      numerator: 90,
      denominator: 900,
    });
  });

  it("of half a day is too little, and of a day without power there is no ratio", async () => {
    for (let hour = 6; hour < 20; hour++) power(hour, 400);
    expect((await made())["power.night_ratio"]).toMatchObject({
      value: null,
      why: "too-few-samples",
      unknown: 1,
    });
    for (let hour = 0; hour < 24; hour++) power(hour, 0);
    expect((await made())["power.night_ratio"]).toMatchObject({ value: null, why: "too-few-samples" });
  });
});

describe("the feed", () => {
  it("counts hours with an answer, of the hours that have begun", async () => {
    up("core1", at(1), at(4));
    up("core2", at(6), at(8), 0);
    expect(short((await made("s1", { from: DAY.from, to: at(9) + 1 }))["feed.hours"]!)).toEqual({
      value: 0.3,
      numerator: 3,
      denominator: 10,
      unknown: 0,
      evidence: "measured",
    });
  });
});
