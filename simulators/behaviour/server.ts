import type { Seed } from "../world/seed.ts";
import { Gauges } from "./gauges.ts";
import type { WeekProfile } from "./profile.ts";
import { clamp, Wave } from "./wave.ts";

export const SERVER = {
  uptime: 0,
  engineTime: 1,
  cpu1: 2,
  cpu2: 3,
  memoryTotal: 4,
  memoryFree: 5,
  memoryBuffer: 6,
  memoryCached: 7,
  memoryUsedUnits: 8,
  rootUsedUnits: 9,
  dataUsedUnits: 10,
  load1: 11,
  load5: 12,
  load15: 13,
  rawUser: 14,
  rawSystem: 15,
  rawIdle: 16,
  processes: 17,
} as const;

/** kB, and 4,096-octet units for the storage table. */
export const SERVER_SIZE = { memoryKb: 16_264_180, rootUnits: 12_902_400, dataUnits: 244_187_136 } as const;

/** Values of HOST-RESOURCES-MIB and UCD-SNMP-MIB of a Linux server. */
export function serverGauges(seed: Seed, since: number, busy: WeekProfile): Gauges {
  const wave = new Wave(seed);
  const up = (s: number) => Math.max(0, s - since);
  const cpu = (s: number) => clamp(6 + 26 * busy.level(s) + 6 * wave.at(s), 1, 99);
  const root = seed.between("root", 0.35, 0.7);
  const data = seed.between("data", 0.4, 0.86);
  const cached = Math.round(SERVER_SIZE.memoryKb * 0.38);
  const buffer = 412_340;
  const free = (s: number) =>
    Math.round(SERVER_SIZE.memoryKb * (0.24 - 0.08 * busy.level(s) + 0.01 * wave.at(s / 5)));
  return new Gauges([
    (s) => (up(s) * 100) % 2 ** 32,
    (s) => up(s) % 2 ** 31,
    (s) => Math.round(cpu(s)),
    (s) => Math.round(cpu(s + 40)),
    () => SERVER_SIZE.memoryKb,
    free,
    () => buffer,
    () => cached,
    (s) => Math.floor((SERVER_SIZE.memoryKb - free(s)) / 4),
    () => Math.round(SERVER_SIZE.rootUnits * root),
    (s) => Math.round(SERVER_SIZE.dataUnits * data + (up(s) % 2_592_000) * 3),
    (s) => Math.round(cpu(s) * 4.1),
    (s) => Math.round(cpu(s - 120) * 3.9),
    (s) => Math.round(cpu(s - 400) * 3.8),
    (s) => Math.floor(up(s) * 21) % 2 ** 32,
    (s) => Math.floor(up(s) * 9) % 2 ** 32,
    (s) => Math.floor(up(s) * 168) % 2 ** 32,
    (s) => 180 + Math.round(8 * wave.at(s)),
  ]);
}
