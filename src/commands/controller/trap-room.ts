import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { canonicalAddress } from "../../../collectors/snmp/codec/address.ts";
import type { TrapCounters } from "../../../collectors/snmp/traps/counters.ts";
import { startEngine } from "../../../collectors/snmp/traps/engine.ts";
import { eventOfTrap, type TrapSender } from "../../../collectors/snmp/traps/event.ts";
import type { AcceptedTrap } from "../../../collectors/snmp/traps/intake.ts";
import { TrapListener } from "../../../collectors/snmp/traps/listener.ts";
import type { BoundAddress } from "../../../collectors/snmp/traps/sockets.ts";
import type { TrapSource } from "../../../collectors/snmp/traps/source.ts";
import type { UsmUser } from "../../../collectors/snmp/usm/keys.ts";
import type { EventLog } from "../../collection/event-log.ts";
import type { DeviceFacts } from "../../inventory/facts.ts";
import type { Device, Inventory } from "../../inventory/model.ts";
import type { CredentialSettings, Settings } from "../../settings/schema.ts";
import type { Telemetry } from "../../telemetry/telemetry.ts";

export interface TrapRoomOptions {
  readonly settings: Settings;
  readonly telemetry: Telemetry;
  readonly events: EventLog;
  facts(device: string): DeviceFacts | undefined;
  /** Polls the device soon. */
  nudge(device: Device): void;
}

/** Bursts are as many notifications as come in so many seconds at the steady rate. */
const BURST_SECONDS = 5;

/** Traps and informs, from the sockets to the event log. Inert until `open`, also when they are not enabled. */
export class TrapRoom {
  readonly #options: TrapRoomOptions;
  #listener: TrapListener | undefined;
  #inventory: Inventory | undefined;
  /** Devices by address. */
  #senders: ReadonlyMap<string, readonly Device[]> = new Map();

  constructor(options: TrapRoomOptions) {
    this.#options = options;
  }

  /** Where it listens; empty when traps are not enabled. */
  get bound(): readonly BoundAddress[] {
    return this.#listener?.bound ?? [];
  }

  counters(): Promise<TrapCounters> | undefined {
    return this.#listener?.counters();
  }

  async open(signal: AbortSignal): Promise<void> {
    const { settings, telemetry } = this.#options;
    const { traps } = settings.snmp;
    if (!traps.enabled) return;
    const listener = new TrapListener({
      addresses: traps.hosts,
      port: traps.port,
      limits: {
        perSecond: traps.perSecond,
        burst: traps.perSecond * BURST_SECONDS,
        totalPerSecond: traps.totalPerSecond,
      },
      engine: startEngine(join(settings.data.dir, "snmp-engine.json"), randomBytes),
      take: (trap) => this.#take(trap),
      count: (name, by) => telemetry.count(name, by),
      onFault: (error) => telemetry.log.error({ err: error }, "traps are not heard; it is tried again"),
    });
    await listener.open(signal);
    this.#listener = listener;
    telemetry.log.info({ bound: listener.bound }, "traps are heard");
  }

  /** Says who may send from now on. */
  setInventory(inventory: Inventory): void {
    if (!this.#listener || this.#inventory === inventory) return;
    this.#inventory = inventory;
    const { senders, sources } = trapSources(inventory, this.#options.settings);
    this.#senders = senders;
    this.#listener.setSources(sources);
  }

  async close(): Promise<void> {
    await this.#listener?.close();
    this.#listener = undefined;
  }

  #take(trap: AcceptedTrap): Promise<void> {
    const { events, facts, nudge } = this.#options;
    const devices = this.#senders.get(trap.source) ?? [];
    const senders = devices.map(
      ({ id, school, path }): TrapSender => ({
        device: id,
        school,
        path,
        interfaces: facts(id)?.interfaces ?? [],
      }),
    );
    const { event, poll } = eventOfTrap(trap, senders);
    const { committed } = events.append(event);
    for (const device of devices) if (poll.includes(device.id)) nudge(device);
    return committed;
  }
}

/**
 * Who may send: each address of the inventory, with the credential that its device is polled with and those that
 * the settings let every device send with. Addresses of devices that have no SNMP credential are no sources.
 */
export function trapSources(
  inventory: Inventory,
  settings: Settings,
): { senders: Map<string, Device[]>; sources: TrapSource[] } {
  const senders = new Map<string, Device[]>();
  const accepted = new Map<string, Set<CredentialSettings>>();
  const shared = settings.snmp.traps.credentials.map((name) => settings.credentials[name]);
  for (const device of inventory.devices.values()) {
    const own = device.credential === undefined ? undefined : settings.credentials[device.credential];
    const credentials = [own, ...shared].filter((one) => one?.protocol === "snmp");
    if (credentials.length === 0) continue;
    for (const text of device.addresses) {
      const address = canonicalAddress(text);
      if (address === undefined) continue;
      const list = senders.get(address) ?? [];
      senders.set(address, [...list, device]);
      const set = accepted.get(address) ?? new Set();
      for (const credential of credentials) set.add(credential!);
      accepted.set(address, set);
    }
  }
  const sources = [...accepted].map(([address, credentials]) => ({
    address,
    // An empty community would let everything in that names none.
    communities: [...credentials]
      .flatMap((one) => (one.protocol === "snmp" && one.version !== "v3" ? [one.community.reveal()] : []))
      .filter((community) => community !== ""),
    users: [...credentials].flatMap((one) => userOf(one) ?? []),
  }));
  return { senders, sources };
}

function userOf(credential: CredentialSettings): UsmUser | undefined {
  if (credential.protocol !== "snmp" || credential.version !== "v3") return undefined;
  const { user: name, auth, priv } = credential;
  return { name, ...(auth && { auth }), ...(priv && { priv }) };
}
