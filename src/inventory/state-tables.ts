import type { Generated, Kysely } from "kysely";
import { sql } from "kysely";
import type { Migration } from "kysely/migration";

/** The tables of state.db. Lists are JSON text, times UTC ms. */
export interface StateTables {
  regions: { path: string; name: string; name_en: string | null };
  /** Schools, and the sites: what devices and buildings belong to. */
  schools: {
    id: string;
    region: string;
    name: string;
    name_en: string | null;
    kind: string;
    setting: string;
    students: number | null;
    classes: number | null;
    /** 1: a site; its `setting` is "". */
    site: Generated<number>;
  };
  buildings: { school: string; id: string; name: string };
  rooms: {
    school: string;
    building: string;
    id: string;
    name: string;
    type: string;
    floor: number | null;
    seats: number | null;
  };
  devices: {
    id: string;
    school: string;
    name: string | null;
    role: string;
    vendor: string | null;
    model: string | null;
    addresses: string;
    protocol: string;
    port: number | null;
    credential: string | null;
    profile: string | null;
    unit: number | null;
    building: string | null;
    room: string | null;
    serves: string | null;
    parent: string | null;
    ap_name: string | null;
    installed: string | null;
  };
  links: {
    id: string;
    name: string | null;
    role: string;
    device: string;
    interface: string;
    to: string | null;
    carrier: string | null;
    contracted_mbps: number | null;
    duct: string | null;
  };
  /** One row an import: the audit trail, and the version of the inventory. */
  imports: {
    id: Generated<number>;
    at: number;
    who: string;
    /** JSON: a list of `{name, sha256, bytes}`. */
    files: string;
    /** JSON: `{added, changed, removed, unchanged}` in rows. */
    counts: string;
  };
  device_facts: { device: string; at: number; facts: string };
  /** Proven SNMPv3 engines. `engine_id` is empty where a person said to trust the device anew. */
  snmp_engines: { device: string; asked: string; engine_id: string; at: number };
  /** Audits of web sites, JSON text. */
  site_audits: { domain: string; at: number; verdict: string; audit: string };
}

/**
 * Each step runs in one transaction with its own entry in the list of steps, so that a step is done whole or
 * not at all. A released step is never edited; a new one is added below it.
 */
export const STATE_MIGRATIONS: Readonly<Record<string, Migration>> = {
  "0001-inventory": { up: createInventory },
  "0002-sites": { up: addSites },
  "0003-snmp-engines": { up: createEngines },
  "0004-site-audits": { up: createSiteAudits },
};

async function createInventory(db: Kysely<unknown>): Promise<void> {
  const deferred = "deferrable initially deferred";
  const statements = [
    `create table regions (path text primary key, name text not null, name_en text)`,
    `create table schools (
      id text primary key, region text not null references regions (path) ${deferred},
      name text not null, name_en text, kind text not null, setting text not null,
      students integer, classes integer)`,
    `create table buildings (
      school text not null references schools (id) ${deferred}, id text not null, name text not null,
      primary key (school, id))`,
    `create table rooms (
      school text not null, building text not null, id text not null, name text not null,
      type text not null, floor integer, seats integer, primary key (school, building, id),
      foreign key (school, building) references buildings (school, id) ${deferred})`,
    `create table devices (
      id text primary key, school text not null references schools (id) ${deferred},
      name text, role text not null, vendor text, model text, addresses text not null,
      protocol text not null, port integer, credential text, profile text, unit integer,
      building text, room text, serves text,
      parent text references devices (id) ${deferred},
      ap_name text, installed text,
      foreign key (school, building) references buildings (school, id) ${deferred},
      foreign key (school, building, room) references rooms (school, building, id) ${deferred})`,
    `create index devices_school on devices (school)`,
    `create index devices_parent on devices (parent) where parent is not null`,
    `create index devices_room on devices (school, building, room)`,
    `create index schools_region on schools (region)`,
    `create table links (
      id text primary key, name text, role text not null,
      device text not null references devices (id) ${deferred}, interface text not null,
      "to" text, carrier text, contracted_mbps real)`,
    `create index links_device on links (device)`,
    `create table imports (
      id integer primary key, at integer not null, who text not null, files text not null, counts text not null)`,
    `create table device_facts (device text primary key, at integer not null, facts text not null)`,
  ];
  for (const statement of statements) await sql.raw(statement).execute(db);
}

async function createEngines(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `create table snmp_engines (
        device text primary key, asked text not null, engine_id text not null, at integer not null)`,
    )
    .execute(db);
}

async function addSites(db: Kysely<unknown>): Promise<void> {
  const statements = [
    `alter table schools add column site integer not null default 0`,
    `alter table links add column duct text`,
  ];
  for (const statement of statements) await sql.raw(statement).execute(db);
}

async function createSiteAudits(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `create table site_audits (
        domain text not null, at integer not null, verdict text not null, audit text not null,
        primary key (domain, at))`,
    )
    .execute(db);
}
