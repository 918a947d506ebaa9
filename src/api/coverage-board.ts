import type { School } from "../inventory/model.ts";
import type { SchoolCoverage } from "./views/coverage.ts";

export interface CoverageBoardOptions {
  /** Monotonic ms. */
  readonly monotonic: () => number;
  judge(school: School): Promise<SchoolCoverage>;
  /** What to do with a failure that nobody waits for. */
  failed(error: unknown): void;
}

interface Entry {
  readonly coverage: SchoolCoverage;
  readonly taken: number;
}

export interface Judged {
  readonly schools: readonly SchoolCoverage[];
  /** Monotonic ms of the oldest of them; now when there is none. */
  readonly taken: number;
}

/** A school is judged anew when its numbers are older, ms, and somebody asks. */
export const COVERAGE_FOR_MS = 60_000;
/** Numbers that are older are not shown while new ones can be made: nobody had asked for them. */
export const COVERAGE_AT_MOST_MS = 300_000;
/** So long a request waits for schools that have no number, ms; the rest is judged behind the answer. */
export const AWAITED_MS = 200;
/** Schools that are judged at the same time: the store has one thread. */
const AT_ONCE = 4;

/**
 * Remembers what was judged of each school. Numbers that are a little old are answered at once and made anew
 * behind the answer, so that a page does not wait for a county to be read.
 */
export class CoverageBoard {
  readonly #options: CoverageBoardOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #running = new Map<string, Promise<void>>();
  readonly #waiting = new Map<string, { school: School; done: () => void; fail: (error: unknown) => void }>();
  #closed = false;

  constructor(options: CoverageBoardOptions) {
    this.#options = options;
  }

  /**
   * What is known of the schools, in their order; those that could not be judged in time are left out. Rejects
   * with E_STORE_* when the store answers none.
   */
  async of(schools: readonly School[]): Promise<Judged> {
    const now = this.#options.monotonic();
    const olderThan = (school: School, ms: number): boolean =>
      now - (this.#entries.get(school.id)?.taken ?? Number.NEGATIVE_INFINITY) > ms;
    const needed = schools.filter((school) => olderThan(school, COVERAGE_AT_MOST_MS));
    await this.#atMost(needed);
    this.#behind(schools.filter((school) => olderThan(school, COVERAGE_FOR_MS)));
    const entries = schools.flatMap((school) => this.#entries.get(school.id) ?? []);
    return {
      schools: entries.map((entry) => entry.coverage),
      taken: entries.reduce((taken, entry) => Math.min(taken, entry.taken), this.#options.monotonic()),
    };
  }

  /** Nothing is begun any more; what runs is left to the store, which ends it. */
  close(): void {
    this.#closed = true;
    for (const { done } of this.#waiting.values()) done();
    this.#waiting.clear();
  }

  /** Judges the schools; returns when all of them are, or when the request has waited long enough. */
  async #atMost(schools: readonly School[]): Promise<void> {
    if (schools.length === 0) return;
    const all = Promise.all(schools.map((school) => this.#make(school)));
    all.catch((error: unknown) => this.#tell(error));
    const { promise: enough, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, AWAITED_MS);
    try {
      await Promise.race([all, enough]);
    } finally {
      clearTimeout(timer);
    }
  }

  #behind(schools: readonly School[]): void {
    for (const school of schools) this.#make(school).catch((error: unknown) => this.#tell(error));
  }

  /** What fails because everything ends is no failure. */
  #tell(error: unknown): void {
    if (!this.#closed) this.#options.failed(error);
  }

  #make(school: School): Promise<void> {
    const known = this.#running.get(school.id);
    if (known) return known;
    const made = new Promise<void>((done, fail) => this.#waiting.set(school.id, { school, done, fail }));
    this.#running.set(school.id, made);
    const forget = (): void => {
      this.#running.delete(school.id);
    };
    made.then(forget, forget);
    this.#next();
    return made;
  }

  /** Schools that run are in #running and no longer in #waiting. */
  #next(): void {
    while (!this.#closed && this.#running.size - this.#waiting.size < AT_ONCE) {
      const first = this.#waiting.entries().next().value;
      if (!first) return;
      const [id, { school, done, fail }] = first;
      this.#waiting.delete(id);
      const taken = this.#options.monotonic();
      this.#options
        .judge(school)
        .then((coverage) => {
          if (!this.#closed) this.#entries.set(id, { coverage, taken });
          done();
        }, fail)
        .finally(() => queueMicrotask(() => this.#next()));
    }
  }
}
