import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { SeriesTable } from "../../src/measurements/series.ts";
import type { Aggregate } from "../../src/stores/contract.ts";
import { EmbeddedStore } from "../../src/stores/embedded/store.ts";
import { batchOf, points, reference, START, temporaryFolder } from "./samples.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const AGGREGATES: readonly Aggregate[] = ["mean", "min", "max", "last", "count"];
const tags = { school: "s", device: "d" };

describe("embedded store: roll-ups and retention", () => {
  const root = temporaryFolder();
  let dir: string;
  let now: number;
  let store: EmbeddedStore;
  let number = 0;
  const table = new SeriesTable();

  const open = async () => {
    store = new EmbeddedStore({
      dir,
      clock: { now: () => now },
      retention: { rawMs: 2 * DAY, fiveMinutesMs: 60 * DAY, hourMs: 120 * DAY },
      graceMs: 10 * MINUTE,
      maintainEveryMs: 0,
    });
    await store.open(new AbortController().signal);
  };
  beforeEach(async () => {
    dir = join(root, `case-${number++}`);
    now = START + HOUR;
    await open();
  });
  afterEach(() => store.close());

  const write = (rows: { time: number; value: number }[]) =>
    store.write(
      batchOf(
        table,
        rows.map((row) => ({ quantity: "interface.in_rate", tags, ...row })),
      ),
      table,
    );
  const ask = async (from: number, to: number, stepMs?: number, aggregate?: Aggregate) =>
    points(
      (
        await store.query({
          quantity: "interface.in_rate",
          tags,
          from,
          to,
          ...(stepMs ? { stepMs, aggregate } : {}),
        })
      )[0],
    );
  const day = (start: number, value: (minute: number) => number) =>
    Array.from({ length: 1440 }, (_, minute) => ({
      time: start + minute * MINUTE + 137,
      value: value(minute),
    }));
  const same = async (rows: { time: number; value: number }[], from: number, to: number, stepMs: number) => {
    for (const aggregate of AGGREGATES) {
      const got = await ask(from, to, stepMs, aggregate);
      const wanted = reference(rows, from, to, stepMs, aggregate);
      expect(got.map(([time]) => time)).toEqual(wanted.map(([time]) => time));
      for (const [i, [, value]] of got.entries()) expect(value).toBeCloseTo(wanted[i]![1], 6);
    }
  };
  const rawFiles = () => readdirSync(join(dir, "raw")).filter((name) => name.endsWith(".sqlite"));

  it("answers from raw samples first, and from the roll-ups when their file is gone", async () => {
    const rows = [...day(START, (m) => m / 10), ...day(START + DAY, (m) => Math.sin(m))];
    now = START + 2 * DAY;
    await write(rows);
    now = START + 2 * DAY + HOUR;
    await store.maintain();
    expect(rawFiles()).toEqual(["2026-11-20.sqlite", "2026-11-21.sqlite"]);
    for (const step of [5 * MINUTE, 15 * MINUTE, HOUR, 6 * HOUR, DAY])
      await same(rows, START, START + 2 * DAY, step);
    await same(rows, START + 90 * MINUTE, START + 30 * HOUR, HOUR);
    expect(await ask(START, START + 2 * DAY)).toHaveLength(2880);

    now = START + 3 * DAY + HOUR;
    await store.maintain();
    expect(rawFiles()).toEqual(["2026-11-21.sqlite"]);
    for (const step of [5 * MINUTE, 15 * MINUTE, HOUR, 6 * HOUR, DAY])
      await same(rows, START, START + 2 * DAY, step);
    // No roll-up is fine enough for these: only the raw day answers.
    expect(await ask(START, START + 2 * DAY)).toHaveLength(1440);
    expect(await ask(START, START + 2 * DAY, MINUTE, "mean")).toHaveLength(1440);

    await store.close();
    await open();
    await same(rows, START, START + 2 * DAY, HOUR);
  });

  it("drops the roll-ups file by file when their time is over", async () => {
    const rows = day(START, (m) => m);
    now = START + DAY;
    await write(rows);
    for (const [after, five, hour] of [
      [10, true, true],
      [75, false, true],
      [140, false, false],
    ] as const) {
      now = START + after * DAY;
      await store.maintain();
      expect(rawFiles()).toEqual([]);
      expect(existsSync(join(dir, "rollup-5m", "2026-11.sqlite"))).toBe(five);
      expect(existsSync(join(dir, "rollup-1h", "2026-11.sqlite"))).toBe(hour);
      expect(await ask(START, START + DAY, HOUR, "max")).toHaveLength(hour ? 24 : 0);
      expect(await ask(START, START + DAY, 5 * MINUTE, "max")).toHaveLength(five ? 288 : 0);
    }
  });

  it("rolls a day up again when samples come late", async () => {
    const rows = day(START, (m) => m);
    now = START + DAY;
    await write(rows);
    now = START + DAY + HOUR;
    await store.maintain();
    const late = [
      { time: START + 3 * HOUR + 5, value: 1e6 },
      { time: rows[100]!.time, value: -5 },
    ];
    await write(late);
    await same([...rows, ...late], START, START + DAY, HOUR);
    await store.maintain();
    await same([...rows, ...late], START, START + DAY, HOUR);
    now = START + 5 * DAY;
    await store.maintain();
    expect(rawFiles()).toEqual([]);
    await same([...rows, ...late], START, START + DAY, HOUR);
    await same([...rows, ...late], START, START + DAY, 5 * MINUTE);
  });

  it("adds what comes after the raw file is gone where the roll-up has nothing", async () => {
    const rows = day(START, (m) => m).filter((_, minute) => minute < 600);
    now = START + DAY;
    await write(rows);
    now = START + 5 * DAY;
    await store.maintain();
    expect(rawFiles()).toEqual([]);
    const late = Array.from({ length: 60 }, (_, i) => ({ time: START + 15 * HOUR + i * MINUTE, value: i }));
    await write([...late, { time: START + HOUR, value: 1e9 }]);
    await same([...rows, ...late], START, START + DAY, HOUR);
    await store.maintain(true);
    await same([...rows, ...late], START, START + DAY, HOUR);
    await store.maintain();
    expect(rawFiles()).toEqual([]);
    await same([...rows, ...late], START, START + DAY, HOUR);
    await same([...rows, ...late], START, START + DAY, 5 * MINUTE);
  });

  it("merges the segments of an hour that is over and keeps every sample", async () => {
    const rows: { time: number; value: number }[] = [];
    for (let part = 0; part < 12; part++) {
      const some = Array.from({ length: 5 }, (_, i) => ({
        time: START + (part * 5 + i) * MINUTE,
        value: part * 100 + i,
      }));
      await write(some);
      rows.push(...some);
      await store.maintain(true);
    }
    await write([{ time: START, value: 9 }]);
    await store.maintain(true);
    now = START + 3 * HOUR;
    await store.maintain();
    expect(store.stats().bytes).toBeGreaterThan(0);
    expect(await ask(START, START + HOUR)).toEqual(
      reference([...rows, { time: START, value: 9 }], START, START + HOUR),
    );
    await store.close();
    const database = new DatabaseSync(join(dir, "raw", "2026-11-20.sqlite"));
    expect(database.prepare("SELECT count(*) AS n FROM segment").get()?.["n"]).toBe(1);
    expect(database.prepare("SELECT count(*) AS n FROM chunk").get()?.["n"]).toBe(1);
    database.close();
    await open();
    expect(await ask(START, START + HOUR)).toHaveLength(60);
    expect(store.stats().corrupt).toBe(0);
  });

  it("drops and counts samples of a wrong clock", async () => {
    await write([
      { time: now + 3 * DAY, value: 1 },
      { time: 0, value: 1 },
      { time: Number.NaN, value: 1 },
      { time: now - 200 * DAY, value: 1 },
      { time: now, value: 1 },
      { time: now + 1, value: Number.POSITIVE_INFINITY },
    ]);
    expect(store.stats()).toMatchObject({ written: 2, dropped: 4 });
    expect(await ask(0, now + 30 * DAY)).toEqual([[now, 1]]);
  });
});
