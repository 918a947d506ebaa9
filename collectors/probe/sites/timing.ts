import { medianOf } from "../../../src/measurements/percentile.ts";
import type { Visit } from "./visit.ts";

/** Medians over the good visits, seconds; null without one. */
export interface Latency {
  readonly dns: number | null;
  readonly tcp: number | null;
  readonly firstByte: number | null;
}

export function latencyOf(visits: readonly Visit[]): Latency {
  const good = visits.filter((visit) => visit.ok);
  const of = (key: keyof Latency) => medianOf(good.flatMap((visit) => visit[key] ?? []));
  return { dns: of("dns"), tcp: of("tcp"), firstByte: of("firstByte") };
}
