import { isIP } from "node:net";
import type { DeviceAssignment } from "../../src/collection/contract.ts";
import type { SeriesTable } from "../../src/measurements/series.ts";

export const FAMILIES = ["ipv4", "ipv6"] as const;
export type Family = (typeof FAMILIES)[number];

/** One address of one device. */
export interface Target {
  readonly device: string;
  readonly family: Family;
  /** A literal address, checked: never begins with `-`, never a name. */
  readonly address: string;
  readonly reachableSeries: number;
  readonly rttSeries: number;
  readonly lossSeries: number;
}

/** The family of a literal address; undefined when it is none. */
export function familyOf(address: string): Family | undefined {
  const version = isIP(address);
  return version === 4 ? "ipv4" : version === 6 ? "ipv6" : undefined;
}

/** The device's first address of each family, the endpoint's before the others. */
export function planTargets(assignment: DeviceAssignment, table: SeriesTable): Target[] {
  const targets = new Map<Family, Target>();
  for (const address of [assignment.endpoint.address, ...assignment.addresses]) {
    const family = familyOf(address);
    if (!family || targets.has(family)) continue;
    const tags = { ...assignment.tags, family };
    targets.set(family, {
      device: assignment.device,
      family,
      address,
      reachableSeries: table.intern("probe.reachable", tags),
      rttSeries: table.intern("probe.rtt", tags),
      lossSeries: table.intern("probe.loss", tags),
    });
  }
  return [...targets.values()];
}

/** Different addresses, in groups of at most `size`. */
export function batches(targets: Iterable<Target>, size: number): string[][] {
  const addresses = [...new Set([...targets].map((target) => target.address))];
  return Array.from({ length: Math.ceil(addresses.length / size) }, (_, i) =>
    addresses.slice(i * size, (i + 1) * size),
  );
}
