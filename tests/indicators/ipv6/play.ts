import { SLOT_MS } from "../../../src/indicators/ipv6/octet-slots.ts";
import { START } from "../campus.ts";

/** One poll: what the four counters and the uptime stood at; undefined: it was missed. */
export interface Poll {
  readonly time: number;
  readonly octets: readonly number[];
  readonly uptime: number;
}

/** The counters, in the order of `octets`. */
export const LANES = ["in6", "out6", "in4", "out4"];

/** A device that counts, seen by polls that may be missed; the truth is kept beside it. */
export function play(options: {
  readonly random: () => number;
  readonly slots: number;
  readonly pollMs: number;
  readonly missing: number;
  readonly modulus: number;
  readonly start: number;
  readonly resetAt?: number;
  readonly rates: readonly number[];
}) {
  const { random, slots, pollMs, missing, modulus, resetAt } = options;
  const counters = options.rates.map(() => Math.floor(random() * options.start));
  const truth = options.rates.map(() => 0);
  let uptime = 400_000;
  const polls: Poll[] = [];
  const from = START;
  for (let time = from - SLOT_MS; time < from + slots * SLOT_MS; time += pollMs) {
    const slot = Math.floor((time - from) / SLOT_MS);
    if (resetAt !== undefined && slot === resetAt && uptime > 1000) {
      counters.fill(0);
      uptime = 30;
    }
    for (const [i, rate] of options.rates.entries()) {
      const step = Math.floor(((rate * pollMs) / 1000) * (0.2 + 1.6 * random()));
      counters[i] = (counters[i]! + step) % modulus;
      if (time >= from) truth[i]! += step;
    }
    uptime += pollMs / 1000;
    if (random() >= missing) polls.push({ time: time + 7000, octets: [...counters], uptime });
  }
  return { polls, truth, window: { from, to: from + slots * SLOT_MS } };
}

/** Octets a second of the line: a Counter32 can go round once in two slots, and more than once in three. */
export const CEILING = 5_500_000;

/**
 * Gaps by their definition, from the polls alone: slots without a poll; the one after a restart; and of counters
 * that go round, the one after so many missed slots that they may have gone round twice.
 */
export function gapsOf(polls: readonly Poll[], from: number, slots: number, modulus: number): number {
  const last = new Map<number, Poll>();
  for (const poll of polls) last.set(Math.floor((poll.time - from) / SLOT_MS), poll);
  const read = [...last].sort((a, b) => a[0] - b[0]);
  const restarted = (i: number): boolean => read[i]![1].uptime < read[i - 1]![1].uptime;
  const goesRound = LANES.some((_, lane) =>
    read.some(
      ([, poll], i) =>
        i > 0 &&
        poll.octets[lane]! < read[i - 1]![1].octets[lane]! &&
        !restarted(i) &&
        read.every(([, { octets }]) => octets[lane]! < 2 ** 32),
    ),
  );
  let gaps = 0;
  for (let slot = 0; slot < slots; slot++) {
    const i = read.findIndex(([at]) => at === slot);
    const missed = i < 1 ? Number.POSITIVE_INFINITY : slot - read[i - 1]![0];
    const twice = modulus === 2 ** 32 && goesRound && missed * 300 * CEILING * 1.05 >= 2 ** 32;
    if (i < 1 || missed > 13 || restarted(i) || twice) gaps++;
  }
  return gaps;
}

export function shareOf(octets: readonly number[]): number {
  return (octets[0]! + octets[1]!) / octets.reduce((a, b) => a + b, 0);
}

/** mulberry32: the same seed plays the same day. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
