import type { Device, School } from "../../inventory/model.ts";
import type { Calendar } from "../calendar.ts";
import type { IndicatorMaker, IndicatorSources, IndicatorValue, Window } from "../contract.ts";
import type { Evidence } from "../evidence.ts";
import type { IndicatorId } from "../list.ts";
import { indicatorValue, type Share, shareOf, unknownShare } from "../share.ts";
import { answeredHours, answeredSlots, FRESH_MS, newestAnswers, nightAndDay } from "./answers.ts";
import { type Stranger, strangersOf } from "./strangers.ts";

export interface OperationOptions {
  readonly calendar: Calendar;
  /** Whether the credential reads with authentication and privacy. */
  secured(credential: string | undefined): boolean;
}

const MAKES = [
  "availability",
  "devices.managed",
  "devices.fresh",
  "devices.old",
  "classroom.boards",
  "building.sensing",
  "snmpv3.devices",
  "power.night_ratio",
  "feed.hours",
] as const satisfies readonly IndicatorId[];
type Made = (typeof MAKES)[number];

/** A school is reached through one of these. */
const CORE_ROLES: ReadonlySet<Device["role"]> = new Set(["router", "firewall", "core-switch"]);
/** A day of less than this says nothing about availability, slots. */
const LEAST_SLOTS = 3;
const OLD_YEARS = 8;
const MOST_EVIDENCE = 500;

/** How a school's equipment runs: from `device.up` of its devices, their meters, what they tell, and the register. */
export function createOperationMaker(sources: IndicatorSources, options: OperationOptions): IndicatorMaker {
  return {
    makes: MAKES,
    async evaluate(school, window) {
      const shares = await sharesOf(sources, options, school, window);
      return MAKES.map((id): IndicatorValue => indicatorValue(id, school.id, window, shares[id]));
    },
    async evidence(school, indicator, window) {
      const found = await evidenceOf(sources, options, school, indicator as Made, window);
      return found.slice(0, MOST_EVIDENCE);
    },
  };
}

/** What the shares are made of, read once. */
interface Register {
  readonly devices: readonly Device[];
  /** Devices that are polled themselves; access points behind a controller are in the Wi-Fi indicators. */
  readonly polled: readonly Device[];
  readonly core: readonly Device[];
  readonly strangers: readonly Stranger[];
  /** UTC ms of the newest facts; null: no device told of itself. */
  readonly told: number | null;
}

function registerOf(sources: IndicatorSources, school: School): Register {
  const all = sources.inventory();
  const devices = all.devicesOf(school.id);
  const known = devices.map((device) => ({ device, facts: sources.facts(device.id) }));
  let told: number | null = null;
  for (const { facts } of known) if (facts && (told === null || facts.at > told)) told = facts.at;
  // A neighbour may stand in another place: the far end of the uplink.
  const elsewhere = (word: string) => all.devices.has(word);
  return {
    devices,
    polled: devices.filter((device) => device.protocol !== "none"),
    core: devices.filter((device) => CORE_ROLES.has(device.role) && device.protocol !== "none"),
    strangers: strangersOf(known, elsewhere),
    told,
  };
}

async function sharesOf(
  sources: IndicatorSources,
  options: OperationOptions,
  school: School,
  window: Window,
): Promise<Record<Made, Share>> {
  const register = registerOf(sources, school);
  const { byDevice: answers, asked } = await newestAnswers(sources.store, school, window.to);
  return {
    availability: await availability(sources, options, register, window),
    "devices.managed": managed(register, answers),
    "devices.fresh": fresh(register.polled, answers, asked),
    "devices.old": old(register.devices, options.calendar, window),
    "classroom.boards": boards(sources, school, register, answers),
    "building.sensing": sensing(sources, school, register, answers),
    "snmpv3.devices": secured(register, answers, options),
    "power.night_ratio": await nightRatio(sources, options, register, window),
    "feed.hours": await feed(sources, school, register, window),
  };
}

async function availability(
  { store }: IndicatorSources,
  { calendar }: OperationOptions,
  { core }: Register,
  window: Window,
): Promise<Share> {
  if (core.length === 0) return unknownShare("no-device");
  const { up, down, untold, at } = await answeredSlots(store, core, calendar, window);
  if (up + down < LEAST_SLOTS) return unknownShare(up + down === 0 ? "no-data" : "too-few-slots", untold, at);
  return shareOf(up, up + down, { unknown: untold, at, why: "no-data" });
}

function managed(
  { polled, devices, strangers, told }: Register,
  answers: ReadonlyMap<string, number>,
): Share {
  if (devices.length === 0) return unknownShare("no-device");
  if (told === null) return unknownShare("no-data", polled.length);
  const reported = devices.filter((device) => device.protocol === "none" && device.parent !== undefined);
  const polledNow = polled.filter((device) => answers.has(device.id)).length;
  const parents = reported.filter((device) => answers.has(device.parent!)).length;
  const seen = devices.length + strangers.length;
  return shareOf(polledNow + parents, seen, { at: told, why: "no-data" });
}

/** That nobody answered is known as well as that somebody did, if only somebody asked. */
function fresh(polled: readonly Device[], answers: ReadonlyMap<string, number>, asked: number | null): Share {
  if (polled.length === 0) return unknownShare("no-device");
  if (asked === null) return unknownShare("no-data", polled.length);
  const found = polled.filter((device) => answers.has(device.id));
  return shareOf(found.length, polled.length, { at: asked, why: "no-data" });
}

function old(devices: readonly Device[], calendar: Calendar, window: Window): Share {
  if (devices.length === 0) return unknownShare("no-device");
  const dated = devices.filter((device) => device.installed !== undefined);
  const limit = yearsBefore(calendar.dateOf(window.to - 1), OLD_YEARS);
  const found = dated.filter((device) => device.installed! < limit);
  return shareOf(found.length, dated.length, {
    unknown: devices.length - dated.length,
    at: null,
    why: "not-registered",
    evidence: "inferred",
  });
}

function boards(
  sources: IndicatorSources,
  school: School,
  { devices }: Register,
  answers: ReadonlyMap<string, number>,
): Share {
  const rooms = sources
    .inventory()
    .roomsOf(school.id)
    .filter((room) => room.type === "classroom");
  if (rooms.length === 0) return unknownShare("not-registered");
  const live = devices.filter((device) => device.role === "board" && answers.has(device.id));
  const covered = new Set(live.map((device) => placeOf(device)));
  const count = rooms.filter((room) => covered.has(`${room.building}/${room.id}`)).length;
  return shareOf(count, rooms.length, { at: newest(live, answers), why: "no-data" });
}

function sensing(
  sources: IndicatorSources,
  school: School,
  { devices }: Register,
  answers: ReadonlyMap<string, number>,
): Share {
  const buildings = [
    ...new Set(
      sources
        .inventory()
        .roomsOf(school.id)
        .map((room) => room.building),
    ),
  ];
  if (buildings.length === 0) return unknownShare("not-registered");
  const live = devices.filter((device) => answers.has(device.id));
  const has = (building: string, role: Device["role"]) =>
    live.some((device) => device.role === role && device.building === building);
  const count = buildings.filter((one) => has(one, "sensor") && has(one, "meter")).length;
  const points = live.filter((device) => device.role === "sensor" || device.role === "meter");
  return shareOf(count, buildings.length, { at: newest(points, answers), why: "no-data" });
}

function secured(
  { polled }: Register,
  answers: ReadonlyMap<string, number>,
  { secured }: OperationOptions,
): Share {
  const snmp = polled.filter((device) => device.protocol === "snmp");
  if (snmp.length === 0) return unknownShare("no-device");
  const live = snmp.filter((device) => answers.has(device.id));
  const good = live.filter((device) => secured(device.credential));
  return shareOf(good.length, live.length, {
    unknown: snmp.length - live.length,
    at: newest(live, answers),
    why: "no-data",
  });
}

async function nightRatio(
  { store }: IndicatorSources,
  { calendar }: OperationOptions,
  { polled }: Register,
  window: Window,
): Promise<Share> {
  const meters = polled.filter((device) => device.role === "meter");
  if (meters.length === 0) return unknownShare("no-device");
  const { night, day, meters: told, untold, at } = await nightAndDay(store, meters, calendar, window);
  if (told === 0) return unknownShare(at === null ? "no-data" : "too-few-samples", untold, at);
  // A day without any power has no ratio.
  return shareOf(night, Math.max(0, day), { unknown: untold, at, why: "too-few-samples" });
}

async function feed(
  { store }: IndicatorSources,
  school: School,
  { polled }: Register,
  window: Window,
): Promise<Share> {
  if (polled.length === 0) return unknownShare("no-device");
  const { hours, heard, at } = await answeredHours(store, school, window);
  if (heard === 0) return unknownShare("no-data", hours);
  return shareOf(heard, hours, { at, why: "no-data" });
}

function newest(devices: readonly Device[], answers: ReadonlyMap<string, number>): number | null {
  let at: number | null = null;
  for (const { id } of devices) {
    const one = answers.get(id);
    if (one !== undefined && (at === null || one > at)) at = one;
  }
  return at;
}

function placeOf({ building, room }: Device): string {
  return `${building}/${room}`;
}

function yearsBefore(date: string, years: number): string {
  return `${Number(date.slice(0, 4)) - years}${date.slice(4)}`;
}

/** The telling ones first: what did not answer, what is old, what nobody registered. */
async function evidenceOf(
  sources: IndicatorSources,
  options: OperationOptions,
  school: School,
  indicator: Made,
  window: Window,
): Promise<Evidence[]> {
  const register = registerOf(sources, school);
  const { byDevice: answers } = await newestAnswers(sources.store, school, window.to);
  const answered = (devices: readonly Device[], span: Window): Evidence[] =>
    [...devices]
      .sort((a, b) => Number(answers.has(a.id)) - Number(answers.has(b.id)) || (a.id < b.id ? -1 : 1))
      .map((device) => ({
        kind: "series",
        subject: device.id,
        label: device.name ?? device.id,
        quantity: "device.up",
        tags: { school: school.id, device: device.id },
        from: span.from,
        to: span.to,
        value: answers.has(device.id) ? 1 : null,
        samples: answers.has(device.id) ? 1 : 0,
      }));
  const week = { from: Math.max(0, window.to - FRESH_MS), to: window.to };
  switch (indicator) {
    case "availability":
      return answered(register.core, window);
    case "feed.hours":
      return answered(register.polled, window);
    case "devices.fresh":
      return answered(register.polled, week);
    case "devices.managed":
      return [
        ...register.strangers.map(
          ({ name, seenBy, at }): Evidence => ({
            kind: "fact",
            subject: seenBy,
            label: name,
            object: "neighbors",
            value: name,
            at,
          }),
        ),
        ...answered(register.polled, week),
      ];
    case "devices.old":
      return [...register.devices]
        .sort((a, b) => ((a.installed ?? "") < (b.installed ?? "") ? -1 : 1))
        .map((device) => registered(device, "installed", device.installed ?? null, window.to));
    case "classroom.boards":
      return answered(
        register.devices.filter((device) => device.role === "board"),
        week,
      );
    case "building.sensing":
      return answered(
        register.devices.filter((device) => device.role === "sensor" || device.role === "meter"),
        week,
      );
    case "snmpv3.devices":
      return register.polled
        .filter((device) => device.protocol === "snmp")
        .map((device) =>
          registered(device, "authPriv", options.secured(device.credential) ? 1 : 0, window.to),
        )
        .sort((a, b) => Number(a.value) - Number(b.value));
    case "power.night_ratio":
      return register.polled
        .filter((device) => device.role === "meter")
        .map((device) => ({
          kind: "series",
          subject: device.id,
          label: device.name ?? device.id,
          quantity: "electric.active_power",
          tags: { school: school.id, device: device.id },
          from: window.from,
          to: window.to,
          value: null,
          samples: 0,
        }));
  }
}

function registered(device: Device, object: string, value: string | number | null, at: number): Evidence {
  return { kind: "register", subject: device.id, label: device.name ?? device.id, object, value, at };
}
