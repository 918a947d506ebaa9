import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { examine, objectNames } from "../src/profiles/laboratory/laboratory.ts";
import { MibLibrary } from "../src/profiles/laboratory/mib-library.ts";
import { readProfiles } from "../src/profiles/load.ts";

/**
 * `node docs/mib-evidence.ts FOLDER...` compares the shipped profiles with the MIB modules below the folders and writes
 * what passed to docs/devices-mib.json, from which docs/devices.md is made. Fails where a profile contradicts a module.
 */
const root = join(import.meta.dirname, "..");
const folders = process.argv.slice(2).map((folder) => resolve(folder));
if (folders.length === 0) {
  console.error("name one or more folders of MIB modules");
  process.exitCode = 2;
} else {
  const { profiles, problems } = readProfiles([join(root, "device-profiles")]);
  const { profiles: evidence } = examine(profiles, new MibLibrary(folders, objectNames(profiles)));
  const wrong = evidence.filter(({ errors }) => errors > 0).map(({ id }) => id);
  if (problems.length > 0 || wrong.length > 0) {
    console.error(
      `not written: campusd check profiles --mibs finds errors in ${wrong.join(", ") || "the files"}`,
    );
    process.exitCode = 1;
  } else {
    const rows = evidence
      .filter(({ makerObjects }) => makerObjects > 0)
      .map(
        ({ id, makerChecked, makerObjects }) =>
          `  ${JSON.stringify(id)}: ${JSON.stringify([makerChecked, makerObjects])}`,
      );
    writeFileSync(join(root, "docs/devices-mib.json"), `{\n${rows.join(",\n")}\n}\n`);
    console.log(`wrote docs/devices-mib.json: ${rows.length} profiles`);
  }
}
