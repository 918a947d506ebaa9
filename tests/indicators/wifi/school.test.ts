import { beforeEach, describe, expect, it } from "vitest";
import { wifiView } from "../../../src/api/views/wifi.ts";
import { createWifiMaker } from "../../../src/indicators/wifi/maker.ts";
import { HOUR, REGIONS, SLOT, SmallCampus, START } from "../campus.ts";

/** 08:00 to 12:00 in Shanghai. */
const WINDOW = { from: START, to: START + 4 * HOUR };
const SLOTS = 48;

const ap = (id: string, room: string, extra: object = {}) => ({
  id,
  role: "access-point" as const,
  protocol: "none" as const,
  parent: "ac",
  building: "b",
  room,
  ...extra,
});

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
          id: "b",
          name: "教学楼",
          rooms: [
            { id: "101", name: "教室101" },
            { id: "102", name: "教室102" },
            { id: "103", name: "教室103" },
            { id: "104", name: "教室104" },
            { id: "lib", name: "图书室", type: "library" as const },
            { id: "wc", name: "机房", type: "machine-room" as const },
          ],
        },
      ],
      devices: [
        { id: "ac", role: "wifi-controller" as const, addresses: ["10.0.0.1"], credential: "c" },
        ap("ap1", "101", { apName: "AP-101" }),
        ap("ap2", "102", { apName: "AP-102", serves: ["b/102", "b/103"] }),
        ap("ap3", "wc", { apName: "AP-WC" }),
        {
          id: "fat",
          name: "胖AP",
          role: "access-point" as const,
          addresses: ["10.0.0.9"],
          credential: "c",
          building: "b",
          room: "lib",
        },
      ],
    },
  ],
  links: [],
};

let campus: SmallCampus;
beforeEach(() => {
  campus = new SmallCampus(DOCUMENT);
});

const judge = (window = WINDOW) => createWifiMaker(campus).judge(campus.school("s1"), window);
const view = async () => wifiView(await judge(), WINDOW.to);

/** A sample in each slot of [from, to). */
function each(
  device: string,
  quantity: string,
  tags: object,
  value: (slot: number) => number | undefined,
  from = 0,
  to = SLOTS,
): void {
  for (let slot = from; slot < to; slot++) {
    const said = value(slot);
    if (said !== undefined) campus.sample(device, quantity, tags, START + slot * SLOT + 30_000, said);
  }
}

/** An access point at the controller, with two radios. */
function serving(name: string, state: (slot: number) => number | undefined = () => 1): void {
  each("ac", "wifi.ap_state", { ap: name }, state);
  for (const radio of ["0", "1"])
    each("ac", "wifi.radio_state", { ap: name, radio }, (slot) => (state(slot) === 1 ? 1 : undefined));
}

const radio = (quantity: string, name: string, index: string, value: (slot: number) => number | undefined) =>
  each("ac", `wifi.radio_${quantity}`, { ap: name, radio: index }, value);

describe("presence", () => {
  it("counts rooms of the register that need coverage, by the access points that are to serve them", async () => {
    const { presence, rooms } = await judge();
    // 104 has none; the machine room needs none.
    expect(rooms).toHaveLength(5);
    expect(presence).toEqual({
      value: 0.8,
      numerator: 4,
      denominator: 5,
      unknown: 0,
      evidence: "inferred",
      at: null,
    });
  });

  it("is not known without a register of rooms", async () => {
    campus = new SmallCampus({
      ...DOCUMENT,
      schools: [{ ...DOCUMENT.schools[0]!, buildings: [], devices: [] }],
    });
    const judged = await judge();
    for (const layer of ["presence", "service", "signal", "capacity"] as const)
      expect(judged[layer]).toMatchObject({ value: null, evidence: "unknown", why: "not-registered" });
  });
});

describe("service", () => {
  it("counts slots of term hours in which access points served, and what nobody told apart", async () => {
    serving("AP-101");
    serving("AP-102", (slot) => (slot < 12 ? 1 : 0));
    each("fat", "device.up", {}, (slot) => (slot < 24 ? 1 : undefined));
    const { service } = await judge();
    expect(service).toMatchObject({
      numerator: 48 + 12 + 24,
      denominator: 48 + 48 + 24,
      unknown: 24,
      evidence: "measured",
    });
  });

  it("is not raised by a controller that stops listing access points that are offline", async () => {
    serving("AP-101");
    serving("AP-102", (slot) => (slot < 24 ? 1 : 0));
    const honest = await judge();
    campus = new SmallCampus(DOCUMENT);
    serving("AP-101");
    serving("AP-102", (slot) => (slot < 24 ? 1 : undefined));
    const hiding = await judge();
    expect(hiding.service).toEqual(honest.service);
    expect(hiding.service).toMatchObject({ numerator: 72, denominator: 96 });
    const { aps, list } = await view();
    expect(aps).toMatchObject({ planned: 4, known: 1, online: 1, serving: 1, hidden: 2 });
    expect(list.find((row) => row.room === "s1/b/102")).toMatchObject({ stage: "planned", state: "bad" });
  });

  it("takes a controller that lists none and counts none as an answer, and one that is silent as none", async () => {
    each("ac", "wifi.aps_online", {}, () => 0);
    expect((await judge()).service).toMatchObject({ value: 0, numerator: 0, denominator: 96, unknown: 48 });
    campus = new SmallCampus(DOCUMENT);
    each("ac", "wifi.aps_online", {}, () => 2);
    expect((await judge()).service).toMatchObject({ value: null, why: "no-data", unknown: 144 });
  });

  it("wants a radio that is up, and takes an access point without told radios by its state", async () => {
    each("ac", "wifi.ap_state", { ap: "AP-101" }, () => 1);
    for (const index of ["0", "1"])
      radio("state", "AP-101", index, (slot) => (slot < 40 || index === "1" ? 0 : 1));
    each("ac", "wifi.ap_state", { ap: "AP-102" }, (slot) => (slot < 10 ? 3 : 1));
    const { service } = await judge();
    expect(service).toMatchObject({ numerator: 8 + 38, denominator: 96 });
    expect((await view()).aps).toMatchObject({ known: 2, online: 2, serving: 2 });
  });

  it("knows by radios alone what a maker that tells no state means", async () => {
    for (const name of ["AP-101", "AP-102"]) radio("state", name, "0", (slot) => (slot < 24 ? 1 : 0));
    expect((await judge()).service).toMatchObject({ numerator: 48, denominator: 96 });
  });

  it("judges term hours only, local ones, and whole slots", async () => {
    // 21:00 to 07:30 of the next day in Shanghai.
    const night = { from: START + 13 * HOUR, to: START + 23.5 * HOUR };
    for (let at = night.from; at < night.to; at += SLOT) {
      campus.sample("ac", "wifi.ap_state", { ap: "AP-101" }, at, 1);
      campus.sample("ac", "wifi.ap_state", { ap: "AP-102" }, at, 1);
      campus.sample("fat", "device.up", {}, at, 1);
    }
    expect((await judge(night)).service).toMatchObject({ value: 1, denominator: 3 * (12 + 6) });
    const cut = { from: START + 22 * HOUR + 60_000, to: START + 23.5 * HOUR - 60_000 };
    expect((await judge(cut)).service.denominator).toBe(3 * 5);
  });

  it("finds itself in the list of a group without a controller", async () => {
    const devices = [
      {
        id: "vc",
        role: "access-point" as const,
        addresses: ["10.0.0.7"],
        credential: "c",
        apName: "one",
        building: "b",
        room: "101",
      },
      { ...ap("member", "102", { apName: "two" }), parent: "vc" },
    ];
    campus = new SmallCampus({ ...DOCUMENT, schools: [{ ...DOCUMENT.schools[0]!, devices }] });
    for (const name of ["one", "two", "foreign"])
      each("vc", "wifi.ap_state", { ap: name }, (slot) => (name === "two" && slot >= 24 ? undefined : 1));
    const judged = await judge();
    expect(judged.service).toMatchObject({ numerator: 72, denominator: 96 });
    expect(judged.strangers).toEqual([{ controller: "vc", ap: "foreign" }]);
  });
});

describe("a controller of several schools", () => {
  it("is asked for the school's access points alone, and hides none of them", async () => {
    const node = {
      id: "node",
      region: "sc/lj/qh",
      name: "二小",
      kind: "primary" as const,
      setting: "town" as const,
      devices: [{ id: "big", role: "wifi-controller" as const, addresses: ["10.9.0.1"], credential: "c" }],
    };
    const devices = [
      { ...ap("ap1", "101", { apName: "one" }), parent: "big" },
      { ...ap("ap2", "102", { apName: "two" }), parent: "big" },
    ];
    campus = new SmallCampus({ ...DOCUMENT, schools: [{ ...DOCUMENT.schools[0]!, devices }, node] });
    each("big", "wifi.aps_online", {}, () => 900);
    each("big", "wifi.clients", {}, () => 9000);
    each("big", "wifi.ap_state", { ap: "one" }, (slot) => (slot < 24 ? 1 : undefined));
    each("big", "wifi.ap_state", { ap: "elsewhere" }, () => 1);
    each("big", "wifi.ap_clients", { ap: "one" }, (slot) => (slot < 24 ? 5 : undefined));
    const judged = await judge();
    expect(judged.service).toMatchObject({ numerator: 24, denominator: 96, unknown: 0 });
    expect([...judged.reporters.get("big")!.aps.keys()]).toEqual(["one"]);
    const page = await view();
    expect(page.aps).toMatchObject({ planned: 2, known: 0, hidden: 2, notRegistered: 0 });
    expect(page.clients).toBeNull();
  });
});

describe("signal", () => {
  it("judges a room by its stations' samples: 95 of 100 at -70 dBm or better, at least 20 a day", async () => {
    serving("AP-101");
    radio("clients", "AP-101", "0", () => 2);
    radio("signal", "AP-101", "0", (slot) => (slot < 2 ? -75 : -60));
    serving("AP-102");
    radio("clients", "AP-102", "1", () => 1);
    radio("signal", "AP-102", "1", (slot) => (slot < 3 ? -75 : -60));
    let { signal, rooms } = await judge();
    // 4 of 96 are weak in 101; 3 of 48 in 102 and 103; 104 and the library have nobody to hear.
    expect(signal).toMatchObject({ numerator: 1, denominator: 3, unknown: 2 });
    expect(rooms.map((room) => room.signalGood)).toEqual([true, false, false, undefined, undefined]);
    // Too few samples, and a mean that was kept when everybody had left.
    campus = new SmallCampus(DOCUMENT);
    radio("clients", "AP-101", "0", (slot) => (slot < 19 ? 1 : 0));
    radio("signal", "AP-101", "0", () => -50);
    ({ signal, rooms } = await judge());
    expect(signal).toMatchObject({ value: null, why: "too-few-samples", unknown: 5 });
    expect([...rooms[0]!.heard.samples.values()]).toEqual([19]);
  });

  it("takes the weak stations that a maker counts, and its SNR", async () => {
    radio("clients", "AP-101", "0", () => 10);
    radio("clients_weak", "AP-101", "0", () => 1);
    radio("clients", "AP-102", "0", () => 10);
    radio("snr", "AP-102", "0", () => 19);
    const { rooms } = await judge();
    expect([rooms[0]!.signalGood, rooms[1]!.signalGood]).toEqual([false, false]);
    campus = new SmallCampus(DOCUMENT);
    radio("clients", "AP-101", "0", () => 100);
    radio("clients_weak", "AP-101", "0", () => 5);
    radio("clients", "AP-102", "0", () => 10);
    radio("snr", "AP-102", "0", () => 25);
    expect((await judge()).signal).toMatchObject({ value: 1, denominator: 3 });
  });

  it("says that nothing tells it where a maker gives no signal", async () => {
    serving("AP-101");
    expect((await judge()).signal).toMatchObject({ value: null, why: "no-counter" });
  });
});

describe("capacity", () => {
  it("judges radios by the 95th percentile of stations and of airtime", async () => {
    // 3 of 48 slots over the limit: the 95th percentile (46th value) is over it too; 2 of 48 are not.
    radio("clients", "AP-101", "0", (slot) => (slot < 3 ? 51 : 50));
    radio("clients", "AP-101", "1", (slot) => (slot < 2 ? 99 : 50));
    radio("use", "AP-102", "0", (slot) => (slot < 3 ? 61 : 10));
    radio("use", "AP-102", "1", () => 60);
    radio("use", "AP-WC", "0", () => 99);
    const { capacity } = await judge();
    expect(capacity).toMatchObject({ numerator: 2, denominator: 4, unknown: 0 });
    campus = new SmallCampus(DOCUMENT);
    radio("use", "AP-101", "0", (slot) => (slot < 11 ? 1 : undefined));
    expect((await judge()).capacity).toMatchObject({ value: null, why: "too-few-slots", unknown: 1 });
  });
});

describe("the page", () => {
  it("shows stages, stations once, what nobody registered, and what its reporter no longer says", async () => {
    serving("AP-101");
    serving("AP-102", () => 0);
    serving("AP-NEW");
    radio("clients", "AP-101", "0", () => 3);
    radio("clients", "AP-101", "1", () => 4);
    radio("signal", "AP-101", "1", () => -58);
    radio("use", "AP-101", "0", () => 33);
    each("ac", "wifi.clients", {}, (slot) => slot);
    each("ac", "wifi.clients", { ssid: "school", radio: "2.4G" }, () => 30);
    each("ac", "wifi.clients", { ssid: "school", radio: "5G" }, () => 17);
    each("fat", "device.up", {}, (slot) => (slot < 20 ? 1 : undefined));
    const page = await view();
    expect(page.aps).toEqual({ planned: 4, known: 2, online: 1, serving: 1, notRegistered: 1, hidden: 1 });
    expect(page.clients).toBe(47);
    expect(page.list.map((row) => [row.room, row.ap, row.stage, row.state])).toEqual([
      ["s1/b/101", "ap1", "good", "good"],
      ["s1/b/102", "ap2", "known", "bad"],
      ["s1/b/103", "ap2", "known", "bad"],
      ["s1/b/104", null, "not-registered", "unknown"],
      ["s1/b/lib", "fat", "planned", "unknown"],
    ]);
    expect(page.list[0]).toMatchObject({ clients: 7, use: 33, signal: -58, at: WINDOW.to - SLOT });
  });

  it("counts the stations of an access point without a controller, by its networks too", async () => {
    each("fat", "device.up", {}, () => 1);
    each("fat", "wifi.clients", { ssid: "a", radio: "ng 1" }, () => 5);
    each("fat", "wifi.clients", { ssid: "a", radio: "na 2" }, () => 6);
    expect((await view()).clients).toBe(11);
    serving("AP-101");
    each("ac", "wifi.clients", {}, () => 20);
    const { clients, list } = await view();
    expect(clients).toBe(31);
    expect(list.find((row) => row.ap === "fat")).toMatchObject({ stage: "serving", clients: 11 });
  });

  it("adds the networks up where a controller tells no whole", async () => {
    serving("AP-101");
    each("ac", "wifi.clients", { ssid: "a" }, () => 30);
    each("ac", "wifi.clients", { ssid: "b" }, (slot) => (slot < 40 ? 99 : 12));
    expect((await view()).clients).toBe(42);
  });
});

describe("the maker", () => {
  it("answers each of its indicators, with what they were made of", async () => {
    serving("AP-101");
    serving("AP-102", (slot) => (slot < 24 ? 1 : 0));
    radio("clients", "AP-101", "0", () => 3);
    radio("signal", "AP-101", "0", () => -58);
    const maker = createWifiMaker(campus);
    const school = campus.school("s1");
    const values = await maker.evaluate(school, WINDOW);
    expect(values.map((one) => one.indicator)).toEqual([...maker.makes]);
    const evidence = async (id: (typeof maker.makes)[number]) => await maker.evidence(school, id, WINDOW);
    expect((await evidence("wifi.presence"))[0]).toMatchObject({
      kind: "register",
      subject: "s1/b/104",
      label: "教室104",
      value: null,
    });
    expect((await evidence("wifi.service"))[0]).toMatchObject({
      kind: "series",
      subject: "ap2",
      quantity: "wifi.ap_state",
      tags: { device: "ac", ap: "AP-102" },
      value: 0.5,
      samples: 48,
    });
    expect(await evidence("wifi.signal")).toMatchObject([{ quantity: "wifi.radio_signal", value: -58 }]);
    expect(await evidence("wifi.capacity")).toMatchObject([{ quantity: "wifi.radio_clients", value: 3 }]);
    expect(await evidence("ipv6.level")).toEqual([]);
  });
});
