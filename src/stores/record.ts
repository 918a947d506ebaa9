import { crc32 } from "node:zlib";
import { ByteReader, type ByteWriter } from "./bytes.ts";

/**
 * Every blob on disk is a record: it says what it is, how long it is, and carries a CRC32 of all that. A flipped
 * bit is found when the record is read, and records can be found again in a file whose own structure is broken.
 *
 *     0  0xC5
 *     1  kind
 *     2  length of the whole record, u32 LE
 *     6  CRC32 of bytes 0..5 and 10..length-1, u32 LE
 *    10  body
 */
export const RECORD = {
  frame: 0xd1,
  rollup: 0xd5,
  chunk: 0xd6,
  hot: 0xd7,
  end: 0xd8,
  directory: 0xd9,
  names: 0xda,
} as const;
export type RecordKind = (typeof RECORD)[keyof typeof RECORD];

const MARK = 0xc5;
const HEADER = 10;
/** Longest record that is believed while searching; real ones are shorter. */
const LONGEST = 16 * 1024 * 1024;

/** Starts a record in a writer that is reset first. */
export function beginRecord(writer: ByteWriter, kind: RecordKind): void {
  writer.reset();
  appendRecord(writer, kind);
}

/** Fills in length and checksum; answers a view of the record that is good until the writer is used again. */
export function endRecord(writer: ByteWriter): Uint8Array {
  finishRecord(writer, 0);
  return writer.bytes.subarray(0, writer.length);
}

/** Starts a record behind what the writer holds; answers where, for `finishRecord`. */
export function appendRecord(writer: ByteWriter, kind: RecordKind): number {
  const start = writer.length;
  writer.u8(MARK);
  writer.u8(kind);
  writer.u32(0);
  writer.u32(0);
  return start;
}

/** Fills in length and checksum of the record that starts there and ends where the writer is. */
export function finishRecord(writer: ByteWriter, start: number): void {
  const length = writer.length - start;
  writer.patchU32(start + 2, length);
  writer.patchU32(start + 6, checksum(writer.bytes, start, length));
}

function checksum(bytes: Uint8Array, at: number, length: number): number {
  return crc32(bytes.subarray(at + HEADER, at + length), crc32(bytes.subarray(at, at + 6)));
}

/** A reader at the body, or undefined when the record is not of that kind or does not pass its checksum. */
export function openRecord(bytes: Uint8Array | undefined, kind: RecordKind): ByteReader | undefined {
  if (!bytes || bytes.length < HEADER || bytes[0] !== MARK || bytes[1] !== kind) return undefined;
  const reader = new ByteReader(bytes, 2);
  if (reader.u32() !== bytes.length) return undefined;
  if (reader.u32() !== checksum(bytes, 0, bytes.length)) return undefined;
  return reader;
}

/** The intact record of one of the kinds that starts at `at`, or undefined. */
export function recordAt(
  bytes: Uint8Array,
  at: number,
  kinds: readonly RecordKind[],
): { readonly kind: RecordKind; readonly record: Uint8Array } | undefined {
  if (at + HEADER > bytes.length || bytes[at] !== MARK) return undefined;
  const kind = bytes[at + 1] as RecordKind;
  if (!kinds.includes(kind)) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, HEADER);
  const length = view.getUint32(2, true);
  if (length < HEADER || length > LONGEST || at + length > bytes.length) return undefined;
  if (view.getUint32(6, true) !== checksum(bytes, at, length)) return undefined;
  return { kind, record: bytes.subarray(at, at + length) };
}

/** Where the next octet is that a record may start with, from `from` on; -1 when there is none. */
export function nextMark(bytes: Uint8Array, from: number): number {
  return bytes.indexOf(MARK, from);
}

/** Whether the octets look like a record that was cut: it says a length that goes past the end, or has no header. */
export function isCutRecord(bytes: Uint8Array, at: number): boolean {
  if (at + HEADER > bytes.length || bytes[at] !== MARK) return true;
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, HEADER);
  return at + view.getUint32(2, true) > bytes.length;
}

/** Calls `found` for each intact record of one of the kinds anywhere in `bytes`; answers how many there were. */
export function scanRecords(
  bytes: Uint8Array,
  kinds: readonly RecordKind[],
  found: (record: Uint8Array, kind: RecordKind) => void,
): number {
  let count = 0;
  let at = nextMark(bytes, 0);
  while (at >= 0 && at + HEADER <= bytes.length) {
    const there = recordAt(bytes, at, kinds);
    if (there) {
      found(there.record.slice(), there.kind);
      count++;
    }
    at = nextMark(bytes, at + (there?.record.length ?? 1));
  }
  return count;
}
