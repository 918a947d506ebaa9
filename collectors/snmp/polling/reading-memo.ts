import { STATUS } from "../../../src/measurements/status.ts";
import { applyRule, type Reading } from "../../../src/profiles/apply-rule.ts";
import { CELL_INPUT, INDEX_INPUT, type PointPlan } from "../plan.ts";
import type { BoundTable } from "./bound-table.ts";
import { gatherInputs, inputValue } from "./inputs.ts";

/**
 * What an expression came to in each row, and for which inputs: an interface's speed is the same at every poll,
 * and asking its expression costs more than reading the varbind. An expression is a function of its inputs alone.
 */
export class ReadingMemo {
  readonly #width: number;
  readonly #inputs: Float64Array;
  readonly #values: Float64Array;
  /** Status and 1; 0: nothing is known. */
  readonly #statuses: Uint8Array;

  /** `inputs`: how many the expression has. */
  constructor(rows: number, inputs: number) {
    this.#width = inputs + 1;
    this.#inputs = new Float64Array(rows * this.#width);
    this.#values = new Float64Array(rows);
    this.#statuses = new Uint8Array(rows);
  }

  /** The reading of the point in that row; `raw` is the number its rule starts from. */
  read(table: BoundTable, plan: PointPlan, row: number, raw: number, into: Reading): void {
    if (this.#holds(table, plan.inputs, row, raw)) {
      into.value = this.#values[row]!;
      into.status = (this.#statuses[row]! - 1) as Reading["status"];
      return;
    }
    applyRule(plan.point.rule, raw, into, gatherInputs(table, row, raw, plan.inputs));
    const at = row * this.#width;
    this.#inputs[at] = raw;
    for (let i = 0; i < plan.inputs.length; i++)
      this.#inputs[at + 1 + i] = inputOf(table, plan.inputs[i]!, row, raw);
    this.#values[row] = into.status === STATUS.ok ? into.value : Number.NaN;
    this.#statuses[row] = into.status + 1;
  }

  #holds(table: BoundTable, inputs: readonly number[], row: number, raw: number): boolean {
    if (this.#statuses[row] === 0) return false;
    const at = row * this.#width;
    if (!same(this.#inputs[at]!, raw)) return false;
    for (let i = 0; i < inputs.length; i++)
      if (!same(this.#inputs[at + 1 + i]!, inputOf(table, inputs[i]!, row, raw))) return false;
    return true;
  }
}

/** A row's index does not change while its table is bound: it need not be compared. */
function inputOf(table: BoundTable, from: number, row: number, raw: number): number {
  return from <= INDEX_INPUT && from > CELL_INPUT ? 0 : inputValue(table, row, raw, from);
}

function same(a: number, b: number): boolean {
  return a === b || (Number.isNaN(a) && Number.isNaN(b));
}

/** The reading of a point that starts from `raw`, by its memo where it has an expression. */
export function readPoint(
  table: BoundTable,
  plan: PointPlan,
  number: number,
  row: number,
  raw: number,
  into: Reading,
): void {
  if (!plan.point.rule.expression) {
    applyRule(plan.point.rule, raw, into);
    return;
  }
  table.memos[number] ??= new ReadingMemo(table.rows, plan.inputs.length);
  table.memos[number].read(table, plan, row, raw, into);
}
