import { addModbusTruth } from "./modbus/maps.ts";
import { addBoardTruth } from "./mqtt/truth.ts";
import { AgentBuilder, type TruthEntry, type TruthTags } from "./snmp/builder.ts";
import { addContents } from "./snmp/contents.ts";
import type { World } from "./world/world.ts";

/** Tags that tell series of one device apart; the others say where the device is. */
const OWN_TAGS = ["interface", "ap", "radio", "ssid", "sensor", "phase", "lane", "family"] as const;

export interface TruthKey {
  readonly quantity: string;
  readonly tags: TruthTags;
}

/** What is true in the world, by device, quantity and tags. Lists are made when a device is first asked about. */
export class Truth {
  readonly #world: World;
  readonly #entries = new Map<string, ReadonlyMap<string, TruthEntry>>();

  constructor(world: World) {
    this.#world = world;
  }

  /**
   * The value at the whole second that holds `timeMs`, in the quantity's unit; counters as on the wire, below 2^53.
   * Undefined when the device does not serve it, is silent, or is not there. Tags that say where a device is are
   * passed over; a quantity that a device has once is found whatever the tags say.
   */
  value(device: string, quantity: string, tags: TruthTags, timeMs: number): number | undefined {
    const entries = this.#of(device);
    const exact = entries.get(keyOf(quantity, tags));
    const entry = exact ?? single(entries, quantity);
    return entry?.at(Math.floor(timeMs / 1000));
  }

  list(device: string): readonly TruthKey[] {
    return [...this.#of(device).values()].map(({ quantity, tags }) => ({ quantity, tags }));
  }

  #of(id: string): ReadonlyMap<string, TruthEntry> {
    const known = this.#entries.get(id);
    if (known) return known;
    const entries = new Map<string, TruthEntry>();
    const device = this.#world.devices.get(id);
    if (device && !device.silent) {
      const builder = new AgentBuilder("truth");
      addContents(builder, device);
      addModbusTruth(builder, device);
      if (device.body.kind === "board") addBoardTruth(builder, device.body.board);
      for (const entry of builder.truths()) entries.set(keyOf(entry.quantity, entry.tags), entry);
    }
    this.#entries.set(id, entries);
    return entries;
  }
}

function keyOf(quantity: string, tags: TruthTags): string {
  let key = quantity;
  for (const tag of OWN_TAGS) if (tags[tag] !== undefined) key += `\n${tag}=${tags[tag]}`;
  return key;
}

function single(entries: ReadonlyMap<string, TruthEntry>, quantity: string): TruthEntry | undefined {
  let found: TruthEntry | undefined;
  for (const entry of entries.values())
    if (entry.quantity === quantity) {
      if (found) return undefined;
      found = entry;
    }
  return found;
}
