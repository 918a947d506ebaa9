import type { FastifyRequest } from "fastify";
import { CampusError } from "../errors/campus-error.ts";
import type { Inventory, Place, Room, School, Site } from "../inventory/model.ts";
import type { Tags } from "../measurements/series.ts";

/** Who asks: a part of the tree, `province/city/county/school` or a prefix of it; "" is everything. */
export interface Caller {
  readonly subtree: string;
}

/** Says who sent a request; undefined: nobody, who sees nothing. */
export type CallerOf = (request: FastifyRequest) => Caller | undefined;

/** Until people sign in, campusd listens on loopback and whoever reaches it sees everything. */
export const everyone: CallerOf = () => ({ subtree: "" });

/** The one place where a route learns who asks. */
export function resolveCaller(request: FastifyRequest, callerOf: CallerOf): Caller {
  const caller = callerOf(request);
  if (caller === undefined) throw notFound();
  return caller;
}

/** The one answer for what is not there and for what the caller may not see: the two cannot be told apart. */
export function notFound(): CampusError {
  return new CampusError("E_NOT_FOUND", "There is nothing under this name, or you may not see it.");
}

/** Whether the path (of a region or school) is the caller's subtree or lies in it. */
export function maySee(caller: Caller, path: string): boolean {
  return caller.subtree === "" || path === caller.subtree || path.startsWith(`${caller.subtree}/`);
}

/** The school, if it exists and the caller may see it. */
export function visibleSchool(inventory: Inventory, caller: Caller, id: string): School | undefined {
  const school = inventory.schools.get(id);
  return school && maySee(caller, school.path) ? school : undefined;
}

/** The school or site where a device stands, if it exists and the caller may see it. */
export function visiblePlace(inventory: Inventory, caller: Caller, id: string): Place | undefined {
  const place = inventory.place(id);
  return place && maySee(caller, place.path) ? place : undefined;
}

/** Whether the caller may see the room: rooms follow their school or site. */
export function maySeeRoom(inventory: Inventory, caller: Caller, room: Room): boolean {
  return visiblePlace(inventory, caller, room.school) !== undefined;
}

/** Schools of the inventory that the caller may see, those under `region` ("" for all) only. */
export function visibleSchools(inventory: Inventory, caller: Caller, region = ""): School[] {
  const found: School[] = [];
  for (const school of inventory.schools.values())
    if (maySee(caller, school.path) && (region === "" || school.path.startsWith(`${region}/`)))
      found.push(school);
  return found;
}

/** Sites that the caller may see, those under `region` ("" for all) only. */
export function visibleSites(inventory: Inventory, caller: Caller, region = ""): Site[] {
  return inventory.sitesIn(region).filter((site) => maySee(caller, site.path));
}

const REGION_KEYS = ["province", "city", "county"] as const;

/**
 * Tags that a query must carry so that it answers nothing outside the subtree: one for each step of the path.
 * E_NOT_FOUND when the subtree is no region, school or site: such a caller sees no series.
 */
export function subtreeTags(inventory: Inventory, caller: Caller): Tags {
  const { subtree } = caller;
  if (subtree === "") return {};
  if (inventory.regions.has(subtree)) return regionTags(subtree);
  const school = inventory.place(subtree.slice(subtree.lastIndexOf("/") + 1));
  if (school?.path !== subtree) throw notFound();
  return { ...regionTags(school.region), school: school.id };
}

function regionTags(path: string): Tags {
  return Object.fromEntries(path.split("/").map((step, i) => [REGION_KEYS[i]!, step]));
}
