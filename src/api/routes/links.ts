import { z } from "zod";
import { monthOf } from "../../indicators/bandwidth/month.ts";
import { SLOT_MS } from "../../indicators/bandwidth/percentile.ts";
import { slotPieces } from "../../indicators/bandwidth/readings.ts";
import { Calendar } from "../../indicators/calendar.ts";
import { type CsvCell, csvFile } from "../../targets/export/csv.ts";
import { notFound, visiblePlace } from "../access.ts";
import { linkPageSchema } from "../schemas/backbone.ts";
import { linkPage } from "../views/backbone.ts";
import { type Api, failures, nameParameter, type RouteDeps } from "./route.ts";

const TIMEZONE = "Asia/Shanghai";

export function linksRoutes(app: Api, deps: RouteDeps): void {
  const { campus, gate } = deps;
  const params = z.strictObject({ id: nameParameter });

  app.get(
    "/api/v1/links/:id",
    {
      schema: {
        summary: "A link: its months, its light, its busy hours and what is expected of them",
        tags: ["backbone"],
        params,
        response: { 200: linkPageSchema, ...failures },
      },
    },
    async (request) => {
      const caller = deps.caller(request);
      const { id } = request.params;
      // Not through the gate when it is not there: a waiting answer would tell that it is.
      if (!visible(request, id)) throw notFound();
      const view = await gate.run(() => linkPage(campus, caller, id));
      if (!view) throw notFound();
      return view;
    },
  );

  app.get(
    "/api/v1/links/:id/export",
    {
      schema: {
        summary: "The 5-minute slots of a link's local month in CSV: what a percentile is made of",
        tags: ["backbone"],
        params,
        querystring: z.strictObject({
          month: z
            .string()
            .regex(/^20\d\d-(0[1-9]|1[0-2])$/, "is no month; write one as 2026-11")
            .describe("a local month, 2026-11"),
        }),
        response: { 200: z.string().describe("text/csv"), ...failures },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const link = visible(request, id);
      if (!link) throw notFound();
      const calendar = campus.live.bandwidth?.calendar ?? new Calendar(TIMEZONE);
      const month = monthOf(calendar, request.query.month);
      const now = Math.floor(campus.live.clock.now() / SLOT_MS) * SLOT_MS;
      const window = { from: month.from, to: Math.max(month.from, Math.min(month.to, now)) };
      const rows = await gate.run(async () => {
        const found: CsvCell[][] = [];
        let at = window.from;
        for await (const piece of slotPieces(campus.live.store, link, window))
          for (let i = 0; i < piece.in.length; i++, at += SLOT_MS)
            found.push(slotRow(at, piece.in[i]!, piece.out[i]!));
        return found;
      });
      reply
        .type("text/csv; charset=utf-8")
        .header("content-disposition", `attachment; filename="${id}-${month.name}.csv"`);
      return csvFile(["slot_start", "in_bps", "out_bps", "larger_bps"], rows);
    },
  );

  function visible(request: Parameters<RouteDeps["caller"]>[0], id: string) {
    const link = campus.inventory.links.get(id);
    return link && visiblePlace(campus.inventory, deps.caller(request), link.school) ? link : undefined;
  }
}

/** A slot without a mean is an empty cell, not 0. */
function slotRow(at: number, inRate: number, outRate: number): CsvCell[] {
  const known = [inRate, outRate].filter((value) => !Number.isNaN(value));
  return [new Date(at).toISOString(), inRate, outRate, known.length === 0 ? null : Math.max(...known)];
}
