import { hash, timingSafeEqual } from "node:crypto";

/** Longest message and the longest pad before it. */
const SCRATCH_OCTETS = 65_536 + 128;
const MAX_DIGEST_OCTETS = 48;

/** A key that is ready to sign: its two pads (RFC 2104). Holds 1 kB at most and prints as nothing. */
export class HmacKey {
  readonly hash: string;
  /** Octets of the digest as it travels. */
  readonly digestOctets: number;
  readonly #inner: Buffer;
  readonly #outer: Buffer;

  /** `key` is no longer than the hash's block, as localised keys are. */
  constructor(
    protocol: { readonly hash: string; readonly digestOctets: number; readonly blockOctets: number },
    key: Uint8Array,
  ) {
    this.hash = protocol.hash;
    this.digestOctets = protocol.digestOctets;
    this.#inner = Buffer.alloc(protocol.blockOctets, 0x36);
    this.#outer = Buffer.alloc(protocol.blockOctets, 0x5c);
    for (let i = 0; i < key.length; i++) {
      this.#inner[i]! ^= key[i]!;
      this.#outer[i]! ^= key[i]!;
    }
  }

  get inner(): Uint8Array {
    return this.#inner;
  }

  get outer(): Uint8Array {
    return this.#outer;
  }

  toJSON(): string {
    return "<secret>";
  }
}

/**
 * Signs and checks whole messages (RFC 3414 sections 6.3, 7.3). One-shot hashes over one buffer are about twice
 * as fast as an Hmac object a message; the buffer is this object's, so that one serves one thread.
 */
export class MessageAuthenticator {
  readonly #scratch = Buffer.allocUnsafeSlow(SCRATCH_OCTETS);
  readonly #outer = Buffer.alloc(128 + 64);
  readonly #computed = Buffer.alloc(MAX_DIGEST_OCTETS);
  readonly #received = Buffer.alloc(MAX_DIGEST_OCTETS);

  /** Writes the digest at `digestAt`, where the message has `key.digestOctets` octets of room. */
  sign(key: HmacKey, message: Buffer, digestAt: number): void {
    message.write(this.#digest(key, message, digestAt), digestAt, key.digestOctets, "latin1");
  }

  /** Whether the message carries the digest of its content. In constant time for digests of the right length. */
  verify(key: HmacKey, message: Uint8Array, digestAt: number, digestEnd: number): boolean {
    const { digestOctets } = key;
    if (digestEnd - digestAt !== digestOctets) return false;
    const computed = this.#computed.fill(0);
    const received = this.#received.fill(0);
    computed.write(this.#digest(key, message, digestAt), 0, digestOctets, "latin1");
    for (let i = 0; i < digestOctets; i++) received[i] = message[digestAt + i]!;
    return timingSafeEqual(computed, received);
  }

  /** The whole digest, an octet a character, of the message with zeros where its own digest stands. */
  #digest(key: HmacKey, message: Uint8Array, digestAt: number): string {
    const { inner, outer } = key;
    const block = inner.length;
    const scratch = this.#scratch;
    scratch.set(inner, 0);
    scratch.set(message, block);
    scratch.fill(0, block + digestAt, block + digestAt + key.digestOctets);
    const first = hash(key.hash, scratch.subarray(0, block + message.length), "binary");
    this.#outer.set(outer, 0);
    const end = block + this.#outer.write(first, block, "latin1");
    return hash(key.hash, this.#outer.subarray(0, end), "binary");
  }
}
