import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { Kysely, type Transaction } from "kysely";
import type { Migration } from "kysely/migration";
import { CampusError } from "../errors/campus-error.ts";
import type { InventoryChange } from "./differences.ts";
import type { InventoryDocument } from "./document.ts";
import { EnginePinTable } from "./engine-pins.ts";
import { FactWriter } from "./fact-writer.ts";
import type { DeviceFacts } from "./facts.ts";
import { documentOf, ENTITY_KINDS, type EntityKind, emptyRows, type InventoryRows, keyOf } from "./rows.ts";
import { SiteAuditTable } from "./site-audits.ts";
import { openStateFile, StateDialect } from "./state-dialect.ts";
import { migrateFile } from "./state-migration.ts";
import { fromTable, TABLES, toTable } from "./state-rows.ts";
import { STATE_MIGRATIONS, type StateTables } from "./state-tables.ts";

export interface StateDatabaseOptions {
  /** Path of state.db; its folder is made when it is not there. */
  readonly file: string;
  /** The steps to the newest form; default: all there are. */
  readonly migrations?: Readonly<Record<string, Migration>>;
}

/** What is written to the audit trail of an import. */
export interface ImportAudit {
  /** UTC ms. */
  readonly at: number;
  readonly who: string;
  readonly files: readonly { readonly name: string; readonly sha256: string; readonly bytes: number }[];
}

/** Rows in one INSERT: SQLite takes 32,766 parameters, and a device has 18. */
const ROWS_A_STATEMENT = 1000;

/**
 * state.db: the inventory, who imported what, and what devices said of themselves. Another process may have it
 * open too (`campusd import` beside `campusd serve`); `version` tells when the inventory changed.
 * Throws E_STATE when the file cannot be opened, is damaged, or was written by a newer campusd.
 */
export class StateDatabase {
  readonly #file: string;
  readonly #migrations: Readonly<Record<string, Migration>>;
  #db: Kysely<StateTables> | undefined;
  #facts: FactWriter | undefined;

  constructor(options: StateDatabaseOptions) {
    this.#file = options.file;
    this.#migrations = options.migrations ?? STATE_MIGRATIONS;
  }

  /** Opens the file and brings it to the newest form, in one transaction: all of it or nothing. */
  async open(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (this.#db) throw new CampusError("E_INTERNAL", `${this.#file} is open already`);
    const db = new Kysely<StateTables>({ dialect: new StateDialect(this.#openFile()) });
    try {
      await migrateFile(db, this.#file, this.#migrations);
    } catch (error) {
      await db.destroy();
      throw error;
    }
    this.#db = db;
    this.#facts = new FactWriter(db);
  }

  /** Everything there should be, each list sorted by id. */
  async inventory(): Promise<InventoryDocument> {
    return documentOf(await this.rows());
  }

  /** The same as flat rows. */
  async rows(): Promise<InventoryRows> {
    return this.#open.transaction().execute(readRows);
  }

  /** Number of the last import; 0 before the first. Higher than before: the inventory changed. */
  async version(): Promise<number> {
    return readVersion(this.#open);
  }

  /**
   * Applies a planned change, all or nothing, and answers the new version. Rejects with E_IMPORT when the
   * inventory is no longer the one that the change was planned on. A change of nothing is written to the audit
   * trail too.
   */
  async applyImport(change: InventoryChange, audit: ImportAudit, plannedOn?: number): Promise<number> {
    return this.#open.transaction().execute(async (transaction) => {
      const version = await readVersion(transaction);
      if (plannedOn !== undefined && plannedOn !== version)
        throw new CampusError(
          "E_IMPORT",
          "the inventory was changed by another import since the differences were found; run the import again",
          { plannedOn, version },
        );
      for (const kind of ENTITY_KINDS) await upsert(transaction, kind, change);
      for (const kind of ENTITY_KINDS.toReversed()) await remove(transaction, kind, change);
      const row = {
        at: audit.at,
        who: audit.who,
        files: JSON.stringify(audit.files),
        counts: JSON.stringify(change.counts),
      };
      const { id } = await transaction
        .insertInto("imports")
        .values(row)
        .returning("id")
        .executeTakeFirstOrThrow();
      return id;
    });
  }

  /** The audit trail, newest first. */
  async imports(
    limit = 100,
  ): Promise<(ImportAudit & { readonly id: number; readonly counts: InventoryChange["counts"] })[]> {
    const rows = await this.#open
      .selectFrom("imports")
      .selectAll()
      .orderBy("id", "desc")
      .limit(limit)
      .execute();
    return rows.map((row) => ({ ...row, files: JSON.parse(row.files), counts: JSON.parse(row.counts) }));
  }

  /**
   * Keeps what a device said of itself, in place of what it said before. Resolves when it is committed; calls
   * that come close together share one commit.
   */
  saveFacts(facts: DeviceFacts): Promise<void> {
    if (!this.#facts) return Promise.reject(this.#closedError());
    return this.#facts.save(facts);
  }

  /** By device id. */
  async loadFacts(): Promise<Map<string, DeviceFacts>> {
    const rows = await this.#open.selectFrom("device_facts").selectAll().execute();
    return new Map(rows.map((row) => [row.device, JSON.parse(row.facts) as DeviceFacts]));
  }

  /** The proven SNMPv3 engines of devices. */
  get engines(): EnginePinTable {
    return new EnginePinTable(this.#open);
  }

  /** What audits of web sites found. */
  get siteAudits(): SiteAuditTable {
    return new SiteAuditTable(this.#open);
  }

  /** Writes what is waiting and closes the file. */
  async close(): Promise<void> {
    const db = this.#db;
    const facts = this.#facts;
    this.#db = undefined;
    this.#facts = undefined;
    try {
      await facts?.close();
    } finally {
      await db?.destroy();
    }
  }

  get #open(): Kysely<StateTables> {
    if (!this.#db) throw this.#closedError();
    return this.#db;
  }

  #closedError(): CampusError {
    return new CampusError("E_STATE", `${this.#file} is not open`, { file: this.#file });
  }

  #openFile(): DatabaseSync {
    try {
      mkdirSync(dirname(this.#file), { recursive: true });
      return openStateFile(this.#file);
    } catch (error) {
      const reason = (error as Error).message;
      throw new CampusError("E_STATE", `cannot open ${this.#file}: ${reason}`, { file: this.#file }, error);
    }
  }
}

async function readVersion(db: Kysely<StateTables>): Promise<number> {
  const row = await db
    .selectFrom("imports")
    .select((select) => select.fn.max("id").as("version"))
    .executeTakeFirst();
  return row?.version ?? 0;
}

async function readRows(db: Kysely<StateTables>): Promise<InventoryRows> {
  const rows = emptyRows();
  for (const kind of ENTITY_KINDS) await readKind(db, kind, rows);
  return rows;
}

async function readKind<K extends EntityKind>(
  db: Kysely<StateTables>,
  kind: K,
  rows: InventoryRows,
): Promise<void> {
  const all = db.selectFrom(TABLES[kind] as keyof StateTables).selectAll();
  const isSite = kind === "site" ? 1 : 0;
  const found = await (kind === "school" || kind === "site"
    ? db.selectFrom("schools").selectAll().where("site", "=", isSite)
    : all
  ).execute();
  for (const record of found) {
    const row = fromTable(kind, record as unknown as Parameters<typeof fromTable<K>>[1]);
    rows[kind].set(keyOf(kind, row), row);
  }
}

const KEY_COLUMNS: { readonly [K in EntityKind]: readonly string[] } = {
  region: ["path"],
  school: ["id"],
  site: ["id"],
  building: ["school", "id"],
  room: ["school", "building", "id"],
  device: ["id"],
  link: ["id"],
};

/** The tables differ in their columns alone, which kysely's types cannot say for a name that is a variable. */
type AnyTables = Record<string, Record<string, string | number | null>>;

async function upsert(
  db: Transaction<StateTables>,
  kind: EntityKind,
  change: InventoryChange,
): Promise<void> {
  const any = db as unknown as Transaction<AnyTables>;
  const keys = KEY_COLUMNS[kind];
  const rows = [...change.written[kind].values()].map(
    (row) => toTable(kind, row as never) as AnyTables[string],
  );
  for (let from = 0; from < rows.length; from += ROWS_A_STATEMENT) {
    const part = rows.slice(from, from + ROWS_A_STATEMENT);
    const others = Object.keys(part[0]!).filter((column) => !keys.includes(column));
    await any
      .insertInto(TABLES[kind])
      .values(part)
      .onConflict((conflict) =>
        conflict
          .columns([...keys])
          .doUpdateSet((set) =>
            Object.fromEntries(others.map((column) => [column, set.ref(`excluded.${column}`)])),
          ),
      )
      .execute();
  }
}

async function remove(
  db: Transaction<StateTables>,
  kind: EntityKind,
  change: InventoryChange,
): Promise<void> {
  const any = db as unknown as Transaction<AnyTables>;
  for (const row of change.removed[kind].values()) {
    const table = toTable(kind, row as never) as AnyTables[string];
    let query = any.deleteFrom(TABLES[kind]);
    for (const column of KEY_COLUMNS[kind]) query = query.where(column, "=", table[column]!);
    await query.execute();
    if (kind === "device")
      await db.deleteFrom("device_facts").where("device", "=", String(table["id"])).execute();
  }
}
