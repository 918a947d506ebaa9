import type { TruthTags } from "../snmp/builder.ts";
import { Seed } from "../world/seed.ts";
import type { World } from "../world/world.ts";
import { type Pace, type Selected, selectHistory } from "./selection.ts";

/** A series of the history; `tags` are the device's own keys of campusd's tags, as the live collectors write them. */
export interface HistoryKey {
  readonly device: string;
  readonly quantity: string;
  readonly tags: TruthTags;
}

/** Samples in columns: `series` is a place in the recorder's keys, time UTC ms. Whoever gets it owns it. */
export interface HistorySlice {
  readonly series: Uint32Array;
  readonly time: Float64Array;
  readonly value: Float64Array;
  /** UTC ms up to which everything is told. */
  readonly upto: number;
}

export interface HistoryOptions {
  /** UTC ms, [from, to): rounded up to whole steps. */
  readonly from: number;
  readonly to: number;
  /** Share of the polls that are missing, 0..1, the same ones for ever. Default 0.002. */
  readonly missing?: number;
  /** Between two polls of what changes fast, s; divides an hour. Default 300. */
  readonly stepSeconds?: number;
}

const SLOT = 300;
const HOUR = 3600;
const LOCAL_OFFSET = 8 * HOUR;
/** Local hours in which the Wi-Fi is asked every half hour of the history; else every three hours. */
const WIFI_HOURS = { from: 7, to: 22 } as const;
const MISSING = 0.002;

interface Lane {
  readonly number: number;
  readonly of: Selected;
  /** Number of the series of the rate, -1. */
  readonly rate: number;
  /** The reading before, for the rate. */
  second: number;
  value: number;
}

interface Recorded {
  readonly seed: Seed;
  readonly lanes: readonly Lane[];
}

/**
 * Tells what campusd would have stored had it polled the county for weeks: the same functions of time that answer
 * on the wire, so that a counter goes on without a step where the live samples begin. Steps are coarser than live
 * ones: 5 minutes, an hour.
 */
export class HistoryRecorder {
  readonly keys: readonly HistoryKey[];
  readonly #devices: readonly Recorded[];
  readonly #to: number;
  readonly #missing: number;
  readonly #step: number;
  /** Filled again for each slice: what is made anew for each waits long for a collection. */
  readonly #columns = new Columns(4096);
  #next: number;

  constructor(world: World, options: HistoryOptions) {
    const keys: HistoryKey[] = [];
    this.#devices = selectHistory(world).flatMap(({ device, series }): Recorded[] =>
      series.length === 0
        ? []
        : [
            {
              seed: new Seed(`polls/${device}`),
              lanes: series.map((of): Lane => {
                const number = keys.push({ device, quantity: of.quantity, tags: of.tags }) - 1;
                const rate =
                  of.rate === undefined ? -1 : keys.push({ device, quantity: of.rate, tags: of.tags }) - 1;
                return { number, of, rate, second: Number.NaN, value: Number.NaN };
              }),
            },
          ],
    );
    this.keys = keys;
    this.#step = options.stepSeconds ?? SLOT;
    this.#next = Math.ceil(options.from / 1000 / this.#step) * this.#step;
    this.#to = options.to / 1000;
    this.#missing = options.missing ?? MISSING;
  }

  /** The samples of the next `seconds`; undefined at the end. */
  next(seconds: number): HistorySlice | undefined {
    if (this.#next >= this.#to) return undefined;
    const end = Math.min(this.#to, this.#next + seconds);
    for (; this.#next < end; this.#next += this.#step) this.#record(this.#next, this.#columns);
    return this.#columns.take(this.#next * 1000);
  }

  /** Whether the poll of a device at a second is missing. */
  misses(device: string, second: number): boolean {
    return isMissing(new Seed(`polls/${device}`), second, this.#missing);
  }

  /** Whether a Wi-Fi controller's access points are told of at a second. */
  wifiIsAsked(controller: string, second: number): boolean {
    return wifiIsDue(second) && !this.misses(controller, second);
  }

  #record(second: number, columns: Columns): void {
    const due: Readonly<Record<Pace, boolean>> = {
      slots: true,
      hours: second % HOUR === 0,
      wifi: wifiIsDue(second),
    };
    for (const { seed, lanes } of this.#devices) {
      let asked = false;
      for (const lane of lanes) {
        const { of } = lane;
        if (!due[of.pace]) continue;
        if (!asked) {
          if (isMissing(seed, second, this.#missing)) break;
          asked = true;
        }
        if (of.during && !of.during(second)) continue;
        const value = of.at(second);
        columns.add(lane.number, second, value);
        if (lane.rate < 0) continue;
        // A counter that fell was set to zero: there is no rate over that.
        if (value >= lane.value)
          columns.add(lane.rate, second, ((value - lane.value) * 8) / (second - lane.second));
        lane.second = second;
        lane.value = value;
      }
    }
  }
}

function isMissing(seed: Seed, second: number, share: number): boolean {
  return share > 0 && seed.fraction(second) < share;
}

function wifiIsDue(second: number): boolean {
  const hour = Math.floor((second + LOCAL_OFFSET) / HOUR) % 24;
  const term = hour >= WIFI_HOURS.from && hour < WIFI_HOURS.to;
  return second % (term ? HOUR / 2 : 3 * HOUR) === 0;
}

class Columns {
  #length = 0;
  #series: Uint32Array<ArrayBuffer>;
  #time: Float64Array<ArrayBuffer>;
  #value: Float64Array<ArrayBuffer>;

  constructor(capacity: number) {
    this.#series = new Uint32Array(capacity);
    this.#time = new Float64Array(capacity);
    this.#value = new Float64Array(capacity);
  }

  add(series: number, second: number, value: number): void {
    const i = this.#length++;
    if (i === this.#series.length) this.#grow();
    this.#series[i] = series;
    this.#time[i] = second * 1000;
    this.#value[i] = value;
  }

  /** A copy of what was added since the last time. */
  take(upto: number): HistorySlice {
    const to = this.#length;
    this.#length = 0;
    return {
      series: this.#series.slice(0, to),
      time: this.#time.slice(0, to),
      value: this.#value.slice(0, to),
      upto,
    };
  }

  #grow(): void {
    const capacity = this.#series.length * 2;
    const [series, time, value] = [this.#series, this.#time, this.#value];
    this.#series = new Uint32Array(capacity);
    this.#series.set(series);
    this.#time = new Float64Array(capacity);
    this.#time.set(time);
    this.#value = new Float64Array(capacity);
    this.#value.set(value);
  }
}
