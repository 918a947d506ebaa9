import { randomInt } from "node:crypto";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { Fping, findFping } from "../../collectors/probe/transport.ts";
import { SnmpClient } from "../../collectors/snmp/client.ts";
import type { NamedCredential } from "../../collectors/snmp/discovery/ask.ts";
import { InspectionPlans } from "../../collectors/snmp/inspection/inspect.ts";
import { systemClock } from "../../src/collection/clock.ts";
import type { SnmpCredential } from "../../src/collection/contract.ts";
import { BUNDLED_PROFILES } from "../../src/commands/check.ts";
import { type Discovered, Discovery, type DiscoveryOptions } from "../../src/commands/discover/run.ts";
import { DiscoverScope, parseEndpoint } from "../../src/commands/discover/scope.ts";
import { loadProfiles } from "../../src/profiles/load.ts";
import { Secret } from "../../src/settings/secret.ts";

export const profiles = loadProfiles([BUNDLED_PROFILES]);
const plans = new InspectionPlans(profiles);

export function community(name: string, text = name): NamedCredential {
  return { name, credential: { protocol: "snmp", version: "v2c", community: new Secret(text) } };
}

export function user(name: string, more: object): NamedCredential {
  return { name, credential: { protocol: "snmp", version: "v3", context: "", ...more } as SnmpCredential };
}

export interface RunOptions extends Partial<Omit<DiscoveryOptions, "seeds" | "scope">> {
  readonly prefixes?: readonly string[];
  readonly seeds?: readonly string[];
  readonly port: number;
  readonly sweep?: boolean;
  readonly ping?: boolean;
  readonly signal?: AbortSignal;
}

/** One run with what a test wants to be otherwise. */
export async function discover(options: RunOptions): Promise<Discovered & { scope: DiscoverScope }> {
  const { prefixes = [], seeds = [], port, sweep = true, ping = false, ...more } = options;
  const { signal = new AbortController().signal, ...rest } = more;
  const scope = new DiscoverScope([...prefixes, ...seeds], { port, max: rest.max ?? 4096, sweep });
  const clock = systemClock();
  const client = new SnmpClient({ clock, count: () => undefined });
  await client.open(signal);
  try {
    const discovery = new Discovery({
      client,
      plans,
      credentials: [community("public")],
      scope,
      seeds: seeds.map((text) => parseEndpoint(text, port)!),
      port,
      depth: 2,
      rate: 5000,
      concurrency: 64,
      timeoutMs: 300,
      retries: 2,
      tries: 2,
      max: 4096,
      clock,
      random: () => randomInt(2 ** 32) / 2 ** 32,
      ...(ping && { fping: new Fping(findFping(process.env["PATH"] ?? "")!) }),
      ...rest,
    });
    return { ...(await discovery.run(signal)), scope };
  } finally {
    await client.close();
  }
}

/** Outcomes by address. */
export function outcomes({ addresses }: Discovered): Record<string, string> {
  return Object.fromEntries(addresses.map(({ endpoint, outcome }) => [endpoint.address, outcome]));
}

/** A UDP port that is free on all of loopback, as far as one can know. */
export async function freePort(): Promise<number> {
  const socket = createSocket("udp4");
  socket.bind(0, "0.0.0.0");
  await once(socket, "listening");
  const { port } = socket.address();
  await new Promise<void>((resolve) => socket.close(() => resolve()));
  return port;
}
