import { createServer, type Server, type Socket } from "node:net";

export interface FakeRequest {
  readonly transaction: number;
  readonly unit: number;
  readonly functionCode: number;
  readonly address: number;
  readonly count: number;
  readonly socket: Socket;
}

/** Answers a request in its own way; undefined says nothing. */
export type Behaviour = (request: FakeRequest, honest: () => Buffer) => Buffer | undefined;

/**
 * A Modbus TCP server written for tests from the standard alone: registers by unit, and a behaviour that may
 * lie. It notes every request and how many were out at once.
 */
export class FakeGateway {
  /** Unit to register to value. */
  readonly registers = new Map<number, Map<number, number>>();
  readonly requests: FakeRequest[] = [];
  readonly sockets = new Set<Socket>();
  connections = 0;
  mostOutstanding = 0;
  behaviour: Behaviour = (_request, honest) => honest();
  /** Requests that are not answered yet. */
  outstanding = 0;
  readonly #server: Server = createServer((socket) => this.#serve(socket));

  async listen(port = 0): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(port, "127.0.0.1", resolve));
    return (this.#server.address() as { port: number }).port;
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  set(unit: number, address: number, words: readonly number[]): void {
    const registers = this.registers.get(unit) ?? new Map<number, number>();
    this.registers.set(unit, registers);
    for (const [i, word] of words.entries()) registers.set(address + i, word);
  }

  setFloat(unit: number, address: number, value: number): void {
    const octets = Buffer.alloc(4);
    octets.writeFloatBE(value);
    this.set(unit, address, [octets.readUInt16BE(0), octets.readUInt16BE(2)]);
  }

  #serve(socket: Socket): void {
    this.connections++;
    this.sockets.add(socket);
    let received = Buffer.alloc(0);
    socket.on("error", () => {});
    socket.on("close", () => this.sockets.delete(socket));
    socket.on("data", (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      while (received.length >= 12) {
        const frame = received.subarray(0, 12);
        received = received.subarray(12);
        this.outstanding++;
        this.mostOutstanding = Math.max(this.mostOutstanding, this.outstanding);
        const request: FakeRequest = {
          transaction: frame.readUInt16BE(0),
          unit: frame[6]!,
          functionCode: frame[7]!,
          address: frame.readUInt16BE(8),
          count: frame.readUInt16BE(10),
          socket,
        };
        this.requests.push(request);
        // Answers come a turn later, so that a second request would be seen while the first is out.
        setImmediate(() => {
          const answer = this.behaviour(request, () => this.#honest(request));
          this.outstanding--;
          if (answer && !socket.destroyed) socket.write(answer);
        });
      }
    });
  }

  #honest(request: FakeRequest): Buffer {
    const { address, count, functionCode, unit } = request;
    const registers = this.registers.get(unit);
    const words = Array.from({ length: count }, (_, i) => registers?.get(address + i));
    if (words.some((word) => word === undefined)) return answer(request, [functionCode | 0x80, 2]);
    if (functionCode <= 2) {
      const octets = new Array<number>(Math.ceil(count / 8)).fill(0);
      for (const [i, word] of words.entries()) if (word) octets[i >> 3]! |= 1 << (i & 7);
      return answer(request, [functionCode, octets.length, ...octets]);
    }
    return answer(request, [functionCode, count * 2, ...words.flatMap((word) => [word! >> 8, word! & 255])]);
  }
}

/** A frame of these octets after the unit, with what the test wants to be wrong. */
export function answer(
  request: Pick<FakeRequest, "transaction" | "unit">,
  body: readonly number[],
  wrong: { transaction?: number; protocol?: number; length?: number; unit?: number } = {},
): Buffer {
  const frame = Buffer.alloc(7 + body.length);
  frame.writeUInt16BE(wrong.transaction ?? request.transaction, 0);
  frame.writeUInt16BE(wrong.protocol ?? 0, 2);
  frame.writeUInt16BE(wrong.length ?? body.length + 1, 4);
  frame[6] = wrong.unit ?? request.unit;
  frame.set(body, 7);
  return frame;
}
