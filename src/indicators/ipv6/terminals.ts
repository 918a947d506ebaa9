import type { AddressFact, DeviceFacts } from "../../inventory/facts.ts";
import type { Device, Link } from "../../inventory/model.ts";
import { familyOf, isGlobalIpv6, isUnicastIpv4, networkOf } from "./address.ts";

/** Roles whose devices route: their neighbour caches and addresses tell of users' networks. */
const ROUTING: ReadonlySet<string> = new Set<Device["role"]>([
  "router",
  "core-switch",
  "firewall",
  "gateway",
]);
/** Links that lead out of the school: what is on them are no terminals. */
const OUTWARD: ReadonlySet<string> = new Set<Link["role"]>(["uplink", "backup-uplink", "backbone"]);
/** Point-to-point and host networks carry no terminals. */
const LONGEST4 = 29;
const LONGEST6 = 125;
/** Prefix length that terminals form addresses in (RFC 4291 2.5.4). */
const SLAAC_LENGTH = 64;

/** One station of a school, known by its MAC: its privacy addresses (RFC 8981) are one terminal. */
export interface Terminal {
  readonly ipv4: boolean;
  /** Whether it was seen with a global IPv6 address. */
  readonly ipv6: boolean;
}

/** A network of the school: an interface of a router, or several of them with the same prefix. */
export interface UserNetwork {
  /** `interface` of the first router by device id. */
  readonly interface: string;
  readonly device: string;
  readonly prefixes4: readonly string[];
  readonly prefixes6: readonly string[];
  /** Every (device, interface key) it was found at. */
  readonly places: readonly { readonly device: string; readonly interface: string }[];
  readonly terminals4: number;
  readonly terminals6: number;
}

export interface SchoolHosts {
  readonly terminals: readonly Terminal[];
  /** /64 networks of the terminals' global addresses, the fullest first. */
  readonly prefixes: readonly { readonly prefix: string; readonly terminals: number }[];
  readonly networks: readonly UserNetwork[];
  /** Entries of IPv6 neighbour caches of any scope: without one the routers may not tell them at all. */
  readonly neighbors6: number;
  /** UTC ms of the newest facts that were used; null without any. */
  readonly at: number | null;
}

export interface RouterFacts {
  readonly device: Device;
  readonly facts: DeviceFacts;
}

/** The routers of a school with what they say of themselves. */
export function routersOf(
  devices: readonly Device[],
  links: readonly Link[],
  facts: (device: string) => DeviceFacts | undefined,
): RouterFacts[] {
  const ends = new Set(links.filter((link) => OUTWARD.has(link.role)).map((link) => link.device));
  return devices
    .filter((device) => ROUTING.has(device.role) || ends.has(device.id))
    .flatMap((device) => {
      const known = facts(device.id);
      return known ? [{ device, facts: known }] : [];
    })
    .sort((a, b) => (a.device.id < b.device.id ? -1 : 1));
}

/**
 * Terminals and networks, from addresses and neighbour caches. MACs live no longer than this call.
 * @param own MACs of the school's own devices, lower case: they are no terminals
 * @param visit is told every terminal with its MAC
 */
export function schoolHosts(
  routers: readonly RouterFacts[],
  links: readonly Link[],
  own: ReadonlySet<string>,
  visit?: (mac: string, terminal: Terminal) => void,
): SchoolHosts {
  const seen = new Map<string, { ipv4: boolean; ipv6: boolean }>();
  const prefixes = new Map<string, Set<string>>();
  const networks = new Map<string, Draft>();
  let neighbors6 = 0;
  let at: number | null = null;
  for (const { device, facts } of routers) {
    if (at === null || facts.at > at) at = facts.at;
    const outward = outwardIndexes(device, facts, links);
    const places = networksOf(device, facts, outward, networks);
    for (const host of facts.hosts) {
      if (familyOf(host.address) === "ipv6") neighbors6++;
      if (host.ifIndex !== undefined && outward.has(host.ifIndex)) continue;
      const mac = host.mac.toLowerCase();
      if (own.has(mac) || !isStation(mac)) continue;
      const ipv4 = isUnicastIpv4(host.address);
      const ipv6 = isGlobalIpv6(host.address);
      if (!ipv4 && !ipv6) continue;
      const terminal = seen.get(mac) ?? { ipv4: false, ipv6: false };
      seen.set(mac, terminal);
      terminal.ipv4 ||= ipv4;
      terminal.ipv6 ||= ipv6;
      const network = host.ifIndex === undefined ? undefined : places.get(host.ifIndex);
      if (ipv4) network?.macs4.add(mac);
      if (!ipv6) continue;
      network?.macs6.add(mac);
      const prefix = networkOf(host.address, SLAAC_LENGTH);
      if (prefix === undefined) continue;
      const macs = prefixes.get(prefix) ?? new Set();
      macs.add(mac);
      prefixes.set(prefix, macs);
    }
  }
  if (visit) for (const [mac, terminal] of seen) visit(mac, terminal);
  return {
    terminals: [...seen.values()],
    prefixes: [...prefixes]
      .map(([prefix, macs]) => ({ prefix, terminals: macs.size }))
      .sort((a, b) => b.terminals - a.terminals || (a.prefix < b.prefix ? -1 : 1)),
    networks: [...new Set(networks.values())].map((draft) => ({
      interface: draft.places[0]!.interface,
      device: draft.places[0]!.device,
      prefixes4: [...draft.prefixes4],
      prefixes6: [...draft.prefixes6],
      places: draft.places,
      terminals4: draft.macs4.size,
      terminals6: draft.macs6.size,
    })),
    neighbors6,
    at,
  };
}

interface Draft {
  readonly prefixes4: Set<string>;
  readonly prefixes6: Set<string>;
  readonly places: { device: string; interface: string }[];
  readonly macs4: Set<string>;
  readonly macs6: Set<string>;
}

/** ifIndex of the interfaces that lead out of the school. */
function outwardIndexes(device: Device, facts: DeviceFacts, links: readonly Link[]): Set<number> {
  const keys = new Set(
    links.filter((link) => link.device === device.id && OUTWARD.has(link.role)).map((link) => link.interface),
  );
  return new Set(facts.interfaces.filter((one) => keys.has(one.key)).map((one) => one.ifIndex));
}

/**
 * Adds the networks of one router to those that are known; two routers with the same prefix share the network.
 * Answers ifIndex to network.
 */
function networksOf(
  device: Device,
  facts: DeviceFacts,
  outward: ReadonlySet<number>,
  networks: Map<string, Draft>,
): Map<number, Draft> {
  const found = new Map<number, Draft>();
  const interfaces = new Map(facts.interfaces.map((one) => [one.ifIndex, one]));
  const byInterface = new Map<number, AddressFact[]>();
  for (const address of facts.addresses) {
    const { ifIndex } = address;
    if (ifIndex === undefined || outward.has(ifIndex)) continue;
    if (interfaces.get(ifIndex)?.type === "softwareLoopback") continue;
    const list = byInterface.get(ifIndex);
    if (list) list.push(address);
    else byInterface.set(ifIndex, [address]);
  }
  for (const [ifIndex, addresses] of byInterface) {
    const prefixes = addresses.flatMap(prefixOf);
    if (prefixes.length === 0) continue;
    const shared = prefixes.map((one) => networks.get(one.text)).find((one) => one !== undefined);
    const draft: Draft = shared ?? {
      prefixes4: new Set(),
      prefixes6: new Set(),
      places: [],
      macs4: new Set(),
      macs6: new Set(),
    };
    draft.places.push({
      device: device.id,
      interface: interfaces.get(ifIndex)?.key ?? String(ifIndex),
    });
    for (const { family, text } of prefixes) {
      (family === "ipv4" ? draft.prefixes4 : draft.prefixes6).add(text);
      if (!networks.has(text)) networks.set(text, draft);
    }
    found.set(ifIndex, draft);
  }
  return found;
}

/** The users' network that an address of a router spans; none for loopbacks, link-local and point-to-point. */
function prefixOf(address: AddressFact): { family: "ipv4" | "ipv6"; text: string }[] {
  const family = familyOf(address.address);
  // Agents of RFC 4293 that name no prefix: an address in a users' network has the usual length.
  const length = address.prefixLength ?? (family === "ipv4" ? 24 : SLAAC_LENGTH);
  if (family === "ipv4" && (!isUnicastIpv4(address.address) || length > LONGEST4)) return [];
  if (family === "ipv6" && (!isGlobalIpv6(address.address) || length > LONGEST6)) return [];
  const text = family && networkOf(address.address, length);
  return family && text !== undefined ? [{ family, text }] : [];
}

/** A MAC that one station can have: not all zeros, no group address (IEEE 802, the I/G bit), no virtual router's. */
function isStation(mac: string): boolean {
  if (/^00:00:5e:00:0[12]:/.test(mac)) return false;
  const first = Number.parseInt(mac.slice(0, 2), 16);
  return Number.isInteger(first) && (first & 1) === 0 && !/^[0:.-]*$/.test(mac);
}
