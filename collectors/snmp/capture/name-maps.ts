import { keyedOctets } from "./keyed.ts";

const LETTERS = "abcdefghijkmnpqrstuvwxyz23456789";
const MAX_ATTEMPTS = 64;

/** What a map is told of its texts. */
interface Rules {
  /** Goes into the key, so that two maps make different things of one text. */
  readonly kind: string;
  /** Whether the text is worth replacing. */
  counts(text: string): boolean;
  /** Whether it is looked for within other texts. */
  isTelling(text: string): boolean;
  /** What stands in its place, of as many octets; `octets` are as many as the text has. */
  make(text: string, octets: Uint8Array): string;
}

/**
 * Texts become others of as many octets, so that they fit an index; the same text the same one, and no two texts
 * one. Texts are given as latin1: one character is one octet.
 */
export class TextMap {
  readonly #key: Uint8Array;
  readonly #rules: Rules;
  readonly #mapped = new Map<string, string>();
  readonly #taken = new Set<string>();
  readonly #seen = new Set<string>();

  constructor(key: Uint8Array, rules: Rules) {
    this.#key = key;
    this.#rules = rules;
  }

  get size(): number {
    return this.#mapped.size;
  }

  collect(text: string): void {
    if (this.#rules.counts(text)) this.#seen.add(text);
  }

  knows(text: string): boolean {
    return this.#seen.has(text);
  }

  /** Texts that are looked for within others, the longest first. */
  get searched(): readonly string[] {
    return [...this.#seen].filter((text) => this.#rules.isTelling(text)).sort((a, b) => b.length - a.length);
  }

  map(text: string): string {
    const { kind, counts, make } = this.#rules;
    if (!counts(text)) return text;
    const known = this.#mapped.get(text);
    if (known !== undefined) return known;
    for (let attempt = 0; ; attempt++) {
      const made = make(text, keyedOctets(this.#key, `${kind}${attempt}`, text, text.length));
      if (attempt < MAX_ATTEMPTS && (this.#taken.has(made) || this.#seen.has(made))) continue;
      this.#taken.add(made);
      this.#mapped.set(text, made);
      return made;
    }
  }
}

/** What somebody typed in becomes a placeholder. */
export function nameMap(key: Uint8Array): TextMap {
  return new TextMap(key, { kind: "name", counts: isNamed, isTelling, make: placeholder });
}

/** Serial numbers: digits become digits, letters letters of the same case, everything else stays. */
export function serialMap(key: Uint8Array): TextMap {
  return new TextMap(key, {
    kind: "serial",
    counts: isSerial,
    isTelling: (text) => text.length >= 6,
    make: (text, octets) => [...text].map((character, i) => sameShape(character, octets[i]!)).join(""),
  });
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

function placeholder({ length }: string, octets: Uint8Array): string {
  const letters = [...octets].map((octet) => LETTERS[octet % LETTERS.length]!).join("");
  return length >= 8
    ? `name-${letters.slice(0, Math.min(length - 5, 12))}${"x".repeat(Math.max(0, length - 17))}`
    : letters;
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
