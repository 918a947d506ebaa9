/**
 * Makes a text that a regular expression of a profile matches: what a device of the family could say. The words
 * given are put where the pattern leaves room for them.
 */
export interface MadeText {
  readonly text: string;
  /** The first group, or the whole match. */
  readonly taken: string;
}

/** Undefined where no text was found; it is tried on the pattern itself. */
export function textFor(pattern: RegExp, words: readonly string[]): MadeText | undefined {
  for (const word of words)
    if (pattern.exec(word)?.[0] === word && takenOf(pattern, word) === word)
      return { text: word, taken: word };
  const hasGroup = new RegExp(`${pattern.source}|`).exec("")!.length > 1;
  // A word in place of all that is taken reads best, then one in some place of the pattern.
  for (const word of hasGroup ? words : []) {
    const text = made(pattern, [word], "whole", 0);
    if (text !== undefined && takenOf(pattern, text) === word) return { text, taken: word };
  }
  for (const room of hasGroup
    ? (["group", "all", "none", "space"] as const)
    : (["all", "none", "space"] as const))
    for (const choice of [0, 1, 2]) {
      const text = made(pattern, words, room, choice);
      const taken = text === undefined ? undefined : takenOf(pattern, text);
      if (text !== undefined && taken) return { text, taken };
    }
  return undefined;
}

type Room = "whole" | "group" | "all" | "none" | "space";

/** A text that may match; undefined where the pattern cannot be followed. */
function made(pattern: RegExp, words: readonly string[], room: Room, choice: number): string | undefined {
  try {
    return new Maker(pattern.source, words, room, choice).whole();
  } catch {
    return undefined;
  }
}

function takenOf(pattern: RegExp, text: string): string | undefined {
  const match = pattern.exec(text);
  return match ? (match[1] ?? match[0]).trim() : undefined;
}

const PLAIN = "1234567890ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz -_.,:/()+#";

type Fits = (character: string) => boolean;

class Maker {
  readonly #source: string;
  readonly #words: readonly string[];
  readonly #room: Room;
  readonly #choice: number;
  #at = 0;
  #depth = 0;
  /** A word is put once: twice says nothing more. */
  #isPut = false;

  constructor(source: string, words: readonly string[], room: Room, choice: number) {
    this.#source = source;
    this.#words = words;
    this.#room = room;
    this.#choice = choice;
  }

  whole(): string {
    const text = this.#alternatives();
    if (this.#at < this.#source.length) throw new Error("unbalanced");
    return text;
  }

  #alternatives(): string {
    const before = this.#isPut;
    const all = [{ text: this.#sequence(), isPut: this.#isPut }];
    while (this.#source[this.#at] === "|") {
      this.#at++;
      this.#isPut = before;
      all.push({ text: this.#sequence(), isPut: this.#isPut });
    }
    const chosen = all[this.#choice % all.length]!;
    this.#isPut = chosen.isPut;
    return chosen.text;
  }

  #sequence(): string {
    let text = "";
    while (this.#at < this.#source.length && !"|)".includes(this.#source[this.#at]!)) text += this.#piece();
    return text;
  }

  #piece(): string {
    const from = this.#at;
    const c = this.#source[this.#at++]!;
    if (c === "^" || c === "$") return "";
    if (c === "(") return this.#group(from);
    const fits = this.#class(c);
    if (fits === undefined) return "";
    const [least, most] = this.#times();
    return this.#fill(fits, least, most);
  }

  #group(from: number): string {
    const look = /^\(\?(?:<?[=!])/.exec(this.#source.slice(from));
    const name = /^\(\?(?:[a-z-]*:|<[A-Za-z]\w*>)/.exec(this.#source.slice(from));
    const takes = !look && !name?.[0].endsWith(":");
    this.#at = from + (look ?? name ?? ["("])[0].length;
    if (takes) this.#depth++;
    const text = this.#alternatives();
    if (this.#source[this.#at++] !== ")") throw new Error("unbalanced");
    const [least, most] = this.#times();
    if (takes) this.#depth--;
    if (look) return "";
    if (takes && this.#room === "whole" && !this.#isPut) {
      this.#isPut = true;
      return this.#words[0]!;
    }
    // What need not be there is there where it is taken.
    const times = least > 0 ? least : takes && most > 0 ? 1 : 0;
    return text.repeat(Math.min(times, 4));
  }

  /** Which characters one piece takes; undefined for what takes none. */
  #class(c: string): Fits | undefined {
    if (c === ".") return (one) => one !== "\n";
    if (c === "[") return this.#brackets();
    if (c === "\\") {
      const escaped = this.#source[this.#at++]!;
      return escaped === "b" || escaped === "B" ? undefined : this.#escape(escaped);
    }
    return (one) => one === c;
  }

  #escape(c: string): Fits {
    if (c === "d") return (one) => /\d/.test(one);
    if (c === "D") return (one) => /\D/.test(one);
    if (c === "w") return (one) => /\w/.test(one);
    if (c === "W") return (one) => /\W/.test(one);
    if (c === "s") return (one) => /\s/.test(one);
    if (c === "S") return (one) => /\S/.test(one);
    const literal = { n: "\n", r: "\r", t: "\t", "0": "\0" }[c] ?? c;
    if (c === "x") {
      const code = Number.parseInt(this.#source.slice(this.#at, this.#at + 2), 16);
      this.#at += 2;
      return (one) => one.charCodeAt(0) === code;
    }
    return (one) => one === literal;
  }

  #brackets(): Fits {
    const from = this.#at - 1;
    if (this.#source[this.#at] === "^") this.#at++;
    for (let first = true; this.#source[this.#at] !== "]" || first; first = false) {
      if (this.#at >= this.#source.length) throw new Error("unbalanced");
      this.#at += this.#source[this.#at] === "\\" ? 2 : 1;
    }
    const one = new RegExp(`^${this.#source.slice(from, ++this.#at)}$`);
    return (character) => one.test(character);
  }

  #times(): readonly [number, number] {
    const match = /^(?:([*+?])|\{(\d+)(,?)(\d*)\})\??/.exec(this.#source.slice(this.#at));
    if (!match) return [1, 1];
    this.#at += match[0].length;
    const [, sign, low, comma, high] = match;
    if (sign) return sign === "*" ? [0, 40] : sign === "+" ? [1, 40] : [0, 1];
    const least = Number(low);
    return [least, comma ? (high ? Number(high) : Math.max(40, least)) : least];
  }

  #inRoom(): boolean {
    return this.#room === "all" || (this.#room === "group" && this.#depth > 0);
  }

  #fill(fits: Fits, least: number, most: number): string {
    const hasRoom = !this.#isPut && this.#inRoom();
    if (hasRoom && most > 1)
      for (const word of this.#words)
        if (word.length >= least && word.length <= most && [...word].every(fits)) {
          this.#isPut = true;
          return word;
        }
    // Words that must stand apart: `\brx\b.*power`.
    if (this.#room === "space" && least === 0 && most > 1 && fits(" ")) return " ";
    const good = [...PLAIN].filter(fits);
    const few = fits(" ") && !fits("a") && !fits("1") ? [" "] : good;
    if (few.length === 0) {
      for (let code = 0; code < 128; code++)
        if (fits(String.fromCharCode(code))) few.push(String.fromCharCode(code));
      if (few.length === 0) throw new Error("nothing fits");
    }
    let text = "";
    const length = least === 0 && !this.#isPut && this.#depth > 0 ? Math.min(1, most) : least;
    for (let i = 0; i < length; i++) text += few[i % few.length]!;
    return text;
  }
}
