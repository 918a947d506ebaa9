import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { CampusError } from "../errors/campus-error.ts";
import { closest } from "../settings/closest.ts";
import { placeIssue } from "../settings/load.ts";
import { wordIssue } from "../settings/wording.ts";
import {
  formatProblem,
  type KeyPath,
  type Problem,
  parseYamlSource,
  type YamlSource,
} from "../settings/yaml-source.ts";
import { resolveBook } from "./book.ts";
import { type TargetsFile, targetsFileSchema } from "./document.ts";
import type { TargetBook } from "./model.ts";

const MAX_CHARACTERS = 1_000_000;
/** A folder of targets has a handful of files; many more is another folder. */
const MOST_FILES = 500;

/** A file that has the right form, and where its keys stand. */
export interface ReadFile {
  readonly id: string;
  readonly file: string;
  readonly content: TargetsFile;
  readonly source: YamlSource;
}

/** Collects what a person has to correct, in the order of the files. */
export class TargetProblems {
  readonly list: Problem[] = [];

  add(read: ReadFile, path: KeyPath, text: string, part: "key" | "value" = "value"): void {
    const key = path
      .map((step, i) => (typeof step === "number" ? `[${step}]` : i > 0 ? `.${step}` : step))
      .join("");
    this.list.push({ file: read.file, ...read.source.locate(path, part), key, text });
  }

  /** A name that leads nowhere, with the nearest that is there. */
  unknown(read: ReadFile, path: KeyPath, what: string, name: string, known: Iterable<string>): void {
    const all = [...known];
    const meant = closest(name, all);
    const hint = meant
      ? `did you mean "${meant}"?`
      : all.length > 0
        ? `there are: ${all.join(", ")}`
        : "there is none";
    this.add(read, path, `there is no ${what} "${name}"; ${hint}`);
  }
}

/**
 * Loads every file (`*.yaml`) of the folders, checks it and makes the changes. Synchronous: a dozen small files,
 * once, at start. Throws E_TARGETS with every problem as `file:line:column key: what is wrong; what to write`, E_FILE
 * when a folder or file cannot be read.
 */
export function loadTargets(dirs: readonly string[]): TargetBook {
  const { book, problems } = checkTargets(dirs);
  if (book) return book;
  throw new CampusError("E_TARGETS", problems.map(formatProblem).join("\n"), {
    file: problems[0]?.file,
    line: problems[0]?.line,
    key: problems[0]?.key,
    problems: problems.length,
  });
}

/** The same, with the problems as a list; `book` is undefined when there is one. */
export function checkTargets(dirs: readonly string[]): {
  readonly book?: TargetBook;
  readonly problems: readonly Problem[];
} {
  const problems = new TargetProblems();
  const files: ReadFile[] = [];
  for (const dir of dirs) {
    for (const name of namesIn(dir)) {
      const read = readTargetsFile(join(dir, name), name.slice(0, -".yaml".length), problems);
      if (read) files.push(read);
    }
  }
  if (problems.list.length > 0) return { problems: problems.list };
  const book = resolveBook(files, problems);
  return problems.list.length > 0 ? { problems: problems.list } : { book, problems: [] };
}

function namesIn(dir: string): string[] {
  let names: string[];
  try {
    names = readdirSync(dir);
  } catch (error) {
    throw new CampusError(
      "E_FILE",
      `cannot read the folder of targets ${dir}: ${reason(error)}`,
      { file: dir },
      error,
    );
  }
  const found = names.filter((name) => /^[^.].*\.yaml$/.test(name)).sort();
  if (found.length > MOST_FILES)
    throw new CampusError("E_FILE", `${dir} has ${found.length} YAML files; this is no folder of targets`, {
      file: dir,
    });
  return found;
}

function readTargetsFile(file: string, id: string, problems: TargetProblems): ReadFile | undefined {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(file));
  } catch (error) {
    if (error instanceof TypeError) {
      problems.list.push({ file, line: 0, column: 0, key: "", text: "is not UTF-8 text; save it as UTF-8" });
      return undefined;
    }
    throw new CampusError("E_FILE", `cannot read ${file}: ${reason(error)}`, { file }, error);
  }
  if (text.length > MAX_CHARACTERS) {
    problems.list.push({ file, line: 0, column: 0, key: "", text: "is larger than 1 MB; split it" });
    return undefined;
  }
  const source = parseYamlSource(text, file);
  if (source.problems.length > 0) {
    problems.list.push(...source.problems);
    return undefined;
  }
  const result = targetsFileSchema.safeParse(source.value, { error: wordIssue });
  if (!result.success) {
    problems.list.push(...result.error.issues.flatMap((issue) => placeIssue(issue, file, source.locate)));
    return undefined;
  }
  if (!/^[a-z0-9][a-z0-9-]*$/.test(id)) {
    const text = "has a name that is no id of a set; name the file with small letters, digits and '-'";
    problems.list.push({ file, line: 0, column: 0, key: "", text });
    return undefined;
  }
  return { id, file, content: result.data, source };
}

function reason(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}
