/** A read request that waits for its answer. */
export interface Expected {
  readonly transaction: number;
  readonly unit: number;
  readonly functionCode: number;
  /** Data octets that the answer must have. */
  readonly dataOctets: number;
}

/** MBAP header: transaction 2, protocol 2, length 2, unit 1 (MODBUS Messaging on TCP/IP V1.0b, 3.1.3). */
const HEADER = 7;
/** Octets an answer's length field may announce: unit, function and at most 252 more. */
const MOST_LENGTH = 254;

export type Verdict =
  /** The octets so far are right as far as they go. */
  | { readonly kind: "more" }
  | { readonly kind: "frame"; readonly octets: number }
  | { readonly kind: "wrong"; readonly text: string };

const MORE: Verdict = { kind: "more" };

/**
 * Checks the octets received so far against the one request that is out, as early as they allow: an answer
 * with a foreign transaction, unit, function or count is wrong at the octet that says so. Never throws.
 */
export function checkAnswer(octets: Uint8Array, expected: Expected): Verdict {
  const { length } = octets;
  if (length >= 2 && word(octets, 0) !== expected.transaction)
    return wrong(`transaction ${word(octets, 0)} instead of ${expected.transaction}`);
  if (length >= 4 && word(octets, 2) !== 0) return wrong(`protocol ${word(octets, 2)} instead of 0`);
  if (length < 6) return MORE;
  const announced = word(octets, 4);
  if (announced < 3 || announced > MOST_LENGTH) return wrong(`a length field of ${announced}`);
  if (length >= HEADER && octets[6] !== expected.unit)
    return wrong(`unit ${octets[6]} instead of ${expected.unit}`);
  if (length <= HEADER) return MORE;
  const code = octets[7]!;
  if (code === (expected.functionCode | 0x80)) {
    if (announced !== 3) return wrong(`an exception of ${announced} octets instead of 3`);
  } else if (code !== expected.functionCode) {
    return wrong(`function ${code} instead of ${expected.functionCode}`);
  } else {
    if (length > 8 && octets[8] !== expected.dataOctets)
      return wrong(`${octets[8]} data octets instead of ${expected.dataOctets}`);
    if (announced !== expected.dataOctets + 3)
      return wrong(`a length field of ${announced} for ${expected.dataOctets} data octets`);
  }
  const whole = 6 + announced;
  if (length > whole) return wrong(`${length - whole} octets after the answer`);
  return length === whole ? { kind: "frame", octets: whole } : MORE;
}

function word(octets: Uint8Array, at: number): number {
  return (octets[at]! << 8) | octets[at + 1]!;
}

function wrong(text: string): Verdict {
  return { kind: "wrong", text };
}
