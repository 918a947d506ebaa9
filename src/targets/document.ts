import { z } from "zod";
import { INDICATORS, type IndicatorId } from "../indicators/list.ts";
import { SCHOOL_KINDS, SETTINGS } from "../inventory/document.ts";

/**
 * The form of a file of targets. A file has definitions, or a set with its documents and targets, or changes; its
 * name without the ending is the set's id.
 */
const words = (what: string) =>
  z.strictObject({
    zh: z.string().trim().min(1).max(500).describe(`${what}, in Chinese.`),
    en: z.string().trim().min(1).max(500).describe(`${what}, in English.`),
  });
const name = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9-]{0,63}$/, {
  error: "is not a name; write 1 to 64 letters, digits or '-'",
});
const date = z.iso.date();
const indicator = z.enum([...INDICATORS.keys()] as [IndicatorId, ...IndicatorId[]]);
export const OPERATORS = [">=", "<=", ">", "<", "="] as const;
export const OWNERS = ["nation", "province", "city", "county", "school"] as const;

const appliesSchema = z
  .strictObject({
    kinds: z.array(z.enum(SCHOOL_KINDS)).min(1).optional().describe("Kinds of school that count."),
    settings: z.array(z.enum(SETTINGS)).min(1).optional().describe("Settings of schools that count."),
  })
  .describe("Which schools count; the others are not applicable.");

export const conditionSchema = z.strictObject({
  indicator: indicator.describe("What is compared; docs/targets.md lists them all."),
  op: z.enum(OPERATORS).describe("How it is compared with the limit."),
  limit: z.number().describe("The limit in the indicator's unit; shares are 0 to 1."),
  days: z
    .int()
    .min(1)
    .max(92)
    .default(1)
    .describe("Local days that the value is made of, the judged day the last of them."),
  whenKnown: z
    .boolean()
    .default(false)
    .describe("The condition counts where the value is known; unknown leaves the verdict alone."),
  required: z.boolean().default(false).describe("In a score: the condition has to hold besides the score."),
  part: name.optional().describe("In a score: the part that the points belong to."),
  weight: z.number().positive().max(100).optional().describe("In a score: the points it gives."),
});

export const definitionSchema = z
  .strictObject({
    name: words("Name"),
    meaning: words("What a school has to fulfil"),
    applies: appliesSchema.optional(),
    rule: z
      .enum(["all", "tolerate", "score"])
      .default("all")
      .describe(
        "all: every condition holds; tolerate: at most `failing` fail; score: the points of those that hold reach `least`.",
      ),
    failing: z.int().min(1).max(20).optional().describe("Of the rule tolerate: how many may fail."),
    least: z
      .number()
      .min(1)
      .max(100)
      .optional()
      .describe("Of the rule score: points of 100 that are needed."),
    measure: z
      .enum(["schools", "sum"])
      .default("schools")
      .describe(
        "schools: the share of schools that fulfil it; sum: also the sum of the first condition's values.",
      ),
    conditions: z.array(conditionSchema).min(1).max(20).describe("What has to hold."),
  })
  .superRefine((definition, issues) => {
    const { rule, conditions } = definition;
    const add = (path: (string | number)[], message: string) =>
      issues.addIssue({ code: "custom", path, message });
    const seen = new Set<string>();
    for (const [index, condition] of conditions.entries()) {
      if (seen.has(condition.indicator))
        add(["conditions", index, "indicator"], "stands in the conditions twice; keep one of the two");
      seen.add(condition.indicator);
      if (rule === "score" && condition.weight === undefined && !condition.required)
        add(
          ["conditions", index, "weight"],
          "is missing; in a score a condition has a weight or is required",
        );
      if (rule !== "score" && (condition.weight !== undefined || condition.part !== undefined))
        add(["conditions", index, "weight"], "belongs to the rule score only; remove weight and part");
      if (rule !== "score" && condition.required)
        add(["conditions", index, "required"], "belongs to the rule score only; remove it");
    }
    if ((rule === "tolerate") !== (definition.failing !== undefined))
      add(["failing"], "belongs to the rule tolerate, and only there; write how many may fail");
    if ((rule === "score") !== (definition.least !== undefined))
      add(["least"], "belongs to the rule score, and only there; write the points that are needed");
    if (rule === "score") {
      const sum = conditions.reduce((total, condition) => total + (condition.weight ?? 0), 0);
      if (Math.abs(sum - 100) > 1e-9) add(["conditions"], `has ${sum} points in all; make the weights 100`);
    }
  });

export const targetSchema = z.strictObject({
  definition: name.describe("The definition it uses, as TG-03."),
  name: words("Name").optional().describe("Name; without it the definition's."),
  document: name.describe("The document it stands in, by its name under `documents`."),
  clause: words("The clause"),
  statement: words("What the document says"),
  wanted: z.number().min(0).max(1).optional().describe("Share of schools that is wanted, 0 to 1."),
  amount: z
    .number()
    .positive()
    .optional()
    .describe("Sum that is wanted, where the definition measures a sum."),
  by: date.optional().describe("Date by which it is wanted."),
  owner: z.enum(OWNERS).describe("Who answers for it."),
  evidence: z
    .array(z.enum(["measured", "inferred", "declared"]))
    .min(1)
    .describe("Classes of evidence that it can rest on."),
  applies: appliesSchema.optional().describe("Which schools count, in place of the definition's."),
  limits: z
    .partialRecord(indicator, z.number())
    .optional()
    .describe("Limits that this document sets, in place of the definition's, by indicator."),
});

const changeSchema = z
  .strictObject({
    target: z
      .string()
      .regex(/^[A-Za-z0-9-]+\/[A-Za-z0-9-]+$/, {
        error: "is not a target; write one such as sichuan-2027/ipv6",
      })
      .optional()
      .describe("The target that is changed, as set/target."),
    definition: name.optional().describe("The definition that is changed, for every target that uses it."),
    indicator: indicator.optional().describe("The condition whose limit is changed."),
    limit: z.number().optional().describe("The new limit."),
    wanted: z.number().min(0).max(1).optional().describe("The new share that is wanted (of a target)."),
    by: date.optional().describe("The new date (of a target)."),
    reason: words("Why it is changed"),
    who: z.string().trim().min(1).max(200).describe("Who decided it."),
    date: date.describe("When it was decided."),
  })
  .superRefine((change, issues) => {
    const add = (key: string, message: string) => issues.addIssue({ code: "custom", path: [key], message });
    if ((change.target === undefined) === (change.definition === undefined))
      add("target", "names what is changed together with definition; write exactly one of the two");
    if ((change.indicator === undefined) !== (change.limit === undefined))
      add("limit", "belongs with indicator; write both, or none of the two");
    if (change.limit === undefined && change.wanted === undefined && change.by === undefined)
      add("limit", "is missing; a change has a limit with its indicator, a wanted or a by");
    if (change.definition !== undefined && (change.wanted !== undefined || change.by !== undefined))
      add("wanted", "and by belong to a target, not to a definition; write target in place of definition");
  });

export const targetsFileSchema = z
  .strictObject({
    definitions: z.record(name, definitionSchema).optional().describe("Definitions by id."),
    set: z
      .strictObject({
        name: words("Name of the set"),
        regions: z
          .array(z.string().min(1).max(64))
          .optional()
          .describe(
            "Paths of the province in inventories (name or code); the set holds where one is there, and counts the schools under it. Without it the set holds everywhere.",
          ),
      })
      .optional()
      .describe("The set that this file is."),
    documents: z.record(name, words("Title")).optional().describe("The set's documents by name."),
    targets: z.record(name, targetSchema).optional().describe("The set's targets by name."),
    changes: z
      .array(changeSchema)
      .optional()
      .describe("Changes to limits, shares and dates of other files, each with its reason."),
  })
  .superRefine((file, issues) => {
    const add = (key: string, message: string) => issues.addIssue({ code: "custom", path: [key], message });
    if (!file.definitions && !file.set && !file.changes)
      add("set", "is missing; a file has definitions, a set or changes");
    if (!file.set !== !file.targets) add("targets", "belongs with set; write both, or none of the two");
    for (const [id, target] of Object.entries(file.targets ?? {}))
      if (!file.documents || !(target.document in file.documents))
        issues.addIssue({
          code: "custom",
          path: ["targets", id, "document"],
          message: `is "${target.document}"; write one of the names under documents: ${Object.keys(file.documents ?? {}).join(", ") || "(none yet)"}`,
        });
  });

export type TargetsFile = z.output<typeof targetsFileSchema>;
export type ConditionDocument = z.output<typeof conditionSchema>;
export type DefinitionDocument = z.output<typeof definitionSchema>;
export type TargetDocument = z.output<typeof targetSchema>;
export type ChangeDocument = z.output<typeof changeSchema>;
