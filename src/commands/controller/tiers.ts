import type { CompiledProfile, SnmpTable } from "../../profiles/compiled.ts";
import { ProfileSet } from "../../profiles/profile-set.ts";
import type { Settings } from "../../settings/schema.ts";

/**
 * The profiles with the poll tiers that campusd.yaml overrides: `polling.interfaces` for columns that feed the
 * interface group, `polling.fastest` as the least interval of everything.
 */
export function withTiers(profiles: ProfileSet, polling: Settings["polling"]): ProfileSet {
  if (polling.interfacesMs === undefined && polling.fastestMs === undefined) return profiles;
  return new ProfileSet(profiles.list().map((profile) => retimed(profile, polling)));
}

function retimed(profile: CompiledProfile, polling: Settings["polling"]): CompiledProfile {
  const fastest = polling.fastestMs ?? 0;
  const table = (one: SnmpTable): SnmpTable => {
    const metric = new Set(
      one.points
        .filter((point) => point.quantity.group === "interface")
        .flatMap((point) => [point.column, ...point.fallbacks]),
    );
    return {
      ...one,
      columns: one.columns.map((column) => {
        const asked = metric.has(column.id) ? (polling.interfacesMs ?? column.everyMs) : column.everyMs;
        return { ...column, everyMs: Math.max(asked, fastest) };
      }),
    };
  };
  return {
    ...profile,
    ...(profile.snmp && { snmp: { ...profile.snmp, tables: profile.snmp.tables.map(table) } }),
    ...(profile.modbus && {
      modbus: {
        ...profile.modbus,
        reads: profile.modbus.reads.map((read) => ({ ...read, everyMs: Math.max(read.everyMs, fastest) })),
      },
    }),
  };
}
