import { addDays, type Calendar } from "../calendar.ts";
import type { Window } from "../contract.ts";

/** Width of a slot, ms. */
export const SLOT_MS = 300_000;

/** Hours of the day in which a school works: whole hours, local time, [from, to). */
export interface TermHours {
  readonly from: number;
  readonly to: number;
}

export interface TermSlots {
  /** Start of slot 0, UTC ms. */
  readonly from: number;
  readonly slots: number;
  /** 1 where the whole slot lies in the window and in term hours. */
  readonly inTerm: Uint8Array;
  /** Local day of each slot, counted from 0. */
  readonly day: Uint16Array;
}

/** The slots of a window; a slot that the window cuts is there, and is not in term. */
export function termSlots(calendar: Calendar, window: Window, hours: TermHours): TermSlots {
  const from = Math.floor(window.from / SLOT_MS) * SLOT_MS;
  const slots = Math.max(0, Math.ceil((window.to - from) / SLOT_MS));
  const inTerm = new Uint8Array(slots);
  const day = new Uint16Array(slots);
  let date = calendar.dateOf(from);
  for (let n = 0; ; n++, date = addDays(date, 1)) {
    const begin = calendar.startOf(date);
    if (begin >= window.to) break;
    const end = calendar.startOf(addDays(date, 1));
    const first = Math.max(0, Math.ceil((begin - from) / SLOT_MS));
    for (let slot = first; slot < slots; slot++) {
      const at = from + slot * SLOT_MS;
      if (at >= end) break;
      day[slot] = n;
      const hour = (at - begin) / 3_600_000;
      const whole = at >= window.from && at + SLOT_MS <= window.to;
      if (whole && hour >= hours.from && hour < hours.to) inTerm[slot] = 1;
    }
  }
  return { from, slots, inTerm, day };
}
