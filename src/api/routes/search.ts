import { z } from "zod";
import { searchSchema } from "../schemas/campus.ts";
import { searchView } from "../views/search.ts";
import { type Api, failures, type RouteDeps } from "./route.ts";

export function searchRoutes(app: Api, deps: RouteDeps): void {
  app.get(
    "/api/v1/search",
    {
      schema: {
        summary: "Finds regions, schools, rooms and devices by name, address, MAC or serial",
        tags: ["search"],
        querystring: z.strictObject({
          q: z.string().trim().min(1).max(100),
          limit: z.coerce.number().int().min(1).max(50).default(20),
        }),
        response: { 200: searchSchema, ...failures },
      },
    },
    (request) => searchView(deps.campus, deps.caller(request), request.query.q, request.query.limit),
  );
}
