import { resolve } from "node:path";
import { Command } from "commander";
import { loadTargets } from "../../targets/load.ts";
import { BUNDLED_TARGETS } from "../controller/targets-room.ts";

export function checkTargetsCommand(): Command {
  return new Command("targets")
    .description("check files of targets: each problem with its file, line and key")
    .argument("[folder...]", "folders of your own, besides the files that come with campusd")
    .action((folders: string[]) => {
      const book = loadTargets([BUNDLED_TARGETS, ...folders.map((folder) => resolve(folder))]);
      for (const { id, targets, name } of book.sets.values())
        console.log(`${id.padEnd(28)} ${String(targets.length).padStart(3)} targets  ${name.zh}`);
      for (const { subject, field, from, to, who, date } of book.changes)
        console.log(`changed: ${subject} ${field} from ${from ?? "-"} to ${to} on ${date} by ${who}`);
      console.log(`${book.sets.size} sets and ${book.changes.length} changes are good`);
    });
}
