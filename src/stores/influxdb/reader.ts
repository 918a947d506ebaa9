import { seriesText, TAG_KEYS, type TagKey, type Tags } from "../../measurements/series.ts";
import type { SeriesResult } from "../contract.ts";
import type { CheckedQuery } from "../query.ts";
import {
  escapeIdentifier,
  escapeString,
  type InfluxOptions,
  type InfluxSeries,
  runQuery,
} from "./connection.ts";
import { decodeTagValue, encodeTagValue } from "./lines.ts";

/** Series that are named one by one in one statement. */
const NAMED = 50;

interface Found {
  readonly text: string;
  readonly tags: Tags;
  readonly series: InfluxSeries;
}

/** Answers queries in InfluxQL. Every name and value is quoted and escaped, whatever it is. */
export class InfluxReader {
  readonly #options: InfluxOptions;

  constructor(options: InfluxOptions) {
    this.#options = options;
  }

  async query(query: CheckedQuery): Promise<SeriesResult[]> {
    if (query.to <= query.from) return [];
    let found = await this.#find(query, equal(query.tags), query.limit + 1);
    if (found.length > query.limit) {
      // InfluxDB orders series by its own rule: take the first ones by ours and ask for them by name.
      const chosen = (await this.series(query.quantity.id, query.quantity, query.tags)).slice(0, query.limit);
      found = [];
      for (let at = 0; at < chosen.length; at += NAMED) {
        const names = chosen.slice(at, at + NAMED).map((tags) => `(${exactly(tags).join(" AND ")})`);
        found.push(...(await this.#find(query, [`(${names.join(" OR ")})`], NAMED + 1)));
      }
      found.sort((a, b) => (a.text < b.text ? -1 : 1));
    }
    return found
      .slice(0, query.limit)
      .map(({ tags, series }) => ({ quantity: query.quantity.id, tags, ...columns(series) }));
  }

  /** The tags of each series of a quantity, ordered by the series' text, also of those with no good sample. */
  async series(id: string, quantity: { group: string; field: string }, tags: Tags): Promise<Tags[]> {
    const where = conditions(equal(tags));
    const select = (field: string) =>
      `SELECT last("${field}") FROM ${this.#from(quantity.group)}${where} GROUP BY *`;
    const answers = await runQuery(
      this.#options,
      `${select(quantity.field)}; ${select(`${quantity.field}_status`)}`,
    );
    const all = new Map<string, Tags>();
    for (const series of answers.flat()) {
      const found = tagsOf(series);
      all.set(seriesText(id, found), found);
    }
    return [...all].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, found]) => found);
  }

  async #find(query: CheckedQuery, where: readonly string[], limit: number): Promise<Found[]> {
    const { quantity, step } = query;
    const value = step ? `${step.aggregate}("${quantity.field}")` : `"${quantity.field}"`;
    const range = [`time >= ${query.from}ms`, `time < ${query.to}ms`];
    const group = step ? `GROUP BY *, time(${step.ms}ms) fill(none)` : "GROUP BY *";
    const statement = `SELECT ${value} AS value FROM ${this.#from(quantity.group)}${conditions([...where, ...range])} ${group} SLIMIT ${limit}`;
    const [answer = []] = await runQuery(this.#options, statement);
    return answer
      .map((series) => {
        const tags = tagsOf(series);
        return { text: seriesText(quantity.id, tags), tags, series };
      })
      .filter(({ series }) => series.values.length > 0)
      .sort((a, b) => (a.text < b.text ? -1 : 1));
  }

  #from(group: string): string {
    const policy = this.#options.retentionPolicy;
    const measurement = `"${escapeIdentifier(group)}"`;
    return policy === undefined ? measurement : `"${escapeIdentifier(policy)}".${measurement}`;
  }
}

function condition(key: string, value: string): string {
  return `"${escapeIdentifier(key)}" = '${escapeString(value)}'`;
}

/** Conditions that the given tags are equal; the others may be anything. */
function equal(tags: Tags): string[] {
  return Object.entries(tags).map(([key, value]) => condition(key, encodeTagValue(value)));
}

/** Conditions that these are the series' tags and that it has no others. */
function exactly(tags: Tags): string[] {
  return TAG_KEYS.map((key) => {
    const value = tags[key];
    return condition(key, value === undefined ? "" : encodeTagValue(value));
  });
}

function conditions(all: readonly string[]): string {
  return all.length === 0 ? "" : ` WHERE ${all.join(" AND ")}`;
}

/** InfluxDB gives a tag that a series does not have the empty text. */
function tagsOf(series: InfluxSeries): Tags {
  const tags: Partial<Record<TagKey, string>> = {};
  for (const key of TAG_KEYS) {
    const value = series.tags?.[key];
    if (value !== undefined && value !== "") tags[key] = decodeTagValue(value);
  }
  return tags;
}

function columns(series: InfluxSeries): { times: Float64Array; values: Float64Array } {
  const good = series.values.filter((row) => typeof row[1] === "number");
  return {
    times: Float64Array.from(good, (row) => Number(row[0])),
    values: Float64Array.from(good, (row) => Number(row[1])),
  };
}
