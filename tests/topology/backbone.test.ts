import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { buildInventory } from "../../src/inventory/build.ts";
import { type InventoryDocumentInput, inventoryDocumentSchema } from "../../src/inventory/document.ts";
import type { DeviceFacts, NeighborFact } from "../../src/inventory/facts.ts";
import { Backbone } from "../../src/topology/backbone.ts";

type Link = NonNullable<InventoryDocumentInput["links"]>[number];
type Site = NonNullable<InventoryDocumentInput["sites"]>[number];

const REGIONS = [
  { path: "sc", name: "四川" },
  { path: "sc/gy", name: "广元" },
  { path: "sc/gy/jg", name: "剑阁" },
  { path: "sc/gy/cx", name: "苍溪" },
];

const router = (id: string, last: number) => ({ id, role: "router" as const, addresses: [`10.0.0.${last}`] });
const school = (id: string, last: number) => ({
  id,
  region: "sc/gy/jg",
  name: `学校${id}`,
  kind: "primary" as const,
  setting: "town" as const,
  devices: [router(`${id}-r`, last)],
});
const NODE: Site = {
  id: "jg-node",
  region: "sc/gy/jg",
  name: "剑阁节点",
  kind: "node",
  devices: [router("jg-r1", 101), router("jg-r2", 102)],
};
const up = (id: string, device: string, to: string | undefined, more: Partial<Link> = {}): Link => ({
  id,
  role: "uplink",
  device,
  interface: id,
  ...(to === undefined ? {} : { to }),
  ...more,
});

function told(device: string, parts: Partial<DeviceFacts>): DeviceFacts {
  return {
    device,
    at: 0,
    identity: {},
    interfaces: [],
    addresses: [],
    hosts: [],
    neighbors: [],
    vlans: [],
    entities: [],
    aps: [],
    ...parts,
  };
}

function graph(
  links: readonly Link[],
  {
    sites = [NODE],
    schools = ["a", "b", "c"],
    facts = [],
  }: { sites?: readonly Site[]; schools?: readonly string[]; facts?: readonly DeviceFacts[] } = {},
) {
  const inventory = buildInventory(
    inventoryDocumentSchema.parse({
      regions: REGIONS,
      schools: schools.map((id, i) => school(id, i + 1)),
      sites,
      links,
    }),
  );
  const known = new Map(facts.map((one) => [one.device, one]));
  return new Backbone(inventory, (device) => known.get(device));
}
const all = () => true;
const without =
  (...down: string[]) =>
  (link: string) =>
    !down.includes(link);

describe("ways up", () => {
  test("are the disjoint lines: two to two devices are two, one is one, none is none", () => {
    const backbone = graph([
      up("a1", "a-r", "jg-r1"),
      up("a2", "a-r", "jg-r2", { role: "backup-uplink" }),
      up("b1", "b-r", "sc/gy/jg"),
    ]);
    expect(backbone.ways("a", all)).toEqual({ up: 2, registered: 2, possible: 2 });
    expect(backbone.ways("a", without("a1"))).toEqual({ up: 1, registered: 2, possible: 1 });
    expect(backbone.ways("a", without("a1", "a2"))).toEqual({ up: 0, registered: 2, possible: 0 });
    expect(backbone.ways("b", all)).toEqual({ up: 1, registered: 1, possible: 1 });
    expect(backbone.ways("c", all)).toEqual({ up: 0, registered: 0, possible: 0 });
    expect(backbone.ways("sc", all).registered).toBe(0);
    expect(backbone.ways("nowhere", all).registered).toBe(0);
  });

  test("two lines into one device, or in one duct, are one way", () => {
    const backbone = graph([
      up("a1", "a-r", "jg-r1"),
      up("a2", "a-r", "jg-r1"),
      up("b1", "b-r", "jg-r1", { duct: "D7" }),
      up("b2", "b-r", "jg-r2", { duct: "D7" }),
      up("c1", "c-r", "jg-r1", { duct: "D7" }),
      up("c2", "c-r", "jg-r2", { duct: "D8" }),
    ]);
    expect(backbone.ways("a", all).registered).toBe(1);
    expect(backbone.ways("b", all).registered).toBe(1);
    expect(backbone.ways("c", all).registered).toBe(2);
  });

  test("a neighbour's school counts where it has a way of its own, also registered from there", () => {
    const ring = [
      up("a1", "a-r", "jg-r1"),
      up("ab", "a-r", "b", { role: "backbone" }),
      up("b1", "b-r", "jg-r2"),
    ];
    const backbone = graph(ring);
    for (const id of ["a", "b"]) {
      expect(backbone.ways(id, all)).toMatchObject({ up: 2, registered: 2 });
      expect(backbone.ways(id, without("ab"))).toMatchObject({ up: 1, registered: 2 });
      expect(backbone.ways(id, without(`${id}1`))).toMatchObject({ up: 1, registered: 2 });
    }
    expect(backbone.ways("a", without("a1", "b1")).up).toBe(0);
  });

  test("what is above counts: two lines to a node that hangs on one are one way", () => {
    const above: Link = { id: "n1", role: "backbone", device: "jg-r1", interface: "n1", to: "sc/gy" };
    const lines = [up("a1", "a-r", "jg-r1"), up("a2", "a-r", "jg-r2"), above];
    expect(graph(lines).ways("a", all)).toMatchObject({ up: 1, registered: 1 });
    expect(graph(lines).ways("jg-node", all)).toMatchObject({ up: 1, registered: 1 });
    expect(graph(lines).ways("sc/gy/jg", all)).toMatchObject({ up: 1, registered: 1 });
    const two = graph([...lines, { ...above, id: "n2", device: "jg-r2", interface: "n2" }]);
    expect(two.ways("a", all)).toMatchObject({ up: 2, registered: 2 });
    expect(two.ways("a", without("n2"))).toMatchObject({ up: 1, registered: 2 });
    expect(two.ways("jg-node", all)).toMatchObject({ up: 2, registered: 2 });
    // Nothing is registered above the other county: its schools are judged by what is known.
    expect(two.ways("sc/gy/cx", all).registered).toBe(0);
  });

  test("a line whose state is not known may be one", () => {
    const backbone = graph([up("a1", "a-r", "jg-r1"), up("a2", "a-r", "jg-r2")]);
    const works = (link: string) => (link === "a1" ? true : null);
    expect(backbone.ways("a", works)).toEqual({ up: 1, registered: 2, possible: 2 });
  });

  test("lines between counties do not cut off what hangs on the county", () => {
    const cx: Site = { ...NODE, id: "cx-node", region: "sc/gy/cx", devices: [router("cx-r", 110)] };
    const across: Link = { id: "x", role: "backbone", device: "jg-r1", interface: "x", to: "cx-node" };
    const backbone = graph([up("a1", "a-r", "jg-r1"), across], { sites: [NODE, cx] });
    expect(backbone.ways("a", all)).toMatchObject({ up: 1, registered: 1 });
  });

  test("random graphs: never more ways than lines, and each of them needs one (Menger)", () => {
    const ends = ["a-r", "b-r", "c-r", "jg-r1", "jg-r2"];
    const targets = ["a", "b", "c", "jg-node", "jg-r1", "jg-r2", "sc/gy/jg", "sc/gy", "sc", undefined];
    const line = fc.record({
      device: fc.constantFrom(...ends),
      to: fc.constantFrom(...targets),
      duct: fc.constantFrom(undefined, undefined, "D1"),
    });
    fc.assert(
      fc.property(fc.array(line, { maxLength: 9 }), fc.nat(), (lines, seed) => {
        const links = lines.map(({ device, to, duct }, i) =>
          up(`l${i}`, device, to, { role: "backbone", ...(duct === undefined ? {} : { duct }) }),
        );
        const backbone = graph(links);
        for (const node of ["a", "b", "c", "jg-node"]) {
          const whole = backbone.ways(node, all);
          expect(whole.registered).toBeLessThanOrEqual(links.length);
          expect(whole.up).toBe(whole.registered);
          // What is lost with one line is at most one way; with the lines of a node cut, none is left.
          if (links.length > 0) {
            const lost = backbone.ways(node, without(`l${seed % links.length}`));
            expect(lost.registered).toBe(whole.registered);
            expect(lost.up).toBeGreaterThanOrEqual(whole.registered - 1);
            expect(lost.up).toBeLessThanOrEqual(whole.registered);
          }
          expect(backbone.ways(node, () => false).up).toBe(0);
          // Asked twice it says the same: nothing is left behind in the graph.
          expect(backbone.ways(node, all)).toEqual(whole);
        }
      }),
      { numRuns: 300 },
    );
  });

  test("of 500 schools and a ring of 60 nodes are counted without a long wait", () => {
    const nodes = Array.from(
      { length: 60 },
      (_, i): Site => ({
        ...NODE,
        id: `n${i}`,
        devices: [{ id: `n${i}-r`, role: "router", protocol: "none" }],
      }),
    );
    const ids = Array.from({ length: 500 }, (_, i) => `s${i}`);
    const inventory = buildInventory(
      inventoryDocumentSchema.parse({
        regions: REGIONS,
        schools: ids.map((id) => ({
          ...school(id, 1),
          devices: [{ id: `${id}-r`, role: "router", protocol: "none" }],
        })),
        sites: nodes,
        links: [
          ...ids.flatMap((id, i) => [
            up(`${id}-1`, `${id}-r`, `n${i % 60}`),
            up(`${id}-2`, `${id}-r`, `n${(i + 1) % 60}`),
          ]),
          ...nodes.map((_, i) => up(`ring${i}`, `n${i}-r`, `n${(i + 1) % 60}`, { role: "backbone" })),
          up("top1", "n0-r", "sc/gy", { role: "backbone" }),
          up("top2", "n30-r", "sc/gy", { role: "backbone" }),
        ],
      }),
    );
    const backbone = new Backbone(inventory, () => undefined);
    expect(new Set(ids.map((id) => backbone.ways(id, all).up))).toEqual(new Set([2]));
    expect(new Set(ids.map((id) => backbone.ways(id, without("top2")).up))).toEqual(new Set([1]));
  });
});

describe("the other end of a link", () => {
  const sees = (neighbor: Partial<NeighborFact>, key = "a1") =>
    told("a-r", {
      interfaces: [{ ifIndex: 3, key }],
      neighbors: [{ protocol: "lldp", ifIndex: 3, ...neighbor }],
    });
  const node = told("jg-r1", {
    identity: { sysName: "JG-CORE-1" },
    interfaces: [{ ifIndex: 1, key: "XGE1", mac: "00:1a:2b:3c:4d:5e" }],
    addresses: [{ address: "2001:db8::1", ifIndex: 1 }],
  });
  const edge = (to: string | undefined, facts: readonly DeviceFacts[]) =>
    graph([up("a1", "a-r", to)], { facts }).edges.get("a1")!;

  test("is what the register says", () => {
    expect(edge("sc/gy/jg", [])).toMatchObject({
      from: "a",
      to: "sc/gy/jg",
      toBy: "register",
      toDevice: null,
    });
    expect(edge("jg-r2", [])).toMatchObject({ to: "jg-node", toBy: "register", toDevice: "jg-r2" });
    expect(edge(undefined, [])).toMatchObject({ to: null, toBy: null, toSeen: null });
  });

  const matches: [string, Partial<NeighborFact>][] = [
    ["the MAC of its chassis, in any notation", { remoteChassis: "001a.2b3c.4d5e" }],
    ["its system name, in any case", { remoteName: "jg-core-1" }],
    ["its full name", { remoteName: "JG-CORE-1.edu.example" }],
    ["its management address", { remoteAddress: "10.0.0.101" }],
    ["an address that it told of", { remoteAddress: "2001:DB8::1" }],
  ];
  test.each(matches)("is told by the neighbour, known by %s", (_, neighbor) => {
    expect(edge(undefined, [sees(neighbor), node])).toMatchObject({
      to: "jg-node",
      toBy: "lldp",
      toDevice: "jg-r1",
    });
  });

  test("is surer where both agree, and as exact as the neighbour tells", () => {
    const facts = [sees({ remoteName: "JG-CORE-1" }), node];
    for (const to of ["jg-r1", "jg-node", "sc/gy/jg", "sc/gy", "sc"])
      expect(edge(to, facts), to).toMatchObject({
        to: "jg-node",
        toBy: "both",
        toDevice: "jg-r1",
        toSeen: null,
      });
  });

  test("a contradiction is said, and the register stays", () => {
    const facts = [sees({ remoteName: "JG-CORE-1" }), node];
    expect(edge("b", facts)).toMatchObject({ to: "b", toBy: "register", toSeen: "jg-node" });
    expect(edge("sc/gy/cx", facts)).toMatchObject({ to: "sc/gy/cx", toBy: "register", toSeen: "jg-node" });
    expect(edge("jg-r2", facts)).toMatchObject({ toDevice: "jg-r2", toSeen: "jg-node" });
  });

  test("names that two devices share, strangers, and neighbours in the same place tell nothing", () => {
    const twin = told("jg-r2", { identity: { sysName: "JG-CORE-1" } });
    expect(edge(undefined, [sees({ remoteName: "JG-CORE-1" }), node, twin]).to).toBeNull();
    expect(edge("sc/gy/jg", [sees({ remoteName: "stranger" }), node])).toMatchObject({ toBy: "register" });
    expect(edge("sc/gy/jg", [sees({ remoteChassis: "00:00:00:00:00:00" }), node]).toBy).toBe("register");
    expect(edge(undefined, [sees({ remoteName: "a-r" })]).to).toBeNull();
  });

  test("neighbours in other places without a link in the register are told, each pair once", () => {
    const facts = [
      sees({ remoteName: "jg-r2" }, "GE9"),
      told("jg-r2", {
        interfaces: [{ ifIndex: 8, key: "XGE8" }],
        neighbors: [{ protocol: "lldp", ifIndex: 8, remoteName: "a-r" }],
      }),
    ];
    const backbone = graph([up("a1", "a-r", "jg-r1")], { facts });
    expect(backbone.unregistered).toHaveLength(1);
    expect(backbone.unregistered[0]).toMatchObject({ toDevice: expect.stringMatching(/^(a-r|jg-r2)$/) });
    // Registered from the other end it is no news.
    const registered = graph([up("n9", "jg-r2", "a", { interface: "XGE8" })], { facts });
    expect(registered.unregistered).toEqual([]);
  });
});

test("the lower end of a link is the one that hangs on it", () => {
  const bureau: Site = { ...NODE, id: "bureau", kind: "bureau", devices: [router("bu-r", 120)] };
  const backbone = graph(
    [
      up("s", "a-r", "jg-r1"),
      up("d", "jg-r1", "b", { role: "backbone" }),
      up("n", "jg-r1", "sc/gy", { role: "backbone" }),
      up("o", "bu-r", "jg-node"),
    ],
    { sites: [NODE, bureau] },
  );
  const lower = (id: string) => backbone.lowerEnd(backbone.edges.get(id)!);
  expect([lower("s"), lower("d"), lower("n"), lower("o")]).toEqual(["a", "b", "jg-node", "bureau"]);
  expect(backbone.node("jg-node")).toMatchObject({ kind: "site", path: "sc/gy/jg/jg-node" });
  expect(backbone.node("sc/gy")).toMatchObject({ kind: "city", name: "广元" });
  expect(backbone.node("a")).toMatchObject({ kind: "school" });
  expect(backbone.node("nothing")).toBeUndefined();
});
