import { printable } from "../settings/wording.ts";
import type { RowDifference } from "./differences.ts";
import type { ImportPlan } from "./import-plan.ts";
import { problemPlace, problemText } from "./import-problems.ts";

export interface TextOptions {
  /** Colours for a terminal. */
  readonly color?: boolean;
  /** Differences that are listed; the others are counted. Default 200. */
  readonly limit?: number;
}

const SIGNS = { added: "+", changed: "~", removed: "-" } as const;
const COLORS = { added: "\u001b[32m", changed: "\u001b[33m", removed: "\u001b[31m" } as const;
const PLAIN = "\u001b[0m";

/** What a plan changes, one line a row, and the counts in the last line. */
export function formatDifferences(plan: ImportPlan, options: TextOptions = {}): string {
  const { differences, counts } = plan.change;
  const limit = options.limit ?? 200;
  const lines = plan.files.map((file) => {
    const rows = file.rows === undefined ? "" : `, ${file.rows} rows`;
    return `${printable(file.name)}: ${file.kind}${rows}, ${file.encoding}`;
  });
  for (const difference of differences.slice(0, limit))
    lines.push(...differenceLines(difference, options.color ?? false));
  if (differences.length > limit) lines.push(`… and ${differences.length - limit} more`);
  lines.push(
    `${counts.added} added, ${counts.changed} changed, ${counts.removed} removed, ${counts.unchanged} unchanged`,
  );
  return lines.join("\n");
}

function differenceLines(difference: RowDifference, color: boolean): string[] {
  const { change, kind, key, label, fields } = difference;
  const head = `${SIGNS[change]} ${kind} ${printable(key)}${label === "" ? "" : ` (${printable(label)})`}`;
  return [
    color ? `${COLORS[change]}${head}${PLAIN}` : head,
    ...fields.map(({ field, from, to }) => `    ${field}: ${valueText(from)} → ${valueText(to)}`),
  ];
}

function valueText(value: unknown): string {
  if (value === undefined) return "(none)";
  if (Array.isArray(value)) return value.length === 0 ? "(none)" : printable(value.join(" "));
  return printable(String(value));
}

/** Every problem of a plan on a line of its own, and their number; empty when there is none. */
export function formatProblems(plan: ImportPlan, options: Pick<TextOptions, "color"> = {}): string {
  if (plan.problemCount === 0) return "";
  const lines = plan.problems.map((problem) =>
    options.color
      ? `${COLORS.removed}${problemPlace(problem)}${PLAIN}: ${problem.text}`
      : problemText(problem),
  );
  if (plan.problemCount > lines.length) lines.push(`… and ${plan.problemCount - lines.length} more`);
  lines.push(`${plan.problemCount} ${plan.problemCount === 1 ? "problem" : "problems"}; nothing is imported`);
  return lines.join("\n");
}
