/**
 * BER as SNMP uses it (X.690, RFC 3417 section 8): definite lengths only. This is the simulators' own codec; it
 * shares nothing with the collectors', so that each is a witness against the other.
 */

/** ASN.1 tags of SNMP values (RFC 3416 section 3). */
export const TAG = {
  integer: 0x02,
  octets: 0x04,
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

/** RFC 2578 section 7.1.3. */
export const MAX_ARCS = 128;

/** "1.3.6.1" (a leading dot is allowed) to arcs; undefined when it is not an OID. */
export function parseOid(text: string): number[] | undefined {
  const arcs: number[] = [];
  let arc = -1;
  let i = text.charCodeAt(0) === 46 ? 1 : 0;
  for (; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 46) {
      if (arc < 0) return undefined;
      arcs.push(arc);
      arc = -1;
    } else if (c >= 48 && c <= 57) {
      arc = (arc < 0 ? 0 : arc * 10) + c - 48;
      if (arc > 0xffff_ffff) return undefined;
    } else return undefined;
  }
  if (arc < 0) return undefined;
  arcs.push(arc);
  if (arcs.length < 2 || arcs.length > MAX_ARCS || arcs[0]! > 2 || (arcs[0]! < 2 && arcs[1]! > 39))
    return undefined;
  return arcs;
}

/** Arcs of an OID that is written in the source; throws on a slip of the pen. */
export function arcs(text: string): readonly number[] {
  const parsed = parseOid(text);
  if (!parsed) throw new Error(`not an OID: ${text}`);
  return Object.freeze(parsed);
}

function arcLength(arc: number): number {
  return arc < 0x80 ? 1 : arc < 0x4000 ? 2 : arc < 0x20_0000 ? 3 : arc < 0x1000_0000 ? 4 : 5;
}

function putArc(out: Uint8Array, at: number, arc: number): number {
  for (let n = arcLength(arc) - 1; n > 0; n--) out[at++] = 0x80 | (Math.floor(arc / 2 ** (7 * n)) & 0x7f);
  out[at++] = arc & 0x7f;
  return at;
}

/** Content octets of an OID, without tag and length. */
export function encodeOid(oid: readonly number[]): Uint8Array {
  const first = oid[0]! * 40 + oid[1]!;
  let length = arcLength(first);
  for (let i = 2; i < oid.length; i++) length += arcLength(oid[i]!);
  const out = new Uint8Array(length);
  let at = putArc(out, 0, first);
  for (let i = 2; i < oid.length; i++) at = putArc(out, at, oid[i]!);
  return out;
}

/** Content octets back to arcs; for messages and tests, not on the hot path. */
export function decodeOid(bytes: Uint8Array): number[] {
  const out: number[] = [];
  let arc = 0;
  for (const byte of bytes) {
    arc = arc * 128 + (byte & 0x7f);
    if (byte & 0x80) continue;
    if (out.length > 0) out.push(arc);
    else if (arc >= 80) out.push(2, arc - 80);
    else out.push(Math.floor(arc / 40), arc % 40);
    arc = 0;
  }
  return out;
}

/** True when the content octets are a well-formed OID: minimal sub-ids of at most 32 bits, at most 128. */
export function isOid(bytes: Uint8Array, from: number, to: number): boolean {
  if (to <= from || bytes[to - 1]! & 0x80) return false;
  let count = 1;
  let start = true;
  let arc = 0;
  for (let i = from; i < to; i++) {
    const byte = bytes[i]!;
    if (start && byte === 0x80) return false;
    arc = arc * 128 + (byte & 0x7f);
    // The first sub-id carries two arcs, so it may be 80 larger (X.690 section 8.19.4).
    if (arc > 0xffff_ffff + (count === 1 ? 80 : 0)) return false;
    start = (byte & 0x80) === 0;
    if (start) {
      arc = 0;
      count++;
    }
  }
  return count <= MAX_ARCS;
}

/**
 * Order of two OIDs given as content octets: < 0, 0, > 0. Octets do not compare as sub-ids do (129 is 81 01 but
 * 16384 is 81 80 00), so the first sub-id that differs is read on both sides.
 */
export function compareOid(
  a: Uint8Array,
  aFrom: number,
  aTo: number,
  b: Uint8Array,
  bFrom: number,
  bTo: number,
): number {
  const shorter = Math.min(aTo - aFrom, bTo - bFrom);
  let n = 0;
  while (n < shorter && a[aFrom + n] === b[bFrom + n]) n++;
  if (n === shorter) return aTo - aFrom - (bTo - bFrom);
  while (n > 0 && a[aFrom + n - 1]! & 0x80) n--;
  return arcAt(a, aFrom + n, aTo) - arcAt(b, bFrom + n, bTo);
}

function arcAt(bytes: Uint8Array, at: number, to: number): number {
  let arc = 0;
  while (at < to) {
    const byte = bytes[at++]!;
    arc = arc * 128 + (byte & 0x7f);
    if ((byte & 0x80) === 0) break;
  }
  return arc;
}

/** Octets that a definite length takes. */
export function lengthOfLength(length: number): number {
  return length < 0x80 ? 1 : length < 0x100 ? 2 : length < 0x1_0000 ? 3 : 4;
}

/** Writes a definite length; answers where it ends. */
export function putLength(out: Uint8Array, at: number, length: number): number {
  if (length < 0x80) out[at++] = length;
  else {
    const n = lengthOfLength(length) - 1;
    out[at++] = 0x80 | n;
    for (let shift = (n - 1) * 8; shift >= 0; shift -= 8) out[at++] = (length >>> shift) & 0xff;
  }
  return at;
}

/** Content octets of a signed integer within 32 bits, or of an unsigned one up to 2^53. */
export function integerLength(value: number): number {
  let n = 1;
  if (value < 0) while (n < 7 && value < -(2 ** (8 * n - 1))) n++;
  else while (n < 8 && value >= 2 ** (8 * n - 1)) n++;
  return n;
}

/** Writes tag, length and two's complement content; answers where it ends. `value` is an integer below 2^53. */
export function putInteger(out: Uint8Array, at: number, tag: number, value: number): number {
  const n = integerLength(value);
  out[at++] = tag;
  out[at++] = n;
  let high = Math.floor(value / 2 ** 32);
  const low = value >>> 0;
  if (value < 0 && value >= -(2 ** 31)) high = -1;
  for (let i = n - 1; i >= 0; i--)
    out[at++] = i >= 4 ? (high >> Math.min(31, (i - 4) * 8)) & 0xff : (low >>> (i * 8)) & 0xff;
  return at;
}

/** Tag, length, content. */
export function tlv(tag: number, content: Uint8Array): Uint8Array {
  const out = new Uint8Array(1 + lengthOfLength(content.length) + content.length);
  out[0] = tag;
  out.set(content, putLength(out, 1, content.length));
  return out;
}

export function integerTlv(tag: number, value: number): Uint8Array {
  const out = new Uint8Array(2 + integerLength(value));
  putInteger(out, 0, tag, value);
  return out;
}

/** An unsigned 64-bit value given as bigint, for recordings with counters over 2^53. */
export function bigTlv(tag: number, value: bigint): Uint8Array {
  let hex = value.toString(16);
  if (hex.length % 2 === 1) hex = `0${hex}`;
  if (Number.parseInt(hex[0]!, 16) >= 8) hex = `00${hex}`;
  return tlv(tag, Buffer.from(hex, "hex"));
}

export function textTlv(text: string): Uint8Array {
  return tlv(TAG.octets, Buffer.from(text, "utf8"));
}
