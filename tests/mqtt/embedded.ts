import { connect as connectTcp, type Socket } from "node:net";
import { connect, type MqttClient } from "mqtt";
import { type Denial, MqttBroker, type MqttBrokerOptions } from "../../collectors/mqtt/broker.ts";
import { Secret } from "../../src/settings/secret.ts";
import { until } from "../modbus/harness.ts";

export const PASSWORD = "broker-canary";
export const SCOPE_A = "edu/51/5101/510182/school-a/#";
export const SCOPE_B = "edu/51/5101/510182/school-b/#";

export let broker: MqttBroker;
let counts: Map<string, number>;
export let denials: Denial[];
export const clients: MqttClient[] = [];
export const sockets: Socket[] = [];

export const user = (username: string, ...topics: string[]) => ({
  username,
  password: new Secret(PASSWORD),
  topics,
});
export const counted = (name: string) => counts.get(name) ?? 0;

export async function start(options: Partial<MqttBrokerOptions> = {}): Promise<void> {
  counts = new Map();
  denials = [];
  broker = new MqttBroker({
    port: 0,
    users: [user("a", SCOPE_A), user("b", SCOPE_B), user("all", "edu/#")],
    count: (name, by = 1) => counts.set(name, (counts.get(name) ?? 0) + by),
    onDenied: (denial) => denials.push(denial),
    ...options,
  });
  await broker.open(new AbortController().signal);
}

/** After each test: everything a test opened is closed. */
export async function stop(): Promise<void> {
  for (const client of clients.splice(0)) client.end(true);
  for (const socket of sockets.splice(0)) socket.destroy();
  await broker?.close();
}

export interface Seen {
  readonly client: MqttClient;
  readonly messages: string[];
  readonly retained: string[];
  closed: number;
  errors: string[];
}

/** A client that does not come back by itself. */
export async function client(
  username: string,
  options: { clientId?: string; clean?: boolean } = {},
): Promise<Seen> {
  const made = connect({
    host: "127.0.0.1",
    port: broker.port,
    protocolVersion: 4,
    username,
    password: PASSWORD,
    reconnectPeriod: 0,
    ...options,
  });
  clients.push(made);
  const seen: Seen = { client: made, messages: [], retained: [], closed: 0, errors: [] };
  made.on("message", (topic, payload, packet) =>
    (packet.retain ? seen.retained : seen.messages).push(`${topic} ${payload}`),
  );
  made.on("close", () => seen.closed++);
  made.on("error", (error) => seen.errors.push(error.message));
  await until(() => made.connected || seen.closed > 0, `user ${username}`);
  return seen;
}

export function raw(): Socket {
  const socket = connectTcp({ host: "127.0.0.1", port: broker.port });
  socket.on("error", () => {});
  // What is not read would keep it from noticing the end.
  socket.resume();
  sockets.push(socket);
  return socket;
}

export const closing = (socket: Socket) =>
  new Promise<void>((resolve) => {
    if (socket.closed) resolve();
    else socket.once("close", () => resolve());
  });

export function text(value: string): Buffer {
  const octets = Buffer.from(value);
  return Buffer.concat([Buffer.from([octets.length >> 8, octets.length & 255]), octets]);
}

export function connectPacket(clientId: string, username = "a"): Buffer {
  const body = Buffer.concat([
    text("MQTT"),
    Buffer.from([4, 0xc2, 0, 60]),
    text(clientId),
    text(username),
    text(PASSWORD),
  ]);
  return Buffer.concat([Buffer.from([0x10, body.length]), body]);
}
