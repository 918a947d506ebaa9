import type { SnmpColumn, SnmpPoint, SnmpTable } from "../../../src/profiles/compiled.ts";
import { findObject } from "../../../src/profiles/laboratory/check-shape.ts";
import { inUnit, mibUnit } from "../../../src/profiles/laboratory/check-values.ts";
import type { MibLibrary, MibObject } from "../../../src/profiles/laboratory/mib-library.ts";
import type { MibUnit } from "../../../src/profiles/laboratory/mib-units.ts";
import { saidNothing } from "../../../src/profiles/laboratory/no-values.ts";
import { TAGS, type Tag } from "./recording.ts";
import { saidFactor, saidUnit } from "./said-units.ts";

/** `value = raw * scale + offset` in the quantity's unit; `log`: the decibels over a milliwatt of that. */
export interface RawScale {
  readonly scale: number;
  readonly offset: number;
  readonly log?: true;
}

const MODULE = /\b([A-Z][A-Za-z0-9]*(?:-[A-Za-z0-9]+)+)\b/g;

/** What MIB text says of a profile's objects; the other opinion on what a raw number means. */
export class Witness {
  readonly #library: MibLibrary | undefined;
  readonly #written: ReadonlyMap<string, SnmpTable>;
  readonly #objects = new Map<SnmpColumn, MibObject | undefined>();

  /** `written`: the tables as the profile has them, with the open arcs of products. */
  constructor(library: MibLibrary | undefined, written: readonly SnmpTable[]) {
    this.#library = library;
    this.#written = new Map(written.map((table) => [table.id, table]));
  }

  /** The object as a MIB defines it; undefined where none that was read has it, or another stands there. */
  object(table: SnmpTable, column: SnmpColumn): MibObject | undefined {
    if (this.#objects.has(column)) return this.#objects.get(column);
    const cited = new Set(
      table.points.flatMap(({ source }) => [...source.text.matchAll(MODULE)].map((match) => match[1]!)),
    );
    const as = this.#written.get(table.id)?.columns.find(({ id }) => id === column.id) ?? column;
    const found = this.#library && findObject(table, as, this.#library, cited, () => undefined);
    const object = found && found.shape !== "table" && found.shape !== "entry" ? found : undefined;
    this.#objects.set(column, object);
    return object;
  }

  /** How a raw number becomes the quantity's unit by the MIB; undefined where the MIB does not say. */
  scale(table: SnmpTable, column: SnmpColumn, point: SnmpPoint): RawScale | undefined {
    const object = this.object(table, column);
    if (!object || point.unlikeMib || column.unlikeMib) return undefined;
    const wanted = point.quantity.unit;
    if (object.base === "TimeTicks") return wanted === "s" ? { scale: 0.01, offset: 0 } : undefined;
    if (isOfSeveral(table, column)) return undefined;
    const { unit, hint } = unitOf(object, column);
    if (unit) {
      if (wanted === "dBm" && unit.unit === "W") return { scale: unit.scale * 1000, offset: 0, log: true };
      return inUnit(unit, wanted);
    }
    // Without a unit of its own a number of things is what it is.
    if (wanted === "count") return { scale: saidFactor(object.description), offset: 0 };
    // Tenths of a degree, of whichever scale the device is set to.
    if (wanted === "degC" && object.units && /^(?:deci-?|0\.1 )degrees?$/i.test(object.units))
      return { scale: 0.1, offset: 0 };
    const parts = /^(?:(hundredths?|0?\.01\b)|(thousandths?|0?\.001\b))/i.exec(object.units ?? "");
    if (wanted === "ratio" && parts) return { scale: parts[1] ? 0.01 : 0.001, offset: 0 };
    if (hint) return { scale: hint, offset: 0 };
    if (wanted === "percent" || wanted === "percentRH") {
      const range = object.ranges?.length === 1 ? object.ranges[0]! : undefined;
      if (range?.[0] === 0 && range[1] === 100) return { scale: 1, offset: 0 };
    }
    return undefined;
  }

  /** What is wrong where the MIB gives a unit that can never be the quantity's. */
  otherUnit(table: SnmpTable, column: SnmpColumn, point: SnmpPoint): string | undefined {
    const object = this.object(table, column);
    const { quantity, rule } = point;
    if (!object || point.unlikeMib || column.unlikeMib || isOfSeveral(table, column)) return undefined;
    // The point takes some rows only; a percentage of something has that one's unit in its text too.
    if (point.when || (/percent/i.test(object.description) && /percent/.test(quantity.unit)))
      return undefined;
    if (["state", "count", "load"].includes(quantity.unit) || quantity.kind === "counter") return undefined;
    if (rule.expression?.inputs.some((name) => name !== "raw" && name !== column.id)) return undefined;
    const { unit } = unitOf(object, column);
    const same = !unit || inUnit(unit, quantity.unit) || (quantity.unit === "dBm" && unit.unit === "W");
    // Apparent power stands with the other powers.
    if (same || (unit.unit === "VA" && quantity.unit === "W")) return undefined;
    return `${object.name} is in ${unit.words} (${unit.unit}); the profile takes it for ${quantity.unit}`;
  }

  /** Numbers of an enumerated object with their names, as the MIB lists them. */
  states(table: SnmpTable, column: SnmpColumn): ReadonlyMap<number, string> | undefined {
    const object = this.object(table, column);
    if (!object || column.unlikeMib) return undefined;
    if (object.enumeration && object.enumeration.size > 0) return object.enumeration;
    const listed = statesIn(object.description);
    return listed.size >= 2 ? listed : undefined;
  }

  /** Raw numbers that stand for no value by the MIB's description. */
  noValues(table: SnmpTable, column: SnmpColumn): readonly number[] {
    const object = this.object(table, column);
    if (!object || column.unlikeMib) return [];
    return saidNothing(object);
  }

  /** The tag that an agent sends; the profile's decoding says it where no MIB does. */
  tag(table: SnmpTable, column: SnmpColumn): Tag {
    const base = this.object(table, column)?.base;
    const known = base === undefined ? undefined : BY_BASE[base];
    return known ?? BY_DECODE[column.decode] ?? TAGS.integer;
  }
}

/** A column of which each row says what it is has no one unit. */
function isOfSeveral(table: SnmpTable, column: SnmpColumn): boolean {
  return (
    new Set(table.points.flatMap((one) => (one.column === column.id ? [one.quantity.unit] : []))).size > 1
  );
}

/** The unit that the MIB gives in any words, and the factor of its display hint. */
function unitOf(object: MibObject, column: SnmpColumn): { readonly unit?: MibUnit; readonly hint?: number } {
  const digits = /^d-(\d)$/.exec(object.enumeration ? "" : (object.displayHint ?? ""))?.[1];
  const hint = digits === undefined ? undefined : 10 ** -Number(digits);
  const said = mibUnit(object, { ...column, decode: "number" })?.unit;
  const prose = said ?? saidUnit(object);
  const unit = !said && prose?.scale === 1 && hint !== undefined ? { ...prose, scale: hint } : prose;
  return { ...(unit && { unit }), ...(hint !== undefined && { hint }) };
}

const BY_BASE: Readonly<Record<string, Tag>> = {
  INTEGER: TAGS.integer,
  Integer32: TAGS.integer,
  Unsigned32: TAGS.gauge,
  UInteger32: TAGS.gauge,
  Gauge: TAGS.gauge,
  Gauge32: TAGS.gauge,
  Counter: TAGS.counter32,
  Counter32: TAGS.counter32,
  Counter64: TAGS.counter64,
  TimeTicks: TAGS.ticks,
  IpAddress: TAGS.ip,
  "OCTET STRING": TAGS.octets,
  BITS: TAGS.octets,
  "OBJECT IDENTIFIER": TAGS.oid,
  Opaque: TAGS.opaque,
};

const BY_DECODE: Readonly<Record<string, Tag>> = {
  counter: TAGS.counter32,
  ticks: TAGS.ticks,
  octets64: TAGS.octets,
  textNumber: TAGS.octets,
  opaqueFloat: TAGS.opaque,
  text: TAGS.octets,
  hex: TAGS.octets,
  mac: TAGS.octets,
  oid: TAGS.oid,
  ip: TAGS.ip,
  inet: TAGS.octets,
  bits: TAGS.octets,
  date: TAGS.octets,
  lastArc: TAGS.oid,
};

/** `1: normal`, `2 - fault`, `normal(1)` in prose. */
export function statesIn(text: string): ReadonlyMap<number, string> {
  const states = new Map<number, string>();
  const add = (number: string, name: string) => {
    if (!states.has(Number(number))) states.set(Number(number), name);
  };
  for (const [, number, name] of text.matchAll(
    /(?<![-\w.])(-?\d{1,4})\s*(?:[-:=]|is|means)\s*"?([A-Za-z][\w-]{1,30})/g,
  ))
    add(number!, name!);
  for (const [, name, number] of text.matchAll(/\b([A-Za-z][\w-]{1,30})\s*\(\s*(-?\d{1,4})\s*\)/g))
    add(number!, name!);
  return states;
}
