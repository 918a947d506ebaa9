import type { BackboneLinkView, NodeView } from "../../views.ts";
import type { Branch } from "./tree.ts";

/** A place on the map, in px. A hub heads its leaves; a leaf stands in the comb below its hub. */
export interface Spot {
  readonly branch: Branch;
  readonly hub: boolean;
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

/** A way up: from the bus to the node that it belongs to. */
export interface Stub {
  readonly link: BackboneLinkView;
  readonly node: NodeView;
  readonly x1: number;
  readonly x2: number;
  readonly y: number;
}

export interface Layout {
  readonly spots: readonly Spot[];
  readonly stubs: readonly Stub[];
  /** The lines that hold the picture together: no link, no state. `M..V..` paths. */
  readonly buses: readonly string[];
  readonly height: number;
  readonly dense: boolean;
}

const HUB = 30;
const GAP = 10;
/** More leaves than this under the whole map are drawn without their names; the pointer tells them. */
const MOST_NAMED = 160;
const NAMED = { cell: 200, pitch: 24, stub: 34 } as const;
const DENSE = { cell: 44, pitch: 14, stub: 18 } as const;

const isLeaf = (branch: Branch): boolean => branch.children.length === 0;
const leaves = (branch: Branch): number =>
  isLeaf(branch) ? 1 : branch.children.reduce((sum, child) => sum + leaves(child), 0);

/**
 * Lays a tree out from left to right and top to bottom: hubs are indented below the hub they hang on, leaves stand
 * in columns, each with its ways up as short lines from a common bus. The same tree and width give the same
 * picture. `order` sorts siblings.
 */
export function layOut(
  roots: readonly Branch[],
  width: number,
  order: (a: Branch, b: Branch) => number,
): Layout {
  const spots: Spot[] = [];
  const stubs: Stub[] = [];
  const buses: string[] = [];
  const dense = roots.reduce((sum, root) => sum + leaves(root), 0) > MOST_NAMED;
  const size = dense ? DENSE : NAMED;
  const indent = width < 600 ? 12 : 28;

  /** Parallel lines for several ways up of one node. */
  function ways(branch: Branch, x1: number, x2: number, y: number, pitch: number = HUB): void {
    const { links, node } = branch;
    const apart = Math.min(7, (pitch - 4) / Math.max(1, links.length));
    links.forEach((link, n) => {
      stubs.push({ link, node, x1, x2, y: y + (n - (links.length - 1) / 2) * apart });
    });
  }

  function comb(list: readonly Branch[], x: number, y: number): number {
    const room = Math.max(size.cell * 0.7, width - x);
    const columns = Math.max(1, Math.min(Math.floor(room / size.cell), Math.ceil(list.length / 2)));
    const cell = Math.min(room / columns, size.cell * 1.4);
    const rows = Math.ceil(list.length / columns);
    list.forEach((branch, n) => {
      const left = x + Math.floor(n / rows) * cell;
      const middle = y + (n % rows) * size.pitch + size.pitch / 2;
      ways(branch, left, left + size.stub, middle, size.pitch);
      spots.push({ branch, hub: false, x: left + size.stub, y: middle, width: cell - size.stub - 8 });
    });
    for (let column = 0; column < Math.ceil(list.length / rows); column += 1) {
      const last = Math.min(rows, list.length - column * rows) - 1;
      const left = x + column * cell;
      buses.push(`M${left} ${y - GAP}V${y + last * size.pitch + size.pitch / 2}`);
      if (column > 0) buses.push(`M${x} ${y - GAP}H${left}`);
    }
    return y + rows * size.pitch;
  }

  function place(branch: Branch, x: number, y: number): number {
    const middle = y + HUB / 2;
    spots.push({ branch, hub: true, x, y: middle, width: Math.max(120, width - x) });
    const trunk = x + 6;
    const inner = trunk + indent;
    let at = y + HUB;
    const own = branch.children.filter(isLeaf).sort(order);
    const hubs = branch.children.filter((child) => !isLeaf(child)).sort(order);
    if (own.length > 0) {
      buses.push(`M${trunk} ${middle + 8}V${at}H${inner}`);
      at = comb(own, inner, at + GAP) + GAP;
    }
    for (const hub of hubs) {
      const line = at + HUB / 2;
      buses.push(`M${trunk} ${middle + 8}V${line}`);
      const start = inner + size.stub;
      ways(hub, trunk, start - 4, line);
      if (hub.links.length === 0) buses.push(`M${trunk} ${line}H${start - 4}`);
      at = place(hub, start, at) + GAP;
    }
    return at;
  }

  let y = 0;
  for (const root of [...roots].sort(order)) {
    if (isLeaf(root)) {
      y = comb([root], 0, y + GAP) + GAP;
      continue;
    }
    const start = root.links.length > 0 ? size.stub : 0;
    ways(root, 0, start - 4, y + HUB / 2);
    y = place(root, start, y);
  }
  return { spots, stubs, buses, height: y, dense };
}
