import type { Device, Link, School } from "../../inventory/model.ts";
import type { IndicatorSources, UnknownReason, Window } from "../contract.ts";
import type { Evidence } from "../evidence.ts";
import { type Share, shareOf, unknownShare } from "../share.ts";
import { isGlobalIpv6, isUnicastIpv4 } from "./address.ts";
import { LADDER_LIMITS, type LadderLimits, ladderLevel, ladderSteps, type Step } from "./ladder.ts";
import { advertKey, countDualStack, type JudgedNetwork, judgeNetworks } from "./networks.ts";
import { SLOT_MS, wholeSlots } from "./octet-slots.ts";
import { ownMacs } from "./own-macs.ts";
import { terminalDays } from "./terminal-days.ts";
import { type RouterFacts, routersOf, type SchoolHosts, schoolHosts } from "./terminals.ts";
import { schoolTraffic, type Traffic, uplinksOf } from "./traffic.ts";

export interface Ipv6Options {
  readonly limits: LadderLimits;
  /** What a device said of itself counts for so long, ms. */
  readonly factsForMs: number;
  /** Part of the window's slots that must be no gaps for a traffic share, 0..1. */
  readonly leastCoverage: number;
  /** Time zone that days are cut in. */
  readonly timezone: string;
}

export const IPV6_DEFAULTS: Ipv6Options = Object.freeze({
  limits: LADDER_LIMITS,
  factsForMs: 7 * 86_400_000,
  leastCoverage: 0.1,
  timezone: "Asia/Shanghai",
});

/** All that is said about IPv6 of one school in one window. */
export interface Ipv6Judgement {
  readonly school: string;
  /** Whole 5-minute slots. */
  readonly window: Window;
  readonly level: number | null;
  readonly steps: readonly Step[];
  readonly traffic: Traffic;
  readonly hosts: SchoolHosts;
  /** Of the days of the window where they were counted, else of the newest neighbour caches. */
  readonly activeTerminals: Share;
  /** Of the newest neighbour caches, whatever the window. */
  readonly terminalsNow: Share;
  readonly terminalEvidence: readonly Evidence[];
  readonly dualStackNetworks: Share;
  readonly networks: readonly JudgedNetwork[];
  /** What the first step rests on. */
  readonly uplinkEvidence: readonly Evidence[];
  readonly routers: readonly RouterFacts[];
  /** UTC ms of the newest reading or fact. */
  readonly at: number | null;
}

export async function judgeIpv6(
  sources: IndicatorSources,
  options: Ipv6Options,
  school: School,
  asked: Window,
): Promise<Ipv6Judgement> {
  const window = wholeSlots(asked);
  const inventory = sources.inventory();
  const links = inventory.linksOf(school.id);
  const devices = inventory.devicesOf(school.id);
  const traffic = await schoolTraffic(sources, school, window, options.leastCoverage);
  const told = routersOf(devices, links, (device) => sources.facts(device));
  const oldest = window.to - options.factsForMs;
  const routers = told.filter(({ facts }) => facts.at >= oldest);
  const missing: UnknownReason = told.length > 0 ? "stale" : "no-data";
  const hosts = schoolHosts(
    routers,
    links,
    ownMacs(devices, (device) => sources.facts(device)),
  );
  const networks = judgeNetworks(hosts, await adverts(sources, routers, asked));
  const { dual, judged, unknown } = countDualStack(networks);
  const dualStackNetworks = shareOf(dual, judged, { unknown, at: hosts.at, why: missing });
  const days = await terminalDays(sources.store, school, window, options.timezone);
  const terminalsNow = terminalShare(hosts, networks, missing);
  // Nobody with IPv6 on days that were counted says nothing either where the routers do not tell such neighbours.
  const untold = terminalsNow.why === "no-counter" && days.share?.numerator === 0;
  const activeTerminals = untold ? terminalsNow : (days.share ?? terminalsNow);
  const uplinks = uplinksOf(inventory, school);
  const uplink = await uplinkAddress(sources, uplinks, routers, window);
  const used = networks.filter((network) => network.used);
  const steps = ladderSteps(
    {
      globalAddress: uplink.globalAddress,
      addressWhy: uplinks.length === 0 ? "not-registered" : missing,
      answered: uplink.answered,
      carried: traffic.bothWays,
      dualStackNetworks,
      activeTerminals,
      octetShare: traffic.share,
      singleStackNetworks:
        used.length === 0
          ? null
          : used.filter((one) => one.kind === "ipv6-only" && one.terminals6 > 0).length,
    },
    options.limits,
  );
  return {
    school: school.id,
    window,
    level: ladderLevel(steps),
    steps,
    traffic,
    hosts,
    activeTerminals,
    terminalsNow,
    terminalEvidence: days.evidence,
    dualStackNetworks,
    networks,
    uplinkEvidence: uplink.evidence,
    routers,
    at: newest([traffic.share.at, activeTerminals.at, hosts.at]),
  };
}

function terminalShare(
  hosts: SchoolHosts,
  networks: readonly JudgedNetwork[],
  missing: UnknownReason,
): Share {
  const active = hosts.terminals.filter((terminal) => terminal.ipv6).length;
  // Routers with IPv6 that tell no neighbour of any scope do not tell them at all: nobody was looked at.
  if (active === 0 && hosts.neighbors6 === 0 && networks.some((network) => network.ipv6))
    return unknownShare("no-counter", hosts.terminals.length, hosts.at);
  return shareOf(active, hosts.terminals.length, { at: hosts.at, why: missing });
}

/** What the routers last said in the window about sending router advertisements. */
async function adverts(
  sources: IndicatorSources,
  routers: readonly RouterFacts[],
  window: Window,
): Promise<Map<string, boolean>> {
  const found = new Map<string, boolean>();
  for (const { device } of routers) {
    const results = await sources.store.query({
      quantity: "ip.router_adverts",
      tags: { device: device.id },
      from: Math.max(0, Math.min(window.from, window.to - 86_400_000)),
      to: window.to,
      stepMs: 3_600_000,
      aggregate: "last",
    });
    for (const { tags, values } of results)
      if (tags.interface !== undefined && values.length > 0)
        found.set(advertKey({ device: device.id, interface: tags.interface }), values.at(-1) === 1);
  }
  return found;
}

interface UplinkAddress {
  readonly globalAddress: boolean | null;
  readonly answered: number | null;
  readonly evidence: readonly Evidence[];
}

/** Whether the uplinks' devices have a global IPv6 address, and whether they answer over IPv6. */
async function uplinkAddress(
  sources: IndicatorSources,
  uplinks: readonly Link[],
  routers: readonly RouterFacts[],
  window: Window,
): Promise<UplinkAddress> {
  const evidence: Evidence[] = [];
  let globalAddress: boolean | null = null;
  let answered: number | null = null;
  for (const id of new Set(uplinks.map((link) => link.device))) {
    const router = routers.find(({ device }) => device.id === id);
    // A device that says nothing of its addresses is not one without IPv6.
    if (!router?.facts.addresses.some((one) => isKnown(one.address))) continue;
    const { device, facts } = router;
    const address = bestAddress(facts.addresses, device, uplinks, facts.interfaces);
    globalAddress = globalAddress === true || address !== undefined;
    evidence.push({
      kind: "fact",
      subject: device.id,
      label: device.name ?? device.id,
      object: "ipAddressTable",
      value: address ?? null,
      at: facts.at,
    });
    const probe = await answers(sources, device, window);
    evidence.push(...probe.evidence);
    if (probe.answered !== null) answered = Math.max(answered ?? 0, probe.answered);
  }
  return { globalAddress, answered, evidence };
}

function isKnown(address: string): boolean {
  return isGlobalIpv6(address) || isUnicastIpv4(address);
}

/** A global address, that of the uplink's interface before any other. */
function bestAddress(
  addresses: RouterFacts["facts"]["addresses"],
  device: Device,
  uplinks: readonly Link[],
  interfaces: RouterFacts["facts"]["interfaces"],
): string | undefined {
  const keys = new Set(uplinks.filter((link) => link.device === device.id).map((link) => link.interface));
  const outward = new Set(interfaces.filter((one) => keys.has(one.key)).map((one) => one.ifIndex));
  const globals = addresses.filter((one) => isGlobalIpv6(one.address));
  const first = globals.find((one) => one.ifIndex !== undefined && outward.has(one.ifIndex)) ?? globals[0];
  return first?.address;
}

/** Slots answered over IPv6, of those answered over either family; null without a probe over IPv6. */
async function answers(
  sources: IndicatorSources,
  device: Device,
  window: Window,
): Promise<{ answered: number | null; evidence: Evidence[] }> {
  const results = await sources.store.query({
    quantity: "probe.reachable",
    tags: { device: device.id },
    ...window,
    stepMs: SLOT_MS,
    aggregate: "last",
  });
  const yes = new Map<string, Set<number>>();
  for (const { tags, times, values } of results)
    yes.set(tags.family ?? "", new Set(times.filter((_, i) => values[i] === 1)));
  const six = results.find((result) => result.tags.family === "ipv6");
  if (!six || six.times.length === 0) return { answered: null, evidence: [] };
  const over6 = yes.get("ipv6")!;
  const either = new Set([...(yes.get("ipv4") ?? []), ...over6]);
  const answered = either.size === 0 ? 0 : over6.size / either.size;
  return {
    answered,
    evidence: [
      {
        kind: "series",
        subject: device.id,
        label: device.name ?? device.id,
        quantity: six.quantity,
        tags: six.tags,
        from: window.from,
        to: window.to,
        value: answered,
        samples: six.times.length,
      },
    ],
  };
}

function newest(times: readonly (number | null)[]): number | null {
  return times.reduce((at, time) => (time !== null && (at === null || time > at) ? time : at), null);
}
