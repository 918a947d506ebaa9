import { deflateRawSync, inflateRawSync } from "node:zlib";
import { type Kysely, sql } from "kysely";
import type { IndicatorValue } from "../indicators/contract.ts";
import { dayNumber } from "./days.ts";
import type { Names } from "./names.ts";
import { NAME_KINDS, type TargetTables } from "./tables.ts";

/** A value and the local days that it is made of. */
export interface DatedValue {
  readonly days: number;
  readonly value: IndicatorValue;
}

/** The values of one school on one day. */
export interface SchoolValues {
  readonly school: string;
  readonly values: readonly DatedValue[];
}

/** The values that schools were judged by: what a page shows, and what a day is judged from again. */
export class ValueTable {
  readonly #db: Kysely<TargetTables>;
  readonly #names: Names;

  constructor(db: Kysely<TargetTables>, names: Names) {
    this.#db = db;
    this.#names = names;
  }

  /** In place of what the day held for these schools; one commit. */
  async write(date: string, schools: readonly SchoolValues[]): Promise<void> {
    await this.#names.intern(
      NAME_KINDS.school,
      schools.map((one) => one.school),
    );
    const day = dayNumber(date);
    const rows = schools.map(({ school, values }) => ({
      day,
      school: this.#names.find(NAME_KINDS.school, school)!,
      data: pack(values),
    }));
    for (let from = 0; from < rows.length; from += 100)
      await this.#db
        .replaceInto("school_values")
        .values(rows.slice(from, from + 100))
        .execute();
  }

  /** By school id; schools without values are left out. */
  async read(date: string, schools: Iterable<string>): Promise<Map<string, readonly DatedValue[]>> {
    const ids: number[] = [];
    for (const school of schools) {
      const id = this.#names.find(NAME_KINDS.school, school);
      if (id !== undefined) ids.push(id);
    }
    const found = new Map<string, readonly DatedValue[]>();
    if (ids.length === 0) return found;
    const { rows } = await sql<{ school: number; data: Uint8Array }>`select school, data from school_values
      where day = ${dayNumber(date)} and school in (select value from json_each(${JSON.stringify(ids)}))`.execute(
      this.#db,
    );
    for (const { school, data } of rows) {
      const name = this.#names.name(school)!;
      found.set(name, unpack(name, data));
    }
    return found;
  }

  /** Whether the day's values are still kept. */
  async has(date: string): Promise<boolean> {
    const row = await this.#db
      .selectFrom("school_values")
      .select("day")
      .where("day", "=", dayNumber(date))
      .limit(1)
      .executeTakeFirst();
    return row !== undefined;
  }
}

type Packed = [
  indicator: string,
  days: number,
  value: number | null,
  numerator: number | null,
  denominator: number | null,
  unknown: number,
  evidence: string,
  confidence: string | null,
  from: number,
  to: number,
  at: number | null,
  why: string | null,
];

function pack(values: readonly DatedValue[]): Uint8Array {
  const rows = values.map(
    ({ days, value: one }): Packed => [
      one.indicator,
      days,
      one.value,
      one.numerator,
      one.denominator,
      one.unknown,
      one.evidence,
      one.confidence ?? null,
      one.window.from,
      one.window.to,
      one.at,
      one.why ?? null,
    ],
  );
  return deflateRawSync(JSON.stringify(rows), { level: 1 });
}

function unpack(school: string, data: Uint8Array): DatedValue[] {
  const rows = JSON.parse(inflateRawSync(data).toString()) as Packed[];
  return rows.map(
    ([indicator, days, value, numerator, denominator, unknown, evidence, confidence, from, to, at, why]) => ({
      days,
      value: {
        indicator,
        school,
        value,
        numerator,
        denominator,
        unknown,
        evidence,
        window: { from, to },
        at,
        ...(confidence === null ? {} : { confidence }),
        ...(why === null ? {} : { why }),
      } as IndicatorValue,
    }),
  );
}
