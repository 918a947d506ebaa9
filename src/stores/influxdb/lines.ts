import type { SampleBatch } from "../../measurements/batch.ts";
import { type SeriesTable, TAG_KEYS, type Tags } from "../../measurements/series.ts";
import { STATUS } from "../../measurements/status.ts";

/**
 * Tag values that line protocol cannot carry, or not safely, are %-escaped: control characters, the backslash
 * (at the end of a value it would escape what follows), the percent sign itself; the empty value is a lone `%`.
 */
export function encodeTagValue(value: string): string {
  if (value === "") return "%";
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  return value.replace(/[\x00-\x1f\x7f%\\]/g, encodeURIComponent);
}

/** The reverse of `encodeTagValue`; what was not written by it comes back as it is. */
export function decodeTagValue(value: string): string {
  if (value === "%") return "";
  return value.replace(/%[0-9A-F]{2}/g, (code) => String.fromCharCode(Number.parseInt(code.slice(1), 16)));
}

/** Escapes a tag value for line protocol. */
function lineTag(value: string): string {
  return encodeTagValue(value).replace(/[,= ]/g, "\\$&");
}

/** Group and tags as the head of a line. Keys and groups come from closed lists and need no escape. */
function linePrefix(group: string, tags: Tags): string {
  let prefix = group;
  for (const key of TAG_KEYS) {
    const value = tags[key];
    if (value !== undefined) prefix += `,${key}=${lineTag(value)}`;
  }
  return prefix;
}

/** A float of line protocol; a finite number's shortest text is one. */
const float = String;

/** Lines of a batch, and how many samples each of them carries. */
export interface Lines {
  readonly lines: string[];
  readonly samples: number[];
  /** Rows whose time cannot be written. */
  readonly dropped: number;
}

interface TableCache {
  /** Index into `prefixes` and the field's name, by series; -1 where not made yet. */
  prefix: Int32Array;
  readonly field: string[];
}

/** Latest time that 64 bits of nanoseconds hold, ms. */
const LATEST = 9_223_372_036_854;

/**
 * Makes line protocol of batches. The text of a series is made once; rows of one group, one set of tags and one
 * time share a line.
 */
export class LineEncoder {
  readonly #tables = new WeakMap<SeriesTable, TableCache>();
  readonly #prefixes: string[] = [];
  readonly #prefixNumbers = new Map<string, number>();
  #series = 0;

  /** How many series were met so far. */
  get series(): number {
    return this.#series;
  }

  encode(batch: SampleBatch, table: SeriesTable): Lines {
    const cache = this.#cache(table);
    const heads: string[] = [];
    const fields: string[] = [];
    const times: number[] = [];
    const samples: number[] = [];
    const open = new Map<number, Map<number, number>>();
    let dropped = 0;
    for (let i = 0; i < batch.length; i++) {
      const series = batch.series[i]!;
      let prefix = cache.prefix[series]!;
      if (prefix < 0) prefix = this.#bind(cache, table, series);
      const time = Math.round(batch.time[i]!);
      if (!(time >= 0 && time <= LATEST)) {
        dropped++;
        continue;
      }
      const field = cache.field[series]!;
      const value = batch.value[i]!;
      let status = batch.status[i]!;
      if (status === STATUS.ok && !Number.isFinite(value)) status = STATUS.implausible;
      const text = status === STATUS.ok ? `${field}=${float(value)}` : `${field}_status=${status}i`;
      let lines = open.get(time);
      if (!lines) open.set(time, (lines = new Map()));
      const at = lines.get(prefix);
      // A field that the line has already needs a line of its own, after it, so that the last value wins.
      if (at !== undefined && !`,${fields[at]}`.includes(`,${text.slice(0, text.indexOf("=") + 1)}`)) {
        fields[at] += `,${text}`;
        samples[at]!++;
        continue;
      }
      lines.set(prefix, heads.length);
      heads.push(this.#prefixes[prefix]!);
      fields.push(text);
      times.push(time);
      samples.push(1);
    }
    return { lines: heads.map((head, i) => `${head} ${fields[i]} ${times[i]}`), samples, dropped };
  }

  #cache(table: SeriesTable): TableCache {
    let cache = this.#tables.get(table);
    if (!cache) this.#tables.set(table, (cache = { prefix: new Int32Array(0), field: [] }));
    if (cache.prefix.length < table.size) {
      const prefix = new Int32Array(table.size * 2).fill(-1);
      prefix.set(cache.prefix);
      cache.prefix = prefix;
    }
    return cache;
  }

  #bind(cache: TableCache, table: SeriesTable, series: number): number {
    const { quantity, tags } = table.key(series);
    const text = linePrefix(quantity.group, tags);
    let number = this.#prefixNumbers.get(text);
    if (number === undefined) {
      number = this.#prefixes.length;
      this.#prefixes.push(text);
      this.#prefixNumbers.set(text, number);
    }
    cache.prefix[series] = number;
    cache.field[series] = quantity.field;
    this.#series++;
    return number;
  }
}
