import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { Kysely } from "kysely";
import { CampusError } from "../errors/campus-error.ts";
import { openStateFile, StateDialect } from "../inventory/state-dialect.ts";
import { migrateFile } from "../inventory/state-migration.ts";
import { DayWriter } from "./day-writer.ts";
import { DeclarationTable } from "./declaration-table.ts";
import { HistoryReader } from "./history-reader.ts";
import { Names } from "./names.ts";
import { TARGET_MIGRATIONS, type TargetTables } from "./tables.ts";
import { ValueTable } from "./value-table.ts";

/**
 * targets.db: what was judged, day by day, and what is declared. One process judges (`campusd serve`); others may
 * read it and import declarations beside. Throws E_STATE when the file cannot be opened, is damaged, or was written
 * by a newer campusd.
 */
export class TargetDatabase {
  readonly #file: string;
  #db: Kysely<TargetTables> | undefined;
  #parts: Parts | undefined;

  constructor(options: { readonly file: string }) {
    this.#file = options.file;
  }

  async open(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (this.#db) throw new CampusError("E_INTERNAL", `${this.#file} is open already`);
    const db = new Kysely<TargetTables>({ dialect: new StateDialect(this.#openFile()) });
    try {
      await migrateFile(db, this.#file, TARGET_MIGRATIONS);
      const names = new Names(db);
      await names.load();
      this.#parts = {
        names,
        days: new DayWriter(db, names),
        history: new HistoryReader(db, names),
        values: new ValueTable(db, names),
        declarations: new DeclarationTable(db),
      };
      this.#db = db;
    } catch (error) {
      await db.destroy();
      if (error instanceof CampusError) throw error;
      throw new CampusError(
        "E_STATE",
        `cannot read ${this.#file}: ${(error as Error).message}`,
        { file: this.#file },
        error,
      );
    }
  }

  /** Writes days. */
  get days(): DayWriter {
    return this.#open.days;
  }

  /** Reads tallies, verdicts and revisions. */
  get history(): HistoryReader {
    return this.#open.history;
  }

  /** The values that schools were judged by. */
  get values(): ValueTable {
    return this.#open.values;
  }

  get declarations(): DeclarationTable {
    return this.#open.declarations;
  }

  async close(): Promise<void> {
    const db = this.#db;
    this.#db = undefined;
    this.#parts = undefined;
    await db?.destroy();
  }

  get #open(): Parts {
    if (!this.#parts) throw new CampusError("E_STATE", `${this.#file} is not open`, { file: this.#file });
    return this.#parts;
  }

  #openFile() {
    try {
      mkdirSync(dirname(this.#file), { recursive: true });
      return openStateFile(this.#file);
    } catch (error) {
      const reason = (error as Error).message;
      throw new CampusError("E_STATE", `cannot open ${this.#file}: ${reason}`, { file: this.#file }, error);
    }
  }
}

interface Parts {
  readonly names: Names;
  readonly days: DayWriter;
  readonly history: HistoryReader;
  readonly values: ValueTable;
  readonly declarations: DeclarationTable;
}
