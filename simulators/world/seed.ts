/**
 * Random numbers by name: the same seed and name always give the same number, and a number does not change
 * when others are asked for before it. FNV-1a with a finisher (MurmurHash3's), 32 bits.
 */
export class Seed {
  readonly #text: string;

  constructor(text: string | number) {
    this.#text = String(text);
  }

  /** A seed of its own for a part of the world. */
  of(name: string | number): Seed {
    return new Seed(`${this.#text}/${name}`);
  }

  /** 0 .. 2^32 - 1. */
  hash(name: string | number): number {
    let h = 0x811c9dc5;
    const text = `${this.#text}:${name}`;
    for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
    h ^= h >>> 16;
    h = Math.imul(h, 0x85ebca6b);
    h ^= h >>> 13;
    h = Math.imul(h, 0xc2b2ae35);
    return (h ^ (h >>> 16)) >>> 0;
  }

  /** [0, 1). */
  fraction(name: string | number): number {
    return this.hash(name) / 2 ** 32;
  }

  /** A whole number, both ends included. */
  int(name: string | number, low: number, high: number): number {
    return low + Math.floor(this.fraction(name) * (high - low + 1));
  }

  /** [low, high). */
  between(name: string | number, low: number, high: number): number {
    return low + this.fraction(name) * (high - low);
  }

  pick<T>(name: string | number, list: readonly T[]): T {
    return list[this.int(name, 0, list.length - 1)]!;
  }
}
