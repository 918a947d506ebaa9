import type { FastifyReply } from "fastify";
import { z } from "zod";
import { CampusError } from "../../errors/campus-error.ts";
import { isDate } from "../../indicators/calendar.ts";
import type { Inventory, Region, School } from "../../inventory/model.ts";
import { csvOf } from "../../targets/export/csv.ts";
import type { ExportTable } from "../../targets/export/table.ts";
import { regionsTable, schoolsTable, targetsTable } from "../../targets/export/tables.ts";
import { LANGUAGES } from "../../targets/export/words.ts";
import { xlsxOf } from "../../targets/export/xlsx.ts";
import type { Target } from "../../targets/model.ts";
import type { AnsweredDay, TargetQuery, TargetState } from "../../targets/query.ts";
import { type Caller, maySee, notFound, visibleSchool } from "../access.ts";
import {
  type TargetEvidenceView,
  type TargetPageView,
  type TargetsView,
  targetEvidenceSchema,
  targetPageSchema,
  targetsSchema,
} from "../schemas/targets.ts";
import { regionTrail, regionView } from "../views/region.ts";
import {
  changeViews,
  conditionViews,
  judgedConditionView,
  ruleView,
  schoolViews,
  scoreView,
  tallyView,
  targetRow,
} from "../views/targets.ts";
import { type Api, failures, nameParameter, type RouteDeps } from "./route.ts";

const date = z
  .string()
  .refine(isDate, { error: "is not a date; write one such as 2026-11-22" })
  .optional()
  .describe("local date, 2026-11-22; without it the newest that was judged");
const region = nameParameter.optional().describe("path of a region; without it the caller's own");
const format = z
  .enum(["json", "csv", "xlsx"])
  .default("json")
  .describe("csv and xlsx answer the table as a file: of a county its schools, else the regions below");
const lang = z.enum(LANGUAGES).default("zh").describe("language of a file's headings and names");
const names = z.strictObject({ set: nameParameter, target: nameParameter });

/** A region as its caller may see it: whole, or some of its schools only. */
interface Part {
  readonly region: Region;
  /** The schools that a caller sees who does not see the whole region. */
  readonly only: readonly School[] | undefined;
}

export function targetsRoutes(app: Api, deps: RouteDeps): void {
  const { campus } = deps;

  app.get(
    "/api/v1/targets",
    {
      schema: {
        summary: "Every target of a region: rate, unknown, pace and course",
        tags: ["targets"],
        querystring: z.strictObject({ region, date, format, lang }),
        response: { 200: targetsSchema, ...failures },
      },
    },
    async (request, reply) => {
      const caller = deps.caller(request);
      const query = queryOf(deps);
      const { format, lang } = request.query;
      const part = partOf(deps, caller, request.query.region);
      const day = await dayOf(query, request.query.date);
      const states = await statesOf(query, day, part);
      if (format !== "json")
        return sendTable(
          reply,
          targetsTable(states, placeView(campus.inventory, caller, part), day.date, lang),
          format,
          `targets-${day.date}`,
        );
      return {
        at: campus.sight.now,
        date: day.date,
        ...judgedOf(day),
        region: placeView(campus.inventory, caller, part),
        ...(part.only?.[0] ? { school: part.only[0].id } : {}),
        targets: states.map(targetRow),
      };
    },
  );

  app.get(
    "/api/v1/targets/:set/:target",
    {
      schema: {
        summary: "A target: the regions below with their rates, or the schools of a county",
        tags: ["targets"],
        params: names,
        querystring: z.strictObject({ region, date, format, lang }),
        response: { 200: targetPageSchema, ...failures },
      },
    },
    async (request, reply): Promise<TargetPageView> => {
      const caller = deps.caller(request);
      const query = queryOf(deps);
      const { format, lang } = request.query;
      const part = partOf(deps, caller, request.query.region);
      const day = await dayOf(query, request.query.date);
      const target = targetOf(day, request.params);
      const { inventory } = campus;
      const [state] = await statesOf(query, day, part, [target]);
      const below = part.only ? [] : [...inventory.regionsIn(part.region.path)].sort(byPath);
      const counties = below.flatMap((one) => [...inventory.regionsIn(one.path)].sort(byPath));
      const regions = await query.regions(
        day,
        target,
        [...below, ...counties].map((one) => one.path),
      );
      const regionRow = (one: Region) => {
        const { tally, pace } = regions.get(one.path)!;
        return { region: regionView(inventory, caller, one), tally: tallyView(tally), pace };
      };
      // Who sees the region sees every school in it.
      const direct = (part.only ?? inventory.schoolsIn(part.region.path)).filter(
        (school) => school.region === part.region.path,
      );
      const schools = await query.schools(day, target, direct);
      if (format !== "json") {
        const table =
          below.length > 0
            ? regionsTable(
                [...below, ...counties].map((one) => ({ region: one, state: regions.get(one.path)! })),
                day.date,
                lang,
              )
            : schoolsTable(target, schools, day.date, lang);
        return sendTable(reply, table, format, `${target.set}-${request.params.target}-${day.date}`);
      }
      const whole = part.only === undefined;
      const revisions = whole ? await query.revisions(day, target, part.region.path) : [];
      return {
        at: campus.sight.now,
        date: day.date,
        ...judgedOf(day),
        region: regionTrail(inventory, caller, part.region.path),
        target: targetRow(state!),
        conditions: conditionViews(target),
        meaning: target.meaning.zh,
        meaningEn: target.meaning.en,
        rule: ruleView(target),
        changes: changeViews(target),
        revisions: revisions.map(({ at, was }) => ({ at, tally: tallyView(was) })),
        regions: below.map(regionRow),
        ...(counties.length > 0 ? { counties: counties.map(regionRow) } : {}),
        schools: schoolViews(target, schools),
        history: whole ? (await query.history(day, target, part.region.path)).map((one) => [...one]) : [],
      };
    },
  );

  app.get(
    "/api/v1/targets/:set/:target/evidence",
    {
      schema: {
        summary: "What the verdict of a school was made of, down to the readings",
        tags: ["targets"],
        params: names,
        querystring: z.strictObject({ school: nameParameter.describe("id of a school"), date }),
        response: { 200: targetEvidenceSchema, ...failures },
      },
    },
    async (request): Promise<TargetEvidenceView> => {
      const caller = deps.caller(request);
      const school = visibleSchool(campus.inventory, caller, request.query.school);
      if (!school) throw notFound();
      const query = queryOf(deps);
      const day = await dayOf(query, request.query.date);
      const target = targetOf(day, request.params);
      const judgement = await query.judgement(day, target, school);
      if (!judgement) throw notFound();
      const [held] = await query.schools(day, target, [school]);
      const conditions: TargetEvidenceView["conditions"] = [];
      for (const one of judgement.conditions) {
        const window = one.value?.window ?? query.window(day, one.condition.days);
        const readings = await deps.gate.run(() => query.readings(school, one.condition.indicator, window));
        conditions.push(judgedConditionView(one, window, readings));
      }
      return {
        at: campus.sight.now,
        date: day.date,
        school: school.id,
        schoolName: school.name,
        verdict: held?.verdict ?? judgement.verdict,
        evidence: held?.evidence ?? judgement.evidence,
        since: held?.since ?? null,
        score: scoreView(judgement, target),
        conditions,
      };
    },
  );
}

function queryOf({ campus }: RouteDeps): TargetQuery {
  const { targets } = campus.live;
  if (!targets) throw notFound();
  return targets;
}

/** The region that is asked for; without one the caller's own. E_NOT_FOUND outside the caller's subtree. */
function partOf({ campus }: RouteDeps, caller: Caller, asked: string | undefined): Part {
  const { inventory } = campus;
  if (asked !== undefined) {
    const found = inventory.regions.get(asked);
    if (found && maySee(caller, found.path)) return { region: found, only: undefined };
    throw notFound();
  }
  if (caller.subtree === "") {
    const [first] = [...inventory.regionsIn("")].sort(byPath);
    if (!first) throw notFound();
    return { region: first, only: undefined };
  }
  const own = inventory.regions.get(caller.subtree);
  if (own) return { region: own, only: undefined };
  const school = inventory.schools.get(caller.subtree.slice(caller.subtree.lastIndexOf("/") + 1));
  const above = school && inventory.regions.get(school.region);
  if (!school || !above || school.path !== caller.subtree) throw notFound();
  return { region: above, only: [school] };
}

async function dayOf(query: TargetQuery, asked: string | undefined): Promise<AnsweredDay> {
  const day = await query.day(asked);
  // A date between two judged ones was not judged: the number of another day is no answer to it.
  if (day && (asked === undefined || day.date === asked)) return day;
  const range = await query.range();
  throw new CampusError(
    "E_REQUEST",
    range
      ? `date ${asked} was not judged; there are numbers from ${range.first} to ${range.last}`
      : `date ${asked} was not judged; nothing was judged yet`,
    { parameter: "date" },
  );
}

function targetOf(day: AnsweredDay, params: { readonly set: string; readonly target: string }): Target {
  const found = day.targets.find((target) => target.id === `${params.set}/${params.target}`);
  if (!found) throw notFound();
  return found;
}

function statesOf(
  query: TargetQuery,
  day: AnsweredDay,
  part: Part,
  targets?: readonly Target[],
): Promise<TargetState[]> {
  return part.only ? query.statesOf(day, part.only, targets) : query.states(day, part.region.path, targets);
}

/** The region, or the one school of a caller who may not see the region's name. */
function placeView(inventory: Inventory, caller: Caller, { region, only }: Part): TargetsView["region"] {
  const [school] = only ?? [];
  if (!school) return regionView(inventory, caller, region);
  const { path, name, nameEn } = school;
  return {
    path,
    level: "county",
    name,
    ...(nameEn === undefined ? {} : { nameEn }),
    parent: null,
    schools: 1,
  };
}

const TYPES = {
  csv: "text/csv; charset=utf-8",
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
} as const;

/** Sends a table as a file. The answer leaves as octets: no schema describes it. */
function sendTable(reply: FastifyReply, table: ExportTable, format: "csv" | "xlsx", name: string): never {
  const file = `${name.replace(/[^A-Za-z0-9-]/g, "-")}.${format}`;
  return reply
    .type(TYPES[format])
    .header("content-disposition", `attachment; filename="${file}"`)
    .send(format === "csv" ? csvOf(table) : xlsxOf(table)) as never;
}

function judgedOf({ record }: AnsweredDay) {
  return { final: record?.final ?? false, judgedAt: record?.at ?? null };
}

function byPath(a: { readonly path: string }, b: { readonly path: string }): number {
  return a.path < b.path ? -1 : a.path > b.path ? 1 : 0;
}
