import { STATUS } from "../../measurements/status.ts";
import { ByteReader, ByteWriter } from "../bytes.ts";
import { beginRecord, endRecord, openRecord, RECORD } from "../record.ts";
import type { PointList } from "./points.ts";
import { readValues, writeValues } from "./value-lane.ts";

/** Most samples of a chunk of several series: what one damaged octet may cost. */
const CHUNK_SAMPLES = 4096;
/** Most octets of a chunk of several series: it is to fit into a page of its file. */
const CHUNK_OCTETS = 32_000;
/** Octets that a sample and a series may take, at most and nearly so. */
const SAMPLE_OCTETS = 10;
const SERIES_OCTETS = 32;
/** Octets that a time of a list takes: most lists are an instant, or steps that are nearly equal. */
const TIME_OCTETS = 7;
/** Lists of times that are looked through for an equal one. */
const LOOK_BACK = 16;

const STATUSES = 1;
const REGULAR = 1;

/** Times, values and statuses that belong together, times strictly ascending. */
export interface PointColumns {
  readonly time: Float64Array;
  readonly value: Float64Array;
  readonly status: Uint8Array;
}

/**
 * Samples of neighbouring series in one segment. Series that are read together share their times, which then stand
 * there once:
 *
 *     varint segment, varint block, varint first series, varint series, varint lists of times,
 *     for each series: varint (number - the one before - 1; the first: 0), varint list of times, varint octets of its lane,
 *     for each list: varint octets, varint n, varint first time, [varint first step, u8 flags,
 *         n-2 zigzag differences of steps (none when all steps are equal)],
 *     for each series its lane: u8 flags, when not all are ok runs of (varint length, u8 status) up to n,
 *         the ok values (value-lane.ts)
 */
export class ChunkEncoder {
  readonly #record = new ByteWriter(32768);
  readonly #entries = new ByteWriter(4096);
  readonly #lists = new ByteWriter(4096);
  readonly #lanes = new ByteWriter(32768);
  #values = new Float64Array(4096);
  /** The times of the lists so far, one after the other: list `i` is at `#listAt[i]`..`#listAt[i + 1]`. */
  #times = new Float64Array(8192);
  readonly #listAt: number[] = [0];
  #first = 0;
  #last = 0;
  #series = 0;
  #samples = 0;

  get empty(): boolean {
    return this.#series === 0;
  }

  /** The first series. */
  get first(): number {
    return this.#first;
  }

  /** Whether that many more samples are better put into another chunk. */
  isFull(more: number): boolean {
    if (this.#series === 0) return false;
    const times = this.#listAt[this.#listAt.length - 1]!;
    const octets = this.#entries.length + this.#lanes.length + times * TIME_OCTETS;
    return (
      this.#samples + more > CHUNK_SAMPLES || octets + SERIES_OCTETS + more * SAMPLE_OCTETS > CHUNK_OCTETS
    );
  }

  /** Adds points from..to of a series; series come in ascending order, each once, with at least one point. */
  add(series: number, points: PointColumns, from: number, to: number): void {
    const entries = this.#entries;
    const lanes = this.#lanes;
    if (this.#series === 0) this.#first = series;
    entries.varint(this.#series === 0 ? 0 : series - this.#last - 1);
    entries.varint(this.#listOf(points.time, from, to));
    const start = lanes.length;
    const { status } = points;
    let statuses = false;
    for (let i = from; i < to && !statuses; i++) statuses = status[i] !== STATUS.ok;
    lanes.u8(statuses ? STATUSES : 0);
    if (statuses) this.#addMixed(points, from, to);
    else writeValues(lanes, points.value, from, to);
    entries.varint(lanes.length - start);
    this.#last = series;
    this.#series++;
    this.#samples += to - from;
  }

  #addMixed({ value, status }: PointColumns, from: number, to: number): void {
    const lanes = this.#lanes;
    for (let i = from; i < to; ) {
      let run = i + 1;
      while (run < to && status[run] === status[i]) run++;
      lanes.varint(run - i);
      lanes.u8(status[i]!);
      i = run;
    }
    if (this.#values.length < to - from) this.#values = new Float64Array((to - from) * 2);
    let good = 0;
    for (let i = from; i < to; i++) if (status[i] === STATUS.ok) this.#values[good++] = value[i]!;
    writeValues(lanes, this.#values, 0, good);
  }

  /** Number of the list of these times, a new one when there is none. */
  #listOf(time: Float64Array, from: number, to: number): number {
    const n = to - from;
    const lists = this.#listAt.length - 1;
    const oldest = Math.max(0, lists - LOOK_BACK);
    for (let list = lists - 1; list >= oldest; list--) {
      const at = this.#listAt[list]!;
      if (this.#listAt[list + 1]! - at !== n) continue;
      let i = 0;
      while (i < n && this.#times[at + i] === time[from + i]) i++;
      if (i === n) return list;
    }
    const at = this.#listAt[lists]!;
    if (at + n > this.#times.length) {
      const times = new Float64Array(Math.max(at + n, this.#times.length * 2));
      times.set(this.#times);
      this.#times = times;
    }
    for (let i = 0; i < n; i++) this.#times[at + i] = time[from + i]!;
    this.#listAt.push(at + n);
    return lists;
  }

  /** The record of what was added, good until the encoder is used again; it is empty afterwards. */
  take(segment: number, block: number): Uint8Array {
    const record = this.#record;
    const lists = this.#listAt.length - 1;
    beginRecord(record, RECORD.chunk);
    record.varint(segment);
    record.varint(block);
    record.varint(this.#first);
    record.varint(this.#series);
    record.varint(lists);
    record.raw(this.#entries.bytes.subarray(0, this.#entries.length));
    for (let list = 0; list < lists; list++) {
      this.#lists.reset();
      writeTimes(this.#lists, this.#times, this.#listAt[list]!, this.#listAt[list + 1]!);
      record.varint(this.#lists.length);
      record.raw(this.#lists.bytes.subarray(0, this.#lists.length));
    }
    record.raw(this.#lanes.bytes.subarray(0, this.#lanes.length));
    this.#entries.reset();
    this.#lanes.reset();
    this.#listAt.length = 1;
    this.#series = 0;
    this.#samples = 0;
    return endRecord(record);
  }
}

function writeTimes(writer: ByteWriter, time: Float64Array, from: number, to: number): void {
  const n = to - from;
  writer.varint(n);
  writer.varint(time[from]!);
  if (n === 1) return;
  const step = time[from + 1]! - time[from]!;
  let regular = true;
  for (let i = from + 2; i < to && regular; i++) regular = time[i]! - time[i - 1]! === step;
  writer.varint(step);
  writer.u8(regular ? REGULAR : 0);
  if (regular) return;
  let before = step;
  for (let i = from + 2; i < to; i++) {
    const next = time[i]! - time[i - 1]!;
    writer.zigzag(next - before);
    before = next;
  }
}

/** A chunk that passed its checksum: where its series are. */
export class Chunk {
  readonly segment: number;
  readonly block: number;
  readonly #bytes: Uint8Array;
  /** Ascending; and of each its list of times and where its lane is. */
  readonly #series: readonly number[];
  readonly #list: readonly number[];
  readonly #laneAt: readonly number[];
  readonly #listAt: readonly number[];

  private constructor(
    bytes: Uint8Array,
    segment: number,
    block: number,
    at: { series: number[]; list: number[]; laneAt: number[]; listAt: number[] },
  ) {
    this.#bytes = bytes;
    this.segment = segment;
    this.block = block;
    this.#series = at.series;
    this.#list = at.list;
    this.#laneAt = at.laneAt;
    this.#listAt = at.listAt;
  }

  /** Undefined when the record is damaged. */
  static open(bytes: Uint8Array | undefined): Chunk | undefined {
    const reader = openRecord(bytes, RECORD.chunk);
    if (!reader) return undefined;
    try {
      const segment = reader.varint();
      const block = reader.varint();
      let series = reader.varint();
      const count = reader.varint();
      const lists = reader.varint();
      const at = {
        series: [] as number[],
        list: [] as number[],
        laneAt: [] as number[],
        listAt: [] as number[],
      };
      const octets: number[] = [];
      for (let i = 0; i < count; i++) {
        series += reader.varint() + (i === 0 ? 0 : 1);
        const list = reader.varint();
        if (list >= lists) return undefined;
        at.series.push(series);
        at.list.push(list);
        octets.push(reader.varint());
      }
      for (let list = 0; list < lists; list++) {
        const length = reader.varint();
        at.listAt.push(reader.at);
        reader.take(length);
      }
      for (const length of octets) {
        at.laneAt.push(reader.at);
        reader.take(length);
      }
      return new Chunk(reader.bytes, segment, block, at);
    } catch {
      return undefined;
    }
  }

  /** The series that are in it, ascending. */
  get series(): readonly number[] {
    return this.#series;
  }

  /** Whether the series lies between its first and its last one. */
  covers(series: number): boolean {
    return this.#series.length > 0 && series >= this.#series[0]! && series <= this.#series.at(-1)!;
  }

  /** Adds the samples of a series to `into`; false, and nothing added, when it has none that can be read. */
  read(series: number, into: PointList): boolean {
    const i = indexOf(this.#series, series);
    if (i < 0) return false;
    const before = into.length;
    try {
      const n = this.#readTimes(this.#listAt[this.#list[i]!]!, into);
      const reader = new ByteReader(this.#bytes, this.#laneAt[i]!);
      if ((reader.u8() & STATUSES) === 0) {
        readValues(reader, into.value, before, n);
        return true;
      }
      for (let at = 0; at < n; ) {
        const run = reader.varint();
        const status = reader.u8();
        if (run === 0 || at + run > n) throw new RangeError("status run too long");
        into.status.fill(status, before + at, before + at + run);
        at += run;
      }
      let good = 0;
      for (let at = before; at < before + n; at++) if (into.status[at] === STATUS.ok) good++;
      const ok = new Float64Array(good);
      readValues(reader, ok, 0, good);
      let next = 0;
      for (let at = before; at < before + n; at++)
        if (into.status[at] === STATUS.ok) into.value[at] = ok[next++]!;
      return true;
    } catch {
      into.length = before;
      return false;
    }
  }

  #readTimes(at: number, into: PointList): number {
    const reader = new ByteReader(this.#bytes, at);
    const n = reader.varint();
    let time = reader.varint();
    into.add(time, Number.NaN, STATUS.ok);
    if (n === 1) return n;
    let step = reader.varint();
    const regular = (reader.u8() & REGULAR) !== 0;
    for (let i = 1; i < n; i++) {
      if (i > 1 && !regular) step += reader.zigzag();
      time += step;
      into.add(time, Number.NaN, STATUS.ok);
    }
    return n;
  }
}

function indexOf(list: readonly number[], wanted: number): number {
  let low = 0;
  let high = list.length - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const at = list[middle]!;
    if (at === wanted) return middle;
    if (at < wanted) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}
