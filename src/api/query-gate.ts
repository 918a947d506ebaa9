import { CampusError } from "../errors/campus-error.ts";

/** Lets a few queries at a time through to the store, and answers for those that take too long. */
export class QueryGate {
  readonly #most: number;
  readonly #mostWaiting: number;
  readonly #timeoutMs: number;
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(most: number, mostWaiting: number, timeoutMs: number) {
    this.#most = most;
    this.#mostWaiting = mostWaiting;
    this.#timeoutMs = timeoutMs;
  }

  /**
   * Runs a query. E_BUSY when too many wait; E_STORE_READ when there is no answer in time. A query that was
   * given up keeps its place until the store lets go of it, so that a slow store is not asked ever more.
   */
  async run<T>(query: () => Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new CampusError("E_STORE_READ", `the store did not answer in ${this.#timeoutMs} ms`)),
        this.#timeoutMs,
      );
    });
    timeout.catch(() => undefined);
    let given = false;
    const answer = this.#enter().then(async () => {
      try {
        // Whoever waited for a place and was given up while waiting has nobody to answer to.
        if (given) throw new CampusError("E_STORE_READ", "given up");
        return await query();
      } finally {
        this.#leave();
      }
    });
    answer.catch(() => undefined);
    try {
      return await Promise.race([answer, timeout]);
    } finally {
      given = true;
      clearTimeout(timer);
    }
  }

  async #enter(): Promise<void> {
    if (this.#running < this.#most) {
      this.#running++;
      return;
    }
    if (this.#waiting.length >= this.#mostWaiting)
      throw new CampusError("E_BUSY", "Too many queries wait for the store.");
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Hands the place on, or frees it. */
  #leave(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#running--;
  }
}
