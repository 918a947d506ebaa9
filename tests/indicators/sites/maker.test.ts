import { describe, expect, it } from "vitest";
import { Calendar } from "../../../src/indicators/calendar.ts";
import { SitesMaker, type SiteVerdict } from "../../../src/indicators/sites/maker.ts";
import { buildInventory } from "../../../src/inventory/build.ts";
import { inventoryDocumentSchema } from "../../../src/inventory/document.ts";

const DAY = 86_400_000;
const calendar = new Calendar("Asia/Shanghai");
const window = { from: calendar.startOf("2026-11-21"), to: calendar.startOf("2026-11-22") };
const school = buildInventory(
  inventoryDocumentSchema.parse({
    regions: [
      { path: "sc", name: "省" },
      { path: "sc/gy", name: "市" },
      { path: "sc/gy/jg", name: "县" },
    ],
    schools: [{ id: "s1", region: "sc/gy/jg", name: "一小", kind: "primary", setting: "town" }],
  }),
).schools.get("s1")!;

function maker(sites: readonly SiteVerdict[], declared?: number): SitesMaker {
  return new SitesMaker({
    calendar,
    sites: () => sites,
    declared: (id, date) =>
      id === "s1" && date === "2026-11-21" && declared !== undefined
        ? { value: declared, source: "县教体局清单", date: "2026-09-01" }
        : undefined,
  });
}

const site = (
  domain: string,
  verdict: string,
  ageMs = DAY,
  owner: string | null = school.path,
): SiteVerdict => ({
  domain,
  owner,
  audit: { at: window.to - ageMs, verdict },
});

describe("web sites of a school", () => {
  it("are measured by their audits; one that was down or is long ago is unknown", async () => {
    const sites = [
      site("a.cn", "ready"),
      site("b.cn", "partly"),
      site("c.cn", "unknown"),
      site("d.cn", "ready", 8 * DAY),
      site("later.cn", "ready", -1000),
      { domain: "new.cn", owner: school.path, audit: null },
      site("county.cn", "not-ready", DAY, "sc/gy/jg"),
      site("stray.cn", "not-ready", DAY, null),
    ];
    const [value] = await maker(sites, 1).evaluate(school, window);
    expect(value).toMatchObject({
      value: 0.5,
      numerator: 1,
      denominator: 2,
      unknown: 4,
      evidence: "measured",
    });
    expect(value!.at).toBe(window.to - DAY);
    const evidence = await maker(sites).evidence(school, "sites.ipv6", window);
    expect(evidence).toHaveLength(6);
    expect(evidence[0]).toMatchObject({ kind: "fact", subject: "a.cn", value: "ready" });
  });

  it("without a registered one are as declared, and unknown when nothing is", async () => {
    const [held] = await maker([], 1).evaluate(school, window);
    expect(held).toMatchObject({ value: 1, evidence: "declared", at: calendar.startOf("2026-09-01") });
    expect(await maker([], 1).evidence(school, "sites.ipv6", window)).toMatchObject([
      { kind: "declaration", source: "县教体局清单" },
    ]);
    const [nothing] = await maker([]).evaluate(school, window);
    expect(nothing).toMatchObject({ value: null, unknown: 1, evidence: "unknown", why: "not-registered" });
  });

  it("that were never judged are unknown, whatever was declared", async () => {
    const [value] = await maker([site("c.cn", "unknown")], 1).evaluate(school, window);
    expect(value).toMatchObject({ value: null, unknown: 1, why: "no-data" });
  });
});
