import type { Tags } from "../../measurements/series.ts";
import type { Store } from "../../stores/contract.ts";
import { apKeyOf, type CoveragePlan, type PlannedAp } from "./plan.ts";
import { type Lane, type ReadSeries, readLanes } from "./readings.ts";
import type { TermSlots } from "./term-hours.ts";

/** `wifi.ap_state`, `wifi.radio_state`, `device.up` (measurements/quantities.ts). */
const ONLINE = 1;
const UP = 1;

/** What is reported of one radio. */
export interface RadioReport {
  readonly radio: string;
  state?: ReadSeries;
  clients?: ReadSeries;
  use?: ReadSeries;
  signal?: ReadSeries;
  snr?: ReadSeries;
  weak?: ReadSeries;
}

/** What is reported of one access point, by its controller or by itself. */
export interface ApReport {
  state?: ReadSeries;
  clients?: ReadSeries;
  readonly radios: Map<string, RadioReport>;
}

/** What one controller reports, or one access point that is read itself. */
export interface Reporter {
  readonly id: string;
  /** Whether its access points are rows of its tables; else it is the access point. */
  readonly controller: boolean;
  /** By the tag `ap`; "" is an access point that is read itself. */
  readonly aps: ReadonlyMap<string, ApReport>;
  /** 1 in the slots in which it told its access points, or that it has none. */
  readonly answered: Uint8Array;
  /** Stations of all its access points; undefined where it does not tell them. */
  readonly clients: number | undefined;
}

/** 1: it served, 0: it did not, NaN: nobody can tell. */
export type Service = Lane;

type Part = Exclude<keyof RadioReport, "radio">;

/** Quantities that are read of radios. */
const RADIO_PARTS = [
  ["wifi.radio_state", "state", "last"],
  ["wifi.radio_clients", "clients", "mean"],
  ["wifi.radio_use", "use", "mean"],
  ["wifi.radio_signal", "signal", "mean"],
  ["wifi.radio_snr", "snr", "mean"],
  ["wifi.radio_clients_weak", "weak", "mean"],
] as const satisfies readonly (readonly [string, Part, "last" | "mean"])[];

/** Everything that is reported of the access points of a plan, by reporter. */
export async function readReports(
  store: Store,
  plan: CoveragePlan,
  slots: TermSlots,
): Promise<Map<string, Reporter>> {
  const reporters = new Map<string, Reporter>();
  for (const { id, only } of plan.controllers)
    reporters.set(id, await readReporter(store, { id, only }, slots));
  for (const ap of plan.aps)
    if (ap.key === undefined && !reporters.has(ap.reporter))
      reporters.set(
        ap.reporter,
        await readReporter(store, { id: ap.reporter, own: apKeyOf(ap.device) }, slots),
      );
  return reporters;
}

interface Asked {
  readonly id: string;
  /** The name of the access point that is read itself; undefined for a controller. */
  readonly own?: string;
  /** Of a controller that serves other schools too: the access points that are wanted. */
  readonly only?: readonly string[] | undefined;
}

async function readReporter(store: Store, asked: Asked, slots: TermSlots): Promise<Reporter> {
  const { id, own, only } = asked;
  const controller = own === undefined;
  const tags: Tags = { device: id };
  const read = async (quantity: string, aggregate: "last" | "mean"): Promise<ReadSeries[]> => {
    const found: ReadSeries[] = [];
    for (const one of only ? only.map((ap): Tags => ({ ...tags, ap })) : [tags])
      found.push(...(await readLanes(store, quantity, one, slots, aggregate)));
    return found;
  };
  const aps = new Map<string, ApReport>();
  const apOf = ({ ap }: Tags): ApReport | undefined => {
    // The first of a group of access points without a controller lists all of them, itself too.
    if (controller ? ap === undefined : ap !== undefined && ap !== own) return undefined;
    const key = controller ? ap! : "";
    let report = aps.get(key);
    if (!report) {
      report = { radios: new Map() };
      aps.set(key, report);
    }
    return report;
  };
  const [states, clients, totals, online, ...parts] = await Promise.all([
    read(controller ? "wifi.ap_state" : "device.up", "last"),
    controller ? read("wifi.ap_clients", "last") : [],
    // What a controller of several schools counts is no school's.
    only ? [] : readLanes(store, "wifi.clients", tags, slots, "last"),
    controller ? readLanes(store, "wifi.aps_online", tags, slots, "last") : [],
    ...RADIO_PARTS.map(([quantity, , aggregate]) => read(quantity, aggregate)),
  ]);
  for (const series of states) {
    const report = apOf(series.result.tags);
    if (report) report.state = series;
  }
  for (const series of clients) {
    const report = apOf(series.result.tags);
    if (report) report.clients = series;
  }
  for (const [i, [, part]] of RADIO_PARTS.entries())
    for (const series of parts[i]!) {
      const { tags } = series.result;
      // A tag `sensor` marks a part of the value: a radio's own sending among the use of its channel.
      if (tags.radio === undefined || tags.sensor !== undefined || tags.ssid !== undefined) continue;
      const report = apOf(tags);
      if (!report) continue;
      const radio = report.radios.get(tags.radio) ?? { radio: tags.radio };
      report.radios.set(tags.radio, radio);
      radio[part] ??= series;
    }
  return {
    id,
    controller,
    aps,
    answered: answeredSlots(aps, online, slots, only !== undefined),
    clients: totalClients(totals),
  };
}

/**
 * A controller without access points has answered too, when it counts none. Of one that was asked for some of them
 * alone (`part`), any count is an answer: the others that it may have told of were not read.
 */
function answeredSlots(
  aps: ReadonlyMap<string, ApReport>,
  online: readonly ReadSeries[],
  slots: TermSlots,
  part: boolean,
): Uint8Array {
  const answered = new Uint8Array(slots.slots);
  const mark = (series: ReadSeries | undefined): void => {
    if (!series) return;
    for (let slot = 0; slot < answered.length; slot++)
      if (!Number.isNaN(series.lane[slot]!)) answered[slot] = 1;
  };
  for (const report of aps.values()) {
    mark(report.state);
    mark(report.clients);
    for (const radio of report.radios.values()) mark(radio.state);
  }
  for (const { result, lane } of online) {
    if (result.tags.ap !== undefined) continue;
    for (let slot = 0; slot < answered.length; slot++)
      if (part ? !Number.isNaN(lane[slot]!) : lane[slot] === 0) answered[slot] = 1;
  }
  return answered;
}

/** The series without `ssid` and `radio` is the whole; where there is none, the parts add up to it. */
function totalClients(totals: readonly ReadSeries[]): number | undefined {
  const own = totals.filter(({ result }) => result.tags.ap === undefined);
  const whole = own.filter(({ result: { tags } }) => tags.ssid === undefined && tags.radio === undefined);
  let newest = -1;
  let sum = 0;
  for (const { lane } of whole.length > 0 ? whole : own)
    for (let slot = lane.length - 1; slot >= Math.max(0, newest); slot--) {
      const value = lane[slot]!;
      if (Number.isNaN(value)) continue;
      sum = slot > newest ? value : sum + value;
      newest = slot;
      break;
    }
  return newest < 0 ? undefined : sum;
}

/** What the reporter says of the access point. */
export function reportOf(ap: PlannedAp, reporter: Reporter | undefined): ApReport | undefined {
  return reporter?.aps.get(ap.key ?? (reporter.controller ? apKeyOf(ap.device) : ""));
}

/** Whether the access point served, slot by slot: it is online, and a radio is up where radios are told of. */
export function serviceOf(ap: PlannedAp, reporter: Reporter | undefined, slots: TermSlots): Service {
  const service = new Float64Array(slots.slots).fill(Number.NaN);
  if (!reporter) return service;
  const report = reportOf(ap, reporter);
  const tellsStates = [...reporter.aps.values()].some((one) => one.state !== undefined);
  const radios = [...(report?.radios.values() ?? [])].flatMap((radio) => radio.state ?? []);
  for (let slot = 0; slot < service.length; slot++) {
    if (!reporter.answered[slot]) continue;
    const state = report?.state?.lane[slot] ?? Number.NaN;
    const known = radios.filter(({ lane }) => !Number.isNaN(lane[slot]!));
    const radioUp = known.length === 0 ? undefined : known.some(({ lane }) => lane[slot] === UP);
    if (!Number.isNaN(state)) service[slot] = state === ONLINE && radioUp !== false ? 1 : 0;
    // The controller spoke of others and not of this one: it hides it or has lost it.
    else if (tellsStates || !listed(report, slot)) service[slot] = 0;
    else if (radioUp !== undefined) service[slot] = radioUp ? 1 : 0;
  }
  return service;
}

/** Whether anything was reported of the access point in the slot. */
export function listed(report: ApReport | undefined, slot: number): boolean {
  if (!report) return false;
  const has = (series: ReadSeries | undefined): boolean =>
    series !== undefined && !Number.isNaN(series.lane[slot]!);
  return (
    has(report.state) ||
    has(report.clients) ||
    [...report.radios.values()].some((radio) => has(radio.state) || has(radio.clients))
  );
}

/** `wifi.ap_state` of the access point in the slot: online; undefined where it is not told. */
export function isOnline(report: ApReport | undefined, slot: number): boolean | undefined {
  const state = report?.state?.lane[slot];
  return state === undefined || Number.isNaN(state) ? undefined : state === ONLINE;
}

/** Stations at an access point in the slot, else the sum over its radios. */
export function clientsOf(report: ApReport | undefined, slot: number): number | null {
  const own = report?.clients?.lane[slot];
  if (own !== undefined && !Number.isNaN(own)) return own;
  let sum: number | null = null;
  for (const { clients } of report?.radios.values() ?? []) {
    const value = clients?.lane[slot];
    if (value !== undefined && !Number.isNaN(value)) sum = (sum ?? 0) + value;
  }
  return sum;
}

/** The newest slot in which the reporter spoke; -1 without one. */
export function newestSlot(reporter: Reporter | undefined): number {
  return reporter ? reporter.answered.lastIndexOf(1) : -1;
}
