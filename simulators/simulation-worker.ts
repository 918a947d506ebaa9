import { Worker } from "node:worker_threads";
import { CampusError, type ErrorContext } from "../src/errors/campus-error.ts";
import type { ErrorCode } from "../src/errors/codes.ts";
import type { PlacedFault } from "./faults/scenario.ts";
import type { HistoryKey, HistoryOptions, HistorySlice } from "./history/recorder.ts";
import type { BrokerOptions } from "./mqtt/boards.ts";
import type { SimulationOptions, SimulationStats } from "./simulation.ts";
import type { TruthTags } from "./snmp/builder.ts";
import type { TrapDestination } from "./snmp/traps.ts";
import type { TruthKey } from "./truth.ts";
import type { InventoryInput } from "./world/inventory.ts";

/** All options but the clock: the worker's is the system's. */
export type WorkerOptions = Omit<SimulationOptions, "clock">;

export type WorkerCall = { readonly id: number } & (
  | {
      readonly method: "open" | "close" | "inventory" | "faults" | "stats" | "disconnectBoards";
      readonly args: readonly [];
    }
  | { readonly method: "connectBoards"; readonly args: readonly [BrokerOptions] }
  | { readonly method: "sendTraps"; readonly args: readonly [TrapDestination["addresses"], number] }
  | { readonly method: "truth"; readonly args: readonly [string, string, TruthTags, number] }
  | { readonly method: "beginHistory"; readonly args: readonly [HistoryOptions] }
  | { readonly method: "nextHistory"; readonly args: readonly [number] }
  | { readonly method: "truthList"; readonly args: readonly [string] }
);
type CallBody = WorkerCall extends infer Call ? (Call extends WorkerCall ? Omit<Call, "id"> : never) : never;

export interface WorkerAnswer {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: { readonly code: ErrorCode; readonly message: string; readonly context: ErrorContext };
}

interface Waiting {
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/** Small young generation: the simulators allocate little that lives, and the demo shares a machine. */
const LIMITS = { maxYoungGenerationSizeMb: 8, maxOldGenerationSizeMb: 1024 } as const;
const CLOSE_MS = 4_000;

/** A simulation in a thread of its own, so that it takes nothing from the program it is watched by. */
export class SimulationWorker {
  readonly #options: WorkerOptions;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #next = 1;

  constructor(options: WorkerOptions) {
    this.#options = options;
  }

  /** Starts the thread and binds. Throws what `Simulation` throws. Aborting ends the thread. */
  async open(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const worker = new Worker(new URL("./worker.ts", import.meta.url), {
      workerData: this.#options,
      resourceLimits: LIMITS,
    });
    this.#worker = worker;
    worker.on("message", (answer: WorkerAnswer) => this.#settle(answer));
    worker.on("error", (error) => this.#fail(asCampusError(error)));
    worker.on("exit", (code) => {
      this.#worker = undefined;
      this.#fail(new CampusError("E_INTERNAL", `the simulation's thread ended (exit code ${code})`));
    });
    const abort = () => void worker.terminate();
    signal.addEventListener("abort", abort, { once: true });
    try {
      await this.#call({ method: "open", args: [] });
    } catch (error) {
      await worker.terminate();
      throw signal.aborted ? signal.reason : error;
    } finally {
      signal.removeEventListener("abort", abort);
    }
  }

  /** Starts the boards on a broker. Throws E_MQTT. */
  async connectBoards(broker: BrokerOptions): Promise<void> {
    await this.#call({ method: "connectBoards", args: [broker] });
  }

  /** Lets the devices tell of the scenario's faults by SNMP traps, `afterMs` from now on. */
  async sendTraps(addresses: TrapDestination["addresses"], afterMs = 0): Promise<void> {
    await this.#call({ method: "sendTraps", args: [addresses, afterMs] });
  }

  /** Stops the boards; nothing when the simulation is not open. */
  async disconnectBoards(): Promise<void> {
    if (this.#worker) await this.#call({ method: "disconnectBoards", args: [] });
  }

  async inventory(): Promise<InventoryInput> {
    return (await this.#call({ method: "inventory", args: [] })) as InventoryInput;
  }

  async truth(
    device: string,
    quantity: string,
    tags: TruthTags,
    timeMs: number,
  ): Promise<number | undefined> {
    const value = await this.#call({ method: "truth", args: [device, quantity, tags, timeMs] });
    return value as number | undefined;
  }

  async truthList(device: string): Promise<readonly TruthKey[]> {
    return (await this.#call({ method: "truthList", args: [device] })) as readonly TruthKey[];
  }

  /** Begins to tell the history of [from, to); answers its series. One history at a time. */
  async beginHistory(options: HistoryOptions): Promise<readonly HistoryKey[]> {
    return (await this.#call({ method: "beginHistory", args: [options] })) as readonly HistoryKey[];
  }

  /** The samples of the next `seconds`; undefined at the end. The devices do not answer while it is made. */
  async nextHistory(seconds: number): Promise<HistorySlice | undefined> {
    return (await this.#call({ method: "nextHistory", args: [seconds] })) as HistorySlice | undefined;
  }

  async faults(): Promise<readonly PlacedFault[]> {
    return (await this.#call({ method: "faults", args: [] })) as readonly PlacedFault[];
  }

  async stats(): Promise<SimulationStats> {
    return (await this.#call({ method: "stats", args: [] })) as SimulationStats;
  }

  /** Ends the thread; when it does not end by itself in 4 s it is terminated. */
  async close(): Promise<void> {
    const worker = this.#worker;
    if (!worker) return;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, CLOSE_MS);
    });
    await Promise.race([this.#call({ method: "close", args: [] }).catch(() => {}), late]);
    clearTimeout(timer);
    this.#worker = undefined;
    await worker.terminate();
  }

  #call(body: CallBody): Promise<unknown> {
    const worker = this.#worker;
    if (!worker) return Promise.reject(new CampusError("E_INTERNAL", "the simulation is not open"));
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      worker.postMessage({ id, ...body });
    });
  }

  #settle(answer: WorkerAnswer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if (answer.error)
      waiting?.reject(new CampusError(answer.error.code, answer.error.message, answer.error.context));
    else waiting?.resolve(answer.value);
  }

  #fail(error: unknown): void {
    const all = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const waiting of all) waiting.reject(error);
  }
}

/** An error of the worker's start arrives without its class; its members are still there. */
function asCampusError(error: unknown): CampusError {
  const { code, message, context } = error as { code?: ErrorCode; message?: string; context?: ErrorContext };
  return new CampusError(
    typeof code === "string" && code.startsWith("E_") ? code : "E_INTERNAL",
    message ?? String(error),
    context ?? {},
    error,
  );
}
