import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { loadProfiles } from "../../src/profiles/load.ts";
import { SHIPPED } from "./files.ts";

/** Profiles of SNMP devices that have no sample, with why; make-sample.ts makes one. */
const WITHOUT: Readonly<Record<string, string>> = {};

const FOLDER = join(import.meta.dirname, "samples");

interface Sample {
  readonly identity: { readonly profile?: string };
  readonly readings: readonly object[];
}

it("every profile that comes with campusd has a sample of its own", () => {
  const samples = readdirSync(FOLDER)
    .filter((file) => file.endsWith(".json"))
    .map((file) => JSON.parse(readFileSync(join(FOLDER, file), "utf8")) as Sample);
  const shown = new Set(
    samples.flatMap(({ identity, readings }) => (readings.length > 0 ? [identity.profile] : [])),
  );
  const profiles = loadProfiles([SHIPPED]).list();
  const lacking = profiles.filter(({ id, snmp }) => snmp && !shown.has(id)).map(({ id }) => id);
  expect(lacking).toEqual(Object.keys(WITHOUT).toSorted());
  // A sample of a profile that was renamed or taken out holds nobody to anything.
  const known = new Set(profiles.map(({ id }) => id));
  expect(samples.filter(({ identity }) => !known.has(identity.profile ?? ""))).toEqual([]);
});
