import { bigTlv, encodeOid, integerTlv, parseOid, TAG, tlv } from "../snmp/ber.ts";
import { type Instance, MibTable } from "../snmp/table.ts";

/** Told of each line that cannot be read; the line is left out. */
export type BadLine = (file: string, line: number, reason: string) => void;

/**
 * Reads a recording: `OID|TAG|VALUE` lines, TAG in decimal with `x` (hex) or `e` (escaped) behind it; anything
 * else after the number names a variation module and the value is taken plainly. Lines may be out of order,
 * repeated (the first stays), empty, or start with `#`. `bytes` may hold any octet.
 */
export function readSnmprec(bytes: Buffer, file: string, badLine: BadLine): MibTable {
  const instances: Instance[] = [];
  let number = 0;
  for (let from = 0; from < bytes.length; ) {
    let to = bytes.indexOf(10, from);
    if (to < 0) to = bytes.length;
    number++;
    const end = to > from && bytes[to - 1] === 13 ? to - 1 : to;
    // latin1 keeps every octet: one character is one octet.
    const line = bytes.toString("latin1", from, end);
    from = to + 1;
    if (line === "" || line[0] === "#" || line.trim() === "") continue;
    const instance = readLine(line);
    if (typeof instance === "string") badLine(file, number, instance);
    else instances.push(instance);
  }
  return new MibTable(instances);
}

const TAG_FIELD = /^(\d{1,3})(.*)$/;

function readLine(line: string): Instance | string {
  const first = line.indexOf("|");
  const second = line.indexOf("|", first + 1);
  if (first < 0 || second < 0) return "not OID|TAG|VALUE";
  const arcs = parseOid(line.slice(0, first).trim());
  if (!arcs) return "not an OID";
  const match = TAG_FIELD.exec(line.slice(first + 1, second));
  if (!match) return "the tag is not a number";
  const value = line.slice(second + 1);
  const encoded = encodeValue(Number(match[1]), match[2]!, value);
  if (typeof encoded === "string") return encoded;
  return { oid: encodeOid(arcs), tlv: encoded };
}

function encodeValue(tag: number, form: string, value: string): Uint8Array | string {
  let octets: Buffer | undefined;
  if (form === "x") {
    octets = Buffer.from(value, "hex");
    if (octets.length * 2 !== value.length) return "not hexadecimal";
  } else if (form === "e") octets = unescapeOctets(value);
  switch (tag) {
    case TAG.octets:
    case TAG.opaque:
      return tlv(tag, octets ?? Buffer.from(value, "latin1"));
    case TAG.null:
      return tlv(tag, new Uint8Array(0));
    case TAG.oid: {
      // Some recordings end an OID with a dot.
      const text = (octets ? octets.toString("latin1") : value).trim().replace(/\.$/, "");
      const arcs = parseOid(text);
      // A single arc ("0") stands for zeroDotZero in several agents.
      if (!arcs) return /^\.?\d$/.test(text) ? tlv(tag, Uint8Array.of(0)) : "the value is not an OID";
      return tlv(tag, encodeOid(arcs));
    }
    case TAG.ipAddress:
      return encodeIp(octets, value);
    case TAG.integer:
    case TAG.counter32:
    case TAG.gauge32:
    case TAG.timeTicks:
    case TAG.counter64:
      return encodeNumber(tag, (octets ? octets.toString("latin1") : value).trim());
    default:
      return `tag ${tag} is not an SNMP value`;
  }
}

function encodeNumber(tag: number, text: string): Uint8Array | string {
  if (!/^[+-]?\d{1,20}$/.test(text)) return "the value is not a whole number";
  const big = BigInt(text);
  if (tag === TAG.integer) {
    // Some recordings hold unsigned values under Integer32; only the low 32 bits fit the wire.
    return integerTlv(tag, Number(BigInt.asIntN(32, big)));
  }
  const unsigned = BigInt.asUintN(tag === TAG.counter64 ? 64 : 32, big);
  return unsigned > BigInt(Number.MAX_SAFE_INTEGER)
    ? bigTlv(tag, unsigned)
    : integerTlv(tag, Number(unsigned));
}

function encodeIp(octets: Buffer | undefined, value: string): Uint8Array | string {
  if (octets?.length === 4) return tlv(TAG.ipAddress, octets);
  const parts = (octets ? octets.toString("latin1") : value).trim().split(".").map(Number);
  if (parts.length === 4 && parts.every((part) => Number.isInteger(part) && part >= 0 && part <= 255))
    return tlv(TAG.ipAddress, Uint8Array.from(parts));
  return value.length === 4 && !octets
    ? tlv(TAG.ipAddress, Buffer.from(value, "latin1"))
    : "the value is not an IPv4 address";
}

const ESCAPES: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9, "0": 0, a: 7, b: 8, f: 12, v: 11 };

/** `\n`, `\x41`, `\\` and the like to octets; a backslash before anything else stands for itself. */
function unescapeOctets(value: string): Buffer {
  const out: number[] = [];
  for (let i = 0; i < value.length; i++) {
    const next = value[i + 1];
    if (value[i] !== "\\" || next === undefined) out.push(value.charCodeAt(i));
    else if (next === "x" && /^[0-9a-fA-F]{2}$/.test(value.slice(i + 2, i + 4))) {
      out.push(Number.parseInt(value.slice(i + 2, i + 4), 16));
      i += 3;
    } else if (ESCAPES[next] !== undefined) {
      out.push(ESCAPES[next]);
      i++;
    } else if (next === "\\" || next === "|" || next === "'" || next === '"') {
      out.push(next.charCodeAt(0));
      i++;
    } else out.push(92);
  }
  return Buffer.from(out);
}
