/** Longest OCTET STRING that is looked at as text; what is behind it is cut. */
const MAX_TEXT_OCTETS = 4096;

const utf8 = new TextDecoder("utf-8", { fatal: true });
const gb18030 = new TextDecoder("gb18030", { fatal: true });

/**
 * What a person reads in an OCTET STRING. In this order: printable ASCII or UTF-8; GB18030 (Chinese devices
 * keep ifAlias, sysDescr and sysLocation in GBK); octets in hex with colons. Padding NULs at the end and what
 * follows a C string's NUL are left out. The answer holds no control characters but tab, CR and LF.
 */
export function octetsToText(bytes: Uint8Array, start: number, end: number): string {
  let stop = Math.min(end, start + MAX_TEXT_OCTETS);
  while (stop > start && bytes[stop - 1] === 0) stop--;
  if (stop === start) return "";
  const text = readable(bytes, start, stop);
  if (text !== undefined) return text;
  const nul = bytes.indexOf(0, start);
  // A C string in a buffer of fixed size: a name, its NUL, and what was there before.
  if (nul - start >= 3 && nul < stop && end - start > 8) {
    const head = readable(bytes, start, nul);
    if (head !== undefined) return head;
  }
  return withoutControls(bytes, start, stop) ?? octetsToHex(bytes, start, stop, ":");
}

/** Lower case hex, two digits an octet. */
export function octetsToHex(bytes: Uint8Array, start: number, end: number, separator: string): string {
  let text = "";
  for (let i = start; i < end; i++) {
    const byte = bytes[i]!;
    text += (i > start ? separator : "") + (byte < 16 ? "0" : "") + byte.toString(16);
  }
  return text;
}

function readable(bytes: Uint8Array, start: number, end: number): string | undefined {
  let ascii = true;
  for (let i = start; i < end; i++) {
    const byte = bytes[i]!;
    if (isControl(byte)) return undefined;
    if (byte >= 0x80) ascii = false;
  }
  const part = bytes.subarray(start, end);
  if (ascii) return String.fromCharCode(...part);
  return decodeUtf8(part, end - start === MAX_TEXT_OCTETS) ?? decodeGb18030(part);
}

function isControl(code: number): boolean {
  return (code < 0x20 && code !== 0x09 && code !== 0x0a && code !== 0x0d) || code === 0x7f;
}

function decodeUtf8(part: Uint8Array, cut: boolean): string | undefined {
  // A cut may fall into a character: up to three octets of it are left out.
  for (let drop = 0; drop <= (cut ? 3 : 0); drop++) {
    try {
      const text = utf8.decode(part.subarray(0, part.length - drop));
      return /[\u0080-\u009f]/.test(text) ? undefined : text;
    } catch {
      // not UTF-8 as it stands
    }
  }
  return undefined;
}

/** What a Chinese text is made of: ideographs, their punctuation, full-width forms, and some symbols. */
const CHINESE =
  /^[\t\r\n\x20-\x7e\u00b0\u00b1\u00b7\u00d7\u00f7\u2010-\u2026\u2103\u2160-\u217f\u2460-\u249b\u2500-\u257f\u25a0-\u25cf\u3000-\u303f\u3220-\u3229\u3400-\u4dbf\u4e00-\u9fff\uff00-\uffef\u{20000}-\u{2fa1f}]+$/u;

function decodeGb18030(part: Uint8Array): string | undefined {
  if (rareCharacters(part) > (part.length <= 8 ? 0 : part.length / 8)) return undefined;
  try {
    const text = gb18030.decode(part);
    return CHINESE.test(text) ? text : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Characters outside the rows of GB 2312. A MAC address or a bit map may pass as GBK, but then it is made of
 * rare ones: a text of up to four characters has none of them, a longer one few.
 */
function rareCharacters(part: Uint8Array): number {
  let rare = 0;
  for (let i = 0; i < part.length; i++) {
    if (part[i]! < 0x80) continue;
    const trail = part[i + 1] ?? 0;
    if (part[i]! < 0xa1 || part[i]! > 0xf7 || trail < 0xa1 || trail === 0xff) rare++;
    i++;
  }
  return rare;
}

/** Mostly readable text with a stray control character: each becomes U+FFFD. Short strings are binary. */
function withoutControls(bytes: Uint8Array, start: number, end: number): string | undefined {
  const length = end - start;
  if (length <= 8) return undefined;
  let controls = 0;
  let text = "";
  for (let i = start; i < end; i++) {
    const byte = bytes[i]!;
    if (byte >= 0x80) return undefined;
    if (isControl(byte)) controls++;
    text += isControl(byte) ? "\ufffd" : String.fromCharCode(byte);
  }
  return controls * 4 <= length ? text : undefined;
}
