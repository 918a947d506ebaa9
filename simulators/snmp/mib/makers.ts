import { CHASSIS, OPTIC } from "../../behaviour/chassis.ts";
import type { SwitchBody } from "../../world/model.ts";
import { arcs, TAG } from "../ber.ts";
import type { AgentBuilder } from "../builder.ts";
import { ENTITY } from "./entity.ts";

const HW_STATE_ENTRY = arcs("1.3.6.1.4.1.2011.5.25.31.1.1.1.1");
const HW_OPTICAL_ENTRY = arcs("1.3.6.1.4.1.2011.5.25.31.1.1.3.1");
const HW_FAN_ENTRY = arcs("1.3.6.1.4.1.2011.5.25.31.1.1.10.1");
const HW_POWER_ENTRY = arcs("1.3.6.1.4.1.2011.5.25.31.1.1.18.1");
const HH3C_STATE_ENTRY = arcs("1.3.6.1.4.1.25506.2.6.1.1.1.1");
const HH3C_MANUFACTURE_ENTRY = arcs("1.3.6.1.4.1.25506.2.6.1.2.1.1");
const HH3C_TRANSCEIVER_ENTRY = arcs("1.3.6.1.4.1.25506.2.70.1.1.1");
const HH3C_FAN_ENTRY = arcs("1.3.6.1.4.1.25506.8.35.9.1.1.1");
const HH3C_POWER_ENTRY = arcs("1.3.6.1.4.1.25506.8.35.9.1.2.1");
const RUIJIE = arcs("1.3.6.1.4.1.4881.1.1.10.2");

/** H3C agents answer this for an entity without a thermometer. */
const H3C_NO_TEMPERATURE = 65535;

export function addMaker(b: AgentBuilder, body: SwitchBody): void {
  if (body.family === "vrp") addHuawei(b, body);
  else if (body.family === "comware") addH3c(b, body);
  else addRuijie(b, body);
}

/** HUAWEI-ENTITY-EXTENT-MIB: state of chassis and board, optical modules, fan, power supply. */
function addHuawei(b: AgentBuilder, body: SwitchBody): void {
  const { chassis } = body;
  for (const i of [ENTITY.chassis, ENTITY.board]) {
    b.integer(HW_STATE_ENTRY, [1, i], 13);
    b.integer(HW_STATE_ENTRY, [2, i], 3);
    if (i === ENTITY.board) {
      b.live(HW_STATE_ENTRY, [5, i], TAG.integer, chassis, CHASSIS.cpu);
      b.integer(HW_STATE_ENTRY, [6, i], 95);
      b.live(HW_STATE_ENTRY, [7, i], TAG.integer, chassis, CHASSIS.memory);
      b.integer(HW_STATE_ENTRY, [8, i], 95);
      b.live(HW_STATE_ENTRY, [10, i], TAG.integer, chassis, CHASSIS.uptimeSeconds);
      b.live(HW_STATE_ENTRY, [11, i], TAG.integer, chassis, CHASSIS.temperature);
      b.integer(HW_STATE_ENTRY, [19, i], 1024);
    } else for (const column of [5, 6, 7, 8, 10, 11, 19]) b.integer(HW_STATE_ENTRY, [column, i], 0);
  }
  const tags = { sensor: body.chassisName };
  b.truth("device.cpu", tags, chassis, CHASSIS.cpu);
  b.truth("device.memory", tags, chassis, CHASSIS.memory);
  b.truth("sensor.temperature", tags, chassis, CHASSIS.temperature);
  const names = portNames(body);
  for (const [ifIndex, optic] of body.optics) {
    const i = ENTITY.ports + ifIndex;
    b.integer(HW_OPTICAL_ENTRY, [1, i], 2);
    b.live(HW_OPTICAL_ENTRY, [5, i], TAG.integer, optic, OPTIC.temperature);
    b.live(HW_OPTICAL_ENTRY, [6, i], TAG.integer, optic, OPTIC.voltage);
    b.live(HW_OPTICAL_ENTRY, [7, i], TAG.integer, optic, OPTIC.bias);
    b.live(HW_OPTICAL_ENTRY, [8, i], TAG.integer, optic, OPTIC.rx);
    b.live(HW_OPTICAL_ENTRY, [9, i], TAG.integer, optic, OPTIC.tx);
    const port = { interface: names.get(ifIndex)! };
    b.truth("optics.temperature", port, optic, OPTIC.temperature);
    b.truth("optics.voltage", port, optic, OPTIC.voltage, 1e-3);
    b.truth("optics.bias", port, optic, OPTIC.bias, 1e-6);
    b.truth("optics.rx_power", port, optic, OPTIC.rx, 0.01);
    b.truth("optics.tx_power", port, optic, OPTIC.tx, 0.01);
  }
  b.integer(HW_FAN_ENTRY, [5, 0, 1], 45);
  b.integer(HW_FAN_ENTRY, [7, 0, 1], 1);
  b.live(HW_POWER_ENTRY, [6, 0, 1], TAG.integer, chassis, CHASSIS.powerState);
  b.truthOf("sensor.percent", { sensor: "slot 0 fan 1" }, () => 45);
  b.truthOf("sensor.state", { sensor: "slot 0 fan 1" }, () => 1);
  b.truth("sensor.state", { sensor: "slot 0 power 1" }, chassis, CHASSIS.powerState);
}

/** HH3C-ENTITY-EXT-MIB, HH3C-TRANSCEIVER-INFO-MIB, HH3C-LswDEVM-MIB. */
function addH3c(b: AgentBuilder, body: SwitchBody): void {
  const { chassis } = body;
  for (const i of [ENTITY.chassis, ENTITY.board]) {
    b.integer(HH3C_STATE_ENTRY, [2, i], 4);
    b.integer(HH3C_STATE_ENTRY, [3, i], 3);
    b.integer(HH3C_STATE_ENTRY, [19, i], 2);
    if (i === ENTITY.board) {
      b.live(HH3C_STATE_ENTRY, [6, i], TAG.integer, chassis, CHASSIS.cpu);
      b.integer(HH3C_STATE_ENTRY, [7, i], 90);
      b.live(HH3C_STATE_ENTRY, [8, i], TAG.integer, chassis, CHASSIS.memory);
      b.integer(HH3C_STATE_ENTRY, [10, i], 1_073_741_824, TAG.gauge32);
      b.live(HH3C_STATE_ENTRY, [12, i], TAG.integer, chassis, CHASSIS.temperature);
      b.integer(HH3C_STATE_ENTRY, [32, i], 1_073_741_824, TAG.counter64);
      b.live(HH3C_STATE_ENTRY, [34, i], TAG.integer, chassis, CHASSIS.cpu);
    } else {
      for (const column of [6, 7, 8, 10]) b.integer(HH3C_STATE_ENTRY, [column, i], 0);
      b.integer(HH3C_STATE_ENTRY, [12, i], H3C_NO_TEMPERATURE);
    }
  }
  b.text(HH3C_MANUFACTURE_ENTRY, [2, ENTITY.chassis], body.serial);
  const tags = { sensor: body.chassisName };
  b.truth("device.cpu", tags, chassis, CHASSIS.cpu);
  b.truth("device.memory", tags, chassis, CHASSIS.memory);
  b.truth("sensor.temperature", tags, chassis, CHASSIS.temperature);
  const names = portNames(body);
  for (const [i, optic] of body.optics) {
    b.text(HH3C_TRANSCEIVER_ENTRY, [2, i], "1000_BASE_LX_SFP");
    b.integer(HH3C_TRANSCEIVER_ENTRY, [8, i], 1);
    b.live(HH3C_TRANSCEIVER_ENTRY, [9, i], TAG.integer, optic, OPTIC.tx);
    b.live(HH3C_TRANSCEIVER_ENTRY, [12, i], TAG.integer, optic, OPTIC.rx);
    b.live(HH3C_TRANSCEIVER_ENTRY, [15, i], TAG.integer, optic, OPTIC.temperature);
    b.live(HH3C_TRANSCEIVER_ENTRY, [16, i], TAG.integer, optic, OPTIC.voltageCenti);
    b.live(HH3C_TRANSCEIVER_ENTRY, [17, i], TAG.integer, optic, OPTIC.biasCenti);
    const port = { interface: names.get(i)! };
    b.truth("optics.tx_power", port, optic, OPTIC.tx, 0.01);
    b.truth("optics.rx_power", port, optic, OPTIC.rx, 0.01);
    b.truth("optics.temperature", port, optic, OPTIC.temperature);
    b.truth("optics.voltage", port, optic, OPTIC.voltageCenti, 0.01);
    b.truth("optics.bias", port, optic, OPTIC.biasCenti, 1e-5);
  }
  b.integer(HH3C_FAN_ENTRY, [2, 1], 1);
  b.integer(HH3C_FAN_ENTRY, [7, 1], 3600);
  b.integer(HH3C_POWER_ENTRY, [2, 1], 1);
  b.truthOf("sensor.state", { sensor: "fan 1" }, () => 1);
  b.truthOf("sensor.fan_speed", { sensor: "fan 1" }, () => 3600);
  b.truthOf("sensor.state", { sensor: "power supply 1" }, () => 1);
}

/** RUIJIE-PROCESS-MIB, -MEMORY-MIB, -SYSTEM-MIB, -ENTITY-MIB and -FIBER-MIB. */
function addRuijie(b: AgentBuilder, body: SwitchBody): void {
  const { chassis } = body;
  for (const column of [1, 2, 3]) b.live(RUIJIE, [36, 1, 1, column, 0], TAG.integer, chassis, CHASSIS.cpu);
  b.truth("device.cpu", {}, chassis, CHASSIS.cpu);
  const memory = [35, 1, 1, 1] as const;
  b.integer(RUIJIE, [...memory, 1, 1], 1);
  b.text(RUIJIE, [...memory, 2, 1], "Total memory");
  b.live(RUIJIE, [...memory, 3, 1], TAG.integer, chassis, CHASSIS.memory);
  b.integer(RUIJIE, [...memory, 6, 1], 524_288);
  b.truth("device.memory", { sensor: "Total memory" }, chassis, CHASSIS.memory);
  const temperature = [1, 1, 44, 1] as const;
  b.text(RUIJIE, [...temperature, 4, 1, 1, 1], "board");
  b.live(RUIJIE, [...temperature, 5, 1, 1, 1], TAG.integer, chassis, CHASSIS.temperature);
  b.truth("sensor.temperature", { sensor: "device 1 slot 1 sensor 1" }, chassis, CHASSIS.temperature);
  const device = [21, 1, 2, 1] as const;
  b.text(RUIJIE, [...device, 8, 1], body.version);
  b.text(RUIJIE, [...device, 10, 1], body.serial);
  const names = portNames(body);
  const fiber = [105, 1, 1, 1] as const;
  for (const [i, optic] of body.optics) {
    b.text(RUIJIE, [...fiber, 2, i], names.get(i)!);
    b.integer(RUIJIE, [...fiber, 15, i], 1);
    b.live(RUIJIE, [...fiber, 17, i], TAG.integer, optic, OPTIC.temperature);
    b.live(RUIJIE, [...fiber, 19, i], TAG.integer, optic, OPTIC.voltage);
    b.live(RUIJIE, [...fiber, 21, i], TAG.integer, optic, OPTIC.bias);
    b.live(RUIJIE, [...fiber, 76, i], TAG.integer, optic, OPTIC.rx);
    b.live(RUIJIE, [...fiber, 81, i], TAG.integer, optic, OPTIC.tx);
    const port = { interface: names.get(i)! };
    b.truth("optics.temperature", port, optic, OPTIC.temperature);
    b.truth("optics.voltage", port, optic, OPTIC.voltage, 1e-3);
    b.truth("optics.bias", port, optic, OPTIC.bias, 1e-6);
    b.truth("optics.rx_power", port, optic, OPTIC.rx, 0.01);
    b.truth("optics.tx_power", port, optic, OPTIC.tx, 0.01);
  }
}

function portNames(body: SwitchBody): ReadonlyMap<number, string> {
  return new Map(body.ports.map((port) => [port.plan.ifIndex, port.plan.name]));
}
