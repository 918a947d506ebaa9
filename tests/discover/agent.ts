import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { compareOidTexts, decodeMessage, encodeMessage, endOfMibView, noSuchInstance } from "../snmp/asn1.ts";

/** An SNMPv2c agent on a loopback address, that counts every datagram it gets; without objects it is silent. */
export class TestAgent {
  datagrams = 0;
  readonly communities = new Set<string>();
  readonly #socket: Socket;
  readonly #objects: readonly [string, Uint8Array][];
  readonly #map: ReadonlyMap<string, Uint8Array>;
  readonly #community: string;

  private constructor(socket: Socket, objects: Readonly<Record<string, Uint8Array>>, community: string) {
    this.#socket = socket;
    this.#map = new Map(Object.entries(objects));
    this.#objects = [...this.#map].sort(([a], [b]) => compareOidTexts(a, b));
    this.#community = community;
    socket.on("message", (bytes, from) => {
      this.datagrams++;
      const reply = this.#answer(bytes);
      if (reply) socket.send(reply, from.port, from.address);
    });
  }

  static async listen(
    address: string,
    port: number,
    objects: Readonly<Record<string, Uint8Array>> = {},
    community = "public",
  ): Promise<TestAgent> {
    const socket = createSocket(address.includes(":") ? "udp6" : "udp4");
    socket.bind(port, address);
    await once(socket, "listening");
    return new TestAgent(socket, objects, community);
  }

  get port(): number {
    return this.#socket.address().port;
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => this.#socket.close(() => resolve()));
  }

  #answer(bytes: Buffer): Buffer | undefined {
    // SNMPv3 is not spoken: the version stands behind the outer header.
    const version = bytes[(bytes[1]! & 0x80) === 0 ? 4 : 4 + (bytes[1]! & 0x7f)];
    if (version === 3 || this.#objects.length === 0) return undefined;
    const message = decodeMessage(bytes);
    this.communities.add(message.community);
    if (message.community !== this.#community) return undefined;
    const varbinds: { oid: string; value: Uint8Array }[] = [];
    if (message.type === 0xa0)
      for (const { oid } of message.varbinds)
        varbinds.push({ oid, value: this.#map.get(oid) ?? noSuchInstance });
    else {
      let at = message.varbinds.map(({ oid }) => oid);
      // Few rows fit a datagram; an agent may answer fewer repetitions than were asked for.
      for (let i = 0; i < (message.type === 0xa5 ? Math.min(message.third, 10) : 1); i++)
        at = at.map((oid) => {
          const found = this.#objects.find(([other]) => compareOidTexts(other, oid) > 0);
          varbinds.push(found ? { oid: found[0], value: found[1] } : { oid, value: endOfMibView });
          return found?.[0] ?? oid;
        });
    }
    return encodeMessage({ ...message, type: 0xa2, second: 0, third: 0, varbinds });
  }
}
