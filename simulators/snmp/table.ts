import { compareOid, lengthOfLength, putInteger, putLength, TAG } from "./ber.ts";

/** Something with numbered values that change with time. `second` is whole UTC seconds. */
export interface Source {
  /** An integer, ready for the wire. Pure: the same field and second always give the same number. */
  value(field: number, second: number): number;
}

/** How a live value goes on the wire: an SNMP tag, or a 64-bit number within an OCTET STRING (Huawei APs). */
export const OCTETS64 = 0xfe;

/** One object instance before packing. `oid` and `tlv` are octets; without `tlv` the value is live. */
export interface Instance {
  readonly oid: Uint8Array;
  readonly tlv?: Uint8Array;
  readonly code?: number;
  readonly source?: Source;
  readonly field?: number;
}

/**
 * The object instances of one agent, sorted, in columns: OIDs and constant values lie in one buffer, live values
 * are (source, field, tag). About 40 octets an instance, so that thousands of agents fit in one process.
 */
export class MibTable {
  readonly length: number;
  readonly #bytes: Uint8Array;
  readonly #oidAt: Uint32Array;
  readonly #oidLength: Uint16Array;
  /** Length of the constant TLV that follows the OID; 0 for a live value. */
  readonly #constant: Uint32Array;
  readonly #code: Uint8Array;
  readonly #field: Uint8Array;
  readonly #source: Uint16Array;
  readonly #sources: readonly Source[];

  /** Takes instances in any order; of several with one OID the first stays. */
  constructor(instances: readonly Instance[]) {
    const sorted = [...instances].sort((a, b) => compareOid(a.oid, 0, a.oid.length, b.oid, 0, b.oid.length));
    const kept = sorted.filter((row, i) => i === 0 || !same(row.oid, sorted[i - 1]!.oid));
    this.length = kept.length;
    this.#bytes = new Uint8Array(kept.reduce((n, row) => n + row.oid.length + (row.tlv?.length ?? 0), 0));
    this.#oidAt = new Uint32Array(kept.length);
    this.#oidLength = new Uint16Array(kept.length);
    this.#constant = new Uint32Array(kept.length);
    this.#code = new Uint8Array(kept.length);
    this.#field = new Uint8Array(kept.length);
    this.#source = new Uint16Array(kept.length);
    const numbers = new Map<Source, number>();
    let at = 0;
    for (const [i, row] of kept.entries()) {
      this.#oidAt[i] = at;
      this.#oidLength[i] = row.oid.length;
      this.#bytes.set(row.oid, at);
      at += row.oid.length;
      if (row.tlv) {
        this.#constant[i] = row.tlv.length;
        this.#code[i] = row.tlv[0]!;
        this.#bytes.set(row.tlv, at);
        at += row.tlv.length;
      } else if (row.source) {
        let number = numbers.get(row.source);
        if (number === undefined) numbers.set(row.source, (number = numbers.size));
        this.#source[i] = number;
        this.#field[i] = row.field ?? 0;
        this.#code[i] = row.code ?? TAG.integer;
      }
    }
    this.#sources = [...numbers.keys()];
  }

  /** Octets held, for bounding caches. */
  get bytes(): number {
    return this.#bytes.length + this.length * 18;
  }

  /** Index of the first instance at or after the OID; `length` when there is none. */
  lowerBound(oid: Uint8Array, from: number, to: number): number {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#compare(middle, oid, from, to) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Index of the instance with exactly this OID, or -1. */
  find(oid: Uint8Array, from: number, to: number): number {
    const i = this.lowerBound(oid, from, to);
    return i < this.length && this.#compare(i, oid, from, to) === 0 ? i : -1;
  }

  /** Index of the first instance after the OID; `length` at the end. */
  after(oid: Uint8Array, from: number, to: number): number {
    const i = this.lowerBound(oid, from, to);
    return i < this.length && this.#compare(i, oid, from, to) === 0 ? i + 1 : i;
  }

  /** True when `prefix` names an object some instance of which exists one level below (noSuchInstance). */
  hasSibling(oid: Uint8Array, from: number, to: number): boolean {
    let parent = to - 1;
    while (parent > from && oid[parent - 1]! & 0x80) parent--;
    const i = this.lowerBound(oid, from, parent);
    if (i >= this.length || this.#oidLength[i]! < parent - from) return false;
    const at = this.#oidAt[i]!;
    for (let n = 0; n < parent - from; n++) if (this.#bytes[at + n] !== oid[from + n]) return false;
    return true;
  }

  /** True for Counter64, which an SNMPv1 message cannot carry (RFC 2576 section 4.1.2.1). */
  isCounter64(i: number): boolean {
    return this.#code[i] === TAG.counter64;
  }

  /** The OID's content octets (a view). */
  oid(i: number): Uint8Array {
    const at = this.#oidAt[i]!;
    return this.#bytes.subarray(at, at + this.#oidLength[i]!);
  }

  /** Writes the whole VarBind of an instance; answers where it ends, or -1 when it would pass `limit`. */
  putVarbind(i: number, second: number, out: Uint8Array, at: number, limit: number): number {
    const oidLength = this.#oidLength[i]!;
    const from = this.#oidAt[i]!;
    const constant = this.#constant[i]!;
    const oidHeader = 1 + lengthOfLength(oidLength);
    if (constant > 0) {
      const body = oidHeader + oidLength + constant;
      if (at + 1 + lengthOfLength(body) + body > limit) return -1;
      out[at++] = TAG.sequence;
      at = putLength(out, at, body);
      out[at++] = TAG.oid;
      at = putLength(out, at, oidLength);
      return copy(this.#bytes, from, oidLength + constant, out, at);
    }
    // A live value is at most 11 octets and live OIDs are short: the sequence's length fits one octet or two.
    const longest = oidHeader + oidLength + 11;
    if (at + 1 + lengthOfLength(longest) + longest > limit) return -1;
    out[at] = TAG.sequence;
    const body = at + 1 + lengthOfLength(longest);
    let end = body;
    out[end++] = TAG.oid;
    end = putLength(out, end, oidLength);
    end = copy(this.#bytes, from, oidLength, out, end);
    end = this.#putLive(i, second, out, end);
    if (longest < 0x80) out[at + 1] = end - body;
    else putLongLength(out, at + 1, end - body, body - at - 2);
    return end;
  }

  #putLive(i: number, second: number, out: Uint8Array, at: number): number {
    const value = this.#sources[this.#source[i]!]!.value(this.#field[i]!, second);
    const code = this.#code[i]!;
    if (code !== OCTETS64) return putInteger(out, at, code, value);
    out[at++] = TAG.octets;
    out[at++] = 8;
    const high = Math.floor(value / 2 ** 32);
    const low = value >>> 0;
    for (let shift = 24; shift >= 0; shift -= 8) out[at++] = (high >>> shift) & 0xff;
    for (let shift = 24; shift >= 0; shift -= 8) out[at++] = (low >>> shift) & 0xff;
    return at;
  }

  #compare(i: number, oid: Uint8Array, from: number, to: number): number {
    const at = this.#oidAt[i]!;
    return compareOid(this.#bytes, at, at + this.#oidLength[i]!, oid, from, to);
  }
}

/** A length in exactly `octets` + 1 octets, of which the first says how many follow. */
function putLongLength(out: Uint8Array, at: number, length: number, octets: number): void {
  out[at] = 0x80 | octets;
  for (let n = octets; n > 0; n--) out[at + octets - n + 1] = (length >>> ((n - 1) * 8)) & 0xff;
}

/** Short copies by hand: a typed array's `set` costs more than the thirty octets it moves. */
function copy(from: Uint8Array, start: number, length: number, out: Uint8Array, at: number): number {
  if (length > 96) out.set(from.subarray(start, start + length), at);
  else for (let n = 0; n < length; n++) out[at + n] = from[start + n]!;
  return at + length;
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return compareOid(a, 0, a.length, b, 0, b.length) === 0;
}
