import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { TargetEvidenceView, TargetPageView, TargetsView } from "../../src/api/schemas/targets.ts";
import { targetEvidenceSchema, targetPageSchema, targetsSchema } from "../../src/api/schemas/targets.ts";
import { addDays } from "../../src/indicators/calendar.ts";
import { DOCUMENT, FakeCampus, type RunningServer, serve } from "../api/campus.ts";
import { type JudgedCampus, judgedCampus } from "./judged-campus.ts";
import { CALENDAR } from "./world.ts";

/** The fake campus lies in `sc`, which no shipped set knows: the national set holds. */
let campus: FakeCampus;
let judged: JudgedCampus;
let server: RunningServer;
const opened: RunningServer[] = [];

beforeAll(async () => {
  campus = new FakeCampus(DOCUMENT);
  judged = await judgedCampus(campus);
  server = await serve(campus);
});
afterAll(async () => {
  await server.server.close();
  await judged.end();
});
afterEach(async () => {
  for (const one of opened.splice(0)) await one.server.close();
});

async function as(subtree: string): Promise<RunningServer> {
  const one = await serve(campus, { subtree });
  opened.push(one);
  return one;
}

const TODAY = () => CALENDAR.dateOf(campus.time);

describe("the list", () => {
  it("answers every target of the province without being asked for one", async () => {
    const { json } = await server.get("/api/v1/targets");
    const view: TargetsView = targetsSchema.strict().parse(json);
    expect([view.date, view.final, view.region.path, view.school]).toEqual([TODAY(), false, "sc", undefined]);
    expect(view.targets).toHaveLength(10);
    const ipv6 = view.targets.find((one) => one.id === "national/ipv6")!;
    expect(ipv6).toMatchObject({
      definition: "TG-04",
      course: "no-number",
      changed: false,
      revised: false,
      amount: null,
    });
    expect(ipv6.tally).toMatchObject({
      total: 3,
      met: 2,
      notMet: 1,
      unknown: 0,
      rate: 2 / 3,
      measuredShare: 1,
    });
    expect(ipv6.tally.classes.measured).toEqual({ judged: 3, met: 2 });
    const sites = view.targets.find((one) => one.id === "national/sites-ipv6")!;
    expect([sites.course, sites.tally.unknown, sites.tally.unknownShare]).toEqual(["late", 3, 1]);
  });

  it("of a county counts the county", async () => {
    const view = (await server.get("/api/v1/targets?region=sc/gy/jg")).json as TargetsView;
    expect(view.targets.find((one) => one.id === "national/ipv6")!.tally).toMatchObject({
      total: 2,
      met: 1,
      notMet: 1,
    });
  });

  it("of who sees one school only is that school's, and names no region above it", async () => {
    const { json, text } = await (await as("sc/gy/jg/s2")).get("/api/v1/targets");
    const view = json as TargetsView;
    expect([view.school, view.region.name, view.region.schools]).toEqual(["s2", "下寺小学", 1]);
    expect(view.targets.find((one) => one.id === "national/ipv6")!.tally).toMatchObject({
      total: 1,
      notMet: 1,
      rate: 0,
    });
    expect(text).not.toContain("剑阁县");
  });
});

describe("a target's page", () => {
  it("of the province has its cities and counties, and of a county its schools, not met first", async () => {
    const province = targetPageSchema
      .strict()
      .parse((await server.get("/api/v1/targets/national/ipv6?region=sc")).json);
    expect(province.regions.map((one) => [one.region.path, one.tally.met])).toEqual([["sc/gy", 2]]);
    expect(province.counties!.map((one) => [one.region.path, one.tally.met])).toEqual([
      ["sc/gy/cx", 1],
      ["sc/gy/jg", 1],
    ]);
    expect([province.schools, province.rule.kind, province.conditions[0]!.limit]).toEqual([[], "all", 3]);
    const county = (await server.get("/api/v1/targets/national/ipv6?region=sc/gy/jg")).json as TargetPageView;
    expect(county.schools.map((one) => [one.id, one.verdict, one.values[0]!.value, one.since])).toEqual([
      ["s2", "not-met", 1, TODAY()],
      ["s1", "met", 3, TODAY()],
    ]);
    expect(county.region.map((one) => one.path)).toEqual(["sc", "sc/gy", "sc/gy/jg"]);
    expect(county.history).toEqual([[TODAY(), 0.5, 0]]);
  });

  it("says what is unknown and why", async () => {
    const page = (await server.get("/api/v1/targets/national/wireless?region=sc/gy/jg"))
      .json as TargetPageView;
    expect(page.schools[0]).toMatchObject({
      verdict: "unknown",
      evidence: "unknown",
      values: [
        { indicator: "wifi.presence", value: null, why: "no-data" },
        { indicator: "wifi.service", value: null, why: "no-data" },
      ],
    });
  });
});

describe("the evidence", () => {
  it("of a school shows each condition with its value", async () => {
    const view: TargetEvidenceView = targetEvidenceSchema
      .strict()
      .parse((await server.get("/api/v1/targets/national/ipv6/evidence?school=s2")).json);
    expect([view.verdict, view.evidence, view.schoolName, view.score]).toEqual([
      "not-met",
      "measured",
      "下寺小学",
      null,
    ]);
    expect(view.conditions[0]).toMatchObject({
      indicator: "ipv6.level",
      met: false,
      value: 1,
      limit: 3,
      why: null,
    });
  });

  it("of a score shows the points", async () => {
    const view = (await server.get("/api/v1/targets/national/smart-campus/evidence?school=s1"))
      .json as TargetEvidenceView;
    expect(view.score).toEqual({ sure: 0, possible: 100, least: 80 });
    expect(view.conditions.reduce((sum, one) => sum + (one.weight ?? 0), 0)).toBe(100);
  });

  it("of a school outside the subtree is not there", async () => {
    const jg = await as("sc/gy/jg");
    expect((await jg.get("/api/v1/targets/national/ipv6/evidence?school=s1")).status).toBe(200);
    for (const path of [
      "/api/v1/targets/national/ipv6/evidence?school=t1",
      "/api/v1/targets?region=sc/gy/cx",
      "/api/v1/targets?region=sc",
      "/api/v1/targets/national/ipv6?region=sc/gy/cx",
      "/api/v1/targets/national/none",
    ])
      expect([path, (await jg.get(path)).status]).toEqual([path, 404]);
  });
});

describe("a date", () => {
  it("that was not judged is refused with the dates that were", async () => {
    for (const date of [addDays(TODAY(), -1), addDays(TODAY(), 1)]) {
      const { status, json } = await server.get(`/api/v1/targets?date=${date}`);
      expect(status).toBe(400);
      expect((json as { error: { message: string } }).error.message).toContain(
        `there are numbers from ${TODAY()} to ${TODAY()}`,
      );
    }
    expect((await server.get(`/api/v1/targets?date=${TODAY()}`)).status).toBe(200);
    for (const wrong of ["2026-02-30", "today", "2026-1-1"])
      expect((await server.get(`/api/v1/targets?date=${wrong}`)).status).toBe(400);
  });
});

describe("a file", () => {
  it("is CSV with a mark, or a workbook, and has a name", async () => {
    const csv = await server.get("/api/v1/targets?format=csv&lang=en");
    expect(csv.headers.get("content-type")).toBe("text/csv; charset=utf-8");
    expect(csv.headers.get("content-disposition")).toBe(`attachment; filename="targets-${TODAY()}.csv"`);
    expect(csv.text.split("\r\n")[0]).toMatch(/^Id,Name,Set/);
    expect(csv.text.split("\r\n")).toHaveLength(12);
    const schools = await server.get("/api/v1/targets/national/ipv6?region=sc/gy/jg&format=csv&lang=zh");
    expect(schools.text).toContain("下寺小学");
    expect(schools.text).toContain("未达标");
    const book = await fetch(`${server.url}/api/v1/targets/national/ipv6?format=xlsx`);
    expect(book.headers.get("content-type")).toContain("spreadsheetml.sheet");
    expect(
      Buffer.from(await book.arrayBuffer())
        .subarray(0, 4)
        .toString("latin1"),
    ).toBe("PK\u{3}\u{4}");
    expect((await server.get("/api/v1/targets?format=pdf")).status).toBe(400);
  });
});

describe("without a room that judges", () => {
  it("there are no targets", async () => {
    const bare = await serve(new FakeCampus(DOCUMENT));
    opened.push(bare);
    for (const path of ["/api/v1/targets", "/api/v1/targets/a/b", "/api/v1/targets/a/b/evidence?school=s1"])
      expect((await bare.get(path)).status).toBe(404);
  });
});
