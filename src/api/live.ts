import type { Clock, DeviceLoad, DeviceState } from "../collection/contract.ts";
import type { EventReader } from "../collection/events.ts";
import type { BandwidthLedger } from "../indicators/bandwidth/ledger.ts";
import type { DeviceFacts } from "../inventory/facts.ts";
import type { Inventory } from "../inventory/model.ts";
import type { LatestTable } from "../measurements/latest.ts";
import type { SeriesTable } from "../measurements/series.ts";
import type { Store } from "../stores/contract.ts";
import type { TargetQuery } from "../targets/query.ts";
import type { SiteAuditView } from "./schemas/site-audits.ts";

/** What the API reads of the running controller; the controller implements it. Every call is cheap and synchronous. */
export interface LiveState {
  /** The inventory as it is now; an import replaces the object. */
  inventory(): Inventory;
  readonly table: SeriesTable;
  readonly latest: LatestTable;
  /** What the device last said of itself. */
  facts(device: string): DeviceFacts | undefined;
  /** Whether the device answers, since when (UTC ms, 0 when it never changed), and why not. */
  state(device: string): DeviceAnswer;
  readonly store: Store;
  /** What happened; without a log there are no events. */
  readonly events?: EventReader;
  /** Judged days; without them there are no targets. */
  readonly targets?: TargetQuery | undefined;
  counters(): SampleCounters;
  /** UTC ms. */
  readonly startedAt: number;
  /** True when bundled simulators stand in for the devices. */
  readonly simulated: boolean;
  readonly clock: Clock;
  /** The longest interval in which the quantity is read, ms (`slowestPolls` makes it of the profiles). */
  pollMs?(quantityId: string): number | undefined;
  /** What links carried, kept in memory; without it percentiles and forecasts are not known. */
  readonly bandwidth?: Pick<BandwidthLedger, "figures" | "months" | "progress" | "calendar">;
  /** What polling the device costs it; undefined for one that is not polled. */
  load?(device: string): DeviceLoad | undefined;
  /** The web sites that are audited; without it there are none. */
  readonly siteAudits?: SiteAudits;
}

export interface SiteAudits {
  records(): readonly SiteAuditRecord[];
  /** Newest first. */
  history(domain: string): Promise<readonly { readonly at: number; readonly verdict: string }[]>;
}

export interface SiteAuditRecord {
  readonly domain: string;
  /** Path of the region or school whose site it is; null: only who sees all may see it. */
  readonly owner: string | null;
  readonly audit: SiteAuditView | null;
}

export interface DeviceAnswer {
  readonly state: DeviceState;
  readonly since: number;
  readonly reason?: string;
}

export interface SampleCounters {
  readonly samplesTotal: number;
  readonly samplesPerSecond: number;
}
