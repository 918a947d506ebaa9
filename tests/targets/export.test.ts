import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { csvOf, isFormula } from "../../src/targets/export/csv.ts";
import type { ExportTable } from "../../src/targets/export/table.ts";
import { xlsxOf } from "../../src/targets/export/xlsx.ts";
import { folder } from "./world.ts";

const TABLE: ExportTable = {
  name: "学校/清单",
  columns: [
    { title: "名称", kind: "text" },
    { title: "Count", kind: "count" },
    { title: "Rate", kind: "share" },
  ],
  rows: [
    ['=HYPERLINK("http://evil")', 5, 0.849],
    ["+1", -3, null],
    ["-1+1", null, 1],
    ["@SUM(A1)", 0, 0],
    ["\tx", 1, 0.5],
    ['a,"b"\nc', 1, 0.5],
    ["正常 <&>", 22310, Number.NaN],
  ],
};

describe("CSV", () => {
  const text = csvOf(TABLE).toString("utf8");

  it("W12: begins with a byte order mark and has no cell that a spreadsheet would run", () => {
    expect(text.startsWith("\u{feff}名称,Count,Rate\r\n")).toBe(true);
    const rows = parse(text, { bom: true, relax_column_count: false }) as string[][];
    for (const [name] of rows.slice(1)) expect(name).not.toMatch(/^[=+\-@\t\r]/);
    expect(rows[1]).toEqual(['\'=HYPERLINK("http://evil")', "5", "0.849"]);
    expect(rows[2]).toEqual(["'+1", "-3", ""]);
    expect(rows[6]![0]).toBe('a,"b"\nc');
    expect(rows[7]).toEqual(["正常 <&>", "22310", ""]);
  });

  it("gives back any text, but for the apostrophe before a formula", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "binary" }), { minLength: 1, maxLength: 5 }), (cells) => {
        // A lone surrogate has no UTF-8.
        fc.pre(cells.every((cell) => cell.isWellFormed()));
        const table = {
          name: "x",
          columns: cells.map(() => ({ title: "t", kind: "text" as const })),
          rows: [cells],
        };
        const read = parse(csvOf(table).subarray(3), { record_delimiter: "\r\n" }) as string[][];
        expect(read[1]).toEqual(cells.map((cell) => (isFormula(cell) ? `'${cell}` : cell)));
      }),
      { numRuns: 30 },
    );
  });
});

describe("a workbook", () => {
  let place: ReturnType<typeof folder>;
  beforeAll(() => {
    place = folder();
  });
  afterAll(() => place.end());

  /** Read by another program's ZIP and XML. */
  function read(table: ExportTable): {
    cells: (string | null)[][];
    types: string[];
    formulas: number;
    names: string[];
    sheet: string;
  } {
    const file = place.file("t.xlsx");
    writeFileSync(file, xlsxOf(table));
    const script = `
import json, sys, zipfile, xml.etree.ElementTree as E
z = zipfile.ZipFile(sys.argv[1])
assert z.testzip() is None
parts = {n: E.fromstring(z.read(n)) for n in z.namelist()}
n = '{http://schemas.openxmlformats.org/spreadsheetml/2006/main}'
s = parts['xl/worksheets/sheet1.xml']
cells = [[''.join(c.itertext()) for c in r.iter(n + 'c')] for r in s.iter(n + 'row')]
types = [c.get('t') or 'n' for c in s.iter(n + 'c')]
refs = [c.get('r') for c in s.iter(n + 'c')]
assert len(refs) == len(set(refs))
print(json.dumps({'cells': cells, 'types': types, 'formulas': len(list(s.iter(n + 'f'))), 'names': z.namelist(), 'sheet': parts['xl/workbook.xml'].find(n + 'sheets')[0].get('name')}))
`;
    return JSON.parse(execFileSync("python3", ["-c", script, file], { encoding: "utf8" }));
  }

  it("W12: opens in another reader, with text as text and no formula", () => {
    const { cells, types, formulas, sheet } = read(TABLE);
    expect(formulas).toBe(0);
    expect(sheet).toBe("学校 清单");
    expect(cells[1]).toEqual(['=HYPERLINK("http://evil")', "5", "0.849"]);
    // A cell that is not known is not there: no zero, no empty text.
    expect(cells[2]).toEqual(["+1", "-3"]);
    expect(cells[7]).toEqual(["正常 <&>", "22310"]);
    expect(types.filter((type) => type !== "n" && type !== "inlineStr")).toEqual([]);
  });

  it("takes any text that XML cannot", () => {
    const nasty = ["\u{0}\u{1}\u{b}", "\u{d800}", "]]>", "\u{fffe}", "x".repeat(40_000), "\u{1f600}\u{7f}"];
    const { cells } = read({
      name: "'[]:*?/\\'",
      columns: [{ title: "t", kind: "text" }],
      rows: nasty.map((one) => [one]),
    });
    expect(cells.map((row) => row[0]!.length)).toEqual([1, 3, 1, 3, 1, 32_767, 3]);
    expect(cells[3]).toEqual(["]]>"]);
  });

  it("of the same table is the same octets", () => {
    expect(xlsxOf(TABLE).equals(xlsxOf(TABLE))).toBe(true);
  });
});
