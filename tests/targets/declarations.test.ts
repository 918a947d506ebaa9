import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { problemText } from "../../src/inventory/import-problems.ts";
import { TargetDatabase } from "../../src/targets/database.ts";
import { DeclarationBook } from "../../src/targets/declaration-book.ts";
import { isDeclarationFile, planDeclarations } from "../../src/targets/declaration-files.ts";
import type { Declaration } from "../../src/targets/declaration-table.ts";
import { folder } from "./world.ts";

const SCHOOLS = new Map([
  ["no1-high", 1],
  ["shiyan-primary", 1],
]);

const file = (name: string, text: string | Uint8Array) => ({
  name,
  bytes: typeof text === "string" ? new TextEncoder().encode(text) : text,
});

async function problems(text: string, name = "d.csv"): Promise<string[]> {
  const plan = await planDeclarations([file(name, text)], SCHOOLS);
  expect(plan.problemCount > 0 || plan.declarations.length > 0).toBe(true);
  return plan.problems.map(problemText);
}

const HEAD = "indicator,school,value,source,date,until\n";

describe("a file of declarations", () => {
  it("is taken as CSV with English or Chinese headings, percentages, yes and no, and dates of spreadsheets", async () => {
    const plan = await planDeclarations(
      [
        file(
          "a.csv",
          `${HEAD}declared.5g,no1-high,yes,list of 2026,2026-10-01,\ndeclared.certified,no1-high,62.5%,office,2026/1/5,2027年12月31日\n`,
        ),
        file(
          "b.csv",
          "指标;学校;值;来源;日期\ndeclared.5g;shiyan-primary;否;清单;2026-10-01\ndeclared.spaces;shiyan-primary;12;清单;2026-10-01\n",
        ),
      ],
      SCHOOLS,
    );
    expect(plan.problems).toEqual([]);
    expect(plan.declarations).toEqual([
      {
        indicator: "declared.5g",
        school: "no1-high",
        value: 1,
        source: "list of 2026",
        date: "2026-10-01",
        until: null,
      },
      {
        indicator: "declared.certified",
        school: "no1-high",
        value: 0.625,
        source: "office",
        date: "2026-01-05",
        until: "2027-12-31",
      },
      {
        indicator: "declared.5g",
        school: "shiyan-primary",
        value: 0,
        source: "清单",
        date: "2026-10-01",
        until: null,
      },
      {
        indicator: "declared.spaces",
        school: "shiyan-primary",
        value: 12,
        source: "清单",
        date: "2026-10-01",
        until: null,
      },
    ]);
    expect(plan.files.map((one) => one.rows)).toEqual([2, 2]);
  });

  it("is taken as GB18030", async () => {
    // "指标,学校,值,来源,日期" and "declared.5g,no1-high,是,清单,2026-10-01" as a Chinese spreadsheet saves it.
    const bytes = Buffer.from(
      "d6b8b1ea2cd1a7d0a32cd6b52cc0b4d4b42cc8d5c6da0a6465636c617265642e35672c6e6f312d686967682ccac72cc7e5b5a52c323032362d31302d30310a",
      "hex",
    );
    const gb = file("gb.csv", new Uint8Array(bytes));
    expect(await isDeclarationFile(gb)).toBe(true);
    const plan = await planDeclarations([gb], SCHOOLS);
    expect(plan.declarations).toEqual([
      {
        indicator: "declared.5g",
        school: "no1-high",
        value: 1,
        source: "清单",
        date: "2026-10-01",
        until: null,
      },
    ]);
  });

  it("is taken as YAML", async () => {
    const yaml =
      "declarations:\n  - { indicator: declared.5g, school: no1-high, value: true, source: list, date: 2026-10-01 }\n";
    const plan = await planDeclarations([file("d.yaml", yaml)], SCHOOLS);
    expect([plan.problems, plan.declarations[0]?.value]).toEqual([[], 1]);
  });

  it("is told apart from an inventory", async () => {
    expect(await isDeclarationFile(file("d.csv", HEAD))).toBe(true);
    expect(await isDeclarationFile(file("d.csv", `sep=;\n${HEAD.replaceAll(",", ";")}`))).toBe(true);
    expect(await isDeclarationFile(file("d.yaml", "# list\ndeclarations: []\n"))).toBe(true);
    expect(await isDeclarationFile(file("d.json", '{"declarations": []}'))).toBe(true);
    expect(await isDeclarationFile(file("i.csv", "id,region,name,kind,setting\n"))).toBe(false);
    expect(await isDeclarationFile(file("i.yaml", "schools: []\n"))).toBe(false);
    expect(await isDeclarationFile(file("i.xlsx", "PK"))).toBe(false);
  });

  const row = (cells: string) => `${HEAD}${cells}\n`;
  const cases: readonly [string, string, string][] = [
    [
      "indicator",
      row("declared.5gg,no1-high,1,list,2026-10-01,"),
      'd.csv row 2, column A "indicator": "declared.5gg" is no indicator that is declared; did you mean "declared.5g"?',
    ],
    [
      "measured indicator",
      row("availability,no1-high,1,list,2026-10-01,"),
      "is made of device data or the register and is not declared",
    ],
    [
      "school",
      row("declared.5g,no1-hihg,1,list,2026-10-01,"),
      'column B "school": "no1-hihg" is no school of the inventory; did you mean "no1-high"?',
    ],
    [
      "share over 1",
      row("declared.5g,no1-high,60,list,2026-10-01,"),
      'column C "value": is 60; a share is 0 to 1',
    ],
    ["negative", row("declared.spaces,no1-high,-3,list,2026-10-01,"), '"-3" is no value'],
    ["formula", row("declared.spaces,no1-high,=1+1,list,2026-10-01,"), '"=1+1" is no value'],
    ["source", row("declared.5g,no1-high,1,,2026-10-01,"), 'column D "source": is empty'],
    ["date", row("declared.5g,no1-high,1,list,2026-02-30,"), 'column E "date": "2026-02-30" is not a date'],
    [
      "end before begin",
      row("declared.5g,no1-high,1,list,2026-10-01,2026-09-01"),
      'column F "until": lies before the date',
    ],
    [
      "twice",
      row("declared.5g,no1-high,1,list,2026-10-01,\ndeclared.5g,no1-high,0,list,2026-10-01,"),
      "d.csv row 3: declares the same school, indicator and date as d.csv row 2",
    ],
    [
      "heading",
      "indicator,school,value,sorce,date\n",
      'd.csv row 1, column D "sorce": is not a column of a file of declarations; did you mean "source"?',
    ],
    ["missing column", "indicator,school,value,date\n", "d.csv row 1: lacks the columns source"],
    ["quote", `${HEAD}"declared.5g,no1-high\n`, "a quote that opens here is never closed"],
  ];
  it.each(cases)("with a wrong %s says where and what to write", async (_, text, expected) => {
    expect((await problems(text)).join("\n")).toContain(expected);
  });

  it("in YAML says the line and the key", async () => {
    const yaml =
      "declarations:\n  - { indicator: declared.5g, shool: no1-high, value: 1, source: list, date: 2026-10-01 }\n  - 5\nother: 1\n";
    expect(await problems(yaml, "d.yaml")).toEqual([
      "d.yaml:4 other: has no place beside declarations; put the inventory in a file of its own",
      'd.yaml:2 declarations[0]: unknown key "shool"; did you mean "school"? keys here: indicator, school, value, source, date, until',
      "d.yaml:2 declarations[0].school: is empty; write the id of a school",
      "d.yaml:3 declarations[1]: is not a map of keys; write indicator, school, value, source and date",
    ]);
    expect(await problems("declarations: 5\n", "d.yaml")).toEqual([
      "d.yaml:1 declarations: is not a list; write one entry a school and indicator, each beginning with -",
    ]);
  });

  it("that is all wrong does not fill the memory", async () => {
    const text = HEAD + "x,y,z,,,\n".repeat(3000);
    const plan = await planDeclarations([file("d.csv", text)], SCHOOLS);
    expect(plan.problems.length).toBe(1000);
    expect(plan.problemCount).toBeGreaterThan(3000);
  });
});

describe("declarations that hold", () => {
  const one = (value: number, date: string, until: string | null = null): Declaration => ({
    indicator: "declared.5g",
    school: "a",
    value,
    source: "list",
    date,
    until,
  });

  it("are the newest of the date, and one that has ended hides the older ones", () => {
    const book = new DeclarationBook([
      one(1, "2026-01-01"),
      one(0, "2026-05-01", "2026-06-30"),
      one(1, "2026-09-01"),
    ]);
    const at = (date: string) => book.held("a", "declared.5g", date)?.value;
    expect(
      ["2025-12-31", "2026-01-01", "2026-04-30", "2026-05-01", "2026-06-30", "2026-07-01", "2026-09-01"].map(
        at,
      ),
    ).toEqual([undefined, 1, 1, 0, 0, undefined, 1]);
    expect(book.held("b", "declared.5g", "2026-09-01")).toBeUndefined();
  });
});

describe("stored declarations", () => {
  let place: ReturnType<typeof folder>;
  let database: TargetDatabase;
  beforeEach(async () => {
    place = folder();
    database = new TargetDatabase({ file: place.file("targets.db") });
    await database.open();
  });
  afterEach(async () => {
    await database.close();
    place.end();
  });
  const audit = (at: number) => ({ at, who: "anna", files: [{ name: "a.csv", sha256: "00", bytes: 1 }] });
  const said = (value: number, source = "list"): Declaration => ({
    indicator: "declared.5g",
    school: "a",
    value,
    source,
    date: "2026-10-01",
    until: null,
  });

  it("keep their history: a correction stands beside what was said before, with who and when", async () => {
    const table = database.declarations;
    expect(await table.add([said(1)], audit(1))).toBe(1);
    const version = await table.version();
    expect(await table.add([said(1)], audit(2))).toBe(0);
    expect(await table.version()).toBe(version);
    expect(await table.add([said(0, "corrected list")], audit(3))).toBe(1);
    expect((await table.list("a")).map(({ value, source, at, who }) => [value, source, at, who])).toEqual([
      [0, "corrected list", 3, "anna"],
      [1, "list", 1, "anna"],
    ]);
    expect(await table.all()).toEqual([said(0, "corrected list")]);
    // Said again after it was corrected: it holds again.
    expect(await table.add([said(1)], audit(4))).toBe(1);
    expect((await table.all())[0]!.value).toBe(1);
  });

  it("are added all or nothing", async () => {
    const bad = { ...said(1), value: null as unknown as number };
    await expect(database.declarations.add([said(1), bad], audit(1))).rejects.toThrow();
    expect(await database.declarations.all()).toEqual([]);
  });
});
