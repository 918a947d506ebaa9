import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { CampusError } from "../errors/campus-error.ts";
import { type LoadOptions, loadSettings } from "../settings/load.ts";
import type { Settings } from "../settings/schema.ts";

/**
 * The settings of the file that a command names, with the process's environment for secrets. Throws what
 * `loadSettings` throws; a file that is not there is E_SETTINGS, with a word on where to start.
 */
export function settingsFrom(file: string, options: Omit<LoadOptions, "env"> = {}): Settings {
  const path = resolve(file);
  if (!existsSync(path)) {
    throw new CampusError(
      "E_SETTINGS",
      `there is no settings file ${path}; examples/campusd.yaml is one to start from`,
      { file: path },
    );
  }
  return loadSettings(path, { ...options, env: process.env });
}
