import type { IndexPart } from "../../../src/profiles/compiled.ts";
import { inetText } from "../decode.ts";
import { canonicalAddress, formatIpv4, formatIpv6 } from "./address.ts";
import { octetsToHex, octetsToText } from "./text.ts";

/** A row's index read by its parts: the text of each, and where in the arcs each ends. */
export interface RowIndex {
  readonly texts: readonly string[];
  readonly ends: readonly number[];
}

/** Octets of each InetAddressType that has a fixed length (RFC 4001): ipv4, ipv6, ipv4z, ipv6z. */
const INET_OCTETS: Readonly<Record<number, number>> = { 1: 4, 2: 16, 3: 8, 4: 20 };

/**
 * Reads an index (RFC 2578 section 7.7). Undefined when the arcs do not fit the parts. Arcs may be left over:
 * that is how a row is cut to the index of another table.
 */
export function decodeIndex(parts: readonly IndexPart[], arcs: readonly number[]): RowIndex | undefined {
  const texts: string[] = [];
  const ends: number[] = [];
  let at = 0;
  for (let i = 0; i < parts.length; i++) {
    const read = decodePart(parts[i]!, arcs, at, i === parts.length - 1);
    if (!read) return undefined;
    const name = parts[i]!.enumeration?.get(arcs[at]!);
    texts.push(name ?? read.text);
    ends.push(read.end);
    at = read.end;
  }
  // Rows are kept: without the room that pushing made.
  return { texts: texts.slice(), ends: ends.slice() };
}

interface PartRead {
  readonly text: string;
  readonly end: number;
}

function decodePart(
  part: IndexPart,
  arcs: readonly number[],
  at: number,
  last: boolean,
): PartRead | undefined {
  switch (part.type) {
    case "integer":
      return at < arcs.length ? { text: String(arcs[at]), end: at + 1 } : undefined;
    case "string":
      return counted(arcs, at, (octets) => octetsToText(octets, 0, octets.length));
    case "impliedString":
      return octetsPart(arcs, at, arcs.length, (octets) => octetsToText(octets, 0, octets.length));
    case "mac":
      // Some agents put the length before the six arcs though the object's size is fixed.
      if (last && arcs.length - at === 7 && arcs[at] === 6) return macPart(arcs, at + 1);
      return macPart(arcs, at);
    case "fixedMac":
      return macPart(arcs, at);
    case "ip":
      return octetsPart(arcs, at, at + 4, (octets) => formatIpv4(octets, 0));
    case "ipv6":
      return octetsPart(arcs, at, at + 16, (octets) => formatIpv6(octets, 0));
    case "inet":
      return inetPart(arcs, at);
    case "oid": {
      const end = at + 1 + (arcs[at] ?? Number.NaN);
      return end <= arcs.length ? { text: arcs.slice(at + 1, end).join("."), end } : undefined;
    }
    case "rest":
      return { text: arcs.slice(at).join("."), end: arcs.length };
  }
}

function macPart(arcs: readonly number[], at: number): PartRead | undefined {
  return octetsPart(arcs, at, at + 6, (octets) => octetsToHex(octets, 0, 6, ":"));
}

function inetPart(arcs: readonly number[], at: number): PartRead | undefined {
  const type = arcs[at];
  const length = arcs[at + 1];
  if (type === undefined || length === undefined) return undefined;
  if (type === 16) return counted(arcs, at + 1, (octets) => octetsToText(octets, 0, octets.length));
  if (type === 0 && length === 0) return { text: "", end: at + 2 };
  if (INET_OCTETS[type] !== length) return faultyInet(arcs, at + 1, type);
  return counted(arcs, at + 1, (octets) => inetText(octets, 0, octets.length));
}

/** Agents leave the length out, or spell the address in characters: taken where nothing else can be meant. */
function faultyInet(arcs: readonly number[], at: number, type: number): PartRead | undefined {
  const left = arcs.length - at;
  const octets = type === 1 || type === 3 ? [4, 8] : type === 2 || type === 4 ? [16, 20] : [];
  if (octets.includes(left)) return octetsPart(arcs, at, arcs.length, (bytes) => inetText(bytes, 0, left));
  return counted(arcs, at, (bytes) => {
    const text = String.fromCharCode(...bytes);
    return bytes.length <= 64 ? canonicalAddress(text) : undefined;
  });
}

function counted(
  arcs: readonly number[],
  at: number,
  format: (octets: Uint8Array) => string | undefined,
): PartRead | undefined {
  const length = arcs[at];
  return length === undefined ? undefined : octetsPart(arcs, at + 1, at + 1 + length, format);
}

function octetsPart(
  arcs: readonly number[],
  start: number,
  end: number,
  format: (octets: Uint8Array) => string | undefined,
): PartRead | undefined {
  if (end > arcs.length) return undefined;
  const octets = new Uint8Array(end - start);
  for (let i = start; i < end; i++) {
    if (arcs[i]! > 255) return undefined;
    octets[i - start] = arcs[i]!;
  }
  const text = format(octets);
  return text === undefined ? undefined : { text, end };
}
