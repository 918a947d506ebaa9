import ipaddr from "ipaddr.js";
import type { DeviceRow, EntityKind, InventoryRows } from "./rows.ts";

/** A reference that leads nowhere, or two rows that claim one thing. `text` is `what is wrong; what to write`. */
export interface RowProblem {
  readonly kind: EntityKind;
  readonly key: string;
  /** Member of the row. */
  readonly field: string;
  readonly text: string;
}

/** Names that live outside the inventory; a set that is absent is not checked against. */
export interface KnownNames {
  /** Credential names of campusd.yaml. */
  readonly credentials?: ReadonlySet<string>;
  /** Ids of the device profiles. */
  readonly profiles?: ReadonlySet<string>;
}

const DEFAULT_PORTS: Readonly<Record<string, number>> = { snmp: 161, modbus: 502 };

/** Every problem of an inventory whose rows are each valid alone. */
export function checkRows(rows: InventoryRows, known: KnownNames = {}): RowProblem[] {
  const problems: RowProblem[] = [];
  const add = (kind: EntityKind, key: string, field: string, text: string) =>
    problems.push({ kind, key, field, text });
  for (const path of rows.region.keys()) {
    const parent = path.slice(0, Math.max(0, path.lastIndexOf("/")));
    if (parent !== "" && !rows.region.has(parent))
      add("region", path, "path", `lies in region "${parent}", which does not exist; add that region`);
  }
  for (const [id, school] of rows.school)
    if (!rows.region.has(school.region))
      add("school", id, "region", `region "${school.region}" does not exist; add it or correct the path`);
  for (const kind of ["school", "site"] as const)
    for (const [id, { region }] of rows[kind])
      if (rows.region.has(`${region}/${id}`))
        add(kind, id, "id", `its path ${region}/${id} is that of a region; give it another id`);
  for (const [id, site] of rows.site) {
    if (!rows.region.has(site.region))
      add("site", id, "region", `region "${site.region}" does not exist; add it or correct the path`);
    if (rows.school.has(id)) add("site", id, "id", "is the id of a school too; give the site another id");
  }
  const isPlace = (id: string) => rows.school.has(id) || rows.site.has(id);
  for (const [key, building] of rows.building)
    if (!isPlace(building.school))
      add("building", key, "school", `school "${building.school}" does not exist; add it or correct the id`);
  for (const [key, room] of rows.room) {
    if (!isPlace(room.school))
      add("room", key, "school", `school "${room.school}" does not exist; add it or correct the id`);
    else if (!rows.building.has(`${room.school}/${room.building}`))
      add(
        "room",
        key,
        "building",
        `building "${room.building}" does not exist in school "${room.school}"; add it`,
      );
  }
  for (const device of rows.device.values()) checkDevice(device, rows, known, add);
  checkAddresses(rows, add);
  checkApNames(rows, add);
  checkParentCycles(rows, add);
  for (const [id, link] of rows.link) {
    if (!rows.device.has(link.device))
      add("link", id, "device", `device "${link.device}" does not exist; add it or correct the id`);
    checkEnd(id, link.to, rows, add);
  }
  return problems;
}

type Add = (kind: EntityKind, key: string, field: string, text: string) => void;

function checkEnd(id: string, to: string | undefined, rows: InventoryRows, add: Add): void {
  if (to === undefined) return;
  const kinds = (["device", "school", "site", "region"] as const).filter((kind) => rows[kind].has(to));
  if (kinds.length === 0)
    add(
      "link",
      id,
      "to",
      `"${to}" is no device, school, site or region; write an id or a path that exists, or leave it out`,
    );
  else if (kinds.length > 1)
    add(
      "link",
      id,
      "to",
      `"${to}" is the name of a ${kinds.join(" and of a ")}; rename one, or write the id of a device there`,
    );
}

function checkDevice(device: DeviceRow, rows: InventoryRows, known: KnownNames, add: Add): void {
  const { id, school } = device;
  if (!rows.school.has(school) && !rows.site.has(school)) {
    add("device", id, "school", `school "${school}" does not exist; add it or correct the id`);
    return;
  }
  if (device.room !== undefined && device.building === undefined)
    add("device", id, "building", "is missing while a room is given; write the building's id");
  else if (device.building !== undefined && !rows.building.has(`${school}/${device.building}`))
    add(
      "device",
      id,
      "building",
      `building "${device.building}" does not exist in school "${school}"; add it`,
    );
  else if (device.room !== undefined && !rows.room.has(`${school}/${device.building}/${device.room}`))
    add(
      "device",
      id,
      "room",
      `room "${device.building}/${device.room}" does not exist in school "${school}"; add it`,
    );
  for (const room of device.serves ?? [])
    if (!rows.room.has(`${school}/${room}`))
      add("device", id, "serves", `room "${room}" does not exist in school "${school}"; write building/room`);
  if (device.parent !== undefined && !rows.device.has(device.parent))
    add("device", id, "parent", `device "${device.parent}" does not exist; add it or correct the id`);
  if (device.protocol in DEFAULT_PORTS && device.addresses.length === 0 && device.parent === undefined)
    add("device", id, "addresses", `is empty; ${device.protocol} needs an address, or write protocol none`);
  // The name is not shown: a community or password may have been written here by mistake.
  if (device.credential !== undefined && known.credentials && !known.credentials.has(device.credential))
    add(
      "device",
      id,
      "credential",
      `names no credential of campusd.yaml; write ${listOf(known.credentials)}`,
    );
  if (device.profile !== undefined && known.profiles && !known.profiles.has(device.profile))
    add(
      "device",
      id,
      "profile",
      `profile "${device.profile}" does not exist; leave it out or write an id that does`,
    );
}

function listOf(names: ReadonlySet<string>): string {
  if (names.size === 0) return "nothing, as there is none";
  const first = [...names].slice(0, 10).join(", ");
  return `one of ${first}${names.size > 10 ? " …" : ""}`;
}

/** One address, port and unit answers for one device. */
function checkAddresses(rows: InventoryRows, add: Add): void {
  const owners = new Map<string, string>();
  for (const device of rows.device.values()) {
    if (!(device.protocol in DEFAULT_PORTS)) continue;
    // A meter without an address is reached at its gateway's.
    const parent = device.parent === undefined ? undefined : rows.device.get(device.parent);
    const behind = device.addresses.length === 0 && device.protocol === "modbus" ? parent : undefined;
    const port = device.port ?? behind?.port ?? DEFAULT_PORTS[device.protocol];
    const unit = device.unit === undefined ? "" : ` unit ${device.unit}`;
    for (const address of behind?.addresses ?? device.addresses) {
      const endpoint = `${canonicalAddress(address)} port ${port}${unit}`;
      const owner = owners.get(endpoint);
      if (owner === undefined) owners.set(endpoint, device.id);
      else if (owner === device.id)
        add("device", device.id, "addresses", `${endpoint} stands in the list twice; keep one`);
      else
        add(
          "device",
          device.id,
          "addresses",
          `${endpoint} is already the address of device "${owner}"; correct one of them`,
        );
    }
  }
}

/** One text for each address: `0:0::1` is `::1`, and `::ffff:10.0.0.1` is `10.0.0.1`. */
export function canonicalAddress(address: string): string {
  return address.includes(":") && ipaddr.isValid(address) ? ipaddr.process(address).toString() : address;
}

function checkApNames(rows: InventoryRows, add: Add): void {
  const owners = new Map<string, string>();
  for (const device of rows.device.values()) {
    if (device.role !== "access-point" || device.parent === undefined) continue;
    const name = device.apName ?? device.id;
    const owner = owners.get(`${device.parent}\n${name}`);
    if (owner === undefined) owners.set(`${device.parent}\n${name}`, device.id);
    else
      add(
        "device",
        device.id,
        "apName",
        `controller "${device.parent}" knows device "${owner}" by the same name; correct one of them`,
      );
  }
}

function checkParentCycles(rows: InventoryRows, add: Add): void {
  const done = new Set<string>();
  for (const start of rows.device.keys()) {
    const chain = new Set<string>();
    let id: string | undefined = start;
    while (id !== undefined && !done.has(id) && !chain.has(id)) {
      chain.add(id);
      id = rows.device.get(id)?.parent;
    }
    if (id !== undefined && chain.has(id))
      add("device", id, "parent", `leads back to "${id}" itself; correct one of the parents`);
    for (const member of chain) done.add(member);
  }
}
