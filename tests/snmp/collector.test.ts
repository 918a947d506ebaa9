import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { counter32, counter64, gauge, integer, objectId, octets, ticks } from "./asn1.ts";
import { CollectorBench, type Sample, shown } from "./bench-collector.ts";
import { FakeAgent } from "./fake-agent.ts";
import { CPU, IF_TABLE, IF_X_TABLE, PROFILE, SENSORS, SERIAL } from "./profile.ts";

const SYS = "1.3.6.1.2.1.1";
const LAST_CHANGE = "1.3.6.1.2.1.31.1.5.0";
/** `slot`, then a counted string. */
const sensor = (slot: number, name: string) => `${slot}.${name.length}.${[...Buffer.from(name)].join(".")}`;

describe("collector", () => {
  let agent: FakeAgent;
  let bench: CollectorBench;

  function port(ifIndex: number, name: string, octetsIn: Uint8Array, hc = true): void {
    agent.set({
      [`${IF_TABLE}.2.${ifIndex}`]: octets(`GigabitEthernet ${name}`),
      [`${IF_TABLE}.3.${ifIndex}`]: integer(6),
      [`${IF_TABLE}.5.${ifIndex}`]: gauge(1_000_000_000),
      [`${IF_TABLE}.6.${ifIndex}`]: octets(Buffer.from([0, 1, 2, 3, 4, ifIndex])),
      [`${IF_TABLE}.8.${ifIndex}`]: integer(1),
      [`${IF_X_TABLE}.1.${ifIndex}`]: octets(name),
      [`${hc ? `${IF_X_TABLE}.6` : `${IF_TABLE}.10`}.${ifIndex}`]: octetsIn,
      [`${IF_X_TABLE}.15.${ifIndex}`]: gauge(1000),
      [`${IF_X_TABLE}.19.${ifIndex}`]: ticks(0),
    });
  }

  /** Moves both clocks, and the agent's with them. */
  function pass(ms: number): void {
    bench.skew += ms;
    agent.set({ [`${SYS}.3.0`]: ticks((100_000 + bench.skew / 10) % 2 ** 32) });
  }

  beforeEach(async () => {
    agent = await FakeAgent.listen();
    agent.set({
      [`${SYS}.1.0`]: octets("Test switch model TS-24 version 1.2"),
      [`${SYS}.2.0`]: objectId("1.3.6.1.4.1.99999.1"),
      [`${SYS}.3.0`]: ticks(100_000),
      [`${SYS}.5.0`]: octets("教学楼"),
      [LAST_CHANGE]: ticks(5),
      [CPU]: gauge(17),
      [SERIAL]: octets("SN1\0\0"),
      [`${SENSORS}.2.${sensor(1, "cpu")}`]: octets("CPU"),
      [`${SENSORS}.3.${sensor(1, "cpu")}`]: integer(415),
      [`${SENSORS}.4.${sensor(1, "cpu")}`]: integer(70),
      [`${SENSORS}.3.${sensor(1, "fan")}`]: integer(65535),
      [`${SENSORS}.4.${sensor(1, "fan")}`]: integer(70),
      [`${SENSORS}.3.${sensor(2, "off")}`]: integer(300),
      [`${SENSORS}.4.${sensor(2, "off")}`]: integer(0),
    });
    port(1, "Gi0/1", counter64(1000));
    port(2, "Gi0/2", counter64(2n ** 60n));
    bench = new CollectorBench(agent, PROFILE);
  });
  afterEach(async () => {
    await bench.collector.close();
    await agent.close();
  });

  it("finds out who the device is and tells its facts", async () => {
    await bench.open();
    await bench.run("contact");
    const [facts] = bench.facts;
    expect(facts).toMatchObject({
      device: "sw1",
      identity: {
        sysObjectID: "1.3.6.1.4.1.99999.1",
        sysName: "教学楼",
        profile: "test-switch",
        vendor: "Test",
        os: "testos",
        model: "TS-24",
        version: "V1.2",
        serial: "SN1",
      },
    });
    expect(facts!.interfaces).toEqual([
      {
        ifIndex: 1,
        key: "Gi0/1",
        name: "Gi0/1",
        descr: "GigabitEthernet Gi0/1",
        type: "ethernetCsmacd",
        mac: "00:01:02:03:04:01",
        operStatus: "up",
        speed: 1e9,
      },
      expect.objectContaining({ ifIndex: 2, key: "Gi0/2" }),
    ]);
    expect(bench.states).toContain("up");
  });

  it("turns a poll into samples: values, sentinels, conditions, raw counters, the first of a rate", async () => {
    await bench.open();
    const before = Date.now();
    const samples = await bench.run("contact");
    expect(shown(samples, "interface.in_octets")).toEqual(["Gi0/1=1000", "Gi0/2=0"]); // 2^60 modulo 2^53
    expect(shown(samples, "interface.in_rate")).toEqual(["Gi0/1=first", "Gi0/2=first"]);
    expect(shown(samples, "interface.oper_state")).toEqual(["Gi0/1=1", "Gi0/2=1"]);
    expect(shown(samples, "interface.speed")).toEqual(["Gi0/1=1000000000", "Gi0/2=1000000000"]);
    expect(shown(samples, "sensor.temperature", "sensor")).toEqual(["CPU=41.5", "fan=sentinel"]);
    expect(shown(samples, "device.cpu", "device")).toEqual(["sw1=17"]);
    expect(shown(samples, "device.memory")).toEqual([]);
    expect(shown(samples, "device.up", "device")).toEqual(["sw1=1"]);
    expect(shown(samples, "device.uptime", "device")).toEqual(["sw1=1000"]);
    expect(samples.every(({ time }) => time >= before && time <= Date.now())).toBe(true);
    expect(samples.every(({ tags }) => tags["school"] === "s1")).toBe(true);
  });

  /** Rate of an interface between two polls a minute apart, as the collector timed them. */
  async function rates(next: () => void, ms = 60_000): Promise<{ second: Sample[]; seconds: number }> {
    await bench.open();
    const first = await bench.run("contact");
    pass(ms);
    next();
    const second = await bench.run(60_000);
    const time = (samples: readonly Sample[]) =>
      samples.find((one) => one.quantity === "interface.in_octets")!.time;
    return { second, seconds: (time(second) - time(first)) / 1000 };
  }

  it("makes rates and use of 64-bit counters, over their wrap too", async () => {
    const { second, seconds } = await rates(() => {
      port(1, "Gi0/1", counter64(1000 + 60_000_000));
      port(2, "Gi0/2", counter64(2n ** 60n + 6_000_000n));
    });
    const value = (quantity: string, name: string) =>
      second.find((one) => one.quantity === quantity && one.tags["interface"] === name)?.value;
    expect(value("interface.in_rate", "Gi0/1")).toBeCloseTo((60_000_000 * 8) / seconds, 0);
    expect(value("interface.in_use", "Gi0/1")).toBeCloseTo((60_000_000 * 8) / seconds / 1e7, 6);
    expect(value("interface.in_rate", "Gi0/2")).toBeCloseTo((6_000_000 * 8) / seconds, 1);
  });

  it("T5: takes a 32-bit wrap as a wrap, reading ifInOctets where there is no ifHCInOctets", async () => {
    agent.remove(`${IF_X_TABLE}.6`);
    port(1, "Gi0/1", counter32(2 ** 32 - 1000), false);
    port(2, "Gi0/2", counter32(5), false);
    const { second, seconds } = await rates(() => {
      port(1, "Gi0/1", counter32(9000), false);
      port(2, "Gi0/2", counter32(5), false);
    }, 20_000);
    expect(shown(second, "interface.in_octets")).toEqual(["Gi0/1=9000", "Gi0/2=5"]);
    const rate = second.find((one) => one.quantity === "interface.in_rate")!;
    expect(rate.value).toBeCloseTo((10_000 * 8) / seconds, 1);
    const asked = agent.requests.flatMap(({ message }) => message.varbinds.map(({ oid }) => oid));
    expect(asked.filter((oid) => oid.startsWith(`${IF_X_TABLE}.6`))).toHaveLength(1); // dropped after proof
  });

  it("T5: a restart is a gap, and the rate comes back with the poll after it", async () => {
    await bench.open();
    await bench.run("contact");
    pass(60_000);
    agent.set({ [`${SYS}.3.0`]: ticks(1500) });
    port(1, "Gi0/1", counter64(77));
    const second = await bench.run(60_000);
    expect(shown(second, "interface.in_octets")).toContain("Gi0/1=77");
    expect(shown(second, "interface.in_rate")).toEqual(["Gi0/1=reset", "Gi0/2=reset"]);
    expect(bench.counts.get("snmp.restarted")).toBe(1);
    bench.skew += 60_000;
    agent.set({ [`${SYS}.3.0`]: ticks(7500) });
    const third = await bench.run(60_000);
    expect(third.filter((one) => one.quantity === "interface.in_rate").map((one) => one.status)).toEqual([
      "ok",
      "ok",
    ]);
  });

  it("T6: sysUpTime's wrap after 497 days is no restart", async () => {
    agent.set({ [`${SYS}.3.0`]: ticks(2 ** 32 - 1000) });
    await bench.open();
    await bench.run("contact");
    bench.skew += 60_000;
    agent.set({ [`${SYS}.3.0`]: ticks(5000) });
    const second = await bench.run(60_000);
    expect(bench.counts.get("snmp.restarted")).toBe(0);
    expect(second.filter((one) => one.quantity === "interface.in_rate").map((one) => one.status)).toEqual([
      "ok",
      "ok",
    ]);
    expect(shown(second, "device.uptime", "device")).toEqual([`sw1=${(2 ** 32 + 5000) / 100}`]);
  });

  it("a moved ifCounterDiscontinuityTime is a gap for that interface alone", async () => {
    const { second } = await rates(() => {
      port(1, "Gi0/1", counter64(50));
      agent.set({ [`${IF_X_TABLE}.19.1`]: ticks(99_999) });
    });
    expect(shown(second, "interface.in_rate")).toEqual(["Gi0/1=reset", "Gi0/2=0"]);
  });

  it("tells absence of what had a value, and nothing of what never had", async () => {
    const { second } = await rates(() => agent.remove(`${IF_TABLE}.8.2`));
    expect(shown(second, "interface.oper_state")).toEqual(["Gi0/1=1", "Gi0/2=absent"]);
    expect(shown(second, "device.memory")).toEqual([]);
  });

  it("a text where a number was promised, and a value out of bounds, are implausible", async () => {
    agent.set({ [CPU]: gauge(101), [`${SENSORS}.3.${sensor(1, "cpu")}`]: octets("hot") });
    await bench.open();
    const samples = await bench.run("contact");
    expect(shown(samples, "device.cpu", "device")).toEqual(["sw1=implausible"]);
    expect(shown(samples, "sensor.temperature", "sensor")).toEqual(["CPU=implausible", "fan=sentinel"]);
  });

  it("follows interfaces to their new ifIndex, and does not subtract one's counter from another's", async () => {
    await bench.open();
    await bench.run("contact");
    const names = bench.table.size;
    agent.remove(IF_TABLE);
    agent.remove(IF_X_TABLE);
    port(2, "Gi0/1", counter64(5000));
    port(7, "Gi0/2", counter64(2n ** 60n + 8n));
    agent.set({ [LAST_CHANGE]: ticks(6) });
    pass(60_000);
    const second = await bench.run(60_000);
    expect(shown(second, "interface.in_octets")).toEqual(["Gi0/1=5000", "Gi0/2=8"]);
    expect(shown(second, "interface.in_rate")).toEqual(["Gi0/1=first", "Gi0/2=first"]);
    expect(bench.table.size).toBe(names);
    expect(bench.facts.at(-1)!.interfaces.map(({ ifIndex, key }) => [ifIndex, key])).toEqual([
      [2, "Gi0/1"],
      [7, "Gi0/2"],
    ]);
  });

  it("finds a new row by itself where the agent does not announce it, and its series with the next poll", async () => {
    await bench.open();
    await bench.run("contact");
    agent.set({
      [`${SENSORS}.2.${sensor(3, "psu")}`]: octets("PSU"),
      [`${SENSORS}.3.${sensor(3, "psu")}`]: integer(335),
      [`${SENSORS}.4.${sensor(3, "psu")}`]: integer(70),
    });
    pass(61_000);
    await bench.run(60_000);
    pass(61_000);
    const third = await bench.run(60_000);
    expect(shown(third, "sensor.temperature", "sensor")).toEqual(["CPU=41.5", "fan=sentinel", "PSU=33.5"]);
  });

  it("names two interfaces of one name apart", async () => {
    port(2, "Gi0/1", counter64(1));
    agent.set({ [`${IF_TABLE}.2.1`]: octets("slot 1"), [`${IF_TABLE}.2.2`]: octets("slot 2") });
    await bench.open();
    const samples = await bench.run("contact");
    expect(shown(samples, "interface.oper_state")).toEqual(["Gi0/1 (slot 1)=1", "Gi0/1 (slot 2)=1"]);
    expect(bench.facts[0]!.interfaces.map(({ key }) => key)).toEqual(["Gi0/1 (slot 1)", "Gi0/1 (slot 2)"]);
  });

  it("S1: a silent device yields no zeros, is down after three misses, and is left alone for five minutes", async () => {
    await bench.open();
    await bench.run("contact");
    agent.answer = () => undefined;
    const samples: Sample[] = [];
    for (let i = 0; i < 3; i++) {
      bench.skew += 10_000;
      samples.push(...(await bench.run("contact")), ...(i === 0 ? await bench.run(60_000) : []));
    }
    expect(samples.map(({ quantity, value }) => `${quantity}=${value}`)).toEqual(
      Array(3).fill("device.up=0"),
    );
    expect(bench.states.at(-1)).toBe("down");
    const asked = agent.requests.length;
    for (let i = 0; i < 29; i++) {
      bench.skew += 10_000;
      await bench.run("contact");
      await bench.run(60_000);
    }
    expect(agent.requests.length).toBe(asked);
    bench.skew += 50_000;
    await bench.run("contact");
    expect(agent.requests.length).toBe(asked + 1); // one probe, sent once

    agent.answer = (_request, usual) => usual();
    pass(320_000);
    const back = await bench.run("contact");
    expect(bench.states.at(-1)).toBe("up");
    expect(shown(back, "device.up", "device")).toEqual(["sw1=1"]);
    expect(shown(back, "interface.oper_state")).toEqual(["Gi0/1=1", "Gi0/2=1"]);
  });

  it("S1: is asked at its next turn when somebody saw it", async () => {
    agent.answer = () => undefined;
    await bench.open();
    for (let i = 0; i < 3; i++) await bench.run("contact");
    expect(bench.states.at(-1)).toBe("down");
    agent.answer = (_request, usual) => usual();
    await bench.run("contact");
    expect(bench.states.at(-1)).toBe("down");
    bench.collector.retry("sw1");
    await bench.run("contact");
    expect(bench.states.at(-1)).toBe("up");
  });

  it("reads a chassis of 1,000 interfaces", async () => {
    for (let i = 1; i <= 1000; i++) port(i, `Te${i}`, counter64(i * 10));
    await bench.open();
    const samples = await bench.run("contact");
    expect(shown(samples, "interface.in_octets")).toEqual(
      Array.from({ length: 1000 }, (_, i) => `Te${i + 1}=${(i + 1) * 10}`),
    );
    const sizes = agent.requests.map(({ message }) => agent.usual(message).length);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(1472);
  });

  it("emits nothing after close, also with a poll under way", async () => {
    await bench.open();
    await bench.run("contact");
    agent.answer = ({ from, message }, usual) => {
      setTimeout(() => agent.send(usual(), from), message.type === 0xa0 ? 0 : 80);
      return undefined;
    };
    const poll = bench.run(60_000);
    await new Promise((resolve) => setTimeout(resolve, 20));
    const states = bench.states.length;
    await bench.collector.close();
    expect(bench.take()).toEqual([]);
    await poll;
    expect(bench.take()).toEqual([]);
    expect(bench.states.length).toBe(states);
    expect(bench.tasks).toEqual([]);
  });

  it("says why a device without an SNMP credential is not polled", async () => {
    await bench.open({ credential: { protocol: "none" } });
    expect(bench.states).toEqual(["unknown"]);
    expect(bench.tasks).toEqual([]);
  });
});
