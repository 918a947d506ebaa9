import type { Declaration } from "./declaration-table.ts";

/** Declarations in memory, looked up by school, indicator and date. */
export class DeclarationBook {
  readonly #held = new Map<string, Declaration[]>();

  constructor(declarations: Iterable<Declaration> = []) {
    this.replace(declarations);
  }

  replace(declarations: Iterable<Declaration>): void {
    this.#held.clear();
    for (const one of declarations) {
      const key = `${one.school} ${one.indicator}`;
      const list = this.#held.get(key);
      if (list) list.push(one);
      else this.#held.set(key, [one]);
    }
    for (const list of this.#held.values())
      list.sort((a, b) => (a.date < b.date ? 1 : a.date > b.date ? -1 : 0));
  }

  /** The newest that begins on or before the date. One that has ended is no declaration, and hides older ones. */
  held(school: string, indicator: string, date: string): Declaration | undefined {
    const newest = this.#held.get(`${school} ${indicator}`)?.find((one) => one.date <= date);
    return newest && (newest.until === null || date <= newest.until) ? newest : undefined;
  }
}
