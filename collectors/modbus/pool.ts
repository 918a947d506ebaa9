/** A connection as the pool sees it. */
export interface Pooled {
  /** Monotonic ms since when nothing is out on it; undefined while a request is, or while it is being made. */
  idleSince(): number | undefined;
  /** Closes it; it is made again when it is needed. */
  release(): void;
}

/**
 * Bounds the TCP connections that are open at a time. When there is no room the one that has been idle the
 * longest is closed; when none is idle the newcomer waits, no longer than the requests that are out take.
 */
export class ConnectionPool {
  readonly #most: number;
  readonly #open = new Set<Pooled>();
  readonly #waiting: (() => void)[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  get size(): number {
    return this.#open.size;
  }

  /** Resolves when there is room, which is then taken. */
  async enter(one: Pooled): Promise<void> {
    while (this.#open.size >= this.#most) {
      const idle = this.#longestIdle();
      if (idle) {
        this.#open.delete(idle);
        idle.release();
      } else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    this.#open.add(one);
  }

  /** The connection is closed. */
  leave(one: Pooled): void {
    this.#open.delete(one);
    this.wake();
  }

  /** A connection became idle. */
  wake(): void {
    this.#waiting.shift()?.();
  }

  #longestIdle(): Pooled | undefined {
    let found: Pooled | undefined;
    let since = Number.POSITIVE_INFINITY;
    for (const one of this.#open) {
      const idle = one.idleSince();
      if (idle !== undefined && idle < since) {
        found = one;
        since = idle;
      }
    }
    return found;
  }
}
