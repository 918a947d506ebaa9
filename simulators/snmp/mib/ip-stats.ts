import { PORT, type Port } from "../../behaviour/port.ts";
import type { SwitchBody } from "../../world/model.ts";
import { arcs, TAG } from "../ber.ts";
import type { AgentBuilder } from "../builder.ts";
import type { Source } from "../table.ts";

const IP_SYSTEM_STATS_ENTRY = arcs("1.3.6.1.2.1.4.31.1.1");
const IP_IF_STATS_ENTRY = arcs("1.3.6.1.2.1.4.31.3.1");

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

/**
 * ipSystemStatsTable and ipIfStatsTable (RFC 4293): octets and datagrams by IP version. A device that forwards in
 * hardware counts only what is for itself: its forwarded datagrams stand at 0.
 */
export function addIpStats(b: AgentBuilder, routed: readonly Port[], counters: SwitchBody["counters"]): void {
  if (routed.length === 0) return;
  if (counters === "control-plane") {
    addOwnStats(b, routed[0]!);
    return;
  }
  const narrow = counters === "narrow";
  const all = new PortSum(routed);
  for (const family of FAMILIES) {
    const at = (column: number) => [column, family.version];
    b.live(IP_SYSTEM_STATS_ENTRY, at(4), TAG.counter64, all, family.inPackets);
    b.live(IP_SYSTEM_STATS_ENTRY, at(5), TAG.counter32, all, family.in32);
    b.live(IP_SYSTEM_STATS_ENTRY, at(13), TAG.counter64, all, family.inPackets);
    b.live(IP_SYSTEM_STATS_ENTRY, at(24), TAG.counter64, all, family.outPackets);
    b.live(IP_SYSTEM_STATS_ENTRY, at(32), TAG.counter32, all, family.out32);
    if (!narrow) {
      b.live(IP_SYSTEM_STATS_ENTRY, at(6), TAG.counter64, all, family.in);
      b.live(IP_SYSTEM_STATS_ENTRY, at(33), TAG.counter64, all, family.out);
    }
    b.integer(IP_SYSTEM_STATS_ENTRY, at(46), 0, TAG.timeTicks);
    b.integer(IP_SYSTEM_STATS_ENTRY, at(47), 1000, TAG.gauge32);
    const tags = { family: family.name };
    b.truth("ip.in_receives", tags, all, family.inPackets);
    b.truth("ip.in_octets", tags, all, narrow ? family.in32 : family.in);
    b.truth("ip.in_forwarded", tags, all, family.inPackets);
    b.truth("ip.out_forwarded", tags, all, family.outPackets);
    b.truth("ip.out_octets", tags, all, narrow ? family.out32 : family.out);
    for (const port of routed) addIfStats(b, port, family, narrow);
  }
}

/** Of the box alone, and only what it says and hears itself: routing protocols, management, neighbour discovery. */
function addOwnStats(b: AgentBuilder, uplink: Port): void {
  for (const family of FAMILIES) {
    const at = (column: number) => [column, family.version];
    const own = new OwnTraffic(uplink.plan.since, family.version === 1 ? 2100 : 640);
    b.live(IP_SYSTEM_STATS_ENTRY, at(4), TAG.counter64, own, OWN.packets);
    b.live(IP_SYSTEM_STATS_ENTRY, at(6), TAG.counter64, own, OWN.octets);
    b.integer(IP_SYSTEM_STATS_ENTRY, at(13), 0, TAG.counter64);
    b.integer(IP_SYSTEM_STATS_ENTRY, at(24), 0, TAG.counter64);
    b.live(IP_SYSTEM_STATS_ENTRY, at(33), TAG.counter64, own, OWN.octets);
    b.integer(IP_SYSTEM_STATS_ENTRY, at(46), 0, TAG.timeTicks);
    b.integer(IP_SYSTEM_STATS_ENTRY, at(47), 1000, TAG.gauge32);
    const tags = { family: family.name };
    b.truth("ip.in_receives", tags, own, OWN.packets);
    b.truth("ip.in_octets", tags, own, OWN.octets);
    b.truthOf("ip.in_forwarded", tags, () => 0);
    b.truthOf("ip.out_forwarded", tags, () => 0);
    b.truth("ip.out_octets", tags, own, OWN.octets);
  }
}

const OWN = { octets: 0, packets: 1 } as const;

class OwnTraffic implements Source {
  readonly #since: number;
  readonly #perSecond: number;

  constructor(since: number, perSecond: number) {
    this.#since = since;
    this.#perSecond = perSecond;
  }

  value(field: number, second: number): number {
    const octets = Math.max(0, second - this.#since) * this.#perSecond;
    return field === OWN.octets ? octets : Math.floor(octets / 110);
  }
}

function addIfStats(b: AgentBuilder, port: Port, family: (typeof FAMILIES)[number], narrow: boolean): void {
  const at = (column: number) => [column, family.version, port.plan.ifIndex];
  b.live(IP_IF_STATS_ENTRY, at(4), TAG.counter64, port, family.inPackets);
  b.live(IP_IF_STATS_ENTRY, at(5), TAG.counter32, port, family.in32);
  b.live(IP_IF_STATS_ENTRY, at(31), TAG.counter64, port, family.outPackets);
  b.live(IP_IF_STATS_ENTRY, at(32), TAG.counter32, port, family.out32);
  if (!narrow) {
    b.live(IP_IF_STATS_ENTRY, at(6), TAG.counter64, port, family.in);
    b.live(IP_IF_STATS_ENTRY, at(33), TAG.counter64, port, family.out);
  }
  b.integer(IP_IF_STATS_ENTRY, at(46), 0, TAG.timeTicks);
  b.integer(IP_IF_STATS_ENTRY, at(47), 1000, TAG.gauge32);
  const tags = { family: family.name, interface: port.plan.name };
  b.truth("ip.in_octets", tags, port, narrow ? family.in32 : family.in);
  b.truth("ip.out_octets", tags, port, narrow ? family.out32 : family.out);
}
