import { isIPv6 } from "node:net";
import type { CompiledProfile } from "../../../src/profiles/compiled.ts";
import { TAG } from "../codec/ber.ts";
import { decodeArcs, encodeOid } from "../codec/oid.ts";
import { Ipv4Map, Ipv6Map, MacMap } from "./address-maps.ts";
import { IndexRewriter } from "./index-rewriter.ts";
import { type KnownObject, Layouts, type ObjectLayout } from "./layout.ts";
import { nameMap, serialMap, type TextMap } from "./name-maps.ts";
import { ipv6OfHex, Scrubber } from "./scrubber.ts";
import type { RawVarbind } from "./walk.ts";

export interface SanitiserOptions {
  /** 32 random octets that nobody keeps: the same text becomes the same placeholder within one file only. */
  readonly key: Uint8Array;
  readonly profile: CompiledProfile | undefined;
  /** What opens the device: community or user. It is nowhere in the file. */
  readonly secrets?: readonly string[];
}

/** What was changed, for who sends the file. */
export interface SanitiserReport {
  readonly objects: number;
  readonly dropped: number;
  readonly macs: number;
  readonly ipv4: number;
  readonly ipv6: number;
  readonly names: number;
  readonly serials: number;
  /** Texts of objects that no profile knows: a person should look at them. */
  readonly unknownTexts: number;
}

export interface Sanitised {
  readonly varbinds: readonly RawVarbind[];
  readonly report: SanitiserReport;
}

/** Maps of one file. */
export interface Maps {
  readonly macs: MacMap;
  readonly ipv4: Ipv4Map;
  readonly ipv6: Ipv6Map;
  readonly names: TextMap;
  readonly serials: TextMap;
}

/**
 * Takes out of what a device said whatever tells which device, where, and of whom. Every varbind is looked at twice: first
 * all addresses, names and serial numbers are collected, then each is replaced wherever it stands, in values, texts and
 * indexes, so that what belongs together stays together.
 */
export function sanitise(varbinds: readonly RawVarbind[], options: SanitiserOptions): Sanitised {
  const macs = new MacMap(options.key);
  const ipv4 = new Ipv4Map(options.key);
  const maps: Maps = {
    macs,
    ipv4,
    ipv6: new Ipv6Map(options.key, macs, ipv4),
    names: nameMap(options.key),
    serials: serialMap(options.key),
  };
  const worker = new Sanitiser(maps, options);
  for (const varbind of varbinds) worker.collect(varbind);
  worker.ready(varbinds);
  const kept: RawVarbind[] = [];
  for (const varbind of varbinds) {
    const made = worker.replace(varbind);
    if (made) kept.push(made);
  }
  kept.sort((a, b) => compareArcs(a.oid, b.oid));
  return {
    varbinds: kept,
    report: {
      objects: kept.length,
      dropped: varbinds.length - kept.length,
      macs: macs.size,
      ipv4: ipv4.size,
      ipv6: maps.ipv6.size,
      names: maps.names.size,
      serials: maps.serials.size,
      unknownTexts: worker.unknownTexts,
    },
  };
}

class Sanitiser {
  unknownTexts = 0;
  readonly #maps: Maps;
  readonly #layouts: Layouts;
  readonly #indexes: IndexRewriter;
  readonly #scrubber: Scrubber;

  constructor(maps: Maps, { profile, secrets = [] }: SanitiserOptions) {
    this.#maps = maps;
    this.#layouts = new Layouts(profile);
    this.#indexes = new IndexRewriter(maps);
    this.#scrubber = new Scrubber(maps, secrets);
  }

  collect({ oid, tag, value }: RawVarbind): void {
    const known = this.#layouts.of(oid);
    const { layout } = known;
    this.#indexes.collect(oid, known);
    if (tag === TAG.ipAddress && value.length === 4) this.#maps.ipv4.collect([...value].join("."));
    if (tag !== TAG.octetString) return;
    const text = latin1(value);
    // `Linux HOST 6.1 ...`: what net-snmp makes of uname.
    const host =
      isSystem(oid) && /^(?:Linux|FreeBSD|OpenBSD|NetBSD|Darwin|SunOS|AIX) (\S+) \S/.exec(text)?.[1];
    if (host) this.#maps.names.collect(host);
    if (layout.text === "name" || (layout.text === "port" && !isPort(text))) this.#maps.names.collect(text);
    else if (layout.text === "serial") this.#maps.serials.collect(text.trim());
    this.#collectOctets(value, layout);
  }

  /** All is collected: names that are also models or makers are told from others. */
  ready(varbinds: readonly RawVarbind[]): void {
    const products = varbinds
      .filter(({ oid, tag }) => tag === TAG.octetString && this.#layouts.of(oid).layout.text === "product")
      .map(({ value }) => latin1(value));
    this.#scrubber.ready(products);
  }

  replace(varbind: RawVarbind): RawVarbind | undefined {
    const { tag, value } = varbind;
    const known = this.#layouts.of(varbind.oid);
    const oid = this.#indexes.rewrite(varbind.oid, known);
    if (!oid) return undefined;
    if (tag === TAG.ipAddress && value.length === 4) return { oid, tag, value: this.#ip(value) };
    // What kind of device it is says sysObjectID, and it is asked for by that.
    if (tag === TAG.oid && value.length > 0 && !isSystem(oid)) {
      const arcs = decodeArcs(value, 0, value.length);
      const mapped = this.#indexes.rewrite(arcs, this.#layouts.of(arcs));
      return { oid, tag, value: mapped ? encodeOid(mapped) : encodeOid([0, 0]) };
    }
    if (tag === TAG.octetString) return { oid, tag, value: this.#octets(value, known) };
    // Opaque holds numbers (net-snmp's floats), or what nobody can look into.
    if (tag === TAG.opaque && value.length > 12) return undefined;
    return { oid, tag, value };
  }

  #ip(value: Uint8Array): Uint8Array {
    return Uint8Array.from(
      this.#maps.ipv4
        .map([...value].join("."))
        .split(".")
        .map(Number),
    );
  }

  #collectOctets(value: Uint8Array, layout: ObjectLayout): void {
    const { macs, ipv4, ipv6 } = this.#maps;
    const hex = Buffer.from(value).toString("hex");
    if (layout.text === "bitmap") return;
    if (layout.decode === "mac" && hex.length === 12) macs.collect(hex);
    else if (layout.decode === "ip" && hex.length === 8) ipv4.collect([...value].join("."));
    else if (layout.decode === "inet" && (hex.length === 8 || hex.length === 16))
      ipv4.collect([...value.subarray(0, 4)].join("."));
    else if (layout.decode === "inet" && hex.length >= 32) ipv6.collect(hex.slice(0, 32));
    else if (isPrintable(value)) this.#scrubber.collect(latin1(value), layout.text === "product");
    else if (hex.length === 12) macs.collect(hex);
    else if (looksLikeIpv6(hex)) ipv6.collect(hex);
    // A bridge's identifier: priority and address. A chassis' address: family and address.
    else if (hex.length === 16) macs.collect(hex.slice(4));
    else if (hex.length === 10 && hex.startsWith("01")) ipv4.collect([...value.subarray(1)].join("."));
  }

  #octets(value: Uint8Array, { layout, depth }: KnownObject): Uint8Array {
    const { macs, ipv4, ipv6, names, serials } = this.#maps;
    if (layout.text === "bitmap" || value.length === 0) return value;
    const hex = Buffer.from(value).toString("hex");
    if (hex.length === 12 && macs.knows(hex)) return Buffer.from(macs.map(hex), "hex");
    if (hex.length === 8 && (layout.decode === "ip" || layout.decode === "inet")) return this.#ip(value);
    if (hex.length === 16 && layout.decode === "inet")
      return Buffer.concat([this.#ip(value.subarray(0, 4)), value.subarray(4)]);
    if (hex.length >= 32 && hex.length <= 40 && (layout.decode === "inet" || ipv6.knows(hex.slice(0, 32))))
      return Buffer.from(ipv6.map(hex.slice(0, 32)) + hex.slice(32), "hex");
    if (hex.length === 16 && macs.knows(hex.slice(4)))
      return Buffer.from(hex.slice(0, 4) + macs.map(hex.slice(4)), "hex");
    const four = value.length === 4 ? [...value].join(".") : "";
    if (ipv4.isCertain(four)) return this.#ip(value);
    const text = latin1(value);
    // A device that nobody gave a name has that of its model.
    if (layout.text !== "product" && names.knows(text)) return octets(names.map(text));
    const trimmed = text.trim();
    if (serials.knows(trimmed)) return octets(text.replace(trimmed, serials.map(trimmed)));
    if (isPrintable(value)) {
      if (depth === undefined && /[A-Za-z]{2}/.test(text)) this.unknownTexts++;
      return octets(
        this.#scrubber.scrub(
          withoutForeign(text, (typed) => names.map(typed)),
          layout.text === "product",
        ),
      );
    }
    if (four !== "" && (ipv4.knows(four) || ipv4.isNear(four))) return this.#ip(value);
    if (hex.length === 10 && hex.startsWith("01") && ipv4.knows([...value.subarray(1)].join(".")))
      return Buffer.concat([value.subarray(0, 1), this.#ip(value.subarray(1))]);
    return Buffer.from(this.#scrubber.scrubHex(hex), "hex");
  }
}

function isSystem(oid: readonly number[]): boolean {
  return oid.length > 7 && oid.slice(0, 7).join(".") === "1.3.6.1.2.1.1";
}

/** Signs that are no letters: units and the like. */
const SIGNS =
  /^[\u00b0\u00b5\u00b1\u00b2\u00b3\u00ae\u00a9\u2122\u2013\u2014\u2018\u2019\u201c\u201d\u03a9\u2103]+$/;

/** What is written in other letters than ASCII somebody typed in: each run of it is replaced. */
function withoutForeign(text: string, replace: (typed: string) => string): string {
  if (!/[\x80-\xff]/.test(text)) return text;
  const bytes = Buffer.from(text, "latin1");
  let isUtf8 = true;
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    isUtf8 = false;
  }
  // The second octet of a character of GB18030 may be a letter.
  const run = isUtf8 ? /[\x80-\xff]+/g : /(?:[\x80-\xff][\x30-\xff])+|[\x80-\xff]/g;
  return text.replace(run, (typed) =>
    isUtf8 && SIGNS.test(Buffer.from(typed, "latin1").toString("utf8")) ? typed : replace(typed),
  );
}

/** The name of an interface as devices make it, not as people do. */
function isPort(text: string): boolean {
  return /^(?:[A-Za-z][A-Za-z-]{0,24}[ :_-]?)?\d{1,4}(?:[/.:]\d{1,4}){0,4}$/.test(text.trim());
}

/** Text of any kind: printable ASCII, or UTF-8 or GB18030 without control characters. */
function isPrintable(value: Uint8Array): boolean {
  let high = 0;
  let end = value.length;
  while (end > 0 && value[end - 1] === 0) end--;
  for (let i = 0; i < end; i++) {
    const octet = value[i]!;
    if (octet < 32 && octet !== 9 && octet !== 10 && octet !== 13) return false;
    if (octet === 127) return false;
    if (octet >= 128) high++;
  }
  if (high === 0) return end > 0;
  if (end < 2) return false;
  for (const encoding of ["utf-8", "gb18030"])
    try {
      new TextDecoder(encoding, { fatal: true }).decode(value.subarray(0, end));
      // Few octets that happen to be a character of GB18030 are numbers: an address, a bitmap.
      return encoding === "utf-8" || (high % 2 === 0 && end > 6);
    } catch {
      // the next one
    }
  return false;
}

function looksLikeIpv6(hex: string): boolean {
  return hex.length === 32 && /^(?:2[0-9a-f]{3}|f[cd]|fe[89ab])/.test(hex) && isIPv6(ipv6OfHex(hex));
}

function latin1(value: Uint8Array): string {
  return Buffer.from(value).toString("latin1");
}

function octets(text: string): Uint8Array {
  return Buffer.from(text, "latin1");
}

function compareArcs(a: readonly number[], b: readonly number[]): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
}
