import type { ByteReader, ByteWriter } from "../bytes.ts";

/** Most decimal places that are looked for; measured values have fewer, computed ones have all of them. */
const MOST_DECIMALS = 6;
const RAW = 15;
const CONSTANT = 16;
/** Scaled values stay below this, so that twice a difference is a safe integer. */
const LARGEST = 2 ** 51;
const POWERS = [1, 10, 100, 1e3, 1e4, 1e5, 1e6] as const;

/**
 * Writes `count` float64 so that reading gives the same numbers: one mode octet, then
 * - 0..6: decimal places; zigzag varints of value x 10^places, each as the difference to the one before
 * - 15: as they are, 8 octets each
 * - 16 + one of these: all values are equal and one is written
 */
export function writeValues(writer: ByteWriter, values: Float64Array, count: number): void {
  if (count === 0) return;
  let constant = true;
  for (let i = 1; i < count && constant; i++) constant = Object.is(values[i], values[0]);
  const decimals = decimalsOf(values, constant ? 1 : count);
  const written = constant ? 1 : count;
  writer.u8((constant ? CONSTANT : 0) + decimals);
  if (decimals === RAW) {
    for (let i = 0; i < written; i++) writer.f64(values[i]!);
    return;
  }
  const power = POWERS[decimals]!;
  let before = 0;
  for (let i = 0; i < written; i++) {
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
function decimalsOf(values: Float64Array, count: number): number {
  let decimals = 0;
  for (let i = 0; i < count; i++) {
    while (!exact(values[i]!, POWERS[decimals]!)) if (++decimals > MOST_DECIMALS) return RAW;
  }
  // More places than a value needs can make it inexact again: all have to pass with the final number.
  const power = POWERS[decimals]!;
  for (let i = 0; i < count; i++) if (!exact(values[i]!, power)) return RAW;
  return decimals;
}

function exact(value: number, power: number): boolean {
  const scaled = Math.round(value * power);
  return scaled / power === value && scaled < LARGEST && scaled > -LARGEST;
}
