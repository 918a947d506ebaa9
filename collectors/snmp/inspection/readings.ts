import type { Meaning } from "../../../src/measurements/legend.ts";
import { STATUS, STATUS_NAMES, type StatusName } from "../../../src/measurements/status.ts";
import type { Reading } from "../../../src/profiles/apply-rule.ts";
import { CELL_INPUT, type PointPlan } from "../plan.ts";
import { tagRows } from "../polling/bind.ts";
import { type BoundTable, CELL } from "../polling/bound-table.ts";
import { foreignCells, gatherInputs } from "../polling/inputs.ts";
import { type BoundTables, pointReading, templateText } from "../polling/template-text.ts";

/** A value that the device gave, in its quantity's unit. */
export interface ReadingFact {
  /** `cpu`, `temperature` ... */
  readonly kind: string;
  /** For the kind `state` the device's own enumerated number. */
  readonly value: number;
  readonly unit: string;
  readonly label: string;
  /** The object instance that was read. */
  readonly oid: string;
  /** All of them where several made the value. */
  readonly oids?: readonly string[];
  /** Name of a state, where it has one. */
  readonly state?: string;
  /** What a maker's own state means, where that is known. */
  readonly meaning?: Meaning;
  readonly quantity: string;
}

/** A value that stands for no value, or that cannot be. */
export interface RejectedFact {
  readonly quantity: string;
  readonly label: string;
  readonly oid: string;
  /** As the device gave it; absent when it is not a number. */
  readonly raw?: number;
  readonly reason: StatusName;
}

export interface Readings {
  readonly readings: readonly ReadingFact[];
  readonly rejected: readonly RejectedFact[];
}

/** Objects that a count or a sum names as what it was made of. */
const MOST_INSTANCES = 32;

/** Readings of every table in the order of the profile, and the values that were refused. */
export function tableReadings(tables: BoundTables): Readings {
  const readings: ReadingFact[] = [];
  const rejected: RejectedFact[] = [];
  const reading: Reading = { value: Number.NaN, status: STATUS.absent };
  for (const table of tables.values()) {
    // A row that gives no series to the poller gives no reading here.
    tagRows(table, tables, {});
    for (let number = 0; number < table.plan.points.length; number++) {
      for (let row = 0; row < table.rows; row++) {
        const { tags = table.tags } = table.points[number]!;
        if (!tags[row]) continue;
        readPoint(table, number, row, tables, reading, readings, rejected);
      }
    }
  }
  return { readings, rejected };
}

function readPoint(
  table: BoundTable,
  number: number,
  row: number,
  tables: BoundTables,
  into: Reading,
  readings: ReadingFact[],
  rejected: RejectedFact[],
): void {
  const plan = table.plan.points[number]!;
  const { quantity } = plan.point;
  const { source, bad } = sourceOf(table, plan, row);
  if (source < 0) {
    if (bad >= 0)
      rejected.push({
        quantity: quantity.id,
        label: templateText(plan.point.label, table, row, tables),
        oid: instance(table, bad, row),
        reason: "implausible",
      });
    return;
  }
  const raw = table.numbers[source * table.rows + row]!;
  const { when } = plan.point;
  if (when && !when.evaluate(gatherInputs(table, row, raw, plan.whenInputs))) return;
  pointReading(table, number, row, into);
  const label = templateText(plan.point.label, table, row, tables);
  const oid = instance(table, source, row);
  if (into.status !== STATUS.ok) {
    rejected.push({ quantity: quantity.id, label, oid, raw, reason: STATUS_NAMES[into.status]! });
    return;
  }
  if (quantity.reading === undefined) return;
  const isState = quantity.kind === "state";
  const state = isState
    ? (quantity.states?.[into.value] ?? table.plan.columns[source]!.column.enumeration?.get(raw))
    : undefined;
  const meaning = plan.point.legend?.meanings.get(raw);
  const oids = instances(table, plan, source, row);
  readings.push({
    kind: quantity.reading,
    value: isState ? raw : tidy(into.value),
    unit: quantity.unit,
    label,
    oid,
    ...(oids.length > 1 && { oids }),
    ...(state !== undefined && { state }),
    ...(meaning !== undefined && { meaning }),
    quantity: quantity.id,
  });
}

/** The column that the value comes from; `bad` is one that came and is not what was promised. -1: none. */
function sourceOf(table: BoundTable, plan: PointPlan, row: number): { source: number; bad: number } {
  let bad = -1;
  for (const column of plan.sources) {
    const cell = table.cells[column * table.rows + row]!;
    if (cell & CELL.ok) return { source: column, bad };
    if (cell & CELL.bad && bad < 0) bad = column;
  }
  return { source: -1, bad };
}

/** Instances of every column that took part. */
function instances(table: BoundTable, plan: PointPlan, source: number, row: number): string[] {
  const columns = new Set([source]);
  for (const input of plan.inputs)
    if (input >= 0 && table.cells[input * table.rows + row]! & CELL.ok) columns.add(input);
  const foreign = plan.inputs.flatMap((input) =>
    (input <= CELL_INPUT ? foreignCells(table, row, input, MOST_INSTANCES) : []).flatMap((at) =>
      at.table.cells[at.column * at.table.rows + at.row]! & CELL.ok
        ? [instance(at.table, at.column, at.row)]
        : [],
    ),
  );
  return [...new Set([...[...columns].map((column) => instance(table, column, row)), ...foreign])];
}

function instance(table: BoundTable, column: number, row: number): string {
  const { oid } = table.plan.columns[column]!.column;
  return (table.plan.table.scalar ? oid : [...oid, ...table.arcs[row]!]).join(".");
}

/** Without the noise of binary fractions: 23.700000000000003 is 23.7. */
function tidy(value: number): number {
  return Number.isInteger(value) ? value : Number(value.toPrecision(12));
}
