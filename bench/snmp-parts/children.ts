import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";
import type { AgentAddress, AgentsPlan, CampusdPlan, CampusdResult, Usage } from "./plan.ts";

/** One answer of a child to one message. */
function ask<Reply>(child: ChildProcess, message: object, limitMs: number): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no answer within ${limitMs} ms`)), limitMs);
    const exit = (code: number | null) => reject(new Error(`a process of the bench ended with ${code}`));
    child.once("exit", exit);
    child.once("message", (reply) => {
      clearTimeout(timer);
      child.removeListener("exit", exit);
      resolve(reply as Reply);
    });
    child.send(message);
  });
}

export interface ServedAgents {
  readonly addresses: readonly AgentAddress[];
  usage(): Promise<Usage>;
  close(): void;
}

/** Serves the agents from a process of its own. */
export async function serveAgents(plan: AgentsPlan): Promise<ServedAgents> {
  const child = fork(join(import.meta.dirname, "agents.ts"));
  const { addresses } = await ask<{ addresses: AgentAddress[] }>(child, { serve: plan }, 60_000);
  return { addresses, usage: () => ask<Usage>(child, { usage: true }, 10_000), close: () => child.kill() };
}

/** Runs campusd's way to the store in a process of its own. `execArgv` is for its Node, such as --cpu-prof. */
export async function runCampusd(
  plan: CampusdPlan,
  execArgv: readonly string[] = [],
): Promise<CampusdResult> {
  const child = fork(join(import.meta.dirname, "campusd.ts"), { execArgv: [...execArgv] });
  // To be bound and polled takes longer the more devices there are, and on a busy machine longer still.
  const limit = 300_000 + 40 * plan.agents.length + 2 * plan.everyMs + 1000 * plan.seconds;
  const { result } = await ask<{ result: CampusdResult }>(child, plan, limit);
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.disconnect();
  await ended;
  return result;
}
