import { createCipheriv, createDecipheriv, type Decipheriv } from "node:crypto";
import type { SnmpPrivProtocol } from "../../../src/settings/snmp-security.ts";

/** Octets of msgPrivacyParameters: the salt, for every cipher there is. */
export const SALT_OCTETS = 8;
const AES_BLOCK = 16;
/** What `decrypt` needs before the ciphertext in its scratch: the rest of a block and an initialisation vector. */
export const LEAD_OCTETS = 2 * AES_BLOCK;

/** A localised privacy key. Prints as nothing. */
export class PrivacyKey {
  readonly protocol: SnmpPrivProtocol;
  readonly #cipher: string;
  readonly #key: Buffer;
  readonly #preIv: Buffer | undefined;
  /** AES: one for all messages. */
  #decipher: Decipheriv | undefined;
  /** Octets that it has read of the block it is in. */
  #inBlock = 0;

  /** `key` has the octets that `PRIVACY` says. */
  constructor(protocol: SnmpPrivProtocol, key: Uint8Array) {
    this.protocol = protocol;
    if (protocol === "des") {
      // OpenSSL 3 has single DES in its legacy provider only; triple DES with one key thrice is the same function.
      const single = key.subarray(0, 8);
      this.#cipher = "des-ede3-cbc";
      this.#key = Buffer.concat([single, single, single]);
      this.#preIv = Buffer.from(key.subarray(8, 16));
    } else {
      this.#cipher = `aes-${key.length * 8}-cfb`;
      this.#key = Buffer.from(key);
    }
  }

  /** Octets that a plaintext is padded to a multiple of. */
  get blockOctets(): number {
    return this.#preIv ? 8 : 1;
  }

  /** `plain` is a multiple of `blockOctets` long. The answer is as long and the caller's. */
  encrypt(plain: Uint8Array, boots: number, time: number, salt: Uint8Array): Buffer {
    const cipher = createCipheriv(this.#cipher, this.#key, this.#iv(boots, time, salt));
    if (this.#preIv) cipher.setAutoPadding(false);
    return cipher.update(plain);
  }

  /**
   * Undefined when it cannot be a ciphertext. A wrong key gives nonsense, which the caller must notice. `scratch` has
   * room for `LEAD_OCTETS` and the ciphertext; its content is lost. The answer is the caller's.
   *
   * CFB takes its state from the last block of ciphertext, whatever came before: a decipher that is given the
   * initialisation vector as if it were ciphertext stands where a new one would, for half the cost of making one.
   */
  decrypt(
    cipherText: Uint8Array,
    boots: number,
    time: number,
    salt: Uint8Array,
    scratch: Buffer,
  ): Uint8Array | undefined {
    if (salt.length !== SALT_OCTETS || cipherText.length === 0) return undefined;
    const { length } = cipherText;
    if (this.#preIv) {
      if (length % this.blockOctets !== 0) return undefined;
      const iv = this.#iv(boots, time, salt);
      return createDecipheriv(this.#cipher, this.#key, iv).setAutoPadding(false).update(cipherText);
    }
    this.#decipher ??= createDecipheriv(this.#cipher, this.#key, Buffer.alloc(AES_BLOCK));
    const skip = (AES_BLOCK - this.#inBlock) % AES_BLOCK;
    const start = skip + AES_BLOCK;
    scratch.writeUInt32BE(boots, skip);
    scratch.writeUInt32BE(time, skip + 4);
    scratch.set(salt, skip + 8);
    scratch.set(cipherText, start);
    this.#inBlock = length % AES_BLOCK;
    return this.#decipher.update(scratch.subarray(0, start + length)).subarray(start);
  }

  /** RFC 3414 section 8.1.1.1 and RFC 3826 section 3.1.2.1. */
  #iv(boots: number, time: number, salt: Uint8Array): Buffer {
    const pre = this.#preIv;
    if (pre) {
      const iv = Buffer.allocUnsafe(8);
      for (let i = 0; i < 8; i++) iv[i] = pre[i]! ^ salt[i]!;
      return iv;
    }
    const iv = Buffer.allocUnsafe(16);
    iv.writeUInt32BE(boots, 0);
    iv.writeUInt32BE(time, 4);
    iv.set(salt, 8);
    return iv;
  }

  toJSON(): string {
    return "<secret>";
  }
}

/**
 * Salts that never repeat in a process: a counter from a random start (RFC 3826 section 3.1.2.1, RFC 3414
 * section 8.1.1.1: DES has the engine's boots in the first half).
 */
export class SaltSource {
  #high: number;
  #low: number;

  constructor(random: (octets: number) => Uint8Array) {
    const start = Buffer.from(random(8));
    this.#high = start.readUInt32BE(0);
    this.#low = start.readUInt32BE(4);
  }

  /** Writes the next salt into the first eight octets of `out`. */
  next(protocol: SnmpPrivProtocol, boots: number, out: Buffer): void {
    this.#low = (this.#low + 1) >>> 0;
    if (this.#low === 0) this.#high = (this.#high + 1) >>> 0;
    out.writeUInt32BE(protocol === "des" ? boots : this.#high, 0);
    out.writeUInt32BE(this.#low, 4);
  }
}
