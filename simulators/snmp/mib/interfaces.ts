import { PORT, type Port } from "../../behaviour/port.ts";
import { arcs, TAG } from "../ber.ts";
import type { AgentBuilder } from "../builder.ts";

const INTERFACES = arcs("1.3.6.1.2.1.2");
const IF_ENTRY = arcs("1.3.6.1.2.1.2.2.1");
const IFX_ENTRY = arcs("1.3.6.1.2.1.31.1.1.1");
const IF_TABLE_LAST_CHANGE = arcs("1.3.6.1.2.1.31.1.5");

/** Column, tag and field of the values that change, in ifEntry. */
const LIVE: readonly (readonly [number, number, number])[] = [
  [5, TAG.gauge32, PORT.speedBits],
  [7, TAG.integer, PORT.adminState],
  [8, TAG.integer, PORT.operState],
  [9, TAG.timeTicks, PORT.lastChange],
  [10, TAG.counter32, PORT.inOctets32],
  [11, TAG.counter32, PORT.inUnicast32],
  [12, TAG.counter32, PORT.inNonUnicast32],
  [13, TAG.counter32, PORT.inDiscards],
  [14, TAG.counter32, PORT.inErrors],
  [16, TAG.counter32, PORT.outOctets32],
  [17, TAG.counter32, PORT.outUnicast32],
  [18, TAG.counter32, PORT.outNonUnicast32],
  [19, TAG.counter32, PORT.outDiscards],
  [20, TAG.counter32, PORT.outErrors],
];

/** The same in ifXEntry. */
const LIVE_X: readonly (readonly [number, number, number])[] = [
  [2, TAG.counter32, PORT.inMulticast32],
  [3, TAG.counter32, PORT.inBroadcast32],
  [4, TAG.counter32, PORT.outMulticast32],
  [5, TAG.counter32, PORT.outBroadcast32],
  [6, TAG.counter64, PORT.inOctets],
  [7, TAG.counter64, PORT.inUnicast],
  [8, TAG.counter64, PORT.inMulticast],
  [9, TAG.counter64, PORT.inBroadcast],
  [10, TAG.counter64, PORT.outOctets],
  [11, TAG.counter64, PORT.outUnicast],
  [12, TAG.counter64, PORT.outMulticast],
  [13, TAG.counter64, PORT.outBroadcast],
  [15, TAG.gauge32, PORT.speedMega],
];

const TRUTH: readonly (readonly [string, number])[] = [
  ["interface.in_octets", PORT.inOctets],
  ["interface.out_octets", PORT.outOctets],
  ["interface.in_unicast", PORT.inUnicast],
  ["interface.out_unicast", PORT.outUnicast],
  ["interface.in_multicast", PORT.inMulticast],
  ["interface.in_broadcast", PORT.inBroadcast],
  ["interface.in_errors", PORT.inErrors],
  ["interface.out_errors", PORT.outErrors],
  ["interface.in_discards", PORT.inDiscards],
  ["interface.out_discards", PORT.outDiscards],
  ["interface.admin_state", PORT.adminState],
  ["interface.oper_state", PORT.operState],
];

const MTU = 1500;

/** IF-MIB (RFC 2863): ifTable and ifXTable whole. */
export function addInterfaces(b: AgentBuilder, ports: readonly Port[]): void {
  b.integer(INTERFACES, [1, 0], ports.length);
  b.integer(IF_TABLE_LAST_CHANGE, [0], 4200, TAG.timeTicks);
  for (const port of ports) {
    const { plan } = port;
    const i = plan.ifIndex;
    b.integer(IF_ENTRY, [1, i], i);
    b.text(IF_ENTRY, [2, i], plan.descr);
    b.integer(IF_ENTRY, [3, i], plan.type);
    b.integer(IF_ENTRY, [4, i], MTU);
    b.text(IF_ENTRY, [6, i], plan.mac);
    for (const [column, tag, field] of LIVE) b.live(IF_ENTRY, [column, i], tag, port, field);
    b.integer(IF_ENTRY, [15, i], 0, TAG.counter32);
    b.integer(IF_ENTRY, [21, i], 0, TAG.gauge32);
    b.oid(IF_ENTRY, [22, i], "0.0");
    b.text(IFX_ENTRY, [1, i], plan.name);
    for (const [column, tag, field] of LIVE_X) b.live(IFX_ENTRY, [column, i], tag, port, field);
    b.integer(IFX_ENTRY, [14, i], 1);
    b.integer(IFX_ENTRY, [16, i], 2);
    b.integer(IFX_ENTRY, [17, i], plan.type === 6 ? 1 : 2);
    b.text(IFX_ENTRY, [18, i], plan.alias);
    b.integer(IFX_ENTRY, [19, i], 0, TAG.timeTicks);
    const tags = { interface: plan.name };
    for (const [quantity, field] of TRUTH) b.truth(quantity, tags, port, field);
    b.truth("interface.speed", tags, port, PORT.speedMega, 1e6);
  }
}
