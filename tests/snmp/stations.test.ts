import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { RowTotals, TOTAL_BEGINS } from "../../collectors/snmp/polling/row-totals.ts";
import { loadProfiles } from "../../src/profiles/load.ts";
import { counter64, objectId, octets, ticks } from "./asn1.ts";
import { CollectorBench, type Sample } from "./bench-collector.ts";
import { FakeAgent } from "./fake-agent.ts";

const profiles = loadProfiles([join(import.meta.dirname, "../../device-profiles")]);
const STATIONS = "1.3.6.1.4.1.2011.6.139.18.1.2.1";
const FIVE_MINUTES = 300_000;

/** Octets of a station, all and those of IPv6: from it, to it. */
interface Station {
  readonly mac: number;
  readonly rx: number;
  readonly tx: number;
  readonly rx6: number;
  readonly tx6: number;
}

describe("stations of a Huawei controller", () => {
  let agent: FakeAgent;
  let bench: CollectorBench;
  let upTime: number;

  function stations(list: readonly Station[]): void {
    agent.remove(STATIONS);
    for (const { mac, rx, tx, rx6, tx6 } of list) {
      const index = `2.170.187.204.1.${mac}`;
      agent.set({
        [`${STATIONS}.34.${index}`]: counter64(rx),
        [`${STATIONS}.37.${index}`]: counter64(tx),
        [`${STATIONS}.78.${index}`]: counter64(rx6),
        [`${STATIONS}.80.${index}`]: counter64(tx6),
      });
    }
  }

  async function poll(): Promise<Sample[]> {
    bench.skew += FIVE_MINUTES;
    upTime += FIVE_MINUTES / 10;
    agent.set({ "1.3.6.1.2.1.1.3.0": ticks(upTime) });
    return await bench.run(FIVE_MINUTES);
  }

  const sums = (samples: readonly Sample[]) =>
    Object.fromEntries(
      samples
        .filter(({ quantity }) => quantity.startsWith("wifi.station_"))
        .map(({ quantity, tags, value }) => [
          `${quantity.slice(13, 16)} ${tags["family"]}`,
          value - TOTAL_BEGINS,
        ]),
    );

  beforeEach(async () => {
    agent = await FakeAgent.listen();
    upTime = 8_640_000;
    agent.set({
      "1.3.6.1.2.1.1.1.0": octets("Huawei AC6508 V200R022C10"),
      "1.3.6.1.2.1.1.2.0": objectId("1.3.6.1.4.1.2011.2.240.17"),
      "1.3.6.1.2.1.1.3.0": ticks(upTime),
      "1.3.6.1.2.1.1.5.0": octets("ac"),
    });
    stations([
      { mac: 1, rx: 1000, tx: 5000, rx6: 400, tx6: 2000 },
      { mac: 2, rx: 9000, tx: 9000, rx6: 0, tx6: 0 },
    ]);
    bench = new CollectorBench(agent, profiles.get("huawei-ac"));
    await bench.open();
    await bench.run("contact");
    await poll();
  });
  afterEach(async () => {
    await bench.collector.close();
    await agent.close();
  });

  it("are summed by version, whoever comes and goes, and no name of any is made", async () => {
    stations([
      { mac: 1, rx: 1500, tx: 6000, rx6: 700, tx6: 2600 },
      { mac: 2, rx: 9100, tx: 9300, rx6: 0, tx6: 0 },
    ]);
    expect(sums(await poll())).toEqual({
      "in_ ipv6": 300,
      "out ipv6": 600,
      "in_ ipv4": 300,
      "out ipv4": 700,
    });
    // 2 has left, 3 has come with what it did before, 1 has joined anew.
    stations([
      { mac: 1, rx: 50, tx: 60, rx6: 50, tx6: 60 },
      { mac: 3, rx: 700_000, tx: 700_000, rx6: 700_000, tx6: 700_000 },
    ]);
    await poll();
    await poll();
    stations([
      { mac: 1, rx: 150, tx: 160, rx6: 150, tx6: 160 },
      { mac: 3, rx: 700_010, tx: 700_020, rx6: 700_010, tx6: 700_020 },
    ]);
    expect(sums(await poll())).toEqual({
      "in_ ipv6": 410,
      "out ipv6": 720,
      "in_ ipv4": 300,
      "out ipv4": 700,
    });
    const names = Array.from({ length: bench.table.size }, (_, series) => bench.table.text(series));
    expect(names.filter((name) => name.includes("wifi.station_"))).toHaveLength(4);
    expect(names.join("\n")).not.toMatch(/170.187.204|aa[:.-]?bb[:.-]?cc/i);
    expect(JSON.stringify(bench.facts)).not.toMatch(/170.187.204|aa[:.-]?bb[:.-]?cc/i);
  });

  it("make no sum of nobody", async () => {
    stations([]);
    await poll();
    expect(sums(await poll())).toEqual({});
  });
});

describe("sums of rows", () => {
  it("never fall, and begin where no Counter32 reaches", () => {
    const totals = new RowTotals();
    const at = (values: Record<string, number>) => totals.add(7, new Map(Object.entries(values)));
    expect(at({ a: 10, b: 5 })).toBe(2 ** 32);
    expect(at({ a: 15, b: 2 })).toBe(2 ** 32 + 5);
    expect(at({ b: 4, c: 100 })).toBe(2 ** 32 + 7);
    expect(at({ a: 99, c: 101 })).toBe(2 ** 32 + 8);
    expect(totals.add(8, new Map([["a", 3]]))).toBe(2 ** 32);
  });
});
