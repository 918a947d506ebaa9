import { dateTime } from "../text/time.ts";

const DAY = 86_400_000;
/** Shanghai has kept UTC+8 since 1991: days and months begin there, wherever the reader sits. */
const OFFSET = 8 * 3_600_000;

/** `2026-11-22`. */
export const plainDate = (at: number): string => dateTime(at).slice(0, 10);

/** UTC ms of the local midnight with which `2026-11-22` begins; NaN of anything else. */
export const dateOf = (date: string): number =>
  /^\d{4}-\d{2}-\d{2}$/.test(date) ? Date.parse(`${date}T00:00:00Z`) - OFFSET : Number.NaN;

/** Three to six round values within [bottom, top]. */
export function valueTicks(bottom: number, top: number): number[] {
  const reach = top - bottom;
  if (!(reach > 0)) return [bottom];
  const raw = reach / 5;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 2.5, 5, 10].map((one) => one * power).find((one) => one >= raw) ?? raw;
  const ticks: number[] = [];
  for (let n = Math.ceil(bottom / step - 1e-9); n * step <= top + step * 1e-9; n += 1) ticks.push(n * step);
  return ticks;
}

export interface Tick {
  readonly at: number;
  readonly text: string;
}

/** Hours, days, months or years, whichever gives at most so many. */
export function timeTicks(from: number, to: number, most: number, language: "zh" | "en"): Tick[] {
  const span = to - from;
  if (!(span > 0)) return [];
  for (const hours of [1, 3, 6, 12]) {
    if (span / (hours * 3_600_000) <= most) {
      return every(from, to, hours * 3_600_000, (at) => {
        const text = dateTime(at);
        return text.slice(11) === "00:00" ? text.slice(5, 10) : text.slice(11);
      });
    }
  }
  for (const days of [1, 2, 7, 14]) {
    if (span / (days * DAY) <= most) return every(from, to, days * DAY, (at) => dateTime(at).slice(5, 10));
  }
  for (const months of [1, 2, 3, 6, 12, 24, 60]) {
    if (span / (months * 30.4 * DAY) <= most) return monthly(from, to, months, language);
  }
  return [];
}

function every(from: number, to: number, step: number, say: (at: number) => string): Tick[] {
  const ticks: Tick[] = [];
  for (let at = Math.ceil((from + OFFSET) / step) * step - OFFSET; at <= to; at += step) {
    ticks.push({ at, text: say(at) });
  }
  return ticks;
}

function monthly(from: number, to: number, step: number, language: "zh" | "en"): Tick[] {
  const ticks: Tick[] = [];
  const start = new Date(from + OFFSET);
  for (let n = 0; n < 400; n += 1) {
    const month = Math.ceil(start.getUTCMonth() / step) * step + n * step;
    const at = Date.UTC(start.getUTCFullYear(), month, 1) - OFFSET;
    if (at > to) break;
    if (at >= from) ticks.push({ at, text: monthText(plainDate(at).slice(0, 7), language) });
  }
  return ticks;
}

const EN_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** `2028-03` as `Mar 2028`, 2028年3月. */
export function monthText(month: string, language: "zh" | "en"): string {
  const [year, number] = month.split("-");
  const n = Number(number);
  if (!(n >= 1 && n <= 12)) return month;
  return language === "zh" ? `${year}年${n}月` : `${EN_MONTHS[n - 1]} ${year}`;
}
