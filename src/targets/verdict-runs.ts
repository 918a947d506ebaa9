import { EVIDENCE_CLASSES, type EvidenceClass } from "../indicators/evidence.ts";
import { VERDICTS, type Verdict } from "./judge.ts";

/** Verdict and class in one small number. */
export function verdictCode(verdict: Verdict, evidence: EvidenceClass): number {
  return VERDICTS.indexOf(verdict) * 4 + EVIDENCE_CLASSES.indexOf(evidence);
}

export function verdictOfCode(code: number): { readonly verdict: Verdict; readonly evidence: EvidenceClass } {
  return { verdict: VERDICTS[code >> 2]!, evidence: EVIDENCE_CLASSES[code & 3]! };
}

/** What is written so that `day` has the code `wanted` and every other day keeps its own. */
export interface RunEdit {
  readonly put: readonly (readonly [day: number, code: number])[];
  readonly remove: readonly number[];
}

/**
 * A school's verdicts are runs: a row holds from its day until the next. This answers how one day is changed.
 * @param before code that holds on the day before; undefined: none yet
 * @param here code that holds on the day; undefined: none yet
 * @param next code of a row that begins on the day after; undefined: no row begins there
 * @param later whether a day after this one was ever judged
 */
export function editOfDay(
  day: number,
  wanted: number,
  before: number | undefined,
  here: number | undefined,
  next: number | undefined,
  later: boolean,
): RunEdit {
  if (here === wanted) return { put: [], remove: [] };
  const put: [number, number][] = [];
  const remove: number[] = [];
  if (before === wanted) remove.push(day);
  else put.push([day, wanted]);
  if (later) {
    // The day after keeps what held there, unless that is the same now.
    if (next === undefined) {
      if (here !== undefined) put.push([day + 1, here]);
    } else if (next === wanted) remove.push(day + 1);
  }
  return { put, remove };
}

/** First day of the stretch of the same verdict that `day` lies in, of runs that ascend. */
export function sinceOf(
  runs: readonly { readonly day: number; readonly code: number }[],
  day: number,
): number | undefined {
  let since: number | undefined;
  let verdict = -1;
  for (const run of runs) {
    if (run.day > day) break;
    if (run.code >> 2 !== verdict) {
      verdict = run.code >> 2;
      since = run.day;
    }
  }
  return since;
}
