import type { Clock, Endpoint } from "../../src/collection/contract.ts";
import type { SnmpQuirks } from "../../src/profiles/compiled.ts";
import type { Secret } from "../../src/settings/secret.ts";
import { makePeer, type Peer } from "./codec/address.ts";
import type { PduType } from "./codec/ber.ts";
import type { Expectation } from "./codec/expectation.ts";
import {
  type PreparedRequest,
  prepareRequest,
  type ResponseView,
  type WireVersion,
} from "./codec/message.ts";
import { compareOids, encodeOid, type OidBytes } from "./codec/oid.ts";
import { LoadMeter } from "./polling/load-meter.ts";
import { Pacer } from "./requests/pacing.ts";
import { Repetitions } from "./requests/repetitions.ts";
import type { DropReason, Exchange, Outcome, SnmpTransport } from "./transport.ts";
import type { UsmUser } from "./usm/keys.ts";
import { V3Channel } from "./usm/v3-channel.ts";
import { DeviceEngine } from "./usm/v3-engine.ts";
import type { SecurityProblem } from "./usm/v3-reports.ts";

/** Who asks: an SNMP credential of the collection contract serves as it is. */
export type SnmpAccess =
  | { readonly version: "v1" | "v2c"; readonly community: Secret }
  | {
      readonly version: "v3";
      readonly user: string;
      readonly context?: string;
      readonly auth?: NonNullable<UsmUser["auth"]>;
      readonly priv?: NonNullable<UsmUser["priv"]>;
      /** What is known of the device's engine from earlier sessions with it. */
      readonly engine?: DeviceEngine;
    };

export type SessionOptions = SessionTuning & SnmpAccess;

export interface SessionTuning {
  readonly endpoint: Endpoint;
  readonly quirks?: SnmpQuirks;
  /** For one answer, ms; default 2,000. */
  readonly timeoutMs?: number;
  /** Default 2. */
  readonly retries?: number;
  /** Most requests a second to this device, default 50. */
  readonly requestsPerSecond?: number;
}

/** What a session has cost the device and the line so far. */
export interface SessionCost {
  requests: number;
  retries: number;
  replies: number;
  varbinds: number;
  octetsSent: number;
  octetsReceived: number;
}

/** How often one request goes out once more because of what SNMPv3 learned: engine, clock, and each once again. */
const MAX_ROUNDS = 4;

export const NO_QUIRKS: SnmpQuirks = { noBulk: [], maxRepetitions: 50, inFlight: 1 };

export interface ExchangeOptions {
  readonly retries?: number;
  readonly timeoutMs?: number;
  /** What the answer will most likely say. */
  readonly expected?: Expectation | undefined;
  accept?(view: ResponseView): DropReason | undefined;
}

/**
 * One device as the collector talks to it: its address, its community, its pace and what was learned of it.
 * Cheap to make; holds no socket.
 */
export class SnmpSession {
  readonly peer: Peer;
  readonly version: WireVersion;
  readonly clock: Clock;
  readonly cost: SessionCost = {
    requests: 0,
    retries: 0,
    replies: 0,
    varbinds: 0,
    octetsSent: 0,
    octetsReceived: 0,
  };
  readonly meter: LoadMeter;
  /** How long the last answer took, ms; NaN when its request was sent more than once or we stood still. */
  latencyMs = Number.NaN;
  readonly #transport: SnmpTransport;
  readonly #community: Uint8Array;
  readonly #channel: V3Channel | undefined;
  readonly #timeoutMs: number;
  readonly #retries: number;
  readonly #perSecond: number;
  readonly #current = new Set<Exchange>();
  #pacer: Pacer;
  #quirks: SnmpQuirks = NO_QUIRKS;
  #noBulk: OidBytes[] = [];
  #repetitions: Repetitions;
  #closed = false;
  /** The last request was answered. */
  #proven = false;

  constructor(transport: SnmpTransport, clock: Clock, options: SessionOptions) {
    this.#transport = transport;
    this.clock = clock;
    this.meter = new LoadMeter(clock);
    this.peer = makePeer(options.endpoint.address, options.endpoint.port);
    if (options.version === "v3") {
      const { user, auth, priv, context = "", engine = new DeviceEngine(clock) } = options;
      const identity = { name: user, ...(auth && { auth }), ...(priv && { priv }) };
      this.version = 3;
      this.#community = new Uint8Array(0);
      this.#channel = new V3Channel(transport.security, engine, identity, context);
    } else {
      this.version = options.version === "v1" ? 0 : 1;
      this.#community = Buffer.from(options.community.reveal(), "utf8");
    }
    this.#timeoutMs = options.timeoutMs ?? 2000;
    this.#retries = options.retries ?? 2;
    this.#perSecond = options.requestsPerSecond ?? 50;
    this.#pacer = new Pacer(clock, transport.wheel, 1, this.#perSecond);
    this.#repetitions = new Repetitions(NO_QUIRKS.maxRepetitions);
    if (options.quirks) this.useQuirks(options.quirks);
  }

  /** Takes a family's quirks, once its profile is known. Call it while nothing is in flight. */
  useQuirks(quirks: SnmpQuirks): void {
    if (quirks === this.#quirks) return;
    if (quirks.inFlight !== this.#quirks.inFlight)
      this.#pacer = new Pacer(this.clock, this.#transport.wheel, quirks.inFlight, this.#perSecond);
    if (quirks.maxRepetitions !== this.#quirks.maxRepetitions)
      this.#repetitions = new Repetitions(quirks.maxRepetitions);
    this.#noBulk = quirks.noBulk.map((arcs) => encodeOid(arcs));
    this.#quirks = quirks;
  }

  get repetitions(): Repetitions {
    return this.#repetitions;
  }

  /** The limits that hold for the device. */
  get limits(): { readonly inFlight: number; readonly requestsPerSecond: number } {
    return { inFlight: this.#quirks.inFlight, requestsPerSecond: this.#perSecond };
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Why SNMPv3 security failed in the last exchange; undefined when it did not, and for other versions. */
  get problem(): SecurityProblem | undefined {
    return this.#channel?.problem;
  }

  /** What is known of the device's SNMPv3 engine. */
  get engine(): DeviceEngine | undefined {
    return this.#channel?.engine;
  }

  /**
   * Whether the subtree may be read with GETBULK: not with SNMPv1, and not where a quirk forbids it. What comes before
   * a forbidden subtree is not either: the repetitions behind its end may reach into it, and there are agents that
   * are dead until somebody walks there (librenms #13050).
   */
  allowsBulk(oid: OidBytes): boolean {
    if (this.version === 0) return false;
    return this.#noBulk.every(
      (root) => !touches(root, oid) && compareOids(oid, 0, oid.length, root, 0, root.length) > 0,
    );
  }

  prepare(type: PduType, oids: readonly OidBytes[], maxRepetitions = 0): PreparedRequest {
    return prepareRequest(this.version, this.#community, type, oids, maxRepetitions);
  }

  /**
   * Sends a request when the device may be asked, and calls `read` with its reply before the promise resolves.
   * Resolves with how it ended; rejects only with what `read` throws.
   */
  exchange(
    request: PreparedRequest,
    read: (view: ResponseView, receivedAt: number) => void,
    options: ExchangeOptions = {},
  ): Promise<Outcome> {
    // What may go at once, and needs no keys, goes without a detour.
    if (!this.#channel && !this.#closed && this.#pacer.tryAcquire())
      return this.#send(this.#pacer, request, read, options);
    return this.#exchangeLater(request, read, options);
  }

  async #exchangeLater(
    request: PreparedRequest,
    read: (view: ResponseView, receivedAt: number) => void,
    options: ExchangeOptions,
  ): Promise<Outcome> {
    const pacer = this.#pacer;
    const channel = this.#channel;
    await pacer.acquire();
    channel?.begin();
    if (channel && !channel.ready && !this.#closed) {
      try {
        await channel.prepare();
      } catch (error) {
        pacer.release();
        throw error;
      }
    }
    if (this.#closed) {
      pacer.release();
      return "closed";
    }
    return this.#send(pacer, request, read, options);
  }

  #send(
    pacer: Pacer,
    request: PreparedRequest,
    read: (view: ResponseView, receivedAt: number) => void,
    options: ExchangeOptions,
  ): Promise<Outcome> {
    const channel = this.#channel;
    const { cost } = this;
    const retries = Math.min(options.retries ?? this.#retries, this.#retries);
    return new Promise((resolve, reject) => {
      let sent = 0;
      let sentAt = 0;
      let rounds = 0;
      const exchange: Exchange = {
        peer: this.peer,
        request,
        timeoutMs: options.timeoutMs ?? this.#timeoutMs,
        retries,
        proven: this.#proven,
        security: channel,
        expected: options.expected,
        accept: options.accept ?? acceptAny,
        sent: (octets) => {
          cost.requests++;
          cost.octetsSent += octets;
          this.meter.sent(octets);
          if (++sent === 1) {
            sentAt = this.clock.monotonic();
            return;
          }
          cost.retries++;
          pacer.charge();
        },
        settle: (ended, view, receivedAt) => {
          if (ended === "again" && ++rounds <= MAX_ROUNDS && !this.#closed) {
            sent = 0;
            pacer.charge();
            this.#sendAgain(exchange, reject);
            return;
          }
          if (ended === "again") channel?.giveUp();
          const outcome = ended === "again" ? "refused" : ended;
          if (outcome !== "reply" && outcome !== "closed") channel?.failed(outcome === "timeout");
          this.#current.delete(exchange);
          pacer.release();
          this.#proven = outcome === "reply";
          if (view && !this.#closed) {
            cost.replies++;
            cost.varbinds += view.count;
            cost.octetsReceived += view.octets;
            const clean = sent === 1 && this.#transport.wheel.stalledAt < sentAt;
            this.latencyMs = clean ? this.clock.monotonic() - sentAt : Number.NaN;
            this.meter.answered(view.octets, this.latencyMs);
            try {
              read(view, receivedAt);
            } catch (error) {
              // Our bug: it ends this poll, not the process.
              reject(error);
            }
          }
          resolve(this.#closed ? "closed" : outcome);
        },
      };
      this.#current.add(exchange);
      this.#transport.submit(exchange);
    });
  }

  /** With the keys for what was learned of the engine. */
  #sendAgain(exchange: Exchange, fault: (error: unknown) => void): void {
    const send = (): void => {
      if (this.#closed) exchange.settle("closed", undefined, 0);
      else this.#transport.submit(exchange);
    };
    void this.#channel?.prepare().then(send, (error: unknown) => {
      exchange.settle("closed", undefined, 0);
      fault(error);
    });
  }

  /** Ends what is under way; nothing is read any more. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const exchange of [...this.#current]) this.#transport.cancel(exchange);
    this.#pacer.close();
  }
}

function acceptAny(): undefined {
  return undefined;
}

/** Whether one OID is the other or lies above it. */
function touches(a: OidBytes, b: OidBytes): boolean {
  const length = Math.min(a.length, b.length);
  return compareOids(a, 0, length, b, 0, length) === 0;
}

/**
 * The check of a GET's reply: as many varbinds as asked, each with the OID asked. An error answer carries the
 * request's varbinds or none.
 */
export function acceptExactly(oids: readonly OidBytes[]): (view: ResponseView) => DropReason | undefined {
  return (view) => {
    if (view.errorStatus !== 0 && view.count === 0) return undefined;
    if (view.count !== oids.length) return "oid";
    for (let i = 0; i < oids.length; i++) {
      const oid = oids[i]!;
      if (compareOids(oid, 0, oid.length, view.bytes, view.oidAt[i]!, view.oidEnd[i]!) !== 0) return "oid";
    }
    return undefined;
  };
}
