import { STATUS } from "../../measurements/status.ts";
import { ByteWriter } from "../bytes.ts";
import { beginRecord, endRecord, openRecord, RECORD } from "../record.ts";
import type { PointList } from "./points.ts";
import { readValues, writeValues } from "./value-lane.ts";

const REGULAR = 1;
const STATUSES = 2;

/**
 * Samples of one series in one segment, times strictly ascending:
 *
 *     varint segment, varint block, varint series, varint n, varint first time, u8 flags,
 *     varint first step, n-2 zigzag differences of steps (none when all steps are equal),
 *     when not all are ok: runs of (varint length, u8 status) up to n,
 *     the ok values (value-lane.ts)
 */
export class ChunkEncoder {
  readonly #writer = new ByteWriter(16384);
  #values = new Float64Array(4096);

  /** Encodes points from..to of the list. */
  encode(
    segment: number,
    block: number,
    series: number,
    points: PointList,
    from: number,
    to: number,
  ): Uint8Array {
    const writer = this.#writer;
    const n = to - from;
    beginRecord(writer, RECORD.chunk);
    writer.varint(segment);
    writer.varint(block);
    writer.varint(series);
    writer.varint(n);
    const { time, status } = points;
    writer.varint(time[from]!);
    const step = n > 1 ? time[from + 1]! - time[from]! : 0;
    let regular = true;
    for (let i = from + 2; i < to && regular; i++) regular = time[i]! - time[i - 1]! === step;
    let statuses = false;
    for (let i = from; i < to && !statuses; i++) statuses = status[i] !== STATUS.ok;
    writer.u8((regular ? REGULAR : 0) | (statuses ? STATUSES : 0));
    if (n > 1) writer.varint(step);
    if (!regular) {
      let before = step;
      for (let i = from + 2; i < to; i++) {
        const next = time[i]! - time[i - 1]!;
        writer.zigzag(next - before);
        before = next;
      }
    }
    if (statuses) {
      for (let i = from; i < to; ) {
        let run = i + 1;
        while (run < to && status[run] === status[i]) run++;
        writer.varint(run - i);
        writer.u8(status[i]!);
        i = run;
      }
    }
    if (this.#values.length < n) this.#values = new Float64Array(n * 2);
    let good = 0;
    for (let i = from; i < to; i++) if (status[i] === STATUS.ok) this.#values[good++] = points.value[i]!;
    writeValues(writer, this.#values, good);
    return endRecord(writer);
  }
}

/**
 * Adds the chunk's samples to `into`; false, and nothing added, when it is damaged or is not the chunk of that
 * segment and series.
 */
export function decodeChunk(
  bytes: Uint8Array | undefined,
  segment: number,
  series: number,
  into: PointList,
): boolean {
  const reader = openRecord(bytes, RECORD.chunk);
  if (!reader) return false;
  const before = into.length;
  try {
    if (reader.varint() !== segment) return false;
    reader.varint();
    if (reader.varint() !== series) return false;
    const n = reader.varint();
    let time = reader.varint();
    const flags = reader.u8();
    let step = n > 1 ? reader.varint() : 0;
    into.add(time, Number.NaN, STATUS.ok);
    for (let i = 1; i < n; i++) {
      if (i > 1 && (flags & REGULAR) === 0) step += reader.zigzag();
      time += step;
      into.add(time, Number.NaN, STATUS.ok);
    }
    if ((flags & STATUSES) !== 0) {
      for (let i = 0; i < n; ) {
        const run = reader.varint();
        const status = reader.u8();
        if (run === 0 || i + run > n) throw new RangeError("status run too long");
        into.status.fill(status, before + i, before + i + run);
        i += run;
      }
      const ok = new Float64Array(n);
      let good = 0;
      for (let i = before; i < before + n; i++) if (into.status[i] === STATUS.ok) good++;
      readValues(reader, ok, 0, good);
      let next = 0;
      for (let i = before; i < before + n; i++) if (into.status[i] === STATUS.ok) into.value[i] = ok[next++]!;
    } else {
      readValues(reader, into.value, before, n);
    }
    return true;
  } catch {
    into.length = before;
    return false;
  }
}
