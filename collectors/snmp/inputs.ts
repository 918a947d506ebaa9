import type { BoundTable } from "./bound-table.ts";
import { INDEX_INPUT, RAW_INPUT } from "./plan.ts";

const NONE: readonly number[] = [];

/** Values of an expression's inputs in a row, in their order. The cells that are not read are NaN. */
export function gatherInputs(
  table: BoundTable,
  row: number,
  raw: number,
  inputs: readonly number[],
): ArrayLike<number> {
  if (inputs.length === 0) return NONE;
  const values = new Array<number>(inputs.length);
  for (let i = 0; i < inputs.length; i++) {
    const from = inputs[i]!;
    if (from === RAW_INPUT) values[i] = raw;
    else if (from <= INDEX_INPUT) values[i] = table.indexNumber(row, INDEX_INPUT - from);
    else values[i] = table.numbers[from * table.rows + row]!;
  }
  return values;
}
