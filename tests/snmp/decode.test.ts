import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatIpv6 } from "../../collectors/snmp/codec/address.ts";
import {
  compareOids,
  decodeArcs,
  encodeIndex,
  encodeOid,
  isBelow,
  parseOid,
  validOid,
} from "../../collectors/snmp/codec/oid.ts";
import { decodeIndex } from "../../collectors/snmp/codec/row-index.ts";
import { octetsToText } from "../../collectors/snmp/codec/text.ts";
import { bigintOf, counterOf, decodeNumber, decodeText, numberOf } from "../../collectors/snmp/decode.ts";
import { judgeUptime } from "../../collectors/snmp/polling/uptime.ts";
import type { IndexPart, SnmpDecode } from "../../src/profiles/compiled.ts";
import { compareOidTexts, counter32, counter64, gauge, integer, oidOctets, oidText } from "./asn1.ts";

const DECODES: readonly SnmpDecode[] = [
  "number",
  "counter",
  "ticks",
  "octets64",
  "textNumber",
  "opaqueFloat",
  "text",
  "hex",
  "mac",
  "oid",
  "ip",
  "inet",
  "bits",
  "date",
  "lastArc",
];
const TAGS = [0x02, 0x04, 0x05, 0x06, 0x40, 0x41, 0x42, 0x43, 0x44, 0x46, 0x47, 0x80];

const arc = fc.oneof(
  fc.integer({ min: 0, max: 0xffffffff }),
  fc.constantFrom(0, 127, 128, 16383, 16384, 2097151, 2097152, 0xffffffff),
);
const oid = fc
  .tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 39 }), fc.array(arc, { maxLength: 20 }))
  .map(([first, second, rest]) => [first, second, ...rest].join("."));

/** Number in a TLV made by the tests' own writer; contents here are shorter than 128 octets. */
const number = (encoded: Buffer) => numberOf(encoded, encoded[0]!, 2, encoded.length);
const bytesOf = (...parts: (number | string)[]) =>
  Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part) : Buffer.from([part]))));
const text = (kind: SnmpDecode, tag: number, bytes: Uint8Array) =>
  decodeText(kind, bytes, tag, 0, bytes.length);

describe("OIDs", () => {
  it("round-trip against another encoder", () => {
    fc.assert(
      fc.property(oid, (dotted) => {
        const bytes = encodeOid(parseOid(dotted));
        expect(Buffer.from(bytes)).toEqual(oidOctets(dotted));
        expect(validOid(bytes, 0, bytes.length)).toBe(true);
        expect(decodeArcs(bytes, 0, bytes.length).join(".")).toBe(oidText(bytes));
      }),
    );
  });
  it("compare as their arcs do", () => {
    fc.assert(
      fc.property(oid, oid, fc.nat(6), (a, b, keep) => {
        const other = [...a.split(".").slice(0, 2 + keep), ...b.split(".").slice(2)].join(".");
        const [x, y] = [encodeOid(parseOid(a)), encodeOid(parseOid(other))];
        const got = compareOids(x, 0, x.length, y, 0, y.length);
        expect(Math.sign(got)).toBe(Math.sign(compareOidTexts(a, other)));
        expect(isBelow(x, y, 0, y.length)).toBe(other.startsWith(`${a}.`));
      }),
    );
  });
  it("refuses what is no OID", () => {
    for (const bad of ["", "8080808001", "2b8001", "2b9080808000", "2bff", "2b8fffffffff7f"]) {
      const bytes = Buffer.from(bad, "hex");
      expect(validOid(bytes, 0, bytes.length), bad).toBe(false);
    }
    expect(validOid(new Uint8Array(128).fill(1), 0, 128)).toBe(false);
    for (const bad of ["", "1", "1.3.x", "3.1", "1.40", "1.3.4294967296", "1..3", "1.3.-1"])
      expect(() => parseOid(bad) && encodeOid(parseOid(bad)), bad).toThrow(/not an object identifier/);
  });
});

describe("numbers", () => {
  it("INTEGER", () => {
    fc.assert(
      fc.property(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), (value) => {
        expect(number(integer(value))).toBe(value);
      }),
    );
  });
  it("Counter32, Gauge32", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), (value) => {
        expect(number(counter32(value))).toBe(value);
        expect(number(gauge(value))).toBe(value);
      }),
    );
  });
  it("Counter64: the nearest float64, modulo 2^53 as a counter, and whole as a bigint", () => {
    const edges = fc.constantFrom(
      0n,
      2n ** 31n,
      2n ** 32n,
      2n ** 53n - 1n,
      2n ** 53n,
      2n ** 63n,
      2n ** 64n - 1n,
    );
    fc.assert(
      fc.property(fc.oneof(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), edges), (value) => {
        const encoded = counter64(value);
        expect(number(encoded)).toBe(Number(value));
        expect(counterOf(encoded, 0x46, 2, encoded.length)).toBe(Number(value % 2n ** 53n));
        expect(decodeNumber("number", encoded, 0x46, 2, encoded.length)).toBe(Number(value));
        expect(decodeNumber("counter", encoded, 0x46, 2, encoded.length)).toBe(Number(value % 2n ** 53n));
        expect(bigintOf(encoded, 0x46, 2, encoded.length)).toBe(value);
        const octets = Buffer.alloc(8);
        octets.writeBigUInt64BE(value);
        expect(decodeNumber("octets64", octets, 0x04, 0, 8)).toBe(Number(value % 2n ** 53n));
        // Eight octets without the leading zero that a strict encoder writes.
        expect(numberOf(octets, 0x46, 0, 8)).toBe(Number(value));
      }),
    );
  });
  it("a Gauge of four octets without its leading zero is unsigned; a shorter negative one is no value", () => {
    expect(numberOf(Buffer.from("ffffffff", "hex"), 0x42, 0, 4)).toBe(2 ** 32 - 1);
    expect(numberOf(Buffer.from("ff", "hex"), 0x42, 0, 1)).toBeNaN();
  });
  it("lengths that cannot be are no value", () => {
    for (const tag of [0x02, 0x41, 0x42, 0x43, 0x46]) {
      expect(numberOf(new Uint8Array(20).fill(1), tag, 0, 20)).toBeNaN();
      expect(numberOf(new Uint8Array(0), tag, 0, 0)).toBeNaN();
    }
    expect(numberOf(new Uint8Array(9).fill(1), 0x46, 0, 9)).toBeNaN();
    expect(numberOf(new Uint8Array(5).fill(1), 0x41, 0, 5)).toBeNaN();
    expect(numberOf(Buffer.from("12"), 0x04, 0, 2)).toBeNaN();
  });
  it("ticks, texts and Opaque", () => {
    expect(decodeNumber("ticks", Buffer.from([1, 0]), 0x43, 0, 2)).toBe(2.56);
    for (const [written, value] of [
      ["-12.5 C", -12.5],
      ["temp 41", 41],
      ["1e3x", 1000],
      ["n/a", Number.NaN],
    ] as const)
      expect(decodeNumber("textNumber", Buffer.from(written), 0x04, 0, written.length), written).toBe(value);
    fc.assert(
      fc.property(fc.float({ noNaN: true }), fc.double({ noNaN: true }), (single, double) => {
        const f = Buffer.from([0x9f, 0x78, 4, 0, 0, 0, 0]);
        f.writeFloatBE(single, 3);
        expect(decodeNumber("opaqueFloat", f, 0x44, 0, 7)).toBe(single);
        const d = Buffer.from([0x9f, 0x79, 8, 0, 0, 0, 0, 0, 0, 0, 0]);
        d.writeDoubleBE(double, 3);
        expect(decodeNumber("opaqueFloat", d, 0x44, 0, 11)).toBe(double);
      }),
    );
  });
});

/** GB 18030 of two octets a character, by asking the platform's decoder for every pair. */
function gbkPairs(): Map<string, Buffer> {
  const decoder = new TextDecoder("gb18030");
  const pairs = new Map<string, Buffer>();
  for (let high = 0xb0; high <= 0xf7; high++)
    for (let low = 0xa1; low <= 0xfe; low++) {
      const character = decoder.decode(Buffer.from([high, low]));
      if (/^[\u4e00-\u9fff]$/.test(character)) pairs.set(character, Buffer.from([high, low]));
    }
  return pairs;
}

describe("texts", () => {
  const shown = (bytes: Uint8Array) => octetsToText(bytes, 0, bytes.length);
  it("UTF-8", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 60 }), (written) => {
        fc.pre(!/[\p{Cc}\ufffd]/u.test(written));
        expect(shown(Buffer.from(written))).toBe(written);
      }),
    );
  });
  it("GB 18030, as Chinese devices write it", () => {
    const pairs = gbkPairs();
    expect(pairs.size).toBeGreaterThan(6000);
    const characters = fc.array(fc.constantFrom(...pairs.keys()), { minLength: 2, maxLength: 20 });
    const utf8 = new TextDecoder("utf-8", { fatal: true });
    fc.assert(
      fc.property(characters, fc.constantFrom("", "-3F", " Gi0/1"), (list, tail) => {
        const bytes = Buffer.concat([...list.map((one) => pairs.get(one)!), Buffer.from(tail)]);
        // What is UTF-8 too (a few pairs of pairs) is taken as UTF-8.
        let ambiguous = true;
        try {
          utf8.decode(bytes);
        } catch {
          ambiguous = false;
        }
        fc.pre(!ambiguous);
        expect(shown(bytes)).toBe(list.join("") + tail);
      }),
    );
  });
  it("padding, C strings, binary, stray controls", () => {
    expect(shown(bytesOf("SN12345", 0, 0, 0))).toBe("SN12345");
    expect(shown(bytesOf("Gi0/1", 0, "junk", 7, 7, 7))).toBe("Gi0/1");
    expect(shown(Buffer.from([0, 0x11, 0x22, 0xaa, 0xbb, 0xcc]))).toBe("00:11:22:aa:bb:cc");
    expect(shown(Buffer.from([0xd8, 0x50, 0xe6, 0xaa, 0xbb, 0xcc]))).toBe("d8:50:e6:aa:bb:cc");
    expect(shown(bytesOf("switch", 0x1b, "[31m red"))).toBe("switch\ufffd[31m red");
    expect(shown(Buffer.alloc(9))).toBe("");
    expect(shown(Buffer.from("line 1\r\nline 2"))).toBe("line 1\r\nline 2");
  });
  it("hold no control characters whatever comes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        // biome-ignore lint/suspicious/noControlCharactersInRegex: that is the point
        expect(shown(bytes)).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/);
      }),
      { numRuns: 500 },
    );
  });
});

describe("other values", () => {
  it("MAC addresses, octets or spelled", () => {
    expect(text("mac", 4, Buffer.from([0, 1, 2, 0xaa, 0xbb, 0xcc]))).toBe("00:01:02:aa:bb:cc");
    for (const written of ["00-01-02-AA-BB-CC", "0001.02aa.bbcc", "0:1:2:aa:bb:cc", "000102AABBCC"])
      expect(text("mac", 4, Buffer.from(written)), written).toBe("00:01:02:aa:bb:cc");
    expect(text("mac", 4, Buffer.from("no mac here"))).toBeUndefined();
    expect(text("mac", 4, Buffer.alloc(0))).toBeUndefined();
  });
  it("addresses: InetAddress of every length, IpAddress", () => {
    expect(text("inet", 4, Buffer.from([10, 0, 0, 1]))).toBe("10.0.0.1");
    expect(text("inet", 4, Buffer.from([10, 0, 0, 1, 0, 0, 0, 7]))).toBe("10.0.0.1%7");
    expect(text("inet", 4, Buffer.from("20010db8000000000000000000000001", "hex"))).toBe("2001:db8::1");
    expect(text("inet", 4, Buffer.from("fe80000000000000000000000000000100000003", "hex"))).toBe("fe80::1%3");
    expect(text("inet", 4, Buffer.from([1, 2, 3]))).toBeUndefined();
    expect(text("ip", 0x40, Buffer.from([192, 168, 1, 254]))).toBe("192.168.1.254");
  });
  it("IPv6 as RFC 5952 writes it", () => {
    for (const [hex, written] of [
      ["00000000000000000000000000000000", "::"],
      ["20010db8000000010000000000000001", "2001:db8:0:1::1"],
      ["20010db8000000000001000000000001", "2001:db8::1:0:0:1"],
      ["20010db8000100010001000100010000", "2001:db8:1:1:1:1:1:0"],
      ["00000000000000000000ffff0a000001", "::ffff:10.0.0.1"],
    ] as const)
      expect(formatIpv6(Buffer.from(hex, "hex"), 0)).toBe(written);
  });
  it("BITS, DateAndTime, OID and its last arc", () => {
    expect(text("bits", 4, Buffer.from([0b10010000, 1]))).toBe("0,3,15");
    expect(text("date", 4, Buffer.from([7, 234, 11, 22, 1, 2, 3, 4]))).toBe("2026-11-22T01:02:03.4");
    expect(text("date", 4, Buffer.from([7, 234, 11, 22, 1, 2, 3, 4, 0x2b, 8, 0]))).toBe(
      "2026-11-22T01:02:03.4+08:00",
    );
    expect(text("date", 4, Buffer.from([7, 234, 13, 22, 1, 2, 3, 4]))).toBeUndefined();
    expect(text("oid", 6, oidOctets("1.3.6.1.4.1.2011"))).toBe("1.3.6.1.4.1.2011");
    expect(decodeNumber("lastArc", oidOctets("1.3.6.1.2.1.25.2.1.4"), 6, 0, 9)).toBe(4);
  });
  it("nothing throws, whatever the tag and octets, and time is bound by size", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...DECODES),
        fc.constantFrom(...TAGS),
        fc.uint8Array({ maxLength: 1500, size: "max" }),
        (kind, tag, bytes) => {
          expect(typeof decodeNumber(kind, bytes, tag, 0, bytes.length)).toBe("number");
          const value = decodeText(kind, bytes, tag, 0, bytes.length);
          expect(value === undefined || value.length <= 4 * 1500 * 2).toBe(true);
        },
      ),
      { numRuns: 3000 },
    );
  });
});

describe("row indexes", () => {
  const part = (type: IndexPart["type"], name = "p"): IndexPart => ({ name, type });
  const octet = fc.integer({ min: 0, max: 255 });
  it("read their parts one after the other", () => {
    fc.assert(
      fc.property(
        arc,
        fc.string({ unit: fc.constantFrom(..."abcXYZ019-_/"), maxLength: 20 }),
        fc.array(octet, { minLength: 6, maxLength: 6 }),
        arc,
        (first, name, mac, last) => {
          const parts = [part("integer"), part("string"), part("mac"), part("integer")];
          const arcs = [first, name.length, ...Buffer.from(name), ...mac, last];
          const read = decodeIndex(parts, arcs)!;
          const macText = mac.map((one) => one.toString(16).padStart(2, "0")).join(":");
          expect(read.texts).toEqual([String(first), name, macText, String(last)]);
          expect(read.ends.at(-1)).toBe(arcs.length);
          expect(decodeIndex(parts, arcs.slice(0, -1))).toBeUndefined();
          const bytes = encodeIndex(arcs);
          expect(decodeArcs(bytes, 0, bytes.length, true)).toEqual(arcs);
        },
      ),
    );
  });
  it("know InetAddress by type: ipv4, ipv6, ipv4z, ipv6z, dns", () => {
    const v6 = [0xfe, 0x80, ...Array(13).fill(0), 1];
    for (const [arcs, written] of [
      [[1, 4, 10, 0, 0, 1], "10.0.0.1"],
      [[2, 16, ...v6], "fe80::1"],
      [[3, 8, 10, 0, 0, 1, 0, 0, 0, 9], "10.0.0.1%9"],
      [[4, 20, ...v6, 0, 0, 0, 9], "fe80::1%9"],
      [[16, 3, 97, 46, 98], "a.b"],
    ] as const)
      expect(decodeIndex([part("inet")], [...arcs, 5])?.texts).toEqual([written]);
    expect(decodeIndex([part("inet")], [1, 5, 10, 0, 0, 1, 1])).toBeUndefined();
    expect(decodeIndex([part("inet")], [2, 16, 1])).toBeUndefined();
  });
  it("take what is left, and names of enumerations", () => {
    expect(decodeIndex([part("rest")], [1, 2, 3])?.texts).toEqual(["1.2.3"]);
    expect(decodeIndex([part("impliedString")], [97, 98])?.texts).toEqual(["ab"]);
    expect(decodeIndex([part("oid"), part("integer")], [2, 1, 3, 7])?.texts).toEqual(["1.3", "7"]);
    expect(decodeIndex([part("mac")], [6, 1, 2, 3, 4, 5, 6])?.texts).toEqual(["01:02:03:04:05:06"]);
    const version = { ...part("integer"), enumeration: new Map([[2, "ipv6"]]) };
    expect(decodeIndex([version], [2])?.texts).toEqual(["ipv6"]);
  });
  it("never throw", () => {
    const types = [
      "integer",
      "string",
      "impliedString",
      "mac",
      "fixedMac",
      "ip",
      "inet",
      "oid",
      "rest",
    ] as const;
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...types), { maxLength: 4 }),
        fc.array(arc, { maxLength: 40 }),
        (kinds, arcs) => {
          const read = decodeIndex(
            kinds.map((kind) => part(kind)),
            arcs,
          );
          expect(read === undefined || read.texts.length === kinds.length).toBe(true);
        },
      ),
    );
  });
});

describe("sysUpTime", () => {
  it.each([
    [100_000, 106_000, 60_000, "continued"],
    [100_000, 1500, 60_000, "restarted"],
    [2 ** 32 - 1000, 5000, 60_000, "wrapped"],
    [2 ** 32 - 1000, 100, 60_000, "restarted"],
    [60_000, 180_000, 3_600_000, "restarted"],
    [5_000_000, 5_000_000, 60_000, "continued"],
    [1000, 1000, 60_000, "continued"],
    [5_000_000, 4_999_990, 60_000, "continued"],
    [300, 1300, 10_000, "continued"],
  ] as const)("%i to %i in %i ms has %s", (before, now, elapsed, verdict) => {
    expect(judgeUptime(before, now, elapsed)).toBe(verdict);
  });
});
