import type { SampleBatch } from "../measurements/batch.ts";
import type { SeriesTable, Tags } from "../measurements/series.ts";

export type Aggregate = "mean" | "min" | "max" | "last" | "count";

/** Which series: a quantity, and tags that must be equal. `school` etc. may be absent: then any matches. */
export interface SeriesSelector {
  readonly quantity: string;
  readonly tags: Tags;
}

export interface SeriesQuery extends SeriesSelector {
  /** UTC ms, inclusive. */
  readonly from: number;
  /** UTC ms, exclusive. */
  readonly to: number;
  /** Width of a slot, ms; slots start at multiples of it since the epoch. Absent: the raw samples. */
  readonly stepMs?: number;
  /** What a slot answers; needs stepMs. States and counters take `last`. */
  readonly aggregate?: Aggregate;
  /** At most so many series are answered, ordered by their text; default 1,000. */
  readonly limit?: number;
}

export interface SeriesResult {
  readonly quantity: string;
  readonly tags: Tags;
  /** Ascending UTC ms: the sample's time, or the start of its slot. A slot without a good sample is left out. */
  readonly times: Float64Array;
  readonly values: Float64Array;
}

export interface StoreStats {
  readonly kind: string;
  readonly series: number;
  /** Samples taken since open, and refused or dropped since open. */
  readonly written: number;
  readonly dropped: number;
  /** Damaged parts that were found since open and left out (E_STORE_CORRUPT); undefined where the store is elsewhere. */
  readonly corrupt?: number;
  /** Bytes on disk; undefined where the store is elsewhere. */
  readonly bytes?: number;
  /** Samples that wait in the spool for a store that is away. */
  readonly spooled: number;
  /** Whether the last write went through, and if not, why. */
  readonly healthy: boolean;
  readonly reason?: string;
}

/**
 * A place for samples. One conformance suite runs over every implementation.
 *
 * - `write` resolves when the batch is committed and synced (embedded: in the hot log; remote: taken by the
 *   server, or synced into the spool) and rejects with E_STORE_WRITE when it is not; writing the same batch or
 *   the same (series, time) again changes nothing: the last value wins.
 * - Samples whose status is not ok keep their status and have no value; queries leave them out.
 * - A query whose step is a multiple of a roll-up and whose range is older than the raw retention is answered
 *   from the roll-up.
 * - `series` lists what exists, for pickers; `query` with an unknown quantity rejects with E_REQUEST.
 */
export interface Store {
  readonly kind: string;
  /** Whether it keeps nothing of a batch once `write` has resolved. */
  readonly copies?: boolean;
  open(signal: AbortSignal): Promise<void>;
  /** `table` is the node's own series table, the one that the batch's numbers come from. */
  write(batch: SampleBatch, table: SeriesTable): Promise<void>;
  query(query: SeriesQuery): Promise<SeriesResult[]>;
  series(selector: SeriesSelector): Promise<{ readonly quantity: string; readonly tags: Tags }[]>;
  stats(): StoreStats;
  close(): Promise<void>;
}
