import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type LocalKeys, NO_KEYS, type UsmUser } from "../../collectors/snmp/usm/keys.ts";
import { Usm } from "../../collectors/snmp/usm/usm.ts";
import { Secret } from "../../src/settings/secret.ts";
import {
  counter32,
  counter64,
  encodeMessage,
  endOfMibView,
  gauge,
  integer,
  ipAddress,
  noSuchInstance,
  noSuchObject,
  nothing,
  objectId,
  octets,
  oidOctets,
  ticks,
} from "../snmp/asn1.ts";
import { LINK_DOWN, notification, v1, v2, varbindList } from "../traps/messages.ts";
import { type Random, type Seed, seedOf, tlv } from "./mutate.ts";

export const COMMUNITY = "s3cret-lab";
export const ENGINE_ID = Buffer.from("80001f8880aabbccdd00112233", "hex");
/** Of the trap intake: informs name it. */
export const OWN_ENGINE_ID = Buffer.from("80007ed905aabbccddeeff001122334455", "hex");
const PASSWORD = new Secret("authpass-1");
const PRIVATE = new Secret("privpass-1");

/** One for each kind of signing and of encrypting. */
export const USERS: readonly UsmUser[] = [
  {
    name: "md5-des",
    auth: { protocol: "md5", password: PASSWORD },
    priv: { protocol: "des", password: PRIVATE },
  },
  { name: "sha1", auth: { protocol: "sha1", password: PASSWORD } },
  { name: "sha224", auth: { protocol: "sha224", password: PASSWORD } },
  {
    name: "sha256-aes",
    auth: { protocol: "sha256", password: PASSWORD },
    priv: { protocol: "aes128", password: PRIVATE },
  },
  {
    name: "sha512-aes256",
    auth: { protocol: "sha512", password: PASSWORD },
    priv: { protocol: "aes256", password: PRIVATE },
  },
  { name: "nobody" },
];

type Varbind = readonly [oid: string, value: Uint8Array];
const PDU_TYPES = [0xa0, 0xa1, 0xa2, 0xa3, 0xa5, 0xa6, 0xa7, 0xa8];

/** A value for each tag, and at each edge of its kind. */
function allValues(): Buffer[] {
  const integers = [0, 1, -1, 127, 128, -128, -129, 255, 32_767, 32_768, 2 ** 31 - 1, -(2 ** 31)];
  const unsigned = [0, 127, 128, 255, 65_535, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1];
  const wide = [
    0n,
    2n ** 31n,
    2n ** 32n,
    2n ** 53n - 1n,
    2n ** 53n,
    2n ** 63n - 1n,
    2n ** 63n,
    2n ** 64n - 1n,
  ];
  const texts = [
    "",
    "GigabitEthernet0/0/1",
    "教学楼一层",
    "x".repeat(127),
    "x".repeat(128),
    "y".repeat(255),
    "z".repeat(600),
  ];
  const binary = [
    "bdccd1a7c2a5",
    "001122aabbcc",
    "07ea0b1602363b00",
    "07ea0b1602363b002b0800",
    "0a000001",
    "ff00",
    "00",
  ];
  const oids = [
    "0.0",
    "1.3.6.1.4.1.2011.2.23.339",
    "2.100.3",
    "1.3.4294967295",
    "2.4294967295",
    "1.3.127.128.16383.16384",
  ];
  return [
    ...integers.map((value) => integer(value)),
    ...unsigned.flatMap((value) => [counter32(value), gauge(value), ticks(value)]),
    ...wide.map((value) => counter64(value)),
    ...[...texts, ...binary.map((hex) => Buffer.from(hex, "hex"))].map((value) => octets(value)),
    ...oids.map((oid) => objectId(oid)),
    tlv(0x41, Buffer.from("ffffffff", "hex")),
    tlv(0x46, Buffer.alloc(8, 0xff)),
    ipAddress(10, 0, 0, 1),
    ...["9f780441200000", "9f79084059000000000000", "9f7a02ff01", "9f7b03010000"].map((hex) =>
      tlv(0x44, Buffer.from(hex, "hex")),
    ),
    nothing,
    noSuchObject,
    noSuchInstance,
    endOfMibView,
  ];
}

/** Indexes of every kind: InetAddress of all types, MAC, strings, nothing. */
const NAMES = [
  "1.3.6.1.2.1.1.3.0",
  "1.3.6.1.2.1.31.1.1.1.6.4294967295",
  "1.3.6.1.2.1.4.34.1.3.1.4.10.0.0.1",
  "1.3.6.1.2.1.4.34.1.3.2.16.254.128.0.0.0.0.0.0.0.0.0.0.0.0.0.1",
  "1.3.6.1.2.1.4.35.1.4.7.4.20.254.128.0.0.0.0.0.0.0.0.0.0.0.0.0.1.0.0.0.3",
  "1.3.6.1.2.1.17.7.1.2.2.1.2.1.0.17.34.170.187.204",
  "1.3.6.1.4.1.99999.7.1.2.1.3.99.112.117",
  "1.3.6.1",
];

function response(
  varbinds: readonly Varbind[],
  more: { version?: number; type?: number; error?: number } = {},
): Buffer {
  return encodeMessage({
    version: more.version ?? 1,
    community: COMMUNITY,
    type: more.type ?? 0xa2,
    id: 0x1234_5678,
    second: more.error ?? 0,
    third: more.error ? 1 : 0,
    varbinds: varbinds.map(([oid, value]) => ({ oid, value })),
  });
}

/** Well-formed datagrams of every kind, made by the tests' own writer. */
export function responseSeeds(): Seed[] {
  const named = allValues().map((value, i): Varbind => [NAMES[i % NAMES.length]!, value]);
  const seeds: [string, Buffer][] = [["no varbinds", response([])]];
  for (let i = 0; i < named.length; i += 6) seeds.push([`values ${i}`, response(named.slice(i, i + 6))]);
  for (const type of PDU_TYPES)
    seeds.push([`PDU ${type.toString(16)}`, response(named.slice(0, 3), { type })]);
  for (const error of [1, 2, 5, 16]) seeds.push([`error ${error}`, response(named.slice(0, 2), { error })]);
  seeds.push(["SNMPv1", response(named.slice(4, 9), { version: 0 })]);
  seeds.push(["54 varbinds", response(Array.from({ length: 54 }, (_, i) => named[i % named.length]!))]);
  const longest = `1.3${".4294967295".repeat(126)}`;
  seeds.push(["128 arcs", response([[longest, integer(1)]])]);
  return seeds.map(([name, bytes]) => seedOf(name, bytes));
}

export function trapSeeds(): Seed[] {
  const all = allValues().map((value, i): Varbind => [NAMES[i % NAMES.length]!, value]);
  const lists = [[], all.slice(0, 5), all.slice(20, 30), all.slice(-8), all];
  const seeds = lists.flatMap((list, i) => [
    seedOf(`trap ${i}`, v2({ varbinds: notification(LINK_DOWN, list) })),
    seedOf(`inform ${i}`, v2({ type: 0xa6, varbinds: notification(LINK_DOWN, list) })),
    seedOf(`enterprise trap ${i}`, v1(6, 77, list)),
  ]);
  for (let generic = 0; generic < 6; generic++) seeds.push(seedOf(`generic ${generic}`, v1(generic, 0)));
  seeds.push(seedOf("no snmpTrapOID", v2({ varbinds: all.slice(0, 2) })));
  seeds.push(seedOf("no time", v2({ varbinds: [["1.3.6.1.6.3.1.1.4.1.0", objectId(LINK_DOWN)]] })));
  return seeds;
}

/** Messages of each user; `type`: of their PDU. */
export function secureSeeds(
  keys: readonly LocalKeys[],
  type: number,
  engineId: Uint8Array = ENGINE_ID,
): Seed[] {
  const usm = new Usm((count) => Buffer.alloc(count, 3));
  const all = allValues().map((value, i): Varbind => [NAMES[i % NAMES.length]!, value]);
  const seeds: Seed[] = [];
  for (const [i, own] of [...keys, NO_KEYS].entries())
    for (const list of [all.slice(i * 3, i * 3 + 4), all.slice(30, 50)]) {
      const varbinds = type === 0xa2 || type === 0xa8 ? list : notification(LINK_DOWN, list);
      const pdu = tlv(
        type,
        Buffer.concat([integer(0x1234_5678), integer(0), integer(0), varbindList(varbinds)]),
      );
      const name = USERS[i]?.name ?? "";
      const reportable = type === 0xa6;
      const envelope = {
        msgId: 0x1234_5678,
        reportable,
        engineId,
        boots: 7,
        time: 100,
        user: Buffer.from(name),
      };
      const context = { contextEngineId: engineId, contextName: Buffer.from("lab") };
      seeds.push(
        seedOf(`v3 ${name} ${type.toString(16)}`, usm.seal({ ...envelope, keys: own, ...context }, pdu)),
      );
    }
  return seeds;
}

/** Files of the recordings that are read, and datagrams made of each. */
const FILES = 10;
const DATAGRAMS = 40;
const TAGS_OF_TEXT = new Set([4, 68]);

/** What real devices have said, where recordings lie beside the repository; otherwise nothing. */
export function recordedSeeds(random: Random): { seeds: Seed[]; files: string[] } {
  const folder = join(import.meta.dirname, "../../../shared/field-recordings/recordings");
  if (!existsSync(folder)) return { seeds: [], files: [] };
  const all = readdirSync(folder).filter((name) => name.endsWith(".snmprec"));
  const files = Array.from({ length: Math.min(FILES, all.length) }, () => all[random(all.length)]!);
  const seeds: Seed[] = [];
  for (const file of files) {
    const lines = readFileSync(join(folder, file), "latin1").split("\n");
    for (let n = Math.min(DATAGRAMS, Math.ceil(lines.length / 4)); n > 0; n--) {
      const at = random(lines.length);
      const varbinds = lines.slice(at, at + 1 + random(20)).flatMap((line) => varbindOf(line) ?? []);
      if (varbinds.length > 0) seeds.push(seedOf(`${file}:${at + 1}`, response(varbinds)));
    }
  }
  return { seeds, files };
}

/** `oid|tag|value` as snmpsim writes it; `x` behind the tag: the value is in hex. */
function varbindOf(line: string): [Varbind] | undefined {
  const [, oid, tagText, hex, text] = /^(\d+(?:\.\d+)+)\|(\d+)(x?)\|(.*)$/.exec(line.trimEnd()) ?? [];
  const tag = Number(tagText);
  if (oid === undefined || text === undefined || oid.split(".").some((arc) => Number(arc) > 0xffff_ffff))
    return;
  if (TAGS_OF_TEXT.has(tag)) return [[oid, tlv(tag, Buffer.from(text, hex ? "hex" : "latin1"))]];
  if (hex) return [[oid, tlv(tag & 0xff, Buffer.from(text, "hex"))]];
  if (tag === 6) return /^\d+(\.\d+)+$/.test(text) ? [[oid, tlv(6, oidOctets(text))]] : undefined;
  if (tag === 64) return [[oid, tlv(tag, Buffer.from(text.split(".").map(Number)))]];
  return /^-?\d+$/.test(text) && [2, 65, 66, 67, 70].includes(tag)
    ? [[oid, integer(BigInt(text), tag)]]
    : undefined;
}
