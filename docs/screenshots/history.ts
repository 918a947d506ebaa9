import { join } from "node:path";
import type { BackboneView } from "../../src/api/schemas/backbone.ts";
import type { SeriesView } from "../../src/api/schemas/campus.ts";
import { BatchBuilder } from "../../src/measurements/batch.ts";
import { SeriesTable, type Tags } from "../../src/measurements/series.ts";
import { EmbeddedStore } from "../../src/stores/embedded/store.ts";
import { getJson } from "../../tests/support/process.ts";

/** One link of the demo: the tags of its rates, and how full it is by day. */
export interface Line {
  readonly tags: Tags;
  /** bit/s. */
  readonly capacity: number;
  /** Use in the busy hour now, 0..1, and by how much of itself it grew in a week. */
  readonly busy: number;
  readonly growth: number;
}

const SLOT_MS = 300_000;
const DAY_MS = 86_400_000;
const ZONE_MS = 8 * 3_600_000;
/** The demo is minutes old; a forecast rests on weeks and the table of months on months. */
const DAYS = 100;

/** mulberry32: the same seed, the same picture. */
function seeded(seed: number): () => number {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** The links of a running demo whose rates have arrived. */
export async function linesOf(url: string, region: string): Promise<Line[]> {
  const { links } = await getJson<BackboneView>(
    `${url}/api/v1/backbone?region=${encodeURIComponent(region)}`,
  );
  const lines: Line[] = [];
  for (const [n, link] of links.entries()) {
    const query = new URLSearchParams({
      quantity: "interface.in_rate",
      device: link.device,
      interface: link.interface,
      from: "-1h",
    });
    const { series } = await getJson<SeriesView>(`${url}/api/v1/series?${query}`);
    const tags = series[0]?.tags;
    if (!tags || link.capacity === null || link.use === null) continue;
    const random = seeded(n + 1);
    const busy = link.use > 70 ? 0.93 : link.role === "backup-uplink" ? 0.02 : 0.25 + random() * 0.42;
    lines.push({
      tags,
      capacity: link.capacity,
      busy,
      growth: link.use > 70 ? 0.03 : 0.002 + random() * 0.024,
    });
  }
  return lines;
}

/** How busy a school's line is at that moment, 0..1: two humps on school days, a little in the evening, quiet nights. */
function hump(at: number): number {
  const local = at + ZONE_MS;
  const hour = (local % DAY_MS) / 3_600_000;
  const weekday = new Date(local).getUTCDay();
  const school =
    Math.exp(-((hour - 10) ** 2) / 5) +
    0.9 * Math.exp(-((hour - 15) ** 2) / 4) +
    0.25 * Math.exp(-((hour - 20) ** 2) / 3);
  return 0.02 + (weekday === 0 || weekday === 6 ? 0.12 : 0.95) * Math.min(1, school);
}

/** Writes a hundred days of both directions of the lines, up to an hour before `until`, into a demo's data folder. */
export async function writeHistory(data: string, lines: readonly Line[], until: number): Promise<number> {
  const clock = { now: () => Date.now(), monotonic: () => performance.now() };
  const store = new EmbeddedStore({ dir: join(data, "samples"), clock });
  const life = new AbortController();
  await store.open(life.signal);
  const table = new SeriesTable();
  const numbers = lines.map(({ tags }) => ({
    in: table.intern("interface.in_rate", tags),
    out: table.intern("interface.out_rate", tags),
  }));
  const last = Math.floor((until - 3_600_000) / SLOT_MS) * SLOT_MS;
  const builder = new BatchBuilder(65_536);
  const random = seeded(7);
  let sequence = 0;
  let written = 0;
  for (let day = DAYS; day > 0; day -= 1) {
    const from = last - day * DAY_MS;
    for (let at = from; at < from + DAY_MS; at += SLOT_MS) {
      for (const [n, { capacity, busy, growth }] of lines.entries()) {
        const level = busy * (1 - growth * (day / 7)) * hump(at) * (0.92 + random() * 0.14);
        const rate = Math.min(0.985, level) * capacity;
        builder.add(numbers[n]!.in, at, rate);
        builder.add(numbers[n]!.out, at, rate * (0.14 + random() * 0.05));
      }
    }
    const batch = builder.take("screenshots", ++sequence);
    if (!batch) continue;
    written += batch.length;
    await store.write(batch, table);
  }
  await store.close();
  life.abort();
  return written;
}
