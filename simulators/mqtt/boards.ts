import { connect, type MqttClient } from "mqtt";
import { CampusError } from "../../src/errors/campus-error.ts";
import type { Board } from "../behaviour/board.ts";
import type { World } from "../world/world.ts";

/** Where the gateways publish. */
export interface BrokerOptions {
  /** `mqtt://host:port`. */
  readonly url: string;
  /** Empty: anonymous. */
  readonly username: string;
  readonly password: string;
}

export interface BoardStats {
  readonly gateways: number;
  readonly connected: number;
  readonly published: number;
  /** Messages not sent because the gateway was not connected or the broker did not keep up. */
  readonly skipped: number;
}

interface Publisher {
  readonly topic: string;
  readonly board: Board;
  readonly silent: boolean;
  /** Second within the interval at which this board speaks. */
  readonly phase: number;
  sequence: number;
}

interface Gateway {
  readonly id: string;
  readonly topic: string;
  readonly boards: readonly Publisher[];
  readonly client: MqttClient;
  waiting: number;
}

/** Unacknowledged messages a gateway holds before it leaves readings out. */
const MAX_WAITING = 200;
const CONNECT_MS = 10_000;
const GOODBYE_MS = 2_000;

/** Topic of a device: `edu/{province}/{city}/{county}/{school}/{room}/{device}`, room as `building-room`. */
export function topicOf(
  region: string,
  school: string,
  building: string,
  room: string,
  device: string,
): string {
  return `edu/${region}/${school}/${building}-${room}/${device}`;
}

/**
 * The boards of all schools: one MQTT 3.1.1 connection a school, a telemetry message a board and interval (QoS 1),
 * availability retained. Values are those of the whole second in `ts`.
 */
export class Boards {
  readonly #world: World;
  readonly #now: () => number;
  readonly #intervalSeconds: number;
  #gateways: Gateway[] = [];
  #timer: NodeJS.Timeout | undefined;
  #lastSecond = 0;
  #published = 0;
  #skipped = 0;

  /** `now` is UTC ms; the interval is rounded to whole seconds, at least one. */
  constructor(world: World, now: () => number, intervalMs: number) {
    this.#world = world;
    this.#now = now;
    this.#intervalSeconds = Math.max(1, Math.round(intervalMs / 1000));
  }

  /** Resolves when every gateway is connected. Throws E_MQTT, naming the broker; nothing stays connected then. */
  async open(broker: BrokerOptions, signal: AbortSignal): Promise<void> {
    if (this.#gateways.length > 0) await this.close();
    signal.throwIfAborted();
    const opened: Promise<void>[] = [];
    for (const school of this.#world.schools) {
      const gateway = school.devices.find((device) => device.body.kind === "gateway");
      if (!gateway) continue;
      const topic = topicOf(this.#world.region, school.id, gateway.building!, gateway.room!, gateway.id);
      const client = connect(broker.url, {
        protocolVersion: 4,
        clientId: gateway.id,
        ...(broker.username === "" ? {} : { username: broker.username, password: broker.password }),
        clean: true,
        connectTimeout: CONNECT_MS,
        reconnectPeriod: 2_000,
        queueQoSZero: false,
        will: { topic: `${topic}/availability`, payload: Buffer.from("offline"), qos: 1, retain: true },
      });
      const boards = school.devices.flatMap((device, i): Publisher[] =>
        device.body.kind === "board"
          ? [
              {
                topic: topicOf(this.#world.region, school.id, device.building!, device.room!, device.id),
                board: device.body.board,
                silent: device.silent,
                phase: (i * 7 + school.index * 3) % this.#intervalSeconds,
                sequence: 0,
              },
            ]
          : [],
      );
      const entry: Gateway = { id: gateway.id, topic, boards, client, waiting: 0 };
      this.#gateways.push(entry);
      client.on("connect", () => this.#greet(entry));
      opened.push(firstConnect(client, broker.url));
    }
    try {
      await abortable(Promise.all(opened), signal);
    } catch (error) {
      await this.close();
      throw error;
    }
    this.#lastSecond = Math.floor(this.#now() / 1000);
    for (const gateway of this.#gateways)
      for (const board of gateway.boards) this.#publish(gateway, board, this.#lastSecond);
    this.#arm();
  }

  stats(): BoardStats {
    return {
      gateways: this.#gateways.length,
      connected: this.#gateways.filter((gateway) => gateway.client.connected).length,
      published: this.#published,
      skipped: this.#skipped,
    };
  }

  /** Says goodbye (availability offline), then disconnects. Nothing is published after it resolves. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const gateways = this.#gateways;
    this.#gateways = [];
    await Promise.all(gateways.map((gateway) => goodbye(gateway)));
  }

  /** Wakes just after each whole second. */
  #arm(): void {
    const wait = 1005 - (this.#now() % 1000);
    this.#timer = setTimeout(() => {
      const second = Math.floor(this.#now() / 1000);
      // After a pause of the process the missed seconds are not made up: a board would not either.
      for (let s = Math.max(this.#lastSecond + 1, second - 2); s <= second; s++) this.#tick(s);
      this.#lastSecond = second;
      this.#arm();
    }, wait);
  }

  #tick(second: number): void {
    for (const gateway of this.#gateways)
      for (const board of gateway.boards)
        if (second % this.#intervalSeconds === board.phase) this.#publish(gateway, board, second);
  }

  #publish(gateway: Gateway, board: Publisher, second: number): void {
    if (board.silent) return;
    if (!gateway.client.connected || gateway.waiting >= MAX_WAITING) {
      this.#skipped++;
      return;
    }
    const record = board.board.record(second, board.sequence++);
    gateway.waiting++;
    gateway.client.publish(`${board.topic}/telemetry`, JSON.stringify(record), { qos: 1 }, (error) => {
      gateway.waiting--;
      if (error) this.#skipped++;
      else this.#published++;
    });
  }

  /** At each connect: who is there. A board that does not answer its gateway is offline. */
  #greet(gateway: Gateway): void {
    const options = { qos: 1, retain: true } as const;
    gateway.client.publish(`${gateway.topic}/availability`, "online", options, ignore);
    for (const board of gateway.boards)
      gateway.client.publish(
        `${board.topic}/availability`,
        board.silent ? "offline" : "online",
        options,
        ignore,
      );
  }
}

function ignore(): void {
  // Sent again at the next connect.
}

function firstConnect(client: MqttClient, url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const deadline = setTimeout(() => fail(new Error("no answer")), CONNECT_MS);
    const fail = (error: Error): void => {
      clearTimeout(deadline);
      // The message of a refused CONNECT names the reason, never the password.
      reject(
        new CampusError("E_MQTT", `cannot connect to ${url}: ${error.message || "refused"}`, { url }, error),
      );
    };
    client.once("connect", () => {
      clearTimeout(deadline);
      resolve();
    });
    // Later errors end in a reconnect; without a listener they would end the process.
    client.on("error", fail);
  });
}

async function goodbye({ client, topic, boards }: Gateway): Promise<void> {
  const end = (force: boolean) => new Promise<void>((resolve) => client.end(force, {}, () => resolve()));
  if (!client.connected) return end(true);
  const options = { qos: 1, retain: true } as const;
  const topics = [topic, ...boards.map((board) => board.topic)];
  const said = Promise.allSettled(
    topics.map((each) => client.publishAsync(`${each}/availability`, "offline", options)),
    // Not by force: that would leave out DISCONNECT, and the broker would send the will.
  ).then(() => end(false));
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, GOODBYE_MS);
  }).then(() => end(true));
  await Promise.race([said, late]);
  clearTimeout(timer);
}

function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}
