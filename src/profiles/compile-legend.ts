import { type Legend, MEANINGS, type Meaning } from "../measurements/legend.ts";
import type { Quantity } from "../measurements/quantities.ts";
import { below } from "./compile-point.ts";
import type { SnmpColumn } from "./compiled.ts";
import type { ProblemList } from "./problems.ts";
import type { SnmpPointDocument } from "./schema.ts";
import type { Place } from "./scope.ts";
import { meaningOfName } from "./state-meaning.ts";

/**
 * What the numbers of a maker's own state stand for: the column's enumeration, and what its names mean, or what the profile
 * says they mean. Undefined where nothing is known, and for quantities whose states are campusd's own.
 */
export function compileLegend(
  point: SnmpPointDocument,
  quantity: Quantity,
  column: SnmpColumn | undefined,
  place: Place,
  problems: ProblemList,
): Legend | undefined {
  const own = quantity.kind === "state" && !quantity.states;
  if (point.meaning && !own)
    problems.add(
      place.source,
      [...place.path, "meaning"],
      `only a maker's own state has a meaning to be told, and ${quantity.id} is none; write sensor.state or leave it out`,
    );
  if (!own || (!column?.enumeration && !point.meaning)) return undefined;
  const names = column?.enumeration ?? new Map<number, string>();
  const meanings = new Map<number, Meaning>();
  if (point.meaning) {
    for (const meaning of MEANINGS)
      for (const [i, value] of (point.meaning[meaning] ?? []).entries()) {
        const before = meanings.get(value);
        if (before !== undefined) {
          const { source, path } = below(place, "meaning", meaning, i);
          problems.add(source, path, `${value} cannot be both ${before} and ${meaning}`);
        }
        meanings.set(value, meaning);
      }
  } else
    for (const [value, name] of names) {
      const meaning = meaningOfName(name);
      if (meaning) meanings.set(value, meaning);
    }
  return Object.freeze({ names, meanings });
}
