import { Worker } from "node:worker_threads";
import { CampusError } from "../../errors/campus-error.ts";
import type { SampleBatch } from "../../measurements/batch.ts";
import { parseSeriesText, type SeriesTable, type Tags } from "../../measurements/series.ts";
import type { SeriesQuery, SeriesResult, SeriesSelector, Store, StoreStats } from "../contract.ts";
import { checkQuery, checkSelector } from "../query.ts";
import { DAY_MS, type Retention } from "./archive.ts";
import type { EngineStats, FreshSeries } from "./engine.ts";
import { buffersOf, type OwnColumns, type QueryReply, type Reply, type RequestBody } from "./protocol.ts";

export interface EmbeddedOptions {
  /** The store's own folder; it is made when it is not there. One process at a time. */
  readonly dir: string;
  readonly clock: { now(): number };
  /** Defaults: raw samples 7 days, 5-minute roll-ups 400 days, 1-hour roll-ups 1,100 days. */
  readonly retention?: Partial<Retention>;
  /** Samples that are held in memory (21 octets each) before they are sealed; default 500,000, and up to 2,000,000 where there are many series. */
  readonly hotSamples?: number;
  /** How long after its end an hour or a day waits for late samples before it is merged and rolled up; default 30 min. */
  readonly graceMs?: number;
  /** How often to look whether there is something to seal, roll up or drop; 0: only when asked. Default 60 s. */
  readonly maintainEveryMs?: number;
}

const HOT_SAMPLES = 500_000;
/** At 21 octets each 42 MB, twice while the one half is sealed. */
const MOST_HOT_SAMPLES = 2_000_000;

/** Sets of columns that are kept to be filled again. */
const MOST_SPARE = 2;

interface Waiting {
  resolve(reply: Reply): void;
  reject(error: unknown): void;
}

interface TableState {
  readonly id: number;
  /** 1 where the worker knows the series. */
  bound: Uint8Array;
  /** How many of the table's series are: when it is all of them, no batch has a new one. */
  known: number;
}

/** Series of a table for the thread: each set of tags and each quantity once. */
export function describeSeries(series: ReadonlySet<number>, table: SeriesTable): FreshSeries {
  const setPlaces = new Map<number, number>();
  const quantityPlaces = new Map<string, number>();
  const numbers = Uint32Array.from(series);
  const sets = numbers.map((number) => placeOf(setPlaces, table.setOf(number)));
  const quantities = numbers.map((number) => placeOf(quantityPlaces, table.key(number).quantity.id));
  return {
    series: numbers,
    sets,
    quantities,
    setTexts: Array.from(setPlaces.keys(), (set) => table.setText(set)),
    quantityIds: [...quantityPlaces.keys()],
  };
}

function placeOf<Key>(places: Map<Key, number>, key: Key): number {
  let place = places.get(key);
  if (place === undefined) places.set(key, (place = places.size));
  return place;
}

/**
 * The store for one machine: SQLite files in a folder, written by a thread of its own. `write` resolves when the
 * batch is synced. It also keeps what was written when the process is killed, and leaves out what was damaged.
 */
export class EmbeddedStore implements Store {
  readonly kind = "embedded";
  readonly copies = true;
  readonly #options: EmbeddedOptions;
  readonly #waiting = new Map<number, Waiting>();
  /** Columns that the thread has done with: they travel to and fro. */
  readonly #spare: OwnColumns[] = [];
  #tables = new WeakMap<SeriesTable, TableState>();
  #tableCount = 0;
  #worker: Worker | undefined;
  #timer: NodeJS.Timeout | undefined;
  #requests = 0;
  #stats: EngineStats | undefined;
  #failure: string | undefined;
  #maintenanceFailure: string | undefined;
  #closed = false;

  constructor(options: EmbeddedOptions) {
    this.#options = options;
  }

  /** Throws E_STORE_OPEN, which names the folder. */
  async open(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const { dir, retention = {}, hotSamples = HOT_SAMPLES, graceMs = 1_800_000 } = this.#options;
    const worker = new Worker(new URL("./worker.ts", import.meta.url), {
      name: "store",
      // Most of what the thread holds is outside of the heap; a small nursery keeps the rest small.
      resourceLimits: { maxYoungGenerationSizeMb: 8 },
    });
    this.#worker = worker;
    worker.on("message", (reply: Reply) => this.#take(reply));
    worker.on("error", (error) => this.#lose(error));
    worker.on("exit", () => this.#lose(new Error("the store's thread has ended")));
    const options = {
      dir,
      hotSamples,
      mostHotSamples: this.#options.hotSamples ?? MOST_HOT_SAMPLES,
      graceMs,
      retention: {
        rawMs: retention.rawMs ?? 7 * DAY_MS,
        fiveMinutesMs: retention.fiveMinutesMs ?? 400 * DAY_MS,
        hourMs: retention.hourMs ?? 1100 * DAY_MS,
      },
    };
    const abort = () => this.#lose(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    try {
      await this.#ask({ kind: "open", options }, "E_STORE_OPEN");
    } catch (error) {
      this.#worker = undefined;
      await worker.terminate();
      throw error;
    } finally {
      signal.removeEventListener("abort", abort);
    }
    const every = this.#options.maintainEveryMs ?? 60_000;
    if (every > 0) {
      let busy = false;
      this.#timer = setInterval(() => {
        if (busy) return;
        busy = true;
        // What went wrong stands in the stats, and the next turn tries again.
        void this.maintain()
          .catch(() => {})
          .finally(() => {
            busy = false;
          });
      }, every);
      this.#timer.unref();
    }
  }

  async write(batch: SampleBatch, table: SeriesTable): Promise<void> {
    let state = this.#tables.get(table);
    if (!state)
      this.#tables.set(table, (state = { id: this.#tableCount++, bound: new Uint8Array(1024), known: 0 }));
    if (table.size > state.bound.length) {
      const bound = new Uint8Array(Math.ceil(table.size * 1.25));
      bound.set(state.bound);
      state.bound = bound;
    }
    const { length } = batch;
    const fresh = new Set<number>();
    if (state.known < table.size)
      for (let i = 0; i < length; i++) if (state.bound[batch.series[i]!] !== 1) fresh.add(batch.series[i]!);
    const columns = this.#copy(batch);
    try {
      await this.#ask(
        {
          kind: "write",
          write: { table: state.id, columns, ...(fresh.size > 0 && { fresh: describeSeries(fresh, table) }) },
        },
        "E_STORE_WRITE",
        buffersOf(columns),
      );
    } catch (error) {
      this.#failure = error instanceof Error ? error.message : String(error);
      throw error;
    }
    this.#failure = undefined;
    for (const series of fresh) {
      if (state.bound[series] === 1) continue;
      state.bound[series] = 1;
      state.known++;
    }
  }

  /** A copy, because others may read the batch too; it is handed over, not cloned, and comes back with the reply. */
  #copy(batch: SampleBatch): OwnColumns {
    const { length } = batch;
    let columns = this.#spare.pop();
    if (!columns || columns.series.length < length || columns.series.length > 4 * length + 4096) {
      const capacity = Math.ceil(length * 1.1);
      columns = {
        length,
        series: new Uint32Array(capacity),
        time: new Float64Array(capacity),
        value: new Float64Array(capacity),
        status: new Uint8Array(capacity),
      };
    }
    columns.series.set(batch.series.subarray(0, length));
    columns.time.set(batch.time.subarray(0, length));
    columns.value.set(batch.value.subarray(0, length));
    columns.status.set(batch.status.subarray(0, length));
    return { ...columns, length };
  }

  async query(query: SeriesQuery): Promise<SeriesResult[]> {
    const checked = checkQuery(query);
    const reply = await this.#ask({ kind: "query", query: checked }, "E_STORE_READ");
    const { texts, lengths, times, values } = reply.result as QueryReply;
    let at = 0;
    return texts.map((text, i) => {
      const from = at;
      at += lengths[i]!;
      return {
        quantity: checked.quantity.id,
        tags: parseSeriesText(text).tags,
        times: times.subarray(from, at),
        values: values.subarray(from, at),
      };
    });
  }

  async series(selector: SeriesSelector): Promise<{ quantity: string; tags: Tags }[]> {
    const { id } = checkSelector(selector);
    const tags = Object.fromEntries(Object.entries(selector.tags).filter(([, value]) => value !== undefined));
    const reply = await this.#ask({ kind: "series", quantity: id, tags }, "E_STORE_READ");
    return (reply.result as readonly string[]).map((text) => ({
      quantity: id,
      tags: parseSeriesText(text).tags,
    }));
  }

  /**
   * Seals, rolls up, merges and drops what is due; it happens by itself every `maintainEveryMs`.
   * @param seal seals what is in memory also when there is no need to
   */
  async maintain(seal = false): Promise<void> {
    try {
      await this.#ask({ kind: "maintain", seal }, "E_STORE_WRITE");
      this.#maintenanceFailure = undefined;
    } catch (error) {
      this.#maintenanceFailure = error instanceof Error ? error.message : String(error);
      throw error;
    }
  }

  stats(): StoreStats {
    const stats = this.#stats;
    const reason = this.#failure ?? this.#maintenanceFailure ?? stats?.reason;
    return {
      kind: this.kind,
      series: stats?.series ?? 0,
      written: stats?.written ?? 0,
      dropped: stats?.dropped ?? 0,
      corrupt: stats?.corrupt ?? 0,
      bytes: stats?.bytes ?? 0,
      spooled: 0,
      healthy:
        this.#worker !== undefined && this.#failure === undefined && this.#maintenanceFailure === undefined,
      ...(reason === undefined ? {} : { reason }),
    };
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    if (!worker || this.#closed) return;
    this.#closed = true;
    clearInterval(this.#timer);
    const ended = new Promise<void>((resolve) => worker.once("exit", () => resolve()));
    await this.#ask({ kind: "close" }, "E_STORE_WRITE").catch(() => {});
    await ended;
    this.#worker = undefined;
  }

  #ask(
    body: RequestBody,
    code: "E_STORE_OPEN" | "E_STORE_WRITE" | "E_STORE_READ",
    transfer: ArrayBuffer[] = [],
  ): Promise<Reply> {
    const worker = this.#worker;
    if (!worker || (this.#closed && body.kind !== "close"))
      return Promise.reject(
        new CampusError(code, "the embedded store is not open", { path: this.#options.dir }),
      );
    const id = ++this.#requests;
    return new Promise<Reply>((resolve, reject) => {
      this.#waiting.set(id, {
        resolve,
        reject: (error) =>
          reject(
            error instanceof CampusError
              ? error
              : new CampusError(
                  code,
                  "the embedded store's thread has ended",
                  { path: this.#options.dir },
                  error,
                ),
          ),
      });
      worker.postMessage({ ...body, id, now: this.#options.clock.now() }, transfer);
    });
  }

  #take(reply: Reply): void {
    if (reply.stats) this.#stats = reply.stats;
    if (reply.columns && this.#spare.length < MOST_SPARE) this.#spare.push(reply.columns);
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if (!waiting) return;
    const { error } = reply;
    if (error) waiting.reject(new CampusError(error.code, error.message, error.context));
    else waiting.resolve(reply);
  }

  /** The thread is gone: whoever waits hears it. */
  #lose(error: unknown): void {
    if (!this.#closed) this.#failure ??= "the embedded store's thread has ended";
    for (const waiting of this.#waiting.values()) waiting.reject(error);
    this.#waiting.clear();
  }
}
