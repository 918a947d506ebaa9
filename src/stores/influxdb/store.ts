import { CampusError, isCampusError } from "../../errors/campus-error.ts";
import type { SampleBatch } from "../../measurements/batch.ts";
import type { SeriesTable, Tags } from "../../measurements/series.ts";
import type { SeriesQuery, SeriesResult, SeriesSelector, Store, StoreStats } from "../contract.ts";
import { checkQuery, checkSelector } from "../query.ts";
import { createDatabase, type InfluxOptions, placeOf, runQuery, withoutCredentials } from "./connection.ts";
import { LineEncoder } from "./lines.ts";
import { InfluxReader } from "./reader.ts";
import { InfluxWriter, type Quarantined } from "./writer.ts";

export type { InfluxOptions } from "./connection.ts";

/** How many quarantined lines are remembered for a person to look at; all are counted. */
const REMEMBERED = 100;

/**
 * Samples in InfluxDB 1.x, 2.x or 3: a measurement is a quantity's group, a field the quantity, tags the series'
 * tags. A status is an integer field `<field>_status`; a value that was written at a time is not taken back by a
 * status written later at that same time.
 */
export class InfluxStore implements Store {
  readonly kind = "influxdb";
  readonly #options: InfluxOptions;
  readonly #encoder = new LineEncoder();
  readonly #writer: InfluxWriter;
  readonly #reader: InfluxReader;
  readonly #quarantined: Quarantined[] = [];
  #sending: Promise<unknown> = Promise.resolve();
  #written = 0;
  #dropped = 0;
  #bad = 0;
  #failure: string | undefined;
  #open = false;

  constructor(options: InfluxOptions) {
    this.#options = withoutCredentials(options);
    this.#reader = new InfluxReader(this.#options);
    this.#writer = new InfluxWriter(this.#options, (index, entry) => this.#quarantine(index, entry));
  }

  #samples: readonly number[] = [];

  #quarantine(index: number, entry: Quarantined): void {
    this.#bad += this.#samples[index] ?? 1;
    if (this.#quarantined.length === REMEMBERED) this.#quarantined.shift();
    this.#quarantined.push(entry);
  }

  /**
   * Makes the database on 1.x if there is none. Throws E_STORE_OPEN when the server is away; the store can be
   * written to all the same, and takes what is written as soon as the server is there.
   */
  async open(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    this.#writer.open();
    this.#open = true;
    try {
      if (this.#options.version === 1) await createDatabase(this.#options);
      else await runQuery(this.#options, "SHOW MEASUREMENTS LIMIT 1");
    } catch (error) {
      this.#failure = error instanceof Error ? error.message : String(error);
      const url = placeOf(this.#options);
      throw new CampusError("E_STORE_OPEN", this.#failure, { url }, error);
    }
  }

  write(batch: SampleBatch, table: SeriesTable): Promise<void> {
    // One at a time: the client has one buffer, and order makes the last value win.
    const run = this.#sending.then(() => this.#send(batch, table));
    this.#sending = run.catch(() => {});
    return run;
  }

  async #send(batch: SampleBatch, table: SeriesTable): Promise<void> {
    if (!this.#open) throw new CampusError("E_STORE_WRITE", "the InfluxDB store is not open");
    const { lines, samples, dropped } = this.#encoder.encode(batch, table);
    this.#samples = samples;
    this.#bad = dropped;
    try {
      await this.#writer.send(lines);
    } catch (error) {
      this.#failure = error instanceof Error ? error.message : String(error);
      throw isCampusError(error) ? error : new CampusError("E_STORE_WRITE", this.#failure, {}, error);
    }
    this.#failure = undefined;
    this.#dropped += this.#bad;
    this.#written += batch.length - this.#bad;
  }

  async query(query: SeriesQuery): Promise<SeriesResult[]> {
    return this.#reader.query(checkQuery(query));
  }

  async series(selector: SeriesSelector): Promise<{ quantity: string; tags: Tags }[]> {
    const quantity = checkSelector(selector);
    const tags = Object.fromEntries(Object.entries(selector.tags).filter(([, value]) => value !== undefined));
    const found = await this.#reader.series(quantity.id, quantity, tags);
    return found.map((each) => ({ quantity: quantity.id, tags: each }));
  }

  /** The last lines that the server did not take, and why. */
  quarantined(): readonly Quarantined[] {
    return [...this.#quarantined];
  }

  stats(): StoreStats {
    const reason = this.#failure ?? this.#quarantined.at(-1)?.reason;
    return {
      kind: this.kind,
      series: this.#encoder.series,
      written: this.#written,
      dropped: this.#dropped,
      spooled: 0,
      healthy: this.#open && this.#failure === undefined,
      ...(reason === undefined ? {} : { reason }),
    };
  }

  async close(): Promise<void> {
    this.#open = false;
    await this.#sending;
    this.#writer.close();
  }
}
