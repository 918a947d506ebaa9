/**
 * A process of its own for the kill tests: writes numbered batches into an embedded store and says on stdout
 * `ack N` after each that was acknowledged. Arguments: folder, first number, "now" in ms.
 */
import { BatchBuilder } from "../../src/measurements/batch.ts";
import { SeriesTable } from "../../src/measurements/series.ts";
import { EmbeddedStore } from "../../src/stores/embedded/store.ts";

const [dir = "", first = "0", now = "0"] = process.argv.slice(2);
const LEDGER_SERIES = 50;
const store = new EmbeddedStore({
  dir,
  clock: { now: () => Number(now) },
  hotSamples: 2000,
  maintainEveryMs: 7,
  graceMs: 0,
});
await store.open(new AbortController().signal);
process.stdout.write("open\n");
const table = new SeriesTable();
const builder = new BatchBuilder();
for (let number = Number(first); ; number++) {
  for (let i = 0; i < LEDGER_SERIES; i++) {
    const series = table.intern("device.cpu", { device: `d${i}`, school: `s${i % 5}` });
    builder.add(series, Number(now) - 86_400_000 + number * 1000, number);
  }
  await store.write(builder.take("ledger", number)!, table);
  process.stdout.write(`ack ${number}\n`);
}
