import type { Window } from "./contract.ts";

const DAY_MS = 86_400_000;

/**
 * Local dates of a time zone: `2026-11-22`, and where they begin in UTC ms. Days have 23 to 25 hours where
 * clocks are moved. Throws RangeError for a zone that is not known.
 */
export class Calendar {
  readonly timezone: string;
  readonly #format: Intl.DateTimeFormat;
  readonly #starts = new Map<string, number>();

  constructor(timezone: string) {
    this.timezone = timezone;
    this.#format = new Intl.DateTimeFormat("en-CA", {
      timeZone: timezone,
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
      hourCycle: "h23",
    });
  }

  /** The local date at that instant. */
  dateOf(at: number): string {
    return new Date(at + this.offsetAt(at)).toISOString().slice(0, 10);
  }

  /** Minutes since local midnight at that instant, 0..1439. */
  minuteOf(at: number): number {
    return Math.floor(((((at + this.offsetAt(at)) % DAY_MS) + DAY_MS) % DAY_MS) / 60_000);
  }

  /** UTC ms at which the local date begins; where clocks skip midnight that is later, where they repeat it the first one. */
  startOf(date: string): number {
    const known = this.#starts.get(date);
    if (known !== undefined) return known;
    const midnight = Date.parse(`${date}T00:00:00Z`);
    // Twice: the offset at the first guess may be the one of the other side of a change of clocks.
    let start = midnight - this.offsetAt(midnight);
    start = midnight - this.offsetAt(start);
    if (this.dateOf(start) !== date || this.dateOf(start - 1) === date) start = this.#search(date, midnight);
    if (this.#starts.size > 4000) this.#starts.clear();
    this.#starts.set(date, start);
    return start;
  }

  /** The first instant of the date, or of the next one where a zone skips it: clocks are moved at midnight itself. */
  #search(date: string, midnight: number): number {
    let before = midnight - 2 * DAY_MS;
    let after = midnight + 2 * DAY_MS;
    while (after - before > 1) {
      const middle = Math.floor((before + after) / 2);
      if (this.dateOf(middle) < date) before = middle;
      else after = middle;
    }
    return after;
  }

  /** `days` local days that end with that date. */
  window(date: string, days = 1): Window {
    return { from: this.startOf(addDays(date, 1 - days)), to: this.startOf(addDays(date, 1)) };
  }

  /** ms that local time is ahead of UTC. */
  offsetAt(at: number): number {
    const part: Record<string, number> = {};
    for (const { type, value } of this.#format.formatToParts(at)) part[type] = Number(value);
    const { year, month, day, hour, minute, second } = part as Record<string, number>;
    const local = Date.UTC(year!, month! - 1, day!, hour!, minute!, second!);
    return local - Math.floor(at / 1000) * 1000;
  }
}

/** The date so many days later (earlier when negative). */
export function addDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/** Days from one date to the other. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / DAY_MS);
}

/** Whether the text is a date that exists: `2026-02-30` does not. */
export function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const at = Date.parse(`${text}T00:00:00Z`);
  return Number.isFinite(at) && new Date(at).toISOString().slice(0, 10) === text;
}
