import { STATUS } from "../../../src/measurements/status.ts";
import { applyRule, type Reading } from "../../../src/profiles/apply-rule.ts";
import type { Expression, SnmpColumn, SnmpPoint, SnmpTable } from "../../../src/profiles/compiled.ts";
import { linearOf } from "../../../src/profiles/laboratory/linear.ts";
import type { CellWriter } from "./cells.ts";
import { operand, trials } from "./guesses.ts";
import { indexNumbers } from "./index-arcs.ts";
import { type Joins, wordsOf } from "./joins.ts";
import { physicalValue } from "./physical-values.ts";
import { saidUnit } from "./said-units.ts";
import { solveNumber } from "./solve.ts";
import { listedStates, stateName, twoStates } from "./states.ts";
import type { Witness } from "./witness.ts";

/** A reading that the device is meant to give. */
export interface Intended {
  readonly point: string;
  readonly kind: string;
  /** In the quantity's unit, or a state's raw number; undefined: whatever the profile makes of the raw values. */
  readonly value: number | undefined;
  readonly state?: string;
  readonly oid: string;
  /** Who says what the raw value means. */
  readonly witness: "mib" | "profile";
}

/** One row of a table, or a group of scalars, as it is being made up. */
export class RowMaker {
  readonly table: SnmpTable;
  readonly arcs: readonly number[];
  /** Numbers of the row as the profile decodes them, by column. */
  readonly numbers = new Map<string, number>();
  readonly #row: number;
  readonly #family: string;
  readonly #cells: CellWriter;
  readonly #witness: Witness;
  readonly #joins: Joins;

  constructor(
    table: SnmpTable,
    arcs: readonly number[],
    row: number,
    family: string,
    using: { readonly cells: CellWriter; readonly witness: Witness; readonly joins: Joins },
  ) {
    this.table = table;
    this.arcs = arcs;
    this.#row = row;
    this.#family = family;
    this.#cells = using.cells;
    this.#witness = using.witness;
    this.#joins = using.joins;
  }

  column(id: string): SnmpColumn | undefined {
    return this.table.columns.find((column) => column.id === id);
  }

  oid(column: SnmpColumn): readonly number[] {
    return this.table.scalar ? column.oid : [...column.oid, ...this.arcs];
  }

  /** Makes the row's own condition true; false where that was not managed. */
  begin(): boolean {
    return this.table.when === undefined || this.#makeTrue(this.table.when, undefined);
  }

  /** Makes up what the point reads; undefined, and nothing written, where its conditions cannot be met in this row. */
  point(point: SnmpPoint, number: number, isFailing: boolean): Intended | undefined {
    const { size } = this.#cells.recording;
    const before = [...this.numbers];
    const made = this.#point(point, number, isFailing);
    if (made) return made;
    this.#cells.recording.shrinkTo(size);
    this.numbers.clear();
    for (const [id, value] of before) this.numbers.set(id, value);
    return undefined;
  }

  #point(point: SnmpPoint, number: number, isFailing: boolean): Intended | undefined {
    const column = this.column(point.column);
    if (!column) return undefined;
    if (point.when && !this.#makeTrue(point.when, point)) return undefined;
    for (const [template, pattern] of point.where ?? [])
      if (!this.#joins.makeMatch(this, template, pattern, this.#row)) return undefined;
    const made =
      point.quantity.kind === "state"
        ? this.#state(point, column, isFailing)
        : this.#value(point, column, number);
    if (!made || (point.when && this.evaluate(point.when, point) === 0)) return undefined;
    for (const [, tag] of [...this.table.tags, ...point.tags])
      this.#joins.fill(this, tag, this.#row, wordsOf(this.table, point));
    this.#joins.fill(this, point.label, this.#row, wordsOf(this.table, point));
    return {
      point: `${this.table.id}.${point.id}`,
      kind: point.quantity.reading!,
      oid: this.oid(column).join("."),
      ...made,
    };
  }

  /** The column's number; made up where it is not there yet. */
  ensure(column: SnmpColumn): number {
    const known = this.numbers.get(column.id);
    if (known !== undefined) return known;
    const there = this.#cells.recording.numberAt(this.oid(column));
    if (!Number.isNaN(there)) return this.#keep(column, there);
    return this.write(column, this.operandOf(this.table, column));
  }

  /** A number for a column of another table that this row computes with. */
  operandOf(table: SnmpTable, column: SnmpColumn): number {
    const states = this.#witness.object(table, column)?.enumeration ?? column.enumeration;
    // A scale is one where it can be: SensorDataScale has units among yocto and yotta.
    const object = this.#witness.object(table, column);
    if (object && !states && saidUnit(object)?.unit === "percent") return 40 + this.#row;
    const plain = states && [...states].find(([, name]) => /^units?$/i.test(name))?.[0];
    return plain ?? (states && twoStates(states)[0]) ?? operand(column.object, this.#row);
  }

  /** Writes a number whatever the MIB's range is: what stands for no value is often beyond. */
  writeExactly(column: SnmpColumn, raw: number): void {
    this.numbers.set(column.id, raw);
    const cell = { tag: this.#witness.tag(this.table, column), text: String(raw) };
    this.#cells.write(this.oid(column), cell);
  }

  /** Writes a raw number as the agent sends it and gives what the profile decodes. */
  write(column: SnmpColumn, raw: number): number {
    return this.#keep(column, this.#cells.number(this.table, column, this.oid(column), raw));
  }

  /** Whether an agent can send that number of the object. */
  couldWrite(column: SnmpColumn, raw: number): boolean {
    return this.#cells.fits(this.table, column, raw);
  }

  evaluate(expression: Expression, point?: SnmpPoint): number {
    return expression.evaluate(expression.inputs.map((name) => this.inputOf(name, expression, point)));
  }

  #keep(column: SnmpColumn, raw: number): number {
    const decoded = column.decode === "ticks" ? raw / 100 : raw;
    this.numbers.set(column.id, decoded);
    return decoded;
  }

  inputOf(name: string, expression: Expression, point: SnmpPoint | undefined): number {
    if (name === "raw") return this.numbers.get(point?.column ?? "") ?? Number.NaN;
    if (name.startsWith("#"))
      return indexNumbers(this.table.index, this.arcs).get(name.slice(1)) ?? Number.NaN;
    const cell = expression.cells?.get(name);
    if (cell) return this.#joins.number(this, cell, this.#row);
    return this.numbers.get(name) ?? Number.NaN;
  }

  #state(
    point: SnmpPoint,
    column: SnmpColumn,
    isFailing: boolean,
  ): Pick<Intended, "value" | "state" | "witness"> | undefined {
    let witness: Intended["witness"] = this.#witness.object(this.table, column) ? "mib" : "profile";
    let names = this.#witness.states(this.table, column);
    if (column.texts && this.#cells.takesFraction(this.table, column)) {
      names = new Map([...column.texts].map(([word, number]) => [number, word]));
      witness = "profile";
    }
    const listed = names ?? listedStates(column, point);
    const usable = new Map([...listed].filter(([raw]) => !point.rule.sentinels.includes(raw)));
    const choices = usable.size > 0 ? twoStates(usable) : [1, 2];
    const known = this.numbers.get(column.id);
    const raw = known ?? this.write(column, choices[isFailing ? 1 : 0] ?? choices[0]!);
    const state = stateName(column, point, raw);
    return { value: raw, ...(state !== undefined && { state }), witness };
  }

  #value(
    point: SnmpPoint,
    column: SnmpColumn,
    number: number,
  ): Pick<Intended, "value" | "witness"> | undefined {
    const target = physicalValue({
      quantity: point.quantity,
      words: wordsOf(this.table, point),
      family: this.#family,
      variant: number * 2 + this.#row,
    });
    const linear = linearOf(point.rule);
    const isOwn = !point.rule.expression?.inputs.some((name) => name !== "raw" && name !== column.id);
    const scale =
      isOwn && !(linear && linear.scale < 0) ? this.#witness.scale(this.table, column, point) : undefined;
    if (scale) {
      const wanted = ((scale.log ? 10 ** (target / 10) : target) - scale.offset) / scale.scale;
      const oid = this.oid(column);
      if (!this.numbers.has(column.id)) {
        // A value that is nothing in a coarse unit is one of them.
        this.write(
          column,
          Math.abs(wanted) < 0.5 && !this.#cells.takesFraction(this.table, column) ? 1 : wanted,
        );
      }
      const raw = this.#cells.recording.numberAt(oid);
      const value = raw * scale.scale + scale.offset;
      if (!Number.isNaN(value))
        return { value: tidy(scale.log ? 10 * Math.log10(value) : value), witness: "mib" };
    }
    if (!this.numbers.has(column.id)) {
      if (linear) {
        const raw = (target - linear.offset) / linear.scale;
        const cell = column.decode === "ticks" ? raw * 100 : raw;
        const least = Math.abs(cell) < 0.5 && !this.#cells.takesFraction(this.table, column);
        this.write(column, least ? Math.sign(linear.scale) || 1 : cell);
      } else if (
        point.rule.expression?.inputs.some((name) => name === "raw" || name === column.id) === false
      ) {
        // What is counted over other rows needs a row to stand in, whatever its value.
        this.ensure(column);
      } else if (!solveNumber(this, point, column, target)) return undefined;
    }
    for (const name of point.rule.expression?.inputs ?? []) {
      const other = this.column(name);
      if (other) this.ensure(other);
    }
    for (const cell of point.rule.expression?.cells?.values() ?? [])
      this.#joins.number(this, cell, this.#row);
    return { value: this.#valueNow(point, column), witness: "profile" };
  }

  /** What the profile makes of the row as it is; undefined where that is no value. */
  #valueNow(point: SnmpPoint, column: SnmpColumn): number | undefined {
    const { expression } = point.rule;
    if (expression?.cells && [...expression.cells.values()].some(({ over, find }) => over || find))
      return undefined;
    const into: Reading = { value: Number.NaN, status: STATUS.absent };
    const inputs = (expression?.inputs ?? []).map((name) => this.inputOf(name, expression!, point));
    applyRule(point.rule, this.numbers.get(column.id) ?? Number.NaN, into, inputs);
    return into.status === STATUS.ok ? tidy(into.value) : undefined;
  }

  /** Gives columns and cells without a number such numbers that the condition holds. */
  #makeTrue(condition: Expression, point: SnmpPoint | undefined): boolean {
    const own = point?.column;
    const takesOwn = condition.inputs.some((name) => name === "raw" || name === own);
    const free = condition.inputs.flatMap((name): Free[] => {
      const cell = condition.cells?.get(name);
      if (cell) {
        const place = this.#joins.emptyCell(this, cell);
        return place ? [{ name, table: place.table, column: place.column, oid: place.oid }] : [];
      }
      const column = name === "raw" || name === own ? undefined : this.column(name);
      if (!column || this.numbers.has(column.id)) return [];
      return [{ name, table: this.table, column, oid: this.oid(column) }];
    });
    for (const numbers of trials(
      condition,
      free.map((one) => this.operandOf(one.table, one.column)),
    )) {
      const trial = new Map(free.map(({ name }, i) => [name, numbers[i]!]));
      const inputs = condition.inputs.map((name) => trial.get(name) ?? this.inputOf(name, condition, point));
      const holds = condition.evaluate(inputs);
      if (holds === 0 || (Number.isNaN(holds) && !takesOwn)) continue;
      for (const { table, column, oid, name } of free) {
        const number = trial.get(name)!;
        // What is asked for with isnan is left out.
        if (Number.isNaN(number)) continue;
        const raw = this.#cells.number(table, column, oid, number * (column.decode === "ticks" ? 100 : 1));
        if (table === this.table) this.#keep(column, raw);
      }
      return true;
    }
    return false;
  }
}

/** A column of the row, or a cell of another table, that has no number yet. */
interface Free {
  readonly name: string;
  readonly table: SnmpTable;
  readonly column: SnmpColumn;
  readonly oid: readonly number[];
}

function tidy(value: number): number {
  return Number.isInteger(value) ? value : Number(value.toPrecision(12));
}
