import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { isIPv4, isIPv6 } from "node:net";

/** What a name has. `failing`: the server says SERVFAIL; `silent`: it says nothing. */
export interface Records {
  readonly a?: readonly string[];
  readonly aaaa?: readonly string[];
  readonly ns?: readonly string[];
  readonly soa?: boolean;
  readonly failing?: boolean;
}

const TYPE = { a: 1, ns: 2, soa: 6, aaaa: 28 } as const;

/** An authoritative DNS server over UDP at one or more loopback addresses, all at the same port (RFC 1035). */
export class DnsServer {
  readonly questions: string[] = [];
  readonly records: Map<string, Records>;
  readonly #sockets: Socket[] = [];

  constructor(records: Readonly<Record<string, Records>>) {
    this.records = new Map(Object.entries(records));
  }

  get port(): number {
    return this.#sockets[0]!.address().port;
  }

  async listen(...addresses: readonly string[]): Promise<void> {
    for (const address of addresses) {
      const socket = createSocket(isIPv6(address) ? "udp6" : "udp4");
      socket.bind(this.#sockets[0] ? this.port : 0, address);
      await once(socket, "listening");
      socket.on("message", (question, from) => {
        const answer = this.#answer(question);
        if (answer) socket.send(answer, from.port, from.address);
      });
      this.#sockets.push(socket);
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#sockets.map((socket) => new Promise<void>((done) => socket.close(() => done()))));
  }

  #answer(question: Buffer): Buffer | undefined {
    const labels: string[] = [];
    let at = 12;
    for (let length = question[at]!; length > 0; length = question[at]!) {
      labels.push(question.toString("latin1", at + 1, at + 1 + length).toLowerCase());
      at += 1 + length;
    }
    const name = labels.join(".");
    const type = question.readUInt16BE(at + 1);
    this.questions.push(`${name} ${type}`);
    const records = this.records.get(name);
    const data = records ? dataOf(records, type, name) : [];
    const head = Buffer.alloc(12);
    question.copy(head, 0, 0, 2);
    const code = records?.failing ? 2 : records ? 0 : 3;
    head.writeUInt16BE(0x8480 | code, 2);
    head.writeUInt16BE(1, 4);
    head.writeUInt16BE(data.length, 6);
    const answers = data.map((bytes) => {
      const record = Buffer.alloc(12);
      record.writeUInt16BE(0xc00c, 0);
      record.writeUInt16BE(type, 2);
      record.writeUInt16BE(1, 4);
      record.writeUInt32BE(60, 6);
      record.writeUInt16BE(bytes.length, 10);
      return Buffer.concat([record, bytes]);
    });
    return Buffer.concat([head, question.subarray(12, at + 5), ...answers]);
  }
}

function dataOf(records: Records, type: number, name: string): Buffer[] {
  if (records.failing) return [];
  if (type === TYPE.a) return (records.a ?? []).map(addressBytes);
  if (type === TYPE.aaaa) return (records.aaaa ?? []).map(addressBytes);
  if (type === TYPE.ns) return (records.ns ?? []).map(nameBytes);
  if (type === TYPE.soa && records.soa)
    return [Buffer.concat([nameBytes(`ns.${name}`), nameBytes(`admin.${name}`), Buffer.alloc(20, 1)])];
  return [];
}

function nameBytes(name: string): Buffer {
  return Buffer.concat([
    ...name.split(".").map((label) => Buffer.concat([Buffer.of(label.length), Buffer.from(label, "latin1")])),
    Buffer.of(0),
  ]);
}

function addressBytes(address: string): Buffer {
  if (isIPv4(address)) return Buffer.from(address.split(".").map(Number));
  const [left = "", right = ""] = address.split("::");
  const groups = (text: string) =>
    text === "" ? [] : text.split(":").map((one) => Number.parseInt(one, 16));
  const [head, tail] = [groups(left), groups(right)];
  const all = address.includes("::")
    ? [...head, ...Array(8 - head.length - tail.length).fill(0), ...tail]
    : head;
  const bytes = Buffer.alloc(16);
  for (const [i, group] of all.entries()) bytes.writeUInt16BE(group as number, 2 * i);
  return bytes;
}
