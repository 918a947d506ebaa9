import { describe, expect, it } from "vitest";
import { makePlan } from "../../collectors/snmp/plan.ts";
import { Breaker } from "../../collectors/snmp/polling/breaker.ts";
import { costGroup, isOptional, leastIntervalMs } from "../../collectors/snmp/polling/cost-groups.ts";
import { LoadMeter } from "../../collectors/snmp/polling/load-meter.ts";
import { Repetitions } from "../../collectors/snmp/requests/repetitions.ts";
import type { CompiledProfile, SnmpTable } from "../../src/profiles/compiled.ts";
import { column, PROFILE, point } from "./profile.ts";

const MINUTE = 60_000;
const NOTHING = Number.NaN;

/** A breaker that is told of a poll a minute. */
function watched() {
  const breaker = new Breaker();
  let now = 0;
  return {
    breaker,
    get hours() {
      return now / 3_600_000;
    },
    polls(count: number, signs: { latencyMs?: number; lost?: number; rise?: number } = {}): void {
      for (let i = 0; i < count; i++) {
        now += MINUTE;
        const { latencyMs = 5, lost = 0, rise = NOTHING } = signs;
        breaker.note(MINUTE, { requests: 10, lost, latencyMs }, rise, now);
      }
    },
  };
}

describe("the breaker of a device", () => {
  it("leaves a device alone that answers as usual", () => {
    const { breaker, polls } = watched();
    polls(2000, { latencyMs: 5 });
    polls(2000, { latencyMs: 14 });
    expect(breaker.level).toBe(0);
    expect(breaker.reason).toBeUndefined();
  });

  it("sheds, then backs off, then says so when latency is over three times what is usual", () => {
    const { breaker, polls } = watched();
    polls(30, { latencyMs: 40 });
    polls(2, { latencyMs: 200 });
    expect(breaker.level).toBe(0);
    polls(1, { latencyMs: 200 });
    expect([breaker.level, breaker.sheds]).toEqual([1, true]);
    expect(breaker.reason).toContain("200 ms");
    polls(3, { latencyMs: 200 });
    expect([0, 1, 2, 3].map(() => breaker.skips(MINUTE))).toEqual([false, true, false, true]);
    polls(3, { latencyMs: 200 });
    expect(breaker.level).toBe(3);
    expect(breaker.reason).toContain("this device suffers from monitoring");
  });

  it("takes a bad poll between good ones for what it is", () => {
    const { breaker, polls } = watched();
    polls(30, { latencyMs: 40 });
    for (let i = 0; i < 50; i++) {
      polls(2, { latencyMs: 900 });
      polls(1, { latencyMs: 40 });
    }
    expect(breaker.level).toBe(0);
  });

  it("is tripped by loss and by the device's CPU", () => {
    const loss = watched();
    loss.polls(3, { lost: 4 });
    expect(loss.breaker.reason).toContain("4 of 10 requests");
    const cpu = watched();
    cpu.polls(3, { rise: 19 });
    expect(cpu.breaker.level).toBe(0);
    cpu.polls(3, { rise: 20 });
    expect(cpu.breaker.reason).toContain("20 points");
  });

  it("recovers, and waits longer each time that was too early", () => {
    const watch = watched();
    const { breaker, polls } = watch;
    const holds: number[] = [];
    for (let round = 0; round < 5; round++) {
      polls(3, { rise: 30 });
      expect(breaker.level).toBe(1);
      const tripped = watch.hours;
      while (breaker.level > 0) polls(1);
      holds.push(watch.hours - tripped);
    }
    expect(holds[0]).toBeCloseTo(0.5, 1);
    for (let i = 1; i < holds.length; i++) expect(holds[i]! / holds[i - 1]!).toBeCloseTo(2, 1);
  });

  it("resigns itself to a line that became slow for good", () => {
    const { breaker, polls } = watched();
    polls(30, { latencyMs: 10 });
    polls(60, { latencyMs: 300 });
    expect(breaker.level).toBe(3);
    polls(24 * 60, { latencyMs: 300 });
    expect(breaker.level).toBe(0);
  });
});

describe("groups by cost", () => {
  const table = (more: Partial<SnmpTable>): SnmpTable => ({
    id: "t",
    scalar: false,
    index: [{ name: "i", type: "integer" }],
    columns: [column("rx", "1.3.6.1.4.1.99999.1.1.1", { everyMs: 60_000 })],
    points: [point("rx", "optics.rx_power", "rx")],
    tags: [],
    ...more,
  });
  const profile = (role: string, one: SnmpTable): CompiledProfile => ({
    ...PROFILE,
    role,
    snmp: { ...PROFILE.snmp!, tables: [one] },
  });

  it("reads optics of ONUs no more often than each hour, whatever the profile says", () => {
    const plan = makePlan(profile("olt", table({})));
    expect(plan.tables[0]!.columns[0]!.column.everyMs).toBe(3_600_000);
    expect(plan.tiers).toEqual([60_000, 3_600_000]);
    expect(makePlan(profile("access-switch", table({}))).tables[0]!.columns[0]!.column.everyMs).toBe(300_000);
  });

  it("reads hosts and neighbours no more often than each half hour", () => {
    for (const kind of ["host", "neighbor"] as const) {
      const one = table({ points: [], fact: { kind, fields: [] } });
      const plan = makePlan(profile("core-switch", one)).tables[0]!;
      expect(plan.rebindMs).toBeGreaterThanOrEqual(1_800_000);
      expect(leastIntervalMs(costGroup(PROFILE, one))).toBe(1_800_000);
      expect(plan.optional).toBe(true);
    }
  });

  it("never sheds interfaces, the system and its CPU", () => {
    const optional = PROFILE.snmp!.tables.filter((one) => isOptional(costGroup(PROFILE, one)));
    expect(optional.map((one) => one.id)).toEqual(["sensors"]);
  });
});

describe("what is asked of a device", () => {
  it("is counted by the minute, and the latency is a median", () => {
    let now = 0;
    const meter = new LoadMeter({ now: () => now, monotonic: () => now });
    for (let minute = 0; minute < 40; minute++) {
      for (let i = 0; i < 12; i++) {
        meter.sent(100);
        meter.answered(900, i === 0 ? 4000 : 10 + i);
      }
      now += MINUTE;
    }
    expect(meter.perMinute()).toEqual({ requests: 12, octets: 12_000, mostRequests: 12 });
    meter.sent(100);
    expect(meter.take()).toMatchObject({ requests: 481, lost: 1 });
    expect(meter.take()).toEqual({ requests: 0, lost: 0, latencyMs: Number.NaN });
    now += 3 * 3_600_000;
    expect(meter.perMinute()).toEqual({ requests: 0, octets: 0, mostRequests: 0 });
  });

  it("is asked for in smaller pieces when big ones take long", () => {
    const repetitions = new Repetitions(50);
    for (let i = 0; i < 5; i++) repetitions.good(repetitions.choose(1), 40, 1200, 20);
    const before = repetitions.choose(1);
    repetitions.good(before, 40, 1200, 900);
    expect(repetitions.choose(1)).toBeGreaterThan(40);
    for (let i = 0; i < 2; i++) repetitions.good(before, 40, 1200, 900);
    expect(repetitions.choose(1)).toBeLessThan(before);
    // Never for less than at first: each request costs too.
    for (let i = 0; i < 200; i++) repetitions.good(repetitions.choose(1), 40, 1200, 900);
    expect(repetitions.choose(1)).toBe(10);
    // A line that is slow for everything is no reason.
    const far = new Repetitions(50);
    for (let i = 0; i < 10; i++) far.good(far.choose(1), 40, 1200, 700);
    expect(far.choose(1)).toBeGreaterThan(20);
  });
});
