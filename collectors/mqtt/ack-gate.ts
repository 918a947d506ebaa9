/**
 * Holds acknowledgements back until what they acknowledge is safe: one commit at a time, and each commit
 * releases all that waited when it was asked for, in their order (MQTT 3.1.1, 4.6).
 */
export class AckGate {
  readonly #committed: () => Promise<void>;
  readonly #release: (octets: Uint8Array) => void;
  readonly #failed: (error: unknown) => void;
  #waiting: Uint8Array[] = [];
  #underWay = 0;
  #running: Promise<void> | undefined;
  #closed = false;

  /**
   * @param committed resolves when everything that was taken in before the call is committed and synced
   * @param release sends one acknowledgement
   * @param failed the commit was refused: nothing is acknowledged any more, the sender will send again
   */
  constructor(
    committed: () => Promise<void>,
    release: (octets: Uint8Array) => void,
    failed: (error: unknown) => void,
  ) {
    this.#committed = committed;
    this.#release = release;
    this.#failed = failed;
  }

  /** Acknowledgements that are held. */
  get held(): number {
    return this.#waiting.length + this.#underWay;
  }

  hold(octets: Uint8Array): void {
    if (this.#closed) return;
    this.#waiting.push(octets);
    this.#running ??= this.#run();
  }

  /** Resolves when nothing is held any more, or never when commits hang: bound it. */
  async drained(): Promise<void> {
    while (this.#running) await this.#running;
  }

  /** Forgets what is held; nothing is released any more. */
  close(): void {
    this.#closed = true;
    this.#waiting = [];
  }

  async #run(): Promise<void> {
    try {
      // A turn later, so that what arrived together is committed together.
      await new Promise((resolve) => setImmediate(resolve));
      while (this.#waiting.length > 0 && !this.#closed) {
        const group = this.#waiting;
        this.#waiting = [];
        this.#underWay = group.length;
        await this.#committed();
        this.#underWay = 0;
        for (const octets of group) if (!this.#closed) this.#release(octets);
      }
    } catch (error) {
      this.#underWay = 0;
      if (!this.#closed) {
        this.close();
        this.#failed(error);
      }
    } finally {
      this.#running = undefined;
    }
  }
}
