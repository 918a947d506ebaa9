import type { KeySets } from "./differences.ts";
import { copyRows, type EntityKind, type InventoryRows, type RowTypes } from "./rows.ts";

/** Where a row was given: the file by number, and the row or the path in it. */
export interface Origin {
  readonly file: number;
  readonly row?: number;
  readonly path?: readonly (string | number)[];
}

/** Kinds of which `--replace` removes what a file does not give, within a school. */
export type ReplacedKind = "building" | "room" | "device" | "link";

/**
 * The inventory as it will be: starts as what is there, takes what the files give, by key. Rows are never
 * edited in place, so that `current` stays what it was.
 */
export class Merge {
  readonly current: InventoryRows;
  readonly next: InventoryRows;
  readonly #given: { readonly [K in EntityKind]: Map<string, Origin> } = {
    region: new Map(),
    school: new Map(),
    site: new Map(),
    building: new Map(),
    room: new Map(),
    device: new Map(),
    link: new Map(),
  };
  readonly #complete: { readonly [K in ReplacedKind]: Set<string> } = {
    building: new Set(),
    room: new Set(),
    device: new Set(),
    link: new Set(),
  };

  constructor(current: InventoryRows) {
    this.current = current;
    this.next = copyRows(current);
  }

  /** Takes a row. Answers where its key was given before, if it was; then nothing is taken. */
  give<K extends EntityKind>(kind: K, key: string, row: RowTypes[K], origin: Origin): Origin | undefined {
    const before = this.#given[kind].get(key);
    if (before) return before;
    this.#given[kind].set(key, origin);
    this.next[kind].set(key, row);
    return undefined;
  }

  origin(kind: EntityKind, key: string): Origin | undefined {
    return this.#given[kind].get(key);
  }

  /** Says that the files give all there is of a kind in a school. */
  complete(kind: ReplacedKind, school: string): void {
    this.#complete[kind].add(school);
  }

  /** Removes what is in a school that the files give in whole and that they do not give. */
  removeAbsent(): void {
    for (const [key, row] of this.current.building)
      if (this.#complete.building.has(row.school) && !this.#given.building.has(key))
        this.next.building.delete(key);
    for (const [key, row] of this.current.room)
      if (this.#complete.room.has(row.school) && !this.#given.room.has(key)) this.next.room.delete(key);
    for (const [key, row] of this.current.link) {
      const school = this.current.device.get(row.device)?.school ?? "";
      if (this.#complete.link.has(school) && !this.#given.link.has(key)) this.next.link.delete(key);
    }
    for (const [key, row] of this.current.device)
      if (this.#complete.device.has(row.school) && !this.#given.device.has(key)) this.next.device.delete(key);
  }

  given(): KeySets {
    const keys = (kind: EntityKind) => new Set(this.#given[kind].keys());
    return {
      region: keys("region"),
      school: keys("school"),
      site: keys("site"),
      building: keys("building"),
      room: keys("room"),
      device: keys("device"),
      link: keys("link"),
    };
  }
}
