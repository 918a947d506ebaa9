import { setImmediate as nextTurn } from "node:timers/promises";
import type { Inventory, Link } from "../../inventory/model.ts";
import type { Store } from "../../stores/contract.ts";
import { Calendar } from "../calendar.ts";
import { type LinkFigures, LinkRecord } from "./link-record.ts";
import { type Month, type MonthFigures, monthAt, monthBefore, monthFigures } from "./month.ts";
import { SLOT_MS, Tops } from "./percentile.ts";
import { type Measured, slotPieces } from "./readings.ts";

export interface LedgerOptions {
  readonly store: Store;
  inventory(): Inventory;
  readonly clock: { now(): number };
  /** Local days and months; `settings.targets.timezone`. */
  readonly timezone: string;
  /** A round failed, mostly as the store is away; the figures stay as they were. Called once until it works again. */
  failed?(error: unknown): void;
  /** Links at most; those that a school or county hangs on come first. Default 10,000, about 200 MB. */
  readonly most?: number;
}

export interface LedgerProgress {
  /** Links that it keeps, and of how many it has figures. */
  readonly links: number;
  readonly read: number;
  /** Links of the inventory over the limit, of which it keeps nothing. */
  readonly left: number;
}

const MOST_LINKS = 10_000;
/** Rounds in which every link's month is read again from its beginning, a part of the links each round. */
const WHOLE_ROUNDS = 72;
/**
 * Links without enough slots that are read again from their month's start each round: what they lack may be on its way
 * (a spool, a history that is written at a start).
 */
const REFUSED_A_ROUND = 100;
/** A store that failed so often in a row is away: the rest of the round is left. */
const MOST_FAILURES = 3;
/** How long after the end of a slot its round begins, ms: the polls of the slot are committed. */
const AFTER_SLOT_MS = 100_000;
/** Without figures of all links yet (an import came), a round begins after this, ms. */
const SOON_MS = 5_000;
/** Ended months that are remembered, over all links. */
const MOST_MONTHS = 5_000;

/**
 * What every link carried: percentiles of the running month, busy hours, packet faults, medians of light. Read from
 * the store in the background, link after link in small pieces, and served from memory: a page of 500 links asks the
 * store nothing. Memory is bounded: about 20 kB a link. Inert until `open`; nothing is read after `close`.
 */
export class BandwidthLedger {
  readonly calendar: Calendar;
  readonly #options: LedgerOptions;
  readonly #records = new Map<string, LinkRecord>();
  readonly #months = new Map<string, MonthFigures>();
  readonly #abort = new AbortController();
  #inventory: Inventory | undefined;
  #left = 0;
  #round = 0;
  #failing = false;
  #whole = false;
  /** Links without enough slots in the round before. */
  #refused = 0;
  #running: Promise<void> | undefined;
  #wake: (() => void) | undefined;

  constructor(options: LedgerOptions) {
    this.#options = options;
    this.calendar = new Calendar(options.timezone);
  }

  /** Begins to read in the background; resolves at once. */
  open(): void {
    this.#running ??= this.#run();
  }

  async close(): Promise<void> {
    this.#abort.abort();
    this.#wake?.();
    await this.#running;
  }

  /** What is known of a link; undefined until it was read for the first time. */
  figures(link: string): LinkFigures | undefined {
    return this.#records.get(link)?.figures;
  }

  progress(): LedgerProgress {
    let read = 0;
    for (const record of this.#records.values()) if (record.figures) read++;
    return { links: this.#records.size, read, left: this.#left };
  }

  /**
   * The running month and up to `count` - 1 before it, newest first; ended months are read when they are first asked
   * for. Months before the first sample are left out. Throws what the store throws.
   */
  async months(link: Link, count: number): Promise<MonthFigures[]> {
    const found: MonthFigures[] = [];
    const now = this.#options.clock.now();
    const running = this.figures(link.id)?.month;
    let month = running
      ? monthAt(this.calendar, running.from)
      : monthAt(this.calendar, Math.floor(now / SLOT_MS) * SLOT_MS);
    if (running) found.push(running);
    while (found.length < count) {
      month = monthBefore(this.calendar, month.name);
      const ended = await this.#endedMonth(link, month);
      if (ended.slots === 0) break;
      found.push(ended);
    }
    return found;
  }

  async #endedMonth(link: Link, month: Month): Promise<MonthFigures> {
    const key = `${link.device}\n${link.interface}\n${month.name}`;
    const known = this.#months.get(key);
    if (known) return known;
    const tops = new Tops();
    for await (const piece of slotPieces(this.#options.store, link, month)) tops.add(piece.in, piece.out);
    const figures = monthFigures(month, month.to, tops.percentiles());
    // What a spool holds back may still come in for some days.
    if (this.#options.clock.now() - month.to > 3 * 86_400_000) {
      if (this.#months.size >= MOST_MONTHS) this.#months.delete(this.#months.keys().next().value!);
      this.#months.set(key, figures);
    }
    return figures;
  }

  /** Reads every month again from its start, beginning now: much has come in that is older than two days. */
  reread(): void {
    this.#whole = true;
    this.#months.clear();
    this.#wake?.();
  }

  /** Reads every link once, as a round does; for tests and benchmarks. `whole` reads their months from the start. */
  async readAll(whole = false): Promise<void> {
    this.#follow();
    for (const record of this.#records.values())
      await record.refresh(this.#options.clock.now(), whole, nextTurn);
  }

  async #run(): Promise<void> {
    const { signal } = this.#abort;
    while (!signal.aborted) {
      const complete = await this.#oneRound(signal);
      if (signal.aborted) return;
      const now = this.#options.clock.now();
      await this.#sleep(complete ? SLOT_MS - ((now - AFTER_SLOT_MS) % SLOT_MS) : SOON_MS);
    }
  }

  /** Answers whether there is nothing left to read for the first time. */
  async #oneRound(signal: AbortSignal): Promise<boolean> {
    this.#follow();
    this.#round++;
    const all = this.#whole;
    this.#whole = false;
    let number = 0;
    let refused = 0;
    const stride = Math.max(1, Math.ceil(this.#refused / REFUSED_A_ROUND));
    let failures = 0;
    for (const [id, record] of [...this.#records]) {
      if (signal.aborted) return true;
      if (this.#records.get(id) !== record) continue;
      const { figures } = record;
      const short = figures !== undefined && figures.month.why !== null;
      const lacks = short && refused++ % stride === this.#round % stride;
      const due = figures !== undefined && number++ % WHOLE_ROUNDS === this.#round % WHOLE_ROUNDS;
      try {
        await record.refresh(this.#options.clock.now(), all || lacks || due, nextTurn);
        this.#failing = false;
        failures = 0;
      } catch (error) {
        if (signal.aborted) return true;
        if (!this.#failing) this.#options.failed?.(error);
        this.#failing = true;
        if (++failures >= MOST_FAILURES) return true;
      }
      await nextTurn();
    }
    this.#refused = refused;
    return this.#inventory === this.#options.inventory() && !this.#whole;
  }

  /** Takes the inventory's links over: new ones begin empty, gone ones are forgotten. */
  #follow(): void {
    const inventory = this.#options.inventory();
    if (inventory === this.#inventory) return;
    this.#inventory = inventory;
    const most = this.#options.most ?? MOST_LINKS;
    const links = [...inventory.links.values()].sort((a, b) => weight(a) - weight(b)).slice(0, most);
    this.#left = inventory.links.size - links.length;
    const kept = new Set(links.map((link) => link.id));
    for (const id of this.#records.keys()) if (!kept.has(id)) this.#records.delete(id);
    for (const link of links)
      if (!this.#records.get(link.id)?.isOf(link))
        this.#records.set(link.id, new LinkRecord(this.#options.store, this.calendar, measuredAt(link)));
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        this.#wake = undefined;
        resolve();
      };
      const timer = setTimeout(end, Math.max(1000, Math.min(ms, SLOT_MS)));
      this.#wake = end;
      if (this.#abort.signal.aborted) end();
    });
  }
}

function measuredAt({ device, interface: key }: Link): Measured {
  return { device, interface: key };
}

function weight({ role }: Link): number {
  return role === "internal" ? 1 : 0;
}
