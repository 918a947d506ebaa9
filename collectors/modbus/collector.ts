import type { Clock, Collector, DeviceAssignment, Scheduler, Sink } from "../../src/collection/contract.ts";
import { STATUS, type Status } from "../../src/measurements/status.ts";
import { applyRule, type Reading } from "../../src/profiles/apply-rule.ts";
import { RegisterReader } from "./decode.ts";
import { type BoundRead, planUnit, type Tier, type UnitPlan } from "./plan.ts";
import { ConnectionPool } from "./pool.ts";
import { Gateway, type ReadOutcome } from "./transport.ts";

export interface ModbusCollectorOptions {
  readonly sink: Sink;
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  /** 0 <= random() < 1. */
  readonly random: () => number;
  /** Most time from a request to its whole answer, ms; default 2000. */
  readonly timeoutMs?: number;
  /** TCP connections open at a time, one a gateway; default 64. */
  readonly connections?: number;
  /** Default 3000. */
  readonly connectTimeoutMs?: number;
  /** Waits between attempts to connect to a gateway, ms; default 1 s to 60 s. */
  readonly backoffMs?: { readonly first: number; readonly longest: number };
}

interface Unit {
  readonly plan: UnitPlan;
  readonly gatewayKey: string;
  readonly gateway: Gateway;
  readonly assignment: DeviceAssignment;
  readonly endTasks: (() => void)[];
  /** Last raw values, for expressions that name other points. */
  readonly raws: Float64Array;
  ended: boolean;
  /** Runs in a row in which the unit was silent. */
  misses: number;
  /** Monotonic ms before which a silent unit is not asked. */
  notBefore: number;
  reason: string;
  told: boolean;
}

/** After this many silent runs a unit is asked less and less often, so that it does not hold up its neighbours. */
const MISSES_BEFORE_PAUSE = 3;
const LONGEST_PAUSE_MS = 300_000;
/** GATEWAY PATH UNAVAILABLE and GATEWAY TARGET DEVICE FAILED TO RESPOND (Modbus V1.1b3, section 7). */
const GATEWAY_EXCEPTIONS = new Set([0x0a, 0x0b]);

/** Reads Modbus TCP devices, and units behind gateways, as their profiles say. */
export class ModbusCollector implements Collector {
  readonly protocol = "modbus";
  readonly #options: ModbusCollectorOptions;
  readonly #units = new Map<string, Unit>();
  readonly #gateways = new Map<string, { readonly gateway: Gateway; users: number }>();
  readonly #running = new Set<Promise<void>>();
  readonly #leaving = new Set<Promise<void>>();
  readonly #reader = new RegisterReader();
  readonly #reading: Reading = { value: Number.NaN, status: STATUS.ok };
  readonly #pool: ConnectionPool;
  #closed = false;

  constructor(options: ModbusCollectorOptions) {
    this.#options = options;
    this.#pool = new ConnectionPool(options.connections ?? 64);
  }

  /** Nothing to open: connections are made when a unit is due. */
  async open(_signal: AbortSignal): Promise<void> {}

  assign(assignment: DeviceAssignment): void {
    this.unassign(assignment.device);
    if (this.#closed) return;
    const { sink, scheduler } = this.#options;
    const modbus = assignment.profile?.modbus;
    if (!modbus || modbus.reads.length === 0) {
      sink.count("modbus.no_profile");
      sink.state(assignment.device, "unknown", "no Modbus profile is named for this device");
      return;
    }
    const plan = planUnit(assignment, modbus, sink.table);
    const gatewayKey = `${assignment.endpoint.address} ${assignment.endpoint.port}`;
    const unit: Unit = {
      plan,
      gatewayKey,
      gateway: this.#enter(gatewayKey, assignment),
      assignment,
      endTasks: [],
      raws: new Float64Array(plan.rawCount).fill(Number.NaN),
      ended: false,
      misses: 0,
      notBefore: 0,
      reason: "",
      told: false,
    };
    this.#units.set(assignment.device, unit);
    for (const tier of plan.tiers) {
      unit.endTasks.push(
        scheduler.every(`modbus:${assignment.device}:${tier.everyMs}`, tier.everyMs, (signal) =>
          this.#track(this.#poll(unit, tier, signal)),
        ),
      );
    }
  }

  unassign(device: string): void {
    const unit = this.#units.get(device);
    if (!unit) return;
    this.#units.delete(device);
    unit.ended = true;
    for (const end of unit.endTasks) end();
    this.#leave(unit.gatewayKey);
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const device of [...this.#units.keys()]) this.unassign(device);
    await Promise.all([...this.#leaving]);
    await Promise.all([...this.#running]);
  }

  #enter(key: string, assignment: DeviceAssignment): Gateway {
    const known = this.#gateways.get(key);
    if (known) {
      known.users++;
      return known.gateway;
    }
    const { sink, clock, random } = this.#options;
    const gateway = new Gateway(assignment.endpoint, {
      clock,
      random,
      pool: this.#pool,
      count: (name, by) => {
        if (!this.#closed) sink.count(name, by);
      },
      timeoutMs: this.#options.timeoutMs ?? 2000,
      connectTimeoutMs: this.#options.connectTimeoutMs ?? 3000,
      backoffMs: this.#options.backoffMs ?? { first: 1000, longest: 60_000 },
    });
    this.#gateways.set(key, { gateway, users: 1 });
    return gateway;
  }

  #leave(key: string): void {
    const entry = this.#gateways.get(key);
    if (!entry || --entry.users > 0) return;
    this.#gateways.delete(key);
    const leaving = entry.gateway.close();
    this.#leaving.add(leaving);
    void leaving.finally(() => this.#leaving.delete(leaving));
  }

  #track(run: Promise<void>): Promise<void> {
    this.#running.add(run);
    return run.finally(() => this.#running.delete(run));
  }

  async #poll(unit: Unit, tier: Tier, signal: AbortSignal): Promise<void> {
    const { sink, clock } = this.#options;
    const { plan } = unit;
    const started = clock.monotonic();
    if (started < unit.notBefore) {
      sink.batch.add(plan.upSeries, clock.now(), 0);
      sink.state(plan.device, "down", unit.reason);
      return;
    }
    let answered = false;
    let silent: string | undefined;
    let gatewayAway = false;
    let refused: string | undefined;
    for (const read of tier.reads) {
      if (silent !== undefined) {
        this.#absent(read, clock.now(), STATUS.timeout);
        continue;
      }
      const { functionCode, address, count } = read.read;
      const request = { unit: plan.unit, functionCode, address, count, pauseMs: plan.pauseMs };
      let outcome = await unit.gateway.read(request);
      if (outcome.kind === "timeout" && unit.misses === 0 && !unit.ended && !signal.aborted) {
        // One answer lost on a bus, or one busy second of ours, does not make a meter silent.
        sink.count("modbus.retry");
        outcome = await unit.gateway.read(request);
      }
      if (unit.ended || signal.aborted) return;
      const now = clock.now();
      const fault = this.#take(unit, read, outcome, now);
      if (fault === undefined) answered = true;
      else if (outcome.kind === "exception" && !GATEWAY_EXCEPTIONS.has(outcome.code)) {
        answered = true;
        refused = fault;
      } else {
        silent = fault;
        gatewayAway = outcome.kind === "offline";
      }
    }
    const now = clock.now();
    if (silent !== undefined && !answered) {
      unit.reason = silent;
      // A gateway that is away has its own back-off; its units are asked as soon as it is back.
      if (!gatewayAway) this.#missed(unit, tier);
      sink.batch.add(plan.upSeries, now, 0);
      sink.state(plan.device, "down", silent);
      return;
    }
    unit.misses = 0;
    sink.batch.add(plan.upSeries, now, 1);
    if (tier === plan.tiers[0])
      sink.batch.add(plan.durationSeries, now, (clock.monotonic() - started) / 1000);
    this.#tell(unit, now);
    sink.state(plan.device, "up", silent ?? refused);
  }

  /** Puts what one read gave into the batch; answers why it gave no data, for people. */
  #take(unit: Unit, bound: BoundRead, outcome: ReadOutcome, now: number): string | undefined {
    const { read } = bound;
    switch (outcome.kind) {
      case "data":
        this.#values(unit, bound, outcome.octets, now);
        return undefined;
      case "exception": {
        const gateway = GATEWAY_EXCEPTIONS.has(outcome.code);
        this.#absent(bound, now, gateway ? STATUS.timeout : STATUS.refused);
        return gateway
          ? `gateway ${unit.gateway.name} says that unit ${unit.plan.unit} does not answer (exception ${outcome.code})`
          : `unit ${unit.plan.unit} refuses function ${read.functionCode} at 0x${read.address.toString(16).padStart(4, "0")} (exception ${outcome.code})`;
      }
      case "timeout":
      case "protocol":
      case "offline":
        this.#absent(bound, now, STATUS.timeout);
        return outcome.text;
    }
  }

  #values(unit: Unit, bound: BoundRead, octets: Uint8Array, now: number): void {
    const { batch } = this.#options.sink;
    const { raws } = unit;
    const reading = this.#reading;
    for (const { point, raw } of bound.points)
      raws[raw] = this.#reader.read(octets, bound.read.functionCode, point);
    for (const { point, raw, series, inputs } of bound.points) {
      applyRule(
        point.rule,
        raws[raw]!,
        reading,
        inputs.length === 0 ? undefined : inputs.map((index) => raws[index] ?? Number.NaN),
      );
      if (reading.status === STATUS.ok) batch.add(series, now, reading.value);
      else batch.addStatus(series, now, reading.status);
    }
  }

  #absent(bound: BoundRead, now: number, status: Status): void {
    const { batch } = this.#options.sink;
    for (const { series } of bound.points) batch.addStatus(series, now, status);
  }

  #missed(unit: Unit, tier: Tier): void {
    unit.misses++;
    if (unit.misses < MISSES_BEFORE_PAUSE) return;
    const pause = Math.min(
      LONGEST_PAUSE_MS,
      tier.everyMs * 2 ** Math.min(unit.misses - MISSES_BEFORE_PAUSE, 20),
    );
    // Half an interval early, so that the run which is due then is not the one that is left out.
    unit.notBefore = this.#options.clock.monotonic() + pause - tier.everyMs / 2;
  }

  #tell(unit: Unit, now: number): void {
    if (unit.told) return;
    unit.told = true;
    const { profile } = unit.assignment;
    this.#options.sink.facts({
      device: unit.plan.device,
      at: now,
      identity: profile ? { profile: profile.id, vendor: profile.vendor, os: profile.os } : {},
      interfaces: [],
      addresses: [],
      hosts: [],
      neighbors: [],
      vlans: [],
      entities: [],
      aps: [],
    });
  }
}
