import { PDU } from "../codec/ber.ts";
import { Expectation, type RowIndexes } from "../codec/expectation.ts";
import {
  ERROR_STATUS,
  ERROR_STATUS_NAMES,
  type PreparedRequest,
  patchOid,
  patchRepetitions,
  type ResponseView,
} from "../codec/message.ts";
import { compareOids, isBelow, type OidBytes } from "../codec/oid.ts";
import type { SnmpSession } from "../session.ts";
import type { Outcome } from "../transport.ts";
import type { Failure } from "./get.ts";

export interface WalkLimits {
  /** Rows a column may have. */
  readonly maxRows: number;
  readonly maxMs: number;
  /** Octets of all answers together. */
  readonly maxOctets: number;
}

export const DEFAULT_LIMITS: WalkLimits = { maxRows: 100_000, maxMs: 30_000, maxOctets: 8 * 1024 * 1024 };

/** Columns in one request: a row must fit a datagram several times. */
const MAX_COLUMNS = 16;
/** How often a request that got no answer is made smaller before the walk gives up. */
const MAX_SHRINKS = 2;

/**
 * Why a walk ended. `end`: every column was read to its end. Anything else leaves a partial result:
 * not_increasing (an OID that does not follow the one before it), rows, time, octets (a cap), empty (a good
 * answer with nothing in it), or a failure.
 */
export type WalkEnd = "end" | "not_increasing" | "rows" | "time" | "octets" | "empty" | Failure;

/** Why a walk ended, for people. */
export function describeEnd(end: WalkEnd): string {
  if (typeof end === "object") return end.status ?? end.outcome;
  return end;
}

/**
 * Called for each value: column number, varbind `i`, and where its index starts in the datagram. May answer the
 * value's row in the table that is expected.
 */
export type WalkVisitor = (
  column: number,
  view: ResponseView,
  i: number,
  indexAt: number,
  at: number,
) => number | undefined;

/** A table whose rows are known: what answers are compared with, and where what fits is put. */
export interface ExpectedTable {
  readonly indexes: RowIndexes;
  /**
   * Takes the first `count` varbinds of which the view knows the row; varbind `i` is of the walk's column
   * `numbers[i % numbers.length]`.
   */
  take(view: ResponseView, count: number, numbers: readonly number[], at: number): void;
}

export interface WalkOptions {
  readonly limits?: Partial<WalkLimits>;
  /** Rows that are known to exist: the last request asks for no more than these and one. */
  readonly expectedRows?: number;
  /** Values of these rows go there, and the visitor is called for the others. */
  readonly table?: ExpectedTable;
}

/**
 * Reads columns of a table side by side, GETBULK where it may be used. `columns` are OIDs without index.
 * Every OID that comes must lie below its column and strictly after the one before it. Never rejects.
 */
export async function walkColumns(
  session: SnmpSession,
  columns: readonly OidBytes[],
  visit: WalkVisitor,
  options: WalkOptions = {},
): Promise<WalkEnd> {
  let worst: WalkEnd = "end";
  const deadline = session.clock.monotonic() + (options.limits?.maxMs ?? DEFAULT_LIMITS.maxMs);
  const groups: { bulk: boolean; numbers: number[] }[] = [];
  for (let i = 0; i < columns.length; i++) {
    const bulk = session.allowsBulk(columns[i]!);
    let group = groups.at(-1);
    if (!group || group.bulk !== bulk || group.numbers.length >= MAX_COLUMNS)
      groups.push((group = { bulk, numbers: [] }));
    group.numbers.push(i);
  }
  const spent = { octets: 0 };
  for (const group of groups) {
    const end = await new ColumnWalk(
      session,
      columns,
      group.numbers,
      group.bulk,
      visit,
      options,
      deadline,
      spent,
    ).run();
    if (end !== "end") worst = end;
    // A silent device is not asked for its other columns; a faulty column does not cost the good ones.
    if (typeof end === "object" && end.outcome !== "status") break;
  }
  return worst;
}

class Column {
  readonly number: number;
  readonly root: OidBytes;
  /** Last OID seen, in `last` up to `lastEnd`; the root before the first. */
  last: Uint8Array;
  lastEnd: number;
  lastStart = 0;
  rows = 0;
  done = false;
  /** Row of the last OID in the expected table, -1 when it is in none; `nextRow` is the one that is expected. */
  lastRow = -1;
  nextRow = 0;

  constructor(number: number, root: OidBytes) {
    this.number = number;
    this.root = root;
    this.last = root;
    this.lastEnd = root.length;
  }
}

class ColumnWalk {
  readonly #session: SnmpSession;
  readonly #visit: WalkVisitor;
  readonly #limits: WalkLimits;
  readonly #deadline: number;
  readonly #spent: { octets: number };
  readonly #expectedRows: number;
  readonly #table: ExpectedTable | undefined;
  readonly #columns: Column[];
  #active: Column[];
  #width: number;
  #bulk: boolean;
  #end: WalkEnd | undefined;
  /** A column's failure that did not keep the others from being read. */
  #fault: Failure | undefined;
  #asked: Column[] = [];
  #numbers: readonly number[] = [];
  #expected: Expectation | undefined;
  /** The request before, for the same columns: the next one differs in a few octets. */
  #request: PreparedRequest | undefined;
  #repetitions = 0;
  #status = 0;
  #errorIndex = 0;

  constructor(
    session: SnmpSession,
    roots: readonly OidBytes[],
    numbers: readonly number[],
    bulk: boolean,
    visit: WalkVisitor,
    options: WalkOptions,
    deadline: number,
    spent: { octets: number },
  ) {
    this.#session = session;
    this.#bulk = bulk;
    this.#visit = visit;
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.#deadline = deadline;
    this.#spent = spent;
    this.#expectedRows = options.expectedRows ?? Number.POSITIVE_INFINITY;
    this.#table = options.table;
    this.#columns = numbers.map((number) => new Column(number, roots[number]!));
    this.#active = this.#columns;
    this.#width = this.#columns.length;
  }

  async run(): Promise<WalkEnd> {
    let shrinks = 0;
    while (this.#active.length > 0 && this.#end === undefined) {
      if (this.#session.clock.monotonic() >= this.#deadline) return "time";
      this.#choose();
      const outcome = await this.#ask();
      if (outcome !== "reply") {
        if (outcome !== "timeout" || !this.#shrink() || ++shrinks > MAX_SHRINKS) return { outcome };
        continue;
      }
      if (this.#status !== ERROR_STATUS.noError) {
        const failure = this.#recover();
        if (failure) return failure;
      } else shrinks = 0;
      if (this.#active.some((column) => column.done))
        this.#active = this.#active.filter((column) => !column.done);
    }
    return this.#end ?? this.#fault ?? "end";
  }

  /** Which columns are asked for next, and what they will say. */
  #choose(): void {
    const width = Math.min(this.#active.length, this.#width);
    if (this.#asked.length !== width || this.#asked.some((column, i) => column !== this.#active[i])) {
      this.#asked = this.#active.slice(0, width);
      this.#request = undefined;
      this.#numbers = this.#asked.map((column) => column.number);
      this.#expected =
        this.#table &&
        new Expectation(
          this.#asked.map((column) => column.root),
          this.#table.indexes,
        );
    }
    if (!this.#expected) return;
    for (let i = 0; i < width; i++) this.#expected.base[i] = this.#asked[i]!.nextRow;
  }

  #ask(): Promise<Outcome> {
    let read = this.#asked[0]!.rows;
    for (const column of this.#asked) if (column.rows < read) read = column.rows;
    const left = this.#expectedRows - read + 1;
    // More rows than were expected: how many is not known.
    const rows = left > 0 ? left : Number.POSITIVE_INFINITY;
    this.#repetitions = this.#bulk ? this.#session.repetitions.choose(this.#asked.length, rows) : 1;
    const request = this.#patched() ?? this.#prepared();
    this.#request = this.#bulk ? request : undefined;
    // A lost answer is rather asked for in smaller pieces than again as it was.
    const expected = this.#expected;
    return this.#session.exchange(
      request,
      this.#read,
      this.#repetitions > 1 ? { retries: 1, expected } : { expected },
    );
  }

  #prepared(): PreparedRequest {
    const oids = this.#asked.map((column) => column.last.subarray(column.lastStart, column.lastEnd));
    return this.#bulk
      ? this.#session.prepare(PDU.getBulk, oids, this.#repetitions)
      : this.#session.prepare(PDU.getNext, oids);
  }

  /** The GETBULK before with the OIDs of now, when they are as long; undefined when they are not. */
  #patched(): PreparedRequest | undefined {
    const request = this.#bulk ? this.#request : undefined;
    if (!request) return undefined;
    const asked = this.#asked;
    for (let i = 0; i < asked.length; i++)
      if (asked[i]!.lastEnd - asked[i]!.lastStart !== request.oidLength[i]) return undefined;
    for (let i = 0; i < asked.length; i++) {
      const column = asked[i]!;
      // The root stands there already.
      patchOid(request, i, column.last, column.lastStart, column.root.length);
    }
    patchRepetitions(request, this.#repetitions);
    return request;
  }

  readonly #read = (view: ResponseView, at: number): void => {
    this.#status = view.errorStatus;
    this.#errorIndex = view.errorIndex;
    if (view.errorStatus !== ERROR_STATUS.noError) return;
    const asked = this.#asked;
    const width = asked.length;
    if (view.count === 0) {
      this.#end = "empty";
      return;
    }
    const { repetitions, latencyMs } = this.#session;
    if (this.#bulk) repetitions.good(this.#repetitions, view.count, view.octets, latencyMs);
    this.#spent.octets += view.octets;
    // What is more than was asked for is not looked at.
    const count = Math.min(view.count, width * this.#repetitions);
    const checked = this.#check(view, count, at);
    this.#table?.take(view, checked, this.#numbers, at);
    if (this.#spent.octets > this.#limits.maxOctets) this.#end ??= "octets";
  };

  /**
   * Checks the varbinds and visits those whose row is not known. Answers how many were good; those that are nothing
   * to take have no row any more.
   */
  #check(view: ResponseView, count: number, at: number): number {
    const asked = this.#asked;
    const width = asked.length;
    const bytes = view.bytes;
    for (let i = 0, c = 0; i < count; i++) {
      const column = asked[c]!;
      if (++c === width) c = 0;
      const row = view.row[i]!;
      // The row that is expected comes after the one before it, and lies below the column.
      if (row >= 0 && row > column.lastRow && column.lastRow >= 0 && !column.done && !view.isAbsent(i)) {
        if (column.last !== bytes) column.last = bytes;
        column.lastStart = view.oidAt[i]!;
        column.lastEnd = view.oidEnd[i]!;
        column.lastRow = row;
        column.nextRow = row + 1;
        if (++column.rows <= this.#limits.maxRows) continue;
        this.#end = "rows";
        return i;
      }
      if (column.done) {
        view.row[i] = -1;
        continue;
      }
      const start = view.oidAt[i]!;
      const end = view.oidEnd[i]!;
      if (view.isAbsent(i) || (row < 0 && !isBelow(column.root, bytes, start, end))) {
        column.done = true;
        view.row[i] = -1;
        continue;
      }
      // Both lie below the root: the order follows from what is behind it.
      const shared = column.root.length;
      if (
        compareOids(bytes, start + shared, end, column.last, column.lastStart + shared, column.lastEnd) <= 0
      ) {
        column.done = true;
        this.#end = "not_increasing";
        return i;
      }
      column.last = bytes;
      column.lastStart = start;
      column.lastEnd = end;
      if (++column.rows > this.#limits.maxRows) {
        this.#end = "rows";
        return i;
      }
      const found = row >= 0 ? row : this.#visit(column.number, view, i, start + shared, at);
      column.lastRow = found ?? -1;
      if (column.lastRow >= 0) column.nextRow = column.lastRow + 1;
    }
    return count;
  }

  /** Asks for less next time; false when it cannot be less. */
  #shrink(): boolean {
    if (this.#bulk && this.#repetitions > 1) {
      this.#session.repetitions.bad(this.#repetitions);
      return true;
    }
    if (this.#asked.length <= 1) return false;
    this.#width = this.#asked.length >> 1;
    return true;
  }

  /** After an error answer: what to leave out or to ask smaller; a failure when nothing is left to try. */
  #recover(): Failure | undefined {
    const column =
      this.#asked[this.#errorIndex - 1] ?? (this.#asked.length === 1 ? this.#asked[0] : undefined);
    if (this.#status === ERROR_STATUS.tooBig && this.#shrink()) return undefined;
    // SNMPv1 says so at the end of the MIB (RFC 1157 section 4.1.3).
    if (this.#status === ERROR_STATUS.noSuchName && column) {
      column.done = true;
      return undefined;
    }
    if (this.#bulk) {
      // Some agents cannot GETBULK a subtree that they can GETNEXT.
      this.#bulk = false;
      return undefined;
    }
    if (column && this.#asked.length > 1) {
      column.done = true;
      this.#fault = this.#failure();
      return undefined;
    }
    if (this.#shrink()) return undefined;
    return this.#failure();
  }

  #failure(): Failure {
    return { outcome: "status", status: ERROR_STATUS_NAMES[this.#status] ?? String(this.#status) };
  }
}
