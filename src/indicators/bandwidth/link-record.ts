import type { Link } from "../../inventory/model.ts";
import type { Store } from "../../stores/contract.ts";
import { addDays, type Calendar, daysBetween } from "../calendar.ts";
import { schoolDays } from "./forecast.ts";
import { type MonthFigures, monthAt, monthFigures, RunningMonth } from "./month.ts";
import { SLOT_MS, Tops } from "./percentile.ts";
import { hourlyMeans, lightMedians, type Measured, packetShares, slotPieces } from "./readings.ts";
import { type DayPoint, type Trend, trendOf } from "./trend.ts";

const MINUTE = 60_000;
const HOUR = 3_600_000;
const DAY = 86_400_000;

/** A slot is whole when the poll after it has come in. ms. */
const SETTLE_MS = 90_000;
/** The day before is read again until this minute of a day: what a spool held back comes late. */
const YESTERDAY_MINUTES = 120;
/** School hours, local; the busiest full hour within them is the day's point. */
const SCHOOL_HOURS = { from: 7, to: 18 };
/** Days that a forecast looks back. */
const BUSY_DAYS = 120;
const PACKETS_EVERY = 15 * MINUTE;
const LIGHT_EVERY = HOUR;

/** All that the ledger knows of a link; numbers of the last refresh. */
export interface LinkFigures {
  readonly month: MonthFigures;
  /** Shares of packets of the last hour, 0..1. */
  readonly errorShare: number | null;
  readonly discardShare: number | null;
  /** dBm by lane, "" where a module has one: the median of seven days. */
  readonly light: ReadonlyMap<string, number>;
  /** Busy hours of school days, oldest first: bit/s of the larger direction. */
  readonly busyHours: readonly DayPoint[];
  readonly trend: Trend | undefined;
  /** The local day's number since 1970-01-01 that a forecast starts from. */
  readonly today: number;
  /** UTC ms of the refresh. */
  readonly at: number;
}

/** What one link remembers between refreshes. Every `refresh` reads the store in small pieces. */
export class LinkRecord {
  readonly measured: Measured;
  readonly #store: Store;
  readonly #calendar: Calendar;
  #running: RunningMonth | undefined;
  /** End of what the running month was read to. */
  #until = 0;
  #busy = new Map<string, number>();
  #busyUntil = "";
  #school: readonly DayPoint[] = [];
  #trend: Trend | undefined;
  #packets: { errorShare: number | null; discardShare: number | null } = {
    errorShare: null,
    discardShare: null,
  };
  #packetsAt = 0;
  #light: ReadonlyMap<string, number> = new Map();
  #lightAt = 0;
  figures: LinkFigures | undefined;

  constructor(store: Store, calendar: Calendar, { device, interface: key }: Measured) {
    this.#store = store;
    this.#calendar = calendar;
    this.measured = { device, interface: key };
  }

  /** Whether the record is of the place where the link is measured now. */
  isOf(link: Link): boolean {
    return this.measured.device === link.device && this.measured.interface === link.interface;
  }

  /**
   * Brings the figures up to `now` (UTC ms). `whole` reads the month again from its beginning, for what came in
   * late. `pause` is awaited between pieces of work. Throws what the store throws; the figures then stay.
   */
  async refresh(now: number, whole: boolean, pause: () => Promise<void>): Promise<void> {
    const figures = await this.#month(now, whole, pause);
    await pause();
    // What was not there yet is looked for in every round.
    if (now - this.#packetsAt >= PACKETS_EVERY || this.#packets.errorShare === null) {
      this.#packets = await packetShares(this.#store, this.measured, { from: now - HOUR, to: now });
      this.#packetsAt = now;
      await pause();
    }
    if (whole || now - this.#lightAt >= LIGHT_EVERY || this.#light.size === 0) {
      this.#light = await lightMedians(this.#store, this.measured, { from: now - 7 * DAY, to: now });
      this.#lightAt = now;
      await pause();
    }
    const today = this.#calendar.dateOf(now);
    await this.#busyHours(today, whole);
    this.figures = {
      month: figures,
      ...this.#packets,
      light: this.#light,
      busyHours: this.#school,
      trend: this.#trend,
      today: dayNumber(today),
      at: now,
    };
  }

  async #month(now: number, whole: boolean, pause: () => Promise<void>): Promise<MonthFigures> {
    const calendar = this.#calendar;
    const until = Math.floor((now - SETTLE_MS) / SLOT_MS) * SLOT_MS;
    const month = monthAt(calendar, until);
    const date = calendar.dateOf(until);
    const today = calendar.startOf(date);
    const yesterday = Math.max(month.from, calendar.startOf(addDays(date, -1)));
    // Not after a pause (a machine that slept) over a whole day: days between would be missing.
    const follows = this.#running?.month.name === month.name && this.#until >= yesterday;
    let running = follows && !whole ? this.#running : undefined;
    if (running) running = running.closed(yesterday);
    else {
      const tops = new Tops();
      for await (const piece of slotPieces(this.#store, this.measured, { from: month.from, to: yesterday })) {
        tops.add(piece.in, piece.out);
        await pause();
      }
      running = new RunningMonth(month, tops, yesterday);
    }
    const again =
      until - today < YESTERDAY_MINUTES * MINUTE || this.#until < today || !running.has(yesterday);
    for (const [from, to] of [
      [yesterday, today],
      [today, until],
    ] as const) {
      if (from >= to || (from !== today && !again)) continue;
      for await (const piece of slotPieces(this.#store, this.measured, { from, to }))
        running.setDay(from, piece);
    }
    this.#running = running;
    this.#until = until;
    return monthFigures(month, until, running.percentiles());
  }

  /** The days that are over since the last time; a day's number never changes but when all are read again. */
  async #busyHours(today: string, whole: boolean): Promise<void> {
    if (this.#busyUntil === today && !whole) return;
    const back = whole || this.#busyUntil === "" ? BUSY_DAYS : daysBetween(this.#busyUntil, today) + 2;
    const first = addDays(today, -Math.min(BUSY_DAYS, back));
    const calendar = this.#calendar;
    const hours = await hourlyMeans(this.#store, this.measured, {
      from: calendar.startOf(first),
      to: calendar.startOf(today),
    });
    const oldest = addDays(today, -BUSY_DAYS);
    for (const date of this.#busy.keys()) if (date < oldest) this.#busy.delete(date);
    for (let date = first; date < today; date = addDays(date, 1)) {
      const busiest = busiestHour(hours, calendar.startOf(date));
      if (busiest === null) this.#busy.delete(date);
      else this.#busy.set(date, busiest);
    }
    this.#busyUntil = today;
    const points = [...this.#busy]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([date, value]) => ({ day: dayNumber(date), value }));
    this.#school = schoolDays(points);
    this.#trend = trendOf(this.#school);
  }
}

/** The largest hourly mean between 07:00 and 18:00 of a day, bit/s; null without one. */
function busiestHour(hours: ReadonlyMap<number, number>, dayStart: number): number | null {
  let busiest: number | null = null;
  const from = Math.ceil((dayStart + SCHOOL_HOURS.from * HOUR) / HOUR) * HOUR;
  for (let hour = from; hour + HOUR <= dayStart + SCHOOL_HOURS.to * HOUR; hour += HOUR) {
    const value = hours.get(hour);
    if (value !== undefined && (busiest === null || value > busiest)) busiest = value;
  }
  return busiest;
}

export function dayNumber(date: string): number {
  return Math.round(Date.parse(`${date}T00:00:00Z`) / DAY);
}
