import { describe, expect, test } from "vitest";
import { createBandwidthMaker } from "../../../src/indicators/bandwidth/maker.ts";
import type { IndicatorValue } from "../../../src/indicators/contract.ts";
import type { InventoryDocumentInput } from "../../../src/inventory/document.ts";
import { REGIONS, SLOT, SmallCampus, START } from "../campus.ts";

type Link = NonNullable<InventoryDocumentInput["links"]>[number];

const UPLINK: Link = {
  id: "l1",
  name: "上联",
  role: "uplink",
  device: "s1-r",
  interface: "GE1",
  contractedMbps: 100,
};
const BACKUP: Link = { ...UPLINK, id: "l2", role: "backup-uplink", interface: "GE2", contractedMbps: 50 };
const SLOTS = 24;
const WINDOW = { from: START, to: START + SLOTS * SLOT };

function campus(links: readonly Link[] = [UPLINK]): SmallCampus {
  return new SmallCampus({
    regions: REGIONS,
    schools: [
      {
        id: "s1",
        region: "sc/lj/qh",
        name: "一小",
        kind: "primary",
        setting: "town",
        classes: 20,
        devices: [
          { id: "s1-r", role: "router", addresses: ["10.0.0.1"] },
          { id: "s1-a1", role: "access-switch", addresses: ["10.0.0.2"] },
          { id: "s1-a2", role: "access-switch", addresses: ["10.0.0.3"] },
        ],
      },
    ],
    links: [...links],
  });
}

/** An uplink that is up and carries `rate(slot)`; `left` says which slots have no reading at all. */
function run(
  from: SmallCampus,
  rate: (slot: number) => number,
  left: (slot: number) => boolean = () => false,
  key = "GE1",
): void {
  const tags = { interface: key };
  from.sample("s1-r", "interface.speed", tags, START, 1e9);
  for (let minute = -5; minute < SLOTS * 5; minute++) {
    const slot = Math.floor(minute / 5);
    if (left(slot)) continue;
    const at = START + minute * 60_000;
    from.sample("s1-r", "interface.in_rate", tags, at + 60_000, rate(slot));
    from.sample("s1-r", "interface.out_rate", tags, at + 60_000, rate(slot) / 10);
    from.sample("s1-r", "device.up", {}, at, 1);
    if (minute % 5 === 0) from.sample("s1-r", "interface.oper_state", tags, at, 1);
  }
}

async function values(from: SmallCampus): Promise<Map<string, IndicatorValue>> {
  const maker = createBandwidthMaker(from, { clock: { now: () => WINDOW.to } });
  const found = await maker.evaluate(from.school("s1"), WINDOW);
  expect(found.map((one) => one.indicator)).toEqual([...maker.makes]);
  return new Map(found.map((one) => [one.indicator, one]));
}

describe("uplinks of a school", () => {
  test("that run are known by number, speed, percentile and Mbit/s a class", async () => {
    const from = campus();
    run(from, (slot) => slot * 1e6);
    const found = await values(from);
    expect(found.get("uplink.answering")).toMatchObject({
      value: 1,
      numerator: 24,
      denominator: 24,
      unknown: 0,
    });
    expect(found.get("uplink.count")).toMatchObject({ value: 1, evidence: "measured" });
    expect(found.get("uplink.speed")).toMatchObject({ value: 1e9 });
    // 24 slots of 0 to 23 Mbit/s: the rank is 23, so 22 Mbit/s of 100.
    expect(found.get("uplink.p95_share")).toMatchObject({ value: 0.22, numerator: 22e6, denominator: 100e6 });
    expect(found.get("uplink.mbps_per_class")).toMatchObject({
      value: 5,
      numerator: 100,
      denominator: 20,
      evidence: "inferred",
    });
  });

  test("a percentile of fewer than 90 % of the slots is none", async () => {
    const from = campus();
    run(
      from,
      () => 1e6,
      (slot) => slot >= 4 && slot < 7,
    );
    expect((await values(from)).get("uplink.p95_share")).toMatchObject({
      value: null,
      why: "too-few-slots",
      unknown: 1,
      evidence: "unknown",
    });
  });

  test("a slot in which the school was away counts as down, one that nobody asked in is unknown", async () => {
    const from = campus();
    run(
      from,
      () => 1e6,
      (slot) => slot >= 4 && slot < 14,
    );
    for (let slot = 4; slot < 8; slot++)
      from.sample("s1-r", "probe.reachable", { family: "ipv4" }, START + slot * SLOT, 0);
    expect((await values(from)).get("uplink.answering")).toMatchObject({
      numerator: 14,
      denominator: 18,
      unknown: 6,
    });
  });

  test("of a school with a backup: any that is up counts; the fullness is that of the main one", async () => {
    const from = campus([UPLINK, BACKUP]);
    run(from, () => 40e6);
    run(from, () => 49e6, undefined, "GE2");
    for (let slot = 0; slot < SLOTS; slot++)
      from.sample(
        "s1-r",
        "interface.oper_state",
        { interface: "GE1" },
        START + slot * SLOT,
        slot < 12 ? 2 : 1,
      );
    const found = await values(from);
    expect(found.get("uplink.answering")).toMatchObject({ value: 1 });
    expect(found.get("uplink.count")).toMatchObject({ value: 2 });
    expect(found.get("uplink.p95_share")).toMatchObject({ value: 0.4 });
    expect(found.get("uplink.mbps_per_class")).toMatchObject({ value: 5 });
  });

  test("that are not registered, or silent, are not zero", async () => {
    const none = await values(campus([]));
    for (const id of ["uplink.answering", "uplink.count", "uplink.speed", "uplink.p95_share"])
      expect(none.get(id), id).toMatchObject({ value: null, why: "not-registered" });
    const silent = await values(campus());
    for (const id of ["uplink.answering", "uplink.count", "uplink.speed", "uplink.p95_share"])
      expect(silent.get(id), id).toMatchObject({ value: null, why: "no-data", at: null });
  });

  test("each number can be opened down to its series and the register", async () => {
    const from = campus([UPLINK, BACKUP]);
    run(from, () => 1e6);
    const maker = createBandwidthMaker(from, { clock: { now: () => WINDOW.to } });
    for (const id of maker.makes.filter((one) => one !== "classroom.port_100m")) {
      const evidence = await maker.evidence(from.school("s1"), id, WINDOW);
      expect(evidence.length, id).toBeGreaterThan(0);
      for (const one of evidence) expect(["l1", "l2", "s1"], id).toContain(one.subject);
    }
    const [first] = await maker.evidence(from.school("s1"), "uplink.p95_share", WINDOW);
    expect(first).toMatchObject({
      kind: "series",
      label: "上联",
      quantity: "interface.in_rate",
      tags: { device: "s1-r", interface: "GE1" },
      value: 1e6,
      samples: 24,
    });
  });
});

describe("classroom ports", () => {
  const port = (ifIndex: number, speed: number | undefined, more: object = {}) => ({
    ifIndex,
    key: `GE0/0/${ifIndex}`,
    type: "ethernetCsmacd",
    operStatus: "up",
    ...(speed === undefined ? {} : { speed }),
    ...more,
  });

  test("are the ports in use of access switches that lead to no other switch", async () => {
    const from = campus();
    from.tell("s1-a1", START, {
      interfaces: [
        port(1, 1e9),
        port(2, 1e8),
        port(3, 1e7),
        port(4, undefined),
        port(5, 1e9, { operStatus: "down" }),
        port(6, 1e9, { key: "Vlanif1" }),
        port(7, 1e10),
        port(8, 1e9, { type: "softwareLoopback" }),
      ],
      neighbors: [
        { protocol: "lldp", ifIndex: 7, remoteName: "s1-r" },
        { protocol: "lldp", ifIndex: 1, remoteName: "a telephone" },
      ],
    });
    const found = (await values(from)).get("classroom.port_100m");
    expect(found).toMatchObject({ numerator: 2, denominator: 3, unknown: 1, at: START });
    const maker = createBandwidthMaker(from, { clock: { now: () => WINDOW.to } });
    const evidence = await maker.evidence(from.school("s1"), "classroom.port_100m", WINDOW);
    expect(evidence.map((one) => one.value)).toEqual([null, 1e7, 1e8, 1e9]);
  });

  test("of switches that told nothing for a week are unknown", async () => {
    const from = campus();
    from.tell("s1-a1", WINDOW.to - 8 * 86_400_000, { interfaces: [port(1, 1e9)] });
    expect((await values(from)).get("classroom.port_100m")).toMatchObject({ value: null, why: "no-data" });
  });
});
