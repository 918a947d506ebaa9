import { setTimeout as sleep } from "node:timers/promises";
import type { Kysely } from "kysely";
import { CampusError } from "../errors/campus-error.ts";
import type { DeviceFacts } from "./facts.ts";
import type { StateTables } from "./state-tables.ts";

/** How long facts wait for others to share a commit with: a commit is a sync of the disk. */
const GATHER_MS = 100;
/** Devices in one commit, so that the process is not held up for long. */
const DEVICES_A_COMMIT = 50;

/** Writes facts in groups. Of two facts of one device that wait, the later one is written. */
export class FactWriter {
  readonly #db: Kysely<StateTables>;
  readonly #waiting = new Map<string, DeviceFacts>();
  readonly #closing = new AbortController();
  readonly #rounds = new Set<Promise<void>>();
  #gathering: Promise<void> | undefined;
  #closed = false;

  constructor(db: Kysely<StateTables>) {
    this.#db = db;
  }

  save(facts: DeviceFacts): Promise<void> {
    if (this.#closed) return Promise.reject(new CampusError("E_STATE", "the state database is closed"));
    this.#waiting.set(facts.device, facts);
    this.#gathering ??= this.#startRound();
    return this.#gathering;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#closing.abort();
    await Promise.allSettled(this.#rounds);
  }

  #startRound(): Promise<void> {
    const round = this.#gather().finally(() => this.#rounds.delete(round));
    this.#rounds.add(round);
    return round;
  }

  async #gather(): Promise<void> {
    await sleep(GATHER_MS, undefined, { signal: this.#closing.signal }).catch(() => {});
    // From here on a save starts a round of its own, as this one may have passed its device.
    const facts = [...this.#waiting.values()];
    this.#waiting.clear();
    this.#gathering = undefined;
    await this.#write(facts);
  }

  async #write(facts: readonly DeviceFacts[]): Promise<void> {
    try {
      for (let from = 0; from < facts.length; from += DEVICES_A_COMMIT) {
        const rows = facts
          .slice(from, from + DEVICES_A_COMMIT)
          .map((fact) => ({ device: fact.device, at: fact.at, facts: JSON.stringify(fact) }));
        await this.#db
          .insertInto("device_facts")
          .values(rows)
          .onConflict((conflict) =>
            conflict
              .column("device")
              .doUpdateSet((set) => ({ at: set.ref("excluded.at"), facts: set.ref("excluded.facts") })),
          )
          .execute();
        await new Promise((resolve) => setImmediate(resolve));
      }
    } catch (error) {
      throw new CampusError("E_STATE", `cannot keep device facts: ${(error as Error).message}`, {}, error);
    }
  }
}
