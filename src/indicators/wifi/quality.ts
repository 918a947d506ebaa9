import { percentileOf } from "../../measurements/percentile.ts";
import type { ApReport, RadioReport } from "./reports.ts";
import type { TermSlots } from "./term-hours.ts";

/** Where signal and capacity are good enough; a province may set others. */
export interface QualityLimits {
  /** dBm: a station that is heard below it is heard weakly. */
  readonly signal: number;
  /** dB over the noise, where a maker tells it. */
  readonly snr: number;
  /** Part of the samples that must be heard well enough. */
  readonly strong: number;
  /** Samples of stations that a room and day need to be judged. */
  readonly leastSamples: number;
  /** Stations of a radio, 95th percentile of term hours. */
  readonly clients: number;
  /** Percent of the time that the channel is busy, 95th percentile of term hours. */
  readonly use: number;
  /** Slots of term hours that a radio needs to be judged. */
  readonly leastSlots: number;
}

/** Of the document of targets (TG-03); the percentile and the hour of slots are this product's own choice. */
export const QUALITY_LIMITS: QualityLimits = Object.freeze({
  signal: -70,
  snr: 20,
  strong: 0.95,
  leastSamples: 20,
  clients: 50,
  use: 60,
  leastSlots: 12,
});

/** Samples of stations by local day: one station in one slot is one sample. */
export interface Heard {
  readonly samples: Map<number, number>;
  readonly weak: Map<number, number>;
  /** dBm, mean over the samples. */
  sum: number;
  count: number;
  /** Whether any radio tells a signal at all. */
  told: boolean;
}

export function nothingHeard(): Heard {
  return { samples: new Map(), weak: new Map(), sum: 0, count: 0, told: false };
}

/** Adds what the radios of one access point heard in term hours. */
export function addHeard(
  heard: Heard,
  report: ApReport | undefined,
  slots: TermSlots,
  limits: QualityLimits,
): void {
  for (const radio of report?.radios.values() ?? []) {
    const { signal, snr, weak, clients } = radio;
    if (!signal && !snr && !weak) continue;
    heard.told = true;
    for (let slot = 0; slot < slots.slots; slot++) {
      if (!slots.inTerm[slot]) continue;
      const stations = clients?.lane[slot] ?? Number.NaN;
      // Some makers keep the last mean when everybody has left.
      if (!(stations > 0)) continue;
      const dbm = signal?.lane[slot] ?? Number.NaN;
      const over = snr?.lane[slot] ?? Number.NaN;
      const counted = weak?.lane[slot] ?? Number.NaN;
      if (Number.isNaN(dbm) && Number.isNaN(over) && Number.isNaN(counted)) continue;
      const bad = !Number.isNaN(counted)
        ? Math.min(stations, counted)
        : dbm < limits.signal || over < limits.snr
          ? stations
          : 0;
      const day = slots.day[slot]!;
      heard.samples.set(day, (heard.samples.get(day) ?? 0) + stations);
      heard.weak.set(day, (heard.weak.get(day) ?? 0) + bad);
      if (!Number.isNaN(dbm)) {
        heard.sum += dbm * stations;
        heard.count += stations;
      }
    }
  }
}

/** Whether a room's stations are heard well enough; undefined when too few were there to say. */
export function heardWell(heard: Heard, limits: QualityLimits): boolean | undefined {
  let samples = 0;
  let weak = 0;
  for (const [day, count] of heard.samples) {
    if (count < limits.leastSamples) continue;
    samples += count;
    weak += heard.weak.get(day) ?? 0;
  }
  return samples === 0 ? undefined : weak <= samples * (1 - limits.strong);
}

export interface RadioLoad {
  readonly clients: number | null;
  readonly use: number | null;
  /** Undefined: too little was read. */
  readonly within: boolean | undefined;
}

/** 95th percentiles of one radio in term hours. */
export function radioLoad(radio: RadioReport, slots: TermSlots, limits: QualityLimits): RadioLoad {
  const clients = percentile(radio.clients?.lane, slots, limits);
  const use = percentile(radio.use?.lane, slots, limits);
  if (clients === null && use === null) return { clients, use, within: undefined };
  return { clients, use, within: (clients ?? 0) <= limits.clients && (use ?? 0) <= limits.use };
}

function percentile(lane: Float64Array | undefined, slots: TermSlots, limits: QualityLimits): number | null {
  if (!lane) return null;
  const values: number[] = [];
  for (let slot = 0; slot < slots.slots; slot++)
    if (slots.inTerm[slot] && !Number.isNaN(lane[slot]!)) values.push(lane[slot]!);
  return values.length < limits.leastSlots ? null : percentileOf(values.sort((a, b) => a - b));
}
