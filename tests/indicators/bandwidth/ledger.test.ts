import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, describe, expect, test } from "vitest";
import { BandwidthLedger } from "../../../src/indicators/bandwidth/ledger.ts";
import { buildInventory } from "../../../src/inventory/build.ts";
import { inventoryDocumentSchema } from "../../../src/inventory/document.ts";
import { percentileOf } from "../../../src/measurements/percentile.ts";
import { EmbeddedStore } from "../../../src/stores/embedded/store.ts";
import { HOUR, MemoryStore, REGIONS, SLOT } from "../campus.ts";
import { play, type Truth } from "./traffic.ts";

const folder = mkdtempSync(join(tmpdir(), "campusd-ledger-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** 2026-10-31 16:00 UTC: November begins in Shanghai. */
const NOVEMBER = Date.UTC(2026, 9, 31, 16);
const DAY = 24 * HOUR;
const TAGS = { school: "s1", device: "s1-r", interface: "GE0/0/1" };

function county(links = 1) {
  return buildInventory(
    inventoryDocumentSchema.parse({
      regions: REGIONS,
      schools: [
        {
          id: "s1",
          region: "sc/lj/qh",
          name: "一小",
          kind: "primary",
          setting: "town",
          devices: [{ id: "s1-r", role: "router", addresses: ["10.0.0.1"] }],
        },
      ],
      links: Array.from({ length: links }, (_, i) => ({
        id: `l${i + 1}`,
        role: "uplink",
        device: "s1-r",
        interface: `GE0/0/${i + 1}`,
        contractedMbps: 100,
      })),
    }),
  );
}

function larger(sent: Truth): Float64Array {
  return sent.in.map((value, i) => Math.max(value, sent.out[i]!));
}

describe("the percentile of a month against what was sent", () => {
  test("with 10 % of the polls missing, wraps and a reset it is within one slot's rounding", async () => {
    const days = 21;
    let now = NOVEMBER + days * DAY;
    const store = new EmbeddedStore({
      dir: join(folder, "month"),
      clock: { now: () => now },
      maintainEveryMs: 0,
    });
    await store.open(new AbortController().signal);
    const { truth, atPolls, missed, wraps } = await play(store, TAGS, NOVEMBER, days, 0.1, 7);
    expect(missed).toBeGreaterThan(2500);
    expect(wraps).toBeGreaterThan(20);
    const inventory = county();
    const ledger = new BandwidthLedger({
      store,
      inventory: () => inventory,
      clock: { now: () => now },
      timezone: "Asia/Shanghai",
    });
    const check = (until: number): void => {
      const { month } = ledger.figures("l1")!;
      expect(month).toMatchObject({ name: "2026-11", from: NOVEMBER, why: null, slotsWanted: until });
      // Some slots have no rate in half of their time: they are left out, and none is made up.
      expect(month.slots).toBeGreaterThan(0.99 * until);
      expect(month.slots).toBeLessThanOrEqual(until);
      const close = (found: number | null, slots: Float64Array, share: number): void => {
        const exact = percentileOf(slots.slice(0, until).sort())!;
        expect(Math.abs(found! - exact) / exact).toBeLessThan(share);
      };
      // Slots from poll to poll are all that polls can tell; those of the clock are cut a few seconds beside them.
      for (const [sent, share] of [
        [atPolls, 0.003],
        [truth, 0.01],
      ] as const) {
        close(month.value, larger(sent), share);
        close(month.inValue, sent.in, share);
        close(month.outValue, sent.out, share);
      }
    };
    // In one go, as after a start.
    await ledger.readAll();
    check(Math.floor((days * DAY - 90_000) / SLOT));
    // And day by day, as it grows: the same.
    const grown = new BandwidthLedger({
      store,
      inventory: () => inventory,
      clock: { now: () => now },
      timezone: "Asia/Shanghai",
    });
    for (const hour of [30, 47, 49, 71, 90, 100, 15 * 24, 16 * 24 + 1, days * 24]) {
      now = NOVEMBER + hour * HOUR;
      await grown.readAll();
    }
    const [once, steps] = [ledger.figures("l1")!.month, grown.figures("l1")!.month];
    expect(steps.slots).toBe(once.slots);
    expect(steps.value).toBeCloseTo(once.value!, 6);
    // The same month when it is over, read anew on the link's page in December.
    now = NOVEMBER + 30 * DAY + HOUR;
    await grown.readAll();
    expect(grown.figures("l1")!.month).toMatchObject({ name: "2026-12", why: "no-data" });
    const [ended] = await grown.months(inventory.links.get("l1")!, 2).then((all) => all.slice(-1));
    expect(ended).toMatchObject({ name: "2026-11", why: "too-few-slots", value: null });
    await store.close();
  }, 120_000);
});

/** A store whose samples of one link are a rate a minute; `put` writes a time without its neighbours. */
function steady(store: MemoryStore, from: number, to: number, rate: number, key = "GE0/0/1"): void {
  for (let at = from; at <= to; at += 60_000)
    for (const quantity of ["interface.in_rate", "interface.out_rate"])
      store.put(quantity, { ...TAGS, interface: key }, at, rate);
}

function ledgerOf(store: MemoryStore, clock: { time: number }, inventory = county()) {
  return new BandwidthLedger({
    store,
    inventory: () => inventory,
    clock: { now: () => clock.time },
    timezone: "Asia/Shanghai",
  });
}

describe("a month", () => {
  test("is refused under 90 % of the slots that have passed", async () => {
    const store = new MemoryStore();
    const clock = { time: NOVEMBER + 10 * HOUR + 120_000 };
    steady(store, NOVEMBER, NOVEMBER + 8.9 * HOUR, 5e6);
    const ledger = ledgerOf(store, clock);
    await ledger.readAll();
    expect(ledger.figures("l1")!.month).toMatchObject({
      value: null,
      inValue: null,
      outValue: null,
      slotsWanted: 120,
      why: "too-few-slots",
    });
    steady(store, NOVEMBER, NOVEMBER + 9.3 * HOUR, 5e6);
    await ledger.readAll(true);
    const { month } = ledger.figures("l1")!;
    expect(month).toMatchObject({ value: 5e6, slotsWanted: 120, why: null });
    expect(month.slots).toBeGreaterThanOrEqual(108);
  });

  test("without a sample says so, and a month begins at local midnight", async () => {
    const clock = { time: NOVEMBER + HOUR };
    const ledger = ledgerOf(new MemoryStore(), clock);
    await ledger.readAll();
    expect(ledger.figures("l1")!.month).toMatchObject({
      name: "2026-11",
      value: null,
      why: "no-data",
      slots: 0,
    });
    clock.time = NOVEMBER - HOUR;
    await ledger.readAll();
    expect(ledger.figures("l1")!.month.name).toBe("2026-10");
  });

  test("takes in what comes late: of today at once, of earlier days when it is read whole", async () => {
    const store = new MemoryStore();
    const clock = { time: NOVEMBER + 5 * DAY + 6 * HOUR };
    steady(store, NOVEMBER, NOVEMBER + 2 * DAY, 1e6);
    steady(store, NOVEMBER + 3 * DAY, NOVEMBER + 5 * DAY + 4 * HOUR, 1e6);
    const ledger = ledgerOf(store, clock);
    await ledger.readAll();
    const first = ledger.figures("l1")!.month.slots;
    steady(store, NOVEMBER + 5 * DAY + 4 * HOUR, NOVEMBER + 5 * DAY + 6 * HOUR, 1e6);
    steady(store, NOVEMBER + 2 * DAY, NOVEMBER + 3 * DAY, 1e6);
    await ledger.readAll();
    const second = ledger.figures("l1")!.month.slots;
    expect(second - first).toBeGreaterThanOrEqual(23);
    expect(second - first).toBeLessThan(30);
    await ledger.readAll(true);
    expect(ledger.figures("l1")!.month.slots - second).toBeGreaterThan(280);
  });

  test("follows an imported inventory: gone links are forgotten, moved ones begin anew", async () => {
    const store = new MemoryStore();
    const clock = { time: NOVEMBER + 3 * HOUR };
    steady(store, NOVEMBER, clock.time, 1e6);
    let inventory = county(2);
    const ledger = new BandwidthLedger({
      store,
      inventory: () => inventory,
      clock: { now: () => clock.time },
      timezone: "Asia/Shanghai",
      most: 2,
    });
    await ledger.readAll();
    expect(ledger.figures("l1")!.month.value).toBe(1e6);
    expect(ledger.figures("l2")!.month.why).toBe("no-data");
    inventory = county(3);
    await ledger.readAll();
    expect(ledger.progress()).toEqual({ links: 2, read: 2, left: 1 });
    inventory = county(1);
    await ledger.readAll();
    expect(ledger.figures("l2")).toBeUndefined();
    expect(ledger.progress()).toEqual({ links: 1, read: 1, left: 0 });
  });
});

describe("what else a link shows", () => {
  test("busy hours of school days and the trend of them", async () => {
    const store = new MemoryStore();
    // Thursday, 2026-11-19, 12:00 in Shanghai.
    const clock = { time: NOVEMBER + 18 * DAY + 12 * HOUR };
    for (let day = -60; day < 18; day++)
      for (let hour = 0; hour < 24; hour++) {
        const at = NOVEMBER + day * DAY + hour * HOUR;
        const school = hour === 9 ? 40e6 + day * 0.1e6 : hour === 20 ? 90e6 : 5e6;
        store.put("interface.in_rate", TAGS, at, school);
        store.put("interface.out_rate", TAGS, at, 1e6);
      }
    const ledger = ledgerOf(store, clock);
    await ledger.readAll();
    const { busyHours, trend, today } = ledger.figures("l1")!;
    // The evening is fuller and no school hour.
    expect(Math.max(...busyHours.map((one) => one.value))).toBeLessThan(42e6);
    expect(busyHours.length).toBeGreaterThan(50);
    expect(trend!.slope).toBeCloseTo(0.1e6, 3);
    expect(today).toBe(Date.UTC(2026, 10, 19) / DAY);
  });

  test("shares of packets with errors and discarded, of the direction with more", async () => {
    const store = new MemoryStore();
    const clock = { time: NOVEMBER + 3 * HOUR };
    for (let at = clock.time - HOUR; at < clock.time; at += 60_000) {
      const minute = (at - clock.time + HOUR) / 60_000;
      store.put("interface.in_unicast", TAGS, at, 1_000_000 + minute * 59_400);
      store.put("interface.in_error_rate", TAGS, at, 10);
      store.put("interface.out_unicast", TAGS, at, minute * 60_000);
      store.put("interface.out_discard_rate", TAGS, at, 1);
      store.put("interface.out_error_rate", TAGS, at, 0);
    }
    const ledger = ledgerOf(store, clock);
    await ledger.readAll();
    const { errorShare, discardShare } = ledger.figures("l1")!;
    expect(errorShare).toBeCloseTo(0.01, 6);
    expect(discardShare).toBeCloseTo(0.001, 6);
    const bare = ledgerOf(new MemoryStore(), clock);
    await bare.readAll();
    expect(bare.figures("l1")).toMatchObject({ errorShare: null, discardShare: null });
  });

  test("the median light of seven days, by lane", async () => {
    const store = new MemoryStore();
    const clock = { time: NOVEMBER + 10 * DAY };
    for (let hour = 0; hour < 9 * 24; hour++) {
      const value = hour < 48 ? -3 : -7 - (hour % 3) * 0.1;
      store.put("optics.rx_power", TAGS, NOVEMBER + DAY + hour * HOUR, value);
      store.put("optics.rx_power", { ...TAGS, lane: "2" }, NOVEMBER + DAY + hour * HOUR, -12);
    }
    const ledger = ledgerOf(store, clock);
    await ledger.readAll();
    expect([...ledger.figures("l1")!.light]).toEqual([
      ["", expect.closeTo(-7.1, 9)],
      ["2", -12],
    ]);
  });
});

describe("in the background", () => {
  test("it reads by itself, survives a store that is away, and asks nothing after close", async () => {
    const store = new MemoryStore();
    const clock = { time: NOVEMBER + 3 * HOUR };
    steady(store, NOVEMBER, clock.time, 2e6);
    const failures: unknown[] = [];
    let away = true;
    const query = store.query.bind(store);
    store.query = async (asked) => {
      if (away) throw new Error("the store is away");
      return query(asked);
    };
    const inventory = county();
    const options = {
      store,
      inventory: () => inventory,
      clock: { now: () => clock.time },
      timezone: "Asia/Shanghai",
      failed: (error: unknown) => failures.push(error),
    };
    const first = new BandwidthLedger(options);
    first.open();
    while (failures.length === 0) await wait(5);
    await first.close();
    expect(first.figures("l1")).toBeUndefined();
    away = false;
    const second = new BandwidthLedger(options);
    second.open();
    while (second.progress().read < 1) await wait(5);
    expect(second.figures("l1")!.month.value).toBe(2e6);
    // A history that is written after the start is seen when it is asked for, not hours later.
    clock.time = NOVEMBER + 9 * DAY;
    steady(store, NOVEMBER, clock.time, 3e6);
    second.reread();
    while (second.figures("l1")!.month.value !== 3e6) await wait(5);
    expect(second.figures("l1")!.month.slots).toBeGreaterThan(2500);
    await second.close();
    const asked = store.queries;
    await wait(50);
    expect(store.queries).toBe(asked);
  });
});
