import { describe, expect, it } from "vitest";
import { CampusError } from "../../src/errors/campus-error.ts";
import { checkProfiles, loadProfiles } from "../../src/profiles/load.ts";
import { problemText } from "../../src/profiles/problems.ts";
import { withFiles } from "./files.ts";

const GOOD = `title: { zh: 温度计, en: Thermometer }
vendor: Acme
os: acme
role: sensor
match:
  - sysObjectID: 1.3.6.1.4.1.55555.1
snmp:
  tables:
    probe:
      entry: 1.3.6.1.4.1.55555.3.1.1
      index: [row]
      tags: { sensor: "{name|#row}" }
      columns:
        name: .2 acmeName text
        kind: { at: .3 acmeKind, enum: { 1: air, 2: water } }
        value: .4 acmeValue
      points:
        value:
          quantity: sensor.temperature
          unit: 0.1 degC
          when: kind == 1
          label: "{name}"
          source: manual page 3
`;

/** What is wrong with the good profile after the change, without the folder's name. */
function problemsOf(change: (text: string) => string, more: Readonly<Record<string, string>> = {}): string[] {
  const text = change(GOOD);
  expect(text).not.toBe(GOOD);
  return withFiles({ "acme.yaml": text, ...more }, (dir) =>
    checkProfiles([dir]).problems.map((problem) => problemText(problem).replace(`${dir}/`, "")),
  );
}

const swap = (from: string, to: string) => (text: string) => text.replace(from, to);

describe("problems of a profile", () => {
  it("are none in a good one", () => {
    withFiles({ "acme.yaml": GOOD }, (dir) => {
      const report = checkProfiles([dir]);
      expect(report.problems).toEqual([]);
      expect(report.profiles.map((p) => [p.id, p.protocols, p.points.map((point) => point.id)])).toEqual([
        ["acme", ["snmp"], ["probe.value"]],
      ]);
    });
  });

  it.each([
    [
      "an unknown key",
      swap("vendor:", "vender:"),
      'acme.yaml:2:1 vender: there is no key "vender" here; did you mean "vendor"?',
    ],
    [
      "an unknown key far down",
      swap("unit: 0.1", "units: 0.1"),
      'acme.yaml:20:11 snmp.tables.probe.points.value.units: there is no key "units" here; did you mean "unit"?',
    ],
    [
      "a missing source",
      swap("\n          source: manual page 3", ""),
      "source: the key is missing; write a text",
    ],
    ["an empty source", swap("manual page 3", '""'), "source: write a text that is not empty"],
    [
      "a wrong role",
      swap("role: sensor", "role: sensors"),
      'acme.yaml:4:1 role: "sensors" is not possible; did you mean "sensor"?',
    ],
    [
      "a wrong quantity",
      swap("sensor.temperature", "sensor.temprature"),
      'there is no quantity "sensor.temprature"; did you mean "sensor.temperature"?',
    ],
    [
      "a wrong unit",
      swap("0.1 degC", "0.1 V"),
      'acme.yaml:20:11 snmp.tables.probe.points.value.unit: "0.1 V" cannot become degC; sensor.temperature takes degC, 0.1 degC, 0.01 degC, 0.001 degC, degF, 0.1 degF, K',
    ],
    [
      "a missing unit",
      swap("          unit: 0.1 degC\n", ""),
      "the unit of the raw value is missing; sensor.temperature takes degC, 0.1 degC",
    ],
    [
      "a rate",
      swap("sensor.temperature", "interface.in_rate"),
      "interface.in_rate is made by campusd from a counter",
    ],
    [
      "an unknown tag",
      swap("tags: { sensor:", "tags: { sensr:"),
      'there is no key "sensr" here; did you mean "sensor"?',
    ],
    [
      "an unknown enumeration",
      swap("enum: { 1: air, 2: water }", "enum: kinds"),
      'there is no enumeration "kinds" under enums',
    ],
    [
      "an unknown decoding",
      swap("acmeName text", "acmeName txet"),
      'there is no decoding "txet"; did you mean "text"?',
    ],
    [
      "a column without object",
      swap(".4 acmeValue", ".4"),
      "acme.yaml:16:9 snmp.tables.probe.columns.value: 0.4 does not fit; write a text, or a mapping",
    ],
    ["an OID that cannot be", swap(".4 acmeValue", ".4294967296 acmeValue"), "an arc is over 4294967295"],
    [
      "a point without column",
      swap("value: .4 acmeValue", "reading: .4 acmeValue"),
      'there is no column "value" in this table',
    ],
    [
      "a point over a text",
      swap(".4 acmeValue", ".4 acmeValue text"),
      'the column "value" is decoded as text, which is no number',
    ],
    [
      "an unknown name in when",
      swap("kind == 1", "kindd == 1"),
      '"kindd" in "kindd == 1" is not known here; did you mean "kind"?',
    ],
    [
      "a broken expression",
      swap("kind == 1", "kind = 1"),
      '"=" has no meaning here; compare with "==" (character 6 of "kind = 1")',
    ],
    [
      "an unknown template field",
      swap('label: "{name}"', 'label: "{nmae}"'),
      'there is no column "nmae" in this table; did you mean "name"?',
    ],
    [
      "an unknown index part",
      swap("{name|#row}", "{name|#rows}"),
      'the index has no part "rows"; did you mean "row"?',
    ],
    [
      "an unknown table",
      swap('label: "{name}"', 'label: "{entity.name}"'),
      'there is no table "entity" in the file or its parts',
    ],
    [
      "an open brace",
      swap('label: "{name}"', 'label: "{name"'),
      'the "{" is not closed (character 1 of "{name")',
    ],
    [
      "an index type",
      swap("index: [row]", 'index: ["row:integr"]'),
      'is not name or name:type; did you mean "integer"?',
    ],
    [
      "a tier",
      swap("index: [row]", "every: 30s\n      index: [row]"),
      '"30s" is not possible; did you mean "10s"? (write one of: 10s, 60s, 5m, 1h, 1d)',
    ],
    [
      "a regular expression",
      swap("match:\n", 'match:\n  - { sysObjectID: 1.3.6.1.4.1.55555.2, sysDescr: "(" }\n'),
      "match.0.sysDescr: not a regular expression",
    ],
    [
      "a match of nothing",
      swap("sysObjectID: 1.3.6.1.4.1.55555.1", "sysDescrNot: x"),
      "write sysObjectID or sysDescr",
    ],
    ["no match", swap("match:\n  - sysObjectID: 1.3.6.1.4.1.55555.1\n", ""), "the key match is missing"],
    ["an OID that is a number", swap("1.3.6.1.4.1.55555.1\n", "1.3\n"), "1.3 does not fit"],
    ["an unknown part", swap("snmp:", "parts: [sytem]\nsnmp:"), 'there is no part "sytem" in _parts'],
    ["a list for a text", swap("vendor: Acme", "vendor: [Acme]"), "a list stands where a text is expected"],
    ["an empty file", () => "", "acme.yaml:1:1: not valid YAML: expected a document, but the input is empty"],
    ["a file that is a list", () => "- a\n", "acme.yaml:1:1: a list stands where a mapping is expected"],
    ["bad YAML", swap("vendor: Acme", "vendor: [Acme"), "acme.yaml:"],
    ["a key twice", swap("os: acme", "vendor: other"), "acme.yaml:3:1: not valid YAML"],
    [
      "min over max",
      swap("unit: 0.1 degC", "unit: 0.1 degC\n          min: 50\n          max: 10"),
      "min 50 is over max 10",
    ],
    [
      "a wider bound",
      swap("unit: 0.1 degC", "unit: 0.1 degC\n          max: 500"),
      "sensor.temperature is never over 150",
    ],
    [
      "a sentinel range upside down",
      swap("unit: 0.1 degC", "unit: 0.1 degC\n          sentinelRanges: [[9, 3]]"),
      "9 is over 3",
    ],
  ])("names %s", (_what, change, message) => {
    const problems = problemsOf(change);
    expect(problems.join("\n")).toContain(message);
    for (const problem of problems) expect(problem).toMatch(/^acme\.yaml:\d+:\d+/);
  });

  it("names a state that the quantity does not have", () => {
    const problems = problemsOf((text) =>
      text
        .replace("sensor.temperature", "interface.oper_state")
        .replace("unit: 0.1 degC", "map: { 1: up, 2: dwon }"),
    );
    expect(problems).toEqual([
      'acme.yaml:20:25 snmp.tables.probe.points.value.map.2: interface.oper_state has no state "dwon"; did you mean "down"? (write one of: up, down, testing, unknown, dormant, notPresent, lowerLayerDown)',
    ]);
  });

  it("are all told at once, of all files", () => {
    withFiles(
      { "a.yaml": GOOD.replace("vendor:", "vender:"), "b.yaml": GOOD.replace("0.1 degC", "mV") },
      (dir) => {
        let caught: unknown;
        try {
          loadProfiles([dir]);
        } catch (error) {
          caught = error;
        }
        expect(caught).toBeInstanceOf(CampusError);
        const error = caught as CampusError;
        expect(error.code).toBe("E_PROFILE");
        expect(error.message).toContain(`${dir}/a.yaml:2:1`);
        expect(error.message).toContain(`${dir}/b.yaml:20:11`);
        expect(error.context["file"]).toBe(`${dir}/a.yaml`);
      },
    );
  });

  it("a part's problem is told once, and not again by who includes it", () => {
    const part =
      "snmp:\n  tables:\n    t:\n      entry: 1.3.6.1\n      index: [row]\n      columns: { a: .1 x nmber }\n";
    const problems = problemsOf(swap("snmp:", "parts: [shared]\nsnmp:"), {
      "_parts/shared.yaml": part,
      "b.yaml": GOOD.replace("55555.1", "55555.2").replace("snmp:", "parts: [shared]\nsnmp:"),
    });
    expect(problems).toEqual([
      '_parts/shared.yaml:6:18 snmp.tables.t.columns.a: there is no decoding "nmber"; did you mean "number"?',
    ]);
  });

  it("parts that include each other, and tables declared twice", () => {
    const problems = problemsOf(swap("snmp:", "parts: [one, two]\nsnmp:"), {
      "_parts/one.yaml": "parts: [two]\n",
      "_parts/two.yaml":
        "parts: [one]\nsnmp:\n  tables:\n    probe:\n      entry: 1.3.6.1\n      index: [row]\n      columns: { a: .1 x }\n",
    });
    expect(problems).toContain('_parts/two.yaml:1:9 parts.0: the part "one" includes itself');
    expect(problems.find((p) => p.startsWith("acme.yaml"))).toMatch(
      /acme\.yaml:10:5 snmp\.tables\.probe: the table "probe" is declared before in .*_parts\/two\.yaml:4/,
    );
  });

  it("a folder that is not there", () => {
    expect(() => loadProfiles(["/nonexistent/profiles"])).toThrow(
      expect.objectContaining({ code: "E_FILE", message: expect.stringContaining("/nonexistent/profiles") }),
    );
  });

  it("a file name that is no id", () => {
    withFiles({ "Acme Thermo.yaml": GOOD }, (dir) => {
      expect(checkProfiles([dir]).problems[0]?.message).toContain("small letters");
    });
  });
});

describe("two profiles for one device", () => {
  it("are a conflict that names both lines", () => {
    const other = `# one line more\n${GOOD}`;
    withFiles({ "acme.yaml": GOOD, "other.yaml": other }, (dir) => {
      expect(() => loadProfiles([dir])).toThrow(
        expect.objectContaining({
          code: "E_PROFILE_CONFLICT",
          message: expect.stringMatching(
            /other\.yaml:7 and .*acme\.yaml:6 both match sysObjectID 1\.3\.6\.1\.4\.1\.55555\.1; make one/,
          ),
        }),
      );
    });
  });

  it("are none when one says more of sysDescr, or when one takes the other's place by name", () => {
    const narrow = GOOD.replace("55555.1\n", "55555.1\n    sysDescr: Pro\n");
    withFiles({ "acme.yaml": GOOD, "other.yaml": narrow }, (dir) => {
      const set = loadProfiles([dir]);
      const sysObjectID = "1.3.6.1.4.1.55555.1.9";
      expect(set.match({ sysObjectID, sysDescr: "Acme Pro 3" })?.id).toBe("other");
      expect(set.match({ sysObjectID, sysDescr: "Acme 3" })?.id).toBe("acme");
    });
    withFiles({ "a/acme.yaml": GOOD, "b/acme.yaml": GOOD.replace("Thermometer", "Mine") }, (dir) => {
      expect(loadProfiles([`${dir}/a`, `${dir}/b`]).get("acme")?.title.en).toBe("Mine");
    });
  });
});

describe("registers", () => {
  const meter = (registers: string, plan = "function: holding") =>
    `title: { zh: 电表, en: Meter }\nvendor: A\nos: a\nrole: meter\nmodbus:\n  ${plan}\n  registers:\n${registers}`;
  const register = (id: string, at: string, type: string, more = "") =>
    `    ${id}: { at: ${at}, type: ${type}, quantity: sensor.count, label: x, source: y${more} }\n`;

  it("that overlap are an error that names both", () => {
    withFiles({ "m.yaml": meter(register("a", "0x10", "u32") + register("b", "0x11", "u16")) }, (dir) => {
      expect(checkProfiles([dir]).problems.map(problemText).join()).toMatch(
        /m\.yaml:9:5 modbus\.registers\.b: overlaps "a" of .*m\.yaml:8, which takes registers 0x0010 to 0x0011/,
      );
    });
  });

  it("at one address of two functions do not", () => {
    const text = meter(register("a", "1", "u16") + register("b", "1", "u16", ", function: input"));
    withFiles({ "m.yaml": text }, (dir) => {
      const plan = loadProfiles([dir]).get("m")!.modbus!;
      expect(plan.reads.map((r) => [r.functionCode, r.address, r.count])).toEqual([
        [3, 1, 1],
        [4, 1, 1],
      ]);
    });
  });

  it("are grouped without crossing holes, up to 125, and by tier", () => {
    const run = Array.from({ length: 130 }, (_, i) => register(`r${i}`, String(i), "u16")).join("");
    withFiles(
      {
        "holes.yaml": meter(
          register("a", "0", "float32") + register("b", "2", "s16") + register("c", "5", "u16"),
        ),
        "over.yaml": meter(
          register("a", "0", "float32") + register("b", "2", "s16") + register("c", "5", "u16"),
          "allowHoles: 2",
        ),
        "long.yaml": meter(run),
        "tiers.yaml": meter(register("a", "0", "u16") + register("b", "1", "u16", ", every: 1h")),
      },
      (dir) => {
        const set = loadProfiles([dir]);
        const reads = (id: string) => set.get(id)!.modbus!.reads.map((r) => [r.address, r.count, r.everyMs]);
        expect(reads("holes")).toEqual([
          [0, 3, 60_000],
          [5, 1, 60_000],
        ]);
        expect(reads("over")).toEqual([[0, 6, 60_000]]);
        expect(set.get("over")!.modbus!.reads[0]!.points.map((p) => p.offset)).toEqual([0, 2, 5]);
        expect(reads("long")).toEqual([
          [0, 125, 60_000],
          [125, 5, 60_000],
        ]);
        expect(reads("tiers")).toEqual([
          [0, 1, 60_000],
          [1, 1, 3_600_000],
        ]);
      },
    );
  });

  it.each([
    [register("a", "65535", "u32"), "does not fit at 65535"],
    [register("a", "0", "bit"), "a register has no type bit"],
    [register("a", "0", "u16", ", function: coil"), "has the type bit"],
    [register("a", "70000", "u16"), "65535"],
  ])("are refused: %s", (text, message) => {
    withFiles({ "m.yaml": meter(text) }, (dir) => {
      expect(checkProfiles([dir]).problems.map(problemText).join()).toContain(message);
    });
  });
});

describe("topics", () => {
  const board = (topic: string) =>
    `title: { zh: 板, en: Board }\nvendor: A\nos: a\nrole: board\nmqtt:\n  topics:\n    - ${topic}\n`;

  it.each([
    ["{ topic: a/+/b, kind: availability }", "write {name} where MQTT has +"],
    ["{ topic: a/{room}/b, kind: availability }", "not valid YAML"],
    ['{ topic: "a/{room}/b", kind: availability }', "one level must be {device}"],
    ['{ topic: "a/x{device}/b", kind: availability }', "is not a level"],
    ['{ topic: "{device}/{device}", kind: availability }', "{device} stands twice"],
    ['{ topic: "{device}/t", kind: telemetry }', "has points or identity"],
    [
      '{ topic: "{device}/t", kind: telemetry, online: [up], identity: { version: fw } }',
      "belongs to a topic of kind availability",
    ],
  ])("are refused: %s", (topic, message) => {
    withFiles({ "b.yaml": board(topic) }, (dir) => {
      expect(checkProfiles([dir]).problems.map(problemText).join()).toContain(message);
    });
  });
});
