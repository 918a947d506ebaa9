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
export const RECORD = { frame: 0xd1, chunk: 0xd2, directory: 0xd3, series: 0xd4, rollup: 0xd5 } as const;
export type RecordKind = (typeof RECORD)[keyof typeof RECORD];

const MARK = 0xc5;
const HEADER = 10;
/** Longest record that is believed while searching; real ones are shorter. */
const LONGEST = 16 * 1024 * 1024;

/** Starts a record in a writer that is reset first. */
export function beginRecord(writer: ByteWriter, kind: RecordKind): void {
  writer.reset();
  writer.u8(MARK);
  writer.u8(kind);
  writer.u32(0);
  writer.u32(0);
}

/** Fills in length and checksum; answers a view of the record that is good until the writer is used again. */
export function endRecord(writer: ByteWriter): Uint8Array {
  writer.patchU32(2, writer.length);
  writer.patchU32(6, checksum(writer.bytes, 0, writer.length));
  return writer.bytes.subarray(0, writer.length);
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

/** Calls `found` for each intact record of one of the kinds anywhere in `bytes`; answers how many there were. */
export function scanRecords(
  bytes: Uint8Array,
  kinds: readonly RecordKind[],
  found: (record: Uint8Array, kind: RecordKind) => void,
): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let count = 0;
  let at = bytes.indexOf(MARK);
  while (at >= 0 && at + HEADER <= bytes.length) {
    const kind = bytes[at + 1] as RecordKind;
    let next = at + 1;
    if (kinds.includes(kind)) {
      const length = view.getUint32(at + 2, true);
      if (length >= HEADER && length <= LONGEST && at + length <= bytes.length) {
        if (view.getUint32(at + 6, true) === checksum(bytes, at, length)) {
          found(bytes.slice(at, at + length), kind);
          count++;
          next = at + length;
        }
      }
    }
    at = bytes.indexOf(MARK, next);
  }
  return count;
}
