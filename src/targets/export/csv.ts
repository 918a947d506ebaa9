import type { Cell, ExportTable } from "./table.ts";

/** A spreadsheet takes text that begins so for a formula, and runs it. */
const FORMULA = /^[=+\-@\t\r]/;

/**
 * RFC 4180 with a byte order mark, which spreadsheets need to see UTF-8. Text that a spreadsheet would take for a
 * formula has an apostrophe in front; numbers stay numbers.
 */
export function csvOf(table: ExportTable): Buffer {
  const lines = [
    table.columns.map((column) => quoted(column.title)),
    ...table.rows.map((row) => row.map(cellText)),
  ];
  return Buffer.from(`\u{feff}${lines.map((cells) => cells.join(",")).join("\r\n")}\r\n`, "utf8");
}

function cellText(cell: Cell): string {
  if (cell === null) return "";
  if (typeof cell === "number") return Number.isFinite(cell) ? String(cell) : "";
  return quoted(cell);
}

function quoted(text: string): string {
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n\t]/.test(safe) || safe !== safe.trim() ? `"${safe.replaceAll('"', '""')}"` : safe;
}
