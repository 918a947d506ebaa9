import { z } from "zod";
import { maySee, notFound } from "../access.ts";
import { schoolSchema, schoolsSchema } from "../schemas/campus.ts";
import { sortByTrouble } from "../views/county.ts";
import { type Api, failures, nameParameter, type RouteDeps } from "./route.ts";

export function schoolsRoutes(app: Api, deps: RouteDeps): void {
  const { campus } = deps;
  app.get(
    "/api/v1/schools",
    {
      schema: {
        summary: "Schools by trouble",
        tags: ["schools"],
        querystring: z.strictObject({
          region: nameParameter.optional().describe("only the schools under this region's path"),
        }),
        response: { 200: schoolsSchema, ...failures },
      },
    },
    (request) => {
      const caller = deps.caller(request);
      const { region } = request.query;
      if (region !== undefined && !(campus.inventory.regions.has(region) && maySee(caller, region)))
        throw notFound();
      const schools = campus.schools(caller, region).map((one) => one.row);
      return { at: campus.sight.now, schools: sortByTrouble(schools) };
    },
  );

  app.get(
    "/api/v1/schools/:id",
    {
      schema: {
        summary: "A school: its rooms, devices and links",
        tags: ["schools"],
        params: z.strictObject({ id: nameParameter }),
        response: { 200: schoolSchema, ...failures },
      },
    },
    (request) => {
      const view = campus.schoolView(deps.caller(request), request.params.id);
      if (!view) throw notFound();
      return view;
    },
  );
}
