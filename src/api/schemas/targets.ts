import { z } from "zod";
import { regionSchema } from "./campus.ts";
import { evidenceClassSchema, evidenceSchema, unknownReasonSchema } from "./evidence.ts";

export const verdictSchema = z.enum(["met", "not-met", "unknown", "not-applicable", "declared"]);
export type VerdictView = z.infer<typeof verdictSchema>;

/** Schools by verdict. The rate is (met + declared) / (total - not applicable); unknown stays in the denominator. */
export const tallySchema = z.object({
  total: z.number(),
  met: z.number(),
  declared: z.number(),
  notMet: z.number(),
  unknown: z.number(),
  notApplicable: z.number(),
  /** 0..1; null when no school counts. */
  rate: z.number().nullable(),
  /** Of the schools that count, how many are judged by device data, 0..1. */
  measuredShare: z.number().nullable(),
  /** UTC ms of the oldest reading among the newest of each judged school. */
  oldest: z.number().nullable(),
  /** Unknown among the schools that count, 0..1; null when no school counts. */
  unknownShare: z.number().nullable(),
  /** The rate by each rule for what is missing: unknown counts as not met (that is `rate`), is left out, counts as met. */
  rates: z.object({
    worst: z.number().nullable(),
    exclude: z.number().nullable(),
    best: z.number().nullable(),
  }),
  /** Judged schools and those that fulfil it, by the weakest class they rest on: classes never share a percentage. */
  classes: z.object({
    measured: z.object({ judged: z.number(), met: z.number() }),
    inferred: z.object({ judged: z.number(), met: z.number() }),
    declared: z.object({ judged: z.number(), met: z.number() }),
  }),
});
export type TallyView = z.infer<typeof tallySchema>;

export const paceSchema = z.object({
  /** Change of the rate a month (30 days), 0..1; null: too few days. */
  perMonth: z.number().nullable(),
  /** `2028-03`: the month in which the wanted rate is reached at this pace; null: never, or not known. */
  reached: z.string().nullable(),
  /** Days of history it rests on. */
  days: z.number(),
});

export const targetRowSchema = z.object({
  /** `sichuan-2027/wifi-coverage`. */
  id: z.string(),
  set: z.string(),
  setName: z.string(),
  setNameEn: z.string().optional(),
  /** `TG-03`: the definition it uses. */
  definition: z.string(),
  name: z.string(),
  nameEn: z.string(),
  /** Document, clause, and the words it rests on. */
  document: z.string(),
  documentEn: z.string(),
  clause: z.string(),
  clauseEn: z.string(),
  statement: z.string(),
  statementEn: z.string(),
  /** Who answers for it. */
  owner: z.enum(["nation", "province", "city", "county", "school"]),
  /** Classes of evidence that it can rest on. */
  restsOn: z.array(z.enum(["measured", "inferred", "declared"])),
  /** Rate that is wanted, 0..1, and by when (`2027-12-31`); null where the document names none. */
  wanted: z.number().nullable(),
  by: z.string().nullable(),
  /** `on-track`: reached, or reached in time at this pace. */
  course: z.enum(["reached", "on-track", "late", "unknown", "no-number"]),
  tally: tallySchema,
  /** Where a sum is wanted (10,000 spaces): what there is, null when nobody declared any. */
  amount: z.object({ have: z.number().nullable(), wanted: z.number() }).nullable(),
  pace: paceSchema,
  /** A threshold was changed by the province; the reason is in the target's page. */
  changed: z.boolean(),
  /** The number of this date was made again after late data came. */
  revised: z.boolean(),
});
export type TargetRow = z.infer<typeof targetRowSchema>;

/** GET /api/v1/targets?region=&date=. */
export const targetsSchema = z.object({
  at: z.number(),
  /** Local date that is answered, `2026-11-22`. */
  date: z.string(),
  /** False while the day still runs. */
  final: z.boolean(),
  /** UTC ms at which the day was last judged; null: nothing was judged yet. */
  judgedAt: z.number().nullable(),
  /** Who sees one school only gets that school in its county's place: its path and name; `school` is its id. */
  region: regionSchema,
  school: z.string().optional(),
  targets: z.array(targetRowSchema),
});
export type TargetsView = z.infer<typeof targetsSchema>;

/** GET /api/v1/targets/{set}/{target}?region=&date=: the regions below, or the schools of a county. */
export const targetPageSchema = z.object({
  at: z.number(),
  date: z.string(),
  region: z.array(regionSchema),
  target: targetRowSchema,
  /** What a school has to fulfil, with the limits that hold. */
  conditions: z.array(
    z.object({
      indicator: z.string(),
      meaning: z.string(),
      unit: z.string(),
      op: z.enum([">=", "<=", ">", "<", "="]),
      limit: z.number(),
      /** What the set ships, when the province changed it. */
      shipped: z.number().nullable(),
      reason: z.string().nullable(),
      reasonEn: z.string().nullable(),
      /** Local days that the value is made of, the judged day the last. */
      days: z.number(),
      /** It counts where the value is known only. */
      whenKnown: z.boolean(),
      /** In a score: it has to hold besides the points; its part; its points of 100. */
      required: z.boolean(),
      part: z.string().nullable(),
      weight: z.number().nullable(),
    }),
  ),
  meaning: z.string(),
  meaningEn: z.string(),
  /** `all` hold; at most `failing` fail; or the points reach `least`. */
  rule: z.object({
    kind: z.enum(["all", "tolerate", "score"]),
    failing: z.number().nullable(),
    least: z.number().nullable(),
  }),
  /** What the province changed, with who, when and why. */
  changes: z.array(
    z.object({
      field: z.string(),
      from: z.union([z.string(), z.number()]).nullable(),
      to: z.union([z.string(), z.number()]),
      reason: z.string(),
      reasonEn: z.string(),
      who: z.string(),
      date: z.string(),
    }),
  ),
  /** What the number of this date was before it was made again, newest first. */
  revisions: z.array(z.object({ at: z.number(), tally: tallySchema })),
  final: z.boolean(),
  judgedAt: z.number().nullable(),
  /** Regions one level below, by path. */
  regions: z.array(z.object({ region: regionSchema, tally: tallySchema, pace: paceSchema })),
  /** Of a province or city with counties below cities: every county, for the treemap. */
  counties: z.array(z.object({ region: regionSchema, tally: tallySchema, pace: paceSchema })).optional(),
  /** Of a county: its schools, not met first. */
  schools: z.array(
    z.object({
      id: z.string(),
      path: z.string(),
      name: z.string(),
      nameEn: z.string().optional(),
      verdict: verdictSchema,
      evidence: evidenceClassSchema,
      values: z.array(
        z.object({
          indicator: z.string(),
          value: z.number().nullable(),
          why: unknownReasonSchema.nullable(),
        }),
      ),
      at: z.number().nullable(),
      since: z.string().nullable(),
    }),
  ),
  /** [local date, rate 0..1 or null, unknown schools]; oldest first, one a day. */
  history: z.array(z.tuple([z.string(), z.number().nullable(), z.number()])),
});
export type TargetPageView = z.infer<typeof targetPageSchema>;

/** GET /api/v1/targets/{set}/{target}/evidence?school=&date=. */
export const targetEvidenceSchema = z.object({
  at: z.number(),
  date: z.string(),
  school: z.string(),
  schoolName: z.string(),
  verdict: verdictSchema,
  /** The weakest class that the verdict rests on. */
  evidence: evidenceClassSchema,
  since: z.string().nullable(),
  /** Of a score: points that are sure, that could still be, and that are needed; of 100. */
  score: z.object({ sure: z.number(), possible: z.number(), least: z.number() }).nullable(),
  conditions: z.array(
    z.object({
      indicator: z.string(),
      meaning: z.string(),
      unit: z.string(),
      op: z.string(),
      limit: z.number(),
      met: z.boolean().nullable(),
      value: z.number().nullable(),
      numerator: z.number().nullable(),
      denominator: z.number().nullable(),
      unknown: z.number(),
      evidence: evidenceClassSchema,
      confidence: z.string().nullable(),
      why: unknownReasonSchema.nullable(),
      from: z.number(),
      to: z.number(),
      at: z.number().nullable(),
      part: z.string().nullable(),
      weight: z.number().nullable(),
      whenKnown: z.boolean(),
      required: z.boolean(),
      readings: z.array(evidenceSchema),
    }),
  ),
});
export type TargetEvidenceView = z.infer<typeof targetEvidenceSchema>;
