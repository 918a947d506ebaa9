import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { build, type Language } from "../dashboards/board.ts";
import { BOARDS } from "../dashboards/boards.ts";
import { errorsMarkdown } from "../src/errors/errors-markdown.ts";
import { inventoryJsonSchema, inventoryMarkdown } from "../src/inventory/documentation.ts";
import { type DeviceEvidence, devicesMarkdown } from "../src/profiles/devices-markdown.ts";
import { profilesMarkdown } from "../src/profiles/documentation.ts";
import { partJsonSchema, profileJsonSchema } from "../src/profiles/json-schema.ts";
import { checkProfiles, loadProfiles } from "../src/profiles/load.ts";
import { withWifiTable } from "../src/profiles/wifi-markdown.ts";
import { settingsJsonSchema, settingsMarkdown } from "../src/settings/documentation.ts";
import { targetsJsonSchema, targetsMarkdown } from "../src/targets/documentation.ts";
import { loadTargets } from "../src/targets/load.ts";

/**
 * `npm run generate`: writes the files that are made from code. With --check it writes nothing and fails when
 * one of them is not what the code would make.
 */
const root = join(import.meta.dirname, "..");
const json = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`;

/** The families, with the recordings they were compared on (docs/devices.json) and the samples of the tests. */
function devices(): string {
  const samples = join(root, "tests/profiles/samples");
  const read = (path: string) => JSON.parse(readFileSync(path, "utf8"));
  return devicesMarkdown(checkProfiles([join(root, "device-profiles")]), {
    recordings: read(join(root, "docs/devices.json")),
    mibs: read(join(root, "docs/devices-mib.json")),
    samples: sampleReadings(
      readdirSync(samples)
        .filter((file) => file.endsWith(".json"))
        .map((file) => read(join(samples, file))),
    ),
  });
}

interface Sample {
  readonly identity: { readonly profile: string };
  readonly readings: readonly { readonly witness?: string }[];
}

/** Readings of the samples by profile, and how many of them MIB text explains. */
function sampleReadings(samples: readonly Sample[]): DeviceEvidence["samples"] {
  const byProfile = new Map<string, { readings: number; byMib: number }>();
  for (const { identity, readings } of samples) {
    const sum = byProfile.get(identity.profile) ?? { readings: 0, byMib: 0 };
    sum.readings += readings.length;
    sum.byMib += readings.filter(({ witness }) => witness === "mib").length;
    byProfile.set(identity.profile, sum);
  }
  return byProfile;
}

const LANGUAGES: readonly Language[] = ["zh", "en"];

const FILES: Readonly<Record<string, () => string>> = {
  ...Object.fromEntries(
    BOARDS.flatMap((board) =>
      LANGUAGES.map((language) => [
        `dashboards/influxql/${language}/${board.name}.json`,
        () => json(build(board, language)),
      ]),
    ),
  ),
  "docs/settings.md": settingsMarkdown,
  "docs/campusd.schema.json": () => json(settingsJsonSchema()),
  "docs/inventory.md": inventoryMarkdown,
  "docs/inventory.schema.json": () => json(inventoryJsonSchema()),
  "docs/profiles.md": profilesMarkdown,
  "docs/devices.md": devices,
  "docs/wifi.md": () =>
    withWifiTable(current("docs/wifi.md"), loadProfiles([join(root, "device-profiles")]).list()),
  "docs/targets.md": () => targetsMarkdown(loadTargets([join(root, "targets")])),
  "targets/targets.schema.json": () => json(targetsJsonSchema()),
  "docs/errors.md": () => errorsMarkdown(),
  "device-profiles/profile.schema.json": () => json(profileJsonSchema()),
  "device-profiles/part.schema.json": () => json(partJsonSchema()),
};

function current(path: string): string {
  try {
    return readFileSync(join(root, path), "utf8");
  } catch {
    return "";
  }
}

const check = process.argv.includes("--check");
for (const [path, make] of Object.entries(FILES)) {
  const text = make();
  if (current(path) === text) continue;
  if (check) {
    console.error(`${path} is not what the code makes of it: run npm run generate`);
    process.exitCode = 1;
  } else {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
    console.log(`wrote ${path}`);
  }
}
