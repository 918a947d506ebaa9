import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { HistoryRecorder } from "../../simulators/history/recorder.ts";
import { Simulation } from "../../simulators/simulation.ts";
import { TrueAnswers } from "../../simulators/true-answers.ts";
import type { WorldDevice } from "../../simulators/world/model.ts";
import { fillHistory } from "../../src/commands/demo-history.ts";
import { monthFigures, monthOf } from "../../src/indicators/bandwidth/month.ts";
import { Tops } from "../../src/indicators/bandwidth/percentile.ts";
import { slotPieces } from "../../src/indicators/bandwidth/readings.ts";
import { Calendar } from "../../src/indicators/calendar.ts";
import type { IndicatorSources, Window } from "../../src/indicators/contract.ts";
import { createIpv6Maker } from "../../src/indicators/ipv6/maker.ts";
import { createWifiMaker } from "../../src/indicators/wifi/maker.ts";
import { buildInventory } from "../../src/inventory/build.ts";
import { inventoryDocumentSchema } from "../../src/inventory/document.ts";
import type { DeviceFacts } from "../../src/inventory/facts.ts";
import { SeriesTable } from "../../src/measurements/series.ts";
import { EmbeddedStore } from "../../src/stores/embedded/store.ts";

/**
 * The three answers against what is true: weeks of polls with a tenth of them missing, counters that go round, a core
 * that started anew, boxes that count only for themselves, controllers that hide. The answers come from the store,
 * the truth from the world.
 */
const DAY = 86_400_000;
/** A Sunday, 12:00 in Shanghai. */
const NOW = Date.UTC(2026, 10, 22, 4);
const SCHOOLS = 10;
const MISSING = 0.1;

const simulation = new Simulation({
  seed: 1,
  schools: SCHOOLS,
  baseOctet: 181,
  anchorMs: NOW,
  clock: { now: () => NOW },
});
const { world } = simulation;
const truth = new TrueAnswers(world);
// Nothing is bound here: those that share an address are told apart by the ports they would have.
const ports = new Map(
  [...world.devices.values()].map((device) => [device.id, 10_161 + (device.portOffset ?? 0)]),
);
const inventory = buildInventory(inventoryDocumentSchema.parse(world.inventory(ports)));

/** What the devices say of themselves, as the collector hands it on. */
function factsOf({ id, body }: WorldDevice): DeviceFacts | undefined {
  if (body.kind !== "switch" && body.kind !== "controller") return undefined;
  const mac = (octets: Uint8Array) => [...octets].map((o) => o.toString(16).padStart(2, "0")).join(":");
  const address = (octets: Uint8Array): string =>
    octets.length === 4
      ? octets.join(".")
      : Array.from({ length: 8 }, (_, i) => (octets[2 * i]! * 256 + octets[2 * i + 1]!).toString(16)).join(
          ":",
        );
  const { ports, addresses, hosts } = body.switch;
  return {
    device: id,
    at: NOW,
    identity: {},
    interfaces: ports.map(({ plan }) => ({
      ifIndex: plan.ifIndex,
      key: plan.name,
      name: plan.name,
      type: plan.type === 6 ? "ethernetCsmacd" : plan.type === 24 ? "softwareLoopback" : "l3ipvlan",
      speed: plan.mega * 1e6,
      mac: mac(plan.mac),
    })),
    addresses: addresses.map((one) => ({
      address: address(one.octets),
      prefixLength: one.prefixLength,
      ifIndex: one.ifIndex,
    })),
    hosts: hosts.map((one) => ({ address: address(one.octets), mac: mac(one.mac), ifIndex: one.ifIndex })),
    neighbors: [],
    vlans: [],
    entities: [],
    aps:
      body.kind === "controller"
        ? body.wifi.aps
            .filter((ap) => ap.listed(NOW / 1000))
            .map(({ plan }) => ({ key: plan.name, name: plan.name, mac: mac(plan.mac) }))
        : [],
  };
}
const facts = new Map([...world.devices.values()].map((device) => [device.id, factsOf(device)]));

class Filled {
  readonly folder = mkdtempSync(join(tmpdir(), "campusd-answers-"));
  readonly store = new EmbeddedStore({ dir: this.folder, clock: { now: () => NOW }, maintainEveryMs: 0 });
  readonly sources: IndicatorSources = {
    store: this.store,
    inventory: () => inventory,
    facts: (device) => facts.get(device),
  };

  async fill(window: Window, stepSeconds: number, missing: number): Promise<number> {
    const { signal } = new AbortController();
    await this.store.open(signal);
    return fillHistory({
      simulation,
      inventory,
      table: new SeriesTable(),
      store: this.store,
      ...window,
      signal,
      told: () => {},
      missing,
      stepSeconds,
    });
  }

  async remove(): Promise<void> {
    await this.store.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

describe("a week polled every 5 minutes, a tenth of it missing", () => {
  const window = { from: NOW - 7 * DAY, to: NOW };
  const filled = new Filled();
  const recorder = new HistoryRecorder(world, { ...window, missing: MISSING });
  beforeAll(async () => {
    const samples = await filled.fill({ from: window.from - DAY, to: window.to }, 300, MISSING);
    expect(samples).toBeGreaterThan(500_000);
  }, 120_000);
  afterAll(() => filled.remove());

  it("knows the share of IPv6 within half a percentage point, and its gaps exactly", async () => {
    const maker = createIpv6Maker(filled.sources);
    const seen = { narrow: 0, restarted: 0, refused: 0, judged: 0 };
    for (const school of world.schools) {
      const judged = await maker.judge(inventory.schools.get(school.id)!, window);
      const { share, linksMeasured, linksRegistered, gaps } = judged.traffic;
      const known = truth.schoolIpv6Octets(school.id, window);
      expect(linksRegistered, school.id).toBe(school.links.length);
      if (!known) {
        expect(share).toMatchObject({ value: null, why: "control-plane-counter" });
        seen.refused++;
        continue;
      }
      expect(linksMeasured, school.id).toBe(school.links.length);
      const wanted = known.numerator / known.denominator;
      expect(Math.abs(share.value! - wanted), school.id).toBeLessThan(0.005);
      const missed = school.links.reduce((sum, link) => sum + truth.gaps(link.id, window, recorder), 0);
      expect(gaps, school.id).toBe(missed);
      seen.judged++;
      if (school.story.ipv6.counters === "narrow") seen.narrow++;
      if (school.story.line.restarted) seen.restarted++;
    }
    expect(seen).toEqual({ narrow: 1, restarted: 1, refused: 1, judged: SCHOOLS - 1 });
  }, 60_000);

  it("puts every school on the step of the ladder that it is on", async () => {
    const maker = createIpv6Maker(filled.sources);
    for (const school of world.schools) {
      const { level, hosts, networks } = await maker.judge(inventory.schools.get(school.id)!, window);
      const { step, counters, silent } = school.story.ipv6;
      const seen = truth.terminals(school.id, NOW);
      expect(hosts.terminals.length, school.id).toBe(seen.denominator);
      expect(hosts.terminals.filter((one) => one.ipv6).length, school.id).toBe(seen.numerator);
      // Without octets nobody can say that the uplink carries IPv6.
      if (counters === "control-plane") expect(level).toBeNull();
      else expect(level, school.id).toBe(step);
      expect(networks.some((network) => network.kind === "ipv6-only")).toBe(step === 5);
      if (silent) expect(networks.some((network) => network.ipv6)).toBe(true);
    }
  }, 60_000);

  it("counts rooms and serving access points exactly, and no more where a controller hides", async () => {
    const maker = createWifiMaker(filled.sources);
    for (const school of world.schools) {
      const judged = await maker.judge(inventory.schools.get(school.id)!, window);
      const rooms = truth.presence(school.id);
      expect(judged.presence, school.id).toMatchObject({ ...rooms });
      const service = truth.service(school.id, window, (controller, second) =>
        recorder.wifiIsAsked(controller, second),
      );
      expect(service.denominator).toBeGreaterThan(1000);
      expect(judged.service, school.id).toMatchObject({ ...service });
      expect(judged.strangers.length, school.id).toBe(school.story.wifi.strangers);
      if (school.story.wifi.hidden > 0) expect(judged.service.value).toBeLessThan(0.98);
      const { weak } = school.story.wifi;
      if (weak > 0) expect(judged.signal.numerator).toBeLessThan(judged.signal.denominator!);
      if (school.story.wifi.crowded > 0)
        expect(judged.capacity.numerator).toBeLessThan(judged.capacity.denominator!);
    }
  }, 60_000);
});

describe.each([
  // A minute that is missing at a slot's edge leaves some octets with its neighbour.
  { name: "every minute, a tenth of it missing", stepSeconds: 60, missing: MISSING, allowed: 0.005 },
  { name: "every 5 minutes, none missing", stepSeconds: 300, missing: 0, allowed: 1e-9 },
])("a week polled $name", ({ stepSeconds, missing, allowed }) => {
  const calendar = new Calendar("Asia/Shanghai");
  const month = monthOf(calendar, "2026-10");
  const window = { from: month.to - 7 * DAY, to: month.to };
  const filled = new Filled();
  beforeAll(async () => {
    await filled.fill({ from: window.from - DAY, to: month.to + 1 }, stepSeconds, missing);
  }, 240_000);
  afterAll(() => filled.remove());

  it("knows the 95th percentile of every line", async () => {
    const links = [...world.site.links, ...world.schools.flatMap((school) => school.links)];
    for (const link of links) {
      const tops = new Tops();
      for await (const piece of slotPieces(filled.store, link, window)) tops.add(piece.in, piece.out);
      const { value, slots, why } = monthFigures({ ...month, ...window }, window.to, tops.percentiles());
      const ascending = truth.slotRates(link.id, window);
      const wanted = ascending[Math.ceil(0.95 * ascending.length) - 1]!;
      expect(why, link.id).toBeNull();
      expect(slots, link.id).toBe(ascending.length);
      expect(Math.abs(value! - wanted), link.id).toBeLessThanOrEqual(wanted * allowed);
    }
    expect(links.length).toBeGreaterThan(SCHOOLS);
  }, 120_000);
});
