import { STATUS, type Status } from "./status.ts";

/**
 * Samples as columns. Row `i` is (`series[i]`, `time[i]`, `value[i]`, `status[i]`):
 * series is a number of the node's SeriesTable, time integer UTC milliseconds fixed when the value was
 * read, value float64 in the quantity's unit (NaN unless status is ok), status of the STATUS list.
 */
export interface SampleColumns {
  readonly length: number;
  readonly series: Uint32Array;
  readonly time: Float64Array;
  readonly value: Float64Array;
  readonly status: Uint8Array;
}

/**
 * A numbered batch: `node` and `sequence` make it idempotent. The arrays may be longer than `length`.
 * Who receives a batch may keep it, and who made it does not touch it again, unless the receiver says that it copies.
 */
export interface SampleBatch extends SampleColumns {
  readonly node: string;
  readonly sequence: number;
}

/** Columns that were given back are kept up to this many, to be filled again. */
const MOST_SPARE = 4;

/** Columns that are full with at least `rows` are not made longer: `take` is called, which must take them from the builder. */
export interface FullColumns {
  readonly rows: number;
  readonly take: () => void;
}

/** Grows by doubling; `take` hands the columns over and starts afresh. One writer. */
export class BatchBuilder implements SampleColumns {
  #length = 0;
  readonly #spare: SampleColumns[] = [];
  readonly #full: FullColumns | undefined;
  series: Uint32Array;
  time: Float64Array;
  value: Float64Array;
  status: Uint8Array;

  constructor(capacity = 1024, full?: FullColumns) {
    if (!(capacity >= 1)) throw new RangeError("a batch has room for at least one row");
    this.#full = full;
    this.series = new Uint32Array(capacity);
    this.time = new Float64Array(capacity);
    this.value = new Float64Array(capacity);
    this.status = new Uint8Array(capacity);
  }

  get length(): number {
    return this.#length;
  }

  /** Adds a good value. */
  add(series: number, time: number, value: number): void {
    if (this.#length === this.series.length) this.#makeRoom();
    const i = this.#length;
    this.series[i] = series;
    this.time[i] = time;
    this.value[i] = value;
    this.status[i] = STATUS.ok;
    this.#length = i + 1;
  }

  /** Adds an absence: the value is NaN. */
  addStatus(series: number, time: number, status: Status): void {
    this.add(series, time, Number.NaN);
    this.status[this.#length - 1] = status;
  }

  /** The columns so far as a batch, or undefined when there is none; the builder is empty afterwards. */
  take(node: string, sequence: number): SampleBatch | undefined {
    const length = this.#length;
    if (length === 0) return undefined;
    const batch: SampleBatch = {
      node,
      sequence,
      length,
      series: this.series,
      time: this.time,
      value: this.value,
      status: this.status,
    };
    const spare = this.#spare.pop();
    const capacity = Math.max(1024, length);
    this.series = spare?.series ?? new Uint32Array(capacity);
    this.time = spare?.time ?? new Float64Array(capacity);
    this.value = spare?.value ?? new Float64Array(capacity);
    this.status = spare?.status ?? new Uint8Array(capacity);
    this.#length = 0;
    return batch;
  }

  /** Gives the columns of a batch back that nobody reads any more: making them anew costs more than filling them. */
  recycle({ series, time, value, status }: SampleColumns): void {
    const fits =
      series.length > 0 && [time, value, status].every((column) => column.length === series.length);
    // Columns of one great batch are not kept for many small ones.
    const worth = series.length <= 4 * Math.max(1024, this.series.length);
    if (fits && worth && this.#spare.length < MOST_SPARE)
      this.#spare.push({ length: 0, series, time, value, status });
  }

  #makeRoom(): void {
    if (this.#full && this.#length >= this.#full.rows) this.#full.take();
    if (this.#length === this.series.length) this.#grow();
  }

  #grow(): void {
    const capacity = this.series.length * 2;
    const series = new Uint32Array(capacity);
    series.set(this.series);
    this.series = series;
    const time = new Float64Array(capacity);
    time.set(this.time);
    this.time = time;
    const value = new Float64Array(capacity);
    value.set(this.value);
    this.value = value;
    const status = new Uint8Array(capacity);
    status.set(this.status);
    this.status = status;
  }
}
