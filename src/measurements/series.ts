import { type Quantity, quantity } from "./quantities.ts";

/** The closed list of tag keys, in the order in which they are written. */
export const TAG_KEYS = [
  "province",
  "city",
  "county",
  "school",
  "building",
  "room",
  "device",
  "role",
  "interface",
  "ap",
  "radio",
  "ssid",
  "sensor",
  "phase",
  "lane",
  "family",
] as const;
export type TagKey = (typeof TAG_KEYS)[number];
export type Tags = Readonly<Partial<Record<TagKey, string>>>;

export interface SeriesKey {
  readonly quantity: Quantity;
  readonly tags: Tags;
}

/** The one text of a series: the quantity id and the tags in their order, `%`-escaped where needed. */
export function seriesText(quantityId: string, tags: Tags): string {
  let text = quantityId;
  for (const key of TAG_KEYS) {
    const value = tags[key];
    if (value !== undefined)
      text += `,${key}=${/[%,=\n]/.test(value) ? value.replace(/[%,=\n]/g, encodeURIComponent) : value}`;
  }
  return text;
}

/** The reverse of `seriesText`. */
export function parseSeriesText(text: string): { quantityId: string; tags: Tags } {
  const [quantityId = "", ...pairs] = text.split(",");
  const tags: Partial<Record<TagKey, string>> = {};
  for (const pair of pairs) {
    const eq = pair.indexOf("=");
    const value = pair.slice(eq + 1);
    tags[pair.slice(0, eq) as TagKey] = value.includes("%") ? decodeURIComponent(value) : value;
  }
  return { quantityId, tags };
}

/**
 * Interns series: a dense number from 0 for each quantity and set of tags, for the life of the process.
 * Text exists only here, where a series is bound; batches carry the numbers.
 */
export class SeriesTable {
  readonly #numbers = new Map<string, number>();
  readonly #keys: SeriesKey[] = [];
  readonly #texts: string[] = [];

  /** How many series there are; the next new one gets this number. */
  get size(): number {
    return this.#keys.length;
  }

  /** The number of the series, a new one if it was never seen. */
  intern(quantityId: string, tags: Tags): number {
    const text = seriesText(quantityId, tags);
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    const number = this.#keys.length;
    this.#numbers.set(text, number);
    this.#keys.push(Object.freeze({ quantity: quantity(quantityId), tags: Object.freeze({ ...tags }) }));
    this.#texts.push(text);
    return number;
  }

  /** The number of the series if it was interned before. */
  find(quantityId: string, tags: Tags): number | undefined {
    return this.#numbers.get(seriesText(quantityId, tags));
  }

  key(series: number): SeriesKey {
    const key = this.#keys[series];
    if (!key) throw new RangeError(`no series ${series}`);
    return key;
  }

  text(series: number): string {
    const text = this.#texts[series];
    if (text === undefined) throw new RangeError(`no series ${series}`);
    return text;
  }
}
