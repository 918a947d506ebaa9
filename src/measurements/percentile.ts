/** The 95th percentile. */
export const PERCENTILE = 0.95;

/**
 * The nearest rank of n values, from 1: ceil(share x n). Written so that 0.95 x 8640 is 8208 and not one more
 * by what float64 leaves over.
 */
export function nearestRank(n: number, share = PERCENTILE): number {
  return Math.max(1, Math.ceil(share * n - 1e-9 * n));
}

/** The percentile of ascending values by nearest rank, nothing interpolated; null of none. */
export function percentileOf(ascending: ArrayLike<number>, share = PERCENTILE): number | null {
  const n = ascending.length;
  return n === 0 ? null : ascending[nearestRank(n, share) - 1]!;
}

/** The middle of values in any order, or the mean of the two in the middle; null of none. */
export function medianOf(values: ArrayLike<number>): number | null {
  const n = values.length;
  if (n === 0) return null;
  const sorted = Float64Array.from(values).sort();
  const half = n >> 1;
  return n % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}
