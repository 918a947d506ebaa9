import { z } from "zod";
import { maySee } from "../access.ts";
import { regionsSchema } from "../schemas/campus.ts";
import { regionView } from "../views/region.ts";
import { type Api, failures, nameParameter, type RouteDeps } from "./route.ts";

export function regionsRoutes(app: Api, deps: RouteDeps): void {
  app.get(
    "/api/v1/regions",
    {
      schema: {
        summary: "Provinces, cities and counties",
        tags: ["regions"],
        querystring: z.strictObject({
          parent: nameParameter.optional().describe("only the regions directly below this path"),
        }),
        response: { 200: regionsSchema, ...failures },
      },
    },
    (request) => {
      const caller = deps.caller(request);
      const { inventory } = deps.campus;
      const { parent } = request.query;
      const found = parent === undefined ? [...inventory.regions.values()] : inventory.regionsIn(parent);
      return {
        regions: found
          .filter((region) => maySee(caller, region.path))
          .sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))
          .map((region) => regionView(inventory, caller, region)),
      };
    },
  );
}
