import { spawn } from "node:child_process";
import { connect } from "mqtt";
import { afterEach, describe, expect, it } from "vitest";
import { MqttBroker, type MqttBrokerOptions } from "../../collectors/mqtt/broker.ts";
import { MqttCollector } from "../../collectors/mqtt/collector.ts";
import { Secret } from "../../src/settings/secret.ts";
import { HandScheduler, shown, TestClock, TestSink, until } from "../modbus/harness.ts";
import { binary, describeWith } from "../support/servers.ts";
import {
  broker,
  client,
  clients,
  closing,
  connectPacket,
  counted,
  denials,
  PASSWORD,
  raw,
  SCOPE_A,
  SCOPE_B,
  start,
  stop,
  user,
} from "./embedded.ts";
import { publish } from "./mosquitto.ts";
import { board, PLAIN, topicOf } from "./profiles.ts";

afterEach(stop);

describe("letting people in", () => {
  it("refuses to listen off loopback without users, and for nobody", () => {
    const make = (options: Partial<MqttBrokerOptions>) => () =>
      new MqttBroker({ port: 0, users: [], count: () => {}, ...options });
    const named = [user("a", "#")];
    expect(make({ host: "0.0.0.0", anonymous: true, users: named })).toThrow(
      expect.objectContaining({ code: "E_SETTINGS" }),
    );
    expect(make({ host: "::", users: [] })).toThrow(expect.objectContaining({ code: "E_SETTINGS" }));
    expect(make({})).toThrow(expect.objectContaining({ code: "E_SETTINGS" }));
    expect(make({ users: [...named, ...named] })).toThrow(expect.objectContaining({ code: "E_SETTINGS" }));
    expect(make({ host: "0.0.0.0", users: named })).not.toThrow();
    expect(make({ anonymous: true })).not.toThrow();
  });

  it("says that its port is taken", async () => {
    await start();
    const second = new MqttBroker({ port: broker.port, users: [user("a", "#")], count: () => {} });
    await expect(second.open(new AbortController().signal)).rejects.toMatchObject({ code: "E_PORT_TAKEN" });
    await second.close();
  });

  it("turns wrong passwords, unknown users and no user away, and lets the right one in", async () => {
    await start();
    for (const options of [
      { username: "a", password: "wrong" },
      { username: "nobody", password: PASSWORD },
      { username: "a" },
      {},
    ]) {
      const made = connect({
        host: "127.0.0.1",
        port: broker.port,
        protocolVersion: 4,
        reconnectPeriod: 0,
        ...options,
      });
      clients.push(made);
      const error = await new Promise<Error>((resolve) => made.once("error", resolve));
      expect(error.message).toMatch(/Bad username or password/);
    }
    expect(denials.map((denial) => denial.action)).toEqual(["connect", "connect", "connect", "connect"]);
    expect(JSON.stringify(denials)).not.toContain(PASSWORD);
    expect((await client("a")).closed).toBe(0);
  });

  it("lets clients without a user in on loopback when it is told to", async () => {
    await start({ users: [], anonymous: true });
    const made = connect({ host: "127.0.0.1", port: broker.port, protocolVersion: 4, reconnectPeriod: 0 });
    clients.push(made);
    await until(() => made.connected, "the client");
  });

  it("turns clients away beyond its most", async () => {
    await start({ mostClients: 2 });
    await client("a");
    await client("a");
    const third = raw();
    await closing(third);
    expect(counted("broker.full")).toBe(1);
  });

  it("ends a connection that sends no CONNECT", async () => {
    await start({ connectTimeoutMs: 100 });
    const silent = raw();
    const trickling = raw();
    trickling.write(connectPacket("x").subarray(0, 5));
    await Promise.all([closing(silent), closing(trickling)]);
    expect(counted("broker.connection_error")).toBe(2);
  });
});

/** S17, small: a gateway of one school and everything it must not do to another. */
describe("scopes", () => {
  it("keeps a user within its topics", async () => {
    await start();
    const b = await client("b");
    await b.client.subscribeAsync(SCOPE_B, { qos: 1 });
    const a = await client("a");
    const forbidden = [
      "#",
      "+/#",
      "edu/#",
      SCOPE_B,
      "edu/+/+/+/school-b/+",
      "$SYS/#",
      "$share/x/edu/#",
      "+/+/+/+/+/x",
    ];
    const granted = await a.client.subscribeAsync([...forbidden], { qos: 1 }).catch((error: Error) => error);
    if (Array.isArray(granted)) expect(granted.every((grant) => grant.qos === 128)).toBe(true);
    else expect(granted.message).toMatch(/Unspecified error/);
    expect(denials.filter((denial) => denial.action === "subscribe").map((denial) => denial.topic)).toEqual(
      forbidden,
    );
    b.client.publish("edu/51/5101/510182/school-b/r/d/telemetry", "secret of b", { qos: 1 });
    await until(() => b.messages.length === 1, "b's own message");
    for (const topic of [
      "edu/51/5101/510182/school-b/r/d/telemetry",
      "x",
      "$SYS/x",
      "edu/51/5101/510182/school-ax/y",
    ]) {
      const intruder = await client("a");
      intruder.client.publish(topic, "forged", { qos: 1, retain: true });
      await until(() => intruder.closed > 0, "the intruder to be closed");
    }
    expect(denials.filter((denial) => denial.action === "publish")).toHaveLength(4);
    expect(b.messages).toHaveLength(1);
    const late = await client("all");
    await late.client.subscribeAsync("edu/#", { qos: 1 });
    late.client.publish("edu/x", "1", { qos: 1 });
    await until(() => late.messages.length === 1, "a message of its own");
    expect(late.retained).toEqual([]);
    expect(a.messages).toEqual([]);
  });

  it("does not let a user push another's client off by its id, nor odd ids in", async () => {
    await start();
    const b = await client("b", { clientId: "gateway" });
    const a = await client("a", { clientId: "gateway" });
    expect(a.client.connected).toBe(true);
    expect(b.closed).toBe(0);
    // Its own client with the same id it does replace (MQTT 3.1.4-2).
    await client("b", { clientId: "gateway" });
    await until(() => b.closed > 0, "b's first client to go");
    expect(a.closed).toBe(0);
    for (const clientId of ["#", "+", "b/gateway", "b\ngateway", "x".repeat(200)])
      expect((await client("a", { clientId })).closed).toBeGreaterThan(0);
    expect(a.closed).toBe(0);
  });

  it("does not send a last will to where its user may not publish", async () => {
    await start();
    const all = await client("all");
    await all.client.subscribeAsync("edu/#", { qos: 1 });
    const ends = async (topic: string) => {
      const made = connect({
        host: "127.0.0.1",
        port: broker.port,
        protocolVersion: 4,
        username: "a",
        password: PASSWORD,
        reconnectPeriod: 0,
        will: { topic, payload: Buffer.from("offline"), qos: 1, retain: true },
      });
      clients.push(made);
      await until(() => made.connected, "the client");
      made.stream.destroy();
    };
    await ends("edu/51/5101/510182/school-b/r/d/state");
    await ends("edu/51/5101/510182/school-a/+/d/state");
    await until(() => denials.length === 2, "the refusals");
    await ends("edu/51/5101/510182/school-a/r/d/state");
    await until(() => all.messages.length === 1, "the permitted will");
    expect(all.messages).toEqual(["edu/51/5101/510182/school-a/r/d/state offline"]);
  });

  it("keeps no session and no subscription of a client that is gone", async () => {
    await start();
    const first = await client("a", { clientId: "stay", clean: false });
    await first.client.subscribeAsync(SCOPE_A, { qos: 1 });
    first.client.end(true);
    await until(() => broker.clients === 0, "the client to go");
    const all = await client("all");
    await all.client.publishAsync("edu/51/5101/510182/school-a/x", "missed", { qos: 1 });
    const again = await client("a", { clientId: "stay", clean: false });
    await again.client.subscribeAsync(SCOPE_A, { qos: 1 });
    await all.client.publishAsync("edu/51/5101/510182/school-a/x", "seen", { qos: 1 });
    await until(() => again.messages.length > 0, "the new message");
    expect(again.messages).toEqual(["edu/51/5101/510182/school-a/x seen"]);
  });

  it("bounds subscriptions and retained messages of a user (S19, small)", async () => {
    await start({ retained: { topics: 50, octets: 100_000 } });
    const a = await client("a");
    const filters = Array.from({ length: 150 }, (_, i) => `edu/51/5101/510182/school-a/${i}`);
    await a.client.subscribeAsync(filters, { qos: 0 }).catch(() => {});
    expect(denials.filter((denial) => denial.action === "subscribe")).toHaveLength(50);
    const flood = await client("a");
    for (let i = 0; i < 300; i++)
      await flood.client.publishAsync(`edu/51/5101/510182/school-a/r${i}`, "x", { qos: 1, retain: true });
    expect(counted("broker.retained_refused")).toBe(250);
    const b = await client("b");
    await b.client.publishAsync("edu/51/5101/510182/school-b/r", "mine", { qos: 1, retain: true });
    const late = await client("all");
    await late.client.subscribeAsync("edu/#", { qos: 1 });
    await until(() => late.retained.length >= 51, "the retained messages");
    expect(late.retained).toContain("edu/51/5101/510182/school-b/r mine");
    expect(late.retained).toHaveLength(51);
  });
});

describe("acknowledging", () => {
  it("sends a PUBACK after the commit, and the tap has the message before", async () => {
    let release: (() => void) | undefined;
    await start({ committed: () => new Promise((resolve) => (release = resolve)) });
    const tapped: string[] = [];
    broker.tap(({ topic, payload }) => tapped.push(`${topic} ${Buffer.from(payload)}`));
    const a = await client("a");
    let acknowledged = false;
    const publishing = a.client
      .publishAsync("edu/51/5101/510182/school-a/x", "1", { qos: 1 })
      .then(() => (acknowledged = true));
    await until(() => release !== undefined, "the commit to be asked for");
    expect(tapped).toEqual(["edu/51/5101/510182/school-a/x 1"]);
    // Anything else passes while it waits.
    await a.client.subscribeAsync(SCOPE_A, { qos: 0 });
    expect(acknowledged).toBe(false);
    release!();
    await publishing;
  });

  it("feeds the collector in the same process", async () => {
    await start();
    const sink = new TestSink();
    const collector = new MqttCollector({
      sink,
      scheduler: new HandScheduler(),
      clock: new TestClock(),
      random: () => 0,
      node: "n",
      connections: [],
      embedded: broker,
      committed: () => Promise.resolve(),
    });
    await collector.open(new AbortController().signal);
    collector.assign(board("board-1", PLAIN, "school-a"));
    const a = await client("a");
    await a.client.publishAsync(topicOf("board-1", "telemetry", "school-a"), '{"temp_c":33}', { qos: 1 });
    expect(shown(sink.take(), "board.temperature")).toEqual([33]);
    expect(sink.states.get("board-1")).toEqual({ state: "up" });
    await collector.close();
    await a.client.publishAsync(topicOf("board-1", "telemetry", "school-a"), '{"temp_c":34}', { qos: 1 });
    expect(sink.take()).toEqual([]);
  });
});

describeWith(["mosquitto_pub", "mosquitto_sub"], "the embedded broker and Mosquitto's clients", () => {
  it("carries a message from mosquitto_pub to mosquitto_sub and to the collector", async () => {
    await start();
    const subscriber = spawn(
      binary("mosquitto_sub")!,
      [
        "-h",
        "127.0.0.1",
        "-p",
        `${broker.port}`,
        "-u",
        "all",
        "-P",
        PASSWORD,
        "-t",
        "edu/#",
        "-q",
        "1",
        "-v",
        "-C",
        "1",
        "-W",
        "20",
      ],
      { stdio: ["ignore", "pipe", "ignore"] },
    );
    let printed = "";
    subscriber.stdout.setEncoding("utf8").on("data", (chunk: string) => (printed += chunk));
    const ended = new Promise((resolve) => subscriber.once("exit", resolve));
    const sink = new TestSink();
    const collector = new MqttCollector({
      sink,
      scheduler: new HandScheduler(),
      clock: new TestClock(),
      random: () => 0,
      node: "n",
      connections: [
        {
          name: "own",
          url: `mqtt://127.0.0.1:${broker.port}`,
          username: "all",
          password: new Secret(PASSWORD),
          protocolVersion: 4,
        },
      ],
      committed: () => Promise.resolve(),
    });
    await collector.open(new AbortController().signal);
    collector.assign(board("board-1", PLAIN, "school-a"));
    await until(() => sink.counted("mqtt.connected") === 1 && broker.clients === 2, "both subscribers");
    const topic = topicOf("board-1", "telemetry", "school-a");
    for (let tries = 0; tries < 100 && (printed === "" || sink.states.size === 0); tries++)
      expect(await publish(broker.port, topic, '{"temp_c":44}', { user: "a", password: PASSWORD })).toBe(0);
    await ended;
    expect(printed).toBe(`${topic} {"temp_c":44}\n`);
    expect(shown(sink.take(), "board.temperature")[0]).toBe(44);
    expect(await publish(broker.port, topic, "1", { user: "a", password: "wrong" })).not.toBe(0);
    await collector.close();
  });
});
