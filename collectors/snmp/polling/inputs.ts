import { CELL_INPUT, INDEX_INPUT, RAW_INPUT } from "../plan.ts";
import type { BoundTable } from "./bound-table.ts";
import { joinedRow } from "./joined-row.ts";

const NONE: readonly number[] = [];
/** Longest text that a pattern is tried on: a bound for its time. */
const MAX_PATTERN_TEXT = 256;

/** Values of an expression's inputs in a row, in their order. The cells that are not read are NaN. */
export function gatherInputs(
  table: BoundTable,
  row: number,
  raw: number,
  inputs: readonly number[],
): ArrayLike<number> {
  if (inputs.length === 0) return NONE;
  const values = new Array<number>(inputs.length);
  for (let i = 0; i < inputs.length; i++) values[i] = inputValue(table, row, raw, inputs[i]!);
  return values;
}

/** One input of an expression; NaN where there is no such cell. */
export function inputValue(table: BoundTable, row: number, raw: number, from: number): number {
  if (from >= 0) return table.numbers[from * table.rows + row]!;
  if (from === RAW_INPUT) return raw;
  if (from > CELL_INPUT) return table.indexNumber(row, INDEX_INPUT - from);
  const at = foreignCell(table, row, from);
  return at ? at.table.numbers[at.column * at.table.rows + at.row]! : Number.NaN;
}

/** Where the cell of another table is that an input names; undefined where that table has no such row. */
export function foreignCell(
  table: BoundTable,
  row: number,
  from: number,
): { readonly table: BoundTable; readonly column: number; readonly row: number } | undefined {
  const cell = table.plan.cells[CELL_INPUT - from]!;
  const other = table.peers?.get(cell.table);
  const column = other?.plan.columnNumber.get(cell.column);
  if (!other || column === undefined) return undefined;
  const there = cell.find
    ? foundRow(other, cell.find.column, cell.find.pattern)
    : joinedRow(other, table, row, cell.by);
  return there < 0 ? undefined : { table: other, column, row: there };
}

/** The first row whose text matches, -1. */
function foundRow(other: BoundTable, name: string, pattern: RegExp): number {
  const column = other.plan.columnNumber.get(name);
  if (column === undefined) return -1;
  for (let row = 0; row < other.rows; row++) {
    const text = other.cellText(column, row);
    if (text !== undefined && pattern.test(text.slice(0, MAX_PATTERN_TEXT))) return row;
  }
  return -1;
}
