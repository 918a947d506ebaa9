import { createHash, timingSafeEqual } from "node:crypto";
import { createServer, type Server, type Socket } from "node:net";
import { Aedes, type Client, type PublishPacket, type Subscription } from "aedes";
import { CampusError } from "../../src/errors/campus-error.ts";
import { isLoopback } from "../../src/settings/loopback.ts";
import type { Secret } from "../../src/settings/secret.ts";
import { covers, isPlainClientId, isPlainTopic, matches } from "./acl.ts";
import type { MessageSource } from "./collector.ts";
import { MOST_PAYLOAD_OCTETS } from "./decode.ts";
import { GuardedStream } from "./guarded-stream.ts";
import { RetainedLedger, type RetainedLimits } from "./retained.ts";
import type { IncomingMessage } from "./transport.ts";

export interface BrokerUser {
  readonly username: string;
  readonly password: Secret;
  /** Topic filters the user may publish and subscribe to. */
  readonly topics: readonly string[];
}

export interface MqttBrokerOptions {
  /** Literal address or localhost; default 127.0.0.1. */
  readonly host?: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly users: readonly BrokerUser[];
  /** Lets clients without a user in, to all topics; on loopback only. */
  readonly anonymous?: boolean;
  readonly count: (name: string, by?: number) => void;
  /** Told of each refusal: who, what, where. Never a password. */
  readonly onDenied?: (denial: Denial) => void;
  /** When given, a PUBACK to a device waits until what it acknowledges is committed. */
  readonly committed?: (() => Promise<void>) | undefined;
  readonly mostClients?: number;
  /** Most time from connecting to a whole CONNECT, ms. */
  readonly connectTimeoutMs?: number;
  readonly retained?: RetainedLimits;
}

export interface Denial {
  readonly action: "connect" | "publish" | "subscribe";
  readonly username: string;
  readonly clientId: string;
  readonly topic?: string;
}

/** Octets of a packet beside the payload. */
const PACKET_OVERHEAD_OCTETS = 1100;
/** A CONNECT with user, password and a will; before it nobody is known, so it gets little room. */
const MOST_CONNECT_OCTETS = 8192;
const MOST_SUBSCRIPTIONS = 100;
const MOST_HELD = 100;
const ANONYMOUS = "";
/** CONNACK return codes (MQTT 3.1.1, 3.2.2.3). */
const IDENTIFIER_REJECTED = 2;
const BAD_USER_OR_PASSWORD = 4;

interface Session {
  readonly username: string;
  readonly topics: readonly string[];
  readonly filters: Set<string>;
}

/**
 * A broker (MQTT 3.1.1) for small sites, in the process of the collector. What aedes leaves open is closed
 * here: packet size, anonymous access, topic scopes, client ids of other users, retained floods, sessions
 * that outlive their connection (there are none).
 */
export class MqttBroker implements MessageSource {
  readonly #options: MqttBrokerOptions;
  readonly #host: string;
  readonly #digests: ReadonlyMap<string, { readonly digest: Buffer; readonly user: BrokerUser }>;
  readonly #sessions = new WeakMap<Client, Session>();
  readonly #sockets = new Set<Socket>();
  readonly #listeners = new Set<(message: IncomingMessage) => void>();
  readonly #retained: RetainedLedger;
  #aedes: Aedes | undefined;
  #server: Server | undefined;
  #closed = false;

  /**
   * @throws CampusError E_SETTINGS when it would let people in without a password from other machines, or
   *   nobody at all
   */
  constructor(options: MqttBrokerOptions) {
    this.#options = options;
    this.#host = options.host ?? "127.0.0.1";
    const outside = !isLoopback(this.#host);
    if (outside && options.anonymous)
      throw new CampusError(
        "E_SETTINGS",
        `the embedded broker would let anyone in from other machines on ${this.#host}; list users and leave anonymous out, or listen on 127.0.0.1`,
        { host: this.#host },
      );
    if (options.users.length === 0 && !options.anonymous)
      throw new CampusError(
        "E_SETTINGS",
        "the embedded broker has no users, so that no client could log in; list at least one user",
        { host: this.#host },
      );
    this.#digests = new Map(
      options.users.map((user) => [user.username, { digest: digest(user.password.reveal()), user }]),
    );
    if (this.#digests.size !== options.users.length || this.#digests.has(ANONYMOUS))
      throw new CampusError("E_SETTINGS", "the embedded broker has a user twice, or one without a name");
    this.#retained = new RetainedLedger(options.retained ?? { topics: 1000, octets: 8 * 1024 * 1024 });
  }

  /** The port it listens on, once open. */
  get port(): number {
    const address = this.#server?.address();
    return address && typeof address === "object" ? address.port : 0;
  }

  /** Clients that are connected now. */
  get clients(): number {
    return this.#sockets.size;
  }

  tap(listener: (message: IncomingMessage) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Listens.
   * @throws CampusError E_PORT_TAKEN when the port is taken, E_SETTINGS when the address is not this machine's
   */
  async open(_signal: AbortSignal): Promise<void> {
    if (this.#server || this.#closed) return;
    const { count } = this.#options;
    const aedes = await Aedes.createBroker({
      connectTimeout: this.#options.connectTimeoutMs ?? 10_000,
      // A reader that does not read holds the others up for this long, then it is gone.
      drainTimeout: 5000,
      maxInflightInbound: 100,
      maxTopicLevels: 32,
      maxClientsIdLength: 65_535,
      preConnect: (client, packet, done) => this.#preConnect(client, packet, done),
      authenticate: (client, username, password, done) =>
        this.#authenticate(client, username, password, done),
      authorizePublish: (client, packet, done) => done(this.#authorizePublish(client, packet)),
      authorizeSubscribe: (client, subscription, done) =>
        done(null, this.#maySubscribe(client, subscription) ? subscription : null),
      authorizeForward: (client, packet) => (this.#allowed(client, packet.topic) ? packet : null),
    });
    aedes.on("clientError", () => count("broker.client_error"));
    aedes.on("connectionError", () => count("broker.connection_error"));
    aedes.on("unsubscribe", (filters, client) => {
      for (const filter of filters) this.#sessions.get(client)?.filters.delete(filter);
    });
    // Typed without it, but aedes does emit it when its memory store fails.
    (aedes as NodeJS.EventEmitter).on("error", () => count("broker.error"));
    const server = createServer({ noDelay: true, keepAlive: true }, (socket) => this.#serve(aedes, socket));
    server.maxConnections = this.#options.mostClients ?? 1000;
    server.on("drop", () => count("broker.full"));
    try {
      await new Promise<void>((resolve, reject) => {
        server.once("error", reject);
        server.listen({ host: this.#host, port: this.#options.port }, () => {
          server.off("error", reject);
          resolve();
        });
      });
    } catch (error) {
      await new Promise<void>((resolve) => aedes.close(() => resolve()));
      const taken = (error as NodeJS.ErrnoException).code === "EADDRINUSE";
      throw new CampusError(
        taken ? "E_PORT_TAKEN" : "E_SETTINGS",
        taken
          ? `port ${this.#options.port} of ${this.#host} is taken; the embedded broker cannot listen`
          : `the embedded broker cannot listen on ${this.#host} port ${this.#options.port}: ${(error as NodeJS.ErrnoException).code}`,
        { host: this.#host, port: this.#options.port },
        error,
      );
    }
    server.on("error", () => count("broker.error"));
    this.#aedes = aedes;
    this.#server = server;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#listeners.clear();
    const server = this.#server;
    const aedes = this.#aedes;
    this.#server = undefined;
    this.#aedes = undefined;
    const ended = server && new Promise<void>((resolve) => server.close(() => resolve()));
    if (aedes) await new Promise<void>((resolve) => aedes.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    await ended;
  }

  #serve(aedes: Aedes, socket: Socket): void {
    const { count, committed } = this.#options;
    if (this.#closed) {
      socket.destroy();
      return;
    }
    this.#sockets.add(socket);
    socket.on("close", () => this.#sockets.delete(socket));
    const stream = new GuardedStream(socket, {
      mostOctets: MOST_PAYLOAD_OCTETS + PACKET_OVERHEAD_OCTETS,
      mostFirstOctets: MOST_CONNECT_OCTETS,
      oversize: "end",
      committed,
      mostHeld: MOST_HELD,
      count: (event) => count(`broker.${event}`),
    });
    // aedes takes its own error listener off when it closes a client.
    stream.on("error", () => {});
    count("broker.connections");
    aedes.handle(stream);
  }

  /**
   * Client ids live in a space of their own for each user, so that no user can push another's client off or
   * take over its session; and every session ends with its connection, so that none can grow in memory.
   */
  #preConnect(
    _client: Client,
    packet: { clientId: string; clean?: boolean; username?: string },
    done: (error: Error | null, success: boolean) => void,
  ): void {
    const username = packet.username ?? ANONYMOUS;
    if (!isPlainClientId(packet.clientId) || /\p{Cc}/u.test(username) || username.length > 128) {
      this.#deny({ action: "connect", username: printable(username), clientId: printable(packet.clientId) });
      done(
        withCode("the client id or user name has characters that are not allowed", IDENTIFIER_REJECTED),
        false,
      );
      return;
    }
    if (packet.clientId !== "") packet.clientId = `${username}\n${packet.clientId}`;
    packet.clean = true;
    done(null, true);
  }

  #authenticate(
    client: Client,
    username: string | undefined,
    password: Buffer | undefined,
    done: (error: (Error & { returnCode: number }) | null, success: boolean | null) => void,
  ): void {
    if (username === undefined && password === undefined && this.#options.anonymous) {
      this.#sessions.set(client, { username: ANONYMOUS, topics: ["#"], filters: new Set() });
      done(null, true);
      return;
    }
    const known = this.#digests.get(username ?? ANONYMOUS);
    // The comparison is made for unknown users too, so that its time does not tell them apart.
    const right = timingSafeEqual(known?.digest ?? digest("\0"), digest(password ?? ""));
    if (known && right) {
      this.#sessions.set(client, {
        username: known.user.username,
        topics: known.user.topics,
        filters: new Set(),
      });
      done(null, true);
      return;
    }
    this.#deny({ action: "connect", username: username ?? ANONYMOUS, clientId: ownId(client.id) });
    done(withCode("bad user name or password", BAD_USER_OR_PASSWORD), null);
  }

  /** Also asked for wills, when they are due. The message goes to the tap before its PUBACK is written. */
  #authorizePublish(client: Client | null, packet: PublishPacket): Error | null {
    if (!client) return null;
    const session = this.#sessions.get(client);
    const payload = octetsOf(packet.payload);
    if (!session || !isPlainTopic(packet.topic) || !this.#allowed(client, packet.topic)) {
      this.#deny({
        action: "publish",
        username: session?.username ?? ANONYMOUS,
        clientId: ownId(client.id),
        topic: printable(packet.topic),
      });
      return new Error("this user may not publish to this topic");
    }
    if (packet.retain && !this.#retained.keep(session.username, packet.topic, payload.length)) {
      // It goes to whoever listens now, and is not kept.
      this.#options.count("broker.retained_refused");
      packet.retain = false;
    }
    for (const listener of this.#listeners)
      listener({ topic: packet.topic, payload, retain: false, duplicate: packet.dup === true });
    return null;
  }

  #maySubscribe(client: Client, { topic }: Subscription): boolean {
    const session = this.#sessions.get(client);
    if (
      session?.topics.some((scope) => covers(scope, topic)) &&
      (session.filters.has(topic) || session.filters.size < MOST_SUBSCRIPTIONS)
    ) {
      session.filters.add(topic);
      return true;
    }
    this.#deny({
      action: "subscribe",
      username: session?.username ?? ANONYMOUS,
      clientId: ownId(client.id),
      topic: printable(topic),
    });
    return false;
  }

  #allowed(client: Client, topic: string): boolean {
    return this.#sessions.get(client)?.topics.some((scope) => matches(scope, topic)) ?? false;
  }

  #deny(denial: Denial): void {
    this.#options.count("broker.denied");
    this.#options.onDenied?.(denial);
  }
}

function digest(password: string | Buffer): Buffer {
  return createHash("sha256").update(password).digest();
}

function withCode(message: string, returnCode: number): Error & { returnCode: number } {
  return Object.assign(new Error(message), { returnCode });
}

function octetsOf(payload: string | Buffer | undefined): Uint8Array {
  return typeof payload === "object" ? payload : Buffer.from(payload ?? "");
}

/** The client's own part of an id. */
function ownId(id: string | null): string {
  return (id ?? "").split("\n").at(-1) ?? "";
}

/** For a log: no control characters, short. */
function printable(text: string): string {
  return text.toWellFormed().replace(/\p{C}/gu, "?").slice(0, 128);
}
