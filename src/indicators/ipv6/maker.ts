import type { School } from "../../inventory/model.ts";
import type { IndicatorMaker, IndicatorSources, IndicatorValue, Window } from "../contract.ts";
import type { Evidence } from "../evidence.ts";
import type { IndicatorId } from "../list.ts";
import { indicatorValue, type Share, unknownShare } from "../share.ts";
import { IPV6_DEFAULTS, type Ipv6Judgement, type Ipv6Options, judgeIpv6 } from "./judge.ts";

const MAKES = [
  "ipv6.level",
  "ipv6.octet_share",
  "ipv6.active_terminals",
  "ipv6.dual_stack_vlans",
] as const satisfies readonly IndicatorId[];

/** Entries of an answer of `evidence`. */
const MOST_EVIDENCE = 500;

export interface Ipv6Maker extends IndicatorMaker {
  /** Everything at once, for pages. */
  judge(school: School, window: Window): Promise<Ipv6Judgement>;
}

/** IPv6 of a school: the ladder, the traffic share, terminals and networks (docs/ipv6.md). */
export function createIpv6Maker(sources: IndicatorSources, options: Partial<Ipv6Options> = {}): Ipv6Maker {
  const all: Ipv6Options = { ...IPV6_DEFAULTS, ...options };
  const judge = (school: School, window: Window): Promise<Ipv6Judgement> =>
    judgeIpv6(sources, all, school, window);
  return {
    makes: MAKES,
    judge,
    async evaluate(school, window) {
      const judged = await judge(school, window);
      return MAKES.map((id): IndicatorValue => indicatorValue(id, school.id, window, shareFor(judged, id)));
    },
    async evidence(school, indicator, window) {
      return evidenceFor(await judge(school, window), indicator).slice(0, MOST_EVIDENCE);
    },
  };
}

function shareFor(judged: Ipv6Judgement, id: (typeof MAKES)[number]): Share {
  switch (id) {
    case "ipv6.level":
      return levelShare(judged);
    case "ipv6.octet_share":
      return judged.traffic.share;
    case "ipv6.active_terminals":
      return judged.activeTerminals;
    case "ipv6.dual_stack_vlans":
      return judged.dualStackNetworks;
  }
}

/** A level has no parts: the value stands alone. */
function levelShare({ level, steps, at }: Ipv6Judgement): Share {
  if (level === null) return unknownShare(steps[1]!.why ?? "no-data", 0, at);
  return { value: level, numerator: null, denominator: null, unknown: 0, evidence: "measured", at };
}

/** The telling ones first. */
function evidenceFor(judged: Ipv6Judgement, indicator: IndicatorId): readonly Evidence[] {
  switch (indicator) {
    case "ipv6.level":
      return [
        ...judged.uplinkEvidence,
        ...networkEvidence(judged),
        ...terminalEvidence(judged),
        ...judged.traffic.evidence,
      ];
    case "ipv6.octet_share":
      return judged.traffic.evidence;
    case "ipv6.active_terminals":
      return terminalEvidence(judged);
    case "ipv6.dual_stack_vlans":
      return networkEvidence(judged);
    default:
      return [];
  }
}

/** Networks that hold the school back come first. */
function networkEvidence({ networks, routers }: Ipv6Judgement): Evidence[] {
  return [...networks]
    .sort((a, b) => Number(a.kind === "dual") - Number(b.kind === "dual"))
    .map(
      (network): Evidence => ({
        kind: "fact",
        subject: network.device,
        label: network.interface,
        object: network.told ?? "ipAddressTable",
        value: network.kind,
        at: routers.find(({ device }) => device.id === network.device)?.facts.at ?? 0,
      }),
    );
}

/** Counts of each router's neighbour caches: addresses and MACs of people's devices are shown to nobody. */
function terminalEvidence({ routers, hosts, terminalEvidence: days }: Ipv6Judgement): Evidence[] {
  const counted = hosts.prefixes.map(
    ({ prefix, terminals }): Evidence => ({
      kind: "fact",
      subject: hosts.networks[0]?.device ?? "",
      label: prefix,
      object: "terminals",
      value: terminals,
      at: hosts.at ?? 0,
    }),
  );
  const caches = routers.map(
    ({ device, facts }): Evidence => ({
      kind: "fact",
      subject: device.id,
      label: device.name ?? device.id,
      object: "ipNetToPhysicalTable",
      value: facts.hosts.length,
      at: facts.at,
    }),
  );
  return [...days, ...caches, ...counted];
}
