import { createSocket, type Socket } from "node:dgram";
import type { Endpoint } from "../../../src/collection/contract.ts";
import { BerReader, PDU, TAG, writeHeader } from "../codec/ber.ts";
import { octetsToHex } from "../codec/text.ts";

/**
 * What an address says before anybody shows it a credential. `agent`: an SNMPv3 engine told its id. `closed`: the
 * host has nothing on the port. `unreachable`: a router or the system says that there is no way. `silent`: nothing
 * came, which an agent without SNMPv3, a filter and an empty address have in common.
 */
export type Contact =
  | { readonly kind: "agent"; readonly engineId: string }
  | { readonly kind: "closed" }
  | { readonly kind: "unreachable"; readonly reason: string }
  | { readonly kind: "silent" };

const SILENT: Contact = { kind: "silent" };
/** Errors of a connected UDP socket that ICMP messages of the way become (udp(7), RFC 1122 section 4.1.3.3). */
const NO_WAY: Readonly<Record<string, string>> = {
  EHOSTUNREACH: "host unreachable",
  ENETUNREACH: "network unreachable",
  EHOSTDOWN: "host down",
  EACCES: "this system does not let it send there",
  EPERM: "a filter of this system refuses to send there",
  EADDRNOTAVAIL: "this system has no address to send from",
  EAFNOSUPPORT: "this system does not speak that IP version",
};

/**
 * One datagram to one address from a socket of its own that is connected: only such a socket is told that the
 * port is closed (ICMP port unreachable becomes ECONNREFUSED). The datagram is the engine discovery of RFC 3414
 * section 4, which an agent with SNMPv3 answers whoever asks.
 */
export class FirstContact {
  readonly #endpoint: Endpoint;
  readonly #messageId: number;
  readonly #settled: Promise<Contact>;
  #settle: (contact: Contact) => void = () => {};
  #contact: Contact = SILENT;
  #socket: Socket | undefined;

  /** `random`: 0 to 1. */
  constructor(endpoint: Endpoint, random: () => number) {
    this.#endpoint = endpoint;
    // Four octets in their shortest form.
    this.#messageId = 2 ** 23 + Math.floor(random() * (2 ** 31 - 2 ** 23));
    this.#settled = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  /** What is known by now. */
  get contact(): Contact {
    return this.#contact;
  }

  open(): void {
    const { address, port } = this.#endpoint;
    const socket = createSocket(address.includes(":") ? "udp6" : "udp4");
    this.#socket = socket;
    socket.on("error", (error: NodeJS.ErrnoException) => this.#fail(error));
    socket.on("message", (bytes) => {
      const engineId = readReport(bytes, this.#messageId);
      if (engineId !== undefined) this.#take({ kind: "agent", engineId });
    });
    socket.connect(port, address, (error?: Error) => {
      if (error) this.#fail(error);
      else if (this.#socket)
        socket.send(discoveryMessage(this.#messageId), (failure) => {
          if (failure) this.#fail(failure);
        });
    });
  }

  /** Resolves as soon as something is known, at the latest when the time is over. */
  async wait(ms: number): Promise<Contact> {
    let timer: NodeJS.Timeout | undefined;
    const over = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, ms);
    });
    await Promise.race([this.#settled, over]);
    clearTimeout(timer);
    return this.#contact;
  }

  close(): void {
    this.#socket?.close();
    this.#socket = undefined;
    this.#settle(this.#contact);
  }

  #fail(error: NodeJS.ErrnoException): void {
    if (error.code === "ECONNREFUSED") this.#take({ kind: "closed" });
    else
      this.#take({ kind: "unreachable", reason: NO_WAY[error.code ?? ""] ?? error.code ?? "cannot be sent" });
  }

  #take(contact: Contact): void {
    // The first word stands: what comes later is about the same datagram, or forged.
    if (this.#contact.kind !== "silent" || !this.#socket) return;
    this.#contact = contact;
    this.#settle(contact);
  }
}

const REPORTABLE = 0x04;
const USM = 3;
const SNMPV3 = 3;
/** 65,507 octets: all that a UDP datagram can carry. */
const MAX_MESSAGE = Uint8Array.of(0x00, 0xff, 0xe3);
const NOTHING = new Uint8Array(0);

/** A request without an object, user or engine id (RFC 3412 section 6, RFC 3414 section 4). */
export function discoveryMessage(messageId: number): Uint8Array {
  const id = octetsOf(messageId);
  const header = sequence(
    tlv(TAG.integer, id),
    tlv(TAG.integer, MAX_MESSAGE),
    tlv(TAG.octetString, Uint8Array.of(REPORTABLE)),
    small(USM),
  );
  const empty = tlv(TAG.octetString, NOTHING);
  const security = tlv(TAG.octetString, sequence(empty, small(0), small(0), empty, empty, empty));
  const pdu = tlv(PDU.get, join(tlv(TAG.integer, id), small(0), small(0), sequence()));
  return sequence(small(SNMPV3), header, security, sequence(empty, empty, pdu));
}

/** The engine id, in hexadecimal, of a Report that answers the message; undefined for anything else. */
export function readReport(bytes: Uint8Array, messageId: number): string | undefined {
  const reader = new BerReader();
  reader.reset(bytes);
  const end = bytes.length;
  if (!reader.header(TAG.sequence, end) || reader.end !== end) return undefined;
  if (reader.integer(end) !== SNMPV3 || !reader.header(TAG.sequence, end)) return undefined;
  const behindHeader = reader.end;
  if (reader.integer(behindHeader) !== messageId) return undefined;
  reader.at = behindHeader;
  if (!reader.header(TAG.octetString, end)) return undefined;
  const behindSecurity = reader.end;
  if (!reader.header(TAG.sequence, behindSecurity)) return undefined;
  if (!reader.header(TAG.octetString, reader.end)) return undefined;
  const [idAt, idEnd] = [reader.at, reader.end];
  // SnmpEngineID: 5 to 32 octets (RFC 3411 section 5).
  if (idEnd - idAt < 5 || idEnd - idAt > 32) return undefined;
  reader.at = behindSecurity;
  if (!reader.header(TAG.sequence, end)) return undefined;
  for (let i = 0; i < 2; i++) {
    if (!reader.header(TAG.octetString, end)) return undefined;
    reader.at = reader.end;
  }
  return bytes[reader.at] === PDU.report ? octetsToHex(bytes, idAt, idEnd, "") : undefined;
}

function octetsOf(number: number): Uint8Array {
  return Uint8Array.of(number >>> 24, (number >>> 16) & 255, (number >>> 8) & 255, number & 255);
}

function small(value: number): Uint8Array {
  return tlv(TAG.integer, Uint8Array.of(value));
}

function sequence(...parts: readonly Uint8Array[]): Uint8Array {
  return tlv(TAG.sequence, join(...parts));
}

function join(...parts: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(parts);
}

function tlv(tag: number, content: Uint8Array): Uint8Array {
  const out = new Uint8Array(content.length + 4);
  const at = writeHeader(out, 0, tag, content.length);
  out.set(content, at);
  return out.subarray(0, at + content.length);
}
