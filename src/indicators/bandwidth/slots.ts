import type { SeriesResult } from "../../stores/contract.ts";
import { SLOT_MS } from "./percentile.ts";

/**
 * A rate is the mean since the reading before it. Over a longer pause than this it says nothing of one slot of 5
 * minutes, and is left out; a little more than a slot, because polls of 5 minutes are not a clock.
 */
export const LONGEST_STEP_MS = 450_000;
/** A slot needs rates over half of its time. */
const COVERED_MS = SLOT_MS / 2;
/**
 * Up to this length a rate belongs to one slot, that of its middle: a slot is then what was sent between two polls
 * five minutes apart. To spread each over the boundary would even the slots out and make every percentile lower.
 */
const WHOLE_MS = SLOT_MS / 2;

/**
 * Means of the slots in [from, to) of a rate's raw samples, each weighed by the time that it stands for: a poll
 * that is missing takes nothing away, as the counter went on and the next rate is the mean over both. A slot that
 * is not half covered is NaN. `from` and `to` are multiples of SLOT_MS; the samples should begin LONGEST_STEP_MS
 * earlier and end that much later, so that the slots at the edges are whole.
 */
export function slotMeans(
  { times, values }: Pick<SeriesResult, "times" | "values">,
  from: number,
  to: number,
): Float64Array {
  const count = Math.max(0, Math.round((to - from) / SLOT_MS));
  const sums = new Float64Array(count);
  const covered = new Float64Array(count);
  for (let i = 1; i < times.length; i++) {
    const end = times[i]!;
    const start = times[i - 1]!;
    const value = values[i]!;
    if (end - start > LONGEST_STEP_MS || Number.isNaN(value)) continue;
    if (end - start <= WHOLE_MS) {
      const slot = Math.floor(((start + end) / 2 - from) / SLOT_MS);
      if (slot < 0 || slot >= count) continue;
      sums[slot]! += value * (end - start);
      covered[slot]! += end - start;
      continue;
    }
    let at = Math.max(start, from);
    const stop = Math.min(end, to);
    while (at < stop) {
      const slot = Math.floor((at - from) / SLOT_MS);
      const next = Math.min(stop, from + (slot + 1) * SLOT_MS);
      sums[slot]! += value * (next - at);
      covered[slot]! += next - at;
      at = next;
    }
  }
  for (let slot = 0; slot < count; slot++)
    sums[slot] = covered[slot]! >= COVERED_MS ? sums[slot]! / covered[slot]! : Number.NaN;
  return sums;
}

/** The same of means that a store made of its slots (older than its raw samples). */
export function storedMeans(
  { times, values }: Pick<SeriesResult, "times" | "values">,
  from: number,
  to: number,
): Float64Array {
  const means = new Float64Array(Math.max(0, Math.round((to - from) / SLOT_MS))).fill(Number.NaN);
  for (let i = 0; i < times.length; i++) {
    const slot = Math.floor((times[i]! - from) / SLOT_MS);
    if (slot >= 0 && slot < means.length) means[slot] = values[i]!;
  }
  return means;
}
