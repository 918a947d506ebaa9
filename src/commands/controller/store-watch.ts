import type { Store } from "../../stores/contract.ts";
import type { Log } from "../../telemetry/log.ts";

/**
 * Says in the log when the store stops taking samples, when it takes them again, and when it left damaged parts
 * out. `look` is called every few seconds; what did not change is not said again.
 */
export class StoreWatch {
  readonly #store: Store;
  readonly #log: Log;
  #healthy = true;
  #dropped = 0;
  #corrupt = 0;

  constructor(store: Store, log: Log) {
    this.#store = store;
    this.#log = log;
  }

  look(): void {
    const { kind, healthy, reason, spooled, dropped, corrupt = 0 } = this.#store.stats();
    if (healthy !== this.#healthy) {
      this.#healthy = healthy;
      if (healthy) this.#log.info({ store: kind, spooled }, "the store takes samples again");
      else this.#log.warn({ store: kind, reason, spooled }, "the store does not take samples; they wait");
    }
    if (dropped > this.#dropped) {
      this.#log.error({ store: kind, samples: dropped - this.#dropped, reason }, "the store dropped samples");
      this.#dropped = dropped;
    }
    if (corrupt > this.#corrupt) {
      this.#log.error(
        { store: kind, parts: corrupt - this.#corrupt },
        "damaged parts of the store are left out",
      );
      this.#corrupt = corrupt;
    }
  }
}
