import type { Inventory } from "../inventory/model.ts";
import type { BackboneEdge } from "./backbone.ts";

/** Whether a link carries now; null when that is not known. */
export type LinkWorks = (link: string) => boolean | null;

/** How many ways lead from a node to its province that share no line, no duct and no device at an other end. */
export interface Ways {
  /** Over links that are known to work now. */
  readonly up: number;
  /** Over all links of the register. */
  readonly registered: number;
  /** How many there would be if all links worked whose state is not known; at least `up`. */
  readonly possible: number;
}

/** More ways than these are not told apart. */
const MOST_WAYS = 8;
const NO_LINK = -1;
const UNBOUNDED = 1 << 20;
const NONE: Ways = Object.freeze({ up: 0, registered: 0, possible: 0 });

/**
 * Counts disjoint ways by maximum flow (Ford and Fulkerson; Menger's theorem). Vertices are regions, schools and
 * sites; an arc of capacity one is a line in one direction. A device at the other end is a vertex of capacity one,
 * and so is a duct where a node is left: two lines into one device, or in one duct, are one way.
 *
 * - A region and its network nodes (sites of kind `node`) are one place.
 * - From a region without a registered link to a higher level the hierarchy leads on, as nothing is known there.
 * - An uplink carries what hangs on it and nothing else; a link of the role backbone carries both ways.
 * - A link without an other end leads to the region of the place where it is measured.
 */
export class WayFinder {
  readonly #vertices = new Map<string, number>();
  readonly #rootOf = new Map<string, string>();
  /** Arcs in pairs: 2i leads there, 2i + 1 is what can be taken back. */
  readonly #target: number[] = [];
  readonly #capacity: number[] = [];
  readonly #link: number[] = [];
  /** Arcs out of each vertex, without those that take back: of 5,000 schools a county would have 5,000. */
  readonly #out: number[][] = [];
  readonly #links: string[] = [];
  readonly #cameBy: number[] = [];

  constructor(inventory: Inventory, edges: Iterable<BackboneEdge>) {
    for (const region of inventory.regions.values()) this.#node(region.path, region.path);
    for (const places of [inventory.schools, inventory.sites])
      for (const place of places.values()) this.#node(place.id, place.region);
    const rising = new Set<string>();
    for (const edge of edges) this.#addEdge(inventory, edge, rising);
    for (const site of inventory.sites.values())
      if (site.kind === "node") {
        this.#addArc(this.#vertices.get(site.id)!, this.#vertices.get(site.region)!, NO_LINK, UNBOUNDED);
        this.#addArc(this.#vertices.get(site.region)!, this.#vertices.get(site.id)!, NO_LINK, UNBOUNDED);
      }
    for (const region of inventory.regions.values())
      if (region.parent !== undefined && !rising.has(region.path)) this.#addUp(region.path, region.parent);
  }

  /** A node that is not there, and a province, have none. */
  ways(node: string, works: LinkWorks): Ways {
    const source = this.#vertices.get(node);
    const root = this.#rootOf.get(node);
    const sink = root === undefined ? undefined : this.#vertices.get(root);
    if (source === undefined || sink === undefined || source === sink) return NONE;
    const registered = this.#flow(source, sink, () => true);
    const up = registered === 0 ? 0 : this.#flow(source, sink, (link) => works(link) === true);
    const possible = up === registered ? up : this.#flow(source, sink, (link) => works(link) !== false);
    return { up, registered, possible };
  }

  #node(id: string, region: string): void {
    this.#vertex(id);
    this.#rootOf.set(id, region.split("/")[0]!);
  }

  #vertex(key: string): number {
    let vertex = this.#vertices.get(key);
    if (vertex === undefined) {
      vertex = this.#out.length;
      this.#vertices.set(key, vertex);
      this.#out.push([]);
    }
    return vertex;
  }

  /** A part of the graph beside the nodes: its key can be no id. */
  #inner(key: string): { readonly vertex: number; readonly isNew: boolean } {
    const before = this.#out.length;
    const vertex = this.#vertex(`\n${key}`);
    return { vertex, isNew: vertex === before };
  }

  #addEdge(inventory: Inventory, edge: BackboneEdge, rising: Set<string>): void {
    const { from, link } = edge;
    const to = edge.to ?? inventory.place(from)?.region;
    if (to === undefined || to === from || !this.#vertices.has(to)) return;
    const number = this.#links.push(link.id) - 1;
    const hangs = homeOf(inventory, to) === undefined && homeOf(inventory, from) !== undefined;
    const both = link.role === "backbone";
    if (both || !hangs) this.#addLine(from, to, edge.toDevice, link.duct, number);
    if (both || hangs) this.#addLine(to, from, link.device, link.duct, number);
    for (const [end, other] of [
      [from, to],
      [to, from],
    ] as const) {
      const home = homeOf(inventory, end);
      const above = homeOf(inventory, other);
      if (home !== undefined && above !== undefined && levelOf(above) < levelOf(home)) rising.add(home);
    }
  }

  #addLine(from: string, to: string, device: string | null, duct: string | undefined, link: number): void {
    let start = this.#vertices.get(from)!;
    let end = this.#vertices.get(to)!;
    if (duct !== undefined) {
      const { vertex, isNew } = this.#inner(`duct\n${from}\n${duct}`);
      if (isNew) this.#addArc(start, vertex, NO_LINK, 1);
      start = vertex;
    }
    if (device !== null) {
      const { vertex, isNew } = this.#inner(`device\n${to}\n${device}`);
      if (isNew) this.#addArc(vertex, end, NO_LINK, 1);
      end = vertex;
    }
    this.#addArc(start, end, link, 1);
  }

  #addUp(from: string, to: string): void {
    const end = this.#vertices.get(to);
    if (end !== undefined) this.#addArc(this.#vertices.get(from)!, end, NO_LINK, UNBOUNDED);
  }

  #addArc(from: number, to: number, link: number, capacity: number): void {
    this.#out[from]!.push(this.#target.length);
    this.#target.push(to);
    this.#capacity.push(capacity);
    this.#link.push(link);
    this.#target.push(from);
    this.#capacity.push(0);
    this.#link.push(link);
  }

  /** Augments by shortest ways until there is none; what was changed is put back. */
  #flow(source: number, sink: number, usable: (link: string) => boolean): number {
    const changed: number[] = [];
    const back = new Map<number, number[]>();
    let ways = 0;
    while (ways < MOST_WAYS && this.#search(source, sink, usable, back)) {
      let registered = false;
      for (let at = sink; at !== source; ) {
        const arc = this.#cameBy[at]!;
        this.#capacity[arc]! -= 1;
        this.#capacity[arc ^ 1]! += 1;
        changed.push(arc);
        const backs = back.get(at);
        if (backs) backs.push(arc ^ 1);
        else back.set(at, [arc ^ 1]);
        if (this.#link[arc] !== NO_LINK) registered = true;
        at = this.#target[arc ^ 1]!;
      }
      // The hierarchy alone is no way that anybody registered.
      if (!registered) break;
      ways++;
    }
    for (const arc of changed) {
      this.#capacity[arc]! += 1;
      this.#capacity[arc ^ 1]! -= 1;
    }
    return ways;
  }

  #search(
    source: number,
    sink: number,
    usable: (link: string) => boolean,
    back: ReadonlyMap<number, readonly number[]>,
  ): boolean {
    const seen = new Set([source]);
    const queue = [source];
    for (let i = 0; i < queue.length; i++) {
      const at = queue[i]!;
      for (const arc of back.has(at) ? [...this.#out[at]!, ...back.get(at)!] : this.#out[at]!) {
        if (this.#capacity[arc]! <= 0) continue;
        const to = this.#target[arc]!;
        if (seen.has(to)) continue;
        const link = this.#link[arc]!;
        if (link !== NO_LINK && !usable(this.#links[link]!)) continue;
        this.#cameBy[to] = arc;
        if (to === sink) return true;
        seen.add(to);
        queue.push(to);
      }
    }
    return false;
  }
}

/** The region that a node stands for: itself, or that of a network node; undefined for what only hangs on one. */
function homeOf(inventory: Inventory, node: string): string | undefined {
  if (inventory.regions.has(node)) return node;
  const site = inventory.sites.get(node);
  return site?.kind === "node" ? site.region : undefined;
}

function levelOf(region: string): number {
  return region.split("/").length;
}
