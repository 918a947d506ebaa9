const FREE = 0;

/**
 * Numbers pairs of small integers densely from 0, in typed arrays: an open hash table without an object or a text
 * for each of a million pairs.
 */
export class PairTable {
  #left = new Int32Array(256);
  #right = new Int32Array(256);
  #size = 0;
  /** Number and 1 of the pair that hashes there, or FREE; a power of two, at most half full. */
  #slots = new Int32Array(1024);

  get size(): number {
    return this.#size;
  }

  left(number: number): number {
    return this.#left[number]!;
  }

  right(number: number): number {
    return this.#right[number]!;
  }

  /** The pair's number, undefined when it has none. */
  find(left: number, right: number): number | undefined {
    const slot = this.#slots[this.#slotOf(left, right)]!;
    return slot === FREE ? undefined : slot - 1;
  }

  /** The pair's number, a new one when it has none. Both are integers from 0, below 2^31. */
  intern(left: number, right: number): number {
    const at = this.#slotOf(left, right);
    const slot = this.#slots[at]!;
    if (slot !== FREE) return slot - 1;
    const number = this.#size++;
    if (number === this.#left.length) {
      this.#left = grown(this.#left);
      this.#right = grown(this.#right);
    }
    this.#left[number] = left;
    this.#right[number] = right;
    this.#slots[at] = number + 1;
    if (this.#size * 2 > this.#slots.length) this.#rehash();
    return number;
  }

  /** Where the pair is, or is to be put. */
  #slotOf(left: number, right: number): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let hash = Math.imul(left, 0x9e3779b1) ^ Math.imul(right, 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
    let at = (hash ^ (hash >>> 13)) & mask;
    for (;;) {
      const slot = slots[at]!;
      if (slot === FREE || (this.#left[slot - 1] === left && this.#right[slot - 1] === right)) return at;
      at = (at + 1) & mask;
    }
  }

  #rehash(): void {
    this.#slots = new Int32Array(this.#slots.length * 2);
    for (let number = 0; number < this.#size; number++)
      this.#slots[this.#slotOf(this.#left[number]!, this.#right[number]!)] = number + 1;
  }
}

/** Twice as long; half as much again when it is large, for there is nothing to be copied often any more. */
function grown(before: Int32Array): Int32Array<ArrayBuffer> {
  const more = new Int32Array(before.length < 1 << 20 ? before.length * 2 : Math.ceil(before.length * 1.25));
  more.set(before);
  return more;
}
