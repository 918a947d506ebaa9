import type { SnmpColumn, SnmpDecode } from "../../src/profiles/compiled.ts";
import { formatIpv4, formatIpv6 } from "./codec/address.ts";
import { signed, TAG } from "./codec/ber.ts";
import { decodeArcs, validOid } from "./codec/oid.ts";
import { octetsToHex, octetsToText } from "./codec/text.ts";

/**
 * Values out of a datagram, by what the profile promised. Nothing throws: a value that is not what was
 * promised is NaN as a number and undefined as a text.
 */

/** Longest OCTET STRING that is searched for a number. */
const MAX_NUMBER_TEXT = 64;
/** Octets of a text that a column's pattern looks at. */
const MAX_PATTERN_TEXT = 512;

/**
 * The number in an INTEGER, Counter, Gauge or TimeTicks; NaN for any other tag or a malformed value.
 * A Counter64 over 2^53 is the nearest float64: right for a size, and not to be subtracted (`counterOf`).
 */
export function numberOf(bytes: Uint8Array, tag: number, start: number, end: number): number {
  const length = end - start;
  if (length < 1) return Number.NaN;
  if (tag === TAG.integer) return length <= 4 ? signed(bytes, start, end) : Number.NaN;
  if (tag === TAG.counter64) return counter64(bytes, start, end, 0xffffffff);
  if (tag < TAG.counter32 || tag > TAG.timeTicks) return Number.NaN;
  const first = bytes[start]!;
  if (length > 4) {
    if (length > 5 || first !== 0) return Number.NaN;
    start++;
  } else if (first >= 0x80 && length < 4) return Number.NaN; // a negative Gauge
  let value = bytes[start]!;
  for (let i = start + 1; i < end; i++) value = value * 256 + bytes[i]!;
  return value;
}

/** The same of what is subtracted from the value before: a Counter64 is answered modulo 2^53, exactly. */
export function counterOf(bytes: Uint8Array, tag: number, start: number, end: number): number {
  return tag === TAG.counter64 ? counter64(bytes, start, end, HIGH_21) : numberOf(bytes, tag, start, end);
}

/** Bits above the low 32 that a float64 holds exactly. */
const HIGH_21 = 0x1fffff;

function counter64(bytes: Uint8Array, start: number, end: number, mask: number): number {
  let length = end - start;
  if (length === 9 && bytes[start] === 0) {
    start++;
    length = 8;
  }
  if (length < 1 || length > 8 || (length < 8 && bytes[start]! >= 0x80)) return Number.NaN;
  return wideNumber(bytes, start, end, mask);
}

/** A big-endian number of at most eight octets. `mask`: which bits above the low 32 count; with all it is rounded once. */
function wideNumber(bytes: Uint8Array, start: number, end: number, mask: number): number {
  const split = Math.max(start, end - 4);
  let high = 0;
  for (let i = start; i < split; i++) high = (high << 8) | bytes[i]!;
  let low = 0;
  for (let i = split; i < end; i++) low = low * 256 + bytes[i]!;
  return ((high & mask) >>> 0) * 0x100000000 + low;
}

/** The whole of an INTEGER, Counter, Gauge or TimeTicks, also over 2^53; undefined where `numberOf` is NaN. */
export function bigintOf(bytes: Uint8Array, tag: number, start: number, end: number): bigint | undefined {
  const value = numberOf(bytes, tag, start, end);
  if (Number.isNaN(value)) return undefined;
  if (tag !== TAG.counter64) return BigInt(value);
  let exact = 0n;
  for (let i = start; i < end; i++) exact = exact * 256n + BigInt(bytes[i]!);
  return exact;
}

/** A value as a number in the way the profile says; NaN when it is none. */
export function decodeNumber(
  kind: SnmpDecode,
  bytes: Uint8Array,
  tag: number,
  start: number,
  end: number,
): number {
  switch (kind) {
    case "number":
      return numberOf(bytes, tag, start, end);
    case "counter":
      return counterOf(bytes, tag, start, end);
    case "ticks":
      return numberOf(bytes, tag, start, end) / 100;
    case "octets64":
      if (tag === TAG.octetString && end > start && end - start <= 8)
        return wideNumber(bytes, start, end, HIGH_21);
      return counterOf(bytes, tag, start, end);
    case "textNumber":
      return tag === TAG.octetString ? textNumber(bytes, start, end) : numberOf(bytes, tag, start, end);
    case "opaqueFloat":
      return tag === TAG.opaque ? opaqueNumber(bytes, start, end) : Number.NaN;
    case "lastArc":
      return tag === TAG.oid && validOid(bytes, start, end)
        ? decodeArcs(bytes, start, end).at(-1)!
        : Number.NaN;
    default:
      return Number.NaN;
  }
}

/** The number of a column's value: as `decodeNumber`, and of a text what the column says of it. */
export function decodeColumn(
  column: Pick<SnmpColumn, "decode" | "pattern" | "texts">,
  bytes: Uint8Array,
  tag: number,
  start: number,
  end: number,
): number {
  const { pattern, texts } = column;
  if ((!pattern && !texts) || tag !== TAG.octetString)
    return decodeNumber(column.decode, bytes, tag, start, end);
  const text = latin1(bytes, start, Math.min(end, start + MAX_PATTERN_TEXT));
  const match = pattern ? pattern.exec(text) : undefined;
  if (match === null) return Number.NaN;
  const part = match ? (match[1] ?? match[0]) : text;
  return texts?.get(part.replaceAll("\0", "").trim().toLowerCase()) ?? numberIn(part);
}

/** The first decimal number of a text, `-12.5 C` to -12.5; NaN when there is none. */
function textNumber(bytes: Uint8Array, start: number, end: number): number {
  return numberIn(latin1(bytes, start, Math.min(end, start + MAX_NUMBER_TEXT)));
}

function numberIn(text: string): number {
  const match = /[-+]?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][-+]?\d{1,2})?/.exec(text);
  return match ? Number(match[0]) : Number.NaN;
}

/**
 * net-snmp's numbers in Opaque: 9f78 float, 9f79 double, 9f7a Integer64, 9f7b and 9f76 unsigned 64
 * (net-snmp/library/asn1.h). NaN for anything else.
 */
function opaqueNumber(bytes: Uint8Array, start: number, end: number): number {
  const length = end - start - 3;
  if (length < 1 || bytes[start] !== 0x9f || bytes[start + 2] !== length) return Number.NaN;
  const at = start + 3;
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, length);
  switch (bytes[start + 1]) {
    case 0x78:
      return length === 4 ? view.getFloat32(0) : Number.NaN;
    case 0x79:
      return length === 8 ? view.getFloat64(0) : Number.NaN;
    case 0x7a: {
      if (length > 8) return Number.NaN;
      let value = BigInt(view.getInt8(0));
      for (let i = 1; i < length; i++) value = value * 256n + BigInt(bytes[at + i]!);
      return Number(value);
    }
    case 0x76:
    case 0x7b:
      return length <= 8 || (length === 9 && bytes[at] === 0)
        ? wideNumber(bytes, at, end, HIGH_21)
        : Number.NaN;
    default:
      return Number.NaN;
  }
}

/** A value as text in the way the profile says; undefined when it is none. Numbers become decimal text. */
export function decodeText(
  kind: SnmpDecode,
  bytes: Uint8Array,
  tag: number,
  start: number,
  end: number,
): string | undefined {
  const octets = tag === TAG.octetString || tag === TAG.opaque;
  switch (kind) {
    case "text":
      if (octets) return octetsToText(bytes, start, end);
      return looseText(bytes, tag, start, end);
    case "hex":
      return octets || tag === TAG.ipAddress ? octetsToHex(bytes, start, end, "") : undefined;
    case "mac":
      return tag === TAG.octetString ? macText(bytes, start, end) : undefined;
    case "oid":
      return tag === TAG.oid ? oidText(bytes, start, end) : undefined;
    case "ip":
      if (end - start === 4 && (octets || tag === TAG.ipAddress)) return formatIpv4(bytes, start);
      return tag === TAG.octetString ? addressText(bytes, start, end) : undefined;
    case "inet":
      return octets || tag === TAG.ipAddress ? inetText(bytes, start, end) : undefined;
    case "bits":
      return octets ? bitsText(bytes, start, end) : undefined;
    case "date":
      return octets ? dateText(bytes, start, end) : undefined;
    default: {
      const value = decodeNumber(kind, bytes, tag, start, end);
      return Number.isNaN(value) ? undefined : String(value);
    }
  }
}

/** What a value looks like when the profile says text and the agent sends something else. */
function looseText(bytes: Uint8Array, tag: number, start: number, end: number): string | undefined {
  if (tag === TAG.oid) return oidText(bytes, start, end);
  if (tag === TAG.ipAddress) return end - start === 4 ? formatIpv4(bytes, start) : undefined;
  return bigintOf(bytes, tag, start, end)?.toString();
}

function oidText(bytes: Uint8Array, start: number, end: number): string | undefined {
  // Agents send zeroDotZero as no octets at all.
  if (end === start) return "0.0";
  return validOid(bytes, start, end) ? decodeArcs(bytes, start, end).join(".") : undefined;
}

/** `00:11:22:aa:bb:cc` of six octets, or of a text that spells them. */
function macText(bytes: Uint8Array, start: number, end: number): string | undefined {
  const length = end - start;
  if (length === 6 || length === 8) return octetsToHex(bytes, start, end, ":");
  if (length < 11 || length > 24) return undefined;
  const text = latin1(bytes, start, end).replace(/[\0 ]+$/, "");
  const pairs = /^(?:[0-9a-fA-F]{1,2}[:\- ]){5}[0-9a-fA-F]{1,2}$/.test(text)
    ? text.split(/[:\- ]/).map((pair) => pair.padStart(2, "0"))
    : /^(?:[0-9a-fA-F]{4}[.:-]?){2}[0-9a-fA-F]{4}$/.test(text)
      ? text.replace(/[.:-]/g, "").match(/../g)
      : undefined;
  return pairs?.join(":").toLowerCase();
}

function addressText(bytes: Uint8Array, start: number, end: number): string | undefined {
  const text = latin1(bytes, start, Math.min(end, start + 64));
  return /^\d{1,3}(\.\d{1,3}){3}$/.test(text) ? text : undefined;
}

/** InetAddress by its length: 4 ipv4, 8 ipv4z, 16 ipv6, 20 ipv6z (RFC 4001); the zone is a number. */
export function inetText(bytes: ArrayLike<number>, start: number, end: number): string | undefined {
  switch (end - start) {
    case 4:
      return formatIpv4(bytes, start);
    case 8:
      return `${formatIpv4(bytes, start)}${zone(bytes, start + 4)}`;
    case 16:
      return formatIpv6(bytes, start);
    case 20:
      return `${formatIpv6(bytes, start)}${zone(bytes, start + 16)}`;
    default:
      return undefined;
  }
}

/** `%` and the zone index; zone 0 is no zone of its own (RFC 4007 section 11.2). */
function zone(bytes: ArrayLike<number>, at: number): string {
  const index = bytes[at]! * 0x1000000 + bytes[at + 1]! * 0x10000 + bytes[at + 2]! * 0x100 + bytes[at + 3]!;
  return index === 0 ? "" : `%${index}`;
}

/** Set bits of BITS, bit 0 being the highest of the first octet (RFC 2578 section 7.1.4): `0,3`. */
function bitsText(bytes: Uint8Array, start: number, end: number): string {
  const set: number[] = [];
  const stop = Math.min(end, start + 512);
  for (let i = start; i < stop; i++)
    for (let bit = 0; bit < 8; bit++) if (bytes[i]! & (0x80 >> bit)) set.push((i - start) * 8 + bit);
  return set.join(",");
}

/** DateAndTime (RFC 2579) of 8 or 11 octets to ISO 8601; undefined when a field is out of range. */
function dateText(bytes: Uint8Array, start: number, end: number): string | undefined {
  const length = end - start;
  if (length !== 8 && length !== 11) return undefined;
  const year = bytes[start]! * 256 + bytes[start + 1]!;
  const [month, day, hour, minute, second, tenth] = bytes.subarray(
    start + 2,
    start + 8,
  ) as unknown as number[];
  if (year === 0 || !inRange(month, 1, 12) || !inRange(day, 1, 31) || !inRange(hour, 0, 23)) return undefined;
  if (!inRange(minute, 0, 59) || !inRange(second, 0, 60) || !inRange(tenth, 0, 9)) return undefined;
  const local = `${String(year).padStart(4, "0")}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}:${two(second)}.${tenth}`;
  if (length === 8) return local;
  const [sign, hours, minutes] = bytes.subarray(start + 8, end) as unknown as number[];
  if ((sign !== 0x2b && sign !== 0x2d) || !inRange(hours, 0, 14) || !inRange(minutes, 0, 59))
    return undefined;
  return `${local}${String.fromCharCode(sign!)}${two(hours)}:${two(minutes)}`;
}

function inRange(value: number | undefined, least: number, most: number): boolean {
  return value !== undefined && value >= least && value <= most;
}

function two(value: number | undefined): string {
  return String(value).padStart(2, "0");
}

function latin1(bytes: Uint8Array, start: number, end: number): string {
  return String.fromCharCode(...bytes.subarray(start, end));
}
