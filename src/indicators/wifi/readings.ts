import type { Tags } from "../../measurements/series.ts";
import type { Aggregate, SeriesResult, Store } from "../../stores/contract.ts";
import { SLOT_MS, type TermSlots } from "./term-hours.ts";

/** A controller of a big city reports thousands of radios. */
const MOST_SERIES = 20_000;

/** Values by slot, NaN where nothing was read. */
export type Lane = Float64Array;

export interface ReadSeries {
  readonly result: SeriesResult;
  readonly lane: Lane;
}

/** Reads a quantity by slots; a series without a value in the window is left out. */
export async function readLanes(
  store: Store,
  quantity: string,
  tags: Tags,
  slots: TermSlots,
  aggregate: Aggregate,
): Promise<ReadSeries[]> {
  const results = await store.query({
    quantity,
    tags,
    from: slots.from,
    to: slots.from + slots.slots * SLOT_MS,
    stepMs: SLOT_MS,
    aggregate,
    limit: MOST_SERIES,
  });
  return results
    .filter((result) => result.times.length > 0)
    .map((result) => {
      const lane = new Float64Array(slots.slots).fill(Number.NaN);
      for (let i = 0; i < result.times.length; i++) {
        const slot = Math.floor((result.times[i]! - slots.from) / SLOT_MS);
        if (slot >= 0 && slot < lane.length) lane[slot] = result.values[i]!;
      }
      return { result, lane };
    });
}
