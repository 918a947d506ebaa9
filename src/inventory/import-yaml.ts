import { CORE_SCHEMA, load, YAMLException } from "js-yaml";
import { placeIssue } from "../settings/load.ts";
import { printable, wordIssue } from "../settings/wording.ts";
import { formatKey, type KeyPath, parseYamlSource } from "../settings/yaml-source.ts";
import { inventoryDocumentSchema } from "./document.ts";
import type { InspectedFile } from "./import-file.ts";
import type { ProblemList } from "./import-problems.ts";
import type { Merge, Origin } from "./merge.ts";
import { keyOf, visitDocument } from "./rows.ts";

/**
 * Up to this length a file is parsed with its places; above, with a parser nine times as fast that keeps none, and
 * problems name the key alone (syntax errors keep their line).
 */
const PLACED_CHARACTERS = 4_000_000;

/** Tells the line of a key of one file. */
export type LineOf = (path: KeyPath) => number | undefined;

/** Reads a YAML file into the merge. Answers how to find lines in it, for the problems that are found later. */
export async function importYaml(
  file: InspectedFile,
  number: number,
  merge: Merge,
  problems: ProblemList,
  fileName: (origin: Origin) => string,
): Promise<LineOf> {
  let text = "";
  try {
    for await (const piece of file.text()) text += piece;
  } catch {
    problems.add({
      file: file.name,
      text: "has octets that are neither UTF-8 nor GB18030; save it as UTF-8",
    });
    return () => undefined;
  }
  const { value, lineOf } =
    text.length <= PLACED_CHARACTERS ? placed(text, file, problems) : fast(text, file, problems);
  if (value === undefined) return lineOf;
  const result = inventoryDocumentSchema.safeParse(value, { error: wordIssue });
  if (!result.success) {
    const found = result.error.issues.flatMap((issue) =>
      placeIssue(issue, file.name, (path) => ({ line: lineOf(path) ?? 0, column: 0 })),
    );
    for (const problem of found.sort((a, b) => a.line - b.line))
      problems.add({
        file: file.name,
        ...(problem.line > 0 ? { line: problem.line } : {}),
        key: problem.key,
        text: problem.text,
      });
    return lineOf;
  }
  const nameOf = (origin: Origin) => {
    const line = origin.file === number && origin.path ? lineOf(origin.path) : undefined;
    return line === undefined ? fileName(origin) : `${file.name}:${line}`;
  };
  visitDocument(result.data, (kind, row, path) => {
    const before = merge.give(kind, keyOf(kind, row), row, { file: number, path });
    if (before)
      problems.add({
        file: file.name,
        line: lineOf(path),
        key: formatKey(path),
        text: `${kind} "${keyOf(kind, row)}" is given already in ${nameOf(before)}; keep one of the two`,
      });
  });
  markComplete(value, "schools", result.data.schools, merge);
  markComplete(value, "sites", result.data.sites, merge);
  return lineOf;
}

interface Parsed {
  /** Undefined when it has problems. */
  readonly value: unknown;
  readonly lineOf: LineOf;
}

function placed(text: string, file: InspectedFile, problems: ProblemList): Parsed {
  const source = parseYamlSource(text, file.name);
  for (const problem of source.problems)
    problems.add({ file: file.name, line: problem.line, text: problem.text });
  const value = source.problems.length > 0 ? undefined : (source.value ?? {});
  return { value, lineOf: (path) => source.locate(path, "value").line };
}

function fast(text: string, file: InspectedFile, problems: ProblemList): Parsed {
  const lineOf = () => undefined;
  try {
    return { value: load(text, { schema: CORE_SCHEMA }) ?? {}, lineOf };
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    const line = error.mark ? { line: error.mark.line + 1 } : {};
    problems.add({ file: file.name, ...line, text: `${printable(error.reason)}; correct the YAML` });
    return { value: undefined, lineOf };
  }
}

/** A school's or site's list that is written, even an empty one, is all there is of it; a list that is not written says nothing. */
function markComplete(
  value: unknown,
  list: "schools" | "sites",
  places: readonly { readonly id: string }[],
  merge: Merge,
): void {
  const raw = value as {
    readonly schools?: readonly object[];
    readonly sites?: readonly object[];
    readonly links?: unknown;
  };
  for (const [index, school] of places.entries()) {
    const written = raw[list]?.[index] ?? {};
    if ("buildings" in written) {
      merge.complete("building", school.id);
      merge.complete("room", school.id);
    }
    if ("devices" in written) merge.complete("device", school.id);
    if (raw.links !== undefined) merge.complete("link", school.id);
  }
}
