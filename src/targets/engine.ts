import { createHash } from "node:crypto";
import { setTimeout as delay, setImmediate as turn } from "node:timers/promises";
import { isCampusError } from "../errors/campus-error.ts";
import type { Calendar } from "../indicators/calendar.ts";
import type { IndicatorMaker, IndicatorValue } from "../indicators/contract.ts";
import type { IndicatorId } from "../indicators/list.ts";
import type { Inventory, School } from "../inventory/model.ts";
import { windowsOf } from "./book.ts";
import type { TargetDatabase } from "./database.ts";
import type { Revision } from "./day-writer.ts";
import { type Judgement, judge } from "./judge.ts";
import type { Target, TargetBook } from "./model.ts";
import { RegionTree, type Tally, VerdictColumns } from "./tally.ts";
import type { DatedValue, SchoolValues } from "./value-table.ts";

export interface EngineOptions {
  readonly database: TargetDatabase;
  readonly makers: readonly IndicatorMaker[];
  readonly book: TargetBook;
  /** Sets that hold, by id; without it those without a region and those whose region is in the inventory. */
  readonly sets?: readonly string[] | undefined;
  readonly calendar: Calendar;
  readonly clock: { now(): number; monotonic(): number };
  inventory(): Inventory;
  /** A maker failed for a school; its values are unknown in this round. */
  failed(error: unknown, maker: readonly IndicatorId[], school: string): void;
  /** Share of the time that judging may take, 0..1; the rest is left to polling. Default 0.5. */
  readonly duty?: number;
  /**
   * Values over more than one day are made again after so long within the running day, ms; a sixth of it where one
   * is not known. Default 6 h.
   */
  readonly slowMs?: number;
}

export interface DayOptions {
  /** False while the day still runs. */
  readonly final: boolean;
  /** Only these schools are evaluated again; the others are judged by the values that are kept. */
  readonly schools?: ReadonlySet<string>;
  readonly signal?: AbortSignal;
}

export interface DayResult extends Revision {
  readonly date: string;
  readonly schools: number;
  readonly targets: number;
}

const SLOW_MS = 6 * 3_600_000;
/** Schools whose values are written or read at a time. */
const GROUP = 200;

/**
 * Evaluates the makers for every school, judges every target, and writes the day. It holds nothing but the long
 * windows' values of the running day: what it makes is in the database.
 */
export class TargetEngine {
  readonly #options: EngineOptions;
  #inventory: Inventory | undefined;
  #targets: readonly Target[] = [];
  #tree: RegionTree | undefined;
  /** Values over several days, by school; good for `slowMs` on the date. */
  readonly #slow = new Map<
    string,
    { readonly date: string; readonly at: number; readonly values: readonly DatedValue[] }
  >();

  constructor(options: EngineOptions) {
    this.#options = options;
  }

  /** The targets that hold for the inventory as it is now. */
  targets(): readonly Target[] {
    this.#look();
    return this.#targets;
  }

  /** Values over several days are made again in the next round: the store learned of the past. */
  refresh(): void {
    this.#slow.clear();
  }

  get book(): TargetBook {
    return this.#options.book;
  }

  /**
   * Judges a local day and writes it. The same values of the makers give the same rows. Rejects with E_STORE_* when
   * the store fails: then nothing of the day is changed.
   */
  async judgeDay(date: string, options: DayOptions): Promise<DayResult> {
    const { database, calendar, clock } = this.#options;
    const { inventory, tree } = this.#look();
    const now = clock.now();
    const until = Math.min(calendar.window(date).to, now);
    const targets = options.schools ? await this.#targetsOf(date) : this.#targets;
    const wanted = windowsOf(targets);
    const columns = new Map(targets.map((target) => [target.id, new VerdictColumns(tree.schools.length)]));
    for (let from = 0; from < tree.schools.length; from += GROUP) {
      const group = tree.schools.slice(from, from + GROUP);
      const kept = options.schools
        ? await database.values.read(
            date,
            group.filter((id) => !options.schools!.has(id)),
          )
        : undefined;
      const made: SchoolValues[] = [];
      for (const [offset, id] of group.entries()) {
        options.signal?.throwIfAborted();
        const school = inventory.schools.get(id)!;
        const evaluate = !options.schools || options.schools.has(id);
        const values = evaluate
          ? await this.#evaluate(school, wanted, date, options.final)
          : (kept!.get(id) ?? []);
        if (evaluate) made.push({ school: id, values });
        for (const target of targets) {
          if (!countsSchool(target, inventory, school)) continue;
          columns.get(target.id)!.set(from + offset, judgeSchool(target, school, values, until));
        }
      }
      if (made.length > 0) await database.values.write(date, made);
    }
    const results = new Map<string, { columns: VerdictColumns; tallies: Map<string, Tally> }>();
    for (const target of targets) {
      const column = columns.get(target.id)!;
      results.set(target.id, { columns: column, tallies: tree.tally(column) });
      await turn();
    }
    const book = bookOf(targets);
    const revision = await database.days.write({
      date,
      final: options.final,
      at: now,
      book,
      tree,
      targets: results,
    });
    return { date, schools: tree.schools.length, targets: targets.length, ...revision };
  }

  #look(): { readonly inventory: Inventory; readonly tree: RegionTree } {
    const inventory = this.#options.inventory();
    if (inventory !== this.#inventory || !this.#tree) {
      this.#inventory = inventory;
      this.#tree = new RegionTree(inventory);
      this.#targets = targetsThatHold(this.#options.book, inventory, this.#options.sets);
      this.#slow.clear();
    }
    return { inventory, tree: this.#tree };
  }

  /** A day that was judged before is judged by the targets that held then. */
  async #targetsOf(date: string): Promise<readonly Target[]> {
    const { history } = this.#options.database;
    const day = await history.day(date);
    const content = day?.date === date ? await history.book(day.book) : undefined;
    return content === undefined ? this.#targets : (JSON.parse(content) as Target[]);
  }

  async #evaluate(
    school: School,
    wanted: ReadonlyMap<string, readonly number[]>,
    date: string,
    final: boolean,
  ): Promise<readonly DatedValue[]> {
    const { clock, slowMs = SLOW_MS } = this.#options;
    const started = clock.monotonic();
    const slow = this.#slow.get(school.id);
    const goodFor = slow?.values.every(({ value }) => value.value !== null) ? slowMs : slowMs / 6;
    const reuse = !final && slow?.date === date && started - slow.at < goodFor;
    const values: DatedValue[] = [];
    for (const maker of this.#options.makers) {
      const lengths = new Set(maker.makes.flatMap((id) => wanted.get(id) ?? []));
      for (const days of [...lengths].sort((a, b) => a - b)) {
        if (days > 1 && reuse) continue;
        for (const value of await this.#ask(maker, school, date, days))
          if (wanted.get(value.indicator)?.includes(days)) values.push({ days, value });
      }
    }
    if (reuse) values.push(...slow.values);
    else if (!final)
      this.#slow.set(school.id, { date, at: started, values: values.filter(({ days }) => days > 1) });
    await this.#rest(clock.monotonic() - started);
    return values;
  }

  async #ask(
    maker: IndicatorMaker,
    school: School,
    date: string,
    days: number,
  ): Promise<readonly IndicatorValue[]> {
    const { calendar, clock, failed } = this.#options;
    const whole = calendar.window(date, days);
    const window = { from: whole.from, to: Math.min(whole.to, Math.max(whole.from, clock.now())) };
    try {
      return await maker.evaluate(school, window);
    } catch (error) {
      // The store is away: that is no statement about schools.
      if (isCampusError(error) && error.code.startsWith("E_STORE_")) throw error;
      failed(error, maker.makes, school.id);
      return [];
    }
  }

  /** Leaves the loop to others for as long as was worked. */
  async #rest(busy: number): Promise<void> {
    const { duty = 0.5 } = this.#options;
    if (duty >= 1) await turn();
    else await delay(Math.min(1000, Math.max(1, busy * (1 / duty - 1))));
  }
}

/** Judges by values that are looked up by indicator and days. */
export function judgeSchool(
  target: Target,
  school: School,
  values: readonly DatedValue[],
  until: number,
): Judgement {
  return judge(
    target,
    school,
    (indicator, days) => values.find((one) => one.value.indicator === indicator && one.days === days)?.value,
    until,
  );
}

/** The sets that hold for an inventory. */
export function targetsThatHold(
  book: TargetBook,
  inventory: Inventory,
  sets?: readonly string[],
): readonly Target[] {
  return [...book.sets.values()]
    .filter((set) =>
      sets
        ? sets.includes(set.id)
        : set.regions === undefined || set.regions.some((region) => inventory.regions.has(region)),
    )
    .flatMap((set) => set.targets);
}

/** Whether the target's set reaches the school: a set of a province counts that province's schools. */
export function countsSchool(target: Target, inventory: Inventory, school: School): boolean {
  const regions = target.regions?.filter((region) => inventory.regions.has(region));
  // A set that was asked for by name and knows no region of this inventory counts everybody.
  if (regions === undefined || regions.length === 0) return true;
  return regions.some((region) => school.path.startsWith(`${region}/`));
}

/** The targets as they hold, for the days that are judged by them. */
function bookOf(targets: readonly Target[]): { readonly hash: string; readonly content: string } {
  const content = JSON.stringify(targets);
  return { hash: createHash("sha256").update(content).digest("hex"), content };
}
