import { Duplex } from "node:stream";
import { AckGate } from "./ack-gate.ts";
import { PACKET, PacketScanner } from "./framing.ts";

export interface GuardOptions {
  /** Octets after the fixed header that a packet from the other side may have. */
  readonly mostOctets: number;
  /** The same for the first packet, which comes before anyone is known; default: no difference. */
  readonly mostFirstOctets?: number;
  /**
   * What to do with a longer PUBLISH. `end` ends the connection. `skip` lets it go by and acknowledges it: a
   * broker would only send it again, for ever.
   */
  readonly oversize: "end" | "skip";
  /** When given, PUBACKs to the other side wait for it. */
  readonly committed?: (() => Promise<void>) | undefined;
  /** PUBACKs held at once; beyond it nothing more is read. */
  readonly mostHeld: number;
  readonly count: (event: "oversize" | "malformed" | "uncommitted") => void;
}

const EMPTY = new Uint8Array(0);

/**
 * Stands between a socket and an MQTT parser: bounds every packet by its fixed header before the parser
 * sees it, and holds PUBACKs back until their messages are safe. It hands on whole packets, one a chunk:
 * aedes 1.2.0 calls `read` once for each packet it has handled, and since Node 26 that gives one chunk, so
 * that a packet in two chunks would wait for ever.
 */
export class GuardedStream extends Duplex {
  readonly #inner: Duplex;
  readonly #options: GuardOptions;
  readonly #gate: AckGate | undefined;
  readonly #incoming: PacketScanner;
  readonly #outgoing: PacketScanner;
  #first = true;
  #sealed = false;
  #ended: Error | undefined;
  /** Whole packets that go on to the parser, and the pieces of the one that is still coming. */
  #passed: Uint8Array[] = [];
  #pieces: Uint8Array[] = [];
  /** Set while an oversize PUBLISH goes by: its first octets, up to its packet id. */
  #skipped: { readonly qos: number; octets: Uint8Array } | undefined;
  /** The packet that is being written, when it acknowledges a message. */
  #ack: Uint8Array | undefined;
  #written: Uint8Array[] = [];
  #wantsMore = true;

  constructor(inner: Duplex, options: GuardOptions) {
    super({ allowHalfOpen: false });
    this.#inner = inner;
    this.#options = options;
    this.#gate =
      options.committed &&
      new AckGate(
        options.committed,
        (octets) => {
          if (!inner.destroyed) inner.write(octets);
          this.#flow();
        },
        () => {
          options.count("uncommitted");
          this.destroy(new Error("the store did not take the messages; they were not acknowledged"));
        },
      );
    this.#incoming = new PacketScanner({
      header: (first, remaining, octets) => this.#header(first, remaining, octets),
      body: (octets, left) => this.#body(octets, left),
    });
    this.#outgoing = new PacketScanner({
      header: (first, _remaining, octets) => {
        const type = first >> 4;
        // A PUBREC takes a message of QoS 2 over just as a PUBACK takes one of QoS 1.
        if (this.#gate && (type === PACKET.puback || type === PACKET.pubrec)) this.#ack = octets;
        else this.#written.push(octets);
      },
      body: (octets, left) => {
        if (!this.#ack) {
          this.#written.push(octets);
          return;
        }
        this.#ack = joined(this.#ack, octets);
        if (left > 0) return;
        if (!this.#sealed) this.#gate?.hold(this.#ack);
        this.#ack = undefined;
      },
    });
    inner.on("data", (chunk: Uint8Array) => this.#receive(chunk));
    inner.on("end", () => this.push(null));
    inner.on("error", (error) => this.destroy(error));
    inner.on("close", () => this.destroy());
  }

  /** PUBACKs that wait for the store. */
  get held(): number {
    return this.#gate?.held ?? 0;
  }

  /** Resolves when no PUBACK waits any more. Bound it. */
  async drained(): Promise<void> {
    await this.#gate?.drained();
  }

  /** Takes nothing more from the other side; what comes out of the parser from now on is not acknowledged. */
  seal(): void {
    this.#inner.pause();
    this.#sealed = true;
  }

  override _read(): void {
    this.#wantsMore = true;
    this.#flow();
  }

  override _write(chunk: Uint8Array, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#written = [];
    if (!this.#outgoing.push(chunk)) {
      done(new Error("malformed packet written"));
      return;
    }
    const pieces = this.#written;
    this.#written = [];
    let room = true;
    if (!this.#inner.destroyed) for (const piece of pieces) room = this.#inner.write(piece);
    if (this.held >= this.#options.mostHeld) this.#inner.pause();
    if (room) done();
    else this.#inner.once("drain", () => done());
  }

  override _final(done: (error?: Error | null) => void): void {
    if (!this.#inner.destroyed) this.#inner.end();
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#gate?.close();
    this.#inner.destroy();
    done(error);
  }

  #flow(): void {
    if (!this.#wantsMore || this.#sealed || this.destroyed) return;
    if (this.held < this.#options.mostHeld) this.#inner.resume();
  }

  #receive(chunk: Uint8Array): void {
    if (this.destroyed || this.#ended) return;
    this.#passed = [];
    if (!this.#incoming.push(chunk)) this.#end("malformed", "a packet length of more than four octets");
    const packets = this.#passed;
    this.#passed = [];
    if (this.#ended) {
      this.destroy(this.#ended);
      return;
    }
    for (const packet of packets) this.#wantsMore = this.push(packet);
    if (!this.#wantsMore || this.held >= this.#options.mostHeld) this.#inner.pause();
  }

  #header(first: number, remaining: number, octets: Uint8Array): void {
    if (this.#ended) return;
    const most = this.#first
      ? (this.#options.mostFirstOctets ?? this.#options.mostOctets)
      : this.#options.mostOctets;
    this.#first = false;
    if (remaining <= most) {
      if (remaining === 0) this.#passed.push(octets);
      else this.#pieces = [octets];
      return;
    }
    if (this.#options.oversize === "skip" && first >> 4 === PACKET.publish) {
      this.#options.count("oversize");
      this.#skipped = { qos: (first >> 1) & 3, octets: EMPTY };
    } else this.#end("oversize", `a packet of ${remaining} octets; the most is ${most}`);
  }

  #body(octets: Uint8Array, left: number): void {
    if (this.#ended) return;
    if (!this.#skipped) {
      this.#pieces.push(octets);
      if (left > 0) return;
      this.#passed.push(Buffer.concat(this.#pieces));
      this.#pieces = [];
      return;
    }
    const skipped = this.#skipped;
    const needed = () =>
      skipped.octets.length < 2 ? 2 : 4 + ((skipped.octets[0]! << 8) | skipped.octets[1]!);
    let at = 0;
    while (skipped.octets.length < needed() && at < octets.length) {
      const take = Math.min(needed() - skipped.octets.length, octets.length - at);
      skipped.octets = joined(skipped.octets, octets.subarray(at, at + take));
      at += take;
    }
    if (left > 0) return;
    this.#skipped = undefined;
    if (skipped.qos === 1 && skipped.octets.length === needed() && !this.#inner.destroyed) {
      const id = skipped.octets.subarray(skipped.octets.length - 2);
      this.#inner.write(Uint8Array.from([PACKET.puback << 4, 2, id[0]!, id[1]!]));
    }
  }

  #end(event: "oversize" | "malformed", text: string): void {
    this.#options.count(event);
    this.#ended = new Error(text);
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const whole = new Uint8Array(a.length + b.length);
  whole.set(a);
  whole.set(b, a.length);
  return whole;
}
