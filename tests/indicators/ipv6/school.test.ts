import { beforeEach, describe, expect, it } from "vitest";
import { createIpv6Maker } from "../../../src/indicators/ipv6/maker.ts";
import { rollUp } from "../../../src/indicators/share.ts";
import type { AddressFact, HostFact, InterfaceFact } from "../../../src/inventory/facts.ts";
import { REGIONS, SLOT, SmallCampus, START } from "../campus.ts";

const WINDOW = { from: START, to: START + 48 * SLOT };

const DOCUMENT = {
  regions: REGIONS,
  schools: [
    {
      id: "s1",
      region: "sc/lj/qh",
      name: "一小",
      kind: "primary" as const,
      setting: "town" as const,
      devices: [
        { id: "gw", name: "出口路由器", role: "router" as const, addresses: ["10.0.0.1"], credential: "c" },
        { id: "core", role: "core-switch" as const, addresses: ["10.0.0.2"], credential: "c" },
        { id: "ac", role: "wifi-controller" as const, addresses: ["10.0.0.3"], credential: "c" },
      ],
    },
  ],
  links: [
    { id: "up", role: "uplink" as const, device: "gw", interface: "GE0/0/1", contractedMbps: 500 },
    { id: "backup", role: "backup-uplink" as const, device: "gw", interface: "GE0/0/2" },
    { id: "inside", role: "internal" as const, device: "core", interface: "GE0/0/9" },
  ],
};

let campus: SmallCampus;
beforeEach(() => {
  campus = new SmallCampus(DOCUMENT);
});

const judge = () => createIpv6Maker(campus, { leastCoverage: 0 }).judge(campus.school("s1"), WINDOW);

/** A counter that makes the same step every slot, from one slot before the window. */
function count(device: string, quantity: string, tags: object, step: number, start = 5e9): void {
  for (let slot = -1; slot < 48; slot++)
    campus.sample(device, quantity, tags, START + slot * SLOT + 60_000, start + (slot + 1) * step);
}

/** Octets of both families and directions at an interface (or of the device), v6 and v4 a slot. */
function octets(device: string, group: string, tags: object, v6: number, v4: number): void {
  for (const direction of ["in", "out"])
    for (const [family, step] of [
      ["ipv6", v6],
      ["ipv4", v4],
    ] as const)
      count(device, `${group}${direction}_octets`, { ...tags, family }, step);
}

describe("the ladder of sources", () => {
  it("takes the egress interface first, weighs links by octets, and says how many are measured", async () => {
    octets("gw", "ip.", { interface: "GE0/0/1" }, 300, 700);
    octets("gw", "ip.", { interface: "GE0/0/9" }, 9000, 1);
    octets("gw", "ip.", {}, 5000, 5000);
    octets("gw", "ip.vendor_", { interface: "GE0/0/1" }, 1, 999);
    let { traffic } = await judge();
    expect(traffic).toMatchObject({
      source: "ip-if-stats",
      linksMeasured: 1,
      linksRegistered: 2,
      slots: 48,
      gaps: 0,
      share: { value: 0.3, numerator: 48 * 600, denominator: 48 * 2000, unknown: 1, confidence: "A" },
    });
    octets("gw", "ip.vendor_", { interface: "GE0/0/2" }, 1000, 5000);
    ({ traffic } = await judge());
    expect(traffic).toMatchObject({
      source: "vendor",
      linksMeasured: 2,
      slots: 96,
      share: { numerator: 48 * 2600, denominator: 48 * 14_000, unknown: 0, confidence: "B" },
    });
    expect(traffic.evidence).toHaveLength(8);
    expect(traffic.evidence[0]).toMatchObject({
      kind: "series",
      quantity: "ip.in_octets",
      tags: { device: "gw", interface: "GE0/0/1", family: "ipv6" },
      value: 48 * 300,
      samples: 49,
    });
  });

  it("makes the whole of the interface's octets where a maker counts IPv6 alone", async () => {
    for (const direction of ["in", "out"]) {
      count("gw", `ip.vendor_${direction}_octets`, { interface: "GE0/0/1", family: "ipv6" }, 250);
      count("gw", `interface.${direction}_octets`, { interface: "GE0/0/1" }, 1000);
    }
    const { traffic } = await judge();
    expect(traffic.share).toMatchObject({ value: 0.25, denominator: 48 * 2000, confidence: "B" });
  });

  it("takes the stations of the controllers when no uplink is measured, and then measures no link", async () => {
    octets("ac", "wifi.station_", {}, 450, 550);
    octets("gw", "ip.", {}, 5000, 5000);
    for (const family of ["ipv4", "ipv6"]) count("gw", "ip.out_forwarded", { family }, 10);
    expect((await judge()).traffic).toMatchObject({
      source: "stations",
      linksMeasured: 0,
      share: { value: 0.45, unknown: 2, confidence: "C" },
    });
  });

  it("takes the gateway as a whole only when it forwards what it counts", async () => {
    octets("gw", "ip.", {}, 400, 600);
    let { traffic } = await judge();
    expect(traffic).toMatchObject({
      source: null,
      share: { value: null, evidence: "unknown", why: "control-plane-counter", unknown: 2 },
      gaps: 96,
      slots: 96,
    });
    expect(traffic.evidence.length).toBeGreaterThan(0);
    for (const direction of ["in", "out"]) {
      count("gw", `ip.${direction}_forwarded`, { family: "ipv4" }, 10);
      count("gw", `ip.${direction}_forwarded`, { family: "ipv6" }, 0);
    }
    // IPv6 is still for the device alone.
    expect((await judge()).traffic.share.why).toBe("control-plane-counter");
    count("gw", "ip.out_forwarded", { family: "ipv6" }, 3);
    ({ traffic } = await judge());
    expect(traffic).toMatchObject({
      source: "ip-system-stats",
      linksMeasured: 2,
      share: { value: 0.4, confidence: "D" },
    });
  });

  it("says why there is none: no counter, no data, no uplink", async () => {
    expect((await judge()).traffic.share.why).toBe("no-data");
    count("gw", "device.uptime", {}, 300);
    expect((await judge()).traffic.share).toMatchObject({ value: null, why: "no-counter" });
    campus = new SmallCampus({ ...DOCUMENT, links: [] });
    const { traffic, level } = await judge();
    expect(traffic.share).toMatchObject({ value: null, why: "not-registered" });
    expect(level).toBeNull();
  });

  it("holds a share back that covers too little of the window", async () => {
    for (const direction of ["in", "out"])
      for (const family of ["ipv4", "ipv6"])
        for (let slot = 40; slot < 45; slot++)
          campus.sample(
            "gw",
            `ip.${direction}_octets`,
            { interface: "GE0/0/1", family },
            START + slot * SLOT,
            slot,
          );
    const [, share] = await createIpv6Maker(campus, { leastCoverage: 0.1 }).evaluate(
      campus.school("s1"),
      WINDOW,
    );
    expect(share).toMatchObject({ indicator: "ipv6.octet_share", value: null, why: "too-few-slots" });
    const shown = await judge();
    expect(shown.traffic).toMatchObject({ gaps: 44, slots: 48, share: { value: 0.5 } });
  });

  it("rolls up by octets, not by schools", () => {
    const share = (numerator: number, denominator: number, unknown = 0) =>
      ({
        value: numerator / denominator,
        numerator,
        denominator,
        unknown,
        evidence: "measured",
        confidence: "A",
        at: 1,
      }) as const;
    const none = {
      value: null,
      numerator: null,
      denominator: null,
      unknown: 2,
      evidence: "unknown",
      why: "no-counter",
      at: null,
    } as const;
    expect(rollUp([share(900, 1000, 1), share(100, 9000), none])).toEqual({
      value: 0.1,
      numerator: 1000,
      denominator: 10_000,
      unknown: 3,
      evidence: "measured",
      confidence: "A",
      at: 1,
    });
    expect(rollUp([none, none])).toMatchObject({ value: null, unknown: 4, why: "no-counter" });
    expect(rollUp([])).toMatchObject({ value: null, unknown: 0 });
  });
});

const INTERFACES: InterfaceFact[] = [
  { ifIndex: 1, key: "GE0/0/1", type: "ethernetCsmacd" },
  { ifIndex: 20, key: "Vlanif20", mac: "02:00:00:00:00:fe" },
  { ifIndex: 30, key: "Vlanif30" },
  { ifIndex: 40, key: "Vlanif40" },
  { ifIndex: 50, key: "Vlanif50" },
  { ifIndex: 90, key: "LoopBack0", type: "softwareLoopback" },
];

const address = (ifIndex: number, text: string, prefixLength: number): AddressFact => ({
  address: text,
  prefixLength,
  ifIndex,
});

const ADDRESSES: AddressFact[] = [
  address(1, "2001:db8:ffff::2", 126),
  address(1, "203.0.113.2", 30),
  address(20, "10.1.20.1", 24),
  address(20, "2001:db8:1:20::1", 64),
  address(20, "fe80::1", 64),
  address(30, "10.1.30.1", 24),
  address(30, "2001:db8:1:30::1", 64),
  address(40, "10.1.40.1", 24),
  address(40, "fd00:40::1", 64),
  address(50, "2001:db8:1:50::1", 64),
  address(90, "2001:db8:1::1", 128),
];

/** Terminals 1..n of a network with addresses of the families; MACs are the same for the same number. */
function hosts(
  ifIndex: number,
  numbers: readonly number[],
  four: boolean,
  six: readonly string[],
): HostFact[] {
  return numbers.flatMap((n) => {
    const mac = `02:00:00:00:${String(ifIndex)}:${n.toString(16).padStart(2, "0")}`;
    return [
      ...(four ? [{ address: `10.1.${ifIndex}.${n + 10}`, mac, ifIndex }] : []),
      ...six.map((suffix) => ({
        address: `2001:db8:1:${ifIndex}:${suffix}::${n}`,
        mac: mac.toUpperCase(),
        ifIndex,
      })),
    ];
  });
}

const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1);

describe("terminals and networks", () => {
  it("counts a station once, whatever addresses it has formed, and no devices of the school's own", async () => {
    campus.tell("gw", WINDOW.to, {
      interfaces: INTERFACES,
      addresses: ADDRESSES,
      hosts: [
        ...hosts(20, upTo(6), true, ["1", "2", "3"]),
        ...hosts(20, [7, 8, 9, 10], true, []),
        { address: "10.1.20.254", mac: "02:00:00:00:00:FE", ifIndex: 20 },
        { address: "10.1.20.253", mac: "00:00:5e:00:01:0a", ifIndex: 20 },
        { address: "2001:db8:1:20::ff", mac: "33:33:00:00:00:01", ifIndex: 20 },
        { address: "fe80::77", mac: "02:00:00:00:20:77", ifIndex: 20 },
        { address: "2001:db8:ffff::1", mac: "02:aa:00:00:00:01", ifIndex: 1 },
      ],
    });
    const { hosts: found, activeTerminals, steps } = await judge();
    expect(found.terminals).toHaveLength(10);
    expect(activeTerminals).toMatchObject({ value: 0.6, numerator: 6, denominator: 10 });
    // ::1, ::2 and ::3 of one /64: one prefix, six stations.
    expect(found.prefixes).toEqual([{ prefix: "2001:db8:1:20::/64", terminals: 6 }]);
    expect(steps[3]).toMatchObject({ met: true, value: 0.6, limit: 0.6 });
    expect(JSON.stringify(found)).not.toMatch(/02:00:00/);
  });

  it("tells dual stack, IPv4 alone, IPv6 alone and silent networks apart, by advertisements and by neighbours", async () => {
    campus.tell("gw", WINDOW.to, {
      interfaces: INTERFACES,
      addresses: ADDRESSES,
      hosts: [
        ...hosts(20, upTo(4), true, ["1"]),
        ...hosts(30, upTo(8), true, []),
        ...hosts(40, upTo(3), true, []),
        ...hosts(50, upTo(2), false, ["1"]),
      ],
    });
    const kinds = async () =>
      Object.fromEntries(
        (await judge()).networks.map((one) => [one.interface, [one.kind, one.advertised, one.told]]),
      );
    expect(await kinds()).toEqual({
      Vlanif20: ["dual", true, "neighbours"],
      Vlanif30: ["silent-ipv6", false, "neighbours"],
      Vlanif40: ["ipv4-only", null, null],
      Vlanif50: ["ipv6-only", true, "neighbours"],
    });
    let judged = await judge();
    expect(judged.dualStackNetworks).toMatchObject({ numerator: 2, denominator: 4, unknown: 0 });
    expect(judged.steps[5]).toMatchObject({ met: true, value: 1 });
    // What the router says of itself goes before what its neighbours show.
    campus.sample("gw", "ip.router_adverts", { interface: "Vlanif20", family: "ipv6" }, WINDOW.to - 1000, 0);
    campus.sample("gw", "ip.router_adverts", { interface: "Vlanif30", family: "ipv6" }, WINDOW.to - 1000, 1);
    expect(await kinds()).toMatchObject({
      Vlanif20: ["silent-ipv6", false, "ipv6RouterAdvertTable"],
      Vlanif30: ["dual", true, "ipv6RouterAdvertTable"],
    });
    judged = await judge();
    const evidence = await createIpv6Maker(campus).evidence(
      campus.school("s1"),
      "ipv6.dual_stack_vlans",
      WINDOW,
    );
    expect(evidence[0]).toMatchObject({
      kind: "fact",
      subject: "gw",
      value: expect.not.stringMatching("dual"),
    });
    expect(evidence).toHaveLength(4);
  });

  it("counts a network of two routers once, and one without terminals not at all", async () => {
    for (const device of ["gw", "core"])
      campus.tell(device, WINDOW.to, {
        interfaces: INTERFACES,
        addresses: ADDRESSES.filter((one) => one.ifIndex === 20 || one.ifIndex === 30),
        hosts: device === "gw" ? hosts(20, upTo(3), true, ["1"]) : hosts(20, [3, 4], true, ["1"]),
      });
    const { networks, dualStackNetworks } = await judge();
    expect(networks.map((one) => [one.interface, one.terminals4, one.used])).toEqual([
      ["Vlanif20", 4, true],
      ["Vlanif30", 0, false],
    ]);
    expect(dualStackNetworks).toMatchObject({ numerator: 1, denominator: 1 });
  });

  it("does not call terminals without IPv6 what a router does not tell", async () => {
    campus.tell("gw", WINDOW.to, {
      interfaces: INTERFACES,
      addresses: ADDRESSES,
      hosts: hosts(20, upTo(9), true, []),
    });
    for (const [quantity, count] of [
      ["terminals.seen", 9],
      ["terminals.ipv6", 0],
    ] as const)
      campus.store.put(quantity, { school: "s1" }, WINDOW.to - SLOT, count);
    const { activeTerminals, networks, dualStackNetworks } = await judge();
    expect(activeTerminals).toMatchObject({ value: null, why: "no-counter", unknown: 9 });
    expect(networks[0]).toMatchObject({ interface: "Vlanif20", advertised: null, kind: "dual" });
    expect(dualStackNetworks).toMatchObject({ value: null, unknown: 1 });
  });

  it("does not use what a device said long ago", async () => {
    campus.tell("gw", WINDOW.to - 8 * 86_400_000, {
      interfaces: INTERFACES,
      addresses: ADDRESSES,
      hosts: hosts(20, upTo(9), true, ["1"]),
    });
    const { activeTerminals, dualStackNetworks, level } = await judge();
    expect(activeTerminals).toMatchObject({ value: null, why: "stale" });
    expect(dualStackNetworks).toMatchObject({ value: null, why: "stale" });
    expect(level).toBeNull();
  });
});

describe("the level", () => {
  const facts = (extra: Partial<Parameters<SmallCampus["tell"]>[2]> = {}) =>
    campus.tell("gw", WINDOW.to, { interfaces: INTERFACES, addresses: ADDRESSES, ...extra });
  const probe = (yes: (slot: number) => boolean) => {
    for (let slot = 0; slot < 48; slot++) {
      campus.sample("gw", "probe.reachable", { family: "ipv4" }, START + slot * SLOT, slot < 40 ? 1 : 0);
      campus.sample("gw", "probe.reachable", { family: "ipv6" }, START + slot * SLOT, yes(slot) ? 1 : 0);
    }
  };

  it("is 0 without a global address, and not known when nothing is told", async () => {
    expect((await judge()).level).toBeNull();
    facts({ addresses: ADDRESSES.filter((one) => !one.address.startsWith("2001")) });
    const { level, steps } = await judge();
    expect(level).toBe(0);
    expect(steps[1]).toMatchObject({ met: false });
  });

  it("climbs to 1 with answers over IPv6 where IPv4 answers too, or with traffic where nothing is probed", async () => {
    facts();
    expect((await judge()).level).toBeNull();
    // The school was without power in the last 8 slots: that says nothing about IPv6.
    probe((slot) => slot < 39);
    expect((await judge()).level).toBe(1);
    campus = new SmallCampus(DOCUMENT);
    facts();
    probe((slot) => slot < 30);
    expect((await judge()).level).toBe(0);
    campus = new SmallCampus(DOCUMENT);
    facts();
    octets("gw", "ip.", { interface: "GE0/0/1" }, 50_000, 100_000);
    const { level, traffic } = await judge();
    expect(traffic.bothWays).toBeCloseTo((50_000 * 8) / 300, 6);
    expect(level).toBe(1);
  });

  it("stops at the first step that is not met, and reaches 5", async () => {
    facts({ hosts: [...hosts(20, upTo(9), true, ["1"]), ...hosts(50, [1, 2], false, ["1"])] });
    octets("gw", "ip.", { interface: "GE0/0/1" }, 260_000, 740_000);
    const low = await judge();
    expect(low.steps.map((step) => step.met)).toEqual([true, true, true, true, false, true]);
    expect(low.level).toBe(3);
    campus = new SmallCampus(DOCUMENT);
    facts({ hosts: [...hosts(20, upTo(9), true, ["1"]), ...hosts(50, [1, 2], false, ["1"])] });
    octets("gw", "ip.", { interface: "GE0/0/1" }, 270_000, 730_000);
    const values = await createIpv6Maker(campus).evaluate(campus.school("s1"), WINDOW);
    expect(values.map((one) => [one.indicator, one.value])).toEqual([
      ["ipv6.level", 5],
      ["ipv6.octet_share", 0.27],
      ["ipv6.active_terminals", 1],
      ["ipv6.dual_stack_vlans", 1],
    ]);
    for (const { indicator } of values) {
      const evidence = await createIpv6Maker(campus).evidence(campus.school("s1"), indicator, WINDOW);
      expect(evidence.length).toBeGreaterThan(0);
    }
  });
});
