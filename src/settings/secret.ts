import { inspect } from "node:util";

/** A secret that prints as <secret> everywhere: logs, JSON, templates, the inspector. `reveal` at the wire only. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The clear text. Call it where bytes go on the wire, nowhere else. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return "<secret>";
  }

  toJSON(): string {
    return "<secret>";
  }

  [inspect.custom](): string {
    return "<secret>";
  }
}
