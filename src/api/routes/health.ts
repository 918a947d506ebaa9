import { notFound } from "../access.ts";
import { healthSchema } from "../schemas/campus.ts";
import { healthView } from "../views/health.ts";
import { type Api, failures, type RouteDeps } from "./route.ts";

export function healthRoutes(app: Api, deps: RouteDeps): void {
  app.get(
    "/api/v1/health",
    {
      schema: {
        summary: "Whether campusd runs, and how many devices answer",
        tags: ["health"],
        response: { 200: healthSchema, ...failures },
      },
    },
    (request) => healthView(deps.campus, deps.caller(request), deps.version),
  );

  app.get("/metrics", { schema: { hide: true } as object }, async (request, reply) => {
    // The numbers of the process are about everybody's devices.
    if (deps.caller(request).subtree !== "") throw notFound();
    const { text, contentType } = await deps.telemetry.metrics();
    return reply.type(contentType).header("cache-control", "no-store").send(text);
  });
}
