import type { SnmpColumn, SnmpPoint } from "../../../src/profiles/compiled.ts";

const GOOD =
  /^(?:all)?(?:normal|ok|okay|up|online|on|good|running|run|active|enabled?|connected|operational|ready|present|installed|working|powered|closed?|inservice|healthy|optimal|valid|yes|true|charged|full|green|noalarm|noerror|nofault|inactive-?alarm|no)/i;
const BAD =
  /fail|fault|abnormal|error|critical|crit|down|dead|broken|damaged|alarm|lost|low|off|open|notok|bad|major|depleted|shutdown|degraded|warning|disconnect|red$|false|absent|not/i;
const UNKNOWN = /unknown|other|unavailable|unsupported|not-?supported|none|n\/?a$|invalid/i;

/** Two states of an enumeration, a healthy and a failed one; fewer where there are no two. */
export function twoStates(names: ReadonlyMap<number, string>): readonly number[] {
  const plain = [...names].filter(([, name]) => !UNKNOWN.test(name));
  const pool = plain.length > 0 ? plain : [...names];
  const good = pool.find(([, name]) => GOOD.test(name) && !/^(?:not|un)/i.test(name)) ?? pool[0];
  const bad =
    pool.find(([number, name]) => number !== good?.[0] && BAD.test(name)) ??
    pool.find(([number]) => number !== good?.[0]);
  return [good, bad].flatMap((one) => (one ? [one[0]] : []));
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
