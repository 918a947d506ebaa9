import { addDays, type Calendar } from "../calendar.ts";
import type { UnknownReason, Window } from "../contract.ts";
import { type Percentiles, SLOT_MS, SLOTS_NEEDED, type Tops } from "./percentile.ts";
import type { Directions } from "./readings.ts";

/** The local month that an instant lies in. */
export interface Month extends Window {
  /** `2026-11`. */
  readonly name: string;
}

export function monthAt(calendar: Calendar, at: number): Month {
  return monthOf(calendar, calendar.dateOf(at).slice(0, 7));
}

/** The month of that name (`2026-11`). */
export function monthOf(calendar: Calendar, name: string): Month {
  const first = `${name}-01`;
  const next = `${addDays(first, 31).slice(0, 7)}-01`;
  return { name, from: calendar.startOf(first), to: calendar.startOf(next) };
}

export function monthBefore(calendar: Calendar, name: string): Month {
  return monthOf(calendar, addDays(`${name}-01`, -1).slice(0, 7));
}

/** What a month says of a link. */
export interface MonthFigures extends Percentiles, Window {
  readonly name: string;
  readonly slotsWanted: number;
  /** Set: the values are refused. */
  readonly why: UnknownReason | null;
}

/** Refuses the percentiles of a month that has under 90 % of its slots. `to` is the end of what was read. */
export function monthFigures(month: Month, to: number, found: Percentiles): MonthFigures {
  const slotsWanted = Math.max(0, Math.floor((to - month.from) / SLOT_MS));
  const refused = found.slots === 0 || found.slots < SLOTS_NEEDED * slotsWanted;
  return {
    name: month.name,
    from: month.from,
    to,
    slots: found.slots,
    slotsWanted,
    value: refused ? null : found.value,
    inValue: refused ? null : found.inValue,
    outValue: refused ? null : found.outValue,
    why: !refused ? null : found.slots === 0 ? "no-data" : "too-few-slots",
  };
}

/**
 * The running month of one link: days that are over as their largest slots, the last two as all of them, so that
 * they can be read again as data comes in late.
 */
export class RunningMonth {
  readonly month: Month;
  readonly #tops: Tops;
  /** Start of the first day that is not in the tops; UTC ms. */
  readonly openFrom: number;
  readonly #open = new Map<number, Directions>();

  constructor(month: Month, tops: Tops, openFrom: number) {
    this.month = month;
    this.#tops = tops;
    this.openFrom = openFrom;
  }

  /** Takes a day's means, by its start, in place of what was there. */
  setDay(start: number, means: Directions): void {
    this.#open.set(start, means);
  }

  has(start: number): boolean {
    return this.#open.has(start);
  }

  /** Means over the days that are held open. */
  percentiles(): Percentiles {
    const all = this.#tops.copy();
    for (const day of this.#open.values()) all.add(day.in, day.out);
    return all.percentiles();
  }

  /** The same month with the days before `start` put away; itself when there is none. */
  closed(start: number): RunningMonth {
    if (start <= this.openFrom) return this;
    const tops = this.#tops.copy();
    const next = new RunningMonth(this.month, tops, start);
    for (const [day, means] of this.#open)
      if (day < start) tops.add(means.in, means.out);
      else next.#open.set(day, means);
    return next;
  }
}
