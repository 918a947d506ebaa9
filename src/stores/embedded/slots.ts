import type { Aggregate } from "../contract.ts";

/**
 * Collects the samples of one series, in ascending time, into slots of `step` ms that start at multiples of it.
 * Roll-up slots may be added between samples as long as they are narrower than a slot and time goes on.
 */
export class SlotCollector {
  readonly #step: number;
  readonly #aggregate: Aggregate;
  #times = new Float64Array(64);
  #values = new Float64Array(64);
  #length = 0;
  #slot = Number.NEGATIVE_INFINITY;
  #count = 0;
  #min = 0;
  #max = 0;
  #sum = 0;
  #last = 0;

  constructor(step: number, aggregate: Aggregate) {
    this.#step = step;
    this.#aggregate = aggregate;
  }

  add(time: number, value: number): void {
    this.addSlot(time, 1, value, value, value, value);
  }

  addSlot(time: number, count: number, min: number, max: number, sum: number, last: number): void {
    const slot = Math.floor(time / this.#step) * this.#step;
    if (slot !== this.#slot) {
      this.#close();
      this.#slot = slot;
      this.#count = 0;
      this.#min = min;
      this.#max = max;
      this.#sum = 0;
    }
    this.#count += count;
    if (min < this.#min) this.#min = min;
    if (max > this.#max) this.#max = max;
    this.#sum += sum;
    this.#last = last;
  }

  /** The slots so far; the collector starts again. */
  take(): { times: Float64Array; values: Float64Array } {
    this.#close();
    const result = {
      times: this.#times.slice(0, this.#length),
      values: this.#values.slice(0, this.#length),
    };
    this.#length = 0;
    this.#slot = Number.NEGATIVE_INFINITY;
    this.#count = 0;
    return result;
  }

  #close(): void {
    if (this.#count === 0) return;
    if (this.#length === this.#times.length) {
      const times = new Float64Array(this.#length * 2);
      times.set(this.#times);
      this.#times = times;
      const values = new Float64Array(this.#length * 2);
      values.set(this.#values);
      this.#values = values;
    }
    this.#times[this.#length] = this.#slot;
    this.#values[this.#length] = this.#value();
    this.#length++;
  }

  #value(): number {
    switch (this.#aggregate) {
      case "mean":
        return this.#sum / this.#count;
      case "min":
        return this.#min;
      case "max":
        return this.#max;
      case "last":
        return this.#last;
      case "count":
        return this.#count;
    }
  }
}
