import { INDICATORS } from "../../indicators/list.ts";
import type { Region } from "../../inventory/model.ts";
import type { Target } from "../model.ts";
import type { SchoolState, TargetState } from "../query.ts";
import { counted, ratesOf, type Tally } from "../tally.ts";
import type { Cell, Column, ExportTable } from "./table.ts";
import { CLASS_WORDS, COURSE_WORDS, type Language, TITLES, VERDICT_WORDS, YES } from "./words.ts";

/** A column and how its cell is made of a row. */
type Field<T> = readonly [title: keyof typeof TITLES, kind: Column["kind"], cell: (row: T) => Cell];

function tableOf<T>(
  name: keyof typeof TITLES,
  fields: readonly Field<T>[],
  rows: readonly T[],
  language: Language,
): ExportTable {
  return {
    name: TITLES[name][language],
    columns: fields.map(([title, kind]) => ({ title: TITLES[title][language], kind })),
    rows: rows.map((row) => fields.map(([, , cell]) => cell(row))),
  };
}

function tallyFields<T>(of: (row: T) => Tally): Field<T>[] {
  return [
    ["total", "count", (row) => of(row).total],
    ["counted", "count", (row) => counted(of(row))],
    ["met", "count", (row) => of(row).met],
    ["declared", "count", (row) => of(row).declared],
    ["notMet", "count", (row) => of(row).notMet],
    ["unknown", "count", (row) => of(row).unknown],
    ["notApplicable", "count", (row) => of(row).notApplicable],
    ["rate", "share", (row) => ratesOf(of(row)).worst],
    ["rateKnown", "share", (row) => ratesOf(of(row)).exclude],
    ["rateBest", "share", (row) => ratesOf(of(row)).best],
    ["byMeasured", "count", (row) => of(row).byMeasured],
    ["byInferred", "count", (row) => of(row).byInferred],
    ["byDeclared", "count", (row) => of(row).byDeclared],
    ["oldest", "text", (row) => timeText(of(row).oldest)],
  ];
}

function courseFields<T>(of: (row: T) => TargetState, language: Language): Field<T>[] {
  return [
    ["wanted", "share", (row) => of(row).target.wanted],
    ["by", "text", (row) => of(row).target.by],
    ["perMonth", "share", (row) => of(row).pace.perMonth],
    ["reached", "text", (row) => of(row).pace.reached],
    ["course", "text", (row) => COURSE_WORDS[of(row).course][language]],
    ["revised", "text", (row) => (of(row).revised ? YES[language] : null)],
  ];
}

/** One row a target, in one region. */
export function targetsTable(
  states: readonly TargetState[],
  region: Named,
  date: string,
  language: Language,
): ExportTable {
  const self = (state: TargetState) => state;
  const fields: Field<TargetState>[] = [
    ["id", "text", ({ target }) => target.id],
    ["name", "text", ({ target }) => target.name[language]],
    ["set", "text", ({ target }) => target.setName[language]],
    ["definition", "text", ({ target }) => target.definition],
    ["document", "text", ({ target }) => target.document[language]],
    ["clause", "text", ({ target }) => target.clause[language]],
    ["region", "text", () => regionName(region, language)],
    ["date", "text", () => date],
    ...tallyFields<TargetState>(({ tally }) => tally),
    ["amount", "count", ({ target, tally }) => (target.measure === "sum" ? tally.amount : null)],
    ...courseFields(self, language),
    ["changed", "text", ({ target }) => (target.changes.length > 0 ? YES[language] : null)],
  ];
  return tableOf("targets", fields, states, language);
}

/** One row a region, of one target. */
export function regionsTable(
  rows: readonly { readonly region: Region; readonly state: TargetState }[],
  date: string,
  language: Language,
): ExportTable {
  type Row = (typeof rows)[number];
  const fields: Field<Row>[] = [
    ["path", "text", ({ region }) => region.path],
    ["region", "text", ({ region }) => regionName(region, language)],
    ["date", "text", () => date],
    ...tallyFields<Row>(({ state }) => state.tally),
    ...courseFields<Row>(({ state }) => state, language),
  ];
  return tableOf("regions", fields, rows, language);
}

/** One row a school, of one target, with the value of each condition. */
export function schoolsTable(
  target: Target,
  rows: readonly SchoolState[],
  date: string,
  language: Language,
): ExportTable {
  const fields: Field<SchoolState>[] = [
    ["id", "text", ({ school }) => school.id],
    ["path", "text", ({ school }) => school.path],
    ["name", "text", ({ school }) => (language === "en" ? (school.nameEn ?? school.name) : school.name)],
    ["date", "text", () => date],
    ["verdict", "text", ({ verdict }) => VERDICT_WORDS[verdict][language]],
    ["evidence", "text", ({ evidence }) => CLASS_WORDS[evidence][language]],
    ["since", "text", ({ since }) => since],
    ["newest", "text", ({ at }) => timeText(at)],
  ];
  const table = tableOf("schools", fields, rows, language);
  const values = target.conditions.map(({ indicator, op, limit }): Column => {
    const share = INDICATORS.get(indicator)!.kind === "share";
    return {
      title: `${indicator} ${op} ${share ? `${percent(limit)}` : limit}`,
      kind: share ? "share" : "count",
    };
  });
  return {
    ...table,
    columns: [...table.columns, ...values],
    rows: table.rows.map((cells, i) => [...cells, ...rows[i]!.values.map((value) => value?.value ?? null)]),
  };
}

/** A region, or a school in its place. */
type Named = Pick<Region, "name" | "nameEn">;

export function regionName(region: Named, language: Language): string {
  return language === "en" ? (region.nameEn ?? region.name) : region.name;
}

/** `95 %`, with a digit after the point where there is one. */
export function percent(share: number): string {
  return `${Number((share * 100).toFixed(1))} %`;
}

/** ISO 8601 in UTC. */
function timeText(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}
