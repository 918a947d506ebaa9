import { isDate } from "../indicators/calendar.ts";
import { INDICATORS, type IndicatorId } from "../indicators/list.ts";
import { columnLetter } from "../inventory/csv-header.ts";
import { CsvSyntaxProblem, csvRecords } from "../inventory/csv-rows.ts";
import {
  IMPORT_LIMITS,
  type ImportFile,
  type ImportLimits,
  type InspectedFile,
  inspectFile,
} from "../inventory/import-file.ts";
import { type ImportProblem, ProblemList } from "../inventory/import-problems.ts";
import { closest } from "../settings/closest.ts";
import { printable } from "../settings/wording.ts";
import { parseYamlSource } from "../settings/yaml-source.ts";
import type { Declaration } from "./declaration-table.ts";

/** What a person writes; the first name is the one in messages. */
const COLUMNS = {
  indicator: ["indicator", "指标"],
  school: ["school", "学校", "学校编号", "school id"],
  value: ["value", "值", "数值"],
  source: ["source", "来源", "依据"],
  date: ["date", "日期"],
  until: ["until", "有效期至", "截止日期"],
} as const;
type Field = keyof typeof COLUMNS;
const FIELDS = Object.keys(COLUMNS) as Field[];
const DECLARED: readonly IndicatorId[] = [...INDICATORS.keys()].filter(
  (id) => INDICATORS.get(id)!.maker === "declared",
);
const LONGEST_SOURCE = 300;
const MOST_VALUE = 1e9;
/** Looking for the school that was meant takes long among tens of thousands: so many problems have it. */
const MOST_HINTS = 50;

export interface DeclarationPlan {
  readonly declarations: readonly Declaration[];
  readonly files: readonly {
    readonly name: string;
    readonly sha256: string;
    readonly bytes: number;
    readonly rows: number;
  }[];
  readonly problems: readonly ImportProblem[];
  readonly problemCount: number;
}

/**
 * Whether a file declares values and lists no inventory: its header has the columns indicator and value, or its
 * first key is `declarations`. Throws E_FILE when it cannot be read.
 */
export async function isDeclarationFile(
  file: ImportFile,
  limits: ImportLimits = IMPORT_LIMITS,
): Promise<boolean> {
  const inspected = await inspectFile(file, limits);
  // What cannot be taken at all is told of by the import of inventories.
  if (typeof inspected === "string") return false;
  const { form, head } = inspected;
  if (form === "yaml") return /(^|\n|\{)\s*"?declarations"?\s*:/.test(head);
  const lines = head.split(/\r\n|\n|\r/);
  const first = (/^sep=/i.test(lines[0]!) ? lines[1] : lines[0]) ?? "";
  const names = first.split(/[,;\t]/).map((cell) => fieldOf(cell.replaceAll('"', "")));
  return names.includes("indicator") && names.includes("value");
}

/** Reads and checks files of declarations. Throws E_FILE when one cannot be read. */
export async function planDeclarations(
  files: readonly ImportFile[],
  schools: { has(id: string): boolean; keys(): Iterable<string> },
  limits: ImportLimits = IMPORT_LIMITS,
): Promise<DeclarationPlan> {
  const problems = new ProblemList(limits.problems);
  const declarations: Declaration[] = [];
  const read: { name: string; sha256: string; bytes: number; rows: number }[] = [];
  const seen = new Map<string, string>();
  for (const file of files) {
    const inspected = await inspectFile(file, limits);
    const name = typeof file === "string" ? file : file.name;
    if (typeof inspected === "string") {
      problems.add({ file: name, text: inspected });
      continue;
    }
    const before = declarations.length;
    for await (const entry of entries(inspected, limits, problems)) {
      const declaration = checked(entry, schools, problems);
      if (!declaration) continue;
      const key = `${declaration.school} ${declaration.indicator} ${declaration.date}`;
      const where = seen.get(key);
      if (where !== undefined) {
        problems.add({
          ...entry.place(),
          text: `declares the same school, indicator and date as ${where}; keep one of the two`,
        });
        continue;
      }
      seen.set(key, entry.label);
      declarations.push(declaration);
    }
    const { sha256, bytes } = inspected;
    read.push({ name, sha256, bytes, rows: declarations.length - before });
  }
  return { declarations, files: read, problems: problems.kept, problemCount: problems.count };
}

/** A row or list entry before its values are checked. */
interface Entry {
  readonly values: Readonly<Partial<Record<Field, string>>>;
  /** `rows.csv row 7`. */
  readonly label: string;
  /** Where the field, or the whole entry, stands. */
  place(field?: Field): Omit<ImportProblem, "text">;
}

function entries(file: InspectedFile, limits: ImportLimits, problems: ProblemList): AsyncGenerator<Entry> {
  return file.form === "yaml" ? yamlEntries(file, problems) : csvEntries(file, limits, problems);
}

async function* csvEntries(
  file: InspectedFile,
  limits: ImportLimits,
  problems: ProblemList,
): AsyncGenerator<Entry> {
  let header: (Field | undefined)[] | undefined;
  let names: readonly string[] = [];
  let rows = 0;
  const column = (position: number) => ({ letter: columnLetter(position), header: names[position] ?? "" });
  try {
    for await (const { cells, row } of csvRecords(file)) {
      if (cells.every((cell) => cell.trim() === "")) continue;
      if (!header) {
        names = cells.map((cell) => cell.replace(/^\u{feff}/u, "").trim());
        header = names.map(fieldOf);
        if (!headerFits(file, row, header, names, problems)) return;
        continue;
      }
      if (++rows > limits.rows) {
        problems.add({ file: file.name, row, text: `the file has more than ${limits.rows} rows; split it` });
        return;
      }
      const values: Partial<Record<Field, string>> = {};
      for (const [position, field] of header.entries())
        if (field) values[field] = cells[position]?.trim() ?? "";
      const places = header;
      yield {
        values,
        label: `${file.name} row ${row}`,
        place: (field) => {
          const position = field ? places.indexOf(field) : -1;
          return { file: file.name, row, ...(position < 0 ? {} : { column: column(position) }) };
        },
      };
    }
  } catch (error) {
    if (!(error instanceof CsvSyntaxProblem)) throw error;
    problems.add({ file: file.name, line: error.line, text: error.message });
  }
}

function headerFits(
  file: InspectedFile,
  row: number,
  header: readonly (Field | undefined)[],
  names: readonly string[],
  problems: ProblemList,
): boolean {
  let fits = true;
  const known = FIELDS.map((field) => `${COLUMNS[field][0]} (${COLUMNS[field][1]})`).join(", ");
  for (const [position, name] of names.entries()) {
    if (name === "") continue;
    const field = header[position];
    const place = { file: file.name, row, column: { letter: columnLetter(position), header: name } };
    if (!field) {
      fits = false;
      const meant = closest(
        name,
        FIELDS.flatMap((one) => COLUMNS[one]),
      );
      problems.add({
        ...place,
        text: `is not a column of a file of declarations; ${meant ? `did you mean "${meant}"? ` : ""}columns: ${known}`,
      });
    } else if (header.indexOf(field) !== position) {
      fits = false;
      problems.add({
        ...place,
        text: `means the same as column ${columnLetter(header.indexOf(field))}; keep one of the two`,
      });
    }
  }
  const missing = FIELDS.filter((field) => field !== "until" && !header.includes(field));
  if (missing.length > 0) {
    fits = false;
    problems.add({
      file: file.name,
      row,
      text: `lacks the columns ${missing.join(", ")}; columns: ${known}`,
    });
  }
  return fits;
}

async function* yamlEntries(file: InspectedFile, problems: ProblemList): AsyncGenerator<Entry> {
  let text = "";
  try {
    for await (const piece of file.text()) text += piece;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    problems.add({
      file: file.name,
      text: "has octets that are neither UTF-8 nor GB18030; save it as UTF-8",
    });
    return;
  }
  const source = parseYamlSource(text, file.name);
  for (const { line, key, text } of source.problems) problems.add({ file: file.name, line, key, text });
  if (source.problems.length > 0) return;
  const list = (source.value as { declarations?: unknown } | null)?.declarations;
  const others = Object.keys((source.value ?? {}) as object).filter((key) => key !== "declarations");
  for (const key of others)
    problems.add({
      file: file.name,
      line: source.locate([key], "key").line,
      key,
      text: "has no place beside declarations; put the inventory in a file of its own",
    });
  if (!Array.isArray(list)) {
    problems.add({
      file: file.name,
      line: source.locate(["declarations"]).line,
      key: "declarations",
      text: "is not a list; write one entry a school and indicator, each beginning with -",
    });
    return;
  }
  for (const [index, raw] of list.entries()) {
    const path = ["declarations", index];
    const place = (field?: Field) => ({
      file: file.name,
      line: source.locate(field ? [...path, field] : path).line,
      key: `declarations[${index}]${field ? `.${field}` : ""}`,
    });
    if (raw === null || typeof raw !== "object" || Array.isArray(raw)) {
      problems.add({
        ...place(),
        text: "is not a map of keys; write indicator, school, value, source and date",
      });
      continue;
    }
    const values: Partial<Record<Field, string>> = {};
    for (const [key, value] of Object.entries(raw)) {
      if (FIELDS.includes(key as Field))
        values[key as Field] =
          value === true ? "yes" : value === false ? "no" : value === null ? "" : String(value);
      else {
        const meant = closest(key, FIELDS);
        problems.add({
          ...place(),
          text: `unknown key "${printable(key)}"; ${meant ? `did you mean "${meant}"? ` : ""}keys here: ${FIELDS.join(", ")}`,
        });
      }
    }
    yield { values, label: `${file.name}:${place().line}`, place };
  }
}

function checked(
  { values, place }: Entry,
  schools: { has(id: string): boolean; keys(): Iterable<string> },
  problems: ProblemList,
): Declaration | undefined {
  let good = true;
  const wrong = (field: Field, text: string): undefined => {
    good = false;
    problems.add({ ...place(field), text });
  };
  const { indicator = "", school = "", value = "", source = "", until = "" } = values;
  if (!DECLARED.includes(indicator as IndicatorId)) wrong("indicator", unknownIndicator(indicator));
  if (!schools.has(school)) {
    const meant = school !== "" && problems.count < MOST_HINTS ? closest(school, schools.keys()) : undefined;
    wrong(
      "school",
      school === ""
        ? "is empty; write the id of a school"
        : `"${printable(school)}" is no school of the inventory; ${meant ? `did you mean "${meant}"? ` : ""}write a school's id`,
    );
  }
  const number = numberOf(value);
  const kind = INDICATORS.get(indicator as IndicatorId)?.kind;
  if (number === undefined)
    wrong(
      "value",
      value === ""
        ? "is empty; write a number, a percentage, or yes or no"
        : `"${printable(value)}" is no value; write a number, a percentage such as 60%, or yes or no`,
    );
  else if (kind === "share" && number > 1)
    wrong("value", `is ${printable(value)}; a share is 0 to 1, or a percentage such as 60%`);
  if (source.trim() === "") wrong("source", "is empty; write who says so, as the title and date of a list");
  else if (source.length > LONGEST_SOURCE)
    wrong("source", `is longer than ${LONGEST_SOURCE} characters; write the title of the document alone`);
  const date = dateOf(values.date ?? "");
  if (date === undefined)
    wrong("date", `"${printable(values.date ?? "")}" is not a date; write one such as 2026-11-22`);
  const end = until === "" ? null : dateOf(until);
  if (end === undefined)
    wrong("until", `"${printable(until)}" is not a date; write one such as 2027-12-31, or nothing`);
  else if (end !== null && date !== undefined && end < date)
    wrong("until", "lies before the date; correct one of the two");
  if (!good) return undefined;
  return { indicator, school, value: number!, source: source.trim(), date: date!, until: end! };
}

function unknownIndicator(indicator: string): string {
  if (INDICATORS.has(indicator as IndicatorId))
    return `"${indicator}" is made of device data or the register and is not declared; write one of ${DECLARED.join(", ")}`;
  const meant = closest(indicator, DECLARED);
  return `"${printable(indicator)}" is no indicator that is declared; ${meant ? `did you mean "${meant}"? ` : ""}write one of ${DECLARED.join(", ")}`;
}

/** `0.6`, `60%`, `yes`, `是`; undefined for anything else, and for what is below 0. */
function numberOf(text: string): number | undefined {
  const word = text.trim().toLowerCase();
  if (["yes", "是", "有", "true"].includes(word)) return 1;
  if (["no", "否", "无", "false"].includes(word)) return 0;
  const match = /^(\d{1,12}(?:\.\d{1,12})?)\s*([%％])?$/.exec(word);
  if (!match) return undefined;
  const number = match[2] ? Number(match[1]) / 100 : Number(match[1]);
  return number <= MOST_VALUE ? number : undefined;
}

/** `2026-11-22`, `2026/11/2`, `2026年11月2日`. */
function dateOf(text: string): string | undefined {
  const match = /^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$/.exec(text.trim());
  if (!match) return undefined;
  const date = `${match[1]}-${match[2]!.padStart(2, "0")}-${match[3]!.padStart(2, "0")}`;
  return isDate(date) ? date : undefined;
}

function fieldOf(name: string): Field | undefined {
  const word = name
    .replace(/^\u{feff}/u, "")
    .trim()
    .toLowerCase();
  return FIELDS.find((field) => (COLUMNS[field] as readonly string[]).includes(word));
}
