import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { targetBook } from "../../src/commands/controller/targets-room.ts";
import { applyImport, planImport } from "../../src/inventory/import-plan.ts";
import { StateDatabase } from "../../src/inventory/state-database.ts";
import { parseSettings } from "../../src/settings/load.ts";
import { TargetDatabase } from "../../src/targets/database.ts";
import { TargetEngine } from "../../src/targets/engine.ts";
import { campusd } from "../support/process.ts";
import { CALENDAR, folder, TableMaker, TestClock } from "./world.ts";

const WORLD = {
  regions: [
    { path: "sichuan", name: "四川省", nameEn: "Sichuan" },
    { path: "sichuan/a", name: "甲市" },
  ],
  schools: ["s1", "s2"].map((id) => ({
    id,
    region: "sichuan/a",
    name: id,
    kind: "primary",
    setting: "town",
  })),
};
const place = folder();
const config = place.file("campusd.yaml");

async function run(...args: string[]): Promise<{ code: number; text: string }> {
  const running = campusd([...args, "-c", config]);
  return { code: await running.exited, text: running.output() };
}

beforeAll(async () => {
  writeFileSync(config, JSON.stringify({ data: { dir: place.path } }));
  const state = new StateDatabase({ file: place.file("state.db") });
  await state.open();
  const files = [{ name: "w.yaml", bytes: Buffer.from(JSON.stringify(WORLD)) }];
  await applyImport(state, await planImport({ current: await state.inventory(), files }), {
    at: 1,
    who: "test",
  });
  const { buildInventory } = await import("../../src/inventory/build.ts");
  const inventory = buildInventory(await state.inventory());
  await state.close();
  const settings = parseSettings(readFileSync(config, "utf8"), config, {}).settings!;
  const database = new TargetDatabase({ file: place.file("targets.db") });
  await database.open();
  const maker = new TableMaker(["wifi.presence", "wifi.service"]);
  for (const [id, service] of [
    ["s1", 1],
    ["s2", 0.5],
  ] as const) {
    maker.say(id, "wifi.presence", { value: 1, evidence: "inferred" });
    maker.say(id, "wifi.service", service);
  }
  const engine = new TargetEngine({
    database,
    makers: [maker],
    book: targetBook(settings),
    calendar: CALENDAR,
    clock: new TestClock("2026-06-02"),
    inventory: () => inventory,
    failed: () => {},
    duty: 1,
  });
  await engine.judgeDay("2026-06-01", { final: true });
  await engine.judgeDay("2026-06-02", { final: false });
  await database.close();
});
afterAll(() => place.end());

describe("campusd targets", () => {
  it("lists what holds", async () => {
    const { code, text } = await run("targets", "list", "--lang", "en");
    expect(code).toBe(0);
    expect(text).toContain("sichuan-2027  Sichuan 2025 to 2027");
    expect(text).toMatch(
      /sichuan-2027\/wifi-coverage +TG-03 +100 % by 2027-12-31 +Campus Wi-Fi full coverage/,
    );
    expect(text).not.toContain("zhejiang");
  });

  it("shows a target, and the nearest for one that is not there", async () => {
    const { text } = await run("targets", "show", "sichuan-2027/equity", "--lang", "en");
    expect(text).toContain("at most 2 of these fail:");
    const wrong = await run("targets", "show", "sichuan-2027/wifi-covrage");
    expect([wrong.code, wrong.text]).toEqual([
      2,
      expect.stringContaining('did you mean "sichuan-2027/wifi-coverage"?'),
    ]);
  });

  it("reports in words with a seal, and in JSON whose hash the seal is", async () => {
    const text = (await run("targets", "report", "--date", "2026-06-01", "--lang", "en")).text;
    expect(text).toContain(
      "Campus Wi-Fi full coverage: 1 met of 2, 0 unknown; 50 % inferred on 2026-06-01; target 100 % by 2027-12-31; no pace yet (1 day) [Sichuan,",
    );
    const json = await run("targets", "report", "--date", "2026-06-01", "--format", "json");
    expect(text).toContain(`sha256 ${createHash("sha256").update(json.text).digest("hex")}`);
    expect((await run("targets", "report", "--date", "2026-06-01", "--format", "json")).text).toBe(json.text);
    expect(JSON.parse(json.text)).toMatchObject({
      form: "campusd-targets-1",
      date: "2026-06-01",
      final: true,
    });
  });

  it("freezes a day that is over, once, and refuses one that still runs", async () => {
    const first = await run(
      "targets",
      "report",
      "--date",
      "2026-06-01",
      "--freeze",
      "--format",
      "json",
      "-o",
      place.file("r.json"),
    );
    expect(first.code).toBe(0);
    const seal = createHash("sha256")
      .update(readFileSync(place.file("r.json")))
      .digest("hex");
    expect(first.text).toContain(`report 1: sha256 ${seal}`);
    const again = await run(
      "targets",
      "report",
      "--date",
      "2026-06-01",
      "--freeze",
      "-o",
      place.file("r.txt"),
    );
    expect(again.text).toContain(`report 1 (kept before): sha256 ${seal}`);
    const early = await run("targets", "report", "--freeze");
    expect([early.code, early.text]).toEqual([2, expect.stringContaining("2026-06-02 still runs")]);
  });

  it("writes files for spreadsheets", async () => {
    expect((await run("targets", "report", "--format", "xlsx", "-o", place.file("r.xlsx"))).code).toBe(0);
    expect(readFileSync(place.file("r.xlsx")).subarray(0, 2).toString()).toBe("PK");
    expect((await run("targets", "report", "--format", "csv")).text).toMatch(/^\u{feff}编号,名称/u);
  });

  it("says which days and regions there are", async () => {
    const day = await run("targets", "report", "--date", "2026-05-01");
    expect([day.code, day.text]).toEqual([
      2,
      expect.stringContaining("there are numbers from 2026-06-01 to 2026-06-02"),
    ]);
    const region = await run("targets", "report", "--region", "sichuan/b");
    expect([region.code, region.text]).toEqual([2, expect.stringContaining('did you mean "sichuan/a"?')]);
  });
});

describe("campusd import", () => {
  it("takes declared values, lists them, and changes nothing when one is wrong", async () => {
    const file = place.file("list.csv");
    writeFileSync(
      file,
      "indicator,school,value,source,date\ndeclared.5g,s1,yes,list,2026-05-01\ndeclared.5g,s9,yes,list,2026-05-01\n",
    );
    const wrong = await run("import", file);
    expect([wrong.code, wrong.text]).toEqual([
      2,
      expect.stringContaining('row 3, column B "school": "s9" is no school of the inventory'),
    ]);
    expect((await run("targets", "declared")).text).toBe("");
    writeFileSync(file, "indicator,school,value,source,date\ndeclared.5g,s1,yes,list,2026-05-01\n");
    expect((await run("import", "--dry-run", file)).text).toContain("dry run: nothing was changed");
    expect((await run("import", file)).text).toContain("1 declared values are new, 0 were there already");
    expect((await run("import", file)).text).toContain("0 declared values are new, 1 were there already");
    expect((await run("targets", "declared", "--school", "s1")).text).toMatch(
      /^s1 +declared\.5g +1 {2}from 2026-05-01 {2}list \(imported /,
    );
  });

  it("takes an inventory and what is declared of it together", async () => {
    const schools = place.file("more.yaml");
    const list = place.file("more.csv");
    writeFileSync(schools, JSON.stringify({ schools: [{ ...WORLD.schools[0], id: "s3" }] }));
    writeFileSync(list, "indicator,school,value,source,date\ndeclared.5g,s3,no,list,2026-05-01\n");
    const { code, text } = await run("import", list, schools);
    expect([code, text]).toEqual([0, expect.stringContaining("1 declared values are new")]);
    expect(text).toContain("1 added");
  });
});

describe("campusd check targets", () => {
  it("says what holds, or where a file is wrong", async () => {
    const good = campusd(["check", "targets"]);
    expect([await good.exited, good.output()]).toEqual([
      0,
      expect.stringContaining("5 sets and 0 changes are good"),
    ]);
    writeFileSync(place.file("own.yaml"), "changes: 5\n");
    const bad = campusd(["check", "targets", place.path]);
    expect(await bad.exited).toBe(2);
    expect(bad.output()).toContain("own.yaml:1:10 changes: is a number; write a list");
  });
});
