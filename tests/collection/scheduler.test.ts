import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Clock } from "../../src/collection/contract.ts";
import { SlotScheduler, stableFraction } from "../../src/collection/scheduler.ts";

/** Mock time: the only thing that is mocked. */
function setup() {
  const seen = { lateness: [] as number[], skipped: [] as string[], failed: [] as unknown[] };
  const clock: Clock = { now: () => Date.now(), monotonic: () => performance.now() };
  const scheduler = new SlotScheduler(clock, {
    lateness: (ms) => seen.lateness.push(ms),
    skipped: (id) => seen.skipped.push(id),
    failed: (_id, error) => seen.failed.push(error),
  });
  scheduler.open();
  return { scheduler, seen, clock };
}

describe("scheduler", () => {
  beforeEach(() => {
    vi.useFakeTimers({
      toFake: ["setInterval", "clearInterval", "setTimeout", "clearTimeout", "Date", "performance"],
    });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("T7 runs 10,000 polls (60:1 compressed) without drift and never late by more than a slot", async () => {
    const { scheduler, seen } = setup();
    const starts: number[] = [];
    scheduler.every("device-1", 1_000, () => {
      starts.push(performance.now());
    });
    for (let i = 0; i < 100; i++) await vi.advanceTimersByTimeAsync(100_000);
    await scheduler.close();
    expect(starts.length).toBeGreaterThanOrEqual(9_999);
    const first = starts[0]!;
    const drift = starts.map((at, i) => at - (first + i * 1_000));
    expect(Math.max(...drift.map(Math.abs))).toBeLessThanOrEqual(20);
    expect(Math.max(...seen.lateness)).toBeLessThanOrEqual(20);
  });

  it("starts the first run within the time asked for and spreads many over it", async () => {
    const { scheduler } = setup();
    const starts = new Map<string, number>();
    for (let i = 0; i < 1000; i++) {
      scheduler.every(
        `device-${i}`,
        60_000,
        () => {
          if (!starts.has(`device-${i}`)) starts.set(`device-${i}`, performance.now());
        },
        5_000,
      );
    }
    const begun = performance.now();
    await vi.advanceTimersByTimeAsync(5_050);
    expect(starts.size).toBe(1000);
    const perSecond = [0, 0, 0, 0, 0, 0];
    for (const at of starts.values()) perSecond[Math.floor((at - begun) / 1000)]!++;
    for (const second of perSecond.slice(0, 5)) {
      expect(second).toBeGreaterThan(140);
      expect(second).toBeLessThan(260);
    }
    await scheduler.close();
  });

  it("never stacks missed cycles: a slow task skips its turns and is told apart", async () => {
    const { scheduler, seen } = setup();
    let running = 0;
    let most = 0;
    let runs = 0;
    scheduler.every("slow", 1_000, async () => {
      running++;
      runs++;
      most = Math.max(most, running);
      await new Promise((resolve) => setTimeout(resolve, 3_500));
      running--;
    });
    await vi.advanceTimersByTimeAsync(20_000);
    expect(most).toBe(1);
    expect(runs).toBe(5);
    expect(seen.skipped.length).toBeGreaterThanOrEqual(13);
    await vi.advanceTimersByTimeAsync(0);
    const closing = scheduler.close();
    await vi.advanceTimersByTimeAsync(4_000);
    await closing;
  });

  it("T1 follows the monotonic clock: a wall clock that jumps moves no poll", async () => {
    let monotonic = 0;
    let wall = 1_800_000_000_000;
    const seen: number[] = [];
    const scheduler = new SlotScheduler(
      { now: () => wall, monotonic: () => monotonic },
      { lateness: () => {}, skipped: () => {}, failed: () => {} },
    );
    scheduler.open();
    scheduler.every("x", 10_000, () => {
      seen.push(monotonic);
    });
    for (let i = 0; i < 6_000; i++) {
      monotonic += 20;
      wall += i % 1000 === 0 ? (i % 2000 === 0 ? 3_600_000 : -7_200_000) : 20;
      await vi.advanceTimersByTimeAsync(20);
    }
    expect(seen.length).toBe(12);
    const gaps = seen.slice(1).map((at, i) => at - seen[i]!);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(10_020);
    await scheduler.close();
  });

  it("goes on after a task that throws, and ends a task that was taken back", async () => {
    const { scheduler, seen } = setup();
    let runs = 0;
    const end = scheduler.every("bad", 1_000, () => {
      runs++;
      throw new Error("boom");
    });
    await vi.advanceTimersByTimeAsync(3_100);
    expect(runs).toBeGreaterThanOrEqual(3);
    expect(seen.failed.length).toBe(runs);
    end();
    const before = runs;
    await vi.advanceTimersByTimeAsync(5_000);
    expect(runs).toBe(before);
    await scheduler.close();
  });

  it("keeps phases over restarts and spreads them evenly", () => {
    expect(stableFraction("school-1-core-1")).toBe(stableFraction("school-1-core-1"));
    const buckets = new Array<number>(10).fill(0);
    for (let i = 0; i < 10_000; i++) buckets[Math.floor(stableFraction(`qh${i % 137}-sw${i}`) * 10)]!++;
    for (const bucket of buckets) {
      expect(bucket).toBeGreaterThan(850);
      expect(bucket).toBeLessThan(1150);
    }
  });
});
