import { randomBytes } from "node:crypto";
import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import type { Clock } from "../../src/collection/contract.ts";
import { CampusError } from "../../src/errors/campus-error.ts";
import { isFromPeer, type Peer } from "./codec/address.ts";
import { PDU } from "./codec/ber.ts";
import type { Expectation } from "./codec/expectation.ts";
import { LEAST_REQUEST_ID, type PreparedRequest, patchRequestId, ResponseView } from "./codec/message.ts";
import { equalBytes } from "./codec/oid.ts";
import { TimerWheel, type WheelEntry } from "./requests/timer-wheel.ts";
import { KeyRing } from "./usm/keys.ts";
import { saysVersion3, V3Frame } from "./usm/message.ts";
import { Usm } from "./usm/usm.ts";

/** Why a datagram was not taken; counted as `snmp.` and the name. */
export type DropReason =
  | "malformed"
  | "unknown_id"
  | "late"
  | "spoofed"
  | "version"
  | "community"
  | "pdu"
  | "oid"
  /** SNMPv3: a wrong digest; outside the time window; another engine, user, level or context; an unsigned Report. */
  | "digest"
  | "time"
  | "security"
  | "report";

/**
 * How an exchange ended. `unreachable`: the system refused to send. `closed`: the transport or session ended.
 * `refused`: SNMPv3 security failed; the session's `problem` says why.
 */
export type Outcome = "reply" | "timeout" | "unreachable" | "closed" | "refused";

/** What is to be done with an SNMPv3 message. `again`: something was learned; the request goes out once more. */
export type SecurityVerdict = "reply" | "again" | "refused" | DropReason;

/** Seals requests and opens what comes to them, for SNMPv3. */
export interface MessageSecurity {
  /** The datagram that carries the request, whose id is already in it, under that message id. */
  seal(request: PreparedRequest, id: number): Uint8Array;
  /** Judges a message from the right address to a request in flight; for "reply" the view has its PDU. */
  open(frame: V3Frame, view: ResponseView): SecurityVerdict;
}

/** A request and what is to be done with its answer. */
export interface Exchange {
  readonly peer: Peer;
  readonly request: PreparedRequest;
  readonly timeoutMs: number;
  /** How often it is sent again, with a new id, when no answer came in time. */
  readonly retries: number;
  /**
   * Whether the way there is known to work: the system's refusal of the first sending is then learned from the
   * missing answer, which spares a callback a datagram.
   */
  readonly proven: boolean;
  /** Only of SNMPv3. */
  readonly security?: MessageSecurity | undefined;
  /** What its answer will most likely say. */
  readonly expected?: Expectation | undefined;
  /** Whether a reply that passed every other check is the one asked for: "oid" drops it and goes on waiting. */
  accept(view: ResponseView): DropReason | undefined;
  /** Called once. `view` (only of a reply) must be read before it returns; `receivedAt` is UTC ms. */
  settle(outcome: Outcome | "again", view: ResponseView | undefined, receivedAt: number): void;
  /** Called for each datagram sent (octets). */
  sent(octets: number): void;
}

export interface TransportOptions {
  readonly clock: Clock;
  readonly count: (name: string, by?: number) => void;
  /** Most requests whose answers may be on their way at once; more of them queue, so that bursts overflow no buffer. */
  readonly maxInFlight?: number;
  /** Random octets, from a cryptographic source. */
  readonly random?: (octets: number) => Uint8Array;
}

/**
 * How long a request holds its place: an answer that has not come by then is in no buffer on the way. Devices that
 * are dead or slow keep nobody else waiting (faults.md S1, S2).
 */
const PLACE_MS = 200;
const RECEIVE_BUFFER_OCTETS = 4 * 1024 * 1024;
/** What the system counts for a datagram of an Ethernet frame, and how much of the buffer answers may fill. */
const ANSWER_OCTETS = 2304;
const FILLED = 0.7;
const LEAST_IN_FLIGHT = 8;
/** Ids of settled requests that are remembered to tell a late reply from a forged one. */
const REMEMBERED_IDS = 4096;
const RANDOM_POOL_OCTETS = 4096;

/**
 * One UDP socket a family for all devices. A reply is taken only when its request id, source address and port,
 * version, community and PDU type are those of a request in flight; everything else is counted by reason and
 * dropped, and changes nothing for the request that waits.
 */
export class SnmpTransport {
  /** What the SNMPv3 sessions of this transport share. */
  readonly security: {
    readonly usm: Usm;
    readonly keys: KeyRing;
    readonly count: (name: string, by?: number) => void;
  };
  readonly #clock: Clock;
  readonly #count: (name: string, by?: number) => void;
  #maxInFlight: number;
  readonly #random: (octets: number) => Uint8Array;
  readonly #wheel: TimerWheel;
  readonly #view = new ResponseView();
  readonly #frame = new V3Frame();
  readonly #byId = new Map<number, Flight>();
  readonly #flights = new Set<Flight>();
  readonly #settled = new Set<number>();
  /** The same, oldest first from `#lastIdAt`; 0: none yet. */
  readonly #lastIds = new Uint32Array(REMEMBERED_IDS);
  #lastIdAt = 0;
  /** Flights that hold one of the places. */
  #held = 0;
  #queue: Flight[] = [];
  #queueHead = 0;
  /** What is sent at the end of this turn of the event loop. */
  #outbox: Flight[] = [];
  #sockets: { 4?: Socket; 6?: Socket } = {};
  #pool: Uint8Array = new Uint8Array(0);
  #poolAt = 0;
  #open = false;

  constructor(options: TransportOptions) {
    this.#clock = options.clock;
    this.#count = options.count;
    this.#maxInFlight = options.maxInFlight ?? 200;
    this.#random = options.random ?? randomBytes;
    this.#wheel = new TimerWheel(options.clock);
    this.security = { usm: new Usm(this.#random), keys: new KeyRing(), count: this.#count };
  }

  /** The wheel that paces requests too: one timer for the collector. */
  get wheel(): TimerWheel {
    return this.#wheel;
  }

  get inFlight(): number {
    return this.#flights.size;
  }

  /** Binds the sockets. A machine without IPv6 (or IPv4) goes on with the other; with neither it throws. */
  async open(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const [four, six] = await Promise.all([this.#bind("udp4"), this.#bind("udp6")]);
    this.#sockets = { ...(four && { 4: four }), ...(six && { 6: six }) };
    if (!four && !six) throw new CampusError("E_UNREACHABLE", "no UDP socket can be opened for SNMP");
    this.#open = true;
  }

  #bind(type: "udp4" | "udp6"): Promise<Socket | undefined> {
    const family = type === "udp4" ? 4 : 6;
    const socket = createSocket({
      type,
      ipv6Only: type === "udp6",
      recvBufferSize: RECEIVE_BUFFER_OCTETS,
      // Addresses are literal: nothing is to be resolved, least of all at every send.
      lookup: (address, _options, done) => done(null, address, family),
    });
    return new Promise((resolve) => {
      socket.once("error", () => resolve(undefined));
      socket.bind(0, () => {
        socket.removeAllListeners("error");
        socket.on("error", () => this.#count("snmp.socket_error"));
        socket.on("message", (bytes, from) => this.#receive(bytes, from));
        // The system may give less than was asked for (net.core.rmem_max): what does not fit is lost.
        const places = Math.floor((socket.getRecvBufferSize() * FILLED) / ANSWER_OCTETS);
        this.#maxInFlight = Math.min(this.#maxInFlight, Math.max(LEAST_IN_FLIGHT, places));
        resolve(socket);
      });
    });
  }

  /** Sends when a place is free. The exchange's `settle` is called exactly once, never within this call. */
  submit(exchange: Exchange): void {
    const flight = new Flight(exchange, this.#expire);
    if (!this.#open) {
      queueMicrotask(() => exchange.settle("closed", undefined, 0));
      return;
    }
    if (this.#held < this.#maxInFlight) this.#launch(flight);
    else this.#queue.push(flight);
  }

  /** Ends the exchanges with that peer's owner: they settle as closed. */
  cancel(exchange: Exchange): void {
    for (const flight of this.#flights) if (flight.exchange === exchange) this.#settle(flight, "closed");
    for (const flight of this.#queue.slice(this.#queueHead))
      if (flight.exchange === exchange) this.#settle(flight, "closed");
  }

  /** Settles everything as closed and frees the sockets. */
  async close(): Promise<void> {
    this.#open = false;
    const waiting = [...this.#flights, ...this.#queue.slice(this.#queueHead)];
    this.#queue = [];
    this.#queueHead = 0;
    for (const flight of waiting) this.#settle(flight, "closed");
    this.#wheel.close();
    const sockets = Object.values(this.#sockets);
    this.#sockets = {};
    await Promise.all(sockets.map((socket) => new Promise<void>((resolve) => socket.close(() => resolve()))));
  }

  #launch(flight: Flight): void {
    this.#flights.add(flight);
    flight.holds = true;
    this.#held++;
    this.#post(flight);
  }

  /**
   * Sends together what one turn of the event loop has to send. Answers are read in between, many at a time:
   * alternating with them, each datagram would wake a sleeping receiver (of simulators, or of a virtual network
   * card), which costs ten times the sending.
   */
  #post(flight: Flight): void {
    if (this.#outbox.push(flight) === 1) setImmediate(this.#sendAll);
  }

  readonly #sendAll = (): void => {
    const flights = this.#outbox;
    this.#outbox = [];
    for (const flight of flights) if (!flight.settled) this.#send(flight);
  };

  #send(flight: Flight): void {
    const { exchange } = flight;
    const socket = this.#sockets[exchange.peer.family];
    if (!socket) {
      queueMicrotask(() => this.#settle(flight, "unreachable"));
      return;
    }
    const id = this.#newId();
    flight.ids.push(id);
    this.#byId.set(id, flight);
    patchRequestId(exchange.request, id);
    const bytes = exchange.security?.seal(exchange.request, id) ?? exchange.request.bytes;
    const { port, address } = exchange.peer;
    flight.waitMs = flight.holds ? Math.min(PLACE_MS, exchange.timeoutMs) : exchange.timeoutMs;
    this.#wheel.start(flight, flight.waitMs);
    if (exchange.proven && flight.ids.length === 1) socket.send(bytes, port, address);
    else socket.send(bytes, port, address, (error) => error && this.#expire(flight, true));
    exchange.sent(bytes.length);
  }

  /** The place was held long enough, the deadline passed, or the system refused the datagram. */
  readonly #expire = (flight: Flight, refused: boolean): void => {
    if (flight.settled) return;
    const left = flight.exchange.timeoutMs - flight.waitMs;
    if (!refused && left > 0) {
      flight.waitMs += left;
      this.#wheel.start(flight, left);
      this.#free(flight);
      return;
    }
    if (refused) {
      this.#count("snmp.send_error");
      this.#settle(flight, "unreachable");
    } else if (flight.ids.length <= flight.exchange.retries) {
      this.#count("snmp.retry");
      this.#post(flight);
    } else {
      this.#count("snmp.timeout");
      this.#settle(flight, "timeout");
    }
  };

  #settle(flight: Flight, outcome: Outcome | "again", view?: ResponseView, at = 0): void {
    if (flight.settled) return;
    flight.settled = true;
    this.#wheel.cancel(flight);
    for (const id of flight.ids) {
      this.#byId.delete(id);
      this.#remember(id);
    }
    this.#flights.delete(flight);
    flight.exchange.settle(outcome, view, at);
    this.#free(flight);
  }

  /** Gives the flight's place to the next one. */
  #free(flight: Flight): void {
    if (!flight.holds) return;
    flight.holds = false;
    this.#held--;
    this.#launchNext();
  }

  #launchNext(): void {
    while (this.#queueHead < this.#queue.length && this.#held < this.#maxInFlight) {
      const next = this.#queue[this.#queueHead++]!;
      if (!next.settled) this.#launch(next);
    }
    if (this.#queueHead > 1024 && this.#queueHead * 2 > this.#queue.length) {
      this.#queue = this.#queue.slice(this.#queueHead);
      this.#queueHead = 0;
    }
  }

  #remember(id: number): void {
    const oldest = this.#lastIds[this.#lastIdAt]!;
    if (oldest !== 0) this.#settled.delete(oldest);
    this.#lastIds[this.#lastIdAt] = id;
    this.#lastIdAt = (this.#lastIdAt + 1) % REMEMBERED_IDS;
    this.#settled.add(id);
  }

  /** 31 random bits, in four octets, not in flight and not just used. */
  #newId(): number {
    for (;;) {
      if (this.#poolAt + 4 > this.#pool.length) {
        this.#pool = this.#random(RANDOM_POOL_OCTETS);
        this.#poolAt = 0;
      }
      const p = this.#pool;
      const at = this.#poolAt;
      this.#poolAt += 4;
      const id = ((p[at]! & 0x7f) << 24) | (p[at + 1]! << 16) | (p[at + 2]! << 8) | p[at + 3]!;
      if (id >= LEAST_REQUEST_ID && !this.#byId.has(id) && !this.#settled.has(id)) return id;
    }
  }

  #receive(bytes: Buffer, from: RemoteInfo): void {
    const view = this.#view;
    if (!this.#open) return;
    if (saysVersion3(bytes)) {
      this.#receiveV3(bytes, from);
      return;
    }
    if (!view.readHeader(bytes)) {
      this.#count("snmp.malformed");
      return;
    }
    const flight = this.#byId.get(view.requestId);
    const reason = flight ? this.#refuse(flight.exchange, view, from) : this.#unasked(view.requestId);
    if (reason) this.#count(`snmp.${reason}`);
    else if (flight) this.#settle(flight, "reply", view, this.#clock.now());
  }

  #receiveV3(bytes: Buffer, from: RemoteInfo): void {
    const frame = this.#frame;
    if (!frame.read(bytes)) {
      this.#count("snmp.malformed");
      return;
    }
    const flight = this.#byId.get(frame.msgId);
    const verdict = flight ? this.#judge(flight.exchange, frame, from) : this.#unasked(frame.msgId);
    if (!flight || (verdict !== "reply" && verdict !== "again" && verdict !== "refused"))
      this.#count(`snmp.${verdict}`);
    else if (verdict === "reply") this.#settle(flight, verdict, this.#view, this.#clock.now());
    else this.#settle(flight, verdict);
  }

  #judge(exchange: Exchange, frame: V3Frame, from: RemoteInfo): SecurityVerdict {
    const view = this.#view;
    if (!isFromPeer(exchange.peer, from.address, from.port)) return "spoofed";
    if (!exchange.security) return "version";
    const verdict = exchange.security.open(frame, view);
    if (verdict !== "reply") return verdict;
    if (view.pduType !== PDU.response) return "pdu";
    return view.readBody(exchange.expected) ? (exchange.accept(view) ?? "reply") : "malformed";
  }

  #unasked(id: number): DropReason {
    return this.#settled.has(id) ? "late" : "unknown_id";
  }

  #refuse(exchange: Exchange, view: ResponseView, from: RemoteInfo): DropReason | undefined {
    if (!isFromPeer(exchange.peer, from.address, from.port)) return "spoofed";
    if (view.version !== exchange.request.version) return "version";
    if (!equalBytes(exchange.request.community, view.bytes, view.communityAt, view.communityEnd))
      return "community";
    if (view.pduType !== PDU.response) return "pdu";
    if (!view.readBody(exchange.expected)) return "malformed";
    return exchange.accept(view);
  }
}

/** An exchange under way: its ids (one a sending) and its deadline. */
class Flight implements WheelEntry {
  readonly exchange: Exchange;
  readonly ids: number[] = [];
  readonly #expire: (flight: Flight, refused: boolean) => void;
  settled = false;
  /** Whether it holds one of the places. */
  holds = false;
  /** How long the wheel waits from the sending on, ms: for the place, then for the answer. */
  waitMs = 0;
  due = 0;
  slot = -1;
  next: WheelEntry | undefined;
  previous: WheelEntry | undefined;

  constructor(exchange: Exchange, expire: (flight: Flight, refused: boolean) => void) {
    this.exchange = exchange;
    this.#expire = expire;
  }

  fire(): void {
    this.#expire(this, false);
  }
}
