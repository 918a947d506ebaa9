import { setTimeout as delay } from "node:timers/promises";
import { CampusError, isCampusError } from "../errors/campus-error.ts";
import type { SampleBatch } from "../measurements/batch.ts";
import type { SeriesTable, Tags } from "../measurements/series.ts";
import type { SeriesQuery, SeriesResult, SeriesSelector, Store, StoreStats } from "./contract.ts";
import { Spool } from "./spool.ts";

export interface SpoolingOptions {
  /** The store that may be away. */
  readonly inner: Store;
  /** The spool's own folder; it is made when it is not there. */
  readonly dir: string;
  /** Most octets that wait; default 256 MB. */
  readonly capBytes?: number;
  readonly clock: { monotonic(): number };
  /** 0 <= x < 1, for the jitter. */
  readonly random: () => number;
  /** A batch that the store has not taken after so long goes into the spool as well; default 2 s. */
  readonly patienceMs?: number;
  /** First and longest wait before the store is tried again; default 500 ms and 30 s. */
  readonly backoffMs?: { readonly first: number; readonly longest: number };
}

const DEFAULT_CAP = 256 * 1024 * 1024;
const DEFAULT_PATIENCE = 2000;
const DEFAULT_BACKOFF = { first: 500, longest: 30_000 };
/** Samples that are sent again at once. */
const REPLAY_SAMPLES = 5000;

/**
 * A store that is elsewhere, behind a spool on this disk: a batch that the store does not take now is synced into
 * the spool, acknowledged, and sent again in order, with its first timestamps, while new batches go on. While the
 * store is away it is asked again and again, less and less often, and nobody waits for it.
 */
export class SpoolingStore implements Store {
  readonly #options: SpoolingOptions;
  readonly #inner: Store;
  readonly #spool: Spool;
  readonly #stop = new AbortController();
  #replaying: Promise<void> | undefined;
  #open = false;
  /** Failed tries in a row; 0 while the store is there. */
  #failures = 0;
  #retryAt = 0;
  /** Batches that the store is still busy with after our patience ran out. */
  #stragglers = 0;
  #reason: string | undefined;
  /** Why the spool itself failed, if it did. */
  #spoolFailure: string | undefined;
  #accepted = 0;

  constructor(options: SpoolingOptions) {
    this.#options = options;
    this.#inner = options.inner;
    this.#spool = new Spool(options.dir, options.capBytes ?? DEFAULT_CAP);
  }

  get kind(): string {
    return this.#inner.kind;
  }

  /** Throws E_STORE_OPEN when the spool cannot be opened; a store that is away is waited for instead. */
  async open(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    this.#spool.open();
    try {
      await this.#inner.open(signal);
    } catch (error) {
      if (!isCampusError(error)) {
        this.#spool.close();
        throw error;
      }
      this.#away(error);
    }
    this.#open = true;
    this.#replay();
  }

  async write(batch: SampleBatch, table: SeriesTable): Promise<void> {
    if (!this.#open) throw new CampusError("E_STORE_WRITE", "the store is not open");
    if (this.#failures === 0 && this.#stragglers === 0 && (await this.#direct(batch, table))) {
      this.#accepted += batch.length;
      return;
    }
    try {
      this.#spool.append(batch, table);
    } catch (error) {
      this.#spoolFailure = error instanceof Error ? error.message : String(error);
      throw error;
    }
    this.#spoolFailure = undefined;
    this.#accepted += batch.length;
    this.#replay();
  }

  /** Whether the store took the batch in time; it may still take it later, which changes nothing. */
  async #direct(batch: SampleBatch, table: SeriesTable): Promise<boolean> {
    const patience = new AbortController();
    const taken = this.#inner.write(batch, table).then(
      () => true,
      (error: unknown) => {
        if (!isCampusError(error) || !error.retryable) throw error;
        this.#away(error);
        return false;
      },
    );
    const late = delay(this.#options.patienceMs ?? DEFAULT_PATIENCE, "late" as const, {
      signal: patience.signal,
      ref: false,
    }).catch(() => "late" as const);
    try {
      const result = await Promise.race([taken, late]);
      if (result !== "late") return result;
    } finally {
      patience.abort();
    }
    this.#stragglers++;
    this.#reason = "the store is slow";
    void taken
      .catch(() => {})
      .finally(() => {
        this.#stragglers--;
        if (this.#failures === 0) this.#reason = undefined;
      });
    return false;
  }

  query(query: SeriesQuery): Promise<SeriesResult[]> {
    return this.#inner.query(query);
  }

  series(selector: SeriesSelector): Promise<{ readonly quantity: string; readonly tags: Tags }[]> {
    return this.#inner.series(selector);
  }

  stats(): StoreStats {
    const inner = this.#inner.stats();
    const reason = this.#spoolFailure ?? this.#reason ?? inner.reason;
    return {
      kind: this.kind,
      series: inner.series,
      written: this.#accepted,
      dropped: inner.dropped + this.#spool.dropped,
      spooled: this.#spool.samples,
      // A store that was never reached has failed no write yet, and is not healthy for all that.
      healthy: this.#failures === 0 && inner.healthy && this.#spoolFailure === undefined,
      ...(inner.bytes === undefined ? {} : { bytes: inner.bytes }),
      ...(reason === undefined ? {} : { reason }),
    };
  }

  async close(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    this.#stop.abort();
    await this.#replaying;
    await this.#inner.close();
    this.#spool.close();
  }

  /** Notes that the store did not take something, and until when it is left alone. */
  #away(error: CampusError): void {
    const { first, longest } = this.#options.backoffMs ?? DEFAULT_BACKOFF;
    const ceiling = Math.min(longest, first * 2 ** Math.min(this.#failures, 20));
    // Half of it is jitter, so that many nodes do not come back at once.
    const wait = ceiling / 2 + (ceiling / 2) * this.#options.random();
    const asked = error.context["retryAfterMs"];
    this.#failures++;
    this.#reason = error.message;
    const least = typeof asked === "number" ? Math.min(asked, 10 * longest) : 0;
    this.#retryAt = this.#options.clock.monotonic() + Math.max(wait, least);
  }

  #replay(): void {
    this.#replaying ??= this.#work().finally(() => {
      this.#replaying = undefined;
    });
  }

  /** Sends what waits, the oldest first, until nothing does. */
  async #work(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted && (this.#spool.samples > 0 || this.#failures > 0)) {
      const wait = this.#retryAt - this.#options.clock.monotonic();
      if (this.#failures > 0 && wait > 0) {
        await delay(wait, undefined, { signal, ref: false }).catch(() => {});
        continue;
      }
      try {
        await this.#sendOldest();
        this.#failures = 0;
        this.#reason = undefined;
      } catch (error) {
        this.#away(
          isCampusError(error)
            ? error
            : new CampusError(
                "E_STORE_WRITE",
                error instanceof Error ? error.message : String(error),
                {},
                error,
              ),
        );
      }
    }
  }

  async #sendOldest(): Promise<void> {
    const next = this.#spool.peek(REPLAY_SAMPLES);
    if (!next) {
      // Nothing waits, yet the store was away: an empty batch shows nothing, so the next live one is the test.
      return;
    }
    if (next.batch.length > 0) await this.#inner.write(next.batch, this.#spool.table);
    this.#spool.remove(next);
  }
}
