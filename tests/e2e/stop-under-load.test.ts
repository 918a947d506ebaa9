import { setTimeout as delay } from "node:timers/promises";
import { connect, type MqttClient } from "mqtt";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { SeriesView } from "../../src/api/schemas/campus.ts";
import { getJson } from "../support/process.ts";
import { freePort, Site } from "../support/site.ts";

/**
 * D12: campusd is told to stop (SIGTERM) while boards publish as fast as its own broker takes it and switches are polled. What
 * the broker acknowledged is in the store after the next start.
 */
const ROUNDS = 4;
const IN_FLIGHT = 50;
const USER = { username: "gateway", password: "gateway-password-canary" };

let site: Site;
let port: number;
let board = "";
let topic = "";

beforeAll(async () => {
  port = await freePort();
  const broker = { enabled: true, port, users: [{ ...USER, topics: ["edu/#"] }] };
  site = new Site({ baseOctet: 52, boards: false, settings: { mqtt: { broker } } });
  await site.prepare();
  const { world } = site.simulation;
  const first = [...world.devices.values()].find(({ body }) => body.kind === "board")!;
  board = first.id;
  topic = `edu/${world.region}/${first.school}/${first.room}/${board}/telemetry`;
}, 60_000);

afterAll(() => site?.remove());

/** Publishes until the connection goes; `acked` gets the time of each message that the broker acknowledged. */
async function flood(first: number, acked: number[], stop: AbortSignal): Promise<void> {
  const client: MqttClient = connect({
    host: "127.0.0.1",
    port,
    ...USER,
    clientId: "gateway",
    reconnectPeriod: 0,
    protocolVersion: 4,
  });
  client.on("error", () => {});
  try {
    await new Promise<void>((resolve, reject) => {
      client.once("connect", () => resolve());
      client.once("close", () => reject(new Error("the broker does not take the gateway")));
    });
    const gone = new Promise<"gone">((resolve) => {
      client.once("close", () => resolve("gone"));
    });
    let ts = first;
    const publishing = new Set<Promise<unknown>>();
    while (!stop.aborted && client.connected) {
      const at = ts++;
      const record = JSON.stringify({ ts: at, power: "on", temp_c: 20 + (at % 400) / 10 });
      const sent = client.publishAsync(topic, record, { qos: 1 }).then(
        () => acked.push(at),
        () => undefined,
      );
      publishing.add(sent);
      void sent.then(() => publishing.delete(sent));
      if (publishing.size >= IN_FLIGHT && (await Promise.race([...publishing, gone])) === "gone") break;
    }
  } finally {
    client.end(true);
  }
}

it("loses nothing that was acknowledged", { timeout: 240_000 }, async () => {
  const acked: number[] = [];
  // Each round has its own minutes, so that no two messages have one time.
  const start = Date.now() - 3_600_000;
  for (let round = 0; round < ROUNDS; round++) {
    await site.serve();
    const before = acked.length;
    const stop = new AbortController();
    const flooding = flood(start + round * 600_000, acked, stop.signal);
    while (acked.length < before + 500) await delay(10);
    // Anywhere between two commits.
    await delay(37 * round);
    expect(await site.stop("SIGTERM"), site.running.output()).toBe(0);
    stop.abort();
    await flooding;
  }
  expect(acked.length).toBeGreaterThan(ROUNDS * 500);

  await site.serve();
  const stored = new Map<number, number>();
  for (let round = 0; round < ROUNDS; round++) {
    const from = start + round * 600_000;
    const parameters = new URLSearchParams({
      quantity: "board.temperature",
      device: board,
      from: String(from),
      to: String(from + 600_000),
      step: "raw",
    });
    const { series } = await getJson<SeriesView>(`${site.url}/api/v1/series?${parameters}`);
    for (const { points } of series)
      for (const [time, value] of points) stored.set(time as number, value as number);
  }
  const lost = acked.filter(
    (time) => Math.abs((stored.get(time) ?? Number.NaN) - (20 + (time % 400) / 10)) > 1e-9,
  );
  const missing = acked.filter((time) => !stored.has(time));
  expect({ acked: acked.length, missing: missing.slice(0, 5), lost: missing.length }).toEqual({
    acked: acked.length,
    missing: [],
    lost: 0,
  });
  expect(lost).toEqual([]);
  expect(await site.stop()).toBe(0);
});
