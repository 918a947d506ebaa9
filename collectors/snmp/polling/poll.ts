import type { OidBytes } from "../codec/oid.ts";
import { numberOf } from "../decode.ts";
import { OID } from "../plan.ts";
import { type Failure, getObjects } from "../requests/get.ts";
import { walkColumns } from "../requests/walk.ts";
import type { SnmpSession } from "../session.ts";
import type { Binding } from "./binding.ts";
import type { BoundTable } from "./bound-table.ts";
import { cpuPercent } from "./cpu-watch.ts";
import type { Emitter } from "./emit.ts";

/** What the first request of a poll says of the device as a whole. */
export interface Pulse {
  /** Hundredths of a second. */
  readonly sysUpTime?: number;
  readonly ifTableLastChange?: number;
}

interface Read {
  readonly table: BoundTable;
  readonly columns: number[];
  /** 1 for each column that was read to its end. */
  readonly complete: Uint8Array;
}

/** One poll of a device at one tier: the pulse and the scalars in one GET, then each table by GETBULK. */
export class Poll {
  readonly #session: SnmpSession;
  readonly #binding: Binding;
  readonly #everyMs: number;
  readonly #reads: Read[] = [];
  /** How busy the device said it is as the poll began, by the binding's cells. */
  cpu: number[] = [];
  /** UTC ms of the last answer. */
  receivedAt = 0;

  constructor(session: SnmpSession, binding: Binding, everyMs: number) {
    this.#session = session;
    this.#binding = binding;
    this.#everyMs = everyMs;
  }

  /** Asks for the device's clocks and the scalars of this tier. */
  async pulse(): Promise<{ readonly pulse: Pulse; readonly failure?: Failure }> {
    const binding = this.#binding;
    const now = this.#session.clock.monotonic();
    const pulse: { sysUpTime?: number; ifTableLastChange?: number } = {};
    const oids: OidBytes[] = [OID.sysUpTime];
    if (binding.plan.hasInterfaces) oids.push(OID.ifTableLastChange);
    const cells = binding.cpu;
    const clocks = oids.length;
    for (const { oid } of cells) oids.push(oid);
    const own = oids.length;
    this.cpu = cells.map(() => Number.NaN);
    const places: { read: Read; column: number }[] = [];
    for (const table of binding.tables.values()) {
      if (!table.plan.table.scalar) continue;
      const columns = binding.columnsAt(table, this.#everyMs, now);
      if (columns.length === 0) continue;
      const read = this.#begin(table, columns);
      for (const column of columns) {
        places.push({ read, column });
        oids.push(table.plan.columns[column]!.oid);
      }
    }
    const failure = await getObjects(this.#session, oids, (position, view, i, at) => {
      this.receivedAt = at;
      if (position >= own) {
        const { read, column } = places[position - own]!;
        read.table.store(column, 0, view, i, at);
        return;
      }
      if (position >= clocks) {
        this.cpu[position - clocks] = cpuPercent(cells[position - clocks]!, view, i);
        return;
      }
      const value = numberOf(view.bytes, view.tag[i]!, view.valueAt[i]!, view.valueEnd[i]!);
      if (Number.isNaN(value)) return;
      if (position === 0) pulse.sysUpTime = value;
      else pulse.ifTableLastChange = value;
    });
    if (failure) return { pulse, failure };
    for (const { read, column } of places) {
      read.complete[column] = 1;
      binding.finish(read.table, column, now);
    }
    return { pulse };
  }

  /** Reads the tables of this tier. Answers why when the device fell silent. */
  async tables(): Promise<Failure | undefined> {
    const binding = this.#binding;
    for (const table of binding.tables.values()) {
      if (table.plan.table.scalar) continue;
      const now = this.#session.clock.monotonic();
      let columns = binding.columnsAt(table, this.#everyMs, now);
      if (columns.length === 0) continue;
      const read = this.#begin(table, columns);
      const before = new Set<number>();
      while (columns.length > 0) {
        const failure = await this.#walk(read, columns);
        if (failure) return failure;
        for (const column of columns) before.add(column);
        // Columns whose stand-in is needed as it turned out.
        columns = binding.columnsAt(table, this.#everyMs, now).filter((column) => !before.has(column));
        read.columns.push(...columns);
      }
      const whole = read.columns.filter((column) => read.complete[column]);
      if (whole.length > 0 && binding.lostRows(table, whole)) binding.markDirty(table.plan);
    }
    return undefined;
  }

  async #walk(read: Read, columns: readonly number[]): Promise<Failure | undefined> {
    const { table } = read;
    const end = await walkColumns(
      this.#session,
      columns.map((column) => table.plan.columns[column]!.oid),
      (column, view, i, indexAt, at) => {
        this.receivedAt = at;
        const row = table.find(view.bytes, indexAt, view.oidEnd[i]!);
        if (row < 0) {
          this.#binding.markDirty(table.plan);
          return -1;
        }
        table.store(columns[column]!, row, view, i, at);
        return row;
      },
      {
        expectedRows: table.rows,
        table: {
          indexes: table.indexes,
          take: (view, count, numbers, at) => {
            this.receivedAt = at;
            table.storeKnown(view, count, numbers, columns, at);
          },
        },
      },
    );
    if (end === "end") {
      const now = this.#session.clock.monotonic();
      for (const column of columns) {
        read.complete[column] = 1;
        this.#binding.finish(table, column, now);
      }
    } else if (typeof end === "object" && end.outcome !== "status") return end;
    return undefined;
  }

  #begin(table: BoundTable, columns: number[]): Read {
    table.begin();
    const read: Read = { table, columns, complete: new Uint8Array(table.plan.columns.length) };
    this.#reads.push(read);
    return read;
  }

  /** Hands what was read to the emitter, also when the poll ended early. `offset`: monotonic minus UTC, ms. */
  emit(emitter: Emitter, at: number, offset: number): void {
    for (const { table, complete } of this.#reads) {
      this.#restartedRows(table, emitter);
      emitter.emit(table, complete, at, offset);
    }
  }

  /** Rows whose discontinuity time moved: their counters started again (RFC 2863 section 3.1.5). */
  #restartedRows(table: BoundTable, emitter: Emitter): void {
    const column = table.plan.discontinuity;
    if (column < 0) return;
    for (let row = 0; row < table.rows; row++) {
      const cell = column * table.rows + row;
      if (!(table.times[cell]! > 0)) continue;
      const now = table.numbers[cell]!;
      const before = table.discontinuity[row]!;
      table.discontinuity[row] = now;
      if (!Number.isNaN(now) && !Number.isNaN(before) && now !== before) emitter.resetRow(table, row);
    }
  }
}
