import type { Legend } from "../measurements/legend.ts";
import type { Quantity } from "../measurements/quantities.ts";
import type { TagKey } from "../measurements/series.ts";

/**
 * What the compiler makes of a device profile: everything a collector needs, with nothing left to parse,
 * check or default. Frozen; shared by every device the profile matches.
 */
export interface CompiledProfile {
  /** The file name without its ending. */
  readonly id: string;
  readonly title: { readonly zh: string; readonly en: string };
  readonly vendor: string;
  readonly os: string;
  /** The inventory role a device of this family usually has. */
  readonly role: string;
  /** Path of the YAML file, for messages. */
  readonly file: string;
  readonly match: readonly SnmpMatch[];
  readonly snmp?: SnmpPlan;
  readonly modbus?: ModbusPlan;
  readonly mqtt?: MqttPlan;
}

/** All members that are present must hold. */
export interface SnmpMatch {
  /** OID prefixes; one must be a prefix of sysObjectID at an arc boundary. */
  readonly sysObjectID: readonly (readonly number[])[];
  readonly sysDescr?: RegExp;
  readonly sysDescrNot?: RegExp;
  /** Subtrees in each of which the device must have an object. */
  readonly has?: readonly (readonly number[])[];
  readonly line: number;
}

/** Turns what was read into the quantity's unit, or into a status. The order is the order of the members. */
export interface ValueRule {
  /** Raw values that stand for "no value" (status sentinel), compared before anything else. */
  readonly sentinels: readonly number[];
  /** Inclusive raw ranges that stand for "no value". */
  readonly sentinelRanges: readonly (readonly [number, number])[];
  /** Raw enumeration to the quantity's own states; a raw value that is not in it is implausible. */
  readonly map?: ReadonlyMap<number, number>;
  /** Computes the value from `raw` and other columns of the row; then scale and offset apply. */
  readonly expression?: Expression;
  readonly scale: number;
  /** 10 for a scale of 0.1, and so on: dividing gives 333 tenths as 33.3, multiplying as 33.300000000000004. */
  readonly divisor?: number;
  readonly offset: number;
  /** Inclusive; outside is implausible. -Infinity and Infinity when the quantity has no bound. */
  readonly min: number;
  readonly max: number;
}

/**
 * A compiled arithmetic expression. `inputs` are column ids, `raw` (the point's own column, or the value that
 * stood in for it), `#name` (an integer part of the row's index) and cells of other tables as they are written.
 * A text column is NaN.
 */
export interface Expression {
  readonly text: string;
  readonly inputs: readonly string[];
  /** What those inputs mean that are cells of other tables. */
  readonly cells?: ReadonlyMap<string, CellReference>;
  /** `values[i]` belongs to `inputs[i]`; NaN in gives NaN out unless the expression tests for it. */
  evaluate(values: ArrayLike<number>): number;
}

/**
 * A number of another table (or of another row of the same). Without `by` and `find` at this row's index, cut to
 * as many parts as that table has; `by` gives the index in parts; `find` is the first row in which the text matches.
 */
export interface CellReference {
  readonly table: string;
  readonly column: string;
  readonly by?: readonly CellKey[];
  readonly find?: { readonly column: string; readonly pattern: RegExp };
  /** All rows that fulfil the conditions, made one number. */
  readonly over?: RowsReference;
}
export interface RowsReference {
  /** count: rows in which the column has a value. */
  readonly make: "sum" | "count" | "min" | "max";
  /** All must hold; a cell without a value fulfils none. */
  readonly where: readonly RowCondition[];
}
export interface RowCondition {
  readonly column: string;
  readonly compare: "==" | "!=" | "<" | "<=" | ">" | ">=";
  readonly number: number;
}
export type CellKey = FieldKey | { readonly arc: number };

/** Text made of constants and fields of the row: `{ifName|ifDescr}`, `{entity.name}`, `{#ifIndex}`. */
export interface Template {
  readonly text: string;
  readonly parts: readonly TemplatePart[];
}
export type TemplatePart =
  | { readonly literal: string }
  /** The first alternative that is present and not empty. */
  | { readonly alternatives: readonly FieldReference[] };
export type FieldReference = (
  | { readonly column: string }
  /** A part of the row's index, by name. */
  | { readonly index: string }
  /** The value of a point of the same row, in its quantity's unit (`{@speed}`); no value gives nothing. */
  | { readonly point: string }
  /**
   * A column of another table. Without `by` at this row's index, cut to as many parts as that table's index
   * has; with `by` at the index these give, in order, each a part of this row's index or a column of this row.
   */
  | { readonly table: string; readonly column: string; readonly by?: readonly FieldKey[] }
) & {
  /** Taken from the text: the first group, or the whole match; no match gives nothing. */
  readonly pattern?: RegExp;
};
export type FieldKey = { readonly index: string } | { readonly column: string };

export interface PointSource {
  /** MIB object, manual page, or document. */
  readonly text: string;
  readonly line: number;
  /** Path of the YAML file: a part's where the point is a part's. */
  readonly file?: string;
}

// ---- SNMP ----------------------------------------------------------------------------------------

export interface SnmpPlan {
  readonly tables: readonly SnmpTable[];
  /** Rules in order; the first that gives a text that is not empty wins. */
  readonly identity: {
    readonly model: readonly IdentityRule[];
    readonly version: readonly IdentityRule[];
    readonly serial: readonly IdentityRule[];
  };
  readonly quirks: SnmpQuirks;
}

export interface SnmpQuirks {
  /** Subtrees that must be read with GETNEXT only. */
  readonly noBulk: readonly (readonly number[])[];
  /** Upper bound of the learned max-repetitions. */
  readonly maxRepetitions: number;
  /** Requests in flight, 1 unless the family is known to take 2. */
  readonly inFlight: 1 | 2;
}

export interface IdentityRule {
  /** Where the text comes from. */
  readonly from:
    | { readonly kind: "sysDescr" | "sysName" | "sysObjectID" }
    | {
        readonly kind: "column";
        readonly table: string;
        readonly column: string;
        readonly where?: { readonly column: string; readonly equals: string | number };
      };
  /** The first group, or the whole match, is taken; no match gives nothing. */
  readonly pattern?: RegExp;
  /** Applied to the match: `$1` style replacement. */
  readonly replace?: string;
  /** Text to text, for numbers that stand for a model. */
  readonly map?: ReadonlyMap<string, string>;
}

/**
 * How a varbind's value becomes a number or a text.
 * number: any INTEGER, Counter, Gauge, TimeTicks; of a Counter64 over 2^53 the nearest float64. counter: the same for
 * what is subtracted, and the modulus follows from the tag (Counter32 2^32, Counter64 2^53). ticks: TimeTicks to seconds.
 * octets64: a big-endian 64-bit counter in an OCTET STRING, modulo 2^53. textNumber: the first decimal number in a text. opaqueFloat: net-snmp's float in Opaque.
 * text: OCTET STRING to text (UTF-8, GB18030, hex when it is neither). hex, mac, oid, ip, inet (InetAddress
 * octets), bits (BITS to a text of set bit numbers, "0,3"), date (DateAndTime to ISO text), lastArc (an OBJECT
 * IDENTIFIER's last arc as a number: hrStorageType, or the prefix length at the end of ipAddressPrefix).
 */
export type SnmpDecode =
  | "number"
  | "counter"
  | "ticks"
  | "octets64"
  | "textNumber"
  | "opaqueFloat"
  | "text"
  | "hex"
  | "mac"
  | "oid"
  | "ip"
  | "inet"
  | "bits"
  | "date"
  | "lastArc";

/** A conceptual table, or (when `scalar`) a group of scalars seen as one row with the index 0. */
export interface SnmpTable {
  readonly id: string;
  readonly scalar: boolean;
  readonly index: readonly IndexPart[];
  readonly columns: readonly SnmpColumn[];
  readonly points: readonly SnmpPoint[];
  /** Set when the rows are facts of this kind. */
  readonly fact?: FactRule;
  /** Tags of the row's series, besides the device's own. A row whose tag comes out empty has no series. */
  readonly tags: readonly (readonly [TagKey, Template])[];
  /** A row is left out when this is false (NaN counts as false). Inputs are column ids. */
  readonly when?: Expression;
}

export interface IndexPart {
  readonly name: string;
  /**
   * integer: one arc. string: a length arc, then that many. impliedString: all that is left. mac: six arcs.
   * fixedMac: the same. ip: four arcs. ipv6: sixteen arcs without type or length (RFC 2465). inet: InetAddressType arc, then length and octets (types 1, 2, 3, 4, 16).
   * oid: a length arc, then that many arcs. rest: whatever is left, dotted.
   */
  readonly type:
    | "integer"
    | "string"
    | "impliedString"
    | "mac"
    | "fixedMac"
    | "ip"
    | "ipv6"
    | "inet"
    | "oid"
    | "rest";
  /** Integer to name: what a template shows instead of the number (ipVersion 2 is `ipv6`). */
  readonly enumeration?: ReadonlyMap<number, string>;
}

export interface SnmpColumn {
  readonly id: string;
  /** MIB object name, for people. */
  readonly object: string;
  /** The column's OID without index; a scalar's with its `.0`. */
  readonly oid: readonly number[];
  readonly decode: SnmpDecode;
  /** With textNumber: where in the text the number is. */
  readonly pattern?: RegExp;
  /** With textNumber: words in lower case to numbers. */
  readonly texts?: ReadonlyMap<string, number>;
  /** Integer to name, for facts and states. */
  readonly enumeration?: ReadonlyMap<number, string>;
  /** How often the column is read, ms: one of the tiers. */
  readonly everyMs: number;
  /** Read only for devices where this other column gave nothing (ifInOctets for ifHCInOctets). */
  readonly fallbackFor?: string;
  /** Not read by the poller at all, only by `inspect` (large or rarely needed). */
  readonly inspectOnly: boolean;
  /** Why the object is not taken as its MIB text says. */
  readonly unlikeMib?: string;
  /** Where the column is written, for messages. */
  readonly file?: string;
  readonly line?: number;
}

export interface SnmpPoint {
  readonly id: string;
  readonly quantity: Quantity;
  /** The column whose value is `raw`. */
  readonly column: string;
  /** Columns that stand in, in order, where `column` has no value in a row (32-bit for 64-bit counters). */
  readonly fallbacks: readonly string[];
  readonly rule: ValueRule;
  readonly when?: Expression;
  /** The point exists in the rows where each of these texts matches its pattern. */
  readonly where?: readonly (readonly [Template, RegExp])[];
  /** What a person calls it: `CPU of {entity.name}`. */
  readonly label: Template;
  /** Added to or overriding the table's tags. */
  readonly tags: readonly (readonly [TagKey, Template])[];
  readonly source: PointSource;
  /** Of a maker's own state: what its raw numbers stand for. */
  readonly legend?: Legend;
  /** Why the object is not taken as its MIB text says. */
  readonly unlikeMib?: string;
}

export type FactKind = "interface" | "address" | "prefix" | "host" | "neighbor" | "vlan" | "entity" | "ap";

export interface FactRule {
  readonly kind: FactKind;
  /**
   * Member of the fact (inventory/facts.ts) to where it comes from. An enumerated column shows its name, or the
   * number where the enumeration has none. `prefixLength` may come out as a dotted netmask.
   */
  readonly fields: readonly (readonly [string, Template])[];
}

// ---- Modbus --------------------------------------------------------------------------------------

export interface ModbusPlan {
  /** Reads in address order: registers grouped so that no read is over 125 registers or crosses a hole. */
  readonly reads: readonly ModbusRead[];
  /** Least time between two requests to one unit, ms. */
  readonly pauseMs: number;
}

export interface ModbusRead {
  readonly functionCode: 1 | 2 | 3 | 4;
  /** Zero-based protocol address. */
  readonly address: number;
  /** Registers (or bits), 1..125. */
  readonly count: number;
  readonly everyMs: number;
  readonly points: readonly ModbusPoint[];
}

export interface ModbusPoint {
  readonly id: string;
  readonly quantity: Quantity;
  /** Offset in registers (bits) from the read's address. */
  readonly offset: number;
  readonly type: "u16" | "s16" | "u32" | "s32" | "u64" | "s64" | "float32" | "float64" | "bit";
  /** big: high word first. */
  readonly wordOrder: "big" | "little";
  readonly rule: ValueRule;
  readonly label: Template;
  readonly tags: readonly (readonly [TagKey, Template])[];
  readonly source: PointSource;
}

// ---- MQTT ----------------------------------------------------------------------------------------

export interface MqttPlan {
  readonly topics: readonly MqttTopic[];
  /** No message for this long: the device is silent, ms. */
  readonly silentAfterMs: number;
}

export interface MqttTopic {
  /** `edu/{province}/{city}/{county}/{school}/{room}/{device}/telemetry`; {device} names the inventory device. */
  readonly template: string;
  /** telemetry: points. availability: the whole payload, or `path`, says online or offline. */
  readonly kind: "telemetry" | "availability";
  readonly path?: readonly string[];
  readonly online: readonly string[];
  readonly offline: readonly string[];
  /** Path of the device's own timestamp, and its unit. */
  readonly time?: { readonly path: readonly string[]; readonly unit: "s" | "ms" | "iso" };
  readonly points: readonly MqttPoint[];
  /** Member of Identity to the path it comes from. */
  readonly identity: readonly (readonly [string, readonly string[]])[];
}

export interface MqttPoint {
  readonly id: string;
  readonly quantity: Quantity;
  readonly path: readonly string[];
  /** Text values to numbers, before the rule; `true` and `false` are texts here too. */
  readonly texts?: ReadonlyMap<string, number>;
  /** Take the length of an array instead of a number. */
  readonly length: boolean;
  readonly rule: ValueRule;
  readonly label: Template;
  readonly tags: readonly (readonly [TagKey, Template])[];
  readonly source: PointSource;
}
