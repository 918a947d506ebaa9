import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { CampusError } from "../errors/campus-error.ts";
import type { CompiledProfile } from "./compiled.ts";
import { type Library, makeLibrary } from "./library.ts";
import { type Problem, ProblemList, problemText } from "./problems.ts";
import { conflicts, ProfileSet } from "./profile-set.ts";
import { SourceFile } from "./source-file.ts";

export interface ProfileReport {
  /** The profiles that have no problem. */
  readonly profiles: readonly ProfileSummary[];
  readonly parts: readonly string[];
  readonly problems: readonly Problem[];
}

export interface ProfileSummary {
  readonly id: string;
  readonly file: string;
  readonly title: { readonly zh: string; readonly en: string };
  readonly vendor: string;
  readonly role: string;
  readonly protocols: readonly ("snmp" | "modbus" | "mqtt")[];
  readonly points: readonly PointSummary[];
}

export interface PointSummary {
  /** `table.point`, or the point's id where there is no table. */
  readonly id: string;
  readonly quantity: string;
  readonly unit: string;
  /** How often it is read, ms; 0 when the device sends it when it likes. */
  readonly everyMs: number;
  readonly source: string;
}

/**
 * Loads all profiles of the folders (`*.yaml`, with shared tables in `_parts/*.yaml`). Synchronous: it reads a
 * few dozen small files once, at start. A file of a later folder takes the place of one of the same name.
 * Throws E_PROFILE with every problem of every file, or E_PROFILE_CONFLICT when that is all there is; E_FILE
 * when a folder cannot be read.
 */
export function loadProfiles(dirs: readonly string[]): ProfileSet {
  const { profiles, problems } = readProfiles(dirs);
  const first = problems[0];
  if (first) {
    const code = problems.every((p) => p.code === "E_PROFILE_CONFLICT") ? "E_PROFILE_CONFLICT" : "E_PROFILE";
    const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
    throw new CampusError(
      code,
      `${count} in the device profiles:\n${problems.map((p) => `  ${problemText(p)}`).join("\n")}`,
      { file: first.file, line: first.line, column: first.column, key: first.key, problems: problems.length },
    );
  }
  return new ProfileSet(profiles);
}

/** What `campusd check profiles` shows. Throws E_FILE when a folder cannot be read. */
export function checkProfiles(dirs: readonly string[]): ProfileReport {
  return profileReport(readProfiles(dirs));
}

export function profileReport(read: ReturnType<typeof readProfiles>): ProfileReport {
  const { profiles, parts, problems } = read;
  return { profiles: profiles.map(summary), parts, problems };
}

/**
 * The profiles that have no problem, compiled, and every problem of the others: what the laboratory examines. Throws
 * E_FILE when a folder cannot be read.
 */
export function readProfiles(dirs: readonly string[]): Library & { readonly problems: readonly Problem[] } {
  const problems = new ProblemList();
  const profiles = new Map<string, SourceFile | undefined>();
  const parts = new Map<string, SourceFile | undefined>();
  for (const dir of dirs) {
    readFolder(dir, profiles, problems, true);
    readFolder(join(dir, "_parts"), parts, problems, false);
  }
  const library = makeLibrary(
    [...profiles.values()].filter((source) => source !== undefined),
    parts,
    problems,
  );
  for (const { first, second, claim } of conflicts(library.profiles)) {
    const source = profiles.get(second.profile.id)!;
    problems.add(
      source,
      ["match"],
      `${second.profile.file}:${second.line} and ${first.profile.file}:${first.line} both match ${claim}; make one of them narrower`,
      "E_PROFILE_CONFLICT",
    );
  }
  return { ...library, problems: problems.problems };
}

function readFolder(
  dir: string,
  into: Map<string, SourceFile | undefined>,
  problems: ProblemList,
  mustExist: boolean,
): void {
  let names: string[];
  try {
    names = readdirSync(dir);
  } catch (error) {
    if (!mustExist && (error as NodeJS.ErrnoException).code === "ENOENT") return;
    throw new CampusError("E_FILE", `cannot read the folder of device profiles ${dir}`, { file: dir }, error);
  }
  for (const name of names.sort()) {
    if (!/\.ya?ml$/.test(name) || name.startsWith(".")) continue;
    const file = join(dir, name);
    const id = name.replace(/\.ya?ml$/, "");
    if (!/^[a-z0-9][a-z0-9-]*\.yaml$/.test(name)) {
      problems.addAt(
        file,
        1,
        1,
        "a profile's file name has small letters, digits and - only, and ends in .yaml",
      );
      continue;
    }
    let text: string;
    try {
      text = readFileSync(file, "utf8");
    } catch (error) {
      throw new CampusError("E_FILE", `cannot read the device profile ${file}`, { file }, error);
    }
    into.set(id, SourceFile.parse(file, id, text, problems));
  }
}

function summary(profile: CompiledProfile): ProfileSummary {
  const points: PointSummary[] = [];
  for (const table of profile.snmp?.tables ?? [])
    for (const point of table.points)
      points.push({
        id: `${table.id}.${point.id}`,
        quantity: point.quantity.id,
        unit: point.quantity.unit,
        everyMs: table.columns.find((column) => column.id === point.column)?.everyMs ?? 0,
        source: point.source.text,
      });
  for (const read of profile.modbus?.reads ?? [])
    for (const point of read.points)
      points.push({
        id: point.id,
        quantity: point.quantity.id,
        unit: point.quantity.unit,
        everyMs: read.everyMs,
        source: point.source.text,
      });
  for (const topic of profile.mqtt?.topics ?? [])
    for (const point of topic.points)
      points.push({
        id: point.id,
        quantity: point.quantity.id,
        unit: point.quantity.unit,
        everyMs: 0,
        source: point.source.text,
      });
  const protocols = (["snmp", "modbus", "mqtt"] as const).filter(
    (protocol) => profile[protocol] !== undefined,
  );
  const { id, file, title, vendor, role } = profile;
  return { id, file, title, vendor, role, protocols, points };
}
