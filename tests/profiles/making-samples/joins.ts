import type {
  CellKey,
  CellReference,
  FieldReference,
  SnmpColumn,
  SnmpPoint,
  SnmpTable,
  Template,
} from "../../../src/profiles/compiled.ts";
import type { CellWriter } from "./cells.ts";
import { indexArcs, indexNumbers, indexTexts } from "./index-arcs.ts";
import { textFor } from "./pattern-text.ts";
import type { RowMaker } from "./row-maker.ts";
import type { Witness } from "./witness.ts";

/** What is said of a point: its label, table, object and source. */
export function wordsOf(table: SnmpTable, point: SnmpPoint): string {
  const column = table.columns.find(({ id }) => id === point.column);
  const plain = point.label.text.replace(/\{[^}]*\}/g, " ");
  // Names that run together are taken apart: upsOutputVoltage says what it is of.
  const names = `${table.id} ${column?.object ?? ""} ${point.id}`.replace(/([a-z])([A-Z])/g, "$1 $2");
  return `${plain} ${names}`;
}

/** What a row takes from other tables, made up where it is not there yet. */
export class Joins {
  readonly #tables: ReadonlyMap<string, SnmpTable>;
  readonly #cells: CellWriter;
  readonly #witness: Witness;

  constructor(tables: readonly SnmpTable[], cells: CellWriter, witness: Witness) {
    this.#tables = new Map(tables.map((table) => [table.id, table]));
    this.#cells = cells;
    this.#witness = witness;
  }

  /** Gives every field of the template a text: the first of its alternatives. */
  fill(row: RowMaker, template: Template, number: number, words: string): void {
    for (const part of template.parts) {
      if (!("alternatives" in part)) continue;
      for (const field of part.alternatives) if (this.#fillField(row, field, number, words)) break;
    }
  }

  /** Makes the template's text one that matches; false where it is another already, or none can be made. */
  makeMatch(row: RowMaker, template: Template, pattern: RegExp, number: number): boolean {
    const fields = template.parts.flatMap((part) => ("alternatives" in part ? part.alternatives : []));
    const free = fields.find((field) => {
      const place = this.#place(row, field);
      return place && !this.#cells.recording.get(place.oid);
    });
    if (!free) return pattern.test(this.#textNow(row, template));
    const { table, column, oid } = this.#place(row, free)!;
    if (column.enumeration) {
      const state = [...column.enumeration].find(([, name]) => pattern.test(name));
      if (!state) return false;
      this.#cells.number(table, column, oid, state[0]);
      if (table === row.table) row.numbers.set(column.id, state[0]);
      return true;
    }
    const plain = `Unit ${number}`;
    const made = pattern.test(plain) ? { text: plain } : textFor(pattern, [plain]);
    if (!made) return false;
    this.#cells.write(oid, { tag: this.#witness.tag(table, column), text: made.text });
    return pattern.test(this.#textNow(row, template));
  }

  /** What the template says of the row as it is. */
  #textNow(row: RowMaker, template: Template): string {
    let text = "";
    for (const part of template.parts) {
      if ("literal" in part) {
        text += part.literal;
        continue;
      }
      for (const field of part.alternatives) {
        const said = this.#fieldNow(row, field);
        const taken = field.pattern ? field.pattern.exec(said) : undefined;
        const value = field.pattern ? (taken?.[1] ?? taken?.[0] ?? "") : said;
        text += value;
        if (value !== "") break;
      }
    }
    return text;
  }

  #fieldNow(row: RowMaker, field: FieldReference): string {
    if ("index" in field) {
      const { index } = row.table;
      const number = indexNumbers(index, row.arcs).get(field.index);
      return number === undefined ? (indexTexts(index, row.arcs).get(field.index) ?? "") : String(number);
    }
    const place = this.#place(row, field);
    const text = place && this.#cells.recording.get(place.oid)?.text;
    if (!place || text === undefined) return "";
    const { column } = place;
    return /^-?\d+$/.test(text) ? (column.enumeration?.get(Number(text)) ?? text) : text;
  }

  /** Where a cell of another table is that has no number yet; undefined where it has one, or is made of many. */
  emptyCell(
    row: RowMaker,
    cell: CellReference,
  ): { readonly table: SnmpTable; readonly column: SnmpColumn; readonly oid: readonly number[] } | undefined {
    const table = this.#tables.get(cell.table);
    const column = table?.columns.find(({ id }) => id === cell.column);
    const arcs = table && !cell.over && !cell.find ? this.#joined(row, table, cell.by) : undefined;
    if (!table || !column || !arcs) return undefined;
    const oid = table.scalar ? column.oid : [...column.oid, ...arcs];
    return Number.isNaN(this.#cells.recording.numberAt(oid)) ? { table, column, oid } : undefined;
  }

  /** The number in a cell of another table; made up where there is none. NaN for what is made of many rows. */
  number(row: RowMaker, cell: CellReference, number: number): number {
    const other = this.#tables.get(cell.table);
    const column = other?.columns.find(({ id }) => id === cell.column);
    if (!other || !column) return Number.NaN;
    if (cell.over) {
      this.#rowsOver(other, column, cell.over);
      return Number.NaN;
    }
    const arcs = cell.find ? this.#found(other, cell.find, number) : this.#joined(row, other, cell.by);
    if (!arcs) return Number.NaN;
    const oid = other.scalar ? column.oid : [...column.oid, ...arcs];
    const known = this.#cells.recording.numberAt(oid);
    const raw = Number.isNaN(known)
      ? this.#cells.number(other, column, oid, row.operandOf(other, column))
      : known;
    return column.decode === "ticks" ? raw / 100 : raw;
  }

  /** Two rows that fulfil the conditions and one that does not, where the table has none yet. */
  #rowsOver(other: SnmpTable, column: SnmpColumn, over: NonNullable<CellReference["over"]>): void {
    if (other.scalar || this.#cells.recording.has(column.oid)) return;
    const index = this.#witness.object(other, column)?.index;
    for (const row of [1, 2, 3]) {
      const arcs = indexArcs(other, index, row, new Map());
      for (const { column: name, compare, number } of over.where) {
        const place = other.columns.find(({ id }) => id === name);
        const fits = compare === ">" || compare === "!=" ? number + 1 : compare === "<" ? number - 1 : number;
        const not =
          compare === "<" || compare === "==" || compare === ">="
            ? number + (compare === ">=" ? -1 : 1)
            : compare === "<="
              ? number + 1
              : number;
        if (place) this.#cells.number(other, place, [...place.oid, ...arcs], row === 3 ? not : fits);
      }
      this.#cells.number(other, column, [...column.oid, ...arcs], 4 + row);
    }
  }

  #found(
    other: SnmpTable,
    find: NonNullable<CellReference["find"]>,
    number: number,
  ): readonly number[] | undefined {
    const column = other.columns.find(({ id }) => id === find.column);
    const made = textFor(find.pattern, []);
    if (!column || !made) return undefined;
    // A row far from those that are made one by one.
    const arcs = [40 + number + (find.pattern.source.length % 20)];
    this.#cells.write([...column.oid, ...arcs], { tag: this.#witness.tag(other, column), text: made.text });
    return arcs;
  }

  #fillField(row: RowMaker, field: FieldReference, number: number, words: string): boolean {
    if ("index" in field) return true;
    if ("point" in field) return false;
    const place = this.#place(row, field);
    if (!place) return false;
    const { table, column, oid } = place;
    if (field.pattern && !this.#cells.recording.get(oid) && !column.enumeration) {
      const made = textFor(field.pattern, [`Unit ${number}`, String(number)]);
      if (!made) return false;
      this.#cells.write(oid, { tag: this.#witness.tag(table, column), text: made.text });
      return true;
    }
    if (table === row.table && row.numbers.has(column.id)) return true;
    const text = this.#cells.text(table, column, oid, number, words);
    if (table === row.table && /^-?\d+$/.test(text)) row.numbers.set(column.id, Number(text));
    return true;
  }

  /** Where the field's value is. */
  #place(
    row: RowMaker,
    field: FieldReference,
  ): { readonly table: SnmpTable; readonly column: SnmpColumn; readonly oid: readonly number[] } | undefined {
    if ("table" in field) {
      const table = this.#tables.get(field.table);
      const column = table?.columns.find(({ id }) => id === field.column);
      const arcs = table && this.#joined(row, table, field.by);
      if (!table || !column || !arcs) return undefined;
      return { table, column, oid: table.scalar ? column.oid : [...column.oid, ...arcs] };
    }
    if (!("column" in field)) return undefined;
    const column = row.column(field.column);
    return column && { table: row.table, column, oid: row.oid(column) };
  }

  /** The index of the row of the other table; undefined where it cannot be said. */
  #joined(
    row: RowMaker,
    other: SnmpTable,
    by: readonly CellKey[] | undefined,
  ): readonly number[] | undefined {
    if (other.scalar) return [];
    if (!by) {
      const { index } = row.table;
      const simple = other.index.every((_, i) => index[i]?.type === "integer");
      if (simple) return row.arcs.slice(0, other.index.length);
      return other.index.length === index.length ? row.arcs : undefined;
    }
    const numbers = indexNumbers(row.table.index, row.arcs);
    const arcs = by.map((key): number | undefined => {
      if ("arc" in key) return key.arc;
      if ("index" in key) return numbers.get(key.index);
      const column = row.column(key.column);
      if (!column) return undefined;
      // A column that points into another table points at the row of the same number.
      if (!row.numbers.has(column.id) && Number.isNaN(this.#cells.recording.numberAt(row.oid(column))))
        return row.write(column, row.arcs.at(-1) ?? 1);
      return row.ensure(column);
    });
    return arcs.every((arc) => arc !== undefined && Number.isInteger(arc) && arc >= 0)
      ? (arcs as number[])
      : undefined;
  }
}
