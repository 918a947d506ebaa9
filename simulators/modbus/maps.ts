import type { Meter } from "../behaviour/meter.ts";
import type { RoomSensor } from "../behaviour/room.ts";
import type { AgentBuilder } from "../snmp/builder.ts";
import type { WorldDevice } from "../world/model.ts";
import {
  FUNCTION,
  type PointType,
  RegisterMap,
  type RegisterPoint,
  type RegisterRange,
} from "./registers.ts";

const INPUT = [FUNCTION.input];
const HOLDING = [FUNCTION.holding];
const EITHER = [FUNCTION.holding, FUNCTION.input];

type Read = (second: number) => number;

function point(functions: readonly number[], type: PointType, address: number, read: Read): RegisterPoint {
  return { functions, type, address, read };
}

function range(functions: readonly number[], from: number, to: number): RegisterRange {
  return { functions, from, to };
}

/** The registers of a device behind a gateway; undefined when it has none. */
export function registerMapOf(device: WorldDevice): RegisterMap | undefined {
  const { body } = device;
  if (body.kind === "room-sensor") return roomSensorMap(body.sensor);
  if (body.kind !== "meter") return undefined;
  switch (body.meter.plan.model) {
    case "SDM630":
      return sdm630Map(body.meter);
    case "DDSU666":
      return ddsu666Map(body.meter);
    case "ADL400":
      return adl400Map(body.meter);
  }
}

/** XY-MD02: input registers 1 and 2, holding registers from 0x0101 (address, baud, corrections). */
function roomSensorMap(sensor: RoomSensor): RegisterMap {
  return new RegisterMap(
    [
      point(INPUT, "s16", 0x0001, (s) => sensor.tenths(s)),
      point(INPUT, "u16", 0x0002, (s) => sensor.humidityTenths(s)),
      point(HOLDING, "u16", 0x0101, () => 1),
      point(HOLDING, "u16", 0x0102, () => 9600),
    ],
    [range(INPUT, 0x0001, 0x0002), range(HOLDING, 0x0101, 0x0104)],
  );
}

/** Eastron SDM630: float32 input registers. */
function sdm630Map(meter: Meter): RegisterMap {
  const points: RegisterPoint[] = [];
  const float = (address: number, read: Read) => points.push(point(INPUT, "float32", address, read));
  for (const phase of [0, 1, 2]) {
    const at = phase * 2;
    float(0x0000 + at, (s) => meter.volts(phase, s));
    float(0x0006 + at, (s) => meter.amps(phase, s));
    float(0x000c + at, (s) => meter.watts(phase, s));
    float(0x0012 + at, (s) => meter.apparent(s) / 3);
    float(0x0018 + at, (s) => meter.reactive(s) / 3);
    float(0x001e + at, (s) => meter.powerFactor(s));
    float(0x015a + at, (s) => meter.importKwh(s) / 3);
  }
  float(0x0034, (s) => meter.totalWatts(s));
  float(0x0038, (s) => meter.apparent(s));
  float(0x003c, (s) => meter.reactive(s));
  float(0x003e, (s) => meter.powerFactor(s));
  float(0x0046, (s) => meter.hertz(s));
  float(0x0048, (s) => meter.importKwh(s));
  float(0x004a, (s) => meter.exportKwh(s));
  float(0x0156, (s) => meter.importKwh(s) + meter.exportKwh(s));
  return new RegisterMap(points, [range(INPUT, 0x0000, 0x0057), range(INPUT, 0x0156, 0x016b)]);
}

/** Chint DDSU666: float32, power in kW; holding registers that input reads answer too. */
function ddsu666Map(meter: Meter): RegisterMap {
  const float = (address: number, read: Read) => point(EITHER, "float32", address, read);
  return new RegisterMap(
    [
      point(EITHER, "u16", 0x0006, () => 1),
      float(0x2000, (s) => meter.volts(0, s)),
      float(0x2002, (s) => meter.amps(0, s)),
      float(0x2004, (s) => meter.totalWatts(s) / 1000),
      float(0x2006, (s) => meter.reactive(s) / 1000),
      float(0x200a, (s) => meter.powerFactor(s)),
      float(0x200e, (s) => meter.hertz(s)),
      float(0x4000, (s) => meter.importKwh(s)),
      float(0x400a, (s) => meter.exportKwh(s)),
    ],
    [range(EITHER, 0x0000, 0x0006), range(EITHER, 0x2000, 0x200f), range(EITHER, 0x4000, 0x400b)],
  );
}

/** Values of an ADL400 as its secondary registers round them, so that both blocks say the same. */
class Adl400 {
  readonly meter: Meter;

  constructor(meter: Meter) {
    this.meter = meter;
  }

  /** The primary value of something measured behind the transformer in steps of `step`. */
  primary(value: number, step: number): number {
    return this.raw(value, step) * step * this.meter.plan.currentRatio;
  }

  raw(value: number, step: number): number {
    return Math.round(value / this.meter.plan.currentRatio / step);
  }
}

/** Acrel ADL400: whole numbers behind the transformers from 0x0000, floats with the ratios applied from 0x0800. */
function adl400Map(meter: Meter): RegisterMap {
  const a = new Adl400(meter);
  const points: RegisterPoint[] = [];
  const secondary = (type: PointType, address: number, read: Read) =>
    points.push(point(HOLDING, type, address, read));
  const primary = (address: number, read: Read) => points.push(point(HOLDING, "float32", address, read));
  secondary("u32", 0x0000, (s) => Math.floor(a.raw(meter.importKwh(s) + meter.exportKwh(s), 0.01)));
  secondary("u32", 0x000a, (s) => Math.floor(a.raw(meter.importKwh(s), 0.01)));
  for (const phase of [0, 1, 2]) {
    secondary("u16", 0x0061 + phase, (s) => Math.round(meter.volts(phase, s) * 10));
    secondary("u16", 0x0064 + phase, (s) => a.raw(meter.amps(phase, s), 0.01));
    secondary("s32", 0x0164 + 2 * phase, (s) => a.raw(meter.watts(phase, s) / 1000, 0.001));
    primary(0x0800 + 2 * phase, (s) => Math.round(meter.volts(phase, s) * 10) / 10);
    primary(0x080c + 2 * phase, (s) => a.primary(meter.amps(phase, s), 0.01));
    primary(0x0814 + 2 * phase, (s) => a.primary(meter.watts(phase, s) / 1000, 0.001));
  }
  secondary("u16", 0x0077, (s) => Math.round(meter.hertz(s) * 100));
  secondary("u16", 0x008d, () => 1);
  secondary("u16", 0x008e, () => meter.plan.currentRatio);
  secondary("s32", 0x016a, (s) => a.raw(meter.totalWatts(s) / 1000, 0.001));
  secondary("s32", 0x0172, (s) => a.raw(meter.reactive(s) / 1000, 0.001));
  secondary("s32", 0x017a, (s) => a.raw(meter.apparent(s) / 1000, 0.001));
  secondary("s16", 0x017f, (s) => Math.round(meter.powerFactor(s) * 1000));
  primary(0x081a, (s) => a.primary(meter.totalWatts(s) / 1000, 0.001));
  primary(0x0822, (s) => a.primary(meter.reactive(s) / 1000, 0.001));
  primary(0x082a, (s) => a.primary(meter.apparent(s) / 1000, 0.001));
  primary(0x0832, (s) => meter.powerFactor(s));
  primary(0x0834, (s) => Math.round(meter.hertz(s) * 100) / 100);
  points.push(
    point(HOLDING, "u32", 0x0842, (s) => Math.floor((meter.importKwh(s) + meter.exportKwh(s)) * 10)),
    point(HOLDING, "u32", 0x084c, (s) => Math.floor(meter.importKwh(s) * 10)),
    point(HOLDING, "u32", 0x0856, (s) => Math.floor(meter.exportKwh(s) * 10)),
  );
  return new RegisterMap(points, [
    range(HOLDING, 0x0000, 0x008e),
    range(HOLDING, 0x0164, 0x017f),
    range(HOLDING, 0x0800, 0x0861),
  ]);
}

const PHASES = ["l1", "l2", "l3"] as const;

/** What is true of a meter or room sensor, in the units of campusd's quantities. */
export function addModbusTruth(b: AgentBuilder, device: WorldDevice): void {
  const { body } = device;
  if (body.kind === "room-sensor") {
    b.truthOf("sensor.temperature", { sensor: "room" }, (s) => body.sensor.tenths(s) * 0.1);
    b.truthOf("sensor.humidity", { sensor: "room" }, (s) => body.sensor.humidityTenths(s) * 0.1);
    return;
  }
  if (body.kind !== "meter") return;
  const { meter } = body;
  const single = meter.phases === 1;
  const a = new Adl400(meter);
  const stepped = meter.plan.model === "ADL400";
  const watts = (value: number) => (stepped ? a.primary(value / 1000, 0.001) * 1000 : value);
  for (const [i, phase] of (single ? PHASES.slice(0, 1) : PHASES).entries()) {
    b.truthOf("electric.voltage", { phase }, (s) => meter.volts(i, s));
    b.truthOf("electric.current", { phase }, (s) =>
      stepped ? a.primary(meter.amps(i, s), 0.01) : meter.amps(i, s),
    );
    if (single) continue;
    b.truthOf("electric.active_power", { phase }, (s) => watts(meter.watts(i, s)));
    if (stepped) continue;
    b.truthOf("electric.apparent_power", { phase }, (s) => meter.apparent(s) / 3);
    b.truthOf("electric.reactive_power", { phase }, (s) => meter.reactive(s) / 3);
    b.truthOf("electric.power_factor", { phase }, (s) => meter.powerFactor(s));
  }
  if (stepped) {
    b.truthOf("sensor.count", { sensor: "pt-ratio" }, () => 1);
    b.truthOf("sensor.count", { sensor: "ct-ratio" }, () => meter.plan.currentRatio);
  }
  const total = { phase: "total" };
  b.truthOf("electric.active_power", total, (s) => watts(meter.totalWatts(s)));
  b.truthOf("electric.reactive_power", total, (s) => watts(meter.reactive(s)));
  if (!single) b.truthOf("electric.apparent_power", total, (s) => watts(meter.apparent(s)));
  b.truthOf("electric.power_factor", total, (s) => meter.powerFactor(s));
  b.truthOf("electric.frequency", total, (s) => meter.hertz(s));
  b.truthOf("electric.import_energy", total, (s) => meter.importKwh(s));
  b.truthOf("electric.export_energy", total, (s) => meter.exportKwh(s));
}
