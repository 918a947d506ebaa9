import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { EventsView } from "../../src/api/schemas/campus.ts";
import { EventLog } from "../../src/collection/event-log.ts";
import type { EventDraft } from "../../src/collection/events.ts";
import { DOCUMENT, FakeCampus, type RunningServer, serve } from "../api/campus.ts";
import { openStream } from "../api/event-stream.ts";

function draft(campus: FakeCampus, device: string, over: Partial<EventDraft> = {}): EventDraft {
  const { school, path } = campus.inventory().devices.get(device)!;
  return {
    at: campus.time,
    device,
    school,
    path,
    source: "10.1.1.1",
    kind: "linkDown",
    oid: "1.3.6.1.6.3.1.1.5.3",
    severity: "warning",
    interface: "GE0/0/1",
    varbinds: [{ oid: "1.3.6.1.2.1.2.2.1.8.1", name: "ifOperStatus.1", value: "down(2)", type: "INTEGER" }],
    more: 0,
    fold: `${device} ${Math.random()}`,
    ...over,
  };
}

describe("GET /api/v1/events", () => {
  const campus = new FakeCampus(DOCUMENT);
  const log = new EventLog({ file: ":memory:", clock: campus.clock });
  let server: RunningServer;
  const events = async (query: string): Promise<EventsView> => {
    const { status, json } = await server.get(`/api/v1/events?${query}`);
    expect(status).toBe(200);
    return json as EventsView;
  };

  beforeAll(async () => {
    log.open();
    campus.events = log;
    for (let i = 0; i < 5; i++) {
      campus.time += 1000;
      log.append(draft(campus, "s1-core"));
    }
    log.append(draft(campus, "s2-core", { kind: "coldStart", severity: "info" }));
    log.append(draft(campus, "t1-core"));
    log.flush();
    server = await serve(campus, { subtree: "sc/gy/jg", stream: { tickMs: 20 } });
  });
  afterAll(async () => {
    await server.server.close();
    await log.close();
  });

  it("answers newest first with everything an event has", async () => {
    const { events: list, next } = await events("");
    expect(list.map((event) => event.id)).toEqual([6, 5, 4, 3, 2, 1]);
    expect(next).toBeNull();
    expect(list[1]).toEqual({
      id: 5,
      at: campus.time,
      lastAt: campus.time,
      device: "s1-core",
      school: "s1",
      source: "10.1.1.1",
      kind: "linkDown",
      oid: "1.3.6.1.6.3.1.1.5.3",
      severity: "warning",
      interface: "GE0/0/1",
      count: 1,
      varbinds: [{ oid: "1.3.6.1.2.1.2.2.1.8.1", name: "ifOperStatus.1", value: "down(2)", type: "INTEGER" }],
      more: 0,
    });
  });

  it("filters by device, school, region, kind, severity and time", async () => {
    const ids = async (query: string) => (await events(query)).events.map((event) => event.id);
    expect(await ids("device=s2-core")).toEqual([6]);
    expect(await ids("school=s1&limit=2")).toEqual([5, 4]);
    expect(await ids("region=sc/gy/jg&kind=coldStart")).toEqual([6]);
    expect(await ids("severity=info")).toEqual([6]);
    expect(await ids(`from=${campus.time - 1000}&to=${campus.time}`)).toEqual([4]);
    expect(await ids("kind=nothing")).toEqual([]);
  });

  it("pages with `next`", async () => {
    const seen: number[] = [];
    for (let query = "limit=4"; ; ) {
      const { events: list, next } = await events(query);
      seen.push(...list.map((event) => event.id));
      if (next === null) break;
      query = `limit=4&before=${next}`;
    }
    expect(seen).toEqual([6, 5, 4, 3, 2, 1]);
  });

  it("answers 404 outside the caller's subtree and 400 for what it does not know", async () => {
    for (const query of ["device=t1-core", "school=t1", "region=sc/gy/cx", "region=sc", "device=nowhere"])
      expect((await server.get(`/api/v1/events?${query}`)).status, query).toBe(404);
    for (const query of ["limit=0", "limit=501", "severity=bad", "from=yesterday", "colour=red", "before=x"])
      expect((await server.get(`/api/v1/events?${query}`)).status, query).toBe(400);
  });

  it("hides the past of a device that moved away, and what happened elsewhere to one that came", async () => {
    const before = (await events("limit=500")).events.length;
    const { school, path } = campus.inventory().devices.get("s1-core")!;
    log.append(draft(campus, "t1-core", { school, path }));
    log.append(draft(campus, "s1-core", { school: "t1", path: "sc/gy/cx/t1" }));
    log.append(draft(campus, "s1-core", { path: "sc/gy" }));
    log.append(draft(campus, "s1-core", { path: "" }));
    log.flush();
    expect((await events("limit=500")).events.length).toBe(before);
  });

  it("tells new events to who watches, and only those of what is watched", async () => {
    const school = await openStream(`${server.url}/api/v1/stream?view=school&id=s1`);
    const county = await openStream(`${server.url}/api/v1/stream?view=county&path=sc/gy/jg`);
    const device = await openStream(`${server.url}/api/v1/stream?view=device&id=s2-core`);
    for (const stream of [school, county, device]) await stream.next("view");
    log.append(draft(campus, "t1-core"));
    log.append(draft(campus, "s1-core", { kind: "linkUp" }));
    log.append(draft(campus, "s2-core", { kind: "warmStart" }));
    log.flush();
    const kinds = (event: { data: unknown }) =>
      (event.data as EventsView).events.map(({ device: id, kind }) => `${id} ${kind}`);
    expect(kinds(await school.next("event"))).toEqual(["s1-core linkUp"]);
    expect(kinds(await county.next("event"))).toEqual(["s1-core linkUp", "s2-core warmStart"]);
    expect(kinds(await device.next("event"))).toEqual(["s2-core warmStart"]);
    for (const stream of [school, county, device]) stream.close();
  });
});
