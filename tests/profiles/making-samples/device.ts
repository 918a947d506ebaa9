import type { CompiledProfile, SnmpPoint, SnmpTable } from "../../../src/profiles/compiled.ts";
import type { MibLibrary } from "../../../src/profiles/laboratory/mib-library.ts";
import { isOidPrefix } from "../../../src/profiles/oid.ts";
import type { ProfileSet } from "../../../src/profiles/profile-set.ts";
import { CellWriter } from "./cells.ts";
import { type IdentityText, identityCell, identityChoices, understood } from "./identity-texts.ts";
import { indexArcs } from "./index-arcs.ts";
import { Joins } from "./joins.ts";
import { textFor } from "./pattern-text.ts";
import { Recording, TAGS } from "./recording.ts";
import { type Intended, RowMaker } from "./row-maker.ts";
import { type Signs, signsOf } from "./signs.ts";
import { Witness } from "./witness.ts";

/** An object that holds what stands for no value. */
export interface NoValue {
  readonly point: string;
  readonly oid: string;
  readonly raw: number;
  readonly witness: "mib" | "profile";
}

/** A device of invented values, and what campusd must read from it. */
export interface InventedDevice {
  readonly recording: Recording;
  readonly signs: Signs;
  readonly identity: readonly IdentityText[];
  readonly intended: readonly Intended[];
  readonly absent: readonly NoValue[];
  /** What could not be made, in words. */
  readonly left: readonly string[];
  /** Units of the MIB that can never be the profile's. */
  readonly contradictions: readonly string[];
}

/** Where the chassis stands among the entities: out of the way of the rows that sensors name. */
const CHASSIS = 1001;
const MOST_EXTRA_ROWS = 14;
const SYSTEM = [1, 3, 6, 1, 2, 1, 1];

export interface InventionOptions {
  readonly library: MibLibrary | undefined;
  /** Tables that are left out: what every family reads. */
  readonly isCommon: (table: SnmpTable) => boolean;
  /** Rows of each table, besides those that single points need. */
  readonly rows: 1 | 2;
  /** From so many objects on no table is added. */
  readonly most: number;
}

/** Undefined where no signs lead to the profile. */
export function inventDevice(
  profile: CompiledProfile,
  set: ProfileSet,
  options: InventionOptions,
): InventedDevice | undefined {
  let best: { signs: Signs; texts: readonly IdentityText[]; score: number } | undefined;
  const mine = profile.match.flatMap(({ has }) => has ?? []);
  const signsOfOthers = set
    .list()
    .flatMap(({ id, match }) => (id === profile.id ? [] : match.flatMap(({ has }) => has ?? [])))
    .filter((oid) => !mine.some((one) => isOidPrefix(oid, one)));
  const isOthers = (oid: readonly number[]): boolean => signsOfOthers.some((one) => isOidPrefix(one, oid));
  for (const texts of identityChoices(profile, isOthers)) {
    const described = texts.flatMap(({ rule, text }) => (rule.from.kind === "sysDescr" ? [text] : []));
    const signs = signsOf(profile, set, options.library, described, (sysDescr) =>
      understood(profile, texts, sysDescr),
    );
    const score = signs ? understood(profile, texts, signs.sysDescr) : -1;
    if (signs && score > (best?.score ?? -1)) best = { signs, texts, score };
    if (best && best.score === best.texts.length) break;
  }
  if (!best) return undefined;
  const { signs, texts } = best;
  const written = profile.snmp?.tables ?? [];
  const facts = { sysObjectID: signs.sysObjectID.join("."), sysDescr: signs.sysDescr };
  const own = set.tailor(profile, facts).snmp?.tables ?? [];
  const maker = new DeviceMaker(profile, written, own, options);
  maker.system(signs);
  maker.identity(texts);
  // What would make it another profile's device is not there.
  const others = set
    .questionsOf(facts)
    .filter((oid) => !signs.has.some((one) => one.join(".") === oid.join(".")));
  for (const [i, table] of own.entries())
    if (
      maker.recording.size < options.most &&
      !options.isCommon(written[i]!) &&
      !table.columns.some(({ oid }) => others.some((one) => isOidPrefix(one, oid)))
    )
      maker.table(table);
  for (const subtree of signs.has)
    if (!maker.recording.has(subtree))
      maker.recording.set([...subtree, 1, 0], { tag: TAGS.integer, text: "1" });
  return { ...maker.result(), signs, identity: texts };
}

class DeviceMaker {
  readonly recording = new Recording();
  readonly #profile: CompiledProfile;
  readonly #tables: readonly SnmpTable[];
  readonly #witness: Witness;
  readonly #cells: CellWriter;
  readonly #joins: Joins;
  readonly #rows: number;
  readonly #intended: Intended[] = [];
  readonly #absent: NoValue[] = [];
  readonly #left: string[] = [];
  readonly #contradictions: string[] = [];

  constructor(
    profile: CompiledProfile,
    written: readonly SnmpTable[],
    tables: readonly SnmpTable[],
    options: InventionOptions,
  ) {
    this.#profile = profile;
    this.#tables = tables;
    // A MIB knows the objects as the profile writes them, before the device's own arcs are in them.
    this.#witness = new Witness(options.library, written);
    this.#cells = new CellWriter(this.recording, this.#witness);
    this.#joins = new Joins(tables, this.#cells, this.#witness);
    this.#rows = options.rows;
  }

  system({ sysDescr, sysObjectID }: Signs): void {
    this.recording.set([...SYSTEM, 1, 0], { tag: TAGS.octets, text: sysDescr });
    this.recording.set([...SYSTEM, 2, 0], { tag: TAGS.oid, text: sysObjectID.join(".") });
    this.recording.set([...SYSTEM, 3, 0], { tag: TAGS.ticks, text: "123456" });
    this.recording.set([...SYSTEM, 5, 0], { tag: TAGS.octets, text: "sample" });
  }

  identity(texts: readonly IdentityText[]): void {
    for (const { rule, text } of texts) {
      const { from } = rule;
      if (from.kind !== "column") continue;
      const table = this.#tables.find(({ id }) => id === from.table);
      const column = table?.columns.find(({ id }) => id === from.column);
      if (!table || !column) continue;
      const arcs = table.scalar ? [] : this.#arcs(table, from.where ? CHASSIS : 1, new Map());
      const named = [...(column.enumeration ?? [])].find(([, name]) => name === text)?.[0];
      const tag = this.#witness.tag(table, column);
      this.recording.set(
        [...column.oid, ...arcs],
        identityCell(tag, named === undefined ? text : String(named)),
      );
      const where = from.where && table.columns.find(({ id }) => id === from.where!.column);
      if (!where) continue;
      const { equals } = from.where!;
      const raw = [...(where.enumeration ?? [])].find(([, name]) => name === equals)?.[0] ?? equals;
      this.recording.set([...where.oid, ...arcs], identityCell(this.#witness.tag(table, where), String(raw)));
    }
  }

  table(table: SnmpTable): void {
    let open = table.points.filter(({ quantity }) => quantity.reading !== undefined);
    if (open.length === 0) return;
    const numbers = new Map(open.map((point, i) => [point, i]));
    const rows = table.scalar ? 1 : this.#rows;
    const all = open;
    for (let row = 1; row <= rows + MOST_EXTRA_ROWS && (row <= rows || open.length > 0); row++) {
      if (table.scalar && row > 1) break;
      const wanted = row <= rows ? all : open;
      // Conditions first: what they need is not taken by points that fit anywhere.
      const inOrder = wanted.toSorted((a, b) => conditions(b, open) - conditions(a, open));
      const made = this.#row(table, row, inOrder, numbers);
      open = open.filter((point) => !made.has(point));
      // The one that this row was for has no chance in another.
      const hopeless = inOrder[0];
      if (row > rows && hopeless && open.includes(hopeless)) {
        this.#left.push(`${table.id}.${hopeless.id}: no row was found in which it exists`);
        open = open.filter((point) => point !== hopeless);
      }
    }
    this.#left.push(...open.map((point) => `${table.id}.${point.id}: no row was found in which it exists`));
    for (const point of all) {
      const column = table.columns.find(({ id }) => id === point.column);
      const other = column && this.#witness.otherUnit(table, column, point);
      if (other) this.#contradictions.push(`${table.id}.${point.id}: ${other}`);
    }
    if (!table.scalar && all.length <= 20) this.#sentinels(table, all);
  }

  #row(
    table: SnmpTable,
    row: number,
    points: readonly SnmpPoint[],
    numbers: ReadonlyMap<SnmpPoint, number>,
  ): ReadonlySet<SnmpPoint> {
    const made = new Set<SnmpPoint>();
    const fixed = new Map<string, number | string>([
      ...fixedParts(table.when?.text),
      ...fixedParts(points[0]?.when?.text),
      ...fixedTexts(table, points[0], row),
    ]);
    const maker = this.#maker(table, row, this.#arcs(table, row, fixed));
    if (!maker.begin()) return made;
    for (const point of points) {
      const number = numbers.get(point)!;
      // Of many scalars some have failed; of a table the second row.
      const one = maker.point(point, number, table.scalar ? number % 4 === 3 : row > 1);
      if (!one) continue;
      made.add(point);
      this.#intended.push(one);
    }
    return made;
  }

  /** A row of what stands for no value, where the points of the table know such numbers. */
  #sentinels(table: SnmpTable, points: readonly SnmpPoint[]): void {
    if (table.when) return;
    const with_ = points.filter((point) => point.quantity.kind !== "state" && !point.where);
    const row = 9;
    const maker = this.#maker(table, row, this.#arcs(table, row, new Map()));
    for (const point of with_) {
      const column = maker.column(point.column);
      if (!column || point.fallbacks.length > 0 || maker.numbers.has(column.id)) continue;
      // A type's end that is no number of its type stands for nothing here.
      const said = this.#witness.noValues(table, column);
      const known =
        column.decode === "ticks" ? point.rule.sentinels.map((raw) => raw * 100) : point.rule.sentinels;
      const sentinel = [...said, ...known].find((raw) => maker.couldWrite(column, raw));
      if (sentinel === undefined) continue;
      maker.writeExactly(column, sentinel);
      this.#absent.push({
        point: `${table.id}.${point.id}`,
        oid: maker.oid(column).join("."),
        raw: sentinel,
        witness: said.includes(sentinel) ? "mib" : "profile",
      });
    }
  }

  result(): Omit<InventedDevice, "signs" | "identity"> {
    return {
      recording: this.recording,
      intended: this.#intended,
      absent: this.#absent,
      left: this.#left,
      contradictions: this.#contradictions,
    };
  }

  #maker(table: SnmpTable, row: number, arcs: readonly number[]): RowMaker {
    const { role, id, title } = this.#profile;
    const family = `${role} ${id.replaceAll("-", " ")} ${title.en}`;
    const using = { cells: this.#cells, witness: this.#witness, joins: this.#joins };
    return new RowMaker(table, arcs, row, family, using);
  }

  #arcs(table: SnmpTable, row: number, fixed: ReadonlyMap<string, number | string>): readonly number[] {
    if (table.scalar) return [];
    const explained = table.columns.some(({ unlikeMib }) => unlikeMib);
    const index = table.columns.map((column) => this.#witness.object(table, column)?.index).find(Boolean);
    return indexArcs(table, explained ? undefined : index, row, fixed);
  }
}

/** How much a point asks of its row; the points without a row yet before the others. */
function conditions(point: SnmpPoint, open: readonly SnmpPoint[]): number {
  return (open.includes(point) ? 4 : 0) + (point.where ? 2 : 0) + (point.when ? 1 : 0);
}

/** Parts of the index whose text must match something. */
function fixedTexts(
  table: SnmpTable,
  point: SnmpPoint | undefined,
  row: number,
): Map<string, number | string> {
  const texts = new Map<string, number | string>();
  for (const [template, pattern] of point?.where ?? []) {
    const [part] = template.parts;
    const field =
      part && "alternatives" in part && template.parts.length === 1 ? part.alternatives[0] : undefined;
    if (!field || !("index" in field)) continue;
    const text = textFor(pattern, [`Unit ${row}`])?.text;
    const isNumber = table.index.find(({ name }) => name === field.index)?.type === "integer";
    if (text !== undefined) texts.set(field.index, isNumber ? Number.parseInt(text, 10) || row : text);
  }
  return texts;
}

/** Parts of the index that a condition wants to be a number: `#type == 3`. */
function fixedParts(text: string | undefined): Map<string, number> {
  return new Map(
    [...(text ?? "").matchAll(/#(\w+) == (\d+)/g)].map((match) => [match[1]!, Number(match[2])] as const),
  );
}
