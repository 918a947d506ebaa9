import { printable } from "../settings/wording.ts";
import { columnLetter } from "./csv-header.ts";

/** Something to correct in a file. `text` is `what is wrong; what to write`. */
export interface ImportProblem {
  readonly file: string;
  /** CSV: row as a spreadsheet counts, the header is 1. */
  readonly row?: number;
  /** CSV: column letter and header. */
  readonly column?: { readonly letter: string; readonly header: string };
  /** YAML, and CSV that cannot be split into cells. */
  readonly line?: number;
  readonly key?: string;
  readonly text: string;
}

/** Keeps the first problems and counts the others, so that a file that is all wrong does not fill the memory. */
export class ProblemList {
  readonly #limit: number;
  readonly #kept: ImportProblem[] = [];
  #count = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(problem: ImportProblem): void {
    this.#count += 1;
    if (this.#kept.length < this.#limit) this.#kept.push(problem);
  }

  get count(): number {
    return this.#count;
  }

  get kept(): readonly ImportProblem[] {
    return this.#kept;
  }
}

/** `devices.csv row 7, column D "role": …`, `inventory.yaml:12 schools[0].kind: …`. */
export function problemText(problem: ImportProblem): string {
  return `${problemPlace(problem)}: ${problem.text}`;
}

/** Where a problem is: `devices.csv row 7, column D "role"`, `inventory.yaml:12 schools[0].kind`. */
export function problemPlace(problem: ImportProblem): string {
  const { row, column, line, key } = problem;
  let where = printable(problem.file);
  if (row !== undefined) where += ` row ${row}`;
  if (column) where += `, column ${column.letter} "${printable(column.header)}"`;
  if (row === undefined && line !== undefined) where += `:${line}`;
  if (row === undefined && key) where += ` ${key}`;
  return where;
}

/** Column of a problem by its position from 0. */
export function columnAt(position: number, headers: readonly string[]): { letter: string; header: string } {
  return { letter: columnLetter(position), header: headers[position] ?? "" };
}
