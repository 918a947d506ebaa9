import { quantity } from "../src/measurements/quantities.ts";
import type { TagKey } from "../src/measurements/series.ts";

/** Where a query looks: what the variables at the top of the board choose, as far down as it goes. */
export type Scope = "province" | "city" | "county" | "school" | "device";
const SCOPES: readonly Scope[] = ["province", "city", "county", "school", "device"];

/**
 * A question about one quantity, without a query language in it: each store's text is made of it.
 * Every series is first reduced to one value a slot by `each`; series that share the `by` tags are then put together
 * by `together`.
 */
export interface Question {
  /** Id of the closed list of quantities. */
  readonly quantity: string;
  readonly each: "mean" | "max" | "min" | "last" | "count";
  readonly together?: "sum" | "mean" | "max" | "min" | "count";
  readonly by: readonly TagKey[];
  readonly scope: Scope;
  /** Tags that must have one of these values. */
  readonly only?: Readonly<Partial<Record<TagKey, readonly string[]>>>;
  /** Only the newest value of the whole range, not one a slot. */
  readonly newest?: boolean;
  /** Multiplies the result. */
  readonly factor?: number;
  /** How a series is named; tags in `$tag_NAME`. Without it the `by` tags. */
  readonly name?: string;
}

/** The conditions that the variables make, InfluxQL. A variable is written as a regular expression by Grafana. */
export function scopeConditions(scope: Scope): string {
  return SCOPES.slice(0, SCOPES.indexOf(scope) + 1)
    .map((tag) => `"${tag}" =~ /^$${tag}$/`)
    .join(" AND ");
}

/**
 * The question in InfluxQL as InfluxDB 1, 2 and 3 read it. Names are of closed lists and values of this folder: there
 * is nothing to escape but what Grafana puts in, which it escapes itself.
 */
export function influxQl(question: Question): string {
  const { group, field } = quantity(question.quantity);
  const { each, together, by, factor, newest } = question;
  const conditions = [
    scopeConditions(question.scope),
    ...Object.entries(question.only ?? {}).map(
      ([tag, values]) => `"${tag}" =~ /^(${values.map(escapeRegex).join("|")})$/`,
    ),
    "$timeFilter",
  ].join(" AND ");
  const slot = newest ? [] : ["time($__interval)"];
  const tags = by.map((tag) => `"${tag}"`);
  const groupBy = (parts: readonly string[], fill: string) =>
    parts.length === 0 ? "" : ` GROUP BY ${parts.join(", ")}${newest ? "" : fill}`;
  const times = factor === undefined ? "" : ` * ${factor}`;
  if (together === undefined)
    return `SELECT ${each}("${field}")${times} AS "value" FROM "${group}" WHERE ${conditions}${groupBy([...slot, ...tags], " fill(null)")}`;
  // Each series by itself first: a sum over samples would count a series that is read more often more.
  const inner = `SELECT ${each}("${field}") AS "one" FROM "${group}" WHERE ${conditions}${groupBy([...slot, "*"], " fill(none)")}`;
  return `SELECT ${together}("one")${times} AS "value" FROM (${inner}) WHERE $timeFilter${groupBy([...slot, ...tags], " fill(null)")}`;
}

/** How Grafana names a series of this question. */
export function alias(question: Question): string {
  return question.name ?? (question.by.map((tag) => `$tag_${tag}`).join(" ") || "$col");
}

function escapeRegex(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
}
