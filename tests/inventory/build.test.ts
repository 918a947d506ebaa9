import { describe, expect, test } from "vitest";
import { isCampusError } from "../../src/errors/campus-error.ts";
import { buildInventory } from "../../src/inventory/build.ts";
import type { KnownNames } from "../../src/inventory/check.ts";
import type { InventoryDocument } from "../../src/inventory/document.ts";
import { documentOf, rowsOf } from "../../src/inventory/rows.ts";
import { deviceTags } from "../../src/inventory/tags.ts";
import { county, EMPTY } from "./fixtures.ts";

function refused(change: (document: InventoryDocument) => void, known?: KnownNames): string[] {
  const document = structuredClone(county());
  change(document);
  try {
    buildInventory(document, known);
  } catch (error) {
    expect(isCampusError(error, "E_IMPORT")).toBe(true);
    return (error as Error).message.split("\n");
  }
  throw new Error("it was not refused");
}

describe("a good inventory", () => {
  const inventory = buildInventory(county(), { credentials: new Set(["c"]), profiles: new Set() });

  test("is found by id, region and school", () => {
    expect(inventory.schools.get("s1")?.path).toBe("zj/hz/xh/s1");
    expect(inventory.devices.get("s1-ap")).toMatchObject({
      school: "s1",
      path: "zj/hz/xh/s1",
      parent: "s1-ac",
    });
    expect(inventory.rooms.get("s1/B1/101")).toMatchObject({
      school: "s1",
      building: "B1",
      path: "s1/B1/101",
    });
    expect(inventory.buildings.get("s1/B1")).toEqual({ id: "B1", school: "s1", name: "教学楼" });
    expect(inventory.links.get("l1")?.school).toBe("s1");
    expect(inventory.regions.get("zj/hz/xh")).toMatchObject({ level: "county", parent: "zj/hz" });
    expect(inventory.regions.get("zj")).not.toHaveProperty("parent");
  });

  test("answers subtrees", () => {
    const ids = (path: string) => inventory.schoolsIn(path).map((school) => school.id);
    expect(ids("")).toEqual(["s1", "s2"]);
    expect(ids("zj/hz")).toEqual(["s1", "s2"]);
    expect(ids("zj/hz/xh")).toEqual(["s1"]);
    expect(ids("zj/h")).toEqual([]);
    expect(inventory.regionsIn("").map((region) => region.path)).toEqual(["zj"]);
    expect(inventory.regionsIn("zj/hz").map((region) => region.path)).toEqual(["zj/hz/xh"]);
    expect(inventory.devicesOf("s1")).toHaveLength(6);
    expect(inventory.devicesOf("nowhere")).toEqual([]);
    expect(inventory.roomsOf("s1").map((room) => room.id)).toEqual(["101", "102"]);
    expect(inventory.linksOf("s1").map((link) => link.id)).toEqual(["l1"]);
  });

  test("is frozen", () => {
    const device = inventory.devices.get("s1-core")!;
    expect(() => ((device as { id: string }).id = "x")).toThrow(TypeError);
    expect(() => (device.addresses as string[]).push("x")).toThrow(TypeError);
    expect(() => (inventory.devicesOf("s1") as unknown[]).pop()).toThrow(TypeError);
  });

  test("gives the tags of a device", () => {
    expect(deviceTags(inventory, inventory.devices.get("s1-ap")!)).toEqual({
      province: "zj",
      city: "hz",
      county: "xh",
      school: "s1",
      building: "B1",
      room: "B1/101",
      device: "s1-ap",
      role: "access-point",
    });
    expect(Object.keys(deviceTags(inventory, inventory.devices.get("s1-ac")!))).not.toContain("room");
  });

  test("flat rows give the document back", () => {
    const rows = rowsOf(county(), () => expect.unreachable());
    expect(rowsOf(documentOf(rows), () => expect.unreachable())).toEqual(rows);
    expect(documentOf(rowsOf(EMPTY, () => {}))).toEqual(EMPTY);
  });
});

describe("what is refused", () => {
  const school = (document: InventoryDocument) => document.schools[0]!;
  const device = (document: InventoryDocument, id: string) =>
    school(document).devices.find((one) => one.id === id)!;

  test.each<[string, (document: InventoryDocument) => void, RegExp]>([
    [
      "a region whose parent is missing",
      (d) => {
        d.regions.splice(1, 1);
        d.schools[1]!.region = "zj";
      },
      /^region zj\/hz\/xh path: lies in region "zj\/hz", which does not exist/,
    ],
    [
      "a school in no region",
      (d) => void (d.schools[1]!.region = "zj/nb"),
      /^school s2 region: region "zj\/nb" does not exist/,
    ],
    [
      "a region twice",
      (d) => void d.regions.push({ path: "zj", name: "x" }),
      /^region zj id: stands in the inventory twice/,
    ],
    [
      "a device id twice, in two schools",
      (d) => void d.schools[1]!.devices.push({ ...device(d, "s1-gw"), addresses: [] }),
      /^device s1-gw id: stands in the inventory twice/,
    ],
    [
      "a room twice",
      (d) => void school(d).buildings[0]!.rooms.push({ id: "101", name: "x", type: "hall" }),
      /^room s1\/B1\/101 id: stands/,
    ],
    [
      "a building that is not there",
      (d) => void (device(d, "s1-core").building = "B9"),
      /^device s1-core building: building "B9" does not exist in school "s1"/,
    ],
    [
      "a room that is not there",
      (d) => void (device(d, "s1-ap").room = "999"),
      /^device s1-ap room: room "B1\/999" does not exist/,
    ],
    [
      "a room without its building",
      (d) => void delete device(d, "s1-ap").building,
      /^device s1-ap building: is missing while a room is given/,
    ],
    [
      "a served room that is not there",
      (d) => void device(d, "s1-ap").serves!.push("B1/7"),
      /^device s1-ap serves: room "B1\/7" does not exist/,
    ],
    [
      "a parent that is not there",
      (d) => void (device(d, "s1-ap").parent = "gone"),
      /^device s1-ap parent: device "gone" does not exist/,
    ],
    [
      "a device that is its own parent",
      (d) => void (device(d, "s1-ac").parent = "s1-ac"),
      /^device s1-ac parent: leads back to "s1-ac" itself/,
    ],
    [
      "a cycle of parents",
      (d) => void (device(d, "s1-ac").parent = "s1-ap"),
      /^device s1-a[cp] parent: leads back/,
    ],
    [
      "one address for two devices",
      (d) => void (device(d, "s1-ac").addresses = ["2001:DB8:0:0::1"]),
      /^device s1-ac addresses: 2001:db8::1 port 161 is already the address of device "s1-core"/,
    ],
    [
      "one unit for two meters",
      (d) => void (device(d, "s1-m2").unit = 1),
      /^device s1-m2 addresses: 10.0.0.3 port 502 unit 1 is already/,
    ],
    [
      "one unit for two meters that are reached through their gateway",
      (d) => {
        device(d, "s1-m1").addresses = [];
        device(d, "s1-m2").addresses = [];
        device(d, "s1-m2").unit = 1;
      },
      /^device s1-m2 addresses: 10.0.0.3 port 502 unit 1 is already the address of device "s1-m1"/,
    ],
    [
      "nothing to poll",
      (d) => void (device(d, "s1-core").addresses = []),
      /^device s1-core addresses: is empty; snmp needs an address/,
    ],
    [
      "a link on no device",
      (d) => void (d.links[0]!.device = "gone"),
      /^link l1 device: device "gone" does not exist/,
    ],
    [
      "a link to nowhere",
      (d) => void (d.links[0]!.to = "gone"),
      /^link l1 to: "gone" is no device, school, site or region/,
    ],
  ])("%s", (_, change, message) => {
    const lines = refused(change);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(message);
  });

  test("two access points of one name at one controller", () => {
    const lines = refused((d) => {
      school(d).devices.push({ ...device(d, "s1-ap"), id: "other", apName: "s1-ap" });
    });
    expect(lines).toEqual([
      expect.stringMatching(/^device other apName: controller "s1-ac" knows device "s1-ap"/),
    ]);
  });

  test("a credential and a profile that are not known; the credential is not shown", () => {
    const lines = refused(
      (d) => {
        device(d, "s1-core").credential = "hunter2";
        device(d, "s1-ac").profile = "nope";
      },
      { credentials: new Set(["c"]), profiles: new Set(["huawei-vrp"]) },
    );
    expect(lines).toHaveLength(2);
    expect(lines.join("\n")).toMatch(/names no credential of campusd.yaml; write one of c/);
    expect(lines.join("\n")).not.toContain("hunter2");
  });

  test("everything at once", () => {
    const lines = refused((d) => {
      d.schools[1]!.region = "zj/nb";
      d.links[0]!.device = "gone";
      device(d, "s1-ap").room = "999";
    });
    expect(lines).toHaveLength(3);
  });
});
