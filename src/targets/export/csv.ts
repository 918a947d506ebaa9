import type { ExportTable } from "./table.ts";

/** A cell of a CSV file: null and undefined are an empty one. */
export type CsvCell = string | number | boolean | null | undefined;

/** What a spreadsheet takes for a formula when a cell begins with it (OWASP, CSV injection); full-width signs too. */
const FORMULA = /^[\s\u{feff}]*[=+\-@\uff1d\uff0b\uff0d\uff20|%]|^[\t\r\n]/u;

/** Whether a spreadsheet might run the text instead of showing it. */
export function isFormula(text: string): boolean {
  return FORMULA.test(text);
}

/**
 * One cell: quoted where it must be (RFC 4180). A text that a spreadsheet would take for a formula gets a quote mark
 * before it, which spreadsheets do not show; numbers are written as they are, in full.
 */
export function csvCell(value: CsvCell): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return Number.isFinite(value) ? String(value) : "";
  const text = typeof value === "string" && isFormula(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) || text !== text.trim() ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A row with its line end. */
export function csvRow(cells: readonly CsvCell[]): string {
  return `${cells.map(csvCell).join(",")}\r\n`;
}

/** A whole file: begins with a byte order mark, by which spreadsheets know UTF-8. */
export function csvFile(header: readonly string[], rows: Iterable<readonly CsvCell[]>): string {
  let text = `\u{feff}${csvRow(header)}`;
  for (const row of rows) text += csvRow(row);
  return text;
}

/** A table as a CSV file. */
export function csvOf(table: ExportTable): Buffer {
  const titles = table.columns.map((column) => column.title);
  return Buffer.from(csvFile(titles, table.rows), "utf8");
}
