import { userInfo } from "node:os";
import { Command } from "commander";
import { systemClock } from "../collection/clock.ts";
import { applyImport, planImport } from "../inventory/import-plan.ts";
import { formatDifferences, formatProblems } from "../inventory/import-text.ts";
import { StateDatabase } from "../inventory/state-database.ts";
import { loadProfiles } from "../profiles/load.ts";
import { BUNDLED_PROFILES } from "./check.ts";
import { stateFile } from "./controller/state-file.ts";
import { EXIT } from "./exit.ts";
import { settingsFrom } from "./settings-file.ts";

interface ImportOptions {
  readonly config: string;
  readonly dryRun?: boolean;
  readonly replace?: boolean;
}

export function importCommand(): Command {
  return new Command("import")
    .description("take inventory files (YAML or CSV, UTF-8 or GB18030) over: all of them or nothing")
    .argument("<file...>", "inventory files")
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
      const profiles = loadProfiles([BUNDLED_PROFILES, ...settings.profiles.dirs]);
      const state = new StateDatabase({ file: stateFile(settings) });
      await state.open();
      try {
        const version = await state.version();
        const plan = await planImport({
          current: await state.inventory(),
          files,
          version,
          ...(options.replace === undefined ? {} : { replace: options.replace }),
          known: {
            credentials: new Set(Object.keys(settings.credentials)),
            profiles: new Set(profiles.list().map((profile) => profile.id)),
          },
          onFile: (file) => console.error(`read ${file.name}`),
        });
        const color = process.stdout.isTTY === true;
        if (plan.problemCount > 0) {
          console.error(formatProblems(plan, { color }));
          process.exitCode = EXIT.wrongInput;
          return;
        }
        console.log(formatDifferences(plan, { color }));
        if (options.dryRun) {
          console.log("dry run: nothing was changed");
          return;
        }
        await applyImport(state, plan, { at: systemClock().now(), who: userInfo().username });
      } finally {
        await state.close();
      }
    });
}
