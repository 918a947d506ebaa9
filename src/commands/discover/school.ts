import type { InventoryRows, SchoolRow, SiteRow } from "../../inventory/rows.ts";
import type { MergedDevice } from "./merge.ts";

/** A school that a device is thought to stand in, and why. */
export interface SchoolProposal {
  readonly school: string;
  readonly why: string;
}

/** `--assign PREFIX=SCHOOL`. */
export interface Assignment {
  readonly text: string;
  readonly school: string;
  readonly prefix: { contains(address: string): boolean; readonly size: bigint };
}

/** By the narrowest prefix that holds one of its addresses. */
export function schoolByPrefix(
  addresses: readonly string[],
  assign: readonly Assignment[],
): SchoolProposal | undefined {
  let best: Assignment | undefined;
  for (const one of assign)
    if (
      addresses.some((address) => one.prefix.contains(address)) &&
      (!best || one.prefix.size < best.prefix.size)
    )
      best = one;
  return best && { school: best.school, why: `--assign ${best.text}` };
}

/**
 * By the school's or site's id or name in what the device says of itself. The longest that fits wins, so that a branch school
 * is not taken for the main one; two of the same length are no proposal.
 */
export class SchoolNames {
  readonly #signs: {
    readonly school: SchoolRow | SiteRow;
    readonly text: string;
    readonly pattern?: RegExp;
  }[];

  constructor(rows: InventoryRows) {
    this.#signs = [...rows.school.values(), ...rows.site.values()]
      .flatMap((school) => [
        { school, text: school.id, pattern: word(school.id) },
        { school, text: school.name.toLowerCase() },
        ...(school.nameEn ? [{ school, text: school.nameEn.toLowerCase() }] : []),
      ])
      // One character may stand in any text.
      .filter(({ text }) => text.length >= 2)
      .sort((a, b) => b.text.length - a.text.length);
  }

  find(texts: Readonly<Record<string, string | undefined>>): SchoolProposal | undefined {
    for (const [field, given] of Object.entries(texts)) {
      if (given === undefined) continue;
      const text = given.toLowerCase();
      const hits = this.#signs.filter((sign) =>
        sign.pattern ? sign.pattern.test(text) : text.includes(sign.text),
      );
      const first = hits[0];
      if (!first) continue;
      const rivals = hits.some(
        (hit) => hit.text.length === first.text.length && hit.school.id !== first.school.id,
      );
      if (!rivals) return { school: first.school.id, why: `${field} has "${first.text}"` };
    }
    return undefined;
  }
}

/** The id as a word of its own: `no1` is not in `no10`. */
function word(id: string): RegExp {
  const text = id.toLowerCase().replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`(?<![a-z0-9])${text}(?![a-z0-9])`);
}

/**
 * By neighbours: a device whose neighbours' schools are all the same is thought to be in that one. From school to
 * school over any number of hops; a device between two schools stays without. `edges[i]` are the neighbours of i.
 */
export function spreadSchools(
  devices: readonly MergedDevice[],
  edges: readonly (readonly { readonly device: number; readonly name: string }[])[],
  schools: (SchoolProposal | undefined)[],
): void {
  for (let changed = true; changed; ) {
    changed = false;
    const round: [number, SchoolProposal][] = [];
    for (const i of devices.keys()) {
      if (schools[i]) continue;
      const placed = edges[i]!.filter(({ device }) => schools[device]);
      const [first] = placed;
      if (!first || placed.some(({ device }) => schools[device]!.school !== schools[first.device]!.school))
        continue;
      round.push([
        i,
        { school: schools[first.device]!.school, why: `its LLDP neighbour ${first.name} is in it` },
      ]);
    }
    // A round at a time, so that the order of the devices decides nothing.
    for (const [i, proposal] of round) {
      schools[i] = proposal;
      changed = true;
    }
  }
}
