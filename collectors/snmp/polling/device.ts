import type {
  Clock,
  DeviceAssignment,
  DeviceLoad,
  DeviceState,
  Scheduler,
  Sink,
} from "../../../src/collection/contract.ts";
import { CounterBank } from "../../../src/measurements/counter.ts";
import type { CompiledProfile } from "../../../src/profiles/compiled.ts";
import { HEARTBEAT_MS, type ProfilePlan, type TablePlan } from "../plan.ts";
import type { Failure } from "../requests/get.ts";
import type { SessionCost, SnmpSession } from "../session.ts";
import type { SecurityProblem } from "../usm/v3-reports.ts";
import { Binding } from "./binding.ts";
import { Breaker } from "./breaker.ts";
import { cpuRise, readCpu } from "./cpu-watch.ts";
import { Emitter } from "./emit.ts";
import { identify, readSystem, type SystemGroup } from "./identity.ts";
import { Poll, type Pulse } from "./poll.ts";
import { type QuestionsOf, readSigns } from "./signs.ts";
import { judgeUptime } from "./uptime.ts";

/** How often a device that is not up is looked at, until it counts as down. */
const CONTACT_MS = 10_000;
/** After so many polls without an answer a device is down ... */
const MISSES = 3;
/** ... and is asked at most this often (faults.md S1). */
const DOWN_PROBE_MS = 300_000;
/** A device is polled out of turn at most this often, ms, whatever it says of itself. */
const NUDGE_EVERY_MS = 10_000;
/** The 5-minute tier is first read within this after contact, the slower ones within `SLOW_FIRST_MS`. */
const MIDDLE_FIRST_MS = 60_000;
const SLOW_FIRST_MS = 300_000;
const TICKS = 2 ** 32;
/** A poll of so many requests may be felt by the device: its CPU is looked at before and after. */
const FELT_REQUESTS = 4;

export interface DeviceContext {
  readonly sink: Sink;
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly random: () => number;
  planOf(signs: SystemGroup, assigned: CompiledProfile | undefined): ProfilePlan | undefined;
  /** Subtrees that decide which profile fits a device that says this of itself. */
  readonly questionsOf?: QuestionsOf;
}

/** One device that is polled: first contact, binding, tiers, and what happens when it falls silent. */
export class PolledDevice {
  readonly #context: DeviceContext;
  readonly #assignment: DeviceAssignment;
  readonly #session: SnmpSession;
  readonly #emitter: Emitter;
  readonly #up: number;
  readonly #pollDuration: number;
  readonly #breaker = new Breaker();
  #uptime = -1;
  #binding: Binding | undefined;
  #system: SystemGroup = {};
  #tiers: (() => void)[] = [];
  #endContact: (() => void) | undefined;
  #state: DeviceState = "unknown";
  #misses = 0;
  #nextProbeAt = 0;
  #nudgedAt = Number.NEGATIVE_INFINITY;
  /** A look is owed: agents show a change in their tables some seconds after they told of it. */
  #lookAgain = false;
  #lastUpTime: { ticks: number; at: number } | undefined;
  #lastTableChange: number | undefined;
  #wraps = 0;
  #stopped = false;
  /** Polls of one device follow each other. */
  #tail: Promise<void> = Promise.resolve();

  constructor(context: DeviceContext, assignment: DeviceAssignment, session: SnmpSession) {
    const { table, batch } = context.sink;
    this.#context = context;
    this.#assignment = assignment;
    this.#session = session;
    this.#emitter = new Emitter(table, batch, new CounterBank());
    this.#up = table.intern("device.up", assignment.tags);
    this.#pollDuration = table.intern("device.poll_duration", assignment.tags);
  }

  /** What polling it costs the device. */
  load(): DeviceLoad {
    const { level, reason } = this.#breaker;
    const { meter, limits } = this.#session;
    return { ...meter.perMinute(), ...limits, level, ...(reason !== undefined && { reason }) };
  }

  /** `firstWithinMs`: the first contact is made within this. */
  start(firstWithinMs: number): void {
    const { device } = this.#assignment;
    const task = (): Promise<void> | void => {
      const due = this.#context.clock.monotonic() >= this.#nextProbeAt;
      if (due && (this.#state !== "up" || this.#misses > 0)) return this.#inTurn(() => this.#contact());
      if (this.#lookAgain && this.#mayLook()) {
        this.#lookAgain = false;
        return this.#pollFast();
      }
    };
    this.#endContact = this.#context.scheduler.every(
      `snmp/${device}/contact`,
      CONTACT_MS,
      task,
      firstWithinMs,
    );
  }

  /** Ends polling; when it resolves nothing is emitted any more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#endContact?.();
    this.#endTiers();
    this.#session.close();
    await this.#tail;
  }

  /** What the device has cost so far. */
  get cost(): Readonly<SessionCost> {
    return this.#session.cost;
  }

  /** Asks a device that is down without waiting for its turn: somebody saw its address answer. */
  retry(): void {
    if (this.#state === "down") this.#nextProbeAt = 0;
  }

  /** Somebody heard that something changed here: the fast values are read now and once more in some seconds. */
  nudge(): void {
    this.retry();
    this.#lookAgain = true;
    if (this.#mayLook()) this.#pollFast().catch(() => this.#context.sink.count("snmp.nudge_failed"));
  }

  /** Whether the device may be polled out of turn now; then it may not for some time. */
  #mayLook(): boolean {
    const now = this.#context.clock.monotonic();
    if (now - this.#nudgedAt < NUDGE_EVERY_MS) return false;
    this.#nudgedAt = now;
    this.#context.sink.count("snmp.nudged");
    return true;
  }

  /** Nothing is asked of a device whose profile the inventory names. */
  get #questionsOf(): QuestionsOf | undefined {
    return this.#assignment.profile ? undefined : this.#context.questionsOf;
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const run = this.#tail.then(() => (this.#stopped ? undefined : work()));
    this.#tail = run.catch(() => undefined);
    return run;
  }

  async #contact(): Promise<void> {
    // Another poll may have been answered while this one waited for its turn.
    if (this.#state === "up" && this.#misses === 0) return;
    const options = this.#state === "down" ? { retries: 0 } : {};
    const { system, failure } = await readSigns(this.#session, this.#questionsOf, options);
    if (this.#stopped) return;
    if (failure) return this.#missed(failure);
    const returning = this.#binding !== undefined && sameDevice(this.#system, system);
    const restarted = this.#noteUpTime(system.sysUpTime);
    this.#system = system;
    if (!returning || restarted) {
      if (!(await this.#bindAll())) return;
    }
    if (this.#stopped) return;
    this.#answered();
    await this.#pollTiers();
  }

  /** Reads the tiers up to a minute, when the device is up. */
  async #pollTiers(): Promise<void> {
    for (const tier of this.#binding?.plan.tiers ?? [])
      if (tier <= HEARTBEAT_MS && this.#state === "up" && !this.#stopped) await this.#poll(tier);
  }

  #pollFast(): Promise<void> {
    return this.#inTurn(() => this.#pollTiers());
  }

  /** Finds the profile and binds every table. False when the device fell silent over it. */
  async #bindAll(): Promise<boolean> {
    const plan = this.#context.planOf(this.#system, this.#assignment.profile);
    if (!plan) {
      this.#endTiers();
      this.#binding = undefined;
      const { device } = this.#assignment;
      const identity = identify(this.#system, undefined, new Map());
      const nothing = {
        interfaces: [],
        addresses: [],
        hosts: [],
        neighbors: [],
        vlans: [],
        entities: [],
        aps: [],
      };
      this.#context.sink.facts({ device, at: this.#context.clock.now(), identity, ...nothing });
      this.#startTiers([HEARTBEAT_MS]);
      return true;
    }
    let binding = this.#binding;
    const isNew = binding?.plan !== plan;
    if (!binding || isNew)
      binding = new Binding(plan, this.#assignment.tags, this.#emitter, this.#context.random);
    else binding.reset();
    if (plan.profile.snmp) this.#session.useQuirks(plan.profile.snmp.quirks);
    binding.sheds = this.#breaker.sheds;
    if (!(await this.#bind(binding, binding.readable(this.#context.clock.monotonic())))) return false;
    if (isNew) {
      this.#binding = binding;
      this.#endTiers();
      this.#startTiers(plan.tiers);
    }
    return true;
  }

  /** Reads tables and tells the facts. False when the device fell silent, or is none of ours any more. */
  async #bind(binding: Binding, plans: readonly TablePlan[]): Promise<boolean> {
    const { sink, clock } = this.#context;
    const { answered, partial } = await binding.read(this.#session, plans);
    if (this.#stopped) return false;
    if (partial.length > 0) sink.count("snmp.partial", partial.length);
    if (!answered) {
      this.#missed({ outcome: "timeout" });
      return false;
    }
    sink.facts(binding.facts(this.#assignment.device, clock.now(), this.#system));
    return true;
  }

  #startTiers(tiers: readonly number[]): void {
    const { scheduler } = this.#context;
    this.#tiers = tiers.map((tier) =>
      scheduler.every(
        `snmp/${this.#assignment.device}/${tier}`,
        tier,
        () => {
          if (this.#state !== "up" || this.#breaker.skips(tier)) return;
          return this.#inTurn(() => this.#poll(tier));
        },
        Math.min(tier, tier <= SLOW_FIRST_MS ? MIDDLE_FIRST_MS : SLOW_FIRST_MS),
      ),
    );
  }

  #endTiers(): void {
    for (const end of this.#tiers) end();
    this.#tiers = [];
  }

  async #poll(tier: number): Promise<void> {
    const { sink, clock } = this.#context;
    const started = clock.monotonic();
    const binding = this.#binding;
    if (!binding) return this.#heartbeat();
    binding.sheds = this.#breaker.sheds;
    this.#session.meter.take();
    let poll = new Poll(this.#session, binding, tier);
    const first = await poll.pulse();
    if (this.#stopped) return;
    if (first.failure) return this.#missed(first.failure);
    const restarted = this.#noteUpTime(first.pulse.sysUpTime);
    if (restarted || this.#tableChanged(first.pulse) || binding.due(started).length > 0) {
      if (!(await this.#bindAgain(binding, restarted))) return;
      if (this.#binding !== binding) return;
      // The rows are new: what the pulse read belongs to the old ones.
      poll = new Poll(this.#session, binding, tier);
      const again = await poll.pulse();
      if (this.#stopped) return;
      if (again.failure) return this.#missed(again.failure);
    }
    const failure = await poll.tables();
    if (this.#stopped) return;
    await this.#judge(tier, binding, poll, failure);
    if (this.#stopped) return;
    const now = clock.now();
    poll.emit(this.#emitter, now, clock.monotonic() - now);
    if (failure) return this.#missed(failure);
    this.#answered();
    if (tier !== HEARTBEAT_MS) return;
    this.#emitPulse(first.pulse, poll.receivedAt || now);
    sink.batch.add(this.#pollDuration, now, (clock.monotonic() - started) / 1000);
  }

  /** Lets the breaker see how the device took the poll. */
  async #judge(tier: number, binding: Binding, poll: Poll, failure: Failure | undefined): Promise<void> {
    const { sink, clock } = this.#context;
    const signs = this.#session.meter.take();
    let rise = Number.NaN;
    if (!failure && poll.cpu.length > 0 && signs.requests >= FELT_REQUESTS) {
      rise = cpuRise(poll.cpu, await readCpu(this.#session, binding));
      this.#session.meter.take();
    }
    const step = this.#breaker.note(tier, signs, rise, clock.monotonic());
    if (step === "up") sink.count("snmp.suffering");
    if (step === "down") sink.count("snmp.relieved");
  }

  /** A device that no profile fits: only whether it answers. */
  async #heartbeat(): Promise<void> {
    const { system, failure } = await readSystem(this.#session, {});
    if (this.#stopped) return;
    if (failure) return this.#missed(failure);
    this.#noteUpTime(system.sysUpTime);
    this.#answered();
    this.#emitPulse(system, this.#context.clock.now());
  }

  #emitPulse(pulse: Pulse, at: number): void {
    const { batch, table } = this.#context.sink;
    batch.add(this.#up, at, 1);
    if (pulse.sysUpTime === undefined || this.#binding?.plan.hasUptime) return;
    if (this.#uptime < 0) this.#uptime = table.intern("device.uptime", this.#assignment.tags);
    batch.add(this.#uptime, at, (pulse.sysUpTime + this.#wraps * TICKS) / 100);
  }

  /** Binds again what is due; after a restart everything, for the device may be another. */
  async #bindAgain(binding: Binding, restarted: boolean): Promise<boolean> {
    if (!restarted) return this.#bind(binding, binding.due(this.#context.clock.monotonic()));
    const { system, failure } = await readSigns(this.#session, this.#questionsOf, {});
    if (this.#stopped) return false;
    if (failure) {
      // The restart must not be forgotten: the next poll looks again.
      binding.reset();
      this.#missed(failure);
      return false;
    }
    this.#system = system;
    return this.#bindAll();
  }

  /** Remembers the device's clock; true when it restarted since. */
  #noteUpTime(ticks: number | undefined): boolean {
    if (ticks === undefined) return false;
    const at = this.#context.clock.monotonic();
    const last = this.#lastUpTime;
    this.#lastUpTime = { ticks, at };
    if (!last) return false;
    const verdict = judgeUptime(last.ticks, ticks, at - last.at);
    if (verdict === "wrapped") this.#wraps++;
    if (verdict !== "restarted") return false;
    this.#wraps = 0;
    this.#context.sink.count("snmp.restarted");
    this.#context.sink.restarted?.(this.#assignment.device, ticks / 100);
    return true;
  }

  #tableChanged(pulse: Pulse): boolean {
    const before = this.#lastTableChange;
    this.#lastTableChange = pulse.ifTableLastChange;
    if (before === undefined || pulse.ifTableLastChange === undefined || before === pulse.ifTableLastChange)
      return false;
    this.#binding?.interfacesChanged();
    return true;
  }

  #answered(): void {
    this.#misses = 0;
    this.#nextProbeAt = 0;
    this.#state = "up";
    this.#context.sink.state(this.#assignment.device, "up", this.#breaker.reason);
  }

  #missed(failure: Failure): void {
    const { sink, clock, random } = this.#context;
    if (this.#stopped || failure.outcome === "closed") return;
    this.#misses++;
    if (this.#misses >= MISSES) {
      this.#state = "down";
      // Spread, so that a county's devices are not all asked in one second.
      this.#nextProbeAt = clock.monotonic() + DOWN_PROBE_MS * (1 + 0.1 * random());
    }
    sink.batch.add(this.#up, clock.now(), 0);
    sink.state(this.#assignment.device, this.#state, describeFailure(failure, this.#session.problem));
  }
}

function sameDevice(before: SystemGroup, now: SystemGroup): boolean {
  return (
    before.sysObjectID === now.sysObjectID &&
    before.sysDescr === now.sysDescr &&
    (before.engineId ?? now.engineId) === (now.engineId ?? before.engineId)
  );
}

function describeFailure(failure: Failure, problem: SecurityProblem | undefined): string {
  switch (failure.outcome) {
    case "timeout":
      return problem ? `no SNMP answer: ${problem.text}` : "no SNMP answer";
    case "refused":
      return problem?.text ?? "SNMPv3 security failed";
    case "unreachable":
      return "no way to send to the device's address";
    case "status":
      return `the SNMP agent answered ${failure.status}`;
    case "closed":
      return "closed";
  }
}
