import { CampusError } from "../errors/campus-error.ts";
import { checkRows, type KnownNames, type RowProblem } from "./check.ts";
import type { InventoryDocument } from "./document.ts";
import type { Building, Device, Inventory, Link, Place, Region, Room, School, Site } from "./model.ts";
import { type InventoryRows, rowsOf } from "./rows.ts";

const MAX_LISTED = 200;

/**
 * The frozen inventory of a document that the schema has already taken. Throws E_IMPORT with every reference
 * that leads nowhere, every id that stands twice and every address that two devices claim, one a line.
 */
export function buildInventory(document: InventoryDocument, known: KnownNames = {}): Inventory {
  const problems: RowProblem[] = [];
  const rows = rowsOf(document, (kind, key) =>
    problems.push({ kind, key, field: "id", text: "stands in the inventory twice; keep one of the two" }),
  );
  problems.push(...checkRows(rows, known));
  if (problems.length > 0) throw problemsError(problems);
  return new BuiltInventory(rows);
}

function problemsError(problems: readonly RowProblem[]): CampusError {
  const lines = problems.slice(0, MAX_LISTED).map((p) => `${p.kind} ${p.key} ${p.field}: ${p.text}`);
  if (problems.length > MAX_LISTED) lines.push(`and ${problems.length - MAX_LISTED} more`);
  return new CampusError("E_IMPORT", lines.join("\n"), { problems: problems.length });
}

const LEVELS = ["province", "city", "county"] as const;
const NONE: readonly never[] = Object.freeze([]);

class BuiltInventory implements Inventory {
  readonly regions: ReadonlyMap<string, Region>;
  readonly schools: ReadonlyMap<string, School>;
  readonly sites: ReadonlyMap<string, Site>;
  readonly buildings: ReadonlyMap<string, Building>;
  readonly rooms: ReadonlyMap<string, Room>;
  readonly devices: ReadonlyMap<string, Device>;
  readonly links: ReadonlyMap<string, Link>;
  readonly #regionsIn: ReadonlyMap<string, readonly Region[]>;
  readonly #schoolsIn: ReadonlyMap<string, readonly School[]>;
  readonly #sitesIn: ReadonlyMap<string, readonly Site[]>;
  readonly #devicesOf: ReadonlyMap<string, readonly Device[]>;
  readonly #roomsOf: ReadonlyMap<string, readonly Room[]>;
  readonly #linksOf: ReadonlyMap<string, readonly Link[]>;

  constructor(rows: InventoryRows) {
    this.regions = mapValues(rows.region, (region) => {
      const steps = region.path.split("/");
      const parent = steps.slice(0, -1).join("/");
      return { ...region, level: LEVELS[steps.length - 1]!, ...(parent === "" ? {} : { parent }) };
    });
    this.schools = mapValues(rows.school, (school) => ({ ...school, path: `${school.region}/${school.id}` }));
    this.sites = mapValues(rows.site, (site) => ({ ...site, path: `${site.region}/${site.id}` }));
    this.buildings = mapValues(rows.building, (building) => ({ ...building }));
    this.rooms = mapValues(rows.room, (room, key) => ({ ...room, path: key }));
    this.devices = mapValues(rows.device, (device) => {
      const frozen: Device = { ...device, path: this.place(device.school)!.path };
      Object.freeze(frozen.addresses);
      Object.freeze(frozen.serves);
      return frozen;
    });
    this.links = mapValues(rows.link, (link) => ({ ...link, school: this.devices.get(link.device)!.school }));
    this.#regionsIn = group(this.regions.values(), (region) => [region.parent ?? ""]);
    this.#schoolsIn = group(this.schools.values(), (school) => subtreesOf(school.region));
    this.#sitesIn = group(this.sites.values(), (site) => subtreesOf(site.region));
    this.#devicesOf = group(this.devices.values(), (device) => [device.school]);
    this.#roomsOf = group(this.rooms.values(), (room) => [room.school]);
    this.#linksOf = group(this.links.values(), (link) => [link.school]);
    Object.freeze(this);
  }

  /** All schools at or below the region; of "" all there are. */
  schoolsIn(regionPath: string): readonly School[] {
    return this.#schoolsIn.get(regionPath) ?? NONE;
  }

  sitesIn(regionPath: string): readonly Site[] {
    return this.#sitesIn.get(regionPath) ?? NONE;
  }

  place(id: string): Place | undefined {
    return this.schools.get(id) ?? this.sites.get(id);
  }

  devicesOf(school: string): readonly Device[] {
    return this.#devicesOf.get(school) ?? NONE;
  }

  roomsOf(school: string): readonly Room[] {
    return this.#roomsOf.get(school) ?? NONE;
  }

  linksOf(school: string): readonly Link[] {
    return this.#linksOf.get(school) ?? NONE;
  }

  regionsIn(regionPath: string): readonly Region[] {
    return this.#regionsIn.get(regionPath) ?? NONE;
  }
}

function mapValues<A, B extends object>(
  map: ReadonlyMap<string, A>,
  make: (value: A, key: string) => B,
): ReadonlyMap<string, B> {
  const made = new Map<string, B>();
  for (const [key, value] of map) made.set(key, Object.freeze(make(value, key)));
  return made;
}

function group<T>(values: Iterable<T>, keysOf: (value: T) => readonly string[]): Map<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const value of values)
    for (const key of keysOf(value)) {
      const members = groups.get(key);
      if (members) members.push(value);
      else groups.set(key, [value]);
    }
  for (const members of groups.values()) Object.freeze(members);
  return groups;
}

/** `a/b/c` to ["", "a", "a/b", "a/b/c"]. */
function subtreesOf(path: string): string[] {
  const steps = path.split("/");
  return ["", ...steps.map((_, index) => steps.slice(0, index + 1).join("/"))];
}
