import type { Legend } from "../../../src/measurements/legend.ts";
import type { SeriesTable, TagKey, Tags } from "../../../src/measurements/series.ts";
import { seriesText } from "../../../src/measurements/series.ts";
import type { SnmpPoint, Template } from "../../../src/profiles/compiled.ts";
import type { ResponseView } from "../codec/message.ts";
import { decodeArcs, indexKey } from "../codec/oid.ts";
import type { TablePlan } from "../plan.ts";
import { getObjects } from "../requests/get.ts";
import { type WalkEnd, walkColumns } from "../requests/walk.ts";
import type { SnmpSession } from "../session.ts";
import { type BoundPoint, type BoundRows, BoundTable, compareArcs } from "./bound-table.ts";
import { gatherInputs } from "./inputs.ts";
import { type BoundTables, templateText } from "./template-text.ts";

const MAX_TAG_CHARACTERS = 120;
const CLEAN = /^(?:[!-~]+(?: [!-~]+)*)?$/;
/** Longest text that a pattern is tried on: a bound for its time. */
const MAX_PATTERN_TEXT = 256;
/** Reading for binding gets more room than a poll: it is rare. */
const BIND_LIMITS = { maxMs: 60_000 };

export interface ReadTable {
  readonly table: BoundTable;
  /** The columns that were asked for. */
  readonly columns: readonly number[];
  readonly end: WalkEnd;
}

/** A varbind kept until all rows are known: its place in a datagram that is kept with it. */
interface Kept {
  readonly key: string;
  readonly column: number;
  readonly view: KeptView;
}
type KeptView = Pick<ResponseView, "bytes"> & {
  readonly tag: number;
  readonly start: number;
  readonly end: number;
};

/** Reads the columns of a table that binding needs and that the device may have, and makes its rows. */
export async function readTable(
  session: SnmpSession,
  plan: TablePlan,
  isAbsent: (column: number) => boolean,
): Promise<ReadTable> {
  const numbers = plan.columns.flatMap((column, i) => (column.bound && !isAbsent(i) ? [i] : []));
  return plan.table.scalar ? readScalars(session, plan, numbers) : readRows(session, plan, numbers);
}

async function readScalars(
  session: SnmpSession,
  plan: TablePlan,
  numbers: readonly number[],
): Promise<ReadTable> {
  const table = new BoundTable(plan, [[0]]);
  let any = false;
  const failure = await getObjects(
    session,
    numbers.map((i) => plan.columns[i]!.oid),
    (position, view, i, at) => {
      any = true;
      table.store(numbers[position]!, 0, view, i, at);
    },
  );
  // A group of which the agent has nothing is a table without rows.
  return { table: any ? table : new BoundTable(plan, []), columns: numbers, end: failure ?? "end" };
}

async function readRows(
  session: SnmpSession,
  plan: TablePlan,
  numbers: readonly number[],
): Promise<ReadTable> {
  const rows = new Map<string, number[]>();
  const kept: Kept[] = [];
  const end = await walkColumns(
    session,
    numbers.map((i) => plan.columns[i]!.oid),
    (column, view, i, indexAt) => {
      const indexEnd = view.oidEnd[i]!;
      const key = indexKey(view.bytes, indexAt, indexEnd);
      if (!rows.has(key)) rows.set(key, decodeArcs(view.bytes, indexAt, indexEnd, true));
      kept.push({
        key,
        column: numbers[column]!,
        view: { bytes: view.bytes, tag: view.tag[i]!, start: view.valueAt[i]!, end: view.valueEnd[i]! },
      });
    },
    { limits: BIND_LIMITS },
  );
  const order = [...rows].sort(([, a], [, b]) => compareArcs(a, b));
  const table = new BoundTable(
    plan,
    order.map(([, arcs]) => arcs),
  );
  const rowOf = new Map(order.map(([key], row) => [key, row]));
  for (const { key, column, view } of kept)
    table.storeValue(column, rowOf.get(key)!, view.bytes, view.tag, view.start, view.end);
  if (plan.table.when) {
    for (let row = 0; row < table.rows; row++) {
      const holds = plan.table.when.evaluate(gatherInputs(table, row, Number.NaN, plan.whenInputs));
      if (!holds) table.excluded[row] = 1; // NaN too
    }
  }
  return { table, columns: numbers, end };
}

/** Gives interfaces their keys: ifName, else ifDescr, else `if<ifIndex>`; unique, and none depends on an ifIndex
 * that a restart may change unless there is nothing else. */
export function nameInterfaces(table: BoundTable, tables: BoundTables): void {
  const fields = new Map(table.plan.table.fact?.kind === "interface" ? table.plan.table.fact.fields : []);
  const text = (member: string, row: number): string => {
    const template = fields.get(member);
    return template ? cleanTag(templateText(template, table, row, tables)) : "";
  };
  const rows = table.arcs.map((arcs, row) => {
    const descr = text("descr", row);
    return { descr, base: text("name", row) || descr || `if${arcs[0]}` };
  });
  const byBase = Map.groupBy(rows, (row) => row.base);
  const used = new Set<string>();
  table.keys = rows.map(({ base, descr }) => {
    const group = byBase.get(base)!;
    const distinct = group.length > 1 && new Set(group.map((row) => row.descr)).size === group.length;
    let key = distinct && descr !== "" && descr !== base ? `${base} (${descr})` : base;
    for (let n = 2; used.has(key); n++) key = `${base} #${n}`;
    used.add(key);
    return key;
  });
}

/** Makes the tags of every row that has series; a row whose tag comes out empty has none. */
export function tagRows(table: BoundTable, tables: BoundTables, deviceTags: Tags): void {
  const { tags: templates } = table.plan.table;
  const used = new Set<string>();
  table.peers = tables;
  table.tags = Array.from({ length: table.rows }, (_, row) => {
    if (table.excluded[row]) return undefined;
    return uniqueTags(deviceTags, templates, table, row, tables, used);
  });
  table.sets = new Int32Array(table.rows).fill(-1);
  const columns = new RowColumns(table.rows, table.plan.points);
  table.points = table.plan.points.map(({ point }) => {
    const own = new Set<string>();
    const counter = point.quantity.kind === "counter";
    return {
      series: columns.numbers(),
      rateSeries: counter ? columns.numbers() : NO_NUMBERS,
      useSeries: counter ? columns.numbers() : NO_NUMBERS,
      slots: counter ? columns.numbers() : NO_NUMBERS,
      source: counter ? columns.octets() : NO_OCTETS,
      gap: counter ? columns.octets() : NO_OCTETS,
      // Rows that are summed have no series of their own: no name is made of their index.
      ...(!point.quantity.total &&
        (point.tags.length > 0 || point.where) && {
          tags: table.tags.map((tags, row) => {
            if (!tags || !holds(point, table, row, tables)) return undefined;
            return point.tags.length > 0 ? uniqueTags(tags, point.tags, table, row, tables, own) : tags;
          }),
        }),
    };
  });
}

const NO_NUMBERS = new Int32Array(0);
const NO_OCTETS = new Uint8Array(0);

/** Columns of one table in one piece of memory: each buffer of its own would cost more than the numbers of a small table. */
class RowColumns {
  readonly #rows: number;
  readonly #buffer: ArrayBuffer;
  #numbersAt = 0;
  #octetsAt: number;

  constructor(rows: number, points: TablePlan["points"]) {
    const counters = points.filter(({ point }) => point.quantity.kind === "counter").length;
    const numbers = (points.length + 3 * counters) * rows;
    this.#rows = rows;
    this.#octetsAt = numbers * 4;
    this.#buffer = new ArrayBuffer(numbers * 4 + 2 * counters * rows);
  }

  /** The next column of numbers, all -1. */
  numbers(): Int32Array {
    const column = new Int32Array(this.#buffer, this.#numbersAt, this.#rows).fill(-1);
    this.#numbersAt += this.#rows * 4;
    return column;
  }

  /** The next column of octets, all 0. */
  octets(): Uint8Array {
    const column = new Uint8Array(this.#buffer, this.#octetsAt, this.#rows);
    this.#octetsAt += this.#rows;
    return column;
  }
}

/** Whether the point exists in that row by the texts it depends on. */
function holds(point: SnmpPoint, table: BoundTable, row: number, tables: BoundTables): boolean {
  return (point.where ?? []).every(([text, pattern]) =>
    pattern.test(templateText(text, table, row, tables).slice(0, MAX_PATTERN_TEXT)),
  );
}

function uniqueTags(
  base: Tags,
  templates: readonly (readonly [TagKey, Template])[],
  table: BoundTable,
  row: number,
  tables: BoundTables,
  used: Set<string>,
): Tags | undefined {
  const tags: Partial<Record<TagKey, string>> = { ...base };
  let last: TagKey | undefined;
  for (const [key, template] of templates) {
    const named = key === "interface";
    const text = named && table.keys ? table.keys[row]! : templateText(template, table, row, tables, named);
    const clean = cleanTag(text);
    if (clean === "") return undefined;
    tags[key] = clean;
    last = key;
  }
  // Two rows under one name would be one series: the later ones carry their index.
  if (last !== undefined && used.has(seriesText("", tags)))
    tags[last] = `${tags[last]} #${table.arcs[row]!.join(".")}`;
  used.add(seriesText("", tags));
  return Object.freeze(tags);
}

/** A device's text as a tag: one line, no control characters, at most 120 characters. */
export function cleanTag(text: string): string {
  // Most texts are clean: they are not kept twice.
  if (text.length <= MAX_TAG_CHARACTERS && CLEAN.test(text)) return text;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out
  return [...text.replace(/[\u0000-\u0020\u007f-\u00a0\u2028\u2029]+/g, " ").trim()]
    .slice(0, MAX_TAG_CHARACTERS)
    .join("");
}

/** Number of the point's series in that row; interned when it first has something to say. */
export function pointSeries(
  table: BoundTable,
  bound: BoundPoint,
  numbers: Int32Array,
  quantity: string,
  row: number,
  series: SeriesTable,
  legend?: Legend,
): number {
  const known = numbers[row]!;
  if (known >= 0) return known;
  const tags = bound.tags ? bound.tags[row] : table.tags[row];
  if (!tags) return -1;
  let number: number;
  if (bound.tags) number = series.intern(quantity, tags);
  else {
    // The points of a row share its tags: their text is made once.
    if (table.sets[row]! < 0) table.sets[row] = series.set(tags);
    number = series.internIn(table.sets[row]!, quantity);
  }
  if (legend) series.describe(number, legend);
  numbers[row] = number;
  return number;
}

/**
 * Takes series and counters over from the rows of before: those with the same index and the same tags. Slots
 * that nobody takes over are given to `free`.
 */
export function carryOver(from: BoundRows, to: BoundTable, free: (slot: number) => void): void {
  const taken = new Uint8Array(from.rows);
  for (let row = 0; row < to.rows; row++) {
    const before = from.rowOf(to.arcs[row]!);
    const tags = to.tags[row];
    const tagsBefore = before < 0 ? undefined : from.tags[before];
    if (!tags || !tagsBefore || seriesText("", tags) !== seriesText("", tagsBefore)) continue;
    taken[before] = 1;
    to.discontinuity[row] = from.discontinuity[before]!;
    for (let i = 0; i < to.points.length; i++) {
      const now = to.points[i]!;
      const old = from.points[i]!;
      // A point's own tags may follow from what changed: its series is looked up anew.
      if (!now.tags) {
        now.series[row] = old.series[before]!;
        if (old.slots.length > 0) {
          now.rateSeries[row] = old.rateSeries[before]!;
          now.useSeries[row] = old.useSeries[before]!;
        }
      }
      if (old.slots.length === 0) continue;
      now.slots[row] = old.slots[before]!;
      now.source[row] = old.source[before]!;
      now.gap[row] = old.gap[before]!;
    }
  }
  for (const point of from.points)
    for (let row = 0; row < point.slots.length; row++)
      if (!taken[row] && point.slots[row]! >= 0) free(point.slots[row]!);
}
