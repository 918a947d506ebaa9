/** What a user may leave behind on the broker. */
export interface RetainedLimits {
  readonly topics: number;
  readonly octets: number;
}

/** Who keeps how many retained messages; the newest is refused when a user's share is used up (faults.md S19). */
export class RetainedLedger {
  readonly #limits: RetainedLimits;
  readonly #kept = new Map<string, { readonly user: string; readonly octets: number }>();
  readonly #used = new Map<string, { topics: number; octets: number }>();

  constructor(limits: RetainedLimits) {
    this.#limits = limits;
  }

  /** Retained topics of all users. */
  get size(): number {
    return this.#kept.size;
  }

  /** Whether the user may keep this message; notes it if so. Nothing (0 octets) takes the topic back. */
  keep(user: string, topic: string, octets: number): boolean {
    const before = this.#kept.get(topic);
    if (octets === 0) {
      this.#forget(topic);
      return true;
    }
    const used = this.#used.get(user) ?? { topics: 0, octets: 0 };
    const own = before?.user === user ? before : undefined;
    const topics = used.topics + (own ? 0 : 1);
    const total = used.octets - (own?.octets ?? 0) + octets;
    if (topics > this.#limits.topics || total > this.#limits.octets) return false;
    this.#forget(topic);
    const now = this.#used.get(user) ?? { topics: 0, octets: 0 };
    this.#used.set(user, { topics: now.topics + 1, octets: now.octets + octets });
    this.#kept.set(topic, { user, octets });
    return true;
  }

  #forget(topic: string): void {
    const kept = this.#kept.get(topic);
    if (!kept) return;
    this.#kept.delete(topic);
    const used = this.#used.get(kept.user)!;
    used.topics--;
    used.octets -= kept.octets;
    if (used.topics === 0) this.#used.delete(kept.user);
  }
}
