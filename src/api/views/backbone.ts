import type { Region } from "../../inventory/model.ts";
import type { BackboneEdge, BackboneNode } from "../../topology/backbone.ts";
import type { Ways } from "../../topology/ways.ts";
import { type Caller, maySee, visiblePlace } from "../access.ts";
import type { Campus } from "../campus.ts";
import {
  byCodePoint,
  byTrouble,
  type Finding,
  reasonsOf,
  SINGLE_UPLINK,
  stateOf,
  THRESHOLDS,
} from "../rules.ts";
import type { BackboneLinkView, BackboneView, LinkPageView, NodeView } from "../schemas/backbone.ts";
import { backboneLinkView, type LinkParts, percentileView } from "./backbone-link.ts";
import type { LinkSight } from "./link.ts";
import { opticViews } from "./optics.ts";
import { regionTrail, regionView } from "./region.ts";
import { plus } from "./sight.ts";

/** A region with more links than these lists its backbone alone: the lines of schools are seen county by county. */
export const MOST_LINKS = 2000;
const MOST_UNREGISTERED = 200;
/** Months on a link's page. */
const MONTHS = 6;
const DAY = 86_400_000;

/** The backbone of a region: its nodes, its links by trouble, and how each node hangs. */
export function backboneView(campus: Campus, caller: Caller, region: Region): BackboneView {
  const { sight, backbone: graph } = campus;
  const { edges, left } = edgesOf(campus, caller, region);
  const ways = memo((node: string) => sight.ways(node));
  const links: BackboneLinkView[] = [];
  const ends = new Map<string, LinkSight[]>();
  for (const edge of edges) {
    const seen = campus.link(edge.link.id);
    if (!seen) continue;
    const figures = campus.live.bandwidth?.figures(edge.link.id);
    links.push(backboneLinkView({ sight, caller, graph, figures, ways }, seen, edge));
    for (const node of new Set([edge.from, edge.to])) {
      if (node === null) continue;
      const list = ends.get(node);
      if (list) list.push(seen);
      else ends.set(node, [seen]);
    }
  }
  links.sort(
    (a, b) => byTrouble(a.state, b.state) || (b.use ?? -1) - (a.use ?? -1) || byCodePoint(a.id, b.id),
  );
  const progress = campus.live.bandwidth?.progress();
  const unregistered = graph.unregistered.filter(
    ({ from, to }) =>
      [from, to].every((id) => visiblePlace(sight.inventory, caller, id) !== undefined) &&
      [from, to].some((id) => inRegion(sight.inventory.place(id)!.path, region.path)),
  );
  return {
    region: regionView(sight.inventory, caller, region),
    at: sight.now,
    totals: totalsOf(links),
    nodes: nodesOf(campus, caller, region, ends, ways, left > 0),
    links,
    left,
    ...(progress ? { read: { links: progress.read, of: progress.links } } : {}),
    unregistered: unregistered.slice(0, MOST_UNREGISTERED).map((one) => ({ ...one })),
  };
}

/** The page of one link; undefined when there is none or the caller may not see it. */
export async function linkPage(
  campus: Campus,
  caller: Caller,
  id: string,
): Promise<LinkPageView | undefined> {
  const link = campus.inventory.links.get(id);
  const place = link && visiblePlace(campus.inventory, caller, link.school);
  const seen = place && campus.link(id);
  if (!link || !place || !seen) return undefined;
  const { sight, backbone: graph } = campus;
  const { bandwidth } = campus.live;
  const figures = bandwidth?.figures(id);
  const parts: LinkParts = { sight, caller, graph, figures, ways: (node) => sight.ways(node) };
  const inside: BackboneEdge = {
    link,
    from: link.school,
    to: null,
    toBy: null,
    toDevice: null,
    toSeen: null,
  };
  const view = backboneLinkView(parts, seen, graph.edges.get(id) ?? inside);
  const optics = opticViews(sight, link, sight.facts(link.device), figures?.light);
  const months = (await bandwidth?.months(link, MONTHS)) ?? [];
  const { capacity } = view;
  const contracted = link.contractedMbps ?? null;
  return {
    at: sight.now,
    region: regionTrail(sight.inventory, caller, place.region),
    link: view,
    months: months.map((month) => ({ ...percentileView(month, capacity), month: month.name })),
    optics,
    perClass: ratio(contracted, place.classes),
    perStudent: ratio(contracted, place.students),
    busyHours:
      capacity === null
        ? []
        : (figures?.busyHours ?? []).map(({ day, value }): [number, number] => [
            bandwidth!.calendar.startOf(new Date(day * DAY).toISOString().slice(0, 10)),
            value / capacity,
          ]),
  };
}

/** Links that the caller may see and that end in the region, on either side. */
function edgesOf(
  campus: Campus,
  caller: Caller,
  region: Region,
): { readonly edges: readonly BackboneEdge[]; readonly left: number } {
  const { inventory, backbone: graph } = campus;
  const found: BackboneEdge[] = [];
  for (const edge of graph.edges.values()) {
    const place = inventory.place(edge.from);
    if (!place || !maySee(caller, place.path)) continue;
    const to = edge.to === null ? undefined : graph.node(edge.to)?.path;
    if (inRegion(place.path, region.path) || (to !== undefined && inRegion(to, region.path)))
      found.push(edge);
  }
  if (found.length <= MOST_LINKS) return { edges: found, left: 0 };
  const isSchool = (node: string | null) => node !== null && inventory.schools.has(node);
  const trunk = found.filter((edge) => !isSchool(edge.from) && !isSchool(edge.to)).slice(0, MOST_LINKS);
  return { edges: trunk, left: found.length - trunk.length };
}

function inRegion(path: string, region: string): boolean {
  return path === region || path.startsWith(`${region}/`);
}

/** Both ends of every link, and every school and site of the region: one without a link is worth seeing. */
function nodesOf(
  campus: Campus,
  caller: Caller,
  region: Region,
  ends: ReadonlyMap<string, readonly LinkSight[]>,
  ways: (node: string) => Ways,
  trunkAlone: boolean,
): NodeView[] {
  const { inventory, backbone: graph } = campus;
  const ids = new Set([region.path, ...ends.keys()]);
  for (const site of inventory.sitesIn(region.path)) ids.add(site.id);
  if (!trunkAlone) for (const school of inventory.schoolsIn(region.path)) ids.add(school.id);
  const views: NodeView[] = [];
  for (const id of ids) {
    const node = graph.node(id);
    if (!node || !maySee(caller, node.path)) continue;
    const seen = ends.get(id) ?? [];
    const works = seen.some((one) => one.works === true);
    views.push(nodeView(node, upOf(campus, id, seen), ways(id), works));
  }
  return views.sort((a, b) => byCodePoint(a.path, b.path));
}

/** Of the links at a node those that it hangs on; what hangs on it is judged at its own node. */
function upOf(campus: Campus, node: string, seen: readonly LinkSight[]): LinkSight[] {
  const { backbone: graph } = campus;
  return seen.filter(({ link }) => {
    const edge = graph.edges.get(link.id);
    return edge !== undefined && graph.lowerEnd(edge) === node;
  });
}

/**
 * A node is as good as its ways up: bad when none of them works, to be watched when one of several is left; else its
 * links say. One that has a single way by its register says so in its reasons and is no worse for it.
 */
function nodeView(node: BackboneNode, seen: readonly LinkSight[], ways: Ways, works: boolean): NodeView {
  const { id, kind, name, nameEn, path } = node;
  const about = { subject: id, name };
  const findings: Finding[] = [];
  if (ways.registered > 0 && ways.up === 0)
    findings.push(
      ways.possible === 0
        ? { severity: "bad", reason: { code: "uplink-down", ...about } }
        : { severity: "unknown", reason: { code: "no-data", ...about } },
    );
  else if (ways.registered === 0 && (kind === "school" || kind === "site" || !works))
    // A region above which nothing is registered is as well as the lines that reach it.
    findings.push({ severity: "unknown", reason: { code: "no-data", ...about } });
  for (const one of seen)
    for (const { severity, reason } of one.findings)
      findings.push({ severity: severity === "bad" && ways.up > 0 ? "watch" : severity, reason });
  const single = ways.up === 1 && ways.possible === 1;
  const lost = single && ways.registered > 1;
  if (lost)
    findings.push({
      severity: SINGLE_UPLINK.lost,
      reason: { code: "uplink-single", ...about, value: ways.up },
    });
  const reasons = reasonsOf(findings);
  if (single && !lost && reasons.length < THRESHOLDS.reasons)
    reasons.push({ code: "uplink-single", ...about, value: ways.up });
  return {
    id,
    kind,
    name,
    ...(nameEn === undefined ? {} : { nameEn }),
    path,
    state: stateOf(findings),
    reasons,
    waysUp: ways.up,
    waysRegistered: ways.registered,
  };
}

function totalsOf(links: readonly BackboneLinkView[]): BackboneView["totals"] {
  const counts = { total: links.length, good: 0, watch: 0, bad: 0, unknown: 0 };
  const totals = { saturated: 0, single: 0, failing: 0, ipv4Only: 0 };
  let capacity: number | null = null;
  let inRate: number | null = null;
  let outRate: number | null = null;
  for (const link of links) {
    counts[link.state]++;
    if (link.use !== null && link.use >= THRESHOLDS.uplinkSaturated) totals.saturated++;
    if (link.resilience === "single") totals.single++;
    if (link.reasons.some(({ code }) => FAILING.has(code))) totals.failing++;
    if (link.families === "ipv4-only") totals.ipv4Only++;
    capacity = plus(capacity, link.capacity);
    inRate = plus(inRate, link.inRate);
    outRate = plus(outRate, link.outRate);
  }
  return { links: counts, ...totals, capacity, inRate, outRate };
}

/** Down, or going there. */
const FAILING: ReadonlySet<string> = new Set(["uplink-down", "optic-low", "port-errors"]);

function ratio(part: number | null, whole: number | undefined): number | null {
  return part === null || whole === undefined || whole <= 0 ? null : part / whole;
}

function memo<T>(make: (key: string) => T): (key: string) => T {
  const known = new Map<string, T>();
  return (key) => {
    let value = known.get(key);
    if (value === undefined) {
      value = make(key);
      known.set(key, value);
    }
    return value;
  };
}
