import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Finding } from "../../src/profiles/laboratory/finding.ts";
import { examine, objectNames } from "../../src/profiles/laboratory/laboratory.ts";
import { MibLibrary, type MibObject } from "../../src/profiles/laboratory/mib-library.ts";
import { saidNothing } from "../../src/profiles/laboratory/no-values.ts";
import { readProfiles } from "../../src/profiles/load.ts";
import { SHIPPED, withFiles } from "./files.ts";

/** A module of our own: an electricity meter, a table, states, and what sloppy makers do. */
const ACME = `
-- ------- comment - with -- hyphens -----
ACME-MIB DEFINITIONS ::= BEGIN
IMPORTS
  MODULE-IDENTITY, OBJECT-TYPE, enterprises, Integer32, Counter32, Gauge32 FROM SNMPv2-SMI
  DisplayString, TruthValue FROM SNMPv2-TC
  AcmeTenths FROM ACME-TC;
acme MODULE-IDENTITY
  LAST-UPDATED "202601010000Z"
  ORGANIZATION "Acme" CONTACT-INFO "nobody" DESCRIPTION "A meter; it's { odd } ::= text"
  ::= { enterprises 55555 }
acmePower OBJECT-TYPE
  SYNTAX Integer32 UNITS "mW" MAX-ACCESS read-only STATUS current
  DESCRIPTION "What the supply gives." ::= { acme 1 }
acmeVoltage OBJECT-TYPE
  SYNTAX AcmeTenths MAX-ACCESS read-only STATUS current
  DESCRIPTION "Output voltage." UNITS "V" ::= { acme 2 }
acmeLoad OBJECT-TYPE
  SYNTAX INTEGER (0..10000) ACCESS read-only STATUS mandatory
  DESCRIPTION "Processor use." ::= { acme 3 }
acmeWarmth OBJECT-TYPE
  SYNTAX Integer32 MAX-ACCESS read-only STATUS current
  DESCRIPTION "Temperature in tenths of a degree Celsius. 9999 indicates that the sensor is not present." ::= { acme 4 }
acmeTotal OBJECT-TYPE SYNTAX Counter32 MAX-ACCESS read-only STATUS current DESCRIPTION "Errors." ::= { acme 5 }
acmeName OBJECT-TYPE SYNTAX DisplayString MAX-ACCESS read-only STATUS current DESCRIPTION "" ::= { acme 6 }
acmeApTable OBJECT-TYPE
  SYNTAX SEQUENCE OF AcmeApEntry MAX-ACCESS not-accessible STATUS current DESCRIPTION "" ::= { acme 7 }
acmeApEntry OBJECT-TYPE
  SYNTAX AcmeApEntry MAX-ACCESS not-accessible STATUS current DESCRIPTION ""
  INDEX { acmeApMac, acmeApSlot } ::= { acmeApTable 1 }
AcmeApEntry ::= SEQUENCE { acmeApMac OCTET STRING, acmeApSlot INTEGER, acmeApState INTEGER }
acmeApMac OBJECT-TYPE
  SYNTAX OCTET STRING (SIZE (6)) MAX-ACCESS not-accessible STATUS current DESCRIPTION "" ::= { acmeApEntry 1 }
acmeApSlot OBJECT-TYPE SYNTAX INTEGER MAX-ACCESS not-accessible STATUS current DESCRIPTION "" ::= { acmeApEntry 2 }
acmeApState OBJECT-TYPE
  SYNTAX INTEGER { idle(1), fault(4), normal(8) } MAX-ACCESS read-only STATUS current DESCRIPTION "" ::= { acmeApEntry 3 }
END
`;
const ACME_TC = `ACME-TC DEFINITIONS ::= BEGIN
AcmeTenths ::= TEXTUAL-CONVENTION DISPLAY-HINT "d-1" STATUS current DESCRIPTION "" SYNTAX Integer32
END`;

const head = `title: { zh: 试, en: Trial }
vendor: Acme
os: acme
role: other
match: [{ sysObjectID: 1.3.6.1.4.1.55555 }]
`;

interface Trial {
  readonly column: string;
  readonly point: string;
  readonly entry?: string;
  readonly index?: string;
  readonly more?: string;
}

/** Findings about one point of a profile, with the modules above and those given. */
function trial({ column, point, entry = "1.3.6.1.4.1.55555", index, more = "" }: Trial): readonly Finding[] {
  const lines = [
    head + "snmp:",
    index ? "  tables:" : "  scalars:",
    "    t:",
    `      entry: ${entry}`,
    ...(index ? [`      index: ${index}`] : []),
    "      columns:",
    `        p: ${column}`,
    ...(more ? [`        ${more}`] : []),
    "      points:",
    `        p: { label: Power supply, source: "ACME-MIB what it says", ${point} }`,
  ];
  return withFiles(
    { "profiles/trial.yaml": lines.join("\n"), "mibs/ACME-MIB": ACME, "mibs/tc.txt": ACME_TC },
    (dir) => {
      const read = readProfiles([join(dir, "profiles")]);
      expect(read.problems.map(({ message }) => message)).toEqual([]);
      return examine(read.profiles, new MibLibrary([join(dir, "mibs")], objectNames(read.profiles))).findings;
    },
  );
}

const errors = (of: Trial): string[] =>
  trial(of)
    .filter(({ level }) => level === "error")
    .map(({ check, message }) => `${check}: ${message}`);

describe("the laboratory against MIB text", () => {
  it("finds nothing where the profile says what the MIB says", () => {
    const good: Trial[] = [
      { column: ".1 acmePower", point: "quantity: sensor.power, unit: mW, max: 5000" },
      { column: ".2 acmeVoltage", point: "quantity: sensor.voltage, unit: 0.1 V" },
      { column: ".3 acmeLoad", point: "quantity: device.cpu, unit: 0.01 percent" },
      {
        column: ".4 acmeWarmth",
        point: "quantity: sensor.temperature, unit: 0.1 degC, sentinels: [9999]",
      },
      { column: ".5 acmeTotal counter", point: "quantity: interface.in_errors" },
      {
        entry: "1.3.6.1.4.1.55555.7.1",
        index: '["mac:mac", slot]',
        column: ".3 acmeApState",
        point: "quantity: wifi.ap_state, map: { 1: offline, 4: fault, 8: online }",
      },
    ];
    for (const one of good) expect(errors(one), one.column).toEqual([]);
  });

  it.each<[string, Trial, RegExp]>([
    [
      "milliwatts taken for watts",
      { column: ".1 acmePower", point: "quantity: sensor.power, unit: W" },
      /^unit: ACME-MIB acmePower is in mw \(UNITS "mW"\): one is 0\.001 W; the profile takes it for 1$/,
    ],
    [
      "a display hint that is not read",
      { column: ".2 acmeVoltage", point: "quantity: sensor.voltage, unit: V" },
      /^unit: .*DISPLAY-HINT d-1.*one is 0\.1 V/,
    ],
    [
      "another measure",
      { column: ".1 acmePower", point: "quantity: sensor.temperature, unit: degC" },
      /^unit: .*is in mw .*takes it for degC$/,
    ],
    [
      "tenths that only the description tells",
      { column: ".4 acmeWarmth", point: "quantity: sensor.temperature, unit: degC, sentinels: [9999]" },
      /^unit: .*tenths of a degree celsius \(DESCRIPTION\): one is 0\.1 degC/,
    ],
    [
      "a value that the description says is none",
      { column: ".4 acmeWarmth", point: "quantity: sensor.percent, unit: 0.1 percent" },
      /^unit: .*takes it for percent$/,
    ],
    [
      "hundredths of a percent taken for percent",
      { column: ".3 acmeLoad", point: "quantity: device.cpu, unit: percent" },
      /^range: .*goes to 10000; the profile makes 10000 % of it$/,
    ],
    [
      "a counter taken for a value",
      { column: ".5 acmeTotal", point: "quantity: device.cpu, unit: percent" },
      /^counter: .*Counter32: it only grows/,
    ],
    [
      "another object's OID",
      { column: ".2 acmePower", point: "quantity: sensor.power, unit: mW" },
      /^oid: 1\.3\.6\.1\.4\.1\.55555\.2 is ACME-MIB acmeVoltage, not acmePower$/,
    ],
    [
      "an OID where nothing is",
      { column: ".1.9 acmePower", point: "quantity: sensor.power, unit: mW" },
      /^oid: ACME-MIB has acmePower at 1\.3\.6\.1\.4\.1\.55555\.1, not at/,
    ],
    [
      "a table instead of an object",
      { column: ".7 acmeApTable", point: "quantity: sensor.count" },
      /^leaf: ACME-MIB acmeApTable is a table/,
    ],
    [
      "a column read as a scalar",
      {
        entry: "1.3.6.1.4.1.55555.7.1",
        column: ".3 acmeApState",
        point: "quantity: sensor.state",
      },
      /^leaf: .*is a column; \.0 behind it gives nothing$/,
    ],
    [
      "an index of another length",
      {
        entry: "1.3.6.1.4.1.55555.7.1",
        index: "[slot]",
        column: ".3 acmeApState",
        point: "quantity: sensor.state",
      },
      /^index: .*acmeApMac, acmeApSlot, 7 arcs; the profile takes 1$/,
    ],
    [
      "states that are the wrong way round",
      {
        entry: "1.3.6.1.4.1.55555.7.1",
        index: '["mac:mac", slot]',
        column: ".3 acmeApState",
        point: "quantity: wifi.ap_state, map: { 1: online, 4: fault, 8: offline }",
      },
      /^enumeration: .*1 is idle; the profile takes it for online$/,
    ],
    [
      "names of an enumeration that belong to other numbers",
      {
        entry: "1.3.6.1.4.1.55555.7.1",
        index: '["mac:mac", slot]',
        column: "{ at: .3 acmeApState, enum: { 1: normal, 4: fault } }",
        point: "quantity: sensor.state",
      },
      /^enumeration: .*1 is idle, and normal is 8$/,
    ],
    [
      "a number decoded as something else",
      { column: ".1 acmePower octets64", point: "quantity: sensor.power, unit: mW" },
      /^decode: .*cannot be decoded as octets64$/,
    ],
  ])("finds %s", (_, one, message) => {
    expect(
      errors(one).some((text) => message.test(text)),
      errors(one).join("\n"),
    ).toBe(true);
  });

  it("takes what the profile explains for explained, and names it", () => {
    const findings = trial({
      column: ".1 acmePower",
      point: 'quantity: sensor.power, unit: W, max: 5000, unlikeMib: "devices send watts"',
    });
    expect(findings.filter(({ level }) => level === "error")).toEqual([]);
    expect(findings.find(({ level }) => level === "explained")).toMatchObject({
      check: "unit",
      key: "t.p",
      message: expect.stringMatching(/devices send watts$/),
    });
  });

  it("says that a value which the description calls none is taken for one", () => {
    const found = errors({ column: ".4 acmeWarmth", point: "quantity: sensor.snr, unit: 0.1 dB" });
    expect(found.some((text) => /^range: .*says 9999 is no value/.test(text))).toBe(true);
  });

  it.each([
    ["In VAC, or -1 if it's unsupported by this UPS.", [-1]],
    ["If this measurement value is not available, it returns value -1000000. It may be 5.", [-1_000_000]],
    ["A device which doesn't support this group will return the value 0 for this variable.", [0]],
    ["65535: not supported; 2147483647 means the value is unknown", [65_535, 2_147_483_647]],
    ["From -40 to 100. Sensor 3 is the invalid one's neighbour.", []],
  ])("reads of no value in: %s", (description, raws) => {
    expect(saidNothing({ description } as MibObject)).toEqual(raws);
  });

  it("gives line and file of the point", () => {
    const [finding] = trial({ column: ".1 acmePower", point: "quantity: sensor.power, unit: W" });
    expect(finding!.file).toMatch(/profiles\/trial\.yaml$/);
    expect(finding!.line).toBe(13);
  });
});

/** What somebody wrote once: each must be found without any MIB. */
describe("the laboratory without MIB text", () => {
  const seeded: [string, Trial, RegExp][] = [
    [
      "Ruijie's milliwatts",
      {
        entry: "1.3.6.1.4.1.4881.1.1.10.2.1.1.41.1",
        index: "[device, supply]",
        column: ".15 ruijieSystemElectricalInformationOutPower",
        point: "quantity: sensor.power, unit: W",
      },
      /63472 must give 63\.472 W; the profile makes 63472 W/,
    ],
    [
      "ZXR10's octets as percent",
      {
        entry: "1.3.6.1.4.1.3902.3.3.1.1",
        index: "[unit]",
        column: ".4 zxr10SystemMemUsed",
        point: "quantity: device.memory, unit: percent",
      },
      /300000000 must give 60 percent; the profile makes no value/,
    ],
    [
      "ZXR10's percent as octets",
      {
        entry: "1.3.6.1.4.1.3902.3.3.1.1",
        index: "[unit]",
        column: ".4 zxr10SystemMemUsed",
        more: "size: .3 zxr10SystemMemSize",
        point: 'quantity: device.memory, unit: percent, value: "raw * 100 / size"',
      },
      /43 must give 43 percent/,
    ],
    [
      "H3C's 65535 degrees",
      {
        entry: "1.3.6.1.4.1.25506.2.6.1.1.1.1",
        index: "[entity]",
        column: ".12 hh3cEntityExtTemperature",
        point: "quantity: sensor.temperature, unit: degC",
      },
      /65535 must give no value; the profile makes no value \(implausible\)/,
    ],
    [
      "Huawei's optics in one unit",
      {
        entry: "1.3.6.1.4.1.2011.5.25.31.1.1.3.1",
        index: "[entity]",
        column: ".8 hwEntityOpticalRxPower",
        point: "quantity: optics.rx_power, unit: 0.01 dBm",
      },
      /604 must give -2\.19 dBm; the profile makes 6\.04 dBm/,
    ],
    [
      "Huawei's optics without their sentinels",
      {
        entry: "1.3.6.1.4.1.2011.5.25.31.1.1.3.1",
        index: "[entity]",
        column: ".9 hwEntityOpticalTxPower",
        point: 'quantity: optics.tx_power, unit: dBm, value: "raw > 0 ? 10 * log10(raw / 1000) : raw / 100"',
      },
      /-1 must give no value; the profile makes -0\.01 dBm/,
    ],
    [
      "H3C's connecting access points as connected",
      {
        entry: "1.3.6.1.4.1.25506.2.75.1.1.2",
        column: ".1 hh3cDot11APConnectCount",
        point: "quantity: wifi.aps_online",
      },
      /it is not wifi\.aps_online/,
    ],
    [
      "all of Huawei's access points as joined",
      {
        entry: "1.3.6.1.4.1.2011.6.139.12.1",
        column: ".5.7 hwWlanApCount",
        point: "quantity: wifi.aps_online",
      },
      /it is wifi\.aps_known, not wifi\.aps_online/,
    ],
    [
      "an access point's idle as online",
      {
        entry: "1.3.6.1.4.1.2011.6.139.13.3.3.1",
        index: '["mac:mac"]',
        column: ".6 hwWlanApRunState",
        point: "quantity: wifi.ap_state, map: { 1: online, 2: offline, 4: offline, 8: online }",
      },
      /1 must give offline; the profile makes online/,
    ],
    [
      "a 64-bit number in a text read as a number",
      {
        entry: "1.3.6.1.4.1.2011.6.139.13.3.3.1",
        index: '["mac:mac"]',
        column: ".58 hwWlanApAirportUpTraffic",
        point: "quantity: ip.in_octets, unit: octet",
      },
      /decode it as octets64, not as number/,
    ],
    [
      "a number that is written as text",
      {
        entry: "1.3.6.1.4.1.11863.6.96.1.7.1.1",
        index: "[port]",
        column: ".2 ddmStatusTemperature",
        point: "quantity: optics.temperature, unit: degC",
      },
      /decode it as textNumber, not as number/,
    ],
    [
      "an access point without a thermometer at 255 degrees",
      {
        entry: "1.3.6.1.4.1.2011.6.139.13.3.3.1",
        index: '["mac:mac"]',
        column: ".43 hwWlanApTemperature",
        point: "quantity: wifi.ap_temperature, unit: degC",
      },
      /255 must give no value; the profile makes no value \(implausible\)/,
    ],
    [
      "a supply of 60 kW",
      { column: ".99 acmeSupply", point: "quantity: sensor.power, unit: W, max: 60000" },
      /the bound 60000 W is not possible for the power of one supply/,
    ],
    [
      "a source that is none",
      { column: ".98 acmeGuess", point: 'quantity: sensor.count, source: "guess"' },
      /says nothing that can be looked up/,
    ],
  ];

  it.each(seeded)("finds %s", (_, one, message) => {
    const { point } = one;
    const lines = [
      head + "snmp:",
      one.index ? "  tables:" : "  scalars:",
      "    t:",
      `      entry: ${one.entry ?? "1.3.6.1.4.1.55555"}`,
      ...(one.index ? [`      index: ${one.index}`] : []),
      "      columns:",
      `        p: ${one.column}`,
      ...(one.more ? [`        ${one.more}`] : []),
      "      points:",
      `        p: { label: Power supply, ${point.includes("source:") ? "" : 'source: "X-MIB object", '}${point} }`,
    ];
    const found = withFiles({ "trial.yaml": lines.join("\n") }, (dir) => {
      const read = readProfiles([dir]);
      expect(read.problems.map((problem) => problem.message)).toEqual([]);
      return examine(read.profiles).findings.filter(({ level }) => level === "error");
    });
    expect(
      found.some((finding) => message.test(finding.message)),
      JSON.stringify(found),
    ).toBe(true);
  });

  it("finds nothing of the kind in the profiles that come with campusd", () => {
    const { findings, profiles } = examine(readProfiles([SHIPPED]).profiles);
    expect(findings.filter(({ level }) => level === "error")).toEqual([]);
    expect(profiles.reduce((sum, one) => sum + one.points, 0)).toBeGreaterThan(1000);
  });
});

describe("campusd check profiles", () => {
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [join(SHIPPED, "../src/main.ts"), "check", "profiles", ...args], {
      encoding: "utf8",
      timeout: 50_000,
      maxBuffer: 64 * 1024 * 1024,
    });

  it("notes which profiles of one's own have no sample", () => {
    const body = (arc: number) =>
      `${head.replace("55555", `55555.${arc}`)}snmp:\n  scalars:\n    t:\n      entry: 1.3.6.1.4.1.55555.9\n      columns: { p: .1 acmePower }\n`;
    const sample = "1.3.6.1.2.1.1.1.0|4|Acme\n1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.55555.1\n";
    const files = { "own/one.yaml": body(1), "own/two.yaml": body(2), "samples/one.snmprec": sample };
    withFiles(files, (dir) => {
      const { status, stdout } = run(join(dir, "own"), "--samples", join(dir, "samples"), "--json");
      expect(status).toBe(0);
      const { findings } = JSON.parse(stdout).laboratory as { findings: readonly Finding[] };
      const lacking = findings.filter(({ message }) => message.startsWith("no sample"));
      expect(lacking).toMatchObject([{ level: "note", check: "sample", file: join(dir, "own/two.yaml") }]);
    });
  });

  it("reads samples, and ends with 1 when one cannot be right", () => {
    const profile = `${head}snmp:
  scalars:
    t:
      entry: 1.3.6.1.4.1.55555
      columns: { p: .1 acmePower, q: .2 acmeWarmth }
      points:
        p: { quantity: sensor.power, unit: W, label: Power supply 1, source: ACME-MIB acmePower }
        q: { quantity: sensor.temperature, unit: degC, label: Warmth, source: ACME-MIB acmeWarmth }
`;
    const sample = ["1.3.6.1.2.1.1.1.0|4|Acme", "1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.55555.1"];
    withFiles({ "profiles/acme.yaml": profile, "mibs/ACME-MIB": ACME, "mibs/tc": ACME_TC }, (dir) => {
      const samples = join(dir, "samples");
      mkdirSync(samples);
      const write = (...lines: string[]) =>
        writeFileSync(join(samples, "acme.snmprec"), [...sample, ...lines].join("\n"));
      write("1.3.6.1.4.1.55555.1.0|2|63", "1.3.6.1.4.1.55555.2.0|2|21");
      const good = run(join(dir, "profiles"), "--samples", samples);
      expect(good.stderr).toBe("");
      expect(good.status).toBe(0);
      expect(good.stdout).toContain("1 sample read, of 1 profile");

      write("1.3.6.1.4.1.55555.1.0|2|63472", "1.3.6.1.4.1.55555.2.0|2|65535");
      const bad = run(join(dir, "profiles"), "--samples", samples);
      expect(bad.status).toBe(1);
      expect(bad.stderr).toMatch(
        /sensor\.power "Power supply 1" .*63472 W is not possible for the power of one supply/,
      );
      expect(bad.stderr).toMatch(/the raw value 65535 is refused as implausible/);

      const withMibs = run(
        join(dir, "profiles"),
        "--samples",
        samples,
        "--mibs",
        join(dir, "mibs"),
        "--json",
      );
      expect(withMibs.status).toBe(1);
      const report = JSON.parse(withMibs.stdout);
      const own = report.laboratory.profiles.find((one: { id: string }) => one.id === "acme");
      expect(own).toMatchObject({ objects: 2, errors: 2 });
      expect(report.laboratory.findings.map((one: Finding) => one.check)).toEqual(
        expect.arrayContaining(["unit", "oid", "sample"]),
      );
      expect(run("--mibs", join(dir, "nowhere")).stderr).toContain("cannot read the folder of MIB modules");
    });
  });
});
