import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { QueryGate } from "../../src/api/query-gate.ts";
import { SeriesIndex } from "../../src/api/series-index.ts";
import { durationMs, instantMs, POINTS_CHOSEN, RANGE_MOST, timeRange } from "../../src/api/time-range.ts";
import { isCampusError } from "../../src/errors/campus-error.ts";
import { SeriesTable, type Tags } from "../../src/measurements/series.ts";

describe("the series index", () => {
  it("finds what a search of the whole table finds, however the table grew", () => {
    const tags = fc.record(
      {
        device: fc.constantFrom("a", "b", "c"),
        ap: fc.constantFrom("x", "y"),
        interface: fc.constantFrom("1", "2", "3"),
      },
      { requiredKeys: [] },
    );
    const quantityId = fc.constantFrom("interface.in_rate", "wifi.ap_state", "device.cpu");
    const steps = fc.array(fc.array(fc.tuple(quantityId, tags), { maxLength: 8 }), { maxLength: 8 });
    fc.assert(
      fc.property(steps, (rounds) => {
        const table = new SeriesTable();
        const index = new SeriesIndex(table);
        for (const round of rounds) {
          const before = table.size;
          for (const [id, own] of round) table.intern(id, own as Tags);
          expect(index.update()).toBe(table.size - before);
        }
        for (const device of ["a", "b", "c"])
          for (const ap of [undefined, "x", "y"]) {
            const expected = new Map<string, number[]>();
            for (let series = 0; series < table.size; series++) {
              const key = table.key(series);
              if (key.tags.device !== device || key.tags.ap !== ap) continue;
              expected.set(key.quantity.id, [...(expected.get(key.quantity.id) ?? []), series]);
            }
            const found = ap === undefined ? index.device(device) : index.ap(device, ap);
            expect(new Map(found?.byQuantity)).toEqual(expected);
            expect(found?.size ?? 0).toBe([...expected.values()].flat().length);
            if (ap !== undefined) expect(index.aps(device).has(ap)).toBe(expected.size > 0);
          }
      }),
    );
  });
});

describe("a time range", () => {
  const NOW = 1_795_306_200_000;

  it("chooses a step of at most 1,500 points for any length", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1000, max: RANGE_MOST }), (length) => {
        const range = timeRange({ from: String(NOW - length), to: String(NOW) }, NOW);
        expect(range.slots).toBeLessThanOrEqual(POINTS_CHOSEN);
        expect(length / range.stepMs!).toBeLessThanOrEqual(POINTS_CHOSEN);
      }),
    );
  });

  it("takes text of any kind without anything but E_REQUEST", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), (from, to, step) => {
        try {
          const range = timeRange({ from, to, step }, NOW);
          expect(range.to).toBeGreaterThan(range.from);
          expect(range.to - range.from).toBeLessThanOrEqual(RANGE_MOST);
        } catch (error) {
          expect(isCampusError(error, "E_REQUEST")).toBe(true);
        }
      }),
    );
  });

  it("reads durations and instants", () => {
    expect(["250ms", "5s", "5m", "2h", "1d"].map(durationMs)).toEqual([
      250, 5000, 300_000, 7_200_000, 86_400_000,
    ]);
    expect(["", "5", "m", "-5m", "1.5h", "5 m", "5w"].map(durationMs)).toEqual(Array(7).fill(undefined));
    expect(instantMs("from", "now", NOW)).toBe(NOW);
    expect(instantMs("from", "-90m", NOW)).toBe(NOW - 5_400_000);
    expect(instantMs("from", "2026-11-22T08:10:00+08:00", NOW)).toBe(1_795_306_200_000);
    for (const text of ["2026-13-01", "2026-11-22T08:10:00", "22.11.2026", "-", "1e12", "NaN"])
      expect(() => instantMs("from", text, NOW), text).toThrow(/from:/);
  });
});

describe("the query gate", () => {
  it("lets so many in, queues so many, refuses the rest, and hands places on", async () => {
    const gate = new QueryGate(2, 2, 60_000);
    let running = 0;
    let most = 0;
    const release: (() => void)[] = [];
    const query = async (): Promise<string> => {
      most = Math.max(most, ++running);
      await new Promise<void>((resolve) => release.push(resolve));
      running--;
      return "answer";
    };
    const asked = [1, 2, 3, 4].map(() => gate.run(query));
    await expect(gate.run(query)).rejects.toMatchObject({ code: "E_BUSY" });
    for (let i = 0; i < 4; i++) {
      while (release.length === 0) await new Promise((resolve) => setImmediate(resolve));
      release.shift()!();
    }
    expect(await Promise.all(asked)).toEqual(Array(4).fill("answer"));
    expect(most).toBe(2);
  });

  it("gives up in time, runs nothing for who was given up while waiting, and recovers", async () => {
    const gate = new QueryGate(1, 5, 20);
    let free: () => void = () => {};
    let ran = 0;
    const stuck = gate.run(() => new Promise<void>((resolve) => (free = resolve)));
    const waiting = gate.run(async () => void ran++);
    await expect(stuck).rejects.toMatchObject({ code: "E_STORE_READ" });
    await expect(waiting).rejects.toMatchObject({ code: "E_STORE_READ" });
    free();
    expect(await gate.run(async () => "again")).toBe("again");
    expect(ran).toBe(0);
  });

  it("passes a query's own failure on and frees its place", async () => {
    const gate = new QueryGate(1, 1, 1000);
    for (let i = 0; i < 3; i++)
      await expect(gate.run(() => Promise.reject(new Error("no")))).rejects.toThrow("no");
  });
});
