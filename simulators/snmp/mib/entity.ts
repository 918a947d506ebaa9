import { CHASSIS } from "../../behaviour/chassis.ts";
import type { SwitchBody } from "../../world/model.ts";
import { arcs, TAG } from "../ber.ts";
import type { AgentBuilder } from "../builder.ts";

const ENTITY_ENTRY = arcs("1.3.6.1.2.1.47.1.1.1.1");
const ALIAS_MAPPING_ENTRY = arcs("1.3.6.1.2.1.47.1.3.2.1");
const SENSOR_ENTRY = arcs("1.3.6.1.2.1.99.1.1.1");
const IF_INDEX_COLUMN = "1.3.6.1.2.1.2.2.1.1";
const ETHERNET = 6;

/** entPhysicalIndex of the parts of a switch; a port's is PORTS + ifIndex. */
export const ENTITY = { chassis: 1, board: 2, temperature: 3, power: 4, fan: 5, ports: 1000 } as const;
/** entPhysicalClass. */
const CLASS = { chassis: 3, power: 6, fan: 7, sensor: 8, module: 9, port: 10 } as const;

/** Name of the chassis thermometer in ENTITY-SENSOR-MIB. */
export const THERMOMETER = "Temperature Sensor 1";

interface Part {
  readonly index: number;
  readonly class: number;
  readonly within: number;
  readonly name: string;
  readonly descr: string;
}

/** ENTITY-MIB (RFC 6933) and one thermometer in ENTITY-SENSOR-MIB (RFC 3433). */
export function addEntities(b: AgentBuilder, body: SwitchBody, vendor: string): void {
  const parts: Part[] = [
    {
      index: ENTITY.chassis,
      class: CLASS.chassis,
      within: 0,
      name: body.model,
      descr: `${vendor} ${body.model} chassis`,
    },
    {
      index: ENTITY.board,
      class: CLASS.module,
      within: 1,
      name: body.chassisName,
      descr: "Main processing unit",
    },
    {
      index: ENTITY.temperature,
      class: CLASS.sensor,
      within: 2,
      name: THERMOMETER,
      descr: "Board temperature",
    },
    { index: ENTITY.power, class: CLASS.power, within: 1, name: "Power 1", descr: "AC power supply" },
    { index: ENTITY.fan, class: CLASS.fan, within: 1, name: "Fan 1", descr: "Fan" },
  ];
  for (const port of body.ports)
    if (port.plan.type === ETHERNET) {
      const index = ENTITY.ports + port.plan.ifIndex;
      parts.push({
        index,
        class: CLASS.port,
        within: ENTITY.board,
        name: port.plan.name,
        descr: port.plan.name,
      });
      b.oid(ALIAS_MAPPING_ENTRY, [2, index, 0], `${IF_INDEX_COLUMN}.${port.plan.ifIndex}`);
    }
  const places = new Map<number, number>();
  for (const part of parts) {
    const i = part.index;
    const place = (places.get(part.within) ?? 0) + 1;
    places.set(part.within, place);
    const whole = part.class === CLASS.chassis;
    b.text(ENTITY_ENTRY, [2, i], part.descr);
    b.oid(ENTITY_ENTRY, [3, i], "0.0");
    b.integer(ENTITY_ENTRY, [4, i], part.within);
    b.integer(ENTITY_ENTRY, [5, i], part.class);
    b.integer(ENTITY_ENTRY, [6, i], place);
    b.text(ENTITY_ENTRY, [7, i], part.name);
    b.text(ENTITY_ENTRY, [8, i], whole ? "VER.A" : "");
    b.text(ENTITY_ENTRY, [9, i], "");
    b.text(ENTITY_ENTRY, [10, i], whole ? body.version : "");
    b.text(ENTITY_ENTRY, [11, i], whole ? body.serial : "");
    b.text(ENTITY_ENTRY, [12, i], whole ? vendor : "");
    b.text(ENTITY_ENTRY, [13, i], whole ? body.model : "");
    b.integer(ENTITY_ENTRY, [16, i], whole || part.class === CLASS.power ? 1 : 2);
  }
  const t = ENTITY.temperature;
  b.integer(SENSOR_ENTRY, [1, t], 8);
  b.integer(SENSOR_ENTRY, [2, t], 9);
  b.integer(SENSOR_ENTRY, [3, t], 0);
  b.live(SENSOR_ENTRY, [4, t], TAG.integer, body.chassis, CHASSIS.temperature);
  b.integer(SENSOR_ENTRY, [5, t], 1);
  b.text(SENSOR_ENTRY, [6, t], "degrees C");
  b.truth("sensor.temperature", { sensor: THERMOMETER }, body.chassis, CHASSIS.temperature);
}
