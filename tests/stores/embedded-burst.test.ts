import { join } from "node:path";
import { expect, it } from "vitest";
import { SeriesTable } from "../../src/measurements/series.ts";
import { EmbeddedStore } from "../../src/stores/embedded/store.ts";
import { batchOf, START, temporaryFolder } from "./samples.ts";

const root = temporaryFolder();

it("takes a burst many times what it holds in memory: writes wait for the sealing, none is refused", async () => {
  const table = new SeriesTable();
  const store = new EmbeddedStore({
    dir: join(root, "burst"),
    clock: { now: () => START + 3_600_000 },
    hotSamples: 100_000,
    maintainEveryMs: 0,
  });
  await store.open(new AbortController().signal);
  const batches = 10;
  const each = 150_000;
  const batch = (n: number) =>
    batchOf(
      table,
      Array.from({ length: each }, (_, i) => ({
        quantity: "interface.in_rate",
        tags: { device: `d${i % 3000}` },
        time: START + n * each + i,
        value: n * each + i,
      })),
    );
  // None waits for the one before it, and each comes in a turn of its own, so that sealing cannot keep up.
  const writes: Promise<void>[] = [];
  for (let n = 0; n < batches; n++) {
    writes.push(store.write(batch(n), table));
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all(writes);
  expect(store.stats()).toMatchObject({ written: batches * each, dropped: 0, healthy: true });
  const found = await store.query({
    quantity: "interface.in_rate",
    tags: {},
    from: START,
    to: START + 3_600_000,
    limit: 5000,
  });
  expect(found.reduce((sum, one) => sum + one.times.length, 0)).toBe(batches * each);
  await store.close();
});
