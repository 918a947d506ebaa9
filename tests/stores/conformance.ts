import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isCampusError } from "../../src/errors/campus-error.ts";
import { SeriesTable, type Tags } from "../../src/measurements/series.ts";
import { STATUS } from "../../src/measurements/status.ts";
import type { Aggregate, Store } from "../../src/stores/contract.ts";
import { batchOf, points, type Row, reference, START } from "./samples.ts";

export interface StoreUnderTest {
  readonly store: Store;
  /** Called between a write and a query: whatever may happen there must not change the answer. */
  settle?(): Promise<void>;
  end(): Promise<void>;
}

const MINUTE = 60_000;
const AGGREGATES: readonly Aggregate[] = ["mean", "min", "max", "last", "count"];

/** What every store has to do, whatever it is made of. `make` opens an empty one. */
export function conformance(make: () => Promise<StoreUnderTest>): void {
  describe("the store contract", () => {
    let under: StoreUnderTest;
    let store: Store;
    const table = new SeriesTable();
    let school = 0;

    beforeAll(async () => {
      under = await make();
      store = under.store;
    });
    afterAll(async () => {
      await under?.end();
    });

    /** Tags that no other test uses. */
    const place = (more: Tags = {}): Tags => ({ county: "西湖区", school: `school-${++school}`, ...more });
    const write = async (rows: readonly Row[]) => {
      await store.write(batchOf(table, rows), table);
      await under.settle?.();
    };
    const all = { from: START - 86_400_000, to: START + 86_400_000 };

    it("gives back what was written, exactly", async () => {
      const tags = place({ device: "sw-1" });
      const values = [
        0,
        1,
        -1,
        0.1,
        36.6,
        -0.000001,
        1e-9,
        2 ** 53 - 1,
        2 ** 52 + 1,
        1e15,
        1e21,
        1 / 3,
        Math.PI * 1e8,
      ];
      await write(
        values.map((value, i) => ({ quantity: "device.uptime", tags, time: START + i * MINUTE, value })),
      );
      const [result, ...others] = await store.query({ quantity: "device.uptime", tags, ...all });
      expect(others).toEqual([]);
      expect(result?.quantity).toBe("device.uptime");
      expect(result?.tags).toEqual(tags);
      expect(points(result)).toEqual(values.map((value, i) => [START + i * MINUTE, value]));
    });

    it("leaves out samples whose status is not ok, and lists their series all the same", async () => {
      const tags = place({ device: "sw-2" });
      const row = (minute: number, status?: Row["status"]): Row => ({
        quantity: "device.cpu",
        tags,
        time: START + minute * MINUTE,
        value: minute,
        status,
      });
      await write([row(0), row(1, STATUS.timeout), row(2, STATUS.sentinel), row(3)]);
      const dead = { ...tags, device: "sw-dead" };
      await write([{ quantity: "device.cpu", tags: dead, time: START, value: 0, status: STATUS.timeout }]);
      const results = await store.query({ quantity: "device.cpu", tags: { school: tags.school }, ...all });
      expect(results.map((r) => r.tags.device)).toEqual(["sw-2"]);
      expect(points(results[0])).toEqual([
        [START, 0],
        [START + 3 * MINUTE, 3],
      ]);
      const counts = await store.query({
        quantity: "device.cpu",
        tags: { school: tags.school },
        ...all,
        stepMs: 5 * MINUTE,
        aggregate: "count",
      });
      expect(points(counts[0])).toEqual([[START, 2]]);
      const listed = await store.series({ quantity: "device.cpu", tags: { school: tags.school } });
      expect(listed.map((s) => s.tags.device).sort()).toEqual(["sw-2", "sw-dead"]);
    });

    it("keeps a good value that comes after an absence at the same time", async () => {
      const tags = place({ device: "sw-3" });
      await write([{ quantity: "device.cpu", tags, time: START, value: 0, status: STATUS.timeout }]);
      await write([{ quantity: "device.cpu", tags, time: START, value: 7 }]);
      expect(points((await store.query({ quantity: "device.cpu", tags, ...all }))[0])).toEqual([[START, 7]]);
    });

    it("stores a duplicate once, and the last value wins", async () => {
      const tags = place({ device: "sw-4" });
      const rows: Row[] = [1, 2, 3].map((value) => ({
        quantity: "device.cpu",
        tags,
        time: START + value * MINUTE,
        value,
      }));
      const batch = batchOf(table, rows);
      for (let i = 0; i < 5; i++) await store.write(batch, table);
      await write([{ ...rows[1]!, value: 22 }]);
      // Twice in one batch.
      await write([
        { ...rows[2]!, value: 33 },
        { ...rows[2]!, value: 333 },
      ]);
      expect(points((await store.query({ quantity: "device.cpu", tags, ...all }))[0])).toEqual([
        [START + MINUTE, 1],
        [START + 2 * MINUTE, 22],
        [START + 3 * MINUTE, 333],
      ]);
    });

    it("takes samples out of order and late, over a day's border", async () => {
      const tags = place({ device: "sw-5" });
      const minutes = [5, 3, 900, -2, 1, -700, 0, 4, -1];
      for (const minute of minutes)
        await write([{ quantity: "device.cpu", tags, time: START + minute * MINUTE, value: minute + 1000 }]);
      const sorted = [...minutes].sort((a, b) => a - b);
      const [result] = await store.query({ quantity: "device.cpu", tags, ...all });
      expect(points(result)).toEqual(sorted.map((minute) => [START + minute * MINUTE, minute + 1000]));
      const part = await store.query({
        quantity: "device.cpu",
        tags,
        from: START - MINUTE,
        to: START + 3 * MINUTE,
      });
      expect(points(part[0]).map(([time]) => (time - START) / MINUTE)).toEqual([-1, 0, 1]);
    });

    it("answers steps and aggregates as the reference does (property)", async () => {
      let run = 0;
      await fc.assert(
        fc.asyncProperty(
          fc.array(
            fc.record({
              second: fc.integer({ min: -9000, max: 9000 }),
              value: fc.oneof(
                fc.integer({ min: -1000, max: 100000 }),
                fc.integer({ min: 0, max: 10000 }).map((n) => n / 100),
                // A database may answer 0 for the -0 it was given: the two are one number.
                fc
                  .double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 })
                  .map((value) => value + 0),
              ),
              absent: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
            }),
            { minLength: 1, maxLength: 60 },
          ),
          fc.integer({ min: -9000, max: 9000 }),
          fc.integer({ min: 1, max: 9000 }),
          fc.constantFrom(7_000, MINUTE, 300_000, 420_000, 3_600_000),
          async (samples, fromSecond, width, stepMs) => {
            const tags = place({ device: `random-${run++}` });
            // A value is not taken back by a status at the same time in every store: one sample a time.
            const unique = [...new Map(samples.map((s) => [s.second, s])).values()];
            const rows = unique.map(({ second, value, absent }) => ({
              quantity: "interface.in_rate",
              tags,
              time: START + second * 1000,
              value: absent ? Number.NaN : value,
              ...(absent ? { status: STATUS.timeout } : {}),
            }));
            const cut = Math.floor(rows.length / 2);
            if (cut > 0) await store.write(batchOf(table, rows.slice(0, cut)), table);
            await write(rows.slice(cut));
            const from = START + fromSecond * 1000;
            const to = from + width * 1000;
            const query = { quantity: "interface.in_rate", tags, from, to };
            expect(points((await store.query(query))[0])).toEqual(reference(rows, from, to));
            for (const aggregate of AGGREGATES) {
              const got = points((await store.query({ ...query, stepMs, aggregate }))[0]);
              const wanted = reference(rows, from, to, stepMs, aggregate);
              expect(got.map(([time]) => time)).toEqual(wanted.map(([time]) => time));
              got.forEach(([, value], i) => {
                const want = wanted[i]![1];
                expect(Math.abs(value - want)).toBeLessThanOrEqual(1e-6 + Math.abs(want) * 1e-9);
              });
            }
          },
        ),
        { numRuns: 25 },
      );
    });

    it("takes the last value of states and counters and the mean of gauges when nothing else is asked", async () => {
      const tags = place({ device: "sw-6", interface: "1" });
      const quantities = ["interface.in_octets", "interface.in_rate"] as const;
      for (const quantity of quantities)
        await write([10, 20, 60].map((value, i) => ({ quantity, tags, time: START + i * 1000, value })));
      const ask = async (quantity: string) =>
        points((await store.query({ quantity, tags, ...all, stepMs: MINUTE }))[0]);
      expect(await ask("interface.in_octets")).toEqual([[START, 60]]);
      expect(await ask("interface.in_rate")).toEqual([[START, 30]]);
    });

    it("leaves gaps out and answers nothing for an empty range", async () => {
      const tags = place({ device: "sw-7" });
      const rows = [0, 30].map((minute) => ({
        quantity: "device.cpu",
        tags,
        time: START + minute * MINUTE,
        value: 5,
      }));
      await write(rows);
      const [steps] = await store.query({
        quantity: "device.cpu",
        tags,
        ...all,
        stepMs: 5 * MINUTE,
        aggregate: "mean",
      });
      expect(points(steps)).toEqual([
        [START, 5],
        [START + 30 * MINUTE, 5],
      ]);
      expect(await store.query({ quantity: "device.cpu", tags, from: START, to: START })).toEqual([]);
      expect(
        await store.query({ quantity: "device.cpu", tags, from: START + MINUTE, to: START + 2 * MINUTE }),
      ).toEqual([]);
      expect(await store.query({ quantity: "device.cpu", tags: { school: "nowhere" }, ...all })).toEqual([]);
    });

    it("answers at most `limit` series, ordered by their text", async () => {
      const tags = place();
      const names = ["d-10", "d-2", "d-1", "设备", "D", "a"];
      await write(
        names.flatMap((device) => [
          { quantity: "device.cpu", tags: { ...tags, device }, time: START, value: 1 },
          { quantity: "device.memory", tags: { ...tags, device }, time: START, value: 2 },
        ]),
      );
      const results = await store.query({ quantity: "device.cpu", tags, ...all, limit: 4 });
      expect(results.map((r) => r.tags.device)).toEqual([...names].sort().slice(0, 4));
      const every = await store.query({ quantity: "device.cpu", tags, ...all });
      expect(every.map((r) => r.tags.device)).toEqual([...names].sort());
    });

    it("keeps any text in tags, and is not led astray by it", async () => {
      const base = place();
      const weird = [
        "a b",
        "a,b=c",
        "a=b",
        "O'Neil",
        'say "hi"',
        "back\\slash\\",
        "100%",
        "%41",
        "%",
        "图书馆 3 楼",
        "line\nbreak",
        "tab\there",
        "' OR 1=1 --",
        "'; DROP MEASUREMENT device; --",
        '"; DROP DATABASE campus',
        "emoji 😀",
        "\\' OR ''='",
        "",
        " lead and trail ",
      ];
      const rows = weird.map((room, i) => ({
        quantity: "device.cpu",
        tags: { ...base, room },
        time: START,
        value: i,
      }));
      await write(rows);
      for (const row of rows) {
        const results = await store.query({ quantity: "device.cpu", tags: row.tags, ...all });
        expect(results.map((r) => [r.tags, points(r)])).toEqual([[row.tags, [[START, row.value]]]]);
      }
      const listed = await store.series({ quantity: "device.cpu", tags: base });
      expect(listed.map((s) => s.tags.room).sort()).toEqual([...weird].sort());
    });

    it("tells a series without a tag from one with it", async () => {
      const tags = place({ device: "sw-8" });
      await write([
        { quantity: "device.cpu", tags, time: START, value: 1 },
        { quantity: "device.cpu", tags: { ...tags, room: "101" }, time: START, value: 2 },
      ]);
      const results = await store.query({ quantity: "device.cpu", tags, ...all });
      expect(results.map((r) => [r.tags.room, r.values[0]])).toEqual([
        [undefined, 1],
        ["101", 2],
      ]);
    });

    it("refuses an unknown quantity and a wrong parameter with E_REQUEST", async () => {
      const bad = [
        { quantity: "device.no_such", tags: {}, from: 0, to: 1 },
        { quantity: "device.cpu", tags: {}, from: Number.NaN, to: 1 },
        { quantity: "device.cpu", tags: {}, from: 0, to: 1, stepMs: 0 },
        { quantity: "device.cpu", tags: {}, from: 0, to: 1, limit: 0 },
        { quantity: "device.cpu", tags: {}, from: 0, to: 1, aggregate: "mean" as const },
        {
          quantity: "device.cpu",
          tags: {},
          from: 0,
          to: 1,
          stepMs: 1000,
          aggregate: "sum; DROP" as Aggregate,
        },
      ];
      for (const query of bad)
        await expect(store.query(query)).rejects.toSatisfy((error) => isCampusError(error, "E_REQUEST"));
      await expect(store.series({ quantity: "x", tags: {} })).rejects.toSatisfy((error) =>
        isCampusError(error, "E_REQUEST"),
      );
    });

    it("takes 10,000 series in one batch, from two tables at once", async () => {
      const tags = place();
      const write5000 = async (other: SeriesTable, from: number) => {
        const rows = Array.from({ length: 5000 }, (_, i) => ({
          quantity: "interface.in_octets",
          tags: { ...tags, device: `d${(from + i) % 100}`, interface: `if${from + i}` },
          time: START + ((from + i) % 600) * 1000,
          value: (from + i) * 1e6,
        }));
        await store.write(batchOf(other, rows), other);
      };
      await Promise.all([write5000(table, 0), write5000(new SeriesTable(), 5000)]);
      await under.settle?.();
      const listed = await store.series({ quantity: "interface.in_octets", tags });
      expect(listed).toHaveLength(10_000);
      const results = await store.query({ quantity: "interface.in_octets", tags, ...all, limit: 20_000 });
      expect(results).toHaveLength(10_000);
      for (const result of results) {
        const number = Number(result.tags.interface!.slice(2));
        expect(points(result)).toEqual([[START + (number % 600) * 1000, number * 1e6]]);
      }
      const one = await store.query({
        quantity: "interface.in_octets",
        tags: { ...tags, device: "d7" },
        ...all,
      });
      expect(one).toHaveLength(100);
    });

    it("counts what it took, and is healthy", () => {
      const stats = store.stats();
      expect(stats.written).toBeGreaterThan(10_000);
      expect(stats.series).toBeGreaterThan(10_000);
      expect(stats).toMatchObject({ healthy: true, dropped: 0, spooled: 0 });
    });
  });
}
