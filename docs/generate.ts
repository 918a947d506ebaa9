import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { errorsMarkdown } from "../src/errors/errors-markdown.ts";
import { inventoryJsonSchema, inventoryMarkdown } from "../src/inventory/documentation.ts";
import { profilesMarkdown } from "../src/profiles/documentation.ts";
import { partJsonSchema, profileJsonSchema } from "../src/profiles/json-schema.ts";
import { settingsJsonSchema, settingsMarkdown } from "../src/settings/documentation.ts";

/**
 * `npm run generate`: writes the files that are made from code. With --check it writes nothing and fails when
 * one of them is not what the code would make.
 */
const root = join(import.meta.dirname, "..");
const json = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`;

const FILES: Readonly<Record<string, () => string>> = {
  "docs/settings.md": settingsMarkdown,
  "docs/campusd.schema.json": () => json(settingsJsonSchema()),
  "docs/inventory.md": inventoryMarkdown,
  "docs/inventory.schema.json": () => json(inventoryJsonSchema()),
  "docs/profiles.md": profilesMarkdown,
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
    writeFileSync(join(root, path), text);
    console.log(`wrote ${path}`);
  }
}
