import { parentPort, workerData } from "node:worker_threads";
import { CampusError } from "../src/errors/campus-error.ts";
import { Simulation } from "./simulation.ts";
import type { WorkerAnswer, WorkerCall, WorkerOptions } from "./simulation-worker.ts";

/** The worker's side: one simulation, calls one by one in the order in which they came. */
function serve(port: NonNullable<typeof parentPort>): void {
  // Made at the first call, so that a wrong option is that call's error and keeps its code.
  let made: Simulation | undefined;
  const simulation = (): Simulation =>
    (made ??= new Simulation({ ...(workerData as WorkerOptions), clock: { now: () => Date.now() } }));
  let last: Promise<void> = Promise.resolve();
  port.on("message", (call: WorkerCall) => {
    last = last.then(async () => {
      port.postMessage(await answer(simulation, call));
      if (call.method === "close") port.close();
    });
  });
}

async function answer(simulation: () => Simulation, call: WorkerCall): Promise<WorkerAnswer> {
  try {
    return { id: call.id, value: await perform(simulation(), call) };
  } catch (error) {
    const known = error instanceof CampusError ? error : undefined;
    return {
      id: call.id,
      error: {
        code: known?.code ?? "E_INTERNAL",
        message: error instanceof Error ? error.message : String(error),
        context: known?.context ?? {},
      },
    };
  }
}

function perform(simulation: Simulation, call: WorkerCall): unknown {
  switch (call.method) {
    case "open":
      return simulation.open(new AbortController().signal);
    case "connectBoards":
      return simulation.connectBoards(...call.args);
    case "sendTraps":
      return simulation.sendTraps(...call.args);
    case "disconnectBoards":
      return simulation.disconnectBoards();
    case "inventory":
      return simulation.inventory();
    case "truth":
      return simulation.truth(...call.args);
    case "beginHistory":
      return simulation.beginHistory(...call.args);
    case "nextHistory":
      return simulation.nextHistory(...call.args);
    case "truthList":
      return simulation.truthList(...call.args);
    case "faults":
      return simulation.faults();
    case "stats":
      return simulation.stats();
    case "close":
      return simulation.close();
  }
}

if (parentPort) serve(parentPort);
