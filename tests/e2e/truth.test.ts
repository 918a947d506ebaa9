import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { DeviceView, SchoolView } from "../../src/api/schemas/campus.ts";
import { BUNDLED_PROFILES } from "../../src/commands/check.ts";
import type { CompiledProfile } from "../../src/profiles/compiled.ts";
import { loadProfiles } from "../../src/profiles/load.ts";
import { getJson, until } from "../support/process.ts";
import { Site } from "../support/site.ts";
import { county, everything, keyOf, quantities, type StoredSeries, stored } from "./answers.ts";

/**
 * The main job against what was true: a county with troubles answers on the wire, campusd reads and stores it, and
 * every stored value is held against the simulator's own account of the same second.
 */

/** One unit of resolution where the device sends steps coarser than a float: meters, by their manuals. */
const RESOLUTION: Readonly<Record<string, number>> = {
  "electric.voltage": 0.1,
  "electric.current": 0.01,
  "electric.power_factor": 0.001,
  "electric.frequency": 0.01,
  "electric.import_energy": 0.01,
  "electric.export_energy": 0.01,
};
/** What a float32 on the wire keeps. */
const FLOAT32 = 2 ** -23;
/** A value is of the second in which the device answered; the sample's time may be later by the way back. */
const LATE_SECONDS = 2;

/** Made by campusd itself, or by it alone: the simulator has no opinion. */
const OWN = /^(probe\.|device\.(up|poll_duration)$)/;

/** Of each table that is read every 5 minutes, one quantity. */
const SLOW =
  /^(optics\.bias|poe\.budget|poe\.port_power|sensor\.(temperature|fan_speed|humidity|percent)|wifi\.ap_temperature)$/;

/** Which kinds of devices must have been compared, and how they are known. */
const CLASSES: Readonly<
  Record<string, (series: StoredSeries, device: { vendor: string; model: string }) => boolean>
> = {
  "Huawei switch": (s, d) => d.vendor === "Huawei" && s.tags["role"]!.endsWith("-switch"),
  "H3C switch": (s, d) => d.vendor === "H3C" && s.tags["role"]!.endsWith("-switch"),
  "Ruijie switch": (s, d) => d.vendor === "Ruijie" && s.tags["role"]!.endsWith("-switch"),
  "Wi-Fi controller": (s) => s.tags["role"] === "wifi-controller" && s.tags["ap"] === undefined,
  "access point": (s) => s.tags["ap"] !== undefined && s.tags["radio"] === undefined,
  radio: (s) => s.tags["radio"] !== undefined,
  UPS: (s) => s.tags["role"] === "ups",
  server: (s) => s.tags["role"] === "server",
  board: (s) => s.tags["role"] === "board",
  SDM630: (_, d) => d.model === "SDM630",
  DDSU666: (_, d) => d.model === "DDSU666",
  ADL400: (_, d) => d.model === "ADL400",
  "room sensor": (_, d) => d.model === "XY-MD02",
};

const site = new Site({
  baseOctet: 31,
  schools: 3,
  scenario: "school-day",
  settings: { polling: { interfaces: "10s" } },
});
const schools = site.simulation.world.schools.map((school) => school.id);
/** The county's node has devices like a school's. */
const places = [...schools, site.simulation.world.site.id];

beforeAll(async () => {
  await site.prepare();
  await site.serve();
}, 60_000);

afterAll(() => site.remove());

function quantitiesOf(profile: CompiledProfile): Set<string> {
  const ids = new Set<string>();
  for (const table of profile.snmp?.tables ?? [])
    for (const point of table.points) ids.add(point.quantity.id);
  for (const read of profile.modbus?.reads ?? []) for (const point of read.points) ids.add(point.quantity.id);
  for (const topic of profile.mqtt?.topics ?? [])
    for (const point of topic.points) ids.add(point.quantity.id);
  return ids;
}

describe("what is stored is what was true", () => {
  let all: StoredSeries[] = [];
  let from = 0;
  let to = 0;

  it("collects for a while", async () => {
    from = Date.now() - 60_000;
    // Three polls of the interfaces, one of all that is read in minutes.
    await until(
      () => county(site.url),
      ({ links }) => links.length > 2 && links.every((link) => link.inRate !== null),
      90_000,
    );
    await until(
      () => stored(site.url, "interface.in_octets", { school: schools[0]! }, from, Date.now()),
      (series) => series.length > 0 && series.every((one) => one.points.length >= 3),
      60_000,
    );
    // What is read every 5 minutes is first read within a minute of the first contact.
    const slow = [...site.simulation.world.devices.keys()].flatMap((id) =>
      site.simulation
        .truthList(id)
        .filter(({ quantity }) => SLOW.test(quantity))
        .map(({ quantity, tags }) => keyOf(id, quantity, tags)),
    );
    expect(slow.length).toBeGreaterThan(30);
    await until(
      async () => {
        const there = await everything(site.url, places, from, Date.now(), SLOW);
        const keys = new Set(there.map((one) => keyOf(one.device, one.quantity, one.tags)));
        return slow.filter((key) => !keys.has(key));
      },
      (missing) => missing.length === 0,
      120_000,
    );
    const { device: silent } = site.simulation.faults().find(({ kind }) => kind === "silent-switch")!;
    await until(
      () => getJson<DeviceView>(`${site.url}/api/v1/devices/${silent}`),
      ({ device }) => device.up === "down",
      60_000,
    );
    to = Date.now();
    all = await everything(site.url, places, from, to);
    expect(all.length).toBeGreaterThan(5000);
  }, 240_000);

  it("holds for every sample: counters and states exactly, gauges within one unit of resolution", async () => {
    const kinds = new Map((await quantities(site.url)).map((quantity) => [quantity.id, quantity.kind]));
    const wrong: string[] = [];
    const without = new Set<string>();
    const compared = { series: 0, samples: 0 };
    const classes = new Map<string, number>();
    for (const series of all) {
      const kind = kinds.get(series.quantity)!;
      // What is counted of a school as a whole is campusd's own too.
      if (kind === "rate" || OWN.test(series.quantity) || series.tags["device"] === undefined) continue;
      compared.series++;
      const device = site.simulation.world.devices.get(series.device)!;
      for (const [name, is] of Object.entries(CLASSES))
        if (is(series, device)) classes.set(name, (classes.get(name) ?? 0) + series.points.length);
      for (const [time, value] of series.points) {
        const second = Math.floor(time / 1000);
        let least = Number.POSITIVE_INFINITY;
        let known = false;
        for (let at = second - LATE_SECONDS; at <= second; at++) {
          const truth = site.simulation.truth(series.device, series.quantity, series.tags, at * 1000);
          if (truth === undefined) continue;
          known = true;
          least = Math.min(least, Math.abs(value - truth));
        }
        const exact = kind === "counter" || kind === "state";
        const allowed = exact ? 0 : Math.max(RESOLUTION[series.quantity] ?? 0, Math.abs(value) * FLOAT32);
        if (!known) without.add(keyOf(series.device, series.quantity, series.tags));
        else if (least > allowed)
          wrong.push(
            `${keyOf(series.device, series.quantity, series.tags)} at ${time}: ${value}, off by ${least}`,
          );
        else compared.samples++;
      }
    }
    expect(wrong).toEqual([]);
    // A profile may read more than the simulator keeps account of (buffers and cache of a server's memory), but little.
    expect(without.size, [...without].join(", ")).toBeLessThan(compared.series / 20);
    for (const name of Object.keys(CLASSES)) expect(classes.get(name) ?? 0, name).toBeGreaterThan(5);
    console.info(
      `truth: ${compared.series} series (${without.size} without an account), ${compared.samples} samples as they were true; ` +
        [...classes].map(([name, samples]) => `${name} ${samples}`).join(", "),
    );
  }, 60_000);

  it("misses nothing that the device offers and its profile knows", async () => {
    const profiles = loadProfiles([BUNDLED_PROFILES]);
    const present = new Set(all.map((series) => keyOf(series.device, series.quantity, series.tags)));
    const missing: string[] = [];
    let offered = 0;
    for (const device of site.simulation.world.devices.values()) {
      const list = site.simulation.truthList(device.id);
      if (list.length === 0) continue;
      const view = await getJson<DeviceView>(`${site.url}/api/v1/devices/${device.id}`);
      const profile = profiles.get(view.identity.profile ?? "");
      expect(profile, `${device.id} has no profile`).toBeDefined();
      const known = quantitiesOf(profile!);
      for (const { quantity, tags } of list) {
        if (!known.has(quantity)) continue;
        offered++;
        const key = keyOf(device.id, quantity, tags);
        if (!present.has(key)) missing.push(key);
      }
    }
    expect(missing.slice(0, 20)).toEqual([]);
    expect(offered).toBeGreaterThan(5000);
  }, 60_000);

  it("makes rates of two counters and the time between them, and never more than the line carries", async () => {
    const pairs = [
      ["interface.in_octets", "interface.in_rate"],
      ["interface.out_octets", "interface.out_rate"],
    ] as const;
    const links = site.simulation.world.schools.flatMap((school) => school.links);
    let compared = 0;
    for (const { device, interface: name } of links)
      for (const [counter, rate] of pairs) {
        const counts = (await stored(site.url, counter, { device }, from, to)).find(
          (one) => one.tags["interface"] === name,
        )!;
        const rates = (await stored(site.url, rate, { device }, from, to)).find(
          (one) => one.tags["interface"] === name,
        );
        expect(counts.points.length).toBeGreaterThan(2);
        expect(rates?.points.map(([time]) => time)).toEqual(counts.points.slice(1).map(([time]) => time));
        for (const [i, [time, value]] of rates!.points.entries()) {
          const [earlier, before] = counts.points[i]!;
          const after = counts.points[i + 1]![1];
          const expected = ((after - before) * 8000) / (time - earlier);
          expect(Math.abs(value - expected)).toBeLessThanOrEqual(expected * 0.05);
          compared++;
        }
      }
    expect(compared).toBeGreaterThan(10);
    const use = all.filter((series) => /^interface\.(in|out)_use$/.test(series.quantity));
    expect(use.length).toBeGreaterThan(500);
    expect(
      use.flatMap((series) => series.points).filter(([, percent]) => percent < 0 || percent > 100),
    ).toEqual([]);
  });

  it("shows each trouble of the scenario where it is, and silence is no zero", async () => {
    const views = new Map<string, SchoolView>();
    for (const school of schools)
      views.set(school, await getJson<SchoolView>(`${site.url}/api/v1/schools/${school}`));
    const seen = site.simulation.faults().map((fault) => {
      const view = views.get(fault.school)!;
      const row = view.devices.find((device) => device.id === fault.device)!;
      const link = view.links.find((one) => one.device === fault.device && one.interface === fault.interface);
      const reasons = (link ?? row).reasons.map((reason) => reason.code);
      const ofDevice = row.reasons.map((reason) => reason.code);
      const { state } = link ?? row;
      return { kind: fault.kind, device: fault.device, up: row.up, state, reasons, ofDevice };
    });
    const of = (kind: string) => {
      const found = seen.filter((fault) => fault.kind === kind);
      expect(found.length, kind).toBeGreaterThan(0);
      return found;
    };
    for (const one of of("silent-switch")) {
      expect(one).toMatchObject({ up: "down", state: "bad" });
      expect(one.reasons[0]).toBe("device-down");
    }
    for (const one of of("silent-board")) {
      // It never spoke in this run: nobody can say that it is off.
      expect(one.up).not.toBe("up");
      expect(one.state).not.toBe("good");
      expect(["no-data", "board-silent"]).toContain(one.reasons[0]);
    }
    expect(of("ap-offline")).toHaveLength(2);
    for (const one of of("ap-offline")) expect(one).toMatchObject({ state: "bad", reasons: ["ap-offline"] });
    for (const one of of("uplink-down"))
      expect(one).toMatchObject({ state: "bad", reasons: ["uplink-down"] });
    for (const one of of("saturated-uplink")) {
      expect(one.state).toBe("bad");
      expect(one.reasons).toContain("uplink-saturated");
    }
    for (const one of of("ups-on-battery"))
      expect(one).toMatchObject({ state: "bad", reasons: ["ups-on-battery"] });
    for (const one of of("uplink-errors")) expect(one.ofDevice).toContain("port-errors");
    for (const one of of("hot-room")) expect(one).toMatchObject({ state: "watch", reasons: ["air-poor"] });
    const silent = new Set(seen.filter((one) => /^silent/.test(one.kind)).map((one) => one.device));
    const said = all.filter((series) => silent.has(series.device) && !OWN.test(series.quantity));
    expect(said).toEqual([]);
  });

  it("ends within seconds under load, and everything that was acknowledged is there afterwards", async () => {
    const abort = new AbortController();
    const streams = ["view=county&path=sichuan", `view=school&id=${schools[0]}`].map((query) =>
      fetch(`${site.url}/api/v1/stream?${query}`, { signal: abort.signal }).then((answer) => answer.text()),
    );
    let loading = true;
    const readers = Array.from({ length: 8 }, async () => {
      while (loading) await fetch(`${site.url}/api/v1/schools`).catch(() => undefined);
    });
    const last = Date.now();
    const before = await everything(site.url, places, last - 100_000, last - 5_000);
    const started = Date.now();
    expect(await site.stop("SIGINT")).toBe(0);
    loading = false;
    abort.abort();
    await Promise.allSettled([...streams, ...readers]);
    const { published } = site.simulation.stats().boards;
    expect(site.running.output()).not.toMatch(/fault of its own|did not close cleanly|Unhandled/);

    await site.serve();
    const after = await everything(site.url, places, last - 100_000, last - 5_000);
    const points = (series: readonly StoredSeries[]) =>
      new Map(series.map((one) => [keyOf(one.device, one.quantity, one.tags), one.points]));
    expect(points(after)).toEqual(points(before));
    // A board's message is acknowledged when it is committed: each of those is there, up to the last.
    const messages = (
      await everything(site.url, places, from, started + 10_000, /^board\.on_total$/)
    ).flatMap((one) => one.points);
    expect(published).toBeGreaterThan(50);
    expect(messages.length).toBeGreaterThanOrEqual(published);
  }, 60_000);

  it("has no spike after the restart, and no counter that ran backwards", async () => {
    const restarted = Date.now();
    const device = site.simulation.world.schools[0]!.links[0]!.device;
    const read = () => stored(site.url, "interface.in_rate", { device }, restarted, Date.now() + 1);
    await until(read, (series) => series.length > 5 && series.every((one) => one.points.length > 0), 60_000);
    const now = Date.now();
    const later = await everything(site.url, places, restarted, now);
    const use = later
      .filter((one) => /^interface\.(in|out)_use$/.test(one.quantity))
      .flatMap((one) => one.points);
    expect(use.length).toBeGreaterThan(100);
    expect(use.filter(([, percent]) => percent > 100)).toEqual([]);
    const highest = new Map<string, number>();
    for (const one of all)
      if (one.quantity === "interface.in_rate")
        highest.set(keyOf(one.device, "", one.tags), Math.max(...one.points.map(([, rate]) => rate)));
    for (const one of later)
      if (one.quantity === "interface.in_rate")
        // Traffic may grow between two polls; a spike is the whole counter in one interval.
        for (const [, rate] of one.points)
          expect(rate).toBeLessThan(10 * (highest.get(keyOf(one.device, "", one.tags)) ?? 0) + 1e6);
    for (const one of later)
      if (one.quantity.endsWith("_octets"))
        for (let i = 1; i < one.points.length; i++)
          expect(one.points[i]![1]).toBeGreaterThanOrEqual(one.points[i - 1]![1]);
  }, 90_000);

  it("keeps every acknowledged message when it is killed, and goes on from there", async () => {
    expect(await site.stop("SIGKILL")).toBe(-1);
    const { published } = site.simulation.stats().boards;
    await site.serve();
    const messages = (await everything(site.url, places, from, Date.now(), /^board\.on_total$/)).flatMap(
      (one) => one.points,
    );
    expect(messages.length).toBeGreaterThanOrEqual(published);
    expect(await site.stop("SIGTERM")).toBe(0);
    expect(site.running.output()).not.toMatch(/fault of its own|did not close cleanly|Unhandled/);
  }, 60_000);
});
