import { PORT, type Port } from "../../behaviour/port.ts";
import type { Address, Host } from "../../world/model.ts";
import { arcs, TAG } from "../ber.ts";
import type { AgentBuilder } from "../builder.ts";
import type { Source } from "../table.ts";

const IP = arcs("1.3.6.1.2.1.4");
const IP_ADDR_ENTRY = arcs("1.3.6.1.2.1.4.20.1");
const IP_NET_TO_MEDIA_ENTRY = arcs("1.3.6.1.2.1.4.22.1");
const IP_SYSTEM_STATS_ENTRY = arcs("1.3.6.1.2.1.4.31.1.1");
const IP_IF_STATS_ENTRY = arcs("1.3.6.1.2.1.4.31.3.1");
const IP_ADDRESS_ENTRY = arcs("1.3.6.1.2.1.4.34.1");
const IP_NET_TO_PHYSICAL_ENTRY = arcs("1.3.6.1.2.1.4.35.1");
const IP_ADDRESS_PREFIX_ENTRY = "1.3.6.1.2.1.4.32.1.5";

/** InetAddressType and InetAddress as index arcs: type, length, octets. */
function inet(octets: Uint8Array): number[] {
  return [octets.length === 4 ? 1 : 2, octets.length, ...octets];
}

function netmask(prefixLength: number): Uint8Array {
  const mask = prefixLength === 0 ? 0 : (0xffff_ffff << (32 - prefixLength)) >>> 0;
  return Uint8Array.of(mask >>> 24, (mask >>> 16) & 255, (mask >>> 8) & 255, mask & 255);
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
    const prefix = octets.slice();
    for (let bit = prefixLength; bit < octets.length * 8; bit++) prefix[bit >> 3]! &= ~(0x80 >> (bit & 7));
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

/** Fields of a version: octets in 32 and 64 bits, datagrams. */
const FAMILIES = [
  {
    version: 1,
    name: "ipv4",
    in: PORT.v4In,
    out: PORT.v4Out,
    in32: PORT.v4In32,
    out32: PORT.v4Out32,
    inPackets: PORT.v4InPackets,
    outPackets: PORT.v4OutPackets,
  },
  {
    version: 2,
    name: "ipv6",
    in: PORT.v6In,
    out: PORT.v6Out,
    in32: PORT.v6In32,
    out32: PORT.v6Out32,
    inPackets: PORT.v6InPackets,
    outPackets: PORT.v6OutPackets,
  },
] as const;

/** The sum of several ports, field by field: what the device as a whole forwards. */
class PortSum implements Source {
  readonly #ports: readonly Port[];

  constructor(ports: readonly Port[]) {
    this.#ports = ports;
  }

  value(field: number, second: number): number {
    let sum = 0;
    for (const port of this.#ports) sum += port.value(field, second);
    const narrow =
      field === PORT.v4In32 || field === PORT.v4Out32 || field === PORT.v6In32 || field === PORT.v6Out32;
    return narrow ? sum % 2 ** 32 : sum;
  }
}

/** ipSystemStatsTable and ipIfStatsTable (RFC 4293): octets and datagrams by IP version. */
export function addIpStats(b: AgentBuilder, routed: readonly Port[]): void {
  if (routed.length === 0) return;
  const all = new PortSum(routed);
  for (const family of FAMILIES) {
    const at = (column: number) => [column, family.version];
    b.live(IP_SYSTEM_STATS_ENTRY, at(4), TAG.counter64, all, family.inPackets);
    b.live(IP_SYSTEM_STATS_ENTRY, at(5), TAG.counter32, all, family.in32);
    b.live(IP_SYSTEM_STATS_ENTRY, at(6), TAG.counter64, all, family.in);
    b.live(IP_SYSTEM_STATS_ENTRY, at(13), TAG.counter64, all, family.inPackets);
    b.live(IP_SYSTEM_STATS_ENTRY, at(24), TAG.counter64, all, family.outPackets);
    b.live(IP_SYSTEM_STATS_ENTRY, at(32), TAG.counter32, all, family.out32);
    b.live(IP_SYSTEM_STATS_ENTRY, at(33), TAG.counter64, all, family.out);
    b.integer(IP_SYSTEM_STATS_ENTRY, at(46), 0, TAG.timeTicks);
    b.integer(IP_SYSTEM_STATS_ENTRY, at(47), 1000, TAG.gauge32);
    const tags = { family: family.name };
    b.truth("ip.in_receives", tags, all, family.inPackets);
    b.truth("ip.in_octets", tags, all, family.in);
    b.truth("ip.in_forwarded", tags, all, family.inPackets);
    b.truth("ip.out_forwarded", tags, all, family.outPackets);
    b.truth("ip.out_octets", tags, all, family.out);
    for (const port of routed) addIfStats(b, port, family);
  }
}

function addIfStats(b: AgentBuilder, port: Port, family: (typeof FAMILIES)[number]): void {
  const at = (column: number) => [column, family.version, port.plan.ifIndex];
  b.live(IP_IF_STATS_ENTRY, at(4), TAG.counter64, port, family.inPackets);
  b.live(IP_IF_STATS_ENTRY, at(5), TAG.counter32, port, family.in32);
  b.live(IP_IF_STATS_ENTRY, at(6), TAG.counter64, port, family.in);
  b.live(IP_IF_STATS_ENTRY, at(31), TAG.counter64, port, family.outPackets);
  b.live(IP_IF_STATS_ENTRY, at(32), TAG.counter32, port, family.out32);
  b.live(IP_IF_STATS_ENTRY, at(33), TAG.counter64, port, family.out);
  b.integer(IP_IF_STATS_ENTRY, at(46), 0, TAG.timeTicks);
  b.integer(IP_IF_STATS_ENTRY, at(47), 1000, TAG.gauge32);
  const tags = { family: family.name, interface: port.plan.name };
  b.truth("ip.in_octets", tags, port, family.in);
  b.truth("ip.out_octets", tags, port, family.out);
}
