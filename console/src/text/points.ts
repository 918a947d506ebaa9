type Point = readonly [number, number];
export type Gapped = readonly [number, number | null];

/** Where two points are further apart than one and a half steps, an empty one between them breaks the line. */
export function withGaps(points: readonly Point[], stepMs: number): Gapped[] {
  const out: Gapped[] = [];
  for (const point of points) {
    const before = out.at(-1);
    if (before && point[0] - before[0] > stepMs * 1.5) out.push([before[0] + stepMs, null]);
    out.push(point);
  }
  return out;
}

/** Usual distance of points, ms: the median, for raw samples whose step nobody names. */
export function usualStep(points: readonly Point[]): number {
  const steps = points.slice(1).map((point, at) => point[0] - points[at]![0]);
  if (steps.length === 0) return 60_000;
  steps.sort((a, b) => a - b);
  return steps[steps.length >> 1]!;
}

/** A cell of a chart's column: null is a gap, undefined a time at which only the other series has a point. */
export type Cell = number | null | undefined;

/** Columns for a chart: the union of both times. */
export function columns(
  above: readonly Point[],
  below: readonly Point[],
  stepMs: number | null,
): { times: number[]; above: Cell[]; below: Cell[] } {
  const step = stepMs ?? Math.max(usualStep(above), usualStep(below));
  const rows = new Map<number, [Cell, Cell]>();
  for (const [at, value] of withGaps(above, step)) rows.set(at, [value, undefined]);
  for (const [at, value] of withGaps(below, step)) {
    const row = rows.get(at);
    if (row) row[1] = value;
    else rows.set(at, [undefined, value]);
  }
  const sorted = [...rows].sort(([a], [b]) => a - b);
  return {
    times: sorted.map(([at]) => at),
    above: sorted.map(([, row]) => row[0]),
    below: sorted.map(([, row]) => row[1]),
  };
}

/**
 * Stretches without a value within [from, to], ms. What was before the first value is no gap: nobody may have
 * been there to read it.
 */
export function gapsOf(
  times: readonly number[],
  values: readonly Cell[],
  from: number,
  to: number,
  stepMs: number,
): [number, number][] {
  const gaps: [number, number][] = [];
  let last: number | undefined;
  times.forEach((at, n) => {
    if (values[n] === null || values[n] === undefined || at < from || at > to) return;
    if (last !== undefined && at - last > stepMs * 1.5) gaps.push([last, at]);
    last = at;
  });
  if (last !== undefined && to - last > stepMs * 2.5) gaps.push([last, to]);
  return gaps;
}

/** The nearest-rank 95th percentile; undefined of nothing. */
export function p95(values: readonly number[]): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * 0.95) - 1];
}
