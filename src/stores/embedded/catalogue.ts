import { rmSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import { parseSeriesText, type Tags } from "../../measurements/series.ts";
import { ByteWriter } from "../bytes.ts";
import { beginRecord, endRecord, openRecord, RECORD } from "../record.ts";
import { closeQuietly, isBroken, isLocked, openDatabase, transaction } from "./database.ts";
import { findRecords, replaceDamaged } from "./salvage.ts";

const PAGE = 8192;
const SCHEMA = "CREATE TABLE IF NOT EXISTS series (id INTEGER PRIMARY KEY, record BLOB NOT NULL);";

/**
 * Which series there are: number to text and back, and for each quantity and each tag the series that have it.
 * Numbers are dense from 0 and never given twice; a series whose record is damaged loses its name and its number
 * stays taken.
 */
export class Catalogue {
  readonly path: string;
  readonly #damaged: (count: number, what: string) => void;
  readonly #numbers = new Map<string, number>();
  readonly #texts: (string | undefined)[] = [];
  /** Ascending series numbers by quantity and by tag. */
  readonly #postings = new Map<string, number[]>();
  readonly #writer = new ByteWriter(1024);
  #database!: DatabaseSync;

  constructor(path: string, damaged: (count: number, what: string) => void) {
    this.path = path;
    this.#damaged = damaged;
  }

  get size(): number {
    return this.#numbers.size;
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
      if (typeof last === "number") while (this.#texts.length <= last) this.#texts.push(undefined);
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
      let number = this.#numbers.get(text) ?? fresh.get(text);
      if (number === undefined) {
        number = this.#texts.length + fresh.size;
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

  /** Numbers below `end` are in use by samples: a series whose name was lost must not lend its number. */
  reserve(end: number): void {
    while (this.#texts.length < end) this.#texts.push(undefined);
  }

  text(series: number): string | undefined {
    return this.#texts[series];
  }

  /** The series of a quantity that have all the tags, ordered by their text; at most `limit`. */
  select(quantity: string, tags: Tags, limit: number): number[] {
    const lists: number[][] = [];
    for (const key of [quantity, ...Object.entries(tags).map(([tag, value]) => `${tag}=${value}`)]) {
      const list = this.#postings.get(key);
      if (!list) return [];
      lists.push(list);
    }
    lists.sort((a, b) => a.length - b.length);
    const [shortest, ...others] = lists as [number[], ...number[][]];
    const found: number[] = [];
    for (const series of shortest) if (others.every((list) => contains(list, series))) found.push(series);
    const text = (series: number) => this.#texts[series]!;
    found.sort((a, b) => (text(a) < text(b) ? -1 : 1));
    return found.length > limit ? found.slice(0, limit) : found;
  }

  close(): void {
    closeQuietly(this.#database);
  }

  #index(number: number, text: string): void {
    while (this.#texts.length <= number) this.#texts.push(undefined);
    this.#texts[number] = text;
    this.#numbers.set(text, number);
    const { quantityId, tags } = parseSeriesText(text);
    this.#post(quantityId, number);
    for (const tag in tags) this.#post(`${tag}=${tags[tag as keyof Tags]}`, number);
  }

  #post(key: string, number: number): void {
    const list = this.#postings.get(key);
    if (list) list.push(number);
    else this.#postings.set(key, [number]);
  }

  #salvage(): void {
    if (this.#database) closeQuietly(this.#database);
    this.#numbers.clear();
    this.#postings.clear();
    this.#texts.length = 0;
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
