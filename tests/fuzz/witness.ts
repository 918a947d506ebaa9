import { createRequire } from "node:module";
import { decodeOid, isOid } from "../../simulators/snmp/ber.ts";

/**
 * What a datagram says, read a second time by code that shares nothing with the collectors': slowly, with bigints,
 * by X.690 and RFC 3416 as they are written. Undefined: it is no such message.
 */
export interface Varbind {
  /** Dotted. */
  readonly oid: string;
  readonly tag: number;
  readonly value: Buffer;
}

export interface Pdu {
  readonly type: number;
  readonly id: bigint;
  readonly status: bigint;
  readonly index: bigint;
  readonly varbinds: readonly Varbind[];
}

export interface TrapV1 {
  readonly enterprise: string;
  readonly agent: Buffer;
  readonly generic: bigint;
  readonly specific: bigint;
  readonly stamp: Buffer;
  readonly varbinds: readonly Varbind[];
}

interface Element {
  readonly tag: number;
  readonly content: Buffer;
}

/** All elements of a content; undefined when they do not fill it exactly. */
export function elements(content: Buffer): Element[] | undefined {
  const list: Element[] = [];
  let rest = content;
  while (rest.length > 0) {
    const tag = rest[0]!;
    // A tag number of more than 30 stands in the octets that follow: SNMP has none.
    if ((tag & 31) === 31 || rest.length < 2) return undefined;
    let header = 2;
    let length = BigInt(rest[1]!);
    if (length >= 128n) {
      const octets = Number(length - 128n);
      if (octets < 1 || octets > 4 || rest.length < 2 + octets) return undefined;
      length = BigInt(`0x${rest.toString("hex", 2, 2 + octets)}`);
      header += octets;
    }
    if (length > BigInt(rest.length - header)) return undefined;
    const end = header + Number(length);
    list.push({ tag, content: rest.subarray(header, end) });
    rest = rest.subarray(end);
  }
  return list;
}

/** Two's complement. */
function signedInteger(content: Buffer): bigint {
  return BigInt.asIntN(content.length * 8, BigInt(`0x${content.toString("hex")}`));
}

/** An INTEGER of one to four octets. */
function int32({ tag, content }: Element): bigint | undefined {
  return tag === 0x02 && content.length >= 1 && content.length <= 4 ? signedInteger(content) : undefined;
}

export function oidText(content: Buffer): string | undefined {
  return isOid(content, 0, content.length) ? decodeOid(content).join(".") : undefined;
}

function readVarbinds({ tag, content }: Element): Varbind[] | undefined {
  const list = tag === 0x30 ? elements(content) : undefined;
  if (!list) return undefined;
  const varbinds: Varbind[] = [];
  for (const item of list) {
    const [name, value, ...more] = (item.tag === 0x30 && elements(item.content)) || [];
    const oid = name?.tag === 0x06 ? oidText(name.content) : undefined;
    if (oid === undefined || !value || more.length > 0) return undefined;
    varbinds.push({ oid, tag: value.tag, value: value.content });
  }
  return varbinds;
}

export function readPdu({ tag, content }: Element): Pdu | undefined {
  const [id, status, index, list, ...more] = ((tag & 0xe0) === 0xa0 && elements(content)) || [];
  if (!id || !status || !index || !list || more.length > 0) return undefined;
  const [a, b, c] = [int32(id), int32(status), int32(index)];
  const varbinds = readVarbinds(list);
  if (a === undefined || b === undefined || c === undefined || !varbinds) return undefined;
  return { type: tag, id: a, status: b, index: c, varbinds };
}

export function readTrapV1({ tag, content }: Element): TrapV1 | undefined {
  const [name, agent, generic, specific, stamp, list, ...more] = (tag === 0xa4 && elements(content)) || [];
  if (!name || !agent || !generic || !specific || !stamp || !list || more.length > 0) return undefined;
  const enterprise = name.tag === 0x06 ? oidText(name.content) : undefined;
  const [a, b, varbinds] = [int32(generic), int32(specific), readVarbinds(list)];
  const good = agent.tag === 0x40 && agent.content.length === 4 && stamp.tag === 0x43;
  if (enterprise === undefined || a === undefined || b === undefined || !varbinds || !good) return undefined;
  return { enterprise, agent: agent.content, generic: a, specific: b, stamp: stamp.content, varbinds };
}

export interface Message {
  readonly version: bigint;
  readonly community: Buffer;
  readonly pdu: Element;
}

/** SNMPv1 and SNMPv2c: RFC 1157 section 4. */
export function readMessage(bytes: Buffer): Message | undefined {
  const [outer, ...behind] = elements(bytes) ?? [];
  const [version, community, pdu, ...more] = (outer?.tag === 0x30 && elements(outer.content)) || [];
  if (behind.length > 0 || more.length > 0 || !version || !community || !pdu) return undefined;
  const number = int32(version);
  return number === undefined || community.tag !== 0x04
    ? undefined
    : { version: number, community: community.content, pdu };
}

export interface SecureMessage {
  readonly id: bigint;
  readonly flags: number;
  readonly engineId: Buffer;
  readonly boots: bigint;
  readonly time: bigint;
  readonly user: Buffer;
  readonly digest: Buffer;
  readonly salt: Buffer;
  /** The scoped PDU with its header, or the ciphertext. */
  readonly data: Element;
}

/** SNMPv3 with USM: RFC 3412 section 6, RFC 3414 section 2.4. */
export function readSecure(bytes: Buffer): SecureMessage | undefined {
  const [outer, ...behind] = elements(bytes) ?? [];
  const [version, header, security, data, ...more] = (outer?.tag === 0x30 && elements(outer.content)) || [];
  if (behind.length > 0 || more.length > 0 || !version || !header || !security || !data) return undefined;
  const [id, size, flags, model, ...rest] = (header.tag === 0x30 && elements(header.content)) || [];
  if (int32(version) !== 3n || !id || !size || !flags || !model || rest.length > 0) return undefined;
  const [parameters, ...after] = (security.tag === 0x04 && elements(security.content)) || [];
  const [engineId, boots, time, user, digest, salt, ...last] =
    (parameters?.tag === 0x30 && elements(parameters.content)) || [];
  if (!engineId || !boots || !time || !user || !digest || !salt || after.length + last.length > 0)
    return undefined;
  const numbers = [id, size, model, boots, time].map(int32);
  const texts = [flags, engineId, user, digest, salt];
  if (numbers.some((one) => one === undefined || one < 0n) || texts.some(({ tag }) => tag !== 0x04))
    return undefined;
  if (numbers[2] !== 3n || flags.content.length !== 1) return undefined;
  return {
    id: numbers[0]!,
    flags: flags.content[0]!,
    engineId: engineId.content,
    boots: numbers[3]!,
    time: numbers[4]!,
    user: user.content,
    digest: digest.content,
    salt: salt.content,
    data,
  };
}

/**
 * The number of a value, whole; undefined when it has none. Agents send unsigned numbers of the full width without
 * the zero in front, and everybody reads them as unsigned; shorter ones with the high bit are negative, so none.
 */
export function numberOf({ tag, value }: Varbind): bigint | undefined {
  const { length } = value;
  if (length === 0) return undefined;
  if (tag === 0x02) return length <= 4 ? signedInteger(value) : undefined;
  const width = tag === 0x46 ? 8 : tag >= 0x41 && tag <= 0x43 ? 4 : 0;
  const unsigned = BigInt(`0x${value.toString("hex")}`);
  if (width === 0 || length > width + 1 || unsigned >= 1n << BigInt(8 * width)) return undefined;
  return length < width && value[0]! >= 128 ? undefined : unsigned;
}

interface Asn1Reader {
  readSequence(tag?: number): number | null;
  readInt(tag?: number): number | null;
  readString(tag: number, raw: true): Buffer | null;
  readOID(tag?: number): string | null;
  peek(): number | null;
  readonly remain: number;
}

const require = createRequire(import.meta.resolve("net-snmp"));
const { BerReader } = require("asn1-ber") as { BerReader: new (bytes: Buffer) => Asn1Reader };

/** Varbinds as net-snmp's npm client reads them, each `oid tag number-or-hex`; undefined when it throws or gives up. */
export function readByNetSnmp(bytes: Buffer): string[] | undefined {
  try {
    const reader = new BerReader(bytes);
    reader.readSequence(0x30);
    reader.readInt();
    reader.readString(0x04, true);
    reader.readSequence();
    for (let i = 0; i < 3; i++) reader.readInt();
    reader.readSequence(0x30);
    const list: string[] = [];
    while (reader.remain > 0) {
      if (reader.readSequence(0x30) === null) return undefined;
      const oid = reader.readOID();
      const tag = reader.peek();
      if (oid === null || tag === null) return undefined;
      const raw = reader.readString(tag, true);
      if (raw === null) return undefined;
      list.push(`${oid} ${tag} ${Buffer.from(raw).toString("hex")}`);
    }
    return list;
  } catch {
    return undefined;
  }
}
