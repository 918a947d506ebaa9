import { STATUS } from "../../measurements/status.ts";
import type { CheckedQuery } from "../query.ts";
import { type Archive, DAY_MS, dayOf, LEVELS, type Level } from "./archive.ts";
import type { Arena } from "./arena.ts";
import { PointList } from "./points.ts";
import { decodeRollup, mergeSlots, rollUp, SlotList } from "./rollup.ts";
import { isMember } from "./segment-file.ts";
import { SlotCollector } from "./slots.ts";

/** Where the numbers of one day come from. */
interface DayPlan {
  readonly day: number;
  /** Undefined: from the raw samples. */
  readonly level?: Level;
  /** The roll-up is all there is to ask: the raw samples say the same. */
  readonly rollupAlone: boolean;
}

/** Answers queries from segments, roll-ups and the samples that are not sealed yet. */
export class Reader {
  readonly #archive: Archive;
  /** The arenas in the order in which they were filled. */
  readonly #arenas: () => readonly Arena[];
  readonly #points = new PointList();
  readonly #slots = new SlotList();
  readonly #raw = new SlotList();
  readonly #merged = new SlotList();

  constructor(archive: Archive, arenas: () => readonly Arena[]) {
    this.#archive = archive;
    this.#arenas = arenas;
  }

  /** The samples of a series in [from, to) that are in a day's file, settled; `into` is replaced. */
  readSegments(day: number, series: number, from: number, to: number, into: PointList): void {
    into.clear();
    const file = this.#archive.raw.get(day);
    if (!file) return;
    // The list is replaced when a file is rebuilt while it is read.
    for (const segment of file.segments) {
      if (segment.from >= to || segment.to < from) continue;
      file.readInto(segment, series, into);
    }
  }

  /** Which days a query has to look at, and where. Made once a query. */
  plan(query: CheckedQuery): DayPlan[] {
    const arenas = this.#arenas();
    const plans: DayPlan[] = [];
    if (query.to <= query.from) return plans;
    for (const day of this.#days(query.from, query.to)) {
      const start = day * DAY_MS;
      const end = start + DAY_MS;
      const level = query.step && this.#level(day, query.step.ms);
      const unsealed = arenas.some((arena) => arena.earliest < end && arena.latest >= start);
      const complete = this.#archive.raw.has(day) && !this.#archive.isRemnant(day);
      const inside = query.from <= start && query.to >= end;
      if (level === undefined) plans.push({ day, rollupAlone: false });
      else if (!complete) plans.push({ day, level, rollupAlone: false });
      else if (inside && !unsealed && this.#archive.isRolled(day))
        plans.push({ day, level, rollupAlone: true });
      else plans.push({ day, rollupAlone: false });
    }
    return plans;
  }

  /** The days in [from, to) of which there is something, ascending. */
  #days(from: number, to: number): number[] {
    const days = new Set<number>();
    const first = dayOf(from);
    const last = dayOf(to - 1);
    for (const day of this.#archive.raw.keys()) if (day >= first && day <= last) days.add(day);
    for (const day of this.#archive.rollupDays()) if (day >= first && day <= last) days.add(day);
    for (const arena of this.#arenas())
      for (const day of arena.days) if (day >= first && day <= last) days.add(day);
    return [...days].sort((a, b) => a - b);
  }

  #level(day: number, step: number): Level | undefined {
    for (const level of [1, 0] as const)
      if (step % LEVELS[level].width === 0 && this.#archive.rollup(level, day)) return level;
    return undefined;
  }

  /** The answer for one series. */
  read(
    series: number,
    query: CheckedQuery,
    plans: readonly DayPlan[],
  ): { times: Float64Array; values: Float64Array } {
    const slots = query.step && new SlotCollector(query.step.ms, query.step.aggregate);
    let times = new Float64Array(0);
    let values = new Float64Array(0);
    for (const plan of plans) {
      const start = plan.day * DAY_MS;
      if (plan.level !== undefined && this.#readRollup(series, query, plan, plan.level, slots!)) continue;
      const points = this.#points;
      this.#readDay(series, plan.day, Math.max(query.from, start), Math.min(query.to, start + DAY_MS));
      if (slots) {
        for (let i = 0; i < points.length; i++)
          if (points.status[i] === STATUS.ok) slots.add(points.time[i]!, points.value[i]!);
        continue;
      }
      let good = 0;
      for (let i = 0; i < points.length; i++)
        if (points.status[i] === STATUS.ok) {
          points.time[good] = points.time[i]!;
          points.value[good] = points.value[i]!;
          good++;
        }
      times = joined(times, points.time, good);
      values = joined(values, points.value, good);
    }
    return slots ? slots.take() : { times, values };
  }

  /** All samples of a series in [from, to), sealed or not, into #points. */
  #readDay(series: number, day: number, from: number, to: number): void {
    const points = this.#points;
    this.readSegments(day, series, from, to, points);
    for (const arena of this.#arenas()) arena.read(series, from, to, points);
    points.settle();
    let n = 0;
    for (let i = 0; i < points.length; i++) {
      const time = points.time[i]!;
      if (time < from || time >= to) continue;
      points.time[n] = time;
      points.value[n] = points.value[i]!;
      points.status[n] = points.status[i]!;
      n++;
    }
    points.length = n;
  }

  /** Adds a day's roll-up slots; false when the raw samples have to serve instead. */
  #readRollup(
    series: number,
    query: CheckedQuery,
    plan: DayPlan,
    level: Level,
    into: SlotCollector,
  ): boolean {
    const rolled = this.#archive.rollup(level, plan.day);
    if (!rolled) return false;
    const { file, segment } = rolled;
    const start = plan.day * DAY_MS;
    const width = LEVELS[level].width;
    const record = file.read(segment, series);
    if (!record && plan.rollupAlone && isMember(segment.members, series)) return false;
    let slots = this.#slots;
    slots.clear();
    if (record && !decodeRollup(record, segment.id, series, slots)) {
      file.reportDamaged(segment, series);
      if (plan.rollupAlone) return false;
    }
    if (!plan.rollupAlone) {
      this.#readDay(series, plan.day, start, start + DAY_MS);
      rollUp(this.#points, start, start + DAY_MS, width, this.#raw);
      mergeSlots(slots, this.#raw, this.#merged);
      slots = this.#merged;
    }
    for (let i = 0; i < slots.length; i++) {
      const time = start + slots.slot[i]! * width;
      if (time < query.from || time >= query.to) continue;
      into.addSlot(time, slots.count[i]!, slots.min[i]!, slots.max[i]!, slots.sum[i]!, slots.last[i]!);
    }
    return true;
  }
}

function joined(
  before: Float64Array<ArrayBuffer>,
  more: Float64Array,
  length: number,
): Float64Array<ArrayBuffer> {
  if (length === 0) return before;
  const all = new Float64Array(before.length + length);
  all.set(before);
  all.set(more.subarray(0, length), before.length);
  return all;
}
