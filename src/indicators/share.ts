import type { IndicatorValue, UnknownReason, Window } from "./contract.ts";
import type { EvidenceClass } from "./evidence.ts";
import type { IndicatorId } from "./list.ts";

/** A share with what it takes to defend it; the members are those of IndicatorValue. */
export interface Share {
  /** 0..1; null when it is not known. */
  readonly value: number | null;
  readonly numerator: number | null;
  readonly denominator: number | null;
  /** Members that could not be judged; they are not in the denominator. */
  readonly unknown: number;
  readonly evidence: EvidenceClass;
  readonly confidence?: Confidence;
  readonly why?: UnknownReason;
  /** UTC ms of the newest reading. */
  readonly at: number | null;
}

export type Confidence = NonNullable<IndicatorValue["confidence"]>;

/** The share of counted members; without one that could be judged it is not known, for the reason given. */
export function shareOf(
  numerator: number,
  denominator: number,
  rest: {
    readonly unknown?: number;
    readonly at: number | null;
    readonly why: UnknownReason;
    readonly evidence?: EvidenceClass;
  },
): Share {
  const { unknown = 0, at, why, evidence = "measured" } = rest;
  if (denominator > 0)
    return { value: numerator / denominator, numerator, denominator, unknown, evidence, at };
  return unknownShare(why, unknown, at);
}

export function unknownShare(why: UnknownReason, unknown = 0, at: number | null = null): Share {
  return { value: null, numerator: null, denominator: null, unknown, evidence: "unknown", why, at };
}

/**
 * The share of all of them together: numerators and denominators are added, so that each weighs what it counts
 * (octets, rooms, access points). Shares that are not known add to `unknown` alone. The confidence is the worst
 * one that has a part in it.
 */
export function rollUp(shares: readonly Share[]): Share {
  let numerator = 0;
  let denominator = 0;
  let unknown = 0;
  let known = false;
  let at: number | null = null;
  let confidence: Confidence | undefined;
  let evidence: EvidenceClass = "unknown";
  const reasons = new Map<UnknownReason, number>();
  for (const share of shares) {
    unknown += share.unknown;
    if (share.at !== null && (at === null || share.at > at)) at = share.at;
    if (share.numerator === null || share.denominator === null || share.value === null) {
      if (share.why !== undefined) reasons.set(share.why, (reasons.get(share.why) ?? 0) + 1);
      continue;
    }
    known = true;
    numerator += share.numerator;
    denominator += share.denominator;
    // Measured and inferred shares are never added by one caller: the indicator says which class it is of.
    evidence = share.evidence;
    if (share.confidence !== undefined && (confidence === undefined || share.confidence > confidence))
      confidence = share.confidence;
  }
  if (!known || denominator <= 0) {
    const [why] = [...reasons].sort((a, b) => b[1] - a[1])[0] ?? ["no-data" as const];
    return unknownShare(why, unknown, at);
  }
  return {
    value: numerator / denominator,
    numerator,
    denominator,
    unknown,
    evidence,
    at,
    ...(confidence === undefined ? {} : { confidence }),
  };
}

export function indicatorValue(
  indicator: IndicatorId,
  school: string,
  window: Window,
  { value, numerator, denominator, unknown, evidence, confidence, why, at }: Share,
): IndicatorValue {
  return {
    indicator,
    school,
    value,
    numerator,
    denominator,
    unknown,
    evidence,
    window,
    at,
    ...(confidence === undefined ? {} : { confidence }),
    ...(why === undefined ? {} : { why }),
  };
}
