import type { SampleColumns } from "../../measurements/batch.ts";
import type { PointList } from "./points.ts";

/** Series of a bucket: rows of neighbouring series lie together, and are sorted where they fit into the cache. */
const BUCKET_SERIES = 256;
const BUCKET_SHIFT = 8;
/** Rows of a page, and pages of a slab; slabs are added as rows come, so that a small site holds little. */
const PAGE_ROWS = 128;
const SLAB_PAGES = 256;

interface Slab {
  readonly time: Float64Array;
  readonly value: Float64Array;
  readonly status: Uint8Array;
  /** Number of the series within its bucket. */
  readonly local: Uint8Array;
}

/** Rows of a bucket by series, those of one series in arrival order: series `first + i` has `start[i]`..`start[i + 1]`. */
export interface BucketRows {
  readonly first: number;
  readonly start: Uint32Array;
  readonly time: Float64Array;
  readonly value: Float64Array;
  readonly status: Uint8Array;
}

/**
 * The samples that are in the hot log and not yet in a segment, in memory: pages of rows in arrival order, each page
 * of one bucket of 256 neighbouring series. A poll brings runs of neighbours, so that both adding and sorting touch
 * memory in order. 18 octets a row, and half a page a bucket; bounded by whoever adds.
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
  /** The hour that the last row was of, UTC ms. */
  #hourFrom = 0;
  #hourTo = 0;
  readonly #slabs: Slab[] = [];
  #pages = 0;
  /** By page: the bucket's next page, -1. */
  #next = new Int32Array(SLAB_PAGES);
  /** By bucket: first and last page, -1, and rows in the last one. */
  #firstPage = new Int32Array(64).fill(-1);
  #lastPage = new Int32Array(64).fill(-1);
  #lastRows = new Uint8Array(64);
  /** What `sorted` answers with. */
  readonly #start = new Uint32Array(BUCKET_SERIES + 1);
  readonly #nextRow = new Uint32Array(BUCKET_SERIES + 1);
  #sortedTime = new Float64Array(0);
  #sortedValue = new Float64Array(0);
  #sortedStatus = new Uint8Array(0);
  /** One bit a series that has rows. */
  #members = new Uint8Array((64 * BUCKET_SERIES) / 8);

  /** Empties it and keeps its memory for the next samples. */
  clear(): void {
    this.length = 0;
    this.seriesCount = 0;
    this.earliest = Number.POSITIVE_INFINITY;
    this.latest = Number.NEGATIVE_INFINITY;
    this.days.clear();
    this.hours.clear();
    this.#hourFrom = 0;
    this.#hourTo = 0;
    this.#pages = 0;
    this.#firstPage.fill(-1);
    this.#lastPage.fill(-1);
    this.#lastRows.fill(0);
    this.#members.fill(0);
  }

  add(rows: SampleColumns, from = 0, to = rows.length): void {
    const { series, time, value, status } = rows;
    let { earliest, latest } = this;
    let hourFrom = this.#hourFrom;
    let hourTo = this.#hourTo;
    for (let i = from; i < to; ) {
      const bucket = series[i]! >>> BUCKET_SHIFT;
      if (bucket >= this.#firstPage.length) this.#growBuckets(bucket);
      if (this.#lastPage[bucket]! < 0 || this.#lastRows[bucket] === PAGE_ROWS) this.#addPage(bucket);
      const members = this.#members;
      const page = this.#lastPage[bucket]!;
      const slab = this.#slabs[(page / SLAB_PAGES) | 0]!;
      const base = (page % SLAB_PAGES) * PAGE_ROWS;
      const end = base + PAGE_ROWS;
      let at = base + this.#lastRows[bucket]!;
      const { time: times, value: values, status: statuses, local } = slab;
      while (i < to && at < end) {
        const number = series[i]!;
        if (number >>> BUCKET_SHIFT !== bucket) break;
        const when = time[i]!;
        times[at] = when;
        values[at] = value[i]!;
        statuses[at] = status[i]!;
        local[at] = number;
        const bit = 1 << (number & 7);
        const octet = members[number >>> 3]!;
        if ((octet & bit) === 0) {
          members[number >>> 3] = octet | bit;
          this.seriesCount++;
        }
        if (!(when >= hourFrom && when < hourTo)) {
          const hour = Math.floor(when / 3_600_000);
          hourFrom = hour * 3_600_000;
          hourTo = hourFrom + 3_600_000;
          this.hours.add(hour);
          this.days.add(Math.floor(hour / 24));
        }
        if (when < earliest) earliest = when;
        if (when > latest) latest = when;
        at++;
        i++;
      }
      this.#lastRows[bucket] = at - base;
    }
    this.#hourFrom = hourFrom;
    this.#hourTo = hourTo;
    this.earliest = earliest;
    this.latest = latest;
    if (to > from) this.length += to - from;
  }

  /** How many buckets there may be rows of. */
  get buckets(): number {
    return this.#firstPage.length;
  }

  has(series: number): boolean {
    return (this.#members[series >>> 3]! & (1 << (series & 7))) !== 0;
  }

  /** Adds the series' samples in [from, to) to `into`, in arrival order. */
  read(series: number, from: number, to: number, into: PointList): void {
    if (!this.has(series)) return;
    const wanted = series % BUCKET_SERIES;
    const bucket = series >>> BUCKET_SHIFT;
    for (let page = this.#firstPage[bucket]!; page >= 0; page = this.#next[page]!) {
      const { local, time, value, status } = this.#slabs[(page / SLAB_PAGES) | 0]!;
      const base = (page % SLAB_PAGES) * PAGE_ROWS;
      const end = base + this.#rowsOf(bucket, page);
      for (let at = base; at < end; at++)
        if (local[at] === wanted && time[at]! >= from && time[at]! < to)
          into.add(time[at]!, value[at]!, status[at]!);
    }
  }

  /** The bucket's rows by series, undefined when it has none; good until this is called again. */
  sorted(bucket: number): BucketRows | undefined {
    if (this.#firstPage[bucket]! < 0) return undefined;
    const start = this.#start;
    start.fill(0);
    for (let page = this.#firstPage[bucket]!; page >= 0; page = this.#next[page]!) {
      const { local } = this.#slabs[(page / SLAB_PAGES) | 0]!;
      const base = (page % SLAB_PAGES) * PAGE_ROWS;
      const end = base + this.#rowsOf(bucket, page);
      for (let at = base; at < end; at++) start[local[at]! + 1]!++;
    }
    for (let i = 0; i < BUCKET_SERIES; i++) start[i + 1]! += start[i]!;
    const count = start[BUCKET_SERIES]!;
    const next = this.#nextRow;
    next.set(start);
    if (count > this.#sortedTime.length) {
      this.#sortedTime = new Float64Array(count * 2);
      this.#sortedValue = new Float64Array(count * 2);
      this.#sortedStatus = new Uint8Array(count * 2);
    }
    const sorted = {
      first: bucket * BUCKET_SERIES,
      start,
      time: this.#sortedTime,
      value: this.#sortedValue,
      status: this.#sortedStatus,
    };
    for (let page = this.#firstPage[bucket]!; page >= 0; page = this.#next[page]!) {
      const { local, time, value, status } = this.#slabs[(page / SLAB_PAGES) | 0]!;
      const base = (page % SLAB_PAGES) * PAGE_ROWS;
      const end = base + this.#rowsOf(bucket, page);
      for (let at = base; at < end; at++) {
        const to = next[local[at]!]!++;
        sorted.time[to] = time[at]!;
        sorted.value[to] = value[at]!;
        sorted.status[to] = status[at]!;
      }
    }
    return sorted;
  }

  #rowsOf(bucket: number, page: number): number {
    return page === this.#lastPage[bucket] ? this.#lastRows[bucket]! : PAGE_ROWS;
  }

  #addPage(bucket: number): void {
    const page = this.#pages++;
    if (page === this.#slabs.length * SLAB_PAGES) {
      const rows = SLAB_PAGES * PAGE_ROWS;
      this.#slabs.push({
        time: new Float64Array(rows),
        value: new Float64Array(rows),
        status: new Uint8Array(rows),
        local: new Uint8Array(rows),
      });
    }
    if (page === this.#next.length) {
      const next = new Int32Array(page * 2);
      next.set(this.#next);
      this.#next = next;
    }
    const last = this.#lastPage[bucket]!;
    if (last < 0) this.#firstPage[bucket] = page;
    else this.#next[last] = page;
    this.#next[page] = -1;
    this.#lastPage[bucket] = page;
    this.#lastRows[bucket] = 0;
  }

  #growBuckets(bucket: number): void {
    const most = Math.max(bucket + 1, this.#firstPage.length * 2);
    const firstPage = new Int32Array(most).fill(-1);
    firstPage.set(this.#firstPage);
    this.#firstPage = firstPage;
    const lastPage = new Int32Array(most).fill(-1);
    lastPage.set(this.#lastPage);
    this.#lastPage = lastPage;
    const lastRows = new Uint8Array(most);
    lastRows.set(this.#lastRows);
    this.#lastRows = lastRows;
    const members = new Uint8Array((most * BUCKET_SERIES) / 8);
    members.set(this.#members);
    this.#members = members;
  }
}
