import { closest } from "../settings/closest.ts";
import { printable } from "../settings/wording.ts";
import { CSV_COLUMNS, type CsvColumn, type CsvKind, normalizeName } from "./csv-columns.ts";

export interface CsvHeader {
  readonly kind: CsvKind;
  /** By position; undefined for a column without a name. */
  readonly columns: readonly (CsvColumn | undefined)[];
  /** The header cells as they stand in the file. */
  readonly names: readonly string[];
}

export interface HeaderProblem {
  /** From 0; undefined for the header as a whole. */
  readonly column?: number;
  readonly text: string;
}

interface Candidate {
  readonly kind: CsvKind;
  readonly columns: readonly (CsvColumn | undefined)[];
  readonly unknown: readonly number[];
  readonly missing: readonly CsvColumn[];
}

/**
 * Tells from the header which kind of file it is: of the kinds whose required columns are all there, the one
 * with the fewest names it does not know.
 */
export function readHeader(cells: readonly string[]): {
  readonly header?: CsvHeader;
  readonly problems: HeaderProblem[];
} {
  const names = cells.map((cell) => cell.replace(/^\u{feff}/u, "").trim());
  const candidates = (Object.keys(CSV_COLUMNS) as CsvKind[]).map((kind) => candidate(kind, names));
  const [best] = candidates.sort(
    (a, b) => a.missing.length - b.missing.length || a.unknown.length - b.unknown.length,
  );
  if (!best) return { problems: [] };
  const problems: HeaderProblem[] = [];
  const matched = best.columns.filter((column) => column !== undefined).length;
  if (best.missing.length > 0) {
    problems.push({ text: matched < 2 ? unknownHeader() : missingColumns(best) });
    if (matched < 2) return { problems };
  }
  for (const column of best.unknown) problems.push({ column, text: unknownName(names[column]!, best.kind) });
  const seen = new Map<CsvColumn, number>();
  for (const [position, column] of best.columns.entries()) {
    if (!column) continue;
    const first = seen.get(column);
    if (first !== undefined)
      problems.push({
        column: position,
        text: `means the same as column ${columnLetter(first)}; keep one of the two`,
      });
    seen.set(column, position);
  }
  return problems.length > 0
    ? { problems }
    : { header: { kind: best.kind, columns: best.columns, names }, problems };
}

function candidate(kind: CsvKind, names: readonly string[]): Candidate {
  const byName = new Map<string, CsvColumn>();
  for (const column of CSV_COLUMNS[kind])
    for (const name of column.names) byName.set(normalizeName(name), column);
  const columns = names.map((name) => byName.get(normalizeName(name)));
  return {
    kind,
    columns,
    unknown: names.flatMap((name, index) => (name !== "" && columns[index] === undefined ? [index] : [])),
    missing: CSV_COLUMNS[kind].filter((column) => column.required && !columns.includes(column)),
  };
}

function unknownHeader(): string {
  const kinds = Object.entries(CSV_COLUMNS).map(([kind, columns]) => {
    const needed = columns.filter((column) => column.required).map((column) => column.names[0]);
    return `${kind} (${needed.join(", ")})`;
  });
  return `is not a header that is known; the first row names the columns, at least those of one of: ${kinds.join("; ")}`;
}

function missingColumns(best: Candidate): string {
  const missing = best.missing.map((column) => `${column.names[0]} (${chineseName(column)})`).join(", ");
  return `looks like a file of ${best.kind} and lacks columns; add ${missing}`;
}

function unknownName(name: string, kind: CsvKind): string {
  const all = CSV_COLUMNS[kind];
  const meant = closest(
    name,
    all.flatMap((column) => column.names),
  );
  const hint = meant ? `did you mean "${meant}"? ` : "";
  return `"${printable(name)}" is not a column of a file of ${kind}; ${hint}columns: ${all.map((column) => column.names[0]).join(", ")}`;
}

/** The first Chinese name of a column, else its English one. */
export function chineseName(column: CsvColumn): string {
  return column.names.find((name) => /\p{Script=Han}/u.test(name)) ?? column.names[0]!;
}

/** 0 to A, 25 to Z, 26 to AA: as spreadsheets count. */
export function columnLetter(column: number): string {
  const rest = Math.floor(column / 26);
  return (rest > 0 ? columnLetter(rest - 1) : "") + String.fromCharCode(65 + (column % 26));
}
