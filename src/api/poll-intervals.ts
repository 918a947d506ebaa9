import type { CompiledProfile } from "../profiles/compiled.ts";

/**
 * The longest interval, ms, in which any profile reads each quantity; rates have that of their counter. What a
 * device sends by itself counts as a third of the silence after which its profile calls it silent.
 */
export function slowestPolls(profiles: readonly CompiledProfile[]): ReadonlyMap<string, number> {
  const slowest = new Map<string, number>();
  const note = (quantity: { id: string; rate?: { id: string } }, everyMs: number): void => {
    for (const id of quantity.rate ? [quantity.id, quantity.rate.id] : [quantity.id])
      slowest.set(id, Math.max(slowest.get(id) ?? 0, everyMs));
  };
  for (const { snmp, modbus, mqtt } of profiles) {
    for (const table of snmp?.tables ?? []) {
      const every = new Map(table.columns.map((column) => [column.id, column.everyMs]));
      for (const point of table.points)
        for (const column of [point.column, ...point.fallbacks]) note(point.quantity, every.get(column) ?? 0);
    }
    for (const read of modbus?.reads ?? [])
      for (const point of read.points) note(point.quantity, read.everyMs);
    for (const topic of mqtt?.topics ?? [])
      for (const point of topic.points) note(point.quantity, mqtt!.silentAfterMs / 3);
  }
  return slowest;
}
