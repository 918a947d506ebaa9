import type { Words } from "../words/zh.ts";

/** Schools, power and carriers keep one time: the console shows it wherever the reader sits. */
export const ZONE = "Asia/Shanghai";

const full = new Intl.DateTimeFormat("sv-SE", { timeZone: ZONE, dateStyle: "short", timeStyle: "short" });
const exact = new Intl.DateTimeFormat("sv-SE", { timeZone: ZONE, dateStyle: "short", timeStyle: "medium" });

/** `2026-11-22 08:10` */
export const dateTime = (at: number): string => full.format(at);
/** `2026-11-22 08:10:05` */
export const dateTimeExact = (at: number): string => exact.format(at);

/** As short as it can be told: `08:10` today, `11-21 08:10` this year, else with the year. */
export function moment(at: number, now: number): string {
  const text = dateTime(at);
  const today = dateTime(now);
  if (text.slice(0, 10) === today.slice(0, 10)) return text.slice(11);
  return text.slice(0, 4) === today.slice(0, 4) ? text.slice(5) : text;
}

/** `12 s ago`; from a day on the moment itself. */
export function ago(at: number, now: number, words: Words): string {
  const seconds = Math.max(0, Math.round((now - at) / 1000));
  if (seconds < 2) return words.time.now;
  if (seconds < 60) return words.time.seconds(seconds);
  if (seconds < 3600) return words.time.minutes(Math.floor(seconds / 60));
  if (seconds < 86_400) return words.time.hours(Math.floor(seconds / 3600));
  return moment(at, now);
}

/** ms after which a value is older than two intervals of its kind, and says so. */
export const STALE = { page: 20_000, row: 130_000, reading: 620_000, day: 7 * 86_400_000 } as const;
