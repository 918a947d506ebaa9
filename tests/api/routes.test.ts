import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { z } from "zod";
import {
  countySchema,
  type DevicesView,
  deviceSchema,
  devicesSchema,
  errorSchema,
  healthSchema,
  quantitiesSchema,
  regionsSchema,
  roomsSchema,
  type SearchView,
  schoolSchema,
  schoolsSchema,
  searchSchema,
  seriesSchema,
} from "../../src/api/schemas/campus.ts";
import { QUANTITIES } from "../../src/measurements/quantities.ts";
import { DOCUMENT, FakeCampus, makeWell, type RunningServer, serve } from "./campus.ts";

const campus = new FakeCampus(DOCUMENT);
let server: RunningServer;

beforeAll(async () => {
  makeWell(campus, "s1");
  campus.tell("s1-core", {
    identity: { sysName: "core.s1", vendor: "Huawei", model: "S5735", serial: "SN-0815", profile: "vrp" },
    interfaces: [
      {
        ifIndex: 7,
        key: "GE0/0/1",
        name: "GE0/0/1",
        alias: "to county",
        mac: "00:1a:2b:3c:4d:5e",
        mtu: 1500,
      },
      { ifIndex: 8, key: "GE0/0/2", name: "GE0/0/2", operStatus: "down", adminStatus: "up" },
    ],
    addresses: [{ address: "2001:db8::1", prefixLength: 64, ifIndex: 7 }],
    neighbors: [{ protocol: "lldp", ifIndex: 7, remoteName: "county-1", remotePort: "XGE1/0/3" }],
  });
  campus.tell("s1-ac", {
    aps: [
      { key: "AP-101", name: "AP-101", mac: "aa:bb:cc:00:11:22", serial: "AP-SN-1", address: "10.9.9.9" },
    ],
  });
  server = await serve(campus);
});
afterAll(() => server.server.close());

async function read<T extends z.ZodType>(path: string, schema: T): Promise<z.infer<T>> {
  const answer = await server.get(`/api/v1${path}`);
  expect(answer.status, answer.text).toBe(200);
  expect(answer.headers.get("content-type")).toContain("application/json");
  return schema.parse(answer.json);
}

async function refused(path: string, status: number, code: string): Promise<z.infer<typeof errorSchema>> {
  const answer = await server.get(path);
  expect(answer.status, `${path}: ${answer.text}`).toBe(status);
  const body = errorSchema.parse(answer.json);
  expect(body.error.code).toBe(code);
  expect(body.error.remedy).not.toBe("");
  expect(body.error.id).toMatch(/^[0-9a-f-]{36}$/);
  return body;
}

describe("answers", () => {
  it("health counts devices and says what the store does", async () => {
    const health = await read("/health", healthSchema);
    expect(health).toMatchObject({
      status: "ok",
      devices: { total: 33, up: 10, down: 0, unknown: 23 },
      samples: { total: 1234, perSecond: 56.5 },
      store: { kind: "fake", healthy: true },
      simulated: true,
    });
  });

  it("health is degraded, and names no path, when the store is not well", async () => {
    campus.store.healthy = false;
    try {
      const health = await read("/health", healthSchema);
      expect(health.status).toBe("degraded");
      expect(JSON.stringify(health)).not.toContain("secret-place");
    } finally {
      campus.store.healthy = true;
    }
  });

  it("regions, all and below one", async () => {
    const { regions } = await read("/regions", regionsSchema);
    expect(regions.map((one) => [one.path, one.schools])).toEqual([
      ["sc", 3],
      ["sc/gy", 3],
      ["sc/gy/cx", 1],
      ["sc/gy/jg", 2],
    ]);
    const below = await read("/regions?parent=sc/gy", regionsSchema);
    expect(below.regions.map((one) => one.path)).toEqual(["sc/gy/cx", "sc/gy/jg"]);
  });

  it("a county, and the city above it", async () => {
    const county = await read("/county?path=sc/gy/jg", countySchema);
    expect(county.schools.map((one) => [one.id, one.state])).toEqual([
      ["s2", "unknown"],
      ["s1", "good"],
    ]);
    expect(county.totals).toMatchObject({
      schools: { total: 2, good: 1, watch: 0, bad: 0, unknown: 1 },
      rooms: { total: 6, ready: 2, unknown: 4 },
      aps: { known: 4, online: 2 },
      clients: 55,
      power: 3000,
      inRate: 100e6,
    });
    expect((await read("/county?path=sc", countySchema)).totals.schools.total).toBe(3);
  });

  it("schools and a school", async () => {
    const list = await read("/schools?region=sc/gy/jg", schoolsSchema);
    expect(list.schools.length).toBe(2);
    const view = await read("/schools/s1", schoolSchema);
    expect(view.region.map((one) => one.path)).toEqual(["sc", "sc/gy", "sc/gy/jg"]);
    expect(view.rooms.length).toBe(3);
    expect(view.devices.length).toBe(11);
    expect(view.links[0]).toMatchObject({
      id: "s1-up",
      use: 10,
      capacity: 1e9,
      operState: "up",
      state: "good",
    });
  });

  it("rooms by room, building, school, path of the school, and region", async () => {
    const count = async (path: string): Promise<number> =>
      (await read(`/rooms?path=${encodeURIComponent(path)}`, roomsSchema)).rooms.length;
    expect(await count("s1/a/101")).toBe(1);
    expect(await count("s1/a")).toBe(3);
    expect(await count("s1")).toBe(3);
    expect(await count("sc/gy/jg/s1")).toBe(3);
    expect(await count("sc/gy/jg")).toBe(6);
    expect(await count("sc")).toBe(9);
  });

  it("devices a page at a time, each once", async () => {
    const seen: string[] = [];
    let cursor = "";
    do {
      const page: DevicesView = await read(`/devices?limit=7${cursor}`, devicesSchema);
      expect(page.total).toBe(33);
      seen.push(...page.devices.map((one) => one.id));
      cursor = page.next === null ? "" : `&cursor=${page.next}`;
    } while (cursor !== "");
    expect(seen.length).toBe(33);
    expect(new Set(seen).size).toBe(33);
    expect([...seen].sort()).toEqual(seen);
  });

  it("devices by region, school, role, state and words", async () => {
    const ids = async (query: string): Promise<string[]> =>
      (await read(`/devices?${query}`, devicesSchema)).devices.map((one) => one.id);
    expect(await ids("school=s1&role=board")).toEqual(["s1-board-101", "s1-board-102"]);
    expect(await ids("role=ups&state=good")).toEqual(["s1-ups"]);
    expect(await ids("role=ups&state=up")).toEqual(["s1-ups"]);
    expect(await ids("role=ups&state=unknown")).toEqual(["s2-ups", "t1-ups"]);
    expect(await ids("region=sc/gy/cx&role=meter")).toEqual(["t1-meter"]);
    expect(await ids("q=S5735")).toEqual(["s1-core"]);
    expect(await ids("region=sc/gy/cx&school=s1")).toEqual([]);
  });

  it("a device with identity, interfaces and readings", async () => {
    const view = await read("/devices/s1-core", deviceSchema);
    expect(view.identity).toMatchObject({ sysName: "core.s1", vendor: "Huawei", serial: "SN-0815" });
    expect(view.uptime).toBe(86_400);
    expect(view.interfaces.map((one) => one.key)).toEqual(["GE0/0/1", "GE0/0/2"]);
    expect(view.interfaces[0]).toMatchObject({
      ifIndex: 7,
      operState: "up",
      inRate: 100e6,
      inUse: 10,
      outUse: 2,
      neighbor: "county-1 XGE1/0/3",
    });
    expect(view.interfaces[1]).toMatchObject({ operState: "down", inRate: null, at: null });
    expect(view.addresses).toEqual([{ address: "2001:db8::1", prefixLength: 64, interface: "GE0/0/1" }]);
    expect(view.readings.map((one) => one.quantity)).toEqual(["device.uptime"]);
  });

  it("an access point as its controller reports it", async () => {
    const view = await read("/devices/s1-ap-101", deviceSchema);
    expect(view.device).toMatchObject({ up: "up", state: "good", role: "access-point" });
    expect(view.identity.serial).toBe("AP-SN-1");
    expect(view.readings.find((one) => one.quantity === "wifi.ap_state")).toMatchObject({
      text: "online",
      tags: { device: "s1-ac", ap: "AP-101" },
    });
    const controller = await read("/devices/s1-ac", deviceSchema);
    expect(controller.readings.some((one) => one.quantity === "wifi.ap_state")).toBe(false);
  });

  it("the closed list of quantities", async () => {
    const { quantities } = await read("/quantities", quantitiesSchema);
    expect(quantities.length).toBe(QUANTITIES.size);
  });

  it("finds by name, address, MAC in any notation, and serial", async () => {
    const hits = async (text: string): Promise<SearchView["hits"]> =>
      (await read(`/search?q=${encodeURIComponent(text)}`, searchSchema)).hits;
    expect((await hits("普安小学"))[0]).toMatchObject({ kind: "school", id: "s1" });
    expect((await hits("剑阁"))[0]).toMatchObject({ kind: "region", id: "sc/gy/jg" });
    expect((await hits("s1/a/101"))[0]).toMatchObject({ kind: "room", id: "s1/a/101" });
    for (const mac of ["00:1A:2B:3C:4D:5E", "001a-2b3c-4d5e", "001a.2b3c"])
      expect(
        (await hits(mac)).map((one) => one.id),
        mac,
      ).toEqual(["s1-core"]);
    expect((await hits("AABBCC001122")).map((one) => one.id)).toEqual(["s1-ap-101"]);
    expect((await hits("sn-0815")).map((one) => one.id)).toEqual(["s1-core"]);
    expect(await hits("no such thing")).toEqual([]);
  });
});

describe("series", () => {
  it("asks the store for what was asked, with a step of at most 1,500 points", async () => {
    campus.store.asked.length = 0;
    campus.store.answer = async (query) => [
      {
        quantity: query.quantity,
        tags: query.tags,
        times: Float64Array.of(query.from, query.from + 60_000),
        values: Float64Array.of(1.5, Number.NaN),
      },
    ];
    const now = campus.clock.now();
    const view = await read(
      "/series?quantity=interface.in_rate&device=s1-core&interface=GE0/0/1",
      seriesSchema,
    );
    expect(campus.store.asked).toEqual([
      {
        quantity: "interface.in_rate",
        tags: { device: "s1-core", interface: "GE0/0/1" },
        from: now - 86_400_000,
        to: now,
        stepMs: 60_000,
        aggregate: "mean",
        limit: 100,
      },
    ]);
    expect(view.series).toEqual([
      {
        quantity: "interface.in_rate",
        unit: "bit/s",
        tags: { device: "s1-core", interface: "GE0/0/1" },
        points: [[now - 86_400_000, 1.5]],
      },
    ]);
  });

  it("takes times as ms, ISO and back from now, and steps as text and ms", async () => {
    campus.store.answer = async () => [];
    for (const [query, from, to, step] of [
      ["from=2026-11-21T00:00:00Z&to=2026-11-21T06:00:00%2B08:00", undefined, undefined, undefined],
      ["from=2026-11-21&to=2026-11-22&step=5m", 1_795_219_200_000, 1_795_305_600_000, 300_000],
      ["from=1795219200000&to=1795305600000&step=60000", 1_795_219_200_000, 1_795_305_600_000, 60_000],
      ["from=-1h&step=raw", campus.time - 3_600_000, campus.time, null],
    ] as const) {
      const answer = await server.get(`/api/v1/series?quantity=device.cpu&${query}`);
      if (from === undefined) expect(answer.status).toBe(400);
      else expect(seriesSchema.parse(answer.json)).toMatchObject({ from, to, step });
    }
    const raw = campus.store.asked[campus.store.asked.length - 1]!;
    expect("stepMs" in raw || "aggregate" in raw).toBe(false);
  });

  it("asks the controller for an access point's series", async () => {
    await read("/series?quantity=wifi.ap_clients&device=s1-ap-102", seriesSchema);
    const asked = campus.store.asked[campus.store.asked.length - 1]!;
    expect(asked.tags).toEqual({ device: "s1-ac", ap: "AP-102" });
  });

  it("takes the last of a state, and refuses its mean", async () => {
    await read("/series?quantity=board.power&device=s1-board-101", seriesSchema);
    expect(campus.store.asked[campus.store.asked.length - 1]!.aggregate).toBe("last");
    await refused("/api/v1/series?quantity=board.power&aggregate=mean", 400, "E_REQUEST");
  });

  it.each([
    ["quantity=nonsense.x", "quantity"],
    ["quantity=device.cpu&from=yesterday", "from"],
    ["quantity=device.cpu&from=-1h&to=-2h", "from"],
    ["quantity=device.cpu&from=-9000d", "from"],
    ["quantity=device.cpu&from=-2d&step=raw", "step"],
    ["quantity=device.cpu&from=-365d&step=10s", "step"],
    ["quantity=device.cpu&step=0", "step"],
    ["quantity=device.cpu&step=1e3", "step"],
    ["quantity=device.cpu&limit=0", "limit"],
    ["quantity=device.cpu&limit=1000&from=-7d&step=1m", "limit"],
    ["quantity=device.cpu&aggregate=median", "aggregate"],
    ["", "quantity"],
  ])("refuses %s and names the parameter", async (query, parameter) => {
    const { error } = await refused(`/api/v1/series?${query}`, 400, "E_REQUEST");
    expect(error.context["parameter"]).toBe(parameter);
    expect(error.message).toContain(parameter);
  });

  it("gives a store that does not answer up, and says so", async () => {
    const slow = new FakeCampus(DOCUMENT);
    slow.store.answer = () => new Promise(() => {});
    const other = await serve(slow, { queryTimeoutMs: 50 });
    try {
      const answer = await other.get("/api/v1/series?quantity=device.cpu");
      expect(answer.status).toBe(503);
      expect(errorSchema.parse(answer.json).error.code).toBe("E_STORE_READ");
    } finally {
      await other.server.close();
    }
  });
});

describe("the description", () => {
  it("is OpenAPI 3.1, lists every route, and each parameter that a route takes", async () => {
    const { json, status } = await server.get("/api/v1/openapi.json");
    expect(status).toBe(200);
    const document = json as {
      openapi: string;
      info: { title: string; version: string };
      paths: Record<
        string,
        {
          get: {
            responses: Record<string, { description: string; content: object }>;
            parameters?: { name: string; in: string; schema: object }[];
          };
        }
      >;
    };
    expect(document.openapi).toBe("3.1.0");
    expect(document.info).toMatchObject({ title: "campusd", version: "0.0.0-test" });
    // That each of them is in docs/api.md and tried by every kind of caller is held elsewhere.
    expect(Object.keys(document.paths)).toEqual(
      expect.arrayContaining(["/api/v1/county", "/api/v1/devices/{id}", "/api/v1/series", "/api/v1/stream"]),
    );
    for (const [path, { get }] of Object.entries(document.paths)) {
      expect(Object.keys(get.responses), path).toEqual(["200", "400", "404", "500", "503"]);
      for (const response of Object.values(get.responses)) expect(response.content).toBeTypeOf("object");
      for (const name of path.matchAll(/\{(\w+)\}/g))
        expect(get.parameters).toContainEqual(
          expect.objectContaining({ name: name[1], in: "path", required: true }),
        );
      for (const parameter of get.parameters ?? [])
        expect(parameter.schema, `${path} ${parameter.name}`).toHaveProperty("type");
    }
    // Nothing refers to a definition that is not there.
    expect(JSON.stringify(document)).not.toContain("$ref");
    const names = document.paths["/api/v1/series"]!.get.parameters!.map((one) => one.name);
    expect(names).toEqual(expect.arrayContaining(["quantity", "device", "ssid", "from", "step", "limit"]));
  });
});

describe("refusals", () => {
  it.each([
    ["/api/v1/nothing", 404, "E_NOT_FOUND"],
    ["/api/v2/health", 404, "E_NOT_FOUND"],
    ["/api/v1/schools/none", 404, "E_NOT_FOUND"],
    ["/api/v1/devices/none", 404, "E_NOT_FOUND"],
    ["/api/v1/devices/__proto__", 404, "E_NOT_FOUND"],
    ["/api/v1/schools/constructor", 404, "E_NOT_FOUND"],
    ["/api/v1/county?path=sc/gy/none", 404, "E_NOT_FOUND"],
    ["/api/v1/rooms?path=s1/a/999", 404, "E_NOT_FOUND"],
    ["/api/v1/county", 400, "E_REQUEST"],
    ["/api/v1/devices?limit=501", 400, "E_REQUEST"],
    ["/api/v1/devices?limit=ten", 400, "E_REQUEST"],
    ["/api/v1/devices?role=dragon", 400, "E_REQUEST"],
    ["/api/v1/devices?cursor=%25%25", 400, "E_REQUEST"],
    ["/api/v1/devices?role=board&role=ups", 400, "E_REQUEST"],
    ["/api/v1/devices?colour=red", 400, "E_REQUEST"],
    ["/api/v1/search?q=%20", 400, "E_REQUEST"],
    ["/api/v1/stream?view=county", 400, "E_REQUEST"],
    ["/api/v1/stream?view=planet&id=x", 400, "E_REQUEST"],
    ["/api/v1/devices/%E0%A4%A", 400, "E_REQUEST"],
  ])("%s is %i %s", async (path, status, code) => {
    await refused(path, status, code);
  });

  it("other methods, and bodies, in the same shape", async () => {
    for (const method of ["POST", "PUT", "DELETE"]) {
      const response = await fetch(`${server.url}/api/v1/health`, { method });
      expect(response.status).toBe(404);
      expect(errorSchema.parse(await response.json()).error.code).toBe("E_NOT_FOUND");
    }
    const large = await fetch(`${server.url}/api/v1/health`, {
      method: "POST",
      body: "x".repeat(1_000_000),
      headers: { "content-type": "application/json" },
    });
    expect(large.status).toBeGreaterThanOrEqual(400);
    expect(large.status).toBeLessThan(500);
    errorSchema.parse(await large.json());
  });

  it("a fault of our own shows its id and nothing else, and is logged under it", async () => {
    const broken = new FakeCampus(DOCUMENT);
    broken.store.answer = async () => {
      throw new Error("connect http://admin:hunter2@10.0.0.5:8086 refused");
    };
    const other = await serve(broken);
    try {
      const answer = await other.get("/api/v1/series?quantity=device.cpu");
      expect(answer.status).toBe(500);
      const { error } = errorSchema.parse(answer.json);
      expect(error).toMatchObject({ code: "E_INTERNAL", context: {} });
      expect(answer.text).not.toContain("10.0.0.5");
      expect(other.logged.some((line) => line.includes(error.id))).toBe(true);
    } finally {
      await other.server.close();
    }
  });
});
