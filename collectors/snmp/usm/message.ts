import { BerReader, TAG } from "../codec/ber.ts";

/** msgFlags (RFC 3412 section 6.4). */
export const FLAG = { auth: 1, priv: 2, reportable: 4 } as const;
/** Bits of msgFlags that say how a message is secured. */
export const LEVEL_MASK = 3;

const VERSION_3 = 3;
const USM_MODEL = 3;
const LEAST_MAX_SIZE = 484;
export const MAX_INT31 = 2 ** 31 - 1;
/** RFC 3411: an SnmpEngineID has 5 to 32 octets; a user name has at most 32. */
export const MIN_ENGINE_OCTETS = 5;
export const MAX_ENGINE_OCTETS = 32;
const MAX_NAME_OCTETS = 32;

/** Whether a datagram says that it is SNMPv3; nothing else of it is checked. */
export function saysVersion3(bytes: Uint8Array): boolean {
  const length = bytes[1];
  if (length === undefined || bytes[0] !== TAG.sequence) return false;
  const at = length < 0x80 ? 2 : 2 + (length & 0x7f);
  return bytes[at] === TAG.integer && bytes[at + 1] === 1 && bytes[at + 2] === VERSION_3;
}

/**
 * The open part of an SNMPv3 message (RFC 3412 section 6, RFC 3414 section 2.4) as offsets into its datagram. One
 * object reads every datagram: who is given it is done before it returns. Nothing in it can be trusted until the
 * digest was checked.
 */
export class V3Frame {
  bytes: Uint8Array = new Uint8Array(0);
  msgId = 0;
  maxSize = 0;
  flags = 0;
  engineAt = 0;
  engineEnd = 0;
  boots = 0;
  time = 0;
  userAt = 0;
  userEnd = 0;
  digestAt = 0;
  digestEnd = 0;
  saltAt = 0;
  saltEnd = 0;
  /** The scoped PDU with its header; or the ciphertext without. It ends where the datagram does. */
  dataAt = 0;
  readonly #reader = new BerReader();

  /** False when it is not a well-formed USM message. Never throws. */
  read(bytes: Uint8Array): boolean {
    const reader = this.#reader;
    const end = bytes.length;
    reader.reset(bytes);
    this.bytes = bytes;
    if (!reader.header(TAG.sequence, end) || reader.end !== end) return false;
    if (reader.integer(end) !== VERSION_3 || !this.#readHeader(reader, end)) return false;
    if (!reader.header(TAG.octetString, end)) return false;
    const securityEnd = reader.end;
    if (!this.#readSecurity(reader, securityEnd) || reader.at !== securityEnd) return false;
    this.dataAt = securityEnd;
    if ((this.flags & FLAG.priv) !== 0) {
      if (!reader.header(TAG.octetString, end) || reader.end !== end) return false;
      this.dataAt = reader.at;
    } else if (!reader.header(TAG.sequence, end) || reader.end !== end) return false;
    return true;
  }

  #readHeader(reader: BerReader, limit: number): boolean {
    if (!reader.header(TAG.sequence, limit)) return false;
    const end = reader.end;
    const msgId = natural(reader, end);
    const maxSize = natural(reader, end);
    if (msgId < 0 || maxSize < LEAST_MAX_SIZE) return false;
    this.msgId = msgId;
    this.maxSize = maxSize;
    if (!reader.header(TAG.octetString, end) || reader.end !== reader.at + 1) return false;
    this.flags = reader.bytes[reader.at]!;
    reader.at = reader.end;
    // Encrypted but not signed is no security level (RFC 3412 section 7.2).
    if ((this.flags & LEVEL_MASK) === FLAG.priv) return false;
    return natural(reader, end) === USM_MODEL && reader.at === end;
  }

  #readSecurity(reader: BerReader, limit: number): boolean {
    if (!reader.header(TAG.sequence, limit) || reader.end !== limit) return false;
    if (!reader.header(TAG.octetString, limit)) return false;
    this.engineAt = reader.at;
    this.engineEnd = reader.at = reader.end;
    this.boots = natural(reader, limit);
    this.time = natural(reader, limit);
    if (this.boots < 0 || this.time < 0) return false;
    if (!reader.header(TAG.octetString, limit)) return false;
    this.userAt = reader.at;
    this.userEnd = reader.at = reader.end;
    if (!reader.header(TAG.octetString, limit)) return false;
    this.digestAt = reader.at;
    this.digestEnd = reader.at = reader.end;
    if (!reader.header(TAG.octetString, limit)) return false;
    this.saltAt = reader.at;
    this.saltEnd = reader.at = reader.end;
    if (this.engineEnd - this.engineAt > MAX_ENGINE_OCTETS) return false;
    return this.userEnd - this.userAt <= MAX_NAME_OCTETS;
  }

  /** A copy of the engine id, or undefined when it is none. */
  engineId(): Buffer | undefined {
    const length = this.engineEnd - this.engineAt;
    if (length < MIN_ENGINE_OCTETS) return undefined;
    return Buffer.from(this.bytes.subarray(this.engineAt, this.engineEnd));
  }
}

/** An INTEGER from 0 to 2^31 - 1; -1 when it is not one. */
function natural(reader: BerReader, limit: number): number {
  const value = reader.integer(limit);
  return value === undefined || value < 0 ? -1 : value;
}

/**
 * A scoped PDU (RFC 3412 section 6.8) in its octets, which are `bytes` from `at` on, perhaps with padding behind.
 */
export class ScopedPdu {
  contextEngineAt = 0;
  contextEngineEnd = 0;
  contextNameAt = 0;
  contextNameEnd = 0;
  /** Where the PDU starts; it ends at `end`. */
  pduAt = 0;
  end = 0;
  readonly #reader = new BerReader();

  /** False when malformed, as what was decrypted with a wrong key is. `pad` is the most octets behind it. */
  read(bytes: Uint8Array, at: number, pad: number): boolean {
    const reader = this.#reader;
    reader.reset(bytes);
    reader.at = at;
    if (!reader.header(TAG.sequence, bytes.length) || bytes.length - reader.end > pad) return false;
    const { end } = reader;
    this.end = end;
    if (!reader.header(TAG.octetString, end)) return false;
    this.contextEngineAt = reader.at;
    this.contextEngineEnd = reader.at = reader.end;
    // What is answered carries it, so that it must be no longer than an engine id can be.
    if (this.contextEngineEnd - this.contextEngineAt > MAX_ENGINE_OCTETS) return false;
    if (!reader.header(TAG.octetString, end)) return false;
    this.contextNameAt = reader.at;
    this.contextNameEnd = reader.at = reader.end;
    this.pduAt = reader.at;
    const tag = bytes[reader.at];
    return (
      reader.at < end &&
      tag !== undefined &&
      (tag & 0xe0) === 0xa0 &&
      reader.header(tag, end) &&
      reader.end === end
    );
  }
}
