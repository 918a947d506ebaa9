/**
 * Growing byte buffer with variable-length integers: what records are encoded with.
 * Integers are safe integers (up to 2^53 - 1 in magnitude); bit operators serve below 2^28, division above.
 */
export class ByteWriter {
  bytes: Uint8Array;
  #view: DataView;
  length = 0;

  constructor(capacity = 4096) {
    this.bytes = new Uint8Array(capacity);
    this.#view = new DataView(this.bytes.buffer);
  }

  /** Starts again; the buffer is kept. */
  reset(): void {
    this.length = 0;
  }

  /** Makes room for `more` bytes. */
  need(more: number): void {
    if (this.length + more <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(this.bytes.length * 2, this.length + more));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
    this.#view = new DataView(grown.buffer);
  }

  u8(value: number): void {
    this.need(1);
    this.bytes[this.length++] = value;
  }

  u32(value: number): void {
    this.need(4);
    this.#view.setUint32(this.length, value, true);
    this.length += 4;
  }

  f64(value: number): void {
    this.need(8);
    this.#view.setFloat64(this.length, value, true);
    this.length += 8;
  }

  /** A non-negative safe integer, 7 bits a byte, lowest first. */
  varint(value: number): void {
    if (this.length + 8 > this.bytes.length) this.need(8);
    const { bytes } = this;
    let at = this.length;
    let rest = value;
    if (rest >= 0x10000000) {
      const low = rest % 0x10000000;
      rest = (rest - low) / 0x10000000;
      bytes[at] = (low & 127) | 128;
      bytes[at + 1] = ((low >>> 7) & 127) | 128;
      bytes[at + 2] = ((low >>> 14) & 127) | 128;
      bytes[at + 3] = (low >>> 21) | 128;
      at += 4;
    }
    while (rest >= 128) {
      bytes[at++] = (rest & 127) | 128;
      rest >>>= 7;
    }
    bytes[at++] = rest;
    this.length = at;
  }

  /** An integer of magnitude below 2^52, sign in the lowest bit. */
  zigzag(value: number): void {
    this.varint(value < 0 ? -value * 2 - 1 : value * 2);
  }

  raw(bytes: Uint8Array): void {
    this.need(bytes.length);
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** Overwrites four bytes that were written before. */
  patchU32(at: number, value: number): void {
    this.#view.setUint32(at, value, true);
  }

  /** A copy of what was written. */
  take(): Uint8Array {
    return this.bytes.slice(0, this.length);
  }
}

/** Reads what ByteWriter wrote; throws RangeError past the end, never reads outside its bytes. */
export class ByteReader {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  at: number;

  constructor(bytes: Uint8Array, at = 0) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.at = at;
  }

  u8(): number {
    const value = this.bytes[this.at];
    if (value === undefined) throw new RangeError("record ends early");
    this.at++;
    return value;
  }

  u32(): number {
    const value = this.#view.getUint32(this.at, true);
    this.at += 4;
    return value;
  }

  f64(): number {
    const value = this.#view.getFloat64(this.at, true);
    this.at += 8;
    return value;
  }

  varint(): number {
    let byte = this.u8();
    let value = byte & 127;
    let factor = 128;
    while (byte >= 128) {
      byte = this.u8();
      value += (byte & 127) * factor;
      factor *= 128;
      if (factor > 2 ** 63) throw new RangeError("integer too long");
    }
    return value;
  }

  zigzag(): number {
    const value = this.varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  take(length: number): Uint8Array {
    if (length < 0 || this.at + length > this.bytes.length) throw new RangeError("record ends early");
    const part = this.bytes.subarray(this.at, this.at + length);
    this.at += length;
    return part;
  }
}
