import type { EnginePins } from "../../../collectors/snmp/collector.ts";
import type { Clock } from "../../collection/contract.ts";
import type { StateDatabase } from "../../inventory/state-database.ts";
import type { Telemetry } from "../../telemetry/telemetry.ts";

/** Proven SNMPv3 engines over restarts, and a person's word (`campusd trust-engine`) to the collector that polls. */
export class EngineMemory implements EnginePins {
  readonly #state: StateDatabase;
  readonly #clock: Clock;
  readonly #log: Telemetry["log"];
  readonly #known = new Map<string, { readonly asked: string; readonly engineId: string }>();
  #trust: (device: string) => unknown = () => {};
  #looking = false;

  constructor(state: StateDatabase, clock: Clock, log: Telemetry["log"]) {
    this.#state = state;
    this.#clock = clock;
    this.#log = log;
  }

  /** Reads what earlier runs proved; words that were said while nothing ran are taken over with it. */
  async load(): Promise<void> {
    await this.#state.engines.takeForgotten();
    for (const { device, asked, engineId } of await this.#state.engines.all())
      this.#known.set(device, { asked, engineId });
  }

  /** Who is told of a device that is to be trusted anew. */
  follow(trust: (device: string) => unknown): void {
    this.#trust = trust;
  }

  get(device: string, asked: string): string | undefined {
    const known = this.#known.get(device);
    return known?.asked === asked ? known.engineId : undefined;
  }

  set(device: string, asked: string, engineId: string): void {
    const known = this.#known.get(device);
    if (known?.asked === asked && known.engineId === engineId) return;
    this.#known.set(device, { asked, engineId });
    this.#state.engines.save({ device, asked, engineId }, this.#clock.now()).catch((error: unknown) => {
      this.#log.warn({ err: error, device }, "the SNMPv3 engine of a device is not saved");
    });
  }

  /** Takes over what another process was told. */
  look(): void {
    if (this.#looking) return;
    this.#looking = true;
    this.#take()
      .catch((error: unknown) => this.#log.error({ err: error }, "SNMPv3 engines to trust are not read"))
      .finally(() => {
        this.#looking = false;
      });
  }

  async #take(): Promise<void> {
    for (const device of await this.#state.engines.takeForgotten()) {
      this.#known.delete(device);
      this.#trust(device);
      this.#log.info({ device }, "the SNMPv3 engine that answers next is trusted");
    }
  }
}
