import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type PollingView, pollingSchema } from "../../src/api/schemas/campus.ts";
import type { DeviceLoad } from "../../src/collection/contract.ts";
import { DOCUMENT, FakeCampus, type RunningServer, serve } from "./campus.ts";

const load = (more: Partial<DeviceLoad> = {}): DeviceLoad => ({
  requests: 10,
  octets: 12_000,
  mostRequests: 14,
  inFlight: 1,
  requestsPerSecond: 50,
  level: 0,
  ...more,
});

class PolledCampus extends FakeCampus {
  readonly loads = new Map<string, DeviceLoad>();
  load(device: string): DeviceLoad | undefined {
    return this.loads.get(device);
  }
}

describe("GET /api/v1/polling", () => {
  const campus = new PolledCampus(DOCUMENT);
  let everybody: RunningServer;

  beforeAll(async () => {
    const reason = "this device suffers from monitoring";
    campus.loads.set("s1-core", load());
    campus.loads.set("s1-ac", load({ requests: 30, level: 3, reason }));
    everybody = await serve(campus);
  });
  afterAll(() => everybody.server.close());

  const read = async (path: string): Promise<PollingView> => {
    const { status, json, text } = await everybody.get(`/api/v1/polling${path}`);
    expect(status, text).toBe(200);
    return pollingSchema.parse(json);
  };

  it("sums what polling costs each school, and names no devices unless a school is asked for", async () => {
    const { schools, devices } = await read("");
    expect(devices).toEqual([]);
    expect(schools[0]).toMatchObject({ id: "s1", devices: 2, requests: 40, octets: 24_000, suffering: 1 });
    expect(schools.slice(1).every((school) => school.requests === 0)).toBe(true);
  });

  it("tells of each device of a school its cost, its limits, and whether it suffers", async () => {
    const { schools, devices } = await read("?school=s1");
    expect(schools).toHaveLength(1);
    expect(devices.map(({ id, level }) => [id, level])).toEqual([
      ["s1-ac", 3],
      ["s1-core", 0],
    ]);
    expect(devices[0]).toMatchObject({ requestsPerSecond: 50, inFlight: 1, mostRequests: 14 });
    expect(devices[0]!.reason).toContain("suffers");
    expect(devices[1]!.reason).toBeNull();
  });

  it("answers nothing outside of the caller's subtree", async () => {
    const path = [...campus.inventory().schools.values()].find((school) => school.id !== "s1")!.path;
    const other = await serve(campus, { subtree: path });
    try {
      const { json } = await other.get("/api/v1/polling");
      expect(pollingSchema.parse(json).schools.map(({ id }) => id)).toEqual([path.split("/").at(-1)]);
      expect((await other.get("/api/v1/polling?school=s1")).status).toBe(404);
      expect((await other.get("/api/v1/polling?school=nowhere")).status).toBe(404);
    } finally {
      await other.server.close();
    }
  });
});
