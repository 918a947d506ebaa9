import { keyedOctets } from "./keyed.ts";

const LETTERS = "abcdefghijkmnpqrstuvwxyz23456789";
const MAX_ATTEMPTS = 64;

/**
 * Texts that somebody typed in become placeholders of as many octets, so that they fit an index; the same text the
 * same placeholder. Texts are given as latin1: one character is one octet.
 */
export class NameMap {
  readonly #key: Uint8Array;
  readonly #mapped = new Map<string, string>();
  readonly #taken = new Set<string>();
  readonly #seen = new Set<string>();

  constructor(key: Uint8Array) {
    this.#key = key;
  }

  get size(): number {
    return this.#mapped.size;
  }

  collect(text: string): void {
    if (isNamed(text)) this.#seen.add(text);
  }

  knows(text: string): boolean {
    return this.#seen.has(text);
  }

  /** Names that are looked for within other texts, the longest first. */
  get searched(): readonly string[] {
    return [...this.#seen].filter(isTelling).sort((a, b) => b.length - a.length);
  }

  map(text: string): string {
    if (!isNamed(text)) return text;
    const known = this.#mapped.get(text);
    if (known !== undefined) return known;
    for (let attempt = 0; ; attempt++) {
      const made = placeholder(this.#key, attempt, text);
      if (attempt < MAX_ATTEMPTS && (this.#taken.has(made) || this.#seen.has(made))) continue;
      this.#taken.add(made);
      this.#mapped.set(text, made);
      return made;
    }
  }
}

/** Nothing and what every device says are no names. */
function isNamed(text: string): boolean {
  return (
    text.trim() !== "" &&
    !/^(?:[-.0]+|n\/?a|none|null|default|unknown|vlan ?\d{1,4}|not set)$/i.test(text.trim())
  );
}

/** Long enough, and not only a word: `switch` as a name must not change every text with a switch in it. */
function isTelling(text: string): boolean {
  if (text.length < 4) return false;
  return text.length >= 16 || /[^A-Za-z]/.test(text.trim());
}

function placeholder(key: Uint8Array, attempt: number, text: string): string {
  const { length } = text;
  const octets = keyedOctets(key, `name${attempt}`, text, length);
  const letters = [...octets].map((octet) => LETTERS[octet % LETTERS.length]!).join("");
  return length >= 8
    ? `name-${letters.slice(0, Math.min(length - 5, 12))}${"x".repeat(Math.max(0, length - 17))}`
    : letters;
}

/** Serial numbers: digits become digits, letters letters of the same case, everything else stays. */
export class SerialMap {
  readonly #key: Uint8Array;
  readonly #mapped = new Map<string, string>();
  readonly #taken = new Set<string>();
  readonly #seen = new Set<string>();

  constructor(key: Uint8Array) {
    this.#key = key;
  }

  get size(): number {
    return this.#mapped.size;
  }

  collect(text: string): void {
    if (isSerial(text)) this.#seen.add(text);
  }

  knows(text: string): boolean {
    return this.#seen.has(text);
  }

  get searched(): readonly string[] {
    return [...this.#seen].filter((text) => text.length >= 6).sort((a, b) => b.length - a.length);
  }

  map(text: string): string {
    if (!isSerial(text)) return text;
    const known = this.#mapped.get(text);
    if (known !== undefined) return known;
    for (let attempt = 0; ; attempt++) {
      const octets = keyedOctets(this.#key, `serial${attempt}`, text, text.length);
      const made = [...text].map((character, i) => sameShape(character, octets[i]!)).join("");
      if (attempt < MAX_ATTEMPTS && (this.#taken.has(made) || this.#seen.has(made))) continue;
      this.#taken.add(made);
      this.#mapped.set(text, made);
      return made;
    }
  }
}

function isSerial(text: string): boolean {
  return /[A-Za-z0-9]{3}/.test(text) && !/^(?:n\/?a|none|null|unknown|0+|not .*)$/i.test(text.trim());
}

function sameShape(character: string, octet: number): string {
  if (/[0-9]/.test(character)) return String(octet % 10);
  if (/[A-Z]/.test(character)) return String.fromCharCode(65 + (octet % 26));
  if (/[a-z]/.test(character)) return String.fromCharCode(97 + (octet % 26));
  return character;
}
