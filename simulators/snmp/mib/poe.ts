import { POE_PORT, POE_SUPPLY } from "../../behaviour/chassis.ts";
import type { SwitchBody } from "../../world/model.ts";
import { arcs, TAG } from "../ber.ts";
import type { AgentBuilder } from "../builder.ts";

const PORT_ENTRY = arcs("1.3.6.1.2.1.105.1.1.1");
const MAIN_ENTRY = arcs("1.3.6.1.2.1.105.1.3.1.1");
const HUAWEI_PORT_ENTRY = arcs("1.3.6.1.4.1.2011.5.25.195.3.1");
const H3C_PORT_ENTRY = arcs("1.3.6.1.4.1.25506.2.14.1.1");
const GROUP = 1;

/** POWER-ETHERNET-MIB (RFC 3621), and a port's power in the maker's own table. */
export function addPoe(b: AgentBuilder, body: SwitchBody): void {
  if (!body.poe) return;
  const names = new Map(body.ports.map((port) => [port.plan.ifIndex, port.plan.name]));
  let place = 0;
  for (const [ifIndex, source] of body.poe.ports) {
    place++;
    const at = (column: number) => [column, GROUP, place];
    b.live(PORT_ENTRY, at(3), TAG.integer, source, POE_PORT.adminEnable);
    b.integer(PORT_ENTRY, at(4), 2);
    b.integer(PORT_ENTRY, at(5), 1);
    b.live(PORT_ENTRY, at(6), TAG.integer, source, POE_PORT.state);
    b.integer(PORT_ENTRY, at(7), 3);
    b.text(PORT_ENTRY, at(9), "");
    b.live(PORT_ENTRY, at(10), TAG.integer, source, POE_PORT.powerClass);
    const label = `PoE ${GROUP}/${place}`;
    b.truth("poe.port_state", { interface: label }, source, POE_PORT.state);
    if (body.family === "vrp") {
      b.live(HUAWEI_PORT_ENTRY, [3, ifIndex], TAG.integer, source, POE_PORT.adminEnable);
      b.live(HUAWEI_PORT_ENTRY, [10, ifIndex], TAG.integer, source, POE_PORT.milliwatts);
      b.truth("poe.port_power", { interface: names.get(ifIndex)! }, source, POE_PORT.milliwatts, 1e-3);
    } else if (body.family === "comware") {
      b.live(H3C_PORT_ENTRY, [5, GROUP, place], TAG.integer, source, POE_PORT.milliwatts);
      b.truth("poe.port_power", { interface: label }, source, POE_PORT.milliwatts, 1e-3);
    }
  }
  const { supply } = body.poe;
  b.live(MAIN_ENTRY, [2, GROUP], TAG.gauge32, supply, POE_SUPPLY.budget);
  b.live(MAIN_ENTRY, [3, GROUP], TAG.integer, supply, POE_SUPPLY.state);
  b.live(MAIN_ENTRY, [4, GROUP], TAG.gauge32, supply, POE_SUPPLY.watts);
  b.integer(MAIN_ENTRY, [5, GROUP], 80);
  const tags = { sensor: `PoE ${GROUP}` };
  b.truth("poe.budget", tags, supply, POE_SUPPLY.budget);
  b.truth("poe.consumption", tags, supply, POE_SUPPLY.watts);
  b.truth("sensor.state", tags, supply, POE_SUPPLY.state);
}
