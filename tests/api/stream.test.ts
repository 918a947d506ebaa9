import { connect } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { countySchema, deviceSchema, errorSchema, schoolSchema } from "../../src/api/schemas/campus.ts";
import { StreamChannel } from "../../src/api/stream-channel.ts";
import { DOCUMENT, FakeCampus, makeWell, type RunningServer, serve } from "./campus.ts";
import { type OpenStream, openStream } from "./event-stream.ts";

const PORT = { interface: "GE0/0/1" };
const running: RunningServer[] = [];
const streams: OpenStream[] = [];

afterEach(async () => {
  for (const stream of streams.splice(0)) stream.close();
  for (const one of running.splice(0)) await one.server.close();
});

async function start(
  options: Parameters<typeof serve>[1] = {},
): Promise<{ fake: FakeCampus; server: RunningServer }> {
  const fake = new FakeCampus(DOCUMENT);
  makeWell(fake, "s1");
  const server = await serve(fake, { ...options, stream: { tickMs: 20, ...options.stream } });
  running.push(server);
  return { fake, server };
}

async function open(server: RunningServer, query: string): Promise<OpenStream> {
  const stream = await openStream(`${server.url}/api/v1/stream?${query}`, { "last-event-id": "12" });
  streams.push(stream);
  return stream;
}

describe("the live stream", () => {
  it("begins with the whole document of a county, a school, a device", async () => {
    const { server } = await start();
    const county = await open(server, "view=county&path=sc/gy/jg");
    expect(county.status).toBe(200);
    expect(county.headers.get("content-type")).toContain("text/event-stream");
    expect(county.headers.get("content-security-policy")).toContain("default-src 'self'");
    countySchema.parse((await county.next("view")).data);
    schoolSchema.parse((await (await open(server, "view=school&id=s1")).next("view")).data);
    deviceSchema.parse((await (await open(server, "view=device&id=s1-core")).next("view")).data);
  });

  it("then sends rows that changed, whole, and that it lives", async () => {
    const { fake, server } = await start();
    const county = await open(server, "view=county&path=sc/gy/jg");
    const school = await open(server, "view=school&id=s1");
    const device = await open(server, "view=device&id=s1-core");
    for (const stream of [county, school, device]) await stream.next("view");
    fake.pass(20_000);
    fake.sample("s1-core", "interface.in_rate", 950e6, PORT);
    const first = (await county.next("patch")).data as Record<string, { id: string; state: string }[]>;
    expect(first["schools"]!.map((one) => [one.id, one.state])).toEqual([["s1", "bad"]]);
    expect(first["links"]!.map((one) => [one.id, one.state])).toEqual([["s1-up", "bad"]]);
    expect(first["totals"]).toMatchObject({ schools: { bad: 1 } });
    expect(first).not.toHaveProperty("region");
    const second = (await school.next("patch")).data as Record<string, unknown>;
    expect(second["school"]).toMatchObject({ id: "s1", state: "bad" });
    expect(second["links"]).toMatchObject([{ id: "s1-up", use: 95 }]);
    expect(second).not.toHaveProperty("rooms");
    const third = (await device.next("patch")).data as Record<string, unknown>;
    expect(third["interfaces"]).toMatchObject([{ key: "GE0/0/1", inRate: 950e6 }]);
    // On a busy machine one may have been sent before the time passed.
    let alive = (await county.next("alive")).data as { at: number };
    while (alive.at < fake.time) alive = (await county.next("alive")).data as { at: number };
    expect(alive).toMatchObject({ perSecond: 56.5, at: fake.time });
  });

  it("says nothing but that it lives while nothing changes", async () => {
    const { fake, server } = await start();
    const stream = await open(server, "view=school&id=s1");
    await stream.next("view");
    for (let i = 0; i < 3; i++) {
      fake.pass();
      await stream.next("alive");
    }
    expect(stream.events.filter((one) => one.event === "patch")).toEqual([]);
  });

  it("sends the whole document again when the inventory is replaced, and ends when its subject is gone", async () => {
    const { fake, server } = await start();
    const stream = await open(server, "view=county&path=sc/gy/jg");
    const gone = await open(server, "view=school&id=s2");
    await stream.next("view");
    await gone.next("view");
    fake.replace({
      regions: DOCUMENT.regions,
      schools: DOCUMENT.schools!.filter((one) => one.id !== "s2"),
      links: DOCUMENT.links!.filter((one) => one.id !== "s2-up"),
    });
    const view = countySchema.parse((await stream.next("view")).data);
    expect(view.schools.map((one) => one.id)).toEqual(["s1"]);
    await gone.ended;
  });

  it("ends every stream when the server closes, and then refuses", async () => {
    const { server } = await start();
    const stream = await open(server, "view=school&id=s1");
    await stream.next("view");
    await server.server.close();
    await stream.ended;
    await expect(fetch(`${server.url}/api/v1/health`)).rejects.toThrow();
  });

  it("takes so many and no more, and takes another when one has gone", async () => {
    const { server } = await start({ stream: { connections: 2, tickMs: 20 } });
    const first = await open(server, "view=school&id=s1");
    await open(server, "view=school&id=s2");
    const answer = await server.get("/api/v1/stream?view=school&id=s1");
    expect(answer.status).toBe(503);
    expect(errorSchema.parse(answer.json).error.code).toBe("E_BUSY");
    first.close();
    let status = 503;
    while (status === 503) {
      const again = await openStream(`${server.url}/api/v1/stream?view=school&id=s1`);
      status = again.status;
      again.close();
    }
    expect(status).toBe(200);
  });

  it("keeps nothing back for a browser that does not read, and lets it go", async () => {
    const { fake, server } = await start({ stream: { tickMs: 10, stuckMs: 5000 } });
    const numbers = (value: number): void => {
      for (let i = 0; i < 1500; i++) fake.sample("s1-air", "sensor.count", value, { sensor: `sensor ${i}` });
    };
    numbers(0);
    const { port, hostname } = new URL(server.url);
    const socket = connect(Number(port), hostname);
    socket.on("error", () => {});
    socket.write("GET /api/v1/stream?view=device&id=s1-air HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n");
    socket.pause();
    const reader = await open(server, "view=device&id=s1-air");
    await reader.next("view");
    const metrics = async (): Promise<string> => (await server.get("/metrics")).text;
    const limit = Date.now() + 40_000;
    // Every number changes at each look until the buffers of the paused socket are full and it is let go.
    for (let round = 1; Date.now() < limit; round++) {
      fake.pass();
      numbers(round);
      await reader.next("patch");
      if (/^campusd_stream_clients 1$/m.test(await metrics())) break;
    }
    const text = await metrics();
    expect(text).toMatch(/^campusd_stream_clients 1$/m);
    expect(text).toMatch(/^campusd_patches_skipped_total [1-9]/m);
    socket.destroy();
    await reader.next("alive");
  });
});

describe("a channel", () => {
  it("gives who missed patches everything since, once", () => {
    let document: Record<string, unknown> = {
      at: 1,
      schools: [
        { id: "a", v: 1 },
        { id: "b", v: 1 },
      ],
    };
    const channel = new StreamChannel(() => document);
    expect(channel.refresh()).toBe(true);
    const start = channel.revision;
    document = {
      at: 2,
      schools: [
        { id: "a", v: 2 },
        { id: "b", v: 1 },
      ],
    };
    channel.refresh();
    document = {
      at: 3,
      schools: [
        { id: "a", v: 3 },
        { id: "b", v: 2 },
      ],
    };
    channel.refresh();
    expect(JSON.parse(channel.patch(start)!)).toEqual({
      at: 3,
      schools: [
        { id: "a", v: 3 },
        { id: "b", v: 2 },
      ],
    });
    expect(JSON.parse(channel.patch(start + 1)!)).toEqual({ at: 3, schools: document["schools"] });
    expect(channel.patch(channel.revision)).toBeUndefined();
    expect(channel.whole).toBeLessThanOrEqual(start);
  });

  it("asks for the whole when a row goes, and does not repeat a row whose time alone moved a little", () => {
    let document: Record<string, unknown> = {
      at: 1,
      rooms: [
        { path: "x", at: 20_000 },
        { path: "y", at: 20_000 },
      ],
    };
    const channel = new StreamChannel(() => document);
    channel.refresh();
    document = {
      at: 2,
      rooms: [
        { path: "x", at: 29_999 },
        { path: "y", at: 20_000 },
      ],
    };
    const before = channel.revision;
    channel.refresh();
    expect(channel.revision).toBe(before);
    document = { at: 3, rooms: [{ path: "x", at: 30_000 }] };
    channel.refresh();
    expect(channel.whole).toBe(channel.revision);
    expect(channel.whole).toBeGreaterThan(before);
  });
});
