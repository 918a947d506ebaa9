import { forecastOf } from "../../indicators/bandwidth/forecast.ts";
import type { LinkFigures } from "../../indicators/bandwidth/link-record.ts";
import type { MonthFigures } from "../../indicators/bandwidth/month.ts";
import type { DeviceFacts } from "../../inventory/facts.ts";
import type { Link } from "../../inventory/model.ts";
import type { Backbone, BackboneEdge } from "../../topology/backbone.ts";
import type { Ways } from "../../topology/ways.ts";
import { type Caller, maySee } from "../access.ts";
import { byTrouble, type Finding, LINK_LIMITS, reasonsOf, stateOf, THRESHOLDS } from "../rules.ts";
import type { BackboneLinkView, ForecastView, OpticView, PercentileView } from "../schemas/backbone.ts";
import { type LinkSight, positive } from "./link.ts";
import { opticViews } from "./optics.ts";
import { firstOf, freshValue, type Sight } from "./sight.ts";

/** What a row of the backbone is made of. */
export interface LinkParts {
  readonly sight: Sight;
  readonly caller: Caller;
  readonly graph: Backbone;
  /** What the ledger knows; undefined until it was read. */
  readonly figures: LinkFigures | undefined;
  ways(node: string): Ways;
}

/** A link with both ends, what it carried and how the node on it hangs. */
export function backboneLinkView(parts: LinkParts, seen: LinkSight, edge: BackboneEdge): BackboneLinkView {
  const { sight, caller, figures } = parts;
  const { link, view } = seen;
  const facts = sight.facts(link.device);
  const optics = opticViews(sight, link, facts, figures?.light);
  const optic = optics.reduce<OpticView | null>(
    (worst, one) => (worst === null || byTrouble(worst.state, one.state) > 0 ? one : worst),
    null,
  );
  const findings = [...seen.findings, ...linkFindings(sight, link, edge, figures, optic)];
  const visible = (node: string | null): string | null => {
    const path = node === null ? undefined : parts.graph.node(node)?.path;
    return path !== undefined && maySee(caller, path) ? node : null;
  };
  const to = visible(edge.to);
  return {
    ...view,
    state: stateOf(findings),
    reasons: reasonsOf(findings),
    from: edge.from,
    to,
    toBy: to === null ? null : edge.toBy,
    toDevice: to === null ? null : edge.toDevice,
    toSeen: visible(edge.toSeen),
    speed: speedOf(sight, link, facts),
    speedWanted: speedWanted(sight, link),
    p95: percentileView(figures?.month, view.capacity),
    errorShare: figures?.errorShare ?? null,
    discardShare: figures?.discardShare ?? null,
    optic,
    ...probes(sight, parts.graph, edge),
    families: families(facts, link.interface),
    resilience: resilience(parts.ways(parts.graph.lowerEnd(edge))),
    forecast: forecasts(figures, view.capacity),
  };
}

/** Codes beyond those of the line itself; none is worse than `watch`, as the line still carries. */
function linkFindings(
  sight: Sight,
  link: Link,
  edge: BackboneEdge,
  figures: LinkFigures | undefined,
  optic: OpticView | null,
): Finding[] {
  const about = { subject: link.id, name: link.name ?? link.id };
  const findings: Finding[] = [];
  if (optic && (optic.state === "bad" || optic.state === "watch"))
    findings.push({
      severity: "watch",
      reason: { code: "optic-low", ...about, ...(optic.rxPower === null ? {} : { value: optic.rxPower }) },
    });
  const errors = errorRate(sight, link);
  // A device that counts no packets says nothing of shares: then the errors of a second are judged, as of any port.
  const many = figures === undefined || figures.errorShare === null;
  if (
    (many && errors !== null && errors >= THRESHOLDS.portErrors) ||
    (figures?.errorShare ?? 0) >= LINK_LIMITS.errorShare ||
    (figures?.discardShare ?? 0) >= LINK_LIMITS.discardShare
  ) {
    const value = errors === null || errors === 0 ? {} : { value: errors };
    findings.push({ severity: "watch", reason: { code: "port-errors", ...about, ...value } });
  }
  if (edge.toSeen !== null)
    findings.push({ severity: "watch", reason: { code: "uplink-elsewhere", ...about } });
  return findings;
}

/** Packets with errors a second, of the direction with more; null when it is not counted. */
function errorRate(sight: Sight, link: Link): number | null {
  const own = sight.index.ofInterface(link.device, link.interface);
  let most: number | null = null;
  for (const quantityId of ["interface.in_error_rate", "interface.out_error_rate"]) {
    const rate = firstOf(sight, own, quantityId);
    if (rate !== null && (most === null || rate > most)) most = rate;
  }
  return most;
}

/** Single: one way that is known to work, or none; unknown while links without a state may be a second one. */
export function resilience({ up, registered, possible }: Ways): BackboneLinkView["resilience"] {
  if (up >= 2) return "dual";
  if (registered === 0 || (up === 0 && possible > 0) || possible >= 2) return "unknown";
  return "single";
}

export function percentileView(month: MonthFigures | undefined, capacity: number | null): PercentileView {
  if (!month)
    return {
      value: null,
      inValue: null,
      outValue: null,
      use: null,
      slots: 0,
      slotsWanted: 0,
      from: 0,
      to: 0,
      why: "no-data",
    };
  const { value, inValue, outValue, slots, slotsWanted, from, to, why } = month;
  const use = value === null || capacity === null ? null : value / capacity;
  return { value, inValue, outValue, use, slots, slotsWanted, from, to, why };
}

function forecasts(figures: LinkFigures | undefined, capacity: number | null): ForecastView[] {
  return forecastOf(figures?.trend, figures?.busyHours.length ?? 0, capacity, figures?.today ?? 0);
}

function speedOf(sight: Sight, link: Link, facts: DeviceFacts | undefined): number | null {
  const own = sight.index.ofInterface(link.device, link.interface);
  for (const series of own?.byQuantity.get("interface.speed") ?? []) {
    const value = freshValue(sight, series, "interface.speed");
    if (!Number.isNaN(value)) return positive(value);
  }
  return positive(facts?.interfaces.find((one) => one.key === link.interface)?.speed ?? null);
}

/** TG-02: 10 Gbit/s for lines of the backbone, 1 Gbit/s for a school's. */
function speedWanted(sight: Sight, link: Link): number | null {
  if (link.role === "backbone") return LINK_LIMITS.backboneSpeed;
  return sight.inventory.sites.get(link.school)?.kind === "node"
    ? LINK_LIMITS.backboneSpeed
    : LINK_LIMITS.schoolSpeed;
}

/** The probes of the device that hangs on the link: campusd stands above it. */
function probes(
  sight: Sight,
  graph: Backbone,
  edge: BackboneEdge,
): Pick<BackboneLinkView, "rtt4" | "rtt6" | "loss4" | "loss6"> {
  const device = graph.lowerEnd(edge) === edge.from ? edge.link.device : edge.toDevice;
  const series = device === null ? undefined : sight.index.device(device);
  const read = (quantityId: string, family: string): number | null => {
    for (const number of series?.byQuantity.get(quantityId) ?? []) {
      if (sight.table.key(number).tags.family !== family) continue;
      const value = freshValue(sight, number, quantityId);
      if (!Number.isNaN(value)) return value;
    }
    return null;
  };
  return {
    rtt4: read("probe.rtt", "ipv4"),
    rtt6: read("probe.rtt", "ipv6"),
    loss4: read("probe.loss", "ipv4"),
    loss6: read("probe.loss", "ipv6"),
  };
}

/** By the addresses of the interface, and the neighbours that were seen at it. Link-local addresses prove nothing. */
function families(facts: DeviceFacts | undefined, key: string): BackboneLinkView["families"] {
  const ifIndex = facts?.interfaces.find((one) => one.key === key)?.ifIndex;
  if (facts === undefined || ifIndex === undefined) return "unknown";
  let v4 = false;
  let v6 = false;
  for (const list of [facts.addresses, facts.hosts])
    for (const one of list) {
      if (one.ifIndex !== ifIndex) continue;
      if (!one.address.includes(":")) v4 = true;
      else if (!/^fe[89ab]/i.test(one.address)) v6 = true;
    }
  if (v4 && v6) return "dual";
  return v4 ? "ipv4-only" : v6 ? "ipv6-only" : "unknown";
}
