import type { Port } from "../../behaviour/port.ts";
import type { SwitchBody } from "../../world/model.ts";
import { arcs, TAG } from "../ber.ts";
import type { AgentBuilder } from "../builder.ts";

const LLDP_LOCAL = arcs("1.0.8802.1.1.2.1.3");
const LLDP_LOCAL_PORT_ENTRY = arcs("1.0.8802.1.1.2.1.3.7.1");
const LLDP_REMOTE_ENTRY = arcs("1.0.8802.1.1.2.1.4.1.1");
const LLDP_REMOTE_ADDRESS_ENTRY = arcs("1.0.8802.1.1.2.1.4.2.1");
const BRIDGE = arcs("1.3.6.1.2.1.17");
const BRIDGE_PORT_ENTRY = arcs("1.3.6.1.2.1.17.1.4.1");
const STP_PORT_ENTRY = arcs("1.3.6.1.2.1.17.2.15.1");
const VLAN_CURRENT_ENTRY = arcs("1.3.6.1.2.1.17.7.1.4.2.1");
const VLAN_STATIC_ENTRY = arcs("1.3.6.1.2.1.17.7.1.4.3.1");
const PORT_VLAN_ENTRY = arcs("1.3.6.1.2.1.17.7.1.4.5.1");

const ETHERNET = 6;
/** LldpChassisIdSubtype macAddress, LldpPortIdSubtype interfaceName. */
const SUBTYPE = { chassisMac: 4, portInterfaceName: 5 } as const;
/** LldpSystemCapabilitiesMap: bridge and router. */
const CAPABILITIES = Uint8Array.of(0x28);

/** Physical ports in order: their place from 1 is the bridge port and the LLDP port number. */
function bridgePorts(body: SwitchBody): readonly Port[] {
  return body.ports.filter((port) => port.plan.type === ETHERNET);
}

/** LLDP-MIB (IEEE 802.1AB-2005), local system and neighbours. */
export function addLldp(b: AgentBuilder, body: SwitchBody): void {
  b.integer(LLDP_LOCAL, [1, 0], SUBTYPE.chassisMac);
  b.text(LLDP_LOCAL, [2, 0], body.mac);
  b.text(LLDP_LOCAL, [3, 0], body.identity.sysName);
  b.text(LLDP_LOCAL, [4, 0], body.identity.sysDescr);
  b.text(LLDP_LOCAL, [5, 0], CAPABILITIES);
  b.text(LLDP_LOCAL, [6, 0], CAPABILITIES);
  const numbers = new Map<number, number>();
  for (const [i, port] of bridgePorts(body).entries()) {
    const number = i + 1;
    numbers.set(port.plan.ifIndex, number);
    b.integer(LLDP_LOCAL_PORT_ENTRY, [2, number], SUBTYPE.portInterfaceName);
    b.text(LLDP_LOCAL_PORT_ENTRY, [3, number], port.plan.name);
    b.text(LLDP_LOCAL_PORT_ENTRY, [4, number], port.plan.alias);
  }
  for (const [i, neighbor] of body.neighbors.entries()) {
    const at = (column: number) => [column, 0, numbers.get(neighbor.ifIndex) ?? neighbor.ifIndex, i + 1];
    b.integer(LLDP_REMOTE_ENTRY, at(4), SUBTYPE.chassisMac);
    b.text(LLDP_REMOTE_ENTRY, at(5), neighbor.chassis);
    b.integer(LLDP_REMOTE_ENTRY, at(6), SUBTYPE.portInterfaceName);
    b.text(LLDP_REMOTE_ENTRY, at(7), neighbor.portId);
    b.text(LLDP_REMOTE_ENTRY, at(8), neighbor.portDescr);
    b.text(LLDP_REMOTE_ENTRY, at(9), neighbor.sysName);
    b.text(LLDP_REMOTE_ENTRY, at(10), neighbor.sysDescr);
    b.text(LLDP_REMOTE_ENTRY, at(11), CAPABILITIES);
    b.text(LLDP_REMOTE_ENTRY, at(12), CAPABILITIES);
    const address = [1, 4, ...neighbor.address.split(".").map(Number)];
    b.integer(LLDP_REMOTE_ADDRESS_ENTRY, [...at(3), ...address], 2);
    b.integer(LLDP_REMOTE_ADDRESS_ENTRY, [...at(4), ...address], 1);
    b.oid(LLDP_REMOTE_ADDRESS_ENTRY, [...at(5), ...address], "0.0");
  }
}

/** BRIDGE-MIB and Q-BRIDGE-MIB: bridge ports, spanning tree state, VLANs and where they are. */
export function addBridge(b: AgentBuilder, body: SwitchBody): void {
  const ports = bridgePorts(body);
  b.text(BRIDGE, [1, 1, 0], body.mac);
  b.integer(BRIDGE, [1, 2, 0], ports.length);
  b.integer(BRIDGE, [1, 3, 0], 2);
  b.integer(BRIDGE, [2, 4, 0], 3, TAG.counter32);
  for (const [i, port] of ports.entries()) {
    const number = i + 1;
    b.integer(BRIDGE_PORT_ENTRY, [1, number], number);
    b.integer(BRIDGE_PORT_ENTRY, [2, number], port.plan.ifIndex);
    b.integer(STP_PORT_ENTRY, [3, number], port.plan.operUp ? 5 : 1);
    b.integer(PORT_VLAN_ENTRY, [1, number], port.plan.optic ? 1 : port.plan.poeWatts ? 30 : 20, TAG.gauge32);
  }
  const all = new Uint8Array(Math.ceil(ports.length / 8));
  for (let i = 0; i < ports.length; i++) all[i >> 3]! |= 0x80 >> (i & 7);
  for (const vlan of body.vlans) {
    b.integer(VLAN_CURRENT_ENTRY, [3, 0, vlan.id], vlan.id, TAG.gauge32);
    b.text(VLAN_CURRENT_ENTRY, [4, 0, vlan.id], all);
    b.text(VLAN_CURRENT_ENTRY, [5, 0, vlan.id], new Uint8Array(all.length));
    b.integer(VLAN_CURRENT_ENTRY, [6, 0, vlan.id], 2);
    b.text(VLAN_STATIC_ENTRY, [1, vlan.id], vlan.name);
    b.text(VLAN_STATIC_ENTRY, [2, vlan.id], all);
    b.integer(VLAN_STATIC_ENTRY, [5, vlan.id], 1);
  }
}
