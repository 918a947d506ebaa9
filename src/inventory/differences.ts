import { ENTITY_KINDS, type EntityKind, emptyRows, type InventoryRows, type RowTypes } from "./rows.ts";

export interface FieldChange {
  readonly field: string;
  /** Absent: there was no value. */
  readonly from?: unknown;
  /** Absent: there is none any more. */
  readonly to?: unknown;
}

export interface RowDifference {
  readonly change: "added" | "changed" | "removed";
  readonly kind: EntityKind;
  readonly key: string;
  /** What a person knows it by: its name, or role and school. */
  readonly label: string;
  /** Set for `changed`. */
  readonly fields: readonly FieldChange[];
}

export interface DifferenceCounts {
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
  /** Rows that the files give and that are as they were. */
  readonly unchanged: number;
}

/** What an import does to the inventory: whole rows to write, rows to remove, and the same in words. */
export interface InventoryChange {
  readonly written: InventoryRows;
  readonly removed: InventoryRows;
  readonly differences: readonly RowDifference[];
  readonly counts: DifferenceCounts;
}

/** Keys by kind. */
export type KeySets = { readonly [K in EntityKind]: ReadonlySet<string> };

/** What leads from `current` to `next`. `given` are the keys that the files give: only they and what is gone are looked at. */
export function changeBetween(current: InventoryRows, next: InventoryRows, given: KeySets): InventoryChange {
  const written = emptyRows();
  const removed = emptyRows();
  const differences: RowDifference[] = [];
  let unchanged = 0;
  for (const kind of ENTITY_KINDS) {
    const [before, after] = [maps(current, kind), maps(next, kind)];
    for (const key of given[kind]) {
      const row = after.get(key);
      if (row === undefined) continue;
      const old = before.get(key);
      const fields = old === undefined ? [] : fieldChanges(old, row);
      if (old !== undefined && fields.length === 0) {
        unchanged += 1;
        continue;
      }
      maps(written, kind).set(key, row);
      const change = old === undefined ? "added" : "changed";
      differences.push({ change, kind, key, label: labelOf(kind, row), fields });
    }
    for (const [key, row] of before) {
      if (after.has(key)) continue;
      maps(removed, kind).set(key, row);
      differences.push({ change: "removed", kind, key, label: labelOf(kind, row), fields: [] });
    }
  }
  const count = (change: RowDifference["change"]) =>
    differences.filter((one) => one.change === change).length;
  return {
    written,
    removed,
    differences,
    counts: { added: count("added"), changed: count("changed"), removed: count("removed"), unchanged },
  };
}

function maps<K extends EntityKind>(rows: InventoryRows, kind: K): Map<string, RowTypes[K]> {
  return rows[kind];
}

function fieldChanges(from: object, to: object): FieldChange[] {
  const before = from as Readonly<Record<string, unknown>>;
  const after = to as Readonly<Record<string, unknown>>;
  const changes: FieldChange[] = [];
  for (const field of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (sameValue(before[field], after[field])) continue;
    changes.push({
      field,
      ...(before[field] === undefined ? {} : { from: before[field] }),
      ...(after[field] === undefined ? {} : { to: after[field] }),
    });
  }
  return changes;
}

/** Members are numbers, texts or lists of texts. */
function sameValue(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((value, index) => value === b[index]);
  return a === b;
}

function labelOf(kind: EntityKind, row: RowTypes[EntityKind]): string {
  const { name, role, school } = row as { name?: string; role?: string; school?: string };
  if (kind === "device") return `${name ? `${name}, ` : ""}${role} at ${school}`;
  return name ?? role ?? "";
}
