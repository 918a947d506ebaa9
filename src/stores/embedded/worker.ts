import { parentPort } from "node:worker_threads";
import { CampusError } from "../../errors/campus-error.ts";
import type { CheckedQuery } from "../query.ts";
import { Engine, type EngineStats } from "./engine.ts";
import type { Job } from "./maintenance.ts";
import { buffersOf, type QueryReply, type Reply, type Request, type WireError } from "./protocol.ts";

/** A query that takes longer gives others a turn. */
const TURN_MS = 20;

type WriteMessage = Request & { kind: "write" };

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Runs in the store's thread: takes requests, gathers writes into groups, runs jobs in stripes. */
class Service {
  readonly #reply: (reply: Reply, transfer?: ArrayBuffer[]) => void;
  readonly #ended: () => void;
  #engine: Engine | undefined;
  #pending: WriteMessage[] = [];
  #flushing: Promise<void> | undefined;
  #sealing: Promise<boolean> | undefined;
  #jobs: Promise<unknown> = Promise.resolve();
  #queries = new Set<Promise<void>>();
  #closing = false;
  #stats: EngineStats | undefined;

  constructor(reply: (reply: Reply, transfer?: ArrayBuffer[]) => void, ended: () => void) {
    this.#reply = reply;
    this.#ended = ended;
  }

  take(request: Request): void {
    if (request.kind === "write") {
      this.#pending.push(request);
      this.#flushing ??= this.#flush();
      return;
    }
    const work = this.#answer(request).catch((error: unknown) => {
      this.#reply({ id: request.id, error: wire(error, "E_STORE_READ"), stats: this.#engine?.stats() });
    });
    if (request.kind === "query") {
      this.#queries.add(work);
      void work.then(() => this.#queries.delete(work));
    }
  }

  async #answer(request: Exclude<Request, WriteMessage>): Promise<void> {
    const { id } = request;
    switch (request.kind) {
      case "open": {
        const engine = new Engine(request.options);
        engine.open();
        this.#engine = engine;
        break;
      }
      case "query": {
        const reply = await this.#query(request.query);
        this.#reply({ id, result: reply }, [
          reply.lengths.buffer as ArrayBuffer,
          reply.times.buffer as ArrayBuffer,
          reply.values.buffer as ArrayBuffer,
        ]);
        return;
      }
      case "series":
        this.#reply({ id, result: this.#open.select(request.quantity, request.tags) });
        return;
      case "maintain":
        try {
          await this.#run(() => this.#open.maintain(request.now, request.seal));
        } catch (error) {
          this.#reply({ id, error: wire(error, "E_STORE_WRITE"), stats: this.#open.stats() });
          return;
        }
        break;
      case "close":
        this.#closing = true;
        await this.#flushing;
        await this.#jobs.catch(() => {});
        await Promise.all(this.#queries);
        this.#engine?.close();
        this.#reply({ id });
        this.#ended();
        return;
    }
    this.#stats = this.#open.stats();
    this.#reply({ id, stats: this.#stats });
  }

  get #open(): Engine {
    if (!this.#engine || this.#closing) throw new CampusError("E_STORE_READ", "the embedded store is closed");
    return this.#engine;
  }

  /** Commits whatever has come in, again and again until there is nothing left. */
  async #flush(): Promise<void> {
    while (this.#pending.length > 0) {
      await turn();
      const engine = this.#engine;
      // Sealed in the background while another arena fills; only when that is over full too do writes wait, until
      // it has been sealed in its turn or cannot be.
      while (engine?.full) {
        this.#sealing ??= this.#run(() => engine.sealFull())
          .then(
            () => true,
            () => false,
          )
          .finally(() => {
            this.#sealing = undefined;
          });
        if (!engine.overfull || !(await this.#sealing) || this.#closing) break;
      }
      const group = this.#pending;
      this.#pending = [];
      let error: WireError | undefined;
      try {
        if (!engine) throw new CampusError("E_STORE_WRITE", "the embedded store is not open");
        engine.write(
          group.map((message) => message.write),
          group.reduce((latest, message) => Math.max(latest, message.now), 0),
        );
      } catch (failure) {
        error = wire(failure, "E_STORE_WRITE");
      }
      const stats = engine?.stats();
      for (const { id, write } of group)
        this.#reply({ id, error, stats, columns: write.columns }, buffersOf(write.columns));
    }
    this.#flushing = undefined;
  }

  /** Runs a job after those that were asked for before, in stripes. */
  #run(make: () => Job): Promise<void> {
    const run = this.#jobs
      .catch(() => {})
      .then(async () => {
        const job = make();
        while (!job.next().done) {
          if (this.#closing) {
            // What is left is done after the next opening; the job puts its files back in order.
            job.return();
            return;
          }
          await turn();
        }
      });
    this.#jobs = run;
    run.catch(() => {});
    return run;
  }

  async #query(query: CheckedQuery): Promise<QueryReply> {
    const engine = this.#open;
    const { series, read } = engine.query(query);
    const texts: string[] = [];
    const parts: { times: Float64Array; values: Float64Array }[] = [];
    let total = 0;
    let began = performance.now();
    for (const number of series) {
      const part = read(number);
      if (part.times.length > 0) {
        texts.push(engine.text(number));
        parts.push(part);
        total += part.times.length;
      }
      if (performance.now() - began > TURN_MS) {
        await turn();
        began = performance.now();
      }
    }
    const reply = {
      texts,
      lengths: Uint32Array.from(parts, (part) => part.times.length),
      times: new Float64Array(total),
      values: new Float64Array(total),
    };
    let at = 0;
    for (const { times, values } of parts) {
      reply.times.set(times, at);
      reply.values.set(values, at);
      at += times.length;
    }
    return reply;
  }
}

function wire(error: unknown, code: WireError["code"]): WireError {
  if (error instanceof CampusError)
    return { code: error.code, message: error.message, context: error.context };
  return { code, message: error instanceof Error ? error.message : String(error), context: {} };
}

if (parentPort) {
  const port = parentPort;
  const service = new Service(
    (reply, transfer = []) => port.postMessage(reply, transfer),
    () => port.close(),
  );
  port.on("message", (request: Request) => service.take(request));
}
