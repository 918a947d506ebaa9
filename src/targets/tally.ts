import { EVIDENCE_CLASSES, type EvidenceClass } from "../indicators/evidence.ts";
import type { Inventory } from "../inventory/model.ts";
import { VERDICTS, type Verdict } from "./judge.ts";

/**
 * Schools of one region by verdict, for one target and day. Only numbers that add: a region is the sum of the
 * regions below it and of the schools that hang at it directly. What is divided is divided when it is read.
 */
export interface Tally {
  readonly total: number;
  readonly met: number;
  readonly declared: number;
  readonly notMet: number;
  readonly unknown: number;
  readonly notApplicable: number;
  /** Judged schools (met, declared, not met) by the weakest class they rest on. */
  readonly byMeasured: number;
  readonly byInferred: number;
  readonly byDeclared: number;
  /** Of those measured and inferred the ones that are met. */
  readonly metMeasured: number;
  readonly metInferred: number;
  /** UTC ms of the oldest among the newest readings of each judged school; null without one. */
  readonly oldest: number | null;
  /** Sum of the first condition's values, where the target measures a sum; null when no school has one. */
  readonly amount: number | null;
}

export const EMPTY_TALLY: Tally = Object.freeze({
  total: 0,
  met: 0,
  declared: 0,
  notMet: 0,
  unknown: 0,
  notApplicable: 0,
  byMeasured: 0,
  byInferred: 0,
  byDeclared: 0,
  metMeasured: 0,
  metInferred: 0,
  oldest: null,
  amount: null,
});

/** What a school adds to its regions. */
export interface SchoolVerdict {
  readonly verdict: Verdict;
  readonly evidence: EvidenceClass;
  readonly at: number | null;
  readonly amount: number | null;
}

/** The verdicts of all schools about one target, in columns: row i is the school i of a `RegionTree`. */
export class VerdictColumns {
  /** Index of VERDICTS; 255: not judged, and not counted. */
  readonly verdict: Uint8Array;
  /** Index of EVIDENCE_CLASSES. */
  readonly evidence: Uint8Array;
  /** UTC ms; NaN: none. */
  readonly at: Float64Array;
  /** NaN: none. */
  readonly amount: Float64Array;

  constructor(schools: number) {
    this.verdict = new Uint8Array(schools).fill(255);
    this.evidence = new Uint8Array(schools).fill(EVIDENCE_CLASSES.indexOf("unknown"));
    this.at = new Float64Array(schools).fill(Number.NaN);
    this.amount = new Float64Array(schools).fill(Number.NaN);
  }

  set(row: number, one: SchoolVerdict): void {
    this.verdict[row] = VERDICTS.indexOf(one.verdict);
    this.evidence[row] = EVIDENCE_CLASSES.indexOf(one.evidence);
    this.at[row] = one.at ?? Number.NaN;
    this.amount[row] = one.amount ?? Number.NaN;
  }

  get(row: number): SchoolVerdict | undefined {
    const verdict = VERDICTS[this.verdict[row]!];
    if (verdict === undefined) return undefined;
    const at = this.at[row]!;
    const amount = this.amount[row]!;
    return {
      verdict,
      evidence: EVIDENCE_CLASSES[this.evidence[row]!]!,
      at: Number.isNaN(at) ? null : at,
      amount: Number.isNaN(amount) ? null : amount,
    };
  }
}

/** The regions of an inventory in an order in which the regions below come before the one above. */
export class RegionTree {
  /** Paths, deepest first. */
  readonly regions: readonly string[];
  /** School ids; the rows of columns. */
  readonly schools: readonly string[];
  readonly #parent: Int32Array;
  readonly #regionOf: Int32Array;
  readonly #rows: ReadonlyMap<string, number>;

  constructor(inventory: Inventory) {
    this.regions = [...inventory.regions.keys()].sort(
      (a, b) => depth(b) - depth(a) || (a < b ? -1 : a > b ? 1 : 0),
    );
    const numbers = new Map(this.regions.map((path, i) => [path, i]));
    this.#parent = Int32Array.from(
      this.regions,
      (path) => numbers.get(inventory.regions.get(path)!.parent ?? "") ?? -1,
    );
    this.schools = [...inventory.schools.keys()].sort();
    this.#rows = new Map(this.schools.map((id, i) => [id, i]));
    this.#regionOf = Int32Array.from(
      this.schools,
      (id) => numbers.get(inventory.schools.get(id)!.region) ?? -1,
    );
  }

  row(school: string): number | undefined {
    return this.#rows.get(school);
  }

  /**
   * Tallies of every region, by path. O(schools + regions).
   */
  tally(columns: VerdictColumns): Map<string, Tally> {
    const sums = this.regions.map(() => newSum());
    const { verdict, evidence, at, amount } = columns;
    for (let row = 0; row < this.schools.length; row++) {
      const region = this.#regionOf[row]!;
      const code = verdict[row]!;
      if (region < 0 || code === 255) continue;
      addSchool(sums[region]!, VERDICTS[code]!, EVIDENCE_CLASSES[evidence[row]!]!, at[row]!, amount[row]!);
    }
    const tallies = new Map<string, Tally>();
    for (let i = 0; i < this.regions.length; i++) {
      const parent = this.#parent[i]!;
      if (parent >= 0) addSum(sums[parent]!, sums[i]!);
      tallies.set(this.regions[i]!, sums[i]!);
    }
    return tallies;
  }
}

function depth(path: string): number {
  return path.split("/").length;
}

type Sum = { -readonly [K in keyof Tally]: Tally[K] };

function newSum(): Sum {
  return { ...EMPTY_TALLY };
}

function addSchool(sum: Sum, verdict: Verdict, evidence: EvidenceClass, at: number, amount: number): void {
  sum.total++;
  switch (verdict) {
    case "not-applicable":
      sum.notApplicable++;
      return;
    case "unknown":
      sum.unknown++;
      break;
    case "met":
      sum.met++;
      break;
    case "declared":
      sum.declared++;
      break;
    case "not-met":
      sum.notMet++;
      break;
  }
  if (!Number.isNaN(amount)) sum.amount = (sum.amount ?? 0) + amount;
  if (verdict === "unknown") return;
  if (evidence === "measured") {
    sum.byMeasured++;
    if (verdict === "met") sum.metMeasured++;
  } else if (evidence === "inferred") {
    sum.byInferred++;
    if (verdict === "met") sum.metInferred++;
  } else sum.byDeclared++;
  if (!Number.isNaN(at)) sum.oldest = sum.oldest === null ? at : Math.min(sum.oldest, at);
}

function addSum(sum: Sum, other: Tally): void {
  sum.total += other.total;
  sum.met += other.met;
  sum.declared += other.declared;
  sum.notMet += other.notMet;
  sum.unknown += other.unknown;
  sum.notApplicable += other.notApplicable;
  sum.byMeasured += other.byMeasured;
  sum.byInferred += other.byInferred;
  sum.byDeclared += other.byDeclared;
  sum.metMeasured += other.metMeasured;
  sum.metInferred += other.metInferred;
  if (other.oldest !== null)
    sum.oldest = sum.oldest === null ? other.oldest : Math.min(sum.oldest, other.oldest);
  if (other.amount !== null) sum.amount = (sum.amount ?? 0) + other.amount;
}

/** The sum of two tallies. */
export function addTallies(a: Tally, b: Tally): Tally {
  const sum = { ...a };
  addSum(sum, b);
  return sum;
}

/** The tally of schools in any order. */
export function tallyOf(schools: Iterable<SchoolVerdict>): Tally {
  const sum = newSum();
  for (const { verdict, evidence, at, amount } of schools)
    addSchool(sum, verdict, evidence, at ?? Number.NaN, amount ?? Number.NaN);
  return sum;
}

/** Schools that count: all but those the target does not apply to. */
export function counted(tally: Tally): number {
  return tally.total - tally.notApplicable;
}

/** Fulfilled among those that count; unknown stays in the denominator. Null when none counts. */
export function rateOf(tally: Tally): number | null {
  const schools = counted(tally);
  return schools > 0 ? (tally.met + tally.declared) / schools : null;
}

/**
 * The rate by each rule for what is missing: `worst` counts unknown as not met (it is the rate that is shown),
 * `exclude` leaves unknown out of the denominator, `best` counts it as met.
 */
export function ratesOf(tally: Tally): {
  readonly worst: number | null;
  readonly exclude: number | null;
  readonly best: number | null;
} {
  const schools = counted(tally);
  const good = tally.met + tally.declared;
  const known = schools - tally.unknown;
  return {
    worst: schools > 0 ? good / schools : null,
    exclude: known > 0 ? good / known : null,
    best: schools > 0 ? (good + tally.unknown) / schools : null,
  };
}
