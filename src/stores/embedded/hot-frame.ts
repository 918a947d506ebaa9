import type { SampleColumns } from "../../measurements/batch.ts";
import { STATUS } from "../../measurements/status.ts";
import type { ByteReader, ByteWriter } from "../bytes.ts";
import { appendRecord, finishRecord, openRecord, RECORD } from "../record.ts";

/** Most rows of a frame: what one damaged octet may cost. */
export const HOT_FRAME_ROWS = 4096;

/** The first and the last frame of a group, and whether there are statuses. */
const FIRST = 1;
const LAST = 2;
const STATUSES = 4;

/** Rows of a frame, in the columns' usual shape. */
export interface HotRows extends SampleColumns {
  readonly sequence: number;
  /** Whether it begins and ends what was committed together. */
  readonly first: boolean;
  readonly last: boolean;
}

/**
 * Appends rows from..to (at most HOT_FRAME_ROWS) as one record, columns as they are:
 *
 *     varint sequence, u8 flags, varint n,
 *     n x f64 value (little-endian),
 *     runs of series that follow each other, up to n: varint length, zigzag (first - (the one before + 1)),
 *     runs of equal times, up to n: varint length, zigzag (time - the one before),
 *     [n x u8 status]
 *
 * A poll brings series in the order in which they were numbered, and many values of one instant: a row is little
 * more than its value.
 */
export function appendHotFrame(
  writer: ByteWriter,
  sequence: number,
  rows: SampleColumns,
  from: number,
  to: number,
  place: { readonly first: boolean; readonly last: boolean },
): void {
  const { series, time, value, status } = rows;
  const n = to - from;
  const start = appendRecord(writer, RECORD.hot);
  writer.varint(sequence);
  let statuses = false;
  for (let i = from; i < to && !statuses; i++) statuses = status[i] !== STATUS.ok;
  writer.u8((place.first ? FIRST : 0) | (place.last ? LAST : 0) | (statuses ? STATUSES : 0));
  writer.varint(n);
  writer.raw(new Uint8Array(value.buffer, value.byteOffset + from * 8, n * 8));
  let expected = 0;
  for (let i = from; i < to; ) {
    const first = series[i]!;
    let run = i + 1;
    while (run < to && series[run] === first + run - i) run++;
    writer.varint(run - i);
    writer.zigzag(first - expected);
    expected = first + run - i;
    i = run;
  }
  let before = 0;
  for (let i = from; i < to; ) {
    const when = time[i]!;
    let run = i + 1;
    while (run < to && time[run] === when) run++;
    writer.varint(run - i);
    writer.zigzag(when - before);
    before = when;
    i = run;
  }
  if (statuses) writer.raw(status.subarray(from, to));
  finishRecord(writer, start);
}

/** The rows of a frame, or undefined when it is damaged. */
export function decodeHotFrame(bytes: Uint8Array | undefined): HotRows | undefined {
  const reader = openRecord(bytes, RECORD.hot);
  if (!reader) return undefined;
  try {
    const sequence = reader.varint();
    const flags = reader.u8();
    const length = reader.varint();
    if (length > HOT_FRAME_ROWS) return undefined;
    const value = new Float64Array(length);
    new Uint8Array(value.buffer).set(reader.take(length * 8));
    const series = new Uint32Array(length);
    let expected = 0;
    readRuns(reader, length, (from, to, step) => {
      const first = expected + step;
      for (let i = from; i < to; i++) series[i] = first + i - from;
      expected = first + to - from;
    });
    const time = new Float64Array(length);
    let before = 0;
    readRuns(reader, length, (from, to, step) => {
      before += step;
      time.fill(before, from, to);
    });
    const status = new Uint8Array(length);
    if ((flags & STATUSES) !== 0) status.set(reader.take(length));
    return {
      sequence,
      length,
      series,
      time,
      value,
      status,
      first: (flags & FIRST) !== 0,
      last: (flags & LAST) !== 0,
    };
  } catch {
    return undefined;
  }
}

function readRuns(reader: ByteReader, length: number, run: (from: number, to: number, step: number) => void) {
  for (let i = 0; i < length; ) {
    const to = i + reader.varint();
    if (to === i || to > length) throw new RangeError("run too long");
    run(i, to, reader.zigzag());
    i = to;
  }
}
