import type { DeviceFacts, InterfaceFact } from "../../inventory/facts.ts";
import type { Device, School } from "../../inventory/model.ts";
import type { IndicatorSources } from "../contract.ts";

/** bit/s that a classroom's port must have negotiated. */
const WANTED = 100_000_000;
/** What a switch told longer ago says nothing of today, ms. */
const FRESH_MS = 7 * 86_400_000;

/** A port of an access switch that something is plugged into. */
export interface ClassroomPort {
  readonly device: string;
  readonly port: InterfaceFact;
  /** bit/s; null when the switch does not tell. */
  readonly speed: number | null;
  readonly good: boolean;
  /** UTC ms at which the switch told. */
  readonly at: number;
}

export interface ClassroomPorts {
  readonly ports: readonly ClassroomPort[];
  /** Access switches that told nothing in the last seven days. */
  readonly silent: number;
  readonly switches: number;
}

/**
 * Classroom ports by what is known of them: the Ethernet ports of access switches that are up, without those that
 * lead to another network device (a neighbour that names itself, or a link of the register). Half duplex is no
 * reading of campusd: what it judges is the speed.
 */
export function classroomPorts(
  sources: Pick<IndicatorSources, "inventory" | "facts">,
  school: School,
  now: number,
): ClassroomPorts {
  const all = sources.inventory();
  const links = new Set(all.linksOf(school.id).map((link) => `${link.device}\n${link.interface}`));
  const switches = all.devicesOf(school.id).filter((device) => device.role === "access-switch");
  const roles = new Map<string, Device["role"]>();
  for (const { id, name, addresses, role } of all.devicesOf(school.id))
    for (const word of [id, name, ...addresses]) if (word !== undefined) roles.set(word, role);
  const ports: ClassroomPort[] = [];
  let silent = 0;
  for (const device of switches) {
    const told = sources.facts(device.id);
    if (!told || told.at < now - FRESH_MS || told.interfaces.length === 0) {
      silent++;
      continue;
    }
    const trunks = trunksOf(roles, told);
    for (const port of told.interfaces) {
      if (port.type !== undefined && port.type !== "ethernetCsmacd" && port.type !== "gigabitEthernet")
        continue;
      if (port.operStatus !== "up" || trunks.has(port.ifIndex)) continue;
      // A switch's own virtual ports call themselves Ethernet too and have no speed or a made-up one.
      if (/^(vlan|vlanif|loop|null|eth-trunk|bridge-aggregation|port-channel|cpu|mgmt|meth)/i.test(port.key))
        continue;
      if (links.has(`${device.id}\n${port.key}`)) continue;
      const speed = port.speed !== undefined && port.speed > 0 ? port.speed : null;
      ports.push({ device: device.id, port, speed, good: speed !== null && speed >= WANTED, at: told.at });
    }
  }
  return { ports, silent, switches: switches.length };
}

const NETWORK_ROLES: ReadonlySet<Device["role"]> = new Set([
  "router",
  "firewall",
  "core-switch",
  "access-switch",
  "wifi-controller",
  "olt",
]);

/** Ports behind which a switch or router of the school answers by LLDP or CDP; an access point is no trunk. */
function trunksOf(
  roles: ReadonlyMap<string, Device["role"]>,
  { neighbors }: DeviceFacts,
): ReadonlySet<number> {
  const trunks = new Set<number>();
  for (const { ifIndex, remoteName, remoteAddress } of neighbors) {
    const role = roles.get(remoteName ?? "") ?? roles.get(remoteAddress ?? "");
    if (ifIndex !== undefined && role !== undefined && NETWORK_ROLES.has(role)) trunks.add(ifIndex);
  }
  return trunks;
}
