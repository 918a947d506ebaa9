import { join } from "node:path";
import type { CompiledProfile } from "../../src/profiles/compiled.ts";
import { loadProfiles } from "../../src/profiles/load.ts";

/**
 * The interfaces table of the shipped profiles, alone: what is polled of every switch. `everyMs`, when given,
 * takes the place of its one-minute tier.
 */
export function interfacesProfile(everyMs?: number): CompiledProfile {
  const generic = loadProfiles([join(import.meta.dirname, "../../device-profiles")])
    .list()
    .find((profile) => profile.id === "generic-snmp");
  if (!generic?.snmp) throw new Error("there is no profile generic-snmp");
  const tables = generic.snmp.tables
    .filter((table) => table.id === "interfaces")
    .map((table) => ({
      ...table,
      columns: table.columns.map((column) =>
        everyMs !== undefined && column.everyMs === 60_000 ? { ...column, everyMs } : column,
      ),
    }));
  return { ...generic, id: "bench", snmp: { ...generic.snmp, tables } };
}

/** OIDs of the columns that are read each minute where 64-bit counters are there. */
export function polledColumns(profile: CompiledProfile): { readonly oid: string; readonly object: string }[] {
  const table = profile.snmp!.tables[0]!;
  return table.columns
    .filter((column) => column.everyMs <= 60_000 && column.fallbackFor === undefined && !column.inspectOnly)
    .map((column) => ({ oid: column.oid.join("."), object: column.object }));
}
