/** Longest name that is shown; what devices send has no bound of its own. */
const LONGEST = 255;

/**
 * What a device or a file calls something, made safe to stand in a sentence: control characters and those that
 * turn the direction of writing become a visible mark, so that a name cannot pose as another.
 */
export function plain(text: string): string {
  let out = "";
  for (const char of text) {
    const code = char.codePointAt(0)!;
    const control = code < 0x20 || (code >= 0x7f && code < 0xa0);
    const turning =
      code === 0x061c ||
      (code >= 0x200b && code <= 0x200f) ||
      (code >= 0x202a && code <= 0x202e) ||
      (code >= 0x2060 && code <= 0x206f) ||
      code === 0xfeff;
    out += control || turning ? "\ufffd" : char;
    if (out.length >= LONGEST) return `${out}…`;
  }
  return out;
}

interface Named {
  readonly name: string;
  readonly nameEn?: string | undefined;
}

export const nameIn = (language: "zh" | "en", named: Named): string =>
  plain(language === "en" && named.nameEn ? named.nameEn : named.name);

/** `青禾县第二中学` on a page of 青禾县 is 第二中学: what every row begins with tells nobody anything. */
export const withoutPlace = (name: string, place: string): string =>
  name.length > place.length + 1 && name.startsWith(place) ? name.slice(place.length).trimStart() : name;
