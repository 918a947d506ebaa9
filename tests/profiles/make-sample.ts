import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { objectNames } from "../../src/profiles/laboratory/laboratory.ts";
import { MibLibrary } from "../../src/profiles/laboratory/mib-library.ts";
import { readProfiles } from "../../src/profiles/load.ts";
import { problemText } from "../../src/profiles/problems.ts";
import { ProfileSet } from "../../src/profiles/profile-set.ts";
import type { Expectation } from "./making-samples/judge.ts";
import { makeSamples } from "./making-samples/make.ts";

/**
 * `node tests/profiles/make-sample.ts PROFILE... [--profiles DIR] [--mibs DIR] [--out DIR] [--suffix=TEXT] [--replace]`:
 * invents a device of each profile and writes it as PROFILE.snmprec (TEXT behind the name) with what must be read from
 * it as PROFILE.json. Raw values are what the MIB text means by a plausible reading, so that a wrong factor in the
 * profile makes the sample's test fail; where no text says it, the profile was asked and the reading's `witness` says
 * so. What the tool cannot make, and where profile and MIB differ, is printed; the exit code is 1 when they differ.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    profiles: { type: "string", multiple: true, default: [] },
    mibs: { type: "string", multiple: true, default: [] },
    replace: { type: "boolean", default: false },
    suffix: { type: "string", default: "" },
    out: { type: "string", default: join(import.meta.dirname, "samples") },
  },
});
if (positionals.length === 0) {
  console.error(
    "usage: node tests/profiles/make-sample.ts PROFILE... [--profiles DIR] [--mibs DIR] [--out DIR] [--suffix=TEXT] [--replace]",
  );
  process.exit(2);
}
// A problem of another profile is not this one's.
const read = readProfiles([join(import.meta.dirname, "../../device-profiles"), ...values.profiles]);
const set = new ProfileSet(read.profiles);
const chosen = positionals.map((id) => {
  const profile = set.get(id);
  if (!profile?.snmp) {
    const problems = read.problems.filter(({ file }) => basename(file, ".yaml") === id);
    console.error(`there is no good profile "${id}" that reads over SNMP`);
    for (const problem of problems) console.error(`  ${problemText(problem)}`);
    process.exit(2);
  }
  return profile;
});
const library = values.mibs.length > 0 ? new MibLibrary(values.mibs, objectNames(chosen)) : undefined;
if (!library)
  console.error("without --mibs every value is the profile's own word: name a folder of MIB modules");

mkdirSync(values.out, { recursive: true });
let contradictions = 0;
for (const made of await makeSamples(chosen, set, library, AbortSignal.timeout(300_000))) {
  const { profile, recording, judgement } = made;
  for (const line of judgement?.contradictions ?? []) console.error(`${profile}: CONTRADICTION ${line}`);
  for (const line of judgement?.left ?? made.left) console.error(`${profile}: left: ${line}`);
  contradictions += judgement?.contradictions.length ?? 0;
  if (!judgement || recording === undefined) continue;
  const name = `${profile}${values.suffix}`;
  if (!values.replace && existsSync(join(values.out, `${name}.json`))) {
    console.error(`${profile}: there is a sample of that name; --replace writes over it`);
    continue;
  }
  const { readings } = judgement.expectation;
  writeFileSync(join(values.out, `${name}.snmprec`), recording);
  writeFileSync(join(values.out, `${name}.json`), expectationText(judgement.expectation));
  const byMib = readings.filter(({ witness }) => witness === "mib").length;
  console.log(
    `${profile}: ${recording.split("\n").length - 1} objects, ${readings.length} readings (${byMib} by the MIB)`,
  );
}
/** As the formatter of this project writes JSON: a list that fits into a line is one. */
function expectationText(expectation: Expectation): string {
  const text = JSON.stringify(expectation, undefined, 2);
  const lists = text.replace(
    /^( {2}"absent": )\[\n([^\]]*)\n {2}\]/m,
    (whole, key: string, items: string) => {
      const line = `${key}[${items
        .split("\n")
        .map((item) => item.trim())
        .join(" ")}]`;
      return line.length <= 110 ? line : whole;
    },
  );
  return `${lists}\n`;
}

process.exitCode = contradictions > 0 ? 1 : 0;
