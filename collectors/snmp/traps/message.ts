import { BerReader, isLongTag, TAG } from "../codec/ber.ts";
import { validOid } from "../codec/oid.ts";

/** PDUs that bring notifications (RFC 1157 section 4.1.6, RFC 3416 section 3). */
export const TRAP_PDU = { trapV1: 0xa4, inform: 0xa6, trapV2: 0xa7 } as const;
/** Versions as they travel. */
export const VERSION = { v1: 0, v2c: 1, v3: 3 } as const;

/** Varbinds whose places are remembered; the rest is checked and counted. */
const REMEMBERED_VARBINDS = 64;

/**
 * A notification as offsets into its datagram, like `ResponseView`: one view reads every datagram, and who is
 * called with it is done before returning. `readHeader` reads as far as the community, which is what a datagram
 * is let in by; `readPdu` the rest. Nothing throws: false means malformed.
 */
export class TrapView {
  bytes: Uint8Array = new Uint8Array(0);
  version = -1;
  communityAt = 0;
  communityEnd = 0;
  /** Where the PDU begins: its tag. */
  pduAt = 0;
  pduType = 0;
  /** Place of the content of error-status and error-index, for the Response to an inform. */
  statusAt = 0;
  statusEnd = 0;
  indexAt = 0;
  indexEnd = 0;
  requestId = 0;
  /** SNMPv1 only. */
  enterpriseAt = 0;
  enterpriseEnd = 0;
  agentAt = 0;
  generic = 0;
  specific = 0;
  /** SNMPv1's time-stamp: its content octets. */
  stampAt = 0;
  stampEnd = 0;
  /** How many varbinds there are, and how many of them have a place in the arrays. */
  total = 0;
  count = 0;
  readonly oidAt = new Int32Array(REMEMBERED_VARBINDS);
  readonly oidEnd = new Int32Array(REMEMBERED_VARBINDS);
  readonly tag = new Uint8Array(REMEMBERED_VARBINDS);
  readonly valueAt = new Int32Array(REMEMBERED_VARBINDS);
  readonly valueEnd = new Int32Array(REMEMBERED_VARBINDS);
  readonly #reader = new BerReader();

  /** Reads version and community; of SNMPv3 the version alone. */
  readHeader(bytes: Uint8Array): boolean {
    const reader = this.#reader;
    reader.reset(bytes);
    this.bytes = bytes;
    const end = bytes.length;
    if (!reader.header(TAG.sequence, end) || reader.end !== end) return false;
    const version = reader.integer(end);
    if (version === undefined) return false;
    this.version = version;
    if (version === VERSION.v3) return true;
    if (!reader.header(TAG.octetString, end)) return false;
    this.communityAt = reader.at;
    this.communityEnd = reader.end;
    this.pduAt = reader.end;
    return true;
  }

  /** Reads the PDU that begins at `at` and ends where `bytes` does (of SNMPv3: the decrypted octets). */
  readPdu(bytes: Uint8Array, at: number): boolean {
    const reader = this.#reader;
    reader.reset(bytes);
    reader.at = at;
    this.bytes = bytes;
    this.pduAt = at;
    const end = bytes.length;
    const type = bytes[at];
    if (type === undefined || (type & 0xe0) !== 0xa0 || isLongTag(type)) return false;
    this.pduType = type;
    if (!reader.header(type, end) || reader.end !== end) return false;
    if (type === TRAP_PDU.trapV1) return this.#readV1Head(end) && this.#readVarbinds(end);
    return this.#readHead(end) && this.#readVarbinds(end);
  }

  #readHead(end: number): boolean {
    const reader = this.#reader;
    const id = reader.integer(end);
    if (id === undefined) return false;
    this.requestId = id;
    for (const field of ["status", "index"] as const) {
      if (!reader.header(TAG.integer, end) || reader.end === reader.at || reader.end - reader.at > 4)
        return false;
      this[`${field}At`] = reader.at;
      this[`${field}End`] = reader.end;
      reader.at = reader.end;
    }
    return true;
  }

  #readV1Head(end: number): boolean {
    const reader = this.#reader;
    if (!reader.header(TAG.oid, end) || !validOid(this.bytes, reader.at, reader.end)) return false;
    this.enterpriseAt = reader.at;
    this.enterpriseEnd = reader.end;
    reader.at = reader.end;
    if (!reader.header(TAG.ipAddress, end) || reader.end - reader.at !== 4) return false;
    this.agentAt = reader.at;
    reader.at = reader.end;
    const generic = reader.integer(end);
    const specific = generic === undefined ? undefined : reader.integer(end);
    if (generic === undefined || specific === undefined || generic < 0 || generic > 6 || specific < 0)
      return false;
    this.generic = generic;
    this.specific = specific;
    if (!reader.header(TAG.timeTicks, end)) return false;
    this.stampAt = reader.at;
    this.stampEnd = reader.end;
    reader.at = reader.end;
    return true;
  }

  #readVarbinds(end: number): boolean {
    const reader = this.#reader;
    const bytes = this.bytes;
    this.count = 0;
    this.total = 0;
    if (!reader.header(TAG.sequence, end) || reader.end !== end) return false;
    while (reader.at < end) {
      if (!reader.header(TAG.sequence, end)) return false;
      const itemEnd = reader.end;
      if (!reader.header(TAG.oid, itemEnd) || !validOid(bytes, reader.at, reader.end)) return false;
      const i = this.total++;
      const oidAt = reader.at;
      const oidEnd = reader.end;
      reader.at = reader.end;
      const tag = bytes[reader.at];
      if (reader.at >= itemEnd || tag === undefined || isLongTag(tag)) return false;
      if (!reader.header(tag, itemEnd) || reader.end !== itemEnd) return false;
      if (i < REMEMBERED_VARBINDS) {
        this.oidAt[i] = oidAt;
        this.oidEnd[i] = oidEnd;
        this.tag[i] = tag;
        this.valueAt[i] = reader.at;
        this.valueEnd[i] = reader.end;
        this.count = i + 1;
      }
      reader.at = itemEnd;
    }
    return true;
  }
}

/**
 * The Response to an inform: the same message with another PDU type and no error (RFC 3416 section 4.2.7). It is
 * as long as the inform, so that it can always be sent. `view` has just read the PDU of `message`.
 */
export function responseTo(view: TrapView, message: Uint8Array): Buffer {
  const reply = Buffer.from(message);
  reply[view.pduAt] = 0xa2;
  reply.fill(0, view.statusAt, view.statusEnd);
  reply.fill(0, view.indexAt, view.indexEnd);
  return reply;
}
