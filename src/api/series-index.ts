import type { SeriesTable } from "../measurements/series.ts";

/** Series numbers of one device, or of one access point at its controller, by quantity id. */
export interface DeviceSeries {
  readonly byQuantity: ReadonlyMap<string, readonly number[]>;
  /** How many series there are; it only grows. */
  readonly size: number;
}

interface Grown {
  readonly byQuantity: Map<string, number[]>;
  size: number;
}

/** By the tag `interface`. */
type InterfaceSeries = ReadonlyMap<string, DeviceSeries>;

const NO_APS: ReadonlyMap<string, DeviceSeries> = new Map();

/**
 * Finds series without text: device to series by quantity. Follows a SeriesTable, which only grows: `update`
 * reads what is new since the call before. A series with a tag `ap` belongs to that access point and not to
 * the controller that reported it.
 */
export class SeriesIndex {
  readonly #table: SeriesTable;
  readonly #devices = new Map<string, Grown>();
  readonly #aps = new Map<string, Map<string, Grown>>();
  readonly #interfaces = new Map<string, { readonly size: number; readonly byKey: InterfaceSeries }>();
  #seen = 0;

  constructor(table: SeriesTable) {
    this.#table = table;
  }

  /** Takes in the series that were interned since the last call; answers how many. */
  update(): number {
    const first = this.#seen;
    const size = this.#table.size;
    for (let series = first; series < size; series++) {
      const { quantity, tags } = this.#table.key(series);
      if (tags.device === undefined) continue;
      const owner =
        tags.ap === undefined
          ? entry(this.#devices, tags.device)
          : entry(mapEntry(this.#aps, tags.device), tags.ap);
      const list = owner.byQuantity.get(quantity.id);
      if (list) list.push(series);
      else owner.byQuantity.set(quantity.id, [series]);
      owner.size++;
    }
    this.#seen = size;
    return size - first;
  }

  /** Series of the device itself. */
  device(device: string): DeviceSeries | undefined {
    return this.#devices.get(device);
  }

  /**
   * Series of one interface of a device. Sorted by interface when a device is first asked for and after it has
   * grown: few devices have links, and each series would be held twice.
   */
  ofInterface(device: string, key: string): DeviceSeries | undefined {
    const series = this.#devices.get(device);
    if (!series) return undefined;
    let sorted = this.#interfaces.get(device);
    if (sorted?.size !== series.size) {
      const byKey = new Map<string, Grown>();
      for (const [quantityId, numbers] of series.byQuantity)
        for (const number of numbers) {
          const name = this.#table.key(number).tags.interface;
          if (name === undefined) continue;
          const own = entry(byKey, name);
          const list = own.byQuantity.get(quantityId);
          if (list) list.push(number);
          else own.byQuantity.set(quantityId, [number]);
          own.size++;
        }
      sorted = { size: series.size, byKey };
      this.#interfaces.set(device, sorted);
    }
    return sorted.byKey.get(key);
  }

  /** Series that the controller reports of an access point. */
  ap(controller: string, ap: string): DeviceSeries | undefined {
    return this.#aps.get(controller)?.get(ap);
  }

  /** Every access point the controller reports, by its `ap` tag. */
  aps(controller: string): ReadonlyMap<string, DeviceSeries> {
    return this.#aps.get(controller) ?? NO_APS;
  }
}

function entry(map: Map<string, Grown>, key: string): Grown {
  let found = map.get(key);
  if (!found) {
    found = { byQuantity: new Map(), size: 0 };
    map.set(key, found);
  }
  return found;
}

function mapEntry(map: Map<string, Map<string, Grown>>, key: string): Map<string, Grown> {
  let found = map.get(key);
  if (!found) {
    found = new Map();
    map.set(key, found);
  }
  return found;
}
