import type { ByteReader, ByteWriter } from "../bytes.ts";

/** Most decimal places that are looked for; measured values have fewer, computed ones have all of them. */
const MOST_DECIMALS = 6;
const RAW = 15;
const CONSTANT = 16;
/** Scaled values stay below this, so that twice a difference is a safe integer. */
const LARGEST = 2 ** 51;
const POWERS = [1, 10, 100, 1e3, 1e4, 1e5, 1e6] as const;

/**
 * Writes values from..to so that reading gives the same numbers: one mode octet, then
 * - 0..6: decimal places; zigzag varints of value x 10^places, each as the difference to the one before
 * - 15: as they are, 8 octets each, little-endian
 * - 16 + one of these: all values are equal and one is written
 */
export function writeValues(writer: ByteWriter, values: Float64Array, from: number, to: number): void {
  if (from >= to) return;
  let constant = true;
  for (let i = from + 1; i < to && constant; i++) constant = Object.is(values[i], values[from]);
  const end = constant ? from + 1 : to;
  const decimals = decimalsOf(values, from, end);
  writer.u8((constant ? CONSTANT : 0) + decimals);
  if (decimals === RAW) {
    writer.raw(new Uint8Array(values.buffer, values.byteOffset + from * 8, (end - from) * 8));
    return;
  }
  const power = POWERS[decimals]!;
  let before = 0;
  for (let i = from; i < end; i++) {
    const scaled = Math.round(values[i]! * power);
    writer.zigzag(scaled - before);
    before = scaled;
  }
}

/** Reads `count` values into `into` from index `at` on. */
export function readValues(reader: ByteReader, into: Float64Array, at: number, count: number): void {
  if (count === 0) return;
  const mode = reader.u8();
  const decimals = mode & 15;
  const constant = (mode & CONSTANT) !== 0;
  const written = constant ? 1 : count;
  if (decimals === RAW) {
    for (let i = 0; i < written; i++) into[at + i] = reader.f64();
  } else {
    const power = POWERS[decimals];
    if (power === undefined) throw new RangeError("no such value mode");
    let scaled = 0;
    for (let i = 0; i < written; i++) {
      scaled += reader.zigzag();
      into[at + i] = scaled / power;
    }
  }
  if (constant) into.fill(into[at]!, at, at + count);
}

/** The fewest decimal places with which every value is exact, or RAW. */
function decimalsOf(values: Float64Array, from: number, to: number): number {
  let decimals = 0;
  let power: number = POWERS[0];
  let settled = from;
  for (let i = from; i < to; i++) {
    while (!exact(values[i]!, power)) {
      if (++decimals > MOST_DECIMALS) return RAW;
      power = POWERS[decimals]!;
      settled = i;
    }
  }
  // More places than a value needs can make it inexact again: all have to pass with the final number.
  for (let i = from; i < settled; i++) if (!exact(values[i]!, power)) return RAW;
  return decimals;
}

function exact(value: number, power: number): boolean {
  const scaled = Math.round(value * power);
  return scaled / power === value && scaled < LARGEST && scaled > -LARGEST;
}
