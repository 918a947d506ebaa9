import {
  closeSync,
  fdatasyncSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import type { SampleColumns } from "../../measurements/batch.ts";
import { ByteWriter } from "../bytes.ts";
import { beginRecord, endRecord, isCutRecord, nextMark, RECORD, recordAt } from "../record.ts";
import { appendHotFrame, decodeHotFrame, HOT_FRAME_ROWS, type HotRows } from "./hot-frame.ts";

const NAME = /^hot-(\d{16})\.log$/;

/** A file of the log that is not written to any more, and the highest sequence in it. */
interface Finished {
  readonly path: string;
  readonly first: number;
  readonly upto: number;
}

/**
 * The append-only log of what was written and is not yet in a segment: a file for each time that the memory fills,
 * which is deleted when it is sealed. A group is one write and one sync. Its last frame says so: a group whose end
 * is not there was never acknowledged, and none of it is taken. A file that was closed in order ends with a mark, so
 * that what is cut and what is damaged can be told apart.
 */
export class HotLog {
  readonly #dir: string;
  readonly #damaged: (count: number, what: string) => void;
  readonly #writer = new ByteWriter(1 << 16);
  #finished: Finished[] = [];
  #path = "";
  #file: number | undefined;
  /** First sequence of the open file, and its octets that are committed. */
  #first = 0;
  #committed = 0;
  #sequence = 0;

  /** `dir`: the log's own folder. */
  constructor(dir: string, damaged: (count: number, what: string) => void) {
    this.#dir = dir;
    this.#damaged = damaged;
  }

  /**
   * Gives every frame of before to `replay`, in the order in which they were written, and begins a new file.
   * `sealed`: highest sequence that is in a segment.
   */
  open(sealed: number, replay: (rows: HotRows) => void): void {
    mkdirSync(this.#dir, { recursive: true });
    this.#sequence = sealed;
    this.#finished = [];
    const files = readdirSync(this.#dir).flatMap((name) => {
      const first = NAME.exec(name)?.[1];
      return first === undefined ? [] : [{ first: Number(first), path: join(this.#dir, name) }];
    });
    let before = 0;
    for (const { first, path } of files.sort((a, b) => a.first - b.first)) {
      // The name tells the sequence also of a file with nothing in it.
      this.#sequence = Math.max(this.#sequence, first - 1);
      const { bad, missing, highest } = this.#read(path, first, before, replay);
      before = highest;
      if (bad + missing > 0)
        this.#damaged(
          Math.max(bad, missing),
          `${path}: ${Math.max(bad, missing)} frames of at most ${HOT_FRAME_ROWS} samples`,
        );
      this.#sequence = Math.max(this.#sequence, highest);
      this.#finished.push({ path, first, upto: highest });
    }
    this.#begin();
    // A file without frames is not needed any more.
    this.trim(-1);
  }

  #read(
    path: string,
    first: number,
    before: number,
    replay: (rows: HotRows) => void,
  ): { bad: number; missing: number; highest: number } {
    const bytes = new Uint8Array(readFileSync(path));
    let group: HotRows[] = [];
    let bad = 0;
    let missing = 0;
    let highest = first - 1;
    let expected = Math.max(first, before + 1);
    let ended = false;
    const take = () => {
      for (const frame of group) replay(frame);
      group = [];
    };
    for (let at = 0; at < bytes.length; ) {
      const there = recordAt(bytes, at, [RECORD.hot, RECORD.end]);
      const frame = there?.kind === RECORD.hot ? decodeHotFrame(there.record) : undefined;
      if (!there || (there.kind === RECORD.hot && !frame)) {
        let next = nextMark(bytes, at + 1);
        while (next >= 0 && !recordAt(bytes, next, [RECORD.hot, RECORD.end]))
          next = nextMark(bytes, next + 1);
        if (next < 0) {
          // Nothing good follows: the write was cut, unless the record is there in its whole length.
          if (!isCutRecord(bytes, at)) bad++;
          break;
        }
        bad++;
        at = next;
        continue;
      }
      at += there.record.length;
      if (!frame) {
        ended = true;
        continue;
      }
      // Something follows the group: it was committed, whatever of it can still be read.
      if (frame.first) take();
      // Sequences have no holes: one that is not there was lost.
      if (frame.sequence > expected) missing += frame.sequence - expected;
      expected = frame.sequence + 1;
      highest = Math.max(highest, frame.sequence);
      group.push(frame);
      if (frame.last) take();
    }
    if (ended) take();
    return { bad, missing, highest };
  }

  #begin(): void {
    const first = this.#sequence + 1;
    const path = join(this.#dir, `hot-${String(first).padStart(16, "0")}.log`);
    const file = openSync(path, "w");
    // The name has to be on the disk too before anything in the file counts.
    const folder = openSync(this.#dir, "r");
    try {
      fsyncSync(folder);
    } finally {
      closeSync(folder);
    }
    this.#finished = this.#finished.filter((other) => other.path !== path);
    this.#file = file;
    this.#path = path;
    this.#first = first;
    this.#committed = 0;
    this.#writer.reset();
  }

  /** Adds a group's rows to what `commit` writes; the parts of a group are one after the other. */
  append(rows: SampleColumns, place: { readonly first: boolean; readonly last: boolean }): void {
    for (let at = 0; at < rows.length; at += HOT_FRAME_ROWS) {
      const end = Math.min(rows.length, at + HOT_FRAME_ROWS);
      appendHotFrame(this.#writer, ++this.#sequence, rows, at, end, {
        first: place.first && at === 0,
        last: place.last && end === rows.length,
      });
    }
  }

  /** Writes and syncs: after it the group survives the process and the power. */
  commit(): void {
    const file = this.#file!;
    const { bytes, length } = this.#writer;
    for (let done = 0; done < length; )
      done += writeSync(file, bytes, done, length - done, this.#committed + done);
    fdatasyncSync(file);
    this.#committed += length;
    this.#writer.reset();
  }

  /** Takes the group back; `sequence` is what `sequence` was before it. Throws when the file cannot be cut. */
  abort(sequence: number): void {
    this.#writer.reset();
    this.#sequence = sequence;
    // What was written of it would be in the way of the next group's frames.
    if (this.#file !== undefined) ftruncateSync(this.#file, this.#committed);
  }

  get sequence(): number {
    return this.#sequence;
  }

  /** Octets on disk. */
  get bytes(): number {
    return this.#finished.reduce(
      (sum, { path }) => sum + (statSync(path, { throwIfNoEntry: false })?.size ?? 0),
      this.#committed,
    );
  }

  /** Goes on in a new file, so that what is written so far can be trimmed together. */
  rotate(): void {
    if (this.#committed === 0 || this.#file === undefined) return;
    const [file, committed] = [this.#file, this.#committed];
    const old = { path: this.#path, first: this.#first, upto: this.#sequence };
    try {
      this.#begin();
    } catch {
      // On a full disk the old file serves on: it is trimmed with what is written after this.
      return;
    }
    this.#finished.push(old);
    this.#end(file, committed);
  }

  /** Forgets the files up to a sequence: their frames are in segments. */
  trim(sequence: number): void {
    this.#finished = this.#finished.filter(({ path, first, upto }) => {
      if (upto > sequence && upto >= first) return true;
      rmSync(path, { force: true });
      return false;
    });
  }

  close(): void {
    if (this.#file === undefined) return;
    this.#end(this.#file, this.#committed);
    this.#file = undefined;
  }

  /** Marks a file as whole and closes it. */
  #end(file: number, at: number): void {
    try {
      const writer = new ByteWriter(32);
      beginRecord(writer, RECORD.end);
      writer.varint(this.#sequence);
      const record = endRecord(writer);
      writeSync(file, record, 0, record.length, at);
      fdatasyncSync(file);
    } catch {
      // without its mark the file is one that a kill left: nothing of it is lost
    }
    closeSync(file);
  }
}
