import { writeFileSync } from "node:fs";
import { Command, Option } from "commander";
import { systemClock } from "../collection/clock.ts";
import { CampusError } from "../errors/campus-error.ts";
import { Calendar, isDate } from "../indicators/calendar.ts";
import { INDICATORS } from "../indicators/list.ts";
import { buildInventory } from "../inventory/build.ts";
import type { Inventory, Region } from "../inventory/model.ts";
import { StateDatabase } from "../inventory/state-database.ts";
import { closest } from "../settings/closest.ts";
import type { Settings } from "../settings/schema.ts";
import { TargetDatabase } from "../targets/database.ts";
import { targetsThatHold } from "../targets/engine.ts";
import { csvOf } from "../targets/export/csv.ts";
import { freezeReport, reportText } from "../targets/export/report.ts";
import { percent, targetsTable } from "../targets/export/tables.ts";
import { LANGUAGES, type Language } from "../targets/export/words.ts";
import { xlsxOf } from "../targets/export/xlsx.ts";
import type { Condition, Target } from "../targets/model.ts";
import { type AnsweredDay, TargetQuery } from "../targets/query.ts";
import { stateFile } from "./controller/state-file.ts";
import { targetBook, targetsFile } from "./controller/targets-room.ts";
import { settingsFrom } from "./settings-file.ts";

interface Common {
  readonly config: string;
  readonly lang: Language;
}

interface ReportOptions extends Common {
  readonly region?: string;
  readonly date?: string;
  readonly format: "text" | "csv" | "xlsx" | "json";
  readonly output?: string;
  readonly freeze?: boolean;
}

export function targetsCommand(): Command {
  const command = new Command("targets").description(
    "targets of the nation and the provinces, and how the schools stand",
  );
  const common = (sub: Command) =>
    sub
      .option("-c, --config <file>", "the settings file", "campusd.yaml")
      .addOption(
        new Option("--lang <language>", "language of names and sentences").choices(LANGUAGES).default("zh"),
      );
  common(command.command("list").description("the sets and targets that hold; changes are marked with *"))
    .option("--all", "also sets that do not hold for this inventory")
    .action((options: Common & { all?: boolean }) => withData(options, (data) => list(data, options)));
  common(
    command
      .command("show")
      .description("a target: its clause, its conditions, and every change with its reason"),
  )
    .argument("<target>", "set/target, as sichuan-2027/wifi-coverage")
    .action((id: string, options: Common) => withData(options, (data) => show(data, id, options.lang)));
  common(command.command("report").description("how a region stands: a line a target, and a seal"))
    .option("-r, --region <path>", "path of a region (default: the province)")
    .option("-d, --date <date>", "a day that was judged (default: the newest)")
    .addOption(
      new Option("-f, --format <format>", "how it is printed")
        .choices(["text", "csv", "xlsx", "json"])
        .default("text"),
    )
    .option("-o, --output <file>", "write it to a file (xlsx needs it on a terminal)")
    .option("--freeze", "keep the report in targets.db under its SHA-256")
    .addHelpText(
      "after",
      "\nThe same judged day gives the same JSON, octet for octet; the seal is its SHA-256.",
    )
    .action((options: ReportOptions) => withData(options, (data) => report(data, options)));
  common(
    command
      .command("declared")
      .description("values that were declared, newest first, with who said so and when"),
  )
    .option("--school <id>", "of one school")
    .action((options: Common & { school?: string }) =>
      withData(options, (data) => declared(data, options.school)),
    );
  return command;
}

interface Data {
  readonly settings: Settings;
  readonly inventory: Inventory;
  readonly database: TargetDatabase;
  readonly query: TargetQuery;
  readonly calendar: Calendar;
  readonly targets: readonly Target[];
}

async function withData(options: Common, work: (data: Data) => Promise<void> | void): Promise<void> {
  const settings = settingsFrom(options.config, { onUnreadSecret: () => {} });
  const book = targetBook(settings);
  const state = new StateDatabase({ file: stateFile(settings) });
  const database = new TargetDatabase({ file: targetsFile(settings) });
  await state.open();
  try {
    const inventory = buildInventory(await state.inventory());
    await database.open();
    const calendar = new Calendar(settings.targets.timezone);
    const targets = targetsThatHold(book, inventory, settings.targets.sets);
    const query = new TargetQuery({
      database,
      calendar,
      clock: systemClock(),
      makers: [],
      inventory: () => inventory,
      targets: () => targets,
    });
    await work({ settings, inventory, database, query, calendar, targets });
  } finally {
    await database.close();
    await state.close();
  }
}

function list({ settings, targets }: Data, { lang, all }: Common & { readonly all?: boolean }): void {
  const shown = all ? [...targetBook(settings).sets.values()].flatMap((set) => set.targets) : targets;
  let set = "";
  for (const target of shown) {
    if (target.set !== set) {
      set = target.set;
      console.log(`${target.set}  ${target.setName[lang]}`);
    }
    const mark = target.changes.length > 0 ? "*" : " ";
    console.log(
      ` ${mark} ${target.id.padEnd(36)} ${target.definition.padEnd(7)} ${wantedText(target).padEnd(24)} ${target.name[lang]}`,
    );
  }
}

function wantedText({ wanted, amount, by }: Target): string {
  const much = wanted === null ? (amount === null ? "" : String(amount)) : percent(wanted);
  return `${much}${by === null ? "" : ` by ${by}`}`.trim() || "-";
}

function show({ settings, targets }: Data, id: string, lang: Language): void {
  const all = [...targetBook(settings).sets.values()].flatMap((set) => set.targets);
  const target = all.find((one) => one.id === id);
  if (!target) {
    const meant = closest(
      id,
      all.map((one) => one.id),
    );
    throw new CampusError(
      "E_USAGE",
      `there is no target "${id}"; ${meant ? `did you mean "${meant}"?` : "campusd targets list --all lists them"}`,
      { key: "target" },
    );
  }
  console.log(`${target.id}  ${target.name[lang]} (${target.definition})`);
  console.log(`  ${target.document[lang]}, ${target.clause[lang]}: ${target.statement[lang]}`);
  console.log(
    `  ${wantedText(target)}; owner ${target.owner}; rests on ${target.evidence.join(", ")}${targets.some((one) => one.id === id) ? "" : "; does not hold for this inventory"}`,
  );
  console.log(`  ${target.meaning[lang]}`);
  const { rule } = target;
  if (rule.kind === "tolerate") console.log(`  at most ${rule.failing} of these fail:`);
  else if (rule.kind === "score")
    console.log(`  at least ${rule.least} of 100 points, and what is required:`);
  else console.log("  all of these hold:");
  for (const condition of target.conditions) console.log(`    ${conditionText(condition)}`);
  for (const { field, from, to, reason, who, date, file } of target.changes)
    console.log(
      `  changed: ${field} from ${from ?? "-"} to ${to} on ${date} by ${who}: ${reason[lang]} (${file})`,
    );
}

function conditionText({ indicator, op, limit, days, whenKnown, required, part, weight }: Condition): string {
  const notes = [
    days > 1 ? `over ${days} days` : "",
    whenKnown ? "where it is known" : "",
    required ? "required" : "",
    weight === undefined ? "" : `${weight} points${part === undefined ? "" : ` (${part})`}`,
  ].filter((note) => note !== "");
  const { meaning } = INDICATORS.get(indicator)!;
  return `${indicator} ${op} ${limit}${notes.length > 0 ? `, ${notes.join(", ")}` : ""}: ${meaning}`;
}

async function declared({ database, inventory }: Data, school: string | undefined): Promise<void> {
  if (school !== undefined && !inventory.schools.has(school))
    throw new CampusError("E_USAGE", `there is no school "${school}"`, { key: "--school" });
  for (const one of await database.declarations.list(school)) {
    const until = one.until === null ? "" : ` until ${one.until}`;
    const imported = new Date(one.at).toISOString().slice(0, 10);
    console.log(
      `${one.school.padEnd(24)} ${one.indicator.padEnd(20)} ${one.value}  from ${one.date}${until}  ${one.source} (imported ${imported} by ${one.who})`,
    );
  }
}

async function report(data: Data, options: ReportOptions): Promise<void> {
  const { query, database } = data;
  const region = regionOf(data.inventory, options.region);
  const day = await dayOf(query, options.date);
  const states = await query.states(day, region.path);
  const frozen = freezeReport(day, region, states);
  if (options.freeze) {
    if (!day.record?.final)
      throw new CampusError("E_USAGE", `${day.date} still runs; a day is frozen when it is over`, {
        key: "--freeze",
      });
    const known = (await database.history.frozen()).find((one) => one.sha256 === frozen.sha256);
    const id =
      known?.id ??
      (await database.history.freeze({
        at: systemClock().now(),
        date: day.date,
        region: region.path,
        sha256: frozen.sha256,
        content: frozen.content,
      }));
    console.error(`report ${id}${known ? " (kept before)" : ""}: sha256 ${frozen.sha256}`);
  }
  const { format, lang } = options;
  switch (format) {
    case "text":
      return put(options, reportText(day, region, states, frozen, lang));
    case "json":
      return put(options, frozen.content);
    case "csv":
      return put(options, csvOf(targetsTable(states, region, day.date, lang)));
    case "xlsx":
      return put(options, xlsxOf(targetsTable(states, region, day.date, lang)));
  }
}

function put({ output, format }: ReportOptions, content: string | Buffer): void {
  if (output !== undefined) {
    try {
      writeFileSync(output, content);
    } catch (error) {
      throw new CampusError(
        "E_FILE",
        `cannot write ${output}: ${(error as NodeJS.ErrnoException).code}`,
        { file: output },
        error,
      );
    }
    return;
  }
  if (format === "xlsx" && process.stdout.isTTY)
    throw new CampusError("E_USAGE", "a workbook is no text for a terminal; name a file with --output", {
      key: "--output",
    });
  process.stdout.write(content);
}

function regionOf(inventory: Inventory, asked: string | undefined): Region {
  if (asked !== undefined) {
    const found = inventory.regions.get(asked);
    if (found) return found;
    const meant = closest(asked, inventory.regions.keys());
    throw new CampusError(
      "E_USAGE",
      `there is no region "${asked}"${meant ? `; did you mean "${meant}"?` : ""}`,
      { key: "--region" },
    );
  }
  const provinces = inventory.regionsIn("");
  if (provinces.length === 1) return provinces[0]!;
  throw new CampusError(
    "E_USAGE",
    provinces.length === 0
      ? "the inventory has no region yet; import one first"
      : `name one of ${provinces.map((one) => one.path).join(", ")} with --region`,
    { key: "--region" },
  );
}

async function dayOf(query: TargetQuery, asked: string | undefined): Promise<AnsweredDay> {
  if (asked !== undefined && !isDate(asked))
    throw new CampusError("E_USAGE", `"${asked}" is not a date; write one such as 2026-11-22`, {
      key: "--date",
    });
  const day = await query.day(asked);
  if (day?.record && (asked === undefined || day.date === asked)) return day;
  const range = await query.range();
  throw new CampusError(
    "E_USAGE",
    range
      ? `${asked} was not judged; there are numbers from ${range.first} to ${range.last}`
      : "nothing was judged yet; campusd serve does it while it runs",
    { key: "--date" },
  );
}
