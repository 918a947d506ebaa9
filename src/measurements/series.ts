import type { Legend } from "./legend.ts";
import { PairTable } from "./pair-table.ts";
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
  // Joined, not added: a text that is kept is then one piece.
  const parts = [quantityId];
  for (const key of TAG_KEYS) {
    const value = tags[key];
    if (value !== undefined)
      parts.push(`${key}=${/[%,=\n]/.test(value) ? value.replace(/[%,=\n]/g, encodeURIComponent) : value}`);
  }
  return parts.join(",");
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
 * The sets are kept once, and a series is a set and a quantity: a dozen octets. Its text is made when it is asked for.
 */
export class SeriesTable {
  /** The sets of tags, by their number, and their texts: those of a series without its quantity. */
  readonly #sets: Tags[] = [];
  readonly #setTexts: string[] = [];
  readonly #setNumbers = new Map<string, number>();
  readonly #quantities: Quantity[] = [];
  readonly #quantityNumbers = new Map<string, number>();
  readonly #pairs = new PairTable();
  readonly #legends = new Map<number, Legend>();

  /** How many series there are; the next new one gets this number. */
  get size(): number {
    return this.#pairs.size;
  }

  /** The number of the series, a new one if it was never seen. Throws when there is no such quantity. */
  intern(quantityId: string, tags: Tags): number {
    const number = this.#quantityOf(quantityId);
    return this.#pairs.intern(this.set(tags), number);
  }

  /** The number of a set of tags, for `internIn`: who binds many quantities to one set asks for it once. */
  set(tags: Tags): number {
    const text = seriesText("", tags);
    const known = this.#setNumbers.get(text);
    if (known !== undefined) return known;
    const number = this.#sets.length;
    this.#setNumbers.set(text, number);
    this.#setTexts.push(text);
    this.#sets.push(Object.isFrozen(tags) ? tags : Object.freeze({ ...tags }));
    return number;
  }

  /** As `intern`, by the number of the set. */
  internIn(set: number, quantityId: string): number {
    if (!(set >= 0 && set < this.#sets.length)) throw new RangeError(`no set of tags ${set}`);
    return this.#pairs.intern(set, this.#quantityOf(quantityId));
  }

  #quantityOf(quantityId: string): number {
    let number = this.#quantityNumbers.get(quantityId);
    if (number === undefined) {
      number = this.#quantities.push(quantity(quantityId)) - 1;
      this.#quantityNumbers.set(quantityId, number);
    }
    return number;
  }

  /** The number of the series if it was interned before. */
  find(quantityId: string, tags: Tags): number | undefined {
    const quantity = this.#quantityNumbers.get(quantityId);
    const set = this.#setNumbers.get(seriesText("", tags));
    return quantity === undefined || set === undefined ? undefined : this.#pairs.find(set, quantity);
  }

  /** The number of a series' set of tags. */
  setOf(series: number): number {
    this.#check(series);
    return this.#pairs.left(series);
  }

  /** The text of a set of tags: that of its series behind their quantity. */
  setText(set: number): string {
    const text = this.#setTexts[set];
    if (text === undefined) throw new RangeError(`no set of tags ${set}`);
    return text;
  }

  key(series: number): SeriesKey {
    this.#check(series);
    return {
      quantity: this.#quantities[this.#pairs.right(series)]!,
      tags: this.#sets[this.#pairs.left(series)]!,
    };
  }

  text(series: number): string {
    this.#check(series);
    return this.#quantities[this.#pairs.right(series)]!.id + this.#setTexts[this.#pairs.left(series)]!;
  }

  /** Says what the numbers of a series of states stand for. */
  describe(series: number, legend: Legend): void {
    this.#check(series);
    this.#legends.set(series, legend);
  }

  /** What `describe` said of the series. */
  legend(series: number): Legend | undefined {
    return this.#legends.get(series);
  }

  #check(series: number): void {
    if (!(series >= 0 && series < this.#pairs.size)) throw new RangeError(`no series ${series}`);
  }
}
