import type { ModbusPoint } from "../../src/profiles/compiled.ts";

/** Low 53 bits: what is left of a 64-bit number that float64 does not hold exactly. */
const LOW_53 = 53;

/** Registers (FC 3 and 4) that a value of this type takes; a bit takes one. */
export const REGISTERS: Readonly<Record<ModbusPoint["type"], number>> = {
  u16: 1,
  s16: 1,
  u32: 2,
  s32: 2,
  u64: 4,
  s64: 4,
  float32: 2,
  float64: 4,
  bit: 1,
};

/** Reads raw values of registers and bits out of the data octets of an answer. One instance, one scratch space. */
export class RegisterReader {
  readonly #scratch = new DataView(new ArrayBuffer(8));

  /**
   * The raw number at `offset`: registers for FC 3 and 4, bits for FC 1 and 2. Octets within a register are
   * big-endian (Modbus Application Protocol V1.1b3, 4.2); `wordOrder` orders the registers of one value.
   * Counters of 64 bits keep their low 53. NaN when the data is too short for it.
   */
  read(
    data: Uint8Array,
    functionCode: number,
    point: Pick<ModbusPoint, "type" | "wordOrder" | "offset" | "quantity">,
  ): number {
    const { type, offset } = point;
    if (functionCode <= 2) {
      const octet = data[offset >> 3];
      return octet === undefined ? Number.NaN : (octet >> (offset & 7)) & 1;
    }
    const words = REGISTERS[type];
    const start = offset * 2;
    if (start + words * 2 > data.length) return Number.NaN;
    const view = this.#scratch;
    for (let word = 0; word < words; word++) {
      const from = start + (point.wordOrder === "big" ? word : words - 1 - word) * 2;
      view.setUint8(word * 2, data[from]!);
      view.setUint8(word * 2 + 1, data[from + 1]!);
    }
    switch (type) {
      case "u16":
        return view.getUint16(0);
      case "s16":
        return view.getInt16(0);
      case "u32":
        return view.getUint32(0);
      case "s32":
        return view.getInt32(0);
      case "u64": {
        const whole = view.getBigUint64(0);
        return Number(point.quantity.kind === "counter" ? BigInt.asUintN(LOW_53, whole) : whole);
      }
      case "s64":
        return Number(view.getBigInt64(0));
      case "float32":
        return view.getFloat32(0);
      case "float64":
        return view.getFloat64(0);
      case "bit":
        return view.getUint16(0) & 1;
    }
  }
}
