import { isIP } from "node:net";
import ipaddr from "ipaddr.js";
import { CampusError } from "../../../src/errors/campus-error.ts";

/** Where an agent listens, in the one form that addresses are compared in. */
export interface Peer {
  readonly family: 4 | 6;
  /** Dotted IPv4, or RFC 5952 IPv6 with its zone where it has one. IPv4-mapped IPv6 is IPv4. */
  readonly address: string;
  readonly port: number;
}

/** Throws E_REQUEST when `address` is not a literal address or `port` not a port. */
export function makePeer(address: string, port: number): Peer {
  const canonical = canonicalAddress(address);
  if (canonical === undefined || !Number.isInteger(port) || port < 1 || port > 65535)
    throw new CampusError(
      "E_REQUEST",
      `not a literal address and port: ${address.slice(0, 64)} port ${port}`,
    );
  return { family: canonical.includes(":") ? 6 : 4, address: canonical, port };
}

/** Undefined when the text is not a literal IPv4 or IPv6 address. */
export function canonicalAddress(text: string): string | undefined {
  const family = isIP(text);
  if (family === 0) return undefined;
  if (family === 4) return text;
  const parsed = ipaddr.IPv6.parse(text);
  if (parsed.isIPv4MappedAddress()) return parsed.toIPv4Address().toString();
  const zone = text.indexOf("%");
  return parsed.toRFC5952String().split("%")[0]! + (zone < 0 ? "" : text.slice(zone));
}

/** Whether a datagram's source is the peer. The texts differ only where the system writes one differently. */
export function isFromPeer(peer: Peer, address: string, port: number): boolean {
  if (port !== peer.port) return false;
  return address === peer.address || canonicalAddress(address) === peer.address;
}

/** Dotted IPv4 of four octets at `at`. */
export function formatIpv4(bytes: ArrayLike<number>, at: number): string {
  return `${bytes[at]}.${bytes[at + 1]}.${bytes[at + 2]}.${bytes[at + 3]}`;
}

/** RFC 5952 text of sixteen octets at `at`. */
export function formatIpv6(bytes: ArrayLike<number>, at: number): string {
  const groups: number[] = [];
  for (let i = 0; i < 16; i += 2) groups.push(bytes[at + i]! * 256 + bytes[at + i + 1]!);
  // ::ffff:a.b.c.d is written as people know it (RFC 5952 section 5).
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff)
    return `::ffff:${formatIpv4(bytes, at + 12)}`;
  let best = -1;
  let length = 1;
  for (let i = 0; i < 8; i++) {
    let run = 0;
    while (i + run < 8 && groups[i + run] === 0) run++;
    if (run > length) {
      best = i;
      length = run;
    }
    if (run > 0) i += run - 1;
  }
  const hex = groups.map((group) => group.toString(16));
  if (best < 0) return hex.join(":");
  return `${hex.slice(0, best).join(":")}::${hex.slice(best + length).join(":")}`;
}
