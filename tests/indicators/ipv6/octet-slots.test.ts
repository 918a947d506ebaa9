import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { octetSlots, SLOT_MS, slotRange, wholeSlots } from "../../../src/indicators/ipv6/octet-slots.ts";
import type { SeriesResult } from "../../../src/stores/contract.ts";
import { START } from "../campus.ts";
import { CEILING, gapsOf, LANES, type Poll, play, seeded, shareOf } from "./play.ts";

/** What the store answers: the last of each slot. */
function lastOfSlots(polls: readonly Poll[], value: (poll: Poll) => number, quantity: string): SeriesResult {
  const slots = new Map<number, number>();
  for (const poll of polls) slots.set(Math.floor(poll.time / SLOT_MS) * SLOT_MS, value(poll));
  return {
    quantity,
    tags: {},
    times: Float64Array.from(slots.keys()),
    values: Float64Array.from(slots.values()),
  };
}

function counted(polls: readonly Poll[]) {
  return {
    counters: LANES.map((name, i) => lastOfSlots(polls, (poll) => poll.octets[i]!, name)),
    uptime: lastOfSlots(polls, (poll) => poll.uptime, "device.uptime"),
  };
}

const seeds = fc.integer({ min: 1, max: 2 ** 31 - 1 });
/** Octets a second: v6 in, v6 out, v4 in, v4 out; the fastest goes round 2^32 in about ten minutes. */
const rates = fc.tuple(
  fc.integer({ min: 20_000, max: 3_000_000 }),
  fc.integer({ min: 10_000, max: 1_000_000 }),
  fc.integer({ min: 50_000, max: 3_000_000 }),
  fc.integer({ min: 20_000, max: 1_000_000 }),
);

describe("octets by slot", () => {
  it("gives the share within half a point and the exact gaps: wraps, a reset, a tenth of the polls lost (property)", () => {
    fc.assert(
      fc.property(
        seeds,
        rates,
        fc.constantFrom(60_000, 300_000),
        fc.constantFrom(2 ** 32, 2 ** 53),
        fc.integer({ min: 5, max: 280 }),
        (seed, rate, pollMs, modulus, resetAt) => {
          const { polls, truth, window } = play({
            random: seeded(seed),
            slots: 288,
            pollMs,
            missing: 0.1,
            modulus,
            start: modulus,
            resetAt,
            rates: rate,
          });
          const result = octetSlots({ ...counted(polls), ceiling: CEILING }, window);
          expect(result.slots).toBe(288);
          expect(result.gaps).toBe(gapsOf(polls, START, 288, modulus));
          expect(Math.abs(shareOf(result.octets) - shareOf(truth))).toBeLessThan(0.005);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("counts every octet when slots are missed but nothing is reset", () => {
    const { polls, truth, window } = play({
      random: seeded(7),
      slots: 288,
      pollMs: 60_000,
      missing: 0,
      modulus: 2 ** 32,
      start: 2 ** 32,
      rates: [1_000_000, 400_000, 3_000_000, 700_000],
    });
    const holes = polls.filter(({ time }) => Math.floor((time - START) / SLOT_MS) % 10 !== 4);
    const result = octetSlots({ ...counted(holes), ceiling: CEILING }, window);
    expect(result.gaps).toBe(29);
    expect(result.resets).toBe(0);
    expect(result.octets).toEqual(truth);
  });

  it("does not make a difference over more than an hour, and none from before the window", () => {
    const { polls, window } = play({
      random: seeded(3),
      slots: 48,
      pollMs: 60_000,
      missing: 0,
      modulus: 2 ** 53,
      start: 1000,
      rates: [1000, 1000, 1000, 1000],
    });
    const slotOf = ({ time }: Poll): number => Math.floor((time - START) / SLOT_MS);
    const away = polls.filter((poll) => slotOf(poll) < 10 || slotOf(poll) >= 24);
    // 14 slots are missed, and the one after them has nothing near enough to be compared with.
    expect(octetSlots(counted(away), window).gaps).toBe(15);
    const late = polls.filter((poll) => slotOf(poll) >= 0);
    expect(octetSlots(counted(late), window).gaps).toBe(1);
  });

  it("takes a counter that was set to zero on a fast line as a gap, not as a wrap", () => {
    const window = { from: START, to: START + 12 * SLOT_MS };
    const values = Array.from({ length: 13 }, (_, i) => (i < 6 ? 4_000_000_000 + i * 1000 : (i - 6) * 1000));
    const counter: SeriesResult = {
      quantity: "ip.in_octets",
      tags: {},
      times: Float64Array.from(values, (_, i) => START + (i - 1) * SLOT_MS),
      values: Float64Array.from(values),
    };
    const result = octetSlots({ counters: [counter], ceiling: 125_000_000 }, window);
    expect(result.gaps).toBe(1);
    expect(result.octets).toEqual([11_000]);
    // On a line that cannot go round in a slot the same fall is a Counter32 that did.
    const slow = octetSlots({ counters: [counter], ceiling: 1_250_000 }, window);
    expect(slow.gaps).toBe(0);
    expect(slow.octets[0]).toBe(2 ** 32 - 4_000_000_000 + 6000);
  });

  it("refuses a Counter32 on a line that makes it go round several times a slot", () => {
    const { polls, window } = play({
      random: seeded(11),
      slots: 100,
      pollMs: 300_000,
      missing: 0,
      modulus: 2 ** 32,
      start: 2 ** 32,
      rates: [60_000_000, 60_000_000, 60_000_000, 60_000_000],
    });
    expect(octetSlots({ ...counted(polls), ceiling: 125_000_000 }, window).gaps).toBe(100);
  });

  it("is not misled by sysUpTime that goes round after 497 days", () => {
    const window = { from: START, to: START + 4 * SLOT_MS };
    const times = Float64Array.from([-1, 0, 1, 2, 3], (i) => START + i * SLOT_MS);
    const counter = { quantity: "ip.in_octets", tags: {}, times, values: times.map((_, i) => 5e9 + i * 100) };
    const round = 2 ** 32 / 100;
    const uptime = {
      quantity: "device.uptime",
      tags: {},
      times,
      values: Float64Array.from([round - 500, round - 200, 100, 400, 700]),
    };
    expect(octetSlots({ counters: [counter], uptime }, window)).toMatchObject({ gaps: 0, octets: [400] });
    uptime.values = Float64Array.from([9500, 9800, 100, 400, 700]);
    expect(octetSlots({ counters: [counter], uptime }, window)).toMatchObject({ gaps: 1, resets: 1 });
  });

  it("cuts windows to whole slots and asks for one slot more", () => {
    const window = wholeSlots({ from: START + 1, to: START + 3 * SLOT_MS + 1 });
    expect(window).toEqual({ from: START + SLOT_MS, to: START + 3 * SLOT_MS });
    expect(slotRange(window)).toEqual({ from: START, to: START + 3 * SLOT_MS });
    expect(wholeSlots({ from: START + 1, to: START + 2 })).toEqual({
      from: START + SLOT_MS,
      to: START + SLOT_MS,
    });
    expect(octetSlots({ counters: [] }, window)).toMatchObject({ slots: 2, gaps: 2, octets: [] });
  });
});
