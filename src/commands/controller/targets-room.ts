import { join } from "node:path";
import type { Clock } from "../../collection/contract.ts";
import { CampusError } from "../../errors/campus-error.ts";
import { createBandwidthMaker } from "../../indicators/bandwidth/maker.ts";
import { addDays, Calendar } from "../../indicators/calendar.ts";
import type { IndicatorMaker, IndicatorSources } from "../../indicators/contract.ts";
import { DeclaredMaker } from "../../indicators/declared/maker.ts";
import { createIpv6Maker } from "../../indicators/ipv6/maker.ts";
import { createOperationMaker } from "../../indicators/operation/maker.ts";
import { SitesMaker, type SiteVerdict } from "../../indicators/sites/maker.ts";
import { createWifiMaker } from "../../indicators/wifi/maker.ts";
import type { SampleBatch } from "../../measurements/batch.ts";
import type { SeriesTable } from "../../measurements/series.ts";
import { closest } from "../../settings/closest.ts";
import type { Settings } from "../../settings/schema.ts";
import { TargetDatabase } from "../../targets/database.ts";
import { DeclarationBook } from "../../targets/declaration-book.ts";
import { type DayResult, TargetEngine } from "../../targets/engine.ts";
import { loadTargets } from "../../targets/load.ts";
import type { TargetBook } from "../../targets/model.ts";
import { TargetQuery } from "../../targets/query.ts";
import type { Telemetry } from "../../telemetry/telemetry.ts";

/** The sets and definitions that come with campusd. */
export const BUNDLED_TARGETS = join(import.meta.dirname, "../../../targets");

export function targetsFile(settings: Settings): string {
  return join(settings.data.dir, "targets.db");
}

/** Loads the bundled sets and those of the settings. E_TARGETS; E_SETTINGS for a set that is not there. */
export function targetBook(settings: Settings): TargetBook {
  const { dirs, sets } = settings.targets;
  const book = loadTargets([BUNDLED_TARGETS, ...dirs]);
  for (const id of sets ?? []) {
    if (book.sets.has(id)) continue;
    const meant = closest(id, book.sets.keys());
    throw new CampusError(
      "E_SETTINGS",
      `targets.sets names "${id}", and there is no such set; ${meant ? `did you mean "${meant}"? ` : ""}there are: ${[...book.sets.keys()].join(", ")}`,
      { key: "targets.sets" },
    );
  }
  return book;
}

export interface TargetsRoomOptions extends IndicatorSources {
  /** The web sites that are audited, with the newest audit of each. */
  readonly siteAudits?: () => readonly SiteVerdict[];
  readonly settings: Settings;
  readonly telemetry: Telemetry;
  readonly clock: Clock;
  /** Makers of other rooms, besides those that this one makes. */
  readonly makers?: readonly IndicatorMaker[];
  /**
   * Readings of the past that are still being stored: the days before the first judged one are judged when it has
   * settled, every `every` days of them, `days` back from today.
   */
  readonly past?: { readonly stored: Promise<unknown>; readonly days: number; readonly every: number };
}

/** The first round waits for the devices' first answers, ms. */
const FIRST_ROUND_MS = 20_000;
/** How often is looked whether something is due, ms. */
const TICK_MS = 15_000;
/** A day is judged for good so long after it ended, minutes: readings of its last minutes are on their way. */
const FINAL_AFTER_MINUTES = 30;
/** Late readings come in crowds: a day is judged again when none has come for so long, ms. */
const QUIET_MS = 120_000;
/** Days that were missed while campusd was off are judged at the next start, at most so many. */
const MOST_MISSED = 7;
/** Days before the first judged one are judged too where the store knows them, at most so many back from today. */
const MOST_BACK = 35;
/** Schools that are looked at to tell whether the store knows a day. */
const SCHOOLS_ASKED = 5;

/** Judges the schools in the background: today in rounds, yesterday for good, and days that late readings touch. */
export class TargetsRoom {
  readonly #options: TargetsRoomOptions;
  readonly #calendar: Calendar;
  readonly #database: TargetDatabase;
  readonly #declarations = new DeclarationBook();
  readonly #ending = new AbortController();
  readonly #late = new Map<string, Set<string>>();
  #engine: TargetEngine | undefined;
  #query: TargetQuery | undefined;
  #running: Promise<void> | undefined;
  #wake: (() => void) | undefined;
  #declared = -1;
  /** UTC ms at which the newest final day ends; readings before it are late. */
  #finalUntil = 0;
  #lastLate = 0;
  /** There may be a day before the first judged one. */
  #more = false;
  #searched = false;
  #stored = false;
  /** Monotonic ms of the next round of today. */
  #nextRound = 0;

  constructor(options: TargetsRoomOptions) {
    this.#options = options;
    this.#calendar = new Calendar(options.settings.targets.timezone);
    this.#database = new TargetDatabase({ file: targetsFile(options.settings) });
  }

  /** Answers for pages; undefined before it is open. */
  get query(): TargetQuery | undefined {
    return this.#query;
  }

  /** E_TARGETS and E_SETTINGS when the sets are wrong, E_STATE when targets.db cannot be opened. */
  async open(signal: AbortSignal): Promise<void> {
    const { settings, telemetry, clock, inventory } = this.#options;
    const book = targetBook(settings);
    await this.#database.open(signal);
    const makers = this.#makers();
    const database = this.#database;
    const engine = new TargetEngine({
      database,
      makers,
      book,
      sets: settings.targets.sets,
      calendar: this.#calendar,
      clock,
      inventory,
      failed: (error, made, school) =>
        telemetry.log.error({ err: error, school, indicators: made.slice(0, 3) }, "an indicator failed"),
    });
    this.#engine = engine;
    this.#query = new TargetQuery({
      database,
      calendar: this.#calendar,
      clock,
      makers,
      inventory,
      targets: () => engine.targets(),
    });
    const changes = book.changes.map(({ subject, field, from, to, reason, who, date }) =>
      JSON.stringify({ subject, field, from, to, reason, who, date }),
    );
    await database.days.logChanges(changes, clock.now());
    await this.#takeFinal();
    this.#nextRound = clock.monotonic() + FIRST_ROUND_MS;
    const { past } = this.#options;
    const settled = () => {
      this.#stored = true;
      engine.refresh();
    };
    if (past) void past.stored.then(settled, settled);
    else settled();
    this.#running = this.#run();
  }

  /** Takes note of committed readings of days that were judged for good. Cheap: it runs for every batch. */
  late(batch: SampleBatch, table: SeriesTable): void {
    const until = this.#finalUntil;
    if (until === 0) return;
    for (let i = 0; i < batch.length; i++) {
      if (batch.time[i]! >= until) continue;
      const { school } = table.key(batch.series[i]!).tags;
      if (school === undefined) continue;
      const date = this.#calendar.dateOf(batch.time[i]!);
      const schools = this.#late.get(date);
      if (schools) schools.add(school);
      else this.#late.set(date, new Set([school]));
      this.#lastLate = this.#options.clock.monotonic();
    }
  }

  /**
   * Does what is due now: days that ended, days that late readings touch, today's round, a day before the first.
   * The loop calls it.
   */
  async look(): Promise<void> {
    await this.#keepLate();
    await this.#finish();
    await this.#again();
    if (this.#options.clock.monotonic() >= this.#nextRound) await this.#today();
    await this.#before();
  }

  async close(): Promise<void> {
    this.#ending.abort();
    this.#wake?.();
    await this.#running;
    this.#query = undefined;
    if (this.#engine) await this.#keepLate();
    await this.#database.close();
  }

  #makers(): IndicatorMaker[] {
    const { settings, makers = [] } = this.#options;
    const { timezone } = settings.targets;
    return [
      createOperationMaker(this.#options, {
        calendar: this.#calendar,
        secured: (credential) => {
          const found = credential === undefined ? undefined : settings.credentials[credential];
          return (
            found?.protocol === "snmp" &&
            found.version === "v3" &&
            found.auth !== undefined &&
            found.priv !== undefined
          );
        },
      }),
      new SitesMaker({
        calendar: this.#calendar,
        sites: () => this.#options.siteAudits?.() ?? [],
        declared: (school, date) => this.#declarations.held(school, "declared.site_ipv6", date),
      }),
      createBandwidthMaker(this.#options, { clock: this.#options.clock }),
      createIpv6Maker(this.#options, { timezone }),
      createWifiMaker(this.#options, { timezone }),
      ...makers,
      new DeclaredMaker(this.#declarations, this.#calendar),
    ];
  }

  async #run(): Promise<void> {
    const { telemetry, clock } = this.#options;
    const { signal } = this.#ending;
    while (!signal.aborted) {
      const wait = this.#more ? 0 : Math.min(TICK_MS, Math.max(0, this.#nextRound - clock.monotonic()));
      await this.#pause(wait);
      if (signal.aborted) return;
      try {
        await this.look();
      } catch (error) {
        if (signal.aborted) return;
        telemetry.log.error({ err: error }, "the schools could not be judged; it is tried again");
        this.#nextRound = Math.max(this.#nextRound, clock.monotonic() + TICK_MS);
      }
    }
  }

  async #today(): Promise<void> {
    const { clock, settings } = this.#options;
    this.#nextRound = clock.monotonic() + settings.targets.everyMs;
    await this.#judge(this.#calendar.dateOf(clock.now()), { final: false });
  }

  /** Judges for good what ended, and days that were missed. */
  async #finish(): Promise<void> {
    const { clock, settings } = this.#options;
    const now = clock.now();
    const yesterday = addDays(this.#calendar.dateOf(now), -1);
    const { history } = this.#database;
    const final = await history.finalDay();
    const first = final === undefined ? await history.firstDay() : addDays(final, 1);
    if (first === undefined) return;
    const ended = this.#calendar.minuteOf(now) >= FINAL_AFTER_MINUTES ? yesterday : addDays(yesterday, -1);
    const earliest = addDays(yesterday, 1 - MOST_MISSED);
    let date = first;
    if (date < earliest) date = earliest;
    if (date > ended) return;
    for (; date <= ended; date = addDays(date, 1)) {
      await this.#judge(date, { final: true });
      await this.#takeFinal();
    }
    await this.#database.days.forgetValues(this.#calendar.dateOf(now - settings.targets.keepValuesMs));
  }

  /**
   * Judges the day before the first one, where the store knows it: a store that is older than this room has a history,
   * and a pace. One day at a time, so that today's round is not kept waiting.
   */
  async #before(): Promise<void> {
    const { past } = this.#options;
    if (this.#searched || !this.#stored) return;
    const now = this.#options.clock.now();
    const first = await this.#database.history.firstDay();
    if (first === undefined || this.#calendar.minuteOf(now) < FINAL_AFTER_MINUTES) return;
    const today = this.#calendar.dateOf(now);
    // Yesterday always: a pace ends there.
    const date = addDays(first, first === today ? -1 : -(past?.every ?? 1));
    const oldest = addDays(today, -(past?.days ?? MOST_BACK));
    this.#more = date >= oldest && (await this.#isKnown(date));
    this.#searched = !this.#more;
    if (!this.#more) return;
    await this.#judge(date, { final: true });
    await this.#takeFinal();
  }

  /** Whether the store has answers of devices of that day. */
  async #isKnown(date: string): Promise<boolean> {
    const { store, inventory } = this.#options;
    const { from, to } = this.#calendar.window(date);
    const schools = [...inventory().schools.keys()].filter((id) => inventory().devicesOf(id).length > 0);
    for (const school of schools.slice(0, SCHOOLS_ASKED)) {
      const query = { quantity: "device.up", tags: { school }, from, to, stepMs: 3_600_000, limit: 100 };
      if ((await store.query(query)).some((one) => one.times.length > 0)) return true;
    }
    return false;
  }

  /** Judges final days again for the schools that late readings came of. */
  async #again(): Promise<void> {
    const { clock, telemetry } = this.#options;
    if (this.#lastLate > 0 && clock.monotonic() - this.#lastLate < QUIET_MS) return;
    const dirty = await this.#database.days.dirty();
    for (const [date, schools] of dirty) {
      // A day whose values are gone stays as it was reported.
      if (await this.#database.values.has(date)) {
        const { tallies, verdicts } = await this.#judge(date, { final: true, schools });
        if (verdicts > 0)
          telemetry.log.info(
            { date, schools: schools.size, tallies, verdicts },
            "a day was revised: readings came late",
          );
      }
      await this.#database.days.clearDirty(date, schools);
    }
  }

  async #judge(
    date: string,
    how: { readonly final: boolean; readonly schools?: ReadonlySet<string> },
  ): Promise<DayResult> {
    const { telemetry, clock } = this.#options;
    await this.#takeDeclarations();
    const started = clock.monotonic();
    const result = await this.#engine!.judgeDay(date, { ...how, signal: this.#ending.signal });
    const ms = Math.round(clock.monotonic() - started);
    telemetry.log.debug(
      { date, schools: result.schools, targets: result.targets, ms },
      "the schools were judged",
    );
    return result;
  }

  async #takeDeclarations(): Promise<void> {
    const version = await this.#database.declarations.version();
    if (version === this.#declared) return;
    this.#declarations.replace(await this.#database.declarations.all());
    this.#declared = version;
  }

  async #takeFinal(): Promise<void> {
    const final = await this.#database.history.finalDay();
    if (final !== undefined) this.#finalUntil = this.#calendar.window(final).to;
  }

  async #keepLate(): Promise<void> {
    if (this.#late.size === 0) return;
    const marked = new Map(this.#late);
    this.#late.clear();
    await this.#database.days.markDirty(marked);
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(done, ms);
      this.#wake = done;
      function done() {
        clearTimeout(timer);
        resolve();
      }
    });
  }
}
