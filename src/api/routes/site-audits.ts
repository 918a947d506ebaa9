import { z } from "zod";
import { type Caller, maySee, notFound } from "../access.ts";
import type { SiteAuditRecord } from "../live.ts";
import { byCodePoint } from "../rules.ts";
import {
  type SiteAuditPageView,
  type SiteAuditView,
  siteAuditPageSchema,
  siteAuditsSchema,
} from "../schemas/site-audits.ts";
import { type Api, failures, nameParameter, type RouteDeps } from "./route.ts";

export function siteAuditsRoutes(app: Api, deps: RouteDeps): void {
  const { live } = deps.campus;
  const visible = (caller: Caller, region = ""): SiteAuditRecord[] =>
    (live.siteAudits?.records() ?? []).filter(
      ({ owner }) =>
        maySee(caller, owner ?? "") &&
        (region === "" || owner === region || (owner?.startsWith(`${region}/`) ?? false)),
    );
  app.get(
    "/api/v1/site-audits",
    {
      schema: {
        summary: "Web sites and how far their IPv6 is",
        tags: ["site-audits"],
        querystring: z.strictObject({
          region: nameParameter.optional().describe("only sites of this region or school, by its path"),
        }),
        response: { 200: siteAuditsSchema, ...failures },
      },
    },
    (request) => {
      const caller = deps.caller(request);
      const { region } = request.query;
      if (region !== undefined && !maySee(caller, region)) throw notFound();
      return { at: live.clock.now(), sites: visible(caller, region).sort(byNeed) };
    },
  );
  app.get(
    "/api/v1/site-audits/one",
    {
      schema: {
        summary: "A web site: its newest audit, and the verdicts before",
        tags: ["site-audits"],
        querystring: z.strictObject({ domain: z.string().min(1).max(300) }),
        response: { 200: siteAuditPageSchema, ...failures },
      },
    },
    async (request) => {
      const site = visible(deps.caller(request)).find(({ domain }) => domain === request.query.domain);
      if (!site) throw notFound();
      const history = await live.siteAudits!.history(site.domain);
      return {
        now: live.clock.now(),
        ...site,
        history: history.map(({ at, verdict }) => [at, verdict]) as SiteAuditPageView["history"],
      };
    },
  );
}

const NEED: readonly (SiteAuditView["verdict"] | undefined)[] = [
  "not-ready",
  "partly",
  "unknown",
  undefined,
  "ready",
];

function byNeed(a: SiteAuditRecord, b: SiteAuditRecord): number {
  return NEED.indexOf(a.audit?.verdict) - NEED.indexOf(b.audit?.verdict) || byCodePoint(a.domain, b.domain);
}
