import type { School } from "../../inventory/model.ts";
import type { SeriesResult, Store } from "../../stores/contract.ts";
import { Calendar } from "../calendar.ts";
import type { Window } from "../contract.ts";
import type { Evidence } from "../evidence.ts";
import { type Share, shareOf } from "../share.ts";

const HOUR_MS = 3_600_000;

export interface TerminalDays {
  /** Undefined: no day of the window was counted. */
  readonly share: Share | undefined;
  readonly evidence: readonly Evidence[];
}

/**
 * The share of terminals with IPv6 over the days of a window. A day's number is the largest of the day: the count
 * grows from midnight on, and a restart of campusd begins it anew. Days weigh as many terminals as they had; a
 * terminal of two days counts in both, for nothing is kept that could tell that it is the same.
 */
export async function terminalDays(
  store: Store,
  school: School,
  window: Window,
  timezone: string,
): Promise<TerminalDays> {
  const calendar = new Calendar(timezone);
  const [seen, ipv6] = await Promise.all(
    ["terminals.seen", "terminals.ipv6"].map(
      async (quantity): Promise<SeriesResult | undefined> =>
        (
          await store.query({
            quantity,
            tags: { school: school.id },
            ...window,
            stepMs: HOUR_MS,
            aggregate: "max",
          })
        )[0],
    ),
  );
  if (!seen || !ipv6 || seen.times.length === 0) return { share: undefined, evidence: [] };
  const all = largestOfDays(seen, calendar);
  const active = largestOfDays(ipv6, calendar);
  let numerator = 0;
  let denominator = 0;
  for (const [day, count] of all) {
    denominator += count;
    numerator += Math.min(count, active.get(day) ?? 0);
  }
  const at = seen.times.at(-1)!;
  return {
    share: shareOf(numerator, denominator, { at, why: "no-data" }),
    evidence: [ipv6, seen].map(({ quantity, tags, times }, i) => ({
      kind: "series",
      subject: school.id,
      label: school.name,
      quantity,
      tags,
      from: window.from,
      to: window.to,
      value: i === 0 ? numerator : denominator,
      samples: times.length,
    })),
  };
}

function largestOfDays(result: SeriesResult, calendar: Calendar): Map<string, number> {
  const days = new Map<string, number>();
  for (let i = 0; i < result.times.length; i++) {
    const day = calendar.dateOf(result.times[i]!);
    days.set(day, Math.max(days.get(day) ?? 0, result.values[i]!));
  }
  return days;
}
