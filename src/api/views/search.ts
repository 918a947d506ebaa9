import type { Device } from "../../inventory/model.ts";
import { type Caller, maySee, maySeeRoom, visiblePlace } from "../access.ts";
import type { Campus } from "../campus.ts";
import type { SearchView } from "../schemas/campus.ts";
import { apKey, isControllerAp } from "./device-row.ts";

type Hit = SearchView["hits"][number];

/** Lower is better. */
interface Ranked {
  readonly rank: number;
  readonly hit: Hit;
}

/**
 * Finds regions, schools, sites, rooms and devices by name or id, devices also by address, system name, serial and
 * MAC. A whole match comes first, then a beginning, then any part; ties in the order region to device.
 */
export function searchView(campus: Campus, caller: Caller, text: string, limit: number): SearchView {
  const wanted = text.trim().toLowerCase();
  const { inventory } = campus;
  const found: Ranked[] = [];
  const take = (rank: number, hit: () => Hit): void => {
    if (rank < NO_MATCH) found.push({ rank, hit: hit() });
  };
  for (const region of inventory.regions.values())
    if (maySee(caller, region.path))
      take(rankOf(wanted, [region.name, region.nameEn, region.path]), () => ({
        kind: "region",
        id: region.path,
        name: region.name,
        ...named(region.nameEn),
        detail: region.level,
        path: region.path,
      }));
  for (const school of [...inventory.schools.values(), ...inventory.sites.values()])
    if (maySee(caller, school.path))
      take(rankOf(wanted, [school.name, school.nameEn, school.id]), () => ({
        // A site has the page of a school: its devices and links.
        kind: "school",
        id: school.id,
        name: school.name,
        ...named(school.nameEn),
        detail: maySee(caller, school.region) ? (inventory.regions.get(school.region)?.name ?? "") : "",
        path: school.path,
      }));
  for (const room of inventory.rooms.values())
    if (maySeeRoom(inventory, caller, room))
      take(rankOf(wanted, [room.name, room.id, room.path]), () => ({
        kind: "room",
        id: room.path,
        name: room.name,
        detail: inventory.place(room.school)?.name ?? room.school,
        path: room.path,
      }));
  const hex = macDigits(wanted);
  for (const device of inventory.devices.values()) {
    const school = visiblePlace(inventory, caller, device.school);
    if (!school) continue;
    take(rankOf(wanted, namesOf(campus, device), hex, macsOf(campus, device, hex)), () => ({
      kind: "device",
      id: device.id,
      name: device.name ?? device.id,
      detail: [device.role, school.name, device.addresses[0]]
        .filter((part) => part !== undefined)
        .join(" · "),
      path: device.path,
    }));
  }
  found.sort((a, b) => a.rank - b.rank);
  return { hits: found.slice(0, limit).map((one) => one.hit) };
}

const NO_MATCH = 3;

function rankOf(
  wanted: string,
  names: readonly (string | undefined)[],
  hex = "",
  macs: readonly (string | undefined)[] = [],
): number {
  let best = NO_MATCH;
  for (const name of names) {
    if (name === undefined) continue;
    const at = name.toLowerCase().indexOf(wanted);
    if (at === 0) best = Math.min(best, name.length === wanted.length ? 0 : 1);
    else if (at > 0) best = Math.min(best, 2);
    if (best === 0) return 0;
  }
  for (const mac of macs) if (mac && hex !== "" && macDigits(mac).includes(hex)) best = Math.min(best, 1);
  return best;
}

function named(nameEn: string | undefined): { nameEn?: string } {
  return nameEn === undefined ? {} : { nameEn };
}

function namesOf(campus: Campus, device: Device): (string | undefined)[] {
  const identity = campus.live.facts(device.id)?.identity;
  return [
    device.name,
    device.id,
    ...device.addresses,
    identity?.sysName,
    identity?.serial,
    device.apName,
    apFactOf(campus, device)?.serial,
  ];
}

/** MACs of the device's interfaces, or of the access point; none when no MAC is looked for. */
function macsOf(campus: Campus, device: Device, hex: string): (string | undefined)[] {
  if (hex === "") return [];
  const macs = (campus.live.facts(device.id)?.interfaces ?? []).map((one) => one.mac);
  macs.push(apFactOf(campus, device)?.mac);
  return macs;
}

function apFactOf(campus: Campus, device: Device) {
  if (!isControllerAp(device)) return undefined;
  const key = apKey(device);
  return campus.live.facts(device.parent!)?.aps.find((one) => one.key === key);
}

/** The hex digits of what looks like at least three octets of a MAC in any notation, else "". */
function macDigits(text: string): string {
  const digits = text.replace(/[:.-]/g, "").toLowerCase();
  return /^[0-9a-f]{6,12}$/.test(digits) ? digits : "";
}
