import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { INDICATORS } from "../../src/indicators/list.ts";
import { formatProblem } from "../../src/settings/yaml-source.ts";
import { targetsThatHold } from "../../src/targets/engine.ts";
import { checkTargets, loadTargets } from "../../src/targets/load.ts";
import { folder, inventoryOf } from "./world.ts";

const SHIPPED = join(import.meta.dirname, "../../targets");

let place: ReturnType<typeof folder>;
beforeEach(() => {
  place = folder();
});
afterEach(() => place.end());

/** Problems of the shipped sets together with a file of the test; the file's path is left out. */
function problems(text: string, name = "own.yaml"): string[] {
  writeFileSync(place.file(name), text);
  return checkTargets([SHIPPED, place.path]).problems.map((one) =>
    formatProblem(one).replace(`${place.path}/`, ""),
  );
}

const REASON = "reason: { zh: 山区, en: mountains }, who: 省教育厅, date: 2026-11-01";

describe("the shipped sets", () => {
  const book = loadTargets([SHIPPED]);

  it("are whole", () => {
    expect([...book.sets.keys()]).toEqual([
      "national",
      "sichuan-2027",
      "tianjin-2027",
      "zhejiang-2025",
      "zhejiang-2027",
    ]);
    expect(readdirSync(SHIPPED).filter((name) => name.endsWith(".yaml"))).toHaveLength(6);
    expect(book.changes).toEqual([]);
  });

  it("use every definition from TG-01 to TG-14", () => {
    const used = new Set(
      [...book.sets.values()].flatMap((set) => set.targets.map((target) => target.definition)),
    );
    for (let n = 1; n <= 14; n++) expect(used).toContain(`TG-${String(n).padStart(2, "0")}`);
  });

  it("rest on classes that their conditions can have", () => {
    for (const set of book.sets.values())
      for (const target of set.targets) {
        const makers = target.conditions.map(({ indicator }) => INDICATORS.get(indicator)!.maker);
        if (makers.every((maker) => maker === "declared"))
          expect([target.id, target.evidence]).toEqual([target.id, ["declared"]]);
        else expect(target.evidence.some((one) => one !== "declared")).toBe(true);
      }
  });

  it("say a number only where the document has one", () => {
    const target = (id: string) =>
      [...book.sets.values()].flatMap((set) => set.targets).find((one) => one.id === id)!;
    expect(target("sichuan-2027/wifi-coverage")).toMatchObject({ wanted: 1, by: "2027-12-31", changes: [] });
    expect(target("zhejiang-2027/smart-campus")).toMatchObject({ wanted: 0.95, by: "2027-12-31" });
    expect(target("zhejiang-2025/teaching-spaces")).toMatchObject({
      wanted: null,
      amount: 1000,
      by: "2025-12-31",
    });
    expect(target("tianjin-2027/wireless").wanted).toBeNull();
    expect(target("tianjin-2027/certified-managers").conditions[0]!.limit).toBe(1);
  });

  it("hold where their province is, and where they are asked for", () => {
    const sets = (yaml: string, asked?: readonly string[]) => [
      ...new Set(targetsThatHold(book, inventoryOf(yaml), asked).map((target) => target.set)),
    ];
    expect(sets("regions: [{path: sichuan, name: 四川}]")).toEqual(["national", "sichuan-2027"]);
    expect(sets("regions: [{path: '33', name: 浙江}]")).toEqual([
      "national",
      "zhejiang-2025",
      "zhejiang-2027",
    ]);
    expect(sets("regions: [{path: x, name: x}]")).toEqual(["national"]);
    expect(sets("regions: [{path: x, name: x}]", ["tianjin-2027"])).toEqual(["tianjin-2027"]);
  });
});

describe("a change", () => {
  it("of a target takes the limit's place, and the shipped one is kept with the reason", () => {
    expect(
      problems(`changes:
  - { target: sichuan-2027/ipv6, indicator: ipv6.level, limit: 2, ${REASON} }
  - { target: sichuan-2027/wifi-coverage, wanted: 0.9, by: 2028-12-31, ${REASON} }
`),
    ).toEqual([]);
    const book = loadTargets([SHIPPED, place.path]);
    const targets = book.sets.get("sichuan-2027")!.targets;
    const ipv6 = targets.find((one) => one.id === "sichuan-2027/ipv6")!;
    expect(ipv6.conditions[0]).toMatchObject({ limit: 2, shipped: 3, reason: { zh: "山区" } });
    expect(targets.find((one) => one.id === "sichuan-2027/wifi-coverage")).toMatchObject({
      wanted: 0.9,
      by: "2028-12-31",
    });
    expect(
      book.sets.get("national")!.targets.find((one) => one.id === "national/ipv6")!.conditions[0]!.limit,
    ).toBe(3);
    expect(book.changes.map(({ subject, field, from, to }) => [subject, field, from, to])).toEqual([
      ["sichuan-2027/wifi-coverage", "wanted", 1, 0.9],
      ["sichuan-2027/wifi-coverage", "by", "2027-12-31", "2028-12-31"],
      ["sichuan-2027/ipv6", "ipv6.level", 3, 2],
    ]);
  });

  it("of a definition reaches every target that uses it, but one that has its own", () => {
    expect(
      problems(`changes:
  - { definition: TG-04, indicator: ipv6.level, limit: 1, ${REASON} }
  - { target: national/ipv6, indicator: ipv6.level, limit: 4, ${REASON} }
`),
    ).toEqual([]);
    const book = loadTargets([SHIPPED, place.path]);
    const limits = [...book.sets.values()].flatMap((set) =>
      set.targets
        .filter((one) => one.definition === "TG-04")
        .map((one) => [one.id, one.conditions[0]!.limit]),
    );
    expect(limits).toEqual([
      ["national/ipv6", 4],
      ["sichuan-2027/ipv6", 1],
      ["tianjin-2027/ipv6", 1],
      ["zhejiang-2025/ipv6", 1],
      ["zhejiang-2027/ipv6", 1],
    ]);
  });

  it("needs a reason, a name and a date", () => {
    expect(
      problems("changes:\n  - { target: sichuan-2027/ipv6, indicator: ipv6.level, limit: 2 }\n"),
    ).toEqual([
      "own.yaml:2:5 changes[0].reason: is missing; write a map of keys",
      "own.yaml:2:5 changes[0].who: is missing; write text (in quotes where it looks like a number)",
      "own.yaml:2:5 changes[0].date: is missing; write text (in quotes where it looks like a number)",
    ]);
  });

  it("of what is not there says what is nearest", () => {
    expect(
      problems(`changes:\n  - { target: sichuan-2027/ipv66, indicator: ipv6.level, limit: 2, ${REASON} }\n`),
    ).toEqual([
      'own.yaml:2:15 changes[0].target: there is no target "sichuan-2027/ipv66"; did you mean "sichuan-2027/ipv6"?',
    ]);
    expect(
      problems(`changes:\n  - { definition: TG-04, indicator: wifi.presence, limit: 2, ${REASON} }\n`),
    ).toEqual([
      'own.yaml:2:37 changes[0].indicator: there is no condition over the indicator "wifi.presence"; there are: ipv6.level',
    ]);
    expect(
      problems(`changes:\n  - { definition: TG-99, indicator: ipv6.level, limit: 2, ${REASON} }\n`)[0],
    ).toContain('there is no definition "TG-99"; did you mean');
  });

  it("stands once, and belongs to one thing", () => {
    const one = `{ target: sichuan-2027/ipv6, indicator: ipv6.level, limit: 2, ${REASON} }`;
    expect(problems(`changes:\n  - ${one}\n  - ${one}\n`)[0]).toMatch(
      /^own\.yaml:3:5 changes\[1\]: changes sichuan-2027\/ipv6 ipv6\.level a second time/,
    );
    expect(
      problems(`changes:\n  - { target: sichuan-2027/ipv6, definition: TG-04, wanted: 1, ${REASON} }\n`)[0],
    ).toContain("write exactly one of the two");
    expect(problems(`changes:\n  - { target: sichuan-2027/ipv6, ${REASON} }\n`)[0]).toContain(
      "a change has a limit",
    );
  });
});

describe("a file that is wrong", () => {
  const cases: readonly [string, string, string][] = [
    [
      "has an unknown key",
      "definitions:\n  TG-90:\n    name: { zh: 一, en: one }\n    meaning: { zh: 一, en: one }\n    condition: []\n    conditions: [{ indicator: availability, op: '>=', limit: 1 }]\n",
      'own.yaml:5:5 definitions.TG-90.condition: unknown key "condition"; did you mean "conditions"?',
    ],
    [
      "has an indicator that is none",
      "definitions:\n  TG-90:\n    name: { zh: 一, en: one }\n    meaning: { zh: 一, en: one }\n    conditions: [{ indicator: availabilty, op: '>=', limit: 1 }]\n",
      'own.yaml:5:31 definitions.TG-90.conditions[0].indicator: is "availabilty"; did you mean "availability"?',
    ],
    [
      "defines again what is defined",
      "definitions:\n  TG-01:\n    name: { zh: 一, en: one }\n    meaning: { zh: 一, en: one }\n    conditions: [{ indicator: availability, op: '>=', limit: 1 }]\n",
      "own.yaml:2:3 definitions.TG-01: is defined in",
    ],
    [
      "has a score of other than 100",
      "definitions:\n  TG-90:\n    name: { zh: 一, en: one }\n    meaning: { zh: 一, en: one }\n    rule: score\n    least: 80\n    conditions: [{ indicator: availability, op: '>=', limit: 1, weight: 90 }]\n",
      "own.yaml:7:17 definitions.TG-90.conditions: has 90 points in all; make the weights 100",
    ],
    [
      "has a set without a document",
      "set: { name: { zh: 一, en: one } }\ntargets:\n  x: { definition: TG-01, document: plan, clause: { zh: 一, en: one }, statement: { zh: 一, en: one }, owner: city, evidence: [measured] }\n",
      'own.yaml:3:37 targets.x.document: is "plan"; write one of the names under documents: (none yet)',
    ],
    [
      "names a definition that is not there",
      "set: { name: { zh: 一, en: one } }\ndocuments: { plan: { zh: 一, en: one } }\ntargets:\n  x: { definition: TG-1, document: plan, clause: { zh: 一, en: one }, statement: { zh: 一, en: one }, owner: city, evidence: [measured] }\n",
      'own.yaml:4:20 targets.x.definition: there is no definition "TG-1"; did you mean "TG-01"?',
    ],
    [
      "is empty of everything",
      "documents: {}\n",
      "own.yaml:1:1 set: is missing; a file has definitions, a set or changes",
    ],
    ["is no YAML", "set: [\n", "own.yaml:"],
    [
      "has a date that is none",
      `changes:\n  - { target: sichuan-2027/ipv6, by: 2027-02-30, ${REASON} }\n`,
      "own.yaml:2:38 changes[0].by: is not a date",
    ],
  ];
  it.each(cases)("%s", (_, text, expected) => {
    expect(problems(text)[0]).toContain(expected);
  });

  it("with the name of a shipped set is refused, and the shipped set stays", () => {
    const set = "set: { name: { zh: 一, en: one } }\ntargets: {}\n";
    expect(problems(set, "national.yaml")[0]).toContain("has the id of");
  });

  it("is told of with its code, and so is a folder that is not there", () => {
    writeFileSync(place.file("own.yaml"), "x: 1\n");
    expect(() => loadTargets([SHIPPED, place.path])).toThrow(expect.objectContaining({ code: "E_TARGETS" }));
    expect(() => loadTargets([place.file("none")])).toThrow(expect.objectContaining({ code: "E_FILE" }));
  });
});
