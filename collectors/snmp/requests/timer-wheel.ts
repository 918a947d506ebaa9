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
  /** Neighbours in that place. Set by the wheel. */
  next: WheelEntry | undefined;
  previous: WheelEntry | undefined;
  fire(): void;
}

/**
 * One timer for any number of deadlines: starting and cancelling one moves a few pointers. Late by up to
 * 10 ms. Runs the system's timer only while an entry waits.
 */
export class TimerWheel {
  readonly #clock: Clock;
  /** The first entry of each place. */
  readonly #slots = new Array<WheelEntry | undefined>(SLOTS).fill(undefined);
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
    const first = this.#slots[entry.slot];
    entry.next = first;
    entry.previous = undefined;
    if (first) first.previous = entry;
    this.#slots[entry.slot] = entry;
    this.#size++;
    if (this.#timer) return;
    this.#lookedAt = now;
    this.#timer = setInterval(() => this.#advance(), TICK_MS);
  }

  cancel(entry: WheelEntry): void {
    if (entry.slot < 0) return;
    this.#unlink(entry);
    this.#rest();
  }

  /** Fires nothing any more. */
  close(): void {
    for (const first of this.#slots) for (let entry = first; entry; entry = this.#unlink(entry));
    this.#rest();
  }

  /** Answers the entry behind it. */
  #unlink(entry: WheelEntry): WheelEntry | undefined {
    const { next, previous } = entry;
    if (next) next.previous = previous;
    if (previous) previous.next = next;
    else this.#slots[entry.slot] = next;
    entry.next = undefined;
    entry.previous = undefined;
    entry.slot = -1;
    this.#size--;
    return next;
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
      const slot = tick % SLOTS;
      const due: WheelEntry[] = [];
      // One that is due in a later round stays. The last one that was added is the first.
      for (let entry = this.#slots[slot]; entry; entry = entry.next) if (entry.due <= now) due.push(entry);
      for (const entry of due.reverse()) {
        // One that an earlier `fire` cancelled, or started anew, is not there any more.
        if (entry.slot !== slot || entry.due > now) continue;
        this.#unlink(entry);
        entry.fire();
      }
    }
    this.#rest();
  }
}
