import type { Source } from "../snmp/table.ts";

/** A handful of values of one thing, each a function of the second; the field is the place in the list. */
export class Gauges implements Source {
  readonly #values: readonly ((second: number) => number)[];

  constructor(values: readonly ((second: number) => number)[]) {
    this.#values = values;
  }

  value(field: number, second: number): number {
    return this.#values[field]!(second);
  }
}
