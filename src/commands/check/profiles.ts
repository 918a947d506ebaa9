import { existsSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { Command } from "commander";
import { CampusError } from "../../errors/campus-error.ts";
import { type Finding, findingText } from "../../profiles/laboratory/finding.ts";
import { examine, type LaboratoryReport, objectNames } from "../../profiles/laboratory/laboratory.ts";
import { MibLibrary } from "../../profiles/laboratory/mib-library.ts";
import { type ProfileReport, profileReport, readProfiles } from "../../profiles/load.ts";
import { problemText } from "../../profiles/problems.ts";
import { ProfileSet } from "../../profiles/profile-set.ts";
import { EXIT, interruption } from "../exit.ts";
import { examineSamples, type SampleReport, withoutSample } from "./samples.ts";

interface Options {
  readonly json?: boolean;
  readonly mibs: readonly string[];
  readonly samples: readonly string[];
  readonly notes?: boolean;
}

/** The recordings of our own that come with the sources. */
const BUNDLED_SAMPLES = join(import.meta.dirname, "../../../tests/profiles/samples");
const MOST_NOTES = 200;

/** `campusd check profiles`: what is written wrong, and what cannot be right. `bundled` is the folder that comes along. */
export function checkProfilesCommand(bundled: string): Command {
  const repeat = (folder: string, all: readonly string[]): string[] => [...all, folder];
  return new Command("profiles")
    .description(
      "check device profiles: each problem with its file, line and key, and whether it fits the MIB text and what can be",
    )
    .argument("[folder...]", "folders of profiles, besides the ones that come with campusd")
    .option(
      "--mibs <folder>",
      "a folder of MIB modules to compare every object with, with all below it; may be repeated",
      repeat,
      [],
    )
    .option(
      "--samples <folder>",
      "a folder of recordings (NAME.snmprec) whose readings are examined; may be repeated",
      repeat,
      [],
    )
    .option("--notes", "print what is no error and worth a look too")
    .option("--json", "print the report as JSON")
    .addHelpText(
      "after",
      "\nExit code 2 when a profile cannot be read as one, 1 when the laboratory finds an error.",
    )
    .action((folders: string[], options: Options) => run(bundled, folders, options));
}

async function run(bundled: string, folders: readonly string[], options: Options): Promise<void> {
  const own = folders.map((folder) => resolve(folder));
  const read = readProfiles([bundled, ...own]);
  const report = profileReport(read);
  const mibs = options.mibs.map((folder) => resolve(folder));
  const library = mibs.length > 0 ? new MibLibrary(mibs, objectNames(read.profiles)) : undefined;
  const laboratory = examine(read.profiles, library);
  const sampleFolders = options.samples.map((folder) => resolve(folder));
  if (sampleFolders.length === 0 && existsSync(BUNDLED_SAMPLES)) sampleFolders.push(BUNDLED_SAMPLES);
  const profiles = new ProfileSet(read.profiles);
  const samples =
    report.problems.length > 0
      ? { samples: 0, profiles: new Set<string>(), findings: [] }
      : await examineSamples(sampleFolders, profiles, interruption());
  // Whoever names a folder of samples wants to know what it does not cover.
  const lacking =
    options.samples.length > 0 && report.problems.length === 0 ? withoutSample(profiles, samples, own) : [];
  const findings = [...laboratory.findings, ...samples.findings, ...lacking];
  if (options.json)
    console.log(
      JSON.stringify({ ...report, laboratory: { findings, profiles: laboratory.profiles } }, undefined, 2),
    );
  else print(report, laboratory, samples, findings, library, options.notes ?? false);
  if (report.problems.length > 0)
    throw new CampusError(
      "E_PROFILE",
      `${count(report.problems.length, "problem")} in the device profiles:\n${report.problems.map((p) => `  ${problemText(p)}`).join("\n")}`,
    );
  process.exitCode = findings.some(({ level }) => level === "error") ? EXIT.failed : EXIT.done;
}

function print(
  report: ProfileReport,
  laboratory: LaboratoryReport,
  samples: SampleReport,
  findings: readonly Finding[],
  library: MibLibrary | undefined,
  withNotes: boolean,
): void {
  const evidence = new Map(laboratory.profiles.map((one) => [one.id, one]));
  for (const { id, protocols, points, title } of report.profiles) {
    const one = evidence.get(id);
    const mib = library && one && one.objects > 0 ? `${one.checked}/${one.objects} in MIBs` : "";
    console.log(
      `${id.padEnd(28)} ${protocols.join(",").padEnd(7)} ${`${points.length} points`.padStart(10)}${library ? `  ${mib.padStart(17)}` : ""}  ${title.en}`,
    );
  }
  const of = (level: Finding["level"]) => findings.filter((one) => one.level === level);
  const errors = of("error");
  console.log(
    `${report.profiles.length} profiles and ${report.parts.length} parts are good; ${count(samples.samples, "sample")} read, of ${count(samples.profiles.size, "profile")}`,
  );
  if (library)
    console.log(
      `${library.files.length} MIB files with ${library.modules.length} modules${library.unreadable.length > 0 ? `, ${library.unreadable.length} not readable` : ""}`,
    );
  console.log(
    `the laboratory: ${count(errors.length, "error")}, ${of("explained").length} explained by the profile, ${count(of("note").length, "note")}${withNotes ? "" : " (--notes prints them)"}`,
  );
  const show = (one: Finding): string => findingText({ ...one, file: relative(process.cwd(), one.file) });
  if (withNotes) {
    const notes = [...of("explained"), ...of("note")];
    for (const note of notes.slice(0, MOST_NOTES)) console.log(`  note: ${show(note)}`);
    if (notes.length > MOST_NOTES)
      console.log(`  and ${notes.length - MOST_NOTES} more; --json has them all`);
  }
  for (const error of errors) console.error(`  error: ${show(error)}`);
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}
