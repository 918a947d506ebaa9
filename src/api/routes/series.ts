import { z } from "zod";
import { CampusError } from "../../errors/campus-error.ts";
import { QUANTITIES, type Quantity } from "../../measurements/quantities.ts";
import { TAG_KEYS, type TagKey, type Tags } from "../../measurements/series.ts";
import { UNITS } from "../../measurements/units.ts";
import type { Aggregate, SeriesResult } from "../../stores/contract.ts";
import { type Caller, notFound, subtreeTags, visiblePlace } from "../access.ts";
import type { Campus } from "../campus.ts";
import { quantitiesSchema, type SeriesView, seriesSchema } from "../schemas/campus.ts";
import { timeRange } from "../time-range.ts";
import { apKey, isControllerAp } from "../views/device-row.ts";
import { type Api, failures, nameParameter, type RouteDeps } from "./route.ts";

/** A query answers at most so many points over all its series. */
const MOST_POINTS = 400_000;
const MOST_SERIES = 1000;
const SERIES_CHOSEN = 100;

const AGGREGATES = ["mean", "min", "max", "last", "count"] as const satisfies readonly Aggregate[];

const tagParameters = Object.fromEntries(
  TAG_KEYS.map((key) => [key, nameParameter.optional().describe(`the series' tag ${key}`)]),
) as Record<TagKey, z.ZodOptional<z.ZodString>>;

const seriesQuery = z.strictObject({
  quantity: nameParameter.describe("a quantity of /api/v1/quantities"),
  ...tagParameters,
  from: nameParameter.optional().describe("UTC ms, ISO 8601, or back from now: -24h (the default)"),
  to: nameParameter.optional().describe("like from; default now"),
  step: nameParameter.optional().describe("5m, or ms, or raw; default: at most 1,500 points a series"),
  aggregate: z.enum(AGGREGATES).optional().describe("default mean; states and counters answer last"),
  limit: z.coerce.number().int().min(1).max(MOST_SERIES).optional().describe("series at most"),
});

export function seriesRoutes(app: Api, deps: RouteDeps): void {
  app.get(
    "/api/v1/quantities",
    {
      schema: {
        summary: "The closed list of quantities",
        tags: ["series"],
        response: { 200: quantitiesSchema, ...failures },
      },
    },
    (request) => {
      deps.caller(request);
      return { quantities: [...QUANTITIES.values()].map(quantityView) };
    },
  );

  app.get(
    "/api/v1/series",
    {
      schema: {
        summary: "Samples over time of the series with the given tags",
        tags: ["series"],
        querystring: seriesQuery,
        response: { 200: seriesSchema, ...failures },
      },
      // Hundreds of thousands of points: made here from numbers, so there is nothing to check or leave out.
      serializerCompiler: () => (data) => JSON.stringify(data),
    },
    async (request): Promise<SeriesView> => {
      const caller = deps.caller(request);
      const { campus, gate } = deps;
      const { query } = request;
      const quantity = QUANTITIES.get(query.quantity);
      if (!quantity)
        throw new CampusError("E_REQUEST", "quantity: not in the list of /api/v1/quantities", {
          parameter: "quantity",
        });
      const range = timeRange(query, campus.live.clock.now());
      const aggregate = aggregateOf(quantity, query.aggregate);
      const room = Math.max(1, Math.floor(MOST_POINTS / range.slots));
      if (query.limit !== undefined && query.limit > room)
        throw new CampusError(
          "E_REQUEST",
          `limit: ${query.limit} series of ${range.slots} points are more than ${MOST_POINTS}; take a longer step or fewer series`,
          { parameter: "limit" },
        );
      const tags = tagsFor(campus, caller, query);
      const results = await gate.run(() =>
        campus.live.store.query({
          quantity: quantity.id,
          tags,
          from: range.from,
          to: range.to,
          limit: query.limit ?? Math.min(SERIES_CHOSEN, room),
          ...(range.stepMs === undefined ? {} : { stepMs: range.stepMs, aggregate }),
        }),
      );
      return {
        from: range.from,
        to: range.to,
        step: range.stepMs ?? null,
        series: results.map((result) => resultView(quantity, result)),
      };
    },
  );
}

/** The tags of the selector: those that were asked for, and those that keep it within the caller's subtree. */
function tagsFor(campus: Campus, caller: Caller, query: z.infer<typeof seriesQuery>): Tags {
  const asked: Partial<Record<TagKey, string>> = {};
  for (const key of TAG_KEYS) {
    const value = query[key];
    if (value !== undefined) asked[key] = value;
  }
  const { inventory } = campus;
  if (asked.device !== undefined) {
    const device = inventory.devices.get(asked.device);
    if (!device || !visiblePlace(inventory, caller, device.school)) throw notFound();
    if (isControllerAp(device) && asked.ap === undefined) {
      // The controller reports the series of its access points.
      asked.device = device.parent!;
      asked.ap = apKey(device);
    }
  }
  if (asked.school !== undefined && !visiblePlace(inventory, caller, asked.school)) throw notFound();
  for (const [key, value] of Object.entries(subtreeTags(inventory, caller))) {
    const tag = key as TagKey;
    if (asked[tag] !== undefined && asked[tag] !== value) throw notFound();
    asked[tag] = value;
  }
  return asked;
}

function aggregateOf(quantity: Quantity, asked: Aggregate | undefined): Aggregate {
  const discrete = quantity.kind === "state" || quantity.kind === "counter";
  if (asked === undefined) return discrete ? "last" : "mean";
  if (discrete && asked !== "last" && asked !== "count")
    throw new CampusError("E_REQUEST", `aggregate: a ${quantity.kind} has no ${asked}; use last or count`, {
      parameter: "aggregate",
    });
  return asked;
}

function resultView(quantity: Quantity, result: SeriesResult): SeriesView["series"][number] {
  const points: [number, number][] = [];
  for (let i = 0; i < result.times.length; i++) {
    const value = result.values[i]!;
    if (Number.isFinite(value)) points.push([result.times[i]!, value]);
  }
  return {
    quantity: quantity.id,
    unit: UNITS[quantity.unit].symbol,
    tags: { ...result.tags } as Record<string, string>,
    points,
  };
}

function quantityView(quantity: Quantity): z.infer<typeof quantitiesSchema>["quantities"][number] {
  return {
    id: quantity.id,
    kind: quantity.kind,
    unit: quantity.unit,
    symbol: UNITS[quantity.unit].symbol,
    meaning: quantity.meaning,
    ...(quantity.states === undefined ? {} : { states: { ...quantity.states } }),
  };
}
