import { userInfo } from "node:os";
import { Command } from "commander";
import { systemClock } from "../collection/clock.ts";
import type { InventoryDocument } from "../inventory/document.ts";
import { applyImport, planImport, plannedDocument } from "../inventory/import-plan.ts";
import { problemText } from "../inventory/import-problems.ts";
import { formatDifferences, formatProblems } from "../inventory/import-text.ts";
import { StateDatabase } from "../inventory/state-database.ts";
import { loadProfiles } from "../profiles/load.ts";
import type { Settings } from "../settings/schema.ts";
import { TargetDatabase } from "../targets/database.ts";
import { type DeclarationPlan, isDeclarationFile, planDeclarations } from "../targets/declaration-files.ts";
import { BUNDLED_PROFILES } from "./check.ts";
import { stateFile } from "./controller/state-file.ts";
import { targetsFile } from "./controller/targets-room.ts";
import { EXIT } from "./exit.ts";
import { settingsFrom } from "./settings-file.ts";

interface ImportOptions {
  readonly config: string;
  readonly dryRun?: boolean;
  readonly replace?: boolean;
}

export function importCommand(): Command {
  return new Command("import")
    .description(
      "take files of the inventory and of declared values (YAML or CSV, UTF-8 or GB18030) over: all of them or nothing",
    )
    .argument("<file...>", "files of the inventory, or of declared values (docs/targets.md)")
    .option("-c, --config <file>", "the settings file", "campusd.yaml")
    .option("--dry-run", "show the differences and change nothing")
    .option("--replace", "also remove what the files' schools no longer list")
    .addHelpText(
      "after",
      "\nExit code 2 when a file has errors; each is listed with its row and column, or its line and key.",
    )
    .action(async (files: string[], options: ImportOptions) => {
      // An import logs in nowhere: it needs no secret.
      const settings = settingsFrom(options.config, { onUnreadSecret: () => {} });
      const declared: string[] = [];
      const inventory: string[] = [];
      for (const file of files) ((await isDeclarationFile(file)) ? declared : inventory).push(file);
      const state = new StateDatabase({ file: stateFile(settings) });
      await state.open();
      try {
        const color = process.stdout.isTTY === true;
        const current = await state.inventory();
        // Declared values alone leave the inventory alone: what is wrong in it is not their matter.
        const plan =
          inventory.length === 0
            ? undefined
            : await planImport({
                current,
                files: inventory,
                version: await state.version(),
                ...(options.replace === undefined ? {} : { replace: options.replace }),
                known: {
                  credentials: new Set(Object.keys(settings.credentials)),
                  profiles: profileIds(settings),
                },
                onFile: (file) => console.error(`read ${file.name}`),
              });
        if (plan && plan.problemCount > 0) console.error(formatProblems(plan, { color }));
        const declarations = await planned(declared, plan ? plannedDocument(plan) : current);
        if ((plan && plan.problemCount > 0) || declarations.problemCount > 0) {
          process.exitCode = EXIT.wrongInput;
          return;
        }
        if (plan) console.log(formatDifferences(plan, { color }));
        for (const { name, rows } of declarations.files) console.log(`${name}: ${rows} declared values`);
        if (options.dryRun) {
          console.log("dry run: nothing was changed");
          return;
        }
        const audit = { at: systemClock().now(), who: userInfo().username };
        if (plan) await applyImport(state, plan, audit);
        if (declared.length > 0) await declare(settings, declarations, audit);
      } finally {
        await state.close();
      }
    });
}

function profileIds(settings: Settings): Set<string> {
  const profiles = loadProfiles([BUNDLED_PROFILES, ...settings.profiles.dirs]);
  return new Set(profiles.list().map((profile) => profile.id));
}

/** Checks the declared values against the inventory as it will be; prints what is wrong. */
async function planned(files: readonly string[], inventory: InventoryDocument): Promise<DeclarationPlan> {
  const schools = new Map(inventory.schools.map((school) => [school.id, school]));
  const declarations = await planDeclarations(files, schools);
  const { problems, problemCount } = declarations;
  if (problemCount === 0) return declarations;
  for (const problem of problems) console.error(problemText(problem));
  if (problemCount > problems.length) console.error(`… and ${problemCount - problems.length} more`);
  console.error(`${problemCount} ${problemCount === 1 ? "problem" : "problems"}; nothing is imported`);
  return declarations;
}

async function declare(
  settings: Settings,
  { declarations, files }: DeclarationPlan,
  audit: { readonly at: number; readonly who: string },
): Promise<void> {
  const database = new TargetDatabase({ file: targetsFile(settings) });
  await database.open();
  try {
    const added = await database.declarations.add(declarations, { ...audit, files });
    console.log(`${added} declared values are new, ${declarations.length - added} were there already`);
  } finally {
    await database.close();
  }
}
