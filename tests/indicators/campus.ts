import type { IndicatorSources } from "../../src/indicators/contract.ts";
import { buildInventory } from "../../src/inventory/build.ts";
import { type InventoryDocumentInput, inventoryDocumentSchema } from "../../src/inventory/document.ts";
import type { DeviceFacts } from "../../src/inventory/facts.ts";
import type { Inventory, School } from "../../src/inventory/model.ts";
import { deviceTags } from "../../src/inventory/tags.ts";
import type { Tags } from "../../src/measurements/series.ts";
import { seriesText } from "../../src/measurements/series.ts";
import type { SeriesQuery, SeriesResult, Store } from "../../src/stores/contract.ts";

interface Held {
  readonly quantity: string;
  readonly tags: Tags;
  readonly samples: Map<number, number>;
}

/** A store in memory: the last value of a time wins, slots begin at multiples of the step. */
export class MemoryStore implements Store {
  readonly kind = "memory";
  readonly #series = new Map<string, Held>();
  queries = 0;

  put(quantity: string, tags: Tags, time: number, value: number): void {
    const text = seriesText(quantity, tags);
    let held = this.#series.get(text);
    if (!held) {
      held = { quantity, tags, samples: new Map() };
      this.#series.set(text, held);
    }
    held.samples.set(time, value);
  }

  async query({ quantity, tags, from, to, stepMs, aggregate, limit = 1000 }: SeriesQuery) {
    this.queries++;
    const results: SeriesResult[] = [];
    for (const held of this.#series.values()) {
      if (held.quantity !== quantity) continue;
      if (Object.entries(tags).some(([key, value]) => held.tags[key as keyof Tags] !== value)) continue;
      const slots = new Map<number, number[]>();
      for (const [time, value] of [...held.samples].sort((a, b) => a[0] - b[0])) {
        if (time < from || time >= to) continue;
        const slot = stepMs === undefined ? time : Math.floor(time / stepMs) * stepMs;
        slots.set(slot, [...(slots.get(slot) ?? []), value]);
      }
      const made = [...slots].map(([slot, values]): [number, number] => [
        slot,
        aggregate === "mean"
          ? values.reduce((a, b) => a + b, 0) / values.length
          : aggregate === "max"
            ? Math.max(...values)
            : values.at(-1)!,
      ]);
      results.push({
        quantity,
        tags: held.tags,
        times: Float64Array.from(made, ([time]) => time),
        values: Float64Array.from(made, ([, value]) => value),
      });
    }
    return results.slice(0, limit);
  }

  async open(): Promise<void> {}
  async write(): Promise<void> {}
  async close(): Promise<void> {}
  async series(): Promise<[]> {
    return [];
  }
  stats() {
    return { kind: "memory", series: this.#series.size, written: 0, dropped: 0, spooled: 0, healthy: true };
  }
}

/** A campus of tables that a test fills. */
export class SmallCampus implements IndicatorSources {
  readonly store = new MemoryStore();
  readonly #inventory: Inventory;
  readonly #facts = new Map<string, DeviceFacts>();

  constructor(document: InventoryDocumentInput) {
    this.#inventory = buildInventory(inventoryDocumentSchema.parse(document));
  }

  inventory(): Inventory {
    return this.#inventory;
  }

  facts(device: string): DeviceFacts | undefined {
    return this.#facts.get(device);
  }

  school(id: string): School {
    return this.#inventory.schools.get(id)!;
  }

  tell(device: string, at: number, facts: Partial<DeviceFacts>): void {
    this.#facts.set(device, {
      device,
      at,
      identity: {},
      interfaces: [],
      addresses: [],
      hosts: [],
      neighbors: [],
      vlans: [],
      entities: [],
      aps: [],
      ...facts,
    });
  }

  tags(device: string, tags: Tags = {}): Tags {
    return { ...deviceTags(this.#inventory, this.#inventory.devices.get(device)!), ...tags };
  }

  sample(device: string, quantity: string, tags: Tags, time: number, value: number): void {
    this.store.put(quantity, this.tags(device, tags), time, value);
  }
}

export const REGIONS: InventoryDocumentInput["regions"] = [
  { path: "sc", name: "四川" },
  { path: "sc/lj", name: "临江" },
  { path: "sc/lj/qh", name: "青禾" },
];

/** 2026-11-20 00:00 UTC, 08:00 in Shanghai. */
export const START = Date.UTC(2026, 10, 20);
export const SLOT = 300_000;
export const HOUR = 3_600_000;
