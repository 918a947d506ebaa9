import type { UnknownReason } from "../contract.ts";

/** A step of the ladder: what was compared with what. */
export interface Step {
  /** 0..5. */
  readonly step: number;
  readonly met: boolean | null;
  readonly why: UnknownReason | null;
  /** Share or count, and the limit; null where a step has no number. */
  readonly value: number | null;
  readonly limit: number | null;
}

/** The numbers of the ladder; a province may set others. */
export interface LadderLimits {
  /** Part of the slots in which IPv4 was answered that must have an answer over IPv6. */
  readonly answered: number;
  /** bit/s of IPv6 in both directions that stand in for probes of a gateway without an IPv6 address to probe. */
  readonly carried: number;
  readonly dualStackNetworks: number;
  readonly activeTerminals: number;
  readonly octetShare: number;
  readonly singleStackNetworks: number;
}

/** Of the document of targets (TG-04); 0.27 is the national number for fixed networks at the end of 2025. */
export const LADDER_LIMITS: LadderLimits = Object.freeze({
  answered: 0.95,
  carried: 1000,
  dualStackNetworks: 0.9,
  activeTerminals: 0.6,
  octetShare: 0.27,
  singleStackNetworks: 1,
});

/** A number of the ladder that is not known says why. */
export interface Known {
  readonly value: number | null;
  readonly why?: UnknownReason | undefined;
}

export interface LadderInput {
  /** Whether the uplink's device has a global IPv6 address; null: it told no addresses. */
  readonly globalAddress: boolean | null;
  readonly addressWhy?: UnknownReason | undefined;
  /** Part of the slots answered over IPv6; null without a probe. */
  readonly answered: number | null;
  /** bit/s of IPv6 over the uplink in the smaller direction; null when not known. */
  readonly carried: number | null;
  readonly dualStackNetworks: Known;
  readonly activeTerminals: Known;
  readonly octetShare: Known;
  /** Networks in use with IPv6 alone; null when no network is known. */
  readonly singleStackNetworks: number | null;
}

/** The six steps, 0 to 5. */
export function ladderSteps(input: LadderInput, limits: LadderLimits): Step[] {
  const first = uplinkStep(input, limits);
  return [
    { step: 0, met: first.met === null ? null : true, why: first.why, value: null, limit: null },
    first,
    shareStep(2, input.dualStackNetworks, limits.dualStackNetworks),
    shareStep(3, input.activeTerminals, limits.activeTerminals),
    shareStep(4, input.octetShare, limits.octetShare),
    shareStep(5, { value: input.singleStackNetworks, why: "no-data" }, limits.singleStackNetworks),
  ];
}

/** The highest step that is met with all below it; null: not even the first can be judged. */
export function ladderLevel(steps: readonly Step[]): number | null {
  if (steps[1]!.met === null) return null;
  let level = 0;
  for (const step of steps.slice(1)) {
    if (!step.met) break;
    level = step.step;
  }
  return level;
}

/** The uplink has a global address, and IPv6 is answered; without a probe IPv6 traffic both ways proves it too. */
function uplinkStep(input: LadderInput, limits: LadderLimits): Step {
  const base = { step: 1, value: input.answered, limit: limits.answered };
  if (input.globalAddress === null)
    return { ...base, met: null, why: input.addressWhy ?? "no-data", value: null, limit: null };
  if (!input.globalAddress) return { ...base, met: false, why: null, value: 0 };
  if (input.answered !== null) return { ...base, met: input.answered >= limits.answered, why: null };
  if (input.carried === null) return { ...base, met: null, why: "no-data", limit: null };
  // No probe went out: too little traffic proves nothing.
  if (input.carried < limits.carried) return { ...base, met: null, why: "no-data", limit: null };
  return { step: 1, met: true, why: null, value: input.carried, limit: limits.carried };
}

function shareStep(step: number, { value, why }: Known, limit: number): Step {
  if (value === null) return { step, met: null, why: why ?? "no-data", value: null, limit };
  return { step, met: value >= limit, why: null, value, limit };
}
