import type { SampleColumns } from "../../measurements/batch.ts";
import type { PointList } from "./points.ts";

/** Rows of a slab; slabs are added as rows come, so that a small site holds little. */
const SLAB = 32768;

interface Slab {
  readonly before: Int32Array;
  readonly time: Float64Array;
  readonly value: Float64Array;
  readonly status: Uint8Array;
}

/**
 * The samples that are in the hot log and not yet in a segment, in memory: rows in arrival order, each linked to
 * the row before it of the same series. 21 octets a row, bounded by whoever adds.
 */
export class Arena {
  length = 0;
  /** Series that have rows. */
  seriesCount = 0;
  /** Highest hot-log sequence that is in here. */
  sequence = 0;
  earliest = Number.POSITIVE_INFINITY;
  latest = Number.NEGATIVE_INFINITY;
  /** The UTC days since the epoch and the UTC hours since the epoch of which there are rows. */
  readonly days = new Set<number>();
  readonly hours = new Set<number>();
  #lastHour = -1;
  readonly #slabs: Slab[] = [];
  #head = new Int32Array(1024).fill(-1);

  /** Empties it and keeps its memory for the next samples. */
  clear(): void {
    this.length = 0;
    this.seriesCount = 0;
    this.earliest = Number.POSITIVE_INFINITY;
    this.latest = Number.NEGATIVE_INFINITY;
    this.days.clear();
    this.hours.clear();
    this.#lastHour = -1;
    this.#head.fill(-1);
  }

  add(rows: SampleColumns, from = 0, to = rows.length): void {
    for (let i = from; i < to; i++) {
      const series = rows.series[i]!;
      const row = this.length;
      if (row === this.#slabs.length * SLAB) {
        this.#slabs.push({
          before: new Int32Array(SLAB),
          time: new Float64Array(SLAB),
          value: new Float64Array(SLAB),
          status: new Uint8Array(SLAB),
        });
      }
      if (series >= this.#head.length) {
        const head = new Int32Array(Math.max(series + 1, this.#head.length * 2)).fill(-1);
        head.set(this.#head);
        this.#head = head;
      }
      const slab = this.#slabs[(row / SLAB) | 0]!;
      const at = row % SLAB;
      const time = rows.time[i]!;
      const before = this.#head[series]!;
      if (before < 0) this.seriesCount++;
      slab.before[at] = before;
      slab.time[at] = time;
      slab.value[at] = rows.value[i]!;
      slab.status[at] = rows.status[i]!;
      this.#head[series] = row;
      const hour = Math.floor(time / 3_600_000);
      if (hour !== this.#lastHour) {
        this.#lastHour = hour;
        this.hours.add(hour);
        this.days.add(Math.floor(hour / 24));
      }
      if (time < this.earliest) this.earliest = time;
      if (time > this.latest) this.latest = time;
      this.length = row + 1;
    }
  }

  /** One more than the highest series number that may be in here. */
  get seriesEnd(): number {
    return this.#head.length;
  }

  has(series: number): boolean {
    return series < this.#head.length && this.#head[series]! >= 0;
  }

  /** Adds the series' samples in [from, to) to `into`, in arrival order. */
  read(series: number, from: number, to: number, into: PointList): void {
    if (!this.has(series)) return;
    const start = into.length;
    for (let row = this.#head[series]!; row >= 0; ) {
      const slab = this.#slabs[(row / SLAB) | 0]!;
      const at = row % SLAB;
      const time = slab.time[at]!;
      if (time >= from && time < to) into.add(time, slab.value[at]!, slab.status[at]!);
      row = slab.before[at]!;
    }
    into.time.subarray(start, into.length).reverse();
    into.value.subarray(start, into.length).reverse();
    into.status.subarray(start, into.length).reverse();
  }
}
