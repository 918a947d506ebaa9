import { afterAll, beforeAll, expect, it } from "vitest";
import type { Health } from "../../src/api/schemas/campus.ts";
import { Influxd } from "../stores/influxd.ts";
import { getJson, until } from "../support/process.ts";
import { describeWith } from "../support/servers.ts";
import { Site } from "../support/site.ts";
import { boards, panelsOf } from "./read.ts";

interface Answer {
  readonly results: readonly {
    readonly error?: string;
    readonly series?: readonly { readonly values: readonly (readonly unknown[])[] }[];
  }[];
}

const DATABASE = "campus";

/** Every query of every panel, as Grafana sends it, against Debian's influxd while campusd polls the simulated campus. */
describeWith(["influxd"], "dashboards on InfluxDB 1.6", () => {
  const influxd = new Influxd();
  let site: Site;
  let device = "";

  async function ask(query: string): Promise<Answer["results"][number]> {
    const parameters = new URLSearchParams({ db: DATABASE, epoch: "ms", q: query });
    const [result] = (await getJson<Answer>(`${influxd.url}/query?${parameters}`)).results;
    return result!;
  }

  /** What Grafana puts in for its macros and variables: all regions, one device. */
  const filled = (query: string, of = device) =>
    query
      .replaceAll("$timeFilter", "time >= now() - 15m and time <= now()")
      .replaceAll("$__interval", "10s")
      .replaceAll("/^$device$/", `/^${of}$/`)
      .replaceAll(/\/\^\$\w+\$\//g, "/^.*$/");

  beforeAll(async () => {
    await influxd.start();
    site = new Site({
      baseOctet: 51,
      schools: 2,
      settings: {
        polling: { interfaces: "10s" },
        store: { kind: "influxdb", url: influxd.url, version: 1, database: DATABASE },
      },
    });
    await site.prepare();
    await site.serve();
    device = site.simulation.inventory().schools[0]!.devices.find(({ role }) => role === "core-switch")!.id;
    await until(
      () => getJson<Health>(`${site.url}/api/v1/health`),
      ({ devices, store }) => devices.unknown === 0 && store.healthy,
      60_000,
    );
  }, 120_000);
  afterAll(async () => {
    await site?.remove();
    await influxd.remove();
  });

  // The two languages ask the same (held beside this): one of them is enough.
  const panels = boards()
    .filter(({ language }) => language === "en")
    .flatMap(({ name, board }) =>
      panelsOf(board).flatMap((panel) =>
        panel.targets!.map(({ refId, query }) => ({ board: name, panel: panel.title, refId, query })),
      ),
    );

  it.each(panels)(
    "$board: $panel ($refId) has rows",
    async ({ query }) => {
      const rows = async (): Promise<number> => {
        const { error, series = [] } = await ask(filled(query));
        if (error !== undefined) throw new Error(`${error}: ${filled(query)}`);
        return series.flatMap(({ values }) => values.filter((row) => row[1] !== null)).length;
      };
      expect(await until(rows, (count) => count > 0, 150_000)).toBeGreaterThan(0);
    },
    160_000,
  );

  it.each(boards().filter(({ language }) => language === "zh"))(
    "$name: every variable has values",
    async ({ board }) => {
      for (const { query } of board.templating.list.slice(1)) {
        const { error, series = [] } = await ask(filled(String(query)));
        expect(error).toBeUndefined();
        expect(series.flatMap(({ values }) => values).length, String(query)).toBeGreaterThan(0);
      }
    },
  );

  it("a sum over series counts each series once, however often it is read", async () => {
    const { series = [] } = await ask(
      filled(
        panels
          .find(({ board, panel }) => board === "province" && panel === "Devices watched")!
          .query.replace("$__interval", "1h"),
      ),
    );
    const counts = series.flatMap(({ values }) =>
      values.flatMap((row) => (row[1] === null ? [] : [Number(row[1])])),
    );
    const { total } = (await getJson<Health>(`${site.url}/api/v1/health`)).devices;
    expect(Math.max(...counts)).toBeLessThanOrEqual(total);
    expect(Math.max(...counts)).toBeGreaterThan(10);
  });
});
