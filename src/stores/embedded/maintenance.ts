import { ByteWriter } from "../bytes.ts";
import { type Archive, DAY_MS, dayOf, HOUR_MS, LEVELS, type Level, sizeOf } from "./archive.ts";
import type { Arena } from "./arena.ts";
import { ChunkEncoder, type PointColumns } from "./chunk.ts";
import { PointList } from "./points.ts";
import type { Reader } from "./reader.ts";
import { decodeRollup, encodeRollup, mergeSlots, rollUp, SlotList } from "./rollup.ts";
import { isMember, type Segment, SegmentDraft, type SegmentFile } from "./segment-file.ts";

/** Samples of a stripe: it is committed, and whoever waits for the store gets a turn. */
const STRIPE_SAMPLES = 200_000;
/** Series looked at in a stripe, most of which may have nothing. */
const STRIPE_SERIES = 20_000;
/** Days further back than this many from an arena's newest are sealed whole. */
const WHOLE_DAYS_BEFORE = 1;
/** An hour with so many segments is merged into one. */
const MERGE_FROM = 4;

/** Long work in stripes: each `yield` is a place to let others in; an exception leaves the files as they were. */
export type Job = Generator<void, void, void>;

/**
 * Seals an arena: one segment an hour of which it has samples, and one a day of those that are long over: what
 * comes late is sparse, and an hour of it would be a chunk of one or two samples for each series. When the job
 * ends they can be read from the files and the arena is not needed any more.
 */
export function* sealArena(arena: Arena, archive: Archive): Job {
  const points = new PointList();
  const outputs = new Map<number, RawOutput>();
  const next = new Map<SegmentFile, number>();
  const oldest = Math.max(...arena.days) - WHOLE_DAYS_BEFORE;
  // A block is named by its first hour.
  const blockOf = (hour: number): number => (hour < oldest * 24 ? hour - (hour % 24) : hour);
  for (const block of [...new Set([...arena.hours].map(blockOf))].sort((a, b) => a - b)) {
    const file = archive.rawFile(Math.floor(block / 24));
    const id = next.get(file) ?? file.nextId();
    next.set(file, id + 1);
    outputs.set(block, new RawOutput(file, new SegmentDraft(id, block)));
  }
  const put = (series: number, columns: PointColumns, start: number, stop: number) => {
    for (let from = start; from < stop; ) {
      const block = blockOf(Math.floor(columns.time[from]! / HOUR_MS));
      const end = block < oldest * 24 ? (block + 24) * HOUR_MS : (block + 1) * HOUR_MS;
      let to = stop;
      if (!(columns.time[stop - 1]! < end)) for (to = from + 1; columns.time[to]! < end; ) to++;
      outputs.get(block)!.add(series, columns, from, to);
      from = to;
    }
  };
  try {
    let stripe = 0;
    for (let bucket = 0; bucket < arena.buckets; bucket++) {
      const rows = arena.sorted(bucket);
      if (!rows) continue;
      const { first, start } = rows;
      for (let i = 0; i < start.length - 1; i++) {
        const [from, to] = [start[i]!, start[i + 1]!];
        if (from === to) continue;
        if (isAscending(rows.time, from, to)) put(first + i, rows, from, to);
        else {
          points.clear();
          for (let row = from; row < to; row++)
            points.add(rows.time[row]!, rows.value[row]!, rows.status[row]!);
          points.settle();
          put(first + i, points, 0, points.length);
        }
      }
      stripe += start.at(-1)!;
      if (stripe >= STRIPE_SAMPLES) {
        stripe = 0;
        for (const file of next.keys()) file.commit();
        yield;
      }
    }
    for (const output of outputs.values()) output.finish(arena.sequence);
  } finally {
    for (const file of next.keys()) file.rollback();
  }
}

function isAscending(time: Float64Array, from: number, to: number): boolean {
  for (let i = from + 1; i < to; i++) if (time[i]! <= time[i - 1]!) return false;
  return true;
}

/** A segment of raw samples while it is written: series in ascending order, some to a chunk. */
class RawOutput {
  readonly file: SegmentFile;
  readonly draft: SegmentDraft;
  readonly #encoder = new ChunkEncoder();

  constructor(file: SegmentFile, draft: SegmentDraft) {
    this.file = file;
    this.draft = draft;
  }

  add(series: number, points: PointColumns, from: number, to: number): void {
    if (this.#encoder.isFull(to - from)) this.#flush();
    this.#encoder.add(series, points, from, to);
    this.draft.note(series, points.time[from]!, points.time[to - 1]!, to - from);
  }

  #flush(): void {
    const { first } = this.#encoder;
    this.file.put(this.draft, first, this.#encoder.take(this.draft.id, this.draft.block));
  }

  finish(upto: number, replaces: readonly Segment[] = []): void {
    if (!this.#encoder.empty) this.#flush();
    this.file.finish(this.draft, upto, replaces);
  }
}

/** Merges the segments of hours that are over and have many of them. */
export function* mergeHours(archive: Archive, now: number, graceMs: number): Job {
  for (const [day, file] of archive.raw) {
    // A day that has to be rolled up again is told by its segments' sequences: merge after that.
    if (archive.rollup(1, day) && !archive.isRolled(day)) continue;
    const hours = new Map<number, Segment[]>();
    for (const segment of file.segments) {
      const list = hours.get(segment.block);
      if (list) list.push(segment);
      else hours.set(segment.block, [segment]);
    }
    for (const [hour, segments] of hours) {
      if (segments.length < MERGE_FROM || (hour + 1) * HOUR_MS + graceMs > now) continue;
      // Until the old segments are gone there is everything twice, and a part of it in the file's own log.
      if (!archive.hasRoom(2 * sizeOf(file.path))) return;
      yield* mergeHour(file, hour, segments);
    }
  }
}

function* mergeHour(file: SegmentFile, hour: number, segments: readonly Segment[]): Job {
  const points = new PointList();
  const output = new RawOutput(file, new SegmentDraft(file.nextId(), hour));
  try {
    let stripe = 0;
    const end = seriesEnd(segments);
    for (let series = 0; series < end; series++) {
      points.clear();
      for (const segment of segments) file.readInto(segment, series, points);
      points.settle();
      if (points.length > 0) output.add(series, points, 0, points.length);
      stripe += points.length;
      if (stripe >= STRIPE_SAMPLES || series % STRIPE_SERIES === STRIPE_SERIES - 1) {
        stripe = 0;
        file.commit();
        yield;
      }
    }
    if (output.draft.samples > 0) output.finish(Math.max(...segments.map((s) => s.upto)), segments);
  } finally {
    file.rollback();
  }
}

/** Rolls up the days that are over and have something that is not in their roll-ups. */
export function* rollDays(archive: Archive, reader: Reader, now: number, graceMs: number): Job {
  for (const day of [...archive.raw.keys()].sort((a, b) => a - b)) {
    if ((day + 1) * DAY_MS + graceMs > now || archive.isRolled(day)) continue;
    yield* rollDay(archive, reader, day);
  }
}

function* rollDay(archive: Archive, reader: Reader, day: number): Job {
  const raw = archive.raw.get(day)!;
  const remnant = archive.isRemnant(day);
  const start = day * DAY_MS;
  const points = new PointList();
  const slots = new SlotList();
  const old = new SlotList();
  const merged = new SlotList();
  const writer = new ByteWriter(16384);
  const outputs = ([0, 1] as const).map((level: Level) => {
    const file = archive.rollupFile(level, day);
    return {
      file,
      width: LEVELS[level].width,
      draft: new SegmentDraft(file.nextId(), day),
      before: archive.rollup(level, day)?.segment,
      replaces: file.segments.filter((segment) => segment.block === day),
    };
  });
  const upto = Math.max(0, ...raw.segments.map((s) => s.upto));
  const befores = remnant ? outputs.flatMap(({ before }) => (before ? [before] : [])) : [];
  try {
    let stripe = 0;
    const end = seriesEnd([...raw.segments, ...befores]);
    for (let series = 0; series < end; series++) {
      reader.readSegments(day, series, start, start + DAY_MS, points);
      points.settle();
      stripe += points.length;
      for (const { file, width, draft, before } of outputs) {
        rollUp(points, start, start + DAY_MS, width, slots);
        let result = slots;
        if (remnant && before && isMember(before.members, series)) {
          const record = file.read(before, series);
          if (record && !decodeRollup(record, before.id, series, old)) file.reportDamaged(before, series);
          mergeSlots(old, slots, merged);
          result = merged;
        }
        if (result.length === 0) continue;
        file.put(draft, series, encodeRollup(writer, draft.id, day, series, result));
        draft.note(series, start, start + DAY_MS - 1, result.length);
      }
      if (stripe >= STRIPE_SAMPLES || series % STRIPE_SERIES === STRIPE_SERIES - 1) {
        stripe = 0;
        for (const { file } of outputs) file.commit();
        yield;
      }
    }
    for (const { file, draft, replaces } of outputs) {
      if (draft.samples === 0) draft.note(0, start, start, 0);
      file.finish(draft, upto, replaces);
    }
  } finally {
    for (const { file } of outputs) file.rollback();
  }
}

/** One more than the highest series of the segments. */
function seriesEnd(segments: readonly Segment[]): number {
  return Math.max(0, ...segments.map((segment) => segment.members.length)) * 8;
}

/** Whether an arena has samples of a day that is over. */
export function hasPastDay(arena: Arena, now: number, graceMs: number): boolean {
  const today = dayOf(now - graceMs);
  for (const day of arena.days) if (day < today) return true;
  return false;
}
