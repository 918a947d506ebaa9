import { type BoundTable, CELL } from "../polling/bound-table.ts";
import type { BoundTables } from "../polling/template-text.ts";

/** Raw counters of an interface: 64-bit ones where it has them. Over 2^53 they are decimal text, whole. */
export interface InterfaceCounters {
  inOctets?: number | string;
  outOctets?: number | string;
  inErrors?: number | string;
  outErrors?: number | string;
}

const MEMBERS: Readonly<Record<string, keyof InterfaceCounters>> = {
  "interface.in_octets": "inOctets",
  "interface.out_octets": "outOctets",
  "interface.in_errors": "inErrors",
  "interface.out_errors": "outErrors",
};

/** Counters by ifIndex; where two tables tell of one interface the first wins, member by member. */
export function interfaceCounters(tables: BoundTables): ReadonlyMap<number, InterfaceCounters> {
  const byIndex = new Map<number, InterfaceCounters>();
  for (const table of tables.values()) {
    if (table.plan.table.fact?.kind !== "interface") continue;
    for (const { point, sources } of table.plan.points) {
      const member = MEMBERS[point.quantity.id];
      if (!member) continue;
      for (let row = 0; row < table.rows; row++) {
        const ifIndex = table.arcs[row]![0];
        const value = counterOf(table, sources, row);
        if (ifIndex === undefined || value === undefined) continue;
        const counters = byIndex.get(ifIndex) ?? {};
        counters[member] ??= value;
        byIndex.set(ifIndex, counters);
      }
    }
  }
  return byIndex;
}

/** The first source that counts: some agents have 64-bit counters that stand at 0 beside 32-bit ones that run. */
function counterOf(table: BoundTable, sources: readonly number[], row: number): number | string | undefined {
  let value: number | string | undefined;
  for (const column of sources) {
    const cell = column * table.rows + row;
    if ((table.cells[cell]! & CELL.ok) === 0) continue;
    const one = table.exact?.get(cell)?.toString() ?? table.numbers[cell]!;
    if (one !== 0) return one;
    value ??= one;
  }
  return value;
}
