import type { Insertable, Selectable } from "kysely";
import type {
  BuildingRow,
  DeviceRow,
  EntityKind,
  LinkRow,
  RegionRow,
  RoomRow,
  RowTypes,
  SchoolRow,
  SiteRow,
} from "./rows.ts";
import type { StateTables } from "./state-tables.ts";

/** A row of the inventory as a row of its table, and back. What is absent in one is null in the other. */

export const TABLES = {
  region: "regions",
  school: "schools",
  // Devices and buildings refer to one table of places; its column `site` tells the two apart.
  site: "schools",
  building: "buildings",
  room: "rooms",
  device: "devices",
  link: "links",
} as const satisfies Record<EntityKind, keyof StateTables>;

export type TableOf<K extends EntityKind> = StateTables[(typeof TABLES)[K]];

const TO_TABLE: { readonly [K in EntityKind]: (row: RowTypes[K]) => Insertable<TableOf<K>> } = {
  region: (row) => ({ path: row.path, name: row.name, name_en: row.nameEn ?? null }),
  school: (row) => ({
    id: row.id,
    region: row.region,
    name: row.name,
    name_en: row.nameEn ?? null,
    kind: row.kind,
    setting: row.setting,
    students: row.students ?? null,
    classes: row.classes ?? null,
    site: 0,
  }),
  site: (row) => ({
    id: row.id,
    region: row.region,
    name: row.name,
    name_en: row.nameEn ?? null,
    kind: row.kind,
    setting: "",
    students: null,
    classes: null,
    site: 1,
  }),
  building: (row) => ({ school: row.school, id: row.id, name: row.name }),
  room: (row) => ({
    school: row.school,
    building: row.building,
    id: row.id,
    name: row.name,
    type: row.type,
    floor: row.floor ?? null,
    seats: row.seats ?? null,
  }),
  device: (row) => ({
    id: row.id,
    school: row.school,
    name: row.name ?? null,
    role: row.role,
    vendor: row.vendor ?? null,
    model: row.model ?? null,
    addresses: JSON.stringify(row.addresses),
    protocol: row.protocol,
    port: row.port ?? null,
    credential: row.credential ?? null,
    profile: row.profile ?? null,
    unit: row.unit ?? null,
    building: row.building ?? null,
    room: row.room ?? null,
    serves: row.serves ? JSON.stringify(row.serves) : null,
    parent: row.parent ?? null,
    ap_name: row.apName ?? null,
    installed: row.installed ?? null,
  }),
  link: (row) => ({
    id: row.id,
    name: row.name ?? null,
    role: row.role,
    device: row.device,
    interface: row.interface,
    to: row.to ?? null,
    carrier: row.carrier ?? null,
    contracted_mbps: row.contractedMbps ?? null,
    duct: row.duct ?? null,
  }),
};

const FROM_TABLE: { readonly [K in EntityKind]: (row: Selectable<TableOf<K>>) => RowTypes[K] } = {
  region: ({ name_en, ...row }) => present<RegionRow>({ ...row, nameEn: name_en }),
  school: ({ name_en, site: _, ...row }) => present<SchoolRow>({ ...row, nameEn: name_en }),
  site: ({ id, region, name, name_en, kind }) =>
    present<SiteRow>({ id, region, name, kind, nameEn: name_en }),
  building: (row) => present<BuildingRow>({ ...row }),
  room: (row) => present<RoomRow>({ ...row }),
  device: ({ ap_name, addresses, serves, ...row }) =>
    present<DeviceRow>({
      ...row,
      apName: ap_name,
      addresses: JSON.parse(addresses),
      serves: serves === null ? null : JSON.parse(serves),
    }),
  link: ({ contracted_mbps, ...row }) => present<LinkRow>({ ...row, contractedMbps: contracted_mbps }),
};

export function toTable<K extends EntityKind>(kind: K, row: RowTypes[K]): Insertable<TableOf<K>> {
  return TO_TABLE[kind](row);
}

/** The rows were checked before they were written, so that the narrower types hold. */
export function fromTable<K extends EntityKind>(kind: K, row: Selectable<TableOf<K>>): RowTypes[K] {
  return FROM_TABLE[kind](row);
}

/** Without the members that are null. */
function present<T>(row: Readonly<Record<string, unknown>>): T {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)) as T;
}
