import { z } from "zod";
import { notFound } from "../access.ts";
import { countySchema } from "../schemas/campus.ts";
import { type Api, failures, nameParameter, type RouteDeps } from "./route.ts";

export function countyRoutes(app: Api, deps: RouteDeps): void {
  app.get(
    "/api/v1/county",
    {
      schema: {
        summary: "A county's schools by trouble, its links by use, and totals",
        tags: ["regions"],
        querystring: z.strictObject({
          path: nameParameter.describe("a region's path: province/city/county; a city or province works too"),
        }),
        response: { 200: countySchema, ...failures },
      },
    },
    (request) => {
      const view = deps.campus.county(deps.caller(request), request.query.path);
      if (!view) throw notFound();
      return view;
    },
  );
}
