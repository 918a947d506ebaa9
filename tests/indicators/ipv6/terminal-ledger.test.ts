import { describe, expect, it } from "vitest";
import { Calendar } from "../../../src/indicators/calendar.ts";
import { createIpv6Maker } from "../../../src/indicators/ipv6/maker.ts";
import { TerminalLedger } from "../../../src/indicators/ipv6/terminal-ledger.ts";
import type { DeviceFacts, HostFact } from "../../../src/inventory/facts.ts";
import { HOUR, REGIONS, SmallCampus, START } from "../campus.ts";

const DAY = 24 * HOUR;
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
        { id: "gw", role: "router" as const, addresses: ["10.0.0.1"], credential: "c" },
        { id: "sw", role: "access-switch" as const, addresses: ["10.0.0.2"], credential: "c" },
      ],
    },
  ],
  links: [{ id: "up", role: "uplink" as const, device: "gw", interface: "GE1" }],
};

const four = (n: number): HostFact => ({ address: `10.1.20.${n}`, mac: `02:00:00:00:20:0${n}`, ifIndex: 20 });
const six = (n: number, suffix = 1): HostFact => ({
  address: `2001:db8:1:20:${suffix}::${n}`,
  mac: `02:00:00:00:20:0${n}`,
  ifIndex: 20,
});

function facts(hosts: readonly HostFact[], at: number, device = "gw"): DeviceFacts {
  return {
    device,
    at,
    identity: {},
    interfaces: [
      { ifIndex: 1, key: "GE1" },
      { ifIndex: 20, key: "Vlanif20", mac: "02:00:00:00:20:09" },
    ],
    addresses: [{ address: "10.1.20.254", prefixLength: 24, ifIndex: 20 }],
    hosts,
    neighbors: [],
    vlans: [],
    entities: [],
    aps: [],
  };
}

describe("the ledger of terminals", () => {
  const campus = new SmallCampus(DOCUMENT);
  campus.tell("gw", START, facts([], START));
  const salts: Uint8Array[] = [];
  const ledger = new TerminalLedger({
    inventory: () => campus.inventory(),
    facts: (device) => campus.facts(device),
    calendar: new Calendar("Asia/Shanghai"),
    random: (octets) => {
      const salt = new Uint8Array(octets).fill(salts.length);
      salts.push(salt);
      return salt;
    },
  });

  it("counts each station of a day once, whatever its addresses and whichever cache it was in", () => {
    expect(ledger.note(facts([four(1), four(2), six(2), six(2, 7)], START))).toEqual({
      school: "s1",
      seen: 2,
      ipv6: 1,
      dual: 1,
    });
    // 1 has left the cache and got an address since; 9 is the router itself.
    expect(ledger.note(facts([six(1), six(3), four(9)], START + HOUR))).toEqual({
      school: "s1",
      seen: 3,
      ipv6: 3,
      dual: 2,
    });
  });

  it("begins anew at local midnight with another salt, and yesterday does not come back", () => {
    // 00:30 in Shanghai.
    expect(ledger.note(facts([four(1)], START + 16.5 * HOUR))).toMatchObject({ seen: 1, ipv6: 0 });
    expect(salts).toHaveLength(2);
    expect(ledger.note(facts([four(2)], START + 15 * HOUR))).toBeUndefined();
    expect(ledger.note(facts([four(2)], START + 17 * HOUR))).toMatchObject({ seen: 2 });
  });

  it("takes nothing of devices that do not route or tell no neighbours", () => {
    expect(ledger.note(facts([four(1)], START + 17 * HOUR, "sw"))).toBeUndefined();
    expect(ledger.note(facts([], START + 17 * HOUR))).toBeUndefined();
    expect(ledger.note(facts([four(1)], START + 17 * HOUR, "nobody"))).toBeUndefined();
  });
});

describe("active terminals over days", () => {
  it("are the largest count of each local day, weighed by the terminals of the day", async () => {
    const campus = new SmallCampus(DOCUMENT);
    const put = (quantity: string, at: number, value: number) =>
      campus.store.put(quantity, { province: "sc", school: "s1" }, at, value);
    // 10:00 and 20:00 of one day, with a restart of campusd between; 10:00 of the next.
    for (const [at, seen, ipv6] of [
      [START + 2 * HOUR, 100, 80],
      [START + 12 * HOUR, 40, 30],
      [START + 26 * HOUR, 300, 120],
    ] as const) {
      put("terminals.seen", at, seen);
      put("terminals.ipv6", at, ipv6);
    }
    const maker = createIpv6Maker(campus);
    const window = { from: START - 8 * HOUR, to: START + 2 * DAY - 8 * HOUR };
    const values = await maker.evaluate(campus.school("s1"), window);
    expect(values[2]).toMatchObject({
      indicator: "ipv6.active_terminals",
      value: 0.5,
      numerator: 200,
      denominator: 400,
      evidence: "measured",
    });
    const evidence = await maker.evidence(campus.school("s1"), "ipv6.active_terminals", window);
    expect(evidence.slice(0, 2)).toMatchObject([
      { quantity: "terminals.ipv6", value: 200 },
      { quantity: "terminals.seen", value: 400, samples: 3 },
    ]);
    const day = { from: START + 16 * HOUR, to: START + 40 * HOUR };
    expect((await maker.evaluate(campus.school("s1"), day))[2]).toMatchObject({ value: 0.4 });
  });
});
