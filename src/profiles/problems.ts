import type { SourceFile } from "./source-file.ts";

/** Something wrong in a profile, with where it stands and what to write instead. */
export interface Problem {
  readonly code: "E_PROFILE" | "E_PROFILE_CONFLICT";
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  /** 1-based. */
  readonly column: number;
  /** `snmp.tables.cpu.points.load.unit`; empty for the whole file. */
  readonly key: string;
  readonly message: string;
}

export type KeyPath = readonly (string | number)[];

/** Collects the problems of all files, so that a person sees every one at once. */
export class ProblemList {
  readonly #problems: Problem[] = [];

  get problems(): readonly Problem[] {
    return this.#problems;
  }

  add(source: SourceFile, path: KeyPath, message: string, code: Problem["code"] = "E_PROFILE"): void {
    const { line, column } = source.locate(path);
    this.#problems.push({ code, file: source.file, line, column, key: path.join("."), message });
  }

  addAt(file: string, line: number, column: number, message: string): void {
    this.#problems.push({ code: "E_PROFILE", file, line, column, key: "", message });
  }
}

/** `device-profiles/x.yaml:12:5 snmp.tables.cpu: message`. */
export function problemText(problem: Problem): string {
  const key = problem.key === "" ? "" : ` ${problem.key}`;
  return `${problem.file}:${problem.line}:${problem.column}${key}: ${problem.message}`;
}

/** The known word nearest to `word`, when it is near enough to be what was meant. */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  const wanted = word.toLowerCase();
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(wanted.length / 3)) + 1;
  for (const candidate of known) {
    const distance = editDistance(wanted, candidate.toLowerCase(), bestDistance);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** `; did you mean "x"?` where something is near, and all that is known where that is a short list. */
export function hint(word: string, known: Iterable<string>): string {
  const all = [...known];
  const found = nearest(word, all);
  const list = `write one of: ${all.join(", ")}`;
  if (found !== undefined)
    return `; did you mean "${found}"?${all.length <= 8 && all.length > 1 ? ` (${list})` : ""}`;
  return all.length === 0 || all.length > 24 ? "" : `; ${list}`;
}

/** Edit distance with swaps of neighbours (optimal string alignment), or `limit` as soon as it cannot be less. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1;
      let least = Math.min(previous[j]! + 1, current[j - 1]! + 1, previous[j - 1]! + change);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, before[j - 2]! + 1);
      current.push(least);
    }
    before = previous;
    previous = current;
  }
  return Math.min(limit, previous[b.length]!);
}
