import { rmSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import { PairTable } from "../../measurements/pair-table.ts";
import { parseSeriesText, type Tags } from "../../measurements/series.ts";
import { ByteWriter } from "../bytes.ts";
import { RECORD } from "../record.ts";
import { closeQuietly, isBroken, isLocked, openDatabase, transaction } from "./database.ts";
import { decodeNames, encodeNames, type Name, type Names } from "./names.ts";
import { findRecords, replaceDamaged } from "./salvage.ts";

const PAGE = 8192;
/** What a damaged record would cost is much, and a second one is cheap. */
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS names (first INTEGER PRIMARY KEY, record BLOB NOT NULL);
  CREATE TABLE IF NOT EXISTS copies (first INTEGER PRIMARY KEY, record BLOB NOT NULL);`;

/**
 * Which series there are: number to text and back, and which series have a quantity and which sets have a tag.
 * Numbers are dense from 0 and never given twice; a series whose record is damaged loses its name and its number
 * stays taken. A name is held as a set of tags, which many series share, and a quantity.
 */
export class Catalogue {
  readonly path: string;
  readonly #damaged: (count: number, what: string) => void;
  /** Sets of tags by their text, which is that of a series behind its quantity. */
  readonly #sets: string[] = [];
  readonly #setNumbers = new Map<string, number>();
  readonly #quantities: string[] = [];
  readonly #quantityNumbers = new Map<string, number>();
  /** Sets and quantities that make a series, and the series of each such pair. */
  #pairs = new PairTable();
  #seriesOf = new Int32Array(256);
  /** By series: its pair, -1 where the name is lost. */
  #pairOf = new Int32Array(256).fill(-1);
  /** Series numbers that are taken. */
  #end = 0;
  /** Ascending: by tag the sets that have it, and by quantity its pairs. */
  readonly #postings = new Map<string, number[]>();
  readonly #pairsOf: number[][] = [];
  readonly #writer = new ByteWriter(8192);
  #database!: DatabaseSync;

  constructor(path: string, damaged: (count: number, what: string) => void) {
    this.path = path;
    this.#damaged = damaged;
  }

  get size(): number {
    return this.#pairs.size;
  }

  /** Also takes the store's lock: a second process cannot open the file. */
  open(): void {
    try {
      this.#load();
    } catch (error) {
      if (isLocked(error) || !isBroken(error)) throw error;
      this.#salvage();
    }
  }

  #load(): void {
    this.#database = openDatabase(this.path, PAGE, 1024, SCHEMA);
    try {
      const check = this.#database.prepare("PRAGMA quick_check(1)").get();
      if (check?.["quick_check"] !== "ok")
        throw Object.assign(new Error("catalogue is damaged"), { errcode: 11 });
      let named = 0;
      let bad = 0;
      for (const row of this.#database.prepare("SELECT first, record FROM names ORDER BY first").iterate()) {
        const names = decodeNames(row["record"]) ?? this.#copy(row["first"] as number);
        if (names && names.first === row["first"]) named += this.#take(names);
        else bad++;
      }
      // Records that only their copies are left of.
      const lost = "SELECT first FROM copies WHERE first NOT IN (SELECT first FROM names) ORDER BY first";
      for (const row of this.#database.prepare(lost).iterate()) {
        const names = this.#copy(row["first"] as number);
        if (names) named += this.#take(names);
      }
      // Numbers are dense: those without a name have lost it, and stay taken.
      const last = this.#database.prepare("SELECT max(first) AS first FROM copies").get()?.["first"];
      if (typeof last === "number") this.reserve(last + 1);
      bad = Math.max(bad, this.#end - named);
      if (bad > 0) this.#damaged(bad, `${this.path}: the names of ${bad} series`);
    } catch (error) {
      closeQuietly(this.#database);
      throw error;
    }
  }

  #copy(first: number): Names | undefined {
    const row = this.#database.prepare("SELECT record FROM copies WHERE first = ?").get(first);
    const names = decodeNames(row?.["record"]);
    return names?.first === first ? names : undefined;
  }

  /** Takes a record's names; answers how many there are. */
  #take({ first, names }: Names): number {
    for (const [i, { set, quantity }] of names.entries())
      this.#index(first + i, this.set(set), this.quantity(quantity));
    return names.length;
  }

  /**
   * The numbers of the series, each given as a set and a quantity by the numbers of `set` and `quantity`; new ones are
   * committed and synced first, all or none.
   */
  bind(sets: Uint32Array, quantities: Uint32Array): Uint32Array {
    const numbers = new Uint32Array(sets.length);
    const fresh: number[] = [];
    const names: Name[] = [];
    for (let i = 0; i < sets.length; i++) {
      const pair = this.#pairs.find(sets[i]!, quantities[i]!);
      if (pair !== undefined) numbers[i] = this.#seriesOf[pair]!;
      else {
        fresh.push(i);
        names.push({ set: this.#sets[sets[i]!]!, quantity: this.#quantities[quantities[i]!]! });
      }
    }
    if (fresh.length === 0) return numbers;
    const first = this.#end;
    transaction(this.#database, () => {
      const insert = this.#database.prepare("INSERT INTO names (first, record) VALUES (?, ?)");
      const repeat = this.#database.prepare("INSERT INTO copies (first, record) VALUES (?, ?)");
      for (let at = 0; at < names.length; ) {
        const { record, count } = encodeNames(this.#writer, first + at, names, at);
        insert.run(first + at, record);
        repeat.run(first + at, record);
        at += count;
      }
    });
    for (const [k, i] of fresh.entries()) {
      numbers[i] = first + k;
      this.#index(first + k, sets[i]!, quantities[i]!);
    }
    return numbers;
  }

  /** Numbers below `end` are in use by samples: a series whose name was lost must not lend its number. */
  reserve(end: number): void {
    if (end > this.#pairOf.length) {
      const pairOf = new Int32Array(Math.max(end, Math.ceil(this.#pairOf.length * 1.5))).fill(-1);
      pairOf.set(this.#pairOf);
      this.#pairOf = pairOf;
    }
    if (end > this.#end) this.#end = end;
  }

  text(series: number): string | undefined {
    const pair = series < this.#end ? this.#pairOf[series]! : -1;
    return pair < 0 ? undefined : this.#quantities[this.#pairs.right(pair)]! + this.#setText(pair);
  }

  #setText(pair: number): string {
    return this.#sets[this.#pairs.left(pair)]!;
  }

  /** The series of a quantity that have all the tags, ordered by their text; at most `limit`. */
  select(quantity: string, tags: Tags, limit: number): number[] {
    const number = this.#quantityNumbers.get(quantity);
    if (number === undefined) return [];
    const lists: number[][] = [];
    for (const [tag, value] of Object.entries(tags)) {
      const list = this.#postings.get(`${tag}=${value}`);
      if (!list) return [];
      lists.push(list);
    }
    lists.sort((a, b) => a.length - b.length);
    const [shortest, ...others] = lists;
    const found = shortest ? [] : this.#pairsOf[number]!.slice();
    if (shortest)
      for (const set of shortest) {
        const pair = this.#pairs.find(set, number);
        if (pair !== undefined && others.every((list) => contains(list, set))) found.push(pair);
      }
    found.sort((a, b) => (this.#setText(a) < this.#setText(b) ? -1 : 1));
    if (found.length > limit) found.length = limit;
    return found.map((pair) => this.#seriesOf[pair]!);
  }

  close(): void {
    closeQuietly(this.#database);
  }

  #index(number: number, set: number, quantity: number): void {
    this.reserve(number + 1);
    const known = this.#pairs.size;
    const pair = this.#pairs.intern(set, quantity);
    this.#pairOf[number] = pair;
    if (pair === this.#seriesOf.length) {
      const seriesOf = new Int32Array(Math.ceil(pair * 1.5));
      seriesOf.set(this.#seriesOf);
      this.#seriesOf = seriesOf;
    }
    this.#seriesOf[pair] = number;
    if (pair === known) this.#pairsOf[quantity]!.push(pair);
  }

  /** The number of a quantity, by its id. */
  quantity(id: string): number {
    let number = this.#quantityNumbers.get(id);
    if (number === undefined) {
      number = this.#quantities.push(id) - 1;
      this.#pairsOf.push([]);
      this.#quantityNumbers.set(id, number);
    }
    return number;
  }

  /** The number of a set of tags, by its text: that of a series behind its quantity. */
  set(text: string): number {
    const known = this.#setNumbers.get(text);
    if (known !== undefined) return known;
    const { tags } = parseSeriesText(text);
    const number = this.#sets.push(text) - 1;
    this.#setNumbers.set(text, number);
    for (const tag in tags) {
      const key = `${tag}=${tags[tag as keyof Tags]}`;
      const list = this.#postings.get(key);
      if (list) list.push(number);
      else this.#postings.set(key, [number]);
    }
    return number;
  }

  #salvage(): void {
    if (this.#database) closeQuietly(this.#database);
    this.#sets.length = 0;
    this.#setNumbers.clear();
    this.#quantities.length = 0;
    this.#quantityNumbers.clear();
    this.#pairs = new PairTable();
    this.#pairOf.fill(-1);
    this.#end = 0;
    this.#postings.clear();
    this.#pairsOf.length = 0;
    const fresh = `${this.path}.new`;
    rmSync(fresh, { force: true });
    const database = openDatabase(fresh, PAGE, 1024, SCHEMA);
    try {
      const insert = database.prepare("INSERT OR REPLACE INTO names (first, record) VALUES (?, ?)");
      const repeat = database.prepare("INSERT OR REPLACE INTO copies (first, record) VALUES (?, ?)");
      transaction(database, () => {
        findRecords(this.path, [RECORD.names], (record) => {
          const names = decodeNames(record);
          if (!names) return;
          insert.run(names.first, record);
          repeat.run(names.first, record);
        });
      });
    } finally {
      closeQuietly(database);
    }
    replaceDamaged(this.path, fresh);
    this.#damaged(1, `${this.path} was rebuilt from its intact records`);
    this.#load();
  }
}

function contains(list: readonly number[], number: number): boolean {
  let low = 0;
  let high = list.length - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const at = list[middle]!;
    if (at === number) return true;
    if (at < number) low = middle + 1;
    else high = middle - 1;
  }
  return false;
}
