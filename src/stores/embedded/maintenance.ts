import { ByteWriter } from "../bytes.ts";
import { type Archive, DAY_MS, dayOf, HOUR_MS, LEVELS, type Level } from "./archive.ts";
import type { Arena } from "./arena.ts";
import { ChunkEncoder, decodeChunk } from "./chunk.ts";
import { PointList } from "./points.ts";
import type { Reader } from "./reader.ts";
import { decodeRollup, encodeRollup, mergeSlots, rollUp, SlotList } from "./rollup.ts";
import { isMember, type Segment, SegmentDraft, type SegmentFile } from "./segment-file.ts";

/** Samples of a stripe: it is committed, and whoever waits for the store gets a turn. */
const STRIPE_SAMPLES = 50_000;
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
  const encoder = new ChunkEncoder();
  const points = new PointList();
  const drafts = new Map<number, { file: SegmentFile; draft: SegmentDraft }>();
  const next = new Map<SegmentFile, number>();
  const oldest = Math.max(...arena.days) - WHOLE_DAYS_BEFORE;
  // A block is named by its first hour.
  const blockOf = (hour: number): number => (hour < oldest * 24 ? hour - (hour % 24) : hour);
  for (const block of [...new Set([...arena.hours].map(blockOf))].sort((a, b) => a - b)) {
    const file = archive.rawFile(Math.floor(block / 24));
    const id = next.get(file) ?? file.nextId();
    next.set(file, id + 1);
    drafts.set(block, { file, draft: new SegmentDraft(id, block) });
  }
  try {
    let stripe = 0;
    for (let series = 0; series < arena.seriesEnd; series++) {
      if (arena.has(series)) {
        points.clear();
        arena.read(series, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, points);
        points.settle();
        stripe += points.length;
        for (let from = 0; from < points.length; ) {
          const block = blockOf(Math.floor(points.time[from]! / HOUR_MS));
          const end = block < oldest * 24 ? (block + 24) * HOUR_MS : (block + 1) * HOUR_MS;
          let to = from + 1;
          while (to < points.length && points.time[to]! < end) to++;
          const { file, draft } = drafts.get(block)!;
          file.put(draft, series, encoder.encode(draft.id, block, series, points, from, to));
          draft.note(series, points.time[from]!, points.time[to - 1]!, to - from);
          from = to;
        }
      }
      if (stripe >= STRIPE_SAMPLES || series % STRIPE_SERIES === STRIPE_SERIES - 1) {
        stripe = 0;
        for (const file of next.keys()) file.commit();
        yield;
      }
    }
    for (const { file, draft } of drafts.values()) file.finish(draft, arena.sequence);
  } finally {
    for (const file of next.keys()) file.rollback();
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
      yield* mergeHour(file, hour, segments);
    }
  }
}

function* mergeHour(file: SegmentFile, hour: number, segments: readonly Segment[]): Job {
  const encoder = new ChunkEncoder();
  const points = new PointList();
  const draft = new SegmentDraft(file.nextId(), hour);
  try {
    let stripe = 0;
    const end = seriesEnd(segments);
    for (let series = 0; series < end; series++) {
      points.clear();
      for (const segment of segments) {
        const record = file.read(segment, series);
        if (record && !decodeChunk(record, segment.id, series, points)) file.reportDamaged(segment, series);
      }
      points.settle();
      if (points.length > 0) {
        file.put(draft, series, encoder.encode(draft.id, hour, series, points, 0, points.length));
        draft.note(series, points.time[0]!, points.time[points.length - 1]!, points.length);
        stripe += points.length;
      }
      if (stripe >= STRIPE_SAMPLES || series % STRIPE_SERIES === STRIPE_SERIES - 1) {
        stripe = 0;
        file.commit();
        yield;
      }
    }
    if (draft.samples > 0) file.finish(draft, Math.max(...segments.map((s) => s.upto)), segments);
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
