import type { Link } from "../../inventory/model.ts";
import { medianOf } from "../../measurements/percentile.ts";
import type { SeriesResult, Store } from "../../stores/contract.ts";
import type { Window } from "../contract.ts";
import { SLOT_MS } from "./percentile.ts";
import { LONGEST_STEP_MS, slotMeans, storedMeans } from "./slots.ts";

/** Where a link is measured. */
export type Measured = Pick<Link, "device" | "interface">;
export type Samples = Pick<SeriesResult, "times" | "values">;

/** Raw samples are read in pieces of this length, so that no piece is long to make means of. */
const PIECE_MS = 7 * 86_400_000;
/** A moved device leaves series with other tags behind; more than these is no device. */
const MOST_SERIES = 20;
const NO_SAMPLES: Samples = { times: new Float64Array(0), values: new Float64Array(0) };

/** One step of a query. */
interface Step {
  readonly stepMs: number;
  readonly aggregate: "mean" | "last" | "min" | "max" | "count";
}

/** The samples of one quantity of an interface in [from, to), of all series that it ever had, by time. */
export async function readLink(
  store: Store,
  { device, interface: key }: Measured,
  quantity: string,
  { from, to }: Window,
  step?: Step,
): Promise<Samples> {
  const results = await store.query({
    quantity,
    tags: { device, interface: key },
    from: Math.max(0, from),
    to: Math.max(0, to),
    limit: MOST_SERIES,
    ...step,
  });
  return joined(results);
}

/** Several series as one, by time. */
export function joined(results: readonly Samples[]): Samples {
  const filled = results.filter((one) => one.times.length > 0);
  if (filled.length <= 1) return filled[0] ?? NO_SAMPLES;
  const all = filled.flatMap((one) => Array.from(one.times, (time, i) => [time, one.values[i]!] as const));
  all.sort((a, b) => a[0] - b[0]);
  return { times: Float64Array.from(all, ([time]) => time), values: Float64Array.from(all, ([, v]) => v) };
}

export interface Directions {
  readonly in: Float64Array;
  readonly out: Float64Array;
}

/**
 * The 5-minute means of both directions of a link, bit/s, in [from, to) (multiples of 5 minutes), in pieces that
 * the caller may pause between. Where a store keeps no raw samples any more, its own 5-minute means serve.
 */
export async function* slotPieces(store: Store, link: Measured, window: Window): AsyncGenerator<Directions> {
  for (let from = window.from; from < window.to; from += PIECE_MS) {
    const piece = { from, to: Math.min(window.to, from + PIECE_MS) };
    yield {
      in: await meansOf(store, link, "interface.in_rate", piece),
      out: await meansOf(store, link, "interface.out_rate", piece),
    };
  }
}

async function meansOf(
  store: Store,
  link: Measured,
  quantity: string,
  window: Window,
): Promise<Float64Array> {
  const { from, to } = window;
  const raw = await readLink(store, link, quantity, {
    from: from - LONGEST_STEP_MS,
    to: to + LONGEST_STEP_MS,
  });
  if (raw.times.length > 1) return slotMeans(raw, from, to);
  const stored = await readLink(store, link, quantity, window, { stepMs: SLOT_MS, aggregate: "mean" });
  return storedMeans(stored, from, to);
}

const PACKETS = ["unicast", "multicast", "broadcast"] as const;

/** Shares of packets with errors and discarded in the window, of the direction with more; null when not counted. */
export async function packetShares(
  store: Store,
  link: Measured,
  window: Window,
): Promise<{ readonly errorShare: number | null; readonly discardShare: number | null }> {
  const share = { error: null as number | null, discard: null as number | null };
  for (const direction of ["in", "out"] as const) {
    const unicast = await readLink(store, link, `interface.${direction}_unicast`, window);
    let packets = stepsOf(unicast);
    if (direction === "in")
      for (const kind of PACKETS.slice(1))
        packets += stepsOf(await readLink(store, link, `interface.in_${kind}`, window));
    for (const fault of ["error", "discard"] as const) {
      const rate = await readLink(store, link, `interface.${direction}_${fault}_rate`, window);
      if (rate.times.length < 2 || unicast.times.length < 2) continue;
      const faults = areaOf(rate);
      const all = packets + (fault === "error" && direction === "in" ? faults : 0);
      const part = all > 0 ? Math.min(1, faults / all) : faults > 0 ? 1 : 0;
      share[fault] = Math.max(share[fault] ?? 0, part);
    }
  }
  return { errorShare: share.error, discardShare: share.discard };
}

/** Steps of a raw counter; one that fell has wrapped or was reset, and its difference is left out. */
function stepsOf({ values }: Samples): number {
  let sum = 0;
  for (let i = 1; i < values.length; i++) sum += Math.max(0, values[i]! - values[i - 1]!);
  return sum;
}

/** A rate a second times the seconds that it stood for. */
function areaOf({ times, values }: Samples): number {
  let sum = 0;
  for (let i = 1; i < times.length; i++) sum += values[i]! * ((times[i]! - times[i - 1]!) / 1000);
  return sum;
}

/** The median light of seven days by lane ("" where a module has one), dBm. */
export async function lightMedians(
  store: Store,
  { device, interface: key }: Measured,
  window: Window,
): Promise<ReadonlyMap<string, number>> {
  const results = await store.query({
    quantity: "optics.rx_power",
    tags: { device, interface: key },
    from: Math.max(0, window.from),
    to: window.to,
    stepMs: 3_600_000,
    aggregate: "mean",
    limit: MOST_SERIES,
  });
  const medians = new Map<string, number>();
  for (const { tags, values } of results) {
    const median = medianOf(values);
    if (median !== null) medians.set(tags.lane ?? "", median);
  }
  return medians;
}

/** The hourly means of the larger direction, bit/s, by UTC ms of the hour. */
export async function hourlyMeans(
  store: Store,
  link: Measured,
  window: Window,
): Promise<ReadonlyMap<number, number>> {
  const hours = new Map<number, number>();
  for (const quantity of ["interface.in_rate", "interface.out_rate"]) {
    const { times, values } = await readLink(store, link, quantity, window, {
      stepMs: 3_600_000,
      aggregate: "mean",
    });
    for (let i = 0; i < times.length; i++)
      hours.set(times[i]!, Math.max(hours.get(times[i]!) ?? 0, values[i]!));
  }
  return hours;
}
