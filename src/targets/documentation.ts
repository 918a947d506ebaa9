import { z } from "zod";
import { INDICATORS } from "../indicators/list.ts";
import { type JsonSchema, schemaTable } from "../settings/documentation.ts";
import { definitionSchema, targetSchema, targetsFileSchema } from "./document.ts";
import { percent } from "./export/tables.ts";
import type { Condition, Target, TargetBook } from "./model.ts";

/** JSON Schema (draft 7) of a file of targets: editors complete and check with it. */
export function targetsJsonSchema(): Record<string, unknown> {
  return {
    ...z.toJSONSchema(targetsFileSchema, { io: "input", target: "draft-7" }),
    title: "campusd targets",
    description: "Definitions, a set of targets, or changes to them.",
  };
}

/** docs/targets.md: how schools are judged, the form of the files, and every target that comes with campusd. */
export function targetsMarkdown(book: TargetBook): string {
  const schema = (of: z.ZodType) => z.toJSONSchema(of, { io: "input", target: "draft-7" }) as JsonSchema;
  const parts = [PREAMBLE, "## Definitions\n", DEFINITIONS];
  const targets = [...book.sets.values()].flatMap((set) => set.targets);
  const shown = new Map<string, Target>();
  for (const target of targets) if (!shown.has(target.definition)) shown.set(target.definition, target);
  for (const [id, target] of [...shown].sort(([a], [b]) => (a < b ? -1 : 1)))
    parts.push(definition(id, target));
  parts.push("## Sets\n");
  for (const set of book.sets.values()) {
    parts.push(`### ${set.id}: ${set.name.zh} / ${set.name.en}\n`);
    parts.push(
      "| target | definition | wanted | by | owner | document, clause | what it says |",
      "|---|---|---|---|---|---|---|",
      ...set.targets.map((target) =>
        row([
          `\`${target.id}\``,
          target.definition,
          target.wanted === null
            ? target.amount === null
              ? ""
              : String(target.amount)
            : percent(target.wanted),
          target.by ?? "",
          target.owner,
          `${target.document.zh}，${target.clause.zh}`,
          `${target.statement.zh} ${target.statement.en}`,
        ]),
      ),
      "",
    );
  }
  parts.push("## Indicators\n", "Shares are 0 to 1.\n");
  parts.push("| indicator | unit | made of | meaning |", "|---|---|---|---|");
  for (const { id, unit, maker, meaning } of INDICATORS.values())
    parts.push(row([`\`${id}\``, unit, maker, meaning]));
  parts.push("", FILES, "### definitions\n", schemaTable("definitions.ID", schema(definitionSchema)));
  parts.push("### targets\n", schemaTable("targets.NAME", schema(targetSchema)), DECLARED);
  return parts.join("\n");
}

function definition(id: string, target: Target): string {
  const { rule, applies, meaning, conditions } = target;
  const lines = [`### ${id}: ${target.name.zh} / ${target.name.en}\n`, `${meaning.zh} ${meaning.en}\n`];
  if (rule.kind === "tolerate") lines.push(`At most ${rule.failing} conditions fail.\n`);
  if (rule.kind === "score") lines.push(`At least ${rule.least} of 100 points, and what is required.\n`);
  const who = [...(applies.kinds ?? []), ...(applies.settings ?? [])];
  if (who.length > 0) lines.push(`Counts schools that are: ${who.join(", ")}.\n`);
  lines.push("| indicator | | limit | days | |", "|---|---|---|---|---|");
  for (const condition of conditions) {
    const limit = condition.shipped ?? condition.limit;
    lines.push(
      row([
        `\`${condition.indicator}\``,
        condition.op,
        String(limit),
        String(condition.days),
        notes(condition),
      ]),
    );
  }
  return `${lines.join("\n")}\n`;
}

function notes({ whenKnown, required, part, weight }: Condition): string {
  return [
    whenKnown ? "where it is known" : "",
    required ? "required" : "",
    weight === undefined ? "" : `${weight} points${part === undefined ? "" : `, ${part}`}`,
  ]
    .filter((note) => note !== "")
    .join(", ");
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

const PREAMBLE = `<!-- Generated from src/targets and targets/ by \`campusd generate\`. Do not edit. -->
# Targets: what is wanted of schools, and how they stand

Targets are data: \`targets/*.yaml\` has the definitions and a set for each document. campusd judges every school by
every target that holds, every quarter of an hour for today and once for good half an hour after midnight, and rolls
the schools up to county, city and province. A round goes on in the background and leaves half of the time to polling; with many
schools it takes longer than a quarter of an hour, and the next begins when it is done.

- **Verdict of a school**: met, not met, unknown, not applicable, or declared. A school is *declared* where the
  verdict rests on somebody's word, however little; it is *met* on device data and the register alone.
- **Classes of evidence** never share a percentage: *measured* (device data), *inferred* (counted from the register),
  *declared* (imported with a source and a date). A verdict has the weakest class that it rests on; a school that
  fails by one condition rests on what failed. Pages and reports print the schools of each class.
- **Unknown** is neither met nor failed. What is measured and older than seven days is unknown.
- **Rate** is (met + declared) / (schools that count); unknown stays in the denominator, so it is also the worst case.
  Beside it stand the two other rules: unknown left out, and unknown taken as met. Schools that a target does not
  apply to do not count.
- **Pace** is the median of the slopes between any two of the last 90 days (Theil and Sen), of 14 days at least;
  from it comes the month in which the wanted rate is reached. **Course**: reached, on track (in time at this pace),
  late, unknown, or no number where the document has none.
- **Late readings**: when readings of a day come after it was judged for good (a store was away, a gateway sent what it had
  kept), the day is judged again for those schools, by the limits that held on that day. Its number is marked *revised*
  and the one before is kept. A value over several days is made again with the day that is judged only.
- **A judged day is kept** in \`targets.db\` under \`data.dir\`: tallies and verdicts for good, each school's values for
  \`targets.keepValues\`. A day whose values are gone is not judged again. The same values give the same rows.
- **Before the first day**: a store that is older than \`targets.db\` has its last 35 days judged once, in the background. What
  devices told of themselves (neighbours, addresses) and the register are then as they are now.
- **A limit is reached** by a share that equals it.

No document defines "full Wi-Fi coverage" or "on the education network": the definitions below are campusd's, and a
province changes a limit with a reason. Titles and clauses are those of the documents in words of our own; compare them with the
documents before you quote them.

\`GET /api/v1/targets\`, \`/api/v1/targets/{set}/{target}\` and \`.../evidence\` answer pages, and with \`format=csv\` or
\`format=xlsx\` files ([docs/api.md](api.md)). On the command line:

\`\`\`text
campusd targets list [--all]
campusd targets show sichuan-2027/wifi-coverage
campusd targets report --region sichuan --date 2026-11-22 --format text|csv|xlsx|json --lang zh|en
campusd targets report --date 2026-11-21 --freeze
campusd targets declared --school ID
campusd check targets FOLDER
\`\`\`

The JSON of a report is the same octets for the same judged day; its SHA-256 stands under the text, and \`--freeze\` keeps
it in \`targets.db\`.
`;

const DEFINITIONS = `What a school has to fulfil. \`days\` are local days that a value is made of, the judged day the last. A condition
"where it is known" fails a school that is known to fail it and leaves the others alone.
`;

const FILES = `## Files

\`targets.dirs\` in campusd.yaml names folders with files of your own; \`targets.sets\` names the sets that hold. Without
it those hold that name no region (the national ones) and those whose \`set.regions\` names a province of the inventory;
a set of a province counts the schools under it. Unknown keys and names that lead nowhere are errors with file, line, column and
the nearest name; \`campusd check targets FOLDER\` lists them.

A province changes a limit, a share or a date in a file of its own. The shipped value is kept and shown beside it with the
reason, and the change is logged in \`targets.db\`:

\`\`\`yaml
# yaml-language-server: $schema=../targets/targets.schema.json
changes:
  - target: sichuan-2027/ipv6
    indicator: ipv6.level
    limit: 2
    reason: { zh: 山区学校终端更新延期, en: Terminals of mountain schools are renewed later }
    who: 省教育厅信息中心
    date: 2026-11-01
\`\`\`

With \`definition: TG-04\` in place of \`target\` every target that uses the definition is changed. \`wanted\` and \`by\` change a
target's share and date.
`;

const DECLARED = `## Declared values

What no device tells (5G signal, acceptance, certificates) is imported with \`campusd import FILE\`, as CSV (UTF-8 or GB18030)
with the columns \`indicator\` 指标, \`school\` 学校, \`value\` 值, \`source\` 来源, \`date\` 日期 and, where it ends, \`until\` 有效期至, or as
YAML:

\`\`\`yaml
declarations:
  - indicator: declared.5g
    school: no1-high
    value: yes
    source: 运营商 5G 覆盖清单 2026-10
    date: 2026-10-01
    until: 2027-09-30
\`\`\`

A value is a number, a percentage, or yes or no (是, 否). The newest that has begun holds; when it has ended the school is
unknown again. Nothing is overwritten: \`campusd targets declared\` lists what was said, by whom and when. A declaration counts
on the days that are judged after its import.
`;
