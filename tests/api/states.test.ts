import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { Campus } from "../../src/api/campus.ts";
import type { LiveState } from "../../src/api/live.ts";
import { slowestPolls } from "../../src/api/poll-intervals.ts";
import { byTrouble, FRESH_INTERVALS, freshnessOf, THRESHOLDS, worse } from "../../src/api/rules.ts";
import type { DeviceRow, RoomView, SchoolRow, SchoolView } from "../../src/api/schemas/campus.ts";
import { STATUS } from "../../src/measurements/status.ts";
import { loadProfiles } from "../../src/profiles/load.ts";
import { DOCUMENT, FakeCampus, makeWell } from "./campus.ts";

const ALL = { subtree: "" };
const PORT = { interface: "GE0/0/1" };
let fake: FakeCampus;
let campus: Campus;

beforeEach(() => {
  fake = new FakeCampus(DOCUMENT);
  makeWell(fake, "s1");
  campus = new Campus(fake);
});

function view(): SchoolView {
  fake.pass();
  return campus.schoolView(ALL, "s1")!;
}
const school = (): SchoolRow => view().school;
const device = (id: string): DeviceRow => view().devices.find((one) => one.id === id)!;
const room = (path: string): RoomView => view().rooms.find((one) => one.path === path)!;
const codes = (row: { reasons: { code: string }[] }): string[] => row.reasons.map((one) => one.code);

describe("a school where all is well", () => {
  it("is good, and counts", () => {
    expect(school()).toMatchObject({
      state: "good",
      reasons: [],
      devices: { total: 11, up: 10, down: 0, unknown: 1 },
      rooms: { total: 3, ready: 2, unknown: 1 },
      aps: { known: 2, online: 2 },
      clients: 55,
      power: 3000,
    });
  });

  it("is not troubled by what nobody measures", () => {
    expect(device("s1-cam")).toMatchObject({ state: "unknown", up: "unknown" });
    expect(room("s1/a/199")).toMatchObject({ state: "unknown", board: null, ap: null, sensor: null });
  });
});

describe("no data", () => {
  it("is unknown, never good", () => {
    const empty = campus.schoolView(ALL, "s2")!;
    expect(empty.school).toMatchObject({ state: "unknown", clients: null, power: null, at: null });
    expect(empty.school.uplink).toMatchObject({ state: "unknown", use: null, inRate: null, operState: null });
    for (const row of [...empty.devices, ...empty.rooms, ...empty.links]) expect(row.state).toBe("unknown");
  });

  it("is unknown for a device that answers but has told no number yet", () => {
    fake.set("s2-core", "up");
    const row = campus.schoolView(ALL, "s2")!.devices.find((one) => one.id === "s2-core")!;
    expect(row).toMatchObject({
      up: "up",
      state: "unknown",
      reasons: [{ code: "no-data", subject: "s2-core" }],
    });
  });

  it("follows when what was good grows old", () => {
    fake.pass(20 * 60_000);
    const late = view();
    expect(late.school.state).toBe("unknown");
    expect(late.school.clients).toBeNull();
    expect(late.school.power).toBeNull();
    expect(late.links[0]).toMatchObject({ state: "unknown", inRate: null, reasons: [{ code: "stale" }] });
    expect(late.devices.find((one) => one.id === "s1-core")).toMatchObject({
      up: "unknown",
      state: "unknown",
      reasons: [{ code: "stale" }],
    });
    expect(late.school.at).not.toBeNull();
  });

  it("is not made of samples that carry an absence", () => {
    fake.sample("s1-meter", "electric.active_power", { status: STATUS.timeout }, { phase: "l2" });
    expect(school().power).toBeNull();
    fake.sample("s1-meter", "electric.active_power", 2900, { phase: "total" });
    expect(school().power).toBe(2900);
    fake.sample("s1-meter", "electric.active_power", -2900, { phase: "total" });
    expect(school().power).toBe(0);
  });

  it("of one device makes the school unknown, with the count", () => {
    fake.set("s1-meter", "unknown");
    expect(school()).toMatchObject({ state: "unknown", reasons: [{ code: "device-unknown", value: 1 }] });
  });
});

describe("an uplink", () => {
  it.each([
    [0.69, "good", []],
    [0.7, "watch", ["uplink-busy"]],
    [0.89, "watch", ["uplink-busy"]],
    [0.9, "bad", ["uplink-saturated"]],
    [1.0, "bad", ["uplink-saturated"]],
  ] as const)("at %d of its contract is %s", (share, state, expected) => {
    fake.sample("s1-core", "interface.out_rate", share * 1e9, PORT);
    const now = view();
    expect(now.links[0]!.state).toBe(state);
    expect(codes(now.links[0]!)).toEqual(expected);
    expect(now.school.state).toBe(state);
    expect(codes(now.school)).toEqual(expected);
  });

  it("that is down is bad", () => {
    fake.sample("s1-core", "interface.oper_state", 2, PORT);
    expect(school()).toMatchObject({
      state: "bad",
      reasons: [{ code: "uplink-down", subject: "s1-up", name: "上联" }],
      uplink: { operState: "down", state: "bad" },
    });
  });

  it("is said on the page of the device where it is measured, and on no other's", () => {
    fake.sample("s1-core", "interface.oper_state", 2, PORT);
    const page = (id: string) => campus.device({ subtree: "" }, id)!.device;
    expect(page("s1-core")).toMatchObject({ state: "bad", reasons: [{ code: "uplink-down" }] });
    expect(page("s1-acc").reasons).toEqual([]);
  });

  it("without a contract is measured against its interface", () => {
    fake.replace({
      ...DOCUMENT,
      links: [{ id: "s1-up", role: "uplink", device: "s1-core", interface: "GE0/0/1" }],
    });
    fake.sample("s1-core", "interface.speed", 100e6, PORT);
    fake.sample("s1-core", "interface.in_rate", 95e6, PORT);
    expect(view().links[0]).toMatchObject({ capacity: 100e6, use: 95, state: "bad" });
  });
});

describe("a device that does not answer", () => {
  it.each([
    ["s1-core", "bad", "device-down"],
    ["s1-ac", "bad", "device-down"],
    ["s1-acc", "watch", "device-down"],
    ["s1-board-101", "watch", "board-silent"],
    ["s1-air", "watch", "sensor-silent"],
    ["s1-meter", "watch", "meter-silent"],
    ["s1-ups", "watch", "device-down"],
  ] as const)("%s makes the school %s", (id, state, code) => {
    fake.set(id, "down", "timeout");
    const now = view();
    expect(now.school.state).toBe(state);
    expect(now.school.reasons.find((one) => one.subject === id)?.code).toBe(code);
    expect(now.devices.find((one) => one.id === id)).toMatchObject({ state: "bad", up: "down" });
    expect(now.school.devices.down).toBe(1);
  });

  it("a silent board makes its room bad and not ready, and says which room", () => {
    fake.set("s1-board-101", "down");
    const now = view();
    expect(now.rooms.find((one) => one.path === "s1/a/101")).toMatchObject({
      state: "bad",
      board: { state: "bad" },
      reasons: [{ code: "board-silent", subject: "s1-board-101", name: "一年级一班" }],
    });
    expect(now.school.rooms).toEqual({ total: 3, ready: 1, unknown: 1 });
  });

  it("a silent sensor leaves its room ready", () => {
    fake.set("s1-air", "down");
    const now = view();
    expect(now.rooms[0]).toMatchObject({ state: "watch", reasons: [{ code: "sensor-silent" }] });
    expect(now.school.rooms.ready).toBe(2);
  });

  it("a board that was never heard leaves its room unknown", () => {
    fake.set("s1-board-102", "unknown");
    const now = view();
    expect(now.rooms.find((one) => one.path === "s1/a/102")!.state).toBe("unknown");
    expect(now.school.rooms).toEqual({ total: 3, ready: 1, unknown: 2 });
  });
});

describe("a device that is only probed", () => {
  it("is good while echoes come back, and stale when they do not", () => {
    const document = structuredClone(DOCUMENT);
    document.schools![0]!.devices!.push({
      id: "s1-printer",
      role: "printer",
      protocol: "probe",
      addresses: ["10.1.1.1"],
    });
    fake.replace(document);
    fake.set("s1-printer", "up");
    fake.sample("s1-printer", "probe.reachable", 1, { family: "ipv4" });
    expect(device("s1-printer")).toMatchObject({ up: "up", state: "unknown" });
    fake.sample("s1-printer", "probe.rtt", 0.002, { family: "ipv4" });
    expect(device("s1-printer")).toMatchObject({ up: "up", state: "good", at: fake.time - 2000 });
    fake.pass(16 * 60_000);
    fake.sample("s1-printer", "probe.reachable", 1, { family: "ipv4" });
    expect(device("s1-printer")).toMatchObject({ up: "unknown", reasons: [{ code: "stale" }] });
  });

  it("is not what makes an SNMP device fresh", () => {
    fake.pass(16 * 60_000);
    fake.sample("s1-core", "probe.rtt", 0.002, { family: "ipv4" });
    expect(device("s1-core")).toMatchObject({ up: "unknown", reasons: [{ code: "stale" }] });
  });
});

describe("access points", () => {
  it("one offline makes its room bad and the school watch", () => {
    view();
    fake.sample("s1-ac", "wifi.ap_state", 0, { ap: "AP-101" });
    const now = view();
    expect(now.school).toMatchObject({ state: "watch", aps: { known: 2, online: 1 } });
    expect(codes(now.school)).toEqual(["ap-offline"]);
    expect(now.rooms[0]).toMatchObject({ state: "bad", ap: { state: "bad" } });
    expect(now.devices.find((one) => one.id === "s1-ap-101")).toMatchObject({ up: "down", since: now.at });
  });

  it("several offline are one reason with a count", () => {
    for (const room of ["101", "102"]) fake.sample("s1-ac", "wifi.ap_state", 0, { ap: `AP-${room}` });
    expect(school().reasons).toEqual([{ code: "aps-offline", value: 2 }]);
  });

  it("are unknown when their controller says nothing any more", () => {
    for (const room of ["101", "102"])
      fake.sample("s1-ac", "wifi.ap_state", { status: STATUS.timeout }, { ap: `AP-${room}` });
    expect(device("s1-ap-101")).toMatchObject({ up: "unknown", state: "unknown" });
    expect(school().aps).toEqual({ known: 2, online: 0 });
  });
});

describe("what a device measures", () => {
  it("leaves the air of a cold store or a machine room alone", () => {
    const cold = structuredClone(DOCUMENT);
    const of = cold.schools!.find((one) => one.id === "s1")!;
    for (const building of of.buildings!) for (const one of building.rooms!) one.type = "canteen";
    fake = new FakeCampus(cold);
    makeWell(fake, "s1");
    campus = new Campus(fake);
    fake.sample("s1-air", "sensor.temperature", -18, { sensor: "air" });
    expect(device("s1-air")).toMatchObject({ state: "good", reasons: [] });
  });

  it.each([
    ["s1-board-101", "board.temperature", THRESHOLDS.boardHot, {}, "watch", "board-hot"],
    ["s1-board-101", "board.faults", 1, {}, "watch", "board-fault"],
    ["s1-board-101", "board.touch", 0, {}, "watch", "board-fault"],
    ["s1-air", "sensor.co2", THRESHOLDS.co2Poor, { sensor: "air" }, "watch", "air-poor"],
    ["s1-air", "sensor.temperature", THRESHOLDS.roomHot, { sensor: "air" }, "watch", "air-poor"],
    ["s1-air", "sensor.temperature", THRESHOLDS.roomCold, { sensor: "air" }, "watch", "air-poor"],
    ["s1-ups", "ups.output_source", 5, {}, "bad", "ups-on-battery"],
    ["s1-ups", "ups.on_battery", 30, {}, "bad", "ups-on-battery"],
    ["s1-ups", "ups.battery_state", 3, {}, "bad", "ups-battery-low"],
    ["s1-acc", "interface.in_error_rate", THRESHOLDS.portErrors, PORT, "watch", "port-errors"],
  ] as const)("%s %s at %d", (id, quantityId, value, tags, state, code) => {
    fake.sample(id, quantityId, value, tags);
    const now = view();
    const row = now.devices.find((one) => one.id === id)!;
    expect(row.state).toBe(state);
    expect(codes(row)).toEqual([code]);
    expect(now.school.state).toBe(state);
    expect(codes(now.school)).toEqual([code]);
  });

  it("a part whose state means that it has failed makes its device watch, and is named", () => {
    const legend = {
      names: new Map([
        [1, "normal"],
        [2, "fanFailed"],
        [3, "highAlarm"],
        [4, "standby"],
      ]),
      meanings: new Map([
        [1, "ok"],
        [2, "failed"],
        [3, "warning"],
      ] as const),
    };
    const set = (sensor: string, value: number) =>
      fake.table.describe(fake.sample("s1-acc", "sensor.state", value, { sensor }), legend);
    for (const [sensor, value] of [
      ["fan 1", 1],
      ["fan 2", 3],
      ["fan 3", 4],
    ] as const)
      set(sensor, value);
    // The same number without a legend is only a number.
    fake.sample("s1-acc", "sensor.state", 2, { sensor: "nobody knows" });
    expect(device("s1-acc")).toMatchObject({ state: "good", reasons: [] });
    set("fan 9", 2);
    set("fan 4", 2);
    expect(device("s1-acc")).toMatchObject({
      state: "watch",
      reasons: [{ code: "part-failed", subject: "s1-acc", value: 2, part: "fan 4" }],
    });
    const shown = new Map(
      campus
        .device(ALL, "s1-acc")!
        .readings.map(({ tags, value, text, meaning }) => [tags["sensor"], [value, text, meaning]]),
    );
    expect(shown.get("fan 1")).toEqual([1, "normal", "ok"]);
    expect(shown.get("fan 3")).toEqual([4, "standby", null]);
    expect(shown.get("fan 4")).toEqual([2, "fanFailed", "failed"]);
    expect(shown.get("nobody knows")).toEqual([2, null, null]);
  });

  it("does not trouble just inside the limits", () => {
    fake.sample("s1-board-101", "board.temperature", THRESHOLDS.boardHot - 0.1);
    fake.sample("s1-air", "sensor.co2", THRESHOLDS.co2Poor - 1, { sensor: "air" });
    fake.sample("s1-air", "sensor.temperature", THRESHOLDS.roomHot - 0.1, { sensor: "air" });
    fake.sample("s1-acc", "interface.in_error_rate", THRESHOLDS.portErrors - 0.1, PORT);
    expect(school().state).toBe("good");
  });
});

describe("reasons and order", () => {
  it("the most serious come first, at most twenty", () => {
    const many = structuredClone(DOCUMENT);
    for (let i = 0; i < 40; i++)
      many.schools![0]!.devices!.push({
        id: `s1-m${i}`,
        role: "board",
        protocol: "mqtt",
        building: "a",
        room: "101",
      });
    fake.replace(many);
    for (let i = 0; i < 40; i++) fake.set(`s1-m${i}`, "down");
    fake.sample("s1-core", "interface.oper_state", 2, PORT);
    const row = school();
    expect(row.reasons.length).toBe(THRESHOLDS.reasons);
    expect(row.reasons[0]!.code).toBe("uplink-down");
    expect(row.state).toBe("bad");
  });

  it("bad is worse than watch, watch than unknown, unknown than good", () => {
    const order = ["bad", "watch", "unknown", "good"] as const;
    expect([...order].reverse().sort(byTrouble)).toEqual(order);
    expect(worse("good", "unknown")).toBe("unknown");
    expect(worse("watch", "unknown")).toBe("watch");
  });
});

describe("freshness", () => {
  it("lasts three intervals of what is read more seldom", () => {
    (fake as LiveState).pollMs = (quantityId) =>
      quantityId === "electric.active_power" ? 300_000 : undefined;
    fake.pass(898_000);
    expect(view().school).toMatchObject({ power: 3000 });
    expect(view().school.uplink!.inRate).toBeNull();
    expect(view().school.power).toBeNull();
  });

  it("covers three intervals of everything that the bundled profiles read", () => {
    const profiles = loadProfiles([join(import.meta.dirname, "..", "..", "device-profiles")]).list();
    const slowest = slowestPolls(profiles);
    expect(slowest.get("interface.in_rate")).toBe(slowest.get("interface.in_octets"));
    expect(slowest.get("board.power")).toBeGreaterThan(0);
    expect(slowest.get("electric.active_power")).toBeGreaterThan(0);
    for (const [id, ms] of slowest)
      expect(freshnessOf(id, ms), id).toBeGreaterThanOrEqual(FRESH_INTERVALS * ms);
    // What states are made of does not lean on that: the table itself covers it.
    for (const id of [
      "interface.in_rate",
      "interface.oper_state",
      "wifi.ap_state",
      "board.power",
      "ups.charge",
    ])
      expect(freshnessOf(id), id).toBeGreaterThanOrEqual(FRESH_INTERVALS * (slowest.get(id) ?? 0));
  });
});

describe("a look", () => {
  it("lasts two seconds, and ends when the inventory is replaced", () => {
    const before = campus.schoolView(ALL, "s1")!;
    fake.sample("s1-core", "interface.oper_state", 2, PORT);
    expect(campus.schoolView(ALL, "s1")!.school).toBe(before.school);
    fake.replace(DOCUMENT);
    expect(campus.schoolView(ALL, "s1")!.school.state).toBe("bad");
    fake.sample("s1-core", "interface.oper_state", 1, PORT);
    fake.pass(1999);
    expect(campus.schoolView(ALL, "s1")!.school.state).toBe("bad");
    fake.pass(1);
    expect(campus.schoolView(ALL, "s1")!.school.state).toBe("good");
  });
});
