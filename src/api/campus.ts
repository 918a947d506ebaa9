import type { Inventory } from "../inventory/model.ts";
import { Backbone } from "../topology/backbone.ts";
import { type Caller, maySee, visiblePlace, visibleSchools, visibleSites } from "./access.ts";
import type { LiveState } from "./live.ts";
import { freshnessOf } from "./rules.ts";
import type { CountyView, DeviceView, SchoolView } from "./schemas/campus.ts";
import { SeriesIndex } from "./series-index.ts";
import { countyView } from "./views/county.ts";
import { deviceView } from "./views/device.ts";
import { type DeviceSight, seeDevice } from "./views/device-row.ts";
import { type LinkSight, seeLink } from "./views/link.ts";
import { type SchoolSight, schoolView, seeSchool } from "./views/school.ts";
import type { Sight } from "./views/sight.ts";

/** A school is judged at most once in this time, ms. */
export const JUDGED_EVERY = 2000;
/** Neighbours are looked at anew after this, ms; an import is seen at once. */
const NEIGHBOURS_EVERY = 60_000;
/** A graph of thousands of schools takes its time: it is made so seldom that this part of the time goes into it. */
const NEIGHBOURS_PART = 1 / 300;

/**
 * The campus as it is judged now. A look lasts two seconds: all answers within it are of the same instant, and
 * a school is judged once in it, when it is first asked for. Every method checks the caller.
 */
export class Campus {
  readonly live: LiveState;
  readonly index: SeriesIndex;
  readonly #aps = new Map<string, { state: string; since: number | null }>();
  #look: Look | undefined;
  /** `until`: monotonic ms. */
  #backbone: { readonly of: Inventory; readonly until: number; readonly graph: Backbone } | undefined;

  constructor(live: LiveState) {
    this.live = live;
    this.index = new SeriesIndex(live.table);
  }

  get inventory(): Inventory {
    return this.live.inventory();
  }

  /** The instant that answers are made of. */
  get sight(): Sight {
    return this.#current().sight;
  }

  /** A judged school or site, or undefined when there is none or the caller may not see it. */
  school(caller: Caller, id: string): SchoolSight | undefined {
    const look = this.#current();
    const school = visiblePlace(look.sight.inventory, caller, id);
    if (!school) return undefined;
    let seen = look.schools.get(id);
    if (!seen) {
      seen = seeSchool(look.sight, school);
      look.schools.set(id, seen);
    }
    return seen;
  }

  /** The judged schools of a region ("" for all) that the caller may see. */
  schools(caller: Caller, region = ""): SchoolSight[] {
    return visibleSchools(this.inventory, caller, region).map((school) => this.school(caller, school.id)!);
  }

  /** The judged schools and sites of a region ("" for all) that the caller may see: where devices stand. */
  places(caller: Caller, region = ""): SchoolSight[] {
    const sites = visibleSites(this.inventory, caller, region);
    return [...this.schools(caller, region), ...sites.map((site) => this.school(caller, site.id)!)];
  }

  /** The graph of regions, schools and sites. */
  get backbone(): Backbone {
    const inventory = this.live.inventory();
    const monotonic = this.live.clock.monotonic();
    const known = this.#backbone;
    if (known?.of === inventory && monotonic < known.until) return known.graph;
    const graph = new Backbone(inventory, (device) => this.live.facts(device));
    const took = this.live.clock.monotonic() - monotonic;
    const until = monotonic + Math.max(NEIGHBOURS_EVERY, took / NEIGHBOURS_PART);
    this.#backbone = { of: inventory, until, graph };
    return graph;
  }

  /** A judged link, whoever asks: ways lead over links that the caller may not see. Undefined when there is none. */
  link(id: string): LinkSight | undefined {
    return this.#link(this.#current(), id);
  }

  county(caller: Caller, path: string): CountyView | undefined {
    const { sight } = this.#current();
    const region = sight.inventory.regions.get(path);
    if (!region || !maySee(caller, region.path)) return undefined;
    return countyView(sight, caller, region, this.schools(caller, region.path));
  }

  schoolView(caller: Caller, id: string): SchoolView | undefined {
    const seen = this.school(caller, id);
    return seen && schoolView(this.sight, caller, seen);
  }

  device(caller: Caller, id: string): DeviceView | undefined {
    const device = this.inventory.devices.get(id);
    const seen = device && this.school(caller, device.school);
    const one = seen?.devices.get(id);
    return seen && one && deviceView(this.sight, caller, seen, one);
  }

  #current(): Look {
    const { live } = this;
    const inventory = live.inventory();
    const monotonic = live.clock.monotonic();
    const look = this.#look;
    if (look && look.sight.inventory === inventory && monotonic - look.taken < JUDGED_EVERY) return look;
    this.index.update();
    const now = live.clock.now();
    const sight: Sight = {
      now,
      inventory,
      table: live.table,
      latest: live.latest,
      index: this.index,
      facts: (device) => live.facts(device),
      answer: (device) => live.state(device),
      freshFor: freshnessTable(live),
      ways: (place) => this.backbone.ways(place, (link) => this.#link(taken, link)?.works ?? null),
      apSince: (device, state) => this.#apSince(device, state, now),
    };
    const taken: Look = { taken: monotonic, sight, schools: new Map(), devices: new Map(), links: new Map() };
    return (this.#look = taken);
  }

  #link(look: Look, id: string): LinkSight | undefined {
    const known = look.links.get(id);
    if (known) return known;
    const { inventory } = look.sight;
    const link = inventory.links.get(id);
    const place = link && inventory.place(link.school);
    const device = link && inventory.devices.get(link.device);
    if (!link || !place || !device) return undefined;
    let judged = look.devices.get(device.id);
    if (!judged) {
      judged = seeDevice(look.sight, place, device);
      look.devices.set(device.id, judged);
    }
    const seen = seeLink(look.sight, place, link, judged);
    look.links.set(id, seen);
    return seen;
  }

  /** Controllers tell what an access point does, not since when: that is seen here, from its first change on. */
  #apSince(device: string, state: string, now: number): number | null {
    const known = this.#aps.get(device);
    if (known?.state === state) return known.since;
    const since = known === undefined ? null : now;
    this.#aps.set(device, { state, since });
    return since;
  }
}

/** Remembers for one look how long values stay fresh: it is asked hundreds of thousands of times. */
function freshnessTable(live: LiveState): (quantityId: string) => number {
  const known = new Map<string, number>();
  return (quantityId) => {
    let ms = known.get(quantityId);
    if (ms === undefined) {
      ms = freshnessOf(quantityId, live.pollMs?.(quantityId));
      known.set(quantityId, ms);
    }
    return ms;
  };
}

interface Look {
  /** Monotonic ms. */
  readonly taken: number;
  readonly sight: Sight;
  readonly schools: Map<string, SchoolSight>;
  /** Devices that links are measured at, and links, as far as they were asked for. */
  readonly devices: Map<string, DeviceSight>;
  readonly links: Map<string, LinkSight>;
}
