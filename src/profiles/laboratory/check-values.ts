import { STATUS } from "../../measurements/status.ts";
import { applyRule, type Reading } from "../apply-rule.ts";
import type { SnmpColumn, SnmpPoint } from "../compiled.ts";
import type { Say } from "./finding.ts";
import { linearOf } from "./linear.ts";
import type { MibObject } from "./mib-library.ts";
import { type MibUnit, unitOfClause, unitOfDescription } from "./mib-units.ts";
import { saidNothing } from "./no-values.ts";

const NUMBERS = /^(?:INTEGER|Integer32|Unsigned32|UInteger32|Counter(?:32|64)?|Gauge(?:32)?|TimeTicks)$/;
const TEXTS = /^(?:OCTET STRING|BITS|Opaque|BIT STRING)$/;

/** The decoding against the object's type. */
export function checkDecode(column: SnmpColumn, object: MibObject, say: Say): void {
  const { decode } = column;
  const what = `${object.module} ${object.name} is ${[...object.types, object.base].join(", ")}`;
  if (NUMBERS.test(object.base)) {
    if (["octets64", "opaqueFloat", "bits", "date", "mac", "lastArc", "oid"].includes(decode))
      say("decode", "error", `${what}; it cannot be decoded as ${decode}`);
    else if (
      decode === "ticks" &&
      object.base !== "TimeTicks" &&
      !/hundredth|1\/100|0\.01/i.test(object.description)
    )
      say("decode", "note", `${what}, no TimeTicks; decoded as ticks it is divided by 100`);
  } else if (TEXTS.test(object.base)) {
    if (decode === "number" || decode === "counter" || decode === "ticks")
      say("decode", "note", `${what}; it is read as a number: write textNumber where it is digits`);
  } else if (object.base === "OBJECT IDENTIFIER") {
    if (!["oid", "text", "lastArc"].includes(decode)) say("decode", "error", `${what}; decoded as ${decode}`);
  } else if (object.base === "IpAddress" && !["ip", "inet", "text", "hex"].includes(decode))
    say("decode", "error", `${what}; decoded as ${decode}`);
}

/** Numbers and names of an enumerated column. */
export function checkEnumeration(column: SnmpColumn, object: MibObject, say: Say): void {
  const mine = column.enumeration;
  const theirs = object.enumeration;
  if (!mine || !theirs) return;
  for (const [number, name] of mine) {
    const theirName = theirs.get(number);
    if (theirName === undefined) {
      say("enumeration", "note", `${object.module} ${object.name} has no ${number} (${name})`);
      continue;
    }
    const elsewhere = [...theirs].find(([, one]) => plain(one) === plain(name))?.[0];
    if (plain(theirName) !== plain(name) && elsewhere !== undefined && elsewhere !== number)
      say(
        "enumeration",
        "error",
        `${object.module} ${object.name}: ${number} is ${theirName}, and ${name} is ${elsewhere}`,
      );
  }
}

/** A point's states against the names of the MIB, and the numbers that its `source` lists. */
export function checkStates(point: SnmpPoint, object: MibObject, say: Say): void {
  const theirs = object.enumeration;
  if (!theirs || theirs.size === 0) return;
  const where = `${object.module} ${object.name}`;
  for (const [raw, state] of point.rule.map ?? []) {
    const name = theirs.get(raw);
    const mine = point.quantity.states?.[state];
    if (name === undefined) say("enumeration", "note", `${where} has no ${raw}`);
    else if (mine !== undefined && opposite(name, mine))
      say("enumeration", "error", `${where}: ${raw} is ${name}; the profile takes it for ${mine}`);
  }
  if (point.rule.map)
    for (const [raw, name] of theirs) {
      const reading = result(point, raw);
      if (!point.rule.map.has(raw) && reading.status === STATUS.implausible)
        say("enumeration", "note", `${where}: ${raw} (${name}) is not in the map and becomes implausible`);
    }
  // A name may have hyphens, and a number a sign: `-1 undefined` says nothing of 1.
  for (const [, number, name] of point.source.text.matchAll(
    /(?<![-\w])(\d{1,5}) ([a-z][A-Za-z0-9-]{2,40})\b/g,
  )) {
    const theirName = theirs.get(Number(number));
    const elsewhere = [...theirs].find(([, one]) => plain(one) === plain(name!))?.[0];
    if (theirName !== undefined && !plain(theirName).startsWith(plain(name!)) && elsewhere !== undefined)
      say("enumeration", "error", `${where}: ${number} is ${theirName}; ${name} is ${elsewhere}`);
  }
}

const GOOD =
  /^(?:normal|online|up|ok|okay|run|running|active|enabled?|on|connected|operational|ready|good|joined)$/i;
const BAD =
  /^(?:offline|down|fault(?:y|ed)?|fail(?:ed|ure)?|abnormal|invalid|disconnected|error|idle|critical|dead|lost|notready|inactive|disabled?|off)$/i;

/** Whether a MIB's name and a state of ours say opposite things. */
function opposite(theirs: string, mine: string): boolean {
  const isGood = GOOD.test(theirs);
  const isBad = BAD.test(theirs);
  if (/^(?:online|up|on|normal|yes|occupied)$/.test(mine)) return isBad;
  if (/^(?:offline|down|off|fault|depleted|no)$/.test(mine)) return isGood;
  return false;
}

/** The unit that the MIB gives against what the profile does to the number. */
export function checkUnit(point: SnmpPoint, column: SnmpColumn, object: MibObject, say: Say): boolean {
  const { quantity } = point;
  if (["state", "count", "load", "octet", "packet"].includes(quantity.unit)) return false;
  const linear = linearOf(point.rule);
  if (!linear || object.enumeration) return false;
  const numeric = NUMBERS.test(object.base) || column.decode === "textNumber" || column.decode === "octets64";
  if (!numeric) return false;
  const said = mibUnit(object, column);
  if (!said) return false;
  const { unit, from } = said;
  const theirs = inUnit(unit, quantity.unit);
  const quoted = `${object.module} ${object.name} is in ${unit.words} (${from})`;
  // A description that speaks of one unit where the rows have several: the point takes some rows only.
  const level = from === "DESCRIPTION" && (point.when || point.where) ? "note" : "error";
  if (theirs === undefined) {
    say("unit", level, `${quoted}; the profile takes it for ${quantity.unit}`);
    return true;
  }
  const factor = linear.scale / theirs.scale;
  if (Math.abs(factor - 1) > 0.01 && Math.abs(factor + 1) > 0.01)
    say(
      "unit",
      level,
      `${quoted}: one is ${short(theirs.scale)} ${quantity.unit}; the profile takes it for ${short(linear.scale)}`,
    );
  else if (Math.abs(linear.offset - theirs.offset) > 0.5)
    say("unit", "error", `${quoted}; the profile adds ${short(linear.offset)}, not ${short(theirs.offset)}`);
  return true;
}

export function mibUnit(object: MibObject, column: SnmpColumn): { unit: MibUnit; from: string } | undefined {
  const clause = object.units === undefined ? undefined : unitOfClause(object.units);
  const prose = object.units === undefined || clause ? unitOfDescription(object.description) : undefined;
  // A description that is finer than the clause counts: UNITS "volts", "in tenths of volts".
  const unit = prose && (!clause || (clause.unit === prose.unit && clause.scale === 1)) ? prose : clause;
  if (!unit) {
    if (object.base === "TimeTicks" && column.decode !== "ticks")
      return { unit: { unit: "s", scale: 0.01, words: "hundredths of a second" }, from: "TimeTicks" };
    return undefined;
  }
  // A display hint `d-1` puts the point before the last digit.
  const hint = /^d-(\d)$/.exec(object.displayHint ?? "");
  if (hint && unit.scale === 1 && !/\braw\b/i.test(object.description))
    return { unit: { ...unit, scale: 10 ** -Number(hint[1]) }, from: `DISPLAY-HINT ${object.displayHint}` };
  if (column.decode === "ticks") return { unit: { unit: "s", scale: 1, words: "seconds" }, from: "ticks" };
  return { unit, from: unit === clause ? `UNITS "${object.units}"` : "DESCRIPTION" };
}

/** The MIB's unit in the quantity's; undefined where one cannot become the other. */
export function inUnit(unit: MibUnit, wanted: string): { scale: number; offset: number } | undefined {
  const offset = unit.offset ?? 0;
  if (unit.unit === wanted) return { scale: unit.scale, offset };
  if (unit.unit === "percent" && wanted === "percentRH") return { scale: unit.scale, offset };
  if (unit.unit === "percent" && wanted === "ratio") return { scale: unit.scale / 100, offset };
  if (unit.unit === "Hz" && wanted === "MHz") return { scale: unit.scale / 1e6, offset };
  if (unit.unit === "MHz" && wanted === "Hz") return { scale: unit.scale * 1e6, offset };
  // Makers write dB for dBm, and W for VA.
  if (unit.unit === "dB" && wanted === "dBm") return { scale: unit.scale, offset };
  if (unit.unit === "dBm" && wanted === "dB") return { scale: unit.scale, offset };
  return undefined;
}

/** A percentage that goes to 10,000, or to 1: by the range of the object's type. */
export function checkRange(point: SnmpPoint, object: MibObject, say: Say): void {
  const { quantity } = point;
  const linear = linearOf(point.rule);
  const range = object.ranges?.[0];
  // Where a unit is given it says how the number is meant, however wide its type is.
  if (!linear || !range || object.ranges!.length > 1 || object.enumeration || object.units) return;
  const [, high] = range;
  if (quantity.unit !== "percent" && quantity.unit !== "percentRH") return;
  const top = high * linear.scale + linear.offset;
  const where = `${object.module} ${object.name} goes to ${high}`;
  if (high === 100 && top < 50) say("range", "error", `${where}; the profile makes ${short(top)} % of it`);
  else if (
    (high === 1000 || high === 10_000) &&
    top > 100 &&
    result(point, high).status === STATUS.implausible
  )
    say("range", "error", `${where}; the profile makes ${short(top)} % of it`);
}

/** A counter is no gauge: only its differences mean something. */
export function checkCounter(point: SnmpPoint, column: SnmpColumn, object: MibObject, say: Say): void {
  const isCounter = /^Counter/.test(object.base);
  const { quantity } = point;
  if (quantity.kind === "counter" && !isCounter && /^(?:Gauge|TimeTicks)/.test(object.base))
    say(
      "counter",
      "note",
      `${object.module} ${object.name} is ${object.base}, the profile takes it for a counter`,
    );
  if (quantity.kind === "gauge" && isCounter && column.decode !== "ticks") {
    const mayGrow = ["count", "kWh", "s", "packet", "octet"].includes(quantity.unit);
    say(
      "counter",
      mayGrow || point.rule.expression ? "note" : "error",
      `${object.module} ${object.name} is a ${object.base}: it only grows; ${quantity.id} is a value at an instant`,
    );
  }
}

/** Values that the MIB says mean "no value" must not come out as values. */
export function checkSentinels(point: SnmpPoint, object: MibObject, say: Say): void {
  if (point.quantity.kind === "state" || point.when || point.rule.expression) return;
  for (const raw of saidNothing(object)) {
    const reading = result(point, raw);
    if (reading.status === STATUS.ok)
      say(
        "range",
        "error",
        `${object.module} ${object.name} says ${raw} is no value; the profile makes ${short(reading.value)} ${point.quantity.unit} of it: write it under sentinels`,
      );
  }
}

export function result(point: SnmpPoint, raw: number): Reading {
  const into: Reading = { value: Number.NaN, status: STATUS.absent };
  const names = point.rule.expression?.inputs ?? [];
  applyRule(
    point.rule,
    raw,
    into,
    names.map((name) => (name === "raw" || name === point.column ? raw : Number.NaN)),
  );
  return into;
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, "");
}

function short(value: number): string {
  return String(Number(value.toPrecision(6)));
}
