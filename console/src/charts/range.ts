/** What the address says of the time of a chart: a named range up to now, or a stretch chosen by dragging. */
export interface Range {
  readonly name: RangeName | "custom";
  /** UTC ms. */
  readonly from: number;
  readonly to: number;
  /** ms; null asks for the raw samples. */
  readonly step: number | null;
}

export const RANGES = {
  "1h": 3_600_000,
  "24h": 86_400_000,
  "7d": 604_800_000,
  "30d": 2_592_000_000,
} as const;
export type RangeName = keyof typeof RANGES;
export const RANGE_NAMES = Object.keys(RANGES) as RangeName[];

const MINUTE = 60_000;

/** Steps the store has roll-ups for, so that a chart never holds more than a few hundred points. */
function stepOf(length: number): number | null {
  if (length <= 2 * 3_600_000) return null;
  if (length <= 2 * 86_400_000) return 5 * MINUTE;
  if (length <= 10 * 86_400_000) return 30 * MINUTE;
  if (length <= 60 * 86_400_000) return 120 * MINUTE;
  return 24 * 60 * MINUTE;
}

/** `now` should move only as often as the chart is to be asked for anew. */
export function rangeOf(query: URLSearchParams, now: number, usual: RangeName): Range {
  const from = Number(query.get("from"));
  const to = Number(query.get("to"));
  if (Number.isSafeInteger(from) && Number.isSafeInteger(to) && from > 0 && to - from >= MINUTE) {
    return { name: "custom", from, to, step: stepOf(to - from) };
  }
  const asked = query.get("range") ?? "";
  const name: RangeName = Object.hasOwn(RANGES, asked) ? (asked as RangeName) : usual;
  return { name, from: now - RANGES[name], to: now, step: stepOf(RANGES[name]) };
}
