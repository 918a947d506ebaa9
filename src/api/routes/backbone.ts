import { z } from "zod";
import { csvFile } from "../../targets/export/csv.ts";
import { maySee, notFound } from "../access.ts";
import { backboneSchema } from "../schemas/backbone.ts";
import { backboneView } from "../views/backbone.ts";
import { LINK_COLUMNS, linkRow } from "../views/link-table.ts";
import { type Api, failures, nameParameter, type RouteDeps } from "./route.ts";

const regionQuery = z.strictObject({
  region: nameParameter.describe("a region's path: province, province/city or province/city/county"),
});

export function backboneRoutes(app: Api, deps: RouteDeps): void {
  const { campus } = deps;
  const view = (request: Parameters<RouteDeps["caller"]>[0], path: string) => {
    const caller = deps.caller(request);
    const region = campus.inventory.regions.get(path);
    if (!region || !maySee(caller, region.path)) throw notFound();
    return backboneView(campus, caller, region);
  };

  app.get(
    "/api/v1/backbone",
    {
      schema: {
        summary: "A region's nodes and links, by trouble: use, percentiles, light, ways up",
        tags: ["backbone"],
        querystring: regionQuery,
        response: { 200: backboneSchema, ...failures },
      },
      // Made here of numbers and known texts: checking 500 rows again would cost more than making them.
      serializerCompiler: () => (data) => JSON.stringify(data),
    },
    (request) => view(request, request.query.region),
  );

  app.get(
    "/api/v1/backbone/export",
    {
      schema: {
        summary: "The same links as a table in CSV",
        tags: ["backbone"],
        querystring: regionQuery,
        response: { 200: z.string().describe("text/csv"), ...failures },
      },
    },
    (request, reply) => {
      const { links, at } = view(request, request.query.region);
      const day = new Date(at).toISOString().slice(0, 10);
      reply
        .type("text/csv; charset=utf-8")
        .header("content-disposition", `attachment; filename="backbone-${day}.csv"`);
      return csvFile(LINK_COLUMNS, links.map(linkRow));
    },
  );
}
