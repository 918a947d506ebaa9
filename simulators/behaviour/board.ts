import type { Seed } from "../world/seed.ts";
import type { WeekProfile } from "./profile.ts";
import { clamp, Wave } from "./wave.ts";

const DAY = 86400;
const LOCAL_OFFSET = 8 * 3600;

export interface BoardPlan {
  readonly mac: string;
  readonly address: string;
  readonly address6: string;
  readonly firmware: string;
  readonly lessons: WeekProfile;
  readonly since: number;
}

/** The canonical panel record: what a board sends. Members are in the order in which they are sent. */
export interface PanelRecord {
  readonly ts: number;
  readonly seq: number;
  readonly power: "on" | "standby";
  readonly source: "ops" | "android" | "hdmi1" | "none";
  readonly volume: number;
  readonly backlight: number;
  readonly temp_c: number;
  readonly ops: {
    readonly present: true;
    readonly power: "on" | "off";
    readonly cpu_pct: number;
    readonly mem_pct: number;
    readonly disk_pct: number;
    readonly os: string;
    readonly uptime_s: number;
  };
  readonly usage_today_s: number;
  readonly on_total_h: number;
  readonly net: {
    readonly mac: string;
    readonly ip4: string;
    readonly ip6: string;
    readonly link_mbps: number;
    readonly rssi: number;
  };
  readonly fw: string;
  readonly lock: boolean;
  readonly touch_ok: boolean;
  readonly fault: readonly string[];
  readonly energy_wh: number;
}

/** A smart board in a classroom: on in lessons, in standby in the evening and at weekends. */
export class Board {
  readonly plan: BoardPlan;
  readonly #wave: Wave;
  readonly #threshold: number;
  readonly #volume: number;
  readonly #disk: number;
  readonly #hours: number;
  /** Usage up to a minute of one day: the next question is nearly always a little later. */
  #counted = { midnight: Number.NaN, minute: 0, seconds: 0 };

  constructor(plan: BoardPlan, seed: Seed) {
    this.plan = plan;
    this.#wave = new Wave(seed);
    this.#threshold = seed.between("threshold", 0.3, 0.62);
    this.#volume = seed.int("volume", 20, 55);
    this.#disk = seed.int("disk", 31, 78);
    this.#hours = seed.int("hours", 800, 7200);
  }

  on(second: number): boolean {
    // A class uses its board in most lessons, not in each: the slow part of the wave decides.
    return this.plan.lessons.level(second) + 0.08 * this.#wave.at(second / 3) > this.#threshold;
  }

  /** The record at a whole second; `seq` counts publications and is the sender's. */
  record(second: number, seq: number): PanelRecord {
    const on = this.on(second);
    const wave = this.#wave;
    const { plan } = this;
    const today = this.usageToday(second);
    return {
      ts: second * 1000,
      seq,
      power: on ? "on" : "standby",
      source: on ? (wave.at(second / 9) > 0.5 ? "hdmi1" : "ops") : "none",
      volume: this.#volume,
      backlight: on ? 72 : 0,
      temp_c: Math.round(10 * ((on ? 46 : 29) + 2.5 * wave.at(second / 3))) / 10,
      ops: {
        present: true,
        power: on ? "on" : "off",
        cpu_pct: on ? Math.round(clamp(28 + 18 * wave.at(second), 2, 99)) : 0,
        mem_pct: on ? Math.round(52 + 6 * wave.at(second / 11)) : 0,
        disk_pct: this.#disk,
        os: "Windows 11 IoT",
        uptime_s: on ? today : 0,
      },
      usage_today_s: today,
      on_total_h: this.#hours + Math.floor(Math.max(0, second - plan.since) / (5 * 3600)),
      net: {
        mac: plan.mac,
        ip4: plan.address,
        ip6: plan.address6,
        link_mbps: 1000,
        rssi: Math.round(-52 + 4 * wave.at(second / 2)),
      },
      fw: plan.firmware,
      lock: false,
      touch_ok: true,
      fault: [],
      energy_wh: Math.max(0, second - plan.since) >> 6,
    };
  }

  /** Seconds in use since local midnight, counted in whole minutes that began with the board on. */
  usageToday(second: number): number {
    const midnight = Math.floor((second + LOCAL_OFFSET) / DAY) * DAY - LOCAL_OFFSET;
    let { minute, seconds } = this.#counted;
    if (this.#counted.midnight !== midnight || minute > second) {
      minute = midnight;
      seconds = 0;
    }
    for (; minute + 60 <= second; minute += 60) if (this.on(minute)) seconds += 60;
    this.#counted = { midnight, minute, seconds };
    return seconds;
  }
}
