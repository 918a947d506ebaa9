import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { maySee } from "../../src/api/access.ts";
import type { SiteAuditRecord, SiteAudits } from "../../src/api/live.ts";
import type {
  CountyView,
  DevicesView,
  EventsView,
  Health,
  RegionsView,
  SchoolsView,
} from "../../src/api/schemas/campus.ts";
import { EventLog } from "../../src/collection/event-log.ts";
import type { EventReader } from "../../src/collection/events.ts";
import type { Tags } from "../../src/measurements/series.ts";
import type { SeriesQuery, SeriesResult } from "../../src/stores/contract.ts";
import { type JudgedCampus, judgedCampus } from "../targets/judged-campus.ts";
import { DOCUMENT, FakeCampus, makeWell, type RunningServer, serve } from "./campus.ts";
import { openStream } from "./event-stream.ts";

/** Words that only the campus of that school or county uses. */
const OF_S1 = ["s1", "普安小学"];
const OF_S2 = ["s2", "下寺小学"];
const OF_T1 = ["t1", "陵江小学", "苍溪县", "sc/gy/cx"];
const ABOVE = ["四川省", "广元市", '"path":"sc"', '"path":"sc/gy"', "stray.cn"];

/** Requests for each route of the API; `{id}` runs over the schools. Held against the router below. */
const REQUESTS: Readonly<Record<string, readonly string[]>> = {
  "/api/v1/health": ["/api/v1/health"],
  "/api/v1/regions": ["/api/v1/regions", "/api/v1/regions?parent=sc/gy", "/api/v1/regions?parent=sc"],
  "/api/v1/county": [
    "/api/v1/county?path=sc",
    "/api/v1/county?path=sc/gy",
    "/api/v1/county?path=sc/gy/jg",
    "/api/v1/county?path=sc/gy/cx",
    "/api/v1/county?path=sc/gy/jg/s1",
  ],
  "/api/v1/backbone": [
    "/api/v1/backbone?region=sc",
    "/api/v1/backbone?region=sc/gy/jg",
    "/api/v1/backbone?region=sc/gy/cx",
  ],
  "/api/v1/backbone/export": [
    "/api/v1/backbone/export?region=sc/gy",
    "/api/v1/backbone/export?region=sc/gy/jg",
    "/api/v1/backbone/export?region=sc/gy/cx",
  ],
  "/api/v1/links/{id}": ["/api/v1/links/{id}-up"],
  "/api/v1/links/{id}/export": ["/api/v1/links/{id}-up/export?month=2026-11"],
  "/api/v1/schools": [
    "/api/v1/schools",
    "/api/v1/schools?region=sc",
    "/api/v1/schools?region=sc/gy/jg",
    "/api/v1/schools?region=sc/gy/cx",
  ],
  "/api/v1/schools/{id}": ["/api/v1/schools/{id}"],
  "/api/v1/schools/{id}/ipv6": ["/api/v1/schools/{id}/ipv6"],
  "/api/v1/schools/{id}/wifi": ["/api/v1/schools/{id}/wifi"],
  "/api/v1/coverage": [
    "/api/v1/coverage?region=sc",
    "/api/v1/coverage?region=sc/gy/jg",
    "/api/v1/coverage?region=sc/gy/cx",
    "/api/v1/coverage?region=sc/gy/jg/s1",
  ],
  "/api/v1/rooms": [
    "/api/v1/rooms?path=sc",
    "/api/v1/rooms?path=sc/gy/jg",
    "/api/v1/rooms?path=sc/gy/cx",
    "/api/v1/rooms?path={id}",
    "/api/v1/rooms?path={id}/a",
    "/api/v1/rooms?path={id}/a/101",
    "/api/v1/rooms?path=sc/gy/jg/{id}",
  ],
  "/api/v1/devices": [
    "/api/v1/devices",
    "/api/v1/devices?region=sc/gy",
    "/api/v1/devices?region=sc/gy/cx",
    "/api/v1/devices?school={id}",
    "/api/v1/devices?q={id}",
    "/api/v1/devices?role=board&state=good",
    `/api/v1/devices?cursor=${Buffer.from("s1-ups").toString("base64url")}`,
  ],
  "/api/v1/devices/{id}": ["/api/v1/devices/{id}-core", "/api/v1/devices/{id}-ap-101"],
  "/api/v1/polling": ["/api/v1/polling", "/api/v1/polling?school={id}"],
  "/api/v1/quantities": ["/api/v1/quantities"],
  "/api/v1/series": [
    "/api/v1/series?quantity=interface.in_rate",
    "/api/v1/series?quantity=interface.in_rate&school={id}",
    "/api/v1/series?quantity=interface.in_rate&device={id}-core",
    "/api/v1/series?quantity=interface.in_rate&county=cx",
    "/api/v1/series?quantity=interface.in_rate&province=sc&city=gy",
    "/api/v1/series?quantity=wifi.ap_clients&device={id}-ap-101",
    "/api/v1/series?quantity=board.power&room=a/101",
  ],
  "/api/v1/events": [
    "/api/v1/events",
    "/api/v1/events?region=sc",
    "/api/v1/events?region=sc/gy/jg",
    "/api/v1/events?region=sc/gy/cx",
    "/api/v1/events?school={id}",
    "/api/v1/events?device={id}-core",
    "/api/v1/events?kind=linkDown&limit=1",
  ],
  "/api/v1/search": [
    "/api/v1/search?q={id}",
    "/api/v1/search?q=小学",
    "/api/v1/search?q=县",
    "/api/v1/search?q=10.&limit=50",
    "/api/v1/search?q=02:00:00:00:00:01",
    "/api/v1/search?q=一年级",
  ],
  "/api/v1/site-audits": [
    "/api/v1/site-audits",
    "/api/v1/site-audits?region=sc",
    "/api/v1/site-audits?region=sc/gy/jg",
    "/api/v1/site-audits?region=sc/gy/cx",
    "/api/v1/site-audits?region=sc/gy/jg/s1",
  ],
  "/api/v1/site-audits/one": [
    "/api/v1/site-audits/one?domain={id}.edu.cn",
    "/api/v1/site-audits/one?domain=county.gov.cn",
  ],
  "/api/v1/stream": [],
  "/api/v1/targets": [
    "/api/v1/targets",
    "/api/v1/targets?region=sc",
    "/api/v1/targets?region=sc/gy",
    "/api/v1/targets?region=sc/gy/jg",
    "/api/v1/targets?region=sc/gy/cx",
    "/api/v1/targets?region=sc/gy/jg/{id}",
    "/api/v1/targets?format=csv",
  ],
  "/api/v1/targets/{set}/{target}": [
    "/api/v1/targets/national/ipv6",
    "/api/v1/targets/national/ipv6?region=sc",
    "/api/v1/targets/national/ipv6?region=sc/gy/jg",
    "/api/v1/targets/national/ipv6?region=sc/gy/cx",
    "/api/v1/targets/national/ipv6?format=csv",
    "/api/v1/targets/national/nothing",
  ],
  "/api/v1/targets/{set}/{target}/evidence": [
    "/api/v1/targets/national/ipv6/evidence?school={id}",
    "/api/v1/targets/national/nothing/evidence?school={id}",
  ],
};

const CALLERS = [
  { subtree: "sc/gy/jg/s1", sees: OF_S1, hidden: [...OF_S2, ...OF_T1, ...ABOVE, "剑阁县"], devices: 11 },
  { subtree: "sc/gy/jg", sees: [...OF_S1, ...OF_S2], hidden: [...OF_T1, ...ABOVE], devices: 22 },
  { subtree: "sc/gy/cx", sees: OF_T1, hidden: [...OF_S1, ...OF_S2, ...ABOVE, "剑阁县"], devices: 11 },
] as const;

function wellCampus(): FakeCampus {
  const campus = new FakeCampus(DOCUMENT);
  for (const id of ["s1", "s2", "t1"]) {
    makeWell(campus, id);
    campus.tell(`${id}-core`, {
      interfaces: [{ ifIndex: 1, key: "GE0/0/1", name: "GE0/0/1", mac: "02:00:00:00:00:01" }],
    });
  }
  campus.store.answer = async (query) => ask(campus, query);
  campus.events = eventsOf(campus);
  campus.siteAudits = siteAuditsOf(campus);
  return campus;
}

/** A site of each school, one of the province, and one that is nobody's. */
function siteAuditsOf(campus: FakeCampus): SiteAudits {
  const record = (domain: string, owner: string | null): SiteAuditRecord => ({ domain, owner, audit: null });
  const schools = [...campus.inventory().schools.values()];
  return {
    records: () => [
      ...schools.map(({ id, path }) => record(`${id}.edu.cn`, path)),
      record("county.gov.cn", "sc"),
      record("stray.cn", null),
    ],
    history: async () => [],
  };
}

/** One event of each school's core switch, and one of an address that schools of both counties share. */
function eventsOf(campus: FakeCampus): EventReader {
  const log = new EventLog({ file: ":memory:", clock: campus.clock });
  log.open();
  const plain = {
    at: campus.time,
    oid: "1.3.6.1.6.3.1.1.5.3",
    severity: "warning",
    varbinds: [],
    more: 0,
  } as const;
  for (const school of campus.inventory().schools.values())
    log.append({
      ...plain,
      device: `${school.id}-core`,
      school: school.id,
      path: school.path,
      source: "10.1.1.1",
      kind: "linkDown",
      fold: school.id,
    });
  log.append({ ...plain, path: "sc/gy", source: "10.1.1.2", kind: "linkDown", fold: "shared" });
  log.flush();
  return log;
}

/** A store that holds what the table holds, and filters as the contract says. */
function ask(campus: FakeCampus, query: SeriesQuery): SeriesResult[] {
  const found: SeriesResult[] = [];
  for (let series = 0; series < campus.table.size; series++) {
    const { quantity, tags } = campus.table.key(series);
    if (quantity.id !== query.quantity || !fits(tags, query.tags)) continue;
    found.push({
      quantity: quantity.id,
      tags,
      times: Float64Array.of(campus.latest.time(series)),
      values: Float64Array.of(campus.latest.value(series)),
    });
  }
  return found;
}

function fits(tags: Tags, wanted: Tags): boolean {
  return Object.entries(wanted).every(([key, value]) => tags[key as keyof Tags] === value);
}

describe.each(CALLERS)("a caller of $subtree", ({ subtree, sees, hidden, devices }) => {
  const campus = wellCampus();
  let server: RunningServer;
  let answers: { path: string; status: number; text: string }[];

  let judged: JudgedCampus;

  beforeAll(async () => {
    judged = await judgedCampus(campus);
    server = await serve(campus, { subtree });
    answers = [];
    for (const path of Object.values(REQUESTS).flat())
      for (const id of path.includes("{id}") ? ["s1", "s2", "t1", "nowhere"] : [""]) {
        const { status, text } = await server.get(path.replaceAll("{id}", id));
        answers.push({ path: path.replaceAll("{id}", id), status, text });
      }
  });
  afterAll(async () => {
    await server.server.close();
    await judged.end();
  });

  it("is tried on every route there is", async () => {
    const { json } = await server.get("/api/v1/openapi.json");
    expect(Object.keys((json as { paths: object }).paths).sort()).toEqual(Object.keys(REQUESTS).sort());
  });

  it("reads nothing of others, anywhere", () => {
    for (const { path, text } of answers)
      for (const word of hidden) expect(text.includes(word), `${path} shows ${word}`).toBe(false);
  });

  it("gets the same answer for what is not there and what it may not see", () => {
    const plain = (text: string): string => text.replace(/"id":"[0-9a-f-]{36}"/, "");
    const absent = answers.find((one) => one.path === "/api/v1/schools/nowhere")!;
    expect(absent.status).toBe(404);
    const refused = answers.filter((one) => one.status !== 200);
    expect(refused.length).toBeGreaterThan(10);
    for (const one of refused) {
      expect(one.status, one.path).toBe(404);
      expect(plain(one.text), one.path).toBe(plain(absent.text));
    }
  });

  it("sees its own, and counts only that", async () => {
    const health = (await server.get("/api/v1/health")).json as Health;
    expect(health.devices.total).toBe(devices);
    const list = (await server.get("/api/v1/devices?limit=500")).json as DevicesView;
    expect(list.total).toBe(devices);
    expect(list.devices.length).toBe(devices);
    const schools = (await server.get("/api/v1/schools")).json as SchoolsView;
    expect(schools.schools.length * 11).toBe(devices);
    const text = JSON.stringify(schools);
    for (const word of sees.filter((word) => word.length > 2 && !word.includes("县") && !word.includes("/")))
      expect(text).toContain(word);
    const regions = (await server.get("/api/v1/regions")).json as RegionsView;
    for (const region of regions.regions) {
      expect(maySee({ subtree }, region.path)).toBe(true);
      expect(region.parent).toBeNull();
      expect(region.schools * 11).toBe(devices);
    }
    const { events } = (await server.get("/api/v1/events")).json as EventsView;
    expect(events.length * 11).toBe(devices);
    const series = (await server.get("/api/v1/series?quantity=interface.in_rate")).json as {
      series: unknown[];
    };
    // Three switches of each school have that series.
    expect(series.series.length * 11).toBe(devices * 3);
  });

  it("may watch its own school and no other", async () => {
    for (const id of ["s1", "s2", "t1"]) {
      const own = maySee({ subtree }, campus.inventory().schools.get(id)!.path);
      const stream = await openStream(`${server.url}/api/v1/stream?view=school&id=${id}`);
      expect(stream.status).toBe(own ? 200 : 404);
      if (own) expect((await stream.next("view")).data).toMatchObject({ school: { id } });
      stream.close();
    }
    for (const path of ["sc", "sc/gy", "sc/gy/jg", "sc/gy/cx"]) {
      const stream = await openStream(`${server.url}/api/v1/stream?view=county&path=${path}`);
      expect(stream.status).toBe(maySee({ subtree }, path) ? 200 : 404);
      if (stream.status === 200) {
        const view = (await stream.next("view")).data as CountyView;
        expect(view.totals.devices.total).toBe(devices);
      }
      stream.close();
    }
  });

  it("may not read the metrics of the process", async () => {
    expect((await server.get("/metrics")).status).toBe(404);
  });
});

describe("access", () => {
  it("shows nothing to nobody, or to a subtree that is not there", async () => {
    const campus = wellCampus();
    const nobody = await serve(campus, { callerOf: () => undefined });
    const lost = await serve(campus, { subtree: "sc/gy/jg/s" });
    try {
      for (const path of ["/api/v1/health", "/api/v1/schools", "/api/v1/search?q=s1", "/metrics"])
        expect((await nobody.get(path)).status, path).toBe(404);
      expect(((await lost.get("/api/v1/devices")).json as DevicesView).total).toBe(0);
      expect((await lost.get("/api/v1/series?quantity=interface.in_rate")).status).toBe(404);
      expect(campus.store.asked).toEqual([]);
    } finally {
      await nobody.server.close();
      await lost.server.close();
    }
  });

  it("ends a stream when the caller's right is taken away", async () => {
    let subtree = "sc/gy/jg";
    const server = await serve(wellCampus(), { callerOf: () => ({ subtree }), stream: { tickMs: 20 } });
    try {
      const stream = await openStream(`${server.url}/api/v1/stream?view=school&id=s1`);
      await stream.next("view");
      subtree = "sc/gy/cx";
      await stream.ended;
      expect((await openStream(`${server.url}/api/v1/stream?view=school&id=s1`)).status).toBe(404);
    } finally {
      await server.server.close();
    }
  });

  it("agrees with the plain meaning of a subtree on random trees", () => {
    const step = fc.constantFrom("a", "ab", "b", "a-b", "a.b");
    const path = fc.array(step, { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 4 }), path, (subtree, at) => {
        const inside = subtree.every((one, i) => at[i] === one);
        expect(maySee({ subtree: subtree.join("/") }, at.join("/"))).toBe(inside);
      }),
      { numRuns: 10_000 },
    );
  });
});
