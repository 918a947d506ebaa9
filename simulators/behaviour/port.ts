import type { Source } from "../snmp/table.ts";
import { type Flapping, isDown, Share, type Total } from "./flow.ts";

/** Field numbers of a port. */
export const PORT = {
  inOctets: 0,
  outOctets: 1,
  inOctets32: 2,
  outOctets32: 3,
  inUnicast: 4,
  outUnicast: 5,
  inMulticast: 6,
  outMulticast: 7,
  inBroadcast: 8,
  outBroadcast: 9,
  inErrors: 10,
  outErrors: 11,
  inDiscards: 12,
  outDiscards: 13,
  adminState: 14,
  operState: 15,
  speedBits: 16,
  speedMega: 17,
  lastChange: 18,
  inUnicast32: 19,
  outUnicast32: 20,
  inMulticast32: 21,
  outMulticast32: 22,
  inBroadcast32: 23,
  outBroadcast32: 24,
  inNonUnicast32: 25,
  outNonUnicast32: 26,
  v6In: 27,
  v6Out: 28,
  v4In: 29,
  v4Out: 30,
  v6In32: 31,
  v6Out32: 32,
  v4In32: 33,
  v4Out32: 34,
  v6InPackets: 35,
  v6OutPackets: 36,
  v4InPackets: 37,
  v4OutPackets: 38,
} as const;

export interface PortPlan {
  readonly ifIndex: number;
  /** ifName. */
  readonly name: string;
  readonly descr: string;
  /** ifAlias as octets: UTF-8 or GBK. */
  readonly alias: Uint8Array;
  /** IANAifType number. */
  readonly type: number;
  readonly mega: number;
  readonly mac: Uint8Array;
  readonly adminUp: boolean;
  readonly operUp: boolean;
  /** UTC seconds when the device started: the counters are 0 there. */
  readonly since: number;
  readonly in: Total;
  readonly out: Total;
  /** Packets a second. */
  readonly inErrorRate: number;
  readonly outDiscardRate: number;
  /** Octets a unicast packet, mean. */
  readonly packetSize: number;
  /** Octets by IP version are counted. */
  readonly routed: boolean;
  /** Share of IPv6 in the octets. */
  readonly v6Share: number;
  /** Octets by IP version where they are no fixed share of the whole. */
  readonly byVersion?: ByVersion;
  /** UTC seconds when the device last started while this history is told: all counters began again at 0. */
  readonly restartedAt?: number;
  /** The line is down again and again. */
  readonly flapping?: Flapping;
  /** Carries an SFP with digital diagnostics. */
  readonly optic: boolean;
  /** A port with power over Ethernet, and the watts its device draws (0: nothing attached). */
  readonly poeWatts?: number;
}

export interface ByVersion {
  readonly v4In: Total;
  readonly v4Out: Total;
  readonly v6In: Total;
  readonly v6Out: Total;
}

const TWO_32 = 2 ** 32;

/** Of the octets of a line that are neither IPv4 nor IPv6: frames' headers, spanning tree and such. */
const NOT_IP = 0.03;

/** IPv6 has its share of a line's octets, IPv4 the rest less what is not IP. */
export function byShare(line: { readonly in: Total; readonly out: Total }, v6Share: number): ByVersion {
  return {
    v4In: new Share(line.in, 1 - NOT_IP - v6Share),
    v4Out: new Share(line.out, 1 - NOT_IP - v6Share),
    v6In: new Share(line.in, v6Share),
    v6Out: new Share(line.out, v6Share),
  };
}

/** A total that was cut back to 0 once. */
class Restarted implements Total {
  readonly #of: Total;
  readonly #at: number;
  #base: number | undefined;

  constructor(of: Total, at: number) {
    this.#of = of;
    this.#at = at;
  }

  at(second: number): number {
    if (second < this.#at) return this.#of.at(second);
    return this.#of.at(second) - (this.#base ??= this.#of.at(this.#at));
  }
}

/** An interface: who it is, and its counters as functions of time. */
export class Port implements Source {
  readonly plan: PortPlan;
  /** What the line carried since it was first counted: a restart does not show here. */
  readonly line: { readonly in: Total; readonly out: Total } & ByVersion;
  readonly #in: Total;
  readonly #out: Total;
  readonly #versions: ByVersion;

  constructor(plan: PortPlan) {
    this.plan = plan;
    const versions = plan.byVersion ?? byShare(plan, plan.v6Share);
    this.line = { in: plan.in, out: plan.out, ...versions };
    const { restartedAt } = plan;
    const counter = (total: Total): Total =>
      restartedAt === undefined ? total : new Restarted(total, restartedAt);
    this.#in = counter(plan.in);
    this.#out = counter(plan.out);
    this.#versions = {
      v4In: counter(versions.v4In),
      v4Out: counter(versions.v4Out),
      v6In: counter(versions.v6In),
      v6Out: counter(versions.v6Out),
    };
  }

  value(field: number, second: number): number {
    const plan = this.plan;
    switch (field) {
      case PORT.inOctets:
        return this.#in.at(second);
      case PORT.outOctets:
        return this.#out.at(second);
      case PORT.inOctets32:
        return this.#in.at(second) % TWO_32;
      case PORT.outOctets32:
        return this.#out.at(second) % TWO_32;
      case PORT.inUnicast:
        return Math.floor(this.#in.at(second) / plan.packetSize);
      case PORT.outUnicast:
        return Math.floor(this.#out.at(second) / plan.packetSize);
      case PORT.inMulticast:
        return this.#steady(second, 0.4);
      case PORT.outMulticast:
        return this.#steady(second, 1.1);
      case PORT.inBroadcast:
        return this.#steady(second, 0.15);
      case PORT.outBroadcast:
        return this.#steady(second, 2.3);
      case PORT.inErrors:
        return this.#steady(second, plan.inErrorRate);
      case PORT.outErrors:
        return 0;
      case PORT.inDiscards:
        return 0;
      case PORT.outDiscards:
        return this.#steady(second, plan.outDiscardRate);
      case PORT.adminState:
        return plan.adminUp ? 1 : 2;
      case PORT.operState:
        return plan.operUp && !isDown(plan.flapping, second) ? 1 : 2;
      case PORT.speedBits:
        return Math.min(TWO_32 - 1, plan.mega * 1e6);
      case PORT.speedMega:
        return plan.mega;
      case PORT.lastChange:
        return 4200 + plan.ifIndex * 10;
      case PORT.inUnicast32:
        return this.value(PORT.inUnicast, second) % TWO_32;
      case PORT.outUnicast32:
        return this.value(PORT.outUnicast, second) % TWO_32;
      case PORT.inMulticast32:
        return this.value(PORT.inMulticast, second) % TWO_32;
      case PORT.outMulticast32:
        return this.value(PORT.outMulticast, second) % TWO_32;
      case PORT.inBroadcast32:
        return this.value(PORT.inBroadcast, second) % TWO_32;
      case PORT.outBroadcast32:
        return this.value(PORT.outBroadcast, second) % TWO_32;
      case PORT.inNonUnicast32:
        return (this.value(PORT.inMulticast, second) + this.value(PORT.inBroadcast, second)) % TWO_32;
      case PORT.outNonUnicast32:
        return (this.value(PORT.outMulticast, second) + this.value(PORT.outBroadcast, second)) % TWO_32;
      default:
        return this.#byFamily(field, second);
    }
  }

  /** Octets and datagrams by IP version. */
  #byFamily(field: number, second: number): number {
    const { v4In, v4Out, v6In, v6Out } = this.#versions;
    const datagrams = (octets: number): number => Math.floor(octets / this.plan.packetSize);
    switch (field) {
      case PORT.v6In:
        return v6In.at(second);
      case PORT.v6Out:
        return v6Out.at(second);
      case PORT.v4In:
        return v4In.at(second);
      case PORT.v4Out:
        return v4Out.at(second);
      case PORT.v6In32:
        return v6In.at(second) % TWO_32;
      case PORT.v6Out32:
        return v6Out.at(second) % TWO_32;
      case PORT.v4In32:
        return v4In.at(second) % TWO_32;
      case PORT.v4Out32:
        return v4Out.at(second) % TWO_32;
      case PORT.v6InPackets:
        return datagrams(v6In.at(second));
      case PORT.v6OutPackets:
        return datagrams(v6Out.at(second));
      case PORT.v4InPackets:
        return datagrams(v4In.at(second));
      case PORT.v4OutPackets:
        return datagrams(v4Out.at(second));
      default:
        return 0;
    }
  }

  #steady(second: number, perSecond: number): number {
    const { operUp, since, restartedAt } = this.plan;
    if (!operUp) return 0;
    const start = restartedAt !== undefined && second >= restartedAt ? restartedAt : since;
    return Math.max(0, Math.floor((second - start) * perSecond));
  }
}
