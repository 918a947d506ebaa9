/** A BER writer and reader of the tests' own, so that the collector's codec is held against another one. */
export function tlv(tag: number, ...content: Uint8Array[]): Buffer {
  const body = Buffer.concat(content);
  const length =
    body.length < 128
      ? [body.length]
      : body.length < 256
        ? [0x81, body.length]
        : [0x82, body.length >> 8, body.length & 255];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
}

/** Shortest two's complement. */
export function integer(value: bigint | number, tag = 2): Buffer {
  let rest = BigInt(value);
  const octets: number[] = [];
  do {
    octets.unshift(Number(rest & 255n));
    rest >>= 8n;
  } while (!(rest === 0n && octets[0]! < 128) && !(rest === -1n && octets[0]! >= 128));
  return tlv(tag, Buffer.from(octets));
}

export const counter32 = (value: number | bigint) => integer(value, 0x41);
export const gauge = (value: number | bigint) => integer(value, 0x42);
export const ticks = (value: number | bigint) => integer(value, 0x43);
export const counter64 = (value: number | bigint) => integer(value, 0x46);
export const octets = (value: string | Uint8Array) => tlv(4, Buffer.from(value));
export const ipAddress = (...parts: number[]) => tlv(0x40, Buffer.from(parts));
export const objectId = (oid: string) => tlv(6, oidOctets(oid));
export const nothing = Buffer.from([5, 0]);
export const noSuchInstance = Buffer.from([0x81, 0]);
export const noSuchObject = Buffer.from([0x80, 0]);
export const endOfMibView = Buffer.from([0x82, 0]);

export function oidOctets(oid: string): Buffer {
  const arcs = oid.split(".").map(Number);
  const out: number[] = [];
  for (const arc of [arcs[0]! * 40 + arcs[1]!, ...arcs.slice(2)]) {
    const septets = [arc % 128];
    for (let rest = Math.floor(arc / 128); rest > 0; rest = Math.floor(rest / 128))
      septets.unshift((rest % 128) | 128);
    out.push(...septets);
  }
  return Buffer.from(out);
}

export function oidText(bytes: Uint8Array): string {
  const arcs: number[] = [];
  let arc = 0;
  for (const byte of bytes) {
    arc = arc * 128 + (byte & 127);
    if (byte < 128) {
      arcs.push(arc);
      arc = 0;
    }
  }
  const first = arcs.shift()!;
  const head = first < 40 ? [0, first] : first < 80 ? [1, first - 40] : [2, first - 80];
  return [...head, ...arcs].join(".");
}

export function compareOidTexts(a: string, b: string): number {
  const x = a.split(".").map(Number);
  const y = b.split(".").map(Number);
  for (let i = 0; i < Math.min(x.length, y.length); i++) if (x[i] !== y[i]) return x[i]! - y[i]!;
  return x.length - y.length;
}

export interface Message {
  version: number;
  community: string;
  type: number;
  id: number;
  /** error-status, or non-repeaters. */
  second: number;
  /** error-index, or max-repetitions. */
  third: number;
  varbinds: { oid: string; value: Uint8Array }[];
}

export function encodeMessage(message: Message): Buffer {
  const varbinds = message.varbinds.map(({ oid, value }) => tlv(0x30, tlv(6, oidOctets(oid)), value));
  const pdu = tlv(
    message.type,
    integer(message.id),
    integer(message.second),
    integer(message.third),
    tlv(0x30, ...varbinds),
  );
  return tlv(0x30, integer(message.version), octets(message.community), pdu);
}

export function decodeMessage(bytes: Buffer): Message {
  const [outer] = children(bytes);
  const [version, community, pdu] = children(outer!.content);
  const [id, second, third, list] = children(pdu!.content);
  const number = (part: { content: Buffer } | undefined) => part!.content.readIntBE(0, part!.content.length);
  return {
    version: number(version),
    community: community!.content.toString(),
    type: pdu!.tag,
    id: number(id),
    second: number(second),
    third: number(third),
    varbinds: children(list!.content).map((varbind) => {
      const [oid, value] = children(varbind.content);
      return { oid: oidText(oid!.content), value: value!.whole };
    }),
  };
}

export function children(bytes: Buffer): { tag: number; content: Buffer; whole: Buffer }[] {
  const list: { tag: number; content: Buffer; whole: Buffer }[] = [];
  for (let at = 0; at < bytes.length; ) {
    const start = at;
    const tag = bytes[at++]!;
    let length = bytes[at++]!;
    if (length > 128) {
      const size = length - 128;
      length = bytes.readUIntBE(at, size);
      at += size;
    }
    list.push({ tag, content: bytes.subarray(at, at + length), whole: bytes.subarray(start, at + length) });
    at += length;
  }
  return list;
}
