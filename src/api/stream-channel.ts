/** A document of the API, as its rows. */
type Document = Readonly<Record<string, unknown>>;
type Row = Readonly<Record<string, unknown>>;

/** The lists of the views and what a row of them is known by. */
const ROW_KEYS: Readonly<Record<string, (row: Row) => string>> = {
  schools: (row) => String(row["id"]),
  links: (row) => String(row["id"]),
  rooms: (row) => String(row["path"]),
  devices: (row) => String(row["id"]),
  interfaces: (row) => String(row["key"]),
  readings: (row) => `${row["quantity"]} ${JSON.stringify(row["tags"])}`,
};

/** Members that a patch carries whole. */
const PATCHED = ["totals", "school", "device", "uptime"] as const;

/** A time that moves by less than this, ms, is not worth a row of its own. */
const TIME_GRAIN = 10_000;

interface Kept {
  /** The text that is compared, with coarse times. */
  print: string;
  /** The revision in which it changed last. */
  revision: number;
  value: unknown;
}

/**
 * One live document that several browsers may watch. `refresh` reads it again and notes in which revision each
 * row changed, so that a browser which missed some gets all that changed since, once, in its next patch.
 */
export class StreamChannel {
  readonly #read: () => Document | undefined;
  readonly #rows = new Map<string, Map<string, Kept>>();
  readonly #members = new Map<string, Kept>();
  #document: Document | undefined;
  #rest = "";
  #view: string | undefined;
  /** How many watch it. */
  watchers = 0;
  /** Grows with each refresh that changed something. */
  revision = 0;
  /** The revision from which on patches are enough; who is older needs the whole document. */
  whole = 0;

  /** `read` answers the document, or undefined when it is gone. */
  constructor(read: () => Document | undefined) {
    this.#read = read;
  }

  /** Reads the document again; false when it is gone. */
  refresh(): boolean {
    const document = this.#read();
    if (document === undefined) return false;
    if (document === this.#document) return true;
    this.#document = document;
    this.#view = undefined;
    const next = this.revision + 1;
    let changed = false;
    let gone = false;
    const rest: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(document)) {
      const keyOf = ROW_KEYS[name];
      if (keyOf && Array.isArray(value)) {
        const difference = this.#compare(name, value as Row[], keyOf, next);
        changed ||= difference.changed;
        gone ||= difference.gone;
      } else if ((PATCHED as readonly string[]).includes(name)) {
        const kept = this.#members.get(name);
        const print = coarse(value);
        if (kept?.print !== print) {
          this.#members.set(name, { print, revision: next, value });
          changed = true;
        } else kept.value = value;
      } else if (name !== "at") rest[name] = value;
    }
    const restText = JSON.stringify(rest);
    if (restText !== this.#rest) {
      gone = true;
      this.#rest = restText;
    }
    if (changed || gone) this.revision = next;
    if (gone) this.whole = next;
    return true;
  }

  /** The whole document as JSON. */
  view(): string {
    this.#view ??= JSON.stringify(this.#document);
    return this.#view;
  }

  /** What changed after `revision`, as JSON; undefined when nothing did. */
  patch(revision: number): string | undefined {
    if (revision >= this.revision) return undefined;
    const patch: Record<string, unknown> = { at: this.#document?.["at"] };
    for (const [name, kept] of this.#members) if (kept.revision > revision) patch[name] = kept.value;
    for (const [name, rows] of this.#rows) {
      const changed: unknown[] = [];
      for (const kept of rows.values()) if (kept.revision > revision) changed.push(kept.value);
      if (changed.length > 0) patch[name] = changed;
    }
    return JSON.stringify(patch);
  }

  #compare(
    name: string,
    values: readonly Row[],
    keyOf: (row: Row) => string,
    next: number,
  ): { changed: boolean; gone: boolean } {
    let rows = this.#rows.get(name);
    if (!rows) {
      rows = new Map();
      this.#rows.set(name, rows);
    }
    let changed = false;
    const present = new Set<string>();
    for (const value of values) {
      const key = keyOf(value);
      present.add(key);
      const print = coarse(value);
      const kept = rows.get(key);
      if (!kept) rows.set(key, { print, revision: next, value });
      else if (kept.print === print) continue;
      else {
        kept.print = print;
        kept.revision = next;
        kept.value = value;
      }
      changed = true;
    }
    let gone = false;
    if (present.size !== rows.size)
      for (const key of rows.keys())
        if (!present.has(key)) {
          rows.delete(key);
          gone = true;
        }
    return { changed, gone };
  }
}

function coarse(value: unknown): string {
  return (
    JSON.stringify(value, (name, member: unknown) =>
      name === "at" && typeof member === "number" ? Math.floor(member / TIME_GRAIN) : member,
    ) ?? ""
  );
}
