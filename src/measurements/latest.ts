import type { SampleColumns } from "./batch.ts";

/** Beyond so many series memory grows in smaller steps. */
const LARGE = 1 << 18;

/**
 * The newest sample of each series, in columns indexed by series number: what live pages and alerts read.
 * A sample older than the one that is held does not replace it.
 */
export class LatestTable {
  #time = new Float64Array(4096);
  #value = new Float64Array(4096);
  #status = new Uint8Array(4096);

  apply(samples: SampleColumns): void {
    for (let i = 0; i < samples.length; i++) {
      const series = samples.series[i]!;
      if (series >= this.#time.length) this.#grow(series + 1);
      const time = samples.time[i]!;
      // Written so that a time that is no number replaces nothing.
      if (!(time >= this.#time[series]!)) continue;
      this.#time[series] = time;
      this.#value[series] = samples.value[i]!;
      this.#status[series] = samples.status[i]!;
    }
  }

  /** UTC ms of the newest sample, 0 when there is none. */
  time(series: number): number {
    return series < this.#time.length ? this.#time[series]! : 0;
  }

  /** The newest value; NaN when there is none or its status is not ok. */
  value(series: number): number {
    return series < this.#time.length && this.#time[series]! > 0 ? this.#value[series]! : Number.NaN;
  }

  /** The newest status (a number of STATUS). */
  status(series: number): number {
    return series < this.#time.length ? this.#status[series]! : 0;
  }

  #grow(least: number): void {
    const capacity = Math.max(least, Math.ceil(this.#time.length * (this.#time.length < LARGE ? 2 : 1.25)));
    const time = new Float64Array(capacity);
    time.set(this.#time);
    this.#time = time;
    const value = new Float64Array(capacity);
    value.set(this.#value);
    this.#value = value;
    const status = new Uint8Array(capacity);
    status.set(this.#status);
    this.#status = status;
  }
}
