const DAY_MS = 86_400_000;

/** `2026-11-22` to whole days since 1970-01-01, the key of tables. */
export function dayNumber(date: string): number {
  return Date.parse(`${date}T00:00:00Z`) / DAY_MS;
}

export function dateOfDay(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}
