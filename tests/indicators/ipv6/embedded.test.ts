import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createIpv6Maker } from "../../../src/indicators/ipv6/maker.ts";
import { SLOT_MS } from "../../../src/indicators/ipv6/octet-slots.ts";
import { deviceTags } from "../../../src/inventory/tags.ts";
import { BatchBuilder } from "../../../src/measurements/batch.ts";
import { SeriesTable } from "../../../src/measurements/series.ts";
import { STATUS } from "../../../src/measurements/status.ts";
import { EmbeddedStore } from "../../../src/stores/embedded/store.ts";
import { temporaryFolder } from "../../stores/samples.ts";
import { REGIONS, SmallCampus, START } from "../campus.ts";
import { CEILING, gapsOf, play, seeded, shareOf } from "./play.ts";

const DAY = 86_400_000;
const DAYS = 4;

const campus = new SmallCampus({
  regions: REGIONS,
  schools: [
    {
      id: "s1",
      region: "sc/lj/qh",
      name: "一小",
      kind: "primary",
      setting: "town",
      devices: [{ id: "gw", role: "router", addresses: ["10.0.0.1"], credential: "c" }],
    },
  ],
  links: [{ id: "up", role: "uplink", device: "gw", interface: "GE1" }],
});
campus.tell("gw", START, {
  interfaces: [{ ifIndex: 1, key: "GE1", type: "ethernetCsmacd", speed: CEILING * 8 }],
});

// Counter32 that go round several times a day, one restart, a tenth of the polls lost, a poll a minute.
const { polls, window } = play({
  random: seeded(20_261_120),
  slots: DAYS * 288,
  pollMs: 60_000,
  missing: 0.1,
  modulus: 2 ** 32,
  start: 2 ** 32,
  resetAt: 288 + 150,
  rates: [900_000, 300_000, 2_000_000, 500_000],
});
// And two holes that are longer than a slot.
const seen = polls.filter(({ time }) => {
  const slot = Math.floor((time - START) / SLOT_MS);
  return !(slot >= 40 && slot < 47) && !(slot >= 2 * 288 + 100 && slot < 2 * 288 + 130);
});

let store: EmbeddedStore;
const signal = new AbortController().signal;

beforeAll(async () => {
  let now = START;
  store = new EmbeddedStore({
    dir: temporaryFolder(),
    clock: { now: () => now },
    retention: { rawMs: DAY },
    maintainEveryMs: 0,
  });
  await store.open(signal);
  const table = new SeriesTable();
  const own = deviceTags(campus.inventory(), campus.inventory().devices.get("gw")!);
  const of = (direction: string, family: string) =>
    table.intern(`ip.${direction}_octets`, { ...own, interface: "GE1", family });
  const lanes = [of("in", "ipv6"), of("out", "ipv6"), of("in", "ipv4"), of("out", "ipv4")];
  const uptime = table.intern("device.uptime", own);
  let sequence = 0;
  for (let at = 0; at < seen.length; at += 500) {
    const batch = new BatchBuilder();
    for (const poll of seen.slice(at, at + 500)) {
      for (const [i, lane] of lanes.entries()) batch.add(lane, poll.time, poll.octets[i]!);
      batch.add(uptime, poll.time, poll.uptime);
    }
    // What was not answered is a status and no value.
    batch.addStatus(lanes[0]!, seen[at]!.time + 1000, STATUS.timeout);
    now = seen[Math.min(at + 500, seen.length) - 1]!.time;
    await store.write(batch.take("test", ++sequence)!, table);
    await store.maintain();
  }
  // The first days are left as 5-minute roll-ups alone.
  now = window.to + 2 * DAY;
  await store.maintain();
}, 60_000);
afterAll(() => store.close());

describe("the share from the embedded store", () => {
  it("is within half a point, with the exact gaps, of days that are rolled up and of the newest", async () => {
    const sources = { store, inventory: () => campus.inventory(), facts: (id: string) => campus.facts(id) };
    const maker = createIpv6Maker(sources, { leastCoverage: 0 });
    const truth = shareOf([900_000, 300_000, 2_000_000, 500_000]);
    const whole = await maker.judge(campus.school("s1"), window);
    expect(whole.traffic).toMatchObject({ source: "ip-if-stats", slots: DAYS * 288 });
    expect(whole.traffic.gaps).toBe(gapsOf(seen, START, DAYS * 288, 2 ** 32));
    expect(whole.traffic.gaps).toBeGreaterThanOrEqual(7 + 30 + 1);
    expect(Math.abs(whole.traffic.share.value! - truth)).toBeLessThan(0.005);
    for (let day = 0; day < DAYS; day++) {
      const from = START + day * DAY;
      const { traffic } = await maker.judge(campus.school("s1"), { from, to: from + DAY });
      expect(Math.abs(traffic.share.value! - truth)).toBeLessThan(0.01);
      expect(traffic.gaps).toBe(gapsOf(seen, from, 288, 2 ** 32));
    }
  });
});
