import type { IndicatorValue, UnknownReason } from "../indicators/contract.ts";
import type { EvidenceClass } from "../indicators/evidence.ts";
import type { School } from "../inventory/model.ts";
import type { Condition, Target } from "./model.ts";

/** What is said of a school; the order is the number that stores and columns keep. */
export const VERDICTS = ["unknown", "met", "not-met", "not-applicable", "declared"] as const;
export type Verdict = (typeof VERDICTS)[number];

/** Measured evidence older than this is none, ms. */
export const STALE_MS = 7 * 86_400_000;

/** A condition and the value it was compared with. */
export interface JudgedCondition {
  readonly condition: Condition;
  readonly value: IndicatorValue | undefined;
  /** Null: not known. */
  readonly met: boolean | null;
  readonly why?: UnknownReason;
}

export interface Judgement {
  readonly verdict: Verdict;
  /** The weakest class that the verdict rests on; unknown where it rests on nothing. */
  readonly evidence: EvidenceClass;
  /** UTC ms of the newest reading; null without one. */
  readonly at: number | null;
  readonly conditions: readonly JudgedCondition[];
  /** Points of a score: what is sure, and what could still be; of 100. */
  readonly score?: { readonly sure: number; readonly possible: number };
  /** The value of the first condition where a sum is measured and it is known. */
  readonly amount: number | null;
}

/** The value of an indicator over so many days, or undefined where nobody makes it. */
export type ValueOf = (indicator: Condition["indicator"], days: number) => IndicatorValue | undefined;

/** Whether the target counts this school: its kind and its setting. */
export function isApplicable(target: Target, school: School): boolean {
  const { kinds, settings } = target.applies;
  return (
    (kinds === undefined || kinds.includes(school.kind)) &&
    (settings === undefined || settings.includes(school.setting))
  );
}

/**
 * Judges a school by a target. Pure: the same values give the same judgement.
 * @param until end of the judged window, UTC ms: what is measured is stale when it is seven days older
 */
export function judge(target: Target, school: School, valueFor: ValueOf, until: number): Judgement {
  const conditions = target.conditions.map((condition) =>
    judgeCondition(condition, valueFor(condition.indicator, condition.days), until),
  );
  const amount =
    target.measure === "sum" ? (conditions[0]!.met === null ? null : conditions[0]!.value!.value) : null;
  if (!isApplicable(target, school))
    return { verdict: "not-applicable", evidence: "unknown", at: null, conditions, amount: null };
  const { met, score } = decide(target, conditions);
  const scored = score === undefined ? {} : { score };
  const at = newest(conditions);
  if (met === null) return { verdict: "unknown", evidence: "unknown", at, conditions, amount, ...scored };
  const evidence = weakest(conditions, target);
  const verdict = met ? (evidence === "declared" ? "declared" : "met") : "not-met";
  return { verdict, evidence, at, conditions, amount, ...scored };
}

function judgeCondition(
  condition: Condition,
  value: IndicatorValue | undefined,
  until: number,
): JudgedCondition {
  if (value === undefined) return { condition, value, met: null, why: "no-data" };
  if (value.value === null || value.evidence === "unknown")
    return { condition, value, met: null, why: value.why ?? "no-data" };
  // Whatever is declared holds until its own date; what devices told grows old.
  if (value.evidence === "measured" && (value.at === null || value.at < until - STALE_MS))
    return { condition, value, met: null, why: "stale" };
  return { condition, value, met: compare(value.value, condition.op, condition.limit) };
}

/** Limits such as 0.95 are not exact in binary: a share that is as good as the limit reaches it. */
const EPSILON = 1e-9;

export function compare(value: number, op: Condition["op"], limit: number): boolean {
  const near = Math.abs(value - limit) <= EPSILON * Math.max(1, Math.abs(limit));
  switch (op) {
    case ">=":
      return near || value > limit;
    case "<=":
      return near || value < limit;
    case ">":
      return !near && value > limit;
    case "<":
      return !near && value < limit;
    case "=":
      return near;
  }
}

function decide(
  target: Target,
  all: readonly JudgedCondition[],
): { readonly met: boolean | null; readonly score?: { readonly sure: number; readonly possible: number } } {
  const counted = all.filter(({ condition, met }) => !condition.whenKnown || met !== null);
  const { rule } = target;
  switch (rule.kind) {
    case "all":
      // Nothing but conditions that count where they are known, and none is.
      if (counted.length === 0) return { met: null };
      return { met: every(counted) };
    case "tolerate": {
      const failed = counted.filter(({ met }) => met === false).length;
      const open = counted.filter(({ met }) => met === null).length;
      if (failed > rule.failing) return { met: false };
      return { met: failed + open > rule.failing ? null : true };
    }
    case "score": {
      const points = (wanted: readonly (boolean | null)[]) =>
        counted.reduce(
          (sum, { condition, met }) => sum + (wanted.includes(met) ? (condition.weight ?? 0) : 0),
          0,
        );
      const score = { sure: points([true]), possible: points([true, null]) };
      const gate = every(counted.filter(({ condition }) => condition.required));
      const enough = score.sure >= rule.least ? true : score.possible < rule.least ? false : null;
      if (gate === false || enough === false) return { met: false, score };
      return { met: gate === null || enough === null ? null : true, score };
    }
  }
}

/** True when all hold, false when one fails, null when it hangs on one that is not known. */
function every(conditions: readonly JudgedCondition[]): boolean | null {
  if (conditions.some(({ met }) => met === false)) return false;
  return conditions.some(({ met }) => met === null) ? null : true;
}

const STRENGTH: Readonly<Record<EvidenceClass, number>> = {
  measured: 3,
  inferred: 2,
  declared: 1,
  unknown: 0,
};

/**
 * The weakest class among what is known. A condition that counts only where it is known confirms what others
 * say: it lowers the class where it fails.
 */
function weakest(conditions: readonly JudgedCondition[], target: Target): EvidenceClass {
  let found: EvidenceClass | undefined;
  const confirms = conditions.some(({ condition, met }) => !condition.whenKnown && met !== null);
  const failed = conditions.filter(({ met }) => met === false);
  // One failure decides a rule of "all": the verdict rests on what failed and on nothing else.
  const used = target.rule.kind === "all" && failed.length > 0 ? failed : conditions;
  for (const { condition, value, met } of used) {
    if (met === null || !value) continue;
    if (condition.whenKnown && met && confirms) continue;
    if (found === undefined || STRENGTH[value.evidence] < STRENGTH[found]) found = value.evidence;
  }
  return found ?? "unknown";
}

function newest(conditions: readonly JudgedCondition[]): number | null {
  let at: number | null = null;
  for (const { value, met } of conditions)
    if (met !== null && value && value.at !== null && (at === null || value.at > at)) at = value.at;
  return at;
}
