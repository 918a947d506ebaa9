import type { Clock } from "../../../src/collection/contract.ts";
import { PDU, TAG } from "../codec/ber.ts";
import { encodeOid, parseOid } from "../codec/oid.ts";
import { EngineTable, TIME_WINDOW_S } from "../usm/engine.ts";
import { KeyRing, type LocalKeys, NO_KEYS, type UsmUser } from "../usm/keys.ts";
import { FLAG, LEVEL_MASK, ScopedPdu, V3Frame } from "../usm/message.ts";
import { scopedAt, Usm } from "../usm/usm.ts";
import type { TrapDrop } from "./counters.ts";
import type { SecureOutcome, TrapSecurity } from "./intake.ts";
import type { SourceGate } from "./source.ts";

/** Our own engine: it is the authoritative one of informs (RFC 3414 section 1.5.1). */
export interface OwnEngine {
  readonly id: Uint8Array;
  /** How often it started; grows with each start. */
  readonly boots: number;
}

export interface TrapUsmOptions {
  readonly clock: Clock;
  /** A cryptographic source. */
  readonly random: (octets: number) => Uint8Array;
  readonly engine: OwnEngine;
}

const UNKNOWN_ENGINE_IDS = "1.3.6.1.6.3.15.1.1.4.0";
const NOT_IN_TIME_WINDOWS = "1.3.6.1.6.3.15.1.1.2.0";
/** Signed messages that are remembered: a replay within the time window is told by its digest. */
const REMEMBERED = 65_536;
const REMEMBER_MS = 2 * TIME_WINDOW_S * 1000 + 10_000;
const NOTHING = new Uint8Array(0);

/**
 * SNMPv3 notifications (RFC 3414): traps of other engines, whose clocks are followed by what they sign, and
 * informs to our own engine, which is told to who asks. A user has to send with at least the security it has.
 */
export class TrapUsm implements TrapSecurity {
  readonly #clock: Clock;
  readonly #engine: OwnEngine;
  readonly #ownId: string;
  readonly #usm: Usm;
  readonly #keyRing = new KeyRing();
  readonly #engines: EngineTable;
  readonly #frame = new V3Frame();
  readonly #scoped = new ScopedPdu();
  /** Keys of engines that have signed something: they need no promise. */
  readonly #proven = new WeakMap<UsmUser, Map<string, LocalKeys>>();
  /** Digest to when it may be forgotten, monotonic ms. In the order of time. */
  readonly #seen = new Map<string, number>();
  readonly #startedAt: number;
  #reports = 0;

  constructor(options: TrapUsmOptions) {
    this.#clock = options.clock;
    this.#engine = options.engine;
    this.#ownId = latin1(options.engine.id);
    this.#usm = new Usm(options.random);
    this.#engines = new EngineTable(options.clock);
    this.#startedAt = options.clock.monotonic();
  }

  take(bytes: Uint8Array, gate: SourceGate, now: number): SecureOutcome | Promise<SecureOutcome> {
    const frame = this.#frame;
    if (!frame.read(bytes)) return drop("malformed");
    const asks = (frame.flags & FLAG.reportable) !== 0;
    const engineId = frame.engineId();
    if (!engineId) {
      if (frame.engineEnd > frame.engineAt) return drop("malformed");
      return asks ? this.#tellEngine(gate, now) : drop("user");
    }
    const user = gate.users.get(Buffer.from(bytes.subarray(frame.userAt, frame.userEnd)).toString("utf8"));
    const id = latin1(engineId);
    // Who does not know our time asks for it signed and not encrypted (RFC 3414 section 4).
    const asksTime = id === this.#ownId && frame.boots === 0 && user?.auth && (frame.flags & FLAG.auth) !== 0;
    if (!user || !(asksTime || levelFits(user, frame.flags))) return drop("user");
    // A trap asks for no report; what does is an inform, and that is for our engine.
    if (asks && id !== this.#ownId) return this.#tellEngine(gate, now);
    const keys = this.#proven.get(user)?.get(id);
    if (keys) return this.#open(bytes, user, id, keys);
    if (!gate.unproven.take(now)) return drop("rate");
    return this.#keyRing.localize(user, engineId).then((made) => this.#open(bytes, user, id, made));
  }

  #open(bytes: Uint8Array, user: UsmUser, id: string, keys: LocalKeys): SecureOutcome {
    const frame = this.#frame;
    if (!frame.read(bytes)) return drop("malformed");
    let again = false;
    if (user.auth) {
      if (!this.#usm.verify(frame, keys)) return drop("user");
      const late = this.#judgeTime(frame, id, keys);
      if (late) return late;
      again = this.#seenBefore(latin1(bytes.subarray(frame.digestAt, frame.digestEnd)));
    }
    const inform = id === this.#ownId;
    const plain = this.#usm.open(frame, keys);
    const scoped = this.#scoped;
    const pad = (frame.flags & FLAG.priv) !== 0 ? (keys.priv?.blockOctets ?? 1) - 1 : 0;
    if (!plain || !scoped.read(plain, scopedAt(frame), pad)) return drop("malformed");
    this.#prove(user, id, keys);
    const envelope = {
      msgId: frame.msgId,
      contextEngineId: Buffer.from(plain.subarray(scoped.contextEngineAt, scoped.contextEngineEnd)),
      contextName: Buffer.from(plain.subarray(scoped.contextNameAt, scoped.contextNameEnd)),
    };
    return {
      kind: "message",
      bytes: plain.subarray(0, scoped.end),
      at: scoped.pduAt,
      inform,
      again,
      answer: (pdu) =>
        this.#usm.seal({ ...envelope, ...this.#own(), user: Buffer.from(user.name), keys }, pdu),
    };
  }

  /** Undefined when the signed message is in time. */
  #judgeTime(frame: V3Frame, id: string, keys: LocalKeys): SecureOutcome | undefined {
    if (id !== this.#ownId) {
      const engineId = Buffer.from(id, "latin1");
      const clock = this.#engines.clockOf(engineId);
      if (!clock.advance(frame.boots, frame.time)) return drop("replay");
      this.#engines.keep(engineId, clock);
      return undefined;
    }
    const { boots, time } = this.#own();
    if (frame.boots === boots && Math.abs(frame.time - time) <= TIME_WINDOW_S) return undefined;
    const reason = frame.boots === 0 ? "discovery" : "replay";
    const report = this.#report(frame, NOT_IN_TIME_WINDOWS, keys.auth ? { auth: keys.auth } : NO_KEYS);
    return (frame.flags & FLAG.reportable) !== 0 ? { kind: "drop", reason, report } : drop(reason);
  }

  #tellEngine(gate: SourceGate, now: number): SecureOutcome {
    if (!gate.unproven.take(now)) return drop("rate");
    return {
      kind: "drop",
      reason: "discovery",
      report: this.#report(this.#frame, UNKNOWN_ENGINE_IDS, NO_KEYS),
    };
  }

  #report(frame: V3Frame, counter: string, keys: LocalKeys): Uint8Array {
    const user = Buffer.from(frame.bytes.subarray(frame.userAt, frame.userEnd));
    const own = this.#own();
    const envelope = { ...own, msgId: frame.msgId, user, keys, contextName: NOTHING };
    this.#reports = (this.#reports + 1) >>> 0;
    return this.#usm.seal({ ...envelope, contextEngineId: own.engineId }, reportPdu(counter, this.#reports));
  }

  #own(): { engineId: Uint8Array; boots: number; time: number; reportable: false } {
    const time = Math.floor((this.#clock.monotonic() - this.#startedAt) / 1000);
    return { engineId: this.#engine.id, boots: this.#engine.boots, time, reportable: false };
  }

  #prove(user: UsmUser, id: string, keys: LocalKeys): void {
    let engines = this.#proven.get(user);
    if (!engines) this.#proven.set(user, (engines = new Map()));
    engines.set(id, keys);
  }

  #seenBefore(digest: string): boolean {
    const now = this.#clock.monotonic();
    if ((this.#seen.get(digest) ?? 0) > now) return true;
    for (const [oldest, until] of this.#seen) {
      if (until > now && this.#seen.size < REMEMBERED) break;
      this.#seen.delete(oldest);
    }
    this.#seen.set(digest, now + REMEMBER_MS);
    return false;
  }
}

function drop(reason: TrapDrop): SecureOutcome {
  return { kind: "drop", reason };
}

/** Whether a message is secured as its user is: no less, and with no key that the user does not have. */
function levelFits(user: UsmUser, flags: number): boolean {
  return (flags & LEVEL_MASK) === (user.auth ? FLAG.auth : 0) + (user.priv ? FLAG.priv : 0);
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
}

/** A Report with one counter (RFC 3412 section 7.1.3). */
function reportPdu(counter: string, value: number): Uint8Array {
  const oid = encodeOid(parseOid(counter));
  const count = Buffer.alloc(5);
  count.writeUInt32BE(value, 1);
  const name = [TAG.oid, oid.length, ...oid];
  const varbind = [...name, TAG.counter32, count.length, ...count];
  const list = [TAG.sequence, varbind.length, ...varbind];
  const zero = [TAG.integer, 1, 0];
  const body = [...zero, ...zero, ...zero, TAG.sequence, list.length, ...list];
  return Uint8Array.from([PDU.report, body.length, ...body]);
}
