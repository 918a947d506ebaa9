import type { IndexPart, SnmpColumn, SnmpTable } from "../compiled.ts";
import { OWN_ARC } from "../oid.ts";
import type { Say } from "./finding.ts";
import type { MibIndexPart, MibLibrary, MibObject } from "./mib-library.ts";

/** A column's OID without the instance of a scalar. */
export function objectOid(table: SnmpTable, column: SnmpColumn): readonly number[] {
  return table.scalar ? column.oid.slice(0, -1) : column.oid;
}

/**
 * The object that a column reads, as a MIB defines it: there is one of that name at that OID. Otherwise says what is
 * there instead. `cited` are modules that the profile names for the table.
 */
export function findObject(
  table: SnmpTable,
  column: SnmpColumn,
  library: MibLibrary,
  cited: ReadonlySet<string>,
  say: Say,
): MibObject | undefined {
  const oid = objectOid(table, column);
  const dotted = oid.map((arc) => (arc === OWN_ARC ? "*" : arc)).join(".");
  const named = library.named(column.object);
  const here = named.filter((object) => isAt(object.oid, oid));
  if (here.length > 0) return here.find((object) => cited.has(object.module)) ?? here[0];
  if (oid.includes(OWN_ARC)) {
    say("oid", "note", `no MIB module that was read has ${column.object} under a product there (${dotted})`);
    return undefined;
  }
  const other = library.at(oid).find((object) => object.shape !== "table" && object.shape !== "entry");
  if (other) {
    if (sameName(other.name, column.object)) return other;
    say("oid", "error", `${dotted} is ${other.module} ${other.name}, not ${column.object}`);
    return undefined;
  }
  const meant = named.find((object) => cited.has(object.module)) ?? named.find((o) => sameMaker(o.oid, oid));
  if (meant)
    say("oid", "error", `${meant.module} has ${column.object} at ${meant.oid.join(".")}, not at ${dotted}`);
  else {
    const branch = library.at(oid)[0];
    if (branch)
      say("leaf", "error", `${dotted} is the ${branch.shape} ${branch.module} ${branch.name}, no object`);
    else say("oid", "note", `no MIB module that was read has ${column.object} (${dotted})`);
  }
  return undefined;
}

/** Whether an object of a MIB is what the profile reads; an arc of the device's own product may be any. */
function isAt(object: readonly number[], oid: readonly number[]): boolean {
  return object.length === oid.length && oid.every((arc, i) => arc === OWN_ARC || arc === object[i]);
}

/** Vendors rename their products and keep the numbers: `swCpu` and `sw-cpu` are one. */
function sameName(a: string, b: string): boolean {
  const plain = (name: string) => name.toLowerCase().replace(/[^a-z0-9]/g, "");
  return plain(a) === plain(b);
}

/** Both below the same enterprise, or both of the standards. */
function sameMaker(a: readonly number[], b: readonly number[]): boolean {
  const depth = a.slice(0, 6).join(".") === "1.3.6.1.4.1" ? 7 : 6;
  return a.slice(0, depth).join(".") === b.slice(0, depth).join(".");
}

/** Whether the object is a leaf of the kind that the profile reads, with the index that the profile decodes. */
export function checkShape(table: SnmpTable, object: MibObject, say: Say): void {
  if (object.shape === "table" || object.shape === "entry") {
    say("leaf", "error", `${object.module} ${object.name} is a ${object.shape}, no object with a value`);
    return;
  }
  if (table.scalar && object.shape === "column")
    say("leaf", "error", `${object.module} ${object.name} is a column; .0 behind it gives nothing`);
  // A scalar is found as the row 0 all the same, and some agents give it another instance.
  if (!table.scalar && object.shape === "scalar")
    say("leaf", "note", `${object.module} ${object.name} is a scalar, no column of a table`);
}

/** What is wrong with the profile's index, where the MIB says how it is made. */
export function wrongIndex(index: readonly IndexPart[], object: MibObject): string | undefined {
  const parts = object.index;
  if (!parts) return undefined;
  const mine = lengthOf(index);
  const theirs = mibLength(parts);
  if (mine === undefined || theirs === undefined) return undefined;
  if (mine.open || (mine.variable && theirs.variable)) return undefined;
  const text = parts.map(({ name }) => name).join(", ");
  if (mine.variable !== theirs.variable)
    return theirs.variable
      ? `the index of ${object.module} ${object.name} is ${text}, whose length varies; the profile takes ${mine.arcs} arcs`
      : `the index of ${object.module} ${object.name} is ${text}, ${theirs.arcs} arcs; the profile decodes one whose length varies`;
  return mine.arcs === theirs.arcs
    ? undefined
    : `the index of ${object.module} ${object.name} is ${text}, ${theirs.arcs} arcs; the profile takes ${mine.arcs}`;
}

interface Length {
  readonly arcs: number;
  readonly variable: boolean;
  /** Takes whatever is left. */
  readonly open: boolean;
}

function lengthOf(index: readonly IndexPart[]): Length | undefined {
  let arcs = 0;
  let variable = false;
  let open = false;
  for (const { type } of index) {
    if (type === "integer") arcs += 1;
    else if (type === "mac" || type === "fixedMac") arcs += 6;
    else if (type === "ip") arcs += 4;
    else if (type === "ipv6") arcs += 16;
    else {
      variable = true;
      if (type === "rest" || type === "impliedString") open = true;
    }
  }
  return { arcs, variable, open };
}

function mibLength(parts: readonly MibIndexPart[]): Length | undefined {
  let arcs = 0;
  let variable = false;
  for (const { base, size } of parts) {
    if (base === "IpAddress" || base === "NetworkAddress") arcs += base === "IpAddress" ? 4 : 5;
    else if (base === "OCTET STRING" || base === "OBJECT IDENTIFIER" || base === "BITS") {
      if (size === undefined) variable = true;
      else arcs += size;
    } else if (
      /^(?:INTEGER|Integer32|Unsigned32|UInteger32|Counter(?:32)?|Gauge(?:32)?|TimeTicks)$/.test(base)
    )
      arcs += 1;
    else return undefined;
  }
  return { arcs, variable, open: false };
}
