import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { counter64, gauge, integer, objectId, octets, ticks } from "./asn1.ts";
import { CollectorBench, type Sample, shown } from "./bench-collector.ts";
import { FakeAgent } from "./fake-agent.ts";
import { IF_TABLE, IF_X_TABLE, PROFILE, SERIAL } from "./profile.ts";

const SYS = "1.3.6.1.2.1.1";
const LAST_CHANGE = "1.3.6.1.2.1.31.1.5.0";
const ENGINE_ID = "1.3.6.1.6.3.10.2.1.1.0";
const MINUTE = 60_000;

/** An interface as the agent has it: ifIndex, ifName, ifHCInOctets. */
type Port = readonly [ifIndex: number, name: string, octetsIn: number];

describe("ifIndex moves", () => {
  let agent: FakeAgent;
  let bench: CollectorBench;
  let upTime: number;
  let tableChanges: number;

  /** The agent's interfaces from now on; `announced`: whether ifTableLastChange tells. */
  function ports(list: readonly Port[], announced = true): void {
    agent.remove(IF_TABLE);
    agent.remove(IF_X_TABLE);
    for (const [ifIndex, name, octetsIn] of list)
      agent.set({
        [`${IF_TABLE}.2.${ifIndex}`]: octets(`GigabitEthernet ${name}`),
        [`${IF_TABLE}.3.${ifIndex}`]: integer(6),
        [`${IF_TABLE}.6.${ifIndex}`]: octets(Buffer.from([0, 1, 2, 3, 4, ifIndex])),
        [`${IF_TABLE}.8.${ifIndex}`]: integer(1),
        [`${IF_X_TABLE}.1.${ifIndex}`]: octets(name),
        [`${IF_X_TABLE}.6.${ifIndex}`]: counter64(octetsIn),
        [`${IF_X_TABLE}.15.${ifIndex}`]: gauge(1000),
        [`${IF_X_TABLE}.19.${ifIndex}`]: ticks(0),
      });
    if (announced) agent.set({ [LAST_CHANGE]: ticks(++tableChanges) });
  }

  /** A minute passes, and the device is polled; `restart`: it came up 15 s ago. */
  async function minute(restart = false): Promise<Sample[]> {
    bench.skew += MINUTE;
    upTime = restart ? 1500 : upTime + MINUTE / 10;
    agent.set({ [`${SYS}.3.0`]: ticks(upTime) });
    return bench.run(MINUTE);
  }

  const keys = () => bench.facts.at(-1)!.interfaces.map(({ ifIndex, key }) => `${ifIndex}=${key}`);
  /** The rates of a poll; those of a minute in which nothing jumped are below 1 kbit/s. */
  const rates = (samples: readonly Sample[]) =>
    samples
      .filter(({ quantity }) => quantity === "interface.in_rate")
      .map(({ tags, value, status }) =>
        status === "ok"
          ? `${tags["interface"]}<${value < 1000 ? "1k" : value}`
          : `${tags["interface"]}=${status}`,
      );

  beforeEach(async () => {
    agent = await FakeAgent.listen();
    upTime = 8_640_000;
    tableChanges = 0;
    agent.set({
      [`${SYS}.1.0`]: octets("Test switch model TS-24 version 1.2"),
      [`${SYS}.2.0`]: objectId("1.3.6.1.4.1.99999.1"),
      [`${SYS}.3.0`]: ticks(upTime),
      [`${SYS}.5.0`]: octets("sw1"),
      [SERIAL]: octets("SN1"),
      [ENGINE_ID]: octets(Buffer.from("80000009030001020304", "hex")),
    });
    ports([
      [1, "Gi0/1", 1_000_000_000],
      [2, "Gi0/2", 2_000_000_000],
      [3, "Gi0/3", 3_000_000_000],
    ]);
    bench = new CollectorBench(agent, PROFILE);
    await bench.open();
    await bench.run("contact");
    ports(
      [
        [1, "Gi0/1", 1_000_000_600],
        [2, "Gi0/2", 2_000_000_600],
        [3, "Gi0/3", 3_000_000_600],
      ],
      false,
    );
    expect(rates(await minute())).toEqual(["Gi0/1<1k", "Gi0/2<1k", "Gi0/3<1k"]);
  });
  afterEach(async () => {
    await bench.collector.close();
    await agent.close();
  });

  it("keeps series with interfaces that a restart renumbers, without a spike, and the facts follow", async () => {
    const series = bench.table.size;
    // A card was put in before the ports: all numbers move, and one port has another's old one.
    ports([
      [2, "Gi0/1", 1_000],
      [3, "Gi0/2", 2_000],
      [10, "Gi0/3", 3_000],
    ]);
    const after = await minute(true);
    expect(shown(after, "interface.in_octets")).toEqual(["Gi0/1=1000", "Gi0/2=2000", "Gi0/3=3000"]);
    for (const rate of rates(after)) expect(rate).toMatch(/^Gi0\/\d=(first|reset)$/);
    expect(keys()).toEqual(["2=Gi0/1", "3=Gi0/2", "10=Gi0/3"]);
    expect(bench.restarts).toEqual([15]);
    ports(
      [
        [2, "Gi0/1", 1_600],
        [3, "Gi0/2", 2_600],
        [10, "Gi0/3", 3_600],
      ],
      false,
    );
    expect(rates(await minute())).toEqual(["Gi0/1<1k", "Gi0/2<1k", "Gi0/3<1k"]);
    expect(bench.table.size).toBe(series);
  });

  it("follows two interfaces whose names were swapped", async () => {
    ports([
      [1, "Gi0/2", 2_000_001_200],
      [2, "Gi0/1", 1_000_001_200],
      [3, "Gi0/3", 3_000_001_200],
    ]);
    const after = await minute();
    expect(shown(after, "interface.in_octets").sort()).toEqual([
      "Gi0/1=1000001200",
      "Gi0/2=2000001200",
      "Gi0/3=3000001200",
    ]);
    // Never the difference of the one's counter and the other's.
    for (const rate of rates(after)) expect(rate).toMatch(/^Gi0\/\d(<1k|=first|=reset)$/);
    expect(keys()).toEqual(["1=Gi0/2", "2=Gi0/1", "3=Gi0/3"]);
    ports(
      [
        [1, "Gi0/2", 2_000_001_800],
        [2, "Gi0/1", 1_000_001_800],
        [3, "Gi0/3", 3_000_001_800],
      ],
      false,
    );
    expect(rates(await minute()).sort()).toEqual(["Gi0/1<1k", "Gi0/2<1k", "Gi0/3<1k"]);
  });

  it("lets go of an interface that vanishes, and goes on with its series when it comes back elsewhere", async () => {
    const series = bench.table.size;
    ports([
      [1, "Gi0/1", 1_000_001_200],
      [3, "Gi0/3", 3_000_001_200],
    ]);
    const without = await minute();
    expect(shown(without, "interface.in_octets")).toEqual(["Gi0/1=1000001200", "Gi0/3=3000001200"]);
    expect(keys()).toEqual(["1=Gi0/1", "3=Gi0/3"]);
    ports([
      [1, "Gi0/1", 1_000_001_800],
      [3, "Gi0/3", 3_000_001_800],
      [77, "Gi0/2", 5],
    ]);
    const back = await minute();
    expect(shown(back, "interface.in_octets")).toContain("Gi0/2=5");
    for (const rate of rates(back)) expect(rate).toMatch(/^Gi0\/\d(<1k|=first|=reset)$/);
    expect(keys()).toEqual(["1=Gi0/1", "3=Gi0/3", "77=Gi0/2"]);
    expect(bench.table.size).toBe(series);
  });

  it("notices names that moved without a word of the agent's by the next look at the names", async () => {
    ports(
      [
        [4, "Gi0/1", 1_000_001_200],
        [5, "Gi0/2", 2_000_001_200],
        [6, "Gi0/3", 3_000_001_200],
      ],
      false,
    );
    // Rows that went missing make it look again, at most once a minute.
    await minute();
    await minute();
    const later = await minute();
    expect(shown(later, "interface.in_octets")).toEqual([
      "Gi0/1=1000001200",
      "Gi0/2=2000001200",
      "Gi0/3=3000001200",
    ]);
    expect(keys()).toEqual(["4=Gi0/1", "5=Gi0/2", "6=Gi0/3"]);
  });

  it("goes on with a table that was empty for a moment: that is no proof that its columns are not there", async () => {
    ports([], false);
    expect(shown(await minute(), "interface.in_octets")).toEqual([
      "Gi0/1=absent",
      "Gi0/2=absent",
      "Gi0/3=absent",
    ]);
    ports(
      [
        [1, "Gi0/1", 1_000_001_800],
        [2, "Gi0/2", 2_000_001_800],
        [3, "Gi0/3", 3_000_001_800],
      ],
      false,
    );
    const back = await minute();
    expect(shown(back, "interface.in_octets")).toEqual([
      "Gi0/1=1000001800",
      "Gi0/2=2000001800",
      "Gi0/3=3000001800",
    ]);
    expect(rates(back)).toEqual(["Gi0/1<1k", "Gi0/2<1k", "Gi0/3<1k"]);
  });

  it("finds a table that was empty for long within minutes, without a word of the agent's", async () => {
    ports([], false);
    for (let n = 0; n < 5; n++) await minute();
    expect(keys()).toEqual([]);
    ports([[1, "Gi0/1", 1_000_009_000]], false);
    let back: Sample[] = [];
    for (let n = 0; n < 7 && back.length === 0; n++)
      back = (await minute()).filter(({ quantity }) => quantity === "interface.in_octets");
    expect(shown(back, "interface.in_octets")).toEqual(["Gi0/1=1000009000"]);
    expect(keys()).toEqual(["1=Gi0/1"]);
  });

  it("takes a box of the same kind with another engine id for another box: no rate over the exchange", async () => {
    agent.answer = () => undefined;
    await minute();
    agent.answer = (_request, usual) => usual();
    // Its clock runs longer than the old one's: by it alone nothing would show.
    upTime += 100_000_000;
    agent.set({
      [ENGINE_ID]: octets(Buffer.from("800000090300aabbccdd", "hex")),
      [SERIAL]: octets("SN2"),
    });
    ports(
      [
        [1, "Gi0/1", 1_500_000_000],
        [2, "Gi0/2", 2_500_000_000],
        [3, "Gi0/3", 3_500_000_000],
      ],
      false,
    );
    bench.skew += MINUTE;
    agent.set({ [`${SYS}.3.0`]: ticks(upTime) });
    const back = await bench.run("contact");
    expect(shown(back, "interface.in_octets")).toContain("Gi0/1=1500000000");
    expect(rates(back)).toEqual(["Gi0/1=reset", "Gi0/2=reset", "Gi0/3=reset"]);
    expect(bench.facts.at(-1)!.identity).toMatchObject({ serial: "SN2", engineId: "800000090300aabbccdd" });
  });
});
