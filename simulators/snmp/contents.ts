import { CHASSIS } from "../behaviour/chassis.ts";
import { SERVER } from "../behaviour/server.ts";
import { UPS } from "../behaviour/ups.ts";
import type { Address, SwitchBody, WorldDevice } from "../world/model.ts";
import type { AgentBuilder } from "./builder.ts";
import { addAdvertisements } from "./mib/advertisements.ts";
import { addEntities } from "./mib/entity.ts";
import { addHost } from "./mib/host.ts";
import { addInterfaces } from "./mib/interfaces.ts";
import { addAddresses, addHosts } from "./mib/ip.ts";
import { addIpStats } from "./mib/ip-stats.ts";
import { addMaker } from "./mib/makers.ts";
import { addPoe } from "./mib/poe.ts";
import { addSystem } from "./mib/system.ts";
import { addBridge, addLldp } from "./mib/topology.ts";
import { addUps } from "./mib/ups.ts";
import { addWlan } from "./mib/wlan.ts";

const CHASSIS_CLOCK = { uptime: CHASSIS.uptime, engineTime: CHASSIS.engineTime };
const SERVER_ADDRESSES: readonly Address[] = [
  { ifIndex: 1, octets: Uint8Array.of(127, 0, 0, 1), prefixLength: 8 },
];

/** Everything a device's agent serves; a device without an agent adds nothing. */
export function addContents(b: AgentBuilder, device: WorldDevice): void {
  const { body } = device;
  switch (body.kind) {
    case "switch":
      addSwitch(b, body.switch, device.vendor);
      break;
    case "controller":
      addSwitch(b, body.switch, device.vendor);
      addWlan(b, body.wifi, body.anchor);
      break;
    case "ups":
      addSystem(b, body.identity, body.ups, { uptime: UPS.uptime, engineTime: UPS.engineTime });
      addUps(b, body.ups);
      break;
    case "server":
      addSystem(b, body.identity, body.server, { uptime: SERVER.uptime, engineTime: SERVER.engineTime });
      addInterfaces(b, body.ports);
      addAddresses(b, SERVER_ADDRESSES, false);
      addIpStats(
        b,
        body.ports.filter((port) => port.plan.routed),
        "interfaces",
      );
      addHost(b, body.server);
      break;
    default:
      break;
  }
}

function addSwitch(b: AgentBuilder, body: SwitchBody, vendor: string): void {
  addSystem(b, body.identity, body.chassis, CHASSIS_CLOCK);
  addInterfaces(b, body.ports);
  addAddresses(b, body.addresses, body.routed.length > 0);
  addHosts(b, body.hosts);
  addIpStats(b, body.routed, body.counters);
  addAdvertisements(b, body.advertised, body.addresses);
  addLldp(b, body);
  addBridge(b, body);
  addEntities(b, body, vendor);
  addPoe(b, body);
  addMaker(b, body);
}
