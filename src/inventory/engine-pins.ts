import type { Kysely } from "kysely";
import type { StateTables } from "./state-tables.ts";

/** A proven SNMPv3 engine of a device, and how the device was asked when it proved itself. */
export interface EnginePin {
  readonly device: string;
  readonly asked: string;
  /** Hexadecimal. */
  readonly engineId: string;
}

/**
 * SNMPv3 engines in state.db. A person's word that a device was replaced or reset is left there for the process that
 * polls it: `forget` may come from another process (`campusd trust-engine`), `takeForgotten` is asked by the one that polls.
 */
export class EnginePinTable {
  readonly #db: Kysely<StateTables>;

  constructor(db: Kysely<StateTables>) {
    this.#db = db;
  }

  async all(): Promise<EnginePin[]> {
    const rows = await this.#db.selectFrom("snmp_engines").selectAll().where("engine_id", "!=", "").execute();
    return rows.map(({ device, asked, engine_id: engineId }) => ({ device, asked, engineId }));
  }

  async save({ device, asked, engineId }: EnginePin, at: number): Promise<void> {
    const row = { device, asked, engine_id: engineId, at };
    await this.#db
      .insertInto("snmp_engines")
      .values(row)
      .onConflict((conflict) => conflict.column("device").doUpdateSet(row))
      .execute();
  }

  /** False when nothing was known of the device's engine. */
  async forget(device: string, at: number): Promise<boolean> {
    const result = await this.#db
      .updateTable("snmp_engines")
      .set({ engine_id: "", at })
      .where("device", "=", device)
      .executeTakeFirst();
    return result.numUpdatedRows > 0n;
  }

  /** The devices that were forgotten since the last call, each once. */
  async takeForgotten(): Promise<string[]> {
    const some = await this.#db
      .selectFrom("snmp_engines")
      .select("device")
      .where("engine_id", "=", "")
      .executeTakeFirst();
    if (!some) return [];
    const rows = await this.#db
      .deleteFrom("snmp_engines")
      .where("engine_id", "=", "")
      .returning("device")
      .execute();
    return rows.map((row) => row.device);
  }
}
