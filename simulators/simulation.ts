import { CampusError } from "../src/errors/campus-error.ts";
import { UPS } from "./behaviour/ups.ts";
import type { PlacedFault } from "./faults/scenario.ts";
import {
  type HistoryKey,
  type HistoryOptions,
  HistoryRecorder,
  type HistorySlice,
} from "./history/recorder.ts";
import { type GatewayPlan, type GatewayStats, ModbusGateways } from "./modbus/gateways.ts";
import { registerMapOf } from "./modbus/maps.ts";
import { GATEWAY_UNIT, gatewayMap } from "./modbus/own-unit.ts";
import type { RegisterMap } from "./modbus/registers.ts";
import { type BoardStats, Boards, type BrokerOptions } from "./mqtt/boards.ts";
import { type AgentPlan, type AgentStats, SnmpAgents } from "./snmp/agents.ts";
import { AgentBuilder, type TruthTags } from "./snmp/builder.ts";
import { addContents } from "./snmp/contents.ts";
import { ETHERNET_PAYLOAD, UDP_PAYLOAD } from "./snmp/responder.ts";
import type { MibTable } from "./snmp/table.ts";
import { FaultTraps, type TrapDestination } from "./snmp/traps.ts";
import { Truth, type TruthKey } from "./truth.ts";
import type { InventoryInput } from "./world/inventory.ts";
import type { School, WorldDevice } from "./world/model.ts";
import { createWorld, termStart, type World } from "./world/world.ts";

export interface SimulationOptions {
  readonly seed: number | string;
  /** About 50 devices each. Default 20. */
  readonly schools?: number;
  /** The A of 127.A.b.c. Default 20. */
  readonly baseOctet?: number;
  /** UDP port of the agents; those polled over IPv6 take ports after it on ::1. 0: any free ports. Default 10161. */
  readonly snmpPort?: number;
  /** TCP port of the gateways. 0: any free ports. Default 10502. */
  readonly modbusPort?: number;
  /** Name of a file in `scenarios/`. Default `school-day`. */
  readonly scenario?: string;
  /** What the agents answer to. Default `public`. */
  readonly community?: string;
  /** Name of the credential that the inventory gives to SNMP devices. Default `simulated`. */
  readonly credential?: string;
  /** Start of the devices' counters, UTC ms. Default: the start of the school term. */
  readonly epochMs?: number;
  /**
   * UTC ms from which the story is told back: what began ten days ago began ten days before it. Default: now, or
   * eleven weeks after `epochMs` where that is given.
   */
  readonly anchorMs?: number;
  /** How often each board publishes. Default 15 s. */
  readonly boardIntervalMs?: number;
  /** A broker that is there when the simulation opens; otherwise call `connectBoards` later. */
  readonly mqtt?: BrokerOptions;
  readonly clock: { now(): number };
}

export interface SimulationStats {
  readonly schools: number;
  readonly devices: number;
  readonly snmp: AgentStats;
  readonly modbus: GatewayStats;
  readonly boards: BoardStats;
}

const DEFAULTS = {
  schools: 20,
  baseOctet: 20,
  snmpPort: 10_161,
  modbusPort: 10_502,
  scenario: "school-day",
  community: "public",
  credential: "simulated",
  boardIntervalMs: 15_000,
} as const;

/** A county on loopback that answers on the wire. The constructor makes the world; `open` binds its sockets. */
export class Simulation {
  readonly world: World;
  readonly #credential: string;
  readonly #mqtt: BrokerOptions | undefined;
  readonly #truth: Truth;
  readonly #agents: SnmpAgents;
  readonly #gateways: ModbusGateways;
  readonly #boards: Boards;
  readonly #traps: FaultTraps;
  readonly #community: string;
  #history: HistoryRecorder | undefined;
  #open = false;

  /** Throws E_FILE or E_SETTINGS when the scenario cannot be read. */
  constructor(options: SimulationOptions) {
    const given = { ...DEFAULTS, ...options };
    const { clock } = options;
    const anchorMs = options.anchorMs ?? (options.epochMs === undefined ? clock.now() : undefined);
    this.world = createWorld({
      seed: given.seed,
      schools: given.schools,
      baseOctet: given.baseOctet,
      scenario: given.scenario,
      epochMs: given.epochMs ?? termStart(anchorMs ?? clock.now()),
      ...(anchorMs === undefined ? {} : { anchorMs }),
    });
    this.#credential = given.credential;
    this.#mqtt = options.mqtt;
    this.#truth = new Truth(this.world);
    const second = () => Math.floor(clock.now() / 1000);
    const devices = [...this.world.devices.values()];
    this.#agents = new SnmpAgents(
      devices
        .filter((device) => device.protocol === "snmp")
        .map((device) => agentPlan(device, given.snmpPort, given.community)),
      second,
    );
    this.#gateways = new ModbusGateways(
      this.world.schools.map((school) => gatewayPlan(school, given.modbusPort)),
      second,
    );
    this.#community = given.community;
    this.#traps = new FaultTraps(this.world.devices, this.world.faults, second);
    this.#boards = new Boards(this.world, () => clock.now(), given.boardIntervalMs);
  }

  /** Throws E_PORT_TAKEN naming address and port, E_UNREACHABLE, E_MQTT; nothing stays open then. */
  async open(signal: AbortSignal): Promise<void> {
    try {
      await this.#agents.open(signal);
      await this.#gateways.open(signal);
      this.#open = true;
      if (this.#mqtt) await this.#boards.open(this.#mqtt, signal);
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /** Starts the boards on a broker, or moves them to another. Throws E_MQTT. */
  async connectBoards(broker: BrokerOptions, signal?: AbortSignal): Promise<void> {
    if (!this.#open) throw new CampusError("E_INTERNAL", "connectBoards before open");
    await this.#boards.open(broker, signal ?? new AbortController().signal);
  }

  /** Lets the devices tell of the scenario's faults, `afterMs` from now on, with the community they answer to. */
  sendTraps(addresses: TrapDestination["addresses"], afterMs = 0): void {
    if (!this.#open) throw new CampusError("E_INTERNAL", "sendTraps before open");
    this.#traps.open({ addresses, community: this.#community }, afterMs);
  }

  async disconnectBoards(): Promise<void> {
    await this.#boards.close();
  }

  /** The inventory document of the county, with the ports that are listened on. */
  inventory(): InventoryInput {
    const ports = new Map<string, number>();
    for (const device of this.world.devices.values()) {
      const port =
        device.protocol === "modbus" ? this.#gateways.portOf(device.parent!) : this.#agents.portOf(device.id);
      if (port !== undefined) ports.set(device.id, port);
    }
    return this.world.inventory(ports, this.#credential);
  }

  /** See `Truth.value`. */
  truth(device: string, quantity: string, tags: TruthTags, timeMs: number): number | undefined {
    return this.#truth.value(device, quantity, tags, timeMs);
  }

  truthList(device: string): readonly TruthKey[] {
    return this.#truth.list(device);
  }

  /** Begins to tell what was stored had the county been polled in [from, to); answers its series. */
  beginHistory(options: HistoryOptions): readonly HistoryKey[] {
    this.#history = new HistoryRecorder(this.world, options);
    return this.#history.keys;
  }

  /** The samples of the next `seconds` of that history; undefined at its end. */
  nextHistory(seconds: number): HistorySlice | undefined {
    const slice = this.#history?.next(seconds);
    if (!slice) this.#history = undefined;
    return slice;
  }

  /** The troubles of the scenario and where they are. */
  faults(): readonly PlacedFault[] {
    return this.world.faults;
  }

  stats(): SimulationStats {
    return {
      schools: this.world.schools.length,
      devices: this.world.devices.size,
      snmp: this.#agents.stats(),
      modbus: this.#gateways.stats(),
      boards: this.#boards.stats(),
    };
  }

  async close(): Promise<void> {
    this.#open = false;
    this.#traps.close();
    await this.#boards.close();
    await Promise.all([this.#agents.close(), this.#gateways.close()]);
  }
}

function agentPlan(device: WorldDevice, port: number, community: string): AgentPlan {
  let table: MibTable | undefined;
  return {
    id: device.id,
    address: device.address!,
    port: port === 0 ? 0 : port + (device.portOffset ?? 0),
    // Hosts answer as large as a datagram can be; switches keep to one frame.
    maxMessageSize: device.body.kind === "server" ? UDP_PAYLOAD : ETHERNET_PAYLOAD,
    table: (given) => {
      if (device.silent || given !== community) return undefined;
      if (!table) {
        const builder = new AgentBuilder("table");
        addContents(builder, device);
        table = builder.table();
      }
      return table;
    },
  };
}

function gatewayPlan(school: School, port: number): GatewayPlan {
  const gateway = school.devices.find((device) => device.body.kind === "gateway")!;
  const ups = school.devices.find((device) => device.body.kind === "ups");
  const units = new Map<number, RegisterMap>();
  for (const device of school.devices) {
    const map = device.silent ? undefined : registerMapOf(device);
    if (map && device.unit !== undefined) units.set(device.unit, map);
  }
  const mains = (second: number) =>
    ups?.body.kind !== "ups" || ups.body.ups.value(UPS.secondsOnBattery, second) === 0;
  units.set(GATEWAY_UNIT, gatewayMap(mains));
  return { id: gateway.id, address: gateway.address!, port, units };
}
