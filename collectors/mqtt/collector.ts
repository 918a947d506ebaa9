import type { Clock, Collector, DeviceAssignment, Scheduler, Sink } from "../../src/collection/contract.ts";
import { STATUS } from "../../src/measurements/status.ts";
import { applyRule, type Reading } from "../../src/profiles/apply-rule.ts";
import {
  availability,
  cleanText,
  deviceTime,
  fingerprint,
  type Json,
  lookUp,
  NEWEST_MS,
  OLDEST_MS,
  parsePayload,
  rawValue,
} from "./decode.ts";
import { type BoundDevice, type BoundTopic, bindDevice, RouteTable } from "./plan.ts";
import { BrokerLink, type IncomingMessage, type MqttConnection } from "./transport.ts";

/** Where messages come from without a connection: the embedded broker in the same process. */
export interface MessageSource {
  /** Calls `listener` for each message before it is acknowledged; answers a function that ends it. */
  tap(listener: (message: IncomingMessage) => void): () => void;
}

export interface MqttCollectorOptions {
  readonly sink: Sink;
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  /** 0 <= random() < 1. */
  readonly random: () => number;
  /** Id of this node; part of the client ids. */
  readonly node: string;
  readonly connections: readonly MqttConnection[];
  /** Read directly, besides the connections. */
  readonly embedded?: MessageSource | undefined;
  /** Resolves when everything that is in `sink.batch` at the call is committed. */
  committed(): Promise<void>;
  /** Messages taken and not yet acknowledged on one connection, at most; default 1000. */
  readonly mostInFlight?: number;
  /** Told when a connection comes up or goes, with the reason, for the log. No secret is in it. */
  readonly onConnection?: (name: string, up: boolean, reason: string) => void;
  /** Told of our own faults, for the log. */
  readonly onFault?: (error: unknown) => void;
  readonly connectTimeoutMs?: number;
  readonly keepaliveS?: number;
  /** Waits between attempts to connect, ms; default 1 s to 60 s. */
  readonly backoffMs?: { readonly first: number; readonly longest: number };
}

const EMBEDDED = "embedded";
const SWEEP_MS = 10_000;
/** While a device is down its `device.up` is told again this often. */
const TELL_DOWN_MS = 60_000;

/** Takes what devices publish, through any MQTT 3.1.1 or 5 broker, as their profiles say. */
export class MqttCollector implements Collector {
  readonly protocol = "mqtt";
  readonly #options: MqttCollectorOptions;
  readonly #links: readonly BrokerLink[];
  readonly #routes = new RouteTable();
  readonly #devices = new Map<string, BoundDevice>();
  readonly #reading: Reading = { value: Number.NaN, status: STATUS.ok };
  readonly #endings: (() => void)[] = [];
  #opened = false;
  #closed = false;

  /** @throws CampusError E_SETTINGS for a connection whose URL cannot be used */
  constructor(options: MqttCollectorOptions) {
    this.#options = options;
    const { clock, random, sink } = options;
    this.#links = options.connections.map((connection) => {
      const link: BrokerLink = new BrokerLink(connection, options.node, {
        clock,
        random,
        count: (name, by) => {
          if (!this.#closed) sink.count(name, by);
        },
        committed: () => options.committed(),
        mostInFlight: options.mostInFlight ?? 1000,
        connectTimeoutMs: options.connectTimeoutMs ?? 10_000,
        keepaliveS: options.keepaliveS ?? 30,
        backoffMs: options.backoffMs ?? { first: 1000, longest: 60_000 },
        onMessage: (message) => this.#receive(message, connection.name),
        onChange: () => this.#changed(link),
      });
      return link;
    });
  }

  /** Starts to connect; brokers that are away are no error. */
  async open(_signal: AbortSignal): Promise<void> {
    if (this.#closed || this.#opened) return;
    this.#opened = true;
    for (const link of this.#links) link.open();
    const { embedded, scheduler } = this.#options;
    if (embedded) this.#endings.push(embedded.tap((message) => this.#receive(message, EMBEDDED)));
    this.#endings.push(scheduler.every("mqtt:silence", SWEEP_MS, () => this.#sweep()));
  }

  assign(assignment: DeviceAssignment): void {
    this.unassign(assignment.device);
    if (this.#closed) return;
    const { sink, clock } = this.#options;
    const plan = assignment.profile?.mqtt;
    if (!plan || plan.topics.length === 0) {
      sink.count("mqtt.no_profile");
      sink.state(assignment.device, "unknown", "no MQTT profile is named for this device");
      return;
    }
    const device = bindDevice(assignment, plan, sink.table, this.#routes, clock.monotonic());
    this.#devices.set(assignment.device, device);
    this.#subscribe();
  }

  unassign(device: string): void {
    const bound = this.#devices.get(device);
    if (!bound) return;
    this.#devices.delete(device);
    for (const route of bound.routes) this.#routes.leave(route, device);
    this.#subscribe();
  }

  async close(): Promise<void> {
    // What is taken is acknowledged before the connections go; nothing new is taken.
    this.#closed = true;
    for (const end of this.#endings.splice(0)) end();
    await Promise.all(this.#links.map((link) => link.close()));
    this.#devices.clear();
  }

  /** After all assignments of this turn, so that a thousand devices make one SUBSCRIBE. */
  #subscribe(): void {
    if (this.#subscribing) return;
    this.#subscribing = true;
    queueMicrotask(() => {
      this.#subscribing = false;
      if (this.#closed) return;
      const filters = this.#routes.filters();
      for (const link of this.#links) link.setFilters(filters);
    });
  }
  #subscribing = false;

  /** A fault of our own is counted and told; it must not end the process from within a client's event. */
  #receive(message: IncomingMessage, from: string): void {
    try {
      this.#take(message, from);
    } catch (error) {
      this.#options.sink.count("mqtt.fault");
      this.#options.onFault?.(error);
    }
  }

  #take(message: IncomingMessage, from: string): void {
    if (this.#closed) return;
    const { sink } = this.#options;
    sink.count("mqtt.messages");
    const found = this.#routes.find(message.topic);
    if (found.kind !== "bound") {
      sink.count(found.kind === "misplaced" ? "mqtt.misplaced" : "mqtt.unknown_device");
      return;
    }
    const { bound } = found;
    if (bound.topic.kind === "availability") this.#available(bound, message, from);
    else this.#telemetry(bound, message, from);
  }

  #available(bound: BoundTopic, message: IncomingMessage, from: string): void {
    const { sink, clock } = this.#options;
    // An empty retained message takes a retained one back.
    if (message.payload.length === 0) return;
    const online = availability(bound.topic, message.payload);
    if (online === undefined) {
      sink.count("mqtt.payload");
      return;
    }
    const { device } = bound;
    if (online) {
      this.#heard(device, from);
      return;
    }
    device.heardOn = from;
    device.since = clock.monotonic();
    if (!device.offline) {
      device.offline = true;
      const now = clock.now();
      // What was read last no longer holds: the source itself says so.
      for (const topic of device.topics)
        for (const { series } of topic.points) sink.batch.addStatus(series, now, STATUS.stale);
    }
    this.#down(device, "the device's availability topic says that it is offline", true);
  }

  #telemetry(bound: BoundTopic, message: IncomingMessage, from: string): void {
    const { sink, clock } = this.#options;
    const { topic, device } = bound;
    const { payload } = message;
    if (payload.length === 0 && message.retain) return;
    const parsed = parsePayload(payload);
    if (!parsed.ok) {
      sink.count("mqtt.payload");
      // The device lives, even though what it says cannot be read.
      if (!message.retain) this.#heard(device, from, `a payload cannot be read: ${parsed.reason}`);
      return;
    }
    const now = clock.now();
    const own = topic.time ? deviceTime(topic.time, parsed.json) : undefined;
    const trusted = own !== undefined && own >= now - OLDEST_MS && own <= now + NEWEST_MS;
    if (topic.time && own === undefined) sink.count("mqtt.no_time");
    else if (topic.time && !trusted) sink.count("mqtt.skew");
    if (message.retain) {
      sink.count("mqtt.retained");
      // A retained message is of unknown age unless it carries a time that can be believed.
      if (!trusted) return;
    }
    const print = fingerprint(payload);
    const same = print === bound.lastPayload;
    const repeated = own !== undefined && own === bound.lastTime;
    bound.lastPayload = print;
    bound.lastTime = own;
    if (!message.retain || now - own! <= device.silentAfterMs) this.#heard(device, from);
    if (same && (repeated || message.duplicate)) {
      sink.count("mqtt.duplicate");
      return;
    }
    // Another value for a time that was told before: the last one wins.
    if (repeated) sink.count("mqtt.rewritten");
    this.#values(bound, parsed.json, trusted ? own : now);
    this.#identify(device, topic.identity, parsed.json, now);
  }

  #values(bound: BoundTopic, json: Json, time: number): void {
    const { batch } = this.#options.sink;
    const reading = this.#reading;
    for (const { point, series } of bound.points) {
      const raw = rawValue(point, json);
      if (raw === undefined) {
        batch.addStatus(series, time, STATUS.absent);
        continue;
      }
      const inputs = point.rule.expression?.inputs.map((name) => (name === "raw" ? raw : Number.NaN));
      applyRule(point.rule, raw, reading, inputs);
      if (reading.status === STATUS.ok) batch.add(series, time, reading.value);
      else batch.addStatus(series, time, reading.status);
    }
  }

  #identify(
    device: BoundDevice,
    members: readonly (readonly [string, readonly string[]])[],
    json: Json,
    now: number,
  ): void {
    const identity: Record<string, string> = { ...device.identity };
    let changed = !device.told;
    for (const [member, path] of members) {
      const text = cleanText(lookUp(json, path));
      if (text === undefined || identity[member] === text) continue;
      identity[member] = text;
      changed = true;
    }
    if (!changed) return;
    device.identity = identity;
    device.told = true;
    const { profile } = device.assignment;
    this.#options.sink.facts({
      device: device.assignment.device,
      at: now,
      identity: profile
        ? { profile: profile.id, vendor: profile.vendor, os: profile.os, ...identity }
        : identity,
      interfaces: [],
      addresses: [],
      hosts: [],
      neighbors: [],
      vlans: [],
      entities: [],
      aps: [],
    });
  }

  #heard(device: BoundDevice, from: string, remark?: string): void {
    const { sink, clock } = this.#options;
    device.since = clock.monotonic();
    device.heardOn = from;
    device.offline = false;
    device.toldAt = device.since;
    sink.batch.add(device.upSeries, clock.now(), 1);
    sink.state(device.assignment.device, "up", remark);
  }

  #down(device: BoundDevice, reason: string, tellNow: boolean): void {
    const { sink, clock } = this.#options;
    sink.state(device.assignment.device, "down", reason);
    const at = clock.monotonic();
    if (!tellNow && at - device.toldAt < TELL_DOWN_MS) return;
    device.toldAt = at;
    sink.batch.add(device.upSeries, clock.now(), 0);
  }

  #sweep(): void {
    if (this.#closed) return;
    const now = this.#options.clock.monotonic();
    const away = this.#away();
    for (const device of this.#devices.values()) {
      const reason = this.#unreachable(device, away);
      if (reason !== undefined) {
        // Nothing is known of the device while its broker is away; silence counts from its return.
        device.since = now;
        this.#options.sink.state(device.assignment.device, "unknown", reason);
      } else if (device.offline)
        this.#down(device, "the device's availability topic says that it is offline", false);
      else if (now - device.since > device.silentAfterMs)
        this.#down(device, `no message for ${Math.round(device.silentAfterMs / 1000)} s`, false);
    }
  }

  /** Reasons of the connections that are not up, by name. */
  #away(): ReadonlyMap<string, string> {
    return new Map(
      this.#links.filter((link) => !link.up).map((link) => [link.connection.name, link.reason] as const),
    );
  }

  /** Why nothing can be heard of the device: its connection is away, or before its first message all are. */
  #unreachable(device: BoundDevice, away: ReadonlyMap<string, string>): string | undefined {
    if (device.heardOn !== undefined) return away.get(device.heardOn);
    if (this.#options.embedded || away.size < this.#links.length) return undefined;
    return away.values().next().value ?? "no broker is set up";
  }

  #changed(link: BrokerLink): void {
    if (!this.#closed) this.#options.onConnection?.(link.connection.name, link.up, link.reason);
    if (this.#closed || link.up) {
      if (link.up) for (const device of this.#devices.values()) this.#returned(device, link);
      return;
    }
    const away = this.#away();
    for (const device of this.#devices.values()) {
      const reason = this.#unreachable(device, away);
      if (reason !== undefined) this.#options.sink.state(device.assignment.device, "unknown", reason);
    }
  }

  /** Silence counts from the moment at which the device could be heard again. */
  #returned(device: BoundDevice, link: BrokerLink): void {
    if (device.heardOn === undefined || device.heardOn === link.connection.name)
      device.since = this.#options.clock.monotonic();
  }
}
