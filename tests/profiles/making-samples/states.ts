import type { SnmpColumn, SnmpPoint } from "../../../src/profiles/compiled.ts";
import { meaningOfName } from "../../../src/profiles/state-meaning.ts";

/** Two states of an enumeration, a healthy and a failed one; fewer where there are no two. */
export function twoStates(names: ReadonlyMap<number, string>): readonly number[] {
  const states = [...names].map(([number, name]) => ({ number, meaning: meaningOfName(name) }));
  const told = states.filter(({ meaning }) => meaning !== "unknown");
  const pool = told.length > 0 ? told : states;
  const good = pool.find(({ meaning }) => meaning === "ok") ?? pool[0];
  const others = pool.filter((one) => one !== good);
  const bad = others.find(({ meaning }) => meaning === "failed" || meaning === "warning") ?? others[0];
  return [good, bad].flatMap((one) => (one ? [one.number] : []));
}

/** What the profile itself lists: an enumeration, a map, the states of its quantity, or its source in words. */
export function listedStates(column: SnmpColumn, point: SnmpPoint | undefined): ReadonlyMap<number, string> {
  if (column.enumeration && column.enumeration.size > 0) return column.enumeration;
  const states = point?.quantity.states;
  if (point?.rule.map)
    return new Map([...point.rule.map].map(([raw, state]) => [raw, states?.[state] ?? String(state)]));
  if (states) return new Map(Object.entries(states).map(([number, name]) => [Number(number), name]));
  const listed = new Map<number, string>();
  for (const [, number, name] of (point?.source.text ?? "").matchAll(
    /(?<![-\w.])(-?\d{1,4}) ([A-Za-z][\w-]*)/g,
  ))
    if (!listed.has(Number(number))) listed.set(Number(number), name!);
  return listed;
}

/** The state's name as the reading carries it, where it carries one. */
export function stateName(column: SnmpColumn, point: SnmpPoint, raw: number): string | undefined {
  const mapped = point.rule.map ? point.rule.map.get(raw) : raw;
  const own = mapped === undefined ? undefined : point.quantity.states?.[mapped];
  return own ?? column.enumeration?.get(raw);
}
