import { z } from "zod";
import { notFound, visiblePlace, visibleSchools, visibleSites } from "../access.ts";
import { type PollingView, pollingSchema } from "../schemas/campus.ts";
import { type Api, failures, nameParameter, type RouteDeps } from "./route.ts";

export function pollingRoutes(app: Api, deps: RouteDeps): void {
  const { campus } = deps;
  app.get(
    "/api/v1/polling",
    {
      schema: {
        summary: "What polling costs the devices and the schools' lines",
        tags: ["polling"],
        querystring: z.strictObject({
          school: nameParameter.optional().describe("a school's id: only it, with its devices"),
        }),
        response: { 200: pollingSchema, ...failures },
      },
    },
    (request): PollingView => {
      const caller = deps.caller(request);
      const { inventory, live } = campus;
      const { school } = request.query;
      const asked = school === undefined ? undefined : visiblePlace(inventory, caller, school);
      if (school !== undefined && !asked) throw notFound();
      const schools = new Map(
        (asked ? [asked] : [...visibleSchools(inventory, caller), ...visibleSites(inventory, caller)]).map(
          ({ id, name }) => [id, { id, name, devices: 0, requests: 0, octets: 0, suffering: 0 }],
        ),
      );
      const devices: PollingView["devices"] = [];
      for (const { id, name, school: of } of inventory.devices.values()) {
        const row = schools.get(of);
        const load = row && live.load?.(id);
        if (!load) continue;
        row.devices++;
        row.requests += load.requests;
        row.octets += load.octets;
        if (load.level > 0) row.suffering++;
        if (asked) devices.push({ id, name: name ?? id, ...load, reason: load.reason ?? null });
      }
      return {
        at: live.clock.now(),
        schools: [...schools.values()].sort(byRequests),
        devices: devices.sort(byRequests),
      };
    },
  );
}

function byRequests(a: { requests: number; id: string }, b: { requests: number; id: string }): number {
  return b.requests - a.requests || (a.id < b.id ? -1 : 1);
}
