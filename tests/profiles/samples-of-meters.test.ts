import { describe, expect, it } from "vitest";
import { RegisterReader } from "../../collectors/modbus/decode.ts";
import { deviceTime, lookUp, parsePayload, rawValue } from "../../collectors/mqtt/decode.ts";
import { STATUS } from "../../src/measurements/status.ts";
import { applyRule, type Reading } from "../../src/profiles/apply-rule.ts";
import type { ValueRule } from "../../src/profiles/compiled.ts";
import { loadProfiles } from "../../src/profiles/load.ts";
import { SHIPPED } from "./files.ts";

/**
 * What the shipped Modbus and MQTT families send, with invented values in the form that their manuals give: every
 * register and every member must come out as the reading that was meant.
 */
const set = loadProfiles([SHIPPED]);

/** Protocol address to the octets from there on, hexadecimal, and the readings that must come of them. */
const METERS: Readonly<Record<string, readonly Registers[]>> = {
  "acrel-adl400": [
    { at: 0x000a, octets: "0002ced9", read: { importEnergy: 1840.25 } },
    {
      at: 0x0061,
      octets: "0900 0907 08f8 01c2 01a9 0177",
      read: {
        voltageL1: 230.4,
        voltageL2: 231.1,
        voltageL3: 229.6,
        currentL1: 4.5,
        currentL2: 4.25,
        currentL3: 3.75,
      },
    },
    { at: 0x0077, octets: "138a", read: { frequency: 50.02 } },
    { at: 0x008d, octets: "0001 0028", read: { ptRatio: 1, ctRatio: 40 } },
    {
      at: 0x0164,
      octets: "000003f5 000003bc fffffcb4 00000afd",
      read: { powerL1: 1013, powerL2: 956, powerL3: -844, power: 2813 },
    },
    { at: 0x0172, octets: "000000fe", read: { reactive: 254 } },
    { at: 0x017a, octets: "00000b40", read: { apparent: 2880 } },
    { at: 0x017f, octets: "03cf", read: { powerFactor: 0.975 } },
  ],
  "chint-ddsu666": [
    {
      at: 0x2000,
      octets: "43666666 40900000 3f81999a 3dad0e56",
      read: { voltage: 230.4, current: 4.5, power: 1012.5, reactive: 84.5 },
    },
    { at: 0x200a, octets: "3f79999a", read: { powerFactor: 0.975 } },
    { at: 0x200e, octets: "4248147b", read: { frequency: 50.02 } },
    { at: 0x4000, octets: "44e60800", read: { importEnergy: 1840.25 } },
    { at: 0x400a, octets: "41c40000", read: { exportEnergy: 24.5 } },
  ],
  "eastron-sdm630": [
    {
      at: 0x0000,
      octets: "43666666 4367199a 4365999a 40900000 40880000 40700000 447d2000 446f1000 c452f000",
      read: {
        voltageL1: 230.4,
        voltageL2: 231.1,
        voltageL3: 229.6,
        currentL1: 4.5,
        currentL2: 4.25,
        currentL3: 3.75,
        powerL1: 1012.5,
        powerL2: 956.25,
        powerL3: -843.75,
      },
    },
    {
      at: 0x0012,
      octets: "4481999a 4481999a 4481999a 42a90000 42a90000 c2a90000 3f79999a 3f79999a bf79999a",
      read: {
        apparentL1: 1036.8,
        apparentL2: 1036.8,
        apparentL3: 1036.8,
        reactiveL1: 84.5,
        reactiveL2: 84.5,
        reactiveL3: -84.5,
        powerFactorL1: 0.975,
        powerFactorL2: 0.975,
        powerFactorL3: -0.975,
      },
    },
    { at: 0x0034, octets: "452fc800", read: { power: 2812.5 } },
    { at: 0x0038, octets: "45340000", read: { apparent: 2880 } },
    { at: 0x003c, octets: "437d8000 3f79999a", read: { reactive: 253.5, powerFactor: 0.975 } },
    {
      at: 0x0046,
      octets: "4248147b 44e60800 41c40000",
      read: { frequency: 50.02, importEnergy: 1840.25, exportEnergy: 24.5 },
    },
  ],
  "xy-md02": [{ at: 0x0001, octets: "ffce 01c8", read: { temperature: -5, humidity: 45.6 } }],
};

interface Registers {
  readonly at: number;
  readonly octets: string;
  /** Point to its value in the quantity's unit. */
  readonly read: Readonly<Record<string, number>>;
}

function readingOf(rule: ValueRule, raw: number): number | undefined {
  const reading: Reading = { value: Number.NaN, status: STATUS.absent };
  applyRule(rule, raw, reading);
  return reading.status === STATUS.ok ? reading.value : undefined;
}

describe.each(set.list().filter(({ modbus }) => modbus))("the registers of $id", ({ id, modbus }) => {
  const samples = METERS[id] ?? [];
  const points = modbus!.reads.flatMap((read) => read.points.map((point) => ({ ...point, read })));
  const reader = new RegisterReader();

  it("are all here", () => {
    const shown = samples.flatMap(({ read }) => Object.keys(read));
    expect(shown.toSorted()).toEqual(points.map((point) => point.id).toSorted());
  });

  it.each(points)("$id", (point) => {
    const address = point.read.address + point.offset;
    const sample = samples.find(({ read }) => point.id in read)!;
    const octets = Buffer.from(sample.octets.replaceAll(" ", ""), "hex");
    const raw = reader.read(octets, point.read.functionCode, { ...point, offset: address - sample.at });
    expect(readingOf(point.rule, raw)).toBeCloseTo(sample.read[point.id]!, 3);
  });
});

/** The panel record of docs/profiles.md, and its readings by point. */
const RECORD = `{
  "ts": 1764000000000, "seq": 17, "power": "on", "source": "ops", "volume": 35, "backlight": 80, "temp_c": 41.5,
  "ops": { "present": true, "power": "on", "cpu_pct": 12, "mem_pct": 48, "disk_pct": 61, "os": "Windows 11", "uptime_s": 5400 },
  "usage_today_s": 9300, "on_total_h": 1204.5, "touch_ok": true, "fault": ["fan"], "fw": "3.2.1", "energy_wh": 84210,
  "net": { "mac": "02:00:5e:00:53:01", "ip4": "192.0.2.3", "ip6": "2001:db8::3", "link_mbps": 866, "rssi": -58 }
}`;
const RECORDS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  "smart-board-mqtt": {
    power: 2,
    source: 1,
    volume: 35,
    backlight: 80,
    temperature: 41.5,
    cpu: 12,
    memory: 48,
    disk: 61,
    usageToday: 9300,
    onTotal: 4_336_200,
    touch: 1,
    faults: 1,
    signal: -58,
    energy: 84.21,
  },
};

describe.each(set.list().filter(({ mqtt }) => mqtt))("the messages of $id", ({ id, mqtt }) => {
  const topic = mqtt!.topics.find(({ kind }) => kind === "telemetry")!;
  const payload = parsePayload(Buffer.from(RECORD));
  const json = payload.ok ? payload.json : null;
  const wanted = RECORDS[id] ?? {};

  it("are all here", () => {
    expect(Object.keys(wanted).toSorted()).toEqual(topic.points.map((point) => point.id).toSorted());
    expect(deviceTime(topic.time!, json)).toBe(1_764_000_000_000);
    const texts = topic.identity.map(([member, path]) => [member, lookUp(json, path)]);
    expect(Object.fromEntries(texts)).toEqual({ version: "3.2.1" });
  });

  it.each(topic.points)("$id", (point) => {
    expect(readingOf(point.rule, rawValue(point, json)!)).toBeCloseTo(wanted[point.id]!, 6);
  });
});
