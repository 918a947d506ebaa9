import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { maySee, subtreeTags, visibleSites } from "../../src/api/access.ts";
import { buildInventory } from "../../src/inventory/build.ts";
import { type InventoryDocument, inventoryDocumentSchema } from "../../src/inventory/document.ts";
import { applyImport, plannedDocument } from "../../src/inventory/import-plan.ts";
import { formatProblems } from "../../src/inventory/import-text.ts";
import { StateDatabase } from "../../src/inventory/state-database.ts";
import { STATE_MIGRATIONS } from "../../src/inventory/state-tables.ts";
import { deviceTags } from "../../src/inventory/tags.ts";
import { county, EMPTY, plan } from "./fixtures.ts";

const folder = mkdtempSync(join(tmpdir(), "campusd-sites-"));
afterAll(() => rmSync(folder, { recursive: true }));

const SITES = `
sites:
  - id: hz-core
    region: zj/hz
    name: 杭州市教育城域网核心
    nameEn: Hangzhou core
    kind: node
    buildings:
      - {id: dc, name: 机房楼, rooms: [{id: "1", name: 一号机房, type: machine-room}]}
    devices:
      - {id: hz-r1, role: router, addresses: [10.9.0.1], building: dc, room: "1"}
  - {id: zj-edu, region: zj, name: 省教育厅, kind: bureau}
links:
  - {id: bb1, role: backbone, device: hz-r1, interface: 100GE0/0/1, to: zj-edu, duct: D-7}
  - {id: bb2, role: backbone, device: hz-r1, interface: 100GE0/0/2, to: s2}
  - {id: bb3, role: backbone, device: hz-r1, interface: 100GE0/0/3, to: s1-core}
`;

async function withSites(): Promise<InventoryDocument> {
  const planned = await plan(county(), { "sites.yaml": SITES });
  expect(formatProblems(planned)).toBe("");
  return plannedDocument(planned);
}

describe("sites", () => {
  test("have devices, links and tags like a school, and are in no count of schools", async () => {
    const before = buildInventory(county());
    const inventory = buildInventory(await withSites());
    expect(inventory.schools.size).toBe(before.schools.size);
    expect(inventory.schoolsIn("zj").map((one) => one.id)).toEqual(
      before.schoolsIn("zj").map((one) => one.id),
    );
    expect(inventory.sitesIn("zj").map((one) => one.path)).toEqual(["zj/hz/hz-core", "zj/zj-edu"]);
    expect(inventory.sitesIn("zj/hz").map((one) => one.id)).toEqual(["hz-core"]);
    expect(inventory.place("hz-core")).toMatchObject({ kind: "node", path: "zj/hz/hz-core" });
    expect(inventory.place("s1")).toBe(inventory.schools.get("s1"));
    expect(inventory.place("gone")).toBeUndefined();
    const router = inventory.devices.get("hz-r1")!;
    expect(router.path).toBe("zj/hz/hz-core");
    expect(deviceTags(inventory, router)).toEqual({
      province: "zj",
      city: "hz",
      school: "hz-core",
      building: "dc",
      room: "dc/1",
      device: "hz-r1",
      role: "router",
    });
    expect(inventory.linksOf("hz-core").map((one) => [one.id, one.to])).toEqual([
      ["bb1", "zj-edu"],
      ["bb2", "s2"],
      ["bb3", "s1-core"],
    ]);
    expect(inventory.roomsOf("hz-core").map((one) => one.path)).toEqual(["hz-core/dc/1"]);
  });

  test("are seen by those whose subtree they lie in", async () => {
    const inventory = buildInventory(await withSites());
    const seen = (subtree: string) => visibleSites(inventory, { subtree }).map((one) => one.id);
    expect(seen("")).toEqual(["hz-core", "zj-edu"]);
    expect(seen("zj/hz")).toEqual(["hz-core"]);
    expect(seen("zj/hz/xh")).toEqual([]);
    expect(seen("zj/zj-edu")).toEqual(["zj-edu"]);
    expect(subtreeTags(inventory, { subtree: "zj/hz/hz-core" })).toEqual({
      province: "zj",
      city: "hz",
      school: "hz-core",
    });
    expect(maySee({ subtree: "zj/hz/xh" }, inventory.place("hz-core")!.path)).toBe(false);
  });

  test("are kept and read back whole, beside the schools", async () => {
    const file = join(folder, "kept.db");
    const document = await withSites();
    const database = new StateDatabase({ file });
    await database.open();
    const first = await plan(EMPTY, { "county.yaml": JSON.stringify(document) });
    await applyImport(database, first, { at: 1, who: "t" });
    expect(await database.inventory()).toEqual(plannedDocument(first));
    const again = await plan(await database.inventory(), { "county.yaml": JSON.stringify(document) });
    expect(again.change.counts).toMatchObject({ added: 0, changed: 0, removed: 0 });
    const moved = await plan(await database.inventory(), {
      "sites.csv": "id,region,name,site_kind\nzj-edu,zj/hz,省教育厅,节点\n",
    });
    expect(moved.change.differences.map(({ change, kind, key }) => [change, kind, key])).toEqual([
      ["changed", "site", "zj-edu"],
    ]);
    await applyImport(database, moved, { at: 2, who: "t" });
    expect((await database.inventory()).sites.find((one) => one.id === "zj-edu")).toMatchObject({
      region: "zj/hz",
      kind: "node",
    });
    await database.close();
  });

  test("come to a database that was made without them", async () => {
    const file = join(folder, "old.db");
    const old = new StateDatabase({
      file,
      migrations: { "0001-inventory": STATE_MIGRATIONS["0001-inventory"]! },
    });
    await old.open();
    await old.close();
    const database = new StateDatabase({ file });
    await database.open();
    const planned = await plan(EMPTY, { "county.yaml": JSON.stringify(await withSites()) });
    await applyImport(database, planned, { at: 1, who: "t" });
    const { schools, sites } = await database.inventory();
    expect([schools.length, sites.length]).toEqual([2, 2]);
    await database.close();
  });

  test("--replace removes what a site's written list no longer names", async () => {
    const document = await withSites();
    const planned = await plan(
      document,
      { "s.yaml": "sites: [{id: hz-core, region: zj/hz, name: 核心, kind: node, devices: []}]\nlinks: []\n" },
      { replace: true },
    );
    expect(formatProblems(planned)).toBe("");
    const left = plannedDocument(planned);
    expect(left.sites.find((one) => one.id === "hz-core")?.devices).toEqual([]);
    expect(left.links.map((one) => one.id)).toEqual(["l1"]);
    expect(left.schools).toEqual(document.schools);
  });

  const wrong: [string, string, RegExp][] = [
    [
      "an id that a school has",
      "sites: [{id: s1, region: zj, name: 甲, kind: node}]",
      /is the id of a school too/,
    ],
    [
      "a region that is not there",
      "sites: [{id: x, region: zj/nb, name: 甲, kind: node}]",
      /region "zj\/nb" does not exist/,
    ],
    [
      "an id that makes its path that of a region",
      "sites: [{id: hz, region: zj, name: 甲, kind: node}]",
      /its path zj\/hz is that of a region/,
    ],
    [
      "a kind that is none",
      "sites: [{id: x, region: zj, name: 甲, kind: school}]",
      /sites\[0\]\.kind.*node, bureau or other|sites\[0\]\.kind/,
    ],
    [
      "a link to nothing",
      "links: [{id: l9, role: backbone, device: s1-core, interface: G1, to: nowhere}]",
      /"nowhere" is no device, school, site or region/,
    ],
    [
      "a link to a name that two things have",
      "sites: [{id: s1-core, region: zj, name: 甲, kind: node}]\nlinks: [{id: l9, role: backbone, device: s1-core, interface: G1, to: s1-core}]",
      /"s1-core" is the name of a device and of a site; rename one/,
    ],
  ];
  test.each(wrong)("%s is refused with its place", async (_, yaml, text) => {
    const planned = await plan(county(), { "bad.yaml": yaml });
    expect(formatProblems(planned)).toMatch(text);
    expect(formatProblems(planned)).toMatch(/bad\.yaml:\d/);
  });

  test("a file of schools that lacks a column is not taken for one of sites", async () => {
    const planned = await plan(county(), { "s.csv": "id,region,name,kind\ns9,zj/hz,九小,小学\n" });
    expect(formatProblems(planned)).toMatch(/file of schools and lacks columns; add setting/);
  });

  test("the schema takes a document without sites", () => {
    expect(inventoryDocumentSchema.parse({}).sites).toEqual([]);
  });
});
