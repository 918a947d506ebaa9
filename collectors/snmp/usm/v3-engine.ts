import type { Clock } from "../../../src/collection/contract.ts";
import { EngineClock } from "./engine.ts";
import { MAX_INT31 } from "./message.ts";

/**
 * What is known of one device's SNMPv3 engine. Until a message that the engine signed came, all of it is a guess
 * that the next unsigned word may replace; from then on its id is pinned and its clock moves by signed messages only.
 */
export class DeviceEngine {
  readonly clock: EngineClock;
  /** Boots and time as an unsigned Report told them: good enough to ask with, believed by nobody. */
  readonly guess: EngineClock;
  readonly #onPin: ((id: string) => void) | undefined;
  #id: Uint8Array | undefined;
  #pinned = false;

  /**
   * @param known what an earlier run pinned: the id in hexadecimal
   * @param onPin told the id in hexadecimal each time one is pinned that was not before
   */
  constructor(clock: Clock, known?: string, onPin?: (id: string) => void) {
    this.clock = new EngineClock(clock);
    this.guess = new EngineClock(clock);
    this.#onPin = onPin;
    if (known === undefined) return;
    this.#id = Uint8Array.from(Buffer.from(known, "hex"));
    this.#pinned = true;
  }

  get id(): Uint8Array | undefined {
    return this.#id;
  }

  get pinned(): boolean {
    return this.#pinned;
  }

  /** The id in hexadecimal; undefined until it is pinned. */
  get pinnedId(): string | undefined {
    return this.#pinned && this.#id ? hexadecimal(this.#id) : undefined;
  }

  /** Takes an id that a Report told, while none is pinned. */
  learn(id: Uint8Array, boots: number, time: number): void {
    if (this.#pinned) return;
    this.#id = id;
    this.clock.forget();
    this.guess.forget();
    if (boots !== MAX_INT31) this.guess.set(boots, time);
  }

  /** The engine showed that it has the keys: this id and no other is the device's from now on. */
  pin(): void {
    if (this.#pinned || this.#id === undefined) return;
    this.#pinned = true;
    this.#onPin?.(hexadecimal(this.#id));
  }

  /** The clock is in doubt: the next request asks for it. */
  forgetClock(): void {
    this.clock.forget();
    this.guess.forget();
  }

  /** Forgets all: a person says that the device was replaced, or nothing was proven yet. */
  forget(): void {
    this.#id = undefined;
    this.#pinned = false;
    this.forgetClock();
  }
}

export function hexadecimal(octets: Uint8Array): string {
  return Buffer.from(octets).toString("hex");
}
