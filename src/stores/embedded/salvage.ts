import { closeSync, existsSync, fstatSync, openSync, readSync, renameSync, rmSync } from "node:fs";
import { type RecordKind, scanRecords } from "../record.ts";

const WINDOW = 16 * 1024 * 1024;
/** Longer than any record that lies within one page. */
const OVERLAP = 64 * 1024;

/**
 * Finds the intact records of a database file whose own structure is broken, by reading through the file and its
 * write-ahead log. A record that SQLite had deleted or replaced may be found too: who takes them has to cope.
 */
export function findRecords(
  path: string,
  kinds: readonly RecordKind[],
  found: (record: Uint8Array, kind: RecordKind) => void,
): void {
  for (const part of [path, `${path}-wal`]) {
    if (!existsSync(part)) continue;
    const file = openSync(part, "r");
    try {
      const size = fstatSync(file).size;
      const window = new Uint8Array(Math.min(size, WINDOW + OVERLAP));
      for (let at = 0; at < size; at += WINDOW) {
        const read = readSync(file, window, 0, Math.min(window.length, size - at), at);
        scanRecords(window.subarray(0, read), kinds, found);
      }
    } finally {
      closeSync(file);
    }
  }
}

/** Puts the damaged file aside, where a person can look at it, and `fresh` in its place. */
export function replaceDamaged(path: string, fresh: string): void {
  rmSync(`${path}.damaged`, { force: true });
  if (existsSync(path)) renameSync(path, `${path}.damaged`);
  // The old log belongs to the old file and must not be played into the new one.
  rmSync(`${path}-wal`, { force: true });
  rmSync(`${path}-journal`, { force: true });
  renameSync(fresh, path);
}
