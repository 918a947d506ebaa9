import type { DeviceFacts } from "../../inventory/facts.ts";
import type { Inventory } from "../../inventory/model.ts";
import type { LatestTable } from "../../measurements/latest.ts";
import type { SeriesTable } from "../../measurements/series.ts";
import { STATUS } from "../../measurements/status.ts";
import type { Ways } from "../../topology/ways.ts";
import type { DeviceAnswer } from "../live.ts";
import { NOT_EVIDENCE } from "../rules.ts";
import type { DeviceSeries, SeriesIndex } from "../series-index.ts";

/** What a view is made of, at one instant. Views read it and change nothing. */
export interface Sight {
  /** UTC ms. */
  readonly now: number;
  readonly inventory: Inventory;
  readonly table: SeriesTable;
  readonly latest: LatestTable;
  readonly index: SeriesIndex;
  facts(device: string): DeviceFacts | undefined;
  answer(device: string): DeviceAnswer;
  /** How old a value of the quantity may be and still count, ms. */
  freshFor(quantityId: string): number;
  /** Ways from a school or site up to its province, by the links as they are now. */
  ways(place: string): Ways;
  /** Since when an access point's controller says what it says; null when that was before campusd started. */
  apSince(device: string, state: string): number | null;
}

const NO_EXTRA: ReadonlySet<string> = new Set();

/** The newest value of the series if it is good and fresh, else NaN. */
export function freshValue(sight: Sight, series: number, quantityId: string): number {
  const { latest } = sight;
  if (latest.status(series) !== STATUS.ok) return Number.NaN;
  return sight.now - latest.time(series) <= sight.freshFor(quantityId) ? latest.value(series) : Number.NaN;
}

/** The first fresh value of the quantity, or null. */
export function firstOf(sight: Sight, series: DeviceSeries | undefined, quantityId: string): number | null {
  for (const number of series?.byQuantity.get(quantityId) ?? []) {
    const value = freshValue(sight, number, quantityId);
    if (!Number.isNaN(value)) return value;
  }
  return null;
}

/** The largest fresh value of the quantity, or null. */
export function largestOf(sight: Sight, series: DeviceSeries | undefined, quantityId: string): number | null {
  let largest: number | null = null;
  for (const number of series?.byQuantity.get(quantityId) ?? []) {
    const value = freshValue(sight, number, quantityId);
    if (!Number.isNaN(value) && (largest === null || value > largest)) largest = value;
  }
  return largest;
}

/** The sum of the fresh values of the quantity, null when there is none. */
export function sumOf(sight: Sight, series: DeviceSeries | undefined, quantityId: string): number | null {
  let sum: number | null = null;
  for (const number of series?.byQuantity.get(quantityId) ?? []) {
    const value = freshValue(sight, number, quantityId);
    if (!Number.isNaN(value)) sum = (sum ?? 0) + value;
  }
  return sum;
}

/**
 * UTC ms of the device's newest good sample, or null. Looks at the first series of each quantity: a device's
 * points are read together, and a county has millions of series.
 * @param evidence quantities that count although they usually only say that campusd asked
 */
export function newestOf(
  sight: Sight,
  series: DeviceSeries | undefined,
  evidence: ReadonlySet<string> = NO_EXTRA,
): number | null {
  if (!series) return null;
  const { latest } = sight;
  let newest = 0;
  for (const [quantityId, numbers] of series.byQuantity) {
    if (NOT_EVIDENCE.has(quantityId) && !evidence.has(quantityId)) continue;
    const first = numbers[0]!;
    if (latest.status(first) !== STATUS.ok) continue;
    const time = latest.time(first);
    if (time > newest) newest = time;
  }
  return newest > 0 ? newest : null;
}

/** The later of two times, null when neither is known. */
export function later(a: number | null, b: number | null): number | null {
  if (a === null) return b;
  return b === null || a >= b ? a : b;
}

/** Adds up what is known: null only when nothing is. */
export function plus(a: number | null, b: number | null): number | null {
  if (a === null) return b;
  return b === null ? a : a + b;
}
