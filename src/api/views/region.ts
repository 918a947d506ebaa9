import type { Inventory, Region } from "../../inventory/model.ts";
import { type Caller, maySee, visibleSchools } from "../access.ts";
import type { RegionView } from "../schemas/campus.ts";

/** A region as the caller may see it: it counts the caller's schools and names no region above the subtree. */
export function regionView(inventory: Inventory, caller: Caller, region: Region): RegionView {
  return {
    path: region.path,
    level: region.level,
    name: region.name,
    ...(region.nameEn === undefined ? {} : { nameEn: region.nameEn }),
    parent: region.parent !== undefined && maySee(caller, region.parent) ? region.parent : null,
    // Who sees the region sees all of it: a province has tens of thousands of schools, and hundreds of regions.
    schools: maySee(caller, region.path)
      ? inventory.schoolsIn(region.path).length
      : visibleSchools(inventory, caller, region.path).length,
  };
}

/** The regions from the top down to `path` that the caller may see: the breadcrumb. */
export function regionTrail(inventory: Inventory, caller: Caller, path: string): RegionView[] {
  const trail: RegionView[] = [];
  for (let region = inventory.regions.get(path); region; ) {
    if (maySee(caller, region.path)) trail.unshift(regionView(inventory, caller, region));
    region = region.parent === undefined ? undefined : inventory.regions.get(region.parent);
  }
  return trail;
}
