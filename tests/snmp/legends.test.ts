import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { InspectionPlans, inspectDevice } from "../../collectors/snmp/inspection/inspect.ts";
import type { CompiledProfile } from "../../src/profiles/compiled.ts";
import { loadProfiles } from "../../src/profiles/load.ts";
import { withFiles } from "../profiles/files.ts";
import { integer, objectId, ticks } from "./asn1.ts";
import { CollectorBench } from "./bench-collector.ts";
import { FakeAgent } from "./fake-agent.ts";
import { openClient } from "./harness.ts";

const FANS = "1.3.6.1.4.1.55555.3.1.1";
const TEXT = `title: { zh: 风扇, en: Fans }
vendor: Acme
os: acme
role: sensor
match:
  - sysObjectID: 1.3.6.1.4.1.55555.1
snmp:
  tables:
    fan:
      entry: ${FANS}
      index: [fan]
      tags: { sensor: "fan {#fan}" }
      columns:
        state: { at: .2 acmeFan, enum: { 1: normal, 2: fanFailed, 3: standby } }
        door: .3 acmeDoor
      points:
        state: { quantity: sensor.state, label: "Fan {#fan}", source: manual }
        door: { quantity: sensor.state, label: "Door {#fan}", tags: { sensor: "door {#fan}" }, source: manual }
`;

describe("a maker's own states", () => {
  let agent: FakeAgent;
  beforeEach(async () => {
    agent = await FakeAgent.listen();
    agent.set({
      "1.3.6.1.2.1.1.1.0": objectId("1.3"),
      "1.3.6.1.2.1.1.2.0": objectId("1.3.6.1.4.1.55555.1.4"),
      "1.3.6.1.2.1.1.3.0": ticks(100_000),
      [`${FANS}.2.1`]: integer(1),
      [`${FANS}.2.2`]: integer(2),
      [`${FANS}.2.3`]: integer(3),
      [`${FANS}.2.4`]: integer(9),
      [`${FANS}.3.1`]: integer(2),
    });
  });
  afterEach(() => agent.close());

  it("are stored as numbers, and the table of series says what the numbers stand for", async () => {
    const profiles = withFiles({ "acme.yaml": TEXT }, (dir) => loadProfiles([dir]));
    const bench = new CollectorBench(agent, profiles.list()[0] as CompiledProfile);
    try {
      await bench.open();
      const samples = await bench.run("contact");
      const states = samples.filter(({ quantity }) => quantity === "sensor.state");
      const told = states.map(({ tags, value }) => {
        const legend = bench.table.legend(bench.table.find("sensor.state", tags)!);
        return [tags["sensor"], value, legend?.names.get(value), legend?.meanings.get(value)];
      });
      expect(told.sort()).toEqual([
        ["door 1", 2, undefined, undefined],
        ["fan 1", 1, "normal", "ok"],
        ["fan 2", 2, "fanFailed", "failed"],
        ["fan 3", 3, "standby", undefined],
        ["fan 4", 9, undefined, undefined],
      ]);
    } finally {
      await bench.collector.close();
    }
  });

  it("stand in an inspection with their names and what they mean", async () => {
    const profiles = withFiles({ "acme.yaml": TEXT }, (dir) => loadProfiles([dir]));
    const { target, close } = await openClient();
    try {
      const { session } = target(agent.port);
      const { readings } = await inspectDevice(session, new InspectionPlans(profiles));
      expect(readings.map(({ label, value, state, meaning }) => [label, value, state, meaning])).toEqual([
        ["Fan 1", 1, "normal", "ok"],
        ["Fan 2", 2, "fanFailed", "failed"],
        ["Fan 3", 3, "standby", undefined],
        ["Fan 4", 9, undefined, undefined],
        ["Door 1", 2, undefined, undefined],
      ]);
    } finally {
      await close();
    }
  });
});
