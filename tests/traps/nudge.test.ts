import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { counter64, gauge, integer, objectId, octets, ticks } from "../snmp/asn1.ts";
import { CollectorBench, shown } from "../snmp/bench-collector.ts";
import { FakeAgent } from "../snmp/fake-agent.ts";
import { IF_TABLE, IF_X_TABLE, PROFILE } from "../snmp/profile.ts";
import { until } from "./harness.ts";

const SYS = "1.3.6.1.2.1.1";
const OPER_STATUS = `${IF_TABLE}.8.1`;

describe("a device that told of a change", () => {
  let agent: FakeAgent;
  let bench: CollectorBench;

  beforeEach(async () => {
    agent = await FakeAgent.listen();
    agent.set({
      [`${SYS}.1.0`]: octets("Test switch model TS-24 version 1.2"),
      [`${SYS}.2.0`]: objectId("1.3.6.1.4.1.99999.1"),
      [`${SYS}.3.0`]: ticks(100_000),
      [`${IF_TABLE}.2.1`]: octets("GigabitEthernet 0/1"),
      [`${IF_TABLE}.5.1`]: gauge(1_000_000_000),
      [OPER_STATUS]: integer(1),
      [`${IF_X_TABLE}.1.1`]: octets("Gi0/1"),
      [`${IF_X_TABLE}.6.1`]: counter64(1),
      [`${IF_X_TABLE}.15.1`]: gauge(1000),
    });
    bench = new CollectorBench(agent, PROFILE);
    await bench.open();
    await bench.run("contact");
  });
  afterEach(async () => {
    await bench.collector.close();
    await agent.close();
  });

  function pass(ms: number): void {
    bench.skew += ms;
    agent.set({ [`${SYS}.3.0`]: ticks(100_000 + bench.skew / 10) });
  }

  it("is polled at once, and once more at the next turn", async () => {
    pass(1_000);
    agent.set({ [OPER_STATUS]: integer(2) });
    bench.collector.nudge("sw1");
    let seen: string[] = [];
    await until(() => {
      seen = shown(bench.take(), "interface.oper_state");
      return seen.length > 0;
    }, "the poll");
    expect(seen).toEqual(["Gi0/1=2"]);
    pass(10_000);
    agent.set({ [OPER_STATUS]: integer(1) });
    expect(shown(await bench.run("contact"), "interface.oper_state")).toEqual(["Gi0/1=1"]);
    pass(10_000);
    expect(await bench.run("contact")).toEqual([]);
  });

  it("is polled no more often for telling it often", async () => {
    const before = agent.requests.length;
    for (let i = 0; i < 100; i++) bench.collector.nudge("sw1");
    await until(() => bench.take().length > 0, "the poll");
    const onePoll = agent.requests.length - before;
    for (let second = 0; second < 60; second++) {
      pass(1_000);
      for (let i = 0; i < 20; i++) bench.collector.nudge("sw1");
      if (second % 10 === 9) await bench.run("contact");
    }
    await bench.run("contact");
    // Sixty seconds of flapping: one poll in ten seconds.
    expect(bench.counts.get("snmp.nudged")).toBeLessThanOrEqual(7);
    expect(agent.requests.length - before).toBeLessThanOrEqual(8 * onePoll);
  });

  it("is not polled when nobody knows it, nor after the end", async () => {
    const before = agent.requests.length;
    bench.collector.nudge("nobody");
    await bench.collector.close();
    bench.collector.nudge("sw1");
    expect(agent.requests.length).toBe(before);
    expect(bench.counts.get("snmp.nudge_failed")).toBe(0);
  });
});
