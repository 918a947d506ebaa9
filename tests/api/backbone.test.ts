import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LiveState } from "../../src/api/live.ts";
import { backboneSchema, linkPageSchema } from "../../src/api/schemas/backbone.ts";
import { schoolSchema } from "../../src/api/schemas/campus.ts";
import { BandwidthLedger } from "../../src/indicators/bandwidth/ledger.ts";
import type { InventoryDocumentInput } from "../../src/inventory/document.ts";
import { csvCell } from "../../src/targets/export/csv.ts";
import { DOCUMENT, FakeCampus, makeWell, type RunningServer, serve } from "./campus.ts";

const NODE: NonNullable<InventoryDocumentInput["sites"]>[number] = {
  id: "jg-node",
  region: "sc/gy/jg",
  name: "剑阁县教育城域网节点",
  kind: "node",
  devices: [
    { id: "jg-r1", role: "router", addresses: ["10.200.0.1"] },
    { id: "jg-r2", role: "router", addresses: ["10.200.0.2"] },
  ],
};

/** s1 has two lines into two routers, s2 one line; the county's node hangs on two lines of the city. */
function document(): InventoryDocumentInput {
  const made = structuredClone(DOCUMENT);
  const links = made.links as NonNullable<InventoryDocumentInput["links"]>;
  links[0]!.to = "jg-r1";
  links[1]!.to = "sc/gy/jg";
  links[1]!.name = "=HYPERLINK(1)";
  made.schools![0]!.classes = 20;
  return {
    ...made,
    sites: [NODE],
    links: [
      ...links,
      {
        id: "s1-up2",
        role: "backup-uplink",
        device: "s1-core",
        interface: "GE0/0/2",
        to: "jg-r2",
        contractedMbps: 500,
      },
      ...["1", "2"].map((n) => ({
        id: `jg-bb${n}`,
        role: "backbone" as const,
        device: `jg-r${n}`,
        interface: "10GE0/0/1",
        to: "sc/gy",
        contractedMbps: 10_000,
      })),
    ],
  };
}

class Backboned extends FakeCampus {
  readonly bandwidth: NonNullable<LiveState["bandwidth"]>;
  readonly ledger: BandwidthLedger;
  constructor(made: InventoryDocumentInput) {
    super(made);
    this.ledger = new BandwidthLedger({
      store: this.store,
      inventory: () => this.inventory(),
      clock: this.clock,
      timezone: "Asia/Shanghai",
    });
    this.bandwidth = this.ledger;
  }
}

function well(): Backboned {
  const campus = new Backboned(document());
  for (const id of ["s1", "s2", "t1"]) makeWell(campus, id);
  for (const [device, port, speed] of [
    ["s1-core", "GE0/0/1", 1e9],
    ["s1-core", "GE0/0/2", 1e9],
    ["s2-core", "GE0/0/1", 1e9],
    ["t1-core", "GE0/0/1", 1e8],
    ["jg-r1", "10GE0/0/1", 1e10],
    ["jg-r2", "10GE0/0/1", 1e10],
  ] as const) {
    campus.set(device, "up");
    campus.sample(device, "interface.oper_state", 1, { interface: port });
    campus.sample(device, "interface.speed", speed, { interface: port });
    campus.sample(device, "interface.in_rate", 100e6, { interface: port });
    campus.sample(device, "interface.out_rate", 10e6, { interface: port });
  }
  return campus;
}

describe("the backbone", () => {
  const campus = well();
  let server: RunningServer;
  beforeAll(async () => {
    server = await serve(campus);
  });
  afterAll(() => server.server.close());
  const page = async (region = "sc/gy/jg", from = server) => {
    campus.pass();
    const { status, json, text } = await from.get(`/api/v1/backbone?region=${region}`);
    expect(status, text).toBe(200);
    return backboneSchema.parse(json);
  };

  it("shows the nodes and links of a county, with both ends and how each node hangs", async () => {
    const view = await page();
    expect(view.links.map((one) => [one.id, one.from, one.to, one.toBy, one.resilience]).sort()).toEqual([
      ["jg-bb1", "jg-node", "sc/gy", "register", "dual"],
      ["jg-bb2", "jg-node", "sc/gy", "register", "dual"],
      ["s1-up", "s1", "jg-node", "register", "dual"],
      ["s1-up2", "s1", "jg-node", "register", "dual"],
      ["s2-up", "s2", "sc/gy/jg", "register", "single"],
    ]);
    expect(view.totals.links).toEqual({ total: 5, good: 5, watch: 0, bad: 0, unknown: 0 });
    expect(view.totals).toMatchObject({ single: 1, saturated: 0, failing: 0 });
    const nodes = new Map(view.nodes.map((one) => [one.id, one]));
    expect([...nodes.keys()]).toEqual(["sc/gy", "sc/gy/jg", "jg-node", "s1", "s2"]);
    expect(nodes.get("s1")).toMatchObject({ kind: "school", state: "good", reasons: [], waysUp: 2 });
    // Single by its register: listed, and no worse for it.
    expect(nodes.get("s2")).toMatchObject({
      state: "good",
      waysUp: 1,
      waysRegistered: 1,
      reasons: [{ code: "uplink-single", subject: "s2", value: 1 }],
    });
    const link = view.links.find((one) => one.id === "jg-bb1")!;
    expect(link).toMatchObject({ speed: 1e10, speedWanted: 1e10, capacity: 1e10, use: 1, state: "good" });
    expect(view.links.find((one) => one.id === "s2-up")).toMatchObject({ speed: 1e9, speedWanted: 1e9 });
  });

  it("of a city has the counties' links, and the node and its devices are in no count of schools", async () => {
    const view = await page("sc/gy");
    expect(view.links.length).toBe(6);
    expect(view.region.schools).toBe(3);
    const county = (await server.get("/api/v1/county?path=sc/gy/jg")).json as {
      totals: { schools: { total: number } };
      schools: { id: string }[];
    };
    expect(county.totals.schools.total).toBe(2);
    expect(county.schools.map((one) => one.id)).not.toContain("jg-node");
    const place = schoolSchema.parse((await server.get("/api/v1/schools/jg-node")).json);
    expect(place.devices.map((one) => one.id)).toEqual(["jg-r1", "jg-r2"]);
    expect(place.links.map((one) => one.id)).toEqual(["jg-bb1", "jg-bb2"]);
    const found = (await server.get(`/api/v1/search?q=${encodeURIComponent("城域网节点")}`)).json;
    expect(found).toMatchObject({ hits: [{ id: "jg-node" }] });
    expect((await server.get("/api/v1/devices/jg-r1")).status).toBe(200);
  });

  it("a school that lost one of its ways is to be watched, and not bad", async () => {
    campus.sample("s1-core", "interface.oper_state", 2, { interface: "GE0/0/2" });
    const view = await page();
    expect(view.nodes.find((one) => one.id === "s1")).toMatchObject({
      state: "watch",
      waysUp: 1,
      waysRegistered: 2,
    });
    const school = schoolSchema.parse((await server.get("/api/v1/schools/s1")).json).school;
    expect(school.state).toBe("watch");
    expect(school.reasons.map(({ code }) => code)).toEqual(["uplink-down", "uplink-single"]);
    campus.sample("s1-core", "interface.oper_state", 2, { interface: "GE0/0/1" });
    const cut = await page();
    expect(cut.nodes.find((one) => one.id === "s1")).toMatchObject({ state: "bad", waysUp: 0 });
    for (const port of ["GE0/0/1", "GE0/0/2"])
      campus.sample("s1-core", "interface.oper_state", 1, { interface: port });
    const again = await page();
    expect(again.nodes.find((one) => one.id === "s1")).toMatchObject({ state: "good", waysUp: 2 });
    expect(schoolSchema.parse((await server.get("/api/v1/schools/s1")).json).school.reasons).toEqual([]);
  });

  it("shows light against the module's own limits, and says when it is low", async () => {
    const port = { interface: "GE0/0/1" };
    for (const [quantity, value] of [
      ["optics.rx_power", -14.2],
      ["optics.tx_power", -5],
      ["optics.rx_low", -16],
      ["optics.rx_high", 1],
    ] as const)
      campus.sample("s2-core", quantity, value, port);
    const view = await page();
    const link = view.links.find((one) => one.id === "s2-up")!;
    expect(link.optic).toMatchObject({
      rxPower: -14.2,
      rxLow: -16,
      rxHigh: 1,
      limitOf: "module",
      state: "watch",
    });
    expect(link).toMatchObject({ state: "watch", reasons: [{ code: "optic-low", value: -14.2 }] });
    expect(view.totals.failing).toBe(1);
    campus.sample("s2-core", "optics.rx_power", -8, port);
    expect((await page()).links.find((one) => one.id === "s2-up")!.state).toBe("good");
  });

  it("a link with errors is to be watched, by the second where packets are not counted", async () => {
    campus.sample("s2-core", "interface.out_error_rate", 3, { interface: "GE0/0/1" });
    const link = (await page()).links.find((one) => one.id === "s2-up")!;
    expect(link).toMatchObject({ state: "watch", errorShare: null });
    expect(link.reasons).toMatchObject([{ code: "port-errors", value: 3 }]);
    campus.sample("s2-core", "interface.out_error_rate", 0.2, { interface: "GE0/0/1" });
    expect((await page()).links.find((one) => one.id === "s2-up")!.state).toBe("good");
  });

  it("says what a neighbour says, also against the register", async () => {
    campus.tell("jg-r1", { identity: { sysName: "JG-1" } });
    campus.tell("s2-core", {
      interfaces: [{ ifIndex: 7, key: "GE0/0/1" }],
      addresses: [
        { address: "10.1.1.1", ifIndex: 7 },
        { address: "fe80::1", ifIndex: 7 },
      ],
      neighbors: [{ protocol: "lldp", ifIndex: 7, remoteName: "jg-1" }],
    });
    campus.time += 60_000;
    expect((await page()).links.find((one) => one.id === "s2-up")).toMatchObject({
      to: "jg-node",
      toBy: "both",
      toDevice: "jg-r1",
      toSeen: null,
      families: "ipv4-only",
    });
    const moved = document();
    moved.links![1]!.to = "t1";
    campus.replace(moved);
    const link = (await page()).links.find((one) => one.id === "s2-up")!;
    expect(link).toMatchObject({ to: "t1", toBy: "register", toSeen: "jg-node", state: "watch" });
    expect(link.reasons.map(({ code }) => code)).toEqual(["uplink-elsewhere"]);
    campus.replace(document());
  });

  it("reads the probes of the device that hangs on the link, family by family", async () => {
    campus.sample("s1-core", "probe.rtt", 0.004, { family: "ipv4" });
    campus.sample("s1-core", "probe.loss", 0, { family: "ipv4" });
    campus.sample("s1-core", "probe.loss", 100, { family: "ipv6" });
    expect((await page()).links.find((one) => one.id === "s1-up")).toMatchObject({
      rtt4: 0.004,
      rtt6: null,
      loss4: 0,
      loss6: 100,
    });
  });

  it("a link's page has its months, what is contracted a class and a pupil; unread months are not zero", async () => {
    const { status, json } = await server.get("/api/v1/links/s1-up");
    expect(status).toBe(200);
    const view = linkPageSchema.parse(json);
    expect(view).toMatchObject({ perClass: 50, perStudent: 1000 / 600, busyHours: [], optics: [] });
    expect(view.region.map((one) => one.path)).toEqual(["sc", "sc/gy", "sc/gy/jg"]);
    expect(view.link.p95).toMatchObject({ value: null, why: "no-data" });
    expect(view.link.forecast.map((one) => [one.limit, one.weeks, one.why])).toEqual([
      [70, null, "no-data"],
      [80, null, "no-data"],
    ]);
  });

  it("a page asks the store nothing", async () => {
    const before = campus.store.asked.length;
    await page();
    expect(campus.store.asked.length).toBe(before);
  });

  it("shows a caller nothing outside the subtree, and answers 404 as for what is not there", async () => {
    const county = await serve(campus, { subtree: "sc/gy/jg" });
    const other = await serve(campus, { subtree: "sc/gy/cx" });
    const one = await serve(campus, { subtree: "sc/gy/jg/s1" });
    try {
      const view = await page("sc/gy/jg", county);
      expect(view.nodes.map(({ id }) => id)).toEqual(["sc/gy/jg", "jg-node", "s1", "s2"]);
      // Its node hangs on the city, of which it may not know; how well it hangs is its own.
      expect(view.links.find(({ id }) => id === "jg-bb1")).toMatchObject({ to: null, toBy: null });
      expect(view.nodes.find(({ id }) => id === "jg-node")).toMatchObject({ waysUp: 2 });
      expect(JSON.stringify(view)).not.toContain("广元");
      for (const path of ["/backbone?region=sc/gy", "/backbone?region=sc", "/backbone?region=nowhere"])
        expect((await county.get(`/api/v1${path}`)).status, path).toBe(404);
      for (const path of ["/links/s1-up", "/links/jg-bb1", "/links/s1-up/export?month=2026-11"])
        expect((await other.get(`/api/v1${path}`)).status, path).toBe(404);
      expect((await one.get("/api/v1/backbone?region=sc/gy/jg")).status).toBe(404);
      const own = linkPageSchema.parse((await one.get("/api/v1/links/s1-up")).json);
      expect(own.link).toMatchObject({ from: "s1", to: null, toDevice: null, resilience: "dual" });
    } finally {
      for (const running of [county, other, one]) await running.server.close();
    }
  });

  it("a table for spreadsheets has no formula and keeps numbers whole", async () => {
    const { status, text } = await server.get("/api/v1/backbone/export?region=sc/gy/jg");
    expect(status).toBe(200);
    const [header, ...rows] = text
      .replace(/^\u{feff}/u, "")
      .trimEnd()
      .split("\r\n");
    expect(header!.startsWith("link,name,place,")).toBe(true);
    expect(rows.length).toBe(5);
    expect(rows.find((row) => row.startsWith("s2-up,"))).toContain(",'=HYPERLINK(1),");
    for (const row of rows) expect(row.split(",").length).toBe(header!.split(",").length);
  });

  it("exports the slots of a month, empty where nothing was measured; a month that is none is refused", async () => {
    campus.store.answer = async ({ quantity, from }) => [
      {
        quantity,
        tags: {},
        times: Float64Array.from({ length: 30 }, (_, i) => from + i * 60_000),
        values: new Float64Array(30).fill(quantity.includes("in_") ? 3e6 : 4e6),
      },
    ];
    const { text, status } = await server.get("/api/v1/links/s1-up/export?month=2026-11");
    campus.store.answer = async () => [];
    expect(status).toBe(200);
    const rows = text.trimEnd().split("\r\n");
    expect(rows[0]).toBe("slot_start,in_bps,out_bps,larger_bps");
    expect(rows[1]).toBe("2026-10-31T16:00:00.000Z,3000000,4000000,4000000");
    expect(rows[10]).toBe("2026-10-31T16:45:00.000Z,,,");
    expect((await server.get("/api/v1/links/s1-up/export?month=2026-13")).status).toBe(400);
    expect((await server.get("/api/v1/links/s1-up/export")).status).toBe(400);
  });
});

describe("a cell", () => {
  const cells: [unknown, string][] = [
    ["=1+1", "'=1+1"],
    ["+86", "'+86"],
    ["-x", "'-x"],
    ["@a", "'@a"],
    ["\t=a", "'\t=a"],
    [" =a", "' =a"],
    ["\uff1d1", "'\uff1d1"],
    ['a"b', '"a""b"'],
    ["a,b\r\nc", '"a,b\r\nc"'],
    [-12.5, "-12.5"],
    [0, "0"],
    [Number.NaN, ""],
    [null, ""],
    [undefined, ""],
    [true, "true"],
  ];
  it.each(cells)("%j is written as %j", (value, text) => {
    expect(csvCell(value as string)).toBe(text);
  });
});
