import { rmSync } from "node:fs";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { SampleColumns } from "../../measurements/batch.ts";
import { ByteWriter } from "../bytes.ts";
import { decodeFrame, encodeFrame, FRAME_ROWS, type FrameRows } from "../frame.ts";
import { RECORD } from "../record.ts";
import { closeQuietly, isBroken, isLocked, openDatabase, rollback, transaction } from "./database.ts";
import { findRecords, replaceDamaged } from "./salvage.ts";

const PAGE = 8192;
const SCHEMA =
  "CREATE TABLE IF NOT EXISTS hot (sequence INTEGER PRIMARY KEY AUTOINCREMENT, record BLOB NOT NULL);";

/** The append-only log of what was written and is not yet in a segment: one frame a row, one commit a group. */
export class HotLog {
  readonly path: string;
  readonly #damaged: (count: number, what: string) => void;
  readonly #writer = new ByteWriter(8192);
  #database!: DatabaseSync;
  #insert!: StatementSync;
  #sequence = 0;

  constructor(path: string, damaged: (count: number, what: string) => void) {
    this.path = path;
    this.#damaged = damaged;
  }

  /**
   * Opens and gives every frame to `replay`, in the order in which they were written. When the file had to be
   * rebuilt, frames up to `sealed` are left out: deleted frames are found again too, and those are in segments.
   */
  open(sealed: number, replay: (rows: FrameRows) => void): void {
    let frames: Uint8Array[] | undefined;
    try {
      this.#open();
      this.#replay(replay);
    } catch (error) {
      if (isLocked(error) || !isBroken(error)) throw error;
      frames = this.#salvage(sealed);
      for (const frame of frames) replay(decodeFrame(frame)!);
    }
    this.#sequence = Math.max(this.#sequence, sealed);
  }

  #open(): void {
    this.#database = openDatabase(this.path, PAGE, 1024, SCHEMA);
    this.#insert = this.#database.prepare("INSERT INTO hot (sequence, record) VALUES (?, ?)");
  }

  #replay(replay: (rows: FrameRows) => void): void {
    const check = this.#database.prepare("PRAGMA quick_check(1)").get();
    if (check?.["quick_check"] !== "ok")
      throw Object.assign(new Error("hot log is damaged"), { errcode: 11 });
    // Remembers the highest sequence also when all rows are deleted.
    const highest = this.#database.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'hot'").get()?.[
      "seq"
    ];
    if (typeof highest === "number") this.#sequence = highest;
    let bad = 0;
    let before = -1;
    for (const row of this.#database
      .prepare("SELECT sequence, record FROM hot ORDER BY sequence")
      .iterate()) {
      const sequence = row["sequence"] as number;
      const frame = decodeFrame(row["record"] instanceof Uint8Array ? row["record"] : undefined);
      this.#sequence = Math.max(this.#sequence, sequence);
      // Sequences have no holes: one that is not there was lost.
      if (before >= 0 && sequence > before + 1) bad += sequence - before - 1;
      before = sequence;
      if (!frame || frame.sequence !== sequence) bad++;
      else replay(frame);
    }
    if (bad > 0) this.#damaged(bad, `${this.path}: ${bad} frames of at most ${FRAME_ROWS} samples`);
  }

  /** Makes room for a group: call `append` for each part of it, then `commit` or `abort`. */
  begin(): void {
    this.#database.exec("BEGIN IMMEDIATE");
  }

  /** Appends rows from..to; answers the highest sequence. Series are the store's numbers. */
  append(rows: SampleColumns): number {
    for (let at = 0; at < rows.length; at += FRAME_ROWS) {
      const end = Math.min(rows.length, at + FRAME_ROWS);
      const sequence = this.#sequence + 1;
      this.#insert.run(sequence, encodeFrame(this.#writer, sequence, rows, at, end));
      this.#sequence = sequence;
    }
    return this.#sequence;
  }

  /** Commits and syncs: after it the group survives the process and the power. */
  commit(): void {
    this.#database.exec("COMMIT");
  }

  /** Takes the group back; `sequence` is what `sequence` was before it. */
  abort(sequence: number): void {
    rollback(this.#database);
    this.#sequence = sequence;
  }

  get sequence(): number {
    return this.#sequence;
  }

  /** Forgets the frames up to a sequence: they are in segments. */
  trim(sequence: number): void {
    transaction(this.#database, () => {
      this.#database.prepare("DELETE FROM hot WHERE sequence <= ?").run(sequence);
    });
  }

  close(): void {
    closeQuietly(this.#database);
  }

  #salvage(sealed: number): Uint8Array[] {
    if (this.#database) closeQuietly(this.#database);
    const frames = new Map<number, Uint8Array>();
    findRecords(this.path, [RECORD.frame], (record) => {
      const sequence = decodeFrame(record)?.sequence;
      if (sequence !== undefined && sequence > sealed) frames.set(sequence, record);
    });
    const fresh = `${this.path}.new`;
    rmSync(fresh, { force: true });
    const ordered = [...frames].sort((a, b) => a[0] - b[0]);
    const database = openDatabase(fresh, PAGE, 1024, SCHEMA);
    try {
      const insert = database.prepare("INSERT INTO hot (sequence, record) VALUES (?, ?)");
      transaction(database, () => {
        for (const [sequence, record] of ordered) insert.run(sequence, record);
      });
    } finally {
      closeQuietly(database);
    }
    replaceDamaged(this.path, fresh);
    this.#damaged(1, `${this.path} was rebuilt from its intact frames`);
    this.#sequence = ordered.at(-1)?.[0] ?? sealed;
    this.#open();
    return ordered.map(([, record]) => record);
  }
}
