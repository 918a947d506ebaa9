import { z } from "zod";
import { UNKNOWN_REASONS } from "../../indicators/contract.ts";
import { EVIDENCE_CLASSES } from "../../indicators/evidence.ts";

export const evidenceClassSchema = z.enum(EVIDENCE_CLASSES);
export type EvidenceClassView = z.infer<typeof evidenceClassSchema>;

/** Why a number is not known; words are in the console's glossary. */
export const unknownReasonSchema = z.enum(UNKNOWN_REASONS);
export type UnknownReasonView = z.infer<typeof unknownReasonSchema>;

/** What a number was made of, down to the raw reading; `src/indicators/evidence.ts` says what each kind is. */
export const evidenceSchema = z.object({
  kind: z.enum(["series", "fact", "register", "declaration"]),
  subject: z.string(),
  /** Name of the device, room or link. */
  label: z.string(),
  /** For a series: its quantity and tags, as `GET /api/v1/series` takes them. */
  quantity: z.string().optional(),
  tags: z.record(z.string(), z.string()).optional(),
  unit: z.string().optional(),
  from: z.number().optional(),
  to: z.number().optional(),
  samples: z.number().optional(),
  /** For a fact or the register: what was looked at. */
  object: z.string().optional(),
  /** For a declaration: who says so, and when. */
  source: z.string().optional(),
  date: z.string().optional(),
  value: z.union([z.string(), z.number(), z.boolean()]).nullable(),
  /** UTC ms. */
  at: z.number().nullable(),
});
export type EvidenceView = z.infer<typeof evidenceSchema>;

/** A share with all that it takes to defend it. */
export const shareSchema = z.object({
  /** 0..1; null: not known. */
  value: z.number().nullable(),
  numerator: z.number().nullable(),
  denominator: z.number().nullable(),
  /** Members that could not be judged; they are not in the denominator. */
  unknown: z.number(),
  evidence: evidenceClassSchema,
  /** A: octets of the egress interface; B: of the maker's own counters; C: of the Wi-Fi stations; D: of the device
   * as a whole; E: an estimate. */
  confidence: z.enum(["A", "B", "C", "D", "E"]).nullable(),
  why: unknownReasonSchema.nullable(),
  /** UTC ms of the newest reading. */
  at: z.number().nullable(),
});
export type ShareView = z.infer<typeof shareSchema>;
