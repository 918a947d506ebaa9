import type { Device, School } from "../../inventory/model.ts";
import type { Store } from "../../stores/contract.ts";
import type { Calendar } from "../calendar.ts";
import type { Window } from "../contract.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Width of a slot of availability, ms. */
export const SLOT_MS = 5 * MINUTE;
/** What did not answer for so long is not there, ms. */
export const FRESH_MS = 7 * DAY;
/** A school has hundreds of devices, seldom thousands. */
const MOST_SERIES = 5000;

/** Hours of the day in which a school works, local, [from, to). */
export const TERM_HOURS = Object.freeze({ from: 7, to: 22 });

export interface NewestAnswers {
  /** The newest hour in which each device answered, UTC ms; devices that did not are left out. */
  readonly byDevice: ReadonlyMap<string, number>;
  /** The newest hour in which any device was asked, UTC ms; null: nobody asked. */
  readonly asked: number | null;
}

/** Who answered in the seven days before `to`. */
export async function newestAnswers(store: Store, school: School, to: number): Promise<NewestAnswers> {
  const results = await store.query({
    quantity: "device.up",
    tags: { school: school.id },
    from: Math.max(0, to - FRESH_MS),
    to,
    stepMs: HOUR,
    aggregate: "max",
    limit: MOST_SERIES,
  });
  const byDevice = new Map<string, number>();
  let asked: number | null = null;
  for (const { tags, times, values } of results) {
    if (tags.device === undefined || times.length === 0) continue;
    asked = Math.max(asked ?? 0, times.at(-1)!);
    for (let i = times.length - 1; i >= 0; i--) {
      if (values[i] !== 1) continue;
      byDevice.set(tags.device, Math.max(byDevice.get(tags.device) ?? 0, times[i]!));
      break;
    }
  }
  return { byDevice, asked };
}

export interface AnsweredSlots {
  readonly up: number;
  readonly down: number;
  /** Nobody asked, or the answer is lost. */
  readonly untold: number;
  /** UTC ms of the newest slot that is told of; null without one. */
  readonly at: number | null;
}

/** Slots of term hours in which at least one of the devices answered. */
export async function answeredSlots(
  store: Store,
  devices: readonly Device[],
  calendar: Calendar,
  window: Window,
): Promise<AnsweredSlots> {
  const from = Math.ceil(window.from / SLOT_MS) * SLOT_MS;
  const slots = Math.max(0, Math.floor((window.to - from) / SLOT_MS));
  const state = new Int8Array(slots).fill(-1);
  for (const { id, school } of devices) {
    const results = await store.query({
      quantity: "device.up",
      tags: { school, device: id },
      from,
      to: from + slots * SLOT_MS,
      stepMs: SLOT_MS,
      aggregate: "max",
    });
    for (const { times, values } of results)
      for (let i = 0; i < times.length; i++) {
        const slot = Math.floor((times[i]! - from) / SLOT_MS);
        if (slot >= 0 && slot < slots) state[slot] = Math.max(state[slot]!, values[i] === 1 ? 1 : 0);
      }
  }
  const inTerm = termSlots(calendar, from, slots);
  let up = 0;
  let down = 0;
  let untold = 0;
  let at: number | null = null;
  for (let slot = 0; slot < slots; slot++) {
    if (inTerm[slot] === 0) continue;
    if (state[slot] === -1) untold++;
    else {
      if (state[slot] === 1) up++;
      else down++;
      at = from + slot * SLOT_MS;
    }
  }
  return { up, down, untold, at };
}

/** 1 for each slot that lies in term hours. */
function termSlots(calendar: Calendar, from: number, slots: number): Uint8Array {
  const inTerm = new Uint8Array(slots);
  // Offsets change on the hour at most: one look at the clock for each hour of slots.
  for (let slot = 0; slot < slots; ) {
    const at = from + slot * SLOT_MS;
    const minute = calendar.minuteOf(at);
    const hour = Math.floor(minute / 60);
    const rest = Math.max(1, Math.ceil((60 - (minute % 60)) / 5));
    if (hour >= TERM_HOURS.from && hour < TERM_HOURS.to) inTerm.fill(1, slot, Math.min(slots, slot + rest));
    slot += rest;
  }
  return inTerm;
}

export interface AnsweredHours {
  readonly hours: number;
  readonly heard: number;
  /** UTC ms of the newest hour that was heard; null without one. */
  readonly at: number | null;
}

/** Hours of the window in which at least one device of the school answered. */
export async function answeredHours(store: Store, school: School, window: Window): Promise<AnsweredHours> {
  const from = Math.floor(window.from / HOUR) * HOUR;
  const results = await store.query({
    quantity: "device.up",
    tags: { school: school.id },
    from: window.from,
    to: window.to,
    stepMs: HOUR,
    aggregate: "max",
    limit: MOST_SERIES,
  });
  const heard = new Set<number>();
  for (const { times, values } of results)
    for (let i = 0; i < times.length; i++)
      if (values[i] === 1) heard.add(Math.floor((times[i]! - from) / HOUR));
  const last = Math.max(-1, ...heard);
  return {
    hours: Math.max(0, Math.ceil((window.to - from) / HOUR)),
    heard: heard.size,
    at: last < 0 ? null : Math.max(window.from, from + last * HOUR),
  };
}

export interface NightAndDay {
  /** Sum over the meters of the mean power of 22:00 to 06:00, W. */
  readonly night: number;
  /** Sum over the same meters of the mean power of 06:00 to 22:00, W. */
  readonly day: number;
  /** Meters that told enough of both, and those that did not. */
  readonly meters: number;
  readonly untold: number;
  readonly at: number | null;
}

/** A meter tells of a night in so many hours at least, and of a day in so many. */
const LEAST_NIGHT_HOURS = 4;
const LEAST_DAY_HOURS = 8;

/** Mean power of night and day, of the meters that tell of both. */
export async function nightAndDay(
  store: Store,
  meters: readonly Device[],
  calendar: Calendar,
  window: Window,
): Promise<NightAndDay> {
  let night = 0;
  let day = 0;
  let told = 0;
  let at: number | null = null;
  for (const { id, school } of meters) {
    const hours = await hourlyPower(store, { school, device: id }, window);
    const sums = { night: 0, nightHours: 0, day: 0, dayHours: 0 };
    for (const [time, watts] of hours) {
      const hour = Math.floor(calendar.minuteOf(time) / 60);
      if (hour >= 22 || hour < 6) {
        sums.night += watts;
        sums.nightHours++;
      } else {
        sums.day += watts;
        sums.dayHours++;
      }
      if (at === null || time > at) at = time;
    }
    if (sums.nightHours < LEAST_NIGHT_HOURS || sums.dayHours < LEAST_DAY_HOURS) continue;
    told++;
    night += sums.night / sums.nightHours;
    day += sums.day / sums.dayHours;
  }
  return { night, day, meters: told, untold: meters.length - told, at };
}

/** Mean active power by hour, W: the total where the meter has one, else the sum of its phases. */
async function hourlyPower(
  store: Store,
  tags: { readonly school: string; readonly device: string },
  { from, to }: Window,
): Promise<Map<number, number>> {
  const results = await store.query({
    quantity: "electric.active_power",
    tags,
    from,
    to,
    stepMs: HOUR,
    aggregate: "mean",
  });
  const total = results.filter((one) => one.tags.phase === undefined || one.tags.phase === "total");
  const hours = new Map<number, number>();
  for (const { times, values } of total.length > 0 ? total.slice(0, 1) : results)
    for (let i = 0; i < times.length; i++) hours.set(times[i]!, (hours.get(times[i]!) ?? 0) + values[i]!);
  return hours;
}
