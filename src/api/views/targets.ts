import type { IndicatorValue } from "../../indicators/contract.ts";
import type { Evidence } from "../../indicators/evidence.ts";
import { INDICATORS } from "../../indicators/list.ts";
import { QUANTITIES } from "../../measurements/quantities.ts";
import type { JudgedCondition, Judgement } from "../../targets/judge.ts";
import type { Condition, Target } from "../../targets/model.ts";
import type { SchoolState, TargetState } from "../../targets/query.ts";
import { counted, rateOf, ratesOf, type Tally } from "../../targets/tally.ts";
import type { EvidenceView } from "../schemas/evidence.ts";
import type { TallyView, TargetEvidenceView, TargetPageView, TargetRow } from "../schemas/targets.ts";

export function tallyView(tally: Tally): TallyView {
  const schools = counted(tally);
  return {
    total: tally.total,
    met: tally.met,
    declared: tally.declared,
    notMet: tally.notMet,
    unknown: tally.unknown,
    notApplicable: tally.notApplicable,
    rate: rateOf(tally),
    measuredShare: schools > 0 ? tally.byMeasured / schools : null,
    oldest: tally.oldest,
    unknownShare: schools > 0 ? tally.unknown / schools : null,
    rates: ratesOf(tally),
    classes: {
      measured: { judged: tally.byMeasured, met: tally.metMeasured },
      inferred: { judged: tally.byInferred, met: tally.metInferred },
      declared: { judged: tally.byDeclared, met: tally.declared },
    },
  };
}

export function targetRow(state: TargetState): TargetRow {
  const { target, tally } = state;
  return {
    id: target.id,
    set: target.set,
    setName: target.setName.zh,
    setNameEn: target.setName.en,
    definition: target.definition,
    name: target.name.zh,
    nameEn: target.name.en,
    document: target.document.zh,
    documentEn: target.document.en,
    clause: target.clause.zh,
    clauseEn: target.clause.en,
    statement: target.statement.zh,
    statementEn: target.statement.en,
    owner: target.owner,
    restsOn: [...target.evidence],
    wanted: target.wanted,
    by: target.by,
    course: state.course,
    tally: tallyView(tally),
    amount: target.amount === null ? null : { have: tally.amount, wanted: target.amount },
    pace: state.pace,
    changed: target.changes.length > 0,
    revised: state.revised,
  };
}

export function conditionViews(target: Target): TargetPageView["conditions"] {
  return target.conditions.map((condition) => ({
    ...limitOf(condition),
    shipped: condition.shipped ?? null,
    reason: condition.reason?.zh ?? null,
    reasonEn: condition.reason?.en ?? null,
    days: condition.days,
    ...placeOf(condition),
  }));
}

function limitOf({ indicator, op, limit }: Condition) {
  const { meaning, unit } = INDICATORS.get(indicator)!;
  return { indicator, meaning, unit, op, limit };
}

function placeOf({ whenKnown, required, part, weight }: Condition) {
  return { whenKnown, required, part: part ?? null, weight: weight ?? null };
}

export function ruleView({ rule }: Target): TargetPageView["rule"] {
  return {
    kind: rule.kind,
    failing: rule.kind === "tolerate" ? rule.failing : null,
    least: rule.kind === "score" ? rule.least : null,
  };
}

export function changeViews(target: Target): TargetPageView["changes"] {
  return target.changes.map(({ field, from, to, reason, who, date }) => ({
    field,
    from,
    to,
    reason: reason.zh,
    reasonEn: reason.en,
    who,
    date,
  }));
}

const ORDER: Readonly<Record<SchoolState["verdict"], number>> = {
  "not-met": 0,
  unknown: 1,
  met: 2,
  declared: 3,
  "not-applicable": 4,
};

/** Schools, not met first, then by path. */
export function schoolViews(target: Target, schools: readonly SchoolState[]): TargetPageView["schools"] {
  return [...schools]
    .sort(
      (a, b) =>
        ORDER[a.verdict] - ORDER[b.verdict] ||
        (a.school.path < b.school.path ? -1 : a.school.path > b.school.path ? 1 : 0),
    )
    .map(({ school, verdict, evidence, values, at, since }) => ({
      id: school.id,
      path: school.path,
      name: school.name,
      ...(school.nameEn === undefined ? {} : { nameEn: school.nameEn }),
      verdict,
      evidence,
      values: target.conditions.map(({ indicator }, i) => ({
        indicator,
        value: values[i]?.value ?? null,
        why: whyOf(values[i]),
      })),
      at,
      since,
    }));
}

function whyOf(value: IndicatorValue | undefined) {
  if (value === undefined) return "no-data";
  return value.value === null ? (value.why ?? "no-data") : null;
}

export function judgedConditionView(
  one: JudgedCondition,
  window: { readonly from: number; readonly to: number },
  readings: readonly Evidence[],
): TargetEvidenceView["conditions"][number] {
  const { condition, value, met, why } = one;
  return {
    ...limitOf(condition),
    met,
    value: value?.value ?? null,
    numerator: value?.numerator ?? null,
    denominator: value?.denominator ?? null,
    unknown: value?.unknown ?? 0,
    evidence: value?.evidence ?? "unknown",
    confidence: value?.confidence ?? null,
    why: why ?? null,
    from: value?.window.from ?? window.from,
    to: value?.window.to ?? window.to,
    at: value?.at ?? null,
    ...placeOf(condition),
    readings: readings.map(evidenceView),
  };
}

export function scoreView({ score }: Judgement, { rule }: Target): TargetEvidenceView["score"] {
  return score && rule.kind === "score" ? { ...score, least: rule.least } : null;
}

/** What a number was made of, flat as the page reads it. */
export function evidenceView(one: Evidence): EvidenceView {
  const base = { kind: one.kind, subject: one.subject, label: one.label };
  switch (one.kind) {
    case "series": {
      const unit = QUANTITIES.get(one.quantity)?.unit;
      return {
        ...base,
        quantity: one.quantity,
        tags: { ...one.tags } as Record<string, string>,
        ...(unit === undefined ? {} : { unit }),
        from: one.from,
        to: one.to,
        samples: one.samples,
        value: one.value,
        at: null,
      };
    }
    case "fact":
    case "register":
      return { ...base, object: one.object, value: one.value, at: one.at };
    case "declaration":
      return { ...base, source: one.source, date: one.date, value: one.value, at: null };
  }
}
