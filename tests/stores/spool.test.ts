import { execFileSync } from "node:child_process";
import { cpSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { CampusError, isCampusError } from "../../src/errors/campus-error.ts";
import type { SampleBatch } from "../../src/measurements/batch.ts";
import { SeriesTable } from "../../src/measurements/series.ts";
import { STATUS } from "../../src/measurements/status.ts";
import type { Store } from "../../src/stores/contract.ts";
import { InfluxStore } from "../../src/stores/influxdb/store.ts";
import { Spool } from "../../src/stores/spool.ts";
import { SpoolingStore } from "../../src/stores/spooling-store.ts";
import { describeWith } from "../support/servers.ts";
import { Influxd } from "./influxd.ts";
import { FaultyProxy } from "./proxy.ts";
import { batchOf, points, type Row, START, temporaryFolder } from "./samples.ts";

const clock = { monotonic: () => performance.now() };
const signal = () => new AbortController().signal;
const backoffMs = { first: 20, longest: 100 };
const all = { from: START - 86_400_000, to: START + 86_400_000 };

function rows(first: number, count: number, school = "s"): Row[] {
  return Array.from({ length: count }, (_, i) => ({
    quantity: "device.cpu",
    tags: { school, device: `d${i % 7}` },
    time: START + (first + i) * 1000,
    value: first + i,
  }));
}

async function until(done: () => boolean): Promise<void> {
  for (let i = 0; i < 1500 && !done(); i++) await delay(20);
  expect(done()).toBe(true);
}

/** Keeps what it takes, or refuses, as it is told. */
class FakeStore implements Store {
  readonly kind = "fake";
  readonly taken: { text: string; time: number; value: number; status: number }[] = [];
  refuse: () => unknown = () => undefined;
  hold: Promise<void> | undefined;
  tries = 0;

  async open(): Promise<void> {}
  async write(batch: SampleBatch, table: SeriesTable): Promise<void> {
    this.tries++;
    const error = this.refuse();
    if (error) throw error;
    await this.hold;
    for (let i = 0; i < batch.length; i++)
      this.taken.push({
        text: table.text(batch.series[i]!),
        time: batch.time[i]!,
        value: batch.value[i]!,
        status: batch.status[i]!,
      });
  }
  async query(): Promise<[]> {
    return [];
  }
  async series(): Promise<[]> {
    return [];
  }
  stats() {
    return { kind: "fake", series: 0, written: this.taken.length, dropped: 0, spooled: 0, healthy: true };
  }
  async close(): Promise<void> {}
}

const away = () => new CampusError("E_STORE_WRITE", "away");

describeWith(["influxd"], "spool: in front of influxd 1.6.7", () => {
  it("D7: loses nothing while influxd is stopped, and catches up when it is back", {
    timeout: 120_000,
  }, async () => {
    const server = new Influxd();
    await server.start();
    const inner = new InfluxStore({ url: server.url, version: 1, database: "campus", timeoutMs: 2000 });
    const store = new SpoolingStore({ inner, dir: temporaryFolder(), clock, random: Math.random, backoffMs });
    const table = new SeriesTable();
    try {
      await store.open(signal());
      for (let i = 0; i < 5; i++) await store.write(batchOf(table, rows(i * 100, 100)), table);
      expect(store.stats()).toMatchObject({ spooled: 0, healthy: true });
      await server.stop();
      for (let i = 5; i < 25; i++) await store.write(batchOf(table, rows(i * 100, 100)), table);
      expect(store.stats()).toMatchObject({ spooled: 2000, dropped: 0, healthy: false });
      expect(store.stats().reason).toContain("127.0.0.1");
      await server.start();
      for (let i = 25; i < 30; i++) await store.write(batchOf(table, rows(i * 100, 100)), table);
      await until(() => store.stats().spooled === 0 && store.stats().healthy);
      const results = await store.query({ quantity: "device.cpu", tags: {}, ...all });
      expect(results).toHaveLength(7);
      const got = results.flatMap((r) => points(r)).sort((a, b) => a[0] - b[0]);
      expect(got).toEqual(rows(0, 3000).map(({ time, value }) => [time, value]));
      expect(store.stats()).toMatchObject({ written: 3000, dropped: 0 });
    } finally {
      await store.close();
      await server.remove();
    }
  });

  it("D9: stores each sample once when a fifth of the answers is cut", { timeout: 120_000 }, async () => {
    const server = new Influxd();
    await server.start();
    const proxy = new FaultyProxy(() => server.url);
    await proxy.start();
    const inner = new InfluxStore({ url: proxy.url, version: 1, database: "campus", timeoutMs: 2000 });
    const store = new SpoolingStore({ inner, dir: temporaryFolder(), clock, random: Math.random, backoffMs });
    const table = new SeriesTable();
    try {
      await store.open(signal());
      let writes = 0;
      proxy.act = (path) => ({ kind: path.startsWith("/write") && writes++ % 5 === 2 ? "cut" : "pass" });
      for (let i = 0; i < 60; i++) {
        await store.write(batchOf(table, rows(i * 10, 10)), table);
        await delay(3);
      }
      await until(() => store.stats().spooled === 0);
      expect(writes).toBeGreaterThan(10);
      const results = await store.query({ quantity: "device.cpu", tags: {}, ...all });
      const got = results.flatMap((r) => points(r)).sort((a, b) => a[0] - b[0]);
      expect(got).toEqual(rows(0, 600).map(({ time, value }) => [time, value]));
    } finally {
      await store.close();
      await proxy.stop();
      await server.remove();
    }
  });

  it("opens while influxd is away, and makes the database when it comes", { timeout: 60_000 }, async () => {
    const server = new Influxd();
    await server.start();
    await server.stop();
    const inner = new InfluxStore({ url: server.url, version: 1, database: "later", timeoutMs: 2000 });
    const store = new SpoolingStore({ inner, dir: temporaryFolder(), clock, random: Math.random, backoffMs });
    const table = new SeriesTable();
    try {
      await store.open(signal());
      expect(store.stats().healthy).toBe(false);
      await store.write(batchOf(table, rows(0, 50)), table);
      await server.start();
      await until(() => store.stats().spooled === 0 && store.stats().healthy);
      const results = await store.query({ quantity: "device.cpu", tags: {}, ...all });
      expect(results.flatMap((r) => points(r))).toHaveLength(50);
    } finally {
      await store.close();
      await server.remove();
    }
  });
});

describe("spool", () => {
  it("replays in order, with first timestamps and statuses, also after a restart", async () => {
    const dir = temporaryFolder();
    const inner = new FakeStore();
    inner.refuse = away;
    const table = new SeriesTable();
    const first = new SpoolingStore({ inner, dir, clock, random: Math.random, backoffMs });
    await first.open(signal());
    const sent: Row[] = [
      ...rows(0, 1000, "甲校"),
      {
        quantity: "device.cpu",
        tags: { school: "甲校", room: "a, b=c\n%" },
        time: START,
        value: 0,
        status: STATUS.timeout,
      },
    ];
    for (let at = 0; at < sent.length; at += 77)
      await first.write(batchOf(table, sent.slice(at, at + 77)), table);
    expect(first.stats().spooled).toBe(1001);
    await first.close();

    const back = new FakeStore();
    const second = new SpoolingStore({ inner: back, dir, clock, random: Math.random, backoffMs });
    await second.open(signal());
    await until(() => second.stats().spooled === 0);
    expect(back.taken.map(({ time, status }) => [time, status])).toEqual(
      sent.map((row) => [row.time, row.status ?? 0]),
    );
    expect(back.taken.map((t) => t.text)).toEqual(
      sent.map((r) => table.text(table.intern(r.quantity, r.tags))),
    );
    expect(back.taken.at(-1)?.value).toBeNaN();
    expect(back.taken.slice(0, 1000).map((t) => t.value)).toEqual(sent.slice(0, 1000).map((r) => r.value));
    await second.close();
  });

  it("D8: drops the oldest of the loudest school, counts each, and keeps the quiet ones whole", async () => {
    const inner = new FakeStore();
    inner.refuse = away;
    const table = new SeriesTable();
    const dir = temporaryFolder();
    const store = new SpoolingStore({
      inner,
      dir,
      capBytes: 300_000,
      clock,
      random: Math.random,
      backoffMs: { first: 60_000, longest: 60_000 },
    });
    await store.open(signal());
    const ROUNDS = 60;
    for (let round = 0; round < ROUNDS; round++) {
      await store.write(batchOf(table, rows(round * 1000, 1000, "loud")), table);
      for (const school of ["quiet-1", "quiet-2", "quiet-3"])
        await store.write(batchOf(table, rows(round * 1000, 10, school)), table);
    }
    const { spooled, dropped } = store.stats();
    expect(spooled + dropped).toBe(ROUNDS * 1030);
    expect(dropped).toBeGreaterThan(ROUNDS * 500);
    await store.close();

    const back = new FakeStore();
    const again = new SpoolingStore({ inner: back, dir, clock, random: Math.random, backoffMs });
    await again.open(signal());
    await until(() => again.stats().spooled === 0);
    await again.close();
    expect(back.taken).toHaveLength(spooled);
    for (const school of ["quiet-1", "quiet-2", "quiet-3"])
      expect(back.taken.filter((t) => t.text.includes(`school=${school}`))).toHaveLength(ROUNDS * 10);
    const loud = back.taken.filter((t) => t.text.includes("school=loud")).map((t) => t.value);
    expect(loud.length).toBeGreaterThan(1000);
    // What is left of it is its newest part, without a hole.
    expect(loud).toEqual(Array.from({ length: loud.length }, (_, i) => ROUNDS * 1000 - loud.length + i));
  });

  it("D8: schools of one size lose the same share", () => {
    const spool = new Spool(temporaryFolder(), 200_000);
    spool.open();
    const table = new SeriesTable();
    const schools = Array.from({ length: 8 }, (_, i) => `s${i}`);
    for (let round = 0; round < 50; round++)
      spool.append(
        batchOf(
          table,
          schools.flatMap((school) => rows(round * 100, 100, school)),
        ),
        table,
      );
    const left = new Map<string, number>();
    for (let next = spool.peek(5000); next; next = spool.peek(5000)) {
      for (let i = 0; i < next.batch.length; i++) {
        const school = spool.table.key(next.batch.series[i]!).tags.school!;
        left.set(school, (left.get(school) ?? 0) + 1);
      }
      spool.remove(next);
    }
    const lost = schools.map((school) => 5000 - (left.get(school) ?? 0));
    expect(lost.reduce((a, b) => a + b, 0)).toBe(spool.dropped);
    expect(Math.min(...lost)).toBeGreaterThan(0);
    expect(Math.max(...lost)).toBeLessThan(2 * Math.min(...lost));
    spool.close();
  });

  it("leaves a store that is away alone until its time has come, and honours Retry-After", async () => {
    const inner = new FakeStore();
    inner.refuse = () => new CampusError("E_STORE_WRITE", "not now", { retryAfterMs: 400 });
    const table = new SeriesTable();
    let now = 1000;
    const store = new SpoolingStore({
      inner,
      dir: temporaryFolder(),
      clock: { monotonic: () => now },
      random: () => 0.5,
      backoffMs,
    });
    await store.open(signal());
    for (let i = 0; i < 21; i++) await store.write(batchOf(table, rows(i * 10, 10)), table);
    now = 1399;
    await delay(50);
    expect(inner.tries).toBe(1);
    now = 1401;
    await until(() => inner.tries === 2);
    inner.refuse = away;
    now = 1801;
    await until(() => inner.tries === 3);
    // Third failure: 20 ms x 2^2, half of it jitter.
    now = 1801 + 59;
    await delay(50);
    expect(inner.tries).toBe(3);
    inner.refuse = () => undefined;
    now = 1801 + 61;
    await until(() => store.stats().spooled === 0);
    expect(inner.taken.map((t) => t.value)).toEqual(rows(0, 210).map((r) => r.value));
    expect(store.stats().healthy).toBe(true);
    await store.close();
  });

  it("does not wait for a slow store: the batch is spooled and acknowledged", async () => {
    const inner = new FakeStore();
    let release = () => {};
    inner.hold = new Promise((resolve) => {
      release = resolve;
    });
    const table = new SeriesTable();
    const store = new SpoolingStore({
      inner,
      dir: temporaryFolder(),
      clock,
      random: Math.random,
      backoffMs,
      patienceMs: 50,
    });
    await store.open(signal());
    await store.write(batchOf(table, rows(0, 10)), table);
    await store.write(batchOf(table, rows(10, 10)), table);
    expect(store.stats()).toMatchObject({ spooled: 20, reason: "the store is slow" });
    release();
    inner.hold = undefined;
    await until(() => store.stats().spooled === 0);
    expect(new Set(inner.taken.map((t) => t.value)).size).toBe(20);
    await store.close();
  });

  it("passes on what trying again cannot mend", async () => {
    const inner = new FakeStore();
    inner.refuse = () => new TypeError("a bug");
    const table = new SeriesTable();
    const store = new SpoolingStore({ inner, dir: temporaryFolder(), clock, random: Math.random, backoffMs });
    await store.open(signal());
    await expect(store.write(batchOf(table, rows(0, 1)), table)).rejects.toThrow("a bug");
    expect(store.stats().spooled).toBe(0);
    await store.close();
  });

  it("D2/D4: opens with its log cut at any length and loses only what was cut", () => {
    const folder = temporaryFolder();
    const dir = join(folder, "whole");
    const spool = new Spool(dir, 1e9);
    spool.open();
    const table = new SeriesTable();
    for (let i = 0; i < 30; i++) spool.append(batchOf(table, rows(i * 10, 10)), table);
    const size = statSync(join(dir, "spool.sqlite-wal")).size;
    let before = -1;
    for (let i = 0; i <= 150; i++) {
      const copy = join(folder, "cut");
      rmSync(copy, { recursive: true, force: true });
      cpSync(dir, copy, { recursive: true });
      truncateSync(join(copy, "spool.sqlite-wal"), Math.floor((size * i) / 150));
      const cut = new Spool(copy, 1e9);
      cut.open();
      const batch = cut.peek(1000)?.batch;
      const values = batch ? Array.from(batch.value.subarray(0, batch.length)) : [];
      expect(values).toEqual(values.map((_, n) => n));
      expect(values.length % 10).toBe(0);
      expect(values.length).toBeGreaterThanOrEqual(before);
      before = values.length;
      cut.append(batchOf(table, rows(5000, 1)), table);
      expect(cut.samples).toBe(values.length + 1);
      cut.close();
    }
    expect(before).toBe(300);
    spool.close();
  });

  it("puts a damaged file aside and goes on", () => {
    const dir = temporaryFolder();
    writeFileSync(join(dir, "spool.sqlite"), Buffer.alloc(20_000, 7));
    const spool = new Spool(dir, 1e9);
    spool.open();
    const table = new SeriesTable();
    spool.append(batchOf(table, rows(0, 5)), table);
    expect(spool.samples).toBe(5);
    expect(statSync(join(dir, "spool.sqlite.damaged")).size).toBe(20_000);
    spool.close();
  });

  it("names its folder when it cannot be opened, and refuses a second process", async () => {
    const dir = temporaryFolder();
    writeFileSync(join(dir, "file"), "");
    const bad = new SpoolingStore({
      inner: new FakeStore(),
      dir: join(dir, "file", "x"),
      clock,
      random: Math.random,
    });
    const error = await bad.open(signal()).catch((e: unknown) => e);
    expect(isCampusError(error, "E_STORE_OPEN")).toBe(true);
    expect(String(error)).toContain(join(dir, "file", "x"));
    const one = new Spool(join(dir, "shared"), 1e9);
    one.open();
    expect(() => new Spool(join(dir, "shared"), 1e9).open()).toThrow("another campusd");
    one.close();
  });

  it("D1: keeps what it took when the process is killed", () => {
    const dir = temporaryFolder();
    const spool = JSON.stringify(join(import.meta.dirname, "../../src/stores/spool.ts"));
    const samples = JSON.stringify(join(import.meta.dirname, "../../src/measurements/series.ts"));
    const batch = JSON.stringify(join(import.meta.dirname, "../../src/measurements/batch.ts"));
    const script = `
      const { Spool } = await import(${spool});
      const { SeriesTable } = await import(${samples});
      const { BatchBuilder } = await import(${batch});
      const spool = new Spool(${JSON.stringify(dir)}, 1e9);
      spool.open();
      const table = new SeriesTable();
      const builder = new BatchBuilder();
      for (let i = 0; i < 40; i++) {
        builder.add(table.intern("device.cpu", { school: "s" + (i % 3) }), ${START} + i, i);
        spool.append(builder.take("n", i), table);
      }
      process.kill(process.pid, "SIGKILL");`;
    expect(() =>
      execFileSync(process.execPath, ["--input-type=module", "-e", script], { stdio: "ignore" }),
    ).toThrow();
    const opened = new Spool(dir, 1e9);
    opened.open();
    const next = opened.peek(1000)!;
    expect(Array.from(next.batch.value.subarray(0, next.batch.length))).toEqual(
      Array.from({ length: 40 }, (_, i) => i),
    );
    opened.close();
  });
});
