import type { IndicatorId } from "../indicators/list.ts";
import type { SCHOOL_KINDS, SETTINGS } from "../inventory/document.ts";
import type { OPERATORS, OWNERS } from "./document.ts";

/** The same in both languages. */
export interface Words {
  readonly zh: string;
  readonly en: string;
}

export interface Condition {
  readonly indicator: IndicatorId;
  readonly op: (typeof OPERATORS)[number];
  readonly limit: number;
  /** What the set ships, when the province changed it. */
  readonly shipped?: number;
  readonly reason?: Words;
  /** Local days that the value is made of. */
  readonly days: number;
  /** Counts where the value is known only. */
  readonly whenKnown: boolean;
  /** In a score: has to hold besides the points. */
  readonly required: boolean;
  readonly part?: string;
  /** Points, of 100. */
  readonly weight?: number;
}

export type Rule =
  | { readonly kind: "all" }
  /** At most `failing` conditions may fail. */
  | { readonly kind: "tolerate"; readonly failing: number }
  /** The points of the conditions that hold are at least `least`, of 100. */
  | { readonly kind: "score"; readonly least: number };

export interface Applies {
  readonly kinds?: readonly (typeof SCHOOL_KINDS)[number][];
  readonly settings?: readonly (typeof SETTINGS)[number][];
}

/** A change that a province made, for the page and the audit trail. */
export interface TargetChange {
  /** `sichuan-2027/ipv6` or `TG-04`. */
  readonly subject: string;
  /** `ipv6.level`, `wanted`, `by`. */
  readonly field: string;
  readonly from: string | number | null;
  readonly to: string | number;
  readonly reason: Words;
  readonly who: string;
  readonly date: string;
  readonly file: string;
}

/** A target with its definition resolved and every change made. Frozen. */
export interface Target {
  /** `sichuan-2027/wifi-coverage`. */
  readonly id: string;
  readonly set: string;
  readonly setName: Words;
  readonly definition: string;
  readonly name: Words;
  readonly meaning: Words;
  readonly document: Words;
  readonly clause: Words;
  readonly statement: Words;
  /** 0..1 of the schools that count; null where the document names none. */
  readonly wanted: number | null;
  /** Wanted sum, where a sum is measured. */
  readonly amount: number | null;
  /** `2027-12-31`. */
  readonly by: string | null;
  readonly owner: (typeof OWNERS)[number];
  readonly evidence: readonly ("measured" | "inferred" | "declared")[];
  readonly applies: Applies;
  readonly rule: Rule;
  readonly measure: "schools" | "sum";
  readonly conditions: readonly Condition[];
  readonly changes: readonly TargetChange[];
  /** Province paths that it counts in; undefined: everywhere. */
  readonly regions?: readonly string[];
}

export interface TargetSet {
  readonly id: string;
  readonly name: Words;
  readonly regions?: readonly string[];
  readonly targets: readonly Target[];
}

/** Everything that was loaded. */
export interface TargetBook {
  readonly sets: ReadonlyMap<string, TargetSet>;
  readonly changes: readonly TargetChange[];
}
