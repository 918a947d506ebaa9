import { createHmac, randomBytes } from "node:crypto";
import { createRequire } from "node:module";
import { inspect } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HmacKey, MessageAuthenticator } from "../../collectors/snmp/usm/auth.ts";
import { EngineClock, EngineTable } from "../../collectors/snmp/usm/engine.ts";
import {
  AUTH,
  KeyRing,
  localizeKey,
  PRIVACY,
  passwordToKey,
  privacyKey,
} from "../../collectors/snmp/usm/keys.ts";
import { ScopedPdu, saysVersion3, V3Frame } from "../../collectors/snmp/usm/message.ts";
import { PrivacyKey, SaltSource } from "../../collectors/snmp/usm/privacy.ts";
import { scopedAt, Usm } from "../../collectors/snmp/usm/usm.ts";
import { Secret } from "../../src/settings/secret.ts";
import {
  SNMP_AUTH_PROTOCOLS,
  SNMP_PRIV_PROTOCOLS,
  type SnmpAuthProtocol,
} from "../../src/settings/snmp-security.ts";

/** What is used of net-snmp as an oracle. */
interface Oracle {
  readonly AuthProtocols: Record<string, number>;
  readonly PrivProtocols: Record<string, number>;
  readonly Encryption: {
    readonly algorithms: Record<number, { localizationAlgorithm(...args: unknown[]): Buffer }>;
    encryptPdu(...args: unknown[]): { encryptedPdu: Buffer; msgPrivacyParameters: Buffer };
    decryptPdu(...args: unknown[]): Buffer;
  };
}
const oracle = createRequire(import.meta.url)("net-snmp") as Oracle;
const oracleAuth = (protocol: SnmpAuthProtocol): number =>
  oracle.AuthProtocols[protocol === "sha1" ? "sha" : protocol]!;

const ENGINE = Buffer.from("000000000000000000000002", "hex");
const PDU = Buffer.from("a00e020401020304020100020100300000".slice(0, 32), "hex");

/** RFC 3414 sections A.3.1 and A.3.2. */
const MASTERS: Partial<Record<SnmpAuthProtocol, string>> = {
  md5: "9faf3283884e92834ebc9847d8edd963",
  sha1: "9fb5cc0381497b3793528939ff788d5d79145211",
};
const LOCALIZED: Partial<Record<SnmpAuthProtocol, string>> = {
  md5: "526f5eed9fcce26f8964c2930787d82b",
  sha1: "6695febc9288e36282235fc7151f128497b38f3f",
  // The same password and engine under RFC 7860, as other implementations publish them.
  sha224: "0bd8827c6e29f8065e08e09237f177e410f69b90e1782be682075674",
  sha256: "8982e0e549e866db361a6b625d84cccc11162d453ee8ce3a6445c2d6776f0f8b",
  sha384: "3b298f16164a11184279d5432bf169e2d2a48307de02b3d3f7e2b4f36eb6f0455a53689a3937eea07319a633d2ccba78",
  sha512:
    "22a5a36cedfcc085807a128d7bc6c2382167ad6c0dbc5fdff856740f3d84c099ad1ea87a8db096714d9788bd544047c9021e4229ce27e4c0a69250adfcffbb0b",
};

describe("keys", () => {
  it.each(SNMP_AUTH_PROTOCOLS)("localises maplesyrup for %s as the RFC does", async (protocol) => {
    const master = await passwordToKey(protocol, Buffer.from("maplesyrup"));
    if (MASTERS[protocol]) expect(master.toString("hex")).toBe(MASTERS[protocol]);
    expect(localizeKey(protocol, master, ENGINE).toString("hex")).toBe(LOCALIZED[protocol]);
  });

  it.each(
    SNMP_AUTH_PROTOCOLS.flatMap((auth) => [
      [auth, "aes256", "aes256b"] as const,
      [auth, "aes256-cisco", "aes256r"] as const,
    ]),
  )("lengthens the key of %s to %s as net-snmp's %s", async (auth, priv, theirs) => {
    const password = "another long passphrase";
    const localized = localizeKey(auth, await passwordToKey(auth, Buffer.from(password)), ENGINE);
    const ours = await privacyKey(auth, priv, localized, ENGINE);
    const algorithm = oracle.Encryption.algorithms[oracle.PrivProtocols[theirs]!]!;
    const key = algorithm.localizationAlgorithm(algorithm, oracleAuth(auth), password, ENGINE);
    expect(ours.toString("hex")).toBe(key.toString("hex"));
  });

  it("makes a password's key once for all engines and a user's keys once an engine", async () => {
    const ring = new KeyRing();
    const password = new Secret("correct horse");
    let revealed = 0;
    password.reveal = () => {
      revealed++;
      return "correct horse";
    };
    const user = {
      name: "u",
      auth: { protocol: "sha256", password },
      priv: { protocol: "aes128", password },
    } as const;
    const first = await ring.localize(user, ENGINE);
    expect(await ring.localize(user, Buffer.from(ENGINE))).toBe(first);
    expect(await ring.localize(user, randomBytes(12))).not.toBe(first);
    expect(revealed).toBe(1);
  });

  it("prints no key", async () => {
    const password = new Secret("correct horse");
    const user = {
      name: "u",
      auth: { protocol: "md5", password },
      priv: { protocol: "des", password },
    } as const;
    const keys = await new KeyRing().localize(user, ENGINE);
    const master = await passwordToKey("md5", Buffer.from("correct horse"));
    const local = localizeKey("md5", master, ENGINE);
    for (const text of [
      JSON.stringify(keys),
      inspect(keys, { depth: 9, showHidden: true }),
      String(keys.auth),
    ]) {
      expect(text).not.toContain(local.toString("hex").slice(0, 8));
      expect(text).not.toMatch(/Buffer|inner: |outer: /);
    }
  });
});

describe("signing", () => {
  it.each(SNMP_AUTH_PROTOCOLS)("%s is the HMAC, truncated", (protocol) => {
    const { hash, keyOctets, digestOctets } = AUTH[protocol];
    const authenticator = new MessageAuthenticator();
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: keyOctets, maxLength: keyOctets }),
        fc.uint8Array({ minLength: 100, maxLength: 2000 }),
        fc.nat(40),
        (key, content, at) => {
          const message = Buffer.from(content);
          const zeroed = Buffer.from(message).fill(0, at, at + digestOctets);
          const wanted = createHmac(hash, key).update(zeroed).digest().subarray(0, digestOctets);
          const signs = new HmacKey(AUTH[protocol], key);
          authenticator.sign(signs, message, at);
          expect(message.subarray(at, at + digestOctets)).toEqual(wanted);
          expect(authenticator.verify(signs, message, at, at + digestOctets)).toBe(true);
          message[at + digestOctets - 1]! ^= 1;
          expect(authenticator.verify(signs, message, at, at + digestOctets)).toBe(false);
          expect(authenticator.verify(signs, message, at, at + digestOctets - 1)).toBe(false);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe("encrypting", () => {
  it.each([
    // Its DES needs what OpenSSL 3 lacks; Debian's snmpd is the witness for ours.
    ["aes128", "aes"],
    ["aes256", "aes256b"],
    ["aes256-cisco", "aes256r"],
  ] as const)("%s is read by net-snmp and reads what net-snmp wrote", async (priv, theirs) => {
    const password = "another long passphrase";
    const user = {
      name: "u",
      auth: { protocol: "sha1", password: new Secret(password) },
      priv: { protocol: priv, password: new Secret(password) },
    } as const;
    const key = (await new KeyRing().localize(user, ENGINE)).priv!;
    const engine = { engineID: ENGINE, engineBoots: 7, engineTime: 123_456 };
    const number = oracle.PrivProtocols[theirs]!;
    const plain = Buffer.from("0123456789abcdef0123456789abcdef01234567");
    const salt = randomBytes(8);
    const ours = key.encrypt(plain, 7, 123_456, salt);
    expect(oracle.Encryption.decryptPdu(number, ours, salt, password, oracleAuth("sha1"), engine)).toEqual(
      plain,
    );
    const { encryptedPdu, msgPrivacyParameters } = oracle.Encryption.encryptPdu(
      number,
      plain,
      password,
      oracleAuth("sha1"),
      engine,
    );
    const back = key.decrypt(encryptedPdu, 7, 123_456, msgPrivacyParameters, Buffer.alloc(200))!;
    expect(back.subarray(0, plain.length)).toEqual(plain);
  });

  it.each(SNMP_PRIV_PROTOCOLS)("%s decrypts message after message of any length", (protocol) => {
    const { keyOctets } = PRIVACY[protocol];
    const sends = new PrivacyKey(protocol, Buffer.alloc(keyOctets, 7));
    const reads = new PrivacyKey(protocol, Buffer.alloc(keyOctets, 7));
    const scratch = Buffer.alloc(1200);
    for (let length = 1; length < 120; length++) {
      const plain = randomBytes(length * reads.blockOctets);
      const salt = randomBytes(8);
      const cipherText = sends.encrypt(plain, length, 99, salt);
      expect(Buffer.from(reads.decrypt(cipherText, length, 99, salt, scratch)!)).toEqual(plain);
    }
    expect(reads.decrypt(Buffer.alloc(0), 1, 1, Buffer.alloc(8), scratch)).toBeUndefined();
    expect(reads.decrypt(Buffer.alloc(16), 1, 1, Buffer.alloc(7), scratch)).toBeUndefined();
  });

  it("is single DES although OpenSSL has none", () => {
    // FIPS 81, table C1: the CBC example.
    const key = new PrivacyKey("des", Buffer.from("0123456789abcdef0000000000000000", "hex"));
    const iv = Buffer.from("1234567890abcdef", "hex");
    const cipher = key.encrypt(Buffer.from("Now is the time for all "), 0, 0, iv);
    expect(cipher.toString("hex")).toBe("e5c7cdde872bf27c43e934008c389c0f683788499a7c05f6");
  });

  it("never uses a salt twice, over the end of the counter's halves too", () => {
    const salts = new SaltSource(() => Buffer.from("00000000fffffffe", "hex"));
    const out = Buffer.alloc(8);
    const seen = new Set<string>();
    for (let i = 0; i < 5; i++) {
      salts.next("aes128", 1, out);
      seen.add(out.toString("hex"));
    }
    expect([...seen]).toEqual([
      "00000000ffffffff",
      "0000000100000000",
      "0000000100000001",
      "0000000100000002",
      "0000000100000003",
    ]);
    salts.next("des", 9, out);
    expect(out.toString("hex")).toBe("0000000900000004");
  });
});

describe("messages", () => {
  const usm = new Usm(randomBytes);
  const ring = new KeyRing();
  const password = new Secret("correct horse");
  const all = SNMP_AUTH_PROTOCOLS.flatMap((auth) =>
    [undefined, ...SNMP_PRIV_PROTOCOLS].map((priv) => [auth, priv] as const),
  );
  const userOf = (auth: SnmpAuthProtocol, priv: (typeof SNMP_PRIV_PROTOCOLS)[number] | undefined) => ({
    name: "monitor",
    auth: { protocol: auth, password },
    ...(priv && { priv: { protocol: priv, password } }),
  });
  const envelope = {
    msgId: 0x7fff_1234,
    reportable: true,
    engineId: ENGINE,
    boots: 3,
    time: 100_000,
    user: Buffer.from("monitor"),
    contextEngineId: ENGINE,
    contextName: Buffer.from("vlan-7"),
  };

  it.each(all)("%s and %s open what they sealed", async (auth, priv) => {
    const keys = await ring.localize(userOf(auth, priv), ENGINE);
    for (let extra = 0; extra < 9; extra++) {
      const pdu = Buffer.concat([PDU, Buffer.alloc(extra)]);
      pdu[1]! += extra;
      const message = usm.seal({ ...envelope, keys }, pdu);
      const frame = new V3Frame();
      expect(saysVersion3(message)).toBe(true);
      expect(frame.read(message)).toBe(true);
      expect([frame.msgId, frame.boots, frame.time, frame.flags]).toEqual([
        envelope.msgId,
        3,
        100_000,
        priv ? 7 : 5,
      ]);
      expect(frame.engineId()).toEqual(ENGINE);
      expect(usm.verify(frame, keys)).toBe(true);
      const bytes = usm.open(frame, keys)!;
      const scoped = new ScopedPdu();
      expect(scoped.read(bytes, scopedAt(frame), priv ? 8 : 0)).toBe(true);
      expect(Buffer.from(bytes.subarray(scoped.pduAt, scoped.end))).toEqual(pdu);
      expect(Buffer.from(bytes.subarray(scoped.contextNameAt, scoped.contextNameEnd)).toString()).toBe(
        "vlan-7",
      );
      if (priv) expect(message.includes(Buffer.from("vlan-7"))).toBe(false);
    }
  });

  it("numbers of every length are in their shortest form", () => {
    const frame = new V3Frame();
    fc.assert(
      fc.property(
        fc.nat(),
        fc.nat(),
        fc.nat(),
        fc.uint8Array({ maxLength: 1500 }),
        (msgId, boots, time, extra) => {
          const pdu = Buffer.concat([
            Buffer.from([0xa0, 0x82, extra.length >> 8, extra.length & 255]),
            extra,
          ]);
          const bytes = usm.seal({ ...envelope, msgId, boots, time, keys: {} }, pdu);
          expect(frame.read(bytes)).toBe(true);
          expect([frame.msgId, frame.boots, frame.time]).toEqual([msgId, boots, time]);
        },
      ),
    );
  });

  it("a mutated message is never taken and nothing throws", async () => {
    const keys = await ring.localize(userOf("sha256", "aes128"), ENGINE);
    const other = await ring.localize(userOf("sha256", undefined), ENGINE);
    const good = usm.seal({ ...envelope, keys }, PDU);
    const frame = new V3Frame();
    const scoped = new ScopedPdu();
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(good.length - 1), fc.integer({ min: 1, max: 255 })), {
          minLength: 1,
          maxLength: 6,
        }),
        fc.option(fc.nat(good.length)),
        (changes, cut) => {
          let bytes = Buffer.from(good);
          for (const [at, by] of changes) bytes[at]! ^= by;
          if (cut !== null) bytes = bytes.subarray(0, cut);
          if (bytes.equals(good)) return;
          saysVersion3(bytes);
          if (!frame.read(bytes)) return;
          expect(usm.verify(frame, keys)).toBe(false);
          // Even opened without a check, nonsense is noticed or harmless.
          const plain = usm.open(frame, keys);
          if (plain) scoped.read(plain, scopedAt(frame), 8);
          usm.open(frame, other);
        },
      ),
      { numRuns: 20_000 },
    );
  });

  it("any octets at all are read without an exception", () => {
    const frame = new V3Frame();
    const scoped = new ScopedPdu();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        saysVersion3(bytes);
        frame.read(bytes);
        scoped.read(bytes, 0, 8);
      }),
      { numRuns: 5000 },
    );
  });
});

describe("clocks of engines", () => {
  const clock = { ms: 1_000_000, now: () => 0, monotonic: () => clock.ms };

  it("hold an answer to 150 s both ways and the same boots", () => {
    const engine = new EngineClock(clock);
    expect(engine.within(1, 500)).toBe(false);
    engine.set(1, 500);
    clock.ms += 10_000;
    expect(engine.time).toBe(510);
    expect([359, 360, 510, 660, 661].map((time) => engine.within(1, time))).toEqual([
      false,
      true,
      true,
      true,
      false,
    ]);
    expect([engine.within(2, 510), engine.within(0, 510)]).toEqual([false, false]);
    engine.set(2 ** 31 - 1, 5);
    expect(engine.within(2 ** 31 - 1, 5)).toBe(false);
  });

  it("of senders go forward only (RFC 3414 section 3.2, step 7b)", () => {
    const engine = new EngineClock(clock);
    expect(engine.advance(2 ** 31 - 1, 1)).toBe(false);
    expect(engine.advance(4, 1000)).toBe(true);
    expect(engine.advance(4, 851)).toBe(true);
    expect(engine.advance(4, 849)).toBe(false);
    expect(engine.advance(3, 5000)).toBe(false);
    expect(engine.advance(4, 5000)).toBe(true);
    expect(engine.time).toBe(5000);
    expect(engine.advance(5, 3)).toBe(true);
    expect(engine.advance(4, 5000)).toBe(false);
  });

  it("are kept for engines that were seen, as many as fit", () => {
    const table = new EngineTable(clock, 2);
    const ids = [1, 2, 3].map((n) => Buffer.alloc(8, n));
    for (const id of ids) table.clockOf(id);
    expect(table.size).toBe(0);
    for (const id of ids) {
      const engine = table.clockOf(id);
      engine.advance(1, 1);
      table.keep(id, engine);
    }
    expect(table.size).toBe(2);
    expect(ids.map((id) => table.clockOf(id).known)).toEqual([false, true, true]);
  });
});
