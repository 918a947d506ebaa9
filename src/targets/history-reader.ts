import { type Kysely, sql } from "kysely";
import type { EvidenceClass } from "../indicators/evidence.ts";
import { tallyOfRow } from "./day-writer.ts";
import { dateOfDay, dayNumber } from "./days.ts";
import type { Verdict } from "./judge.ts";
import type { Names } from "./names.ts";
import { NAME_KINDS, type TallyRow, type TargetTables } from "./tables.ts";
import type { Tally } from "./tally.ts";
import { sinceOf, verdictOfCode } from "./verdict-runs.ts";

export interface DayRecord {
  readonly date: string;
  readonly final: boolean;
  /** UTC ms. */
  readonly at: number;
  readonly schools: number;
  readonly book: string;
}

export interface DayTally {
  readonly date: string;
  readonly tally: Tally;
  readonly revised: boolean;
}

export interface HeldVerdict {
  readonly verdict: Verdict;
  readonly evidence: EvidenceClass;
  /** First day of the stretch of this verdict. */
  readonly since: string;
}

/** Reads what was judged. Names that were never written have no history. */
export class HistoryReader {
  readonly #db: Kysely<TargetTables>;
  readonly #names: Names;

  constructor(db: Kysely<TargetTables>, names: Names) {
    this.#db = db;
    this.#names = names;
  }

  /** The names may have grown in another process. */
  refresh(): Promise<void> {
    return this.#names.load();
  }

  /** The newest judged day at or before the date (default: of all). */
  async day(date = "9999-12-31"): Promise<DayRecord | undefined> {
    const row = await this.#db
      .selectFrom("days")
      .selectAll()
      .where("day", "<=", dayNumber(date))
      .orderBy("day", "desc")
      .limit(1)
      .executeTakeFirst();
    return (
      row && {
        date: dateOfDay(row.day),
        final: row.state === 1,
        at: row.at,
        schools: row.schools,
        book: row.book,
      }
    );
  }

  /** The newest day that was judged for good. */
  async finalDay(): Promise<string | undefined> {
    const row = await this.#db
      .selectFrom("days")
      .select("day")
      .where("state", "=", 1)
      .orderBy("day", "desc")
      .limit(1)
      .executeTakeFirst();
    return row && dateOfDay(row.day);
  }

  /** Grows whenever any day is judged, also one that is long over. */
  async version(): Promise<number> {
    const row = await this.#db
      .selectFrom("days")
      .select((select) => select.fn.max("at").as("version"))
      .executeTakeFirst();
    return row?.version ?? 0;
  }

  async firstDay(): Promise<string | undefined> {
    const row = await this.#db.selectFrom("days").select("day").orderBy("day").limit(1).executeTakeFirst();
    return row && dateOfDay(row.day);
  }

  /** What a book was, JSON. */
  async book(hash: string): Promise<string | undefined> {
    const row = await this.#db
      .selectFrom("books")
      .select("content")
      .where("hash", "=", hash)
      .executeTakeFirst();
    return row?.content;
  }

  /**
   * Tallies of regions by target and region, oldest first.
   * @param from first day, inclusive
   * @param to last day, inclusive
   */
  async tallies(
    regions: readonly string[],
    targets: readonly string[],
    from: string,
    to: string,
  ): Promise<Map<string, Map<string, DayTally[]>>> {
    const ids = (kind: 0 | 1, names: readonly string[]) =>
      JSON.stringify(names.flatMap((name) => this.#names.find(kind, name) ?? []));
    const { rows } = await sql<TallyRow>`select t.* from json_each(${ids(NAME_KINDS.region, regions)}) r
      cross join json_each(${ids(NAME_KINDS.target, targets)}) w
      join tallies t on t.region = r.value and t.target = w.value
        and t.day between ${dayNumber(from)} and ${dayNumber(to)}
      order by t.day`.execute(this.#db);
    const found = new Map<string, Map<string, DayTally[]>>();
    for (const row of rows) {
      const target = this.#names.name(row.target)!;
      const region = this.#names.name(row.region)!;
      let byRegion = found.get(target);
      if (!byRegion) found.set(target, (byRegion = new Map()));
      const list = byRegion.get(region);
      const one = { date: dateOfDay(row.day), tally: tallyOfRow(row), revised: row.revised === 1 };
      if (list) list.push(one);
      else byRegion.set(region, [one]);
    }
    return found;
  }

  /** The verdicts that held on the date, by school id. */
  async verdicts(target: string, schools: Iterable<string>, date: string): Promise<Map<string, HeldVerdict>> {
    const found = new Map<string, HeldVerdict>();
    const id = this.#names.find(NAME_KINDS.target, target);
    if (id === undefined) return found;
    const numbers = [...schools].flatMap((school) => this.#names.find(NAME_KINDS.school, school) ?? []);
    const day = dayNumber(date);
    const { rows } = await sql<{
      school: number;
      day: number;
      code: number;
    }>`select school, day, code from verdicts
      where target = ${id} and day <= ${day} and school in (select value from json_each(${JSON.stringify(numbers)}))
      order by school, day`.execute(this.#db);
    for (let from = 0; from < rows.length; ) {
      let end = from;
      while (end < rows.length && rows[end]!.school === rows[from]!.school) end++;
      const runs = rows.slice(from, end);
      const since = sinceOf(runs, day)!;
      found.set(this.#names.name(rows[from]!.school)!, {
        ...verdictOfCode(runs.at(-1)!.code),
        since: dateOfDay(since),
      });
      from = end;
    }
    return found;
  }

  /** Values that a region's number had before it was made again, newest first. */
  async revisions(
    target: string,
    region: string,
    date: string,
  ): Promise<readonly { readonly at: number; readonly was: Tally }[]> {
    const targetId = this.#names.find(NAME_KINDS.target, target);
    const regionId = this.#names.find(NAME_KINDS.region, region);
    if (targetId === undefined || regionId === undefined) return [];
    const rows = await this.#db
      .selectFrom("tally_revisions")
      .select(["at", "was"])
      .where("day", "=", dayNumber(date))
      .where("target", "=", targetId)
      .where("region", "=", regionId)
      .orderBy("id", "desc")
      .limit(20)
      .execute();
    return rows.map(({ at, was }) => ({ at, was: JSON.parse(was) as Tally }));
  }

  /** The audit trail of changed limits, newest first. */
  async changeLog(limit = 200): Promise<readonly { readonly at: number; readonly entry: string }[]> {
    return this.#db
      .selectFrom("change_log")
      .select(["at", "entry"])
      .orderBy("id", "desc")
      .limit(limit)
      .execute();
  }

  /** Keeps a report for good; answers its number. */
  async freeze(row: {
    at: number;
    date: string;
    region: string;
    sha256: string;
    content: string;
  }): Promise<number> {
    const { id } = await this.#db.insertInto("frozen").values(row).returning("id").executeTakeFirstOrThrow();
    return id;
  }

  /** Frozen reports without their content, newest first. */
  async frozen(): Promise<
    readonly {
      readonly id: number;
      readonly at: number;
      readonly date: string;
      readonly region: string;
      readonly sha256: string;
    }[]
  > {
    return this.#db
      .selectFrom("frozen")
      .select(["id", "at", "date", "region", "sha256"])
      .orderBy("id", "desc")
      .limit(1000)
      .execute();
  }

  async frozenContent(id: number): Promise<string | undefined> {
    const row = await this.#db.selectFrom("frozen").select("content").where("id", "=", id).executeTakeFirst();
    return row?.content;
  }
}
