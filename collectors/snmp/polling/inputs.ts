import type { RowCondition, RowsReference } from "../../../src/profiles/compiled.ts";
import { CELL_INPUT, INDEX_INPUT, RAW_INPUT } from "../plan.ts";
import { type BoundTable, CELL } from "./bound-table.ts";
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
  const { over } = table.plan.cells[CELL_INPUT - from]!;
  if (over) return madeOf(foreignRows(table, from, over), over.make);
  const at = foreignCell(table, row, from);
  return at ? at.table.numbers[at.column * at.table.rows + at.row]! : Number.NaN;
}

export interface ForeignCell {
  readonly table: BoundTable;
  readonly column: number;
  readonly row: number;
}

/** Cells of another table that an input is made of, in the order of the rows; at most `most`. */
export function foreignCells(table: BoundTable, row: number, from: number, most: number): ForeignCell[] {
  const { over } = table.plan.cells[CELL_INPUT - from]!;
  if (over) return foreignRows(table, from, over).fitting.slice(0, most);
  const at = foreignCell(table, row, from);
  return at ? [at] : [];
}

/** Rows of the table that have a value; of these those that fulfil the conditions. */
function foreignRows(
  table: BoundTable,
  from: number,
  over: RowsReference,
): { readonly known: number; readonly fitting: ForeignCell[] } {
  const cell = table.plan.cells[CELL_INPUT - from]!;
  const other = table.peers?.get(cell.table);
  const column = other?.plan.columnNumber.get(cell.column);
  const fitting: ForeignCell[] = [];
  let known = 0;
  if (!other || column === undefined) return { known, fitting };
  for (let row = 0; row < other.rows; row++) {
    if ((other.cells[column * other.rows + row]! & CELL.ok) === 0) continue;
    known++;
    if (over.where.every((condition) => holds(other, row, condition)))
      fitting.push({ table: other, column, row });
  }
  return { known, fitting };
}

function holds(table: BoundTable, row: number, { column, compare, number }: RowCondition): boolean {
  const at = table.plan.columnNumber.get(column);
  const value = at === undefined ? Number.NaN : table.numbers[at * table.rows + row]!;
  if (Number.isNaN(value)) return false;
  switch (compare) {
    case "==":
      return value === number;
    case "!=":
      return value !== number;
    case "<":
      return value < number;
    case "<=":
      return value <= number;
    case ">":
      return value > number;
    case ">=":
      return value >= number;
  }
}

/** A table without any value is no value: not a count of none. */
function madeOf(
  { known, fitting }: { readonly known: number; readonly fitting: readonly ForeignCell[] },
  make: RowsReference["make"],
): number {
  if (known === 0) return Number.NaN;
  if (make === "count") return fitting.length;
  const values = fitting.map(({ table, column, row }) => table.numbers[column * table.rows + row]!);
  if (make === "sum") return values.reduce((sum, value) => sum + value, 0);
  // The least of no rows is no value.
  if (values.length === 0) return Number.NaN;
  return values.reduce((best, value) => (make === "min" ? Math.min(best, value) : Math.max(best, value)));
}

/** Where the cell of another table is that an input names; undefined where that table has no such row. */
function foreignCell(table: BoundTable, row: number, from: number): ForeignCell | undefined {
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
