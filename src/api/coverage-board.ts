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

/** A school is judged anew when its numbers are older, ms, and somebody asks. */
export const COVERAGE_FOR_MS = 60_000;
/** So many schools without a number are judged while the request waits; more are judged behind its back. */
export const MOST_AWAITED = 400;
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

  /** What is known of the schools, in their order; those that were never judged may be left out. */
  async of(schools: readonly School[]): Promise<SchoolCoverage[]> {
    const oldest = this.#options.monotonic() - COVERAGE_FOR_MS;
    const missing = schools.filter((school) => !this.#entries.has(school.id));
    if (missing.length <= MOST_AWAITED) await Promise.all(missing.map((school) => this.#make(school)));
    else this.#behind(missing);
    this.#behind(schools.filter((school) => (this.#entries.get(school.id)?.taken ?? oldest) < oldest));
    return schools.flatMap((school) => this.#entries.get(school.id)?.coverage ?? []);
  }

  /** Nothing is begun any more; what runs is left to the store, which ends it. */
  close(): void {
    this.#closed = true;
    for (const { done } of this.#waiting.values()) done();
    this.#waiting.clear();
  }

  #behind(schools: readonly School[]): void {
    for (const school of schools) this.#make(school).catch((error: unknown) => this.#options.failed(error));
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
