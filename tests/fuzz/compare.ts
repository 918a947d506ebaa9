import { decodeArcs } from "../../collectors/snmp/codec/oid.ts";
import { decodeIndex } from "../../collectors/snmp/codec/row-index.ts";
import { SnmpValue } from "../../collectors/snmp/codec/value.ts";
import {
  counterOf,
  decodeNumber,
  decodeText as decodeTextAs,
  numberOf,
} from "../../collectors/snmp/decode.ts";
import type { IndexPart, SnmpDecode } from "../../src/profiles/compiled.ts";
import * as witness from "./witness.ts";

/** Something was read that another decoder reads otherwise. */
export class Mismatch extends Error {}

export function expectSame(what: string, ours: unknown, theirs: unknown): void {
  if (!Object.is(ours, theirs))
    throw new Mismatch(`${what}: ${String(ours)} here, ${String(theirs)} elsewhere`);
}

/** What `ResponseView` and `TrapView` have in common. */
export interface VarbindOffsets {
  readonly bytes: Uint8Array;
  readonly count: number;
  readonly oidAt: Int32Array;
  readonly oidEnd: Int32Array;
  readonly tag: Uint8Array;
  readonly valueAt: Int32Array;
  readonly valueEnd: Int32Array;
}

const NUMBERS: readonly SnmpDecode[] = ["ticks", "octets64", "textNumber", "opaqueFloat", "lastArc"];
const TEXTS: readonly SnmpDecode[] = ["text", "hex", "mac", "oid", "ip", "inet", "bits", "date", "number"];
const INDEXES: readonly (readonly IndexPart[])[] = (
  [
    ["integer", "inet", "rest"],
    ["string", "mac"],
    ["impliedString"],
    ["inet", "inet"],
    ["ip", "ipv6"],
    ["fixedMac", "oid", "rest"],
  ] as const
).map((types) => types.map((type, i) => ({ name: `part${i}`, type })));

/** Values that are decoded in every way there is; the rest of a long list is compared only. */
const DECODED = 12;
const TWO_53 = 2n ** 53n;

export function compareVarbinds(view: VarbindOffsets, theirs: readonly witness.Varbind[]): void {
  for (let i = 0; i < view.count; i++) {
    const their = theirs[i];
    if (!their) throw new Mismatch(`varbind ${i} is not there elsewhere`);
    const [at, end] = [view.valueAt[i]!, view.valueEnd[i]!];
    const tag = view.tag[i]!;
    const arcs = decodeArcs(view.bytes, view.oidAt[i]!, view.oidEnd[i]!);
    expectSame(`OID of varbind ${i}`, arcs.join("."), their.oid);
    expectSame(`tag of varbind ${i}`, tag, their.tag);
    if (!their.value.equals(view.bytes.subarray(at, end))) throw new Mismatch(`octets of varbind ${i}`);
    const number = witness.numberOf(their);
    const nearest = number === undefined ? Number.NaN : Number(number);
    const low = number === undefined ? Number.NaN : Number(tag === 0x46 ? number % TWO_53 : number);
    expectSame(`number of varbind ${i}`, numberOf(view.bytes, tag, at, end), nearest);
    expectSame(`counter of varbind ${i}`, counterOf(view.bytes, tag, at, end), low);
    if (i < DECODED) compareDecoded(view, i, their, number, arcs);
  }
}

function compareDecoded(
  view: VarbindOffsets,
  i: number,
  their: witness.Varbind,
  number: bigint | undefined,
  arcs: readonly number[],
): void {
  const [at, end, tag] = [view.valueAt[i]!, view.valueEnd[i]!, view.tag[i]!];
  const value = new SnmpValue(tag, view.bytes.subarray(at, end));
  expectSame(`whole number of varbind ${i}`, value.bigint, number);
  for (const kind of NUMBERS)
    if (typeof decodeNumber(kind, view.bytes, tag, at, end) !== "number") throw new Mismatch(kind);
  for (const kind of TEXTS) {
    const text = decodeTextAs(kind, view.bytes, tag, at, end);
    if (text !== undefined) checkText(kind, text, their, number);
  }
  for (const parts of INDEXES) {
    const row = decodeIndex(parts, arcs.slice(Math.min(arcs.length, 4)));
    if (row && row.ends.at(-1)! > arcs.length) throw new Mismatch("an index ends behind its arcs");
  }
}

function checkText(kind: SnmpDecode, text: string, their: witness.Varbind, number: bigint | undefined): void {
  const { tag, value } = their;
  if (kind === "hex") expectSame("hex", text, value.toString("hex"));
  if (kind === "oid") expectSame("OID value", text, witness.oidText(value) ?? "0.0");
  if (kind !== "text") return;
  if (number !== undefined) expectSame("number as text", text, String(number));
  if (tag === 0x40) expectSame("IpAddress", text, [...value].join("."));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these must not be in it.
  if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/.test(text))
    throw new Mismatch("a control character");
  if (tag === 0x04 && value.length <= 4096 && /^[\x20-\x7e]+$/.test(value.toString("latin1")))
    expectSame("ASCII", text, value.toString("latin1"));
}

/** Compares with what net-snmp's npm client reads. It reads OIDs that begin with 2 wrong from 2.40 on. */
export function compareNetSnmp(bytes: Buffer, varbinds: readonly witness.Varbind[]): boolean {
  const theirs = witness.readByNetSnmp(bytes);
  if (!theirs) return false;
  expectSame("count of varbinds at net-snmp", varbinds.length, theirs.length);
  for (const [i, { oid, tag, value }] of varbinds.entries()) {
    const rest = `${tag} ${value.toString("hex")}`;
    if (!oid.startsWith("2.")) expectSame(`varbind ${i} at net-snmp`, `${oid} ${rest}`, theirs[i]!);
    else if (!theirs[i]!.endsWith(` ${rest}`)) throw new Mismatch(`value of varbind ${i} at net-snmp`);
  }
  return true;
}
