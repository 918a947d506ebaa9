import { TIERS_MS } from "../../src/collection/contract.ts";
import type { Quantity } from "../../src/measurements/quantities.ts";
import type {
  CellReference,
  CompiledProfile,
  Expression,
  FieldReference,
  SnmpColumn,
  SnmpDecode,
  SnmpPoint,
  SnmpTable,
  Template,
} from "../../src/profiles/compiled.ts";
import { encodeOid, type OidBytes } from "./codec/oid.ts";
import { costGroup, isOptional, leastIntervalMs } from "./polling/cost-groups.ts";

/** Tables that nothing says otherwise of are looked through for new rows this often. */
const REBIND_MS = 3_600_000;
const LEAST_REBIND_MS = 300_000;
/** Every device is asked for its clock at least this often. */
export const HEARTBEAT_MS = 60_000;

const NUMERIC: ReadonlySet<SnmpDecode> = new Set<SnmpDecode>([
  "number",
  "counter",
  "ticks",
  "octets64",
  "textNumber",
  "opaqueFloat",
  "lastArc",
]);

export const OID = {
  sysDescr: encodeOid([1, 3, 6, 1, 2, 1, 1, 1, 0]),
  sysObjectID: encodeOid([1, 3, 6, 1, 2, 1, 1, 2, 0]),
  sysUpTime: encodeOid([1, 3, 6, 1, 2, 1, 1, 3, 0]),
  sysName: encodeOid([1, 3, 6, 1, 2, 1, 1, 5, 0]),
  sysLocation: encodeOid([1, 3, 6, 1, 2, 1, 1, 6, 0]),
  ifTableLastChange: encodeOid([1, 3, 6, 1, 2, 1, 31, 1, 5, 0]),
  snmpEngineID: encodeOid([1, 3, 6, 1, 6, 3, 10, 2, 1, 1, 0]),
} as const;
const IF_TYPE = "1.3.6.1.2.1.2.2.1.3";
const IF_CONNECTOR_PRESENT = "1.3.6.1.2.1.31.1.1.1.17";

/** Where an input of an expression comes from: a column's number, the raw value, or an index part. */
export const RAW_INPUT = -1;
/** An index part of number `n` is `INDEX_INPUT - n`. */
export const INDEX_INPUT = -2;
/** Cell number `n` of the plan's `cells` is `CELL_INPUT - n`; no index has that many parts. */
export const CELL_INPUT = -1000;

export interface ColumnPlan {
  readonly column: SnmpColumn;
  readonly oid: OidBytes;
  readonly numeric: boolean;
  /** A number as it comes: nothing is looked for in a text, and nothing is kept besides. */
  readonly plain: boolean;
  /** Read at its tier, for points. */
  readonly polled: boolean;
  /** Read when the device is bound, for tags, facts, joins and conditions. */
  readonly bound: boolean;
  /** Number of the column it stands in for, -1 when for none. */
  readonly fallbackFor: number;
}

export interface PointPlan {
  readonly point: SnmpPoint;
  /** Numbers of the columns its raw value comes from, in order. */
  readonly sources: readonly number[];
  readonly inputs: readonly number[];
  readonly whenInputs: readonly number[];
  /** For counters: the rate made from it. */
  readonly rate?: { readonly id: string; readonly factor: number };
  /** For octets of an interface: the quantity that says how much of the line they take. */
  readonly use?: string;
}

export interface TablePlan {
  readonly table: SnmpTable;
  readonly number: number;
  readonly columns: readonly ColumnPlan[];
  readonly columnNumber: ReadonlyMap<string, number>;
  readonly points: readonly PointPlan[];
  readonly whenInputs: readonly number[];
  /** Cells of other tables that expressions name. */
  readonly cells: readonly CellReference[];
  /** Column whose change means that the row's counters started again, -1 when there is none. */
  readonly discontinuity: number;
  /** The point that says an interface's line rate, -1. */
  readonly speedPoint: number;
  readonly ifType: number;
  readonly ifConnectorPresent: number;
  readonly rebindMs: number;
  /** Shortest time between two readings of the table, ms: what its kind costs the device. */
  readonly leastMs: number;
  /** Left out when the device suffers from being polled. */
  readonly optional: boolean;
  /** Whether counters over 2^53 are kept whole. */
  readonly exact: boolean;
}

/** What a profile means for the poller; made once a profile. */
export interface ProfilePlan {
  readonly profile: CompiledProfile;
  readonly tables: readonly TablePlan[];
  readonly tableById: ReadonlyMap<string, TablePlan>;
  /** Poll intervals, ms, ascending; the heartbeat is one. */
  readonly tiers: readonly number[];
  /** Whether ifTableLastChange is worth asking for. */
  readonly hasInterfaces: boolean;
  /** Whether a point of the profile gives device.uptime. */
  readonly hasUptime: boolean;
}

/**
 * `everyColumn` is for a look by hand: every column is read at binding, also those the poller never reads, and
 * counters over 2^53 are kept whole.
 */
export function makePlan(profile: CompiledProfile, options: { everyColumn?: boolean } = {}): ProfilePlan {
  const source = profile.snmp?.tables ?? [];
  const bound = boundColumns(profile);
  const asked = foreignColumns(profile);
  const every = options.everyColumn ?? false;
  const tables = source.map((table, number) =>
    tablePlan(
      profile,
      table,
      number,
      bound.get(table.id) ?? new Set(),
      asked.get(table.id) ?? new Set(),
      every,
    ),
  );
  const tiers = new Set([HEARTBEAT_MS]);
  for (const table of tables)
    for (const { column, polled } of table.columns) if (polled) tiers.add(column.everyMs);
  return {
    profile,
    tables,
    tableById: new Map(tables.map((table) => [table.table.id, table])),
    tiers: [...tiers].sort((a, b) => a - b),
    hasInterfaces: source.some((table) => table.fact?.kind === "interface"),
    hasUptime: source.some((table) => table.points.some((point) => point.quantity.id === "device.uptime")),
  };
}

/** `named`: what is read at binding for others; `asked`: what expressions of other tables compute with. */
function tablePlan(
  profile: CompiledProfile,
  table: SnmpTable,
  number: number,
  named: ReadonlySet<string>,
  asked: ReadonlySet<string>,
  every: boolean,
): TablePlan {
  const group = costGroup(profile, table);
  const leastMs = leastIntervalMs(group);
  const leastTier = leastMs === 0 ? 0 : (TIERS_MS.find((tier) => tier >= leastMs) ?? leastMs);
  const columnNumber = new Map(table.columns.map((column, i) => [column.id, i]));
  const polled = new Set<string>(asked);
  for (const point of table.points) {
    for (const id of pointColumns(point)) polled.add(id);
    for (const id of point.when?.inputs ?? []) polled.add(id);
  }
  for (const id of table.when?.inputs ?? []) if (polled.size > 0) polled.add(id);
  const discontinuity = table.columns.findIndex((column) => column.object.endsWith("DiscontinuityTime"));
  if (discontinuity >= 0 && table.points.some((point) => point.quantity.kind === "counter"))
    polled.add(table.columns[discontinuity]!.id);
  // What is polled is read at binding too: a row may lack the columns that name it, and a condition may rest
  // on a column of a slower tier.
  const bound = new Set([...named, ...polled]);
  const counted = new Set(
    table.points.flatMap((point) =>
      point.quantity.kind === "counter" ? [point.column, ...point.fallbacks] : [],
    ),
  );
  const columns = table.columns.map(
    (column): ColumnPlan => ({
      column: {
        ...column,
        everyMs: Math.max(column.everyMs, leastTier),
        // What is subtracted must be exact, whatever the profile wrote.
        decode: column.decode === "number" && counted.has(column.id) ? "counter" : column.decode,
      },
      oid: encodeOid(column.oid),
      numeric: NUMERIC.has(column.decode),
      plain:
        (column.decode === "number" || column.decode === "counter") &&
        !column.pattern &&
        !column.texts &&
        !every,
      polled: polled.has(column.id) && !column.inspectOnly,
      bound:
        every ||
        (bound.has(column.id) && (named.has(column.id) || !column.fallbackFor) && !column.inspectOnly),
      fallbackFor: column.fallbackFor === undefined ? -1 : (columnNumber.get(column.fallbackFor) ?? -1),
    }),
  );
  const slow = columns.filter((c) => c.bound && !c.polled).map((c) => c.column.everyMs);
  const cells: CellReference[] = [];
  const inputs = (expression: Expression | undefined) => inputNumbers(expression, table, columnNumber, cells);
  return {
    table,
    number,
    columns,
    columnNumber,
    points: table.points.map((point) => ({
      point,
      sources: [point.column, ...point.fallbacks].flatMap((id) => columnNumber.get(id) ?? []),
      inputs: inputs(point.rule.expression),
      whenInputs: inputs(point.when),
      ...ratesOf(point.quantity),
    })),
    whenInputs: inputs(table.when),
    cells,
    discontinuity,
    speedPoint: table.points.findIndex((point) => point.quantity.id === "interface.speed"),
    ifType: table.columns.findIndex((column) => column.oid.join(".") === IF_TYPE),
    ifConnectorPresent: table.columns.findIndex((column) => column.oid.join(".") === IF_CONNECTOR_PRESENT),
    exact: every,
    rebindMs: Math.max(slow.length > 0 ? Math.max(Math.min(...slow), LEAST_REBIND_MS) : REBIND_MS, leastMs),
    leastMs,
    optional: isOptional(group),
  };
}

function ratesOf(quantity: Quantity): Pick<PointPlan, "rate" | "use"> {
  if (quantity.kind !== "counter" || !quantity.rate) return {};
  const use =
    quantity.id === "interface.in_octets"
      ? "interface.in_use"
      : quantity.id === "interface.out_octets"
        ? "interface.out_use"
        : undefined;
  return { rate: quantity.rate, ...(use && { use }) };
}

function pointColumns(point: SnmpPoint): string[] {
  const inputs = point.rule.expression?.inputs ?? [];
  return [point.column, ...point.fallbacks, ...inputs.filter((id) => /^(?!raw$)\w+$/.test(id))];
}

function inputNumbers(
  expression: Expression | undefined,
  table: SnmpTable,
  columns: ReadonlyMap<string, number>,
  cells: CellReference[],
): number[] {
  return (expression?.inputs ?? []).map((id) => {
    const cell = expression!.cells?.get(id);
    if (cell) return CELL_INPUT - (cells.push(cell) - 1);
    if (id === "raw") return RAW_INPUT;
    if (id.startsWith("#")) return INDEX_INPUT - table.index.findIndex((part) => part.name === id.slice(1));
    return columns.get(id) ?? RAW_INPUT;
  });
}

/** Cells of other tables that a point computes with. */
function foreignCells(point: SnmpPoint): CellReference[] {
  return [...(point.rule.expression?.cells?.values() ?? []), ...(point.when?.cells?.values() ?? [])];
}

/** Columns that expressions of other tables compute with, by table. */
function foreignColumns(profile: CompiledProfile): Map<string, Set<string>> {
  const asked = new Map<string, Set<string>>();
  for (const table of profile.snmp?.tables ?? [])
    for (const point of table.points)
      for (const cell of foreignCells(point)) {
        const set = (asked.get(cell.table) ?? new Set<string>()).add(cell.column);
        for (const { column } of cell.over?.where ?? []) set.add(column);
        asked.set(cell.table, set);
      }
  return asked;
}

/** Columns that tags, facts, identity, joins and conditions name, by table. */
function boundColumns(profile: CompiledProfile): Map<string, Set<string>> {
  const named = new Map<string, Set<string>>();
  const add = (table: string, column: string): void => {
    const set = named.get(table);
    if (set) set.add(column);
    else named.set(table, new Set([column]));
  };
  for (const table of profile.snmp?.tables ?? []) {
    const points = new Map(table.points.map((point) => [point.id, point]));
    const reference = (field: FieldReference): void => {
      if ("table" in field) {
        add(field.table, field.column);
        for (const key of field.by ?? []) if ("column" in key) add(table.id, key.column);
      } else if ("column" in field) add(table.id, field.column);
      else if ("point" in field) {
        const point = points.get(field.point);
        if (point) for (const id of pointColumns(point)) add(table.id, id);
      }
    };
    const template = (text: Template): void => {
      for (const part of text.parts) if ("alternatives" in part) part.alternatives.forEach(reference);
    };
    for (const [, text] of table.tags) template(text);
    for (const [, text] of table.fact?.fields ?? []) template(text);
    for (const point of table.points) {
      for (const [, text] of point.tags) template(text);
      for (const [text] of point.where ?? []) template(text);
      for (const cell of foreignCells(point)) {
        if (cell.find) add(cell.table, cell.find.column);
        for (const key of cell.by ?? []) if ("column" in key) add(table.id, key.column);
      }
    }
    for (const id of table.when?.inputs ?? []) if (id !== "raw" && !id.startsWith("#")) add(table.id, id);
  }
  for (const rules of Object.values(profile.snmp?.identity ?? {})) {
    for (const { from } of rules) {
      if (from.kind !== "column") continue;
      add(from.table, from.column);
      if (from.where) add(from.table, from.where.column);
    }
  }
  return named;
}
