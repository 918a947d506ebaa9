import { isOid, TAG } from "./ber.ts";

export const PDU = { get: 0xa0, getNext: 0xa1, response: 0xa2, set: 0xa3, getBulk: 0xa5 } as const;

/** A request as it came: offsets into the datagram, nothing copied. */
export interface Request {
  /** 0 is SNMPv1, 1 is SNMPv2c. */
  readonly version: 0 | 1;
  readonly bytes: Uint8Array;
  readonly communityFrom: number;
  readonly communityTo: number;
  readonly pdu: number;
  readonly requestId: number;
  /** non-repeaters of a GetBulk. */
  readonly nonRepeaters: number;
  /** max-repetitions of a GetBulk. */
  readonly maxRepetitions: number;
  /** Content octets of the requested OIDs: from, to, from, to ... */
  readonly oids: readonly number[];
  /** The whole VarBindList as it came, for errors that return it. */
  readonly listFrom: number;
  readonly listTo: number;
}

/** Thrown inside the reader only; the callers see undefined. */
class Malformed extends Error {}

class Reader {
  readonly bytes: Uint8Array;
  at: number;
  end: number;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.at = 0;
    this.end = bytes.length;
  }

  /** Reads a header with that tag; answers where the content ends. */
  enter(tag: number): number {
    if (this.at + 2 > this.end || this.bytes[this.at] !== tag) throw new Malformed();
    return this.enterAny();
  }

  enterAny(): number {
    if (this.at + 2 > this.end) throw new Malformed();
    this.at++;
    let length = this.bytes[this.at++]!;
    if (length >= 0x80) {
      let n = length & 0x7f;
      if (n === 0 || n > 4 || this.at + n > this.end) throw new Malformed();
      length = 0;
      while (n-- > 0) length = length * 256 + this.bytes[this.at++]!;
    }
    if (this.at + length > this.end) throw new Malformed();
    return this.at + length;
  }

  integer(): number {
    const to = this.enter(TAG.integer);
    const n = to - this.at;
    if (n < 1 || n > 4) throw new Malformed();
    let value = (this.bytes[this.at++]! << 24) >> 24;
    while (this.at < to) value = value * 256 + this.bytes[this.at++]!;
    return value;
  }
}

/** VarBinds a request may carry: far more than a datagram of 65,507 octets needs in practice. */
const MAX_VARBINDS = 2048;

/** Reads an SNMPv1 or v2c request; undefined when it is anything else or malformed. Never throws. */
export function readRequest(bytes: Uint8Array): Request | undefined {
  try {
    const reader = new Reader(bytes);
    reader.end = reader.enter(TAG.sequence);
    const version = reader.integer();
    if (version !== 0 && version !== 1) return undefined;
    const communityTo = reader.enter(TAG.octets);
    const communityFrom = reader.at;
    reader.at = communityTo;
    const pdu = bytes[reader.at] ?? 0;
    if (pdu !== PDU.get && pdu !== PDU.getNext && pdu !== PDU.set && pdu !== PDU.getBulk) return undefined;
    if (pdu === PDU.getBulk && version === 0) return undefined;
    reader.end = reader.enterAny();
    const requestId = reader.integer();
    const nonRepeaters = reader.integer();
    const maxRepetitions = reader.integer();
    const listFrom = reader.at;
    const listTo = reader.enter(TAG.sequence);
    reader.end = listTo;
    const oids: number[] = [];
    while (reader.at < listTo) {
      const varbindTo = reader.enter(TAG.sequence);
      const oidTo = reader.enter(TAG.oid);
      if (!isOid(bytes, reader.at, oidTo)) return undefined;
      oids.push(reader.at, oidTo);
      reader.at = oidTo;
      reader.at = reader.enterAny();
      if (reader.at !== varbindTo || oids.length > 2 * MAX_VARBINDS) return undefined;
    }
    return {
      version,
      bytes,
      communityFrom,
      communityTo,
      pdu,
      requestId,
      nonRepeaters: Math.max(0, nonRepeaters),
      maxRepetitions: Math.max(0, maxRepetitions),
      oids,
      listFrom,
      listTo,
    };
  } catch (error) {
    if (error instanceof Malformed) return undefined;
    throw error;
  }
}

/** The community's octets as latin1 text: a key for maps, never printed. */
export function communityOf(request: Request): string {
  return Buffer.from(
    request.bytes.buffer,
    request.bytes.byteOffset + request.communityFrom,
    request.communityTo - request.communityFrom,
  ).toString("latin1");
}
