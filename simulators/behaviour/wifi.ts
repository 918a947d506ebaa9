import type { Source } from "../snmp/table.ts";
import type { Seed } from "../world/seed.ts";
import { Share, type Total } from "./flow.ts";
import type { Profiles, WeekProfile } from "./profile.ts";
import { clamp, Wave } from "./wave.ts";

export const RADIO = {
  state: 0,
  channel: 1,
  power: 2,
  use: 3,
  free: 4,
  interference: 5,
  noise: 6,
  clients: 7,
  signal: 8,
  rxBytes: 9,
  txBytes: 10,
  vap1: 11,
  vap2: 12,
  frequencyType: 13,
  bandwidth: 14,
} as const;

export const AP = {
  runState: 0,
  clients: 1,
  cpu: 2,
  memory: 3,
  temperature: 4,
  runTime: 5,
  airUp: 6,
  airDown: 7,
  wireUp: 8,
  wireDown: 9,
  onlineTime: 10,
} as const;

export const CONTROLLER = {
  known: 0,
  online: 1,
  clients: 2,
  clients24: 3,
  clients5: 4,
  upKbps: 5,
  downKbps: 6,
  normalRatio: 7,
  ssid1of24: 8,
  ssid1of5: 9,
  ssid2of24: 10,
  ssid2of5: 11,
} as const;

/** The two networks every school announces. */
export const SSIDS = ["QH-Campus", "QH-Guest"] as const;

const CHANNELS_24 = [1, 6, 11] as const;
const CHANNELS_5 = [36, 40, 44, 48, 149, 153, 157, 161] as const;

/** hwWlanApRunState: 8 normal, 4 fault (the controller has lost the access point). */
const RUN_STATE = { normal: 8, fault: 4 } as const;

export class Radio implements Source {
  readonly index: 0 | 1;
  readonly #ap: AccessPoint;
  readonly #wave: Wave;
  readonly #channel: number;
  readonly #rx: Total;
  readonly #tx: Total;

  constructor(index: 0 | 1, ap: AccessPoint, seed: Seed, up: Total, down: Total) {
    this.index = index;
    this.#ap = ap;
    this.#wave = new Wave(seed);
    this.#channel = seed.pick<number>("channel", index === 0 ? CHANNELS_24 : CHANNELS_5);
    const share = index === 0 ? 0.22 : 0.78;
    this.#rx = new Share(up, share);
    this.#tx = new Share(down, share);
  }

  value(field: number, second: number): number {
    switch (field) {
      case RADIO.state:
        return 1;
      case RADIO.channel:
        return this.#channel;
      case RADIO.power:
        return this.index === 0 ? 17 : 20;
      case RADIO.use:
        return this.#use(second);
      case RADIO.free:
        return 100 - this.#use(second);
      case RADIO.interference:
        return Math.round((this.index === 0 ? 9 : 3) + 3 * this.#wave.at(second + 977));
      case RADIO.noise:
        return Math.round((this.index === 0 ? -91 : -96) + 2.4 * this.#wave.at(second + 5000));
      case RADIO.clients:
        return this.#ap.clientsOf(this.index, second);
      case RADIO.signal:
        return Math.round((this.#ap.plan.weak ? -77 : -61) + 5 * this.#wave.at(second + 1234));
      case RADIO.rxBytes:
        return this.#rx.at(second);
      case RADIO.txBytes:
        return this.#tx.at(second);
      case RADIO.vap1:
        return this.#ap.clientsOf(this.index, second) - this.#guests(second);
      case RADIO.vap2:
        return this.#guests(second);
      case RADIO.frequencyType:
        return this.index + 1;
      case RADIO.bandwidth:
        return this.index === 0 ? 1 : 4;
      default:
        return 0;
    }
  }

  #guests(second: number): number {
    return Math.floor(this.#ap.clientsOf(this.index, second) * 0.13);
  }

  #use(second: number): number {
    const clients = this.#ap.clientsOf(this.index, second);
    const base = this.index === 0 ? 16 : 5;
    return Math.round(
      clamp(base + clients * (this.index === 0 ? 1.3 : 0.9) + 5 * this.#wave.at(second), 1, 97),
    );
  }
}

export interface AccessPointPlan {
  readonly name: string;
  readonly mac: Uint8Array;
  readonly serial: string;
  readonly model: string;
  readonly version: string;
  readonly address: Uint8Array;
  readonly address6: Uint8Array;
  /** The controller has lost it, from `lostAt` on (UTC seconds). */
  readonly offline: boolean;
  readonly lostAt: number;
  /** UTC seconds when it was put up: before that the controller does not know it. */
  readonly from: number;
  /** UTC seconds from which the controller leaves it out, though it is registered; never where undefined. */
  readonly hiddenFrom?: number;
  readonly since: number;
  /** Its stations sit too far away. */
  readonly weak: boolean;
  /** Stations when the place is full. */
  readonly seats: number;
  readonly busy: WeekProfile;
  /** Octets from and to the stations. */
  readonly up: Total;
  readonly down: Total;
}

export class AccessPoint implements Source {
  readonly plan: AccessPointPlan;
  readonly radios: readonly Radio[];
  readonly #wave: Wave;

  constructor(plan: AccessPointPlan, seed: Seed) {
    this.plan = plan;
    this.#wave = new Wave(seed);
    this.radios = plan.offline
      ? []
      : [
          new Radio(0, this, seed.of("r0"), plan.up, plan.down),
          new Radio(1, this, seed.of("r1"), plan.up, plan.down),
        ];
  }

  /** Whether the controller names it. */
  listed(second: number): boolean {
    const { from, hiddenFrom = Number.POSITIVE_INFINITY } = this.plan;
    return second >= from && second < hiddenFrom;
  }

  serves(second: number): boolean {
    return this.listed(second) && !this.#lost(second);
  }

  #lost(second: number): boolean {
    return this.plan.offline && second >= this.plan.lostAt;
  }

  /** Whole stations on a radio; the two radios together make the access point's number. */
  clientsOf(radio: 0 | 1, second: number): number {
    if (this.#lost(second)) return 0;
    const all = this.#clients(second);
    const slow = Math.floor(all * 0.24);
    return radio === 0 ? slow : all - slow;
  }

  value(field: number, second: number): number {
    const { plan } = this;
    const lost = this.#lost(second);
    if (field === AP.runState) return lost ? RUN_STATE.fault : RUN_STATE.normal;
    if (lost) return field === AP.temperature ? 255 : 0;
    switch (field) {
      case AP.clients:
        return this.#clients(second);
      case AP.cpu:
        return Math.round(clamp(8 + this.#clients(second) * 0.6 + 3 * this.#wave.at(second + 99), 1, 99));
      case AP.memory:
        return Math.round(46 + this.#clients(second) * 0.1 + 2 * this.#wave.at(second / 8));
      case AP.temperature:
        return Math.round(43 + 6 * plan.busy.level(second) + 2 * this.#wave.at(second / 5));
      case AP.runTime:
        // Ticks of a hundredth of a second.
        return (Math.max(0, second - plan.since) * 100) % 2 ** 32;
      case AP.onlineTime:
        return Math.max(0, second - plan.since - 40);
      case AP.airUp:
        return plan.up.at(second);
      case AP.airDown:
        return plan.down.at(second);
      case AP.wireUp:
        return plan.up.at(second);
      case AP.wireDown:
        return plan.down.at(second);
      default:
        return 0;
    }
  }

  #clients(second: number): number {
    const busy = this.plan.busy.level(second);
    return Math.max(0, Math.round(this.plan.seats * busy * (0.86 + 0.14 * this.#wave.at(second / 4))));
  }
}

/** A WLAN controller: the sums over its access points. */
export class Controller implements Source {
  readonly aps: readonly AccessPoint[];
  readonly #profiles: Profiles;

  constructor(aps: readonly AccessPoint[], profiles: Profiles) {
    this.aps = aps;
    this.#profiles = profiles;
  }

  value(field: number, second: number): number {
    switch (field) {
      case CONTROLLER.known:
        return this.aps.filter((ap) => ap.listed(second)).length;
      case CONTROLLER.online:
        return this.aps.filter((ap) => ap.serves(second)).length;
      case CONTROLLER.clients:
        return this.#sum(second, (ap) => ap.value(AP.clients, second));
      case CONTROLLER.clients24:
        return this.#sum(second, (ap) => ap.clientsOf(0, second));
      case CONTROLLER.clients5:
        return this.#sum(second, (ap) => ap.clientsOf(1, second));
      case CONTROLLER.upKbps:
        return Math.round(this.#profiles.lessons.level(second) * 9_000);
      case CONTROLLER.downKbps:
        return Math.round(this.#profiles.lessons.level(second) * 52_000);
      case CONTROLLER.normalRatio:
        return Math.round(
          (10_000 * this.value(CONTROLLER.online, second)) /
            Math.max(1, this.value(CONTROLLER.known, second)),
        );
      case CONTROLLER.ssid1of24:
        return this.#radios(0, RADIO.vap1, second);
      case CONTROLLER.ssid1of5:
        return this.#radios(1, RADIO.vap1, second);
      case CONTROLLER.ssid2of24:
        return this.#radios(0, RADIO.vap2, second);
      case CONTROLLER.ssid2of5:
        return this.#radios(1, RADIO.vap2, second);
      default:
        return 0;
    }
  }

  #radios(index: 0 | 1, field: number, second: number): number {
    return this.#sum(second, (ap) => ap.radios[index]?.value(field, second) ?? 0);
  }

  #sum(second: number, of: (ap: AccessPoint) => number): number {
    let sum = 0;
    for (const ap of this.aps) if (ap.listed(second)) sum += of(ap);
    return sum;
  }
}
