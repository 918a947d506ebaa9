import { existsSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { findingText } from "../../src/profiles/laboratory/finding.ts";
import { examine, objectNames } from "../../src/profiles/laboratory/laboratory.ts";
import { MibLibrary } from "../../src/profiles/laboratory/mib-library.ts";
import { readMibModules } from "../../src/profiles/laboratory/mib-module.ts";
import { mibTokens } from "../../src/profiles/laboratory/mib-tokens.ts";
import { unitOfClause, unitOfDescription } from "../../src/profiles/laboratory/mib-units.ts";
import { readProfiles } from "../../src/profiles/load.ts";
import { SHIPPED, withFiles } from "./files.ts";

/** SMIv1 as a maker writes it: no imports of what everybody knows, a lost brace, two modules in one file. */
const SLOPPY = `
OLD-MIB { iso org(3) dod(6) internet(1) private(4) enterprises(1) 77777 } DEFINITIONS ::= BEGIN
IMPORTS enterprises FROM RFC1155-SMI OBJECT-TYPE FROM RFC-1212;
old OBJECT IDENTIFIER ::= { enterprises 77777 }
oldGroup OBJECT IDENTIFIER ::= { old products(3) 2 }
PositiveInteger ::= INTEGER (1..'7FFFFFFF'H)
oldBroken OBJECT-TYPE
  SYNTAX INTEGER { up(1), down(2)
  ACCESS read-only STATUS mandatory DESCRIPTION "a brace is missing"
  ::= { oldGroup 1 }
oldCount OBJECT-TYPE SYNTAX PositiveInteger ACCESS read-only STATUS mandatory
  DESCRIPTION "A text that never ends? It does." ::= { oldGroup 2 }
oldState OBJECT-TYPE
  SYNTAX INTEGER { up ( 1 ), down(2) , testing (-3), }
  ACCESS read-only STATUS mandatory DESCRIPTION "" ::= { oldGroup 3 }
oldTable OBJECT-TYPE SYNTAX SEQUENCE OF OldEntry ACCESS not-accessible STATUS mandatory ::= { oldGroup 4 }
oldEntry OBJECT-TYPE SYNTAX OldEntry ACCESS not-accessible STATUS mandatory INDEX { oldAddress, INTEGER } ::= { oldTable 1 }
OldEntry ::= SEQUENCE { oldAddress IpAddress, oldValue Gauge }
oldAddress OBJECT-TYPE SYNTAX IpAddress ACCESS read-only STATUS mandatory ::= { oldEntry 1 }
oldValue OBJECT-TYPE SYNTAX Gauge (0..100 | 255) ACCESS read-only STATUS mandatory ::= { oldEntry 2 }
oldTrap TRAP-TYPE ENTERPRISE old VARIABLES { oldCount } DESCRIPTION "" ::= 5
END
SECOND-MIB DEFINITIONS ::= BEGIN
IMPORTS oldTable, oldEntry, old FROM OLD-MIB;
moreTable OBJECT-TYPE SYNTAX SEQUENCE OF MoreEntry MAX-ACCESS not-accessible STATUS current DESCRIPTION "" ::= { old 9 }
moreEntry OBJECT-TYPE SYNTAX MoreEntry MAX-ACCESS not-accessible STATUS current DESCRIPTION "" AUGMENTS { oldEntry } ::= { moreTable 1 }
MoreEntry ::= SEQUENCE { moreName OCTET STRING }
moreName OBJECT-TYPE SYNTAX OCTET STRING MAX-ACCESS read-only STATUS current DESCRIPTION "" ::= { moreEntry 1 }
`;

describe("the reader of MIB modules", () => {
  const names = ["oldCount", "oldState", "oldValue", "moreName", "oldTable"];

  it("reads what sloppy makers write", () => {
    withFiles({ "maker/old.mib": SLOPPY }, (dir) => {
      const library = new MibLibrary([dir], new Set(names));
      expect(library.modules).toEqual(["OLD-MIB", "SECOND-MIB"]);
      const one = (name: string) => library.named(name)[0]!;
      expect(one("oldCount")).toMatchObject({
        oid: [1, 3, 6, 1, 4, 1, 77777, 3, 2, 2],
        shape: "scalar",
        base: "INTEGER",
        ranges: [[1, 0x7fffffff]],
      });
      expect([...one("oldState").enumeration!]).toEqual([
        [1, "up"],
        [2, "down"],
        [-3, "testing"],
      ]);
      expect(one("oldTable").shape).toBe("table");
      expect(one("oldValue")).toMatchObject({
        shape: "column",
        base: "Gauge",
        ranges: [
          [0, 100],
          [255, 255],
        ],
      });
      const index = one("oldValue").index!.map(({ base }) => base);
      expect(index).toEqual(["IpAddress", "INTEGER"]);
      expect(one("moreName").index!.map(({ base }) => base)).toEqual(index);
      expect(library.at([1, 3, 6, 1, 4, 1, 77777, 9, 1, 1]).map(({ name }) => name)).toEqual(["moreName"]);
      expect(library.named("nothing")).toEqual([]);
    });
  });

  it("takes any text, cut and mixed, without a fault", () => {
    const pieces = fc.array(
      fc.oneof(
        fc.constantFrom(...mibTokens(SLOPPY).texts),
        fc.constantFrom(
          '"',
          "--",
          "{",
          "}",
          "(",
          "::=",
          "\n",
          "'FF'H",
          "DEFINITIONS",
          "BEGIN",
          "MACRO",
          "IMPORTS",
        ),
        fc.string({ maxLength: 8 }),
      ),
      { maxLength: 200 },
    );
    fc.assert(
      fc.property(pieces, fc.nat(SLOPPY.length), (words, cut) => {
        for (const text of [words.join(" "), SLOPPY.slice(0, cut), SLOPPY.slice(cut) + words.join("\n")])
          for (const module of readMibModules(text, "any")) expect(module.name).not.toBe("");
      }),
      { numRuns: 200 },
    );
  });

  it("goes round no circle of types, parents or imports", () => {
    const circle = `A-MIB DEFINITIONS ::= BEGIN IMPORTS b FROM B-MIB; Loop ::= Knot Knot ::= Loop
a OBJECT IDENTIFIER ::= { b 1 }
x OBJECT-TYPE SYNTAX Loop MAX-ACCESS read-only STATUS current DESCRIPTION "" ::= { a 1 } END
B-MIB DEFINITIONS ::= BEGIN IMPORTS a FROM A-MIB; b OBJECT IDENTIFIER ::= { a 1 } END`;
    withFiles({ circle }, (dir) => {
      expect(new MibLibrary([dir], new Set(["x"])).named("x")).toEqual([]);
    });
  });

  it.each<[string, string, number]>([
    ["mW", "W", 1e-3],
    ["milliwatts", "W", 1e-3],
    ["0.1 Volt DC", "V", 0.1],
    ["RMS Volts", "V", 1],
    ["tenths of degrees Celsius", "degC", 0.1],
    ["0.01 dBm", "dBm", 0.01],
    ["hundredths of percent", "percent", 0.01],
    ["%", "percent", 1],
    ["minutes", "s", 60],
    ["Kbps", "bit/s", 1000],
    ["100 mA", "A", 0.1],
    ["10 mHz", "Hz", 0.01],
    ["MHz", "MHz", 1],
    ["10 mV", "V", 0.01],
    ["(Watts)", "W", 1],
    ["tenths of a microwatt", "W", 1e-7],
  ])("knows the unit %s", (text, unit, scale) => {
    const found = unitOfClause(text)!;
    expect(found.unit).toBe(unit);
    expect(found.scale).toBeCloseTo(scale, 12);
  });

  it("takes no sentence for a unit, and two units for none", () => {
    for (const text of ["seconds since boot", "MW", "C or F", "voltage", "amplitude"])
      expect(unitOfClause(text), text).toBeUndefined();
    expect(unitOfDescription("The power. Unit: dBm. The value is expanded 100 times.")).toMatchObject({
      unit: "dBm",
      scale: 0.01,
    });
    expect(unitOfDescription("Measured in volts or, in units of 0.1 A, in amperes")).toBeUndefined();
    expect(unitOfDescription("How warm it is.")).toBeUndefined();
  });
});

const MIBS = join(SHIPPED, "../../shared/mibs");

function mirror(): void {
  const { profiles } = readProfiles([SHIPPED]);
  const names = new Set([
    ...objectNames(profiles),
    "ifHCInOctets",
    "lldpRemSysName",
    "hwEntityOpticalRxPower",
  ]);
  let library: MibLibrary;
  beforeAll(() => {
    library = new MibLibrary([MIBS], names);
  });

  it("is read whole, and places objects where they are", () => {
    let objects = 0;
    for (const file of library.files) objects += library.objectsOf(file).length;
    expect(library.unreadable).toEqual([]);
    expect(library.modules.length).toBeGreaterThan(2500);
    expect(objects).toBeGreaterThan(250_000);
    const oidOf = (name: string) => library.named(name)[0]!.oid.join(".");
    expect(oidOf("ifHCInOctets")).toBe("1.3.6.1.2.1.31.1.1.1.6");
    expect(oidOf("lldpRemSysName")).toBe("1.0.8802.1.1.2.1.4.1.1.9");
    expect(oidOf("hwEntityOpticalRxPower")).toBe("1.3.6.1.4.1.2011.5.25.31.1.1.3.1.8");
  });

  it("does not contradict the profiles that come with campusd, but where they say why", () => {
    const report = examine(profiles, library);
    expect(report.findings.filter(({ level }) => level === "error").map(findingText)).toEqual([]);
    const sum = (of: "objects" | "checked") => report.profiles.reduce((all, one) => all + one[of], 0);
    expect(sum("checked") / sum("objects")).toBeGreaterThan(0.9);
  });
}

if (existsSync(MIBS)) describe("a mirror of MIB modules", mirror);
else describe.skip("a mirror of MIB modules [missing: the folder ../shared/mibs]", mirror);
