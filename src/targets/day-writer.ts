import { setImmediate as turn } from "node:timers/promises";
import { type Kysely, sql, type Transaction } from "kysely";
import { dateOfDay, dayNumber } from "./days.ts";
import type { Names } from "./names.ts";
import { NAME_KINDS, type TallyRow, type TargetTables } from "./tables.ts";
import type { RegionTree, Tally, VerdictColumns } from "./tally.ts";
import { editOfDay, verdictCode } from "./verdict-runs.ts";

/** Rows in one statement: some milliseconds, then the loop has its turn. */
const CHUNK = 2000;

/** A day that was judged, as it is written. */
export interface JudgedDay {
  /** `2026-11-22`. */
  readonly date: string;
  /** False while the day still runs. */
  readonly final: boolean;
  /** UTC ms at which it was judged. */
  readonly at: number;
  readonly book: { readonly hash: string; readonly content: string };
  readonly tree: Pick<RegionTree, "regions" | "schools">;
  /** By target id. */
  readonly targets: ReadonlyMap<
    string,
    { readonly columns: VerdictColumns; readonly tallies: ReadonlyMap<string, Tally> }
  >;
}

/** What writing a day changed of days that were final before. */
export interface Revision {
  readonly tallies: number;
  readonly verdicts: number;
}

/** Writes judged days: tallies by region, verdicts as runs, and what was revised. */
export class DayWriter {
  readonly #db: Kysely<TargetTables>;
  readonly #names: Names;

  constructor(db: Kysely<TargetTables>, names: Names) {
    this.#db = db;
    this.#names = names;
  }

  /**
   * A target is written whole or not at all, and the day is final when the last one is: a write that was cut short
   * is made again, with the same result. Writing the same day again changes nothing but `at`.
   */
  async write(judged: JudgedDay): Promise<Revision> {
    const { targets, tree, at } = judged;
    await this.#names.intern(NAME_KINDS.target, targets.keys());
    await this.#names.intern(NAME_KINDS.region, tree.regions);
    await this.#names.intern(NAME_KINDS.school, tree.schools);
    const day = dayNumber(judged.date);
    const before = await this.#db.selectFrom("days").selectAll().where("day", "=", day).executeTakeFirst();
    const later = await this.#db.selectFrom("days").select("day").where("day", ">", day).limit(1).execute();
    const how = { later: later.length > 0, revise: before?.state === 1, at };
    await this.#db.transaction().execute((db) => this.#writeDay(db, judged, day, how.revise));
    let tallies = 0;
    let verdicts = 0;
    // One commit a target: a commit of everything would hold the loop for as long as its pages take to the disk.
    for (const [id, { columns, tallies: byRegion }] of targets) {
      const target = this.#names.find(NAME_KINDS.target, id)!;
      await this.#db.transaction().execute(async (db) => {
        tallies += await this.#writeTallies(db, day, target, byRegion, how);
        verdicts += await this.#writeVerdicts(db, day, target, tree, columns, how);
      });
      await turn();
    }
    if (judged.final) await this.#db.updateTable("days").set({ state: 1 }).where("day", "=", day).execute();
    return { tallies, verdicts };
  }

  /** Takes note that a school's day has to be judged again. */
  async markDirty(days: ReadonlyMap<string, ReadonlySet<string>>): Promise<void> {
    for (const [date, schools] of days) {
      const part = JSON.stringify([...schools]);
      await sql`insert into dirty (day, school) select ${dayNumber(date)}, value from json_each(${part}) where true
        on conflict do nothing`.execute(this.#db);
    }
  }

  /** Schools whose days have to be judged again, by date, oldest first. */
  async dirty(): Promise<Map<string, Set<string>>> {
    const found = new Map<string, Set<string>>();
    for (const { day, school } of await this.#db.selectFrom("dirty").selectAll().orderBy("day").execute()) {
      const date = dateOfDay(day);
      const schools = found.get(date);
      if (schools) schools.add(school);
      else found.set(date, new Set([school]));
    }
    return found;
  }

  async clearDirty(date: string, schools?: Iterable<string>): Promise<void> {
    let query = this.#db.deleteFrom("dirty").where("day", "=", dayNumber(date));
    if (schools)
      query = query.where(
        "school",
        "in",
        sql<string>`(select value from json_each(${JSON.stringify([...schools])}))`,
      );
    await query.execute();
  }

  /** Deletes the values of days before the date; verdicts and tallies stay. */
  async forgetValues(before: string): Promise<void> {
    const days = await this.#db
      .selectFrom("school_values")
      .select("day")
      .distinct()
      .where("day", "<", dayNumber(before))
      .execute();
    for (const { day } of days) {
      await this.#db.deleteFrom("school_values").where("day", "=", day).execute();
      await turn();
    }
  }

  /**
   * Compares what holds with what held at the last start and logs the difference: the audit trail of changes.
   * @param entries one text for each change that holds now
   */
  async logChanges(entries: readonly string[], at: number): Promise<void> {
    const logged = await this.#db.selectFrom("change_log").select("entry").orderBy("id").execute();
    const holds = new Set<string>();
    for (const { entry } of logged) {
      if (entry.startsWith("- ")) holds.delete(entry.slice(2));
      else holds.add(entry.slice(2));
    }
    const lines = [
      ...entries.filter((entry) => !holds.has(entry)).map((entry) => `+ ${entry}`),
      ...[...holds].filter((entry) => !entries.includes(entry)).map((entry) => `- ${entry}`),
    ];
    for (const entry of lines) await this.#db.insertInto("change_log").values({ at, entry }).execute();
  }

  async #writeDay(
    db: Transaction<TargetTables>,
    judged: JudgedDay,
    day: number,
    final: boolean,
  ): Promise<void> {
    const { hash, content } = judged.book;
    await db
      .insertInto("books")
      .values({ hash, at: judged.at, content })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    const row = { state: final ? 1 : 0, at: judged.at, schools: judged.tree.schools.length, book: hash };
    await db
      .insertInto("days")
      .values({ day, ...row })
      .onConflict((conflict) => conflict.column("day").doUpdateSet(row))
      .execute();
  }

  async #writeTallies(
    db: Transaction<TargetTables>,
    day: number,
    target: number,
    tallies: ReadonlyMap<string, Tally>,
    { revise, at }: WritingOf,
  ): Promise<number> {
    const known = new Map<number, TallyRow>();
    const old = await db
      .selectFrom("tallies")
      .selectAll()
      .where("target", "=", target)
      .where("day", "=", day)
      .where("region", "in", sql<number>`(select id from names where kind = ${NAME_KINDS.region})`)
      .execute();
    for (const row of old) known.set(row.region, row);
    const rows: TallyRow[] = [];
    let revised = 0;
    for (const [path, tally] of tallies) {
      const row = tallyRow(this.#names.find(NAME_KINDS.region, path)!, target, day, tally);
      const was = known.get(row.region);
      known.delete(row.region);
      if (was && sameTally(was, row)) continue;
      row.revised = was?.revised ?? 0;
      if (was && revise) {
        row.revised = 1;
        revised++;
        await db
          .insertInto("tally_revisions")
          .values({ day, target, region: row.region, at, was: JSON.stringify(tallyOfRow(was)) })
          .execute();
      }
      rows.push(row);
    }
    for (let from = 0; from < rows.length; from += 200)
      await db
        .replaceInto("tallies")
        .values(rows.slice(from, from + 200))
        .execute();
    await turn();
    return revised;
  }

  async #writeVerdicts(
    db: Transaction<TargetTables>,
    day: number,
    target: number,
    tree: JudgedDay["tree"],
    columns: VerdictColumns,
    how: WritingOf,
  ): Promise<number> {
    let revised = 0;
    for (let from = 0; from < tree.schools.length; from += CHUNK) {
      const rows: { readonly row: number; readonly school: number }[] = [];
      for (let row = from; row < Math.min(from + CHUNK, tree.schools.length); row++)
        rows.push({ row, school: this.#names.find(NAME_KINDS.school, tree.schools[row]!)! });
      const ids = JSON.stringify(rows.map(({ school }) => school));
      const held = await codesAround(db, target, day, ids);
      const put: [number, number, number][] = [];
      const remove: [number, number][] = [];
      const revisions: [number, number][] = [];
      for (const { row, school } of rows) {
        const one = columns.get(row);
        if (!one) continue;
        const wanted = verdictCode(one.verdict, one.evidence);
        const { before, here, next } = held.get(school) ?? {};
        const edit = editOfDay(day, wanted, before, here, next, how.later);
        for (const [at, code] of edit.put) put.push([school, at, code]);
        for (const at of edit.remove) remove.push([school, at]);
        if (how.revise && here !== undefined && here !== wanted) revisions.push([school, here]);
      }
      if (remove.length > 0)
        await sql`delete from verdicts where target = ${target} and (school, day) in
          (select value ->> 0, value ->> 1 from json_each(${JSON.stringify(remove)}))`.execute(db);
      if (put.length > 0)
        await sql`insert or replace into verdicts (target, school, day, code)
          select ${target}, value ->> 0, value ->> 1, value ->> 2 from json_each(${JSON.stringify(put)})`.execute(
          db,
        );
      if (revisions.length > 0)
        await sql`insert into verdict_revisions (day, target, school, at, was)
          select ${day}, ${target}, value ->> 0, ${how.at}, value ->> 1
          from json_each(${JSON.stringify(revisions)})`.execute(db);
      revised += revisions.length;
      await turn();
    }
    return revised;
  }
}

interface WritingOf {
  /** Days after this one were judged. */
  readonly later: boolean;
  /** The day was final: what changes is a revision. */
  readonly revise: boolean;
  readonly at: number;
}

interface Held {
  before?: number;
  here?: number;
  next?: number;
}

/** The codes that hold the day before and on the day, and those of rows that begin on the day after. */
async function codesAround(
  db: Transaction<TargetTables>,
  target: number,
  day: number,
  schools: string,
): Promise<Map<number, Held>> {
  const { rows } = await sql<{ school: number; day: number; code: number }>`
    select school, day, code from verdicts
    where target = ${target} and day <= ${day + 1} and school in (select value from json_each(${schools}))
    order by school, day`.execute(db);
  const held = new Map<number, Held>();
  for (const row of rows) {
    let one = held.get(row.school);
    if (!one) held.set(row.school, (one = {}));
    if (row.day < day) one.before = row.code;
    if (row.day <= day) one.here = row.code;
    if (row.day === day + 1) one.next = row.code;
  }
  return held;
}

function tallyRow(region: number, target: number, day: number, tally: Tally): TallyRow {
  return {
    region,
    target,
    day,
    total: tally.total,
    met: tally.met,
    declared: tally.declared,
    not_met: tally.notMet,
    unknown: tally.unknown,
    not_applicable: tally.notApplicable,
    by_measured: tally.byMeasured,
    by_inferred: tally.byInferred,
    by_declared: tally.byDeclared,
    met_measured: tally.metMeasured,
    met_inferred: tally.metInferred,
    oldest: tally.oldest,
    amount: tally.amount,
    revised: 0,
  };
}

export function tallyOfRow(row: TallyRow): Tally {
  return {
    total: row.total,
    met: row.met,
    declared: row.declared,
    notMet: row.not_met,
    unknown: row.unknown,
    notApplicable: row.not_applicable,
    byMeasured: row.by_measured,
    byInferred: row.by_inferred,
    byDeclared: row.by_declared,
    metMeasured: row.met_measured,
    metInferred: row.met_inferred,
    oldest: row.oldest,
    amount: row.amount,
  };
}

function sameTally(a: TallyRow, b: TallyRow): boolean {
  return JSON.stringify({ ...a, revised: 0 }) === JSON.stringify({ ...b, revised: 0 });
}
