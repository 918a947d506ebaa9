import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import type { DeviceSnapshot } from "../../collectors/snmp/inspection/inspect.ts";
import { inventoryDraft } from "../../src/commands/discover/document.ts";
import { prefixesOf } from "../../src/commands/discover/follow.ts";
import { KnownDevices } from "../../src/commands/discover/known.ts";
import { macOf, mergeDevices } from "../../src/commands/discover/merge.ts";
import { type Proposals, propose } from "../../src/commands/discover/propose.ts";
import type { Look } from "../../src/commands/discover/run.ts";
import { schoolByPrefix } from "../../src/commands/discover/school.ts";
import { DiscoverScope, parsePrefix } from "../../src/commands/discover/scope.ts";
import { inventoryDocumentSchema } from "../../src/inventory/document.ts";
import type { DeviceFacts, NeighborFact } from "../../src/inventory/facts.ts";
import { rowsOf } from "../../src/inventory/rows.ts";
import { profiles } from "./world.ts";

interface Made {
  readonly address: string;
  readonly sysName?: string;
  readonly sysLocation?: string;
  readonly serial?: string;
  readonly profile?: string;
  readonly macs?: readonly string[];
  readonly chassis?: string;
  readonly neighbors?: readonly NeighborFact[];
  readonly aps?: DeviceSnapshot["aps"];
  readonly viewTooSmall?: boolean;
}

function look(made: Made): Look {
  const { address, sysName, sysLocation, serial, profile = "huawei-vrp-switch", macs = [], chassis } = made;
  const identity = {
    profile,
    vendor: "Huawei",
    ...(sysName !== undefined && { sysName }),
    ...(sysLocation !== undefined && { sysLocation }),
    ...(serial !== undefined && { serial }),
  };
  const snapshot = {
    at: 0,
    identity,
    interfaces: macs.map((mac, i) => ({
      ifIndex: i + 1,
      name: `GE0/0/${i + 1}`,
      key: `GE0/0/${i + 1}`,
      mac,
    })),
    addresses: [],
    hosts: [],
    neighbors: made.neighbors ?? [],
    vlans: [],
    entities: [],
    aps: made.aps ?? [],
    readings: [],
    rejected: [],
    lacking: [],
    partial: [],
    spent: { requests: 0, retries: 0, varbinds: 0, octetsSent: 0, octetsReceived: 0, ms: 0 },
  };
  return {
    endpoints: [{ address, port: 161 }],
    origin: "swept",
    credential: "switches",
    greeting: chassis === undefined ? {} : { chassis },
    snapshot,
    managed: [],
    viewTooSmall: made.viewTooSmall ?? false,
  };
}

const school = (id: string, name: string, devices: object[] = []) => ({
  id,
  region: "p/c/x",
  name,
  kind: "primary",
  setting: "town",
  devices,
});
const SCHOOLS = [
  school("no1", "青禾县第一中学"),
  school("no10", "青禾县第一中学附属小学"),
  school("east", "东坝小学"),
];

function proposals(
  looks: readonly Look[],
  more: { schools?: object[]; facts?: Map<string, DeviceFacts>; assign?: string[] } = {},
): Proposals & { draft: () => ReturnType<typeof inventoryDraft> } {
  const document = inventoryDocumentSchema.parse({
    regions: [
      { path: "p", name: "省" },
      { path: "p/c", name: "市" },
      { path: "p/c/x", name: "县" },
    ],
    schools: more.schools ?? SCHOOLS,
  });
  const rows = rowsOf(document, () => {});
  const proposed = propose({
    devices: mergeDevices(looks),
    known: new KnownDevices(rows, more.facts ?? new Map()),
    profiles,
    assign: (more.assign ?? []).map((text) => {
      const [prefix, id] = text.split("=") as [string, string];
      return { text, school: id, prefix: parsePrefix(prefix) };
    }),
    scope: new DiscoverScope(["10.0.0.0/24"], { port: 161, max: 4096, sweep: true }),
    seeds: [],
  });
  return { ...proposed, draft: () => inventoryDraft(proposed, rows) };
}

const lldp = (remoteChassis: string, ifIndex = 1, remotePort = "GE0/0/1"): NeighborFact => ({
  protocol: "lldp",
  ifIndex,
  remoteChassis,
  remotePort,
});
const mac = (n: number) => `02:00:00:00:00:${n.toString(16).padStart(2, "0")}`;

describe("which school", () => {
  const schoolOf = (made: Partial<Made>, more = {}) =>
    proposals([look({ address: "10.0.0.1", ...made })], more).devices[0]!.school?.school;

  it("goes by id as a whole word, then by the longest name", () => {
    expect(schoolOf({ sysName: "sw-no1-3f" })).toBe("no1");
    expect(schoolOf({ sysName: "NO10-core" })).toBe("no10");
    expect(schoolOf({ sysName: "no100" })).toBeUndefined();
    expect(schoolOf({ sysLocation: "青禾县第一中学 机房" })).toBe("no1");
    expect(schoolOf({ sysLocation: "青禾县第一中学附属小学二楼" })).toBe("no10");
    expect(schoolOf({ sysName: "east", sysLocation: "青禾县第一中学" })).toBe("east");
    expect(schoolOf({ sysName: "HUAWEI" })).toBeUndefined();
  });

  it("is no guess between two", () => {
    const schools = [school("a1", "某校甲"), school("b1", "某校乙")];
    expect(schoolOf({ sysName: "a1-b1" }, { schools })).toBeUndefined();
  });

  it("is what a person assigned, by the narrowest prefix, before any name", () => {
    const assign = ["10.0.0.0/16=east", "10.0.0.0/28=no10"];
    expect(schoolOf({ sysName: "no1" }, { assign })).toBe("no10");
    expect(schoolOf({ sysName: "no1", address: "10.0.0.200" }, { assign })).toBe("east");
    expect(schoolByPrefix(["192.0.2.1"], [])).toBeUndefined();
  });

  it("spreads over LLDP, and not to what stands between two schools", () => {
    const looks = [
      look({ address: "10.0.0.1", sysName: "no1-core", macs: [mac(1)], chassis: mac(1) }),
      look({ address: "10.0.0.2", sysName: "x", macs: [mac(2)], chassis: mac(2), neighbors: [lldp(mac(1))] }),
      look({ address: "10.0.0.3", sysName: "y", macs: [mac(3)], chassis: mac(3), neighbors: [lldp(mac(2))] }),
      look({ address: "10.0.0.4", sysName: "east-core", macs: [mac(4)], chassis: mac(4) }),
      look({
        address: "10.0.0.5",
        sysName: "county",
        macs: [mac(5)],
        chassis: mac(5),
        neighbors: [lldp(mac(1)), lldp(mac(4), 2)],
      }),
    ];
    const { devices, draft } = proposals(looks);
    expect(devices.map((one) => one.school?.school)).toEqual(["no1", "no1", "no1", "east", undefined]);
    expect(devices[2]!.school!.why).toMatch(/LLDP neighbour x/);
    expect(devices[4]!.obstacle).toMatch(/--assign/);
    const { yaml, count } = draft();
    expect(count).toBe(4);
    // What has no school is in the file for a person to move, and not for the import to take.
    expect(yaml).toMatch(/^# - id: county/m);
    expect(JSON.stringify(parse(yaml))).not.toMatch(/county/);
  });

  it("comes from a neighbour that the inventory has, though it did not answer", () => {
    const schools = [
      school("no1", "甲校", [
        { id: "old-core", role: "core-switch", addresses: ["10.9.9.9"], credential: "c" },
      ]),
    ];
    const { devices } = proposals(
      [
        look({
          address: "10.0.0.1",
          sysName: "new",
          neighbors: [{ protocol: "lldp", remoteName: "old-core", remoteChassis: mac(9) }],
        }),
      ],
      { schools },
    );
    expect(devices[0]!.school).toEqual({ school: "no1", why: "its LLDP neighbour old-core is in it" });
  });
});

describe("what is known", () => {
  const schools = [
    school("no1", "甲校", [
      { id: "sw", role: "access-switch", addresses: ["10.0.0.7"], credential: "c" },
      { id: "odd", role: "access-switch", addresses: ["10.0.0.8"], port: 1161, credential: "c" },
    ]),
  ];
  const facts = new Map([
    [
      "sw",
      {
        device: "sw",
        identity: { serial: "2102359", sysName: "sw" },
        interfaces: [{ mac: mac(7) }],
      } as unknown as DeviceFacts,
    ],
  ]);
  const knownAs = (made: Made) => {
    const { known } = proposals([look(made)], { schools, facts }).devices[0]!;
    return known && `${known.device.id} by ${known.by}`;
  };

  it("is found by address and port, by serial number, by MAC address", () => {
    expect(knownAs({ address: "10.0.0.7" })).toBe("sw by address");
    expect(knownAs({ address: "10.0.0.8" })).toBeUndefined();
    expect(knownAs({ address: "10.0.0.99", serial: "2102359" })).toBe("sw by serial");
    expect(knownAs({ address: "10.0.0.99", serial: "2102360", macs: [mac(7)] })).toBe("sw by MAC address");
    expect(knownAs({ address: "10.0.0.99", macs: [mac(1), mac(2), mac(7)] })).toBeUndefined();
    expect(knownAs({ address: "10.0.0.99", serial: "2102360" })).toBeUndefined();
  });

  it("is not written into the draft again, and keeps its id and role", () => {
    const { devices, draft } = proposals([look({ address: "10.0.0.7", sysName: "core-9" })], {
      schools,
      facts,
    });
    expect(devices[0]).toMatchObject({ id: "sw", role: "access-switch", school: { school: "no1" } });
    expect(draft().count).toBe(0);
  });
});

describe("one device or two", () => {
  const merged = (...looks: Look[]) => mergeDevices(looks).map(({ endpoints }) => endpoints.length);

  it("goes by serial number and chassis, and never against two serial numbers", () => {
    const at = (n: number, more: Partial<Made>) => look({ address: `10.0.0.${n}`, ...more });
    expect(merged(at(1, { serial: "SN12345" }), at(2, { serial: "SN12345" }))).toEqual([2]);
    expect(merged(at(1, { chassis: mac(1) }), at(2, { chassis: "02-00-00-00-00-01" }))).toEqual([2]);
    expect(
      merged(at(1, { chassis: mac(1), serial: "SN12345" }), at(2, { chassis: mac(1), serial: "SN54321" })),
    ).toEqual([1, 1]);
    // Also not by way of a third that tells none.
    expect(
      merged(
        at(1, { chassis: mac(1), serial: "SN12345" }),
        at(2, { chassis: mac(1) }),
        at(3, { chassis: mac(1), serial: "SN54321" }),
      ),
    ).toEqual([2, 1]);
    for (const serial of ["0000000", "N/A", "unknown", "To be filled by O.E.M.", "0123456789"])
      expect(merged(at(1, { serial }), at(2, { serial })), serial).toEqual([1, 1]);
    expect(merged(at(1, { sysName: "a", macs: [mac(1)] }), at(2, { sysName: "b", macs: [mac(1)] }))).toEqual([
      1, 1,
    ]);
    expect(merged(at(1, { sysName: "a" }), at(2, { sysName: "a" }))).toEqual([1, 1]);
  });

  it("takes MAC addresses in any writing, and only those of one station", () => {
    for (const text of ["02:00:00:00:00:01", "0200-0000-0001", "02-00-00-00-00-01", "0200.0000.0001"])
      expect(macOf(text)).toBe(mac(1));
    for (const text of [
      undefined,
      "",
      "00:00:00:00:00:00",
      "ff:ff:ff:ff:ff:ff",
      "01:00:5e:00:00:01",
      "core-switch",
      "02:00",
    ])
      expect(macOf(text)).toBeUndefined();
  });
});

describe("the draft", () => {
  it("gives ids that are free and fit, also where names do not", () => {
    const { devices, draft } = proposals(
      [
        look({ address: "10.0.0.1", sysName: "HUAWEI", serial: "AAAA1" }),
        look({ address: "10.0.0.2", sysName: "HUAWEI", serial: "AAAA2" }),
        look({ address: "10.0.0.3", sysName: "核心交换机", serial: "AAAA3" }),
        look({ address: "10.0.0.4", serial: "AAAA4" }),
        look({ address: "10.0.0.5", sysName: `${"x".repeat(90)}\u0007`, serial: "AAAA5" }),
      ],
      { assign: ["10.0.0.0/24=no1"] },
    );
    expect(devices.map(({ id }) => id)).toEqual([
      "HUAWEI",
      "HUAWEI-10.0.0.2",
      "device-10.0.0.3",
      "device-10.0.0.4",
      "x".repeat(64),
    ]);
    expect(devices[2]!.role).toBe("core-switch");
    expect(() => inventoryDocumentSchema.parse(parse(draft().yaml))).not.toThrow();
    expect(draft().count).toBe(5);
  });

  it("leaves out a device whose view is too small", () => {
    const made = { address: "10.0.0.1", sysName: "no1-x", viewTooSmall: true };
    const { devices, draft } = proposals([look(made)]);
    expect(devices[0]!.obstacle).toMatch(/view/);
    expect(draft().count).toBe(0);
  });

  it("takes access points over from their controller, behind it", () => {
    const controller = look({
      address: "10.0.0.1",
      sysName: "no1-ac",
      profile: "huawei-ac",
      aps: [
        { key: "教室101", name: "教室101", mac: mac(11) },
        { key: "east-ap", name: "east-ap", mac: mac(12) },
      ],
    });
    const { candidates, draft } = proposals([controller]);
    expect(candidates.map(({ school: at, parent }) => [at!.school, parent])).toEqual([
      ["no1", "no1-ac"],
      ["east", "no1-ac"],
    ]);
    const document = inventoryDocumentSchema.parse(parse(draft().yaml));
    const aps = document.schools
      .flatMap(({ devices }) => devices)
      .filter(({ role }) => role === "access-point");
    expect(aps.map(({ apName, parent, protocol }) => [apName, parent, protocol])).toEqual([
      ["east-ap", "no1-ac", "none"],
      ["教室101", "no1-ac", "none"],
    ]);
  });
});

it("tells of the networks that devices are in", () => {
  const addresses = [
    { address: "10.60.1.1", prefixLength: 24 },
    { address: "10.60.1.2", prefixLength: 24 },
    { address: "2001:db8:5::1", prefixLength: 64 },
    { address: "127.0.0.1", prefixLength: 8 },
    { address: "fe80::1", prefixLength: 64 },
    { address: "10.0.0.9", prefixLength: 32 },
    { address: "172.16.0.1", prefixLength: 16, prefixInferred: true as const },
  ];
  expect(prefixesOf({ addresses })).toEqual(["10.60.1.0/24", "2001:db8:5::/64"]);
});
