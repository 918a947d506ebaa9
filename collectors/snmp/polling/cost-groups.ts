import type { CompiledProfile, SnmpTable } from "../../../src/profiles/compiled.ts";

/**
 * What reading a table costs the device, by what it holds. Neighbours and hosts (ARP, forwarding table) are made
 * by the agent's slow path; optics are asked from the modules, and on an OLT from every ONU over the fibre.
 */
export type CostGroup = "optics" | "onu-optics" | "sensors" | "hosts" | "neighbours" | "core";

const HALF_HOUR = 1_800_000;
const HOUR = 3_600_000;

/**
 * The shortest interval of a group, ms, whatever a profile or the settings say. ZTE asks for an hour between reads of
 * ONU optics: more often, its line cards restart (librenms #14203).
 */
const LEAST_MS: Readonly<Record<CostGroup, number>> = {
  "onu-optics": HOUR,
  optics: 300_000,
  hosts: HALF_HOUR,
  neighbours: HALF_HOUR,
  sensors: 0,
  core: 0,
};

export function costGroup(profile: Pick<CompiledProfile, "role">, table: SnmpTable): CostGroup {
  if (table.fact?.kind === "host") return "hosts";
  if (table.fact?.kind === "neighbor") return "neighbours";
  const groups = new Set(table.points.map(({ quantity }) => quantity.group));
  const optical = table.points.some(({ quantity }) => quantity.id === "sensor.optical_power");
  if (groups.has("optics") || optical) return profile.role === "olt" ? "onu-optics" : "optics";
  return groups.size > 0 && [...groups].every((group) => group === "sensor") ? "sensors" : "core";
}

export function leastIntervalMs(group: CostGroup): number {
  return LEAST_MS[group];
}

/** Groups that are left out when a device suffers. */
export function isOptional(group: CostGroup): boolean {
  return group !== "core";
}
