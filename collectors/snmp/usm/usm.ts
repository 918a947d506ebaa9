import { lengthSize, TAG, writeHeader } from "../codec/ber.ts";
import { MessageAuthenticator } from "./auth.ts";
import type { LocalKeys } from "./keys.ts";
import { FLAG, type V3Frame } from "./message.ts";
import { LEAD_OCTETS, SALT_OCTETS, SaltSource } from "./privacy.ts";

/** What a message says besides its PDU. Octets are not copied before they are sent: they must not change. */
export interface Envelope {
  readonly msgId: number;
  readonly reportable: boolean;
  /** The authoritative engine (RFC 3414 section 1.5.1): who answers, or who sends a trap. Empty to discover it. */
  readonly engineId: Uint8Array;
  readonly boots: number;
  readonly time: number;
  readonly user: Uint8Array;
  /** With `auth` it is signed, with `priv` encrypted. */
  readonly keys: LocalKeys;
  readonly contextEngineId: Uint8Array;
  readonly contextName: Uint8Array;
}

/** The longest message that is taken: what a UDP datagram over IPv4 can hold (RFC 3412 section 6.3). */
const MAX_SIZE = 65_507;

/**
 * The User-based Security Model on octets (RFC 3414, 3826, 7860): makes messages and opens them. It knows keys and
 * salts and nothing of devices or time: whether a good message is in time is the engine's business
 * (`engine.ts`). One object serves one thread; it holds 128 kB.
 */
export class Usm {
  readonly #authenticator = new MessageAuthenticator();
  readonly #salts: SaltSource;
  readonly #scratch = Buffer.alloc(MAX_SIZE + LEAD_OCTETS);

  /** `random` is a cryptographic source. */
  constructor(random: (octets: number) => Uint8Array) {
    this.#salts = new SaltSource(random);
  }

  /** A whole message around a PDU, signed and encrypted as the keys say. The answer is the caller's. */
  seal(envelope: Envelope, pdu: Uint8Array): Buffer {
    const { engineId, user, keys, contextEngineId, contextName } = envelope;
    const { auth, priv } = keys;
    const scopedBody = 2 + contextEngineId.length + 1 + lengthSize(contextName.length) + contextName.length;
    const scoped = 1 + lengthSize(scopedBody + pdu.length) + scopedBody + pdu.length;
    const pad = priv ? (priv.blockOctets - (scoped % priv.blockOctets)) % priv.blockOctets : 0;
    const data = priv ? 1 + lengthSize(scoped + pad) + scoped + pad : scoped;
    const digest = auth ? auth.digestOctets : 0;
    const salt = priv ? SALT_OCTETS : 0;
    const bootsOctets = integerOctets(envelope.boots);
    const timeOctets = integerOctets(envelope.time);
    const names = 2 + engineId.length + 2 + bootsOctets + 2 + timeOctets + 2 + user.length;
    const parameters = names + 2 + digest + 2 + salt;
    const security = 1 + lengthSize(parameters) + parameters;
    const idOctets = integerOctets(envelope.msgId);
    const header = 2 + idOctets + 5 + 3 + 3;
    const body = 3 + 2 + header + 1 + lengthSize(security) + security + data;
    const out = Buffer.allocUnsafe(1 + lengthSize(body) + body);

    let at = writeHeader(out, 0, TAG.sequence, body);
    at = writeInteger(out, at, 3, 1);
    at = writeHeader(out, at, TAG.sequence, header);
    at = writeInteger(out, at, envelope.msgId, idOctets);
    at = writeInteger(out, at, MAX_SIZE, 3);
    at = writeHeader(out, at, TAG.octetString, 1);
    out[at++] = (auth ? FLAG.auth : 0) | (priv ? FLAG.priv : 0) | (envelope.reportable ? FLAG.reportable : 0);
    at = writeInteger(out, at, 3, 1);
    at = writeHeader(out, at, TAG.octetString, security);
    at = writeHeader(out, at, TAG.sequence, parameters);
    at = writeOctets(out, at, engineId);
    at = writeInteger(out, at, envelope.boots, bootsOctets);
    at = writeInteger(out, at, envelope.time, timeOctets);
    at = writeOctets(out, at, user);
    at = writeHeader(out, at, TAG.octetString, digest);
    const digestAt = at;
    at = writeHeader(out, at + digest, TAG.octetString, salt);
    const saltAt = at;
    at += salt;
    if (priv) {
      at = writeHeader(out, at, TAG.octetString, scoped + pad);
      // Encrypted in place: the plain text never leaves the buffer that is sent.
      const plain = out.subarray(at, at + scoped + pad);
      writeScoped(plain, scopedBody + pdu.length, contextEngineId, contextName, pdu);
      if (pad > 0) plain.fill(0, scoped);
      const saltField = out.subarray(saltAt, saltAt + SALT_OCTETS);
      this.#salts.next(priv.protocol, envelope.boots, saltField);
      plain.set(priv.encrypt(plain, envelope.boots, envelope.time, saltField));
    } else writeScoped(out.subarray(at), scopedBody + pdu.length, contextEngineId, contextName, pdu);
    if (auth) this.#authenticator.sign(auth, out, digestAt);
    return out;
  }

  /** Whether the message is signed with the key. Compares in constant time. */
  verify(frame: V3Frame, keys: LocalKeys): boolean {
    if (!keys.auth || (frame.flags & FLAG.auth) === 0) return false;
    return this.#authenticator.verify(keys.auth, frame.bytes, frame.digestAt, frame.digestEnd);
  }

  /**
   * The octets of the scoped PDU of a message whose digest was checked, to be read with `ScopedPdu` from offset
   * `scopedAt(frame)` on: the datagram itself when it is not encrypted. Undefined when it cannot be decrypted.
   */
  open(frame: V3Frame, keys: LocalKeys): Uint8Array | undefined {
    const { bytes, flags } = frame;
    if ((flags & FLAG.priv) === 0) return bytes;
    const salt = bytes.subarray(frame.saltAt, frame.saltEnd);
    const cipherText = bytes.subarray(frame.dataAt);
    return keys.priv?.decrypt(cipherText, frame.boots, frame.time, salt, this.#scratch);
  }
}

/** Where the scoped PDU starts in what `Usm.open` answers. */
export function scopedAt(frame: V3Frame): number {
  return (frame.flags & FLAG.priv) === 0 ? frame.dataAt : 0;
}

function writeScoped(
  out: Uint8Array,
  length: number,
  engineId: Uint8Array,
  name: Uint8Array,
  pdu: Uint8Array,
): void {
  let at = writeHeader(out, 0, TAG.sequence, length);
  at = writeOctets(out, at, engineId);
  at = writeOctets(out, at, name);
  out.set(pdu, at);
}

function writeOctets(out: Uint8Array, at: number, octets: Uint8Array): number {
  const start = writeHeader(out, at, TAG.octetString, octets.length);
  out.set(octets, start);
  return start + octets.length;
}

/** Octets of a number from 0 to 2^31 - 1 in its shortest form. */
function integerOctets(value: number): number {
  return value < 0x80 ? 1 : value < 0x8000 ? 2 : value < 0x80_0000 ? 3 : 4;
}

function writeInteger(out: Uint8Array, at: number, value: number, octets: number): number {
  at = writeHeader(out, at, TAG.integer, octets);
  for (let shift = (octets - 1) * 8; shift >= 0; shift -= 8) out[at++] = (value >>> shift) & 0xff;
  return at;
}
