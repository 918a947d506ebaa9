import { BatchBuilder } from "../../../src/measurements/batch.ts";
import { CounterBank, MODULUS_32, MODULUS_53 } from "../../../src/measurements/counter.ts";
import { SeriesTable, type Tags } from "../../../src/measurements/series.ts";
import type { Store } from "../../../src/stores/contract.ts";

const STEP_S = 5;
const POLL_S = 60;
/** The first poll after local midnight; later ones every minute. */
const PHASE_S = 10;
const SLOT_S = 300;
const LINE_OCTETS = 12_500_000;

/** A seeded generator, 0..1. */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Octets a second of a school's line: a day's shape, noise from minute to minute, bursts of some minutes. */
function* traffic(seed: number, seconds: number): Generator<number> {
  const chance = random(seed);
  let burst = 0;
  let wobble = 1;
  for (let at = 0; at < seconds; at += STEP_S) {
    const hour = (at / 3600) % 24;
    const day = hour >= 7 && hour < 18 ? 1 : 0.05;
    if (at % 60 === 0) {
      wobble = 0.6 + 0.8 * chance();
      if (burst > 0) burst--;
      else if (chance() < 0.004) burst = 3 + Math.floor(chance() * 12);
    }
    yield Math.min(LINE_OCTETS, 3_000_000 * day * wobble + (burst > 0 ? 5_000_000 * chance() : 0));
  }
}

export interface Truth {
  /** bit/s of each slot of 5 minutes, both directions. */
  readonly in: Float64Array;
  readonly out: Float64Array;
}

export interface Played {
  /** Slots as they are defined. */
  readonly truth: Truth;
  /** Slots from poll to poll: nobody who polls can tell what was sent on which side of a boundary between two polls. */
  readonly atPolls: Truth;
  readonly table: SeriesTable;
  /** Rates that were made, and polls that were not. */
  readonly rates: number;
  readonly missed: number;
  readonly wraps: number;
}

/**
 * Plays traffic from `start` (UTC ms, local midnight) over counters that wrap (in: Counter32; out: 53 bits that
 * wrap once) and are reset once, polls them every minute with a part of the polls missing, makes rates as the
 * collector does and writes them.
 */
export async function play(
  store: Store,
  tags: Tags,
  start: number,
  days: number,
  missing: number,
  seed = 1,
): Promise<Played> {
  const table = new SeriesTable();
  const series = ["interface.in_rate", "interface.out_rate"].map((id) => table.intern(id, tags));
  const bank = new CounterBank();
  const slots = [bank.slot(), bank.slot()];
  const moduli = [MODULUS_32, MODULUS_53] as const;
  const chance = random(seed * 31);
  const seconds = days * 86_400;
  const counters = [0, MODULUS_53 - 40_000_000_000];
  const truth = {
    in: new Float64Array((days * 86_400) / SLOT_S),
    out: new Float64Array((days * 86_400) / SLOT_S),
  };
  const atPolls = { in: truth.in.slice(), out: truth.out.slice() };
  const resetAt = Math.floor(days / 2) * 86_400 + 10 * 3600 + 130;
  const counts = { rates: 0, missed: 0, wraps: 0 };
  let batch = new BatchBuilder(4096);
  let sequence = 0;
  let nextPoll = PHASE_S;
  let at = 0;
  let forget = false;
  const [ins, outs] = [traffic(seed, seconds), traffic(seed + 1, seconds)];
  for (;;) {
    const flow = [ins.next().value as number | undefined, outs.next().value as number | undefined];
    if (flow[0] === undefined || flow[1] === undefined) break;
    if (at === resetAt - (resetAt % STEP_S)) {
      counters.fill(0);
      forget = true;
    }
    for (const k of [0, 1] as const) {
      // Counters count whole octets: so does the truth.
      const octets = Math.round(flow[k]! * STEP_S);
      counters[k]! += octets;
      if (counters[k]! >= moduli[k]) {
        counters[k]! -= moduli[k];
        counts.wraps++;
      }
      const bits = (octets * 8) / SLOT_S;
      (k === 0 ? truth.in : truth.out)[Math.floor(at / SLOT_S)]! += bits;
      (k === 0 ? atPolls.in : atPolls.out)[Math.floor(Math.max(0, at - PHASE_S) / SLOT_S)]! += bits;
    }
    at += STEP_S;
    if (at < nextPoll) continue;
    nextPoll += POLL_S;
    if (chance() < missing) {
      counts.missed++;
      continue;
    }
    for (const k of [0, 1] as const) {
      if (forget) bank.forget(slots[k]!);
      const rate = bank.rate(slots[k]!, counters[k]!, at * 1000, moduli[k], LINE_OCTETS);
      if (Number.isNaN(rate)) batch.addStatus(series[k]!, start + at * 1000, bank.lastStatus);
      else {
        batch.add(series[k]!, start + at * 1000, rate * 8);
        counts.rates++;
      }
    }
    forget = false;
    if (batch.length > 4000) {
      await store.write(batch.take("test", ++sequence)!, table);
      batch = new BatchBuilder(4096);
    }
  }
  const rest = batch.take("test", ++sequence);
  if (rest) await store.write(rest, table);
  return { truth, atPolls, table, ...counts };
}
