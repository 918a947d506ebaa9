import { hash } from "node:crypto";
import type { Clock } from "../../../src/collection/contract.ts";
import { canonicalAddress } from "../codec/address.ts";
import { type TrapContent, trapContent } from "./content.ts";
import { type TrapCounters, TrapCounts, type TrapDrop } from "./counters.ts";
import { TotalCap, type TrapLimits } from "./limits.ts";
import { responseTo, TRAP_PDU, TrapView, VERSION } from "./message.ts";
import { SourceGate, type TrapSource } from "./source.ts";

/** A notification that passed every check. Its texts are cleaned. */
export interface AcceptedTrap extends TrapContent {
  /** Number by which it is settled. */
  readonly seq: number;
  /** UTC ms when it was received. */
  readonly at: number;
  readonly source: string;
  readonly version: "v1" | "v2c" | "v3";
  readonly inform: boolean;
  /** The same for notifications that say the same from the same source, whatever the time they carry. */
  readonly fold: string;
}

/** What the security model makes of an SNMPv3 datagram. */
export type SecureOutcome =
  | {
      readonly kind: "message";
      /** From `at` to its end a PDU. */
      readonly bytes: Uint8Array;
      readonly at: number;
      /** Whether the PDU is to be an inform (the message's engine is ours) or a trap (it is the sender's). */
      readonly inform: boolean;
      /** The same datagram, octet for octet, was taken before: good for another answer and for nothing else. */
      readonly again: boolean;
      /** The whole datagram of a Response PDU. */
      answer(pdu: Uint8Array): Uint8Array;
    }
  | { readonly kind: "drop"; readonly reason: TrapDrop; readonly report?: Uint8Array };

/** Opens SNMPv3 messages; a promise while keys are made for an engine that is new. */
export interface TrapSecurity {
  take(bytes: Uint8Array, gate: SourceGate, now: number): SecureOutcome | Promise<SecureOutcome>;
}

export interface TrapIntakeOptions {
  readonly clock: Clock;
  readonly limits: TrapLimits;
  /** Without one every SNMPv3 message is dropped as `kind`. */
  readonly security?: TrapSecurity;
  /** Called for each that is accepted; who gets it calls `settle`. */
  emit(trap: AcceptedTrap): void;
  /** Sends a datagram. */
  send(bytes: Uint8Array, address: string, port: number): void;
}

interface Waiting {
  readonly address: string;
  readonly port: number;
  reply: Uint8Array | undefined;
  readonly key: string;
  /** How often it came again meanwhile. */
  again: number;
}

/** Who sent what the view holds, and what they are answered. */
interface Arrival {
  readonly source: string;
  readonly version: AcceptedTrap["version"];
  readonly address: string;
  readonly port: number;
  readonly reply: Uint8Array | undefined;
  readonly again: boolean;
}

/** Accepted notifications that are not settled, and the octets of their answers, at most. */
const MOST_WAITING = 2_000;
const MOST_REPLY_OCTETS = 4 * 1024 * 1024;
/** Informs that are remembered to answer them again, and how long, ms: longer than senders repeat. */
const REMEMBERED_INFORMS = 4_096;
const REMEMBER_MS = 300_000;

/**
 * Decides about each datagram, in this order: is it from a device of the inventory, is it a notification, does
 * it know the device's community or user, may the source and may all together send that much now. Only what
 * passed all of it is read as text. Everything that does not is counted by reason, exactly.
 */
export class TrapIntake {
  readonly #options: TrapIntakeOptions;
  readonly #view = new TrapView();
  readonly #counts = new TrapCounts();
  readonly #cap: TotalCap;
  readonly #waiting = new Map<number, Waiting>();
  /** Informs that were taken: their number while they wait, then the time (monotonic ms) they were answered. */
  readonly #informs = new Map<string, { readonly seq: number; answeredAt: number }>();
  #gates = new Map<string, SourceGate>();
  #replyOctets = 0;
  #seq = 0;

  constructor(options: TrapIntakeOptions) {
    this.#options = options;
    this.#cap = new TotalCap(options.limits.totalPerSecond, options.clock.monotonic());
  }

  /** Replaces the list of who may send. */
  setSources(list: readonly TrapSource[]): void {
    const now = this.#options.clock.monotonic();
    const gates = new Map<string, SourceGate>();
    for (const source of list) {
      const gate = this.#gates.get(source.address) ?? new SourceGate(this.#options.limits, now);
      gate.update(source);
      gates.set(source.address, gate);
    }
    this.#gates = gates;
  }

  counters(lostBySystem = -1): TrapCounters {
    return this.#counts.snapshot(lostBySystem);
  }

  /** Accepted and not settled. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Takes a datagram. Never throws. */
  take(bytes: Uint8Array, address: string, port: number): void {
    this.#counts.received++;
    try {
      this.#note(this.#takeOne(bytes, address, port));
    } catch {
      this.#note("fault");
    }
  }

  /** Answers why it is dropped, like everything below that answers a reason. */
  #takeOne(bytes: Uint8Array, address: string, port: number): TrapDrop | undefined {
    const source = this.#gates.has(address) ? address : canonicalAddress(withoutZone(address));
    const gate = source === undefined ? undefined : this.#gates.get(source);
    if (!gate || source === undefined) return "source";
    const view = this.#view;
    if (!view.readHeader(bytes)) return "malformed";
    if (view.version === VERSION.v3) return this.#takeSecure(bytes, gate, source, address, port);
    if (view.version !== VERSION.v1 && view.version !== VERSION.v2c) return "kind";
    if (!gate.knows(bytes, view.communityAt, view.communityEnd)) return "community";
    if (!view.readPdu(bytes, view.pduAt)) return "malformed";
    const inform = view.pduType === TRAP_PDU.inform;
    const wanted = view.version === VERSION.v1 ? TRAP_PDU.trapV1 : inform ? TRAP_PDU.inform : TRAP_PDU.trapV2;
    if (view.pduType !== wanted) return "kind";
    const version = view.version === VERSION.v1 ? "v1" : "v2c";
    const reply = inform ? responseTo(view, bytes) : undefined;
    return this.#accept(gate, { source, version, address, port, reply, again: false });
  }

  /** Says of accepted ones whether they are on disk: informs are answered then, and only then. */
  settle(seqs: readonly number[], committed: boolean): void {
    for (const seq of seqs) {
      const waiting = this.#waiting.get(seq);
      if (!waiting) continue;
      this.#waiting.delete(seq);
      const { reply } = waiting;
      if (reply) this.#replyOctets -= reply.length;
      if (!committed) {
        const lost = 1 + waiting.again;
        this.#counts.accepted -= lost;
        this.#counts.retransmitted -= waiting.again;
        this.#counts.dropped.log += lost;
        this.#informs.delete(waiting.key);
      } else if (reply) {
        const known = this.#informs.get(waiting.key);
        if (known) known.answeredAt = this.#options.clock.monotonic();
        this.#answer(reply, waiting.address, waiting.port);
      }
    }
  }

  #takeSecure(
    bytes: Uint8Array,
    gate: SourceGate,
    source: string,
    address: string,
    port: number,
  ): TrapDrop | undefined {
    const { security, clock } = this.#options;
    if (!security || gate.users.size === 0) return "kind";
    const outcome = security.take(bytes, gate, clock.monotonic());
    if (!(outcome instanceof Promise)) return this.#takeOpened(outcome, gate, source, address, port);
    outcome
      .then((result) => this.#takeOpened(result, gate, source, address, port))
      .then((reason) => this.#note(reason))
      .catch(() => this.#note("user"));
    return undefined;
  }

  #takeOpened(
    outcome: SecureOutcome,
    gate: SourceGate,
    source: string,
    address: string,
    port: number,
  ): TrapDrop | undefined {
    if (outcome.kind === "drop") {
      if (outcome.report) this.#options.send(outcome.report, address, port);
      return outcome.reason;
    }
    const view = this.#view;
    if (!view.readPdu(outcome.bytes, outcome.at)) return "malformed";
    const { inform } = outcome;
    if (view.pduType !== (inform ? TRAP_PDU.inform : TRAP_PDU.trapV2)) return "kind";
    const reply = inform ? outcome.answer(responseTo(view, outcome.bytes).subarray(outcome.at)) : undefined;
    return this.#accept(gate, { source, version: "v3", address, port, reply, again: outcome.again });
  }

  /** The view holds a notification of a sender that is known. */
  #accept(gate: SourceGate, { source, version, address, port, reply, again }: Arrival): TrapDrop | undefined {
    const { clock, emit } = this.#options;
    const now = clock.monotonic();
    const level = gate.bucket.level(now);
    if (!gate.bucket.take(now)) return "rate";
    if (!this.#cap.take(level, now)) return "storm";
    const content = trapContent(this.#view);
    if (!content) return "malformed";
    const fold = hash("sha256", JSON.stringify([source, content.oid, content.varbinds]), "base64url");
    const key = reply ? `${address} ${port} ${this.#view.requestId} ${fold}` : "";
    if (reply && this.#cameAgain(key, reply, address, port, now)) return undefined;
    if (again) return "replay";
    if (this.#waiting.size >= MOST_WAITING || this.#replyOctets + (reply?.length ?? 0) > MOST_REPLY_OCTETS)
      return "queue";
    const seq = ++this.#seq;
    this.#counts.accepted++;
    this.#waiting.set(seq, { address, port, reply, key, again: 0 });
    if (reply) {
      this.#replyOctets += reply.length;
      this.#remember(key, seq);
    }
    emit({ ...content, seq, at: clock.now(), source, version, inform: reply !== undefined, fold });
    return undefined;
  }

  /**
   * An inform that was taken is not taken again: its answer was lost, or is on its way. Of SNMPv3 the answer is
   * the new one, which carries the new message's id.
   */
  #cameAgain(key: string, reply: Uint8Array, address: string, port: number, now: number): boolean {
    const known = this.#informs.get(key);
    if (!known) return false;
    const waiting = this.#waiting.get(known.seq);
    if (!waiting && now - known.answeredAt > REMEMBER_MS) return false;
    this.#counts.accepted++;
    this.#counts.retransmitted++;
    if (waiting) {
      waiting.again++;
      this.#replyOctets += reply.length - (waiting.reply?.length ?? 0);
      waiting.reply = reply;
    } else this.#answer(reply, address, port);
    return true;
  }

  #remember(key: string, seq: number): void {
    this.#informs.delete(key);
    this.#informs.set(key, { seq, answeredAt: Number.POSITIVE_INFINITY });
    if (this.#informs.size <= REMEMBERED_INFORMS) return;
    for (const oldest of this.#informs.keys()) {
      this.#informs.delete(oldest);
      break;
    }
  }

  #answer(reply: Uint8Array, address: string, port: number): void {
    this.#counts.answered++;
    this.#options.send(reply, address, port);
  }

  #note(reason: TrapDrop | undefined): void {
    if (reason) this.#counts.dropped[reason]++;
  }
}

/** `fe80::1%eth0` to `fe80::1`: the inventory names no zones of this machine. */
function withoutZone(address: string): string {
  const zone = address.indexOf("%");
  return zone < 0 ? address : address.slice(0, zone);
}
