import type { DEVICE_ROLES, ROOM_TYPES } from "../inventory/document.ts";
import type { Reason, State } from "./schemas/campus.ts";

/** Where a state begins. docs/api.md shows this table; docs and code are held together by a test. */
export const THRESHOLDS = {
  /** Percent of capacity, the larger direction. */
  uplinkBusy: 70,
  uplinkSaturated: 90,
  /** degC, the board's own temperature. */
  boardHot: 70,
  /** ppm in a room's air. */
  co2Poor: 1500,
  /** degC of a room's air: at or above, and at or below. */
  roomHot: 32,
  roomCold: 10,
  /** Packets a second with errors on one interface, either direction. */
  portErrors: 1,
  /** Reasons that a row carries at most. */
  reasons: 20,
} as const;

/**
 * What a single way up makes of a place. `lost`: several are registered and one works. By its register alone
 * (`designed`) a place is as good as its links; it is listed, and no worse.
 */
export const SINGLE_UPLINK = { lost: "watch", designed: "good" } as const;

/** Where a link begins to fail, besides being down. */
export const LINK_LIMITS = {
  /** Share of packets with errors, or discarded, of an hour. */
  errorShare: 1e-4,
  discardShare: 1e-3,
  /** bit/s: a line of the backbone, and a school's. */
  backboneSpeed: 10e9,
  schoolSpeed: 1e9,
} as const;

/** Room types whose air matters to people; a cold store or a machine room may be as cold or warm as it likes. */
export const PEOPLE_STAY: ReadonlySet<string> = new Set<(typeof ROOM_TYPES)[number]>([
  "classroom",
  "laboratory",
  "computer-room",
  "multimedia",
  "library",
  "office",
  "meeting",
  "hall",
  "dormitory",
]);

const MINUTE = 60_000;
const DAY = 86_400_000;

/**
 * How old a value may be and still count, ms, at the tiers the bundled profiles use. A quantity is looked up by
 * its id, then by its group, then the default holds.
 */
export const FRESHNESS: Readonly<Record<string, number>> = {
  default: 5 * MINUTE,
  sensor: 15 * MINUTE,
  wifi: 15 * MINUTE,
  optics: 15 * MINUTE,
  poe: 15 * MINUTE,
  ups: 15 * MINUTE,
  "interface.oper_state": 15 * MINUTE,
  "interface.admin_state": 15 * MINUTE,
  "board.usage_today": 15 * MINUTE,
  "device.uptime": 15 * MINUTE,
  // A line rate hardly changes and is read in the slow tiers.
  "interface.speed": 3 * DAY,
};

/** A device whose newest sample is older than this is stale, whatever was last heard of it. ms. */
export const DEVICE_STALE = 15 * MINUTE;

/** A value that is read less often than the table expects counts for so many intervals. */
export const FRESH_INTERVALS = 3;

/**
 * How old a value of the quantity may be and still count, ms.
 * @param pollMs the longest interval in which it is read, where that is known
 */
export function freshnessOf(quantityId: string, pollMs = 0): number {
  const group = quantityId.slice(0, quantityId.indexOf("."));
  const listed = FRESHNESS[quantityId] ?? FRESHNESS[group] ?? FRESHNESS["default"]!;
  return Math.max(listed, FRESH_INTERVALS * pollMs);
}

type Role = (typeof DEVICE_ROLES)[number];

/** A school without one of these has no network. */
export const CORE_ROLES: ReadonlySet<Role> = new Set<Role>([
  "router",
  "firewall",
  "core-switch",
  "wifi-controller",
  "olt",
]);

/** Quantities that say that campusd asked, not that the device answered: they do not make a device fresh. */
export const NOT_EVIDENCE: ReadonlySet<string> = new Set([
  "device.up",
  "device.poll_duration",
  "probe.reachable",
  "probe.loss",
  "probe.rtt",
]);

export type Severity = Exclude<State, "good">;

/** A reason and what it makes of the thing it is about. */
export interface Finding {
  readonly severity: Severity;
  readonly reason: Reason;
}

const RANK: Readonly<Record<State, number>> = { good: 0, unknown: 1, watch: 2, bad: 3 };

/** The worse of two states: bad, watch, unknown, good. Unknown is worse than good: no data is never good. */
export function worse(a: State, b: State): State {
  return RANK[b] > RANK[a] ? b : a;
}

/** Orders bad, watch, unknown, good. */
export function byTrouble(a: State, b: State): number {
  return RANK[b] - RANK[a];
}

/** The worst of the findings, good when there is none. */
export function stateOf(findings: readonly Finding[]): State {
  let state: State = "good";
  for (const finding of findings) state = worse(state, finding.severity);
  return state;
}

/** Most serious first, among equals the kinds in this order; codes left out come last. */
const CODE_ORDER: readonly Reason["code"][] = [
  "uplink-down",
  "device-down",
  "ups-battery-low",
  "ups-on-battery",
  "uplink-saturated",
  "uplink-busy",
  "optic-low",
  "uplink-single",
  "uplink-elsewhere",
  "aps-offline",
  "ap-offline",
  "board-silent",
  "board-fault",
  "board-hot",
  "air-poor",
  "part-failed",
];

/** The same on every machine, and many times faster than a collator. */
export function byCodePoint(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The reasons of the findings, most serious first, at most as many as a row carries. */
export function reasonsOf(findings: readonly Finding[]): Reason[] {
  if (findings.length === 0) return [];
  if (findings.length === 1) return [findings[0]!.reason];
  const order = (code: Reason["code"]): number => {
    const at = CODE_ORDER.indexOf(code);
    return at < 0 ? CODE_ORDER.length : at;
  };
  return [...findings]
    .sort(
      (a, b) =>
        RANK[b.severity] - RANK[a.severity] ||
        order(a.reason.code) - order(b.reason.code) ||
        byCodePoint(a.reason.subject ?? "", b.reason.subject ?? ""),
    )
    .slice(0, THRESHOLDS.reasons)
    .map((finding) => finding.reason);
}
