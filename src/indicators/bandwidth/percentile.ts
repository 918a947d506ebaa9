import { nearestRank, PERCENTILE } from "../../measurements/percentile.ts";

/** Width of a slot, ms: 5 minutes, from multiples of it since the epoch. */
export const SLOT_MS = 300_000;
/** Under this share of the slots wanted no percentile is answered. */
export const SLOTS_NEEDED = 0.9;

/** How many of the largest of n values decide the percentile: those from the rank up. */
export function topsNeeded(n: number, share = PERCENTILE): number {
  return n - nearestRank(n, share) + 1;
}

/** What a contract is measured by: the larger direction of each slot, and each direction by itself. */
export interface Percentiles {
  /** bit/s; null when there is no slot. */
  readonly value: number | null;
  readonly inValue: number | null;
  readonly outValue: number | null;
  /** Slots with a mean of at least one direction. */
  readonly slots: number;
}

/** Percentiles of the means of slots; NaN is a slot without one. Both arrays are of one length. */
export function percentilesOf(inMeans: Float64Array, outMeans: Float64Array): Percentiles {
  const tops = new Tops();
  tops.add(inMeans, outMeans);
  return tops.percentiles();
}

/**
 * The largest slots of a month, which is all that its percentile needs: 1,440 numbers a link instead of 17,856.
 * What was added cannot be taken out.
 */
export class Tops {
  #larger: Float64Array = new Float64Array(0);
  #in: Float64Array = new Float64Array(0);
  #out: Float64Array = new Float64Array(0);
  #slots = 0;
  #inSlots = 0;
  #outSlots = 0;

  get slots(): number {
    return this.#slots;
  }

  /** NaN is a slot without a mean in that direction. */
  add(inMeans: Float64Array, outMeans: Float64Array): void {
    const larger: number[] = [];
    const ins: number[] = [];
    const outs: number[] = [];
    for (let i = 0; i < inMeans.length; i++) {
      const a = inMeans[i]!;
      const b = outMeans[i]!;
      const [hasIn, hasOut] = [!Number.isNaN(a), !Number.isNaN(b)];
      if (hasIn) ins.push(a);
      if (hasOut) outs.push(b);
      if (hasIn || hasOut) larger.push(hasIn && hasOut ? Math.max(a, b) : hasIn ? a : b);
    }
    this.#slots += larger.length;
    this.#inSlots += ins.length;
    this.#outSlots += outs.length;
    this.#larger = largest(this.#larger, larger);
    this.#in = largest(this.#in, ins);
    this.#out = largest(this.#out, outs);
  }

  copy(): Tops {
    const copy = new Tops();
    copy.#larger = this.#larger;
    copy.#in = this.#in;
    copy.#out = this.#out;
    copy.#slots = this.#slots;
    copy.#inSlots = this.#inSlots;
    copy.#outSlots = this.#outSlots;
    return copy;
  }

  percentiles(): Percentiles {
    return {
      value: fromTop(this.#larger, this.#slots),
      inValue: fromTop(this.#in, this.#inSlots),
      outValue: fromTop(this.#out, this.#outSlots),
      slots: this.#slots,
    };
  }
}

/** Slots of the longest local month: 31 days and an hour that clocks may give. */
const MOST_SLOTS = (31 * 24 + 1) * 12;
const KEPT = topsNeeded(MOST_SLOTS) + 1;

/** The KEPT largest of both, descending; neither input is changed. */
function largest(kept: Float64Array, more: readonly number[]): Float64Array {
  if (more.length === 0) return kept;
  const all = new Float64Array(kept.length + more.length);
  all.set(kept);
  all.set(more, kept.length);
  all.sort().reverse();
  return all.length > KEPT ? all.slice(0, KEPT) : all;
}

function fromTop(descending: Float64Array, n: number): number | null {
  return n === 0 ? null : descending[n - nearestRank(n)]!;
}
