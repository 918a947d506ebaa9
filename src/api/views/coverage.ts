import type { Ipv6Judgement } from "../../indicators/ipv6/judge.ts";
import { rollUp, type Share } from "../../indicators/share.ts";
import type { WifiJudgement } from "../../indicators/wifi/judge.ts";
import type { CoverageView } from "../schemas/coverage.ts";
import { shareView } from "./share.ts";

/** What is kept of a school's judgement: numbers, no readings. */
export interface SchoolCoverage {
  readonly level: number | null;
  readonly octets: Share;
  readonly linksMeasured: number;
  readonly linksRegistered: number;
  readonly gaps: number;
  readonly slots: number;
  readonly presence: Share;
  readonly service: Share;
  readonly signal: Share;
  readonly capacity: Share;
}

export function schoolCoverage({ level, traffic }: Ipv6Judgement, wifi: WifiJudgement): SchoolCoverage {
  const { presence, service, signal, capacity } = wifi;
  const { share, linksMeasured, linksRegistered, gaps, slots } = traffic;
  return {
    level,
    octets: share,
    linksMeasured,
    linksRegistered,
    gaps,
    slots,
    presence,
    service,
    signal,
    capacity,
  };
}

/**
 * The roll-up of schools: octets, rooms, slots and radios are added, never percentages.
 * @param all how many schools and uplinks the register has; those not judged yet are unknown
 * @param at UTC ms of the oldest judgement
 */
export function coverageView(
  region: string,
  all: { readonly schools: number; readonly links: number },
  judged: readonly SchoolCoverage[],
  at: number,
): CoverageView {
  const levels = [0, 0, 0, 0, 0, 0];
  let levelUnknown = all.schools - judged.length;
  for (const { level } of judged)
    if (level === null) levelUnknown++;
    else levels[level]!++;
  const sum = (member: "linksMeasured" | "linksRegistered" | "gaps" | "slots"): number =>
    judged.reduce((total, one) => total + one[member], 0);
  const layer = (member: "octets" | "presence" | "service" | "signal" | "capacity") =>
    shareView(rollUp(judged.map((one) => one[member])));
  const octets = layer("octets");
  return {
    at,
    region,
    schools: { total: all.schools, judged: judged.length },
    ipv6: {
      share: { ...octets, unknown: octets.unknown + all.links - sum("linksRegistered") },
      linksMeasured: sum("linksMeasured"),
      linksRegistered: all.links,
      gaps: sum("gaps"),
      slots: sum("slots"),
      levels,
      levelUnknown,
    },
    wifi: {
      presence: layer("presence"),
      service: layer("service"),
      signal: layer("signal"),
      capacity: layer("capacity"),
    },
  };
}
