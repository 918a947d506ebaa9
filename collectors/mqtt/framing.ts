/** Packet types in the high half of the first octet (MQTT 3.1.1, 2.2.1). */
export const PACKET = { connect: 1, publish: 3, puback: 4, pubrec: 5 } as const;

/** What is told of each packet as its octets come by. */
export interface PacketVisitor {
  /** The fixed header is whole. `octets` are the header's own. */
  header(first: number, remaining: number, octets: Uint8Array): void;
  /** A piece of what follows it; `left` octets of the packet are still to come. */
  body(octets: Uint8Array, left: number): void;
}

/**
 * Finds packet borders in a stream of octets by the fixed header alone, holding at most five octets. It
 * trusts nothing else: what is in a packet is for the parser behind it.
 */
export class PacketScanner {
  readonly #visitor: PacketVisitor;
  #header: number[] = [];
  #left = 0;

  constructor(visitor: PacketVisitor) {
    this.#visitor = visitor;
  }

  /** False when a length is malformed (more than four octets): the stream cannot be followed any further. */
  push(chunk: Uint8Array): boolean {
    let at = 0;
    while (at < chunk.length) {
      if (this.#left > 0) {
        const take = Math.min(this.#left, chunk.length - at);
        this.#left -= take;
        this.#visitor.body(chunk.subarray(at, at + take), this.#left);
        at += take;
        continue;
      }
      this.#header.push(chunk[at++]!);
      const length = this.#header.length;
      if (length === 1) continue;
      if (this.#header[length - 1]! & 0x80) {
        if (length === 5) return false;
        continue;
      }
      let remaining = 0;
      for (let i = length - 1; i > 0; i--) remaining = remaining * 128 + (this.#header[i]! & 0x7f);
      const header = this.#header;
      this.#header = [];
      this.#left = remaining;
      this.#visitor.header(header[0]!, remaining, Uint8Array.from(header));
    }
    return true;
  }
}
