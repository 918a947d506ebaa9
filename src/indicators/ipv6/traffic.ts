import type { Device, Inventory, Link, School } from "../../inventory/model.ts";
import type { IndicatorSources, UnknownReason, Window } from "../contract.ts";
import type { Evidence } from "../evidence.ts";
import { rollUp, type Share, unknownShare } from "../share.ts";
import { SLOT_MS } from "./octet-slots.ts";
import { OctetReader, type Octets, type SourceName } from "./sources.ts";

/** The share of IPv6 among the octets of a school's uplinks, and how it is known. */
export interface Traffic {
  /** In octets of both directions. `unknown` counts the uplinks without a source. */
  readonly share: Share;
  /** The worst source that has a part in it. */
  readonly source: SourceName | null;
  readonly linksMeasured: number;
  readonly linksRegistered: number;
  /** 5-minute slots of the sources that were read, and those of them that are gaps. */
  readonly slots: number;
  readonly gaps: number;
  /** bit/s of IPv6, mean of the slots that are no gaps; the smaller direction. Null when it is not known. */
  readonly bothWays: number | null;
  readonly evidence: readonly Evidence[];
}

/** The lines that lead out of the school. */
export function uplinksOf(inventory: Inventory, school: School): Link[] {
  return inventory
    .linksOf(school.id)
    .filter((link) => link.role === "uplink" || link.role === "backup-uplink");
}

/**
 * Goes down the ladder of sources: each uplink by its interface (A, B) or its device (B); only when no uplink has
 * one, the school's Wi-Fi controllers (C), and last the gateways as a whole (D). Sources of the two kinds are
 * never added: the same octets would be counted twice.
 * @param window whole slots
 * @param leastCoverage part of the slots that must be no gaps, 0..1
 */
export async function schoolTraffic(
  sources: IndicatorSources,
  school: School,
  window: Window,
  leastCoverage: number,
): Promise<Traffic> {
  const inventory = sources.inventory();
  const links = uplinksOf(inventory, school);
  const inWindow = Math.round((window.to - window.from) / SLOT_MS);
  const none = (why: UnknownReason, evidence: readonly Evidence[] = []): Traffic => ({
    share: unknownShare(why, links.length),
    source: null,
    linksMeasured: 0,
    linksRegistered: links.length,
    slots: inWindow * links.length,
    gaps: inWindow * links.length,
    bothWays: null,
    evidence,
  });
  if (links.length === 0) return none("not-registered");
  const reader = new OctetReader(sources, window);
  const found: Octets[] = [];
  const left: Link[] = [];
  let measured = 0;
  for (const link of links) {
    const octets = await reader.link(link);
    if (octets) {
      found.push(octets);
      measured++;
    } else left.push(link);
  }
  const gateways = devicesOf(inventory, left);
  for (const device of gateways) {
    // A device that counts for itself counts what is measured at one of its links too.
    if (links.some((link) => link.device === device.id && !left.includes(link))) continue;
    const octets = await reader.device(device);
    if (!octets) continue;
    found.push(octets);
    measured += left.filter((link) => link.device === device.id).length;
  }
  if (found.length === 0)
    for (const device of inventory.devicesOf(school.id))
      if (device.role === "wifi-controller") {
        const octets = await reader.stations(device);
        if (octets) found.push(octets);
      }
  const refused: Evidence[] = [];
  if (found.length === 0)
    for (const device of gateways) {
      const octets = await reader.system(device);
      if (!octets) continue;
      if ("why" in octets) refused.push(...octets.evidence);
      else {
        found.push(octets);
        measured += left.filter((link) => link.device === device.id).length;
      }
    }
  if (found.length === 0) {
    if (refused.length > 0) return none("control-plane-counter", refused);
    if (reader.found) return none("too-few-slots");
    const answered = await Promise.all(gateways.map((device) => reader.answered(device.id)));
    return none(gateways.length === 0 ? "no-device" : answered.includes(true) ? "no-counter" : "no-data");
  }
  return trafficOf(found, { measured, registered: links.length }, leastCoverage);
}

function trafficOf(
  found: readonly Octets[],
  links: { readonly measured: number; readonly registered: number },
  leastCoverage: number,
): Traffic {
  const slots = found.reduce((sum, one) => sum + one.slots.slots, 0);
  const gaps = found.reduce((sum, one) => sum + one.slots.gaps, 0);
  const share = rollUp(
    found.map(({ ipv6, all, slots: { at }, confidence }): Share => {
      if (all <= 0) return { ...unknownShare("no-data", 0, at), confidence };
      const value = ipv6 / all;
      return { value, numerator: ipv6, denominator: all, unknown: 0, evidence: "measured", confidence, at };
    }),
  );
  const unknown = links.registered - links.measured;
  const covered = slots === 0 ? 0 : 1 - gaps / slots;
  const seconds = ((slots - gaps) / found.length) * (SLOT_MS / 1000);
  const sum = (member: "ipv6In" | "ipv6Out"): number => found.reduce((all, one) => all + one[member], 0);
  return {
    share:
      covered < leastCoverage && share.value !== null
        ? unknownShare("too-few-slots", unknown, share.at)
        : { ...share, unknown },
    source: found.map((one) => one.source).sort((a, b) => rank(b) - rank(a))[0]!,
    linksMeasured: links.measured,
    linksRegistered: links.registered,
    slots,
    gaps,
    bothWays: seconds > 0 ? (Math.min(sum("ipv6In"), sum("ipv6Out")) * 8) / seconds : null,
    evidence: found.flatMap((one) => one.evidence),
  };
}

const ORDER: readonly SourceName[] = ["ip-if-stats", "vendor", "stations", "ip-system-stats"];

function rank(source: SourceName): number {
  return ORDER.indexOf(source);
}

function devicesOf(inventory: Inventory, links: readonly Link[]): Device[] {
  return [...new Set(links.map((link) => link.device))].flatMap((id) => inventory.devices.get(id) ?? []);
}
