import { describe, expect, it } from "vitest";
import { systemClock } from "../../src/collection/clock.ts";
import { DeviceBoard } from "../../src/collection/devices.ts";
import { Pump } from "../../src/collection/pump.ts";
import type { SampleBatch } from "../../src/measurements/batch.ts";
import { LatestTable } from "../../src/measurements/latest.ts";
import { SeriesTable } from "../../src/measurements/series.ts";
import { STATUS } from "../../src/measurements/status.ts";

function setup(write: (batch: SampleBatch) => Promise<void>, mostWaitingRows?: number) {
  const table = new SeriesTable();
  const latest = new LatestTable();
  const seen = { committed: 0, refused: 0, dropped: 0 };
  const pump = new Pump({
    node: "test",
    table,
    latest,
    receiver: { write },
    clock: systemClock(),
    observer: {
      committed: (samples) => {
        seen.committed += samples;
      },
      refused: () => {
        seen.refused++;
      },
      dropped: (samples) => {
        seen.dropped += samples;
      },
    },
    firstSequence: 100,
    ...(mostWaitingRows !== undefined && { mostWaitingRows }),
  });
  return { table, latest, pump, seen };
}

describe("pump", () => {
  it("numbers batches, keeps their order and resolves committed() only when the receiver has them", async () => {
    const taken: SampleBatch[] = [];
    let release: () => void = () => {};
    const { table, latest, pump } = setup(async (batch) => {
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      taken.push(batch);
    });
    const series = table.intern("device.cpu", { device: "a" });
    pump.batch.add(series, 1_000, 41);
    let done = false;
    const first = pump.committed().then(() => {
      done = true;
    });
    expect(latest.value(series)).toBe(41);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(done).toBe(false);
    release();
    await first;
    pump.batch.add(series, 2_000, 42);
    const second = pump.committed();
    release();
    await second;
    expect(taken.map((batch) => [batch.node, batch.sequence, batch.length, batch.value[0]])).toEqual([
      ["test", 100, 1, 41],
      ["test", 101, 1, 42],
    ]);
    await pump.close();
  });

  it("does not wait for the second to be over when there are many rows, and loses and reorders none", async () => {
    const rows: [number, number, number][] = [];
    const lengths: number[] = [];
    const { table, pump } = setup(async ({ length, series, time, value, status }) => {
      lengths.push(length);
      for (let i = 0; i < length; i++)
        rows.push([series[i]!, time[i]!, status[i] === STATUS.ok ? value[i]! : -1]);
      // Others may write on while it is taken.
      await new Promise((resolve) => setTimeout(resolve, 5));
    });
    const numbers = ["a", "b", "c"].map((device) => table.intern("device.cpu", { device }));
    const count = 200_000;
    for (let i = 0; i < count; i++)
      // Every seventh is an absence, at the ends of batches too.
      if (i % 7 === 1) pump.batch.addStatus(numbers[i % 3]!, i, STATUS.absent);
      else pump.batch.add(numbers[i % 3]!, i, i / 2);
    await pump.committed();
    expect(lengths.length).toBeGreaterThan(2);
    expect(rows.length).toBe(count);
    const wrong = rows.findIndex(
      ([series, time, value], i) =>
        series !== numbers[i % 3] || time !== i || value !== (i % 7 === 1 ? -1 : i / 2),
    );
    expect(wrong).toBe(-1);
    await pump.close();
  });

  it("sends a refused batch again, the same one, and loses nothing", async () => {
    const taken: number[] = [];
    let refusals = 2;
    const { table, pump, seen } = setup(async (batch) => {
      if (refusals-- > 0) throw new Error("away");
      taken.push(...Array.from({ length: batch.length }, (_, i) => batch.time[i]!));
    });
    const series = table.intern("device.cpu", { device: "a" });
    for (let i = 1; i <= 5; i++) {
      pump.batch.add(series, i, i);
      pump.flush();
    }
    await pump.committed();
    expect(taken).toEqual([1, 2, 3, 4, 5]);
    expect(seen).toEqual({ committed: 5, refused: 2, dropped: 0 });
    await pump.close();
  });

  it("drops the oldest when too much waits, counts it, and breaks no promise silently", async () => {
    let away = true;
    const taken: number[] = [];
    const { table, pump, seen } = setup(async (batch) => {
      if (away) throw new Error("away");
      taken.push(batch.value[0]!);
    }, 3);
    const series = table.intern("device.cpu", { device: "a" });
    const waits: Promise<string>[] = [];
    for (let i = 1; i <= 5; i++) {
      pump.batch.add(series, i, i);
      waits.push(
        pump.committed().then(
          () => "kept",
          (error: { code: string }) => error.code,
        ),
      );
    }
    expect(seen.dropped).toBe(2);
    away = false;
    // The first batch is under way and stays. The two after it are gone, and with them every promise that was
    // given while they waited: the fourth meant them too.
    const lost = "E_STORE_WRITE";
    expect(await Promise.all(waits)).toEqual(["kept", lost, lost, lost, "kept"]);
    expect(taken).toEqual([1, 4, 5]);
    await pump.close();
  });

  it("close sends what is left", async () => {
    const taken: number[] = [];
    const { table, pump } = setup(async (batch) => {
      taken.push(batch.length);
    });
    pump.batch.add(table.intern("device.cpu", { device: "a" }), 1, 1);
    await pump.close();
    expect(taken).toEqual([1]);
  });
});

describe("device board", () => {
  it("keeps since over repeated reports and changes revision only when something changed", () => {
    let now = 1_000;
    const board = new DeviceBoard({ now: () => now, monotonic: () => now }, () => {});
    expect(board.state("a")).toEqual({ state: "unknown", since: 0 });
    board.setState("a", "up");
    const revision = board.revision;
    now = 2_000;
    board.setState("a", "up");
    expect(board.revision).toBe(revision);
    board.setState("a", "down", "no answer");
    now = 3_000;
    board.setState("a", "down", "no answer since 3 polls");
    expect(board.state("a")).toEqual({ state: "down", since: 2_000, reason: "no answer since 3 polls" });
  });
});
