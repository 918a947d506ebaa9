import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { CampusError } from "../errors/campus-error.ts";
import type { SampleBatch } from "../measurements/batch.ts";
import { BatchBuilder } from "../measurements/batch.ts";
import { parseSeriesText, SeriesTable } from "../measurements/series.ts";
import { ByteWriter } from "./bytes.ts";
import { decodeFrame, encodeFrame, FRAME_ROWS } from "./frame.ts";

const PAGE = 8192;
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS series (id INTEGER PRIMARY KEY, text TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS spool (
    id INTEGER PRIMARY KEY AUTOINCREMENT, school TEXT NOT NULL, samples INTEGER NOT NULL, record BLOB NOT NULL);
  CREATE INDEX IF NOT EXISTS spool_school ON spool (school, id);`;

/** What is taken from the spool at once. */
export interface SpooledBatch {
  readonly batch: SampleBatch;
  /** Rows of the spool; give them to `remove` when the batch is stored. */
  readonly ids: readonly number[];
  /** Samples of these rows that cannot be sent: damaged, or of a quantity that is not known any more. */
  readonly lost: number;
}

interface School {
  bytes: number;
  samples: number;
}

/**
 * Batches that wait on disk for a store that is away: a SQLite file, synced at each append, so that what is taken
 * survives the process and the power. When it is full, the school that fills most of it loses its oldest samples:
 * a loud school cannot push out the others.
 */
export class Spool {
  readonly #dir: string;
  readonly #capBytes: number;
  readonly #schools = new Map<string, School>();
  readonly #tables = new WeakMap<SeriesTable, { numbers: Int32Array; schools: string[] }>();
  readonly #writer = new ByteWriter(8192);
  #database!: DatabaseSync;
  #insert!: StatementSync;
  /** The spool's own series: their numbers stand in the frames. */
  table = new SeriesTable();
  #numbers = new Map<number, number>();
  #nextSeries = 0;
  #bytes = 0;
  #samples = 0;
  #dropped = 0;

  constructor(dir: string, capBytes: number) {
    this.#dir = dir;
    this.#capBytes = capBytes;
  }

  /** Samples that wait. */
  get samples(): number {
    return this.#samples;
  }

  /** Octets of the frames that wait; the file is a little larger. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Samples that were dropped since open, because the spool was full or a part of it was damaged. */
  get dropped(): number {
    return this.#dropped;
  }

  /** A damaged file is put aside and a new one begun. Throws E_STORE_OPEN, which names the folder. */
  open(): void {
    const path = join(this.#dir, "spool.sqlite");
    try {
      mkdirSync(this.#dir, { recursive: true });
      try {
        this.#load(path);
      } catch (error) {
        const code = (error as { errcode?: number }).errcode ?? 0;
        if (![1, 11, 26].includes(code & 0xff)) throw error;
        // Nothing waits for a person here: what was in it is lost, and the new one serves.
        this.close();
        for (const end of ["-wal", "-journal"]) rmSync(path + end, { force: true });
        if (existsSync(path)) renameSync(path, `${path}.damaged`);
        this.#load(path);
      }
    } catch (error) {
      this.close();
      const code = (error as { errcode?: number }).errcode ?? 0;
      const why = (code & 0xff) === 5 ? "it is in use by another campusd" : (error as Error).message;
      throw new CampusError(
        "E_STORE_OPEN",
        `the spool cannot be opened at ${this.#dir}: ${why}`,
        { path: this.#dir },
        error,
      );
    }
  }

  #load(path: string): void {
    const database = new DatabaseSync(path);
    this.#database = database;
    database.exec(`
      PRAGMA busy_timeout = 0;
      PRAGMA page_size = ${PAGE};
      PRAGMA locking_mode = EXCLUSIVE;
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      PRAGMA cache_size = -2048;
      ${SCHEMA}
      BEGIN IMMEDIATE; COMMIT;`);
    const check = database.prepare("PRAGMA quick_check(1)").get();
    if (check?.["quick_check"] !== "ok") throw Object.assign(new Error("spool is damaged"), { errcode: 11 });
    this.#insert = database.prepare("INSERT INTO spool (school, samples, record) VALUES (?, ?, ?)");
    this.table = new SeriesTable();
    this.#numbers = new Map();
    for (const row of database.prepare("SELECT id, text FROM series ORDER BY id").iterate())
      this.#intern(row["id"] as number, row["text"] as string);
    const sums =
      "SELECT school, sum(samples) AS samples, sum(length(record)) AS bytes FROM spool GROUP BY school";
    for (const row of database.prepare(sums).iterate())
      this.#account(row["school"] as string, row["samples"] as number, row["bytes"] as number);
  }

  #intern(id: number, text: string): void {
    this.#nextSeries = Math.max(this.#nextSeries, id + 1);
    try {
      const { quantityId, tags } = parseSeriesText(text);
      this.#numbers.set(id, this.table.intern(quantityId, tags));
    } catch {
      // a quantity that this version does not know any more: its samples are dropped when they are read
    }
  }

  #account(school: string, samples: number, bytes: number): void {
    let entry = this.#schools.get(school);
    if (!entry) this.#schools.set(school, (entry = { bytes: 0, samples: 0 }));
    entry.bytes += bytes;
    entry.samples += samples;
    this.#bytes += bytes;
    this.#samples += samples;
    if (entry.samples <= 0) this.#schools.delete(school);
  }

  /** Takes a batch; when it returns it is synced. Throws E_STORE_WRITE when the disk does not take it. */
  append(batch: SampleBatch, table: SeriesTable): void {
    let cache = this.#tables.get(table);
    if (!cache || cache.numbers.length < table.size) {
      const numbers = new Int32Array(table.size * 2).fill(-1);
      if (cache) numbers.set(cache.numbers);
      cache = { numbers, schools: cache?.schools ?? [] };
      this.#tables.set(table, cache);
    }
    const { numbers, schools } = cache;
    const fresh: number[] = [];
    const added: { school: string; samples: number; bytes: number }[] = [];
    try {
      this.#database.exec("BEGIN IMMEDIATE");
      const rows = new Map<string, number[]>();
      for (let i = 0; i < batch.length; i++) {
        // A time that no store can keep would not come back from a frame either.
        if (!(batch.time[i]! >= 0 && batch.time[i]! < 2 ** 44)) {
          this.#dropped++;
          continue;
        }
        const series = batch.series[i]!;
        if (numbers[series] === -1) {
          const id = this.#nextSeries++;
          this.#database.prepare("INSERT INTO series (id, text) VALUES (?, ?)").run(id, table.text(series));
          numbers[series] = id;
          schools[series] = table.key(series).tags.school ?? "";
          fresh.push(series);
        }
        const school = schools[series]!;
        const list = rows.get(school);
        if (list) list.push(i);
        else rows.set(school, [i]);
      }
      for (const [school, list] of rows) {
        const order = Uint32Array.from(list);
        for (let at = 0; at < order.length; at += FRAME_ROWS) {
          const end = Math.min(order.length, at + FRAME_ROWS);
          const record = encodeFrame(this.#writer, 0, batch, at, end, order, numbers);
          this.#insert.run(school, end - at, record);
          added.push({ school, samples: end - at, bytes: record.length });
        }
      }
      this.#database.exec("COMMIT");
    } catch (error) {
      this.#rollback();
      for (const series of fresh) numbers[series] = -1;
      const why = error instanceof Error ? error.message : String(error);
      throw new CampusError(
        "E_STORE_WRITE",
        `the spool at ${this.#dir} does not take the batch: ${why}`,
        { path: this.#dir },
        error,
      );
    }
    for (const series of fresh) this.#intern(numbers[series]!, table.text(series));
    for (const { school, samples, bytes } of added) this.#account(school, samples, bytes);
    this.#makeRoom();
  }

  /** The oldest rows, about `samples` of them, or undefined when there are none. */
  peek(samples: number): SpooledBatch | undefined {
    const ids: number[] = [];
    const builder = new BatchBuilder(samples);
    let read = 0;
    let lost = 0;
    for (const row of this.#database.prepare("SELECT id, samples, record FROM spool ORDER BY id").iterate()) {
      ids.push(row["id"] as number);
      read += row["samples"] as number;
      const frame = decodeFrame(row["record"] as Uint8Array);
      if (!frame) lost += row["samples"] as number;
      else
        for (let i = 0; i < frame.length; i++) {
          const series = this.#numbers.get(frame.series[i]!);
          if (series === undefined) {
            lost++;
            continue;
          }
          builder.add(series, frame.time[i]!, frame.value[i]!);
          builder.status[builder.length - 1] = frame.status[i]!;
        }
      if (read >= samples) break;
    }
    if (ids.length === 0) return undefined;
    const batch = builder.take("spool", ids[0]!) ?? {
      node: "spool",
      sequence: ids[0]!,
      length: 0,
      series: builder.series,
      time: builder.time,
      value: builder.value,
      status: builder.status,
    };
    return { batch, ids, lost };
  }

  /** Takes out what was peeked at; rows that are gone already are no error. */
  remove({ ids, lost }: SpooledBatch): void {
    this.#change(() => {
      for (const id of ids) this.#delete(id);
    });
    this.#dropped += lost;
    if (this.#samples === 0) this.#shrink();
  }

  #delete(id: number): number {
    const row = this.#database
      .prepare("DELETE FROM spool WHERE id = ? RETURNING school, samples, length(record) AS bytes")
      .get(id);
    if (!row) return 0;
    const samples = row["samples"] as number;
    this.#account(row["school"] as string, -samples, -(row["bytes"] as number));
    return samples;
  }

  /** Drops down to nineteen twentieths of the cap, so that it is not done at each append. */
  #makeRoom(): void {
    if (this.#bytes <= this.#capBytes) return;
    this.#change(() => {
      while (this.#bytes > this.#capBytes * 0.95) {
        let loudest = "";
        let most = -1;
        for (const [school, { bytes }] of this.#schools)
          if (bytes > most) {
            most = bytes;
            loudest = school;
          }
        const oldest = this.#database
          .prepare("SELECT id FROM spool WHERE school = ? ORDER BY id LIMIT 1")
          .get(loudest);
        if (!oldest) return;
        this.#dropped += this.#delete(oldest["id"] as number);
      }
    });
  }

  #change(work: () => void): void {
    try {
      this.#database.exec("BEGIN IMMEDIATE");
      work();
      this.#database.exec("COMMIT");
    } catch (error) {
      this.#rollback();
      const why = error instanceof Error ? error.message : String(error);
      throw new CampusError(
        "E_STORE_WRITE",
        `the spool at ${this.#dir} cannot be written: ${why}`,
        { path: this.#dir },
        error,
      );
    }
  }

  /** Gives the space of an empty spool back. */
  #shrink(): void {
    try {
      this.#database.exec("VACUUM; PRAGMA wal_checkpoint(TRUNCATE)");
    } catch {
      // the space is used again instead
    }
  }

  #rollback(): void {
    try {
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
    } catch {
      // SQLite has ended it already
    }
  }

  close(): void {
    try {
      this.#database?.close();
    } catch {
      // what was committed is on the disk
    }
  }
}
