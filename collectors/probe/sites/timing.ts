import type { Visit } from "./visit.ts";

/** Medians over the good visits, seconds; null without one. */
export interface Latency {
  readonly dns: number | null;
  readonly tcp: number | null;
  readonly firstByte: number | null;
}

export function latencyOf(visits: readonly Visit[]): Latency {
  const good = visits.filter((visit) => visit.ok);
  const of = (key: keyof Latency) => median(good.flatMap((visit) => visit[key] ?? []));
  return { dns: of("dns"), tcp: of("tcp"), firstByte: of("firstByte") };
}

/** The middle value, or the mean of the two middle ones; null of none. */
export function median(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
