import { encodeOid, integerTlv, parseOid, TAG, tlv } from "./ber.ts";
import { type Instance, MibTable, type Source } from "./table.ts";

/** Tags that tell apart several series of one quantity on one device: the keys of campusd's series tags. */
export type TruthTags = Readonly<Record<string, string>>;

/** A quantity of a device and what is true of it, in the quantity's unit. */
export interface TruthEntry {
  readonly quantity: string;
  readonly tags: TruthTags;
  at(second: number): number;
}

/**
 * Collects what one agent serves and, beside each value, what is true: the one is the other on the wire. Made once
 * for the table and once for the truth, so that neither is kept when nobody asks for it.
 */
export class AgentBuilder {
  readonly #rows: Instance[] | undefined;
  readonly #truth: TruthEntry[] | undefined;

  constructor(purpose: "table" | "truth") {
    this.#rows = purpose === "table" ? [] : undefined;
    this.#truth = purpose === "truth" ? [] : undefined;
  }

  table(): MibTable {
    return new MibTable(this.#rows ?? []);
  }

  truths(): readonly TruthEntry[] {
    return this.#truth ?? [];
  }

  integer(base: readonly number[], rest: readonly number[], value: number, tag: number = TAG.integer): void {
    if (this.#rows) this.#constant(base, rest, integerTlv(tag, value));
  }

  text(base: readonly number[], rest: readonly number[], value: string | Uint8Array): void {
    if (this.#rows)
      this.#constant(
        base,
        rest,
        tlv(TAG.octets, typeof value === "string" ? Buffer.from(value, "utf8") : value),
      );
  }

  oid(base: readonly number[], rest: readonly number[], value: string): void {
    if (this.#rows) this.#constant(base, rest, tlv(TAG.oid, encodeOid(parseOid(value) ?? [0, 0])));
  }

  ip(base: readonly number[], rest: readonly number[], octets: Uint8Array): void {
    if (this.#rows) this.#constant(base, rest, tlv(TAG.ipAddress, octets));
  }

  /** A value that changes; `code` is its SNMP tag or OCTETS64. */
  live(base: readonly number[], rest: readonly number[], code: number, source: Source, field: number): void {
    this.#rows?.push({ oid: encodeOid([...base, ...rest]), code, source, field });
  }

  /** What campusd stores of a field: `scale` times the number on the wire. */
  truth(quantity: string, tags: TruthTags, source: Source, field: number, scale = 1): void {
    this.#truth?.push({ quantity, tags, at: (second) => source.value(field, second) * scale });
  }

  /** The same for a value that is made of several numbers. */
  truthOf(quantity: string, tags: TruthTags, at: (second: number) => number): void {
    this.#truth?.push({ quantity, tags, at });
  }

  #constant(base: readonly number[], rest: readonly number[], value: Uint8Array): void {
    this.#rows!.push({ oid: encodeOid([...base, ...rest]), tlv: value });
  }
}
