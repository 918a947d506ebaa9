import type { SnmpDecode } from "../../../src/profiles/compiled.ts";
import { bigintOf, decodeNumber, decodeText, numberOf } from "../decode.ts";
import { TAG } from "./ber.ts";
import { decodeArcs } from "./oid.ts";

/** A value as it came: tag and octets, decoded when it is asked for. The octets are a part of their datagram. */
export class SnmpValue {
  readonly tag: number;
  readonly raw: Uint8Array;

  constructor(tag: number, raw: Uint8Array) {
    this.tag = tag;
    this.raw = raw;
  }

  /** INTEGER, Counter, Gauge, TimeTicks; the nearest float64 of a Counter64 over 2^53; otherwise NaN. */
  get number(): number {
    return numberOf(this.raw, this.tag, 0, this.raw.length);
  }

  /** The same without loss; undefined when the value is no number. */
  get bigint(): bigint | undefined {
    return bigintOf(this.raw, this.tag, 0, this.raw.length);
  }

  /** What a person would read, whatever the tag. */
  get text(): string {
    return this.decodeText("text") ?? "";
  }

  decodeNumber(kind: SnmpDecode): number {
    return decodeNumber(kind, this.raw, this.tag, 0, this.raw.length);
  }

  decodeText(kind: SnmpDecode): string | undefined {
    return decodeText(kind, this.raw, this.tag, 0, this.raw.length);
  }

  /** Arcs of an OBJECT IDENTIFIER value; undefined for other tags. */
  get arcs(): number[] | undefined {
    return this.tag === TAG.oid && this.raw.length > 0 ? decodeArcs(this.raw, 0, this.raw.length) : undefined;
  }
}
