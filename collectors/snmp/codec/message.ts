import { BerReader, isLongTag, lengthSize, type PduType, TAG, writeHeader } from "./ber.ts";
import type { Expectation } from "./expectation.ts";
import { type OidBytes, validOid } from "./oid.ts";

/** SNMP versions as they travel: SNMPv1 is 0, SNMPv2c is 1 (RFC 3584 section 5), SNMPv3 is 3 and has another frame. */
export type WireVersion = 0 | 1 | 3;

/**
 * Octets of a request, with the place of the four octets of its request id. Made once; only the id changes.
 * Of SNMPv3 it is the PDU alone, which each sending seals anew.
 */
export interface PreparedRequest {
  readonly bytes: Uint8Array;
  readonly idAt: number;
  readonly version: WireVersion;
  readonly community: Uint8Array;
  /** Where each OID starts, and how many octets it has. */
  readonly oidAt: readonly number[];
  readonly oidLength: readonly number[];
}

/** What one octet of INTEGER holds. */
const MOST_REPETITIONS = 127;

/** Ids are at least this, so that four octets are their shortest form. */
export const LEAST_REQUEST_ID = 2 ** 23;

/**
 * Makes a request. The second and third number of the PDU are error-status and error-index (0), or for
 * GETBULK non-repeaters (0) and `maxRepetitions`, 1..127.
 */
export function prepareRequest(
  version: WireVersion,
  community: Uint8Array,
  type: PduType,
  oids: readonly OidBytes[],
  maxRepetitions = 0,
): PreparedRequest {
  let list = 0;
  for (const oid of oids) list += varbindSize(oid.length);
  const pdu = 12 + 1 + lengthSize(list) + list;
  const oidAt: number[] = [];
  const oidLength = oids.map((oid) => oid.length);
  if (version === 3) {
    const bytes = Buffer.allocUnsafe(1 + lengthSize(pdu) + pdu);
    const idAt = writePdu(bytes, 0, type, pdu, list, oids, maxRepetitions, oidAt);
    return { bytes, idAt, version, community, oidAt, oidLength };
  }
  const body = 3 + 1 + lengthSize(community.length) + community.length + 1 + lengthSize(pdu) + pdu;
  const bytes = Buffer.allocUnsafe(1 + lengthSize(body) + body);
  let at = writeHeader(bytes, 0, TAG.sequence, body);
  at = writeHeader(bytes, at, TAG.integer, 1);
  bytes[at++] = version;
  at = writeHeader(bytes, at, TAG.octetString, community.length);
  bytes.set(community, at);
  const idAt = writePdu(bytes, at + community.length, type, pdu, list, oids, maxRepetitions, oidAt);
  return { bytes, idAt, version, community, oidAt, oidLength };
}

/** Writes the PDU whose content and varbind list have these lengths; answers where its request id is. */
function writePdu(
  bytes: Buffer,
  start: number,
  type: PduType,
  pdu: number,
  list: number,
  oids: readonly OidBytes[],
  maxRepetitions: number,
  oidAt: number[],
): number {
  let at = writeHeader(bytes, start, type, pdu);
  at = writeHeader(bytes, at, TAG.integer, 4);
  const idAt = at;
  bytes.fill(0, at, at + 4);
  at = writeHeader(bytes, at + 4, TAG.integer, 1);
  bytes[at++] = 0;
  at = writeHeader(bytes, at, TAG.integer, 1);
  bytes[at++] = Math.min(maxRepetitions, MOST_REPETITIONS);
  at = writeHeader(bytes, at, TAG.sequence, list);
  for (const oid of oids) {
    at = writeHeader(bytes, at, TAG.sequence, 1 + lengthSize(oid.length) + oid.length + 2);
    at = writeHeader(bytes, at, TAG.oid, oid.length);
    oidAt.push(at);
    bytes.set(oid, at);
    at = writeHeader(bytes, at + oid.length, TAG.null, 0);
  }
  return idAt;
}

function varbindSize(oid: number): number {
  const content = 1 + lengthSize(oid) + oid + 2;
  return 1 + lengthSize(content) + content;
}

export function patchRequestId(request: PreparedRequest, id: number): void {
  const { bytes, idAt } = request;
  bytes[idAt] = id >>> 24;
  bytes[idAt + 1] = (id >>> 16) & 0xff;
  bytes[idAt + 2] = (id >>> 8) & 0xff;
  bytes[idAt + 3] = id & 0xff;
}

/** Asks for other repetitions, 1..127, in a GETBULK that was made. */
export function patchRepetitions(request: PreparedRequest, maxRepetitions: number): void {
  // Behind the id: non-repeaters, and then these.
  request.bytes[request.idAt + 9] = Math.min(maxRepetitions, MOST_REPETITIONS);
}

/** Puts octets `from` and up of an OID of the same length, which starts at `start` of `bytes`, in the place of OID `i`. */
export function patchOid(
  request: PreparedRequest,
  i: number,
  bytes: Uint8Array,
  start: number,
  from: number,
): void {
  const at = request.oidAt[i]!;
  const length = request.oidLength[i]!;
  for (let k = from; k < length; k++) request.bytes[at + k] = bytes[start + k]!;
}

/** A varbind is at least eight octets, so that a datagram of 65,507 octets holds fewer than this. */
const MAX_VARBINDS = 8192;

/**
 * A response as offsets into its datagram: varbind `i` has its OID at `oidAt[i]`..`oidEnd[i]`, its tag in
 * `tag[i]` and its value at `valueAt[i]`..`valueEnd[i]` of `bytes`. One view is used for every datagram:
 * who is called with it reads it before returning.
 */
export class ResponseView {
  bytes: Uint8Array = new Uint8Array(0);
  /** Octets of the datagram: more than `bytes` has when those were decrypted. */
  octets = 0;
  version = -1;
  communityAt = 0;
  communityEnd = 0;
  pduType = 0;
  requestId = 0;
  errorStatus = 0;
  /** One-based position of the varbind that the error is about, 0 when none. */
  errorIndex = 0;
  count = 0;
  readonly oidAt = new Int32Array(MAX_VARBINDS);
  readonly oidEnd = new Int32Array(MAX_VARBINDS);
  readonly tag = new Uint8Array(MAX_VARBINDS);
  readonly valueAt = new Int32Array(MAX_VARBINDS);
  readonly valueEnd = new Int32Array(MAX_VARBINDS);
  /** Row of the varbind in the table that was expected, -1 where it is another or nothing was expected. */
  readonly row = new Int32Array(MAX_VARBINDS);
  readonly #reader = new BerReader();

  /** Reads as far as the request id: what a datagram is matched by. False when malformed. */
  readHeader(bytes: Uint8Array): boolean {
    const reader = this.#reader;
    reader.reset(bytes);
    this.bytes = bytes;
    this.octets = bytes.length;
    this.count = 0;
    if (!reader.header(TAG.sequence, bytes.length)) return false;
    // Octets behind the message are nobody's.
    if (reader.end !== bytes.length) return false;
    const version = reader.integer(bytes.length);
    if (version === undefined) return false;
    this.version = version;
    if (!reader.header(TAG.octetString, bytes.length)) return false;
    this.communityAt = reader.at;
    this.communityEnd = reader.end;
    reader.at = reader.end;
    return this.#readPduHeader();
  }

  /**
   * The same for the inside of an SNMPv3 message of `octets` octets: a PDU that starts at `at` and ends where
   * `bytes` does.
   */
  readPdu(bytes: Uint8Array, at: number, octets: number): boolean {
    this.#reader.reset(bytes);
    this.#reader.at = at;
    this.bytes = bytes;
    this.octets = octets;
    this.count = 0;
    this.version = 3;
    this.communityAt = this.communityEnd = 0;
    return this.#readPduHeader();
  }

  #readPduHeader(): boolean {
    const reader = this.#reader;
    const bytes = this.bytes;
    const type = bytes[reader.at];
    if (type === undefined || (type & 0xe0) !== 0xa0 || isLongTag(type)) return false;
    this.pduType = type;
    if (!reader.header(type, bytes.length) || reader.end !== bytes.length) return false;
    const id = reader.integer(bytes.length);
    if (id === undefined) return false;
    this.requestId = id;
    return true;
  }

  /** Reads the rest behind a good header: error fields and the frame of every varbind. False when malformed. */
  readBody(expected?: Expectation): boolean {
    const reader = this.#reader;
    const bytes = this.bytes;
    const limit = bytes.length;
    const status = reader.integer(limit);
    const index = status === undefined ? undefined : reader.integer(limit);
    if (status === undefined || index === undefined) return false;
    this.errorStatus = status;
    this.errorIndex = index;
    if (!reader.header(TAG.sequence, limit) || reader.end !== limit) return false;
    let count = 0;
    let column = 0;
    expected?.begin();
    for (let at = reader.at; at < limit; ) {
      if (count === MAX_VARBINDS) return false;
      const end = this.#readShort(at, count) || this.#readVarbind(at, count);
      if (end === 0) return false;
      let row = -1;
      if (expected) {
        row = expected.match(column, bytes, this.oidAt[count]!, this.oidEnd[count]!);
        if (++column === expected.width) column = 0;
      }
      if (row < 0 && !validOid(bytes, this.oidAt[count]!, this.oidEnd[count]!)) return false;
      this.row[count] = row;
      at = end;
      count++;
    }
    this.count = count;
    return true;
  }

  /** Reads a varbind at `at` whose lengths are one octet each, as nearly all are; its end, or 0 when it is none. */
  #readShort(at: number, i: number): number {
    const bytes = this.bytes;
    if (at + 6 > bytes.length || bytes[at] !== TAG.sequence || bytes[at + 2] !== TAG.oid) return 0;
    const end = at + 2 + bytes[at + 1]!;
    const oidEnd = at + 4 + bytes[at + 3]!;
    // Lengths of 0x80 and more are another form; what lies past the end has none.
    if (bytes[at + 1]! >= 0x80 || bytes[at + 3]! >= 0x80 || end > bytes.length || oidEnd + 2 > end) return 0;
    const tag = bytes[oidEnd]!;
    const length = bytes[oidEnd + 1]!;
    if (length >= 0x80 || oidEnd + 2 + length !== end || isLongTag(tag)) return 0;
    this.oidAt[i] = at + 4;
    this.oidEnd[i] = oidEnd;
    this.tag[i] = tag;
    this.valueAt[i] = oidEnd + 2;
    this.valueEnd[i] = end;
    return end;
  }

  /** The same whatever the form of the lengths. */
  #readVarbind(at: number, i: number): number {
    const reader = this.#reader;
    const bytes = this.bytes;
    reader.at = at;
    if (!reader.header(TAG.sequence, bytes.length)) return 0;
    const end = reader.end;
    if (!reader.header(TAG.oid, end)) return 0;
    this.oidAt[i] = reader.at;
    this.oidEnd[i] = reader.end;
    reader.at = reader.end;
    const tag = bytes[reader.at];
    if (reader.at >= end || tag === undefined || isLongTag(tag)) return 0;
    if (!reader.header(tag, end) || reader.end !== end) return 0;
    this.tag[i] = tag;
    this.valueAt[i] = reader.at;
    this.valueEnd[i] = reader.end;
    return end;
  }

  /** Whether varbind `i` says that there is no value: noSuchObject, noSuchInstance, endOfMibView, NULL. */
  isAbsent(i: number): boolean {
    const tag = this.tag[i]!;
    return tag >= TAG.noSuchObject || tag === TAG.null;
  }
}

/** Names of error-status (RFC 3416 section 3). */
export const ERROR_STATUS_NAMES: readonly string[] = [
  "noError",
  "tooBig",
  "noSuchName",
  "badValue",
  "readOnly",
  "genErr",
  "noAccess",
  "wrongType",
  "wrongLength",
  "wrongEncoding",
  "wrongValue",
  "noCreation",
  "inconsistentValue",
  "resourceUnavailable",
  "commitFailed",
  "undoFailed",
  "authorizationError",
  "notWritable",
  "inconsistentName",
];
export const ERROR_STATUS = {
  noError: 0,
  tooBig: 1,
  noSuchName: 2,
  genErr: 5,
  authorizationError: 16,
} as const;
