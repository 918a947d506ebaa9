import { cleanEventText, type EventVarbind } from "../../../src/collection/events.ts";
import { formatIpv4 } from "../codec/address.ts";
import { TAG } from "../codec/ber.ts";
import { decodeArcs, encodeOid, equalBytes, parseOid } from "../codec/oid.ts";
import { decodeText, numberOf } from "../decode.ts";
import { TRAP_PDU, type TrapView } from "./message.ts";
import { objectOf, valueText } from "./objects.ts";

/** What a notification says, in the form of SNMPv2 (RFC 3584 section 3.1 for those of SNMPv1). */
export interface TrapContent {
  /** The snmpTrapOID. */
  readonly oid: string;
  /** sysUpTime, hundredths of a second; absent when the sender leaves it out. */
  readonly upTime?: number;
  readonly varbinds: readonly EventVarbind[];
  /** Varbinds that are not in the list, because there were too many. */
  readonly more: number;
}

/** Varbinds kept of one notification, and characters of their values together. */
const MOST_VARBINDS = 32;
const MOST_CHARACTERS = 4096;

const SYS_UP_TIME = encodeOid(parseOid("1.3.6.1.2.1.1.3.0"));
const SNMP_TRAP_OID = encodeOid(parseOid("1.3.6.1.6.3.1.1.4.1.0"));
const SNMP_TRAPS = "1.3.6.1.6.3.1.1.5";
const SNMP_TRAP_ADDRESS = "1.3.6.1.6.3.18.1.3.0";
const SNMP_TRAP_COMMUNITY = encodeOid(parseOid("1.3.6.1.6.3.18.1.4.0"));
const SNMP_TRAP_ENTERPRISE = "1.3.6.1.6.3.1.1.4.3.0";
/** generic-trap of an SNMPv1 trap whose meaning its enterprise says. */
const ENTERPRISE_SPECIFIC = 6;

const TYPE_NAMES: Readonly<Record<number, string>> = {
  [TAG.integer]: "INTEGER",
  [TAG.octetString]: "OCTET STRING",
  [TAG.null]: "NULL",
  [TAG.oid]: "OBJECT IDENTIFIER",
  [TAG.ipAddress]: "IpAddress",
  [TAG.counter32]: "Counter32",
  [TAG.gauge32]: "Gauge32",
  [TAG.timeTicks]: "TimeTicks",
  [TAG.opaque]: "Opaque",
  [TAG.counter64]: "Counter64",
  [TAG.noSuchObject]: "noSuchObject",
  [TAG.noSuchInstance]: "noSuchInstance",
  [TAG.endOfMibView]: "endOfMibView",
};

/** What the notification in the view says; undefined when it does not say which one it is. */
export function trapContent(view: TrapView): TrapContent | undefined {
  return view.pduType === TRAP_PDU.trapV1 ? v1Content(view) : v2Content(view);
}

/** RFC 3584 section 3.1. */
function v1Content(view: TrapView): TrapContent {
  const { bytes } = view;
  const enterprise = oidText(bytes, view.enterpriseAt, view.enterpriseEnd);
  const oid =
    view.generic === ENTERPRISE_SPECIFIC
      ? `${enterprise}.0.${view.specific}`
      : `${SNMP_TRAPS}.${view.generic + 1}`;
  const list = new VarbindList();
  for (let i = 0; i < view.count; i++) list.add(view, i);
  const agent = formatIpv4(bytes, view.agentAt);
  if (agent !== "0.0.0.0") list.put(SNMP_TRAP_ADDRESS, "IpAddress", agent);
  list.put(SNMP_TRAP_ENTERPRISE, "OBJECT IDENTIFIER", enterprise);
  return { oid, ...upTimeOf(view, view.stampAt, view.stampEnd), ...list.done(view.total - view.count) };
}

function v2Content(view: TrapView): TrapContent | undefined {
  const { bytes } = view;
  let oid: string | undefined;
  let upTime: { upTime?: number } = {};
  const list = new VarbindList();
  for (let i = 0; i < view.count; i++) {
    const at = view.valueAt[i]!;
    const end = view.valueEnd[i]!;
    if (oid === undefined && isObject(view, i, SNMP_TRAP_OID)) {
      if (view.tag[i] !== TAG.oid) return undefined;
      oid = decodeText("oid", bytes, TAG.oid, at, end);
      if (oid === undefined) return undefined;
    } else if (i === 0 && view.tag[i] === TAG.timeTicks && isObject(view, i, SYS_UP_TIME))
      upTime = upTimeOf(view, at, end);
    else list.add(view, i);
  }
  return oid === undefined ? undefined : { oid, ...upTime, ...list.done(view.total - view.count) };
}

function isObject(view: TrapView, i: number, object: Uint8Array): boolean {
  return equalBytes(object, view.bytes, view.oidAt[i]!, view.oidEnd[i]!);
}

function upTimeOf(view: TrapView, at: number, end: number): { upTime?: number } {
  const upTime = numberOf(view.bytes, TAG.timeTicks, at, end);
  return Number.isNaN(upTime) ? {} : { upTime };
}

function oidText(bytes: Uint8Array, start: number, end: number): string {
  return decodeArcs(bytes, start, end).join(".");
}

/** Collects varbinds as texts within the bounds. */
class VarbindList {
  readonly #varbinds: EventVarbind[] = [];
  #characters = 0;
  #more = 0;

  add(view: TrapView, i: number): void {
    const oid = oidText(view.bytes, view.oidAt[i]!, view.oidEnd[i]!);
    const tag = view.tag[i]!;
    // The community is a password: who may read events need not know it.
    const secret = isObject(view, i, SNMP_TRAP_COMMUNITY);
    const value = secret ? "<secret>" : textOf(view.bytes, tag, view.valueAt[i]!, view.valueEnd[i]!);
    this.put(oid, TYPE_NAMES[tag] ?? `tag ${tag}`, value);
  }

  put(oid: string, type: string, raw: string): void {
    const object = objectOf(oid);
    const value = cleanEventText(valueText(object?.name, raw));
    this.#characters += value.length + oid.length;
    if (this.#varbinds.length === MOST_VARBINDS || this.#characters > MOST_CHARACTERS) {
      this.#more++;
      return;
    }
    const name = object && (object.index === "" ? object.name : `${object.name}.${object.index}`);
    this.#varbinds.push({ oid, ...(name !== undefined && { name }), value, type });
  }

  done(unread: number): { varbinds: EventVarbind[]; more: number } {
    return { varbinds: this.#varbinds, more: this.#more + unread };
  }
}

function textOf(bytes: Uint8Array, tag: number, at: number, end: number): string {
  const length = end - at;
  // DateAndTime of these years; as text it would be octets in hex.
  if (tag === TAG.octetString && (length === 8 || length === 11) && bytes[at] === 0x07) {
    const date = decodeText("date", bytes, tag, at, end);
    if (date !== undefined) return date;
  }
  return decodeText("text", bytes, tag, at, end) ?? "";
}
