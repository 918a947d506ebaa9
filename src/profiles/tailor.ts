import type { CompiledProfile, SnmpColumn, SnmpTable } from "./compiled.ts";
import { OWN_ARC } from "./oid.ts";

/** Whether the profile has OIDs that the device's sysObjectID completes. */
export function ownOids(profile: CompiledProfile): boolean {
  return profile.snmp?.tables.some((table) => table.columns.some(isOwn)) ?? false;
}

/**
 * Puts the arcs of a device's sysObjectID in the places of `*`. An arc that the sysObjectID does not have becomes 0:
 * no product is registered there, so the device answers that there is nothing.
 */
export function tailor(profile: CompiledProfile, sysObjectID: readonly number[]): CompiledProfile {
  if (!profile.snmp) return profile;
  const tables = profile.snmp.tables.map((table) => tailorTable(table, sysObjectID));
  return Object.freeze({
    ...profile,
    snmp: Object.freeze({ ...profile.snmp, tables: Object.freeze(tables) }),
  });
}

function tailorTable(table: SnmpTable, sysObjectID: readonly number[]): SnmpTable {
  if (!table.columns.some(isOwn)) return table;
  const columns = table.columns.map((column) => {
    if (!isOwn(column)) return column;
    const oid = column.oid.map((arc, i) => (arc === OWN_ARC ? (sysObjectID[i] ?? 0) : arc));
    // With the getter of the line as it is: it looks for the place in the file when somebody asks.
    const members = Object.getOwnPropertyDescriptors(column);
    return Object.freeze(
      Object.defineProperties(
        {},
        { ...members, oid: { value: Object.freeze(oid), enumerable: true } },
      ) as SnmpColumn,
    );
  });
  return Object.freeze({ ...table, columns: Object.freeze(columns) });
}

function isOwn(column: SnmpColumn): boolean {
  return column.oid.includes(OWN_ARC);
}
