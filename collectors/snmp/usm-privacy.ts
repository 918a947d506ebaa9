import { type CipherGCMTypes, createCipheriv, createDecipheriv } from "node:crypto";
import type { SnmpPrivProtocol } from "../../src/settings/snmp-security.ts";

/** Octets of msgPrivacyParameters: the salt, for every cipher there is. */
export const SALT_OCTETS = 8;

/** A localised privacy key. Prints as nothing. */
export class PrivacyKey {
  readonly protocol: SnmpPrivProtocol;
  readonly #cipher: string;
  readonly #key: Buffer;
  readonly #preIv: Buffer | undefined;

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
    const cipher = createCipheriv(this.#cipher as CipherGCMTypes, this.#key, this.#iv(boots, time, salt));
    if (this.#preIv) cipher.setAutoPadding(false);
    return cipher.update(plain);
  }

  /** Undefined when it cannot be a ciphertext. A wrong key gives nonsense, which the caller must notice. */
  decrypt(cipherText: Uint8Array, boots: number, time: number, salt: Uint8Array): Buffer | undefined {
    if (salt.length !== SALT_OCTETS || cipherText.length === 0) return undefined;
    if (cipherText.length % this.blockOctets !== 0) return undefined;
    const decipher = createDecipheriv(this.#cipher as CipherGCMTypes, this.#key, this.#iv(boots, time, salt));
    if (this.#preIv) decipher.setAutoPadding(false);
    return decipher.update(cipherText);
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
