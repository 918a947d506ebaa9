import { CampusError } from "../errors/campus-error.ts";
import { BatchBuilder, type SampleBatch } from "../measurements/batch.ts";
import type { LatestTable } from "../measurements/latest.ts";
import type { SeriesTable } from "../measurements/series.ts";
import type { Clock } from "./contract.ts";

/** Where the pump delivers: a store's `write`, or later the line to the controller. */
export interface BatchReceiver {
  /** Whether it keeps nothing of a batch once `write` has resolved: its columns may then be filled again. */
  readonly copies?: boolean;
  write(batch: SampleBatch, table: SeriesTable): Promise<void>;
}

export interface PumpObserver {
  /** A batch was committed after `ms`. */
  committed(samples: number, ms: number): void;
  /** The receiver refused a batch; it is kept and sent again. */
  refused(error: unknown, attempt: number): void;
  /** Batches were dropped because too many wait. */
  dropped(samples: number): void;
}

const FLUSH_MS = 1000;
/** So many rows do not wait for the second to be over: columns of a few megabytes are filled again and again, greater ones made anew. */
const FLUSH_ROWS = 65_536;
/** At 24 octets a row about 50 MB; past it the oldest batch is dropped and counted. */
const MOST_WAITING_ROWS = 2_000_000;
const RETRY_MS = [250, 500, 1000, 2000, 5000] as const;

/**
 * Takes the sink's rows about once a second, or when there are many, numbers them and hands them to the receiver, one batch at a
 * time and in order. A batch counts as taken when the receiver says it is committed; until then it is kept
 * and sent again with its first timestamps.
 */
export class Pump {
  readonly batch = new BatchBuilder(8192, { rows: FLUSH_ROWS, take: () => this.flush() });
  readonly #node: string;
  readonly #table: SeriesTable;
  readonly #latest: LatestTable;
  readonly #receiver: BatchReceiver;
  readonly #clock: Clock;
  readonly #observer: PumpObserver;
  readonly #waiting: SampleBatch[] = [];
  readonly #mostWaitingRows: number;
  #waitingRows = 0;
  #sequence: number;
  #timer: NodeJS.Timeout | undefined;
  #sending: Promise<void> | undefined;
  #closing = false;
  #wake: (() => void) | undefined;
  /** Sequence up to which everything is committed, and who waits for more. */
  #committed: number;
  readonly #waiters: {
    readonly sequence: number;
    readonly resolve: () => void;
    readonly reject: (error: CampusError) => void;
  }[] = [];

  constructor(options: {
    node: string;
    table: SeriesTable;
    latest: LatestTable;
    receiver: BatchReceiver;
    clock: Clock;
    observer: PumpObserver;
    /** First sequence number; must be over every one used before by this node. */
    firstSequence: number;
    /** Rows that may wait for the receiver; default 2,000,000. */
    mostWaitingRows?: number;
  }) {
    this.#mostWaitingRows = options.mostWaitingRows ?? MOST_WAITING_ROWS;
    this.#node = options.node;
    this.#table = options.table;
    this.#latest = options.latest;
    this.#receiver = options.receiver;
    this.#clock = options.clock;
    this.#observer = options.observer;
    this.#sequence = options.firstSequence;
    this.#committed = options.firstSequence - 1;
  }

  open(): void {
    this.#timer = setInterval(() => this.flush(), FLUSH_MS);
  }

  /** Moves what is in the builder into the queue; the live table sees it at once. */
  flush(): void {
    const batch = this.batch.take(this.#node, this.#sequence);
    if (!batch) return;
    this.#sequence++;
    this.#latest.apply(batch);
    this.#waiting.push(batch);
    this.#waitingRows += batch.length;
    while (this.#waitingRows > this.#mostWaitingRows && this.#waiting.length > 2) {
      // Never the first: it may be under way.
      const [oldest] = this.#waiting.splice(1, 1);
      this.#waitingRows -= oldest!.length;
      this.#observer.dropped(oldest!.length);
      // Whoever waits for it, or for something after it, was promised what can no longer be kept.
      const lost = new CampusError(
        "E_STORE_WRITE",
        "the store is away and the queue is full; samples were dropped",
      );
      for (let i = this.#waiters.length - 1; i >= 0; i--) {
        if (this.#waiters[i]!.sequence >= oldest!.sequence) this.#waiters.splice(i, 1)[0]!.reject(lost);
      }
    }
    this.#sending ??= this.#send();
  }

  /** Resolves when everything that is in the builder now is committed; rejects with E_STORE_WRITE when some of it was dropped. */
  committed(): Promise<void> {
    this.flush();
    const last = this.#sequence - 1;
    if (last <= this.#committed) return Promise.resolve();
    return new Promise((resolve, reject) => this.#waiters.push({ sequence: last, resolve, reject }));
  }

  /** Rows that wait for the receiver. */
  get waitingRows(): number {
    return this.#waitingRows;
  }

  /** Sends what is left; gives up on a receiver that refuses, after one more try. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.flush();
    this.#closing = true;
    this.#wake?.();
    await this.#sending;
  }

  async #send(): Promise<void> {
    let attempt = 0;
    for (let batch = this.#waiting[0]; batch; batch = this.#waiting[0]) {
      const started = this.#clock.monotonic();
      try {
        await this.#receiver.write(batch, this.#table);
      } catch (error) {
        this.#observer.refused(error, ++attempt);
        if (this.#closing) break;
        await this.#pause(RETRY_MS[Math.min(attempt, RETRY_MS.length) - 1]!);
        continue;
      }
      attempt = 0;
      this.#waiting.shift();
      this.#waitingRows -= batch.length;
      if (this.#receiver.copies) this.batch.recycle(batch);
      this.#observer.committed(batch.length, this.#clock.monotonic() - started);
      this.#committed = batch.sequence;
      for (let i = this.#waiters.length - 1; i >= 0; i--) {
        if (this.#waiters[i]!.sequence <= batch.sequence) this.#waiters.splice(i, 1)[0]!.resolve();
      }
    }
    this.#sending = undefined;
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(done, ms);
      const wake = () => done();
      this.#wake = wake;
      function done() {
        clearTimeout(timer);
        resolve();
      }
    });
  }
}
