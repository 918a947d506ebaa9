import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BatchBuilder } from "../../src/measurements/batch.ts";
import { LatestTable } from "../../src/measurements/latest.ts";
import { STATUS, STATUS_NAMES, type Status } from "../../src/measurements/status.ts";

const row = fc.record({
  series: fc.nat(9000),
  time: fc.integer({ min: 1, max: 2 ** 42 }),
  value: fc.double({ noNaN: true }),
  status: fc.integer({ min: 0, max: STATUS_NAMES.length - 1 }).map((n) => n as Status),
});

describe("BatchBuilder", () => {
  it("gives back the rows in their order, whatever its capacity (property)", () => {
    fc.assert(
      fc.property(
        fc.array(row),
        fc.integer({ min: 1, max: 20 }),
        fc.array(row),
        (first, capacity, second) => {
          const builder = new BatchBuilder(capacity);
          const batches = [first, second].map((rows, sequence) => {
            for (const { series, time, value, status } of rows) {
              if (status === STATUS.ok) builder.add(series, time, value);
              else builder.addStatus(series, time, status);
            }
            expect(builder.length).toBe(rows.length);
            const batch = builder.take("node", sequence);
            expect(builder.length).toBe(0);
            return batch;
          });
          // Looked at after the builder went on: a batch that was handed over does not change.
          for (const [sequence, rows] of [first, second].entries()) {
            const batch = batches[sequence];
            if (rows.length === 0) {
              expect(batch).toBeUndefined();
              continue;
            }
            expect(batch).toMatchObject({ node: "node", sequence, length: rows.length });
            rows.forEach(({ series, time, value, status }, i) => {
              expect(batch!.series[i]).toBe(series);
              expect(batch!.time[i]).toBe(time);
              expect(batch!.status[i]).toBe(status);
              expect(batch!.value[i]).toBe(status === STATUS.ok ? value : Number.NaN);
            });
          }
        },
      ),
    );
    expect(() => new BatchBuilder(0)).toThrow(RangeError);
  });
});

describe("LatestTable", () => {
  it("holds the newest sample of each series (property)", () => {
    fc.assert(
      fc.property(fc.array(fc.array(row, { minLength: 1 })), (batches) => {
        const latest = new LatestTable();
        const model = new Map<number, { time: number; value: number; status: number }>();
        for (const rows of batches) {
          const builder = new BatchBuilder(1);
          for (const { series, time, value, status } of rows) {
            if (status === STATUS.ok) builder.add(series, time, value);
            else builder.addStatus(series, time, status);
            const held = model.get(series);
            if (!held || time >= held.time)
              model.set(series, { time, value: status === STATUS.ok ? value : Number.NaN, status });
          }
          latest.apply(builder);
        }
        for (const [series, { time, value, status }] of model) {
          expect(latest.time(series)).toBe(time);
          expect(latest.value(series)).toBe(value);
          expect(latest.status(series)).toBe(status);
        }
      }),
    );
  });

  it("knows nothing of a series that has no sample, and takes no time that is no number", () => {
    const latest = new LatestTable();
    const builder = new BatchBuilder();
    builder.add(3, Number.NaN, 5);
    latest.apply(builder);
    for (const series of [0, 3, 1_000_000]) {
      expect(latest.time(series)).toBe(0);
      expect(latest.value(series)).toBeNaN();
    }
  });
});
