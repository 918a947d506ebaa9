import { rmSync } from "node:fs";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { ByteWriter } from "../bytes.ts";
import { beginRecord, endRecord, openRecord, RECORD } from "../record.ts";
import { Chunk } from "./chunk.ts";
import { closeQuietly, isBroken, isLocked, openDatabase, rollback } from "./database.ts";
import type { PointList } from "./points.ts";
import { findRecords, replaceDamaged } from "./salvage.ts";

/** A record that lies within one page is found again when the file's structure is broken. */
const PAGE = 32768;
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS segment (id INTEGER PRIMARY KEY, record BLOB NOT NULL);
  CREATE TABLE IF NOT EXISTS chunk (key INTEGER PRIMARY KEY, record BLOB NOT NULL);`;
/** A row's key: the segment's id times this, and the first series of the record. */
const SERIES = 2 ** 32;
/** Chunks that are kept open, one a segment: who reads a series often reads its neighbour next. */
const OPEN_CHUNKS = 32;

/**
 * A sealed part of a file: records of one block of time, each of some neighbouring series (raw samples) or of one
 * (roll-ups). Segments of a block are read in id order.
 */
export interface Segment {
  readonly id: number;
  /** Number of the hour (raw) or day (roll-up) since the epoch. */
  readonly block: number;
  /** UTC ms of the first and the last sample. */
  readonly from: number;
  readonly to: number;
  readonly samples: number;
  /** Highest hot-log sequence that went into it. */
  readonly upto: number;
  /** One bit a series that has a chunk. */
  readonly members: Uint8Array;
}

export function isMember(members: Uint8Array, series: number): boolean {
  const octet = members[series >>> 3];
  return octet !== undefined && (octet & (1 << (series & 7))) !== 0;
}

/** Collects what a segment's directory says while its chunks are written. */
export class SegmentDraft {
  readonly id: number;
  readonly block: number;
  from = Number.POSITIVE_INFINITY;
  to = Number.NEGATIVE_INFINITY;
  samples = 0;
  members = new Uint8Array(128);

  constructor(id: number, block: number) {
    this.id = id;
    this.block = block;
  }

  note(series: number, from: number, to: number, samples: number): void {
    if (from < this.from) this.from = from;
    if (to > this.to) this.to = to;
    this.samples += samples;
    const octet = series >>> 3;
    if (octet >= this.members.length) {
      const members = new Uint8Array(Math.max(octet + 1, this.members.length * 2));
      members.set(this.members);
      this.members = members;
    }
    this.members[octet]! |= 1 << (series & 7);
  }
}

/**
 * One database file of sealed segments: a day of raw samples, or a month of roll-ups. A record that does not pass
 * its checksum is left out and reported to `damaged`; when the file's own structure is broken the intact records
 * are moved to a new file.
 */
export class SegmentFile {
  readonly path: string;
  readonly #kind: typeof RECORD.chunk | typeof RECORD.rollup;
  readonly #damaged: (count: number, what: string) => void;
  readonly #writer = new ByteWriter(16384);
  readonly #known = new Set<string>();
  /** By segment id. */
  readonly #chunks = new Map<number, Chunk>();
  #database!: DatabaseSync;
  #get!: StatementSync;
  #put!: StatementSync;
  #salvaged = false;
  segments: Segment[] = [];

  constructor(
    path: string,
    kind: typeof RECORD.chunk | typeof RECORD.rollup,
    damaged: (count: number, what: string) => void,
  ) {
    this.path = path;
    this.#kind = kind;
    this.#damaged = damaged;
  }

  open(): void {
    try {
      this.#load();
    } catch (error) {
      if (isLocked(error) || !isBroken(error)) throw error;
      this.#salvage();
    }
  }

  #load(): void {
    this.#database = openDatabase(this.path, PAGE, 2048, SCHEMA);
    try {
      this.#get = this.#database.prepare(
        "SELECT key, record FROM chunk WHERE key BETWEEN ? AND ? ORDER BY key DESC LIMIT 1",
      );
      this.#get.setReturnArrays(true);
      this.#put = this.#database.prepare("INSERT OR REPLACE INTO chunk (key, record) VALUES (?, ?)");
      const rows = this.#database.prepare("SELECT id, record FROM segment ORDER BY id").all();
      this.segments = [];
      let bad = 0;
      for (const row of rows) {
        const segment = readDirectory(row["record"]);
        if (segment && segment.id === row["id"]) this.segments.push(segment);
        else bad++;
      }
      if (bad > 0) throw Object.assign(new Error("a segment's directory is damaged"), { errcode: 11 });
      // Chunks of a segment that was never finished: the process ended between two stripes.
      const end = ((this.segments.at(-1)?.id ?? -1) + 1) * SERIES;
      this.#database.prepare("DELETE FROM chunk WHERE key >= ?").run(end);
    } catch (error) {
      closeQuietly(this.#database);
      throw error;
    }
  }

  /** Number for a new segment; higher than all before, so that it is read after them. */
  nextId(): number {
    return (this.segments.at(-1)?.id ?? 0) + 1;
  }

  /** The record of a series in a segment of roll-ups; undefined when there is none. */
  read(segment: Segment, series: number): Uint8Array | undefined {
    if (!isMember(segment.members, series)) return undefined;
    return this.#find(segment, series, series, (record) => record);
  }

  /** Adds the samples of a series in a segment of raw samples to `into`; what is damaged is reported. */
  readInto(segment: Segment, series: number, into: PointList): void {
    if (!isMember(segment.members, series)) return;
    let chunk = this.#chunks.get(segment.id);
    if (!chunk?.covers(series)) {
      chunk = this.#find(segment, 0, series, (record, first) => {
        const opened = Chunk.open(record);
        if (!opened) this.reportDamaged(segment, first);
        // A chunk before the wanted one: that one is not where it was.
        return opened && !opened.covers(series) ? undefined : (opened ?? null);
      });
      if (!chunk) return;
      if (this.#chunks.size >= OPEN_CHUNKS) this.#chunks.delete(this.#chunks.keys().next().value!);
      this.#chunks.set(segment.id, chunk);
    }
    if (chunk.segment !== segment.id || !chunk.read(series, into)) this.reportDamaged(segment, series);
  }

  /**
   * What `open` makes of the record whose first series lies in `least`..`series`, the last such one. When there is
   * none, or `open` answers undefined, the way to it is broken, and the file is rebuilt once; null is an answer.
   */
  #find<Found>(
    segment: Segment,
    least: number,
    series: number,
    open: (record: Uint8Array, first: number) => Found | null | undefined,
  ): Found | undefined {
    const key = segment.id * SERIES;
    const look = (): Found | null | undefined => {
      const row: unknown = this.#get.get(key + least, key + series);
      const record: unknown = Array.isArray(row) ? row[1] : undefined;
      return record instanceof Uint8Array ? open(record, (row as number[])[0]! - key) : undefined;
    };
    let found: Found | null | undefined;
    try {
      found = look();
    } catch (error) {
      if (!isBroken(error)) throw error;
    }
    if (found === undefined && !this.#salvaged) {
      // It is in the directory, so the way to it is broken; the record itself may be intact.
      this.#salvage();
      found = look();
    }
    if (found === undefined) this.reportDamaged(segment, series);
    return found ?? undefined;
  }

  /** Says that a record is damaged; each is counted once. */
  reportDamaged(segment: Segment, series: number): void {
    const key = `${segment.id}/${series}`;
    if (this.#known.has(key)) return;
    this.#known.add(key);
    this.#damaged(1, `${this.path} segment ${segment.id} series ${series}`);
  }

  /** Adds a record whose first series that is. */
  put(draft: SegmentDraft, series: number, record: Uint8Array): void {
    if (!this.#database.isTransaction) this.#database.exec("BEGIN IMMEDIATE");
    this.#put.run(draft.id * SERIES + series, record);
  }

  commit(): void {
    if (this.#database.isTransaction) this.#database.exec("COMMIT");
  }

  rollback(): void {
    rollback(this.#database);
  }

  /** Commits the draft as a segment and, in the same transaction, removes the segments that it replaces. */
  finish(draft: SegmentDraft, upto: number, replaces: readonly Segment[] = []): void {
    const record = writeDirectory(this.#writer, draft, upto);
    if (!this.#database.isTransaction) this.#database.exec("BEGIN IMMEDIATE");
    this.#database.prepare("INSERT INTO segment (id, record) VALUES (?, ?)").run(draft.id, record);
    for (const old of replaces) {
      const key = old.id * SERIES;
      this.#database.prepare("DELETE FROM chunk WHERE key >= ? AND key < ?").run(key, key + SERIES);
      this.#chunks.delete(old.id);
      this.#database.prepare("DELETE FROM segment WHERE id = ?").run(old.id);
    }
    this.#database.exec("COMMIT");
    const segment = readDirectory(record)!;
    this.segments = [...this.segments.filter((s) => !replaces.includes(s)), segment];
    this.#checkpoint();
  }

  #checkpoint(): void {
    try {
      this.#database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    } catch {
      // what is committed is in the log; the next checkpoint takes it
    }
  }

  close(): void {
    closeQuietly(this.#database);
  }

  /** Closes and deletes the file. */
  remove(): void {
    this.close();
    for (const end of ["", "-wal", "-journal", ".damaged"]) rmSync(this.path + end, { force: true });
  }

  #salvage(): void {
    this.#salvaged = true;
    this.#chunks.clear();
    if (this.#database) {
      rollback(this.#database);
      closeQuietly(this.#database);
    }
    const fresh = `${this.path}.new`;
    rmSync(fresh, { force: true });
    const database = openDatabase(fresh, PAGE, 2048, SCHEMA);
    const drafts = new Map<number, SegmentDraft>();
    const directories = new Map<number, Segment>();
    try {
      database.exec("BEGIN IMMEDIATE");
      const put = database.prepare("INSERT OR REPLACE INTO chunk (key, record) VALUES (?, ?)");
      findRecords(this.path, [this.#kind, RECORD.directory], (record, kind) => {
        if (kind === RECORD.directory) {
          const segment = readDirectory(record);
          if (segment) directories.set(segment.id, segment);
          return;
        }
        const { segment: id, block, series } = membersOf(record, this.#kind);
        if (series.length === 0) return;
        put.run(id * SERIES + series[0]!, record);
        let draft = drafts.get(id);
        if (!draft) drafts.set(id, (draft = new SegmentDraft(id, block)));
        // Without the directory nobody knows the exact times: the whole block may hold some.
        for (const member of series) draft.note(member, 0, Number.MAX_SAFE_INTEGER, 1);
      });
      const add = database.prepare("INSERT OR REPLACE INTO segment (id, record) VALUES (?, ?)");
      for (const draft of drafts.values())
        if (!directories.has(draft.id)) add.run(draft.id, writeDirectory(this.#writer, draft, 0));
      for (const segment of directories.values())
        add.run(segment.id, writeDirectory(this.#writer, segment, segment.upto));
      database.exec("COMMIT");
    } finally {
      closeQuietly(database);
    }
    replaceDamaged(this.path, fresh);
    this.#damaged(1, `${this.path} was rebuilt from its intact records`);
    this.#load();
  }
}

/** Of an intact record: whose it is. */
function membersOf(
  record: Uint8Array,
  kind: typeof RECORD.chunk | typeof RECORD.rollup,
): { readonly segment: number; readonly block: number; readonly series: readonly number[] } {
  if (kind === RECORD.chunk) return Chunk.open(record) ?? { segment: 0, block: 0, series: [] };
  const reader = openRecord(record, kind)!;
  return { segment: reader.varint(), block: reader.varint(), series: [reader.varint()] };
}

function writeDirectory(writer: ByteWriter, segment: SegmentDraft | Segment, upto: number): Uint8Array {
  beginRecord(writer, RECORD.directory);
  for (const value of [segment.id, segment.block, segment.from, segment.to, segment.samples, upto])
    writer.varint(value);
  let length = segment.members.length;
  while (length > 0 && segment.members[length - 1] === 0) length--;
  writer.raw(segment.members.subarray(0, length));
  return endRecord(writer);
}

function readDirectory(record: unknown): Segment | undefined {
  if (!(record instanceof Uint8Array)) return undefined;
  const reader = openRecord(record, RECORD.directory);
  if (!reader) return undefined;
  return {
    id: reader.varint(),
    block: reader.varint(),
    from: reader.varint(),
    to: reader.varint(),
    samples: reader.varint(),
    upto: reader.varint(),
    members: reader.bytes.slice(reader.at),
  };
}
