import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  AWAITED_MS,
  COVERAGE_AT_MOST_MS,
  COVERAGE_FOR_MS,
  CoverageBoard,
} from "../../src/api/coverage-board.ts";
import type { SchoolView } from "../../src/api/schemas/campus.ts";
import type { CoverageView, SchoolIpv6View, SchoolWifiView } from "../../src/api/schemas/coverage.ts";
import type { SchoolCoverage } from "../../src/api/views/coverage.ts";
import { CampusError } from "../../src/errors/campus-error.ts";
import { unknownShare } from "../../src/indicators/share.ts";
import { deviceTags } from "../../src/inventory/tags.ts";
import { MemoryStore } from "../indicators/campus.ts";
import { DOCUMENT, FakeCampus, type RunningServer, serve } from "./campus.ts";

const SLOT = 300_000;
/** 2026-11-22 12:00 in Shanghai. */
const NOON = Date.UTC(2026, 10, 22, 4);

let campus: FakeCampus;
let store: MemoryStore;
let running: RunningServer | undefined;

beforeEach(() => {
  campus = new FakeCampus(DOCUMENT);
  campus.time = NOON;
  store = new MemoryStore();
  campus.store.answer = (query) => store.query(query);
});
afterEach(async () => {
  await running?.server.close();
  running = undefined;
});

/** A sample in each of the last two hours' slots. */
function fill(device: string, quantity: string, tags: object, value: (slot: number) => number): void {
  const own = deviceTags(campus.inventory(), campus.inventory().devices.get(device)!);
  for (let slot = 0; slot < 24; slot++)
    store.put(quantity, { ...own, ...tags }, NOON - (24 - slot) * SLOT + 1000, value(slot));
}

function school(id: string, v6: number, v4: number): void {
  for (const direction of ["in", "out"])
    for (const [family, step] of [
      ["ipv6", v6],
      ["ipv4", v4],
    ] as const)
      fill(
        `${id}-core`,
        `ip.${direction}_octets`,
        { interface: "GE0/0/1", family },
        (slot) => 5e9 + slot * step,
      );
  fill(`${id}-ac`, "wifi.ap_state", { ap: "AP-101" }, () => 1);
}

const get = async <T>(path: string, subtree = ""): Promise<{ status: number; json: T }> => {
  running ??= await serve(campus, { subtree });
  const { status, json } = await running.get(path);
  return { status, json: json as T };
};

describe("GET /api/v1/schools/{id}/ipv6 and /wifi", () => {
  it("answer the last 24 hours, with gaps and unknowns beside the shares", async () => {
    school("s1", 400_000, 600_000);
    const ipv6 = await get<SchoolIpv6View>("/api/v1/schools/s1/ipv6");
    expect(ipv6.status).toBe(200);
    expect(ipv6.json).toMatchObject({
      school: "s1",
      at: NOON,
      window: { from: NOON - 86_400_000, to: NOON },
      level: null,
      share: {
        value: 0.4,
        source: "ip-if-stats",
        confidence: "A",
        linksMeasured: 1,
        linksRegistered: 1,
        gaps: 265,
        slots: 288,
      },
    });
    expect(ipv6.json.steps).toHaveLength(6);
    const wifi = await get<SchoolWifiView>("/api/v1/schools/s1/wifi");
    expect(wifi.json).toMatchObject({
      rooms: 2,
      presence: { value: 1, evidence: "inferred" },
      // Two hours in which the controller named one of two; the 13 hours of term before are unknown.
      service: { numerator: 24, denominator: 48, unknown: 2 * 13 * 12 },
      aps: { planned: 2, known: 1, online: 1, serving: 1, hidden: 1, notRegistered: 0 },
    });
    expect(wifi.json.list.map((row) => [row.room, row.stage])).toEqual([
      ["s1/a/101", "serving"],
      ["s1/a/102", "planned"],
    ]);
  });

  it("say nothing of schools outside the subtree", async () => {
    for (const path of ["/api/v1/schools/t1/ipv6", "/api/v1/schools/t1/wifi", "/api/v1/schools/none/wifi"])
      expect((await get(path, "sc/gy/jg")).status).toBe(404);
    expect((await get("/api/v1/schools/s1/wifi")).status).toBe(200);
  });

  it("tell a store that is away", async () => {
    campus.store.answer = async () => {
      throw new CampusError("E_STORE_READ", "the store is away");
    };
    expect((await get("/api/v1/schools/s1/ipv6")).status).toBe(503);
  });
});

describe("GET /api/v1/coverage", () => {
  it("rolls up by octets, and says what is registered and not measured", async () => {
    school("s1", 900_000, 100_000);
    school("s2", 100_000, 8_900_000);
    const { status, json } = await get<CoverageView>("/api/v1/coverage?region=sc");
    expect(status).toBe(200);
    expect(json).toMatchObject({
      region: "sc",
      schools: { total: 3, judged: 3 },
      ipv6: { share: { value: 0.1, unknown: 1 }, linksMeasured: 2, linksRegistered: 3, levelUnknown: 3 },
      wifi: { presence: { numerator: 6, denominator: 6 }, service: { numerator: 48, denominator: 96 } },
    });
  });

  it("is of the caller's subtree alone", async () => {
    expect((await get("/api/v1/coverage?region=sc/gy/cx", "sc/gy/jg")).status).toBe(404);
    expect((await get("/api/v1/coverage?region=sc")).status).toBe(404);
    expect((await get("/api/v1/coverage")).status).toBe(400);
    expect((await get<CoverageView>("/api/v1/coverage?region=sc/gy/jg")).json.schools).toEqual({
      total: 2,
      judged: 2,
    });
  });
});

describe("the stations of a school", () => {
  it("are counted once, whatever parts of them its controller tells besides", async () => {
    const row = async () => (await get<SchoolView>("/api/v1/schools/s1")).json.school;
    campus.sample("s1-ac", "wifi.clients", 30, { ssid: "school", radio: "2.4G" });
    campus.sample("s1-ac", "wifi.clients", 25, { ssid: "school", radio: "5G" });
    expect((await row()).clients).toBe(55);
    campus.sample("s1-ac", "wifi.clients", 54);
    campus.pass();
    expect((await row()).clients).toBe(54);
  });
});

describe("the coverage board", () => {
  const schools = [...new FakeCampus(DOCUMENT).inventory().schools.values()];
  const coverage = (level: number): SchoolCoverage => ({
    level,
    octets: unknownShare("no-data"),
    linksMeasured: 0,
    linksRegistered: 0,
    gaps: 0,
    slots: 0,
    presence: unknownShare("no-data"),
    service: unknownShare("no-data"),
    signal: unknownShare("no-data"),
    capacity: unknownShare("no-data"),
  });

  it("judges each school once a minute, behind the answer", async () => {
    let now = 0;
    let judged = 0;
    const board = new CoverageBoard({
      monotonic: () => now,
      judge: async () => coverage(++judged),
      failed: () => undefined,
    });
    expect((await board.of(schools)).schools).toHaveLength(3);
    now += COVERAGE_FOR_MS;
    await board.of(schools);
    expect(judged).toBe(3);
    now += 1;
    const old = await board.of(schools);
    expect(old.schools.map((one) => one.level)).toEqual([1, 2, 3]);
    expect(old.taken).toBe(0);
    await new Promise((resolve) => setTimeout(resolve, 0));
    expect(judged).toBe(6);
    now += COVERAGE_AT_MOST_MS + 1;
    // Nobody had asked for so long: it waits for new ones.
    expect((await board.of(schools)).schools.map((one) => one.level)).toEqual([7, 8, 9]);
  });

  it("answers with those that are judged in time, and goes on with the others", async () => {
    const { promise: held, resolve } = Promise.withResolvers<void>();
    const board = new CoverageBoard({
      monotonic: () => performance.now(),
      judge: async (one) => {
        if (one.id !== "s1") await held;
        return coverage(1);
      },
      failed: () => undefined,
    });
    const begun = performance.now();
    expect((await board.of(schools)).schools).toHaveLength(1);
    expect(performance.now() - begun).toBeGreaterThanOrEqual(AWAITED_MS - 5);
    resolve();
    await new Promise((wait) => setTimeout(wait, 0));
    expect((await board.of(schools)).schools).toHaveLength(3);
  });

  it("tells a failure to who waits, tries again, and begins nothing after close", async () => {
    let fail = true;
    const failures: unknown[] = [];
    const board = new CoverageBoard({
      monotonic: () => 0,
      judge: async () => {
        if (fail) throw new CampusError("E_STORE_READ", "away");
        return coverage(2);
      },
      failed: (error) => failures.push(error),
    });
    await expect(board.of(schools)).rejects.toMatchObject({ code: "E_STORE_READ" });
    fail = false;
    expect((await board.of(schools)).schools).toHaveLength(3);
    board.close();
    const other = [{ ...schools[0]!, id: "new" }];
    expect((await board.of(other)).schools).toEqual([]);
  });
});
