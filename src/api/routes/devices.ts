import { z } from "zod";
import { CampusError } from "../../errors/campus-error.ts";
import { DEVICE_ROLES } from "../../inventory/document.ts";
import { maySee, notFound } from "../access.ts";
import type { Campus } from "../campus.ts";
import { type DeviceRow, deviceSchema, devicesSchema, stateSchema } from "../schemas/campus.ts";
import { type Api, failures, nameParameter, type RouteDeps } from "./route.ts";

const ANSWERS = ["up", "down"] as const;

export function devicesRoutes(app: Api, deps: RouteDeps): void {
  const { campus } = deps;
  app.get(
    "/api/v1/devices",
    {
      schema: {
        summary: "Devices, ordered by id, a page at a time",
        tags: ["devices"],
        querystring: z.strictObject({
          region: nameParameter.optional().describe("a region's path"),
          school: nameParameter.optional().describe("a school's or site's id"),
          role: z.enum(DEVICE_ROLES).optional(),
          state: z
            .enum([...stateSchema.options, ...ANSWERS])
            .optional()
            .describe("how it is judged, or whether it answers"),
          q: z.string().min(1).max(100).optional().describe("part of the name, id, model or an address"),
          limit: z.coerce.number().int().min(1).max(500).default(100),
          cursor: z.string().min(1).max(200).optional().describe("`next` of the page before"),
        }),
        response: { 200: devicesSchema, ...failures },
      },
    },
    (request) => {
      const caller = deps.caller(request);
      const { region, school, role, state, q, limit, cursor } = request.query;
      const { inventory } = campus;
      if (region !== undefined && !(inventory.regions.has(region) && maySee(caller, region)))
        throw notFound();
      const schools =
        school === undefined ? campus.places(caller, region) : [campus.school(caller, school) ?? missing()];
      const wanted = q?.trim().toLowerCase();
      const rows: DeviceRow[] = [];
      for (const seen of schools) {
        if (region !== undefined && !seen.school.path.startsWith(`${region}/`)) continue;
        for (const { row } of seen.devices.values())
          if (
            (role === undefined || row.role === role) &&
            (state === undefined || row.state === state || row.up === state) &&
            (wanted === undefined || holds(row, wanted))
          )
            rows.push(row);
      }
      rows.sort((a, b) => (a.id < b.id ? -1 : 1));
      const after = cursor === undefined ? "" : fromCursor(cursor);
      const first = after === "" ? 0 : rows.findIndex((row) => row.id > after);
      const page = first < 0 ? [] : rows.slice(first, first + limit);
      const more = first >= 0 && first + limit < rows.length;
      return {
        at: campus.sight.now,
        total: rows.length,
        devices: page,
        next: more ? toCursor(page[page.length - 1]!.id) : null,
      };
    },
  );

  app.get(
    "/api/v1/devices/:id",
    {
      schema: {
        summary: "A device: identity, interfaces, readings, neighbours",
        tags: ["devices"],
        params: z.strictObject({ id: nameParameter }),
        response: { 200: deviceSchema, ...failures },
      },
    },
    (request) => deviceOf(campus, deps, request) ?? missing(),
  );
}

function deviceOf(
  campus: Campus,
  deps: RouteDeps,
  request: Parameters<RouteDeps["caller"]>[0] & { params: { id: string } },
): ReturnType<Campus["device"]> {
  return campus.device(deps.caller(request), request.params.id);
}

function missing(): never {
  throw notFound();
}

function holds(row: DeviceRow, wanted: string): boolean {
  return (
    row.name.toLowerCase().includes(wanted) ||
    row.id.toLowerCase().includes(wanted) ||
    (row.model?.toLowerCase().includes(wanted) ?? false) ||
    (row.roomName?.toLowerCase().includes(wanted) ?? false) ||
    row.addresses.some((address) => address.toLowerCase().includes(wanted))
  );
}

function toCursor(id: string): string {
  return Buffer.from(id, "utf8").toString("base64url");
}

function fromCursor(cursor: string): string {
  const id = Buffer.from(cursor, "base64url").toString("utf8");
  if (id === "" || toCursor(id) !== cursor)
    throw new CampusError("E_REQUEST", "cursor: not one that a page before answered", {
      parameter: "cursor",
    });
  return id;
}
