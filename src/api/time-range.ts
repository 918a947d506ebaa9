import { CampusError } from "../errors/campus-error.ts";

const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** Steps that are chosen when none is asked for: people can say them, and roll-ups are multiples of them. */
const STEPS_MS = ["10s", "30s", "1m", "5m", "15m", "30m", "1h", "3h", "6h", "12h", "1d", "7d"].map(
  (text) => durationMs(text)!,
);

/** A series answers at most so many points when no step is asked for, and when one is. */
export const POINTS_CHOSEN = 1500;
export const POINTS_MOST = 11_000;
/** Raw samples are answered for at most this long, ms. */
export const RAW_MOST = 26 * UNIT_MS["h"]!;
/** A query reaches at most this far, ms: ten years. */
export const RANGE_MOST = 3660 * UNIT_MS["d"]!;

export interface TimeRange {
  /** UTC ms, inclusive. */
  readonly from: number;
  /** UTC ms, exclusive. */
  readonly to: number;
  /** ms; undefined: raw samples. */
  readonly stepMs: number | undefined;
  /** Points of one series at most. */
  readonly slots: number;
}

/** `5m`, `1h`, `30s`, `250ms` to ms; undefined for anything else. */
export function durationMs(text: string): number | undefined {
  const match = /^(\d{1,9})(ms|s|m|h|d)$/.exec(text);
  return match ? Number(match[1]) * UNIT_MS[match[2]!]! : undefined;
}

/** UTC ms of `1700000000000`, `2026-11-22T08:10:00Z`, `2026-11-22`, `-24h` or `now`. Throws E_REQUEST. */
export function instantMs(parameter: string, text: string, now: number): number {
  if (text === "now") return now;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  if (text.startsWith("-")) {
    const back = durationMs(text.slice(1));
    if (back !== undefined) return now - back;
  }
  if (/^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2}))?$/.test(text)) {
    const parsed = Date.parse(text);
    if (!Number.isNaN(parsed)) return parsed;
  }
  throw refused(
    parameter,
    `"${text}" is not a time: use UTC milliseconds, ISO 8601 with a zone, or a time back such as -24h`,
  );
}

/** Reads from, to and step of a query and holds them to the caps. Throws E_REQUEST. */
export function timeRange(
  query: { from?: string | undefined; to?: string | undefined; step?: string | undefined },
  now: number,
): TimeRange {
  const to = query.to === undefined ? now : instantMs("to", query.to, now);
  const from = query.from === undefined ? to - UNIT_MS["d"]! : instantMs("from", query.from, now);
  const length = to - from;
  if (!(length > 0)) throw refused("from", "from must be before to");
  if (length > RANGE_MOST) throw refused("from", "a query reaches over ten years at most");
  if (query.step === "raw") {
    if (length > RAW_MOST) throw refused("step", "raw samples are answered for 26 hours at most");
    return { from, to, stepMs: undefined, slots: POINTS_MOST };
  }
  const stepMs = query.step === undefined ? chosenStep(length) : stepOf(query.step);
  const slots = Math.ceil(length / stepMs) + 1;
  if (slots > POINTS_MOST)
    throw refused("step", `this step makes ${slots} points a series; at most ${POINTS_MOST} are answered`);
  return { from, to, stepMs, slots };
}

function stepOf(text: string): number {
  const ms = /^\d{1,12}$/.test(text) ? Number(text) : durationMs(text);
  if (ms === undefined || ms < 1000)
    throw refused("step", `"${text}" is not a step: use raw, a duration such as 5m, or ms (at least 1 s)`);
  return ms;
}

function chosenStep(length: number): number {
  return STEPS_MS.find((ms) => length / ms <= POINTS_CHOSEN - 1) ?? STEPS_MS[STEPS_MS.length - 1]!;
}

function refused(parameter: string, message: string): CampusError {
  return new CampusError("E_REQUEST", `${parameter}: ${message}`, { parameter });
}
