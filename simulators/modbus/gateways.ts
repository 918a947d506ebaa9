import { createServer, type Server, type Socket } from "node:net";
import { bindError } from "../bind-error.ts";
import { EXCEPTION, FUNCTION, type RegisterMap } from "./registers.ts";

/** One Modbus TCP gateway: an address and the units on the buses behind it. */
export interface GatewayPlan {
  readonly id: string;
  readonly address: string;
  /** 0: any free port. */
  readonly port: number;
  /** By unit id. A unit that is not here does not respond. */
  readonly units: ReadonlyMap<number, RegisterMap>;
}

export interface GatewayStats {
  readonly connections: number;
  readonly requests: number;
  readonly exceptions: number;
  /** Connections closed because what came is not Modbus TCP, or because there were too many. */
  readonly refused: number;
}

/** MBAP header: transaction, protocol, length, unit. */
const HEADER = 7;
/** Length field: unit and PDU, 2 to 254. */
const MIN_LENGTH = 2;
const MAX_LENGTH = 254;
const MAX_REGISTERS = 125;
const MAX_BITS = 2000;
/** What a real gateway allows at once. */
const MAX_CONNECTIONS = 16;
/** A peer that asks and does not read is cut off here. */
const MAX_WAITING = 65_536;
const IDLE_MS = 120_000;

/** Modbus TCP servers of one process. `second` gives the world's time, whole seconds. */
export class ModbusGateways {
  readonly #plans: readonly GatewayPlan[];
  readonly #second: () => number;
  readonly #servers: Server[] = [];
  readonly #sockets = new Set<Socket>();
  readonly #ports = new Map<string, number>();
  #requests = 0;
  #exceptions = 0;
  #refused = 0;

  constructor(plans: readonly GatewayPlan[], second: () => number) {
    this.#plans = plans;
    this.#second = second;
  }

  /** Listens for every gateway, or for none. Throws E_PORT_TAKEN or E_UNREACHABLE, naming address and port. */
  async open(signal: AbortSignal): Promise<void> {
    try {
      for (const plan of this.#plans) {
        signal.throwIfAborted();
        await this.#listen(plan);
      }
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  portOf(id: string): number | undefined {
    return this.#ports.get(id);
  }

  stats(): GatewayStats {
    return {
      connections: this.#sockets.size,
      requests: this.#requests,
      exceptions: this.#exceptions,
      refused: this.#refused,
    };
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    const servers = this.#servers.splice(0);
    await Promise.all(servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve()))));
    this.#ports.clear();
  }

  #listen(plan: GatewayPlan): Promise<void> {
    const server = createServer({ noDelay: true }, (socket) => this.#accept(plan, socket));
    server.maxConnections = MAX_CONNECTIONS;
    server.on("drop", () => this.#refused++);
    return new Promise((resolve, reject) => {
      server.once("error", (error: NodeJS.ErrnoException) =>
        reject(bindError(error, "tcp", plan.address, plan.port)),
      );
      server.listen(plan.port, plan.address, () => {
        server.removeAllListeners("error");
        server.on("error", () => this.#refused++);
        this.#servers.push(server);
        const address = server.address();
        this.#ports.set(plan.id, typeof address === "object" && address ? address.port : plan.port);
        resolve();
      });
    });
  }

  #accept(plan: GatewayPlan, socket: Socket): void {
    this.#sockets.add(socket);
    let waiting: Buffer = Buffer.alloc(0);
    socket.setTimeout(IDLE_MS, () => socket.destroy());
    socket.on("close", () => this.#sockets.delete(socket));
    socket.on("error", () => socket.destroy());
    socket.on("data", (bytes: Buffer) => {
      waiting = waiting.length === 0 ? bytes : Buffer.concat([waiting, bytes]);
      while (waiting.length >= HEADER + 1) {
        const length = waiting.readUInt16BE(4);
        if (waiting.readUInt16BE(2) !== 0 || length < MIN_LENGTH || length > MAX_LENGTH) {
          this.#refused++;
          socket.destroy();
          return;
        }
        if (waiting.length < 6 + length) return;
        const answer = this.#answer(plan, waiting.subarray(0, 6 + length));
        waiting = waiting.subarray(6 + length);
        if (socket.writableLength > MAX_WAITING) {
          this.#refused++;
          socket.destroy();
          return;
        }
        socket.write(answer);
      }
    });
  }

  #answer(plan: GatewayPlan, request: Buffer): Buffer {
    this.#requests++;
    const functionCode = request[HEADER]!;
    const result = this.#read(plan, request, functionCode);
    if (typeof result === "number") {
      this.#exceptions++;
      return frame(request, Buffer.of(functionCode | 0x80, result));
    }
    return frame(request, Buffer.concat([Buffer.of(functionCode, result.length), result]));
  }

  /** The data octets, or an exception code; checked in the order of the protocol's state diagrams. */
  #read(plan: GatewayPlan, request: Buffer, functionCode: number): Buffer | number {
    const map = plan.units.get(request[6]!);
    if (!map) return EXCEPTION.targetFailedToRespond;
    if (functionCode < FUNCTION.coils || functionCode > FUNCTION.input) return EXCEPTION.illegalFunction;
    if (request.length !== HEADER + 5) return EXCEPTION.illegalValue;
    const address = request.readUInt16BE(HEADER + 1);
    const count = request.readUInt16BE(HEADER + 3);
    const bits = functionCode <= FUNCTION.discreteInputs;
    if (count < 1 || count > (bits ? MAX_BITS : MAX_REGISTERS)) return EXCEPTION.illegalValue;
    const values = map.read(functionCode, address, count, this.#second());
    if (typeof values === "number") return values;
    return bits ? packBits(values) : packRegisters(values);
  }
}

function frame(request: Buffer, pdu: Buffer): Buffer {
  const out = Buffer.alloc(HEADER + pdu.length);
  request.copy(out, 0, 0, 4);
  out.writeUInt16BE(pdu.length + 1, 4);
  out[6] = request[6]!;
  pdu.copy(out, HEADER);
  return out;
}

function packRegisters(values: Uint16Array): Buffer {
  const out = Buffer.alloc(values.length * 2);
  for (let i = 0; i < values.length; i++) out.writeUInt16BE(values[i]!, i * 2);
  return out;
}

function packBits(values: Uint16Array): Buffer {
  const out = Buffer.alloc(Math.ceil(values.length / 8));
  for (let i = 0; i < values.length; i++) if (values[i]) out[i >> 3]! |= 1 << (i & 7);
  return out;
}
