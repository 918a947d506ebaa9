import { inspect } from "node:util";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type CampusError, isCampusError } from "../../src/errors/campus-error.ts";
import { SeriesTable } from "../../src/measurements/series.ts";
import { Secret } from "../../src/settings/secret.ts";
import { runQuery } from "../../src/stores/influxdb/connection.ts";
import { type InfluxOptions, InfluxStore } from "../../src/stores/influxdb/store.ts";
import { describeWith } from "../support/servers.ts";
import { Influxd } from "./influxd.ts";
import { FaultyProxy } from "./proxy.ts";
import { batchOf, points, type Row, START } from "./samples.ts";

const signal = () => new AbortController().signal;
const all = { from: START - 86_400_000, to: START + 86_400_000 };

function rows(count: number, device = "d"): Row[] {
  return Array.from({ length: count }, (_, i) => ({
    quantity: "device.cpu",
    tags: { device },
    time: START + i * 1000,
    value: i,
  }));
}

describeWith(["influxd"], "InfluxDB store: faults against influxd 1.6.7", () => {
  const server = new Influxd();
  const proxy = new FaultyProxy(() => server.url);
  let store: InfluxStore;
  let options: InfluxOptions;
  let number = 0;
  const table = new SeriesTable();

  beforeAll(async () => {
    await server.start();
    await proxy.start();
  });
  afterAll(async () => {
    await proxy.stop();
    await server.remove();
  });
  beforeEach(async () => {
    proxy.act = () => ({ kind: "pass" });
    proxy.requests.length = 0;
    options = { url: proxy.url, version: 1, database: `db${number++}`, timeoutMs: 2000 };
    store = new InfluxStore(options);
    await store.open(signal());
  });
  afterEach(() => store.close());

  it("D10: quarantines one bad point of 5,000 with the reason and stores the others", async () => {
    // Influx fixes a field's type at its first value: a text there makes every later number of it a conflict.
    await fetch(`${server.url}/write?db=${options.database}&precision=ms`, {
      method: "POST",
      body: `device,device=odd memory="text" ${START}`,
    });
    const good = Array.from(
      { length: 4999 },
      (_, i): Row => ({
        quantity: "device.cpu",
        tags: { device: `d${i}` },
        time: START,
        value: i,
      }),
    );
    const bad: Row = { quantity: "device.memory", tags: { device: "odd" }, time: START, value: 50 };
    await store.write(batchOf(table, [...good.slice(0, 2500), bad, ...good.slice(2500)]), table);
    expect(await store.query({ quantity: "device.cpu", tags: {}, ...all, limit: 6000 })).toHaveLength(4999);
    expect(store.stats()).toMatchObject({ written: 4999, dropped: 1, healthy: true });
    expect(store.quarantined()).toHaveLength(1);
    expect(store.quarantined()[0]?.line).toContain("device=odd memory=50");
    expect(store.quarantined()[0]?.reason).toContain("type conflict");
    expect(store.stats().reason).toContain("type conflict");
    // The next batch is not held up.
    await store.write(batchOf(table, rows(10, "next")), table);
    expect(store.stats().written).toBe(5009);
  });

  it("D10: gives up on a batch of nothing but bad points after a bounded number of requests", async () => {
    await fetch(`${server.url}/write?db=${options.database}&precision=ms`, {
      method: "POST",
      body: `device,device=odd memory="text" ${START}`,
    });
    const bad = Array.from(
      { length: 3000 },
      (_, i): Row => ({
        quantity: "device.memory",
        tags: { device: `odd${i}` },
        time: START,
        value: 50,
      }),
    );
    proxy.requests.length = 0;
    await store.write(batchOf(table, bad), table);
    expect(proxy.requests.length).toBeLessThan(600);
    expect(store.stats()).toMatchObject({ written: 0, dropped: 3000 });
  });

  it("D9: a batch whose answer is cut is refused, and sent again changes nothing", async () => {
    const batch = batchOf(table, rows(500));
    proxy.act = (path) => ({ kind: path.startsWith("/write") ? "cut" : "pass" });
    await expect(store.write(batch, table)).rejects.toSatisfy((error) =>
      isCampusError(error, "E_STORE_WRITE"),
    );
    expect(store.stats()).toMatchObject({ written: 0, healthy: false });
    proxy.act = () => ({ kind: "pass" });
    await store.write(batch, table);
    const [result] = await store.query({ quantity: "device.cpu", tags: { device: "d" }, ...all });
    expect(points(result)).toEqual(rows(500).map(({ time, value }) => [time, value]));
  });

  it("D11: passes 429, 503 and Retry-After on as retryable, and a silent server as a timeout", async () => {
    const batch = batchOf(table, rows(3));
    for (const status of [429, 503, 500, 401]) {
      proxy.act = () => ({
        kind: "answer",
        status,
        headers: { "retry-after": "7" },
        body: '{"error":"not now"}',
      });
      const error = (await store.write(batch, table).catch((e: unknown) => e)) as CampusError;
      expect(error.code).toBe("E_STORE_WRITE");
      expect(error.retryable).toBe(true);
      expect(error.message).toContain("not now");
      expect(error.context).toMatchObject({ status, retryAfterMs: 7000 });
    }
    await store.close();
    const impatient = new InfluxStore({ ...options, timeoutMs: 200 });
    proxy.act = () => ({ kind: "pass" });
    await impatient.open(signal());
    proxy.act = () => ({ kind: "silent" });
    await expect(impatient.write(batch, table)).rejects.toSatisfy((e) => isCampusError(e, "E_STORE_WRITE"));
    await expect(impatient.query({ quantity: "device.cpu", tags: {}, ...all })).rejects.toSatisfy((e) =>
      isCampusError(e, "E_STORE_READ"),
    );
    proxy.act = () => ({ kind: "pass" });
    await impatient.write(batch, table);
    await impatient.close();
  });

  it("makes the database again when someone dropped it", async () => {
    await store.write(batchOf(table, rows(2)), table);
    await runQuery(options, `DROP DATABASE "${options.database}"`, true);
    await store.write(batchOf(table, rows(3)), table);
    expect(points((await store.query({ quantity: "device.cpu", tags: {}, ...all }))[0])).toHaveLength(3);
  });

  it("puts the quantities of one device and time into one line, and compresses", async () => {
    const many = Array.from({ length: 200 }, (_, i) => i).flatMap((i): Row[] => [
      { quantity: "device.cpu", tags: { device: `d${i}` }, time: START, value: i },
      { quantity: "device.memory", tags: { device: `d${i}` }, time: START, value: i / 2 },
      { quantity: "device.uptime", tags: { device: `d${i}` }, time: START, value: i * 3, status: 1 },
    ]);
    await store.write(batchOf(table, many), table);
    const write = proxy.requests.find((r) => r.path.startsWith("/write"));
    expect(write?.headers["content-encoding"]).toBe("gzip");
    const [counts] = await runQuery(options, 'SELECT count(*) FROM "device"');
    expect(counts?.[0]?.columns).toEqual(["time", "count_cpu", "count_memory", "count_uptime_status"]);
    expect(counts?.[0]?.values[0]?.slice(1)).toEqual([200, 200, 200]);
  });

  it("names the server, and shows no secret, when it is away at opening", async () => {
    const away = new InfluxStore({
      url: "http://user:hunter2@127.0.0.1:1",
      version: 1,
      database: "x",
      username: "u",
      password: new Secret("hunter2"),
    });
    const error = await away.open(signal()).catch((e: unknown) => e);
    expect(isCampusError(error, "E_STORE_OPEN")).toBe(true);
    expect(String(error)).toContain("127.0.0.1:1");
    const batch = batchOf(table, rows(1));
    const refused = await away.write(batch, table).catch((e: unknown) => e);
    expect(isCampusError(refused, "E_STORE_WRITE")).toBe(true);
    expect(inspect([error, refused, away, away.stats()], { depth: 10 })).not.toContain("hunter2");
    await away.close();
  });
});

describeWith(["influxd"], "InfluxDB store: a server that wants a password", () => {
  it("logs in with Basic, and says 401 when the password is wrong", async () => {
    const server = new Influxd(true);
    try {
      await server.start();
      const create = "CREATE USER admin WITH PASSWORD 'p@ss:wörd' WITH ALL PRIVILEGES";
      await fetch(`${server.url}/query`, { method: "POST", body: new URLSearchParams({ q: create }) });
      const options = { url: server.url, version: 1, database: "campus", username: "admin" } as const;
      const table = new SeriesTable();
      const store = new InfluxStore({ ...options, password: new Secret("p@ss:wörd") });
      await store.open(signal());
      await store.write(batchOf(table, rows(5)), table);
      expect(points((await store.query({ quantity: "device.cpu", tags: {}, ...all }))[0])).toHaveLength(5);
      await store.close();
      const wrong = new InfluxStore({ ...options, password: new Secret("wrong") });
      await expect(wrong.open(signal())).rejects.toThrow("401");
      await expect(wrong.write(batchOf(table, rows(5)), table)).rejects.toThrow("401");
      await wrong.close();
    } finally {
      await server.remove();
    }
  });
});

describe("InfluxDB store: what it sends to versions 2 and 3", () => {
  it("writes to /api/v2/write with a token and reads InfluxQL from /query", async () => {
    for (const version of [2, 3] as const) {
      const proxy = new FaultyProxy();
      const body = JSON.stringify({
        results: [
          {
            statement_id: 0,
            series: [
              {
                name: "device",
                tags: { device: "d", room: "" },
                columns: ["time", "value"],
                values: [[START, 1.5]],
              },
            ],
          },
        ],
      });
      proxy.act = (path) =>
        path.startsWith("/query")
          ? { kind: "answer", status: 200, headers: { "content-type": "application/json" }, body }
          : { kind: "answer", status: 204 };
      await proxy.start();
      const place = version === 2 ? { org: "edu", bucket: "campus/raw" } : { database: "campus" };
      const store = new InfluxStore({ url: proxy.url, version, token: new Secret("t0ken"), ...place });
      try {
        await store.open(signal());
        const table = new SeriesTable();
        await store.write(batchOf(table, rows(2)), table);
        const results = await store.query({ quantity: "device.cpu", tags: {}, ...all });
        expect(results.map((r) => [r.tags, points(r)])).toEqual([[{ device: "d" }, [[START, 1.5]]]]);
        const write = proxy.requests.find((r) => r.path.includes("write"));
        const asked = new URL(write?.path ?? "", proxy.url).searchParams;
        expect(write?.path).toMatch(/^\/api\/v2\/write\?/);
        expect(asked.get("bucket")).toBe(version === 2 ? "campus/raw" : "campus");
        expect(asked.get("org")).toBe(version === 2 ? "edu" : "");
        expect(asked.get("precision")).toBe("ms");
        expect(proxy.requests.map((r) => r.headers["authorization"])).toEqual(
          proxy.requests.map(() => "Token t0ken"),
        );
      } finally {
        await store.close();
        await proxy.stop();
      }
    }
  });
});
