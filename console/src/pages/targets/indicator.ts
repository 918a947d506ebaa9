import { count, digits, quantity, ratio, speed } from "../../text/format.ts";
import type { Words } from "../../words/zh.ts";

/** A number of a condition in its unit: shares as percent, rates with their prefix, counts as they are. */
export function indicatorValue(value: number, unit: string, words: Words): string {
  if (unit === "ratio" || unit === "share") return ratio(value).text;
  if (unit === "bit/s") return speed(value).text;
  if (unit === "" || unit === "count" || unit === "state")
    return Number.isInteger(value) ? count(value).text : digits(value);
  return quantity(value, unit, words).text;
}

const SIGNS: Readonly<Record<string, string>> = { ">=": "≥", "<=": "≤", ">": ">", "<": "<", "=": "=" };

/** A limit as it was written: `95 %`, not `95.0 %`. */
const limitValue = (limit: number, unit: string, words: Words): string =>
  unit === "ratio" || unit === "share"
    ? `${Number((limit * 100).toPrecision(6))}\u00a0%`
    : indicatorValue(limit, unit, words);

/** `≥ 95 %`. */
export const limitText = (op: string, limit: number, unit: string, words: Words): string =>
  `${SIGNS[op] ?? op}\u00a0${limitValue(limit, unit, words)}`;
