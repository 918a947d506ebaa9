import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  CounterBank,
  type CounterModulus,
  counterDelta,
  MODULUS_32,
  MODULUS_53,
} from "../../src/measurements/counter.ts";
import { STATUS } from "../../src/measurements/status.ts";

const modulus = fc.constantFrom<CounterModulus>(MODULUS_32, MODULUS_53);

/** Small seeded generator (mulberry32), so that 100,000 series are the same each time. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

describe("counterDelta", () => {
  it("is exact in both moduli (property, against BigInt)", () => {
    fc.assert(
      fc.property(modulus, fc.maxSafeNat(), fc.maxSafeNat(), (m, a, b) => {
        const previous = a % m;
        const current = b % m;
        const wanted = (((BigInt(current) - BigInt(previous)) % BigInt(m)) + BigInt(m)) % BigInt(m);
        expect(BigInt(counterDelta(previous, current, m))).toBe(wanted);
      }),
      { numRuns: 5000 },
    );
  });

  it("wraps at the border of each modulus", () => {
    expect(counterDelta(MODULUS_32 - 1, 0, MODULUS_32)).toBe(1);
    expect(counterDelta(MODULUS_53 - 1, 0, MODULUS_53)).toBe(1);
    expect(counterDelta(MODULUS_53 - 1, MODULUS_53 - 2, MODULUS_53)).toBe(MODULUS_53 - 1);
    expect(counterDelta(5, 5, MODULUS_32)).toBe(0);
  });
});

describe("CounterBank", () => {
  it("T5: 100,000 random series agree with an exact integer model", () => {
    const random = generator(20261122);
    const bank = new CounterBank(1);
    const seen = { exact: 0, wrapped: 0, announced: 0, unannounced: 0, undecided: 0 };
    for (let series = 0; series < 100_000; series++) {
      const m: CounterModulus = random() < 0.5 ? MODULUS_32 : MODULUS_53;
      const known = random() < 0.7;
      // 10 Mbit/s to 100 Gbit/s in octets; a line that is not known is slow enough for its counter.
      const line = 1.25e6 * 10 ** (random() * 4);
      const ceiling = known ? line : 0;
      const pace = known ? line : Math.min(line, 1e7);
      const slot = bank.slot();
      // Half of the counters begin close to their end, so that many of them wrap.
      const start = random() < 0.5 ? m - Math.floor(random() * pace * 600) : Math.floor(random() * m);
      let truth = BigInt(Math.max(0, start));
      let previous = truth;
      let time = 1_795_305_600_000 + Math.floor(random() * 1e9);
      let fresh = true;
      for (let reading = 0; reading < 6; reading++) {
        const gap = (random() < 0.5 ? 5_000 : 300_000) + Math.floor(random() * 200) - 100;
        time += gap;
        const event = random();
        const announced = event < 0.08;
        const unannounced = !announced && event < 0.16 && !fresh;
        if (announced || unannounced) {
          truth = BigInt(Math.floor(random() * 1000));
          if (announced) bank.forget(slot);
        } else {
          const most =
            known || m === MODULUS_53 ? pace * 1.04 : Math.min(pace, (MODULUS_32 / 4 / gap) * 1000);
          truth += BigInt(Math.floor((random() * most * gap) / 1000));
        }
        const reads = Number(truth % BigInt(m));
        const rate = bank.rate(slot, reads, time, m, ceiling);
        const status = bank.lastStatus;
        const limit = known ? ceiling * 1.05 : 1e11;
        const where = `series ${series} reading ${reading}`;
        if (Number.isNaN(rate)) {
          if (status === STATUS.ok) throw new Error(`${where}: NaN with status ok`);
        } else if (!(rate >= 0 && rate <= limit && status === STATUS.ok)) {
          throw new Error(`${where}: rate ${rate}, status ${status}, limit ${limit}`);
        }
        if (fresh || announced) {
          if (status !== STATUS.first) throw new Error(`${where}: status ${status} instead of first`);
          if (announced) seen.announced++;
        } else if (unannounced) {
          // 53 bits never come close to a wrap here: a fall is a reset. 32 bits may look like a wrap within line rate.
          if (m === MODULUS_53 && truth < previous % BigInt(m) && !Number.isNaN(rate) && rate > limit)
            throw new Error(`${where}: a reset made a spike of ${rate}`);
          if (
            m === MODULUS_53 &&
            reads < Number(previous % BigInt(m)) &&
            Number(previous % BigInt(m)) < m / 2
          ) {
            if (status !== STATUS.reset) throw new Error(`${where}: status ${status} instead of reset`);
          }
          seen.unannounced++;
        } else if (known && m === MODULUS_32 && (limit * gap) / 1000 >= m) {
          if (status !== STATUS.implausible) throw new Error(`${where}: more than one wrap is possible`);
          seen.undecided++;
        } else {
          const wanted = Number(truth - previous) / (gap / 1000);
          if (rate !== wanted) throw new Error(`${where}: ${rate} instead of ${wanted}`);
          seen.exact++;
          if (truth / BigInt(m) !== previous / BigInt(m)) seen.wrapped++;
        }
        previous = truth;
        fresh = false;
      }
    }
    // The model has met each kind often enough to mean something.
    expect(seen.exact).toBeGreaterThan(200_000);
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(5_000);
  });

  it("says nothing when a 32-bit counter may have wrapped more than once, tolerance included", () => {
    const bank = new CounterBank();
    const slot = bank.slot();
    // 125e6 octets/s (1 Gbit/s) go round 2^32 in 34.4 s; at 1.05 of it in 32.7 s.
    for (const [seconds, status] of [
      [30, STATUS.ok],
      [33, STATUS.implausible],
      [34, STATUS.implausible],
      [300, STATUS.implausible],
    ] as const) {
      bank.forget(slot);
      bank.rate(slot, 100, 0, MODULUS_32, 125e6);
      const rate = bank.rate(slot, 200, seconds * 1000, MODULUS_32, 125e6);
      expect([seconds, bank.lastStatus]).toEqual([seconds, status]);
      expect(Number.isNaN(rate)).toBe(status !== STATUS.ok);
    }
  });

  it("takes a small error counter that starts again for a reset, not for a wrap", () => {
    const bank = new CounterBank();
    const slot = bank.slot();
    bank.rate(slot, 5000, 0, MODULUS_32);
    expect(bank.rate(slot, 0, 60_000, MODULUS_32)).toBeNaN();
    expect(bank.lastStatus).toBe(STATUS.reset);
    expect(bank.rate(slot, 60, 120_000, MODULUS_32)).toBe(1);
    bank.rate(slot, MODULUS_32 - 100, 180_000, MODULUS_32);
    expect(bank.rate(slot, 500, 240_000, MODULUS_32)).toBe(10);
  });

  it("takes no reading that cannot be, and begins afresh after it", () => {
    for (const bad of [Number.NaN, -1, MODULUS_32, Number.POSITIVE_INFINITY]) {
      const bank = new CounterBank();
      const slot = bank.slot();
      bank.rate(slot, 1000, 0, MODULUS_32);
      expect(bank.rate(slot, bad, 1000, MODULUS_32)).toBeNaN();
      expect(bank.lastStatus).toBe(STATUS.implausible);
      expect(bank.rate(slot, 2000, 2000, MODULUS_32)).toBeNaN();
      expect(bank.lastStatus).toBe(STATUS.first);
      expect(bank.rate(slot, 2500, 3000, MODULUS_32)).toBe(500);
    }
  });

  it("makes no rate of two readings at one time or of a clock that goes back", () => {
    const bank = new CounterBank();
    const slot = bank.slot();
    bank.rate(slot, 10, 5000, MODULUS_53);
    expect(bank.rate(slot, 20, 5000, MODULUS_53)).toBeNaN();
    expect(bank.lastStatus).toBe(STATUS.implausible);
    expect(bank.rate(slot, 30, 4000, MODULUS_53)).toBeNaN();
    expect(bank.rate(slot, 40, 5000, MODULUS_53)).toBe(10);
  });

  it("keeps slots apart while it grows", () => {
    const bank = new CounterBank(1);
    const slots = Array.from({ length: 1000 }, () => bank.slot());
    expect(new Set(slots).size).toBe(1000);
    for (const slot of slots) bank.rate(slot, slot, 0, MODULUS_53);
    for (const slot of slots) expect(bank.rate(slot, slot * 3, 1000, MODULUS_53)).toBe(slot * 2);
    expect(() => new CounterBank(0)).toThrow(RangeError);
  });
});
