import { rmSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import { PairTable } from "../../measurements/pair-table.ts";
import { parseSeriesText, type Tags } from "../../measurements/series.ts";
import { ByteWriter } from "../bytes.ts";
import { beginRecord, endRecord, openRecord, RECORD } from "../record.ts";
import { closeQuietly, isBroken, isLocked, openDatabase, transaction } from "./database.ts";
import { findRecords, replaceDamaged } from "./salvage.ts";

const PAGE = 8192;
const SCHEMA = "CREATE TABLE IF NOT EXISTS series (id INTEGER PRIMARY KEY, record BLOB NOT NULL);";

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
  readonly #writer = new ByteWriter(1024);
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
      const found: [number, string][] = [];
      let bad = 0;
      for (const row of this.#database.prepare("SELECT id, record FROM series ORDER BY id").iterate()) {
        const entry = readEntry(row["record"]);
        if (entry && entry[0] === row["id"]) found.push(entry);
        else bad++;
      }
      const end = found.length > 0 ? found.at(-1)![0] + 1 : 0;
      bad = Math.max(bad, end - found.length);
      for (const [number, text] of found) this.#index(number, text);
      if (bad > 0) this.#damaged(bad, `${this.path}: the names of ${bad} series`);
      // The numbers of unreadable rows stay taken.
      const last = this.#database.prepare("SELECT max(id) AS id FROM series").get()?.["id"];
      if (typeof last === "number") this.reserve(last + 1);
    } catch (error) {
      closeQuietly(this.#database);
      throw error;
    }
  }

  /** The numbers of the texts; new ones are committed and synced first, all or none. */
  bind(texts: readonly string[]): Uint32Array {
    const numbers = new Uint32Array(texts.length);
    const fresh = new Map<string, number>();
    for (let i = 0; i < texts.length; i++) {
      const text = texts[i]!;
      let number = this.#find(text) ?? fresh.get(text);
      if (number === undefined) {
        number = this.#end + fresh.size;
        fresh.set(text, number);
      }
      numbers[i] = number;
    }
    if (fresh.size > 0) {
      transaction(this.#database, () => {
        const insert = this.#database.prepare("INSERT INTO series (id, record) VALUES (?, ?)");
        for (const [text, number] of fresh) insert.run(number, writeEntry(this.#writer, number, text));
      });
      for (const [text, number] of fresh) this.#index(number, text);
    }
    return numbers;
  }

  #find(text: string): number | undefined {
    const at = setAt(text);
    const set = this.#setNumbers.get(text.slice(at));
    const quantity = this.#quantityNumbers.get(text.slice(0, at));
    const pair = set === undefined || quantity === undefined ? undefined : this.#pairs.find(set, quantity);
    return pair === undefined ? undefined : this.#seriesOf[pair];
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

  #index(number: number, text: string): void {
    this.reserve(number + 1);
    const at = setAt(text);
    const quantity = this.#quantityOf(text.slice(0, at));
    const set = this.#setOf(text.slice(at));
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

  #quantityOf(id: string): number {
    let number = this.#quantityNumbers.get(id);
    if (number === undefined) {
      number = this.#quantities.push(id) - 1;
      this.#pairsOf.push([]);
      this.#quantityNumbers.set(id, number);
    }
    return number;
  }

  #setOf(part: string): number {
    const known = this.#setNumbers.get(part);
    if (known !== undefined) return known;
    const { tags } = parseSeriesText(part);
    const number = this.#sets.push(part) - 1;
    this.#setNumbers.set(part, number);
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
      const insert = database.prepare("INSERT OR REPLACE INTO series (id, record) VALUES (?, ?)");
      transaction(database, () => {
        findRecords(this.path, [RECORD.series], (record) => {
          const entry = readEntry(record);
          if (entry) insert.run(entry[0], record);
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

/** Where the tags of a series' text begin. */
function setAt(text: string): number {
  const at = text.indexOf(",");
  return at < 0 ? text.length : at;
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

function writeEntry(writer: ByteWriter, number: number, text: string): Uint8Array {
  beginRecord(writer, RECORD.series);
  writer.varint(number);
  writer.raw(Buffer.from(text, "utf8"));
  return endRecord(writer);
}

function readEntry(record: unknown): [number, string] | undefined {
  if (!(record instanceof Uint8Array)) return undefined;
  const reader = openRecord(record, RECORD.series);
  if (!reader) return undefined;
  const number = reader.varint();
  return [number, Buffer.from(reader.bytes.subarray(reader.at)).toString("utf8")];
}
