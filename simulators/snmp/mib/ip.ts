import type { Address, Host } from "../../world/model.ts";
import { arcs, TAG } from "../ber.ts";
import type { AgentBuilder } from "../builder.ts";

const IP = arcs("1.3.6.1.2.1.4");
const IP_ADDR_ENTRY = arcs("1.3.6.1.2.1.4.20.1");
const IP_NET_TO_MEDIA_ENTRY = arcs("1.3.6.1.2.1.4.22.1");
const IP_ADDRESS_ENTRY = arcs("1.3.6.1.2.1.4.34.1");
const IP_NET_TO_PHYSICAL_ENTRY = arcs("1.3.6.1.2.1.4.35.1");
const IP_ADDRESS_PREFIX_ENTRY = "1.3.6.1.2.1.4.32.1.5";

/** InetAddressType and InetAddress as index arcs: type, length, octets. */
export function inet(octets: Uint8Array): number[] {
  return [octets.length === 4 ? 1 : 2, octets.length, ...octets];
}

function netmask(prefixLength: number): Uint8Array {
  const mask = prefixLength === 0 ? 0 : (0xffff_ffff << (32 - prefixLength)) >>> 0;
  return Uint8Array.of(mask >>> 24, (mask >>> 16) & 255, (mask >>> 8) & 255, mask & 255);
}

/** The address with everything after its prefix cleared. */
export function prefixOf(octets: Uint8Array, prefixLength: number): Uint8Array {
  const prefix = octets.slice();
  for (let bit = prefixLength; bit < octets.length * 8; bit++) prefix[bit >> 3]! &= ~(0x80 >> (bit & 7));
  return prefix;
}

/** Own addresses: ipAddrTable (RFC 1213) and ipAddressTable (RFC 4293). */
export function addAddresses(b: AgentBuilder, addresses: readonly Address[], forwards: boolean): void {
  b.integer(IP, [1, 0], forwards ? 1 : 2);
  b.integer(IP, [25, 0], forwards ? 1 : 2);
  for (const { ifIndex, octets, prefixLength } of addresses) {
    if (octets.length === 4) {
      const index = [...octets];
      b.ip(IP_ADDR_ENTRY, [1, ...index], octets);
      b.integer(IP_ADDR_ENTRY, [2, ...index], ifIndex);
      b.ip(IP_ADDR_ENTRY, [3, ...index], netmask(prefixLength));
      b.integer(IP_ADDR_ENTRY, [4, ...index], 1);
      b.integer(IP_ADDR_ENTRY, [5, ...index], 65535);
    }
    const index = inet(octets);
    const prefix = prefixOf(octets, prefixLength);
    b.integer(IP_ADDRESS_ENTRY, [3, ...index], ifIndex);
    b.integer(IP_ADDRESS_ENTRY, [4, ...index], 1);
    b.oid(
      IP_ADDRESS_ENTRY,
      [5, ...index],
      `${IP_ADDRESS_PREFIX_ENTRY}.${ifIndex}.${inet(prefix).join(".")}.${prefixLength}`,
    );
    b.integer(IP_ADDRESS_ENTRY, [6, ...index], 2);
    b.integer(IP_ADDRESS_ENTRY, [7, ...index], 1);
    b.integer(IP_ADDRESS_ENTRY, [10, ...index], 1);
    b.integer(IP_ADDRESS_ENTRY, [11, ...index], 2);
  }
}

/** Neighbour caches: ipNetToMediaTable for IPv4, ipNetToPhysicalTable for both. */
export function addHosts(b: AgentBuilder, hosts: readonly Host[]): void {
  for (const { ifIndex, octets, mac } of hosts) {
    if (octets.length === 4) {
      const index = [ifIndex, ...octets];
      b.integer(IP_NET_TO_MEDIA_ENTRY, [1, ...index], ifIndex);
      b.text(IP_NET_TO_MEDIA_ENTRY, [2, ...index], mac);
      b.ip(IP_NET_TO_MEDIA_ENTRY, [3, ...index], octets);
      b.integer(IP_NET_TO_MEDIA_ENTRY, [4, ...index], 3);
    }
    const index = [ifIndex, ...inet(octets)];
    b.text(IP_NET_TO_PHYSICAL_ENTRY, [4, ...index], mac);
    b.integer(IP_NET_TO_PHYSICAL_ENTRY, [5, ...index], 0, TAG.timeTicks);
    b.integer(IP_NET_TO_PHYSICAL_ENTRY, [6, ...index], 3);
    b.integer(IP_NET_TO_PHYSICAL_ENTRY, [7, ...index], 1);
    b.integer(IP_NET_TO_PHYSICAL_ENTRY, [8, ...index], 1);
  }
}
