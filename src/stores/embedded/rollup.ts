import { STATUS } from "../../measurements/status.ts";
import type { ByteWriter } from "../bytes.ts";
import { beginRecord, endRecord, openRecord, RECORD } from "../record.ts";
import type { PointList } from "./points.ts";
import { readValues, writeValues } from "./value-lane.ts";

/** Roll-up slots of one series on one day, in columns; slots without a good sample are not there. */
export class SlotList {
  length = 0;
  /** Number of the slot in its day. */
  slot = new Float64Array(288);
  count = new Float64Array(288);
  min = new Float64Array(288);
  max = new Float64Array(288);
  sum = new Float64Array(288);
  last = new Float64Array(288);

  clear(): void {
    this.length = 0;
  }

  add(slot: number, count: number, min: number, max: number, sum: number, last: number): void {
    const i = this.length++;
    this.slot[i] = slot;
    this.count[i] = count;
    this.min[i] = min;
    this.max[i] = max;
    this.sum[i] = sum;
    this.last[i] = last;
  }
}

/** Rolls the good samples in [start, end) up into slots of `width` ms counted from `start`; points are settled. */
export function rollUp(points: PointList, start: number, end: number, width: number, into: SlotList): void {
  into.clear();
  for (let i = 0; i < points.length; i++) {
    const time = points.time[i]!;
    if (points.status[i] !== STATUS.ok || time < start || time >= end) continue;
    const slot = Math.floor((time - start) / width);
    const value = points.value[i]!;
    const at = into.length - 1;
    if (at >= 0 && into.slot[at] === slot) {
      into.count[at]!++;
      into.sum[at]! += value;
      into.last[at] = value;
      if (value < into.min[at]!) into.min[at] = value;
      if (value > into.max[at]!) into.max[at] = value;
    } else into.add(slot, 1, value, value, value, value);
  }
}

/** Slots of `extra` that `base` does not have are added; where both have one `base` stands. */
export function mergeSlots(base: SlotList, extra: SlotList, into: SlotList): void {
  into.clear();
  let a = 0;
  let b = 0;
  while (a < base.length || b < extra.length) {
    const mine = a < base.length ? base.slot[a]! : Number.POSITIVE_INFINITY;
    const other = b < extra.length ? extra.slot[b]! : Number.POSITIVE_INFINITY;
    const from = mine <= other ? base : extra;
    const i = mine <= other ? a : b;
    into.add(from.slot[i]!, from.count[i]!, from.min[i]!, from.max[i]!, from.sum[i]!, from.last[i]!);
    if (mine <= other) a++;
    if (other <= mine) b++;
  }
}

/**
 * Encodes: varint segment, varint day, varint series, varint n, then the lanes slot, count, min, max, last, sum (value-lane.ts).
 * The sum of decimals is rounded to the decimals of its parts, which undoes what adding floats did to it.
 */
export function encodeRollup(
  writer: ByteWriter,
  segment: number,
  day: number,
  series: number,
  slots: SlotList,
): Uint8Array {
  beginRecord(writer, RECORD.rollup);
  writer.varint(segment);
  writer.varint(day);
  writer.varint(series);
  writer.varint(slots.length);
  for (let i = 0; i < slots.length; i++)
    for (const power of [1, 10, 100, 1000]) {
      const near = Math.round(slots.sum[i]! * power) / power;
      if (Math.abs(near - slots.sum[i]!) <= 1e-13 * Math.abs(near)) {
        slots.sum[i] = near;
        break;
      }
    }
  for (const lane of [slots.slot, slots.count, slots.min, slots.max, slots.last, slots.sum])
    writeValues(writer, lane, 0, slots.length);
  return endRecord(writer);
}

/** Replaces `into` by the record's slots; false when it is damaged or another segment's or series'. */
export function decodeRollup(
  bytes: Uint8Array | undefined,
  segment: number,
  series: number,
  into: SlotList,
): boolean {
  into.clear();
  const reader = openRecord(bytes, RECORD.rollup);
  if (!reader) return false;
  try {
    if (reader.varint() !== segment) return false;
    reader.varint();
    if (reader.varint() !== series) return false;
    const n = reader.varint();
    if (n > into.slot.length) return false;
    for (const lane of [into.slot, into.count, into.min, into.max, into.last, into.sum])
      readValues(reader, lane, 0, n);
    into.length = n;
    return true;
  } catch {
    into.clear();
    return false;
  }
}
