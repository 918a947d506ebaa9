import type { FastifyRequest } from "fastify";
import { CampusError } from "../errors/campus-error.ts";
import type { Inventory, Room, School } from "../inventory/model.ts";
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

/** Whether the caller may see the room: rooms follow their school. */
export function maySeeRoom(inventory: Inventory, caller: Caller, room: Room): boolean {
  return visibleSchool(inventory, caller, room.school) !== undefined;
}

/** Schools of the inventory that the caller may see, those under `region` ("" for all) only. */
export function visibleSchools(inventory: Inventory, caller: Caller, region = ""): School[] {
  const found: School[] = [];
  for (const school of inventory.schools.values())
    if (maySee(caller, school.path) && (region === "" || school.path.startsWith(`${region}/`)))
      found.push(school);
  return found;
}

const PLACE_KEYS = ["province", "city", "county", "school"] as const;

/**
 * Tags that a query must carry so that it answers nothing outside the subtree: one for each step of the path.
 * A path that is deeper than a school has no tag that holds it, so it sees no series.
 */
export function subtreeTags(caller: Caller): Tags {
  if (caller.subtree === "") return {};
  const steps = caller.subtree.split("/");
  if (steps.length > PLACE_KEYS.length) throw notFound();
  return Object.fromEntries(steps.map((step, i) => [PLACE_KEYS[i]!, step]));
}
