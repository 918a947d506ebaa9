import { quantity } from "../../src/measurements/quantities.ts";
import type { TagKey } from "../../src/measurements/series.ts";
import type { CompiledProfile, ModbusPoint, ModbusRead, ValueRule } from "../../src/profiles/compiled.ts";
import { boundedRule, constant, constantTags } from "./harness.ts";

export function point(
  id: string,
  quantityId: string,
  offset: number,
  type: ModbusPoint["type"],
  rule: Partial<ValueRule> = {},
  tags: Partial<Record<TagKey, string>> = {},
  wordOrder: ModbusPoint["wordOrder"] = "big",
): ModbusPoint {
  return {
    id,
    quantity: quantity(quantityId),
    offset,
    type,
    wordOrder,
    rule: boundedRule(quantityId, rule),
    label: constant(id),
    tags: constantTags(tags),
    source: { text: "test", line: 1 },
  };
}

export function profile(id: string, reads: readonly ModbusRead[], pauseMs = 0): CompiledProfile {
  return {
    id,
    title: { zh: id, en: id },
    vendor: "Test",
    os: "test",
    role: "meter",
    file: `${id}.yaml`,
    match: [],
    modbus: { reads, pauseMs },
  };
}

const EVERY = 10_000;

/** Eastron SDM630, FC04, float32. */
export const SDM630 = profile("eastron-sdm630", [
  {
    functionCode: 4,
    address: 0x0000,
    count: 6,
    everyMs: EVERY,
    points: [
      point("voltage.l1", "electric.voltage", 0, "float32", {}, { phase: "l1" }),
      point("voltage.l2", "electric.voltage", 2, "float32", {}, { phase: "l2" }),
      point("voltage.l3", "electric.voltage", 4, "float32", {}, { phase: "l3" }),
    ],
  },
  {
    functionCode: 4,
    address: 0x0034,
    count: 2,
    everyMs: EVERY,
    points: [point("power", "electric.active_power", 0, "float32", {}, { phase: "total" })],
  },
  {
    functionCode: 4,
    address: 0x0046,
    count: 4,
    everyMs: EVERY,
    points: [
      point("frequency", "electric.frequency", 0, "float32"),
      point("import", "electric.import_energy", 2, "float32", {}, { phase: "total" }),
    ],
  },
]);

/** Chint DDSU666, FC03, float32, power in kW. */
export const DDSU666 = profile("chint-ddsu666", [
  {
    functionCode: 3,
    address: 0x2000,
    count: 6,
    everyMs: EVERY,
    points: [
      point("voltage", "electric.voltage", 0, "float32", {}, { phase: "l1" }),
      point("current", "electric.current", 2, "float32", {}, { phase: "l1" }),
      point("power", "electric.active_power", 4, "float32", { scale: 1000 }, { phase: "total" }),
    ],
  },
]);

/** Acrel ADL400, FC03, secondary side. */
export const ADL400 = profile("acrel-adl400", [
  {
    functionCode: 3,
    address: 0x0061,
    count: 6,
    everyMs: EVERY,
    points: [
      point("voltage.l1", "electric.voltage", 0, "u16", { scale: 0.1 }, { phase: "l1" }),
      point("current.l1", "electric.current", 3, "u16", { scale: 0.01 }, { phase: "l1" }),
    ],
  },
  {
    functionCode: 3,
    address: 0x0164,
    count: 8,
    everyMs: EVERY,
    points: [
      point("power.l1", "electric.active_power", 0, "s32", {}, { phase: "l1" }),
      point("power.total", "electric.active_power", 6, "s32", {}, { phase: "total" }),
    ],
  },
]);

/** XY-MD02, FC04. */
export const XYMD02 = profile("xy-md02", [
  {
    functionCode: 4,
    address: 0x0001,
    count: 2,
    everyMs: EVERY,
    points: [
      point("temperature", "sensor.temperature", 0, "s16", { scale: 0.1 }),
      point("humidity", "sensor.humidity", 1, "u16", { scale: 0.1 }),
    ],
  },
]);
