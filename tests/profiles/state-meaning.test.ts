import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MEANINGS } from "../../src/measurements/legend.ts";
import { checkProfiles, loadProfiles } from "../../src/profiles/load.ts";
import { problemText } from "../../src/profiles/problems.ts";
import { meaningOfName } from "../../src/profiles/state-meaning.ts";
import { withFiles } from "./files.ts";

describe("what a state's name means", () => {
  it.each([
    [
      "ok",
      "ok normal good noFault no-leak commOK batteryNormal status-ok inService green redundant FAN_OK alarmCleared",
    ],
    [
      "warning",
      "warning degraded nonCritical non-critical highAlarm minorAlarm nonRedundant onBattery memWarning status-nonCritical phaseLoadNearOverload minorFault firePreAlert warningOverload",
    ],
    [
      "failed",
      "failed fault fanFailure FAN_FAILED critical uioCritical nonRecoverable nonoperational notFunctioning majorAlarm fuseBlown notOk smokeDetected breakerTripped okButDiagFailed minorAndMajor",
    ],
    ["unknown", "unknown unavailable notAvailable undefined noStatus commLost sensorError"],
  ] as const)("%s", (meaning, names) => {
    for (const name of names.split(" ")) expect(meaningOfName(name), name).toBe(meaning);
  });

  it("is left open where it depends on the device, or where something is denied", () => {
    const open =
      "off on down absent notPresent standby shutdown disabled other none notInstalled open closed empty 7";
    for (const name of [...open.split(" "), "noCriticalLoad", "no fault detected", "", "正常"])
      expect(meaningOfName(name), name).toBeUndefined();
  });

  it("is one of the four or none, for any text", () => {
    fc.assert(
      fc.property(fc.string(), (name) => {
        const meaning = meaningOfName(name);
        expect(meaning === undefined || MEANINGS.includes(meaning)).toBe(true);
      }),
    );
  });
});

const profile = (column: string, more = "") => `title: { zh: 风扇, en: Fans }
vendor: Acme
os: acme
role: sensor
match:
  - sysObjectID: 1.3.6.1.4.1.55555.1
snmp:
  tables:
    fan:
      entry: 1.3.6.1.4.1.55555.3.1.1
      index: [fan]
      tags: { sensor: "fan {#fan}" }
      columns:
        state: ${column}
      points:
        state:
          quantity: sensor.state
          label: "Fan {#fan}"
          source: manual page 3
${more}`;

function legendOf(text: string) {
  return withFiles(
    { "acme.yaml": text },
    (dir) => loadProfiles([dir]).list()[0]!.snmp!.tables[0]!.points[0]!.legend,
  );
}

describe("the legend of a maker's own state", () => {
  it("comes from the names of its enumeration", () => {
    const legend = legendOf(profile("{ at: .2 acmeFan, enum: { 1: normal, 2: fanFailed, 3: standby } }"))!;
    expect([...legend.names]).toEqual([
      [1, "normal"],
      [2, "fanFailed"],
      [3, "standby"],
    ]);
    expect([...legend.meanings]).toEqual([
      [1, "ok"],
      [2, "failed"],
    ]);
  });

  it("is what the profile says, where it says it", () => {
    const legend = legendOf(
      profile(
        "{ at: .2 acmeFan, enum: { 0: alarm, 1: normal } }",
        "          meaning: { ok: [1], failed: [0, 2] }\n",
      ),
    )!;
    expect([...legend.meanings]).toEqual([
      [1, "ok"],
      [0, "failed"],
      [2, "failed"],
    ]);
    expect([...legendOf(profile(".2 acmeFan", "          meaning: { failed: [2] }\n"))!.meanings]).toEqual([
      [2, "failed"],
    ]);
    expect(legendOf(profile(".2 acmeFan"))).toBeUndefined();
  });

  it("must not contradict itself, and is nothing for other quantities", () => {
    const problems = (text: string) =>
      withFiles({ "acme.yaml": text }, (dir) =>
        checkProfiles([dir]).problems.map((problem) => problemText(problem).replace(`${dir}/`, "")),
      );
    expect(problems(profile(".2 acmeFan", "          meaning: { ok: [1], failed: [2, 1] }\n"))).toEqual([
      expect.stringMatching(/^acme\.yaml:20:\d+ .*meaning.*: 1 cannot be both ok and failed$/),
    ]);
    const other = profile(".2 acmeFan", "          meaning: { ok: [1] }\n").replace(
      "sensor.state",
      "sensor.count",
    );
    expect(problems(other)).toEqual([
      expect.stringMatching(/meaning: only a maker's own state .* sensor\.count/),
    ]);
    expect(problems(profile(".2 acmeFan", "          meaning: { good: [1] }\n"))[0]).toContain("good");
  });
});
