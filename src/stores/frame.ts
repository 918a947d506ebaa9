import type { SampleColumns } from "../measurements/batch.ts";
import { STATUS } from "../measurements/status.ts";
import type { ByteWriter } from "./bytes.ts";
import { beginRecord, endRecord, openRecord, RECORD } from "./record.ts";

/**
 * A frame is some rows of a batch as one record, in arrival order: what the hot log and the spool are made of.
 * It fits into one page of a database file, so that it can be found again when the file's structure is broken.
 *
 *     varint sequence, varint n, f64 base time, n x u32 series, n x f64 value,
 *     n x zigzag (time - base, in ms), u8 has statuses, [n x u8 status]
 */
export const FRAME_ROWS = 370;

/** Rows of a frame, in the columns' usual shape. */
export interface FrameRows extends SampleColumns {
  readonly sequence: number;
}

/**
 * Encodes rows `order[from..to)` of `samples` (or rows from..to when there is no order); at most FRAME_ROWS.
 * @param numbers maps a row's series to the number that is written; absent: as it is
 */
export function encodeFrame(
  writer: ByteWriter,
  sequence: number,
  samples: SampleColumns,
  from: number,
  to: number,
  order?: Uint32Array,
  numbers?: Int32Array,
): Uint8Array {
  beginRecord(writer, RECORD.frame);
  writer.varint(sequence);
  writer.varint(to - from);
  const base = Math.trunc(samples.time[order ? order[from]! : from]!);
  writer.f64(base);
  let statuses = false;
  for (let i = from; i < to; i++) {
    const row = order ? order[i]! : i;
    const series = samples.series[row]!;
    writer.u32(numbers ? numbers[series]! : series);
    if (samples.status[row] !== STATUS.ok) statuses = true;
  }
  for (let i = from; i < to; i++) writer.f64(samples.value[order ? order[i]! : i]!);
  for (let i = from; i < to; i++) writer.zigzag(Math.trunc(samples.time[order ? order[i]! : i]!) - base);
  writer.u8(statuses ? 1 : 0);
  if (statuses) for (let i = from; i < to; i++) writer.u8(samples.status[order ? order[i]! : i]!);
  return endRecord(writer);
}

/** The rows of a frame, or undefined when it is damaged. */
export function decodeFrame(bytes: Uint8Array | undefined): FrameRows | undefined {
  const reader = openRecord(bytes, RECORD.frame);
  if (!reader) return undefined;
  try {
    const sequence = reader.varint();
    const length = reader.varint();
    const base = reader.f64();
    if (length > reader.bytes.length) return undefined;
    const series = new Uint32Array(length);
    const time = new Float64Array(length);
    const value = new Float64Array(length);
    const status = new Uint8Array(length);
    for (let i = 0; i < length; i++) series[i] = reader.u32();
    for (let i = 0; i < length; i++) value[i] = reader.f64();
    for (let i = 0; i < length; i++) time[i] = base + reader.zigzag();
    if (reader.u8() === 1) status.set(reader.take(length));
    return { sequence, length, series, time, value, status };
  } catch {
    return undefined;
  }
}
