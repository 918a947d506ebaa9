import type { DeviceFacts } from "../inventory/facts.ts";
import type { BatchBuilder } from "../measurements/batch.ts";
import type { SeriesTable, Tags } from "../measurements/series.ts";
import type { CompiledProfile } from "../profiles/compiled.ts";
import type { Secret } from "../settings/secret.ts";
import type { SnmpAuthProtocol, SnmpPrivProtocol } from "../settings/snmp-security.ts";

export type Protocol = "snmp" | "mqtt" | "modbus" | "probe";

/** The poll tiers, ms. A column is read at one of them. */
export const TIERS_MS = [10_000, 60_000, 300_000, 3_600_000, 86_400_000] as const;

export interface Endpoint {
  /** A literal IPv4 or IPv6 address: names are resolved before. */
  readonly address: string;
  readonly port: number;
}

/** How a device is asked. Secrets keep their identity: collectors remember by it what they made of them. */
export type DeviceCredential =
  | { readonly protocol: "snmp"; readonly version: "v1" | "v2c"; readonly community: Secret }
  | {
      readonly protocol: "snmp";
      readonly version: "v3";
      readonly user: string;
      /** The context whose objects are read; "" is the default one. */
      readonly context: string;
      /** Without it messages are neither signed nor encrypted; `priv` needs it. */
      readonly auth?: { readonly protocol: SnmpAuthProtocol; readonly password: Secret };
      readonly priv?: { readonly protocol: SnmpPrivProtocol; readonly password: Secret };
    }
  | { readonly protocol: "mqtt"; readonly username: string; readonly password: Secret }
  | { readonly protocol: "none" };

export type SnmpCredential = Extract<DeviceCredential, { protocol: "snmp" }>;

/** What a collector is told of a device: all it needs, nothing it has to look up. */
export interface DeviceAssignment {
  /** The inventory's device id; also the value of the tag `device`. */
  readonly device: string;
  /** The device's own tags: province .. device, role, and room where it stands in one. */
  readonly tags: Tags;
  readonly endpoint: Endpoint;
  /** Other addresses of the device, for the probe (IPv4 and IPv6 apart). */
  readonly addresses: readonly string[];
  readonly credential: DeviceCredential;
  /** Set when the inventory names the profile; otherwise the collector matches one. */
  readonly profile?: CompiledProfile;
  /** Modbus unit id, 0..255. */
  readonly unit?: number;
}

export type DeviceState = "up" | "down" | "unknown";

/**
 * Where collectors put what they read. Synchronous and cheap: rows go into `batch`, which the pump takes
 * about once a second; a collector never waits for a store.
 */
export interface Sink {
  readonly table: SeriesTable;
  readonly batch: BatchBuilder;
  /** Replaces what was known of the device. */
  facts(facts: DeviceFacts): void;
  /** Called after each poll or message, also when nothing changed. `reason` is for people. */
  state(device: string, state: DeviceState, reason?: string): void;
  /** The device's clock began anew since it was last asked; `upTime` is what it says now, s. */
  restarted?(device: string, upTime: number): void;
  /** Counts an event of the collector's own by name (`snmp.spoofed`, `mqtt.payload`), for telemetry and tests. */
  count(name: string, by?: number): void;
}

/** Clock, random and timers are passed in; nothing reads the system's own. */
export interface Clock {
  /** UTC ms, for timestamps only. */
  now(): number;
  /** Monotonic ms, for everything that measures or schedules. */
  monotonic(): number;
}

/** What polling a device costs it and its line, and what is done about it. */
export interface DeviceLoad {
  /** Means over the last quarter of an hour, a minute. */
  readonly requests: number;
  /** Octets of requests and answers, UDP payload. */
  readonly octets: number;
  /** Requests in the busiest of these minutes. */
  readonly mostRequests: number;
  /** The limits that hold for it. */
  readonly inFlight: number;
  readonly requestsPerSecond: number;
  /** 0: all is read; 1: without optional groups; 2, 3: and less often. */
  readonly level: number;
  /** Why, for people; undefined at level 0. */
  readonly reason?: string;
}

/**
 * A way to read devices. Constructors are inert; `open` does the first I/O. `assign` and `unassign` may be
 * called at any time after `open`; assigning a device again replaces its assignment. When `close` resolves,
 * nothing is emitted any more.
 */
export interface Collector {
  readonly protocol: Protocol;
  open(signal: AbortSignal): Promise<void>;
  assign(assignment: DeviceAssignment): void;
  unassign(device: string): void;
  /**
   * Somebody heard that something changed at the device (a trap): its fast values are read soon, at most once
   * in some seconds, as politely as ever. Nothing happens when the collector does not know the device.
   */
  nudge?(device: string): void;
  /** What polling the device costs; undefined where that is not known. */
  load?(device: string): DeviceLoad | undefined;
  close(): Promise<void>;
}

/** Runs tasks on time. The collectors ask it; it is one for the process. */
export interface Scheduler {
  /**
   * Runs `task` every `everyMs`, first within `firstWithinMs` (default: one interval, at most 10 s), at a phase that follows from `id`
   * and is the same after a restart. A run that is still under way when the next is due makes that one skip:
   * missed cycles never stack. A task that throws is logged and runs again at its next turn.
   * Answers a function that ends it.
   */
  every(
    id: string,
    everyMs: number,
    task: (signal: AbortSignal) => Promise<void> | void,
    firstWithinMs?: number,
  ): () => void;
}
