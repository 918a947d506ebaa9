import { STATUS, type Status } from "../measurements/status.ts";
import type { ValueRule } from "./compiled.ts";

/** A value and its status; reused from point to point so that a poll allocates nothing. */
export interface Reading {
  /** In the quantity's unit; NaN unless the status is ok. */
  value: number;
  status: Status;
}

const NO_INPUTS: readonly number[] = [];

/**
 * Turns a raw number into the quantity's unit, in the order in which ValueRule lists its members: sentinels,
 * sentinel ranges, map, expression, scale and offset, bounds. NaN and the infinities are implausible.
 * @param inputs values of `rule.expression.inputs`, in their order; the caller puts the raw number where `raw` is
 */
export function applyRule(
  rule: ValueRule,
  raw: number,
  into: Reading,
  inputs: ArrayLike<number> = NO_INPUTS,
): void {
  into.value = Number.NaN;
  const { sentinels, sentinelRanges } = rule;
  // Without iterators: this runs for every value of every poll.
  for (let i = 0; i < sentinels.length; i++) {
    if (raw === sentinels[i]) {
      into.status = STATUS.sentinel;
      return;
    }
  }
  for (let i = 0; i < sentinelRanges.length; i++) {
    const range = sentinelRanges[i]!;
    if (raw >= range[0] && raw <= range[1]) {
      into.status = STATUS.sentinel;
      return;
    }
  }
  let value = raw;
  if (rule.map) {
    const mapped = rule.map.get(raw);
    if (mapped === undefined) {
      into.status = STATUS.implausible;
      return;
    }
    value = mapped;
  }
  if (rule.expression) value = rule.expression.evaluate(inputs);
  value = (rule.divisor === undefined ? value * rule.scale : value / rule.divisor) + rule.offset;
  if (!Number.isFinite(value) || value < rule.min || value > rule.max) {
    into.status = STATUS.implausible;
    return;
  }
  into.value = value;
  into.status = STATUS.ok;
}
