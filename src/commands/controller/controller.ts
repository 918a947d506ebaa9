import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { ModbusCollector } from "../../../collectors/modbus/collector.ts";
import { MqttBroker } from "../../../collectors/mqtt/broker.ts";
import { MqttCollector } from "../../../collectors/mqtt/collector.ts";
import { ProbeCollector } from "../../../collectors/probe/collector.ts";
import { SnmpCollector } from "../../../collectors/snmp/collector.ts";
import type { LiveState } from "../../api/live.ts";
import { slowestPolls } from "../../api/poll-intervals.ts";
import { createServer, type ListenAddress } from "../../api/server.ts";
import type { Clock, Collector, DeviceLoad, DeviceState, Protocol, Sink } from "../../collection/contract.ts";
import { type DeviceChange, DeviceChanges, restartOf } from "../../collection/device-changes.ts";
import { DeviceBoard } from "../../collection/devices.ts";
import { EventLog } from "../../collection/event-log.ts";
import { Pump } from "../../collection/pump.ts";
import { SlotScheduler } from "../../collection/scheduler.ts";
import { CampusError } from "../../errors/campus-error.ts";
import { BandwidthLedger } from "../../indicators/bandwidth/ledger.ts";
import { Calendar } from "../../indicators/calendar.ts";
import { buildInventory } from "../../inventory/build.ts";
import type { Inventory } from "../../inventory/model.ts";
import { StateDatabase } from "../../inventory/state-database.ts";
import { LatestTable } from "../../measurements/latest.ts";
import { SeriesTable } from "../../measurements/series.ts";
import { loadProfiles } from "../../profiles/load.ts";
import type { ProfileSet } from "../../profiles/profile-set.ts";
import type { Settings } from "../../settings/schema.ts";
import type { Store } from "../../stores/contract.ts";
import type { Telemetry } from "../../telemetry/telemetry.ts";
import { BUNDLED_PROFILES } from "../check.ts";
import { VERSION } from "../version.ts";
import { type Assigned, assignments } from "./assignments.ts";
import { AuditRoom } from "./audit-room.ts";
import { CONSOLE_FOLDER } from "./console-folder.ts";
import { eventOfChange } from "./device-events.ts";
import { EngineMemory } from "./engine-memory.ts";
import { openStore } from "./open-store.ts";
import { SampleRate } from "./sample-rate.ts";
import { stateFile } from "./state-file.ts";
import { StoreWatch } from "./store-watch.ts";
import { TargetsRoom, type TargetsRoomOptions } from "./targets-room.ts";
import { TerminalRoom } from "./terminal-room.ts";
import { withTiers } from "./tiers.ts";
import { TrapRoom } from "./trap-room.ts";

export interface ControllerOptions {
  readonly settings: Settings;
  readonly telemetry: Telemetry;
  readonly clock: Clock;
  /** 0 <= random() < 1, for back-off jitter. */
  readonly random: () => number;
  /** True when bundled simulators stand in for the devices. */
  readonly simulated: boolean;
  /** Readings of the past that somebody stores while it runs; see TargetsRoomOptions. */
  readonly past?: TargetsRoomOptions["past"];
}

/** How often is looked whether an import changed the inventory and whether the store is well, ms. */
const LOOK_MS = 2_000;

/**
 * campusd on one machine: every room, wired by hand in the order of the flow. `open` brings the rooms up from
 * the store to the page, `close` takes them down in the other order with everything committed.
 */
export class Controller implements LiveState {
  readonly table = new SeriesTable();
  readonly latest = new LatestTable();
  readonly clock: Clock;
  readonly simulated: boolean;
  readonly store: Store;
  readonly events: EventLog;
  readonly bandwidth: BandwidthLedger;
  readonly siteAudits: AuditRoom;
  readonly #settings: Settings;
  readonly #telemetry: Telemetry;
  readonly #random: () => number;
  readonly #board: DeviceBoard;
  readonly #changes = new DeviceChanges();
  readonly #state: StateDatabase;
  readonly #scheduler: SlotScheduler;
  readonly #pump: Pump;
  readonly #traps: TrapRoom;
  readonly #targets: TargetsRoom;
  readonly #terminals: TerminalRoom;
  readonly #engines: EngineMemory;
  readonly #rate: SampleRate;
  readonly #opened: (() => Promise<void> | void)[] = [];
  readonly #collectors = new Map<Protocol, Collector>();
  readonly #profiles: ProfileSet;
  readonly #polls: ReadonlyMap<string, number>;
  #inventory: Inventory;
  #assigned = new Map<string, string>();
  #inventoryVersion = 0;
  #startedAt = 0;
  #brokerPort: number | undefined;

  constructor(options: ControllerOptions) {
    const { settings, telemetry, clock } = options;
    this.#settings = settings;
    this.#telemetry = telemetry;
    this.#random = options.random;
    this.clock = clock;
    this.simulated = options.simulated;
    this.#profiles = withTiers(loadProfiles([BUNDLED_PROFILES, ...settings.profiles.dirs]), settings.polling);
    this.#polls = slowestPolls(this.#profiles.list());
    this.#inventory = buildInventory({ regions: [], schools: [], sites: [], links: [] });
    this.store = openStore(settings, clock, options.random);
    this.bandwidth = new BandwidthLedger({
      store: this.store,
      inventory: () => this.#inventory,
      clock,
      timezone: settings.targets.timezone,
      failed: (error) =>
        telemetry.log.warn({ err: error }, "what links carried is not read; it is tried again"),
    });
    this.#targets = new TargetsRoom({
      settings,
      telemetry,
      clock,
      store: this.store,
      inventory: () => this.#inventory,
      facts: (device) => this.#board.facts(device),
      siteAudits: () => this.siteAudits.records(),
      ...(options.past && { past: options.past }),
    });
    this.#rate = new SampleRate(clock);
    this.#state = new StateDatabase({ file: stateFile(settings) });
    this.#board = new DeviceBoard(clock, (facts) => {
      for (const change of this.#changes.note(facts)) this.#tell(change);
      this.#state.saveFacts(facts).catch((error: unknown) => {
        telemetry.log.warn({ err: error, device: facts.device }, "facts of a device are not saved");
      });
      this.#terminals.note(facts);
    });
    this.#terminals = new TerminalRoom({
      inventory: () => this.#inventory,
      facts: (device) => this.#board.facts(device),
      calendar: new Calendar(settings.targets.timezone),
      table: this.table,
      batch: () => this.#pump.batch,
    });
    this.siteAudits = new AuditRoom({ settings: settings.audits, state: this.#state, telemetry, clock });
    this.#engines = new EngineMemory(this.#state, clock, telemetry.log);
    const { keepMs, most: mostRows } = settings.events;
    this.events = new EventLog({ file: join(settings.data.dir, "events.db"), clock, keepMs, mostRows });
    this.#traps = new TrapRoom({
      settings,
      telemetry,
      events: this.events,
      facts: (device) => this.#board.facts(device),
      nudge: ({ id, protocol }) => {
        if (protocol !== "none") this.#collectors.get(protocol)?.nudge?.(id);
      },
    });
    this.#scheduler = new SlotScheduler(clock, {
      lateness: (ms) => telemetry.observe("poll_lateness", ms / 1000),
      skipped: () => telemetry.count("scheduler.skipped"),
      failed: (id, error) => telemetry.log.error({ err: error, task: id }, "a task failed"),
    });
    this.#pump = new Pump({
      node: settings.node.id,
      table: this.table,
      latest: this.latest,
      receiver: {
        // Whoever looks at a batch below has done so when its writing has resolved.
        copies: this.store.copies === true,
        write: async (batch, table) => {
          await this.store.write(batch, table);
          this.#targets.late(batch, table);
        },
      },
      clock,
      // Milliseconds since the epoch as the first number: over every one that an earlier run can have used.
      firstSequence: clock.now(),
      observer: {
        committed: (samples, ms) => {
          this.#rate.add(samples);
          telemetry.count("samples", samples);
          telemetry.count("batches");
          telemetry.observe("store_write", ms / 1000);
        },
        refused: (error) =>
          telemetry.log.warn({ err: error }, "the store refused a batch; it is kept and sent again"),
        dropped: (samples) => {
          telemetry.count("pump.dropped", samples);
          telemetry.log.error({ samples }, "samples were dropped: the store is away for too long");
        },
      },
    });
  }

  /** UTC ms. */
  get startedAt(): number {
    return this.#startedAt;
  }

  inventory(): Inventory {
    return this.#inventory;
  }

  get targets(): TargetsRoom["query"] {
    return this.#targets.query;
  }

  facts(device: string): ReturnType<DeviceBoard["facts"]> {
    return this.#board.facts(device);
  }

  state(device: string): ReturnType<DeviceBoard["state"]> {
    return this.#board.state(device);
  }

  pollMs(quantity: string): number | undefined {
    return this.#polls.get(quantity);
  }

  load(device: string): DeviceLoad | undefined {
    return this.#collectors.get("snmp")?.load?.(device);
  }

  counters(): { samplesTotal: number; samplesPerSecond: number } {
    return { samplesTotal: this.#rate.total, samplesPerSecond: this.#rate.perSecond() };
  }

  /** Port of the embedded broker; undefined when it is not enabled. */
  get brokerPort(): number | undefined {
    return this.#brokerPort;
  }

  /** Where traps are heard; empty when they are not enabled. */
  get trapAddresses(): readonly { readonly address: string; readonly port: number }[] {
    return this.#traps.bound;
  }

  /** Opens everything but the page. What was opened is closed again when a later part fails. */
  async open(signal: AbortSignal): Promise<void> {
    try {
      await this.#openRooms(signal);
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /** Opens the page and the API; answers where they listen. */
  async listen(host: string, port: number): Promise<ListenAddress> {
    const server = createServer({
      live: this,
      telemetry: this.#telemetry,
      version: VERSION,
      consoleFolder: CONSOLE_FOLDER,
      hostNames: this.#settings.http.names,
      timezone: this.#settings.targets.timezone,
    });
    const address = await server.listen(host, port);
    this.#opened.push(() => server.close());
    return address;
  }

  async close(): Promise<void> {
    for (let end = this.#opened.pop(); end; end = this.#opened.pop()) {
      try {
        await end();
      } catch (error) {
        this.#telemetry.log.error({ err: error }, "a part did not close cleanly");
      }
    }
  }

  /** Resolves when everything collected so far is committed. */
  committed(): Promise<void> {
    return this.#pump.committed();
  }

  async #openRooms(signal: AbortSignal): Promise<void> {
    const settings = this.#settings;
    this.#startedAt = this.clock.now();
    try {
      mkdirSync(settings.data.dir, { recursive: true });
    } catch (error) {
      throw new CampusError(
        "E_FILE",
        `cannot make the data folder ${settings.data.dir}: ${error instanceof Error ? error.message : String(error)}`,
        { file: settings.data.dir },
        error,
      );
    }
    await this.#state.open(signal);
    this.#opened.push(() => this.#state.close());
    await this.store.open(signal);
    this.#opened.push(() => this.store.close());
    this.events.open();
    this.#opened.push(() => this.events.close());
    await this.#engines.load();
    const known = await this.#state.loadFacts();
    this.#board.restore(known);
    this.#changes.restore(known);
    this.#pump.open();
    this.#opened.push(() => this.#pump.close());
    this.#scheduler.open();
    this.#opened.push(() => this.#scheduler.close());
    await this.#openCollectors(signal);
    await this.#traps.open(signal);
    this.#opened.push(() => this.#traps.close());
    await this.#takeInventory();
    this.bandwidth.open();
    this.#opened.push(() => this.bandwidth.close());
    await this.siteAudits.open();
    this.#opened.push(() => this.siteAudits.close());
    await this.#targets.open(signal);
    this.#opened.push(() => this.#targets.close());
    const watch = new StoreWatch(this.store, this.#telemetry.log);
    watch.look();
    const timer = setInterval(() => {
      watch.look();
      this.#engines.look();
      this.#followInventory().catch((error: unknown) => {
        this.#telemetry.log.error({ err: error }, "an imported inventory is not taken over");
      });
    }, LOOK_MS);
    this.#opened.push(() => clearInterval(timer));
    const devices = (state: DeviceState) => () =>
      [...this.#inventory.devices.keys()].filter((id) => this.#board.state(id).state === state).length;
    this.#telemetry.gauge("devices_up", devices("up"));
    this.#telemetry.gauge("devices_down", devices("down"));
    this.#telemetry.gauge("series", () => this.table.size);
    this.#telemetry.gauge("spooled", () => this.store.stats().spooled);
    this.#telemetry.gauge("dropped", () => this.store.stats().dropped);
  }

  async #openCollectors(signal: AbortSignal): Promise<void> {
    const settings = this.#settings;
    const sink: Sink = {
      table: this.table,
      batch: this.#pump.batch,
      facts: (facts) => this.#board.setFacts(facts),
      state: (device, state, reason) => this.#setState(device, state, reason),
      restarted: (device, upTime) => this.#tell(restartOf(device, this.clock.now(), upTime)),
      count: (name, by) => this.#telemetry.count(name, by),
    };
    const shared = { sink, clock: this.clock, scheduler: this.#scheduler, random: this.#random };
    const broker = settings.mqtt.broker.enabled ? this.#broker(sink) : undefined;
    if (broker) {
      await broker.open(signal);
      this.#opened.push(() => broker.close());
      this.#brokerPort = broker.port;
    }
    const snmp = new SnmpCollector({
      ...shared,
      profiles: this.#profiles,
      engines: this.#engines,
      ...settings.snmp,
    });
    this.#engines.follow((device) => snmp.trustEngine(device));
    const collectors: Collector[] = [
      snmp,
      new ModbusCollector({ ...shared, ...settings.modbus }),
      new MqttCollector({
        ...shared,
        node: settings.node.id,
        connections: settings.mqtt.connections,
        embedded: broker,
        committed: () => this.#pump.committed(),
        onConnection: (connection, up, reason) => {
          if (up) this.#telemetry.log.info({ connection }, "a broker is connected");
          else this.#telemetry.log.warn({ connection, reason }, "a broker is away");
        },
        onFault: (error) => this.#telemetry.log.error({ err: error }, "a message met a fault of our own"),
      }),
      new ProbeCollector({
        ...shared,
        ...settings.probe,
        decides: ({ device }) => this.#inventory.devices.get(device)?.protocol === "probe",
        onBack: (device) => snmp.retry(device),
        onMethod: (family, method, reason) =>
          this.#telemetry.log.info({ family, method, reason }, "how addresses are probed"),
      }),
    ];
    for (const collector of collectors) {
      await collector.open(signal);
      this.#opened.push(() => collector.close());
      this.#collectors.set(collector.protocol, collector);
    }
  }

  /** The reason is for who repairs it: it goes to the log; the page has the codes of its own reasons. */
  #setState(device: string, state: DeviceState, reason?: string): void {
    const before = this.#board.state(device).state;
    this.#board.setState(device, state, reason);
    if (state === before) return;
    if (state === "down") this.#telemetry.log.warn({ device, reason }, "a device does not answer");
    else if (before === "down") this.#telemetry.log.info({ device, state, reason }, "a device changed");
  }

  /** Writes what was seen of a device to the event log. */
  #tell(change: DeviceChange): void {
    const device = this.#inventory.devices.get(change.device);
    if (!device) return;
    const { log } = this.#telemetry;
    log.info({ device: device.id, kind: change.kind, values: change.values }, "a device has changed");
    this.events.append(eventOfChange(change, device)).committed.catch((error: unknown) => {
      log.warn({ err: error, device: device.id }, "an event of a device is not saved");
    });
  }

  #broker(sink: Sink): MqttBroker {
    return new MqttBroker({
      ...this.#settings.mqtt.broker,
      count: sink.count,
      committed: () => this.#pump.committed(),
      onDenied: (denial) => this.#telemetry.log.warn(denial, "the broker refused a client"),
    });
  }

  async #followInventory(): Promise<void> {
    const version = await this.#state.version();
    if (version !== this.#inventoryVersion) await this.#takeInventory();
  }

  /** Reads the inventory and tells the collectors what changed: devices that stayed the same are left alone. */
  async #takeInventory(): Promise<void> {
    this.#inventoryVersion = await this.#state.version();
    this.#inventory = buildInventory(await this.#state.inventory());
    this.#traps.setInventory(this.#inventory);
    const { assigned, notAssigned } = assignments(this.#inventory, this.#settings, this.#profiles);
    const wanted = new Map(assigned.map((one) => [`${one.protocol} ${one.assignment.device}`, one]));
    for (const key of this.#assigned.keys()) {
      if (wanted.has(key)) continue;
      const [protocol, device] = key.split(" ") as [Protocol, string];
      this.#collectors.get(protocol)?.unassign(device);
      this.#assigned.delete(key);
      if (this.#inventory.devices.has(device)) continue;
      this.#board.forget(device);
      this.#changes.forget(device);
    }
    for (const [key, one] of wanted) {
      const fingerprint = fingerprintOf(one);
      if (this.#assigned.get(key) === fingerprint) continue;
      this.#collectors.get(one.protocol)?.assign(one.assignment);
      this.#assigned.set(key, fingerprint);
    }
    for (const { device, reason } of notAssigned) {
      this.#board.setState(device, "unknown", reason);
      this.#telemetry.log.warn({ device, reason }, "a device of the inventory is not polled");
    }
  }
}

/** Text that changes whenever the assignment does; the secret itself is not in it, its credential's name is. */
function fingerprintOf({ assignment }: Assigned): string {
  return JSON.stringify({ ...assignment, profile: assignment.profile?.id });
}
