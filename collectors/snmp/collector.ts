import type {
  Clock,
  Collector,
  DeviceAssignment,
  DeviceLoad,
  Endpoint,
  Scheduler,
  Sink,
} from "../../src/collection/contract.ts";
import { isCampusError } from "../../src/errors/campus-error.ts";
import type { CompiledProfile } from "../../src/profiles/compiled.ts";
import { makePlan, type ProfilePlan } from "./plan.ts";
import { PolledDevice } from "./polling/device.ts";
import type { SystemGroup } from "./polling/identity.ts";
import { type SessionCost, SnmpSession } from "./session.ts";
import { SnmpTransport } from "./transport.ts";
import { DeviceEngine } from "./usm/v3-engine.ts";

/** Finds the profile of a device by what it says of itself; a fallback for unknown ones is its business. */
export interface ProfileMatcher {
  match(signs: {
    readonly sysObjectID?: string | undefined;
    readonly sysDescr?: string | undefined;
    readonly present?: ReadonlySet<string> | undefined;
  }): CompiledProfile | undefined;
  /** The profile with the arcs of the device's sysObjectID where it has `*`. */
  tailor?(profile: CompiledProfile, signs: { readonly sysObjectID?: string | undefined }): CompiledProfile;
  /** Subtrees that decide between profiles for such a device. */
  questionsOf?(signs: {
    readonly sysObjectID?: string | undefined;
    readonly sysDescr?: string | undefined;
  }): readonly (readonly number[])[];
}

export interface SnmpCollectorOptions {
  readonly sink: Sink;
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly profiles: ProfileMatcher;
  /** 0 <= random() < 1, to spread what would come at once. Request ids have a source of their own. */
  readonly random?: () => number;
  /** For one answer, ms; default 2,000. */
  readonly timeoutMs?: number;
  /** How often a request is sent again; default 2. */
  readonly retries?: number;
  /** Requests in flight to all devices together; default 200. */
  readonly inFlight?: number;
  /** Requests a second to one device; default 50. */
  readonly maxRequestsPerSecond?: number;
  /** Where pinned SNMPv3 engines outlive the process; without it they are forgotten with it. */
  readonly engines?: EnginePins;
}

/**
 * SNMPv3 engines that were proven. `asked` says how the device is asked (address, port and user): a pin made by other
 * means does not hold.
 */
export interface EnginePins {
  /** The engine id in hexadecimal. */
  get(device: string, asked: string): string | undefined;
  set(device: string, asked: string, engineId: string): void;
}

/** First contacts: 200 a second, and all within a minute. */
const CONTACT_SPREAD_MS = 5;
const MOST_SPREAD_MS = 60_000;

/** Reads devices over SNMPv1, SNMPv2c and SNMPv3 through one socket a family. */
export class SnmpCollector implements Collector {
  readonly protocol = "snmp";
  readonly #options: SnmpCollectorOptions;
  readonly #transport: SnmpTransport;
  readonly #devices = new Map<string, PolledDevice>();
  readonly #plans = new WeakMap<CompiledProfile, ProfilePlan>();
  /** Devices that were taken off and whose last poll is still ending. */
  readonly #ending = new Set<Promise<void>>();
  /** Engines of SNMPv3 devices, with how they are asked. */
  readonly #engines = new Map<string, { readonly asked: string; readonly engine: DeviceEngine }>();
  #open = false;

  constructor(options: SnmpCollectorOptions) {
    this.#options = options;
    this.#transport = new SnmpTransport({
      clock: options.clock,
      count: (name, by) => options.sink.count(name, by),
      ...(options.inFlight !== undefined && { maxInFlight: options.inFlight }),
    });
  }

  /** Throws E_UNREACHABLE when no UDP socket can be had. */
  async open(signal: AbortSignal): Promise<void> {
    await this.#transport.open(signal);
    this.#open = true;
  }

  assign(assignment: DeviceAssignment): void {
    if (!this.#open) return;
    this.#end(assignment.device);
    const { sink, clock, scheduler, random, timeoutMs, retries, maxRequestsPerSecond } = this.#options;
    const { device, credential, endpoint } = assignment;
    if (credential.protocol !== "snmp") {
      sink.state(device, "unknown", "the device has no SNMP credential");
      return;
    }
    let session: SnmpSession;
    try {
      session = new SnmpSession(this.#transport, clock, {
        endpoint,
        ...(credential.version === "v3"
          ? { ...credential, engine: this.#engineOf(device, endpoint, credential) }
          : credential),
        ...(timeoutMs !== undefined && { timeoutMs }),
        ...(retries !== undefined && { retries }),
        ...(maxRequestsPerSecond !== undefined && { requestsPerSecond: maxRequestsPerSecond }),
      });
    } catch (error) {
      if (!isCampusError(error)) throw error;
      sink.state(device, "unknown", error.message);
      return;
    }
    const context = {
      sink,
      clock,
      scheduler,
      random: random ?? Math.random,
      planOf: (signs: SystemGroup, assigned: CompiledProfile | undefined) => this.#planOf(signs, assigned),
      questionsOf: (signs: SystemGroup) => this.#options.profiles.questionsOf?.(signs) ?? [],
    };
    const polled = new PolledDevice(context, assignment, session);
    this.#devices.set(device, polled);
    polled.start(this.#firstWithinMs());
  }

  unassign(device: string): void {
    this.#end(device);
    this.#engines.delete(device);
  }

  #end(device: string): void {
    const polled = this.#devices.get(device);
    if (!polled) return;
    this.#devices.delete(device);
    const end = polled.stop().finally(() => this.#ending.delete(end));
    this.#ending.add(end);
  }

  /** What polling the device costs it: requests and octets a minute, its limits, and whether it suffers. */
  load(device: string): DeviceLoad | undefined {
    return this.#devices.get(device)?.load();
  }

  /**
   * One device is asked at once; of many the first ones are, and the others as fast as one after the other may be
   * bound, so that they are not all asked in one instant.
   */
  #firstWithinMs(): number {
    return Math.min((this.#devices.size - 1) * CONTACT_SPREAD_MS, MOST_SPREAD_MS);
  }

  /** Asks a device that is down at its next turn instead of minutes later: somebody saw its address answer. */
  retry(device: string): void {
    this.#devices.get(device)?.retry();
  }

  nudge(device: string): void {
    this.#devices.get(device)?.nudge();
  }

  /** What all devices that are assigned now have cost, summed. */
  cost(): SessionCost {
    const sum = { requests: 0, retries: 0, replies: 0, varbinds: 0, octetsSent: 0, octetsReceived: 0 };
    for (const { cost } of this.#devices.values())
      for (const key of Object.keys(sum) as (keyof SessionCost)[]) sum[key] += cost[key];
    return sum;
  }

  /**
   * Takes the device's SNMPv3 engine for what it is at the next contact: a person says that it was replaced or reset.
   * False when nothing was known of it.
   */
  trustEngine(device: string): boolean {
    const known = this.#engines.get(device);
    if (known === undefined) return false;
    known.engine.forget();
    // A device that is down because of its engine is asked at its next turn, not minutes later.
    this.retry(device);
    return true;
  }

  async close(): Promise<void> {
    this.#open = false;
    for (const device of [...this.#devices.keys()]) this.#end(device);
    await Promise.all([...this.#ending]);
    await this.#transport.close();
  }

  /** What is known of the engine stays when the device is assigned again, as long as it is asked at the same place. */
  #engineOf(
    device: string,
    endpoint: Endpoint,
    { user, auth }: { readonly user: string; readonly auth?: unknown },
  ): DeviceEngine {
    const asked = `${endpoint.address} ${endpoint.port} ${user}`;
    const known = this.#engines.get(device);
    if (known?.asked === asked) return known.engine;
    // Without a signature anybody can name an engine: that is not worth remembering.
    const pins = auth === undefined ? undefined : this.#options.engines;
    const engine = new DeviceEngine(this.#options.clock, pins?.get(device, asked), (id) =>
      pins?.set(device, asked, id),
    );
    this.#engines.set(device, { asked, engine });
    return engine;
  }

  #planOf(signs: SystemGroup, assigned: CompiledProfile | undefined): ProfilePlan | undefined {
    const { profiles } = this.#options;
    const profile = assigned ? (profiles.tailor?.(assigned, signs) ?? assigned) : profiles.match(signs);
    if (!profile?.snmp) return undefined;
    let plan = this.#plans.get(profile);
    if (!plan) {
      plan = makePlan(profile);
      this.#plans.set(profile, plan);
    }
    return plan;
  }
}
