import type { z } from "zod";
import type { InventoryDocument, linkSchema, regionSchema } from "./document.ts";

/**
 * The inventory as flat rows: what the database keeps, what an import changes and what the checks run on.
 * A row says where it belongs by the ids of what is above it.
 */
export type RegionRow = z.infer<typeof regionSchema>;
type SchoolDocument = InventoryDocument["schools"][number];
export type SchoolRow = Omit<SchoolDocument, "buildings" | "devices">;
type BuildingDocument = SchoolDocument["buildings"][number];
type SiteDocument = InventoryDocument["sites"][number];
export type SiteRow = Omit<SiteDocument, "buildings" | "devices">;
export type BuildingRow = Omit<BuildingDocument, "rooms"> & { school: string };
export type RoomRow = BuildingDocument["rooms"][number] & { school: string; building: string };
export type DeviceRow = SchoolDocument["devices"][number] & { school: string };
export type LinkRow = z.infer<typeof linkSchema>;

export interface RowTypes {
  region: RegionRow;
  school: SchoolRow;
  site: SiteRow;
  building: BuildingRow;
  room: RoomRow;
  device: DeviceRow;
  link: LinkRow;
}
export type EntityKind = keyof RowTypes;
/** From what others refer to, to what refers to others. */
export const ENTITY_KINDS = ["region", "school", "site", "building", "room", "device", "link"] as const;

/** By key: a region's path, `school/building`, `school/building/room`, else the id. */
export type InventoryRows = { readonly [K in EntityKind]: Map<string, RowTypes[K]> };

export function emptyRows(): InventoryRows {
  return {
    region: new Map(),
    school: new Map(),
    site: new Map(),
    building: new Map(),
    room: new Map(),
    device: new Map(),
    link: new Map(),
  };
}

export function copyRows(rows: InventoryRows): InventoryRows {
  return {
    region: new Map(rows.region),
    school: new Map(rows.school),
    site: new Map(rows.site),
    building: new Map(rows.building),
    room: new Map(rows.room),
    device: new Map(rows.device),
    link: new Map(rows.link),
  };
}

/** The key of a row among those of its kind. */
export function keyOf<K extends EntityKind>(kind: K, row: RowTypes[K]): string {
  switch (kind) {
    case "region":
      return (row as RegionRow).path;
    case "building":
      return `${(row as BuildingRow).school}/${(row as BuildingRow).id}`;
    case "room":
      return `${(row as RoomRow).school}/${(row as RoomRow).building}/${(row as RoomRow).id}`;
    default:
      return (row as { id: string }).id;
  }
}

/** Called for each row of a document with its place in it. */
export type RowVisitor = <K extends EntityKind>(
  kind: K,
  row: RowTypes[K],
  path: readonly (string | number)[],
) => void;

/** Takes a document apart, in document order. */
export function visitDocument(document: InventoryDocument, visit: RowVisitor): void {
  for (const [index, region] of document.regions.entries()) visit("region", region, ["regions", index]);
  for (const [index, { buildings, devices, ...school }] of document.schools.entries()) {
    visit("school", school, ["schools", index]);
    visitPlace(school.id, buildings, devices, ["schools", index], visit);
  }
  for (const [index, { buildings, devices, ...site }] of document.sites.entries()) {
    visit("site", site, ["sites", index]);
    visitPlace(site.id, buildings, devices, ["sites", index], visit);
  }
  for (const [index, link] of document.links.entries()) visit("link", link, ["links", index]);
}

function visitPlace(
  school: string,
  buildings: SchoolDocument["buildings"],
  devices: SchoolDocument["devices"],
  path: readonly (string | number)[],
  visit: RowVisitor,
): void {
  for (const [b, { rooms, ...building }] of buildings.entries()) {
    visit("building", { ...building, school }, [...path, "buildings", b]);
    for (const [r, room] of rooms.entries())
      visit("room", { ...room, school, building: building.id }, [...path, "buildings", b, "rooms", r]);
  }
  for (const [d, device] of devices.entries())
    visit("device", { ...device, school }, [...path, "devices", d]);
}

/** Rows of a document; of two with one key the first is kept and the second is handed to `duplicate`. */
export function rowsOf(
  document: InventoryDocument,
  duplicate: (kind: EntityKind, key: string) => void,
): InventoryRows {
  const rows = emptyRows();
  visitDocument(document, (kind, row) => {
    const key = keyOf(kind, row);
    const map = rows[kind] as Map<string, typeof row>;
    if (map.has(key)) duplicate(kind, key);
    else map.set(key, row);
  });
  return rows;
}

/** The document that the rows come from, each list sorted by key. Rows that belong to nothing are left out. */
export function documentOf(rows: InventoryRows): InventoryDocument {
  const schools = new Map<string, SchoolDocument>();
  const buildings = new Map<string, BuildingDocument>();
  const sites = new Map<string, SiteDocument>();
  for (const school of sorted(rows.school)) schools.set(school.id, { ...school, buildings: [], devices: [] });
  for (const site of sorted(rows.site)) sites.set(site.id, { ...site, buildings: [], devices: [] });
  const place = (id: string) => schools.get(id) ?? sites.get(id);
  for (const { school, ...building } of sorted(rows.building)) {
    const document = { ...building, rooms: [] };
    buildings.set(`${school}/${building.id}`, document);
    place(school)?.buildings.push(document);
  }
  for (const { school, building, ...room } of sorted(rows.room))
    buildings.get(`${school}/${building}`)?.rooms.push(room);
  for (const { school, ...device } of sorted(rows.device)) place(school)?.devices.push(device);
  return {
    regions: sorted(rows.region),
    schools: [...schools.values()],
    sites: [...sites.values()],
    links: sorted(rows.link),
  };
}

function sorted<T>(map: ReadonlyMap<string, T>): T[] {
  return [...map.entries()].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, row]) => row);
}
