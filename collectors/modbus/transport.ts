import { EventEmitter } from "node:events";
import { connect, type Socket } from "node:net";
import { ModbusTCPClient } from "jsmodbus";
import type { Clock, Endpoint } from "../../src/collection/contract.ts";
import { checkAnswer, type Expected } from "./frame.ts";
import type { ConnectionPool, Pooled } from "./pool.ts";

/** What came of one read. A device's fault is an outcome, never an exception. */
export type ReadOutcome =
  /** The data octets, as many as were asked for. */
  | { readonly kind: "data"; readonly octets: Uint8Array }
  | { readonly kind: "exception"; readonly code: number }
  /** The gateway took the request and nothing came in time. */
  | { readonly kind: "timeout"; readonly text: string }
  /** The answer did not fit the request; the connection was closed. */
  | { readonly kind: "protocol"; readonly text: string }
  /** No connection to the gateway, or it ended. */
  | { readonly kind: "offline"; readonly text: string };

export interface GatewayOptions {
  readonly clock: Clock;
  /** 0 <= random() < 1, for the jitter of the back-off. */
  readonly random: () => number;
  readonly count: (name: string, by?: number) => void;
  readonly pool: ConnectionPool;
  /** Most time from a request to its whole answer, ms. */
  readonly timeoutMs: number;
  readonly connectTimeoutMs: number;
  /** Waits between attempts to connect: first and longest, ms. */
  readonly backoffMs: { readonly first: number; readonly longest: number };
}

export interface ReadRequest {
  readonly unit: number;
  readonly functionCode: 1 | 2 | 3 | 4;
  readonly address: number;
  readonly count: number;
  /** Least time since the request before, ms. */
  readonly pauseMs: number;
}

/** What jsmodbus sees instead of a socket: it gets whole, checked answers of its own unit and nothing else. */
class UnitPort extends EventEmitter {
  readonly #send: (payload: Uint8Array) => void;

  constructor(send: (payload: Uint8Array) => void) {
    super();
    this.#send = send;
  }

  write(payload: Uint8Array, done?: (error?: Error | null) => void): boolean {
    this.#send(payload);
    done?.();
    return true;
  }
}

interface Connection {
  readonly socket: Socket;
  readonly pooled: Pooled;
  /** It is made, and the read that asked for it has begun. */
  ready: boolean;
  readonly units: Map<number, { readonly port: UnitPort; readonly client: ModbusTCPClient }>;
  /** Octets of the answer under way; at most one answer. */
  received: Uint8Array;
  pending:
    | { readonly port: UnitPort; readonly request: ReadRequest; expected?: Expected; exception?: number }
    | undefined;
  /** Why the connection was closed by us. */
  wrong: string | undefined;
  ended: string | undefined;
}

/** Exception code 1; what jsmodbus is shown for every exception. */
const ILLEGAL_FUNCTION = 1;
const NOTHING = new Uint8Array(0);
/** Connections in a row that broke without one good answer before the back-off starts. */
const BREAKS_BEFORE_BACKOFF = 3;

/**
 * One connection to one gateway (address and port), shared by all units behind it, with one request out at a
 * time. It connects when a read needs it; after a failed attempt reads fail at once until the wait is over.
 * After a timeout the connection is closed, so that a late answer cannot meet the next request.
 */
export class Gateway {
  readonly name: string;
  readonly #endpoint: Endpoint;
  readonly #options: GatewayOptions;
  #connection: Connection | undefined;
  #tail: Promise<unknown> = Promise.resolve();
  #failures = 0;
  #breaks = 0;
  #notBefore = 0;
  #lastFailure = "";
  #lastDone = Number.NEGATIVE_INFINITY;
  readonly #abort = new AbortController();

  constructor(endpoint: Endpoint, options: GatewayOptions) {
    this.#endpoint = endpoint;
    this.#options = options;
    this.name = `${endpoint.address.includes(":") ? `[${endpoint.address}]` : endpoint.address}:${endpoint.port}`;
  }

  /** Reads registers or bits; waits for its turn. Never rejects. */
  read(request: ReadRequest): Promise<ReadOutcome> {
    const turn = this.#tail.then(() => this.#read(request));
    this.#tail = turn;
    return turn;
  }

  /** Ends the connection; reads that wait or come later are offline. */
  async close(): Promise<void> {
    this.#abort.abort();
    this.#end("closed");
    await this.#tail;
  }

  async #read(request: ReadRequest): Promise<ReadOutcome> {
    const { clock, timeoutMs, count } = this.#options;
    const wait = this.#lastDone + request.pauseMs - clock.monotonic();
    if (wait > 0) await this.#sleep(wait);
    const connection = this.#connection ?? (await this.#connect());
    if (!connection) return { kind: "offline", text: this.#lastFailure };
    const { client, port } = this.#unit(connection, request.unit, timeoutMs);
    connection.pending = { port, request };
    connection.ready = true;
    connection.received = NOTHING;
    try {
      const octets = await send(client, request);
      this.#failures = 0;
      this.#breaks = 0;
      return { kind: "data", octets };
    } catch (fault) {
      return this.#outcome(connection, request, fault, count);
    } finally {
      connection.pending = undefined;
      this.#lastDone = clock.monotonic();
      this.#options.pool.wake();
    }
  }

  /** jsmodbus rejects with plain UserRequestError objects, which are not Errors. */
  #outcome(
    connection: Connection,
    request: ReadRequest,
    fault: unknown,
    count: GatewayOptions["count"],
  ): ReadOutcome {
    const { err } = fault as { err?: unknown };
    if (err === "ModbusException") {
      this.#failures = 0;
      this.#breaks = 0;
      count("modbus.exception");
      return { kind: "exception", code: connection.pending?.exception ?? ILLEGAL_FUNCTION };
    }
    if (err === "Timeout") {
      count("modbus.timeout");
      const text = `unit ${request.unit} behind ${this.name} did not answer within ${this.#options.timeoutMs} ms`;
      this.#end(text);
      return { kind: "timeout", text };
    }
    if (connection.wrong !== undefined || err !== "Offline") {
      count("modbus.protocol");
      this.#broke();
      const what = connection.wrong ?? (fault instanceof Error ? fault.message : String(err));
      this.#end(what);
      return { kind: "protocol", text: `wrong answer from gateway ${this.name}: ${what}` };
    }
    if (!this.#abort.signal.aborted) {
      count("modbus.disconnected");
      this.#broke();
    }
    return {
      kind: "offline",
      text: `gateway ${this.name} closed the connection: ${connection.ended ?? "closed"}`,
    };
  }

  #broke(): void {
    this.#breaks++;
    if (this.#breaks >= BREAKS_BEFORE_BACKOFF) this.#backOff(`${this.#breaks} connections broke in a row`);
  }

  #backOff(why: string): void {
    const { clock, random, backoffMs } = this.#options;
    const full = Math.min(backoffMs.longest, backoffMs.first * 2 ** Math.min(this.#failures, 20));
    this.#failures++;
    this.#notBefore = clock.monotonic() + full * (0.5 + random() / 2);
    this.#lastFailure = `gateway ${this.name} is away: ${why}`;
  }

  async #connect(): Promise<Connection | undefined> {
    const { clock, count, connectTimeoutMs } = this.#options;
    if (this.#abort.signal.aborted) {
      this.#lastFailure = `gateway ${this.name}: closed`;
      return undefined;
    }
    if (clock.monotonic() < this.#notBefore) return undefined;
    const { pool } = this.#options;
    const pooled: Pooled = {
      idleSince: () =>
        this.#connection?.pooled === pooled && this.#connection.ready && !this.#connection.pending
          ? this.#lastDone
          : undefined,
      release: () => {
        count("modbus.released");
        if (this.#connection?.pooled === pooled) this.#end("released");
      },
    };
    await pool.enter(pooled);
    if (this.#abort.signal.aborted) {
      pool.leave(pooled);
      this.#lastFailure = `gateway ${this.name}: closed`;
      return undefined;
    }
    const socket = connect({ host: this.#endpoint.address, port: this.#endpoint.port, noDelay: true });
    const connection: Connection = {
      socket,
      pooled,
      ready: false,
      units: new Map(),
      received: NOTHING,
      pending: undefined,
      wrong: undefined,
      ended: undefined,
    };
    this.#connection = connection;
    const failure = await new Promise<string | undefined>((resolve) => {
      const timer = setTimeout(() => {
        socket.destroy();
        resolve(`no connection within ${connectTimeoutMs} ms`);
      }, connectTimeoutMs);
      socket.once("connect", () => resolve(undefined));
      socket.on("error", (error: NodeJS.ErrnoException) => {
        connection.ended ??= error.code ?? error.message;
      });
      socket.on("data", (chunk: Uint8Array) => this.#receive(connection, chunk));
      // A half-closed connection is of no use; a reset comes here without waiting for any timeout.
      socket.on("end", () => socket.destroy());
      socket.on("close", () => {
        clearTimeout(timer);
        connection.ended ??= "closed by the other end";
        pool.leave(pooled);
        if (this.#connection === connection) this.#connection = undefined;
        for (const { port } of connection.units.values()) port.emit("close");
        resolve(connection.ended);
      });
      socket.once("connect", () => clearTimeout(timer));
    });
    if (failure === undefined && !socket.destroyed) {
      socket.setKeepAlive(true, 30_000);
      count("modbus.connected");
      return connection;
    }
    if (this.#connection === connection) this.#connection = undefined;
    if (!this.#abort.signal.aborted) {
      count("modbus.connect_failed");
      this.#backOff(failure ?? "closed at once");
    }
    return undefined;
  }

  #unit(connection: Connection, unit: number, timeoutMs: number) {
    const known = connection.units.get(unit);
    if (known) return known;
    const port = new UnitPort((payload) => {
      const { pending, socket } = connection;
      if (!pending || pending.port !== port || socket.destroyed) return;
      const { request } = pending;
      pending.expected = {
        transaction: (payload[0]! << 8) | payload[1]!,
        unit: request.unit,
        functionCode: request.functionCode,
        dataOctets: request.functionCode <= 2 ? Math.ceil(request.count / 8) : request.count * 2,
      };
      socket.write(payload);
    });
    const client = new ModbusTCPClient(port as unknown as Socket, unit, timeoutMs);
    port.emit("connect");
    const made = { port, client };
    connection.units.set(unit, made);
    return made;
  }

  #receive(connection: Connection, chunk: Uint8Array): void {
    if (connection.socket.destroyed) return;
    const { pending } = connection;
    if (!pending?.expected) {
      this.#options.count("modbus.unsolicited");
      connection.wrong = "octets that nobody asked for";
      this.#end(connection.wrong);
      return;
    }
    // The check ends a connection that sends more than one answer, so this stays under one read of the socket.
    const octets = connection.received.length === 0 ? chunk : Buffer.concat([connection.received, chunk]);
    connection.received = octets;
    const verdict = checkAnswer(octets, pending.expected);
    if (verdict.kind === "wrong") {
      connection.wrong = verdict.text;
      this.#end(verdict.text);
    } else if (verdict.kind === "frame") {
      const { port } = pending;
      pending.expected = undefined;
      connection.received = NOTHING;
      const frame = Buffer.from(octets);
      // jsmodbus 5.0.0 throws in its data handler on a code it does not know, which would end the process.
      if (frame[7]! & 0x80) {
        pending.exception = frame[8]!;
        frame[8] = ILLEGAL_FUNCTION;
      }
      port.emit("data", frame);
    }
  }

  #end(why: string): void {
    const connection = this.#connection;
    if (!connection) return;
    this.#connection = undefined;
    connection.ended ??= why;
    connection.socket.destroy();
    for (const { port } of connection.units.values()) port.emit("close");
  }

  #sleep(ms: number): Promise<void> {
    const { signal } = this.#abort;
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal.addEventListener("abort", done);
    });
  }
}

async function send(client: ModbusTCPClient, request: ReadRequest): Promise<Uint8Array> {
  const { address, count } = request;
  switch (request.functionCode) {
    case 1:
      return (await client.readCoils(address, count)).response.body.valuesAsBuffer;
    case 2:
      return (await client.readDiscreteInputs(address, count)).response.body.valuesAsBuffer;
    case 3:
      return (await client.readHoldingRegisters(address, count)).response.body.valuesAsBuffer;
    case 4:
      return (await client.readInputRegisters(address, count)).response.body.valuesAsBuffer;
  }
}
