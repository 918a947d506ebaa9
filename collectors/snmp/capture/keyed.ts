import { createHmac } from "node:crypto";

/** A stream of octets that follows from the key and what it is for; without the key nobody finds the way back. */
export function keyedOctets(key: Uint8Array, purpose: string, input: string, length: number): Uint8Array {
  const out = new Uint8Array(length);
  for (let at = 0, block = 0; at < length; block++) {
    const digest = createHmac("sha256", key).update(`${purpose}\0${block}\0${input}`).digest();
    out.set(digest.subarray(0, Math.min(digest.length, length - at)), at);
    at += digest.length;
  }
  return out;
}

/** A number from 0 to `below` - 1; `attempt` gives another one for the same input. */
export function keyedNumber(
  key: Uint8Array,
  purpose: string,
  input: string,
  below: number,
  attempt = 0,
): number {
  const octets = keyedOctets(key, `${purpose}#${attempt}`, input, 6);
  let value = 0;
  for (const octet of octets) value = value * 256 + octet;
  return value % below;
}
