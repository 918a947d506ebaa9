import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RegisterReader } from "../../collectors/modbus/decode.ts";
import { checkAnswer } from "../../collectors/modbus/frame.ts";
import { quantity } from "../../src/measurements/quantities.ts";
import type { ModbusPoint } from "../../src/profiles/compiled.ts";

const reader = new RegisterReader();
const gauge = quantity("electric.active_power");
const counter = quantity("interface.in_octets");

function raw(
  data: Uint8Array,
  type: ModbusPoint["type"],
  wordOrder: ModbusPoint["wordOrder"] = "big",
  offset = 0,
  functionCode = 3,
  of = gauge,
): number {
  return reader.read(data, functionCode, { type, wordOrder, offset, quantity: of });
}

/** The same octets with the order of the 16-bit words turned round. */
function swapped(octets: Buffer): Buffer {
  const words: Buffer[] = [];
  for (let i = 0; i < octets.length; i += 2) words.unshift(octets.subarray(i, i + 2));
  return Buffer.concat(words);
}

describe("register reader", () => {
  it("reads back what Buffer wrote, in both word orders and at any offset", () => {
    const write: Record<string, (b: Buffer, n: bigint, f: number) => number> = {
      u16: (b, n) => b.writeUInt16BE(Number(BigInt.asUintN(16, n))),
      s16: (b, n) => b.writeInt16BE(Number(BigInt.asIntN(16, n))),
      u32: (b, n) => b.writeUInt32BE(Number(BigInt.asUintN(32, n))),
      s32: (b, n) => b.writeInt32BE(Number(BigInt.asIntN(32, n))),
      u64: (b, n) => b.writeBigUInt64BE(BigInt.asUintN(64, n)),
      s64: (b, n) => b.writeBigInt64BE(BigInt.asIntN(64, n)),
      float32: (b, _n, f) => b.writeFloatBE(f),
      float64: (b, _n, f) => b.writeDoubleBE(f),
    };
    const truth: Record<string, (n: bigint, f: number) => number> = {
      u16: (n) => Number(BigInt.asUintN(16, n)),
      s16: (n) => Number(BigInt.asIntN(16, n)),
      u32: (n) => Number(BigInt.asUintN(32, n)),
      s32: (n) => Number(BigInt.asIntN(32, n)),
      u64: (n) => Number(BigInt.asUintN(64, n)),
      s64: (n) => Number(BigInt.asIntN(64, n)),
      float32: (_n, f) => Math.fround(f),
      float64: (_n, f) => f,
    };
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.keys(write)),
        fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }),
        fc.double(),
        fc.nat(10),
        (type, n, f, offset) => {
          const octets = Buffer.alloc(type.endsWith("16") ? 2 : type.endsWith("32") ? 4 : 8);
          write[type]!(octets, n, f);
          const before = Buffer.alloc(offset * 2, 0xaa);
          const expected = truth[type]!(n, f);
          const kind = type as ModbusPoint["type"];
          expect(raw(Buffer.concat([before, octets]), kind, "big", offset)).toBe(expected);
          expect(raw(Buffer.concat([before, swapped(octets)]), kind, "little", offset)).toBe(expected);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it("keeps the low 53 bits of a 64-bit counter", () => {
    const octets = Buffer.alloc(8);
    octets.writeBigUInt64BE(2n ** 63n + 2n ** 52n + 7n);
    expect(raw(octets, "u64", "big", 0, 3, counter)).toBe(2 ** 52 + 7);
  });

  it("reads bits from the low end of the first octet", () => {
    const data = Buffer.from([0b0000_0101, 0b1000_0000]);
    expect([0, 1, 2, 3, 8, 15].map((bit) => raw(data, "bit", "big", bit, 1))).toEqual([1, 0, 1, 0, 0, 1]);
    expect(raw(data, "bit", "big", 16, 2)).toBeNaN();
  });

  it("answers NaN when the data is too short, for every type", () => {
    for (const type of ["u16", "s16", "u32", "s32", "u64", "s64", "float32", "float64", "bit"] as const)
      expect(raw(Buffer.from([1]), type)).toBeNaN();
  });
});

describe("answer check", () => {
  const expected = { transaction: 0x1234, unit: 7, functionCode: 3, dataOctets: 4 };
  const good = Buffer.from([0x12, 0x34, 0, 0, 0, 7, 7, 3, 4, 1, 2, 3, 4]);

  it("takes the right answer at its last octet and not before", () => {
    for (let n = 0; n < good.length; n++)
      expect(checkAnswer(good.subarray(0, n), expected).kind).toBe("more");
    expect(checkAnswer(good, expected)).toEqual({ kind: "frame", octets: 13 });
  });

  it("takes an exception of the same function", () => {
    expect(checkAnswer(Buffer.from([0x12, 0x34, 0, 0, 0, 3, 7, 0x83, 2]), expected).kind).toBe("frame");
    expect(checkAnswer(Buffer.from([0x12, 0x34, 0, 0, 0, 3, 7, 0x84, 2]), expected).kind).toBe("wrong");
  });

  it("refuses any header or count that differs in any octet", () => {
    fc.assert(
      fc.property(fc.nat(8), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const lie = Buffer.from(good);
        lie[at]! ^= flip;
        // An octet that turns the function into its exception is a lie about the length.
        expect(checkAnswer(lie, expected).kind).toBe("wrong");
      }),
      { numRuns: 1000 },
    );
  });

  it("never throws and never takes noise for an answer", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (noise) => {
        const verdict = checkAnswer(noise, expected);
        if (verdict.kind === "frame") expect([...noise.subarray(0, 4)]).toEqual([0x12, 0x34, 0, 0]);
      }),
      { numRuns: 5000 },
    );
  });
});
