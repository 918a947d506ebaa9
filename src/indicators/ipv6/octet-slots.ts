import { type CounterModulus, counterDelta, MODULUS_32, MODULUS_53 } from "../../measurements/counter.ts";
import type { SeriesResult } from "../../stores/contract.ts";
import type { Window } from "../contract.ts";

/** Width of a slot, ms. */
export const SLOT_MS = 300_000;
/** A difference may reach back over so many slots without a reading; what lies further back starts anew. */
const MOST_MISSED = 12;
/** The two ends of a difference are not read in the same instant (as in measurements/counter.ts). */
const TOLERANCE = 1.05;
/** Octets a second that no line carries, when nothing is known of it. */
const ANY_LINE = 1e11;
/** Of an unknown line a Counter32 that fell went round only if it then made less than this part of its range. */
const WRAP_PART = 1 / 4;
/** Two readings of one slot length may lie this much closer together or further apart, ms. */
const SLACK_MS = 2 * SLOT_MS;
/** sysUpTime goes round after 497.1 days; seconds. From here on a fall is no restart. */
const UPTIME_ROUND = 497 * 86_400;

/** Part of the readings in which a counter may have fallen (once at least) and still be one that was set to zero. */
const RARELY = 0.05;

/** Counters that mean something only together: the same slots are made of all of them, or none is. */
export interface CounterSet {
  /** Last reading of each slot, as the store answers it with `stepMs: SLOT_MS, aggregate: "last"`. */
  readonly counters: readonly SeriesResult[];
  /** Seconds since the device started, last of each slot; without it restarts show only in counters that fall. */
  readonly uptime?: SeriesResult | undefined;
  /** Most octets a second that the line can carry; 0 when it is not known. */
  readonly ceiling?: number;
}

export interface OctetSlots {
  /** Slots in the window. */
  readonly slots: number;
  /** Slots of which no difference could be made: nothing was read, or a counter started anew. */
  readonly gaps: number;
  /** Of those, the ones in which a counter started anew. */
  readonly resets: number;
  /** Octets of each counter in the slots that are no gaps, in the order of `counters`. */
  readonly octets: readonly number[];
  /** Readings that were used, of each counter. */
  readonly samples: number;
  /** Start of the newest slot with a reading, UTC ms; null without one. */
  readonly at: number | null;
}

/** Slots begin at multiples of their length: the window is cut to whole ones, so that none is judged half full. */
export function wholeSlots(window: Window): Window {
  const from = Math.ceil(window.from / SLOT_MS) * SLOT_MS;
  return { from, to: Math.max(from, Math.floor(window.to / SLOT_MS) * SLOT_MS) };
}

/** What to ask the store for: the window and the slot before it, from which the first difference is made. */
export function slotRange({ from, to }: Window): Window {
  return { from: Math.max(0, from - SLOT_MS), to };
}

/**
 * Octets between readings, slot by slot. A slot counts when every counter was read in it and none started anew
 * since the reading before; what passed while nothing was read is in the next difference, so no octet is lost,
 * and the slots without a reading stay gaps.
 * @param window whole slots (`wholeSlots`)
 */
export function octetSlots(set: CounterSet, window: Window): OctetSlots {
  const slots = Math.round((window.to - window.from) / SLOT_MS);
  const { counters, ceiling = 0 } = set;
  const lanes = counters.map((counter) => lane(counter, window, slots));
  const uptime = set.uptime ? lane(set.uptime, window, slots) : undefined;
  const moduli = lanes.map((values) => modulusOf(values, uptime, ceiling));
  const octets = lanes.map(() => 0);
  let previous = -1;
  let covered = 0;
  let resets = 0;
  let at: number | null = null;
  let samples = 0;
  // Lane 0 is the slot before the window.
  for (let slot = 0; slot <= slots; slot++) {
    if (lanes.length === 0 || lanes.some((values) => Number.isNaN(values[slot]!))) continue;
    samples++;
    const anew = previous < 0 || slot - previous > MOST_MISSED + 1;
    if (slot > 0) at = window.from + (slot - 1) * SLOT_MS;
    if (slot > 0 && !anew) {
      const elapsed = (slot - previous) * SLOT_MS;
      const restarted = uptime !== undefined && restartedBetween(uptime, previous, slot);
      const steps = lanes.map((values, i) =>
        restarted ? Number.NaN : difference(values[previous]!, values[slot]!, moduli[i]!, elapsed, ceiling),
      );
      if (steps.some(Number.isNaN)) resets++;
      else {
        covered++;
        for (let i = 0; i < steps.length; i++) octets[i]! += steps[i]!;
      }
    }
    previous = slot;
  }
  return { slots, gaps: slots - covered, resets, octets, samples, at };
}

/**
 * Octets between two readings, NaN when they prove nothing: the counter started anew, or can have gone round more
 * than once. Readings of neighbouring slots may lie up to two slots apart, which the most that is plausible allows
 * for; a Counter32 is judged by the time between polls as they are planned.
 * @param elapsed ms from slot to slot
 */
function difference(
  previous: number,
  current: number,
  modulus: CounterModulus,
  elapsed: number,
  ceiling: number,
): number {
  const delta = counterDelta(previous, current, modulus);
  const limit = (ceiling > 0 ? ceiling * TOLERANCE : ANY_LINE) / 1000;
  if (delta > limit * (elapsed + SLOT_MS)) return Number.NaN;
  if (modulus === MODULUS_53) return delta;
  if (ceiling > 0) return limit * elapsed < MODULUS_32 ? delta : Number.NaN;
  return current >= previous || delta <= MODULUS_32 * WRAP_PART ? delta : Number.NaN;
}

/** Values by slot, NaN where nothing was read; the first is the slot before the window. */
function lane(result: SeriesResult, window: Window, slots: number): Float64Array {
  const values = new Float64Array(slots + 1).fill(Number.NaN);
  for (let i = 0; i < result.times.length; i++) {
    const slot = Math.floor((result.times[i]! - window.from) / SLOT_MS) + 1;
    if (slot >= 0 && slot <= slots) values[slot] = result.values[i]!;
  }
  return values;
}

/**
 * How far a counter counts is not stored. One that was over 2^32 is wide. One that never fell is taken as wide
 * too: there is nothing to undo. What is left fell below 2^32; without a restart that is a Counter32 that went
 * round. On a line that can make it go round within one slot, a counter that falls often proves nothing, and one that falls rarely was set to zero: that slot is a gap.
 */
function modulusOf(values: Float64Array, uptime: Float64Array | undefined, ceiling: number): CounterModulus {
  let previous = -1;
  let fell = 0;
  let readings = 0;
  for (let slot = 0; slot < values.length; slot++) {
    const value = values[slot]!;
    if (Number.isNaN(value)) continue;
    if (value >= MODULUS_32) return MODULUS_53;
    readings++;
    if (previous >= 0 && value < values[previous]! && !(uptime && restartedBetween(uptime, previous, slot)))
      fell++;
    previous = slot;
  }
  if (fell === 0) return MODULUS_53;
  const fast = (ceiling * SLOT_MS) / 1000 >= MODULUS_32;
  return fast && fell <= Math.max(1, readings * RARELY) ? MODULUS_53 : MODULUS_32;
}

/** Whether the device was up for less than the time between the two slots; unknown uptimes say nothing. */
function restartedBetween(uptime: Float64Array, from: number, to: number): boolean {
  const before = uptime[from]!;
  const after = uptime[to]!;
  if (Number.isNaN(after)) return false;
  const elapsed = (to - from) * SLOT_MS;
  if (Number.isNaN(before)) return after * 1000 < elapsed - SLOT_MS;
  if (after < before) return before < UPTIME_ROUND - elapsed / 1000;
  return (after - before) * 1000 < elapsed - SLACK_MS;
}
