import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { TargetsRoom, type TargetsRoomOptions } from "../../src/commands/controller/targets-room.ts";
import { BatchBuilder } from "../../src/measurements/batch.ts";
import { SeriesTable } from "../../src/measurements/series.ts";
import { parseSettings } from "../../src/settings/load.ts";
import type { Verdict } from "../../src/targets/judge.ts";
import { createLog } from "../../src/telemetry/log.ts";
import { createTelemetry } from "../../src/telemetry/telemetry.ts";
import { SLOT, SmallCampus } from "../indicators/campus.ts";
import { CALENDAR, folder, TestClock } from "./world.ts";

const HOUR = 3_600_000;
const MINUTE = 60_000;
const D1 = "2026-11-20";
const D2 = "2026-11-21";

let place: ReturnType<typeof folder>;
let campus: SmallCampus;
let clock: TestClock;
let room: TargetsRoom;
let logged: string[];

function makeRoom(more: object = {}): TargetsRoom {
  const text = JSON.stringify({ data: { dir: place.path }, targets: { sets: ["sichuan-2027"], ...more } });
  const { settings, problems } = parseSettings(text, place.file("campusd.yaml"), {});
  expect(problems).toEqual([]);
  const log = createLog({
    level: "info",
    destination: { write: (line) => void logged.push(line) },
    monotonic: clock.monotonic,
  });
  const options: TargetsRoomOptions = {
    settings: settings!,
    telemetry: createTelemetry(log),
    clock,
    store: campus.store,
    inventory: () => campus.inventory(),
    facts: (device) => campus.facts(device),
  };
  return new TargetsRoom(options);
}

/** The core answers all day, or from that hour on. */
function answers(date: string, from = 0): void {
  const start = CALENDAR.startOf(date);
  for (let time = start; time < start + 24 * HOUR; time += SLOT)
    campus.sample("core", "device.up", {}, time, time < start + from * HOUR ? 0 : 1);
}

async function verdict(
  date: string,
): Promise<{ verdict: Verdict; final: boolean; revised: boolean } | undefined> {
  const query = room.query!;
  const day = await query.day(date);
  if (day?.date !== date || !day.record) return undefined;
  const target = day.targets.find((one) => one.id === "sichuan-2027/service")!;
  const [row] = await query.schools(day, target, [campus.school("s1")]);
  const states = await query.regions(day, target, ["sc"]);
  return { verdict: row!.verdict, final: day.record.final, revised: states.get("sc")!.revised };
}

beforeEach(() => {
  place = folder();
  logged = [];
  clock = new TestClock(D1, 22.5);
  campus = new SmallCampus({
    regions: [{ path: "sc", name: "四川" }],
    schools: [
      {
        id: "s1",
        region: "sc",
        name: "一小",
        kind: "primary",
        setting: "town",
        devices: [{ id: "core", role: "core-switch", addresses: ["10.0.0.1"] }],
      },
    ],
  });
  answers(D1, 12);
  answers(D2);
  room = makeRoom();
});
afterEach(async () => {
  await room.close();
  place.end();
});

const signal = new AbortController().signal;

describe("the room that judges", () => {
  it("waits for the first answers, judges today in rounds, and a day for good after it ended", async () => {
    await room.open(signal);
    await room.look();
    expect(await verdict(D1)).toBeUndefined();
    clock.time += MINUTE;
    await room.look();
    expect(await verdict(D1)).toEqual({ verdict: "not-met", final: false, revised: false });
    clock.to(D2, 0.25);
    await room.look();
    expect(await verdict(D1)).toMatchObject({ final: false });
    clock.to(D2, 0.75);
    await room.look();
    expect(await verdict(D1)).toEqual({ verdict: "not-met", final: true, revised: false });
    expect(await verdict(D2)).toMatchObject({ verdict: "unknown", final: false });
  });

  it("judges a day again when readings of it come late, and says that it was revised", async () => {
    await room.open(signal);
    clock.time += MINUTE;
    await room.look();
    clock.to(D2, 1);
    await room.look();
    // A gateway sends what it had kept: the core answered all day.
    answers(D1);
    const table = new SeriesTable();
    const batch = new BatchBuilder();
    const series = table.intern("device.up", campus.tags("core"));
    batch.add(series, CALENDAR.startOf(D1) + 8 * HOUR, 1);
    batch.add(series, clock.now(), 1);
    room.late(batch.take("node", 1)!, table);
    await room.look();
    expect(await verdict(D1)).toMatchObject({ verdict: "not-met" });
    clock.time += 3 * MINUTE;
    await room.look();
    expect(await verdict(D1)).toEqual({ verdict: "met", final: true, revised: true });
    expect(logged.filter((line) => line.includes("a day was revised"))).toHaveLength(1);
    clock.time += 3 * MINUTE;
    await room.look();
    expect(logged.filter((line) => line.includes("a day was revised"))).toHaveLength(1);
  });

  it("remembers over a restart which days have to be judged again", async () => {
    await room.open(signal);
    clock.time += MINUTE;
    await room.look();
    clock.to(D2, 1);
    await room.look();
    answers(D1);
    const table = new SeriesTable();
    const batch = new BatchBuilder();
    batch.add(table.intern("device.up", campus.tags("core")), CALENDAR.startOf(D1) + 8 * HOUR, 1);
    room.late(batch.take("node", 1)!, table);
    await room.close();
    room = makeRoom();
    await room.open(signal);
    await room.look();
    expect(await verdict(D1)).toMatchObject({ verdict: "met", revised: true });
  });

  it("judges the days that it missed, and no more than a week of them", async () => {
    await room.open(signal);
    clock.time += MINUTE;
    await room.look();
    clock.to("2026-11-23", 12);
    await room.look();
    expect(
      [await verdict(D1), await verdict(D2), await verdict("2026-11-22")].map((one) => one?.final),
    ).toEqual([true, true, true]);
    expect((await verdict(D2))!.verdict).toBe("met");
    clock.to("2026-12-15", 12);
    await room.look();
    expect([await verdict("2026-12-07"), await verdict("2026-12-08")].map((one) => one?.final)).toEqual([
      undefined,
      true,
    ]);
  });

  it("judges the days before the first one that the store knows, newest first, and stops where it knows none", async () => {
    answers("2026-11-19");
    answers("2026-11-18", 12);
    await room.open(signal);
    clock.time += MINUTE;
    for (let i = 0; i < 5; i++) await room.look();
    expect((await verdict("2026-11-19"))!).toEqual({ verdict: "met", final: true, revised: false });
    expect((await verdict("2026-11-18"))!.verdict).toBe("not-met");
    expect(await verdict("2026-11-17")).toBeUndefined();
    expect(await verdict(D1)).toEqual({ verdict: "not-met", final: false, revised: false });
    const query = room.query!;
    const day = (await query.day())!;
    const target = day.targets.find((one) => one.id === "sichuan-2027/service")!;
    expect((await query.history(day, target, "sc")).map(([date, rate]) => [date, rate])).toEqual([
      ["2026-11-18", 0],
      ["2026-11-19", 1],
      [D1, 0],
    ]);
  });

  it("tells of a store that is away, and tries again", async () => {
    await room.open(signal);
    const query = campus.store.query.bind(campus.store);
    campus.store.query = async () => {
      const { CampusError } = await import("../../src/errors/campus-error.ts");
      throw new CampusError("E_STORE_READ", "away");
    };
    clock.time += MINUTE;
    await expect(room.look()).rejects.toMatchObject({ code: "E_STORE_READ" });
    expect(await verdict(D1)).toBeUndefined();
    campus.store.query = query;
    clock.time += 16 * MINUTE;
    await room.look();
    expect(await verdict(D1)).toMatchObject({ verdict: "not-met" });
  });
});

describe("settings that are wrong", () => {
  it("end the start with what is wrong, and leave no file behind", async () => {
    room = makeRoom({ sets: ["sichuan-2028"] });
    await expect(room.open(signal)).rejects.toMatchObject({
      code: "E_SETTINGS",
      message: expect.stringContaining('did you mean "sichuan-2027"?'),
    });
    const own = place.file("own");
    mkdirSync(own);
    writeFileSync(`${own}/province.yaml`, "chnages: []\n");
    room = makeRoom({ dirs: [own] });
    await expect(room.open(signal)).rejects.toMatchObject({
      code: "E_TARGETS",
      message: expect.stringContaining(
        'province.yaml:1:1 chnages: unknown key "chnages"; did you mean "changes"?',
      ),
    });
    expect(existsSync(place.file("targets.db"))).toBe(false);
    room = makeRoom();
  });
});
