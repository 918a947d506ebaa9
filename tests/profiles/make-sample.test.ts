import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { objectNames } from "../../src/profiles/laboratory/laboratory.ts";
import { MibLibrary } from "../../src/profiles/laboratory/mib-library.ts";
import { readProfiles } from "../../src/profiles/load.ts";
import { ProfileSet } from "../../src/profiles/profile-set.ts";
import { type MadeSample, makeSamples } from "./making-samples/make.ts";
import { textFor } from "./making-samples/pattern-text.ts";
import { saidUnit } from "./making-samples/said-units.ts";

const object = (name: string, syntax: string, description: string, at: string, more = ""): string =>
  `${name} OBJECT-TYPE SYNTAX ${syntax} ${more} MAX-ACCESS read-only STATUS current DESCRIPTION "${description}" ::= { ${at} }`;

/** A rack of probes of our own making. */
const RACK_MIB = `RACK-MIB DEFINITIONS ::= BEGIN
IMPORTS OBJECT-TYPE, enterprises, Integer32 FROM SNMPv2-SMI DisplayString FROM SNMPv2-TC;
rack OBJECT IDENTIFIER ::= { enterprises 55555 }
${object("rackFirmware", "DisplayString", "", "rack 1")}
${object("rackProbeTable", "SEQUENCE OF RackProbeEntry", "", "rack 2")}
rackProbeEntry OBJECT-TYPE SYNTAX RackProbeEntry MAX-ACCESS not-accessible STATUS current DESCRIPTION ""
  INDEX { rackProbeShelf, rackProbeName } ::= { rackProbeTable 1 }
RackProbeEntry ::= SEQUENCE { rackProbeShelf Integer32, rackProbeName DisplayString }
${object("rackProbeShelf", "Integer32", "", "rackProbeEntry 1")}
${object("rackProbeName", "DisplayString", "", "rackProbeEntry 2")}
${object("rackProbeKind", "INTEGER { warmth(4), supply(7) }", "", "rackProbeEntry 3")}
${object("rackProbeValue", "Integer32", "", "rackProbeEntry 4")}
${object("rackProbeWarmth", "Integer32", "Warmth of the probe", "rackProbeEntry 5", 'UNITS "0.1 degrees Celsius"')}
${object("rackProbeState", "INTEGER { unknown(1), failed(2), ok(3) }", "", "rackProbeEntry 6")}
${object("rackProbeLoad", "DisplayString", "Load in percent", "rackProbeEntry 8")}
${object("rackProbeTitle", "DisplayString", "", "rackProbeEntry 7")}
END`;

interface Change {
  readonly warmth?: string;
  readonly match?: string;
  readonly load?: string;
}

function profile({
  warmth = "0.1 degC",
  match = "sysObjectID: 1.3.6.1.4.1.55555",
  load = "textNumber",
}: Change): string {
  return `title: { zh: 机柜, en: Rack }
vendor: Rack
os: rack
role: sensor
match: [{ ${match} }]
snmp:
  identity:
    model: [{ from: sysDescr, pattern: '^Rack (\\S+) rev' }]
    version: [{ from: device.firmware, pattern: 'v(\\d[\\d.]*)' }]
  scalars:
    device:
      entry: 1.3.6.1.4.1.55555
      columns: { firmware: .1 rackFirmware text }
  tables:
    probe:
      entry: 1.3.6.1.4.1.55555.2.1
      index: [shelf, "name:string"]
      tags: { sensor: "{title}" }
      columns:
        title: .7 rackProbeTitle text
        kind: .3 rackProbeKind
        value: .4 rackProbeValue
        warmth: .5 rackProbeWarmth
        state: .6 rackProbeState
        load: .8 rackProbeLoad ${load}
      points:
        supply:
          quantity: sensor.voltage
          column: value
          when: kind == 7
          unit: 0.1 V
          label: "{title} supply"
          source: RACK-MIB rackProbeValue
        air:
          quantity: sensor.humidity
          column: value
          when: kind == 4
          unit: percentRH
          label: "{title} air"
          source: RACK-MIB rackProbeValue
        warmth:
          quantity: sensor.temperature
          unit: ${warmth}
          sentinels: [9999]
          label: "{title}"
          source: RACK-MIB rackProbeWarmth
        state: { quantity: sensor.state, label: "{title} state", source: RACK-MIB rackProbeState }
        load: { quantity: sensor.percent, unit: percent, label: "{title} load", source: RACK-MIB rackProbeLoad }
`;
}

/** The sample of the profile "rack", made in a folder of its own. */
async function make(files: Readonly<Record<string, string>>, withMib = true): Promise<MadeSample> {
  const dir = mkdtempSync(join(tmpdir(), "campusd-rack-"));
  try {
    mkdirSync(join(dir, "mibs"));
    writeFileSync(join(dir, "mibs/RACK-MIB"), RACK_MIB);
    for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text);
    const { profiles, problems } = readProfiles([dir]);
    expect(problems).toEqual([]);
    const set = new ProfileSet(profiles);
    const library = withMib ? new MibLibrary([join(dir, "mibs")], objectNames(profiles)) : undefined;
    const [made] = await makeSamples([set.get("rack")!], set, library, AbortSignal.timeout(30_000));
    return made!;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

const WARMTH = "1.3.6.1.4.1.55555.2.1.5";

function readingsBelow(made: MadeSample, subtree: string) {
  return made.judgement!.expectation.readings.filter(({ oid }) => oid.startsWith(`${subtree}.`));
}

describe("a sample", () => {
  it("has raw values as the MIB means them, for readings that the profile gives", async () => {
    const made = await make({ "rack.yaml": profile({}) });
    expect(made.judgement!.contradictions).toEqual([]);
    expect(made.left).toEqual([]);
    const warm = readingsBelow(made, WARMTH);
    expect(warm).toHaveLength(2);
    for (const { value, oid, witness } of warm) {
      expect(witness).toBe("mib");
      expect(made.recording).toContain(`\n${oid}|2|${Math.round(value * 10)}\n`);
    }
  });

  it("names rows by the MIB's index and gives both of two kinds that a condition tells apart", async () => {
    const made = await make({ "rack.yaml": profile({}) });
    // A shelf, then a name with its length.
    for (const { oid } of made.judgement!.expectation.readings)
      expect(oid.slice("1.3.6.1.4.1.55555.2.1.".length)).toMatch(/^\d+\.1\.2\.117\.\d+$/);
    const kinds = readingsBelow(made, "1.3.6.1.4.1.55555.2.1.4").map(({ kind }) => kind);
    expect(kinds).toEqual(expect.arrayContaining(["voltage", "humidity"]));
  });

  it("has a healthy and a failed state by the MIB's names", async () => {
    const made = await make({ "rack.yaml": profile({}) });
    expect(
      readingsBelow(made, "1.3.6.1.4.1.55555.2.1.6")
        .map(({ value }) => value)
        .slice(0, 2),
    ).toEqual([3, 2]);
  });

  it("says who the device is, from its sysDescr and from a column", async () => {
    const { judgement, recording } = await make({ "rack.yaml": profile({}) });
    const { identity } = judgement!.expectation;
    expect(identity).toMatchObject({
      profile: "rack",
      model: expect.stringMatching(/^SAMPLE/),
      version: "4.2.17",
    });
    expect(recording).toContain(`1.3.6.1.2.1.1.1.0|4|Rack ${identity.model} rev`);
    expect(recording).toMatch(/^1\.3\.6\.1\.4\.1\.55555\.1\.0\|4\|v4\.2\.17$/m);
  });

  it("holds what stands for no value, of which no reading may come", async () => {
    const made = await make({ "rack.yaml": profile({}) });
    const [absent] = made.judgement!.expectation.absent!;
    expect(absent).toMatch(new RegExp(`^${WARMTH.replaceAll(".", "\\.")}\\.`));
    expect(made.recording).toContain(`\n${absent}|2|9999\n`);
  });

  it("shows a factor that is not the MIB's, and keeps what the MIB means", async () => {
    const good = await make({ "rack.yaml": profile({}) });
    const bad = await make({ "rack.yaml": profile({ warmth: "degC" }) });
    expect(bad.judgement!.contradictions).toHaveLength(2);
    expect(bad.judgement!.contradictions[0]).toContain("probe.warmth");
    expect(readingsBelow(bad, WARMTH)).toEqual(readingsBelow(good, WARMTH));
  });

  it("shows a unit that can never be the quantity's", async () => {
    const { judgement } = await make({
      "rack.yaml": profile({ warmth: "V" }).replace("sensor.temperature", "sensor.voltage"),
    });
    expect(judgement!.contradictions).toContain(
      "probe.warmth: rackProbeWarmth is in 0.1 degrees celsius (degC); the profile takes it for V",
    );
  });

  it("shows a text that the profile takes for a number: no reading ever comes of it", async () => {
    const { judgement } = await make({ "rack.yaml": profile({ load: "number" }) });
    expect(judgement!.contradictions).toHaveLength(2);
    expect(judgement!.contradictions[0]).toMatch(/^probe\.load .*implausible/);
  });

  it("says of which readings only the profile is the witness", async () => {
    const { judgement } = await make({ "rack.yaml": profile({}) }, false);
    const { readings } = judgement!.expectation;
    expect(readings.length).toBeGreaterThan(4);
    expect(new Set(readings.map(({ witness }) => witness))).toEqual(new Set(["profile"]));
  });

  it("is of the profile and not of a narrower one", async () => {
    const narrow = profile({ match: "sysObjectID: 1.3.6.1.4.1.55555.1" });
    const made = await make({ "rack.yaml": profile({}), "narrow.yaml": narrow });
    expect(made.judgement!.expectation.identity.profile).toBe("rack");
    expect(made.recording).not.toContain("1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.55555.1");
    const taken = await make({
      "rack.yaml": profile({ match: "sysDescr: Rack" }),
      "all.yaml": profile({ match: "sysDescr: Rack.*|R" }),
    });
    expect(taken.recording).toBeUndefined();
    expect(taken.left.join()).toContain("sysObjectID");
  });

  it("has an object in the subtree by which the family is known", async () => {
    const match = "sysObjectID: 1.3.6.1.4.1.55555, has: 1.3.6.1.4.1.55555.9";
    const made = await make({ "rack.yaml": profile({ match }), "wide.yaml": profile({}) });
    expect(made.judgement!.expectation.identity.profile).toBe("rack");
    expect(made.recording).toMatch(/^1\.3\.6\.1\.4\.1\.55555\.9\./m);
  });
});

describe("a text for a pattern", () => {
  it.each([
    [/^Rack (\S+) rev/, "SAMPLE-2400"],
    [/Software: Version (\d+\.\d+)(?:\.\d+)?/, "4.2"],
    [/^(?i:model):\s*([A-Z]{2,4}\d{3})$/, undefined],
    [/\b(?!No)([^,;]+)[,;]/, "SAMPLE-2400"],
    [/[\]\-a]{2}/, undefined],
  ])("%s", (pattern, taken) => {
    const made = textFor(pattern, ["SAMPLE-2400", "4.2.17", "4.2"])!;
    expect(pattern.exec(made.text)).not.toBeNull();
    if (taken) expect(made.taken).toBe(taken);
  });

  it("is none where nothing matches", () => {
    expect(textFor(/a(?=b)c/, [])).toBeUndefined();
  });
});

describe("a unit in prose", () => {
  const said = (description: string, units?: string) => {
    const found = saidUnit({ description, ...(units && { units }) } as Parameters<typeof saidUnit>[0]);
    return found && [found.unit, found.scale];
  };

  it.each([
    ["Voltage in 100mV", undefined, ["V", 0.1]],
    ["The load current.", "100 mA", ["A", 0.1]],
    ["Battery current, stored as mA, with its sign", undefined, ["A", 0.001]],
    ["Load (%) multiplied by 10.", undefined, ["percent", 0.1]],
    ["between 0% (idle) and 100% (busy)", undefined, ["percent", 1]],
    ["Temperature in thousands of degrees Celsius.", undefined, ["degC", 0.001]],
    ["utilization in units of one-hundredth of a percent", undefined, ["percent", 0.01]],
    ["in mV or in mW", undefined, undefined],
    ["The number of the fan.", undefined, undefined],
  ])("%s %s", (description, units, unit) => {
    if (unit) expect(said(description, units)).toEqual([unit[0], expect.closeTo(unit[1] as number, 9)]);
    else expect(said(description, units)).toBeUndefined();
  });
});
