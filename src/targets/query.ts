import { addDays, type Calendar } from "../indicators/calendar.ts";
import type { IndicatorMaker, Window } from "../indicators/contract.ts";
import type { Evidence, EvidenceClass } from "../indicators/evidence.ts";
import type { IndicatorId } from "../indicators/list.ts";
import type { Inventory, School } from "../inventory/model.ts";
import type { TargetDatabase } from "./database.ts";
import { countsSchool, judgeSchool } from "./engine.ts";
import type { DayRecord, DayTally } from "./history-reader.ts";
import { isApplicable, type Judgement, type Verdict } from "./judge.ts";
import type { Target } from "./model.ts";
import { type Course, courseOf, type DayRate, PACE_DAYS, type Pace, paceOf } from "./pace.ts";
import { EMPTY_TALLY, rateOf, type SchoolVerdict, type Tally, tallyOf } from "./tally.ts";
import type { DatedValue } from "./value-table.ts";

/** A target in a region on a date. */
export interface TargetState {
  readonly target: Target;
  readonly tally: Tally;
  /** The number of the date was made again after late data came. */
  readonly revised: boolean;
  readonly pace: Pace;
  readonly course: Course;
}

/** A school under a target. */
export interface SchoolState {
  readonly school: School;
  readonly verdict: Verdict;
  readonly evidence: EvidenceClass;
  /** The values of the target's conditions, in their order; undefined: not made, or no longer kept. */
  readonly values: readonly (DatedValue["value"] | undefined)[];
  readonly at: number | null;
  readonly since: string | null;
}

export interface QueryOptions {
  readonly database: TargetDatabase;
  readonly calendar: Calendar;
  readonly clock: { now(): number };
  readonly makers: readonly IndicatorMaker[];
  inventory(): Inventory;
  /** The targets that hold now; days that were judged name their own. */
  targets(): readonly Target[];
}

/** A day as it is answered: the judged one, or the date alone while nothing was judged. */
export interface AnsweredDay {
  readonly date: string;
  readonly record: DayRecord | undefined;
  readonly targets: readonly Target[];
}

/** Pages show so many days of history at most. */
const HISTORY_DAYS = 400;
/** Books of past days that are kept parsed. */
const BOOKS_KEPT = 4;
/** Targets whose regions are kept with their pace until the next round. */
const TARGETS_KEPT = 64;

/** Answers what was judged. It knows no callers: who asks may see what was checked before. */
export class TargetQuery {
  readonly #options: QueryOptions;
  readonly #books = new Map<string, readonly Target[]>();
  /** States by region, of a target, day and version: the pace of hundreds of regions takes its time. */
  readonly #states = new Map<string, Map<string, TargetState>>();

  constructor(options: QueryOptions) {
    this.#options = options;
  }

  /**
   * The newest judged day at or before the date. Undefined when the date lies before the first judged day, or
   * in the future.
   * @param asked `2026-11-22`; without it the newest
   */
  async day(asked?: string): Promise<AnsweredDay | undefined> {
    const { database, calendar, clock, targets } = this.#options;
    const today = calendar.dateOf(clock.now());
    if (asked !== undefined && asked > today) return undefined;
    const record = await database.history.day(asked);
    if (!record)
      return asked === undefined || asked === today
        ? { date: today, record: undefined, targets: targets() }
        : undefined;
    return { date: record.date, record, targets: await this.#bookOf(record.book) };
  }

  /** First and last judged date; undefined while nothing was judged. */
  async range(): Promise<{ readonly first: string; readonly last: string } | undefined> {
    const { history } = this.#options.database;
    const [first, last] = [await history.firstDay(), await history.day()];
    return first !== undefined && last ? { first, last: last.date } : undefined;
  }

  /** Every target of the day in a region. */
  async states(day: AnsweredDay, region: string, targets = day.targets): Promise<TargetState[]> {
    const tallies = await this.#tallies(day, [region], targets);
    return targets.map((target) =>
      this.#state(day, target, region, tallies.get(target.id)?.get(region) ?? []),
    );
  }

  /** A target in several regions. */
  async regions(
    day: AnsweredDay,
    target: Target,
    regions: readonly string[],
  ): Promise<Map<string, TargetState>> {
    const version = await this.#options.database.history.version();
    const key = `${target.id} ${day.date} ${day.record?.at} ${version}`;
    const kept = this.#states.get(key) ?? new Map<string, TargetState>();
    // Before the first round the inventory alone is what is answered, and it may change.
    if (day.record) keep(this.#states, key, kept, TARGETS_KEPT);
    const missing = regions.filter((region) => !kept.has(region));
    if (missing.length > 0) {
      const tallies = (await this.#tallies(day, missing, [target])).get(target.id);
      for (const region of missing)
        kept.set(region, this.#state(day, target, region, tallies?.get(region) ?? []));
    }
    return new Map(regions.map((region) => [region, kept.get(region)!]));
  }

  /** Every target of the day over some schools alone: what a caller sees who sees no whole region. */
  async statesOf(
    day: AnsweredDay,
    schools: readonly School[],
    targets = day.targets,
  ): Promise<TargetState[]> {
    const states: TargetState[] = [];
    for (const target of targets) {
      const rows = await this.schools(day, target, schools);
      const pace: Pace = { perMonth: null, reached: null, days: 0 };
      const tally = tallyOf(rows.map((row): SchoolVerdict => ({ ...row, amount: null })));
      states.push(stateOf(target, tally, false, pace, day.date));
    }
    return states;
  }

  /** A day's rate and unknown schools, oldest first, one a judged day. */
  async history(
    day: AnsweredDay,
    target: Target,
    region: string,
  ): Promise<[date: string, rate: number | null, unknown: number][]> {
    const { history } = this.#options.database;
    const from = addDays(day.date, 1 - HISTORY_DAYS);
    const found = await history.tallies([region], [target.id], from, day.date);
    return (found.get(target.id)?.get(region) ?? []).map(({ date, tally }) => [
      date,
      rateOf(tally),
      tally.unknown,
    ]);
  }

  /** Schools under a target, those that are counted only. */
  async schools(day: AnsweredDay, target: Target, schools: readonly School[]): Promise<SchoolState[]> {
    const { database, inventory } = this.#options;
    const all = inventory();
    const asked = schools.filter((school) => countsSchool(target, all, school));
    const ids = asked.map((school) => school.id);
    const values = await database.values.read(day.date, ids);
    const verdicts = await database.history.verdicts(target.id, ids, day.date);
    return asked.map((school): SchoolState => {
      const held = verdicts.get(school.id);
      const mine = values.get(school.id) ?? [];
      const found = target.conditions.map(
        ({ indicator, days }) =>
          mine.find((one) => one.value.indicator === indicator && one.days === days)?.value,
      );
      const at = found.reduce<number | null>(
        (newest, value) => (value?.at != null && (newest === null || value.at > newest) ? value.at : newest),
        null,
      );
      const { verdict, evidence } = held ?? notJudged(target, school);
      return { school, verdict, evidence, values: found, at, since: held?.since ?? null };
    });
  }

  /** What the verdict of a school was made of; undefined when the target does not count it. */
  async judgement(day: AnsweredDay, target: Target, school: School): Promise<Judgement | undefined> {
    const { database, calendar, inventory } = this.#options;
    if (!countsSchool(target, inventory(), school)) return undefined;
    const values = (await database.values.read(day.date, [school.id])).get(school.id) ?? [];
    const end = calendar.window(day.date).to;
    return judgeSchool(target, school, values, Math.min(end, day.record?.at ?? end));
  }

  /** The readings that a value was made of; empty where nobody makes it. */
  async readings(school: School, indicator: IndicatorId, window: Window): Promise<readonly Evidence[]> {
    const maker = this.#options.makers.find((one) => one.makes.includes(indicator));
    return maker ? maker.evidence(school, indicator, window) : [];
  }

  /** The window of a condition on the day. */
  window(day: AnsweredDay, days: number): Window {
    const { calendar, clock } = this.#options;
    const whole = calendar.window(day.date, days);
    return { from: whole.from, to: Math.min(whole.to, day.record?.at ?? clock.now()) };
  }

  revisions(day: AnsweredDay, target: Target, region: string) {
    return this.#options.database.history.revisions(target.id, region, day.date);
  }

  #tallies(day: AnsweredDay, regions: readonly string[], targets: readonly Target[]) {
    const ids = targets.map((target) => target.id);
    return this.#options.database.history.tallies(regions, ids, addDays(day.date, 1 - PACE_DAYS), day.date);
  }

  #state(day: AnsweredDay, target: Target, region: string, days: readonly DayTally[]): TargetState {
    const last = days.at(-1);
    const here = last?.date === day.date ? last : undefined;
    const rates = days.map(({ date, tally }): DayRate => ({ date, rate: rateOf(tally) }));
    const tally = here?.tally ?? this.#nothingJudged(target, region);
    return stateOf(target, tally, here?.revised ?? false, paceOf(rates, target.wanted), day.date);
  }

  /** Before the first round every school is unknown. */
  #nothingJudged(target: Target, region: string): Tally {
    const inventory = this.#options.inventory();
    const schools = inventory.schoolsIn(region).filter((school) => countsSchool(target, inventory, school));
    const unknown = schools.filter((school) => isApplicable(target, school)).length;
    return { ...EMPTY_TALLY, total: schools.length, unknown, notApplicable: schools.length - unknown };
  }

  async #bookOf(hash: string): Promise<readonly Target[]> {
    const known = this.#books.get(hash);
    if (known) return known;
    const content = await this.#options.database.history.book(hash);
    const targets =
      content === undefined ? this.#options.targets() : (JSON.parse(content) as readonly Target[]);
    keep(this.#books, hash, targets, BOOKS_KEPT);
    return targets;
  }
}

/** Puts the value in as the newest; the oldest go when there are more than `most`. */
function keep<T>(map: Map<string, T>, key: string, value: T, most: number): void {
  map.delete(key);
  map.set(key, value);
  for (const oldest of map.keys()) {
    if (map.size <= most) break;
    map.delete(oldest);
  }
}

function notJudged(
  target: Target,
  school: School,
): { readonly verdict: Verdict; readonly evidence: EvidenceClass } {
  return { verdict: isApplicable(target, school) ? "unknown" : "not-applicable", evidence: "unknown" };
}

function stateOf(target: Target, tally: Tally, revised: boolean, pace: Pace, date: string): TargetState {
  const course =
    target.amount === null
      ? courseOf(rateOf(tally), target.wanted, target.by, pace, date)
      : courseOfAmount(tally.amount, target.amount, target.by, date);
  return { target, tally, revised, pace, course };
}

/** A sum has no pace: it is reached, it is late, or the date is still to come. */
function courseOfAmount(have: number | null, wanted: number, by: string | null, date: string): Course {
  if (have !== null && have >= wanted) return "reached";
  return by !== null && date > by ? "late" : "unknown";
}
