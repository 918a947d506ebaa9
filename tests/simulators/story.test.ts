import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { OPTIC } from "../../simulators/behaviour/chassis.ts";
import { Flapped, Flow, isDown, Rhythm } from "../../simulators/behaviour/flow.ts";
import { PORT, type Port } from "../../simulators/behaviour/port.ts";
import { createProfiles } from "../../simulators/behaviour/profile.ts";
import { Truth } from "../../simulators/truth.ts";
import { Seed } from "../../simulators/world/seed.ts";
import { createWorld, type World } from "../../simulators/world/world.ts";

const DAY = 86_400;
const ANCHOR_MS = Date.UTC(2026, 10, 18, 2);
/** Local midnight of that day. */
const ANCHOR = Date.UTC(2026, 10, 17, 16) / 1000;

function bodyOf(world: World, id: string) {
  const { body } = world.devices.get(id)!;
  if (body.kind !== "switch") throw new Error(`${id} is no switch`);
  return body.switch;
}

function portOf(world: World, id: string, name: string): Port {
  return bodyOf(world, id).ports.find((port) => port.plan.name === name)!;
}

describe("time", () => {
  it("integrates a growth exactly", () => {
    const { lessons } = createProfiles();
    fc.assert(
      fc.property(fc.integer({ min: -200, max: 300 }), fc.nat(DAY), (day, offset) => {
        const from = ANCHOR + day * DAY + offset;
        const since = ANCHOR - 180 * DAY;
        let sum = 0;
        for (let s = 0; s < 600; s++)
          sum +=
            (lessons.level(from + s) * (from + s - since) +
              lessons.level(from + s + 1) * (from + s + 1 - since)) /
            2;
        const moment = lessons.momentSince(since);
        const found = moment(from + 600) - moment(from);
        expect(Math.abs(found - sum) / Math.max(1, Math.abs(sum))).toBeLessThan(1e-4);
      }),
      { numRuns: 50 },
    );
  });

  it("a growing flow is monotonic, and its slope is its rate", () => {
    const { lessons } = createProfiles();
    const growth = { anchor: ANCHOR, perDay: 0.003, from: ANCHOR - 60 * DAY, to: ANCHOR + 60 * DAY };
    const flow = new Flow(new Rhythm(lessons, new Seed(1), growth), 1e6, ANCHOR - 100 * DAY);
    fc.assert(
      fc.property(fc.integer({ min: -99, max: 99 }), fc.nat(DAY), (day, offset) => {
        const second = ANCHOR + day * DAY + offset;
        const made = flow.exact(second + 1) - flow.exact(second);
        expect(made).toBeGreaterThan(0);
        expect(made).toBeCloseTo((flow.rate(second) + flow.rate(second + 1)) / 2, -4);
      }),
    );
    const week = (day: number) => flow.exact(ANCHOR + (day + 7) * DAY) - flow.exact(ANCHOR + day * DAY);
    expect(week(28) / week(-28)).toBeCloseTo((1 + 0.003 * 31.5) / (1 - 0.003 * 24.5), 2);
    expect(week(80) / week(73)).toBeCloseTo(1, 3);
  });

  it("a line that flaps stands while it is down and has lost nothing at the end", () => {
    const { always } = createProfiles();
    const plain = new Flow(new Rhythm(always, new Seed(2)), 1e6, ANCHOR - DAY);
    const flapping = { period: 7200, down: 150, since: ANCHOR };
    const line = new Flapped(plain, flapping);
    for (let k = 0; k < 5; k++) {
      const start = ANCHOR + k * 7200;
      expect(isDown(flapping, start)).toBe(true);
      expect(isDown(flapping, start + 150)).toBe(false);
      expect(line.at(start + 149)).toBe(line.at(start));
      expect(line.at(start)).toBe(plain.at(start));
      for (let s = 0; s < 7200; s += 60)
        expect(line.at(start + s + 60)).toBeGreaterThanOrEqual(line.at(start + s));
    }
    expect(isDown(flapping, ANCHOR - 1)).toBe(false);
  });
});

describe("the county's node", () => {
  const world = createWorld({ seed: 1, anchorMs: ANCHOR_MS });

  it("has both ends of every line, which see each other and count the same", () => {
    const lines = world.schools.flatMap((school) => school.links.map((link) => ({ school, link })));
    expect(lines.length).toBeGreaterThan(20);
    for (const { school, link } of lines) {
      const core = bodyOf(world, link.device);
      const here = portOf(world, link.device, link.interface);
      const seen = core.neighbors.find((each) => each.ifIndex === here.plan.ifIndex)!;
      expect(seen.sysName).toBe(link.to);
      const there = portOf(world, seen.sysName, seen.portId);
      const back = bodyOf(world, seen.sysName).neighbors.find((each) => each.ifIndex === there.plan.ifIndex)!;
      expect(back).toMatchObject({ sysName: link.device, portId: link.interface });
      expect(back.address).toBe(world.devices.get(link.device)!.address);
      expect(Buffer.from(there.plan.alias).toString()).toContain(school.name);
      if (school.story.line.restarted) continue;
      for (const second of [ANCHOR, ANCHOR + 12_345]) {
        expect(there.value(PORT.inOctets, second)).toBe(here.value(PORT.outOctets, second));
        expect(there.value(PORT.v6Out, second)).toBe(here.value(PORT.v6In, second));
        expect(there.value(PORT.operState, second)).toBe(here.value(PORT.operState, second));
      }
    }
  });

  it("carries to the city what the schools and the county make: one line is busy and will be full", () => {
    const [busy, quiet] = world.site.links;
    expect([busy!.role, quiet!.role]).toEqual(["backbone", "backbone"]);
    expect(busy!.carrier).not.toBe(quiet!.carrier);
    const use = (link: typeof busy, day: number) => {
      const port = portOf(world, link!.device, link!.interface);
      // A lesson of a school day: 10:00 to 10:10.
      const from = ANCHOR + day * DAY + 10 * 3600;
      const octets = port.value(PORT.inOctets, from + 600) - port.value(PORT.inOctets, from);
      return (octets * 8) / 600 / (link!.contractedMbps * 1e6);
    };
    expect(use(busy, 0)).toBeGreaterThan(0.5);
    expect(use(busy, 0)).toBeLessThan(0.75);
    expect(use(busy, 84)).toBeGreaterThan(0.72);
    expect(use(busy, 84)).toBeLessThan(0.92);
    expect(use(quiet, 0)).toBeLessThan(0.4);
    for (const link of world.site.links)
      for (let day = -60; day < 300; day += 7) expect(use(link, day)).toBeLessThan(1);
  });

  it("stays within its lines for any number of schools", () => {
    for (const schools of [1, 3, 120]) {
      const other = createWorld({ seed: 2, schools, scenario: "quiet", anchorMs: ANCHOR_MS });
      for (const link of other.site.links) {
        const port = portOf(other, link.device, link.interface);
        const from = ANCHOR + 10 * 3600;
        const octets = port.value(PORT.inOctets, from + 600) - port.value(PORT.inOctets, from);
        const use = (octets * 8) / 600 / (port.plan.mega * 1e6);
        expect(use).toBeGreaterThan(0.1);
        expect(use).toBeLessThan(0.9);
      }
    }
  });
});

describe("stories", () => {
  const world = createWorld({ seed: 1, anchorMs: ANCHOR_MS });
  const truth = new Truth(world);

  it("show every step of the ladder with what belongs to it", () => {
    const steps = new Set(world.schools.map((school) => school.story.ipv6.step));
    expect([...steps].sort()).toEqual([0, 1, 2, 3, 4, 5]);
    for (const school of world.schools) {
      const { step, active, silent } = school.story.ipv6;
      const core = bodyOf(world, `${school.id}-core1`);
      const global = (octets: Uint8Array) => octets.length === 16 && octets[0] === 0x20;
      const over6 = core.addresses.filter((address) => global(address.octets));
      const uplink = portOf(world, core.identity.sysName, school.links[0]!.interface);
      expect(over6.some((address) => address.ifIndex === uplink.plan.ifIndex)).toBe(step >= 1);
      expect(core.advertised.length > 0).toBe(step >= 2);
      const vlans = new Set(core.addresses.map((address) => address.ifIndex));
      vlans.delete(uplink.plan.ifIndex);
      const dual = over6.filter(
        (address) => vlans.has(address.ifIndex) && address.ifIndex !== uplink.plan.ifIndex,
      );
      if (step >= 2) expect(new Set(core.advertised).size).toBeGreaterThanOrEqual(4);
      else expect(core.advertised).toEqual([]);
      if (silent) expect(dual.some((address) => !core.advertised.includes(address.ifIndex))).toBe(true);
      const seen = new Set(core.hosts.map((host) => host.mac.join()));
      const speaking = new Set(
        core.hosts.filter((host) => global(host.octets)).map((host) => host.mac.join()),
      );
      expect(speaking.size / seen.size).toBeGreaterThanOrEqual(Math.max(0, active - 0.02));
      if (step < 2) expect(speaking.size).toBe(0);
      if (step >= 2) {
        // Privacy addresses: more addresses than terminals.
        expect(core.hosts.filter((host) => global(host.octets)).length).toBeGreaterThan(speaking.size);
      }
      const only6 = core.addresses.filter(
        (address) => vlans.has(address.ifIndex) && address.octets.length === 16,
      );
      const with4 = new Set(core.addresses.filter((a) => a.octets.length === 4).map((a) => a.ifIndex));
      expect(only6.some((address) => !with4.has(address.ifIndex))).toBe(step === 5);
    }
  });

  it("show each way in which Wi-Fi is incomplete", () => {
    const of = (want: (wifi: (typeof world.schools)[number]["story"]["wifi"]) => boolean) =>
      world.schools.filter((school) => want(school.story.wifi));
    const known = (school: string) => truth.value(`${school}-ac`, "wifi.aps_known", {}, ANCHOR_MS)!;
    const registered = (school: (typeof world.schools)[number]) =>
      school.devices.filter((device) => device.role === "access-point").length;
    for (const [want, difference] of [
      [(wifi) => wifi.planned > 0, -3],
      [(wifi) => wifi.hidden > 0, -3],
      [(wifi) => wifi.strangers > 0, 2],
    ] as [Parameters<typeof of>[0], number][]) {
      const schools = of(want);
      expect(schools.length).toBeGreaterThan(0);
      for (const school of schools) expect(known(school.id) - registered(school)).toBe(difference);
    }
    const gap = of((wifi) => wifi.gaps)[0]!;
    const served = new Set(gap.devices.flatMap((device) => device.serves ?? []));
    expect(served.size).toBeLessThan(22);
    const rolling = of((wifi) => wifi.rollout.share > 0);
    expect(rolling.length).toBeGreaterThan(3);
    for (const school of rolling) {
      const at = (day: number) =>
        truth.value(`${school.id}-ac`, "wifi.aps_known", {}, (ANCHOR + day * DAY) * 1000)!;
      const done = -school.story.wifi.rollout.endedDays;
      expect(at(-36)).toBeLessThan(at(done - 3));
      expect(at(done - 3)).toBeLessThan(at(done));
      expect(at(done)).toBe(at(0));
      const dates = school.devices.flatMap((device) => (device.apName ? [device.installed] : []));
      expect(dates.filter((date) => date > "2026-10-01").length).toBe(at(0) - at(-36));
    }
  });

  it("show lines in trouble where they are told", () => {
    const school = (want: (line: (typeof world.schools)[number]["story"]["line"]) => boolean) =>
      world.schools.find((each) => want(each.story.line))!;
    const main = (of: (typeof world.schools)[number]) =>
      portOf(world, of.links[0]!.device, of.links[0]!.interface);
    const fading = school((line) => line.fades);
    const optic = bodyOf(world, fading.links[0]!.device).optics.get(main(fading).plan.ifIndex)!;
    const light = (day: number) => optic.value(OPTIC.rx, ANCHOR + day * DAY) / 100;
    expect(light(-11) - light(0)).toBeGreaterThan(6);
    expect(light(-3.5) - light(0)).toBeGreaterThan(2);
    expect(light(400)).toBeGreaterThan(-25);
    expect(main(school((line) => line.slow)).plan.mega).toBe(100);
    const flapping = main(school((line) => line.flaps));
    const states = Array.from({ length: 120 }, (_, n) => flapping.value(PORT.operState, ANCHOR + n * 60));
    expect(new Set(states)).toEqual(new Set([1, 2]));
    const again = main(school((line) => line.restarted));
    const at = (second: number) => again.value(PORT.inOctets, second);
    const restart = again.plan.restartedAt!;
    expect(at(restart)).toBe(0);
    expect(at(restart - 60)).toBeGreaterThan(1e9);
    expect(at(restart + 7200)).toBeGreaterThan(0);
    const narrow = world.schools.find((each) => each.story.ipv6.counters === "narrow")!;
    for (let day = 0; day < 7; day++)
      for (let s = 0; s < DAY; s += 300) {
        const second = ANCHOR + day * DAY + s;
        const made = main(narrow).line.v4In.at(second + 300) - main(narrow).line.v4In.at(second);
        expect(made).toBeLessThan(2 ** 32);
      }
  });

  it("are quiet where everything works", () => {
    const quiet = createWorld({ seed: 1, scenario: "quiet", anchorMs: ANCHOR_MS });
    for (const { story } of quiet.schools) {
      expect(story.wifi.hidden).toBe(0);
      const { flaps, fades, slowPorts, restarted } = story.line;
      expect([flaps, fades, slowPorts, restarted]).toEqual([false, false, false, false]);
    }
  });
});
