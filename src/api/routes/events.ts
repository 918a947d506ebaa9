import { z } from "zod";
import { EVENT_SEVERITIES } from "../../collection/events.ts";
import { maySee, notFound, visiblePlace } from "../access.ts";
import { eventsSchema } from "../schemas/campus.ts";
import { instantMs } from "../time-range.ts";
import { eventView, maySeeEvent } from "../views/event.ts";
import { type Api, failures, nameParameter, type RouteDeps } from "./route.ts";

export function eventsRoutes(app: Api, deps: RouteDeps): void {
  const { campus } = deps;
  app.get(
    "/api/v1/events",
    {
      schema: {
        summary: "Events (SNMP traps and informs), newest first, a page at a time",
        tags: ["events"],
        querystring: z.strictObject({
          region: nameParameter.optional().describe("a region's path"),
          school: nameParameter.optional().describe("a school's id"),
          device: nameParameter.optional().describe("a device's id"),
          kind: nameParameter.optional().describe("linkDown, coldStart ..., or an OID"),
          severity: z.enum(EVENT_SEVERITIES).optional(),
          from: nameParameter.optional().describe("UTC ms, ISO 8601, or back from now: -24h"),
          to: nameParameter.optional().describe("like from; exclusive"),
          limit: z.coerce.number().int().min(1).max(500).default(100),
          before: z.coerce
            .number()
            .int()
            .min(1)
            .max(Number.MAX_SAFE_INTEGER)
            .optional()
            .describe("`next` of the page before"),
        }),
        response: { 200: eventsSchema, ...failures },
      },
    },
    (request) => {
      const caller = deps.caller(request);
      const { region, school, device, kind, severity, from, to, limit, before } = request.query;
      const { inventory } = campus;
      const now = campus.live.clock.now();
      if (region !== undefined && !(inventory.regions.has(region) && maySee(caller, region)))
        throw notFound();
      if (school !== undefined && !visiblePlace(inventory, caller, school)) throw notFound();
      if (device !== undefined) {
        const known = inventory.devices.get(device);
        if (!known || !visiblePlace(inventory, caller, known.school)) throw notFound();
      }
      const found =
        campus.live.events?.query({
          subtree: region ?? caller.subtree,
          limit: limit + 1,
          ...(school !== undefined && { school }),
          ...(device !== undefined && { device }),
          ...(kind !== undefined && { kind }),
          ...(severity !== undefined && { severity }),
          ...(from !== undefined && { from: instantMs("from", from, now) }),
          ...(to !== undefined && { to: instantMs("to", to, now) }),
          ...(before !== undefined && { before }),
        }) ?? [];
      const page = found.slice(0, limit);
      return {
        at: now,
        events: page.filter((event) => maySeeEvent(inventory, caller, event)).map(eventView),
        next: found.length > limit ? page[page.length - 1]!.id : null,
      };
    },
  );
}
