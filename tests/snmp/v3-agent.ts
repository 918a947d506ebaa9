import { createCipheriv, createDecipheriv, createHash, createHmac, randomBytes } from "node:crypto";
import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { once } from "node:events";
import { children, integer, objectId, octets, oidText, tlv } from "./asn1.ts";

/** An SNMPv3 engine of the tests' own: SHA-256 and AES-128, with a USM that shares no line with the collector's. */
export interface V3Message {
  readonly msgId: number;
  readonly flags: number;
  readonly engineId: Buffer;
  readonly boots: number;
  readonly time: number;
  readonly user: string;
  readonly contextName: string;
  readonly pduType: number;
  readonly requestId: number;
  readonly oids: readonly string[];
}

export interface Outgoing {
  readonly msgId: number;
  /** 0 unsigned, 1 signed, 3 encrypted too. */
  readonly level: 0 | 1 | 3;
  readonly engineId: Uint8Array;
  readonly boots: number;
  readonly time: number;
  readonly user: string;
  readonly contextEngineId?: Uint8Array;
  readonly contextName?: string;
  readonly pduType: number;
  readonly requestId: number;
  readonly errorStatus?: number;
  readonly varbinds: readonly (readonly [string, Uint8Array])[];
}

export const USM_STATS = {
  unsupportedLevel: "1.3.6.1.6.3.15.1.1.1.0",
  notInTimeWindow: "1.3.6.1.6.3.15.1.1.2.0",
  unknownUser: "1.3.6.1.6.3.15.1.1.3.0",
  unknownEngine: "1.3.6.1.6.3.15.1.1.4.0",
  wrongDigest: "1.3.6.1.6.3.15.1.1.5.0",
  decryptionError: "1.3.6.1.6.3.15.1.1.6.0",
} as const;

function localKey(password: string, engineId: Uint8Array): Buffer {
  const text = Buffer.alloc(1_048_576, password);
  const master = createHash("sha256").update(text).digest();
  return createHash("sha256").update(master).update(engineId).update(master).digest();
}

export const REPORT = 0xa8;
export const RESPONSE = 0xa2;

/** Listens on 127.0.0.1. Honest until a test replaces `answer`. */
export class V3Agent {
  readonly received: V3Message[] = [];
  readonly senders: RemoteInfo[] = [];
  readonly user = "monitor";
  boots = 7;
  /** Added to the engine's time, s. */
  timeShift = 5000;
  engineId: Buffer = Buffer.from("8000cafe04aabbccddeeff", "hex");
  authPassword = "auth passphrase";
  privPassword = "priv passphrase";
  objects = new Map<string, Uint8Array>([
    ["1.3.6.1.2.1.1.1.0", octets("a switch")],
    ["1.3.6.1.2.1.1.3.0", integer(4711, 0x43)],
    ["1.3.6.1.2.1.1.5.0", octets("fake")],
  ]);
  /** What is sent for a message; the usual answer is `this.usual(message)`. */
  answer: (message: V3Message) => readonly Uint8Array[] = (message) => this.usual(message);
  readonly #socket: Socket;
  readonly #keys = new Map<string, { auth: Buffer; priv: Buffer }>();

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("message", (bytes, from) => {
      const message = this.read(bytes);
      if (!message) return;
      this.received.push(message);
      this.senders.push(from);
      for (const reply of this.answer(message)) socket.send(reply, from.port, from.address);
    });
  }

  static async listen(): Promise<V3Agent> {
    const socket = createSocket("udp4");
    socket.bind(0, "127.0.0.1");
    await once(socket, "listening");
    return new V3Agent(socket);
  }

  get port(): number {
    return this.#socket.address().port;
  }

  get time(): number {
    return Math.floor(performance.now() / 1000) + this.timeShift;
  }

  send(bytes: Uint8Array, to: { port: number; address: string }): void {
    this.#socket.send(bytes, to.port, to.address);
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => this.#socket.close(() => resolve()));
  }

  keys(engineId: Uint8Array = this.engineId): { auth: Buffer; priv: Buffer } {
    const id = `${Buffer.from(engineId).toString("hex")} ${this.authPassword} ${this.privPassword}`;
    let keys = this.#keys.get(id);
    if (!keys) {
      keys = {
        auth: localKey(this.authPassword, engineId),
        priv: localKey(this.privPassword, engineId).subarray(0, 16),
      };
      this.#keys.set(id, keys);
    }
    return keys;
  }

  /** What an agent by the book answers (RFC 3414 section 3.2). */
  usual(message: V3Message): Buffer[] {
    const report = (oid: string, level: 0 | 1): Buffer[] => [this.report(message, oid, level)];
    if (!message.engineId.equals(this.engineId)) return report(USM_STATS.unknownEngine, 0);
    if (message.user !== this.user) return report(USM_STATS.unknownUser, 0);
    if ((message.flags & 3) !== 3) return report(USM_STATS.unsupportedLevel, 0);
    if (message.pduType === -1) return report(USM_STATS.wrongDigest, 0);
    if (message.boots !== this.boots || Math.abs(message.time - this.time) > 150)
      return report(USM_STATS.notInTimeWindow, 1);
    return [this.write(this.responseTo(message))];
  }

  responseTo(message: V3Message): Outgoing {
    return {
      msgId: message.msgId,
      level: 3,
      engineId: this.engineId,
      boots: this.boots,
      time: this.time,
      user: this.user,
      contextName: message.contextName,
      pduType: RESPONSE,
      requestId: message.requestId,
      varbinds: message.oids.map((oid) => [oid, this.objects.get(oid) ?? Buffer.from([0x81, 0])] as const),
    };
  }

  report(message: V3Message, oid: string, level: 0 | 1, more: Partial<Outgoing> = {}): Buffer {
    return this.write({
      msgId: message.msgId,
      level,
      engineId: this.engineId,
      boots: this.boots,
      time: this.time,
      user: level === 0 ? "" : this.user,
      pduType: REPORT,
      requestId: message.requestId,
      varbinds: [[oid, integer(1, 0x41)]],
      ...more,
    });
  }

  write(out: Outgoing): Buffer {
    const varbinds = out.varbinds.map(([oid, value]) => tlv(0x30, objectId(oid), value));
    const pdu = tlv(
      out.pduType,
      integer(out.requestId),
      integer(out.errorStatus ?? 0),
      integer(0),
      tlv(0x30, ...varbinds),
    );
    const scoped = tlv(0x30, octets(out.contextEngineId ?? out.engineId), octets(out.contextName ?? ""), pdu);
    const keys = this.keys(out.engineId);
    const salt = out.level === 3 ? randomBytes(8) : Buffer.alloc(0);
    let data: Buffer = scoped;
    if (out.level === 3) {
      const iv = Buffer.alloc(16);
      iv.writeUInt32BE(out.boots, 0);
      iv.writeUInt32BE(out.time >>> 0, 4);
      salt.copy(iv, 8);
      data = octets(createCipheriv("aes-128-cfb", keys.priv, iv).update(scoped));
    }
    const build = (digest: Uint8Array): Buffer =>
      tlv(
        0x30,
        integer(3),
        tlv(0x30, integer(out.msgId), integer(65_507), octets(Buffer.from([out.level])), integer(3)),
        octets(
          tlv(
            0x30,
            octets(out.engineId),
            integer(out.boots),
            integer(out.time),
            octets(out.user),
            octets(digest),
            octets(salt),
          ),
        ),
        data,
      );
    if (out.level === 0) return build(Buffer.alloc(0));
    const digest = createHmac("sha256", keys.auth)
      .update(build(Buffer.alloc(24)))
      .digest();
    return build(digest.subarray(0, 24));
  }

  /** A message as it is meant; pduType -1 when its signature is wrong. */
  read(bytes: Buffer): V3Message | undefined {
    const [outer] = children(bytes);
    const [, header, security, data] = children(outer!.content);
    const [msgId, , flags] = children(header!.content);
    const [engine, boots, time, user, digest, salt] = children(children(security!.content)[0]!.content);
    const number = (part: { content: Buffer } | undefined) =>
      part!.content.readIntBE(0, part!.content.length);
    const level = flags!.content[0]! & 3;
    const common = {
      msgId: number(msgId),
      flags: flags!.content[0]!,
      engineId: engine!.content,
      boots: number(boots),
      time: number(time),
      user: user!.content.toString(),
    };
    let plain = data!.whole;
    if (level !== 0) {
      const keys = this.keys(engine!.content);
      const at = bytes.indexOf(digest!.content);
      const zeroed = Buffer.from(bytes).fill(0, at, at + 24);
      const wanted = createHmac("sha256", keys.auth).update(zeroed).digest().subarray(0, 24);
      if (!wanted.equals(digest!.content))
        return { ...common, contextName: "", pduType: -1, requestId: 0, oids: [] };
      if (level === 3) {
        const iv = Buffer.alloc(16);
        iv.writeUInt32BE(common.boots, 0);
        iv.writeUInt32BE(common.time, 4);
        salt!.content.copy(iv, 8);
        plain = createDecipheriv("aes-128-cfb", keys.priv, iv).update(data!.content);
      }
    }
    const [, name, pdu] = children(children(plain)[0]!.content);
    const [id, , , list] = children(pdu!.content);
    return {
      ...common,
      contextName: name!.content.toString(),
      pduType: pdu!.tag,
      requestId: number(id),
      oids: children(list!.content).map((varbind) => oidText(children(varbind.content)[0]!.content)),
    };
  }
}
