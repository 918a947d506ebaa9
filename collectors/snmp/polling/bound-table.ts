import type { Tags } from "../../../src/measurements/series.ts";
import { TAG } from "../codec/ber.ts";
import type { RowIndexes } from "../codec/expectation.ts";
import type { ResponseView } from "../codec/message.ts";
import { decodeArcs, encodeIndex } from "../codec/oid.ts";
import { decodeIndex, type RowIndex } from "../codec/row-index.ts";
import { bigintOf, counterOf, decodeColumn, decodeText, numberOf } from "../decode.ts";
import type { TablePlan } from "../plan.ts";
import type { ReadingMemo } from "./reading-memo.ts";

/** The tables of a device that are bound, by their id in the profile. */
export type BoundTables = ReadonlyMap<string, BoundTable>;

/** What is known of a cell; `wide` says that the counter came with 64 bits. */
export const CELL = { unread: 0, ok: 1, bad: 2, wide: 4 } as const;

/** A point's series and counters, one a row. */
export interface BoundPoint {
  /** Series number, -1 until the row first had a value. */
  readonly series: Int32Array;
  readonly rateSeries: Int32Array;
  readonly useSeries: Int32Array;
  /** Slot in the device's CounterBank, -1. */
  readonly slots: Int32Array;
  /** Column that the last value came from: counters of two columns are not subtracted. */
  readonly source: Uint8Array;
  /** 1: the next difference is a gap because the counter started again. */
  readonly gap: Uint8Array;
  /** The rows' tags where the point has some of its own. */
  readonly tags?: readonly (Tags | undefined)[];
}

/** What is compared when a table is bound again. */
export interface BoundRows {
  readonly rows: number;
  readonly tags: readonly (Tags | undefined)[];
  readonly points: readonly BoundPoint[];
  readonly discontinuity: Float64Array;
  rowOf(arcs: readonly number[]): number;
}

/**
 * The rows a device has of a table, and the last value of every cell that is read: column-major, cell of column
 * `c` in row `r` at `c * rows + r`.
 */
export class BoundTable {
  readonly plan: TablePlan;
  readonly rows: number;
  readonly arcs: readonly (readonly number[])[];
  readonly numbers: Float64Array;
  readonly cells: Uint8Array;
  readonly texts: readonly (string | undefined)[][];
  /** Receive time (UTC ms) of the cell in the poll under way; 0: not read in it. */
  times: Float64Array;
  /** Discontinuity time of each row's counters at the poll before, NaN before the first. */
  readonly discontinuity: Float64Array;
  /** 1: the row is left out by the table's condition. */
  readonly excluded: Uint8Array;
  /** Rows that have series: their tags besides the device's own. */
  tags: (Tags | undefined)[] = [];
  points: BoundPoint[] = [];
  /** By row: number of its tags in the node's table of series, -1 until it is asked for. */
  sets = new Int32Array(0);
  /** What expressions came to, by the point's number. */
  readonly memos: (ReadingMemo | undefined)[] = [];
  /** Counters over 2^53 by cell, whole, where the plan asks for them. */
  readonly exact: Map<number, bigint> | undefined;
  /** The row's name in the series tag `interface`, for tables of interfaces. */
  keys: readonly string[] | undefined;
  /** All tables of the device, for expressions that name cells of others. */
  peers: BoundTables | undefined;
  /** The rows' indexes as they stand in answers. */
  readonly indexes: RowIndexes;
  readonly #indexes: (RowIndex | null | undefined)[];

  /** `arcs` are the rows' indexes, ascending. */
  constructor(plan: TablePlan, arcs: readonly (readonly number[])[]) {
    this.plan = plan;
    this.arcs = arcs;
    this.rows = arcs.length;
    const cells = plan.columns.length * this.rows;
    this.numbers = new Float64Array(cells).fill(Number.NaN);
    this.cells = new Uint8Array(cells);
    this.exact = plan.exact ? new Map() : undefined;
    this.times = new Float64Array(0);
    this.discontinuity = new Float64Array(this.rows).fill(Number.NaN);
    this.excluded = new Uint8Array(this.rows);
    this.texts = plan.columns.map(() => []);
    const octets = arcs.map((row) => encodeIndex(row));
    const at = new Uint32Array(this.rows + 1);
    for (let row = 0; row < this.rows; row++) at[row + 1] = at[row]! + octets[row]!.length;
    this.indexes = { octets: Buffer.concat(octets), at };
    this.#indexes = new Array<RowIndex | null | undefined>(this.rows).fill(undefined);
  }

  /** The rows with the tags and series of now, to compare with after they were made anew. */
  snapshot(): BoundRows {
    const { rows, tags, points, discontinuity } = this;
    return { rows, tags, points, discontinuity, rowOf: (arcs) => this.rowOf(arcs) };
  }

  /** Starts a poll: no cell counts as read. */
  begin(): void {
    if (this.times.length > 0) this.times.fill(0);
    else this.times = new Float64Array(this.plan.columns.length * this.rows);
  }

  /** The row whose index stands at `at`..`end`; -1 when there is none. */
  find(bytes: Uint8Array, at: number, end: number): number {
    return this.rowOf(decodeArcs(bytes, at, end, true));
  }

  /** The row with that index; -1 when there is none. */
  rowOf(arcs: readonly number[]): number {
    let low = 0;
    let high = this.rows - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const order = compareArcs(this.arcs[middle]!, arcs);
      if (order === 0) return middle;
      if (order < 0) low = middle + 1;
      else high = middle - 1;
    }
    return -1;
  }

  /**
   * Puts the first `count` varbinds of which the view knows the row into their cells: varbind `i` is of column
   * `columns[numbers[i % numbers.length]]`.
   */
  storeKnown(
    view: ResponseView,
    count: number,
    numbers: readonly number[],
    columns: readonly number[],
    at: number,
  ): void {
    const { rows, times, cells, numbers: values } = this;
    const { row: rowOf, tag: tags, valueAt, valueEnd, bytes } = view;
    const plans = this.plan.columns;
    const width = numbers.length;
    for (let c = 0; c < width; c++) {
      const column = columns[numbers[c]!]!;
      const first = column * rows;
      const { plain, column: meta } = plans[column]!;
      const counts = meta.decode === "counter";
      for (let i = c; i < count; i += width) {
        const row = rowOf[i]!;
        if (row < 0) continue;
        if (!plain) {
          this.store(column, row, view, i, at);
          continue;
        }
        const tag = tags[i]!;
        const [from, to] = [valueAt[i]!, valueEnd[i]!];
        const value = counts ? counterOf(bytes, tag, from, to) : numberOf(bytes, tag, from, to);
        const cell = first + row;
        times[cell] = at;
        values[cell] = value;
        // Numbers in an OCTET STRING or Opaque are wide too, and are not plain.
        cells[cell] = Number.isNaN(value) ? CELL.bad : tag === TAG.counter64 ? CELL.ok | CELL.wide : CELL.ok;
      }
    }
  }

  /** Puts varbind `i` into the cell. */
  store(column: number, row: number, view: ResponseView, i: number, at: number): void {
    if (this.times.length > 0) this.times[column * this.rows + row] = at;
    this.storeValue(column, row, view.bytes, view.tag[i]!, view.valueAt[i]!, view.valueEnd[i]!);
  }

  storeValue(column: number, row: number, bytes: Uint8Array, tag: number, start: number, end: number): void {
    const { column: meta, numeric } = this.plan.columns[column]!;
    const cell = column * this.rows + row;
    if (!numeric) {
      const text = decodeText(meta.decode, bytes, tag, start, end);
      this.texts[column]![row] = text;
      this.cells[cell] = text === undefined ? CELL.bad : CELL.ok;
      return;
    }
    const value = decodeColumn(meta, bytes, tag, start, end);
    this.numbers[cell] = value;
    if (this.exact && tag === TAG.counter64) {
      const whole = bigintOf(bytes, tag, start, end);
      if (whole !== undefined && whole > BigInt(Number.MAX_SAFE_INTEGER)) this.exact.set(cell, whole);
    }
    this.cells[cell] = Number.isNaN(value) ? CELL.bad : isWide(tag) ? CELL.ok | CELL.wide : CELL.ok;
  }

  /**
   * Ends the reading of a column in this poll: rows that did not come have no value any more.
   * Answers how many rows with series came, and how many did not.
   */
  finish(column: number): { came: number; missing: number } {
    let came = 0;
    let missing = 0;
    for (let row = 0; row < this.rows; row++) {
      const cell = column * this.rows + row;
      if (this.times[cell]! > 0) came++;
      else {
        this.numbers[cell] = Number.NaN;
        this.cells[cell] = CELL.unread;
        if (this.tags[row]) missing++;
      }
    }
    return { came, missing };
  }

  /** Whether any row has a value in the column, or one that is not what was promised. */
  hasAny(column: number): boolean {
    return this.cells
      .subarray(column * this.rows, (column + 1) * this.rows)
      .some((cell) => cell !== CELL.unread);
  }

  /** Text of a cell as facts and tags show it: a name where the column is enumerated; undefined when it has no value. */
  cellText(column: number, row: number): string | undefined {
    const { column: meta, numeric } = this.plan.columns[column]!;
    if (!numeric) return this.texts[column]![row];
    const value = this.numbers[column * this.rows + row]!;
    if (Number.isNaN(value)) return undefined;
    return meta.enumeration?.get(value) ?? String(value);
  }

  /** The row's index by its parts; undefined when it does not fit them. */
  index(row: number): RowIndex | undefined {
    let index = this.#indexes[row];
    if (index === undefined) {
      index = decodeIndex(this.plan.table.index, this.arcs[row]!) ?? null;
      this.#indexes[row] = index;
    }
    return index ?? undefined;
  }

  /** An integer part of the row's index as a number; NaN when it is none. */
  indexNumber(row: number, part: number): number {
    const index = this.index(row);
    if (!index) return Number.NaN;
    return this.arcs[row]![part === 0 ? 0 : index.ends[part - 1]!] ?? Number.NaN;
  }
}

/** Order of two indexes, arc by arc. */
export function compareArcs(a: readonly number[], b: readonly number[]): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
}

function isWide(tag: number): boolean {
  // Counter64, and the 64-bit numbers that come in an OCTET STRING or Opaque.
  return tag === 0x46 || tag === 0x04 || tag === 0x44;
}
