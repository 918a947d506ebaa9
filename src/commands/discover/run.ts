import type { Fping } from "../../../collectors/probe/transport.ts";
import type { SnmpClient } from "../../../collectors/snmp/client.ts";
import {
  type Asked,
  askAddress,
  type Greeting,
  type NamedCredential,
  sessionOptions,
} from "../../../collectors/snmp/discovery/ask.ts";
import type { DiscoverFailureCode } from "../../../collectors/snmp/discovery/failure.ts";
import { type ManagementAddress, managementAddresses } from "../../../collectors/snmp/discovery/neighbors.ts";
import {
  type DeviceSnapshot,
  type InspectionPlans,
  inspectDevice,
} from "../../../collectors/snmp/inspection/inspect.ts";
import type { Clock, Endpoint } from "../../collection/contract.ts";
import { isCampusError } from "../../errors/campus-error.ts";
import { type Found, foundAddresses } from "./follow.ts";
import { Pace, TaskPool } from "./pace.ts";
import { canonical, type DiscoverScope } from "./scope.ts";

export type Origin = "seed" | "given" | "swept" | "own" | "lldp" | "neighbour table" | "router prefix";

/** One look at one device, and every address it was recognised at. */
export interface Look {
  /** The first is the one it was looked at. */
  readonly endpoints: Endpoint[];
  readonly origin: Origin;
  readonly credential: string;
  readonly greeting: Greeting;
  readonly snapshot: DeviceSnapshot;
  readonly managed: readonly ManagementAddress[];
  /** The agent answers and shows nothing to be monitored. */
  readonly viewTooSmall: boolean;
}

/** What became of one address. */
export interface AddressResult {
  readonly endpoint: Endpoint;
  readonly origin: Origin;
  /** Hops from what was given. */
  readonly depth: number;
  /** Where the address was heard of. */
  readonly from?: string;
  readonly outcome: "device" | DiscoverFailureCode;
  readonly detail?: string;
  /** Credentials shown to it, in order. */
  readonly tried: readonly string[];
}

export interface Discovered {
  readonly addresses: readonly AddressResult[];
  readonly looks: readonly Look[];
  /** Addresses that nobody was asked at, by why. */
  readonly left: { readonly overMax: number; readonly interrupted: boolean };
  /** Why ICMP was not used, where it was wanted. */
  readonly pingUnable?: string;
}

export interface DiscoveryOptions {
  readonly client: SnmpClient;
  readonly plans: InspectionPlans;
  /** Undefined: every address is asked over SNMP at once. */
  readonly fping?: Fping;
  readonly credentials: readonly NamedCredential[];
  readonly scope: DiscoverScope;
  readonly seeds: readonly Endpoint[];
  readonly port: number;
  readonly depth: number;
  /** Addresses a second. */
  readonly rate: number;
  /** Addresses that are asked at once. */
  readonly concurrency: number;
  readonly timeoutMs: number;
  readonly retries: number;
  readonly tries: number;
  readonly max: number;
  readonly clock: Clock;
  readonly random: () => number;
  readonly progress?: (progress: Progress) => void;
}

export interface Progress {
  readonly asked: number;
  readonly known: number;
  readonly devices: number;
}

interface Item {
  readonly endpoint: Endpoint;
  readonly origin: Origin;
  readonly depth: number;
  readonly from?: string;
}

/** Origins that a person or a device vouches for: they are asked whether they answer to ping or not. */
const VOUCHED: ReadonlySet<Origin> = new Set(["seed", "given", "own", "lldp"]);
const PING_BATCH = 64;
const PINGS_AT_ONCE = 4;
/** Two answers are of one agent when it came up at the same time by both, to this. */
const SAME_START_MS = 5000;

/** One run of discovery. */
export class Discovery {
  readonly #options: DiscoveryOptions;
  readonly #pace: Pace;
  readonly #asking: TaskPool;
  readonly #pinging = new TaskPool(PINGS_AT_ONCE);
  readonly #seen = new Set<string>();
  readonly #results: AddressResult[] = [];
  readonly #looks: Look[] = [];
  readonly #underWay: { readonly greeting: Greeting; readonly look: Promise<Look | undefined> }[] = [];
  #overMax = 0;
  #pingUnable: string | undefined;

  constructor(options: DiscoveryOptions) {
    this.#options = options;
    this.#pace = new Pace(options.clock, options.rate);
    this.#asking = new TaskPool(options.concurrency);
  }

  /** Resolves when everything in scope was asked, or soon after the signal aborts. */
  async run(signal: AbortSignal): Promise<Discovered> {
    const { scope, seeds, fping } = this.#options;
    const stop = (): void => fping?.close();
    signal.addEventListener("abort", stop, { once: true });
    for (const endpoint of seeds) this.#offer([{ endpoint, origin: "seed", depth: 0 }], signal);
    for (const endpoint of scope.singles) this.#offer([{ endpoint, origin: "given", depth: 0 }], signal);
    await this.#sweep(signal);
    // Each may give work to the other.
    while (this.#asking.size + this.#pinging.size > 0) {
      await this.#pinging.idle();
      await this.#asking.idle();
    }
    signal.removeEventListener("abort", stop);
    return {
      addresses: this.#results,
      looks: this.#looks,
      left: { overMax: this.#overMax, interrupted: signal.aborted },
      ...(this.#pingUnable !== undefined && { pingUnable: this.#pingUnable }),
    };
  }

  async #sweep(signal: AbortSignal): Promise<void> {
    const batch = Math.max(1, Math.min(PING_BATCH, Math.floor(this.#options.rate)));
    let items: Item[] = [];
    const flush = async (): Promise<void> => {
      if (items.length === 0) return;
      const next = items;
      items = [];
      // Not more in hand than a few batches: what waits is in the generator.
      while (this.#pinging.size >= PINGS_AT_ONCE && !signal.aborted) await this.#pinging.idle();
      this.#offer(next, signal);
      await this.#pace.take(next.length, signal);
    };
    for (const endpoint of this.#options.scope.sweep()) {
      if (signal.aborted) return;
      items.push({ endpoint, origin: "swept", depth: 0 });
      if (items.length >= batch) await flush();
    }
    await flush();
  }

  /** Takes addresses that are new and in scope; everything that is ever sent to passes here. */
  #offer(items: readonly Item[], signal: AbortSignal): void {
    const { max, scope, fping } = this.#options;
    const toPing: Item[] = [];
    for (const item of items) {
      const { address, port } = item.endpoint;
      if (!scope.allows(address)) continue;
      const key = `${address} ${port}`;
      if (this.#seen.has(key)) continue;
      if (this.#seen.size >= max) {
        this.#overMax++;
        continue;
      }
      this.#seen.add(key);
      if (fping && this.#pingUnable === undefined && !VOUCHED.has(item.origin)) toPing.push(item);
      else this.#addAsk(item, item.origin !== "swept", signal);
    }
    for (const family of ["ipv4", "ipv6"] as const) {
      const ofFamily = toPing.filter(
        ({ endpoint }) => endpoint.address.includes(":") === (family === "ipv6"),
      );
      for (let i = 0; i < ofFamily.length; i += PING_BATCH) {
        const batch = ofFamily.slice(i, i + PING_BATCH);
        this.#pinging.add(() => this.#ping(family, batch, signal));
      }
    }
  }

  async #ping(family: "ipv4" | "ipv6", items: readonly Item[], signal: AbortSignal): Promise<void> {
    const { fping, rate, timeoutMs } = this.#options;
    const heard = items.filter(({ origin }) => origin !== "swept").length;
    if (heard > 0) await this.#pace.take(heard, signal);
    if (signal.aborted || !fping) return;
    const addresses = [...new Set(items.map(({ endpoint }) => endpoint.address))];
    const intervalMs = Math.max(2, Math.ceil(1000 / rate));
    const outcome = await fping.run(family, addresses, { count: 1, timeoutMs, intervalMs });
    if (signal.aborted) return;
    if (outcome.kind === "unable") this.#pingUnable ??= outcome.reason;
    for (const item of items) {
      const result = outcome.kind === "results" ? outcome.results.get(item.endpoint.address) : undefined;
      // An address that fping says nothing of is asked: no answer must not be taken for a silent host.
      if (result && result.answered.length === 0) this.#record(item, { outcome: "no-icmp", tried: [] });
      else this.#addAsk(item, false, signal);
    }
  }

  #addAsk(item: Item, paced: boolean, signal: AbortSignal): void {
    this.#asking.add(async () => {
      if (paced) await this.#pace.take(1, signal);
      if (signal.aborted) this.#record(item, { outcome: "interrupted", tried: [] });
      else await this.#ask(item, signal);
    });
  }

  async #ask(item: Item, signal: AbortSignal): Promise<void> {
    const { client, credentials, timeoutMs, tries, random, clock } = this.#options;
    const now = clock.now;
    const asked = await askAddress(item.endpoint, {
      client,
      credentials,
      timeoutMs,
      tries,
      random,
      now: () => now.call(clock),
      signal,
    });
    if (asked.kind === "failure") {
      const { code, detail, tried } = asked;
      this.#record(item, { outcome: code, tried, ...(detail !== undefined && { detail }) });
      return;
    }
    const { greeting } = asked;
    const same = this.#underWay.find((other) => isSameAgent(other.greeting, greeting));
    const look = same?.look ?? this.#look(item, asked, signal);
    if (!same) this.#underWay.push({ greeting, look });
    const known = await look;
    const tried = [asked.credential.name];
    if (!known) {
      const outcome = signal.aborted ? "interrupted" : "timeout";
      this.#record(item, { outcome, tried, detail: "it answered once, and then no more" });
      return;
    }
    if (same) known.endpoints.push(item.endpoint);
    if (known.viewTooSmall) this.#record(item, { outcome: "view-too-small", tried });
    else this.#record(item, { outcome: "device", tried });
  }

  async #look(
    item: Item,
    asked: Extract<Asked, { kind: "answer" }>,
    signal: AbortSignal,
  ): Promise<Look | undefined> {
    const { client, plans, timeoutMs, retries } = this.#options;
    const { credential, name } = asked.credential;
    const target = client.target(sessionOptions(item.endpoint, credential, { timeoutMs, retries }));
    const end = (): void => target.close();
    signal.addEventListener("abort", end, { once: true });
    try {
      const snapshot = await inspectDevice(target.session, plans);
      const speaksLldp = snapshot.neighbors.some(({ protocol }) => protocol === "lldp");
      const managed = speaksLldp && !snapshot.error ? await managementAddresses(target) : [];
      const look: Look = {
        endpoints: [item.endpoint],
        origin: item.origin,
        credential: name,
        greeting: asked.greeting,
        snapshot,
        managed,
        viewTooSmall: asked.noInterfaces && showsNothing(snapshot),
      };
      this.#looks.push(look);
      this.#follow(item, foundAddresses(look), signal);
      return look;
    } catch (error) {
      if (!isCampusError(error)) throw error;
      return undefined;
    } finally {
      signal.removeEventListener("abort", end);
      target.close();
    }
  }

  #follow(item: Item, found: readonly Found[], signal: AbortSignal): void {
    const { port, depth } = this.#options;
    const items = found.flatMap(({ address, origin }) => {
      const own = origin === "own";
      const hops = item.depth + (own ? 0 : 1);
      if (hops > depth) return [];
      const endpoint = { address: canonical(address), port: own ? item.endpoint.port : port };
      return [{ endpoint, origin, depth: hops, from: item.endpoint.address }];
    });
    this.#offer(items, signal);
  }

  #record(item: Item, result: Pick<AddressResult, "outcome" | "tried" | "detail">): void {
    this.#results.push({ ...item, ...result });
    this.#options.progress?.({
      asked: this.#results.length,
      known: this.#seen.size,
      devices: this.#looks.length,
    });
  }
}

/** Nothing but the system group came: no interface, no part, no reading. */
function showsNothing(snapshot: DeviceSnapshot): boolean {
  return (
    snapshot.interfaces.length === 0 &&
    snapshot.entities.length === 0 &&
    snapshot.aps.length === 0 &&
    snapshot.readings.every(({ quantity }) => quantity === "device.uptime")
  );
}

/**
 * The same agent at another address, told by its first answer alone: engine id or bridge address, and name, kind and
 * start. Engine ids are copied with virtual machines and some makers ship one for all, so none is enough by itself.
 */
export function isSameAgent(a: Greeting, b: Greeting): boolean {
  if (a.engineId === undefined && a.bridge === undefined) return false;
  if (a.upSince === undefined || b.upSince === undefined) return false;
  return (
    a.engineId === b.engineId &&
    a.bridge === b.bridge &&
    a.chassis === b.chassis &&
    a.sysName === b.sysName &&
    a.sysObjectID === b.sysObjectID &&
    Math.abs(a.upSince - b.upSince) < SAME_START_MS
  );
}
