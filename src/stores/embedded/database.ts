import { DatabaseSync } from "node:sqlite";
import { CampusError } from "../../errors/campus-error.ts";

/** SQLite's primary result codes that are told apart (sqlite.org/rescode.html). */
const SQLITE = {
  busy: 5,
  locked: 6,
  readonly: 8,
  ioerr: 10,
  corrupt: 11,
  full: 13,
  cantopen: 14,
  notadb: 26,
};
/** A database's own log is taken into it when it has grown to this. */
const LOG_OCTETS = 2 * 1024 * 1024;
const IOERR_FSYNC = 1034;
const IOERR_SHORT_READ = 522;

function resultCode(error: unknown): number {
  const code = (error as { errcode?: unknown } | null)?.errcode;
  return typeof code === "number" ? code : 0;
}

/** Whether the file's own structure is broken. */
export function isBroken(error: unknown): boolean {
  const code = resultCode(error);
  const primary = code & 0xff;
  // 1 is SQLITE_ERROR: the statements are ours and right, so a table that is not there was damaged.
  return (
    primary === SQLITE.corrupt || primary === SQLITE.notadb || primary === 1 || code === IOERR_SHORT_READ
  );
}

export function isLocked(error: unknown): boolean {
  const primary = resultCode(error) & 0xff;
  return primary === SQLITE.busy || primary === SQLITE.locked;
}

/** Whether a sync failed: after that nobody knows what is on the disk, and trying again proves nothing. */
export function isSyncFailure(error: unknown): boolean {
  const call = (error as { syscall?: unknown } | null)?.syscall;
  return resultCode(error) === IOERR_FSYNC || call === "fdatasync" || call === "fsync";
}

/** What to tell a person of an error of SQLite or the file system while writing. */
export function writeFailure(error: unknown, path: string): CampusError {
  const primary = resultCode(error) & 0xff;
  const text = error instanceof Error ? error.message : String(error);
  const full = primary === SQLITE.full || (error as { code?: unknown } | null)?.code === "ENOSPC";
  const what = full ? "the disk is full" : text;
  return new CampusError(
    "E_STORE_WRITE",
    `the embedded store cannot write to ${path}: ${what}`,
    { path },
    error,
  );
}

/** What to tell a person of an error while opening. */
export function openFailure(error: unknown, path: string): CampusError {
  if (error instanceof CampusError) return error;
  const text = error instanceof Error ? error.message : String(error);
  const what = isLocked(error) ? "it is in use by another campusd" : text;
  return new CampusError(
    "E_STORE_OPEN",
    `the embedded store cannot be opened at ${path}: ${what}`,
    { path },
    error,
  );
}

/**
 * Opens a database file of the store: WAL with a sync at each commit, so that committed means on the disk, and
 * locked for this connection alone (which also keeps the shared-memory file away, so that a full disk is an error
 * and not a signal). A file that is in use is an error at once.
 * @param pageSize octets; takes effect on a new file only
 * @param cacheKiB memory for pages
 */
export function openDatabase(path: string, pageSize: number, cacheKiB: number, schema: string): DatabaseSync {
  const database = new DatabaseSync(path);
  try {
    database.exec(`
      PRAGMA busy_timeout = 0;
      PRAGMA page_size = ${pageSize};
      PRAGMA locking_mode = EXCLUSIVE;
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      PRAGMA cache_size = -${cacheKiB};
      PRAGMA temp_store = MEMORY;
      PRAGMA wal_autocheckpoint = ${Math.floor(LOG_OCTETS / pageSize)};
      ${schema}
      BEGIN IMMEDIATE; COMMIT;`);
  } catch (error) {
    closeQuietly(database);
    throw error;
  }
  return database;
}

/** Closes a database whose state may be anything; there is nothing to do about an error. */
export function closeQuietly(database: DatabaseSync): void {
  try {
    database.close();
  } catch {
    // a broken file cannot be checkpointed; what was committed stays in its log
  }
}

/** Runs `work` in a transaction: all of it or nothing. */
export function transaction<T>(database: DatabaseSync, work: () => T): T {
  database.exec("BEGIN IMMEDIATE");
  try {
    const result = work();
    database.exec("COMMIT");
    return result;
  } catch (error) {
    rollback(database);
    throw error;
  }
}

/** Ends a transaction that failed, if SQLite has not ended it already. */
export function rollback(database: DatabaseSync): void {
  try {
    if (database.isTransaction) database.exec("ROLLBACK");
  } catch {
    // the transaction is gone either way
  }
}
