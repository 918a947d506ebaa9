import { describe, expect, it } from "vitest";
import { compileExpression, ExpressionError } from "../../src/profiles/expression.ts";
import { checkProfiles } from "../../src/profiles/load.ts";
import { withFiles } from "./files.ts";

describe("cells of other tables in expressions", () => {
  it("are inputs with their table, column and row", () => {
    const text = "a.x + b[6].used + b[#row, 3].y + c[slot].z + b[descr ~ /^A \\(x\\]\\)$/].used";
    const made = compileExpression(text);
    expect(made.inputs).toHaveLength(5);
    expect([...made.cells!.values()]).toEqual([
      { table: "a", column: "x" },
      { table: "b", column: "used", by: [{ arc: 6 }] },
      { table: "b", column: "y", by: [{ index: "row" }, { arc: 3 }] },
      { table: "c", column: "z", by: [{ column: "slot" }] },
      { table: "b", column: "used", find: { column: "descr", pattern: /^A \(x\]\)$/ } },
    ]);
    expect(made.evaluate([1, 2, 3, 4, 5])).toBe(15);
  });

  it("leave an expression without them as it was", () => {
    expect(compileExpression("raw * 2.5").cells).toBeUndefined();
  });

  it.each(["b[!].x", "b[descr ~ /(/].x", "b[].x"])("%s is refused", (text) => {
    expect(() => compileExpression(text)).toThrow(ExpressionError);
  });

  it("first takes the first argument that is a value", () => {
    const made = compileExpression("first(a, b, 7)");
    expect(made.evaluate([Number.NaN, 2])).toBe(2);
    expect(made.evaluate([0, 2])).toBe(0);
    expect(made.evaluate([Number.NaN, Number.NaN])).toBe(7);
  });

  const profile = (value: string) =>
    "title: { zh: 甲, en: A }\nvendor: a\nos: a\nrole: other\nmatch: [{ sysDescr: ^Acme }]\nsnmp:\n  tables:\n" +
    '    one: { entry: 1.3.6.1.4.1.1, index: [i], columns: { used: .1 u, word: ".2 w text" }, points: ' +
    `{ used: { quantity: device.memory, unit: percent, label: x, source: A-MIB u, value: "${value}" } } }\n` +
    "    two: { entry: 1.3.6.1.4.1.2, index: [i, j], columns: { size: .1 s } }\n";
  it.each([
    ["raw / three.size", 'no table "three"'],
    ["raw / two[1, 2].sise", 'no column "sise"'],
    ["raw / two.size", "2 index parts, this one 1"],
    ["raw / two[1].size", "2 index parts, not 1"],
    ["raw / two[#k, 1].size", 'the index has no part "k"'],
    ["raw / two[kolumn, 1].size", 'no column "kolumn" in this table'],
    ["raw / one.word", "decoded as text, which is no number"],
  ])("%s is a problem with a place", (value, message) => {
    withFiles({ "a.yaml": profile(value) }, (dir) => {
      const { problems } = checkProfiles([dir]);
      expect(problems).toHaveLength(1);
      expect(problems[0]!.message).toContain(message);
    });
  });

  it("is good where everything is there", () => {
    withFiles({ "a.yaml": profile("raw * 100 / two[#i, 1].size") }, (dir) => {
      expect(checkProfiles([dir]).problems).toEqual([]);
    });
  });
});
