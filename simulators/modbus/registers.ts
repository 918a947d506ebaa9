/** Function codes that read, and the exceptions of the Modbus application protocol V1.1b3, section 7. */
export const FUNCTION = { coils: 1, discreteInputs: 2, holding: 3, input: 4 } as const;
export const EXCEPTION = {
  illegalFunction: 1,
  illegalAddress: 2,
  illegalValue: 3,
  targetFailedToRespond: 0x0b,
} as const;

export type PointType = "u16" | "s16" | "u32" | "s32" | "float32" | "bit";

/** One value of a unit. `read` gives the number as it goes into the registers: scaled and whole, or a float. */
export interface RegisterPoint {
  readonly functions: readonly number[];
  readonly address: number;
  readonly type: PointType;
  read(second: number): number;
}

/** Addresses that may be read, both ends included; what has no point in them reads as 0. */
export interface RegisterRange {
  readonly functions: readonly number[];
  readonly from: number;
  readonly to: number;
}

const WORDS: Readonly<Record<PointType, number>> = { u16: 1, s16: 1, u32: 2, s32: 2, float32: 2, bit: 1 };

/** What one unit id answers. */
export class RegisterMap {
  readonly #points: readonly RegisterPoint[];
  readonly #ranges: readonly RegisterRange[];

  constructor(points: readonly RegisterPoint[], ranges: readonly RegisterRange[]) {
    this.#points = points;
    this.#ranges = ranges;
  }

  /** The registers (or bits) as numbers, or an exception code. */
  read(functionCode: number, address: number, count: number, second: number): Uint16Array | number {
    const ranges = this.#ranges.filter((range) => range.functions.includes(functionCode));
    if (ranges.length === 0) return EXCEPTION.illegalFunction;
    const to = address + count - 1;
    if (!ranges.some((range) => address >= range.from && to <= range.to)) return EXCEPTION.illegalAddress;
    const out = new Uint16Array(count);
    for (const point of this.#points) {
      const words = WORDS[point.type];
      if (point.address > to || point.address + words <= address) continue;
      if (!point.functions.includes(functionCode)) continue;
      const registers = encode(point.type, point.read(second));
      for (let n = 0; n < words; n++) {
        const at = point.address + n - address;
        if (at >= 0 && at < count) out[at] = registers[n]!;
      }
    }
    return out;
  }
}

/** High word first, as all meters of the map documents do. */
function encode(type: PointType, value: number): readonly number[] {
  if (type === "float32") {
    const view = new DataView(new ArrayBuffer(4));
    view.setFloat32(0, value);
    return [view.getUint16(0), view.getUint16(2)];
  }
  if (type === "u32" || type === "s32") return [(value >>> 16) & 0xffff, value & 0xffff];
  return [value & 0xffff];
}
