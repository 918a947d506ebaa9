import type { CompiledProfile, SnmpMatch } from "../../../src/profiles/compiled.ts";
import type { MibLibrary } from "../../../src/profiles/laboratory/mib-library.ts";
import { OWN_ARC } from "../../../src/profiles/oid.ts";
import type { ProfileSet } from "../../../src/profiles/profile-set.ts";
import { textFor } from "./pattern-text.ts";

/** What a device says of itself so that the profile, and no narrower one, is its own. */
export interface Signs {
  readonly sysObjectID: readonly number[];
  readonly sysDescr: string;
  /** Subtrees in which it must have an object. */
  readonly has: readonly (readonly number[])[];
}

const ANY = [1, 3, 6, 1, 4, 1, 65_000, 1];

/** Undefined where no such signs were found: the profile's claim is taken by others. */
export function signsOf(
  profile: CompiledProfile,
  set: ProfileSet,
  library: MibLibrary | undefined,
  texts: readonly string[],
  score: (sysDescr: string) => number,
): Signs | undefined {
  for (const rule of profile.match)
    for (const prefix of rule.sysObjectID.length > 0 ? rule.sysObjectID : [ANY])
      for (const sysObjectID of products(profile, prefix, library))
        for (const sysDescr of descriptions(rule, texts, profile).toSorted((a, b) => score(b) - score(a))) {
          const signs = { sysObjectID, sysDescr, has: rule.has ?? [] };
          if (fits(signs, profile, set)) return signs;
        }
  return undefined;
}

function fits(signs: Signs, profile: CompiledProfile, set: ProfileSet): boolean {
  const present = new Set(signs.has.map((oid) => oid.join(".")));
  const matched = set.match({
    sysObjectID: signs.sysObjectID.join("."),
    sysDescr: signs.sysDescr,
    present,
  });
  return matched?.id === profile.id;
}

/** sysObjectIDs below the prefix; with the arcs of a product that a MIB has, where the profile leaves arcs open. */
function* products(
  profile: CompiledProfile,
  prefix: readonly number[],
  library: MibLibrary | undefined,
): Generator<readonly number[]> {
  const open = (profile.snmp?.tables ?? []).flatMap(({ columns }) =>
    columns.filter(({ oid }) => oid.includes(OWN_ARC)),
  );
  for (const { object, oid } of open)
    for (const known of library?.named(object) ?? [])
      if (known.oid.length >= oid.length - 1 && prefix.every((arc, i) => known.oid[i] === arc)) {
        const product = known.oid.slice(0, oid.lastIndexOf(OWN_ARC) + 1);
        if (product.length >= prefix.length) yield product;
      }
  const least = Math.max(0, ...open.map(({ oid }) => oid.lastIndexOf(OWN_ARC) + 1));
  for (const more of [[1], [], [1, 1], [9999], [1, 9999]]) {
    const oid = [...prefix, ...more];
    while (oid.length < least) oid.push(1);
    yield oid;
  }
}

/** sysDescrs that the rule takes: what matches it, the texts that identity rules look for, and the family's name. */
function descriptions(rule: SnmpMatch, texts: readonly string[], profile: CompiledProfile): string[] {
  const own = rule.sysDescr ? textFor(rule.sysDescr, [])?.text : `${profile.vendor} sample device`;
  if (own === undefined) return [];
  const orders = [
    [own, ...texts],
    [...texts, own],
    [...texts].reverse(),
    texts,
    [own, ...texts.toReversed()],
    ...texts.map((text) => [own, text]),
    ...texts.map((text) => [text]),
    [own],
  ];
  return orders
    .flatMap((some) => [" ", ", "].map((between) => some.filter((one) => one !== "").join(between)))
    .filter(
      (text) => text !== "" && (!rule.sysDescr || rule.sysDescr.test(text)) && !rule.sysDescrNot?.test(text),
    );
}
