import { randomBytes } from "node:crypto";
import { KeyRing, type LocalKeys, NO_KEYS } from "../../collectors/snmp/usm/keys.ts";
import { ScopedPdu, saysVersion3, V3Frame } from "../../collectors/snmp/usm/message.ts";
import { scopedAt, Usm } from "../../collectors/snmp/usm/usm.ts";
import { Secret } from "../../src/settings/secret.ts";

/** The SNMPv3 user that every agent of the bench knows. Authentication and privacy passphrase are one. */
export const BENCH_USER = {
  user: "bench",
  auth: "sha256",
  priv: "aes128",
  passphrase: "a long passphrase",
} as const;

const ENGINE = Buffer.from("80001f8804626368", "hex");
const BOOTS = 1;
const TIME = 1000;
const NOTHING = Buffer.alloc(0);
/** usmStatsUnknownEngineIDs.0 = Counter32 1, as a varbind list. */
const UNKNOWN_ENGINE = Buffer.from("3011300f060a2b060106030f01010400410101", "hex");

/** A request that came sealed: as SNMPv2c, whose community is the context's name, and how to seal its answer. */
export interface Opened {
  readonly request: Buffer;
  seal(answer: Uint8Array): Buffer;
}

/**
 * Puts SNMPv3 before agents that speak SNMPv2c: one engine for all. It uses the collector's USM, which is fair in a
 * bench (only the CPU of those who ask counts) and no proof of anything.
 */
export class V3Face {
  readonly #usm = new Usm(randomBytes);
  readonly #frame = new V3Frame();
  readonly #scoped = new ScopedPdu();
  readonly #started = performance.now();
  #keys: LocalKeys = NO_KEYS;

  async open(): Promise<void> {
    const password = new Secret(BENCH_USER.passphrase);
    const user = {
      name: BENCH_USER.user,
      auth: { protocol: BENCH_USER.auth, password },
      priv: { protocol: BENCH_USER.priv, password },
    };
    this.#keys = await new KeyRing().localize(user, ENGINE);
  }

  /** A request to hand on; a whole datagram to send back at once; undefined: not SNMPv3, or nothing good. */
  take(datagram: Buffer): Opened | Buffer | undefined {
    const frame = this.#frame;
    const scoped = this.#scoped;
    if (!saysVersion3(datagram) || !frame.read(datagram)) return undefined;
    if (frame.engineAt === frame.engineEnd) return this.#report();
    if (!this.#usm.verify(frame, this.#keys)) return undefined;
    const plain = this.#usm.open(frame, this.#keys);
    if (!plain || !scoped.read(plain, scopedAt(frame), 15)) return undefined;
    const community = plain.subarray(scoped.contextNameAt, scoped.contextNameEnd);
    const contextName = Buffer.from(community);
    const { msgId } = frame;
    const pdu = plain.subarray(scoped.pduAt, scoped.end);
    return {
      request: sequence(Buffer.concat([Buffer.from([2, 1, 1, 4, community.length]), community, pdu])),
      seal: (answer) => this.#seal(msgId, contextName, answer.subarray(pduAt(answer)), this.#keys),
    };
  }

  #report(): Buffer {
    const id = Buffer.alloc(4);
    id.writeUInt32BE(this.#frame.msgId);
    const content = Buffer.concat([Buffer.from([2, 4]), id, Buffer.from([2, 1, 0, 2, 1, 0]), UNKNOWN_ENGINE]);
    const pdu = Buffer.concat([Buffer.from([0xa8, content.length]), content]);
    return this.#seal(this.#frame.msgId, NOTHING, pdu, NO_KEYS);
  }

  #seal(msgId: number, contextName: Uint8Array, pdu: Uint8Array, keys: LocalKeys): Buffer {
    const envelope = {
      msgId,
      reportable: false,
      engineId: ENGINE,
      boots: BOOTS,
      time: TIME + Math.floor((performance.now() - this.#started) / 1000),
      user: keys === NO_KEYS ? NOTHING : Buffer.from(BENCH_USER.user),
      keys,
      contextEngineId: ENGINE,
      contextName,
    };
    return this.#usm.seal(envelope, pdu);
  }
}

function sequence(content: Uint8Array): Buffer {
  const header =
    content.length < 128 ? [0x30, content.length] : [0x30, 0x82, content.length >> 8, content.length & 0xff];
  return Buffer.concat([Buffer.from(header), content]);
}

/** Where the PDU of an SNMPv2c message starts: behind version and community. */
function pduAt(message: Uint8Array): number {
  const header = message[1]! < 128 ? 2 : 2 + (message[1]! & 0x7f);
  const community = header + 3;
  return community + 2 + message[community + 1]!;
}
