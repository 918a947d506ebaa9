import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { CampusError } from "../../errors/campus-error.ts";
import type { SampleColumns } from "../../measurements/batch.ts";
import type { Tags } from "../../measurements/series.ts";
import { STATUS } from "../../measurements/status.ts";
import type { CheckedQuery } from "../query.ts";
import { Archive, DAY_MS, type Retention, sizeOf } from "./archive.ts";
import { Arena } from "./arena.ts";
import { Catalogue } from "./catalogue.ts";
import { isSyncFailure, openFailure, writeFailure } from "./database.ts";
import { HotLog } from "./hot-log.ts";
import { hasPastDay, type Job, mergeHours, rollDays, sealArena } from "./maintenance.ts";
import { Reader } from "./reader.ts";

export interface EngineOptions {
  readonly dir: string;
  readonly retention: Retention;
  /** Samples that are held in memory before they are sealed. */
  readonly hotSamples: number;
  /** The same where there are so many series that each would have but a few; default `hotSamples`. */
  readonly mostHotSamples?: number;
  /** How long after its end a day or an hour still waits for late samples. */
  readonly graceMs: number;
}

/** Columns that belong to the engine, and those of their series that it does not know yet. */
export interface WriteRequest {
  /** Number of the node's series table, from 0. */
  readonly table: number;
  readonly columns: SampleColumns;
  readonly fresh?: FreshSeries;
}

/** Series of a node's table that the engine is told of, each with its set of tags and its quantity. */
export interface FreshSeries {
  /** Numbers in the node's table. */
  readonly series: Uint32Array;
  /** Of each the place of its set and of its quantity in the lists below. */
  readonly sets: Uint32Array;
  readonly quantities: Uint32Array;
  /** Texts of sets of tags, as `SeriesTable.setText` gives them, and ids of quantities. */
  readonly setTexts: readonly string[];
  readonly quantityIds: readonly string[];
}

export interface EngineStats {
  readonly series: number;
  readonly written: number;
  readonly dropped: number;
  readonly corrupt: number;
  readonly bytes: number;
  readonly reason?: string;
}

/** A sample may lie so far in the future; a clock that is further off is wrong. */
const FUTURE_MS = DAY_MS;
/** The arena that fills while the other one is sealed may grow to this many times its size, then writes wait. */
/** Samples of a series that are worth a chunk. */
const SAMPLES_A_CHUNK = 10;
const BACKLOG = 2;

/** The store itself: synchronous, for one thread. Long work comes as jobs that are run in stripes. */
export class Engine {
  readonly #options: EngineOptions;
  readonly #catalogue: Catalogue;
  readonly #hot: HotLog;
  readonly #archive: Archive;
  readonly #reader: Reader;
  readonly #tables: Int32Array[] = [];
  #active = new Arena();
  #sealing: Arena | undefined;
  /** The arena that was sealed last, empty: its memory is used again. */
  #spare: Arena | undefined;
  #written = 0;
  #dropped = 0;
  #corrupt = 0;
  #corruptWhere: string | undefined;
  #readOnly: string | undefined;

  constructor(options: EngineOptions) {
    this.#options = options;
    const damaged = (count: number, where: string) => {
      this.#corrupt += count;
      this.#corruptWhere ??= where;
    };
    this.#catalogue = new Catalogue(join(options.dir, "series.sqlite"), damaged);
    this.#hot = new HotLog(join(options.dir, "hot"), damaged);
    this.#archive = new Archive(options.dir, damaged);
    this.#reader = new Reader(this.#archive, () =>
      this.#sealing ? [this.#sealing, this.#active] : [this.#active],
    );
  }

  /** Opens the files and reads the hot log back. Throws E_STORE_OPEN. */
  open(): void {
    try {
      mkdirSync(this.#options.dir, { recursive: true });
      this.#catalogue.open();
      this.#archive.open();
      let sealed = 0;
      let end = 0;
      for (const file of this.#archive.files())
        for (const segment of file.segments) {
          sealed = Math.max(sealed, segment.upto);
          end = Math.max(end, highestMember(segment.members) + 1);
        }
      this.#hot.open(sealed, (rows) => {
        this.#active.add(rows);
        for (let i = 0; i < rows.length; i++) end = Math.max(end, rows.series[i]! + 1);
      });
      this.#active.sequence = this.#hot.sequence;
      this.#catalogue.reserve(end);
    } catch (error) {
      this.close();
      throw openFailure(error, this.#options.dir);
    }
  }

  /**
   * Writes a group in one commit; when it returns all of it is synced, when it throws (E_STORE_WRITE) none of it
   * is taken. Samples from the far future, or older than anything that is kept, are dropped and counted.
   */
  write(group: readonly WriteRequest[], now: number): void {
    if (this.#readOnly) throw new CampusError("E_STORE_WRITE", this.#readOnly, { path: this.#options.dir });
    if (this.overfull)
      throw new CampusError(
        "E_STORE_WRITE",
        `the embedded store cannot seal what it holds (${this.#active.length} samples) in ${this.#options.dir}`,
        { path: this.#options.dir },
      );
    const before = this.#hot.sequence;
    const cleaned: SampleColumns[] = [];
    let dropped = 0;
    let written = 0;
    try {
      for (const request of group) {
        const rows = this.#clean(request, now);
        cleaned.push(rows);
        written += rows.length;
        dropped += request.columns.length - rows.length;
      }
      if (written > 0) {
        const parts = cleaned.filter((rows) => rows.length > 0);
        for (const [i, rows] of parts.entries())
          this.#hot.append(rows, { first: i === 0, last: i === parts.length - 1 });
        this.#hot.commit();
      }
    } catch (error) {
      if (!this.#takeBack(before) || isSyncFailure(error))
        this.#readOnly =
          "a sync of the embedded store failed; it takes nothing more until it is opened again";
      throw error instanceof CampusError ? error : writeFailure(error, this.#options.dir);
    }
    for (const rows of cleaned) this.#active.add(rows);
    this.#active.sequence = this.#hot.sequence;
    this.#written += written;
    this.#dropped += dropped;
  }

  /** Takes a group that failed out of the hot log; false when that fails too. */
  #takeBack(sequence: number): boolean {
    try {
      this.#hot.abort(sequence);
      return true;
    } catch {
      return false;
    }
  }

  /** Maps the rows to the store's series numbers, in place, and leaves out what cannot be kept. */
  #clean(request: WriteRequest, now: number): SampleColumns {
    let numbers = this.#tables[request.table] ?? new Int32Array(0);
    const { fresh } = request;
    if (fresh && fresh.series.length > 0) {
      const sets = fresh.setTexts.map((text) => this.#catalogue.set(text));
      const quantities = fresh.quantityIds.map((id) => this.#catalogue.quantity(id));
      const bound = this.#catalogue.bind(
        fresh.sets.map((set) => sets[set]!),
        fresh.quantities.map((quantity) => quantities[quantity]!),
      );
      const most = fresh.series.reduce((a, b) => Math.max(a, b), 0);
      if (most >= numbers.length) {
        const grown = new Int32Array(Math.max(1024, Math.ceil(most * 1.25) + 1)).fill(-1);
        grown.set(numbers);
        numbers = grown;
      }
      for (let i = 0; i < bound.length; i++) numbers[fresh.series[i]!] = bound[i]!;
      this.#tables[request.table] = numbers;
    }
    const { series, time, value, status, length } = request.columns;
    const { rawMs, fiveMinutesMs, hourMs } = this.#options.retention;
    const oldest = Math.max(0, now - Math.max(rawMs, fiveMinutesMs, hourMs));
    const latest = now + FUTURE_MS;
    let n = 0;
    // Many rows are of one instant.
    let last = Number.NaN;
    let at = Number.NaN;
    let fits = false;
    for (let i = 0; i < length; i++) {
      const from = series[i]!;
      const number = from < numbers.length ? numbers[from]! : -1;
      const when = time[i]!;
      if (when !== last) {
        last = when;
        at = Math.round(when);
        fits = at >= oldest && at < latest;
      }
      if (number < 0 || !fits) continue;
      const reading = value[i]!;
      let state = status[i]!;
      // A value that is no number cannot be good, whoever says so.
      if (state === STATUS.ok && !Number.isFinite(reading)) state = STATUS.implausible;
      series[n] = number;
      time[n] = at;
      status[n] = state;
      value[n] = state === STATUS.ok ? reading : Number.NaN;
      n++;
    }
    return { length: n, series, time, value, status };
  }

  /** The series that a query asks for, and how to read each of them. */
  query(query: CheckedQuery): {
    series: number[];
    read: (series: number) => { times: Float64Array; values: Float64Array };
  } {
    const series = this.#catalogue.select(query.quantity.id, query.tags, query.limit);
    const plans = this.#reader.plan(query);
    return { series, read: (number) => this.#reader.read(number, query, plans) };
  }

  select(quantity: string, tags: Tags): string[] {
    return this.#catalogue
      .select(quantity, tags, Number.POSITIVE_INFINITY)
      .map((series) => this.#catalogue.text(series)!);
  }

  text(series: number): string {
    return this.#catalogue.text(series)!;
  }

  /** Whether the arena is to be sealed. */
  get full(): boolean {
    return this.#active.length >= this.#room;
  }

  /**
   * Rows that the arena takes: as many as were asked for, and more where there are many series, up to
   * `mostHotSamples`. A chunk costs the same with two samples in it as with ten.
   */
  get #room(): number {
    const { hotSamples, mostHotSamples = hotSamples } = this.#options;
    return Math.max(hotSamples, Math.min(this.#active.seriesCount * SAMPLES_A_CHUNK, mostHotSamples));
  }

  /** Whether nothing more is taken until a job has made room. */
  get overfull(): boolean {
    return this.#active.length >= this.#room * BACKLOG;
  }

  /**
   * What there is to do: seal, roll up, merge, drop. Jobs are run one after the other, never two at once.
   * @param seal seals also when there is no need to
   */
  *maintain(now: number, seal = false): Job {
    const { graceMs, retention } = this.#options;
    yield* this.#seal(() => seal || this.full || hasPastDay(this.#active, now, graceMs));
    yield* rollDays(this.#archive, this.#reader, now, graceMs);
    yield* mergeHours(this.#archive, now, graceMs);
    this.#archive.retain(now, retention);
  }

  /** Seals the arena when it is full, and nothing else. */
  sealFull(): Job {
    return this.#seal(() => this.full);
  }

  *#seal(wanted: () => boolean): Job {
    // An arena whose sealing failed, on a full disk say, is tried again before anything else.
    if (!this.#sealing) {
      if (!wanted() || this.#active.length === 0) return;
      this.#hot.rotate();
      this.#sealing = this.#active;
      this.#active = this.#spare ?? new Arena();
      this.#spare = undefined;
      this.#active.sequence = this.#sealing.sequence;
    }
    yield* sealArena(this.#sealing, this.#archive);
    const sealed = this.#sealing;
    this.#sealing = undefined;
    this.#hot.trim(sealed.sequence);
    sealed.clear();
    this.#spare = sealed;
  }

  stats(): EngineStats {
    const dir = this.#options.dir;
    const own = ["series.sqlite", "series.sqlite-wal"];
    return {
      series: this.#catalogue.size,
      written: this.#written,
      dropped: this.#dropped,
      corrupt: this.#corrupt,
      bytes: own.reduce(
        (sum, name) => sum + sizeOf(join(dir, name)),
        this.#archive.bytes() + this.#hot.bytes,
      ),
      reason: this.#readOnly ?? (this.#corrupt > 0 ? `E_STORE_CORRUPT: ${this.#corruptWhere}` : undefined),
    };
  }

  close(): void {
    this.#hot.close();
    this.#archive.close();
    this.#catalogue.close();
  }
}

function highestMember(members: Uint8Array): number {
  for (let i = members.length - 1; i >= 0; i--)
    if (members[i] !== 0) return i * 8 + 31 - Math.clz32(members[i]!);
  return -1;
}
