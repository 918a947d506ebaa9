import type { Seed } from "../world/seed.ts";
import { Gauges } from "./gauges.ts";
import type { WeekProfile } from "./profile.ts";
import { clamp, Wave } from "./wave.ts";

export const CHASSIS = {
  uptime: 0,
  engineTime: 1,
  cpu: 2,
  memory: 3,
  temperature: 4,
  powerState: 5,
  uptimeSeconds: 6,
} as const;

/** Processor, memory, temperature and clocks of a switch or controller; `restartedAt` if it started anew since. */
export function chassisGauges(
  seed: Seed,
  since: number,
  busy: WeekProfile,
  restartedAt = Number.POSITIVE_INFINITY,
): Gauges {
  const wave = new Wave(seed);
  const up = (s: number) => Math.max(0, s - (s < restartedAt ? since : restartedAt));
  const cpuBase = seed.between("cpu", 7, 15);
  const memoryBase = seed.between("memory", 34, 58);
  const temperatureBase = seed.between("temperature", 36, 44);
  return new Gauges([
    (s) => (up(s) * 100) % 2 ** 32,
    (s) => up(s) % 2 ** 31,
    (s) => Math.round(clamp(cpuBase + 18 * busy.level(s) + 5 * wave.at(s), 1, 99)),
    (s) => Math.round(memoryBase + 4 * busy.level(s) + wave.at(s / 20)),
    (s) => Math.round(temperatureBase + 6 * busy.level(s) + 2 * wave.at(s / 6)),
    () => 1,
    (s) => up(s) % 2 ** 31,
  ]);
}

/** 0.01 dBm, 0.01 dBm, microampere, degC, millivolt, and the same in other makers' units. */
export const OPTIC = {
  rx: 0,
  tx: 1,
  bias: 2,
  temperature: 3,
  voltage: 4,
  biasCenti: 5,
  voltageCenti: 6,
} as const;

/** Days in which a fibre that degrades has lost its first 7 dB, and what it loses at most, 0.01 dB. */
const FADE = { days: 10, loss: 700, most: 1150 } as const;

/** `fadesFrom`: UTC second from which the light that is received falls, slowly first. */
export function opticGauges(seed: Seed, weak: boolean, fadesFrom = Number.POSITIVE_INFINITY): Gauges {
  const wave = new Wave(seed);
  const lost = (s: number) =>
    Math.min(FADE.most, FADE.loss * (Math.max(0, s - fadesFrom) / (FADE.days * 86_400)) ** 2);
  const rx = weak ? -1640 : -seed.int("rx", 420, 880);
  const tx = -seed.int("tx", 210, 420);
  const bias = seed.int("bias", 26_000, 38_000);
  const biasAt = (s: number) => Math.round(bias / 10 + 12 * wave.at(s + 31)) * 10;
  const voltageAt = (s: number) => Math.round(330 + 1.4 * wave.at(s + 77)) * 10;
  return new Gauges([
    (s) => Math.round(rx - lost(s) + 12 * wave.at(s)),
    (s) => Math.round(tx + 6 * wave.at(s + 500)),
    biasAt,
    (s) => Math.round(37 + 4 * wave.at(s / 9)),
    voltageAt,
    (s) => biasAt(s) / 10,
    (s) => voltageAt(s) / 10,
  ]);
}

export const POE_PORT = { state: 0, milliwatts: 1, adminEnable: 2, powerClass: 3 } as const;
export const POE_SUPPLY = { budget: 0, state: 1, watts: 2, milliwatts: 3 } as const;

/** pethPsePortDetectionStatus: 2 searching, 3 deliveringPower. */
export function poePortGauges(seed: Seed, watts: number, busy: WeekProfile): Gauges {
  const wave = new Wave(seed);
  return new Gauges([
    () => (watts > 0 ? 3 : 2),
    (s) => (watts > 0 ? Math.round(1000 * watts * (0.7 + 0.25 * busy.level(s) + 0.04 * wave.at(s))) : 0),
    () => 1,
    () => (watts > 0 ? 5 : 1),
  ]);
}

export function poeSupplyGauges(ports: readonly Gauges[], budget: number): Gauges {
  const milliwatts = (s: number) => ports.reduce((sum, port) => sum + port.value(POE_PORT.milliwatts, s), 0);
  return new Gauges([() => budget, () => 1, (s) => Math.round(milliwatts(s) / 1000), milliwatts]);
}
