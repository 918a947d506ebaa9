import { execFileSync, spawn } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isCampusError } from "../../src/errors/campus-error.ts";
import { SeriesTable } from "../../src/measurements/series.ts";
import type { SeriesQuery } from "../../src/stores/contract.ts";
import { Engine } from "../../src/stores/embedded/engine.ts";
import { describeSeries, EmbeddedStore } from "../../src/stores/embedded/store.ts";
import { checkQuery } from "../../src/stores/query.ts";
import { batchOf, NOW, points, START, temporaryFolder } from "./samples.ts";

const DAY = 86_400_000;
const KEEP = { rawMs: 30 * DAY, fiveMinutesMs: 400 * DAY, hourMs: 1100 * DAY };

function engineOn(dir: string): Engine {
  const engine = new Engine({ dir, retention: KEEP, hotSamples: 1_000_000, graceMs: 0 });
  engine.open();
  return engine;
}

function write(engine: Engine, rows: { series: string; time: number; value: number }[], now = NOW): void {
  const table = new SeriesTable();
  const batch = batchOf(
    table,
    rows.map(({ series, time, value }) => ({
      quantity: "device.cpu",
      tags: { device: series },
      time,
      value,
    })),
  );
  const fresh = describeSeries(new Set(Array.from({ length: table.size }, (_, i) => i)), table);
  engine.write([{ table: 0, columns: batch, fresh }], now);
}

function run(engine: Engine, now: number, seal = false): void {
  for (const _ of engine.maintain(now, seal)) void _;
}

/** Everything the engine answers, as `device -> time -> value`. */
function ask(engine: Engine, query: Partial<SeriesQuery> = {}): Map<string, Map<number, number>> {
  const checked = checkQuery({ quantity: "device.cpu", tags: {}, from: 0, to: NOW + 10 * DAY, ...query });
  const { series, read } = engine.query(checked);
  const all = new Map<string, Map<number, number>>();
  for (const number of series) {
    const { times, values } = read(number);
    const device = /device=([^,]*)/.exec(engine.text(number))![1]!;
    all.set(device, new Map(Array.from(times, (time, i) => [time, values[i]!])));
  }
  return all;
}

function filesOf(dir: string): string[] {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

describe("embedded store: durability", () => {
  it("D1: keeps every acknowledged batch, whole, over several kill -9", { timeout: 120_000 }, async () => {
    const dir = join(temporaryFolder(), "killed");
    const script = join(import.meta.dirname, "ledger-writer.ts");
    let acked = -1;
    let next = 0;
    for (let round = 0; round < 8; round++) {
      const child = spawn(process.execPath, [script, dir, String(next), String(NOW)], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      let text = "";
      child.stdout.on("data", (chunk: Buffer) => {
        text += chunk.toString();
      });
      const ended = new Promise((resolve) => child.once("exit", resolve));
      for (let i = 0; i < 600 && !text.includes("ack") && child.exitCode === null; i++) await delay(20);
      await delay(40 + round * 37);
      child.kill("SIGKILL");
      await ended;
      const acks = [...text.matchAll(/^ack (\d+)$/gm)].map((match) => Number(match[1]));
      expect(acks.length).toBeGreaterThan(0);
      acked = Math.max(acked, ...acks);
      // The batch after the last acknowledged one may be there too.
      next = acked + 2;
    }
    const store = new EmbeddedStore({ dir, clock: { now: () => NOW }, maintainEveryMs: 0 });
    await store.open(new AbortController().signal);
    const results = await store.query({ quantity: "device.cpu", tags: {}, from: 0, to: NOW + 1 });
    expect(results).toHaveLength(50);
    const first = points(results[0]).map(([, value]) => value);
    for (const result of results)
      expect(points(result)).toEqual(first.map((value) => [NOW - DAY + value * 1000, value]));
    const stored = new Set(first);
    expect(stored.size).toBe(first.length);
    // Numbers that were skipped between two processes were never sent.
    const missing = Array.from({ length: acked + 1 }, (_, i) => i).filter((number) => !stored.has(number));
    expect(missing.length).toBeLessThanOrEqual(7);
    for (const number of missing) expect(stored.has(number - 1) && stored.has(number + 1)).toBe(true);
    expect(store.stats()).toMatchObject({ corrupt: 0, healthy: true });
    await store.close();
  });

  it("D2/D4: opens with a log cut at any length and loses only what was cut", { timeout: 120_000 }, () => {
    const folder = temporaryFolder();
    const dir = join(folder, "whole");
    const engine = engineOn(dir);
    const BATCHES = 40;
    for (let batch = 0; batch < BATCHES; batch++)
      write(
        engine,
        [0, 1, 2].map((d) => ({ series: `d${d}`, time: START + batch * 1000, value: batch })),
      );
    // The process ends here: the files are as a kill leaves them.
    const log = join("hot", readdirSync(join(dir, "hot"))[0]!);
    const size = statSync(join(dir, log)).size;
    expect(size).toBeGreaterThan(BATCHES * 40);
    const cuts = new Set([0, 1, 31, 32, 33, size - 1, size]);
    for (let i = 0; i < 200; i++) cuts.add(Math.floor((i * size) / 200) + (i % 57));
    for (let i = 1; i < 100; i++) cuts.add(size - i * 41);
    let before = -1;
    for (const cut of [...cuts].sort((a, b) => a - b)) {
      const copy = join(folder, "cut");
      rmSync(copy, { recursive: true, force: true });
      cpSync(dir, copy, { recursive: true });
      truncateSync(join(copy, log), Math.min(cut, size));
      const opened = engineOn(copy);
      expect(opened.stats().corrupt).toBe(0);
      const found = ask(opened);
      const numbers = [...(found.get("d0")?.values() ?? [])];
      expect(numbers).toEqual(numbers.map((_, i) => i));
      for (const device of ["d1", "d2"]) expect([...(found.get(device)?.values() ?? [])]).toEqual(numbers);
      expect(numbers.length).toBeGreaterThanOrEqual(before);
      before = numbers.length;
      // It takes more at once, and keeps it.
      write(opened, [{ series: "d0", time: START + 3_600_000, value: 4711 }]);
      expect(
        ask(opened)
          .get("d0")
          ?.get(START + 3_600_000),
      ).toBe(4711);
      opened.close();
    }
    expect(before).toBe(BATCHES);
    engine.close();
  });

  it("D4: a group that fills several frames of the log is there whole or not at all", {
    timeout: 120_000,
  }, () => {
    const folder = temporaryFolder();
    const dir = join(folder, "whole");
    const engine = engineOn(dir);
    const ROWS = 10_000;
    const group = (from: number) =>
      Array.from({ length: ROWS }, (_, i) => ({
        series: `d${i % 100}`,
        time: START + Math.floor(i / 100) * 1000 + from,
        value: from + i,
      }));
    write(engine, group(1));
    const log = join("hot", readdirSync(join(dir, "hot"))[0]!);
    const first = statSync(join(dir, log)).size;
    write(engine, group(2));
    const size = statSync(join(dir, log)).size;
    const copy = join(folder, "cut");
    for (let part = 0; part <= 20; part++) {
      const cut = first + Math.floor(((size - first) * part) / 20);
      rmSync(copy, { recursive: true, force: true });
      cpSync(dir, copy, { recursive: true });
      truncateSync(join(copy, log), cut);
      const opened = engineOn(copy);
      const found = [...ask(opened).values()].flatMap((points) => [...points]);
      expect(found.length, `cut at ${cut} of ${size}`).toBe(cut === size ? 2 * ROWS : ROWS);
      expect(opened.stats().corrupt).toBe(0);
      opened.close();
    }
    // Closed in order, the same group lacks one frame when one is damaged, and that is said.
    engine.close();
    const bytes = readFileSync(join(dir, log));
    bytes[first + 20_000]! ^= 1;
    writeFileSync(join(dir, log), bytes);
    const opened = engineOn(dir);
    const left = [...ask(opened).values()].flatMap((points) => [...points]).length;
    expect(left).toBeGreaterThanOrEqual(2 * ROWS - 4096);
    expect(left).toBeLessThan(2 * ROWS);
    expect(opened.stats().corrupt).toBe(1);
    opened.close();
  });

  it("D2: opens with a database file that lost its end, and says what is missing", () => {
    const folder = temporaryFolder();
    const dir = join(folder, "whole");
    const engine = engineOn(dir);
    const rows = Array.from({ length: 20_000 }, (_, i) => ({
      series: `d${i % 200}`,
      time: START + Math.floor(i / 200) * 60_000,
      value: i / 7,
    }));
    write(engine, rows);
    run(engine, NOW, true);
    engine.close();
    const raw = filesOf(dir).find((path) => path.includes("/raw/"))!;
    const size = statSync(raw).size;
    for (const cut of [size - 1, size - 16384, Math.floor(size / 2) + 5, 16384, 100, 0]) {
      const copy = join(folder, "cut");
      rmSync(copy, { recursive: true, force: true });
      cpSync(dir, copy, { recursive: true });
      truncateSync(raw.replace(dir, copy), cut);
      const opened = engineOn(copy);
      const found = ask(opened);
      let count = 0;
      for (const { series, time, value } of rows) {
        const got = found.get(series)?.get(time);
        if (got !== undefined) {
          expect(got).toBe(value);
          count++;
        }
      }
      if (cut > 0 && count < rows.length) expect(opened.stats().corrupt).toBeGreaterThan(0);
      if (cut >= size - 16384) expect(count).toBeGreaterThan(rows.length / 4);
      opened.close();
    }
  });

  it("D3: finds a flipped bit, wherever it is, and loses no more than a block", { timeout: 240_000 }, () => {
    const folder = temporaryFolder();
    const dir = join(folder, "whole");
    const engine = engineOn(dir);
    const ledger = new Map<string, number>();
    const put = (from: number, minutes: number, now: number) => {
      const rows: { series: string; time: number; value: number }[] = [];
      for (let d = 0; d < 40; d++)
        for (let m = 0; m < minutes; m++) {
          const time = from + m * 60_000 + d;
          const value = d % 3 === 0 ? Math.sin(time + d) : d % 3 === 1 ? m * 1000 + d : (m % 50) / 10;
          rows.push({ series: `d${d}`, time, value });
          ledger.set(`d${d}/${time}`, value);
        }
      write(engine, rows, now);
    };
    put(START - 2 * DAY, 120, NOW);
    run(engine, NOW, true);
    put(START, 90, NOW);
    run(engine, NOW, true);
    put(START + 2 * 3_600_000, 30, NOW);
    const hourly = ask(engine, { to: START, stepMs: 3_600_000, aggregate: "max" });
    expect(hourly.get("d1")?.size).toBe(2);
    engine.close();
    const files = filesOf(dir);
    expect(files.some((path) => path.includes("rollup-1h"))).toBe(true);

    let detected = 0;
    const random = fc.sample(fc.tuple(fc.nat(files.length - 1), fc.nat(), fc.nat(7)), {
      numRuns: 400,
      seed: 20261120,
    });
    for (const [file, position, bit] of random) {
      const copy = join(folder, "flipped");
      rmSync(copy, { recursive: true, force: true });
      cpSync(dir, copy, { recursive: true });
      const path = files[file]!.replace(dir, copy);
      const bytes = readFileSync(path);
      const at = position % bytes.length;
      bytes[at]! ^= 1 << bit;
      writeFileSync(path, bytes);
      const where = `${path.slice(copy.length)} octet ${at} bit ${bit}`;
      const opened = engineOn(copy);
      const found = ask(opened);
      let count = 0;
      for (const [device, values] of found)
        for (const [time, value] of values) {
          expect(ledger.get(`${device}/${time}`), where).toBe(value);
          count++;
        }
      const lost = ledger.size - count;
      if (lost > 0) expect(opened.stats().corrupt, where).toBeGreaterThan(0);
      expect(lost, where).toBeLessThanOrEqual(4096);
      const rolled = ask(opened, { to: START, stepMs: 3_600_000, aggregate: "max" });
      for (const [device, values] of rolled)
        for (const [time, value] of values)
          if (lost === 0) expect(value, where).toBe(hourly.get(device)?.get(time));
      if (opened.stats().corrupt > 0) detected++;
      opened.close();
    }
    expect(detected).toBeGreaterThan(100);
  });

  it("never gives the number of a lost series to a new one", () => {
    const folder = temporaryFolder();
    const dir = join(folder, "x");
    const engine = engineOn(dir);
    write(engine, [{ series: "old", time: START, value: 1 }]);
    run(engine, NOW, true);
    engine.close();
    rmSync(join(dir, "series.sqlite"));
    const opened = engineOn(dir);
    write(opened, [{ series: "new", time: START + 1, value: 2 }]);
    expect([...ask(opened).get("new")!]).toEqual([[START + 1, 2]]);
    opened.close();
  });

  it.skipIf(process.getuid?.() !== 0)(
    "D5: a full disk refuses writes, loses nothing and heals",
    { timeout: 120_000 },
    async (context) => {
      const mount = join(temporaryFolder(), "small");
      mkdirSync(mount);
      try {
        execFileSync("mount", ["-t", "tmpfs", "-o", "size=6m", "tmpfs", mount], { stdio: "ignore" });
      } catch {
        context.skip("this machine does not let us mount a tmpfs");
        return;
      }
      try {
        writeFileSync(join(mount, "ballast"), Buffer.alloc(3 * 1024 * 1024));
        const store = new EmbeddedStore({
          dir: join(mount, "data"),
          clock: { now: () => NOW },
          hotSamples: 20_000,
          maintainEveryMs: 0,
        });
        await store.open(new AbortController().signal);
        const table = new SeriesTable();
        const acked: number[] = [];
        const put = (number: number) =>
          store.write(
            batchOf(
              table,
              Array.from({ length: 500 }, (_, d) => ({
                quantity: "device.cpu",
                tags: { device: `d${d}` },
                time: START + number * 1000,
                value: Math.sin(number * 500 + d),
              })),
            ),
            table,
          );
        let refused: unknown;
        let number = 0;
        for (; number < 2000 && !refused; number++) {
          try {
            await put(number);
            acked.push(number);
          } catch (error) {
            refused = error;
          }
        }
        expect(isCampusError(refused, "E_STORE_WRITE")).toBe(true);
        expect((refused as { retryable: boolean }).retryable).toBe(true);
        expect(store.stats().healthy).toBe(false);
        const check = async () => {
          const [one] = await store.query({
            quantity: "device.cpu",
            tags: { device: "d7" },
            from: 0,
            to: NOW,
          });
          const stored = new Map(points(one));
          for (const n of acked) expect(stored.get(START + n * 1000)).toBe(Math.sin(n * 500 + 7));
          expect(stored.size).toBe(acked.length);
        };
        await check();
        await expect(put(number)).rejects.toSatisfy((error) => isCampusError(error, "E_STORE_WRITE"));
        rmSync(join(mount, "ballast"));
        await store.maintain().catch(() => {});
        for (let i = 0; i < 20; i++) {
          await put(++number);
          acked.push(number);
        }
        await check();
        expect(store.stats().healthy).toBe(true);
        await store.close();
      } finally {
        execFileSync("umount", ["-l", mount], { stdio: "ignore" });
      }
    },
  );
});

describe("embedded store: opening", () => {
  it("refuses a folder that another one has open, and says so", async () => {
    const dir = join(temporaryFolder(), "shared");
    const first = new EmbeddedStore({ dir, clock: { now: () => NOW } });
    await first.open(new AbortController().signal);
    const second = new EmbeddedStore({ dir, clock: { now: () => NOW } });
    const error = await second.open(new AbortController().signal).catch((e: unknown) => e);
    expect(isCampusError(error, "E_STORE_OPEN")).toBe(true);
    expect(String(error)).toContain("another campusd");
    expect(String(error)).toContain(dir);
    await first.close();
    await second.open(new AbortController().signal);
    await second.close();
  });

  it("names a folder that cannot be made", async () => {
    const dir = temporaryFolder();
    writeFileSync(join(dir, "file"), "");
    const store = new EmbeddedStore({ dir: join(dir, "file", "data"), clock: { now: () => NOW } });
    const error = await store.open(new AbortController().signal).catch((e: unknown) => e);
    expect(isCampusError(error, "E_STORE_OPEN")).toBe(true);
    expect(String(error)).toContain(join(dir, "file", "data"));
    expect(existsSync(join(dir, "file", "data"))).toBe(false);
  });

  it("rejects what is asked before open and after close, and close may be called twice", async () => {
    const store = new EmbeddedStore({ dir: join(temporaryFolder(), "x"), clock: { now: () => NOW } });
    const table = new SeriesTable();
    const batch = batchOf(table, [{ quantity: "device.cpu", tags: {}, time: START, value: 1 }]);
    await expect(store.write(batch, table)).rejects.toThrow("not open");
    await store.open(new AbortController().signal);
    await store.write(batch, table);
    await store.close();
    await store.close();
    await expect(store.write(batch, table)).rejects.toThrow("not open");
    await expect(store.query({ quantity: "device.cpu", tags: {}, from: 0, to: 1 })).rejects.toThrow(
      "not open",
    );
  });
});
