import { z } from "zod";

const latencySchema = z.object({
  dns: z.number().nullable(),
  tcp: z.number().nullable(),
  firstByte: z.number().nullable(),
});
const verdictSchema = z.enum(["ready", "partly", "not-ready", "unknown"]);

/** What the audit of a web site found; `docs/site-audits.md` says what each check is. */
export const siteAuditSchema = z.object({
  domain: z.string(),
  /** UTC ms. */
  at: z.number(),
  verdict: verdictSchema,
  checks: z.array(
    z.object({
      check: z.enum([
        "aaaa",
        "home-page",
        "success-rate",
        "delegation",
        "same-content",
        "second-level",
        "third-level",
        "degradation",
        "single-stack",
      ]),
      /** null: it cannot be judged, and `detail` says why. */
      met: z.boolean().nullable(),
      /** A share 0..1; of `degradation` (v6 - v4) / v4. */
      value: z.number().nullable(),
      limit: z.number().nullable(),
      detail: z.string().nullable(),
    }),
  ),
  /** Medians of the good visits, seconds, by family. */
  latency: z.object({ ipv4: latencySchema, ipv6: latencySchema }),
});
export type SiteAuditView = z.infer<typeof siteAuditSchema>;

const siteRowSchema = z.object({
  domain: z.string(),
  /** Path of the region or school whose site it is. */
  owner: z.string().nullable(),
  /** null: not audited yet. */
  audit: siteAuditSchema.nullable(),
});

/** GET /api/v1/site-audits?region=: the registered sites, those that are not ready first. */
export const siteAuditsSchema = z.object({ at: z.number(), sites: z.array(siteRowSchema) });
export type SiteAuditsView = z.infer<typeof siteAuditsSchema>;

/** GET /api/v1/site-audits/one?domain= */
export const siteAuditPageSchema = siteRowSchema.extend({
  now: z.number(),
  /** [UTC ms, verdict], newest first. */
  history: z.array(z.tuple([z.number(), verdictSchema])),
});
export type SiteAuditPageView = z.infer<typeof siteAuditPageSchema>;
