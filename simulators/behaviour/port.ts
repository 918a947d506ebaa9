import type { Source } from "../snmp/table.ts";
import type { Total } from "./flow.ts";

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
  /** Share of IPv6 in the octets; 0 where the port does not route. */
  readonly v6Share: number;
  /** Carries an SFP with digital diagnostics. */
  readonly optic: boolean;
  /** A port with power over Ethernet, and the watts its device draws (0: nothing attached). */
  readonly poeWatts?: number;
}

const TWO_32 = 2 ** 32;

/** An interface: who it is, and its counters as functions of time. */
export class Port implements Source {
  readonly plan: PortPlan;

  constructor(plan: PortPlan) {
    this.plan = plan;
  }

  value(field: number, second: number): number {
    const plan = this.plan;
    switch (field) {
      case PORT.inOctets:
        return plan.in.at(second);
      case PORT.outOctets:
        return plan.out.at(second);
      case PORT.inOctets32:
        return plan.in.at(second) % TWO_32;
      case PORT.outOctets32:
        return plan.out.at(second) % TWO_32;
      case PORT.inUnicast:
        return Math.floor(plan.in.at(second) / plan.packetSize);
      case PORT.outUnicast:
        return Math.floor(plan.out.at(second) / plan.packetSize);
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
        return plan.operUp ? 1 : 2;
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

  /** Octets and datagrams by IP version: version 6 has its share, version 4 the rest less 3 % that is not IP. */
  #byFamily(field: number, second: number): number {
    const { v6Share } = this.plan;
    const v6 = (total: Total): number => Math.floor(total.at(second) * v6Share);
    const v4 = (total: Total): number => Math.floor(total.at(second) * (0.97 - v6Share));
    const datagrams = (octets: number): number => Math.floor(octets / this.plan.packetSize);
    switch (field) {
      case PORT.v6In:
        return v6(this.plan.in);
      case PORT.v6Out:
        return v6(this.plan.out);
      case PORT.v4In:
        return v4(this.plan.in);
      case PORT.v4Out:
        return v4(this.plan.out);
      case PORT.v6In32:
        return v6(this.plan.in) % TWO_32;
      case PORT.v6Out32:
        return v6(this.plan.out) % TWO_32;
      case PORT.v4In32:
        return v4(this.plan.in) % TWO_32;
      case PORT.v4Out32:
        return v4(this.plan.out) % TWO_32;
      case PORT.v6InPackets:
        return datagrams(v6(this.plan.in));
      case PORT.v6OutPackets:
        return datagrams(v6(this.plan.out));
      case PORT.v4InPackets:
        return datagrams(v4(this.plan.in));
      case PORT.v4OutPackets:
        return datagrams(v4(this.plan.out));
      default:
        return 0;
    }
  }

  #steady(second: number, perSecond: number): number {
    return this.plan.operUp ? Math.max(0, Math.floor((second - this.plan.since) * perSecond)) : 0;
  }
}
