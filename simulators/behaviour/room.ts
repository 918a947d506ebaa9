import type { Seed } from "../world/seed.ts";
import type { WeekProfile } from "./profile.ts";
import { clamp, Wave } from "./wave.ts";

const DAY = 86400;
const YEAR = 365.25 * DAY;

/** Temperature and humidity of a room: season, hour, people, and a hot room that the air conditioner left. */
export class RoomSensor {
  readonly #wave: Wave;
  readonly #busy: WeekProfile;
  readonly #bias: number;
  readonly #outdoor: boolean;
  readonly #hot: boolean;

  constructor(seed: Seed, busy: WeekProfile, options: { readonly outdoor: boolean; readonly hot: boolean }) {
    this.#wave = new Wave(seed);
    this.#busy = busy;
    this.#bias = seed.between("bias", -1.2, 1.2);
    this.#outdoor = options.outdoor;
    this.#hot = options.hot;
  }

  /** Tenths of a degree Celsius; a cold store outside goes below zero. */
  tenths(second: number): number {
    if (this.#hot) return Math.round(10 * (36.4 + 0.6 * this.#wave.at(second)));
    const season = Math.cos((2 * Math.PI * (second - 200 * DAY)) / YEAR);
    const hour = Math.cos((2 * Math.PI * (second + 8 * 3600 - 15 * 3600)) / DAY);
    const degrees = this.#outdoor
      ? -3 + 1.5 * season + 1.2 * hour + 0.8 * this.#wave.at(second)
      : 20 +
        5 * season +
        1.2 * hour +
        2 * this.#busy.level(second) +
        this.#bias +
        0.4 * this.#wave.at(second);
    return Math.round(10 * degrees);
  }

  /** Tenths of a percent relative humidity. */
  humidityTenths(second: number): number {
    const humid = 58 + 8 * this.#busy.level(second) + 6 * this.#wave.at(second / 7) - (this.#hot ? 18 : 0);
    return Math.round(10 * clamp(humid, 5, 99));
  }
}
