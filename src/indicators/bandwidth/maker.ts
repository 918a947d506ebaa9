import type { School } from "../../inventory/model.ts";
import type { IndicatorMaker, IndicatorSources, IndicatorValue, Window } from "../contract.ts";
import type { Evidence } from "../evidence.ts";
import type { IndicatorId } from "../list.ts";
import { indicatorValue, type Share, shareOf, unknownShare } from "../share.ts";
import { classroomPorts } from "./classroom-ports.ts";
import { answersOf, readUplink, type Uplink, uplinksOf } from "./uplinks.ts";

const MAKES = [
  "uplink.answering",
  "uplink.count",
  "uplink.speed",
  "uplink.p95_share",
  "uplink.mbps_per_class",
  "classroom.port_100m",
] as const satisfies readonly IndicatorId[];
type Made = (typeof MAKES)[number];

/** A day of less than this says nothing of answering, slots. */
const LEAST_SLOTS = 3;
const MOST_EVIDENCE = 500;

export interface BandwidthOptions {
  readonly clock: { now(): number };
}

/** How a school hangs on the network: its uplinks (roles uplink and backup-uplink) and its classroom ports. */
export function createBandwidthMaker(sources: IndicatorSources, options: BandwidthOptions): IndicatorMaker {
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

async function readAll(sources: IndicatorSources, school: School, window: Window): Promise<Uplink[]> {
  const uplinks: Uplink[] = [];
  for (const link of uplinksOf(sources, school)) uplinks.push(await readUplink(sources, link, window));
  return uplinks;
}

async function sharesOf(
  sources: IndicatorSources,
  options: BandwidthOptions,
  school: School,
  window: Window,
): Promise<Record<Made, Share>> {
  const uplinks = await readAll(sources, school, window);
  return {
    "uplink.answering": await answering(sources, uplinks, window),
    "uplink.count": count(uplinks),
    "uplink.speed": speed(uplinks),
    "uplink.p95_share": p95Share(uplinks),
    "uplink.mbps_per_class": perClass(uplinks, school),
    "classroom.port_100m": ports(sources, options, school),
  };
}

/** Slots in which one uplink at least was up and its device answered, of the slots that are told of. */
async function answering(
  { store }: IndicatorSources,
  uplinks: readonly Uplink[],
  window: Window,
): Promise<Share> {
  if (uplinks.length === 0) return unknownShare("not-registered");
  const answers = await answersOf(
    store,
    uplinks.map(({ link }) => link.device),
    window,
  );
  let good = 0;
  let told = 0;
  for (let slot = 0; slot < answers.length; slot++) {
    const states = uplinks.map((one) => one.states[slot]!);
    const up = Math.max(...states);
    // A device that does not answer tells no state of its ports: the school was away.
    if (answers[slot] === 0) told++;
    else if (answers[slot] === 1 && up >= 0) {
      told++;
      good += up;
    }
  }
  const at = newestOf(uplinks);
  const unknown = answers.length - told;
  if (told < LEAST_SLOTS) return unknownShare(told === 0 ? "no-data" : "too-few-slots", unknown, at);
  return shareOf(good, told, { unknown, at, why: "no-data" });
}

function count(uplinks: readonly Uplink[]): Share {
  if (uplinks.length === 0) return unknownShare("not-registered");
  const known = uplinks.filter((one) => one.up !== null);
  const unknown = uplinks.length - known.length;
  const at = newestOf(uplinks);
  if (known.length === 0) return unknownShare("no-data", unknown, at);
  return number(known.filter((one) => one.up).length, { unknown, at });
}

function speed(uplinks: readonly Uplink[]): Share {
  if (uplinks.length === 0) return unknownShare("not-registered");
  const known = uplinks.flatMap((one) => one.speed ?? []);
  const unknown = uplinks.length - known.length;
  const at = newestOf(uplinks);
  if (known.length === 0) return unknownShare("no-data", unknown, at);
  return number(Math.max(...known), { unknown, at });
}

/** Of the fullest uplink. A backup counts only where no other uplink could be judged: it is meant to be idle. */
function p95Share(uplinks: readonly Uplink[]): Share {
  if (uplinks.length === 0) return unknownShare("not-registered");
  const judged = uplinks.filter((one) => one.p95 !== null && one.capacity !== null);
  const main = judged.filter(({ link }) => link.role === "uplink");
  const [fullest] = (main.length > 0 ? main : judged).sort(
    (a, b) => b.p95! / b.capacity! - a.p95! / a.capacity!,
  );
  const at = newestOf(uplinks);
  const unknown = uplinks.length - judged.length;
  if (fullest) return shareOf(fullest.p95!, fullest.capacity!, { unknown, at: fullest.at, why: "no-data" });
  if (uplinks.every((one) => one.slots === 0)) return unknownShare("no-data", unknown, at);
  const why = uplinks.every((one) => one.capacity === null) ? "not-registered" : "too-few-slots";
  return unknownShare(why, unknown, at);
}

/** Contracted Mbit/s of the uplinks that are no backups. */
function perClass(uplinks: readonly Uplink[], { classes }: School): Share {
  const main = uplinks.filter(({ link }) => link.role === "uplink");
  const contracted = main.flatMap(({ link }) => link.contractedMbps ?? []);
  const unknown = main.length - contracted.length;
  if (contracted.length === 0 || classes === undefined || classes === 0)
    return unknownShare("not-registered", unknown);
  const sum = contracted.reduce((total, mbps) => total + mbps, 0);
  return number(sum / classes, { unknown, at: null, evidence: "inferred", parts: [sum, classes] });
}

function ports(sources: IndicatorSources, { clock }: BandwidthOptions, school: School): Share {
  const { ports: found, silent, switches } = classroomPorts(sources, school, clock.now());
  if (switches === 0) return unknownShare("no-device");
  const judged = found.filter((one) => one.speed !== null);
  const at = found.reduce<number | null>((newest, one) => Math.max(newest ?? 0, one.at), null);
  return shareOf(judged.filter((one) => one.good).length, judged.length, {
    unknown: found.length - judged.length,
    at,
    why: silent === switches ? "no-data" : "too-few-samples",
  });
}

/** An indicator that is no share: a level or a number. */
function number(
  value: number,
  rest: {
    readonly unknown: number;
    readonly at: number | null;
    readonly evidence?: Share["evidence"];
    readonly parts?: readonly [number, number];
  },
): Share {
  return {
    value,
    numerator: rest.parts?.[0] ?? null,
    denominator: rest.parts?.[1] ?? null,
    unknown: rest.unknown,
    evidence: rest.evidence ?? "measured",
    at: rest.at,
  };
}

function newestOf(uplinks: readonly Uplink[]): number | null {
  return uplinks.reduce<number | null>(
    (at, one) => (one.at === null || (at !== null && at >= one.at) ? at : one.at),
    null,
  );
}

async function evidenceOf(
  sources: IndicatorSources,
  { clock }: BandwidthOptions,
  school: School,
  indicator: Made,
  window: Window,
): Promise<Evidence[]> {
  if (indicator === "classroom.port_100m")
    return classroomPorts(sources, school, clock.now())
      .ports.toSorted((a, b) => (a.speed ?? 0) - (b.speed ?? 0))
      .map(({ device, port, speed: value, at }) => ({
        kind: "fact",
        subject: device,
        label: `${sources.inventory().devices.get(device)?.name ?? device} ${port.name ?? port.key}`,
        object: "ifHighSpeed",
        value,
        at,
      }));
  const uplinks = await readAll(sources, school, window);
  const evidence: Evidence[] = [];
  for (const one of uplinks) {
    const { link } = one;
    const label = link.name ?? link.id;
    const about = { subject: link.id, label } as const;
    const tags = { device: link.device, interface: link.interface };
    const series = { ...about, kind: "series", tags, from: window.from, to: window.to } as const;
    const known = one.states.reduce((sum, state) => sum + (state >= 0 ? 1 : 0), 0);
    const states: Evidence = {
      ...series,
      quantity: "interface.oper_state",
      value: one.up === null ? null : one.up ? 1 : 0,
      samples: known,
    };
    const contract: Evidence = {
      ...about,
      kind: "register",
      object: "contractedMbps",
      value: link.contractedMbps ?? null,
      at: clock.now(),
    };
    switch (indicator) {
      case "uplink.answering":
        evidence.push(states, {
          ...series,
          tags: { device: link.device },
          quantity: "device.up",
          value: null,
          samples: one.states.length,
        });
        break;
      case "uplink.count":
        evidence.push(states);
        break;
      case "uplink.speed":
        evidence.push({
          ...series,
          quantity: "interface.speed",
          value: one.speed,
          samples: one.speed === null ? 0 : 1,
        });
        break;
      case "uplink.p95_share":
        for (const quantity of ["interface.in_rate", "interface.out_rate"])
          evidence.push({ ...series, quantity, value: one.p95, samples: one.slots });
        evidence.push(contract);
        break;
      case "uplink.mbps_per_class":
        evidence.push(contract);
        break;
    }
  }
  if (indicator === "uplink.mbps_per_class")
    evidence.push({
      kind: "register",
      subject: school.id,
      label: school.name,
      object: "classes",
      value: school.classes ?? null,
      at: clock.now(),
    });
  return evidence;
}
