import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { CampusEvent, EventQuery, EventSeverity, EventVarbind } from "./events.ts";

/** Columns of the table `events` but its number. Times are UTC ms, `varbinds` is JSON. */
export const EVENT_COLUMNS = [
  "at",
  "last_at",
  "device",
  "school",
  "path",
  "source",
  "kind",
  "oid",
  "severity",
  "interface",
  "varbinds",
  "more",
  "count",
] as const;

/** The statements that write. The three that delete answer the sources of the rows that went. */
export function prepareEventStatements(db: DatabaseSync): {
  readonly insert: StatementSync;
  readonly repeat: StatementSync;
  readonly oldest: StatementSync;
  readonly oldestOf: StatementSync;
  readonly older: StatementSync;
} {
  const remove = (which: string): StatementSync =>
    db.prepare(`delete from events where id in (select id from events ${which}) returning source`);
  return {
    insert: db.prepare(
      `insert into events (${EVENT_COLUMNS.join(", ")}) values (${EVENT_COLUMNS.map(() => "?").join(", ")})`,
    ),
    repeat: db.prepare("update events set count = ?, last_at = ? where id = ?"),
    oldest: remove("order by id limit ?"),
    oldestOf: remove("where source = ? order by id limit ?"),
    older: remove("where at < ? order by at limit ?"),
  };
}

/** The statement of a query and its values. */
export function queryText(query: EventQuery): {
  readonly text: string;
  readonly values: (string | number)[];
} {
  const conditions: string[] = [];
  const values: (string | number)[] = [];
  const add = (condition: string, ...given: (string | number)[]): void => {
    conditions.push(condition);
    values.push(...given);
  };
  // "0" follows "/" in the order of characters: everything from "a/" to before "a0" lies below "a".
  if (query.subtree !== "")
    add("(path = ? or (path >= ? and path < ?))", query.subtree, `${query.subtree}/`, `${query.subtree}0`);
  if (query.device !== undefined) add("device = ?", query.device);
  if (query.school !== undefined) add("school = ?", query.school);
  if (query.kind !== undefined) add("kind = ?", query.kind);
  if (query.severity !== undefined) add("severity = ?", query.severity);
  if (query.from !== undefined) add("at >= ?", query.from);
  if (query.to !== undefined) add("at < ?", query.to);
  if (query.before !== undefined) add("id < ?", query.before);
  const where = conditions.length > 0 ? `where ${conditions.join(" and ")}` : "";
  values.push(query.limit);
  return { text: `select * from events ${where} order by id desc limit ?`, values };
}

export function eventOf(row: Readonly<Record<string, unknown>>): CampusEvent {
  const optional = (key: "device" | "school" | "interface"): object =>
    row[key] === null ? {} : { [key]: String(row[key]) };
  return {
    id: Number(row["id"]),
    at: Number(row["at"]),
    lastAt: Number(row["last_at"]),
    ...optional("device"),
    ...optional("school"),
    path: String(row["path"]),
    source: String(row["source"]),
    kind: String(row["kind"]),
    oid: String(row["oid"]),
    severity: String(row["severity"]) as EventSeverity,
    ...optional("interface"),
    varbinds: JSON.parse(String(row["varbinds"])) as EventVarbind[],
    more: Number(row["more"]),
    count: Number(row["count"]),
  };
}
