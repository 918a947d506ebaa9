import { createHash, hash } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import type { Secret } from "../../../src/settings/secret.ts";
import type { SnmpAuthProtocol, SnmpPrivProtocol } from "../../../src/settings/snmp-security.ts";
import { HmacKey } from "./auth.ts";
import { PrivacyKey } from "./privacy.ts";

/** A user as the security model needs it. Without `auth` messages are neither signed nor encrypted. */
export interface UsmUser {
  /** 1 to 32 octets. */
  readonly name: string;
  readonly auth?: { readonly protocol: SnmpAuthProtocol; readonly password: Secret };
  /** Only with `auth`. */
  readonly priv?: { readonly protocol: SnmpPrivProtocol; readonly password: Secret };
}

/** A user's keys at one engine. They print as nothing. */
export interface LocalKeys {
  readonly auth?: HmacKey;
  readonly priv?: PrivacyKey;
}

export const NO_KEYS: LocalKeys = Object.freeze({});

/** What each protocol is made of: OpenSSL's name, octets of key, of the truncated digest, of the hash's block. */
export const AUTH: Readonly<
  Record<
    SnmpAuthProtocol,
    {
      readonly hash: string;
      readonly keyOctets: number;
      readonly digestOctets: number;
      readonly blockOctets: number;
    }
  >
> = {
  md5: { hash: "md5", keyOctets: 16, digestOctets: 12, blockOctets: 64 },
  sha1: { hash: "sha1", keyOctets: 20, digestOctets: 12, blockOctets: 64 },
  sha224: { hash: "sha224", keyOctets: 28, digestOctets: 16, blockOctets: 64 },
  sha256: { hash: "sha256", keyOctets: 32, digestOctets: 24, blockOctets: 64 },
  sha384: { hash: "sha384", keyOctets: 48, digestOctets: 32, blockOctets: 128 },
  sha512: { hash: "sha512", keyOctets: 64, digestOctets: 48, blockOctets: 128 },
};

/** Octets of the localised privacy key, and how one is made longer when the hash gives less. */
export const PRIVACY: Readonly<
  Record<SnmpPrivProtocol, { readonly keyOctets: number; readonly extension: "blumenthal" | "reeder" }>
> = {
  // The second half of a DES key is the start of its initialisation vector (RFC 3414 section 8.1.1.1).
  des: { keyOctets: 16, extension: "blumenthal" },
  aes128: { keyOctets: 16, extension: "blumenthal" },
  aes192: { keyOctets: 24, extension: "blumenthal" },
  aes256: { keyOctets: 32, extension: "blumenthal" },
  "aes192-cisco": { keyOctets: 24, extension: "reeder" },
  "aes256-cisco": { keyOctets: 32, extension: "reeder" },
};

const EXPANDED_OCTETS = 1_048_576;
const CHUNK_OCTETS = 65_536;

/**
 * Password to key (RFC 3414 section A.2): the hash of a mebioctet of the password over and over. Takes
 * milliseconds, so that it lets others run after each sixteenth of the way. `password` has at least one octet.
 */
export async function passwordToKey(protocol: SnmpAuthProtocol, password: Uint8Array): Promise<Buffer> {
  const digest = createHash(AUTH[protocol].hash);
  const chunk = Buffer.alloc(password.length * Math.ceil(CHUNK_OCTETS / password.length), password);
  for (let left = EXPANDED_OCTETS; left > 0; left -= chunk.length) {
    digest.update(left < chunk.length ? chunk.subarray(0, left) : chunk);
    await setImmediate();
  }
  return digest.digest();
}

/** The key at one engine (RFC 3414 section 2.6): the hash of key, engine id, key. */
export function localizeKey(protocol: SnmpAuthProtocol, key: Uint8Array, engineId: Uint8Array): Buffer {
  return hash(AUTH[protocol].hash, Buffer.concat([key, engineId, key]), "buffer");
}

/** A localised privacy key of the length that the cipher takes. */
export async function privacyKey(
  auth: SnmpAuthProtocol,
  priv: SnmpPrivProtocol,
  localized: Uint8Array,
  engineId: Uint8Array,
): Promise<Buffer> {
  const { keyOctets, extension } = PRIVACY[priv];
  let key: Buffer = Buffer.from(localized);
  let last = key;
  while (key.length < keyOctets) {
    // Blumenthal hashes all there is; Reeder takes the last part for a password, a mebioctet of it again.
    last =
      extension === "reeder"
        ? localizeKey(auth, await passwordToKey(auth, last), engineId)
        : hash(AUTH[auth].hash, key, "buffer");
    key = Buffer.concat([key, last]);
  }
  return key.subarray(0, keyOctets);
}

/** Most keys that are remembered for one pair of passwords. */
const MAX_ENGINES = 20_000;

/**
 * Keys that were made: of each password once, for each user and engine once. Passwords are known by their
 * `Secret`, so that the devices that share a credential share the work; what nobody holds any more is let go.
 */
export class KeyRing {
  readonly #masters = new WeakMap<Secret, Map<SnmpAuthProtocol, Promise<Buffer>>>();
  /** By the passwords for signing and encrypting, then by protocols and engine. */
  readonly #local = new WeakMap<Secret, WeakMap<Secret, Map<string, Promise<LocalKeys>>>>();

  /** A user's keys at that engine. Costs milliseconds for the first engine, then microseconds but for -cisco ciphers. */
  localize(user: UsmUser, engineId: Uint8Array): Promise<LocalKeys> {
    const { auth, priv } = user;
    if (!auth) return Promise.resolve(NO_KEYS);
    let pairs = this.#local.get(auth.password);
    if (!pairs) this.#local.set(auth.password, (pairs = new WeakMap()));
    const second = priv?.password ?? auth.password;
    let engines = pairs.get(second);
    if (!engines) pairs.set(second, (engines = new Map()));
    const id = `${auth.protocol}/${priv?.protocol}/${Buffer.from(engineId).toString("latin1")}`;
    let keys = engines.get(id);
    if (!keys) {
      keys = this.#make(auth, priv, Buffer.from(engineId));
      engines.set(id, keys);
      if (engines.size > MAX_ENGINES) engines.delete(engines.keys().next().value!);
    }
    return keys;
  }

  async #make(
    auth: NonNullable<UsmUser["auth"]>,
    priv: UsmUser["priv"],
    engineId: Uint8Array,
  ): Promise<LocalKeys> {
    const { protocol } = auth;
    const authKey = localizeKey(protocol, await this.#master(auth.password, protocol), engineId);
    const signs = new HmacKey(AUTH[protocol], authKey);
    if (!priv) return Object.freeze({ auth: signs });
    const localized = localizeKey(protocol, await this.#master(priv.password, protocol), engineId);
    const key = await privacyKey(protocol, priv.protocol, localized, engineId);
    return Object.freeze({ auth: signs, priv: new PrivacyKey(priv.protocol, key) });
  }

  #master(password: Secret, protocol: SnmpAuthProtocol): Promise<Buffer> {
    let keys = this.#masters.get(password);
    if (!keys) this.#masters.set(password, (keys = new Map()));
    let key = keys.get(protocol);
    if (!key) keys.set(protocol, (key = passwordToKey(protocol, Buffer.from(password.reveal(), "utf8"))));
    return key;
  }
}
