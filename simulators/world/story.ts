import type { Growth } from "../behaviour/flow.ts";
import type { SchoolFaults } from "../faults/scenario.ts";
import type { Seed } from "./seed.ts";

/**
 * What a school has come to, by its number: the county shows every step of the IPv6 ladder, every way in which
 * Wi-Fi can be incomplete, and lines in trouble. It repeats after twenty schools.
 */
export interface Story {
  readonly ipv6: Ipv6Story;
  readonly wifi: WifiStory;
  readonly line: LineStory;
}

export interface Ipv6Story {
  /**
   * 0 nothing; 1 the uplink alone; 2 user networks too; 3 most terminals; 4 over 27 % of the octets; 5 and a
   * network without IPv4.
   */
  readonly step: 0 | 1 | 2 | 3 | 4 | 5;
  /** Share of IPv6 in all octets of the uplink. */
  readonly share: number;
  /** Share of the terminals that have a global IPv6 address in the neighbour cache. */
  readonly active: number;
  /** A user network has an address of IPv6 that no router advertises. */
  readonly silent: boolean;
  /**
   * What the core counts by version: octets of each interface in 64 bits; in 32 bits; or of the box alone and only
   * what is for itself (`control-plane`), of which no share can be made.
   */
  readonly counters: "interfaces" | "narrow" | "control-plane";
}

export interface WifiStory {
  /** Rooms beyond the access points have none; else the last access points serve two rooms each. */
  readonly gaps: boolean;
  /** Registered, and the controller does not know them. */
  readonly planned: number;
  /** They went off two days ago and this controller leaves out what is off. */
  readonly hidden: number;
  /** The controller knows them and no register does. */
  readonly strangers: number;
  /** Rooms whose stations are heard badly. */
  readonly weak: number;
  /** Access points with more stations than a radio serves well. */
  readonly crowded: number;
  /** Share of the access points that were put up in the last five weeks, and how many days ago the last one was. */
  readonly rollout: { readonly share: number; readonly endedDays: number };
}

export interface LineStory {
  /** The main line fails for some minutes every two hours. */
  readonly flaps: boolean;
  /** Its light has been falling for ten days. */
  readonly fades: boolean;
  /** It negotiated 100 Mbit/s where 1 Gbit/s is wanted. */
  readonly slow: boolean;
  /** Two classroom ports negotiated 10 Mbit/s. */
  readonly slowPorts: boolean;
  /** The core started anew some days ago: all its counters began again. */
  readonly restarted: boolean;
  /** Use at the busiest, of the contract; a number of the seed's where it is not told. */
  readonly use?: number;
  /** Growth of the use a day, at the anchor. */
  readonly perDay: number;
}

/** Steps of the ladder by school number; a county of three schools has three different ones. */
const STEPS = [4, 3, 0, 2, 5, 1, 3, 2, 4, 0, 3, 1, 4, 2, 5, 3, 0, 4, 2, 3] as const;
const SHARES = [
  [0, 0],
  [0.02, 0.05],
  [0.08, 0.16],
  [0.17, 0.24],
  [0.29, 0.38],
  [0.31, 0.42],
] as const;
const ACTIVE = [
  [0, 0],
  [0, 0],
  [0.25, 0.45],
  [0.64, 0.76],
  [0.7, 0.85],
  [0.8, 0.92],
] as const;
/** Schools that were equipped one after the other, and how many days ago each was done. */
const ROLLOUTS: Readonly<Record<number, number>> = { 8: 25, 10: 20, 13: 14, 15: 8, 17: 2 };

/** Numbers of the schools with something particular, of each twenty. */
const AT = {
  silent: 5,
  controlPlane: 6,
  gaps: [2, 11],
  planned: 3,
  hidden: 6,
  strangers: 7,
  weak: 1,
  crowded: 9,
  slowPorts: 3,
  restarted: 4,
} as const;

/** What can be said of a main line, and the school of each twenty that has it; the next one where that is in trouble. */
const LINES = { narrow: 7, flaps: 9, slow: 11, fades: 12, grows: 14 } as const;
type LineKind = keyof typeof LINES;

/** What is said of each school's main line; one thing a line, and nothing of those that a fault was placed at. */
export function placeLines(faults: readonly SchoolFaults[]): readonly (LineKind | undefined)[] {
  const placed: (LineKind | undefined)[] = faults.map(() => undefined);
  for (let block = 0; block < faults.length; block += STEPS.length) {
    const size = Math.min(STEPS.length, faults.length - block);
    for (const [kind, wanted] of Object.entries(LINES) as [LineKind, number][]) {
      if (wanted >= size) continue;
      const order = Array.from({ length: size }, (_, i) => block + ((wanted + i) % size));
      const free = order.find((n) => placed[n] === undefined && isSound(faults[n]!));
      if (free !== undefined) placed[free] = kind;
    }
  }
  return placed;
}

function isSound(faults: SchoolFaults): boolean {
  return !faults["saturated-uplink"] && !faults["uplink-down"] && !faults["uplink-errors"];
}

/** Fits in 32 bits for 5 minutes: a busier line's counter would go round unseen between two samples of a history. */
export const NARROW_MBPS = 100;

export function storyOf(
  index: number,
  seed: Seed,
  faults: SchoolFaults,
  line: LineKind | undefined,
  quiet: boolean,
): Story {
  const n = index % STEPS.length;
  const step = STEPS[n]!;
  const [low, high] = SHARES[step]!;
  const [few, many] = ACTIVE[step]!;
  return {
    ipv6: {
      step,
      share: step === 0 ? 0 : Math.round(1000 * seed.between("v6 share", low, high)) / 1000,
      active: step < 2 ? 0 : seed.between("v6 active", few, many),
      silent: n === AT.silent,
      counters: n === AT.controlPlane ? "control-plane" : line === "narrow" ? "narrow" : "interfaces",
    },
    wifi: {
      gaps: AT.gaps.includes(n as 2),
      planned: n === AT.planned ? 3 : 0,
      hidden: !quiet && n === AT.hidden ? 3 : 0,
      strangers: n === AT.strangers ? 2 : 0,
      weak: n === AT.weak ? 2 : 0,
      crowded: n === AT.crowded ? 2 : 0,
      rollout: {
        share: ROLLOUTS[n] === undefined ? 0 : seed.between("rollout", 0.35, 0.6),
        endedDays: ROLLOUTS[n] ?? 0,
      },
    },
    line: {
      flaps: !quiet && line === "flaps",
      fades: !quiet && line === "fades",
      // A box that counts in 32 bits is old: its port is too.
      slow: line === "narrow" || (!quiet && line === "slow"),
      slowPorts: !quiet && n === AT.slowPorts,
      restarted: !quiet && n === AT.restarted,
      ...(line === "grows" ? { use: 0.66 } : {}),
      perDay: faults["saturated-uplink"] ? 0 : line === "grows" ? 0.0025 : seed.between("growth", 0, 0.001),
    },
  };
}

/** The growth of a line's traffic: from half a year before the anchor to four months after it. */
export function growthOf(perDay: number, anchor: number): Growth | undefined {
  return perDay === 0
    ? undefined
    : { anchor, perDay, from: anchor - 180 * 86_400, to: anchor + 120 * 86_400 };
}

/** How long it takes to equip a school. */
export const ROLLOUT_SECONDS = 9 * 86_400;
