import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { Log } from "./log.ts";

/** Own counters with a metric each. Every other name is an event and counts in campusd_events_total. */
export const COUNTERS = {
  samples: "samples taken from collectors",
  batches: "batches handed to the store",
  polls: "polls of devices",
  requests: "HTTP requests answered",
  streams: "live streams opened",
  patches_skipped: "patches left out because a browser does not read fast enough",
} as const;
export type CounterName = keyof typeof COUNTERS;

/** Durations, seconds. */
export const HISTOGRAMS = {
  poll_lateness: "how long after its turn a poll began",
  poll_duration: "how long a poll took",
  store_write: "how long the store took for a batch",
  request: "how long an HTTP request took",
} as const;
export type HistogramName = keyof typeof HISTOGRAMS;

/** Values that are asked for when somebody reads the metrics. */
export const GAUGES = {
  in_flight: "requests to devices that wait for an answer",
  spooled: "samples that wait in the spool",
  dropped: "samples that were dropped",
  series: "series of this process",
  devices_up: "devices that answer",
  devices_down: "devices that do not answer",
  stream_clients: "live streams that are open",
} as const;
export type GaugeName = keyof typeof GAUGES;

/** The log and the metrics of the process, passed to whoever has something to say. */
export interface Telemetry {
  readonly log: Log;
  /** Adds `by` (default 1): to the counter of that name, or to the event of that name (`snmp.spoofed`). */
  count(name: CounterName | (string & {}), by?: number): void;
  /** Notes a duration in seconds. */
  observe(name: HistogramName, seconds: number): void;
  /** Says where the gauge is read; the last one who says so is asked. */
  gauge(name: GaugeName, read: () => number): void;
  /** The metrics in the Prometheus text format, and their content type. */
  metrics(): Promise<{ readonly text: string; readonly contentType: string }>;
}

/** Different event names that get a series of their own; the rest count as `other`. */
const MOST_EVENTS = 300;
const SECONDS = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30];

/** Makes the process's metrics, with those of Node itself (event-loop lag, memory, garbage, handles). */
export function createTelemetry(log: Log): Telemetry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: "campusd_" });
  const counters = new Map<string, Counter>();
  for (const [name, help] of Object.entries(COUNTERS))
    counters.set(name, new Counter({ name: `campusd_${name}_total`, help, registers: [registry] }));
  const histograms = new Map<string, Histogram>();
  for (const [name, help] of Object.entries(HISTOGRAMS))
    histograms.set(
      name,
      new Histogram({ name: `campusd_${name}_seconds`, help, buckets: SECONDS, registers: [registry] }),
    );
  const events = new Counter({
    name: "campusd_events_total",
    help: "events of collectors and other parts, by name",
    labelNames: ["event"],
    registers: [registry],
  });
  const known = new Set<string>();
  const readers = new Map<GaugeName, () => number>();
  const addGauge = (name: GaugeName): void => {
    new Gauge({
      name: `campusd_${name}`,
      help: GAUGES[name],
      registers: [registry],
      collect() {
        const value = readers.get(name)!();
        if (Number.isFinite(value)) this.set(value);
        else this.reset();
      },
    });
  };
  return {
    log,
    count(name, by = 1) {
      const counter = counters.get(name);
      if (counter) {
        counter.inc(by);
        return;
      }
      if (!known.has(name) && known.size < MOST_EVENTS) known.add(name);
      events.inc({ event: known.has(name) ? name : "other" }, by);
    },
    observe(name, seconds) {
      histograms.get(name)!.observe(seconds);
    },
    gauge(name, read) {
      const first = !readers.has(name);
      readers.set(name, read);
      if (first) addGauge(name);
    },
    async metrics() {
      return { text: await registry.metrics(), contentType: registry.contentType };
    },
  };
}
