import type { Seed } from "../world/seed.ts";
import { Gauges } from "./gauges.ts";
import type { WeekProfile } from "./profile.ts";
import { clamp, Wave } from "./wave.ts";

export const UPS = {
  uptime: 0,
  batteryState: 1,
  secondsOnBattery: 2,
  minutesLeft: 3,
  charge: 4,
  batteryVoltage: 5,
  batteryTemperature: 6,
  inputFrequency: 7,
  inputVoltage: 8,
  outputSource: 9,
  outputVoltage: 10,
  outputCurrent: 11,
  outputPower: 12,
  load: 13,
  alarms: 14,
  engineTime: 15,
  batteryCurrent: 16,
  inputLines: 17,
} as const;

/** On battery for six hours, then back on a full battery and away again: a fault that never ends by itself. */
const BATTERY_CYCLE = 6 * 3600;

/** UPS-MIB (RFC 1628) values in its own units: 0.1 V, 0.1 A, 0.1 Hz, minutes, percent. */
export function upsGauges(seed: Seed, since: number, busy: WeekProfile, onBattery: boolean): Gauges {
  const wave = new Wave(seed);
  const loadBase = seed.between("load", 22, 38);
  const load = (s: number) => Math.round(loadBase + 9 * busy.level(s) + 2 * wave.at(s));
  const away = (s: number) => (onBattery ? (s % BATTERY_CYCLE) + 120 : 0);
  const charge = (s: number) =>
    onBattery
      ? Math.round(96 - (52 * away(s)) / BATTERY_CYCLE)
      : Math.round(clamp(99 + wave.at(s / 40), 0, 100));
  const outputVoltage = (s: number) => Math.round(220 + wave.at(s / 3));
  const power = (s: number) => load(s) * 20;
  return new Gauges([
    (s) => (Math.max(0, s - since) * 100) % 2 ** 32,
    () => 2,
    away,
    (s) => Math.max(3, Math.round((charge(s) * 0.9 * 30) / load(s))),
    charge,
    (s) => Math.round((onBattery ? 498 : 546) + 2 * wave.at(s)),
    (s) => Math.round((onBattery ? 33 : 27) + wave.at(s / 10)),
    (s) => (onBattery ? 0 : Math.round(500 + wave.at(s))),
    (s) => (onBattery ? 0 : Math.round(224 + 3 * wave.at(s / 2))),
    () => (onBattery ? 5 : 3),
    outputVoltage,
    (s) => Math.round((10 * power(s)) / outputVoltage(s)),
    power,
    load,
    () => (onBattery ? 1 : 0),
    (s) => Math.max(0, s - since) % 2 ** 31,
    (s) => (onBattery ? Math.round((10 * power(s)) / 50) : 0),
    () => 1,
  ]);
}
