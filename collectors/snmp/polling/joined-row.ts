import type { CellKey } from "../../../src/profiles/compiled.ts";
import type { BoundTable } from "./bound-table.ts";

/** Row of the other table, -1 when it has none for this row. */
export function joinedRow(
  other: BoundTable,
  table: BoundTable,
  row: number,
  by: readonly CellKey[] | undefined,
): number {
  if (other.plan.table.scalar) return other.rows > 0 ? 0 : -1;
  const arcs = table.arcs[row]!;
  if (!by) {
    const parts = other.plan.table.index.length;
    const ends = table.index(row)?.ends;
    const end = ends?.[parts - 1];
    return end === undefined ? -1 : other.rowOf(arcs.slice(0, end));
  }
  const key: number[] = [];
  for (let i = 0; i < by.length; i++) {
    const piece = keyArcs(by[i]!, table, row, other.plan.table.index[i]?.type ?? "integer");
    if (!piece) return -1;
    key.push(...piece);
  }
  return other.rowOf(key);
}

function keyArcs(key: CellKey, table: BoundTable, row: number, type: string): readonly number[] | undefined {
  if ("arc" in key) return [key.arc];
  if ("index" in key) {
    const part = table.plan.table.index.findIndex((one) => one.name === key.index);
    const ends = table.index(row)?.ends;
    if (!ends || part < 0) return undefined;
    return table.arcs[row]!.slice(part === 0 ? 0 : ends[part - 1], ends[part]);
  }
  const column = table.plan.columnNumber.get(key.column);
  if (column === undefined) return undefined;
  const value = table.numbers[column * table.rows + row]!;
  if (Number.isInteger(value) && value >= 0 && value <= 0xffffffff) return [value];
  const text = table.plan.columns[column]!.numeric ? undefined : table.cellText(column, row);
  if (text === undefined) return undefined;
  return textArcs(text, type);
}

/** A text as the arcs of an index part of that type. */
function textArcs(text: string, type: string): readonly number[] | undefined {
  switch (type) {
    case "mac":
    case "fixedMac": {
      const octets = text.split(":").map((pair) => Number.parseInt(pair, 16));
      return octets.length === 6 && octets.every((octet) => octet >= 0) ? octets : undefined;
    }
    case "ip": {
      const octets = text.split(".").map(Number);
      return octets.length === 4 && octets.every((octet) => octet >= 0 && octet <= 255) ? octets : undefined;
    }
    case "string":
      return [Buffer.byteLength(text), ...Buffer.from(text)];
    case "impliedString":
      return [...Buffer.from(text)];
    default:
      return /^\d{1,10}(\.\d{1,10})*$/.test(text) ? text.split(".").map(Number) : undefined;
  }
}
