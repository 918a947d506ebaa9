import type { IndexPart } from "../../../src/profiles/compiled.ts";
import type { KnownObject } from "./layout.ts";
import type { Maps } from "./sanitiser.ts";

/** Arcs that every enterprise's objects begin with, and one more for the table. */
const HEAD = 9;

/**
 * Replaces addresses and names within the index of an object. Where a profile or a standard says how the index is made it
 * is read by its parts; elsewhere what looks like a known address is replaced, and where that is not sure the object
 * is left out.
 */
export class IndexRewriter {
  readonly #maps: Maps;

  constructor(maps: Maps) {
    this.#maps = maps;
  }

  collect(oid: readonly number[], known: KnownObject): void {
    if (known.depth !== undefined) {
      this.#parts(oid, known, (type, octets) => {
        const { macs, ipv4, ipv6, names } = this.#maps;
        if (type === "mac") macs.collect(hexOf(octets));
        else if (type === "ip") ipv4.collect(octets.join("."));
        else if (type === "ipv6") ipv6.collect(hexOf(octets));
        else if (octets.length >= 3 && octets.some((octet) => octet >= 128)) names.collect(latin1(octets));
        return octets;
      });
      return;
    }
    const mac = trailingMac(oid);
    if (mac) this.#maps.macs.collect(hexOf(mac));
    // The address of a private table that nobody knows.
    const quad = oid.slice(-4);
    if (oid.length > HEAD + 4 && isPrivateQuad(quad)) this.#maps.ipv4.collect(quad.join("."));
  }

  /** Undefined when the object is to be left out. */
  rewrite(oid: readonly number[], known: KnownObject): readonly number[] | undefined {
    const { macs, ipv4, ipv6, names, serials } = this.#maps;
    if (known.depth !== undefined) {
      const made = this.#parts(oid, known, (type, octets) => {
        if (type === "mac") return arcsOfHex(macs.map(hexOf(octets)));
        if (type === "ip") return ipv4.map(octets.join(".")).split(".").map(Number);
        if (type === "ipv6") return arcsOfHex(ipv6.map(hexOf(octets)));
        const text = latin1(octets);
        if (names.knows(text)) return [...Buffer.from(names.map(text), "latin1")];
        if (serials.knows(text)) return [...Buffer.from(serials.map(text), "latin1")];
        return octets;
      });
      // What no part of the index explains is looked at like an index that nobody knows.
      if (made.rest === oid.length) return made.arcs;
      const rest = this.#scan(made.arcs.slice(made.rest));
      return rest && [...made.arcs.slice(0, made.rest), ...rest];
    }
    if (oid.length <= HEAD) return oid;
    const rest = this.#scan(oid.slice(HEAD));
    return rest && [...oid.slice(0, HEAD), ...rest];
  }

  /** Known addresses and names among arcs that nobody can tell the meaning of. */
  #scan(arcs: readonly number[]): readonly number[] | undefined {
    const { macs, ipv4, ipv6, names, serials } = this.#maps;
    const made = [...arcs];
    for (let at = 0; at < made.length; at++) {
      const six = made.slice(at, at + 6);
      if (six.length === 6 && six.every(isOctet) && macs.knows(hexOf(six))) {
        made.splice(at, 6, ...arcsOfHex(macs.map(hexOf(six))));
        at += 5;
        continue;
      }
      const sixteen = made.slice(at, at + 16);
      if (sixteen.length === 16 && sixteen.every(isOctet) && ipv6.knows(hexOf(sixteen))) {
        made.splice(at, 16, ...arcsOfHex(ipv6.map(hexOf(sixteen))));
        at += 15;
        continue;
      }
      // A text with its length in front.
      const length = made[at]!;
      const text = length >= 3 && length <= 64 ? made.slice(at + 1, at + 1 + length) : [];
      if (text.length === length && text.every((arc) => arc >= 32 && arc < 256)) {
        const name = latin1(text);
        const mapped = names.knows(name)
          ? names.map(name)
          : serials.knows(name)
            ? serials.map(name)
            : undefined;
        if (mapped !== undefined) {
          made.splice(at + 1, length, ...Buffer.from(mapped, "latin1"));
          at += length;
          continue;
        }
      }
      const four = made.slice(at, at + 4);
      if (four.length !== 4 || !four.every(isOctet) || !ipv4.knows(four.join("."))) continue;
      // Small numbers may be part of an index as well: it is not sent rather than sent wrong.
      if (four.filter((octet) => octet > 31).length < 2) return undefined;
      made.splice(at, 4, ...ipv4.map(four.join(".")).split(".").map(Number));
      at += 3;
    }
    return made;
  }

  /** Walks over the parts of the index; `use` gives what takes an address's place. `rest`: where no part fits any more. */
  #parts(
    oid: readonly number[],
    { layout, depth = oid.length }: KnownObject,
    use: (type: "mac" | "ip" | "ipv6" | "string", octets: readonly number[]) => readonly number[],
  ): { arcs: number[]; rest: number } {
    const arcs = [...oid];
    let at = depth;
    const put = (type: "mac" | "ip" | "ipv6" | "string", from: number, length: number): boolean => {
      const octets = arcs.slice(from, from + length);
      if (octets.length !== length || !octets.every(isOctet)) return false;
      arcs.splice(from, length, ...use(type, octets));
      at = from + length;
      return true;
    };
    // Scalars, and tables whose index is made of small numbers.
    if (!layout.index) return { arcs, rest: oid.length };
    for (const type of layout.index) {
      if (at >= arcs.length) break;
      const fits = part(type, arcs, at, put, () => at++);
      if (!fits) return { arcs, rest: at };
    }
    return { arcs, rest: at };
  }
}

function part(
  type: IndexPart["type"],
  arcs: readonly number[],
  at: number,
  put: (type: "mac" | "ip" | "ipv6" | "string", from: number, length: number) => boolean,
  skip: () => void,
): boolean {
  switch (type) {
    case "integer":
      skip();
      return true;
    case "mac":
    case "fixedMac":
      return arcs.length - at === 7 && arcs[at] === 6 ? put("mac", at + 1, 6) : put("mac", at, 6);
    case "ip":
      return put("ip", at, 4);
    case "ipv6":
      return arcs.length - at === 17 && arcs[at] === 16 ? put("ipv6", at + 1, 16) : put("ipv6", at, 16);
    case "inet":
      return inet(arcs, at, put);
    case "string":
      return put("string", at + 1, arcs[at]!);
    case "impliedString":
      return put("string", at, arcs.length - at);
    default:
      return false;
  }
}

/** Type, length, octets; some agents leave the length out, LLDP has 6 for a MAC address. */
function inet(
  arcs: readonly number[],
  at: number,
  put: (type: "mac" | "ip" | "ipv6" | "string", from: number, length: number) => boolean,
): boolean {
  const length = arcs[at + 1];
  const left = arcs.length - at - 2;
  if (length === 4 && left >= 4) return put("ip", at + 2, 4);
  if (length === 8 && left >= 8) return put("ip", at + 2, 4);
  if ((length === 16 || length === 20) && left >= 16) return put("ipv6", at + 2, 16);
  if (length === 6 && left >= 6) return put("mac", at + 2, 6);
  if (arcs[at] === 1 && left + 1 >= 4) return put("ip", at + 1, 4);
  if (arcs[at] === 2 && left + 1 >= 16) return put("ipv6", at + 1, 16);
  return false;
}

const isOctet = (arc: number): boolean => arc >= 0 && arc <= 255;

function hexOf(octets: readonly number[]): string {
  return Buffer.from(octets).toString("hex");
}

function latin1(octets: readonly number[]): string {
  return Buffer.from(octets).toString("latin1");
}

function arcsOfHex(hex: string): number[] {
  return [...Buffer.from(hex, "hex")];
}

/** Six octets at the end of which so many are large that they are no numbers of slots and ports. */
function trailingMac(oid: readonly number[]): readonly number[] | undefined {
  const six = oid.slice(-6);
  if (oid.length < HEAD + 6 || !six.every(isOctet)) return undefined;
  return six.filter((octet) => octet > 31).length >= 3 ? six : undefined;
}

function isPrivateQuad([a, b, c, d]: readonly number[]): boolean {
  if ([a, b, c, d].some((arc) => arc === undefined || arc > 255)) return false;
  return (
    (a === 192 && b === 168) ||
    (a === 172 && b! >= 16 && b! <= 31) ||
    (a === 10 && (b! > 9 || c! > 9 || d! > 9))
  );
}
