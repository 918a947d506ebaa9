/**
 * The part of BER (X.690) that SNMP uses (RFC 3417 section 8): definite lengths, short tags. Nothing here
 * throws on input: a reader answers false or -1, and who called it counts the datagram as malformed.
 */
export const TAG = {
  integer: 0x02,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  sequence: 0x30,
  ipAddress: 0x40,
  counter32: 0x41,
  gauge32: 0x42,
  timeTicks: 0x43,
  opaque: 0x44,
  counter64: 0x46,
  noSuchObject: 0x80,
  noSuchInstance: 0x81,
  endOfMibView: 0x82,
} as const;

export const PDU = {
  get: 0xa0,
  getNext: 0xa1,
  response: 0xa2,
  set: 0xa3,
  getBulk: 0xa5,
  report: 0xa8,
} as const;
export type PduType = (typeof PDU)[keyof typeof PDU];

/** Whether a tag's number stands in the octets that follow (X.690 8.1.2.4): SNMP has no such tag. */
export function isLongTag(tag: number): boolean {
  return (tag & 0x1f) === 0x1f;
}

/** Walks over TLVs. After `header` the content is `at`..`end`. One object is used again for every datagram. */
export class BerReader {
  bytes: Uint8Array = new Uint8Array(0);
  at = 0;
  /** End of the content of the last header. */
  end = 0;

  reset(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.at = 0;
    this.end = bytes.length;
  }

  /** Reads a tag and a definite length whose content ends at or before `limit`. False when malformed. */
  header(tag: number, limit: number): boolean {
    const bytes = this.bytes;
    let at = this.at;
    if (at + 2 > limit || bytes[at] !== tag) return false;
    let length = bytes[at + 1]!;
    at += 2;
    if (length >= 0x80) {
      let octets = length & 0x7f;
      // 0x80 is the indefinite form; more than four octets cannot be a datagram's length.
      if (octets === 0 || octets > 4 || at + octets > limit) return false;
      length = 0;
      while (octets-- > 0) length = length * 256 + bytes[at++]!;
    }
    if (length > limit - at) return false;
    this.at = at;
    this.end = at + length;
    return true;
  }

  /** Reads an INTEGER of one to four octets; undefined when malformed. `at` is behind it afterwards. */
  integer(limit: number): number | undefined {
    if (!this.header(TAG.integer, limit)) return undefined;
    const length = this.end - this.at;
    if (length < 1 || length > 4) return undefined;
    const value = signed(this.bytes, this.at, this.end);
    this.at = this.end;
    return value;
  }
}

/** Two's complement of one to four octets. */
export function signed(bytes: Uint8Array, start: number, end: number): number {
  let value = (bytes[start]! << 24) >> 24;
  for (let i = start + 1; i < end; i++) value = (value << 8) | bytes[i]!;
  return value;
}

/** Octets of the length field for a content of that many octets. */
export function lengthSize(length: number): number {
  return length < 0x80 ? 1 : length < 0x100 ? 2 : 3;
}

/** Writes tag and length; answers the offset behind them. Content is at most 65,535 octets. */
export function writeHeader(out: Uint8Array, at: number, tag: number, length: number): number {
  out[at++] = tag;
  if (length >= 0x100) {
    out[at++] = 0x82;
    out[at++] = length >> 8;
  } else if (length >= 0x80) out[at++] = 0x81;
  out[at++] = length & 0xff;
  return at;
}
