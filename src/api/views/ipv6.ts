import type { Ipv6Judgement } from "../../indicators/ipv6/judge.ts";
import type { SchoolIpv6View } from "../schemas/coverage.ts";
import { shareView } from "./share.ts";

/** Networks of a big school; the fullest first. */
const MOST_NETWORKS = 500;
const MOST_PREFIXES = 100;

/** The page of a school's IPv6. */
export function ipv6View(judged: Ipv6Judgement, now: number): SchoolIpv6View {
  const { traffic, hosts, terminalsNow, networks } = judged;
  return {
    at: now,
    school: judged.school,
    window: judged.window,
    level: judged.level,
    steps: judged.steps.map(({ step, met, why, value, limit }) =>
      // What the first step compares (answers, or traffic) stands in its evidence: it is no share of anything here.
      step === 1 ? { step, met, why, value: null, limit: null } : { step, met, why, value, limit },
    ),
    share: {
      ...shareView(traffic.share),
      source: traffic.source,
      linksMeasured: traffic.linksMeasured,
      linksRegistered: traffic.linksRegistered,
      gaps: traffic.gaps,
      slots: traffic.slots,
    },
    terminals: {
      seen: hosts.terminals.length,
      ipv6: hosts.terminals.filter((one) => one.ipv6).length,
      dualStack: hosts.terminals.filter((one) => one.ipv4 && one.ipv6).length,
      share: shareView(terminalsNow),
      prefixes: hosts.prefixes.slice(0, MOST_PREFIXES),
    },
    vlans: [...networks]
      .sort((a, b) => b.terminals4 + b.terminals6 - (a.terminals4 + a.terminals6))
      .slice(0, MOST_NETWORKS)
      .map((network) => ({
        interface: network.interface,
        device: network.device,
        ipv4: network.ipv4,
        ipv6: network.ipv6,
        advertised: network.advertised,
        told: network.told,
        used: network.used,
        terminals4: network.terminals4,
        terminals6: network.terminals6,
        kind: network.kind,
      })),
  };
}
