import type { Clock } from "../../../src/collection/contract.ts";

const TICK_MS = 10;
const SLOTS = 1024;
/** The event loop stood still when a tick comes so much too late ... */
const STALL_MS = 50;
/** ... and then nothing is due for so long: answers that came meanwhile lie in the socket and are read first. */
const GRACE_MS = 30;

/** Something that is due once. Intrusive: an entry is in at most one wheel, at most once. */
export interface WheelEntry {
  /** Monotonic ms. Set by the wheel. */
  due: number;
  /** Place in the wheel, -1 when it is in none. Set by the wheel. */
  slot: number;
  fire(): void;
}

/**
 * One timer for any number of deadlines: starting and cancelling one costs a set operation. Late by up to
 * 10 ms. Runs the system's timer only while an entry waits.
 */
export class TimerWheel {
  readonly #clock: Clock;
  readonly #slots: Set<WheelEntry>[] = Array.from({ length: SLOTS }, () => new Set());
  #size = 0;
  #tick = 0;
  #timer: NodeJS.Timeout | undefined;
  /** When the wheel last looked, and until when it rests after a stall; monotonic ms. */
  #lookedAt = 0;
  #restsUntil = 0;
  #rested = false;
  #stalledAt = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** When the event loop was last found to have stood still, monotonic ms: what was measured over it is our own delay. */
  get stalledAt(): number {
    return this.#stalledAt;
  }

  start(entry: WheelEntry, delayMs: number): void {
    this.cancel(entry);
    const now = this.#clock.monotonic();
    if (this.#size === 0) this.#tick = Math.floor(now / TICK_MS);
    entry.due = now + delayMs;
    const tick = Math.max(Math.ceil(entry.due / TICK_MS), this.#tick + 1);
    entry.slot = tick % SLOTS;
    this.#slots[entry.slot]!.add(entry);
    this.#size++;
    if (this.#timer) return;
    this.#lookedAt = now;
    this.#timer = setInterval(() => this.#advance(), TICK_MS);
  }

  cancel(entry: WheelEntry): void {
    if (entry.slot < 0) return;
    if (this.#slots[entry.slot]!.delete(entry)) this.#size--;
    entry.slot = -1;
    this.#rest();
  }

  /** Fires nothing any more. */
  close(): void {
    for (const slot of this.#slots) {
      for (const entry of slot) entry.slot = -1;
      slot.clear();
    }
    this.#size = 0;
    this.#rest();
  }

  #rest(): void {
    if (this.#size > 0 || !this.#timer) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #advance(): void {
    const now = this.#clock.monotonic();
    const late = now - this.#lookedAt - TICK_MS;
    this.#lookedAt = now;
    if (late > STALL_MS) {
      this.#stalledAt = now;
      // Not twice in a row: on a machine that has no time for us deadlines still pass.
      if (!this.#rested) {
        this.#rested = true;
        this.#restsUntil = now + GRACE_MS;
      }
    }
    if (now < this.#restsUntil) return;
    this.#rested = false;
    const target = Math.floor(now / TICK_MS);
    // After a long stall every slot is looked at once; none needs to be looked at twice.
    const from = Math.max(this.#tick + 1, target - SLOTS + 1);
    this.#tick = target;
    for (let tick = from; tick <= target; tick++) {
      const slot = this.#slots[tick % SLOTS]!;
      if (slot.size === 0) continue;
      for (const entry of [...slot]) {
        // One that is due in a later round stays; one that an earlier `fire` cancelled is gone.
        if (entry.due > now || !slot.delete(entry)) continue;
        entry.slot = -1;
        this.#size--;
        entry.fire();
      }
    }
    this.#rest();
  }
}
