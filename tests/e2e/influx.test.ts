import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import type { Health } from "../../src/api/schemas/campus.ts";
import { Influxd } from "../stores/influxd.ts";
import { getJson, ROOT, until } from "../support/process.ts";
import { describeWith } from "../support/servers.ts";
import { Site } from "../support/site.ts";
import { keyOf, stored } from "./answers.ts";

interface InfluxAnswer {
  readonly results: readonly {
    readonly error?: string;
    readonly series?: readonly {
      readonly tags?: Record<string, string>;
      readonly columns: readonly string[];
      readonly values: readonly (readonly (number | string | null)[])[];
    }[];
  }[];
}

const DATABASE = "campus";
const COUNTER = "interface.in_octets";

/** `campusd serve` writing to Debian's influxd: started before it, and stopped and started again under it. */
describeWith(["influxd"], "serve with InfluxDB 1.6", () => {
  const influxd = new Influxd();
  let site: Site;
  let from = 0;

  afterAll(async () => {
    await site?.remove();
    await influxd.remove();
  });

  async function influxQl(query: string): Promise<InfluxAnswer["results"][number]> {
    const parameters = new URLSearchParams({ db: DATABASE, epoch: "ms", q: query });
    const [result] = (await getJson<InfluxAnswer>(`${influxd.url}/query?${parameters}`)).results;
    if (result?.error) throw new Error(result.error);
    return result!;
  }
  const health = () => getJson<Health>(`${site.url}/api/v1/health`);

  it("starts while the database is away, says so, and keeps what it reads", async () => {
    // Starting and stopping it once picks its ports.
    await influxd.start();
    await influxd.stop();
    site = new Site({
      baseOctet: 33,
      settings: {
        polling: { interfaces: "10s" },
        store: { kind: "influxdb", url: influxd.url, version: 1, database: DATABASE, spool: "16MB" },
      },
    });
    await site.prepare();
    from = Date.now();
    await site.serve();
    const away = await until(health, ({ store }) => store.spooled > 1000);
    expect(away).toMatchObject({
      status: "degraded",
      store: { kind: "influxdb", healthy: false, dropped: 0 },
    });
    expect(away.store.reason).toMatch(/write did not go through/);
    // The log names the place; the API, which more people read, does not.
    expect(site.running.output()).toMatch(/the store does not take samples; they wait/);
    expect(site.running.output()).toContain(influxd.url);
    expect(JSON.stringify(away)).not.toContain(influxd.url);
  }, 60_000);

  it("sends what waited when the database comes, readable by InfluxQL with the truth in it", async () => {
    await influxd.start();
    const well = await until(health, ({ store }) => store.healthy && store.spooled === 0, 60_000);
    expect(well.status).toBe("ok");
    const { series = [] } = await influxQl(
      "SELECT in_octets FROM interface GROUP BY device, interface, school",
    );
    expect(series.length).toBeGreaterThan(50);
    let compared = 0;
    for (const one of series)
      for (const [time, value] of one.values) {
        const second = Math.floor((time as number) / 1000);
        const truths = [second - 2, second - 1, second].map((at) =>
          site.simulation.truth(
            one.tags!["device"]!,
            COUNTER,
            { interface: one.tags!["interface"]! },
            at * 1000,
          ),
        );
        expect(truths).toContain(value);
        compared++;
      }
    expect(compared).toBeGreaterThan(100);
    const first = Math.min(...series.flatMap((one) => one.values.map(([time]) => time as number)));
    // What was read while the database was away carries the time when it was read.
    expect(first).toBeLessThan(well.startedAt + 15_000);
  }, 90_000);

  it("answers the query that docs/influxdb.md shows", async () => {
    const page = readFileSync(join(ROOT, "docs/influxdb.md"), "utf8");
    const [, query] = /```sql\n(.*?)\n```/s.exec(page)!;
    const school = site.simulation.world.schools[0]!.id;
    const answer = await until(
      () => influxQl(query!.replace("qh-001", school)),
      ({ series }) => series !== undefined && series.length > 50,
    );
    expect(Object.keys(answer.series![0]!.tags!)).toEqual(["device", "interface"]);
  }, 60_000);

  it("loses nothing while the database is stopped and started under it", async () => {
    await influxd.stop();
    await until(health, ({ status, store }) => status === "degraded" && store.spooled > 0, 60_000);
    // At least one whole poll goes by without the database.
    const down = Date.now();
    const held = (await health()).store.spooled;
    await until(health, ({ store }) => Date.now() - down > 11_000 && store.spooled > held, 60_000);
    await influxd.start();
    await until(health, ({ store }) => store.healthy && store.spooled === 0, 60_000);
    expect((await health()).store.dropped).toBe(0);

    const school = site.simulation.world.schools[0]!.id;
    const { series = [] } = await influxQl(
      `SELECT in_octets FROM interface WHERE school = '${school}' GROUP BY device, interface`,
    );
    expect(series.length).toBeGreaterThan(50);
    const answered = await stored(site.url, COUNTER, { school }, from, Date.now());
    const byKey = new Map(answered.map((one) => [keyOf(one.device, COUNTER, one.tags), one.points]));
    for (const one of series) {
      const points = byKey.get(keyOf(one.tags!["device"]!, COUNTER, { interface: one.tags!["interface"]! }))!;
      // The API answers the last sample of a second, and a first poll may fall into that of a device's turn.
      const seconds = new Set(one.values.map(([time]) => Math.floor(Number(time) / 1000)));
      expect(points.length).toBeGreaterThanOrEqual(seconds.size);
    }
  }, 120_000);

  it("ends cleanly, and every message that it acknowledged to a board is in the database", async () => {
    expect(await site.stop("SIGTERM")).toBe(0);
    expect(site.running.output()).not.toMatch(/fault of its own|did not close cleanly|dropped samples/);
    const { published } = site.simulation.stats().boards;
    expect(published).toBeGreaterThan(20);
    const { series } = await influxQl("SELECT count(on_total) FROM board");
    const count = series![0]!.values[0]![1] as number;
    // A message whose acknowledgement was still under way is stored and not counted by its sender.
    expect(count).toBeGreaterThanOrEqual(published);
  });
});
