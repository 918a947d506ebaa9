import type { SystemIdentity } from "../../world/model.ts";
import { arcs, TAG } from "../ber.ts";
import type { AgentBuilder } from "../builder.ts";
import type { Source } from "../table.ts";

const SYSTEM = arcs("1.3.6.1.2.1.1");
const ENGINE = arcs("1.3.6.1.6.3.10.2.1");

/** SNMPv2-MIB system group (RFC 3418) and snmpEngine (RFC 3411). The clocks are fields of `clock`. */
export function addSystem(
  b: AgentBuilder,
  identity: SystemIdentity,
  clock: Source,
  fields: { readonly uptime: number; readonly engineTime: number },
): void {
  b.text(SYSTEM, [1, 0], identity.sysDescr);
  b.oid(SYSTEM, [2, 0], identity.sysObjectID);
  b.live(SYSTEM, [3, 0], TAG.timeTicks, clock, fields.uptime);
  b.text(SYSTEM, [4, 0], "noc@edu.example");
  b.text(SYSTEM, [5, 0], identity.sysName);
  b.text(SYSTEM, [6, 0], identity.sysLocation);
  b.integer(SYSTEM, [7, 0], identity.services);
  b.text(ENGINE, [1, 0], identity.engineId);
  b.integer(ENGINE, [2, 0], identity.engineBoots);
  b.live(ENGINE, [3, 0], TAG.integer, clock, fields.engineTime);
  b.integer(ENGINE, [4, 0], 1472);
  b.truth("device.uptime", {}, clock, fields.engineTime);
}
