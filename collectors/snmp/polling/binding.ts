import type { DeviceFacts } from "../../../src/inventory/facts.ts";
import type { Tags } from "../../../src/measurements/series.ts";
import type { ProfilePlan, TablePlan } from "../plan.ts";
import { describeEnd } from "../requests/walk.ts";
import type { SnmpSession } from "../session.ts";
import { carryOver, nameInterfaces, readTable, tagRows } from "./bind.ts";
import { BoundTable } from "./bound-table.ts";
import { type CpuCell, cpuCells } from "./cpu-watch.ts";
import type { Emitter } from "./emit.ts";
import { deviceFacts } from "./facts.ts";
import { identify, type SystemGroup } from "./identity.ts";

/** A column the device proved not to have is asked for again after this. */
const ABSENT_MS = 86_400_000;
/** Tables whose rows come and go are looked through again at most this often. */
const LEAST_DIRTY_MS = 60_000;
/** A table that has lost all its rows is looked at again after this. */
const EMPTIED_MS = 300_000;

/** The spread of the devices makes an interval up to a tenth shorter. */
const SHORTEST = 0.9;

/** What is kept of a table from one binding to the next. */
interface TableMemory {
  /** Monotonic ms until when each column is taken as absent. */
  readonly absentUntil: Float64Array;
  /** 1: the column has no value in some row, so that its fallback is read. */
  readonly gaps: Uint8Array;
  /** 1: the column had a value since the device started. */
  readonly seen: Uint8Array;
  dueAt: number;
  boundAt: number;
  dirty: boolean;
}

export interface BindOutcome {
  readonly answered: boolean;
  /** Tables of which only a part was read, with why. */
  readonly partial: readonly string[];
}

/** A device's tables as they are now: its rows, their series, and when to look again. */
export class Binding {
  readonly plan: ProfilePlan;
  readonly tables = new Map<string, BoundTable>();
  /** Where the device says how busy it is. */
  cpu: readonly CpuCell[] = [];
  /** Optional tables are not read. */
  sheds = false;
  readonly #memory: readonly TableMemory[];
  readonly #tags: Tags;
  readonly #emitter: Emitter;
  /** Spreads the devices, and keeps the tables of one device together. */
  readonly #spread: number;

  constructor(plan: ProfilePlan, tags: Tags, emitter: Emitter, random: () => number) {
    this.plan = plan;
    this.#tags = tags;
    this.#emitter = emitter;
    this.#spread = 0.9 + 0.2 * random();
    this.#memory = plan.tables.map((table) => ({
      absentUntil: new Float64Array(table.columns.length),
      gaps: new Uint8Array(table.columns.length),
      seen: new Uint8Array(table.columns.length),
      dueAt: 0,
      boundAt: Number.NEGATIVE_INFINITY,
      dirty: false,
    }));
  }

  /** Tables that are to be read again at `now` (monotonic ms): their time has come, or rows came and went. */
  due(now: number): TablePlan[] {
    return this.readable(now).filter((table) => {
      const memory = this.#memory[table.number]!;
      return now >= memory.dueAt || (memory.dirty && now - memory.boundAt >= LEAST_DIRTY_MS);
    });
  }

  /** Tables that may be read at all at `now`: no group more often than its shortest interval, none that is shed. */
  readable(now: number): TablePlan[] {
    return this.plan.tables.filter(
      ({ number, optional, leastMs }) =>
        !(optional && this.sheds) && now - this.#memory[number]!.boundAt >= leastMs * SHORTEST,
    );
  }

  /** The device says that its interfaces are others than before. */
  interfacesChanged(): void {
    for (const { table, number } of this.plan.tables)
      if (table.fact?.kind === "interface") this.#memory[number]!.dueAt = 0;
  }

  markDirty(table: TablePlan): void {
    this.#memory[table.number]!.dirty = true;
  }

  /** Reads the tables anew and makes the series of all. Counters of rows that stayed go on. */
  async read(session: SnmpSession, plans: readonly TablePlan[]): Promise<BindOutcome> {
    const partial: string[] = [];
    const fresh = new Map<string, BoundTable>();
    for (const plan of plans) {
      const now = session.clock.monotonic();
      const memory = this.#memory[plan.number]!;
      const { table, columns, end } = await readTable(session, plan, (i) => now < memory.absentUntil[i]!);
      if (session.closed) return { answered: false, partial };
      const failed = typeof end === "object" && end.outcome !== "status";
      if (end !== "end") partial.push(`${plan.table.id}: ${describeEnd(end)}`);
      if (failed && table.rows === 0) return { answered: false, partial };
      memory.boundAt = now;
      // Rows that were there may come back: a school's access points after a power cut.
      const emptied = table.rows === 0 && memory.seen.includes(1);
      memory.dueAt = now + (emptied ? Math.min(plan.rebindMs, EMPTIED_MS) : plan.rebindMs) * this.#spread;
      memory.dirty = false;
      // A part of a table does not make the rest of its rows go away.
      if (end !== "end" && table.rows < (this.tables.get(plan.table.id)?.rows ?? 0)) continue;
      fresh.set(plan.table.id, table);
      if (end !== "end" || table.rows === 0) continue;
      // Proof: the device answered, has the table, and has nothing in this column.
      for (const column of columns) {
        if (table.hasAny(column)) continue;
        memory.absentUntil[column] = now + ABSENT_MS;
        memory.gaps[column] = 1;
      }
    }
    this.#derive(fresh);
    return { answered: true, partial };
  }

  #derive(fresh: ReadonlyMap<string, BoundTable>): void {
    const before = new Map(this.tables);
    // The order of the profile, so that facts and duplicate names come out the same each time.
    for (const plan of this.plan.tables) {
      const table = fresh.get(plan.table.id);
      if (table) this.tables.set(plan.table.id, table);
      else if (!this.tables.has(plan.table.id)) this.tables.set(plan.table.id, new BoundTable(plan, []));
    }
    for (const table of this.tables.values())
      if (table.plan.table.fact?.kind === "interface") nameInterfaces(table, this.tables);
    for (const [id, table] of this.tables) {
      if (table.plan.points.length === 0) continue;
      const old = before.get(id);
      const snapshot = old?.snapshot();
      tagRows(table, this.tables, this.#tags);
      if (snapshot) carryOver(snapshot, table, (slot) => this.#emitter.free(slot));
    }
    this.cpu = cpuCells(this.tables.values());
  }

  /** All counters start again, and columns it lacked may be there: the device restarted. */
  reset(): void {
    for (const { absentUntil, seen } of this.#memory) {
      absentUntil.fill(0);
      seen.fill(0);
    }
    for (const table of this.tables.values()) this.#emitter.reset(table);
  }

  facts(device: string, at: number, system: SystemGroup): DeviceFacts {
    return deviceFacts(device, at, identify(system, this.plan.profile, this.tables), this.tables);
  }

  /** Numbers of the columns of a table that are read at that tier now. */
  columnsAt(table: BoundTable, everyMs: number, now: number): number[] {
    const { plan } = table;
    const memory = this.#memory[plan.number]!;
    const numbers: number[] = [];
    if (table.rows === 0 || (plan.optional && this.sheds)) return numbers;
    for (let i = 0; i < plan.columns.length; i++) {
      const { column, polled, fallbackFor } = plan.columns[i]!;
      if (!polled || column.everyMs !== everyMs || now < memory.absentUntil[i]!) continue;
      if (fallbackFor >= 0 && !memory.gaps[fallbackFor]) continue;
      numbers.push(i);
    }
    return numbers;
  }

  /** Ends the reading of a column that was read to its end. */
  finish(table: BoundTable, column: number, now: number): void {
    const memory = this.#memory[table.plan.number]!;
    const { came, missing } = table.finish(column);
    memory.gaps[column] = missing > 0 ? 1 : 0;
    if (came > 0) memory.seen[column] = 1;
    // Proof: the device answered, and there was nothing. It is none when the column had values before, or rows came
    // that are not known: then the rows went or were numbered anew, and the column is as it was.
    const lacks = came === 0 && !memory.seen[column] && !memory.dirty;
    memory.absentUntil[column] = lacks ? now + ABSENT_MS : 0;
  }

  /** Rows of which no column came any more. */
  lostRows(table: BoundTable, columns: readonly number[]): boolean {
    const { rows, times } = table;
    next: for (let row = 0; row < rows; row++) {
      for (let i = 0; i < columns.length; i++) if (times[columns[i]! * rows + row]! > 0) continue next;
      return true;
    }
    return false;
  }
}
