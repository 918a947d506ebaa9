import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { BatchBuilder, type SampleBatch } from "../../src/measurements/batch.ts";
import type { SeriesTable, Tags } from "../../src/measurements/series.ts";
import type { Status } from "../../src/measurements/status.ts";
import type { Aggregate, SeriesResult } from "../../src/stores/contract.ts";

// One folder a test file: hooks cannot be set from within a test.
const root = mkdtempSync(join(tmpdir(), "campusd-stores-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** A new folder that is removed when the file's tests are over. */
export function temporaryFolder(): string {
  return mkdtempSync(join(root, "folder-"));
}

/** 2026-11-20 00:00 UTC: start of the data in these tests. */
export const START = Date.UTC(2026, 10, 20);
/** "Now" of the stores in these tests. */
export const NOW = START + 12 * 3_600_000;

export interface Row {
  readonly quantity: string;
  readonly tags: Tags;
  readonly time: number;
  readonly value: number;
  readonly status?: Status;
}

let sequence = 0;

export function batchOf(table: SeriesTable, rows: readonly Row[]): SampleBatch {
  const builder = new BatchBuilder(Math.max(1, rows.length));
  for (const row of rows) {
    const series = table.intern(row.quantity, row.tags);
    if (row.status) builder.addStatus(series, row.time, row.status);
    else builder.add(series, row.time, row.value);
  }
  return builder.take("test", ++sequence)!;
}

/** Results as plain points, for comparing. */
export function points(result: SeriesResult | undefined): [number, number][] {
  if (!result) return [];
  return Array.from(result.times, (time, i) => [time, result.values[i]!]);
}

/** What a query of one series has to answer, from the rows in the order in which they were written. */
export function reference(
  rows: readonly { time: number; value: number; status?: Status }[],
  from: number,
  to: number,
  stepMs?: number,
  aggregate: Aggregate = "mean",
): [number, number][] {
  const last = new Map<number, { time: number; value: number; status?: Status }>();
  for (const row of rows) last.set(row.time, row);
  const good = [...last.values()]
    .filter((row) => !row.status && row.time >= from && row.time < to)
    .sort((a, b) => a.time - b.time);
  if (stepMs === undefined) return good.map((row) => [row.time, row.value]);
  const slots = new Map<number, number[]>();
  for (const row of good) {
    const slot = Math.floor(row.time / stepMs) * stepMs;
    const values = slots.get(slot);
    if (values) values.push(row.value);
    else slots.set(slot, [row.value]);
  }
  return [...slots].map(([slot, values]) => {
    const sum = values.reduce((a, b) => a + b, 0);
    const answers = {
      mean: sum / values.length,
      min: Math.min(...values),
      max: Math.max(...values),
      last: values.at(-1)!,
      count: values.length,
    };
    return [slot, answers[aggregate]];
  });
}
