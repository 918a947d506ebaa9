/** Where sums begin: over what 32 bits hold, so that a sum that begins anew is never taken for one that went round. */
export const TOTAL_BEGINS = 2 ** 32;

interface Sum {
  total: number;
  /** The rows' values at the reading before. */
  values: ReadonlyMap<string, number>;
}

/**
 * Sums of what counters of many rows have made since campusd began. Rows come and go: one that was not there at the
 * reading before adds nothing yet, and one that began anew adds nothing for that once. So no octet is counted twice,
 * and what a station did before it was first seen is left out.
 */
export class RowTotals {
  readonly #sums = new Map<number, Sum>();

  /** The sum of that series after this reading; `values` by row, owned by the sum from here on. */
  add(series: number, values: ReadonlyMap<string, number>): number {
    const sum = this.#sums.get(series) ?? { total: TOTAL_BEGINS, values: new Map() };
    for (const [row, value] of values) {
      const before = sum.values.get(row);
      if (before !== undefined && value > before) sum.total += value - before;
    }
    sum.values = values;
    this.#sums.set(series, sum);
    return sum.total;
  }
}
