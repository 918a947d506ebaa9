import type { Clock } from "./contract.ts";

/** The machine's own clocks. */
export function systemClock(): Clock {
  return { now: () => Date.now(), monotonic: () => performance.now() };
}
