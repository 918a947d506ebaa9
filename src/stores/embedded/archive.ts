import { mkdirSync, readdirSync, statfsSync, statSync } from "node:fs";
import { join } from "node:path";
import { RECORD } from "../record.ts";
import { type Segment, SegmentFile } from "./segment-file.ts";

export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;

/** The roll-ups: a file a month each. The narrower comes first. */
export const LEVELS = [
  { folder: "rollup-5m", width: 300_000 },
  { folder: "rollup-1h", width: HOUR_MS },
] as const;
export type Level = 0 | 1;

export interface Retention {
  /** Ages in ms after which files are dropped: raw samples, 5-minute and 1-hour roll-ups. */
  readonly rawMs: number;
  readonly fiveMinutesMs: number;
  readonly hourMs: number;
}

/** Days since the epoch of a UTC time in ms. */
export function dayOf(time: number): number {
  return Math.floor(time / DAY_MS);
}

function monthOf(day: number): number {
  const date = new Date(day * DAY_MS);
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
}

/** UTC ms at which a month (years x 12 + month) is over. */
function monthEnd(month: number): number {
  return Date.UTC(Math.floor(month / 12), (month % 12) + 1, 1);
}

/** The sealed files: raw samples by day, roll-ups by month. Retention deletes whole files. */
export class Archive {
  readonly #dir: string;
  readonly #damaged: (count: number, what: string) => void;
  /** By day. */
  readonly raw = new Map<number, SegmentFile>();
  /** By level and month. */
  readonly #rollups: readonly [Map<number, SegmentFile>, Map<number, SegmentFile>] = [new Map(), new Map()];

  constructor(dir: string, damaged: (count: number, what: string) => void) {
    this.#dir = dir;
    this.#damaged = damaged;
  }

  open(): void {
    for (const folder of ["raw", ...LEVELS.map((level) => level.folder)])
      mkdirSync(join(this.#dir, folder), { recursive: true });
    for (const name of readdirSync(join(this.#dir, "raw"))) {
      const match = /^(\d{4}-\d\d-\d\d)\.sqlite$/.exec(name);
      if (match) this.rawFile(dayOf(Date.parse(`${match[1]}T00:00:00Z`)));
    }
    for (const level of [0, 1] as const)
      for (const name of readdirSync(join(this.#dir, LEVELS[level].folder))) {
        const match = /^(\d{4})-(\d\d)\.sqlite$/.exec(name);
        if (match) this.#rollupFile(level, Number(match[1]) * 12 + Number(match[2]) - 1);
      }
  }

  /** The raw file of a day; it is made when there is none. */
  rawFile(day: number): SegmentFile {
    let file = this.raw.get(day);
    if (!file) {
      const name = `${new Date(day * DAY_MS).toISOString().slice(0, 10)}.sqlite`;
      file = new SegmentFile(join(this.#dir, "raw", name), RECORD.chunk, this.#damaged);
      file.open();
      this.raw.set(day, file);
    }
    return file;
  }

  /** The roll-up file that holds a day; it is made when there is none. */
  rollupFile(level: Level, day: number): SegmentFile {
    return this.#rollupFile(level, monthOf(day));
  }

  #rollupFile(level: Level, month: number): SegmentFile {
    let file = this.#rollups[level].get(month);
    if (!file) {
      const name = `${Math.floor(month / 12)}-${String((month % 12) + 1).padStart(2, "0")}.sqlite`;
      file = new SegmentFile(join(this.#dir, LEVELS[level].folder, name), RECORD.rollup, this.#damaged);
      file.open();
      this.#rollups[level].set(month, file);
    }
    return file;
  }

  /** The roll-up of a day, the newest when there are two, or undefined. */
  rollup(level: Level, day: number): { file: SegmentFile; segment: Segment } | undefined {
    const file = this.#rollups[level].get(monthOf(day));
    const segment = file?.segments.findLast((s) => s.block === day);
    return file && segment && { file, segment };
  }

  /**
   * Whether the day's raw file is only what came after the day's first one was dropped; its roll-up then holds
   * what it does not.
   */
  isRemnant(day: number): boolean {
    const file = this.raw.get(day);
    const rolled = this.rollup(1, day) ?? this.rollup(0, day);
    if (!file || !rolled || file.segments.length === 0) return false;
    return file.segments.every((segment) => segment.upto > rolled.segment.upto);
  }

  /** Whether everything that is in the day's raw file is in its roll-ups. */
  isRolled(day: number): boolean {
    const file = this.raw.get(day);
    const upto = file ? Math.max(0, ...file.segments.map((s) => s.upto)) : 0;
    return ([0, 1] as const).every((level) => (this.rollup(level, day)?.segment.upto ?? -1) >= upto);
  }

  /** Deletes the files whose time is over; answers how many. */
  retain(now: number, retention: Retention): number {
    let dropped = 0;
    for (const [day, file] of this.raw) {
      const end = (day + 1) * DAY_MS;
      const over = end + retention.rawMs <= now && this.isRolled(day);
      if (over || end + retention.hourMs <= now) {
        this.raw.delete(day);
        file.remove();
        dropped++;
      }
    }
    for (const level of [0, 1] as const) {
      const keep = level === 0 ? retention.fiveMinutesMs : retention.hourMs;
      for (const [month, file] of this.#rollups[level])
        if (monthEnd(month) + keep <= now) {
          this.#rollups[level].delete(month);
          file.remove();
          dropped++;
        }
    }
    return dropped;
  }

  /** The days that have a roll-up; a day may come more than once. */
  *rollupDays(): Generator<number> {
    for (const level of this.#rollups)
      for (const file of level.values()) for (const segment of file.segments) yield segment.block;
  }

  *files(): Generator<SegmentFile> {
    yield* this.raw.values();
    for (const level of this.#rollups) yield* level.values();
  }

  /** Whether the disk has that many octets to spare. */
  hasRoom(octets: number): boolean {
    const { bavail, bsize } = statfsSync(this.#dir);
    return bavail * bsize >= octets;
  }

  /** Octets on disk, logs included. */
  bytes(): number {
    let bytes = 0;
    for (const file of this.files()) bytes += sizeOf(file.path) + sizeOf(`${file.path}-wal`);
    return bytes;
  }

  close(): void {
    for (const file of this.files()) file.close();
  }
}

/** Octets of a file, 0 when there is none. */
export function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
