import { CampusError } from "../errors/campus-error.ts";
import { checkRows, type KnownNames, type RowProblem } from "./check.ts";
import type { CsvKind } from "./csv-columns.ts";
import { changeBetween, type InventoryChange } from "./differences.ts";
import type { InventoryDocument } from "./document.ts";
import { type CsvSummary, importCsv } from "./import-csv.ts";
import {
  IMPORT_LIMITS,
  type ImportFile,
  type ImportLimits,
  type InspectedFile,
  inspectFile,
  type TextEncodingName,
} from "./import-file.ts";
import { columnAt, type ImportProblem, ProblemList, problemText } from "./import-problems.ts";
import { importYaml, type LineOf } from "./import-yaml.ts";
import { Merge, type Origin } from "./merge.ts";
import { documentOf, type InventoryRows, rowsOf } from "./rows.ts";
import type { StateDatabase } from "./state-database.ts";

export interface PlanOptions {
  /** What there is now. */
  readonly current: InventoryDocument;
  readonly files: readonly ImportFile[];
  /**
   * Remove what is absent: of the lists that the files give of a school (its devices, its rooms with buildings,
   * its links), what they do not name. Schools and regions are never removed.
   */
  readonly replace?: boolean;
  readonly known?: KnownNames;
  /** `StateDatabase.version()` when `current` was read: an import in between is then refused. */
  readonly version?: number;
  readonly limits?: Partial<ImportLimits>;
  readonly signal?: AbortSignal;
  /** Called when a file is read. */
  readonly onFile?: (file: PlannedFile) => void;
}

export interface PlannedFile {
  readonly name: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly encoding: TextEncodingName;
  /** What the file holds. */
  readonly kind: "inventory" | CsvKind | "unknown";
  /** CSV rows without the header. */
  readonly rows?: number;
}

/** What an import would do, and every reason why it may not. Nothing is applied while there are problems. */
export interface ImportPlan {
  readonly files: readonly PlannedFile[];
  /** The first problems; `problemCount` counts all. */
  readonly problems: readonly ImportProblem[];
  readonly problemCount: number;
  readonly change: InventoryChange;
  /** The inventory afterwards. */
  readonly next: InventoryRows;
  readonly version?: number;
}

/**
 * Reads the files and finds what they change. Bad content becomes a problem with its file, row and column or
 * line and key; throws E_FILE when a file cannot be read at all.
 */
export async function planImport(options: PlanOptions): Promise<ImportPlan> {
  const limits: ImportLimits = { ...IMPORT_LIMITS, ...options.limits };
  const problems = new ProblemList(limits.problems);
  const merge = new Merge(rowsOf(options.current, () => {}));
  const planner = new Planner(merge, problems, limits);
  for (const [number, file] of options.files.entries()) {
    options.signal?.throwIfAborted();
    const planned = await planner.read(file, number);
    if (planned) options.onFile?.(planned);
  }
  if (options.replace) planner.removeAbsent();
  // References are checked once every row is good: else each bad row would be reported again by all that name it.
  if (problems.count === 0)
    for (const problem of checkRows(merge.next, options.known)) problems.add(planner.place(problem));
  return {
    files: planner.files,
    problems: problems.kept,
    problemCount: problems.count,
    change: changeBetween(merge.current, merge.next, merge.given()),
    next: merge.next,
    ...(options.version === undefined ? {} : { version: options.version }),
  };
}

/** The inventory as it will be. */
export function plannedDocument(plan: ImportPlan): InventoryDocument {
  return documentOf(plan.next);
}

/**
 * Applies a plan, all or nothing, and answers the inventory's new version. Rejects with E_IMPORT when the plan
 * has problems, or when another import came between.
 */
export async function applyImport(
  database: StateDatabase,
  plan: ImportPlan,
  audit: { readonly at: number; readonly who: string },
): Promise<number> {
  if (plan.problemCount > 0) {
    const lines = plan.problems.map(problemText);
    if (plan.problemCount > lines.length) lines.push(`and ${plan.problemCount - lines.length} more`);
    throw new CampusError("E_IMPORT", lines.join("\n"), { problems: plan.problemCount });
  }
  const files = plan.files.map(({ name, sha256, bytes }) => ({ name, sha256, bytes }));
  return database.applyImport(plan.change, { ...audit, files }, plan.version);
}

class Planner {
  readonly #merge: Merge;
  readonly #problems: ProblemList;
  readonly #limits: ImportLimits;
  readonly #names: string[] = [];
  readonly #planned: PlannedFile[] = [];
  readonly #csv = new Map<number, CsvSummary>();
  readonly #yaml = new Map<number, LineOf>();

  constructor(merge: Merge, problems: ProblemList, limits: ImportLimits) {
    this.#merge = merge;
    this.#problems = problems;
    this.#limits = limits;
  }

  get files(): readonly PlannedFile[] {
    return this.#planned;
  }

  async read(file: ImportFile, number: number): Promise<PlannedFile | undefined> {
    const name = typeof file === "string" ? file : file.name;
    this.#names[number] = name;
    const inspected = await inspectFile(file, this.#limits);
    if (typeof inspected === "string") {
      this.#problems.add({ file: name, text: inspected });
      return undefined;
    }
    const kind = await this.#readInspected(inspected, number);
    const rows = this.#csv.get(number)?.rows;
    const { sha256, bytes, encoding } = inspected;
    const planned = { name, sha256, bytes, encoding, kind, ...(rows === undefined ? {} : { rows }) };
    this.#planned.push(planned);
    return planned;
  }

  async #readInspected(file: InspectedFile, number: number): Promise<PlannedFile["kind"]> {
    const fileName = (origin: Origin) => this.#originText(origin);
    if (file.form === "yaml") {
      this.#yaml.set(number, await importYaml(file, number, this.#merge, this.#problems, fileName));
      return "inventory";
    }
    const summary = await importCsv(file, number, this.#merge, this.#problems, this.#limits, fileName);
    if (!summary) return "unknown";
    this.#csv.set(number, summary);
    return summary.kind;
  }

  removeAbsent(): void {
    if ([...this.#csv.values()].some((summary) => summary.kind === "links"))
      for (const [key, link] of this.#merge.next.link) {
        const file = this.#merge.origin("link", key)?.file;
        const school = this.#merge.next.device.get(link.device)?.school;
        if (file !== undefined && this.#csv.has(file) && school !== undefined)
          this.#merge.complete("link", school);
      }
    this.#merge.removeAbsent();
  }

  /** A problem between rows, at the place where the row was given. */
  place(problem: RowProblem): ImportProblem {
    const { kind, key, field, text } = problem;
    const origin = this.#merge.origin(kind, key);
    if (!origin) return { file: "(inventory)", key: `${kind} ${key} ${field}`, text };
    const file = this.#names[origin.file]!;
    const csv = this.#csv.get(origin.file);
    if (csv && origin.row !== undefined) {
      const position = csv.header.columns.findIndex((column) => column?.field === field);
      const column = position < 0 ? {} : { column: columnAt(position, csv.header.names) };
      return { file, row: origin.row, ...column, text: position < 0 ? `${field}: ${text}` : text };
    }
    const path = [...(origin.path ?? []), field];
    const line = this.#yaml.get(origin.file)?.(path);
    return { file, ...(line === undefined ? {} : { line }), key: `${kind} ${key} ${field}`, text };
  }

  #originText(origin: Origin): string {
    const name = this.#names[origin.file]!;
    if (origin.row !== undefined) return `${name} row ${origin.row}`;
    const line = origin.path ? this.#yaml.get(origin.file)?.(origin.path) : undefined;
    return line === undefined ? name : `${name}:${line}`;
  }
}
