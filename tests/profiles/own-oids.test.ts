import { expect, it } from "vitest";
import { loadProfiles } from "../../src/profiles/load.ts";
import type { ProfileSet } from "../../src/profiles/profile-set.ts";
import { SHIPPED, withFiles } from "./files.ts";

// Makers who put one MIB under each product: `*` is the arc that the device's own sysObjectID has at that place.
const PROFILE = `title: { zh: a, en: a }
vendor: Acme
os: acme
role: sensor
match:
  - sysObjectID: 1.3.6.1.4.1.55555
parts: [system]
snmp:
  scalars:
    board:
      entry: 1.3.6.1.4.1.55555.*.*.3
      columns:
        heat: .1 acmeHeat
        fixed: 1.3.6.1.4.1.55555.9.9 acmeFixed
      points:
        heat: { quantity: sensor.temperature, unit: degC, label: Heat, tags: { sensor: board }, source: Acme manual }
        fixed: { quantity: sensor.count, label: Fixed, tags: { sensor: fixed }, source: Acme manual }
`;
const set: ProfileSet = withFiles({ "acme.yaml": PROFILE }, (dir) => loadProfiles([SHIPPED, dir]));

function columns(sysObjectID: string): string[] {
  const profile = set.match({ sysObjectID, sysDescr: "" });
  const board = profile!.snmp!.tables.find((table) => table.id === "board")!;
  return board.columns.map((column) => column.oid.join("."));
}

it("puts the arcs of the device's product in the places of *, and leaves other OIDs as they are", () => {
  expect(columns("1.3.6.1.4.1.55555.1.7")).toEqual([
    "1.3.6.1.4.1.55555.1.7.3.1.0",
    "1.3.6.1.4.1.55555.9.9.0",
  ]);
  expect(columns(".1.3.6.1.4.1.55555.2.8.101")[0]).toBe("1.3.6.1.4.1.55555.2.8.3.1.0");
});

it("asks below 0 where the sysObjectID is too short: no product has that number", () => {
  expect(columns("1.3.6.1.4.1.55555.4")[0]).toBe("1.3.6.1.4.1.55555.4.0.3.1.0");
});

it("gives devices of one product the same object, so that a plan is made once", () => {
  const match = (sysObjectID: string) => set.match({ sysObjectID, sysDescr: "" });
  expect(match("1.3.6.1.4.1.55555.1.7")).toBe(match("1.3.6.1.4.1.55555.1.7"));
  expect(match("1.3.6.1.4.1.55555.1.7")).not.toBe(match("1.3.6.1.4.1.55555.1.8"));
});

it("also for a profile that the inventory names", () => {
  const named = set.get("acme")!;
  const tailored = set.tailor(named, { sysObjectID: "1.3.6.1.4.1.55555.1.7" });
  expect(tailored.id).toBe("acme");
  expect(tailored).toBe(set.match({ sysObjectID: "1.3.6.1.4.1.55555.1.7", sysDescr: "" }));
});

it("keeps the place in the file that messages name", () => {
  const profile = set.match({ sysObjectID: "1.3.6.1.4.1.55555.1.7", sysDescr: "" })!;
  const plain = set.get("acme")!.snmp!.tables.find((table) => table.id === "board")!.columns[0]!;
  const column = profile.snmp!.tables.find((table) => table.id === "board")!.columns[0]!;
  expect(column.object).toBe("acmeHeat");
  expect(column.line).toBe(plain.line);
});
