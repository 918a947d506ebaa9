import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CampusError } from "../../src/errors/campus-error.ts";
import { DeclaredMaker } from "../../src/indicators/declared/maker.ts";
import { TargetDatabase } from "../../src/targets/database.ts";
import { DeclarationBook } from "../../src/targets/declaration-book.ts";
import { TargetEngine } from "../../src/targets/engine.ts";
import { freezeReport, reportLine } from "../../src/targets/export/report.ts";
import type { Target, TargetBook } from "../../src/targets/model.ts";
import { TargetQuery } from "../../src/targets/query.ts";
import { CALENDAR, condition, folder, inventoryOf, TableMaker, TestClock, target } from "./world.ts";

/**
 * A province small enough to work out by hand. Two cities, three counties, nine schools, one of them (h0) hanging
 * at its city directly; kinds and settings differ so that applicability has something to do.
 */
const WORLD = `
regions:
  - {path: sc, name: 省, nameEn: Province}
  - {path: sc/east, name: 东市}
  - {path: sc/west, name: 西市}
  - {path: sc/east/a, name: 甲县}
  - {path: sc/east/b, name: 乙县}
  - {path: sc/west/c, name: 丙县}
schools:
  - {id: a1, region: sc/east/a, name: a1, kind: primary, setting: urban}
  - {id: a2, region: sc/east/a, name: a2, kind: primary, setting: town}
  - {id: a3, region: sc/east/a, name: a3, kind: primary, setting: rural}
  - {id: b1, region: sc/east/b, name: b1, kind: secondary, setting: town}
  - {id: b2, region: sc/east/b, name: b2, kind: high, setting: rural}
  - {id: c1, region: sc/west/c, name: c1, kind: primary, setting: urban}
  - {id: c2, region: sc/west/c, name: c2, kind: primary, setting: rural}
  - {id: c3, region: sc/west/c, name: c3, kind: vocational, setting: town}
  - {id: h0, region: sc/east, name: h0, kind: high, setting: urban}
`;

const WIFI = target({
  id: "set/wifi",
  wanted: 1,
  by: "2027-12-31",
  name: { zh: "无线", en: "School Wi-Fi" },
  conditions: [condition("wifi.presence", ">=", 1), condition("wifi.service", ">=", 0.98)],
});
const FIVE_G = target({
  id: "set/5g",
  applies: { settings: ["urban", "town"] },
  conditions: [condition("declared.5g", ">=", 1)],
});
const SPACES = target({
  id: "set/spaces",
  amount: 10,
  measure: "sum",
  conditions: [condition("declared.spaces", ">=", 1)],
});
const D1 = "2026-11-20";
const D2 = "2026-11-21";
const TODAY = "2026-11-22";

const inventory = inventoryOf(WORLD);
let place: ReturnType<typeof folder>;
let clock: TestClock;
let wifi: TableMaker;
let declared: DeclarationBook;
let database: TargetDatabase;
let failures: unknown[];

function bookWith(targets: readonly Target[]): TargetBook {
  const name = { zh: "集", en: "set" };
  return { sets: new Map([["set", { id: "set", name, targets }]]), changes: [] };
}

function engineWith(targets: readonly Target[] = [WIFI, FIVE_G, SPACES]): TargetEngine {
  return new TargetEngine({
    database,
    makers: [wifi, new DeclaredMaker(declared, CALENDAR)],
    book: bookWith(targets),
    calendar: CALENDAR,
    clock,
    inventory: () => inventory,
    failed: (error) => failures.push(error),
    duty: 1,
  });
}

function queryWith(engine: TargetEngine): TargetQuery {
  return new TargetQuery({
    database,
    calendar: CALENDAR,
    clock,
    makers: [],
    inventory: () => inventory,
    targets: () => engine.targets(),
  });
}

beforeEach(async () => {
  place = folder();
  clock = new TestClock(TODAY);
  wifi = new TableMaker(["wifi.presence", "wifi.service"]);
  failures = [];
  const say = (school: string, presence: number | null, service: number | null) => {
    wifi.say(school, "wifi.presence", presence === null ? null : { value: presence, evidence: "inferred" });
    wifi.say(school, "wifi.service", service);
  };
  say("a1", 1, 0.99); // met
  say("a2", 1, 0.97); // not met, measured
  say("a3", 0.5, null); // not met, inferred: presence alone decides
  say("b1", 1, null); // unknown
  say("b2", 1, 1); // met
  say("c1", 1, 0.98); // met: the limit is reached
  say("c2", null, null); // unknown
  say("c3", null, 0.5); // not met, measured: service alone decides
  say("h0", 1, 1); // met
  declared = new DeclarationBook([
    { indicator: "declared.5g", school: "a1", value: 1, source: "list", date: "2026-10-01", until: null },
    { indicator: "declared.5g", school: "b1", value: 0, source: "list", date: "2026-10-01", until: null },
    { indicator: "declared.5g", school: "c1", value: 1, source: "list", date: "2026-10-01", until: D1 },
    { indicator: "declared.5g", school: "h0", value: 1, source: "list", date: TODAY, until: null },
    { indicator: "declared.spaces", school: "a1", value: 3, source: "list", date: "2026-10-01", until: null },
    { indicator: "declared.spaces", school: "c3", value: 4, source: "list", date: "2026-10-01", until: null },
    { indicator: "declared.spaces", school: "c1", value: 0, source: "list", date: "2026-10-01", until: null },
  ]);
  database = new TargetDatabase({ file: place.file("targets.db") });
  await database.open();
});

afterEach(async () => {
  await database.close();
  place.end();
});

/** [total, met, declared, not met, unknown, not applicable] by hand. */
type Numbers = readonly [number, number, number, number, number, number];

async function numbers(query: TargetQuery, id: string, date: string): Promise<Record<string, Numbers>> {
  const day = (await query.day(date))!;
  expect(day.date).toBe(date);
  const found = await query.regions(day, day.targets.find((one) => one.id === id)!, [
    ...inventory.regions.keys(),
  ]);
  return Object.fromEntries(
    [...found].map(([path, { tally: t }]) => [
      path,
      [t.total, t.met, t.declared, t.notMet, t.unknown, t.notApplicable],
    ]),
  );
}

describe("the golden province", () => {
  it("has the numbers that were worked out by hand", async () => {
    const engine = engineWith();
    await engine.judgeDay(D1, { final: true });
    const query = queryWith(engine);
    expect(await numbers(query, "set/wifi", D1)).toEqual({
      "sc/east/a": [3, 1, 0, 2, 0, 0],
      "sc/east/b": [2, 1, 0, 0, 1, 0],
      "sc/west/c": [3, 1, 0, 1, 1, 0],
      "sc/east": [6, 3, 0, 2, 1, 0],
      "sc/west": [3, 1, 0, 1, 1, 0],
      sc: [9, 4, 0, 3, 2, 0],
    });
    // Rural schools are not counted; h0 is declared from a later date on.
    expect(await numbers(query, "set/5g", D1)).toEqual({
      "sc/east/a": [3, 0, 1, 0, 1, 1],
      "sc/east/b": [2, 0, 0, 1, 0, 1],
      "sc/west/c": [3, 0, 1, 0, 1, 1],
      "sc/east": [6, 0, 1, 1, 2, 2],
      "sc/west": [3, 0, 1, 0, 1, 1],
      sc: [9, 0, 2, 1, 3, 3],
    });
    expect(await numbers(query, "set/spaces", D1)).toMatchObject({
      sc: [9, 0, 2, 1, 6, 0],
      "sc/west": [3, 0, 1, 1, 1, 0],
    });
    const day = (await query.day(D1))!;
    const [state, fiveG, spaces] = await query.states(day, "sc");
    expect(state!.tally).toMatchObject({
      byMeasured: 2,
      byInferred: 5,
      byDeclared: 0,
      metMeasured: 0,
      metInferred: 4,
    });
    expect([fiveG!.tally.byDeclared, spaces!.tally.amount, spaces!.course]).toEqual([3, 7, "unknown"]);
    expect(state!.course).toBe("unknown");
    expect(reportLine(state!, D1, "en")).toBe(
      "School Wi-Fi: 4 met of 9, 2 unknown; 44.4 % inferred on 2026-11-20; target 100 % by 2027-12-31; no pace yet (1 day) [word, word]",
    );
    expect(reportLine(state!, D1, "zh")).toBe(
      "无线：应计 9 所，达标 4 所，未知 2 所；2026-11-20 推断 44.4%；目标 2027-12-31 前达到 100%；进度未知（1 天数据）〔词，词〕",
    );
  });

  it("lets a declaration begin and end with its dates", async () => {
    const engine = engineWith([FIVE_G]);
    const found: unknown[] = [];
    for (const date of [D1, D2, TODAY]) {
      await engine.judgeDay(date, { final: date !== TODAY });
      const query = queryWith(engine);
      const day = (await query.day(date))!;
      const rows = await query.schools(
        day,
        FIVE_G,
        ["c1", "h0"].map((id) => inventory.schools.get(id)!),
      );
      found.push(rows.map((row) => [row.verdict, row.since]));
    }
    expect(found).toEqual([
      [
        ["declared", D1],
        ["unknown", D1],
      ],
      [
        ["unknown", D2],
        ["unknown", D1],
      ],
      [
        ["unknown", D2],
        ["declared", TODAY],
      ],
    ]);
  });

  it("says why and since when of each school, with the values it was judged by", async () => {
    const engine = engineWith();
    await engine.judgeDay(D1, { final: true });
    wifi.say("a2", "wifi.service", 0.99, D2);
    await engine.judgeDay(D2, { final: true });
    const query = queryWith(engine);
    const rows = await query.schools((await query.day(D2))!, WIFI, inventory.schoolsIn("sc/east/a"));
    expect(
      rows.map((row) => [
        row.school.id,
        row.verdict,
        row.evidence,
        row.since,
        row.values.map((one) => one?.value),
      ]),
    ).toEqual([
      ["a1", "met", "inferred", D1, [1, 0.99]],
      ["a2", "met", "inferred", D2, [1, 0.99]],
      ["a3", "not-met", "inferred", D1, [0.5, null]],
    ]);
    const judged = (await query.judgement((await query.day(D1))!, WIFI, inventory.schools.get("a2")!))!;
    expect([judged.verdict, judged.conditions.map((one) => one.met)]).toEqual(["not-met", [true, false]]);
  });
});

describe("the same day again", () => {
  it("with the same values is the same to the octet, also in another file", async () => {
    const engine = engineWith();
    await engine.judgeDay(D1, { final: true });
    const first = await frozen(engine);
    clock.to(TODAY, 18);
    expect(await engine.judgeDay(D1, { final: true })).toMatchObject({ tallies: 0, verdicts: 0 });
    expect(await frozen(engine)).toEqual(first);
    await database.close();
    database = new TargetDatabase({ file: place.file("other.db") });
    await database.open();
    const other = engineWith();
    await other.judgeDay(D1, { final: true });
    expect(await frozen(other)).toEqual(first);
  });

  it("after late readings is revised, and the old number is kept", async () => {
    const engine = engineWith();
    await engine.judgeDay(D1, { final: true });
    await engine.judgeDay(D2, { final: true });
    const before = await frozen(engine);
    wifi.say("b1", "wifi.service", 1, D1);
    wifi.asked = 0;
    const revised = await engine.judgeDay(D1, { final: true, schools: new Set(["b1"]) });
    expect(wifi.asked).toBe(1);
    // sc, sc/east and sc/east/b changed.
    expect(revised).toMatchObject({ tallies: 3, verdicts: 1 });
    const query = queryWith(engine);
    const day = (await query.day(D1))!;
    const states = await query.regions(day, WIFI, ["sc", "sc/west"]);
    expect([states.get("sc")!.revised, states.get("sc")!.tally.met, states.get("sc/west")!.revised]).toEqual([
      true,
      5,
      false,
    ]);
    expect((await query.revisions(day, WIFI, "sc")).map(({ was }) => was.met)).toEqual([4]);
    // The next day keeps what it was judged to be.
    expect((await numbers(query, "set/wifi", D2))["sc"]).toEqual([9, 4, 0, 3, 2, 0]);
    const [row] = await query.schools((await query.day(D2))!, WIFI, [inventory.schools.get("b1")!]);
    expect([row!.verdict, row!.since]).toEqual(["unknown", D2]);
    expect((await frozen(engine)).sha256).not.toBe(before.sha256);
  });

  it("is judged by the limits that held then", async () => {
    await engineWith().judgeDay(D1, { final: true });
    const stricter = target({ ...WIFI, conditions: [condition("wifi.service", ">=", 1)] });
    const later = engineWith([stricter]);
    await later.judgeDay(D1, { final: true, schools: new Set(["a1"]) });
    const query = queryWith(later);
    expect((await numbers(query, "set/wifi", D1))["sc"]).toEqual([9, 4, 0, 3, 2, 0]);
    expect((await query.day(D1))!.targets[0]!.conditions).toHaveLength(2);
    await later.judgeDay(D2, { final: true });
    expect((await query.day(D2))!.targets[0]!.conditions).toHaveLength(1);
  });

  async function frozen(engine: TargetEngine) {
    const query = queryWith(engine);
    const day = (await query.day(D1))!;
    return freezeReport(day, inventory.regions.get("sc")!, await query.states(day, "sc"));
  }
});

describe("values over several days", () => {
  it("are kept for hours of the running day, for less where one is not known, and not of a day that is over", async () => {
    const monthly = target({ ...WIFI, conditions: [condition("wifi.service", ">=", 0.98, { days: 30 })] });
    const engine = engineWith([monthly]);
    const asked = async (final = false) => {
      wifi.asked = 0;
      await engine.judgeDay(TODAY, { final });
      return wifi.asked;
    };
    expect(await asked()).toBe(9);
    expect(await asked()).toBe(0);
    clock.time += 2 * 3_600_000;
    // Of a3, b1 and c2 the service is not known.
    expect(await asked()).toBe(3);
    clock.time += 5 * 3_600_000;
    expect(await asked()).toBe(9);
    engine.refresh();
    expect(await asked()).toBe(9);
    expect(await asked(true)).toBe(9);
  });
});

describe("faults", () => {
  it("of the store leave the day as it was", async () => {
    const engine = engineWith();
    await engine.judgeDay(D1, { final: true });
    wifi.fails = new CampusError("E_STORE_READ", "away");
    await expect(engine.judgeDay(D2, { final: true })).rejects.toMatchObject({ code: "E_STORE_READ" });
    expect((await queryWith(engine).day())!.date).toBe(D1);
  });

  it("of a maker make its values unknown and nobody else's", async () => {
    wifi.fails = new TypeError("a bug");
    const engine = engineWith();
    await engine.judgeDay(D1, { final: true });
    const query = queryWith(engine);
    expect((await numbers(query, "set/wifi", D1))["sc"]).toEqual([9, 0, 0, 0, 9, 0]);
    expect((await numbers(query, "set/5g", D1))["sc"]![2]).toBe(2);
    expect(failures).toHaveLength(9);
  });

  it("end a round that is given up, with nothing written", async () => {
    const ending = new AbortController();
    ending.abort();
    await expect(engineWith().judgeDay(D1, { final: true, signal: ending.signal })).rejects.toThrow();
    expect(await database.history.day()).toBeUndefined();
  });
});

describe("before anything was judged", () => {
  it("every school that counts is unknown, and no date but today is answered", async () => {
    const query = queryWith(engineWith());
    const day = (await query.day())!;
    const [state, fiveG] = await query.states(day, "sc");
    expect([
      day.date,
      day.record,
      state!.tally.unknown,
      fiveG!.tally.unknown,
      fiveG!.tally.notApplicable,
    ]).toEqual([TODAY, undefined, 9, 6, 3]);
    expect(await query.day(D1)).toBeUndefined();
    expect(await query.day("2026-11-23")).toBeUndefined();
  });
});

describe("a file that was closed", () => {
  it("has everything when it is opened again", async () => {
    const engine = engineWith();
    await engine.judgeDay(D1, { final: true });
    await database.days.markDirty(new Map([[D1, new Set(["a1", "zz"])]]));
    await database.close();
    await database.open();
    const query = queryWith(engineWith());
    expect((await numbers(query, "set/wifi", D1))["sc"]).toEqual([9, 4, 0, 3, 2, 0]);
    expect(await database.days.dirty()).toEqual(new Map([[D1, new Set(["a1", "zz"])]]));
    await database.days.clearDirty(D1, ["zz"]);
    expect(await database.days.dirty()).toEqual(new Map([[D1, new Set(["a1"])]]));
  });

  it("is refused when a newer campusd wrote it, or it is no database", async () => {
    const { writeFileSync } = await import("node:fs");
    writeFileSync(place.file("bad.db"), "this is no database at all, only some text in a file");
    const bad = new TargetDatabase({ file: place.file("bad.db") });
    await expect(bad.open()).rejects.toMatchObject({ code: "E_STATE" });
  });

  it("forgets values of old days and keeps their verdicts", async () => {
    const engine = engineWith();
    await engine.judgeDay(D1, { final: true });
    await engine.judgeDay(D2, { final: true });
    await database.days.forgetValues(D2);
    expect([await database.values.has(D1), await database.values.has(D2)]).toEqual([false, true]);
    const query = queryWith(engine);
    const [row] = await query.schools((await query.day(D1))!, WIFI, [inventory.schools.get("a2")!]);
    expect([row!.verdict, row!.values]).toEqual(["not-met", [undefined, undefined]]);
  });

  it("logs changes that came into force and that were taken back", async () => {
    await database.days.logChanges(["one", "two"], 1);
    await database.days.logChanges(["two"], 2);
    await database.days.logChanges(["two", "one"], 3);
    expect((await database.history.changeLog()).map(({ at, entry }) => [at, entry]).reverse()).toEqual([
      [1, "+ one"],
      [1, "+ two"],
      [2, "- one"],
      [3, "+ one"],
    ]);
  });
});
