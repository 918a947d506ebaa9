/**
 * Text to GBK octets, as older switches store Chinese descriptions. The runtime only decodes GBK, so the table is
 * made by decoding every pair once (about 24,000 characters); make one encoder a world and drop it.
 */
export class GbkEncoder {
  readonly #pairs = new Map<string, number>();

  constructor() {
    const decoder = new TextDecoder("gbk");
    const pair = new Uint8Array(2);
    for (let high = 0x81; high <= 0xfe; high++)
      for (let low = 0x40; low <= 0xfe; low++) {
        if (low === 0x7f) continue;
        pair[0] = high;
        pair[1] = low;
        const text = decoder.decode(pair);
        if (text.length === 1 && text !== "\ufffd") this.#pairs.set(text, high * 256 + low);
      }
  }

  /** Characters that GBK does not have become `?`. */
  encode(text: string): Uint8Array {
    const out: number[] = [];
    for (const character of text) {
      const code = character.codePointAt(0)!;
      const pair = this.#pairs.get(character);
      if (code < 0x80) out.push(code);
      else if (pair === undefined) out.push(0x3f);
      else out.push(pair >> 8, pair & 0xff);
    }
    return Uint8Array.from(out);
  }
}
