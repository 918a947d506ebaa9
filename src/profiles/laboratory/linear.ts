import type { ValueRule } from "../compiled.ts";

/** `canonical = raw * scale + offset`, where the rule is that simple. */
export interface Linear {
  readonly scale: number;
  readonly offset: number;
}

/** Raw values at which an expression is tried: none is a bound that profiles write. */
const TRIED = [1009, 2017, 5003, 10_007, 20_011] as const;

/**
 * What the rule does to a raw number that is no sentinel; undefined where it maps, takes other columns, or treats
 * small numbers otherwise than large ones.
 */
export function linearOf(rule: ValueRule): Linear | undefined {
  if (rule.map) return undefined;
  const { expression } = rule;
  let slope = 1;
  let at0 = 0;
  if (expression) {
    if (expression.inputs.some((name) => name !== "raw") || expression.inputs.length === 0) return undefined;
    const values = TRIED.map((raw) => expression.evaluate([raw]));
    slope = (values[1]! - values[0]!) / (TRIED[1] - TRIED[0]);
    at0 = values[0]! - slope * TRIED[0];
    const straight = TRIED.every((raw, i) => Math.abs(values[i]! - (slope * raw + at0)) <= 1e-6 * (1 + raw));
    if (!straight || !Number.isFinite(slope) || slope === 0) return undefined;
  }
  return { scale: slope * rule.scale, offset: at0 * rule.scale + rule.offset };
}
