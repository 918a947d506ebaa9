import { type Generated, type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";

/**
 * The tables of targets.db. Days are whole days since 1970-01-01 of the local date; names (targets, regions,
 * schools) are numbers of the table `names`, so that a row of a year's history is a few octets.
 */
export interface TargetTables {
  names: { id: Generated<number>; kind: NameKind; name: string };
  /** A day that was judged. `state` 0: it still runs; 1: final. */
  days: { day: number; state: number; at: number; schools: number; book: string };
  /** The targets as they held on the days that name them, JSON. */
  books: { hash: string; at: number; content: string };
  tallies: TallyRow;
  /** A tally that was final and was made again after late data came. */
  tally_revisions: {
    id: Generated<number>;
    day: number;
    target: number;
    region: number;
    at: number;
    was: string;
  };
  /** Runs: a row holds from its day until the next row of the same target and school. `code` is verdict * 4 + class. */
  verdicts: { target: number; school: number; day: number; code: number };
  verdict_revisions: {
    id: Generated<number>;
    day: number;
    target: number;
    school: number;
    at: number;
    was: number;
  };
  /** The values a school was judged by, deflated JSON. */
  school_values: { day: number; school: number; data: Uint8Array };
  /** Days that have to be judged again for a school, because data came late. */
  dirty: { day: number; school: string };
  /** Changes of limits, shares and dates that came into force, and that were taken back. */
  change_log: { id: Generated<number>; at: number; entry: string };
  declarations: {
    id: Generated<number>;
    indicator: string;
    school: string;
    value: number;
    source: string;
    date: string;
    until: string | null;
    import: number;
  };
  declaration_imports: { id: Generated<number>; at: number; who: string; files: string; rows: number };
  /** Frozen reports, whole. */
  frozen: {
    id: Generated<number>;
    at: number;
    date: string;
    region: string;
    sha256: string;
    content: string;
  };
}

export const NAME_KINDS = { target: 0, region: 1, school: 2 } as const;
export type NameKind = (typeof NAME_KINDS)[keyof typeof NAME_KINDS];

export interface TallyRow {
  region: number;
  target: number;
  day: number;
  total: number;
  met: number;
  declared: number;
  not_met: number;
  unknown: number;
  not_applicable: number;
  by_measured: number;
  by_inferred: number;
  by_declared: number;
  met_measured: number;
  met_inferred: number;
  oldest: number | null;
  amount: number | null;
  revised: number;
}

export const TARGET_MIGRATIONS: Readonly<Record<string, Migration>> = {
  "0001-targets": { up: createTargets },
};

async function createTargets(db: Kysely<unknown>): Promise<void> {
  const statements = [
    `create table names (
      id integer primary key, kind integer not null, name text not null, unique (kind, name)) strict`,
    `create table days (
      day integer primary key, state integer not null, at integer not null, schools integer not null,
      book text not null references books (hash)) strict`,
    `create table books (hash text primary key, at integer not null, content text not null) strict`,
    `create table tallies (
      region integer not null, target integer not null, day integer not null,
      total integer not null, met integer not null, declared integer not null, not_met integer not null,
      unknown integer not null, not_applicable integer not null,
      by_measured integer not null, by_inferred integer not null, by_declared integer not null,
      met_measured integer not null, met_inferred integer not null,
      oldest integer, amount real, revised integer not null,
      primary key (region, target, day)) strict, without rowid`,
    `create table tally_revisions (
      id integer primary key, day integer not null, target integer not null, region integer not null,
      at integer not null, was text not null) strict`,
    `create index tally_revisions_day on tally_revisions (day, target, region)`,
    `create table verdicts (
      target integer not null, school integer not null, day integer not null, code integer not null,
      primary key (target, school, day)) strict, without rowid`,
    `create table verdict_revisions (
      id integer primary key, day integer not null, target integer not null, school integer not null,
      at integer not null, was integer not null) strict`,
    `create index verdict_revisions_day on verdict_revisions (day, target, school)`,
    `create table school_values (
      day integer not null, school integer not null, data blob not null,
      primary key (day, school)) strict, without rowid`,
    `create table dirty (day integer not null, school text not null, primary key (day, school)) strict, without rowid`,
    `create table change_log (id integer primary key, at integer not null, entry text not null) strict`,
    `create table declarations (
      id integer primary key, indicator text not null, school text not null, value real not null,
      source text not null, date text not null, until text,
      import integer not null references declaration_imports (id)) strict`,
    `create index declarations_school on declarations (school, indicator, date)`,
    `create table declaration_imports (
      id integer primary key, at integer not null, who text not null, files text not null,
      rows integer not null) strict`,
    `create table frozen (
      id integer primary key, at integer not null, date text not null, region text not null,
      sha256 text not null, content text not null) strict`,
  ];
  for (const statement of statements) await sql.raw(statement).execute(db);
}
