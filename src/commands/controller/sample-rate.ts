import type { Clock } from "../../collection/contract.ts";

/** Samples in all, and a second over the last minute, in slots of 5 s. */
export class SampleRate {
  readonly #clock: Clock;
  readonly #slots: { slot: number; samples: number }[] = [];
  readonly #from: number;
  #total = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#from = clock.monotonic();
  }

  get total(): number {
    return this.#total;
  }

  add(samples: number): void {
    this.#total += samples;
    const slot = Math.floor(this.#clock.monotonic() / 5000);
    const last = this.#slots[this.#slots.length - 1];
    if (last?.slot === slot) last.samples += samples;
    else this.#slots.push({ slot, samples });
    while (this.#slots[0]!.slot < slot - 12) this.#slots.shift();
  }

  perSecond(): number {
    const now = this.#clock.monotonic();
    const slot = Math.floor(now / 5000);
    const samples = this.#slots.reduce((sum, s) => (s.slot >= slot - 12 ? sum + s.samples : sum), 0);
    const seconds = Math.min((now - this.#from) / 1000, 60 + (now % 5000) / 1000);
    return seconds > 0 ? samples / seconds : 0;
  }
}
