import { STATUS } from "../../../src/measurements/status.ts";
import { applyRule, type Reading } from "../../../src/profiles/apply-rule.ts";
import type { FieldReference, Template } from "../../../src/profiles/compiled.ts";
import { type BoundTable, type BoundTables, CELL } from "./bound-table.ts";
import { gatherInputs } from "./inputs.ts";
import { joinedRow } from "./joined-row.ts";

export type { BoundTables } from "./bound-table.ts";

/** What a template says of a row; fields without a value are empty. `interfaceKeys`: see `fieldText`. */
export function templateText(
  template: Template,
  table: BoundTable,
  row: number,
  tables: BoundTables,
  interfaceKeys = false,
): string {
  let text = "";
  for (const part of template.parts) {
    if ("literal" in part) {
      text += part.literal;
      continue;
    }
    for (const field of part.alternatives) {
      const value = fieldText(field, table, row, tables, interfaceKeys);
      if (value === undefined || value === "") continue;
      text += value;
      break;
    }
  }
  return text;
}

/**
 * A field's text. With `interfaceKeys` a field of a table of interfaces gives that interface's key, so that
 * every table names an interface by the same, unique text.
 */
function fieldText(
  field: FieldReference,
  table: BoundTable,
  row: number,
  tables: BoundTables,
  interfaceKeys: boolean,
): string | undefined {
  const text = plainText(field, table, row, tables, interfaceKeys);
  if (!field.pattern || text === undefined) return text;
  const match = field.pattern.exec(text);
  return match ? (match[1] ?? match[0]) : undefined;
}

function plainText(
  field: FieldReference,
  table: BoundTable,
  row: number,
  tables: BoundTables,
  interfaceKeys: boolean,
): string | undefined {
  if ("table" in field) {
    const other = tables.get(field.table);
    if (!other) return undefined;
    const there = joinedRow(other, table, row, field.by);
    if (there < 0) return undefined;
    if (interfaceKeys && other.keys) return other.keys[there];
    const column = other.plan.columnNumber.get(field.column);
    return column === undefined ? undefined : other.cellText(column, there);
  }
  if ("column" in field) {
    const column = table.plan.columnNumber.get(field.column);
    return column === undefined ? undefined : table.cellText(column, row);
  }
  if ("index" in field) {
    const part = table.plan.table.index.findIndex((one) => one.name === field.index);
    return table.index(row)?.texts[part];
  }
  return pointText(field.point, table, row);
}

/** The value of a point from what the cells hold now, in the quantity's unit. */
function pointText(id: string, table: BoundTable, row: number): string | undefined {
  const number = table.plan.points.findIndex((one) => one.point.id === id);
  if (number < 0) return undefined;
  const reading: Reading = { value: Number.NaN, status: STATUS.absent };
  pointReading(table, number, row, reading);
  if (reading.status !== STATUS.ok) return undefined;
  return String(reading.value);
}

/** Reads a point from the cells as they are, without counters. Status absent when no source has a value. */
export function pointReading(table: BoundTable, number: number, row: number, into: Reading): void {
  const { point, sources, inputs } = table.plan.points[number]!;
  into.value = Number.NaN;
  into.status = STATUS.absent;
  for (const column of sources) {
    const cell = column * table.rows + row;
    if ((table.cells[cell]! & CELL.ok) === 0) continue;
    const raw = table.numbers[cell]!;
    applyRule(point.rule, raw, into, gatherInputs(table, row, raw, inputs));
    return;
  }
}
