import { type Kysely, sql } from "kysely";
import type { TargetTables } from "./tables.ts";

/** Something that a person or an office says about a school, with where it comes from. */
export interface Declaration {
  /** `declared.5g`. */
  readonly indicator: string;
  /** School id. */
  readonly school: string;
  /** In the indicator's unit; a share is 0..1, yes is 1. */
  readonly value: number;
  /** Who says so: a document, a list, an office. */
  readonly source: string;
  /** Date from which it holds, `2026-11-22`. */
  readonly date: string;
  /** Last date on which it holds; null: until another takes its place. */
  readonly until: string | null;
}

export interface DeclarationImport {
  readonly at: number;
  readonly who: string;
  readonly files: readonly { readonly name: string; readonly sha256: string; readonly bytes: number }[];
}

const CHUNK = 1000;

/** Declarations with their history: nothing is overwritten, the newest date that holds wins. */
export class DeclarationTable {
  readonly #db: Kysely<TargetTables>;

  constructor(db: Kysely<TargetTables>) {
    this.#db = db;
  }

  /** Adds what is not there already, all or nothing; answers how many were new. */
  async add(declarations: readonly Declaration[], imported: DeclarationImport): Promise<number> {
    return this.#db.transaction().execute(async (transaction) => {
      const { id } = await transaction
        .insertInto("declaration_imports")
        .values({
          at: imported.at,
          who: imported.who,
          files: JSON.stringify(imported.files),
          rows: declarations.length,
        })
        .returning("id")
        .executeTakeFirstOrThrow();
      let added = 0;
      for (let from = 0; from < declarations.length; from += CHUNK) {
        const part = JSON.stringify(declarations.slice(from, from + CHUNK));
        const { numAffectedRows } =
          await sql`insert into declarations (indicator, school, value, source, date, until, import)
          select j.value ->> 'indicator', j.value ->> 'school', j.value ->> 'value', j.value ->> 'source',
            j.value ->> 'date', j.value ->> 'until', ${id}
          from json_each(${part}) j
          where not exists (select 1 from declarations d where d.school = j.value ->> 'school'
            and d.indicator = j.value ->> 'indicator' and d.date = j.value ->> 'date'
            and d.value = j.value ->> 'value' and d.source = j.value ->> 'source'
            and d.until is (j.value ->> 'until')
            and d.id = (select max(e.id) from declarations e where e.school = d.school
              and e.indicator = d.indicator and e.date = d.date))`.execute(transaction);
        added += Number(numAffectedRows ?? 0);
      }
      return added;
    });
  }

  /** Changes whenever declarations are added. */
  async version(): Promise<number> {
    const row = await this.#db
      .selectFrom("declarations")
      .select((select) => select.fn.max("id").as("version"))
      .executeTakeFirst();
    return row?.version ?? 0;
  }

  /** Of a school (or of all), by indicator, newest first. */
  async list(
    school?: string,
  ): Promise<(Declaration & { readonly id: number; readonly at: number; readonly who: string })[]> {
    let query = this.#db
      .selectFrom("declarations")
      .innerJoin("declaration_imports", "declaration_imports.id", "declarations.import")
      .select([
        "declarations.id",
        "indicator",
        "school",
        "value",
        "source",
        "date",
        "until",
        "declaration_imports.at",
        "who",
      ])
      .orderBy("school")
      .orderBy("indicator")
      .orderBy("date", "desc")
      .orderBy("declarations.id", "desc");
    if (school !== undefined) query = query.where("school", "=", school);
    return query.execute();
  }

  /** What is declared from the first day of all on; the newest of each school, indicator and date. */
  async all(): Promise<Declaration[]> {
    const { rows } = await sql<
      Declaration & { id: number }
    >`select max(id) as id, indicator, school, value, source, date, until
      from declarations group by school, indicator, date order by school, indicator, date`.execute(this.#db);
    return rows.map(({ indicator, school, value, source, date, until }) => ({
      indicator,
      school,
      value,
      source,
      date,
      until,
    }));
  }
}
