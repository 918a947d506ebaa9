/**
 * Splits the text of MIB modules (SMIv1 RFC 1155, 1212; SMIv2 RFC 2578 to 2580) into words. Makers' files are sloppy:
 * what is no token is a token of its own and nothing is ever thrown.
 */
export interface MibTokens {
  readonly texts: readonly string[];
  /** 1-based line of each token. */
  line(index: number): number;
}

/** A comment goes to the end of its line: makers write rulers of hyphens of any length. */
const TOKEN = /[^\S\n]+|\n|--[^\n]*|"[^"]*"?|'[0-9A-Fa-f\s]*'[BbHh]?|::=|\.\.|[A-Za-z](?:-?\w)*|-?\d+|./g;

/** More than the largest module that is known has (700,000). */
const MAX_TOKENS = 4_000_000;

/** A text keeps its opening quotation mark, which tells it from a name. */
export function mibTokens(text: string): MibTokens {
  const texts: string[] = [];
  const offsets: number[] = [];
  for (const match of text.matchAll(TOKEN)) {
    const token = match[0];
    const first = token.charCodeAt(0);
    if (first <= 32 || (first === 45 && token.startsWith("--"))) continue;
    texts.push(first === 34 ? token.replace(/"$/, "") : token);
    offsets.push(match.index);
    if (texts.length >= MAX_TOKENS) break;
  }
  return {
    texts,
    line: (index) => {
      const end = offsets[Math.min(index, offsets.length - 1)] ?? 0;
      let line = 1;
      for (let at = text.indexOf("\n"); at >= 0 && at < end; at = text.indexOf("\n", at + 1)) line++;
      return line;
    },
  };
}
