import { z } from "zod";
import { duration, shortName } from "./fields.ts";

const DAY_MS = 86_400_000;

/** The section `targets`: which sets hold, where own ones are, and how days are cut. */
export function targetsSection(path: () => z.ZodType<string, string>) {
  return z
    .strictObject({
      timezone: z
        .string()
        .refine(isTimezone, { error: "is not a time zone; write one such as Asia/Shanghai" })
        .default("Asia/Shanghai")
        .describe("Time zone that days, school hours and months are cut in."),
      sets: z
        .array(shortName())
        .optional()
        .describe(
          "Sets of targets that hold, by file name without .yaml; without it the national ones and those of the inventory's provinces.",
        ),
      dirs: z
        .array(path())
        .default([])
        .describe(
          "Folders with sets, definitions and changes of your own, read besides the ones that come with campusd.",
        ),
      every: duration(60_000, DAY_MS).prefault("15m").describe("How often the schools are judged again."),
      keepValues: duration(DAY_MS, 3650 * DAY_MS)
        .prefault("35d")
        .describe("How long each school's values are kept; its verdicts and the tallies are kept for good."),
    })
    .transform(({ every, keepValues, ...rest }) => ({ ...rest, everyMs: every, keepValuesMs: keepValues }))
    .prefault({})
    .describe("Targets of provinces and the nation.");
}

function isTimezone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
