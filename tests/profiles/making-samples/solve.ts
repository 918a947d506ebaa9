import { STATUS } from "../../../src/measurements/status.ts";
import { applyRule, type Reading } from "../../../src/profiles/apply-rule.ts";
import type { SnmpColumn, SnmpPoint } from "../../../src/profiles/compiled.ts";
import type { RowMaker } from "./row-maker.ts";

/** Raw numbers that are tried: small ones each, then ever further apart; both signs. */
const TRIED: readonly number[] = (() => {
  const list: number[] = [];
  for (let n = 1; n <= 1000; n++) list.push(n);
  for (let n = 1000; n < 4e9; n *= 1.01) list.push(Math.round(n));
  return [...list, 0, ...list.slice(0, 1400).map((n) => -n)];
})();

/**
 * Writes into the point's column the raw number of which the profile makes what comes next to the target, with the
 * other columns as they are or made up. False where none comes out as a value.
 */
export function solveNumber(row: RowMaker, point: SnmpPoint, column: SnmpColumn, target: number): boolean {
  const { expression } = point.rule;
  for (const name of expression?.inputs ?? []) {
    const other = name === column.id ? undefined : row.column(name);
    if (other) row.ensure(other);
  }
  const into: Reading = { value: Number.NaN, status: STATUS.absent };
  const at = (raw: number): number => {
    row.numbers.set(column.id, raw);
    const inputs = (expression?.inputs ?? []).map((name) =>
      name === "raw" || name === column.id ? raw : row.inputOf(name, expression!, point),
    );
    applyRule(point.rule, raw, into, inputs);
    return into.status === STATUS.ok ? into.value : Number.NaN;
  };
  let best = Number.NaN;
  let error = Number.POSITIVE_INFINITY;
  for (const raw of TRIED) {
    const off = Math.abs(at(raw) - target);
    // The first that is as near: agents send the plainest number.
    if (off < error - 1e-9) [best, error] = [raw, off];
    if (off < 1e-6) break;
  }
  row.numbers.delete(column.id);
  if (Number.isNaN(best)) return false;
  row.write(column, column.decode === "ticks" ? best * 100 : best);
  return true;
}
