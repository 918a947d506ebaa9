import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  arcs,
  bigTlv,
  compareOid,
  decodeOid,
  encodeOid,
  integerTlv,
  isOid,
  parseOid,
  TAG,
  textTlv,
  tlv,
} from "../../simulators/snmp/ber.ts";
import { communityOf, PDU, readRequest } from "../../simulators/snmp/request.ts";
import { Responder } from "../../simulators/snmp/responder.ts";
import { type Instance, MibTable, OCTETS64 } from "../../simulators/snmp/table.ts";

const arc = fc.oneof(fc.nat(300), fc.nat(70_000), fc.integer({ min: 0, max: 0xffff_ffff }));
const oid = fc
  .tuple(fc.constantFrom([1, 3], [1, 0], [0, 39], [2, 999]), fc.array(arc, { maxLength: 20 }))
  .map(([head, rest]) => [...head, ...rest]);

function compareArcs(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
}

/** Reads a two's complement INTEGER, an own way of doing it. */
function readInteger(bytes: Uint8Array, signed: boolean): bigint {
  const content = bytes.subarray(2);
  expect(bytes[1]).toBe(content.length);
  const value = BigInt(`0x${Buffer.from(content).toString("hex")}`);
  return signed ? BigInt.asIntN(content.length * 8, value) : value;
}

function sequence(...parts: readonly Uint8Array[]): Uint8Array {
  return tlv(TAG.sequence, Buffer.concat(parts));
}

function request(
  version: 0 | 1,
  pdu: number,
  numbers: readonly [number, number, number],
  oids: readonly (readonly number[])[],
  community = "public",
): Uint8Array {
  const list = sequence(
    ...oids.map((each) => sequence(tlv(TAG.oid, encodeOid(each)), tlv(TAG.null, new Uint8Array(0)))),
  );
  const body = Buffer.concat([...numbers.map((n) => integerTlv(TAG.integer, n)), list]);
  return sequence(integerTlv(TAG.integer, version), textTlv(community), tlv(pdu, body));
}

interface Answer {
  readonly status: number;
  readonly index: number;
  readonly requestId: number;
  readonly varbinds: readonly {
    readonly oid: readonly number[];
    readonly tag: number;
    readonly value: Uint8Array;
  }[];
}

/** A reader of answers written for the test; throws on anything that is not well formed. */
function readAnswer(bytes: Uint8Array): Answer {
  const take = (from: Uint8Array, at: number): { tag: number; content: Uint8Array; next: number } => {
    let length = from[at + 1]!;
    let start = at + 2;
    if (length & 0x80) {
      const n = length & 0x7f;
      length = 0;
      for (let i = 0; i < n; i++) length = length * 256 + from[start++]!;
    }
    if (start + length > from.length) throw new Error("length past the end");
    return { tag: from[at]!, content: from.subarray(start, start + length), next: start + length };
  };
  const all = (from: Uint8Array) => {
    const parts = [];
    for (let at = 0; at < from.length; ) {
      const part = take(from, at);
      parts.push(part);
      at = part.next;
    }
    return parts;
  };
  const message = take(bytes, 0);
  expect(message.next).toBe(bytes.length);
  const [, , pdu] = all(message.content);
  expect(pdu!.tag).toBe(PDU.response);
  const [id, status, index, list] = all(pdu!.content);
  const number = (part: { content: Uint8Array }) =>
    Number(BigInt.asIntN(part.content.length * 8, BigInt(`0x${Buffer.from(part.content).toString("hex")}`)));
  return {
    requestId: number(id!),
    status: number(status!),
    index: number(index!),
    varbinds: all(list!.content).map((varbind) => {
      const [name, value] = all(varbind.content);
      return { oid: decodeOid(name!.content), tag: value!.tag, value: value!.content };
    }),
  };
}

describe("BER", () => {
  it("keeps OIDs", () => {
    fc.assert(
      fc.property(oid, (value) => {
        const bytes = encodeOid(value);
        expect(isOid(bytes, 0, bytes.length)).toBe(true);
        expect(decodeOid(bytes)).toEqual(value);
        expect(parseOid(value.join("."))).toEqual(value);
        expect(parseOid(`.${value.join(".")}`)).toEqual(value);
      }),
    );
  });

  it("orders OIDs as their arcs", () => {
    fc.assert(
      fc.property(oid, oid, fc.nat(20), (a, b, shared) => {
        const c = [...a.slice(0, shared + 2), ...b.slice(2)];
        for (const other of [b, c]) {
          const x = encodeOid(a);
          const y = encodeOid(other);
          expect(Math.sign(compareOid(x, 0, x.length, y, 0, y.length))).toBe(
            Math.sign(compareArcs(a, other)),
          );
        }
      }),
    );
  });

  it("writes integers in the fewest octets", () => {
    fc.assert(
      fc.property(fc.oneof(fc.integer(), fc.maxSafeInteger().map(Math.abs)), (value) => {
        const bytes = integerTlv(TAG.integer, value);
        expect(readInteger(bytes, true)).toBe(BigInt(value));
        const [first, second] = [bytes[2]!, bytes[3] ?? 0];
        if (bytes.length > 3)
          expect((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80)).toBe(false);
      }),
    );
    expect(readInteger(bigTlv(TAG.counter64, 2n ** 64n - 1n), true)).toBe(2n ** 64n - 1n);
  });

  it("refuses what is not an OID", () => {
    for (const text of [
      "",
      "1",
      "1.",
      "1..3",
      "3.1",
      "1.40",
      "1.3.4294967296",
      "1.3.x",
      Array(130).fill("1").join("."),
    ])
      expect(parseOid(text), text).toBeUndefined();
    expect(isOid(Uint8Array.of(0x2b, 0x80, 0x01), 0, 3)).toBe(false);
    expect(isOid(Uint8Array.of(0x2b, 0x81), 0, 2)).toBe(false);
    expect(isOid(Uint8Array.of(0x2b, 0x90, 0x80, 0x80, 0x80, 0x00), 0, 6)).toBe(false);
    expect(() => arcs("1.3.x")).toThrow();
  });
});

const counter = { value: (field: number, second: number) => field * 1000 + second };

function table(count: number): MibTable {
  const rows: Instance[] = [];
  for (let i = 1; i <= count; i++) {
    const name = encodeOid([1, 3, 6, 1, 4, 1, 9, 1, i * 37]);
    if (i % 3 === 0) rows.push({ oid: name, code: TAG.counter64, source: counter, field: i % 200 });
    else if (i % 7 === 0) rows.push({ oid: name, code: OCTETS64, source: counter, field: 1 });
    else rows.push({ oid: name, tlv: textTlv("x".repeat(i % 140)) });
  }
  return new MibTable(rows);
}

describe("requests and answers", () => {
  it("never throws at what is not a request", () => {
    const good = request(1, PDU.getBulk, [7, 0, 10], [[1, 3, 6, 1, 2, 1]]);
    expect(readRequest(good)).toBeDefined();
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => void readRequest(bytes)));
    const responder = new Responder();
    const small = table(20);
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { maxLength: 6 }), (changes) => {
        const bytes = Uint8Array.from(good);
        for (const [at, byte] of changes) bytes[at] = byte;
        const parsed = readRequest(bytes);
        const answer = parsed && responder.answer(parsed, small, 1, 1472);
        if (answer) readAnswer(answer);
      }),
      { numRuns: 2000 },
    );
  });

  it("answers in order, within the size, and comes to the end", () => {
    const mib = table(400);
    const responder = new Responder();
    fc.assert(
      fc.property(
        fc.integer({ min: 200, max: 3000 }),
        fc.integer({ min: 1, max: 200 }),
        (size, repetitions) => {
          let from: readonly number[] = [1, 3];
          const seen: string[] = [];
          for (let n = 0; n < 2000; n++) {
            const parsed = readRequest(request(1, PDU.getBulk, [n, 0, repetitions], [from]))!;
            const bytes = responder.answer(parsed, mib, 5, size)!;
            expect(bytes.length).toBeLessThanOrEqual(size);
            const answer = readAnswer(bytes);
            expect([answer.status, answer.requestId]).toEqual([0, n]);
            expect(answer.varbinds.length).toBeLessThanOrEqual(repetitions);
            for (const varbind of answer.varbinds) {
              if (varbind.tag === TAG.endOfMibView) break;
              expect(compareArcs(varbind.oid, from)).toBeGreaterThan(0);
              from = varbind.oid;
              seen.push(varbind.oid.join("."));
            }
            if (answer.varbinds.some((varbind) => varbind.tag === TAG.endOfMibView)) break;
          }
          expect(seen.length).toBe(400);
        },
      ),
      { numRuns: 20 },
    );
  });

  it("says tooBig instead of sending too much", () => {
    const mib = table(100);
    const responder = new Responder();
    const many = Array.from({ length: 60 }, () => [1, 3, 6, 1, 4, 1, 9, 1, 37 * 65]);
    const v2 = readAnswer(
      responder.answer(readRequest(request(1, PDU.get, [1, 0, 0], many))!, mib, 1, 1472)!,
    );
    expect([v2.status, v2.index, v2.varbinds.length]).toEqual([1, 0, 0]);
    const v1 = readAnswer(
      responder.answer(readRequest(request(0, PDU.getNext, [1, 0, 0], many))!, mib, 1, 2500)!,
    );
    expect([v1.status, v1.varbinds.length]).toEqual([1, 60]);
  });

  it("keeps Counter64 from SNMPv1 and refuses SET", () => {
    const mib = table(6);
    const responder = new Responder();
    const ask = (version: 0 | 1, pdu: number, name: readonly number[]) =>
      readAnswer(responder.answer(readRequest(request(version, pdu, [9, 0, 0], [name]))!, mib, 1, 1472)!);
    const third = [1, 3, 6, 1, 4, 1, 9, 1, 111];
    expect(ask(1, PDU.get, third).varbinds[0]!.tag).toBe(TAG.counter64);
    expect(ask(0, PDU.get, third)).toMatchObject({ status: 2, index: 1 });
    expect(ask(0, PDU.getNext, [1, 3, 6, 1, 4, 1, 9, 1, 74]).varbinds[0]!.oid.at(-1)).toBe(148);
    expect(ask(1, PDU.set, third)).toMatchObject({ status: 17, index: 1 });
    expect(ask(0, PDU.set, third)).toMatchObject({ status: 4, index: 1 });
    expect(ask(1, PDU.get, [1, 3, 6, 1, 4, 1, 9, 1, 112]).varbinds[0]!.tag).toBe(TAG.noSuchInstance);
    expect(ask(1, PDU.get, [1, 3, 6, 1, 4, 1, 10, 1]).varbinds[0]!.tag).toBe(TAG.noSuchObject);
  });

  it("interleaves several repeaters after the non-repeaters", () => {
    const mib = table(30);
    const name = (i: number) => [1, 3, 6, 1, 4, 1, 9, 1, i * 37];
    const parsed = readRequest(request(1, PDU.getBulk, [3, 1, 2], [name(1), name(10), name(29)]))!;
    const answer = readAnswer(new Responder().answer(parsed, mib, 1, 65_507)!);
    expect(
      answer.varbinds.map(({ oid: each, tag }) => (tag === TAG.endOfMibView ? -1 : each.at(-1)! / 37)),
    ).toEqual([2, 11, 30, 12, -1]);
    expect(communityOf(parsed)).toBe("public");
  });
});
