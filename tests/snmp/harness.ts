import { SnmpClient, type SnmpTarget } from "../../collectors/snmp/client.ts";
import type { SessionTuning, SnmpAccess } from "../../collectors/snmp/session.ts";
import { Secret } from "../../src/settings/secret.ts";

export const clock = { now: () => Date.now(), monotonic: () => performance.now() };

/** Counts by name, as the sink's `count` gets them. */
export class Counts {
  readonly #counts = new Map<string, number>();
  readonly add = (name: string, by = 1): void => {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + by);
  };
  get(name: string): number {
    return this.#counts.get(name) ?? 0;
  }
}

type CommunityAccess = Extract<SnmpAccess, { community: Secret }>;

export interface Bench {
  readonly client: SnmpClient;
  readonly counts: Counts;
  target(port: number, options?: Partial<SessionTuning> & Partial<CommunityAccess>): SnmpTarget;
  close(): Promise<void>;
}

export async function openClient(): Promise<Bench> {
  const counts = new Counts();
  const client = new SnmpClient({ clock, count: counts.add });
  await client.open(new AbortController().signal);
  return {
    client,
    counts,
    target: (port, options) =>
      client.target({
        endpoint: { address: "127.0.0.1", port },
        version: "v2c",
        community: new Secret("public"),
        timeoutMs: 500,
        ...options,
      }),
    close: () => client.close(),
  };
}

/** Resolves when the condition holds; rejects with `what` after 20 s. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`never happened: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
