import { connect as connectTcp } from "node:net";
import type { Duplex } from "node:stream";
import { connect as connectTls } from "node:tls";
import { type IClientOptions, MqttClient } from "mqtt";
import type { Clock } from "../../src/collection/contract.ts";
import { CampusError } from "../../src/errors/campus-error.ts";
import type { Secret } from "../../src/settings/secret.ts";
import { MOST_PAYLOAD_OCTETS } from "./decode.ts";
import { GuardedStream } from "./guarded-stream.ts";
import { webSocketStream } from "./web-socket.ts";

/** A broker to read from. */
export interface MqttConnection {
  /** In logs, counters and reasons; unique. */
  readonly name: string;
  /** `mqtt://host:1883`, `mqtts://host:8883`, `ws://host/path` or `wss://host/path`. */
  readonly url: string;
  readonly username?: string | undefined;
  readonly password?: Secret | undefined;
  /** Default: made of the node and the name; stable, so that the broker keeps messages while campusd is away. */
  readonly clientId?: string | undefined;
  /** 4 is MQTT 3.1.1. */
  readonly protocolVersion: 4 | 5;
  /** Start without the messages the broker kept; default false. */
  readonly clean?: boolean | undefined;
  /** Filters instead of the ones that follow from the profiles. */
  readonly topics?: readonly string[] | undefined;
  /** PEM of the authority that signed an mqtts broker's certificate; default: the system's. */
  readonly ca?: string | undefined;
}

export interface IncomingMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly retain: boolean;
  readonly duplicate: boolean;
}

export interface LinkOptions {
  readonly clock: Clock;
  readonly random: () => number;
  readonly count: (name: string, by?: number) => void;
  readonly committed: () => Promise<void>;
  /** Messages taken and not yet acknowledged, at most. */
  readonly mostInFlight: number;
  readonly connectTimeoutMs: number;
  readonly keepaliveS: number;
  readonly backoffMs: { readonly first: number; readonly longest: number };
  readonly onMessage: (message: IncomingMessage) => void;
  /** Called when the connection comes up or goes, with the reason for people. */
  readonly onChange: () => void;
}

/** Octets of a packet beside the payload: topic, packet id, properties. */
const PACKET_OVERHEAD_OCTETS = 66_000;
/** A connection that held this long was good: the next attempt comes soon. */
const STEADY_MS = 10_000;
const SESSION_EXPIRY_S = 86_400;
const DRAIN_MS = 1000;
/** CONNACK codes of MQTT 3.1.1 (3.2.2.3) and MQTT 5 (3.2.2.2) that mean: this user may not. */
const REFUSED_USER = new Set([4, 5, 134, 135]);

/**
 * One connection to one broker, kept up with back-off and jitter. Every attempt is a client of its own, so
 * nothing of a broken one lives on. PUBACKs wait until `committed`.
 */
export class BrokerLink {
  readonly connection: MqttConnection;
  readonly #options: LinkOptions;
  readonly #clientId: string;
  readonly #place: string;
  readonly #connector: () => Duplex;
  #filters: ReadonlySet<string> = new Set();
  #client: MqttClient | undefined;
  #stream: GuardedStream | undefined;
  #timer: NodeJS.Timeout | undefined;
  #attempts = 0;
  #upSince: number | undefined;
  #reason: string;
  #opened = false;
  #started = false;
  #closed = false;

  /** @throws CampusError E_SETTINGS when the URL is none of mqtt, mqtts, ws, wss */
  constructor(connection: MqttConnection, node: string, options: LinkOptions) {
    this.connection = connection;
    this.#options = options;
    this.#clientId = connection.clientId ?? `campusd-${node}-${connection.name}`;
    const url = URL.canParse(connection.url) ? new URL(connection.url) : undefined;
    const { protocol } = url ?? {};
    if (!url || !protocol || !["mqtt:", "mqtts:", "ws:", "wss:"].includes(protocol))
      throw new CampusError(
        "E_SETTINGS",
        `MQTT connection ${connection.name}: the url is not mqtt://host:port, mqtts://, ws:// or wss://`,
        { connection: connection.name },
      );
    const host = url.hostname.replace(/^\[|\]$/g, "");
    const port = Number(url.port || (protocol === "mqtts:" ? 8883 : 1883));
    // Never the URL itself: somebody may have written a password into it.
    this.#place = protocol.startsWith("ws") ? url.host : `${url.hostname}:${port}`;
    this.#connector = () => {
      if (protocol === "mqtt:") return connectTcp({ host, port, noDelay: true, keepAlive: true });
      if (protocol === "mqtts:")
        return connectTls({ host, port, ...(connection.ca ? { ca: connection.ca } : {}), servername: host });
      return webSocketStream(`${protocol}//${url.host}${url.pathname}${url.search}`);
    };
    this.#reason = `${this.#name()} is not connected yet`;
  }

  get up(): boolean {
    return this.#upSince !== undefined;
  }

  /** Why it is not up, for people. */
  get reason(): string {
    return this.#reason;
  }

  /** Connects as soon as there is something to subscribe to: what a broker kept is not taken before that. */
  open(): void {
    this.#opened = true;
    this.#start();
  }

  /** Subscribes to what is new and unsubscribes from what is no longer wanted. */
  setFilters(wanted: ReadonlySet<string>): void {
    const next = this.connection.topics ? new Set(this.connection.topics) : wanted;
    const before = this.#filters;
    this.#filters = next;
    this.#start();
    if (!this.up) return;
    this.#subscribe([...next].filter((filter) => !before.has(filter)));
    const gone = [...before].filter((filter) => !next.has(filter));
    if (gone.length > 0) this.#client?.unsubscribe(gone, ignore);
  }

  /** Waits a moment for what is taken to be committed and acknowledged, then disconnects. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#timer);
    const client = this.#client;
    const stream = this.#stream;
    if (!client || !stream) return;
    stream.seal();
    if (stream.held > 0) await within(DRAIN_MS, stream.drained());
    if (this.up)
      await within(DRAIN_MS, new Promise<void>((done) => void client.end(false, {}, () => done())));
    this.#drop();
  }

  #start(): void {
    if (!this.#opened || this.#started || this.#filters.size === 0) return;
    this.#started = true;
    this.#connect();
  }

  #name(): string {
    return `broker ${this.connection.name} (${this.#place})`;
  }

  #connect(): void {
    if (this.#closed) return;
    const { count, committed, mostInFlight, connectTimeoutMs, keepaliveS } = this.#options;
    const { username, password, protocolVersion } = this.connection;
    const clean = this.connection.clean ?? false;
    let failure: string | undefined;
    let settled = false;
    let inner: Duplex;
    try {
      inner = this.#connector();
    } catch (error) {
      // A certificate or an address that cannot even be tried.
      this.#lost(undefined, error instanceof Error ? error.message : String(error));
      return;
    }
    const stream = new GuardedStream(inner, {
      mostOctets: MOST_PAYLOAD_OCTETS + PACKET_OVERHEAD_OCTETS,
      oversize: "skip",
      committed,
      mostHeld: mostInFlight,
      count: (event) => count(`mqtt.${event}`),
    });
    const options: IClientOptions = {
      protocolVersion,
      protocolId: "MQTT",
      clientId: this.#clientId,
      clean,
      keepalive: keepaliveS,
      connectTimeout: connectTimeoutMs,
      reconnectPeriod: 0,
      resubscribe: false,
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password: password.reveal() }),
      ...(protocolVersion === 5
        ? {
            properties: {
              receiveMaximum: Math.min(mostInFlight, 65_535),
              maximumPacketSize: MOST_PAYLOAD_OCTETS + PACKET_OVERHEAD_OCTETS,
              sessionExpiryInterval: clean ? 0 : SESSION_EXPIRY_S,
            },
          }
        : {}),
    };
    const client = new MqttClient(() => stream, options);
    this.#client = client;
    this.#stream = stream;
    const lost = () => {
      if (settled) return;
      settled = true;
      this.#lost(client, failure);
    };
    client.on("connect", () => {
      if (this.#closed) return;
      this.#upSince = this.#options.clock.monotonic();
      count("mqtt.connected");
      this.#subscribe([...this.#filters]);
      this.#options.onChange();
    });
    client.on("message", (topic, payload, packet) => {
      if (this.#closed || this.#client !== client) return;
      this.#options.onMessage({ topic, payload, retain: packet.retain, duplicate: packet.dup });
    });
    client.on("error", (error) => {
      failure ??= this.#explain(error);
      client.end(true);
      lost();
    });
    // mqtt.js swallows errors without a code; the stream still says why it ended.
    stream.on("error", (error) => {
      failure ??= this.#explain(error);
    });
    client.on("disconnect", (packet) => {
      failure ??= `it disconnected us (reason code ${packet.reasonCode ?? 0})`;
    });
    client.on("close", lost);
  }

  #lost(client: MqttClient | undefined, failure: string | undefined): void {
    if (this.#client !== client) return;
    const { clock, random, backoffMs, count, onChange } = this.#options;
    const held = this.#upSince !== undefined && clock.monotonic() - this.#upSince >= STEADY_MS;
    const was = this.#upSince !== undefined;
    this.#drop();
    if (this.#closed) return;
    if (held) this.#attempts = 0;
    count(was ? "mqtt.disconnected" : "mqtt.connect_failed");
    this.#reason = `${this.#name()} is away: ${failure ?? "it closed the connection"}`;
    const full = Math.min(backoffMs.longest, backoffMs.first * 2 ** Math.min(this.#attempts, 20));
    this.#attempts++;
    this.#timer = setTimeout(() => this.#connect(), full * (0.5 + random() / 2));
    onChange();
  }

  #drop(): void {
    const client = this.#client;
    this.#client = undefined;
    this.#upSince = undefined;
    this.#stream?.destroy();
    this.#stream = undefined;
    client?.end(true);
  }

  #subscribe(filters: readonly string[]): void {
    const client = this.#client;
    if (filters.length === 0 || !client) return;
    client.subscribe([...filters], { qos: 1 }, (error, granted) => {
      if (this.#closed || this.#client !== client) return;
      const refused = granted?.filter((grant) => Number(grant.qos) >= 128) ?? [];
      if (error || refused.length > 0) {
        this.#options.count("mqtt.subscribe_refused", Math.max(1, refused.length));
        this.#reason = `${this.#name()} refuses a subscription of this user`;
      }
    });
  }

  /** Words for people out of an error; of its own text only what a broker or the system says. */
  #explain(error: Error & { code?: unknown }): string {
    const { code } = error;
    if (typeof code === "number" && REFUSED_USER.has(code)) {
      this.#options.count("mqtt.auth");
      const { username } = this.connection;
      return username === undefined
        ? "it lets nobody in without a user and a password"
        : `it refuses user ${username}: wrong password, or not allowed`;
    }
    if (typeof code === "string") return code;
    return error.message;
  }
}

function ignore(): void {}

async function within(ms: number, what: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const bound = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([what, bound]);
  clearTimeout(timer);
}
