import { Worker } from "node:worker_threads";
import { CampusError } from "../../../src/errors/campus-error.ts";
import type { UsmUser } from "../usm/keys.ts";
import { grown, type TrapCounters } from "./counters.ts";
import type { AcceptedTrap } from "./intake.ts";
import type { TrapLimits } from "./limits.ts";
import type { BoundAddress } from "./sockets.ts";
import type { TrapSource } from "./source.ts";
import type { OwnEngine } from "./usm.ts";
import type { FromWorker, ToWorker, TrapWorkerData, WireUser } from "./wire.ts";

export interface TrapListenerOptions {
  /** Literal addresses of this machine. */
  readonly addresses: readonly string[];
  /** 0: a free one for each address. */
  readonly port: number;
  readonly limits: TrapLimits;
  readonly engine: OwnEngine;
  /** Called for each that is accepted; resolves when it is on disk, and only then an inform is answered. */
  take(trap: AcceptedTrap): Promise<void>;
  /** Counts by name: `traps.received`, `traps.dropped.community` ... */
  readonly count: (name: string, by: number) => void;
  /** The thread ended by an error of ours; nothing is heard until it listens again, which is tried every 5 s. */
  readonly onFault: (error: unknown) => void;
}

/** The thread allocates for datagrams and little that lives. */
const WORKER_LIMITS = { maxYoungGenerationSizeMb: 16, maxOldGenerationSizeMb: 128 } as const;
const CLOSE_MS = 4_000;
const RESTART_MS = 5_000;

/**
 * Hears notifications in a thread of its own (`worker.ts`). `open` binds; what is not said to be a source
 * (`setSources`) is dropped.
 */
export class TrapListener {
  readonly #options: TrapListenerOptions;
  readonly #asked = new Map<
    number,
    { resolve(counters: TrapCounters): void; reject(error: unknown): void }
  >();
  #worker: Worker | undefined;
  #sources: ToWorker | undefined;
  #bound: readonly BoundAddress[] = [];
  #last: TrapCounters | undefined;
  #restart: NodeJS.Timeout | undefined;
  #nextId = 1;
  #closing = false;
  #closed: (() => void) | undefined;

  constructor(options: TrapListenerOptions) {
    this.#options = options;
  }

  /** Where it listens. */
  get bound(): readonly BoundAddress[] {
    return this.#bound;
  }

  /** Throws E_PORT_TAKEN or E_SETTINGS when an address cannot be listened at. */
  async open(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const { addresses, port } = this.#options;
    await this.#start(addresses, port);
  }

  /** Replaces the list of who may send. */
  setSources(list: readonly TrapSource[]): void {
    this.#sources = onWire(list);
    this.#worker?.postMessage(this.#sources);
  }

  /** The counters now. Everything accepted so far has been given to `take` by then. */
  counters(): Promise<TrapCounters> {
    const worker = this.#worker;
    if (!worker) return Promise.reject(new CampusError("E_INTERNAL", "nothing listens for traps"));
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#asked.set(id, { resolve, reject });
      worker.postMessage({ kind: "counters", id } satisfies ToWorker);
    });
  }

  /** Informs that were taken are still answered; when it resolves nothing is taken any more. */
  async close(): Promise<void> {
    this.#closing = true;
    clearTimeout(this.#restart);
    const worker = this.#worker;
    if (!worker) return;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#closed = resolve;
      timer = setTimeout(resolve, CLOSE_MS);
      worker.postMessage({ kind: "close" } satisfies ToWorker);
    });
    clearTimeout(timer);
    this.#worker = undefined;
    await worker.terminate();
    this.#refuseAsked();
  }

  #start(addresses: readonly string[], port: number): Promise<void> {
    const { limits, engine } = this.#options;
    const workerData: TrapWorkerData = { addresses, port, limits, engine };
    const worker = new Worker(new URL("./worker.ts", import.meta.url), {
      workerData,
      resourceLimits: WORKER_LIMITS,
    });
    this.#worker = worker;
    return new Promise((resolve, reject) => {
      let bound = false;
      worker.on("message", (message: FromWorker) => {
        if (message.kind === "bound") {
          bound = true;
          this.#bound = message.bound;
          if (this.#sources) worker.postMessage(this.#sources);
          resolve();
        } else if (message.kind === "failed") {
          this.#worker = undefined;
          reject(new CampusError(message.code, message.message, message.context));
        } else this.#receive(worker, message);
      });
      worker.on("error", (error) => {
        if (bound) this.#ended(worker, error);
        else reject(error);
      });
      worker.on("exit", (code) => {
        const error = new CampusError("E_INTERNAL", `the thread that hears traps ended (exit code ${code})`);
        if (bound) this.#ended(worker, error);
        else reject(error);
      });
    });
  }

  #receive(worker: Worker, message: FromWorker): void {
    if (message.kind === "traps") this.#takeAll(worker, message.traps);
    else if (message.kind === "counters") {
      for (const [name, by] of grown(this.#last, message.counters)) this.#options.count(name, by);
      this.#last = message.counters;
      this.#asked.get(message.id)?.resolve(message.counters);
      this.#asked.delete(message.id);
    } else if (message.kind === "closed") this.#closed?.();
  }

  /** One answer for all that are settled in the same turn: they share a commit. */
  #takeAll(worker: Worker, traps: readonly AcceptedTrap[]): void {
    const settled = { good: [] as number[], lost: [] as number[] };
    const tell = (): void => {
      const { good, lost } = settled;
      if (good.length > 0) worker.postMessage({ kind: "settled", seqs: good, committed: true });
      if (lost.length > 0) worker.postMessage({ kind: "settled", seqs: lost, committed: false });
      settled.good = [];
      settled.lost = [];
    };
    const note = (list: "good" | "lost", seq: number): void => {
      if (settled.good.length + settled.lost.length === 0) queueMicrotask(tell);
      settled[list].push(seq);
    };
    for (const trap of traps)
      this.#options.take(trap).then(
        () => note("good", trap.seq),
        () => note("lost", trap.seq),
      );
  }

  #refuseAsked(): void {
    for (const { reject } of this.#asked.values())
      reject(new CampusError("E_INTERNAL", "nothing listens for traps any more"));
    this.#asked.clear();
  }

  #ended(worker: Worker, error: unknown): void {
    if (this.#closing || this.#worker !== worker) return;
    this.#worker = undefined;
    this.#last = undefined;
    this.#refuseAsked();
    this.#options.onFault(error);
    const again = (): void => {
      this.#start(
        this.#bound.map(({ address }) => address),
        this.#bound[0]!.port,
      ).catch((failure: unknown) => {
        this.#worker = undefined;
        this.#options.onFault(failure);
        if (!this.#closing) this.#restart = setTimeout(again, RESTART_MS);
      });
    };
    this.#restart = setTimeout(again, RESTART_MS);
  }
}

function onWire(list: readonly TrapSource[]): ToWorker {
  const positions = new Map<string, number>();
  const users: WireUser[] = [];
  const place = (user: UsmUser): number => {
    const wire: WireUser = {
      name: user.name,
      ...(user.auth && { auth: { protocol: user.auth.protocol, password: user.auth.password.reveal() } }),
      ...(user.priv && { priv: { protocol: user.priv.protocol, password: user.priv.password.reveal() } }),
    };
    const key = JSON.stringify(wire);
    let at = positions.get(key);
    if (at === undefined) {
      at = users.push(wire) - 1;
      positions.set(key, at);
    }
    return at;
  };
  const sources = list.map(({ address, communities, users: own }) => ({
    address,
    communities,
    users: [...new Set(own.map(place))],
  }));
  return { kind: "sources", users, sources };
}
