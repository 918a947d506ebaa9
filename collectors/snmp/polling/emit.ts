import type { BatchBuilder } from "../../../src/measurements/batch.ts";
import { type CounterBank, MODULUS_32, MODULUS_53 } from "../../../src/measurements/counter.ts";
import type { SeriesTable } from "../../../src/measurements/series.ts";
import { STATUS } from "../../../src/measurements/status.ts";
import { applyRule, type Reading } from "../../../src/profiles/apply-rule.ts";
import type { PointPlan } from "../plan.ts";
import { pointSeries } from "./bind.ts";
import { type BoundPoint, type BoundTable, CELL } from "./bound-table.ts";
import { gatherInputs } from "./inputs.ts";
import { readPoint } from "./reading-memo.ts";
import { RowTotals } from "./row-totals.ts";

/** IANAifType of interfaces whose speed is that of real lines: Ethernet and its like, and bundles of them. */
const LINE_TYPES: ReadonlySet<number> = new Set([6, 62, 69, 117, 161]);
/** The two ends of a poll are not read in the same instant: use may come out a little over 100. */
const USE_TOLERANCE = 1.05;

const CLOCK_STEP_MS = 5;

/** Turns what a poll read into samples. One a device; holds what counters need from poll to poll. */
export class Emitter {
  readonly #series: SeriesTable;
  readonly #batch: BatchBuilder;
  readonly #bank: CounterBank;
  readonly #free: number[] = [];
  readonly #reading: Reading = { value: Number.NaN, status: STATUS.ok };
  readonly #speed: Reading = { value: Number.NaN, status: STATUS.ok };
  /** Monotonic minus UTC, ms: differences of counters are not to follow a wall clock that is set. */
  #offset = Number.NaN;
  #at = 0;
  readonly #totals = new RowTotals();
  /** Line rate of each row of the table that is emitted, bit/s; 0 where it is not known or is not that of a line. */
  #speeds = new Float64Array(64);

  constructor(series: SeriesTable, batch: BatchBuilder, bank: CounterBank) {
    this.#series = series;
    this.#batch = batch;
    this.#bank = bank;
  }

  /** A slot that no counter uses any more. */
  free(slot: number): void {
    this.#bank.forget(slot);
    this.#free.push(slot);
  }

  /** All counters of the table start again: their next difference is a gap. */
  reset(table: BoundTable): void {
    for (const point of table.points)
      for (let row = 0; row < point.slots.length; row++) this.#resetCounter(point, row);
  }

  /** The counters of one row start again. */
  resetRow(table: BoundTable, row: number): void {
    for (const point of table.points) if (point.slots.length > 0) this.#resetCounter(point, row);
  }

  #resetCounter(point: BoundPoint, row: number): void {
    if (point.slots[row]! < 0) return;
    this.#bank.forget(point.slots[row]!);
    point.gap[row] = 1;
  }

  /**
   * Emits the points of a table.
   * @param read 1 for each column that was read to its end in this poll
   * @param at UTC ms for rows that did not come
   * @param offset monotonic minus UTC, ms
   */
  emit(table: BoundTable, read: Uint8Array, at: number, offset: number): void {
    this.#at = at;
    // The two clocks are not read in the same instant: only a clock that was set moves the offset.
    if (!(Math.abs(offset - this.#offset) <= CLOCK_STEP_MS)) this.#offset = offset;
    if (this.#speeds.length < table.rows) this.#speeds = new Float64Array(table.rows * 2);
    if (table.plan.points.some((plan) => plan.use !== undefined))
      for (let row = 0; row < table.rows; row++)
        this.#speeds[row] = isLine(table, row) ? this.#lineSpeed(table, row) : 0;
    for (let i = 0; i < table.plan.points.length; i++) {
      const plan = table.plan.points[i]!;
      const point = table.points[i]!;
      const { rule, when, quantity } = plan.point;
      if (quantity.total) this.#emitTotal(table, i, plan, read);
      else if (plan.sources.length === 0 || when || rule.expression)
        this.#emitEach(table, i, plan, point, read);
      else if (
        rule.map ||
        rule.divisor !== undefined ||
        rule.sentinels.length + rule.sentinelRanges.length > 0
      )
        this.#emitRuled(table, i, plan, point, read);
      else if (plan.rate) this.#emitCounters(table, i, plan, point, read);
      else this.#emitPlain(table, i, plan, point, read);
    }
  }

  /** Adds up the differences of rows that are people's devices. A table that was read in part makes no sum. */
  #emitTotal(table: BoundTable, number: number, plan: PointPlan, read: Uint8Array): void {
    const sources = [...plan.sources, ...plan.inputs.filter((input) => input >= 0)];
    const tags = table.tags.find((own) => own !== undefined);
    if (!tags || !sources.every((column) => read[column])) return;
    const { rows, cells, times, numbers, arcs } = table;
    const first = plan.sources[0]! * rows;
    const values = new Map<string, number>();
    const reading = this.#reading;
    let time = 0;
    for (let row = 0; row < rows; row++) {
      const cell = first + row;
      if (!(times[cell]! > 0) || (cells[cell]! & CELL.ok) === 0 || table.excluded[row]) continue;
      readPoint(table, plan, number, row, numbers[cell]!, reading);
      if (reading.status !== STATUS.ok) continue;
      values.set(arcs[row]!.join("."), reading.value);
      time = Math.max(time, times[cell]!);
    }
    if (time === 0) return;
    const { quantity } = plan.point;
    const own = plan.point.tags.map(([key, { text }]) => [key, text]);
    const series = this.#series.intern(quantity.id, { ...tags, ...Object.fromEntries(own) });
    this.#batch.add(series, time, this.#totals.add(series, values));
  }

  /** Points that need a look at each: an expression, a condition. */
  #emitEach(table: BoundTable, number: number, plan: PointPlan, point: BoundPoint, read: Uint8Array): void {
    for (let row = 0; row < table.rows; row++)
      if (table.tags[row]) this.#emitCell(table, number, plan, point, row, read);
  }

  /** Points that follow from one number by a rule; neighbours often have the same number. */
  #emitRuled(table: BoundTable, number: number, plan: PointPlan, point: BoundPoint, read: Uint8Array): void {
    const { rows, cells, times, numbers, tags } = table;
    const { series } = point;
    const batch = this.#batch;
    const reading = this.#reading;
    const first = plan.sources[0]! * rows;
    let known = Number.NaN;
    let value = Number.NaN;
    let good = false;
    for (let row = 0; row < rows; row++) {
      if (!tags[row]) continue;
      const cell = first + row;
      const time = times[cell]!;
      if (time > 0 && (cells[cell]! & CELL.ok) !== 0 && series[row]! >= 0 && !plan.rate) {
        const raw = numbers[cell]!;
        if (raw !== known) {
          known = raw;
          applyRule(plan.point.rule, raw, reading);
          value = reading.value;
          good = reading.status === STATUS.ok;
        }
        if (good) {
          batch.add(series[row]!, time, value);
          continue;
        }
      }
      this.#emitCell(table, number, plan, point, row, read);
    }
  }

  /** Points that are a number times a factor: most are. */
  #emitPlain(table: BoundTable, number: number, plan: PointPlan, point: BoundPoint, read: Uint8Array): void {
    const { rows, cells, times, numbers, tags } = table;
    const { scale, offset, min, max } = plan.point.rule;
    const { series } = point;
    const batch = this.#batch;
    const first = plan.sources[0]! * rows;
    for (let row = 0; row < rows; row++) {
      if (!tags[row]) continue;
      const cell = first + row;
      const time = times[cell]!;
      if (time > 0 && (cells[cell]! & CELL.ok) !== 0 && series[row]! >= 0) {
        const value = numbers[cell]! * scale + offset;
        if (value >= min && value <= max && Number.isFinite(value)) {
          batch.add(series[row]!, time, value);
          continue;
        }
      }
      this.#emitCell(table, number, plan, point, row, read);
    }
  }

  /** The same where rates are made of them. What is not as in the poll before goes the long way. */
  #emitCounters(
    table: BoundTable,
    number: number,
    plan: PointPlan,
    point: BoundPoint,
    read: Uint8Array,
  ): void {
    const { rows, cells, times, numbers, tags } = table;
    const { scale, offset, min, max } = plan.point.rule;
    const { series, rateSeries, useSeries, slots, source } = point;
    const { factor } = plan.rate!;
    const uses = plan.use !== undefined;
    const batch = this.#batch;
    const bank = this.#bank;
    const column = plan.sources[0]!;
    const first = column * rows;
    const step = this.#offset;
    for (let row = 0; row < rows; row++) {
      if (!tags[row]) continue;
      const cell = first + row;
      const time = times[cell]!;
      const state = cells[cell]!;
      if (time > 0 && (state & CELL.ok) !== 0 && series[row]! >= 0) {
        const value = numbers[cell]! * scale + offset;
        if (value >= min && value <= max && Number.isFinite(value)) {
          batch.add(series[row]!, time, value);
          const speed = uses ? this.#speeds[row]! : 0;
          const known = slots[row]! >= 0 && source[row] === column && rateSeries[row]! >= 0;
          if (!known || point.gap[row] !== 0 || (speed > 0 && useSeries[row]! < 0)) {
            this.#emitRate(table, plan, point, row, column, value, time, state & CELL.wide);
            continue;
          }
          const modulus = (state & CELL.wide) !== 0 ? MODULUS_53 : MODULUS_32;
          const rate = bank.rate(slots[row]!, value, time + step, modulus, speed / factor);
          if (bank.lastStatus !== STATUS.ok) {
            batch.addStatus(rateSeries[row]!, time, bank.lastStatus);
            continue;
          }
          batch.add(rateSeries[row]!, time, rate * factor);
          if (speed <= 0) continue;
          const use = (rate * factor) / speed;
          if (use <= USE_TOLERANCE) batch.add(useSeries[row]!, time, Math.min(use, 1) * 100);
          continue;
        }
      }
      this.#emitCell(table, number, plan, point, row, read);
    }
  }

  #emitCell(
    table: BoundTable,
    number: number,
    plan: PointPlan,
    point: BoundPoint,
    row: number,
    read: Uint8Array,
  ): void {
    const { rows, cells, times } = table;
    let source = -1;
    let bad = 0;
    let complete = false;
    for (const column of plan.sources) {
      const cell = column * rows + row;
      if (times[cell]! > 0) {
        if (cells[cell]! & CELL.ok) {
          source = column;
          break;
        }
        bad = times[cell]!;
      } else if (read[column]) complete = true;
    }
    if (source < 0) {
      // Absence is told of series that had a value once; a value of the wrong kind always.
      if (bad > 0) this.#absent(table, plan, point, row, bad, STATUS.implausible);
      else if (complete && point.series[row]! >= 0)
        this.#absent(table, plan, point, row, this.#at, STATUS.absent);
      return;
    }
    const cell = source * rows + row;
    const raw = table.numbers[cell]!;
    const when = plan.point.when;
    if (when && !when.evaluate(gatherInputs(table, row, raw, plan.whenInputs))) return;
    const reading = this.#reading;
    readPoint(table, plan, number, row, raw, reading);
    const { value, status } = reading;
    const time = times[cell]!;
    const { quantity, legend } = plan.point;
    const series = pointSeries(table, point, point.series, quantity.id, row, this.#series, legend);
    if (series < 0) return;
    if (status === STATUS.ok) this.#batch.add(series, time, value);
    else this.#batch.addStatus(series, time, status);
    if (plan.rate && status === STATUS.ok)
      this.#emitRate(table, plan, point, row, source, value, time, cells[cell]! & CELL.wide);
  }

  /** Line rate of an interface, bit/s; 0 when it is not known. */
  #lineSpeed(table: BoundTable, row: number): number {
    const number = table.plan.speedPoint;
    if (number < 0) return 0;
    const plan = table.plan.points[number]!;
    const speed = this.#speed;
    for (const column of plan.sources) {
      const cell = column * table.rows + row;
      if ((table.cells[cell]! & CELL.ok) === 0) continue;
      readPoint(table, plan, number, row, table.numbers[cell]!, speed);
      return speed.status === STATUS.ok && speed.value > 0 ? speed.value : 0;
    }
    return 0;
  }

  #absent(
    table: BoundTable,
    plan: PointPlan,
    point: BoundPoint,
    row: number,
    time: number,
    status: typeof STATUS.absent | typeof STATUS.implausible,
  ): void {
    const { quantity, legend } = plan.point;
    const series = pointSeries(table, point, point.series, quantity.id, row, this.#series, legend);
    if (series >= 0) this.#batch.addStatus(series, time, status);
  }

  #emitRate(
    table: BoundTable,
    plan: PointPlan,
    point: BoundPoint,
    row: number,
    source: number,
    value: number,
    time: number,
    wide: number,
  ): void {
    const { id, factor } = plan.rate!;
    const bank = this.#bank;
    let slot = point.slots[row]!;
    if (slot < 0) {
      slot = this.#free.pop() ?? bank.slot();
      point.slots[row] = slot;
      point.source[row] = source;
    } else if (point.source[row] !== source) {
      bank.forget(slot);
      point.source[row] = source;
    }
    const speed = plan.use !== undefined ? this.#speeds[row]! : 0;
    const rate = bank.rate(slot, value, time + this.#offset, wide ? MODULUS_53 : MODULUS_32, speed / factor);
    let status = bank.lastStatus;
    if (status === STATUS.first && point.gap[row]) status = STATUS.reset;
    point.gap[row] = 0;
    const series = pointSeries(table, point, point.rateSeries, id, row, this.#series);
    if (status !== STATUS.ok) {
      this.#batch.addStatus(series, time, status);
      return;
    }
    this.#batch.add(series, time, rate * factor);
    if (plan.use === undefined || speed <= 0) return;
    const use = (rate * factor) / speed;
    if (use > USE_TOLERANCE) return;
    const useSeries = pointSeries(table, point, point.useSeries, plan.use, row, this.#series);
    this.#batch.add(useSeries, time, Math.min(use, 1) * 100);
  }
}

/**
 * Whether the speed is that of a line and so the most that can be: a loopback's, a tunnel's or a VLAN
 * interface's is a fiction that real traffic exceeds.
 */
function isLine(table: BoundTable, row: number): boolean {
  const { ifType, ifConnectorPresent } = table.plan;
  if (ifType >= 0) {
    const type = table.numbers[ifType * table.rows + row]!;
    if (!Number.isNaN(type) && !LINE_TYPES.has(type)) return false;
  }
  // 2: false (TruthValue)
  return ifConnectorPresent < 0 || table.numbers[ifConnectorPresent * table.rows + row] !== 2;
}
