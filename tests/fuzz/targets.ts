import { ResponseView } from "../../collectors/snmp/codec/message.ts";
import { type AcceptedTrap, TrapIntake } from "../../collectors/snmp/traps/intake.ts";
import { TrapView } from "../../collectors/snmp/traps/message.ts";
import { TrapUsm } from "../../collectors/snmp/traps/usm.ts";
import { MessageAuthenticator } from "../../collectors/snmp/usm/auth.ts";
import { KeyRing, type LocalKeys, NO_KEYS, type UsmUser } from "../../collectors/snmp/usm/keys.ts";
import { FLAG, ScopedPdu, V3Frame } from "../../collectors/snmp/usm/message.ts";
import { scopedAt, Usm } from "../../collectors/snmp/usm/usm.ts";
import { compareNetSnmp, compareVarbinds, expectSame, Mismatch } from "./compare.ts";
import { COMMUNITY, ENGINE_ID, OWN_ENGINE_ID, USERS } from "./corpus.ts";
import * as witness from "./witness.ts";

/** What takes datagrams: it answers whether it was well-formed, and throws what is a finding. */
export interface Target {
  readonly name: "response" | "v3" | "trap";
  take(bytes: Buffer): boolean;
}

/** The decoder of what devices answer: SNMPv1 and SNMPv2c. */
export class ResponseTarget implements Target {
  readonly name = "response";
  /** Datagrams that net-snmp's reader read too, all the same. */
  byNetSnmp = 0;
  readonly #view = new ResponseView();
  #turn = 0;

  take(bytes: Buffer): boolean {
    const view = this.#view;
    if (!view.readHeader(bytes) || !view.readBody()) return false;
    const message = witness.readMessage(bytes);
    const pdu = message && witness.readPdu(message.pdu);
    if (!message || !pdu) throw new Mismatch("taken here, malformed elsewhere");
    expectSame("version", BigInt(view.version), message.version);
    expectSame("type", view.pduType, pdu.type);
    expectSame("request id", BigInt(view.requestId), pdu.id);
    expectSame("error status", BigInt(view.errorStatus), pdu.status);
    expectSame("error index", BigInt(view.errorIndex), pdu.index);
    const community = bytes.subarray(view.communityAt, view.communityEnd);
    if (!message.community.equals(community)) throw new Mismatch("community");
    expectSame("count", view.count, pdu.varbinds.length);
    compareVarbinds(view, pdu.varbinds);
    if (this.#turn++ % 4 === 0 && compareNetSnmp(bytes, pdu.varbinds)) this.byNetSnmp++;
    return true;
  }
}

/** Signs what has the frame of a known user and engine: an engine that has the keys may be hostile all the same. */
export class Signer {
  readonly #signer = new MessageAuthenticator();
  readonly #frame = new V3Frame();
  readonly #keys = new Map<string, LocalKeys>();

  constructor(engines: readonly { readonly id: Uint8Array; readonly keys: readonly LocalKeys[] }[]) {
    for (const { id, keys } of engines)
      for (const [i, { name }] of USERS.entries()) this.#keys.set(`${latin1(id)} ${name}`, keys[i]!);
  }

  /** The user's keys; undefined when it is no frame of a known user and engine. */
  keysOf(bytes: Buffer): LocalKeys | undefined {
    const frame = this.#frame;
    if (!frame.read(bytes)) return undefined;
    const engine = latin1(bytes.subarray(frame.engineAt, frame.engineEnd));
    return this.#keys.get(`${engine} ${bytes.toString("latin1", frame.userAt, frame.userEnd)}`);
  }

  /** In place; false when it cannot be signed. */
  sign(bytes: Buffer): boolean {
    const auth = this.keysOf(bytes)?.auth;
    const { digestAt, digestEnd, flags } = this.#frame;
    if (!auth || digestEnd - digestAt !== auth.digestOctets || (flags & FLAG.auth) === 0) return false;
    this.#signer.sign(auth, bytes, digestAt);
    return true;
  }
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("latin1");
}

/** The way of an SNMPv3 answer: frame, digest, decryption, scoped PDU, PDU. */
export class SecureTarget implements Target {
  readonly name = "v3";
  /** Messages whose digest was right, and of those, the ones that could be read to the end. */
  verified = 0;
  readonly #usm = new Usm((octets) => Buffer.alloc(octets, 5));
  readonly #signer: Signer;
  readonly #frame = new V3Frame();
  readonly #scoped = new ScopedPdu();
  readonly #view = new ResponseView();
  readonly #originals: ReadonlySet<string>;

  constructor(signer: Signer, originals: readonly Buffer[]) {
    this.#signer = signer;
    this.#originals = new Set(originals.map((one) => one.toString("latin1")));
  }

  take(bytes: Buffer): boolean {
    const frame = this.#frame;
    if (!frame.read(bytes)) return false;
    this.#compareFrame(bytes);
    const keys = this.#signer.keysOf(bytes) ?? NO_KEYS;
    if (this.#usm.verify(frame, keys) && !this.#originals.has(latin1(bytes)))
      throw new Mismatch("a changed message is taken for signed");
    if ((frame.flags & FLAG.auth) === 0) return this.#read(bytes, NO_KEYS);
    if (!this.#signer.sign(bytes)) return true;
    if (!this.#usm.verify(frame, keys)) throw new Mismatch("a signed message is not taken for signed");
    this.verified++;
    return this.#read(bytes, keys);
  }

  #compareFrame(bytes: Buffer): void {
    const frame = this.#frame;
    const theirs = witness.readSecure(bytes);
    if (!theirs) throw new Mismatch("SNMPv3 frame taken here, malformed elsewhere");
    expectSame("message id", BigInt(frame.msgId), theirs.id);
    expectSame("flags", frame.flags, theirs.flags);
    expectSame("boots", BigInt(frame.boots), theirs.boots);
    expectSame("time", BigInt(frame.time), theirs.time);
    const parts = [
      [theirs.engineId, frame.engineAt, frame.engineEnd],
      [theirs.user, frame.userAt, frame.userEnd],
      [theirs.digest, frame.digestAt, frame.digestEnd],
      [theirs.salt, frame.saltAt, frame.saltEnd],
    ] as const;
    for (const [their, start, end] of parts)
      if (!their.equals(bytes.subarray(start, end))) throw new Mismatch("SNMPv3 security parameters");
    if ((frame.flags & FLAG.priv) !== 0 && !theirs.data.content.equals(bytes.subarray(frame.dataAt)))
      throw new Mismatch("ciphertext");
  }

  #read(bytes: Buffer, keys: LocalKeys): boolean {
    const frame = this.#frame;
    const scoped = this.#scoped;
    const plain = this.#usm.open(frame, keys);
    const encrypted = (frame.flags & FLAG.priv) !== 0;
    if (!plain || !scoped.read(plain, scopedAt(frame), encrypted ? 15 : 0)) return false;
    const whole = plain.subarray(0, scoped.end);
    const view = this.#view;
    if (!view.readPdu(whole, scoped.pduAt, bytes.length) || !view.readBody()) return false;
    const text = Buffer.from(whole.subarray(scopedAt(frame)));
    const [outer, ...behind] = witness.elements(text) ?? [];
    const [engine, name, inner, ...more] = (outer?.tag === 0x30 && witness.elements(outer.content)) || [];
    const pdu = inner && witness.readPdu(inner);
    if (!engine || !name || !pdu || behind.length + more.length > 0) throw new Mismatch("scoped PDU");
    expectSame("request id", BigInt(view.requestId), pdu.id);
    expectSame("count", view.count, pdu.varbinds.length);
    compareVarbinds(view, pdu.varbinds);
    return true;
  }
}

/** The source that the datagrams of the trap intake come from. */
const SOURCE = "10.0.0.1";
const UNLIMITED = { perSecond: 1e9, burst: 1e9, totalPerSecond: 1e9 };

/** Everything that hears traps and informs but the socket. */
export class TrapTarget implements Target {
  readonly name = "trap";
  /** Of SNMPv3, as accepted. */
  secure = 0;
  readonly #view = new TrapView();
  readonly #signer: Signer;
  #intake: TrapIntake;
  #time = 1_000_000;
  #taken: AcceptedTrap[] = [];
  #settled = 0;
  #faults = 0;
  #turn = 0;

  constructor(signer: Signer) {
    this.#signer = signer;
    this.#intake = this.#open();
  }

  /** A new one, so that no forged clock keeps what follows out. */
  renew(): void {
    this.settle();
    this.check();
    this.#intake = this.#open();
    this.#settled = 0;
    this.#faults = 0;
  }

  #open(): TrapIntake {
    const clock = { now: () => 1_795_305_600_000 + this.#time, monotonic: () => this.#time };
    const engine = { id: OWN_ENGINE_ID, boots: 7 };
    const intake = new TrapIntake({
      clock,
      limits: UNLIMITED,
      security: new TrapUsm({ clock, random: (octets) => Buffer.alloc(octets, 9), engine }),
      emit: (trap) => void this.#taken.push(trap),
      send: () => undefined,
    });
    intake.setSources([{ address: SOURCE, communities: [COMMUNITY], users: USERS }]);
    return intake;
  }

  take(bytes: Buffer): boolean {
    // Some of it beyond the time window of replays, so that what is remembered is also forgotten.
    this.#time += 7;
    if (this.#turn++ % 4 !== 0) this.#signer.sign(bytes);
    const before = this.#taken.length;
    this.#intake.take(bytes, SOURCE, 162);
    const { fault } = this.#intake.counters().dropped;
    if (fault > this.#faults) {
      this.#faults = fault;
      throw new Mismatch("the trap intake met a fault of its own");
    }
    const accepted = this.#taken.length > before;
    this.#compareOpen(bytes, accepted ? this.#taken.at(-1) : undefined);
    if (this.#taken.length >= 500) this.settle();
    return accepted;
  }

  settle(): void {
    this.#settled += this.#taken.length;
    for (const { version } of this.#taken) if (version === "v3") this.secure++;
    this.#intake.settle(
      this.#taken.map(({ seq }) => seq),
      true,
    );
    this.#taken = [];
  }

  /** Every datagram is accounted for. */
  check(): void {
    const { received, accepted, dropped } = this.#intake.counters();
    const sum = accepted + Object.values(dropped).reduce((total, one) => total + one, 0);
    expectSame("datagrams accounted for", sum, received);
    if (accepted < this.#settled) throw new Mismatch("more traps emitted than accepted");
  }

  #compareOpen(bytes: Buffer, trap: AcceptedTrap | undefined): void {
    const view = this.#view;
    if (!view.readHeader(bytes) || view.version === 3 || !view.readPdu(bytes, view.pduAt)) return;
    const message = witness.readMessage(bytes);
    if (!message) throw new Mismatch("trap taken here, malformed elsewhere");
    const old = view.pduType === 0xa4;
    const pdu = old ? witness.readTrapV1(message.pdu) : witness.readPdu(message.pdu);
    if (!pdu) throw new Mismatch("PDU of a trap taken here, malformed elsewhere");
    expectSame("count", view.total, pdu.varbinds.length);
    compareVarbinds(view, pdu.varbinds);
    if ("enterprise" in pdu) {
      expectSame("generic", BigInt(view.generic), pdu.generic);
      expectSame("specific", BigInt(view.specific), pdu.specific);
    }
    if (trap) compareTrap(trap, pdu.varbinds, old);
  }
}

const TAGS: Readonly<Record<string, number>> = { Counter32: 0x41, Gauge32: 0x42, Counter64: 0x46 };
const SNMP_TRAP_OID = "1.3.6.1.6.3.1.1.4.1.0";

/** The event's names and plain numbers against what the datagram says. */
function compareTrap(trap: AcceptedTrap, theirs: readonly witness.Varbind[], old: boolean): void {
  if (!old) {
    const said = theirs.find(({ oid, tag }) => oid === SNMP_TRAP_OID && tag === 0x06);
    expectSame("trap", trap.oid, said && (witness.oidText(said.value) ?? "0.0"));
  }
  let from = 0;
  for (const { oid, value, type } of trap.varbinds) {
    const tag = TAGS[type];
    const i = theirs.findIndex(
      (one, place) => place >= from && one.oid === oid && (tag === undefined || one.tag === tag),
    );
    // SNMPv1's address and enterprise become varbinds.
    if (i < 0 && old) continue;
    const their = theirs[i];
    if (!their) throw new Mismatch(`the event has ${oid}, the datagram has not`);
    from = i + 1;
    const number = witness.numberOf(their);
    if (number === undefined || tag === undefined) continue;
    expectSame(`value of ${oid}`, value.replace(/[^\d-].*$/, ""), String(number));
  }
}

/** Keys of the corpus' users at its engine. */
export async function makeKeys(): Promise<LocalKeys[]> {
  const ring = new KeyRing();
  return Promise.all(USERS.map((user: UsmUser) => ring.localize(user, ENGINE_ID)));
}
