import type { BackboneLinkView, NodeView, RegionView } from "../../views.ts";

/** A node with its ways up and what hangs on it. */
export interface Branch {
  readonly node: NodeView;
  readonly links: readonly BackboneLinkView[];
  readonly children: readonly Branch[];
}

const upper = (role: string): number => (role === "uplink" ? 0 : role === "backbone" ? 1 : 2);

/**
 * The tree that the map draws. A node hangs on the other end of its first way up; where that is not known, on the
 * innermost region around it. A link whose own end is no node gets one, so that nothing that is measured is left
 * out of the picture.
 */
export function treeOf(
  region: RegionView,
  nodes: readonly NodeView[],
  links: readonly BackboneLinkView[],
): Branch[] {
  const all = new Map(nodes.map((node) => [node.id, node]));
  const ways = new Map<string, BackboneLinkView[]>();
  for (const link of links) {
    if (!all.has(link.from)) all.set(link.from, standIn(link, region));
    const list = ways.get(link.from);
    if (list) list.push(link);
    else ways.set(link.from, [link]);
  }
  for (const list of ways.values()) list.sort((a, b) => upper(a.role) - upper(b.role));
  const byPath = new Map([...all.values()].filter(isRegion).map((node) => [node.path, node.id]));
  const parents = new Map<string, string>();
  const reaches = (from: string, to: string): boolean => {
    for (let at: string | undefined = from, n = 0; at !== undefined && n <= all.size; n += 1) {
      if (at === to) return true;
      at = parents.get(at);
    }
    return false;
  };
  for (const node of all.values()) {
    const wanted = [
      ...(ways.get(node.id) ?? []).map((link) => link.to),
      ...around(node).map((path) => byPath.get(path) ?? null),
    ];
    const parent = wanted.find((id) => id !== null && id !== node.id && all.has(id) && !reaches(id, node.id));
    if (parent) parents.set(node.id, parent);
  }
  const children = new Map<string, NodeView[]>();
  for (const node of all.values()) {
    const parent = parents.get(node.id);
    if (parent === undefined) continue;
    const list = children.get(parent);
    if (list) list.push(node);
    else children.set(parent, [node]);
  }
  const branch = (node: NodeView): Branch => ({
    node,
    links: ways.get(node.id) ?? [],
    children: (children.get(node.id) ?? []).map(branch).flatMap(bare),
  });
  return [...all.values()]
    .filter((node) => !parents.has(node.id))
    .map(branch)
    .flatMap(bare);
}

/** A region that nothing hangs on and that hangs on nothing is no part of the picture. */
const bare = (one: Branch): Branch[] =>
  isRegion(one.node) && one.links.length === 0 && one.children.length === 0 ? [] : [one];

const isRegion = (node: NodeView): boolean => node.kind !== "site" && node.kind !== "school";

/** Paths of the regions around a node, innermost first. */
function around(node: NodeView): string[] {
  const parts = node.path.split("/");
  const paths: string[] = [];
  for (let n = isRegion(node) ? parts.length - 1 : parts.length; n > 0; n -= 1) {
    paths.push(parts.slice(0, n).join("/"));
  }
  return paths;
}

const standIn = (link: BackboneLinkView, region: RegionView): NodeView => ({
  id: link.from,
  kind: "site",
  name: link.schoolName || link.name,
  ...(link.schoolNameEn ? { nameEn: link.schoolNameEn } : {}),
  path: region.path,
  state: link.state,
  reasons: link.reasons,
  waysUp: link.operState === "up" ? 1 : 0,
  waysRegistered: 1,
});
