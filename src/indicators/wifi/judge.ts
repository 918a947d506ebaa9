import type { Inventory, School } from "../../inventory/model.ts";
import { Calendar } from "../calendar.ts";
import type { IndicatorSources, Window } from "../contract.ts";
import { rollUp, type Share, shareOf, unknownShare } from "../share.ts";
import { apKeyOf, type CoveragePlan, coveragePlan, type PlannedAp, TEACHING_ROOMS } from "./plan.ts";
import {
  addHeard,
  type Heard,
  heardWell,
  nothingHeard,
  QUALITY_LIMITS,
  type QualityLimits,
  type RadioLoad,
  radioLoad,
} from "./quality.ts";
import { newestSlot, type Reporter, readReports, reportOf, serviceOf } from "./reports.ts";
import { SLOT_MS, type TermHours, type TermSlots, termSlots } from "./term-hours.ts";

export interface WifiOptions {
  /** Types of the rooms that need coverage. */
  readonly rooms: readonly string[];
  readonly termHours: TermHours;
  readonly timezone: string;
  readonly limits: QualityLimits;
}

export const WIFI_DEFAULTS: WifiOptions = Object.freeze({
  rooms: TEACHING_ROOMS,
  termHours: Object.freeze({ from: 7, to: 22 }),
  timezone: "Asia/Shanghai",
  limits: QUALITY_LIMITS,
});

/** An access point that covers a room, and what is known of it. */
export interface JudgedAp {
  readonly ap: PlannedAp;
  readonly reporter: Reporter | undefined;
  /** Slots of term hours in which it served, in which it did not, and in which nobody can tell. */
  readonly served: number;
  readonly unserved: number;
  readonly untold: number;
  readonly radios: readonly { readonly radio: string; readonly load: RadioLoad }[];
}

export interface JudgedRoom {
  /** `school/building/room`. */
  readonly path: string;
  readonly name: string;
  readonly aps: readonly JudgedAp[];
  readonly heard: Heard;
  /** Undefined: nothing to judge by. */
  readonly signalGood: boolean | undefined;
}

/** All that is said about Wi-Fi of one school in one window; the four layers are never one number. */
export interface WifiJudgement {
  readonly school: string;
  readonly window: Window;
  readonly slots: TermSlots;
  readonly plan: CoveragePlan;
  readonly rooms: readonly JudgedRoom[];
  readonly presence: Share;
  readonly service: Share;
  readonly signal: Share;
  readonly capacity: Share;
  readonly reporters: ReadonlyMap<string, Reporter>;
  /** `controller`, `ap`: listed by a controller of the school and in no register. */
  readonly strangers: readonly { readonly controller: string; readonly ap: string }[];
  /** UTC ms of the newest slot in which somebody told of an access point. */
  readonly at: number | null;
}

export async function judgeWifi(
  sources: IndicatorSources,
  options: WifiOptions,
  school: School,
  window: Window,
): Promise<WifiJudgement> {
  const inventory = sources.inventory();
  const plan = coveragePlan(inventory, school, new Set(options.rooms));
  const slots = termSlots(new Calendar(options.timezone), window, options.termHours);
  const reporters = await readReports(sources.store, plan, slots);
  const judged = new Map(
    plan.covering.map((ap) => [ap, judgeAp(ap, reporters.get(ap.reporter), slots, options.limits)]),
  );
  const rooms = plan.rooms.map(({ room, aps }): JudgedRoom => {
    const heard = nothingHeard();
    for (const ap of aps) addHeard(heard, reportOf(ap, reporters.get(ap.reporter)), slots, options.limits);
    return {
      path: room.path,
      name: room.name,
      aps: aps.map((ap) => judged.get(ap)!),
      heard,
      signalGood: heardWell(heard, options.limits),
    };
  });
  const at = newestAnswer(reporters, slots);
  return {
    school: school.id,
    window,
    slots,
    plan,
    rooms,
    presence: presenceShare(rooms),
    service: serviceShare([...judged.values()], rooms.length, at),
    signal: signalShare(rooms, at),
    capacity: capacityShare([...judged.values()], rooms.length, at),
    reporters,
    strangers: strangersOf(inventory, school, plan, reporters),
    at,
  };
}

function judgeAp(
  ap: PlannedAp,
  reporter: Reporter | undefined,
  slots: TermSlots,
  limits: QualityLimits,
): JudgedAp {
  const service = serviceOf(ap, reporter, slots);
  let served = 0;
  let unserved = 0;
  let untold = 0;
  for (let slot = 0; slot < slots.slots; slot++) {
    if (!slots.inTerm[slot]) continue;
    if (Number.isNaN(service[slot]!)) untold++;
    else if (service[slot] === 1) served++;
    else unserved++;
  }
  const radios = [...(reportOf(ap, reporter)?.radios.values() ?? [])].map((radio) => ({
    radio: radio.radio,
    load: radioLoad(radio, slots, limits),
  }));
  return { ap, reporter, served, unserved, untold, radios };
}

/** Presence is counted from the register alone: it says what should be there. */
function presenceShare(rooms: readonly JudgedRoom[]): Share {
  const present = rooms.filter((room) => room.aps.length > 0).length;
  return shareOf(present, rooms.length, { at: null, why: "not-registered", evidence: "inferred" });
}

function serviceShare(aps: readonly JudgedAp[], rooms: number, at: number | null): Share {
  if (rooms === 0) return unknownShare("not-registered");
  if (aps.length === 0) return unknownShare("no-device");
  return rollUp(
    aps.map(({ served, unserved, untold }) =>
      shareOf(served, served + unserved, { unknown: untold, at, why: "no-data" }),
    ),
  );
}

function signalShare(rooms: readonly JudgedRoom[], at: number | null): Share {
  if (rooms.length === 0) return unknownShare("not-registered");
  const covered = rooms.filter((room) => room.aps.length > 0);
  // A room without an access point is a matter of presence, and has no stations to hear.
  const unheard = rooms.length - covered.length;
  if (covered.length === 0) return unknownShare("no-device", unheard);
  const judged = covered.filter((room) => room.signalGood !== undefined);
  const told = covered.some((room) => room.heard.told);
  return shareOf(judged.filter((room) => room.signalGood).length, judged.length, {
    unknown: rooms.length - judged.length,
    at,
    why: told ? "too-few-samples" : at === null ? "no-data" : "no-counter",
  });
}

function capacityShare(aps: readonly JudgedAp[], rooms: number, at: number | null): Share {
  if (rooms === 0) return unknownShare("not-registered");
  if (aps.length === 0) return unknownShare("no-device");
  const loads = aps.flatMap((ap) => ap.radios.map((radio) => radio.load));
  const judged = loads.filter((load) => load.within !== undefined);
  return shareOf(judged.filter((load) => load.within).length, judged.length, {
    unknown: loads.length - judged.length,
    at,
    why: loads.length > 0 ? "too-few-slots" : at === null ? "no-data" : "no-counter",
  });
}

/** Access points that a controller of the school lists in its newest answer and that no register names. */
function strangersOf(
  inventory: Inventory,
  school: School,
  plan: CoveragePlan,
  reporters: ReadonlyMap<string, Reporter>,
): WifiJudgement["strangers"] {
  const found: { controller: string; ap: string }[] = [];
  for (const reporter of reporters.values()) {
    // A controller of the city is the register's of every school it serves: what it lists is judged where it stands.
    if (!reporter.controller || inventory.devices.get(reporter.id)?.school !== school.id) continue;
    const registered = new Set(
      plan.aps.filter((ap) => ap.reporter === reporter.id).map((ap) => apKeyOf(ap.device)),
    );
    if ([...reporter.aps.keys()].every((key) => registered.has(key))) continue;
    for (const device of inventory.devices.values())
      if (device.parent === reporter.id) registered.add(apKeyOf(device));
    const newest = newestSlot(reporter);
    for (const [key, report] of reporter.aps) {
      if (registered.has(key)) continue;
      const lanes = [report.state, report.clients, ...[...report.radios.values()].map((one) => one.state)];
      if (lanes.some((series) => series && !Number.isNaN(series.lane[newest] ?? Number.NaN)))
        found.push({ controller: reporter.id, ap: key });
    }
  }
  return found;
}

function newestAnswer(reporters: ReadonlyMap<string, Reporter>, slots: TermSlots): number | null {
  let newest = -1;
  for (const reporter of reporters.values()) newest = Math.max(newest, newestSlot(reporter));
  return newest < 0 ? null : slots.from + newest * SLOT_MS;
}
