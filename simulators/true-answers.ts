import { PORT, type Port } from "./behaviour/port.ts";
import type { HistoryRecorder } from "./history/recorder.ts";
import type { School, WorldLink } from "./world/model.ts";
import type { World } from "./world/world.ts";

/** UTC ms, [from, to). */
export interface TrueWindow {
  readonly from: number;
  readonly to: number;
}

export interface TrueShare {
  readonly numerator: number;
  readonly denominator: number;
}

/** Rooms in which lessons are held: what full coverage is counted over. */
const TEACHING: ReadonlySet<string> = new Set([
  "classroom",
  "laboratory",
  "computer-room",
  "multimedia",
  "library",
]);
const SLOT_MS = 300_000;
/** The two ends of a difference are not read in the same instant. */
const LINE_TOLERANCE = 1.05;
const HOUR_MS = 3_600_000;
const LOCAL_OFFSET = 8 * HOUR_MS;

/**
 * What is true of the questions that campusd answers: made of the world itself, of no counter and no sample. A
 * program that makes its answers of polls is held against it.
 */
export class TrueAnswers {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  /** Octets of IPv6 and of both versions that a link carried, both directions, also while a device started anew. */
  ipv6Octets(link: string, { from, to }: TrueWindow): TrueShare {
    const { line } = this.#portOf(link);
    const made = (total: { at(second: number): number }): number =>
      total.at(to / 1000) - total.at(from / 1000);
    const v6 = made(line.v6In) + made(line.v6Out);
    return { numerator: v6, denominator: v6 + made(line.v4In) + made(line.v4Out) };
  }

  /** The same of a school: all its lines. Undefined where its core counts only what is for itself. */
  schoolIpv6Octets(school: string, window: TrueWindow): TrueShare | undefined {
    const { links, story } = this.#schoolOf(school);
    if (story.ipv6.counters === "control-plane") return undefined;
    const all = links.map((link) => this.ipv6Octets(link.id, window));
    return {
      numerator: all.reduce((sum, one) => sum + one.numerator, 0),
      denominator: all.reduce((sum, one) => sum + one.denominator, 0),
    };
  }

  /**
   * The larger direction of each 5-minute slot of a link, bit/s, ascending: the 95th percentile is the member of rank
   * ceil(0.95 n). `from` and `to` are multiples of 5 minutes.
   */
  slotRates(link: string, { from, to }: TrueWindow): Float64Array {
    const { line } = this.#portOf(link);
    const rates = new Float64Array((to - from) / SLOT_MS);
    for (let slot = 0; slot < rates.length; slot++) {
      const start = (from + slot * SLOT_MS) / 1000;
      const end = start + SLOT_MS / 1000;
      const made = (total: { at(second: number): number }): number => total.at(end) - total.at(start);
      rates[slot] = (Math.max(made(line.in), made(line.out)) * 8) / (SLOT_MS / 1000);
    }
    return rates.sort();
  }

  /** Teaching rooms that an access point is registered for, of all teaching rooms. */
  presence(school: string): TrueShare {
    const { devices, buildings } = this.#schoolOf(school);
    const served = new Set(devices.flatMap((device) => device.serves ?? []));
    const rooms = buildings.flatMap((building) => building.rooms).filter((room) => TEACHING.has(room.type));
    return {
      numerator: rooms.filter((room) => served.has(`${room.building}/${room.id}`)).length,
      denominator: rooms.length,
    };
  }

  /**
   * Registered access points of teaching rooms in the 5-minute slots of 07:00 to 22:00, local time, in which the
   * controller was asked: those in which they served, of all. `asked` says whether it was asked at a second.
   */
  service(
    school: string,
    { from, to }: TrueWindow,
    asked: (controller: string, second: number) => boolean,
    hours = { from: 7, to: 22 },
  ): TrueShare {
    const { devices } = this.#schoolOf(school);
    let numerator = 0;
    let denominator = 0;
    for (const device of devices) {
      if (device.body.kind !== "ap" || !device.serves?.some((room) => this.#teaches(school, room))) continue;
      const { ap } = device.body;
      for (let time = Math.ceil(from / SLOT_MS) * SLOT_MS; time + SLOT_MS <= to; time += SLOT_MS) {
        const hour = Math.floor((time + LOCAL_OFFSET) / HOUR_MS) % 24;
        if (hour < hours.from || hour >= hours.to || !asked(device.parent!, time / 1000)) continue;
        denominator++;
        if (ap.serves(time / 1000)) numerator++;
      }
    }
    return { numerator, denominator };
  }

  /** Ways up of a school that work at a moment: lines of one duct are one way. */
  waysUp(school: string, timeMs: number): number {
    const { links } = this.#schoolOf(school);
    const up = links.filter(
      (link) => this.#portOf(link.id).value(PORT.operState, Math.floor(timeMs / 1000)) === 1,
    );
    return new Set(up.map((link) => link.duct)).size;
  }

  /** Stations in a school's networks, and those of them with a global address of IPv6. What it manages is none. */
  terminals(school: string, timeMs: number): TrueShare {
    const core = this.#world.devices.get(`${school}-core1`)!;
    if (core.body.kind !== "switch") throw new Error(`${core.id} is no switch`);
    const own = this.#ownMacs(school, timeMs / 1000);
    const macs = (over6: boolean): number =>
      new Set(
        core.body.kind === "switch"
          ? core.body.switch.hosts
              .filter(({ octets }) => octets.length === 4 || octets[0] === 0x20)
              .filter(({ octets }) => !over6 || octets.length === 16)
              .map(({ mac }) => mac.join("."))
              .filter((mac) => !own.has(mac))
          : [],
      ).size;
    return { numerator: macs(true), denominator: macs(false) };
  }

  /**
   * Slots of a window in which the octets of a link cannot be told when its device is polled as the recorder does:
   * it was not asked, it started anew since it was asked before, or its counter can have gone round twice.
   */
  gaps(link: string, { from, to }: TrueWindow, recorder: HistoryRecorder, mostMissed = 12): number {
    const { device } = this.#linkOf(link);
    const { restartedAt, mega } = this.#portOf(link).plan;
    const { story } = this.#schoolOf(this.#world.devices.get(device)!.school);
    // A counter of 32 bits that can have gone round more than once since proves nothing.
    const longest =
      story.ipv6.counters === "narrow" ? (2 ** 32 * 8) / (mega * 1e6 * LINE_TOLERANCE) : Infinity;
    let gaps = 0;
    let previous = Number.NaN;
    for (let second = from / 1000 - 300; second < to / 1000; second += 300) {
      const inside = second >= from / 1000;
      if (recorder.misses(device, second)) {
        if (inside) gaps++;
        continue;
      }
      const anew =
        Number.isNaN(previous) ||
        second - previous > (mostMissed + 1) * 300 ||
        second - previous >= longest ||
        (restartedAt !== undefined && previous < restartedAt && second >= restartedAt);
      if (inside && anew) gaps++;
      previous = second;
    }
    return gaps;
  }

  #teaches(school: string, place: string): boolean {
    return this.#schoolOf(school).buildings.some((building) =>
      building.rooms.some((room) => TEACHING.has(room.type) && `${building.id}/${room.id}` === place),
    );
  }

  /** MACs of the school's own devices, as far as one of them tells of them. */
  #ownMacs(school: string, second: number): ReadonlySet<string> {
    const found = new Set<string>();
    for (const { body } of this.#schoolOf(school).devices) {
      if (body.kind === "ap" && body.ap.listed(second)) found.add(body.ap.plan.mac.join("."));
      if (body.kind === "switch" || body.kind === "controller")
        for (const port of body.switch.ports) found.add(port.plan.mac.join("."));
    }
    return found;
  }

  #schoolOf(id: string): School {
    const found = this.#world.schools.find((school) => school.id === id);
    if (!found) throw new RangeError(`no school ${id}`);
    return found;
  }

  #linkOf(id: string): WorldLink {
    const all = [...this.#world.schools.flatMap((school) => school.links), ...this.#world.site.links];
    const found = all.find((link) => link.id === id);
    if (!found) throw new RangeError(`no link ${id}`);
    return found;
  }

  #portOf(id: string): Port {
    const link = this.#linkOf(id);
    const { body } = this.#world.devices.get(link.device)!;
    if (body.kind !== "switch") throw new RangeError(`${link.device} is no switch`);
    return body.switch.ports.find((port) => port.plan.name === link.interface)!;
  }
}
