/** BER tags as recordings write them (RFC 3416). */
export const TAGS = {
  integer: 2,
  octets: 4,
  oid: 6,
  ip: 64,
  counter32: 65,
  gauge: 66,
  ticks: 67,
  opaque: 68,
  counter64: 70,
} as const;
export type Tag = (typeof TAGS)[keyof typeof TAGS];

/** A value as a line of a recording holds it; `hex`: the text is hexadecimal octets. */
export interface Cell {
  readonly tag: Tag;
  readonly text: string;
  readonly hex?: boolean;
}

/** Objects of an invented device, in the order of their OIDs when they are written. */
export class Recording {
  readonly #cells = new Map<string, { readonly oid: readonly number[]; readonly cell: Cell }>();

  /** The first value of an object stays. */
  set(oid: readonly number[], cell: Cell): void {
    const key = oid.join(".");
    if (!this.#cells.has(key)) this.#cells.set(key, { oid, cell });
  }

  get(oid: readonly number[]): Cell | undefined {
    return this.#cells.get(oid.join("."))?.cell;
  }

  /** The number in an object; NaN where there is none. */
  numberAt(oid: readonly number[]): number {
    const cell = this.get(oid);
    if (!cell || cell.hex) return Number.NaN;
    return /^-?\d+(\.\d+)?$/.test(cell.text) ? Number(cell.text) : Number.NaN;
  }

  /** Whether there is an object below. */
  has(subtree: readonly number[]): boolean {
    const prefix = `${subtree.join(".")}.`;
    return [...this.#cells.keys()].some((key) => key.startsWith(prefix));
  }

  /** Takes back what was written since the recording had that size. */
  shrinkTo(size: number): void {
    for (const key of [...this.#cells.keys()].slice(size)) this.#cells.delete(key);
  }

  get size(): number {
    return this.#cells.size;
  }

  toString(): string {
    const lines = [...this.#cells.values()]
      .sort((a, b) => compareOids(a.oid, b.oid))
      .map(({ oid, cell }) => `${oid.join(".")}|${cell.tag}${cell.hex ? "x" : ""}|${cell.text}`);
    return `${lines.join("\n")}\n`;
  }
}

function compareOids(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
}
