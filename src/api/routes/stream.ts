import { z } from "zod";
import { CampusError } from "../../errors/campus-error.ts";
import type { Caller } from "../access.ts";
import { type Api, failures, nameParameter, type RouteDeps } from "./route.ts";

export function streamRoutes(app: Api, deps: RouteDeps): void {
  app.get(
    "/api/v1/stream",
    {
      exposeHeadRoute: false,
      schema: {
        summary: "Live events (text/event-stream): view, patch, alive",
        tags: ["stream"],
        querystring: z.strictObject({
          view: z.enum(["county", "school", "device"]),
          path: nameParameter.optional().describe("for view=county: the region's path"),
          id: nameParameter.optional().describe("for view=school and view=device"),
        }),
        response: {
          200: {
            description: "events until the browser or the server closes",
            content: { "text/event-stream": { schema: z.string() } },
          },
          ...failures,
        },
      },
    },
    (request, reply): void => {
      const caller = deps.caller(request);
      const { view, path, id } = request.query;
      const parameter = view === "county" ? "path" : "id";
      const key = view === "county" ? path : id;
      if (key === undefined)
        throw new CampusError("E_REQUEST", `${parameter}: needed for view=${view}`, { parameter });
      const still = (): boolean => sameCaller(deps, request, caller);
      deps.hub.watch(reply, caller, { view, key }, still);
    },
  );
}

/** Whether whoever opened the stream is still who they were: a right that was taken away ends it. */
function sameCaller(deps: RouteDeps, request: Parameters<RouteDeps["caller"]>[0], caller: Caller): boolean {
  try {
    return deps.caller(request).subtree === caller.subtree;
  } catch {
    return false;
  }
}
