import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { once } from "node:events";
import {
  compareOidTexts,
  decodeMessage,
  encodeMessage,
  endOfMibView,
  type Message,
  noSuchInstance,
} from "./asn1.ts";

export type Mib = ReadonlyMap<string, Uint8Array>;

export interface Request {
  readonly message: Message;
  readonly from: RemoteInfo;
  /** Monotonic ms. */
  readonly at: number;
}

/** An agent whose objects a test sets, and whose answers a test can replace. Listens on 127.0.0.1. */
export class FakeAgent {
  readonly requests: Request[] = [];
  /** Replaces the answer: what it answers is sent; undefined: nothing is. */
  answer: (request: Request, usual: () => Buffer) => Buffer | undefined = (_request, usual) => usual();
  community = "public";
  maxOctets = 1472;
  readonly #socket: Socket;
  #objects: [string, Uint8Array][] = [];
  #sorted = true;
  #map = new Map<string, Uint8Array>();

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("message", (bytes, from) => this.#receive(bytes, from));
  }

  static async listen(address = "127.0.0.1", port = 0): Promise<FakeAgent> {
    const socket = createSocket(address.includes(":") ? "udp6" : "udp4");
    socket.bind(port, address);
    await once(socket, "listening");
    return new FakeAgent(socket);
  }

  get port(): number {
    return this.#socket.address().port;
  }

  set(objects: Record<string, Uint8Array>): void {
    for (const [oid, value] of Object.entries(objects)) this.#map.set(oid, value);
    this.#sorted = false;
  }

  remove(prefix: string): void {
    for (const oid of this.#map.keys())
      if (oid === prefix || oid.startsWith(`${prefix}.`)) this.#map.delete(oid);
    this.#sorted = false;
  }

  send(bytes: Uint8Array, to: { address: string; port: number }): void {
    this.#socket.send(bytes, to.port, to.address);
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => this.#socket.close(() => resolve()));
  }

  #receive(bytes: Buffer, from: RemoteInfo): void {
    const message = decodeMessage(bytes);
    const request = { message, from, at: performance.now() };
    this.requests.push(request);
    if (message.community !== this.community) return;
    const reply = this.answer(request, () => this.usual(message));
    if (reply) this.send(reply, from);
  }

  /** The answer of an honest agent. */
  usual(message: Message): Buffer {
    const { objects } = this;
    const next = (oid: string) => {
      let low = 0;
      let high = objects.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (compareOidTexts(objects[middle]![0], oid) <= 0) low = middle + 1;
        else high = middle;
      }
      const found = objects[low];
      return found ? { oid: found[0], value: found[1] } : undefined;
    };
    const reply: Message = { ...message, type: 0xa2, second: 0, third: 0, varbinds: [] };
    if (message.type === 0xa0 || message.type === 0xa1) {
      for (const [i, { oid }] of message.varbinds.entries()) {
        const value = this.#map.get(oid);
        const found = message.type === 0xa1 ? next(oid) : value && { oid, value };
        if (!found && message.version === 0)
          return encodeMessage({ ...message, type: 0xa2, second: 2, third: i + 1 });
        reply.varbinds.push(found ?? { oid, value: message.type === 0xa1 ? endOfMibView : noSuchInstance });
      }
      return encodeMessage(reply);
    }
    let at = message.varbinds.map(({ oid }) => oid);
    for (let i = 0; i < message.third; i++) {
      at = at.map((oid) => {
        const found = next(oid) ?? { oid, value: endOfMibView };
        reply.varbinds.push(found);
        return found.oid;
      });
    }
    let encoded = encodeMessage(reply);
    while (encoded.length > this.maxOctets) {
      reply.varbinds.pop();
      encoded = encodeMessage(reply);
    }
    return encoded;
  }

  get objects(): [string, Uint8Array][] {
    if (!this.#sorted) {
      this.#objects = [...this.#map].sort(([a], [b]) => compareOidTexts(a, b));
      this.#sorted = true;
    }
    return this.#objects;
  }
}
