import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseTemplate, references, TemplateError } from "../../src/profiles/template.ts";

describe("templates", () => {
  it("read every kind of field", () => {
    const template = parseTemplate(
      "CPU {ifName|#ifIndex} of {entity.name|bridgePort[#localPort, vlan].ifIndex|@speed} {{x}}",
    );
    expect(template.parts[0]).toEqual({ literal: "CPU " });
    expect(references(template)).toEqual([
      { column: "ifName" },
      { index: "ifIndex" },
      { table: "entity", column: "name" },
      { table: "bridgePort", column: "ifIndex", by: [{ index: "localPort" }, { column: "vlan" }] },
      { point: "speed" },
    ]);
    expect(template.parts.at(-1)).toEqual({ literal: " {x}" });
  });

  it("read a pattern that holds braces and bars", () => {
    const [field] = references(parseTemplate("{prefix ~ /a|b{2}\\/c/ | other}"));
    expect(field?.pattern?.source).toBe("a|b{2}\\/c");
    expect(references(parseTemplate("{prefix ~ /x/ | other}"))[1]).toEqual({ column: "other" });
  });

  it.each([
    ["{ifName", "not closed"],
    ["ifName}", 'without "{"'],
    ["{}", "is not a field"],
    ["{if Name}", "is not a field"],
    ["{a.b.c}", "is not a field"],
    ["{a[#b]}", "lacks the column"],
    ["{a[].b}", "is not a key"],
    ["{a ~ x}", "between slashes"],
    ["{a ~ /x}", "not closed with a slash"],
    ["{a ~ /(/}", "not a regular expression"],
  ])("refuse %j", (text, message) => {
    expect(() => parseTemplate(text)).toThrow(message);
  });

  it("keep any text that has no braces, and never throw anything else", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const plain = text.replace(/[{}]/g, "");
        const { parts } = parseTemplate(plain);
        expect(parts).toEqual(plain === "" ? [] : [{ literal: plain }]);
        try {
          parseTemplate(text);
        } catch (error) {
          expect(error).toBeInstanceOf(TemplateError);
        }
      }),
    );
  });
});
