import { CampusError } from "../../../src/errors/campus-error.ts";

/** Sub-identifiers an OBJECT IDENTIFIER may have in SNMP (RFC 2578 section 3.5). */
export const MAX_ARCS = 128;
const MAX_ARC = 0xffffffff;

/** The BER content octets of an OBJECT IDENTIFIER: what travels, and what OIDs are compared as. */
export type OidBytes = Uint8Array;

/** `1.3.6.1` or `.1.3.6.1` to arcs; throws E_REQUEST when it is not an OID. */
export function parseOid(text: string): number[] {
  const arcs = (text.startsWith(".") ? text.slice(1) : text).split(".").map((arc) => {
    return /^\d{1,10}$/.test(arc) ? Number(arc) : Number.NaN;
  });
  checkArcs(arcs, text);
  return arcs;
}

/** Arcs to content octets; throws E_REQUEST when they are not an OID. */
export function encodeOid(arcs: readonly number[]): OidBytes {
  checkArcs(arcs, arcs.join("."));
  const out: number[] = [];
  pushArc(out, arcs[0]! * 40 + arcs[1]!);
  for (let i = 2; i < arcs.length; i++) pushArc(out, arcs[i]!);
  return Uint8Array.from(out);
}

/** Arcs of an index to octets: no first pair, may be empty. */
export function encodeIndex(arcs: readonly number[]): Uint8Array {
  const out: number[] = [];
  for (const arc of arcs) pushArc(out, arc);
  return Uint8Array.from(out);
}

function checkArcs(arcs: readonly number[], text: string): void {
  const good =
    arcs.length >= 2 &&
    arcs.length <= MAX_ARCS &&
    arcs[0]! <= 2 &&
    (arcs[0] === 2 || arcs[1]! < 40) &&
    arcs.every((arc) => Number.isInteger(arc) && arc >= 0 && arc <= MAX_ARC);
  if (!good) throw new CampusError("E_REQUEST", `not an object identifier: ${text.slice(0, 80)}`);
}

function pushArc(out: number[], arc: number): void {
  let shift = 1;
  while (shift < 5 && arc >= 2 ** (7 * shift)) shift++;
  for (let i = shift - 1; i > 0; i--) out.push((Math.floor(arc / 2 ** (7 * i)) % 128) | 0x80);
  out.push(arc % 128);
}

/**
 * Whether octets are well-formed sub-identifiers: each is minimal, ends, and is at most 2^32-1; at most 128.
 * `start` < `end`.
 */
export function validOid(bytes: Uint8Array, start: number, end: number): boolean {
  if (end <= start || bytes[end - 1]! >= 0x80) return false;
  let arcs = 1;
  let run = 0;
  for (let i = start; i < end; i++) {
    const byte = bytes[i]!;
    if (byte < 0x80) {
      run = 0;
      arcs++;
      continue;
    }
    // X.690 8.19.2: the leading octet of a sub-identifier is not 0x80. Five octets hold 35 bits.
    if (run === 0 && byte === 0x80) return false;
    run++;
    if (run > 4 || (run === 4 && bytes[i - 3]! > 0x8f)) return false;
  }
  return arcs <= MAX_ARCS;
}

/** Content octets (or, when `index`, index octets) to arcs. The octets are valid. */
export function decodeArcs(bytes: Uint8Array, start: number, end: number, index = false): number[] {
  const arcs: number[] = [];
  let arc = 0;
  for (let i = start; i < end; i++) {
    const byte = bytes[i]!;
    arc = arc * 128 + (byte & 0x7f);
    if (byte >= 0x80) continue;
    if (arcs.length === 0 && !index) {
      const first = arc < 40 ? 0 : arc < 80 ? 1 : 2;
      arcs.push(first, arc - first * 40);
    } else arcs.push(arc);
    arc = 0;
  }
  // An array that grew by pushing has room for sixteen more, and those of rows are kept.
  return arcs.slice();
}

/** Whether the octets at `start`..`end` lie strictly below `prefix`. */
export function isBelow(prefix: OidBytes, bytes: Uint8Array, start: number, end: number): boolean {
  const length = prefix.length;
  if (end - start <= length) return false;
  // The end differs first: neighbouring columns share all but their last arc.
  for (let i = length - 1; i >= 0; i--) if (bytes[start + i] !== prefix[i]) return false;
  return true;
}

/** Whether `prefix` is the whole of or a prefix of `oid` at an arc boundary. */
export function covers(prefix: OidBytes, oid: OidBytes): boolean {
  return prefix.length === oid.length
    ? equalBytes(prefix, oid, 0, oid.length)
    : isBelow(prefix, oid, 0, oid.length);
}

export function equalBytes(a: Uint8Array, b: Uint8Array, start: number, end: number): boolean {
  const length = a.length;
  if (end - start !== length) return false;
  for (let i = 0; i < length; i++) if (a[i] !== b[start + i]) return false;
  return true;
}

/**
 * Order of two OIDs, arc by arc (RFC 2578 section 7.10): < 0, 0 or > 0. Octet order is not enough:
 * 16384 (81 80 00) follows 16383 (ff 7f).
 */
export function compareOids(
  a: Uint8Array,
  aStart: number,
  aEnd: number,
  b: Uint8Array,
  bStart: number,
  bEnd: number,
): number {
  const length = Math.min(aEnd - aStart, bEnd - bStart);
  let i = 0;
  while (i < length && a[aStart + i] === b[bStart + i]) i++;
  if (i === length) return aEnd - aStart - (bEnd - bStart);
  while (i > 0 && a[aStart + i - 1]! >= 0x80) i--;
  return arcAt(a, aStart + i, aEnd) - arcAt(b, bStart + i, bEnd);
}

function arcAt(bytes: Uint8Array, at: number, end: number): number {
  let arc = 0;
  for (; at < end; at++) {
    const byte = bytes[at]!;
    arc = arc * 128 + (byte & 0x7f);
    if (byte < 0x80) break;
  }
  return arc;
}

/** A row's index as a key of a map: its octets as a one-octet-a-character string. */
export function indexKey(bytes: Uint8Array, start: number, end: number): string {
  let key = "";
  for (let i = start; i < end; i++) key += String.fromCharCode(bytes[i]!);
  return key;
}
