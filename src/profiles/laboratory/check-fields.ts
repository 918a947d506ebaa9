import { STATUS, STATUS_NAMES } from "../../measurements/status.ts";
import { applyRule, type Reading } from "../apply-rule.ts";
import type { Expression, SnmpColumn, SnmpPoint, SnmpTable } from "../compiled.ts";
import { objectOid } from "./check-shape.ts";
import type { Say } from "./finding.ts";
import { KNOWN_OBJECTS, type KnownObject, type KnownValue } from "./known-values.ts";
import { impossible } from "./physical.ts";

const KNOWN: ReadonlyMap<string, KnownObject> = new Map(
  KNOWN_OBJECTS.flatMap((known) => known.oids.map((oid) => [oid, known] as const)),
);

/** What devices are known to send in the column must come out right. */
export function checkKnown(
  table: SnmpTable,
  column: SnmpColumn,
  points: readonly SnmpPoint[],
  say: Say,
): void {
  const known = KNOWN.get(objectOid(table, column).join("."));
  if (!known) return;
  if (known.decode && !known.decode.includes(column.decode))
    say("field", "error", `${known.because}: decode it as ${known.decode[0]}, not as ${column.decode}`);
  for (const point of points) {
    const { id } = point.quantity;
    if (known.quantities && !known.quantities.includes(id))
      say("field", "error", `${known.because}: it is ${known.quantities.join(" or ")}, not ${id}`);
    if (known.notQuantities?.includes(id)) say("field", "error", `${known.because}: it is not ${id}`);
    for (const value of known.values ?? []) {
      const wrong = wrongValue(table, point, value);
      if (wrong) say("field", "error", `${known.because}: ${wrong}`);
    }
  }
}

function wrongValue(
  table: SnmpTable,
  point: SnmpPoint,
  { raw, row = {}, want }: KnownValue,
): string | undefined {
  const reading = read(table, point, raw, row);
  const got =
    reading === undefined
      ? "no value"
      : reading.status === STATUS.ok
        ? (point.quantity.states?.[reading.value] ??
          `${Number(reading.value.toPrecision(6))} ${point.quantity.unit}`)
        : `no value (${STATUS_NAMES[reading.status]})`;
  const shown =
    want === undefined ? "no value" : typeof want === "string" ? want : `${want} ${point.quantity.unit}`;
  // What is out of every bound is refused all the same, and every row of it counts as a fault.
  const refused = want === undefined && (reading === undefined || reading.status === STATUS.sentinel);
  const same =
    want === undefined
      ? refused
      : typeof want === "string"
        ? got === want
        : reading?.status === STATUS.ok && Math.abs(reading.value - want) <= 0.01;
  return same ? undefined : `${raw} must give ${shown}; the profile makes ${got} of it`;
}

/** The point's value of a row; undefined where its `when` says that there is none. */
function read(
  table: SnmpTable,
  point: SnmpPoint,
  raw: number,
  row: Readonly<Record<string, number>>,
): Reading | undefined {
  const cell = (name: string): number => {
    if (name === "raw" || name === point.column) return raw;
    const object = table.columns.find((column) => column.id === name)?.object;
    return (object === undefined ? undefined : row[object]) ?? Number.NaN;
  };
  const evaluate = (expression: Expression): number => expression.evaluate(expression.inputs.map(cell));
  if (point.when) {
    const exists = evaluate(point.when);
    if (Number.isNaN(exists) || exists === 0) return undefined;
  }
  const into: Reading = { value: Number.NaN, status: STATUS.absent };
  applyRule(point.rule, raw, into, (point.rule.expression?.inputs ?? []).map(cell));
  return into;
}

/** Numbers that agents send where they have nothing to say: the ends of their types. */
const ENDS = [65_535, 2_147_483_647, 4_294_967_295, -2_147_483_648] as const;

/** A type's end that comes out as a value which cannot be, and sentinels that no device can send. */
export function checkPhysical(table: SnmpTable, point: SnmpPoint, say: Say): void {
  if (point.quantity.kind !== "gauge") return;
  const { rule } = point;
  const { min, max } = rule;
  for (const bound of [min, max]) {
    const why = Number.isFinite(bound) ? impossible(point, bound) : undefined;
    if (
      why &&
      point.quantity.id !== "sensor.optical_power" &&
      bound !== point.quantity.min &&
      bound !== point.quantity.max
    )
      say("physical", "error", `the bound ${why}`);
  }
  if (rule.expression?.inputs.some((name) => name !== "raw" && name !== point.column)) return;
  const column = table.columns.find(({ id }) => id === point.column);
  if (column?.decode === "ticks") return;
  for (const raw of ENDS) {
    const reading = read(table, point, raw, {});
    if (reading?.status !== STATUS.ok) continue;
    const why = impossible(point, reading.value);
    if (why) {
      say(
        "physical",
        "note",
        `a raw ${raw} is taken for a value, and ${why}: write max, or it under sentinels`,
      );
      return;
    }
  }
}

/** A source that names nothing which can be looked up. */
export function checkSource(point: SnmpPoint, say: Say): void {
  const { text } = point.source;
  if (
    !/[A-Za-z]{3}/.test(text) ||
    /^(?:guess(?:ed)?|unknown|todo|tbd|none|n\/a|\?+|internet|experience)\b/i.test(text)
  )
    say(
      "source",
      "error",
      `"${text}" says nothing that can be looked up: name the MIB object, or manual and page`,
    );
}
