import type { DeviceFacts } from "../inventory/facts.ts";
import type { Device, Inventory, Link, Place } from "../inventory/model.ts";
import { DeviceFinder } from "./neighbours.ts";
import { type LinkWorks, WayFinder, type Ways } from "./ways.ts";

export type NodeKind = "province" | "city" | "county" | "site" | "school";

/** A region, a school or a site. */
export interface BackboneNode {
  /** A region's path, or a school's or site's id. */
  readonly id: string;
  readonly kind: NodeKind;
  readonly name: string;
  readonly nameEn?: string;
  /** `province/city/county`, with the id behind it for a school or site. */
  readonly path: string;
}

/** A link of the register and what is known of its other end. */
export interface BackboneEdge {
  readonly link: Link;
  /** The node of the device where it is measured. */
  readonly from: string;
  /** null: neither the register nor a neighbour tells. */
  readonly to: string | null;
  readonly toBy: "register" | "lldp" | "both" | null;
  /** The device at the other end, where it is known. */
  readonly toDevice: string | null;
  /** The node that a neighbour tells where the register says another one; null when they do not differ. */
  readonly toSeen: string | null;
}

/** Two nodes whose devices see each other on a port that the register has no link for. */
export interface UnregisteredEdge {
  readonly from: string;
  readonly device: string;
  /** Key of the interface. */
  readonly interface: string;
  readonly to: string;
  readonly toDevice: string;
}

/** Unregistered edges that are told at most. */
const MOST_UNREGISTERED = 1000;
const NETWORK_ROLES: ReadonlySet<string> = new Set(["router", "firewall", "core-switch"]);

/**
 * The graph of regions, schools and sites: from the register (links, the hierarchy) and from what devices say of
 * their neighbours. Built of one inventory and the facts of one instant; answers nothing of states.
 */
export class Backbone {
  readonly #inventory: Inventory;
  /** By the link's id; links inside a place are left out. */
  readonly edges: ReadonlyMap<string, BackboneEdge>;
  readonly unregistered: readonly UnregisteredEdge[];
  readonly #ways: WayFinder;
  readonly #edgesOf = new Map<string, BackboneEdge[]>();

  constructor(inventory: Inventory, facts: (device: string) => DeviceFacts | undefined) {
    this.#inventory = inventory;
    const reader = new EndReader(inventory, facts);
    const edges = new Map<string, BackboneEdge>();
    for (const link of inventory.links.values())
      if (link.role !== "internal") edges.set(link.id, reader.edge(link));
    this.edges = edges;
    this.unregistered = reader.unregistered();
    for (const edge of edges.values())
      for (const end of new Set([edge.from, edge.to])) {
        if (end === null) continue;
        const list = this.#edgesOf.get(end);
        if (list) list.push(edge);
        else this.#edgesOf.set(end, [edge]);
      }
    this.#ways = new WayFinder(inventory, edges.values());
  }

  node(id: string): BackboneNode | undefined {
    const region = this.#inventory.regions.get(id);
    if (region) return { id, kind: region.level, ...named(region), path: region.path };
    const place = this.#inventory.place(id);
    if (!place) return undefined;
    const kind = this.#inventory.sites.has(id) ? "site" : "school";
    return { id, kind, ...named(place), path: place.path };
  }

  /** The links that end at a node, on either side. */
  edgesOf(node: string): readonly BackboneEdge[] {
    return this.#edgesOf.get(node) ?? [];
  }

  /** The end of a link that lies further from the province: the one that hangs on it. */
  lowerEnd({ from, to }: BackboneEdge): string {
    return to !== null && this.#depth(to) > this.#depth(from) ? to : from;
  }

  /** Ways from a node up to its province; see `WayFinder`. */
  ways(node: string, works: LinkWorks): Ways {
    return this.#ways.ways(node, works);
  }

  /** Regions by level, then network nodes of a region, then what hangs on them. */
  #depth(id: string): number {
    const place = this.#inventory.place(id);
    if (!place) return id.split("/").length;
    if (this.#inventory.sites.get(id)?.kind === "node") return place.region.split("/").length + 0.5;
    return 4;
  }
}

function named({ name, nameEn }: { readonly name: string; readonly nameEn?: string | undefined }): {
  name: string;
  nameEn?: string;
} {
  return nameEn === undefined ? { name } : { name, nameEn };
}

/** Reads the other ends of links. */
class EndReader {
  readonly #inventory: Inventory;
  readonly #facts: (device: string) => DeviceFacts | undefined;
  readonly #devices: readonly Device[];
  readonly #finder: DeviceFinder;

  constructor(inventory: Inventory, facts: (device: string) => DeviceFacts | undefined) {
    this.#inventory = inventory;
    this.#facts = facts;
    const devices = new Set<Device>();
    for (const { device, to } of inventory.links.values())
      for (const id of [device, to]) {
        const known = id === undefined ? undefined : inventory.devices.get(id);
        if (known) devices.add(known);
      }
    for (const site of inventory.sites.values())
      for (const device of inventory.devicesOf(site.id)) devices.add(device);
    for (const device of inventory.devices.values()) if (NETWORK_ROLES.has(device.role)) devices.add(device);
    this.#devices = [...devices];
    this.#finder = new DeviceFinder(this.#devices, facts);
  }

  edge(link: Link): BackboneEdge {
    const from = link.school;
    const registered = this.#registered(link.to);
    const seenDevice = this.#neighbour(link.device, link.interface);
    const seen = seenDevice === undefined ? undefined : this.#inventory.devices.get(seenDevice)?.school;
    // A neighbour in the same place is the port of a stack or a media converter: it tells nothing of the other end.
    if (seen === undefined || seenDevice === undefined || seen === from)
      return {
        link,
        from,
        to: registered?.node ?? null,
        toBy: registered ? "register" : null,
        toDevice: registered?.device ?? null,
        toSeen: null,
      };
    if (!registered) return { link, from, to: seen, toBy: "lldp", toDevice: seenDevice, toSeen: null };
    if (this.#agree(registered, seen, seenDevice))
      return { link, from, to: seen, toBy: "both", toDevice: seenDevice, toSeen: null };
    return {
      link,
      from,
      to: registered.node,
      toBy: "register",
      toDevice: registered.device,
      toSeen: seen,
    };
  }

  /** Neighbours in another place on ports that no link is registered for; each pair of ports once. */
  unregistered(): UnregisteredEdge[] {
    const ports = new Set<string>();
    const pairs = new Set<string>();
    for (const { device, interface: key, to } of this.#inventory.links.values()) {
      ports.add(`${device}\n${key}`);
      if (to !== undefined) pairs.add([device, to].sort().join("\n"));
      const seen = this.#neighbour(device, key);
      if (seen !== undefined) pairs.add([device, seen].sort().join("\n"));
    }
    const found: UnregisteredEdge[] = [];
    for (const device of this.#devices) {
      const facts = this.#facts(device.id);
      for (const neighbor of facts?.neighbors ?? []) {
        const toDevice = this.#finder.find(neighbor);
        const to = toDevice === undefined ? undefined : this.#inventory.devices.get(toDevice)?.school;
        if (to === undefined || toDevice === undefined || to === device.school) continue;
        const key = facts?.interfaces.find((one) => one.ifIndex === neighbor.ifIndex)?.key;
        if (key === undefined || ports.has(`${device.id}\n${key}`)) continue;
        // Both ends tell of one line, and a link may be registered from the other one.
        const pair = [device.id, toDevice].sort().join("\n");
        if (pairs.has(pair)) continue;
        pairs.add(pair);
        found.push({ from: device.school, device: device.id, interface: key, to, toDevice });
        if (found.length >= MOST_UNREGISTERED) return found;
      }
    }
    return found;
  }

  #registered(to: string | undefined): { node: string; device: string | null } | undefined {
    if (to === undefined) return undefined;
    const device = this.#inventory.devices.get(to);
    return device ? { node: device.school, device: device.id } : { node: to, device: null };
  }

  /** The register names a device, a place, or a region with all that lies in it. */
  #agree(registered: { node: string; device: string | null }, seen: string, seenDevice: string): boolean {
    if (registered.device !== null) return registered.device === seenDevice;
    if (registered.node === seen) return true;
    const place: Place | undefined = this.#inventory.place(seen);
    return place !== undefined && `${place.region}/`.startsWith(`${registered.node}/`);
  }

  #neighbour(device: string, key: string): string | undefined {
    const facts = this.#facts(device);
    const ifIndex = facts?.interfaces.find((one) => one.key === key)?.ifIndex;
    if (facts === undefined || ifIndex === undefined) return undefined;
    for (const neighbor of facts.neighbors)
      if (neighbor.ifIndex === ifIndex) {
        const found = this.#finder.find(neighbor);
        if (found !== undefined && found !== device) return found;
      }
    return undefined;
  }
}
