import type { RegionView } from "../views.ts";

/** The way down to a region, outermost first, itself last. */
export function ancestors(region: RegionView, all: readonly RegionView[]): RegionView[] {
  const trail = [region];
  for (let at = region.parent; at !== null; ) {
    const parent = all.find((other) => other.path === at);
    if (!parent || trail.includes(parent)) break;
    trail.unshift(parent);
    at = parent.parent;
  }
  return trail;
}
