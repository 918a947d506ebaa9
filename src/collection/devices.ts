import type { DeviceFacts } from "../inventory/facts.ts";
import type { Clock, DeviceState } from "./contract.ts";

export interface StateRecord {
  readonly state: DeviceState;
  /** UTC ms since when the device is in this state. */
  readonly since: number;
  readonly reason?: string;
}

/**
 * What is known of each device now: its state and its facts. Collectors write through the sink, pages read.
 * `revision` grows with every change of a state or a fact.
 */
export class DeviceBoard {
  readonly #clock: Clock;
  readonly #states = new Map<string, StateRecord>();
  readonly #facts = new Map<string, DeviceFacts>();
  readonly #onFacts: (facts: DeviceFacts) => void;
  #revision = 0;

  constructor(clock: Clock, onFacts: (facts: DeviceFacts) => void) {
    this.#clock = clock;
    this.#onFacts = onFacts;
  }

  get revision(): number {
    return this.#revision;
  }

  /** Facts found in an earlier run: shown until the device answers again. */
  restore(facts: ReadonlyMap<string, DeviceFacts>): void {
    for (const [device, fact] of facts) if (!this.#facts.has(device)) this.#facts.set(device, fact);
    this.#revision++;
  }

  setFacts(facts: DeviceFacts): void {
    this.#facts.set(facts.device, facts);
    this.#revision++;
    this.#onFacts(facts);
  }

  setState(device: string, state: DeviceState, reason?: string): void {
    const before = this.#states.get(device);
    if (before?.state === state && before.reason === reason) return;
    const since = before?.state === state ? before.since : this.#clock.now();
    this.#states.set(device, reason === undefined ? { state, since } : { state, since, reason });
    this.#revision++;
  }

  state(device: string): StateRecord {
    return this.#states.get(device) ?? { state: "unknown", since: 0 };
  }

  facts(device: string): DeviceFacts | undefined {
    return this.#facts.get(device);
  }

  forget(device: string): void {
    if (this.#states.delete(device)) this.#revision++;
    this.#facts.delete(device);
  }
}
