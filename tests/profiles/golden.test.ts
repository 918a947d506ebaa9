import { describe, expect, it } from "vitest";
import { STATUS_NAMES } from "../../src/measurements/status.ts";
import { applyRule, type Reading } from "../../src/profiles/apply-rule.ts";
import type { ModbusPoint, SnmpPoint } from "../../src/profiles/compiled.ts";
import { loadProfiles } from "../../src/profiles/load.ts";
import { SHIPPED } from "./files.ts";

const set = loadProfiles([SHIPPED]);

function snmpPoint(profile: string, table: string, id: string): SnmpPoint {
  const point = set
    .get(profile)
    ?.snmp?.tables.find((t) => t.id === table)
    ?.points.find((p) => p.id === id);
  if (!point) throw new Error(`${profile} has no point ${table}.${id}`);
  return point;
}

/** What the point makes of the row: a number, the name of a status, or undefined where it does not exist. */
function read(
  point: SnmpPoint,
  raw: number,
  row: Readonly<Record<string, number>> = {},
): number | string | undefined {
  const inputs = (names: readonly string[]) =>
    names.map((name) => (name === "raw" ? raw : (row[name] ?? Number.NaN)));
  if (point.when) {
    const exists = point.when.evaluate(inputs(point.when.inputs));
    if (Number.isNaN(exists) || exists === 0) return undefined;
  }
  const reading: Reading = { value: Number.NaN, status: 0 };
  applyRule(point.rule, raw, reading, inputs(point.rule.expression?.inputs ?? []));
  return reading.status === 0 ? reading.value : STATUS_NAMES[reading.status];
}

describe("traps of SNMP devices", () => {
  it("Huawei optics send hundredths of dBm and microwatts in one column", () => {
    const rx = snmpPoint("huawei-vrp-switch", "hwOptics", "rx");
    expect(rx.quantity.id).toBe("optics.rx_power");
    expect(read(rx, 604)).toBeCloseTo(-2.19, 2);
    expect(read(rx, 78)).toBeCloseTo(-11.079, 3);
    expect(read(rx, -131)).toBe(-1.31);
    expect(read(rx, -3999)).toBeCloseTo(-39.99, 10);
    expect([-1, 0, 2147483647, -4000].map((raw) => read(rx, raw))).toEqual(Array(4).fill("sentinel"));
  });

  it("an entity without processor or thermometer has no reading", () => {
    const cpu = snmpPoint("huawei-vrp-switch", "hwEntity", "cpu");
    expect(read(cpu, 44, { cpuThreshold: 95 })).toBe(44);
    expect(read(cpu, 0, { cpuThreshold: 95 })).toBe(0);
    expect(read(cpu, 0, { cpuThreshold: 0 })).toBeUndefined();
    const huawei = snmpPoint("huawei-vrp-switch", "hwEntity", "temperature");
    expect(read(huawei, 40)).toBe(40);
    expect([0, 2147483646, 2147483647].map((raw) => read(huawei, raw))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    const h3c = snmpPoint("h3c-comware-switch", "hh3cEntity", "temperature");
    expect(read(h3c, 34)).toBe(34);
    expect(read(h3c, 65535)).toBeUndefined();
    const ruijie = snmpPoint("ruijie-switch", "ruijieTemperature", "current");
    expect(read(ruijie, 41)).toBe(41);
    expect(read(ruijie, -255)).toBe("sentinel");
  });

  it("Ruijie's power supply sends milliwatts", () => {
    expect(read(snmpPoint("ruijie-switch", "ruijiePowerSupply", "outPower"), 63472)).toBe(63.472);
    expect(read(snmpPoint("fs-switch", "fsPowerSupply", "outPower"), 56)).toBe(56);
    expect(read(snmpPoint("ruijie-switch", "ruijieFiber", "rx"), -10000)).toBe("sentinel");
    expect(read(snmpPoint("ruijie-switch", "ruijieFiber", "rx"), -531)).toBe(-5.31);
  });

  it("Huawei's controller marks what it does not know with 255 and 0", () => {
    expect(read(snmpPoint("huawei-ac", "hwAp", "temperature"), 255)).toBe("sentinel");
    expect(read(snmpPoint("huawei-ac", "hwRadio", "noise"), 0)).toBe("sentinel");
    expect(read(snmpPoint("huawei-ac", "hwRadio", "noise"), -95)).toBe(-95);
    expect(read(snmpPoint("huawei-ac", "hwRadio", "power"), 255)).toBe("sentinel");
    expect(read(snmpPoint("huawei-ac", "hwRadio", "state"), 255)).toBe("sentinel");
    const state = snmpPoint("huawei-ac", "hwAp", "state");
    const names = Array.from({ length: 15 }, (_, i) => {
      const value = read(state, i + 1);
      return typeof value === "number" ? state.quantity.states?.[value] : value;
    });
    expect(names).toEqual([
      ...["offline", "offline", "fault", "fault", "upgrading", "fault", "upgrading", "online"],
      ...["online", "fault", "online", "fault", "fault", "fault", "fault"],
    ]);
    expect(read(state, 16)).toBe("implausible");
  });

  it("ENTITY-SENSOR-MIB scales by its own columns", () => {
    const celsius = snmpPoint("generic-snmp", "entitySensor", "celsius");
    expect(read(celsius, 415, { type: 8, scale: 9, precision: 1 })).toBeCloseTo(41.5, 9);
    expect(read(celsius, 41500, { type: 8, scale: 8, precision: 0 })).toBeCloseTo(41.5, 9);
    expect(read(celsius, 41, { type: 8 })).toBe(41);
    expect(read(celsius, 41, { type: 4, scale: 9, precision: 0 })).toBeUndefined();
    const volts = snmpPoint("generic-snmp", "entitySensor", "voltsDc");
    expect(read(volts, 3306, { type: 4, scale: 8, precision: 0 })).toBeCloseTo(3.306, 9);
  });

  it("the speed of an interface over 4.29 Gbit/s is ifHighSpeed's", () => {
    const speed = snmpPoint("generic-snmp", "interfaces", "speed");
    expect(read(speed, 1e9, { ifSpeed: 1e9, ifHighSpeed: 1000 })).toBe(1e9);
    expect(read(speed, 4294967295, { ifSpeed: 4294967295, ifHighSpeed: 10000 })).toBe(1e10);
    expect(read(speed, 0, { ifSpeed: 0, ifHighSpeed: 40000 })).toBe(4e10);
    expect(read(speed, 64000, { ifSpeed: 64000, ifHighSpeed: 0 })).toBe(64000);
    expect(read(speed, 10, { ifHighSpeed: 10 })).toBe(1e7);
    expect(read(speed, 0, { ifSpeed: 0 })).toBe(0);
  });

  it("memory of a Linux host leaves buffers and cache out, and a disk over 2^31 units stays positive", () => {
    const memory = snmpPoint("net-snmp-host", "ucdMemory", "memory");
    expect(read(memory, 200, { total: 1000, buffer: 100, cached: 300 })).toBeCloseTo(40, 9);
    expect(read(memory, 200, { total: 1000 })).toBeCloseTo(80, 9);
    expect(read(memory, 0, { total: 0 })).toBe("implausible");
    const disk = snmpPoint("net-snmp-host", "hrStorage", "storage");
    expect(read(disk, -2147483648, { type: 4, used: -2147483648, size: -1 })).toBeCloseTo(50, 6);
    expect(read(disk, 5, { type: 2, used: 5, size: 10 })).toBeUndefined();
  });

  it("a UPS counts in tenths and minutes", () => {
    expect(read(snmpPoint("ups-mib", "upsBattery", "batteryVoltage"), 2707)).toBeCloseTo(270.7, 9);
    expect(read(snmpPoint("ups-mib", "upsBattery", "runtime"), 35)).toBe(2100);
    expect(read(snmpPoint("ups-mib", "upsBattery", "runtime"), 4294967295)).toBe("sentinel");
  });
});

/** Registers as they stand in the answer to the number the type says, by the DataView of the language. */
function registers(point: ModbusPoint, ...words: number[]): number {
  const view = new DataView(new ArrayBuffer(words.length * 2));
  for (const [i, word] of words.entries()) view.setUint16(i * 2, word);
  switch (point.type) {
    case "u16":
      return view.getUint16(0);
    case "s16":
      return view.getInt16(0);
    case "u32":
      return view.getUint32(0);
    case "s32":
      return view.getInt32(0);
    case "float32":
      return view.getFloat32(0);
    default:
      throw new Error(`no vector of type ${point.type}`);
  }
}

function modbusPoint(profile: string, address: number): ModbusPoint {
  for (const group of set.get(profile)?.modbus?.reads ?? [])
    for (const point of group.points) if (group.address + point.offset === address) return point;
  throw new Error(`${profile} has no register ${address}`);
}

function readRegister(
  profile: string,
  address: number,
  ...words: number[]
): [string, string, number | string] {
  const point = modbusPoint(profile, address);
  const reading: Reading = { value: Number.NaN, status: 0 };
  applyRule(point.rule, registers(point, ...words), reading);
  const value = reading.status === 0 ? reading.value : STATUS_NAMES[reading.status]!;
  return [point.quantity.id, point.quantity.unit, value];
}

describe("golden vectors of Modbus meters and sensors", () => {
  it("Acrel ADL400: 0x0640 is 16.00 A; power is 32 bits, signed", () => {
    expect(readRegister("acrel-adl400", 0x64, 0x0640)).toEqual(["electric.current", "A", 16]);
    expect(readRegister("acrel-adl400", 0x16a, 0x0000, 0x0e60)).toEqual(["electric.active_power", "W", 3680]);
    expect(readRegister("acrel-adl400", 0x164, 0xffff, 0xf1a0)).toEqual([
      "electric.active_power",
      "W",
      -3680,
    ]);
    const [, unit, voltage] = readRegister("acrel-adl400", 0x61, 2301);
    expect([unit, voltage]).toEqual(["V", expect.closeTo(230.1, 9)]);
    expect(readRegister("acrel-adl400", 0x17f, 0xfc18)).toEqual(["electric.power_factor", "ratio", -1]);
    expect(readRegister("acrel-adl400", 0x0a, 0x0001, 0x86a0)[2]).toBeCloseTo(1000, 9);
  });

  it("XY-MD02: 0xFFCE is -5.0 degrees, not 6548.6", () => {
    expect(readRegister("xy-md02", 1, 0xffce)).toEqual(["sensor.temperature", "degC", -5]);
    expect(readRegister("xy-md02", 2, 456)[2]).toBeCloseTo(45.6, 9);
    expect(readRegister("xy-md02", 1, 0x7fff)[2]).toBe("implausible");
  });

  it("Chint DDSU666: power in kW, high word first", () => {
    // 0x3FB33333 is 1.4f.
    expect(readRegister("chint-ddsu666", 0x2004, 0x3fb3, 0x3333)[2]).toBeCloseTo(1400, 3);
    expect(readRegister("chint-ddsu666", 0x4000, 0x42f6, 0xe979)[2]).toBeCloseTo(123.456, 3);
  });

  it("Eastron SDM630: float32; a phase that is not connected is no number", () => {
    // 0x43666000 is 230.375f.
    expect(readRegister("eastron-sdm630", 0, 0x4366, 0x6000)).toEqual(["electric.voltage", "V", 230.375]);
    expect(readRegister("eastron-sdm630", 0x34, 0xc47a, 0)).toEqual(["electric.active_power", "W", -1000]);
    expect(readRegister("eastron-sdm630", 2, 0x7fc0, 0)[2]).toBe("implausible");
  });
});

describe("the panel record", () => {
  it("turns words to states, counts faults, and knows what no reading looks like", () => {
    const topic = set.get("smart-board-mqtt")!.mqtt!.topics.find((t) => t.kind === "telemetry")!;
    const point = (id: string) => topic.points.find((p) => p.id === id)!;
    expect(Object.fromEntries(point("power").texts!)).toEqual({ off: 0, standby: 1, on: 2, unknown: 3 });
    expect(Object.fromEntries(point("touch").texts!)).toEqual({ true: 1, false: 0 });
    expect(point("faults").length).toBe(true);
    expect(point("cpu").path).toEqual(["ops", "cpu_pct"]);
    const reading: Reading = { value: Number.NaN, status: 0 };
    applyRule(point("signal").rule, 127, reading);
    expect(STATUS_NAMES[reading.status]).toBe("sentinel");
    applyRule(point("onTotal").rule, 1204.5, reading);
    expect(reading).toEqual({ value: 4336200, status: 0 });
    applyRule(point("energy").rule, 84210, reading);
    expect(reading.value).toBeCloseTo(84.21, 9);
  });
});
