import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { HistoryRecorder } from "../../simulators/history/recorder.ts";
import { Simulation } from "../../simulators/simulation.ts";
import type { SeriesView } from "../../src/api/schemas/campus.ts";
import { fillHistory, historyStart, recall, remember } from "../../src/commands/demo-history.ts";
import { buildInventory } from "../../src/inventory/build.ts";
import { inventoryDocumentSchema } from "../../src/inventory/document.ts";
import { deviceTags } from "../../src/inventory/tags.ts";
import type { SampleBatch } from "../../src/measurements/batch.ts";
import { SeriesTable, seriesText } from "../../src/measurements/series.ts";
import { getJson, until } from "../support/process.ts";
import { describeWith } from "../support/servers.ts";
import { Site } from "../support/site.ts";
import { stored } from "./answers.ts";

const HOUR = 3_600_000;

describeWith(["fping"], "a history beside what is polled", () => {
  const site = new Site({ baseOctet: 33, schools: 1, scenario: "quiet" });
  beforeAll(async () => {
    await site.prepare();
    await site.serve();
  }, 60_000);
  afterAll(() => site.remove());

  /** The series of the quantity that have a sample since the start. */
  async function seriesOf(quantity: string, school: string): Promise<SeriesView["series"]> {
    const to = Date.now() + 1;
    const range = `from=${to - 20 * 60_000}&to=${to}&step=1m&aggregate=last&limit=1000`;
    const url = `${site.url}/api/v1/series?quantity=${quantity}&school=${school}&${range}`;
    return (await getJson<SeriesView>(url)).series;
  }

  it("is told under the very series that the collectors write", async () => {
    const now = Date.now();
    const { keys } = new HistoryRecorder(site.simulation.world, { from: now - HOUR, to: now });
    const inventory = buildInventory(inventoryDocumentSchema.parse(site.simulation.inventory()));
    const told = new Map<string, Set<string>>();
    for (const { device, quantity, tags } of keys) {
      const text = seriesText(quantity, {
        ...deviceTags(inventory, inventory.devices.get(device)!),
        ...tags,
      });
      const known = told.get(quantity);
      if (known) known.add(text);
      else told.set(quantity, new Set([text]));
    }
    expect([...told.keys()].length).toBeGreaterThan(25);
    const places = [...inventory.schools.keys(), ...inventory.sites.keys()];
    // What is read every hour is first read within minutes.
    const missing = await until(
      async () => {
        const absent: string[] = [];
        for (const [quantity, texts] of told) {
          const live = new Set<string>();
          for (const school of places)
            for (const { tags } of await seriesOf(quantity, school)) live.add(seriesText(quantity, tags));
          for (const text of texts) if (!live.has(text)) absent.push(text);
        }
        return absent;
      },
      (absent) => absent.length === 0,
      170_000,
    );
    expect(missing).toEqual([]);
  }, 200_000);

  it("goes on without a step where polling begins: counters and their rates", async () => {
    const now = Date.now();
    const link = site.simulation.world.schools[0]!.links[0]!;
    const recorder = new HistoryRecorder(site.simulation.world, { from: now - HOUR, to: now, missing: 0 });
    const number = recorder.keys.findIndex(
      (key) =>
        key.device === link.device &&
        key.quantity === "interface.in_octets" &&
        key.tags["interface"] === link.interface,
    );
    const slice = recorder.next(2 * 3600)!;
    const before = slice.value[slice.series.lastIndexOf(number)]!;
    const at = slice.time[slice.series.lastIndexOf(number)]!;
    const live = (
      await stored(site.url, "interface.in_octets", { device: link.device }, now - HOUR, now + 1)
    ).find((series) => series.tags["interface"] === link.interface)!;
    const [time, value] = live.points.at(-1)!;
    const between = (value - before) / ((time - at) / 1000);
    // Never backwards, and never faster than the line.
    expect(Math.sign(between)).toBeGreaterThanOrEqual(0);
    expect(Math.abs(between) * 8).toBeLessThan(1e9);
  });
});

describe("filling a store", () => {
  const NOW = Date.UTC(2026, 10, 22, 4);
  const simulation = new Simulation({ seed: 1, schools: 1, anchorMs: NOW, clock: { now: () => NOW } });
  const ports = new Map(
    [...simulation.world.devices.values()].map((device) => [device.id, 10_161 + (device.portOffset ?? 0)]),
  );
  const inventory = buildInventory(inventoryDocumentSchema.parse(simulation.world.inventory(ports)));
  const fill = (write: (batch: SampleBatch) => Promise<void>, signal = new AbortController().signal) => {
    const told: number[] = [];
    const done = fillHistory({
      simulation,
      inventory,
      table: new SeriesTable(),
      store: { write },
      from: NOW - 6 * HOUR,
      to: NOW,
      signal,
      told: (upto) => told.push(upto),
    });
    return { told, done };
  };

  it("writes slices in order, each told of after it is stored, and nothing outside the window", async () => {
    let samples = 0;
    let newest = 0;
    const { told, done } = fill(async (batch) => {
      samples += batch.length;
      for (let i = 0; i < batch.length; i++) {
        expect(batch.time[i]).toBeGreaterThanOrEqual(Math.max(newest, NOW - 6 * HOUR));
        expect(batch.time[i]).toBeLessThan(NOW);
        expect(Number.isFinite(batch.value[i])).toBe(true);
      }
      newest = batch.time[batch.length - 1]!;
      expect(told.at(-1) ?? 0).toBeLessThanOrEqual(newest);
    });
    expect(await done).toBe(samples);
    expect(samples).toBeGreaterThan(1000);
    expect(told.at(-1)).toBe(NOW);
    expect([...told].sort((a, b) => a - b)).toEqual(told);
  });

  it("ends where it is aborted, and passes on what the store says", async () => {
    const abort = new AbortController();
    const { told, done } = fill(async () => abort.abort(), abort.signal);
    await done;
    expect(told).toHaveLength(1);
    const broken = fill(() => Promise.reject(new Error("the disk is full")));
    await expect(broken.done).rejects.toThrow("the disk is full");
    expect(broken.told).toEqual([]);
  });
});

describe("what the demo remembers", () => {
  const folder = mkdtempSync(join(tmpdir(), "campusd-memory-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("begins now, comes back as it was, and is never told twice", () => {
    expect(recall(folder, 5_000)).toEqual({ anchorMs: 5_000, toldUntil: 0 });
    remember(folder, { anchorMs: 1_000, toldUntil: 4_000 });
    expect(recall(folder, 9_000)).toEqual({ anchorMs: 1_000, toldUntil: 4_000 });
    expect(readFileSync(join(folder, "demo.json"), "utf8").endsWith("\n")).toBe(true);
    const day = 24 * HOUR;
    expect(historyStart({ anchorMs: 0, toldUntil: 0 }, 2, 10 * day)).toBe(8 * day);
    expect(historyStart({ anchorMs: 0, toldUntil: 9 * day }, 2, 10 * day)).toBe(9 * day);
  });

  it("says which file is wrong and what to do", () => {
    for (const text of ["{", "[]", '{"anchorMs":"x","toldUntil":1}', '{"anchorMs":1}']) {
      writeFileSync(join(folder, "demo.json"), text);
      expect(() => recall(folder, 1)).toThrowError(
        expect.objectContaining({ code: "E_FILE", message: expect.stringContaining("demo.json") }),
      );
    }
    expect(() => remember(join(folder, "nowhere"), { anchorMs: 1, toldUntil: 1 })).toThrowError(
      expect.objectContaining({ code: "E_FILE" }),
    );
  });
});
