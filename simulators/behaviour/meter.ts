import type { Seed } from "../world/seed.ts";
import { Flow, Rhythm } from "./flow.ts";
import type { WeekProfile } from "./profile.ts";
import { clamp, Wave } from "./wave.ts";

export type MeterModel = "SDM630" | "DDSU666" | "ADL400";

export interface MeterPlan {
  readonly model: MeterModel;
  readonly profile: WeekProfile;
  /** Watts at the profile's peak, all phases together. */
  readonly peakWatts: number;
  /** A roof that feeds in: power is negative and energy is exported. */
  readonly feedsIn: boolean;
  /** Current transformer ratio (ADL400). */
  readonly currentRatio: number;
  readonly since: number;
}

const PHASE_SHARE = [0.36, 0.33, 0.31] as const;
const WATT_SECONDS_PER_KWH = 3_600_000;

/** An electricity meter: power is the slope of the same curve whose integral is the energy. */
export class Meter {
  readonly plan: MeterPlan;
  readonly #flow: Flow;
  readonly #wave: Wave;
  readonly #base: number;
  readonly #factor: number;

  constructor(plan: MeterPlan, seed: Seed) {
    this.plan = plan;
    this.#flow = new Flow(new Rhythm(plan.profile, seed.of("flow")), plan.peakWatts, plan.since);
    this.#wave = new Wave(seed);
    this.#base = seed.int("base", 3_000, 90_000);
    this.#factor = seed.between("factor", 0.9, 0.97);
  }

  /** 0, 1, 2 for L1..L3; a single-phase meter has only 0. */
  get phases(): number {
    return this.plan.model === "DDSU666" ? 1 : 3;
  }

  /** W, negative when feeding in. */
  totalWatts(second: number): number {
    const watts = this.#flow.rate(second);
    return this.plan.feedsIn ? -watts : watts;
  }

  watts(phase: number, second: number): number {
    return this.totalWatts(second) * (this.phases === 1 ? 1 : PHASE_SHARE[phase]!);
  }

  volts(phase: number, second: number): number {
    return 230 + 2.6 * this.#wave.at(second + phase * 3100) - 2 * this.plan.profile.level(second);
  }

  powerFactor(second: number): number {
    return clamp(this.#factor + 0.01 * this.#wave.at(second + 7), -1, 1);
  }

  amps(phase: number, second: number): number {
    return Math.abs(this.watts(phase, second)) / this.volts(phase, second) / this.powerFactor(second);
  }

  apparent(second: number): number {
    return Math.abs(this.totalWatts(second)) / this.powerFactor(second);
  }

  reactive(second: number): number {
    const watts = this.totalWatts(second);
    return Math.sqrt(Math.max(0, this.apparent(second) ** 2 - watts ** 2));
  }

  hertz(second: number): number {
    return 50 + 0.03 * this.#wave.at(second + 13);
  }

  /** kWh that came in since the meter was made; grows or stays. */
  importKwh(second: number): number {
    const energy = this.plan.feedsIn ? 0 : Math.max(0, this.#flow.exact(second));
    return this.#base + energy / WATT_SECONDS_PER_KWH;
  }

  exportKwh(second: number): number {
    return this.plan.feedsIn ? Math.max(0, this.#flow.exact(second)) / WATT_SECONDS_PER_KWH : 0;
  }
}
