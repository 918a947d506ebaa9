import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as rest } from "node:timers/promises";
import type { SimulationWorker } from "../../simulators/simulation-worker.ts";
import { CampusError } from "../errors/campus-error.ts";
import type { Inventory } from "../inventory/model.ts";
import { deviceTags } from "../inventory/tags.ts";
import type { SampleBatch } from "../measurements/batch.ts";
import type { SeriesTable, Tags } from "../measurements/series.ts";
import type { Store } from "../stores/contract.ts";

/** What the demo remembers of its county between two starts: a counter must go on where it stood. */
export interface DemoMemory {
  /** UTC ms from which the county's story is told back: the first start. */
  readonly anchorMs: number;
  /** UTC ms up to which the store has samples, from the history or from polling; 0 where it has none. */
  readonly toldUntil: number;
}

const FILE = "demo.json";
/** Simulated time of one slice, s: the devices do not answer while theirs is made. */
const SLICE_SECONDS = 2 * 3600;
const DAY_MS = 86_400_000;

/** Reads what is remembered in the data folder; a folder without it begins its story now. Throws E_FILE. */
export function recall(dataDir: string, now: number): DemoMemory {
  const file = join(dataDir, FILE);
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return { anchorMs: now, toldUntil: 0 };
    throw wrong(file, (error as Error).message, error);
  }
  let found: Partial<DemoMemory>;
  try {
    found = JSON.parse(text) as Partial<DemoMemory>;
  } catch (error) {
    throw wrong(file, "it is no JSON", error);
  }
  const { anchorMs, toldUntil } = found;
  if (!isTime(anchorMs) || !isTime(toldUntil))
    throw wrong(file, "anchorMs and toldUntil are times in UTC ms");
  return { anchorMs, toldUntil };
}

/** Writes it beside and puts it in place: a demo that is killed meanwhile finds the one before. */
export function remember(dataDir: string, memory: DemoMemory): void {
  const file = join(dataDir, FILE);
  try {
    writeFileSync(`${file}.new`, `${JSON.stringify(memory)}\n`);
    renameSync(`${file}.new`, file);
  } catch (error) {
    throw wrong(file, (error as Error).message, error);
  }
}

function isTime(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function wrong(file: string, what: string, cause?: unknown): CampusError {
  return new CampusError(
    "E_FILE",
    `${file}: ${what}; correct it, or name another folder with --data`,
    { file },
    cause,
  );
}

type Told<F extends (...args: never[]) => Promise<unknown>> = (
  ...args: Parameters<F>
) => ReturnType<F> | Awaited<ReturnType<F>>;

interface Teller {
  readonly beginHistory: Told<SimulationWorker["beginHistory"]>;
  readonly nextHistory: Told<SimulationWorker["nextHistory"]>;
}

export interface HistoryFill {
  /** The worker, or the simulation itself. */
  readonly simulation: Teller;
  readonly inventory: Inventory;
  readonly table: SeriesTable;
  readonly store: Pick<Store, "write">;
  /** UTC ms, [from, to). */
  readonly from: number;
  readonly to: number;
  readonly signal: AbortSignal;
  /** Called after each slice, with the UTC ms up to which everything is stored. */
  told(upto: number): void;
  /** See HistoryOptions. */
  readonly missing?: number;
  readonly stepSeconds?: number;
  /** Rest between two slices, ms: the devices answer in it, and the store seals what it has. Default none. */
  readonly restMs?: number;
}

/**
 * Stores what polling would have stored in [from, to): the county's own functions of time under the series that the
 * live collectors write, through the store's own `write`, in slices that wait for one another. Answers how many
 * samples there were. Rejects with E_STORE_* when the store fails; ends early when aborted.
 */
export async function fillHistory(fill: HistoryFill): Promise<number> {
  const { simulation, inventory, table, store, from, to, signal, missing, stepSeconds, restMs = 0 } = fill;
  const keys = await simulation.beginHistory({
    from,
    to,
    ...(missing !== undefined && { missing }),
    ...(stepSeconds !== undefined && { stepSeconds }),
  });
  const tags = new Map<string, Tags>();
  const numbers = keys.map(({ device, quantity, tags: own }) => {
    const found = inventory.devices.get(device);
    if (!found)
      throw new CampusError("E_INTERNAL", `the history tells of ${device}, which is not registered`);
    let base = tags.get(device);
    if (!base) tags.set(device, (base = deviceTags(inventory, found)));
    return table.intern(quantity, { ...base, ...own });
  });
  let samples = 0;
  for (let sequence = 1; !signal.aborted; sequence++) {
    const slice = await simulation.nextHistory(SLICE_SECONDS);
    if (!slice) break;
    const { length } = slice.series;
    const batch: SampleBatch = {
      node: "history",
      sequence,
      length,
      series: slice.series.map((place) => numbers[place]!),
      time: slice.time,
      value: slice.value,
      status: new Uint8Array(length),
    };
    if (length > 0) await store.write(batch, table);
    samples += length;
    fill.told(Math.min(slice.upto, to));
    if (restMs > 0) await rest(restMs);
  }
  return samples;
}

/** From where the history is to be told: `days` back, and never again what is told already. */
export function historyStart(memory: DemoMemory, days: number, now: number): number {
  return Math.max(memory.toldUntil, now - days * DAY_MS);
}
