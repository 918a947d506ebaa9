import type { OidBytes } from "./oid.ts";

/** Indexes of the rows of a table in its order: row `r` is octets `at[r]`..`at[r + 1]`. All are valid and ascend. */
export interface RowIndexes {
  readonly octets: Uint8Array;
  readonly at: Uint32Array;
}

/**
 * What the answer to a GETBULK of some columns will most likely say: the rows that are known, one after the other.
 * An OID that is the expected one needs no check of its own and no search for its row.
 */
export class Expectation {
  readonly #roots: readonly OidBytes[];
  readonly #rows: RowIndexes;
  readonly #count: number;
  /** Row that comes next in each column when the answer begins, -1 when that is not known. */
  readonly base: Int32Array;
  readonly #cursor: Int32Array;

  constructor(roots: readonly OidBytes[], rows: RowIndexes) {
    this.#roots = roots;
    this.#rows = rows;
    this.#count = rows.at.length - 1;
    this.base = new Int32Array(roots.length);
    this.#cursor = new Int32Array(roots.length);
  }

  /** How many columns are asked for. */
  get width(): number {
    return this.#roots.length;
  }

  /** Begins an answer. */
  begin(): void {
    this.#cursor.set(this.base);
  }

  /** The row of the next varbind of a column when it is the one that is expected, or the one behind it; otherwise -1. */
  match(column: number, bytes: Uint8Array, start: number, end: number): number {
    const row = this.#cursor[column]!;
    if (row < 0) return -1;
    const found = this.#is(column, row, bytes, start, end)
      ? row
      : this.#is(column, row + 1, bytes, start, end)
        ? row + 1
        : -1;
    if (found >= 0) this.#cursor[column] = found + 1;
    return found;
  }

  #is(column: number, row: number, bytes: Uint8Array, start: number, end: number): boolean {
    if (row >= this.#count) return false;
    const root = this.#roots[column]!;
    const { octets, at } = this.#rows;
    const from = at[row]!;
    const length = at[row + 1]! - from;
    const shared = root.length;
    if (end - start !== shared + length) return false;
    // The index differs first.
    const index = start + shared;
    for (let i = 0; i < length; i++) if (bytes[index + i] !== octets[from + i]) return false;
    for (let i = shared - 1; i >= 0; i--) if (bytes[start + i] !== root[i]) return false;
    return true;
  }
}
