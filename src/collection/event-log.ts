import { DatabaseSync, type StatementSync } from "node:sqlite";
import { CampusError } from "../errors/campus-error.ts";
import type { Clock } from "./contract.ts";
import { EVENT_COLUMNS, eventOf, prepareEventStatements, queryText } from "./event-rows.ts";
import {
  type CampusEvent,
  cleanEventText,
  type EventDraft,
  type EventQuery,
  type EventReader,
} from "./events.ts";

export interface EventLogOptions {
  /** Path of events.db; its folder exists. */
  readonly file: string;
  readonly clock: Clock;
  /** Events kept at most; the oldest go first. Default 100,000. */
  readonly mostRows?: number;
  /** Events older than this go, ms. Default 90 days. */
  readonly keepMs?: number;
  /** Events with the same `fold` within this time of the first, ms, are one. Default 10,000. */
  readonly foldMs?: number;
}

export interface Appended {
  /** True when it was counted to an event that was there. */
  readonly folded: boolean;
  /** Resolves when it is on disk; rejects with E_STATE when it could not be written and is lost. */
  readonly committed: Promise<void>;
}

const DAY_MS = 86_400_000;
/** How long events wait for others to share a commit with: a commit is a sync of the disk. */
const GATHER_MS = 100;
/** Events that wait for a commit at most. */
const MOST_WAITING = 5_000;
/** Of all rows one source holds at most this part, so that a talkative device does not push out the others. */
const SOURCE_PART = 5;
const AGE_CHECK_MS = 3_600_000;
/** Rows deleted in one commit at most, so that the process is not held up. */
const TRIM_ROWS = 2_000;
const RECENT = 1_000;
const VERSION = 1;

interface Fold {
  /** Monotonic ms until when repeats are counted to it. */
  readonly until: number;
  readonly draft: EventDraft;
  /** 0 until it is written. */
  id: number;
  count: number;
  lastAt: number;
}

/**
 * events.db: the events of this node, newest kept, bounded by rows, by age, and by rows of one source. One
 * process writes it. Events that come close together share one commit.
 */
export class EventLog implements EventReader {
  readonly #options: Required<EventLogOptions>;
  readonly #folds = new Map<string, Fold>();
  readonly #bySource = new Map<string, number>();
  readonly #recent: CampusEvent[] = [];
  #waiting: Fold[] = [];
  #dirty = new Set<Fold>();
  #db: DatabaseSync | undefined;
  #statements: ReturnType<typeof prepareEventStatements> | undefined;
  #round: { readonly done: Promise<void>; readonly write: () => void } | undefined;
  #rows = 0;
  #newest = 0;
  #nextAgeCheck = 0;

  constructor(options: EventLogOptions) {
    this.#options = { mostRows: 100_000, keepMs: 90 * DAY_MS, foldMs: 10_000, ...options };
  }

  get newest(): number {
    return this.#newest;
  }

  /** Events on disk. */
  get rows(): number {
    return this.#rows;
  }

  /** Throws E_STATE when the file cannot be opened, is damaged, or was written by a newer campusd. */
  open(): void {
    const { file } = this.#options;
    let db: DatabaseSync | undefined;
    try {
      db = new DatabaseSync(file);
      db.exec("pragma journal_mode = wal; pragma synchronous = full; pragma busy_timeout = 2000");
      migrate(db, file);
      this.#statements = prepareEventStatements(db);
      for (const row of db.prepare("select source, count(*) as rows from events group by source").all()) {
        this.#bySource.set(String(row["source"]), Number(row["rows"]));
        this.#rows += Number(row["rows"]);
      }
      // sqlite_sequence: the number goes on also when the newest event was deleted.
      const last = db.prepare("select seq from sqlite_sequence where name = 'events'").get();
      this.#newest = Number(last?.["seq"] ?? 0);
      this.#db = db;
    } catch (error) {
      db?.close();
      if (error instanceof CampusError) throw error;
      throw this.#error(`cannot open ${file}`, error);
    }
  }

  /** Takes an event. Synchronous; `committed` tells when it is safe. */
  append(draft: EventDraft): Appended {
    if (!this.#db)
      return { folded: false, committed: Promise.reject(this.#error("the event log is closed")) };
    const now = this.#options.clock.monotonic();
    const known = this.#folds.get(draft.fold);
    if (known && now < known.until) {
      known.count++;
      known.lastAt = draft.at;
      if (known.id > 0) this.#dirty.add(known);
      return { folded: true, committed: this.#gather() };
    }
    if (this.#waiting.length >= MOST_WAITING)
      return { folded: false, committed: Promise.reject(this.#error("too many events wait for the disk")) };
    const fold: Fold = {
      until: now + this.#options.foldMs,
      draft: cleaned(draft),
      id: 0,
      count: 1,
      lastAt: draft.at,
    };
    this.#folds.delete(draft.fold);
    this.#folds.set(draft.fold, fold);
    this.#waiting.push(fold);
    return { folded: false, committed: this.#gather() };
  }

  query(query: EventQuery): CampusEvent[] {
    if (!this.#db) throw this.#error("the event log is closed");
    const { text, values } = queryText(query);
    try {
      return this.#db
        .prepare(text)
        .all(...values)
        .map(eventOf);
    } catch (error) {
      throw this.#error("the event log cannot be read", error);
    }
  }

  since(id: number, limit: number): CampusEvent[] {
    if (id >= this.#newest) return [];
    return this.#recent.filter((event) => event.id > id).slice(-limit);
  }

  /** Commits what waits without waiting for more. */
  flush(): void {
    this.#round?.write();
  }

  /** Writes what waits and closes the file. */
  async close(): Promise<void> {
    this.flush();
    this.#db?.close();
    this.#db = undefined;
    this.#statements = undefined;
  }

  /** The commit that will hold what was just taken. */
  #gather(): Promise<void> {
    if (this.#round) return this.#round.done;
    let settle: { resolve(): void; reject(error: unknown): void };
    const done = new Promise<void>((resolve, reject) => {
      settle = { resolve, reject };
    });
    // Who appended asks for it; a round that nobody waits for must not end the process.
    done.catch(() => undefined);
    const write = (): void => {
      clearTimeout(timer);
      if (this.#round?.done !== done) return;
      this.#round = undefined;
      try {
        this.#write();
        settle.resolve();
      } catch (error) {
        settle.reject(this.#error("events could not be written", error));
      }
    };
    const timer = setTimeout(write, GATHER_MS);
    this.#round = { done, write };
    return done;
  }

  #write(): void {
    const db = this.#db!;
    const { insert, repeat } = this.#statements!;
    const waiting = this.#waiting;
    const dirty = this.#dirty;
    this.#waiting = [];
    this.#dirty = new Set();
    const ids: number[] = [];
    try {
      db.exec("begin immediate");
      for (const fold of waiting) ids.push(insertRow(insert, fold));
      for (const fold of dirty) repeat.run(fold.count, fold.lastAt, fold.id);
      db.exec("commit");
    } catch (error) {
      if (db.isTransaction) db.exec("rollback");
      // They are lost and said to be lost: a sender that cares sends again, as a new event.
      for (const fold of [...waiting, ...dirty])
        if (this.#folds.get(fold.draft.fold) === fold) this.#folds.delete(fold.draft.fold);
      throw error;
    }
    for (const [i, fold] of waiting.entries()) {
      fold.id = ids[i]!;
      this.#newest = fold.id;
      const { source } = fold.draft;
      this.#bySource.set(source, (this.#bySource.get(source) ?? 0) + 1);
      this.#recent.push(eventOfFold(fold));
    }
    if (this.#recent.length > RECENT) this.#recent.splice(0, this.#recent.length - RECENT);
    this.#rows += waiting.length;
    this.#forgetFolds();
    this.#trim(new Set(waiting.map((fold) => fold.draft.source)));
  }

  #forgetFolds(): void {
    const now = this.#options.clock.monotonic();
    // The map is in the order of time.
    for (const [key, fold] of this.#folds) {
      if (fold.until > now) break;
      this.#folds.delete(key);
    }
  }

  /** Deletes what is over a bound. A failure waits for the next round: the bounds are not to the row. */
  #trim(sources: ReadonlySet<string>): void {
    const { mostRows, keepMs, clock } = this.#options;
    const { oldest, oldestOf, older } = this.#statements!;
    const most = Math.max(1, Math.floor(mostRows / SOURCE_PART));
    for (const source of sources) {
      const over = (this.#bySource.get(source) ?? 0) - most;
      if (over > 0) this.#deleted(oldestOf.all(source, Math.min(over, TRIM_ROWS)));
    }
    if (this.#rows > mostRows) this.#deleted(oldest.all(Math.min(this.#rows - mostRows, TRIM_ROWS)));
    if (clock.monotonic() < this.#nextAgeCheck) return;
    const gone = older.all(clock.now() - keepMs, TRIM_ROWS);
    this.#deleted(gone);
    if (gone.length < TRIM_ROWS) this.#nextAgeCheck = clock.monotonic() + AGE_CHECK_MS;
  }

  #deleted(rows: readonly Record<string, unknown>[]): void {
    for (const row of rows) {
      const source = String(row["source"]);
      const left = (this.#bySource.get(source) ?? 1) - 1;
      if (left > 0) this.#bySource.set(source, left);
      else this.#bySource.delete(source);
    }
    this.#rows -= rows.length;
  }

  #error(message: string, cause?: unknown): CampusError {
    const reason = cause === undefined ? "" : `: ${cause instanceof Error ? cause.message : String(cause)}`;
    return new CampusError("E_STATE", `${message}${reason}`, { file: this.#options.file }, cause);
  }
}

function cleaned(draft: EventDraft): EventDraft {
  return {
    ...draft,
    kind: cleanEventText(draft.kind),
    varbinds: draft.varbinds.map((one) => ({ ...one, value: cleanEventText(one.value) })),
  };
}

function eventOfFold({ draft, id, lastAt, count }: Fold): CampusEvent {
  const { fold: _, ...event } = draft;
  return { id, ...event, lastAt, count };
}

function insertRow(insert: StatementSync, fold: Fold): number {
  const { draft } = fold;
  const values: Record<(typeof EVENT_COLUMNS)[number], string | number | null> = {
    at: draft.at,
    last_at: fold.lastAt,
    device: draft.device ?? null,
    school: draft.school ?? null,
    path: draft.path,
    source: draft.source,
    kind: draft.kind,
    oid: draft.oid,
    severity: draft.severity,
    interface: draft.interface ?? null,
    varbinds: JSON.stringify(draft.varbinds),
    more: draft.more,
    count: fold.count,
  };
  return Number(insert.run(...EVENT_COLUMNS.map((column) => values[column])).lastInsertRowid);
}

function migrate(db: DatabaseSync, file: string): void {
  const found = Number(db.prepare("pragma user_version").get()?.["user_version"] ?? 0);
  if (found > VERSION)
    throw new CampusError("E_STATE", `${file} was written by a newer campusd; run that version`, { file });
  if (found === VERSION) return;
  db.exec(`begin immediate;
    create table events (
      id integer primary key autoincrement, at integer not null, last_at integer not null,
      device text, school text, path text not null, source text not null, kind text not null,
      oid text not null, severity text not null, interface text, varbinds text not null,
      more integer not null, count integer not null) strict;
    create index events_device on events (device, id) where device is not null;
    create index events_school on events (school, id) where school is not null;
    create index events_path on events (path, id);
    create index events_source on events (source, id);
    create index events_at on events (at);
    pragma user_version = ${VERSION};
    commit`);
}
