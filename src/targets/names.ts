import { type Kysely, sql } from "kysely";
import { NAME_KINDS, type NameKind, type TargetTables } from "./tables.ts";

/** Names in one statement, as JSON. */
const CHUNK = 2000;

/** Numbers for targets, regions and schools. Another process may add names to the same file. */
export class Names {
  readonly #db: Kysely<TargetTables>;
  readonly #byKind = new Map<NameKind, Map<string, number>>();
  readonly #byId = new Map<number, string>();

  constructor(db: Kysely<TargetTables>) {
    this.#db = db;
    for (const kind of Object.values(NAME_KINDS)) this.#byKind.set(kind, new Map());
  }

  async load(): Promise<void> {
    for (const { id, kind, name } of await this.#db.selectFrom("names").selectAll().execute()) {
      this.#byKind.get(kind)!.set(name, id);
      this.#byId.set(id, name);
    }
  }

  /** The number of a name that is known; undefined before it was ever written. */
  find(kind: NameKind, name: string): number | undefined {
    return this.#byKind.get(kind)!.get(name);
  }

  name(id: number): string | undefined {
    return this.#byId.get(id);
  }

  /** Makes sure that all have a number. */
  async intern(kind: NameKind, names: Iterable<string>): Promise<void> {
    const known = this.#byKind.get(kind)!;
    const missing = [...names].filter((name) => !known.has(name));
    for (let from = 0; from < missing.length; from += CHUNK) {
      const part = JSON.stringify(missing.slice(from, from + CHUNK));
      await sql`insert into names (kind, name) select ${kind}, value from json_each(${part}) where true
        on conflict do nothing`.execute(this.#db);
      const { rows } = await sql<{ id: number; name: string }>`select id, name from names
        where kind = ${kind} and name in (select value from json_each(${part}))`.execute(this.#db);
      for (const { id, name } of rows) {
        known.set(name, id);
        this.#byId.set(id, name);
      }
    }
  }
}
