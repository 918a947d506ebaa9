import type { Place } from "../../inventory/model.ts";
import type { Ways } from "../../topology/ways.ts";
import type { Caller } from "../access.ts";
import { CORE_ROLES, type Finding, reasonsOf, type Severity, SINGLE_UPLINK, stateOf } from "../rules.ts";
import type { DeviceRow, Reason, SchoolRow, SchoolView } from "../schemas/campus.ts";
import { type DeviceSight, seeDevice } from "./device-row.ts";
import { schoolAps, schoolClients, schoolPower } from "./figures.ts";
import { type LinkSight, seeLink } from "./link.ts";
import { regionTrail } from "./region.ts";
import { type RoomSight, seeRoom } from "./room.ts";
import { roomPorts } from "./room-port.ts";
import { later, type Sight } from "./sight.ts";

/** All that is judged of one school, or site, at one instant. */
export interface SchoolSight {
  readonly school: Place;
  readonly row: SchoolRow;
  readonly devices: ReadonlyMap<string, DeviceSight>;
  /** By room path. */
  readonly rooms: ReadonlyMap<string, RoomSight>;
  readonly links: readonly LinkSight[];
}

/** Judges a school: its devices, then what is made of them. */
export function seeSchool(sight: Sight, school: Place): SchoolSight {
  const { inventory } = sight;
  const devices = new Map<string, DeviceSight>();
  for (const device of inventory.devicesOf(school.id))
    devices.set(device.id, seeDevice(sight, school, device));
  const links = inventory
    .linksOf(school.id)
    .map((link) => seeLink(sight, school, link, devices.get(link.device)));
  const rooms = seeRooms(sight, school, devices);
  return { school, devices, rooms, links, row: rowOf(sight, school, [...devices.values()], rooms, links) };
}

/** The page of a school, as its devices and rooms were judged. */
export function schoolView(sight: Sight, caller: Caller, seen: SchoolSight): SchoolView {
  const { inventory } = sight;
  const portOf = roomPorts(sight, seen.devices);
  const buildings = [...new Set(inventory.roomsOf(seen.school.id).map((room) => room.building))];
  return {
    school: seen.row,
    region: regionTrail(inventory, caller, seen.school.region),
    at: sight.now,
    buildings: buildings.map((id) => ({
      id,
      name: inventory.buildings.get(`${seen.school.id}/${id}`)?.name ?? id,
    })),
    rooms: [...seen.rooms.values()].map(({ view }) =>
      view.state === "good" ? view : { ...view, port: portOf(view) },
    ),
    devices: [...seen.devices.values()].map((device) => device.row),
    links: seen.links.map((link) => link.view),
  };
}

function seeRooms(
  sight: Sight,
  school: Place,
  devices: ReadonlyMap<string, DeviceSight>,
): Map<string, RoomSight> {
  const standing = new Map<string, DeviceSight[]>();
  const serving = new Map<string, DeviceSight[]>();
  for (const one of devices.values()) {
    const { building, room, serves } = one.device;
    if (building !== undefined && room !== undefined) push(standing, `${building}/${room}`, one);
    for (const served of serves ?? []) push(serving, served, one);
  }
  const rooms = new Map<string, RoomSight>();
  for (const room of sight.inventory.roomsOf(school.id)) {
    const key = `${room.building}/${room.id}`;
    const building = sight.inventory.buildings.get(`${school.id}/${room.building}`);
    rooms.set(room.path, seeRoom(sight, room, building, standing.get(key) ?? [], serving.get(key) ?? []));
  }
  return rooms;
}

function push(map: Map<string, DeviceSight[]>, key: string, one: DeviceSight): void {
  const list = map.get(key);
  if (list) list.push(one);
  else map.set(key, [one]);
}

function rowOf(
  sight: Sight,
  school: Place,
  devices: readonly DeviceSight[],
  rooms: ReadonlyMap<string, RoomSight>,
  links: readonly LinkSight[],
): SchoolRow {
  const aps = schoolAps(sight, devices);
  const findings = schoolFindings(school, devices, links, aps.offline);
  if (links.length > 1) findings.push(...lostWays(school, sight.ways(school.id)));
  const uplink = links.find((one) => one.link.role === "uplink") ?? links.find(isOutward);
  const counted = { total: 0, ready: 0, unknown: 0 };
  for (const room of rooms.values()) {
    counted.total++;
    if (room.readiness === "ready") counted.ready++;
    else if (room.readiness === "unknown") counted.unknown++;
  }
  return {
    id: school.id,
    path: school.path,
    name: school.name,
    ...(school.nameEn === undefined ? {} : { nameEn: school.nameEn }),
    kind: school.kind,
    setting: school.setting ?? "",
    students: school.students ?? null,
    state: stateOf(findings),
    reasons: reasonsOf(findings),
    devices: countDevices(devices.map((one) => one.row)),
    rooms: counted,
    aps: { known: aps.known, online: aps.online },
    clients: schoolClients(sight, devices),
    power: schoolPower(sight, devices),
    uplink: uplink?.view ?? null,
    at: devices.reduce<number | null>((at, one) => later(at, one.row.at), null),
  };
}

function isOutward(one: LinkSight): boolean {
  return one.link.role === "backbone" || one.link.role === "backup-uplink";
}

/** How many devices answer. */
export function countDevices(rows: readonly DeviceRow[]): SchoolRow["devices"] {
  const counts = { total: rows.length, up: 0, down: 0, unknown: 0 };
  for (const row of rows) counts[row.up]++;
  return counts;
}

/** What the school is judged by: the worst of its links and devices, weighed by what the school loses. */
function schoolFindings(
  school: Place,
  devices: readonly DeviceSight[],
  links: readonly LinkSight[],
  apsOffline: number,
): Finding[] {
  const findings: Finding[] = [];
  const carriers = new Set<string>();
  let measuredLinks = 0;
  for (const one of links) {
    measuredLinks++;
    const carries = one.link.role === "uplink" || one.link.role === "backbone";
    if (carries) carriers.add(one.link.device);
    for (const finding of one.findings) {
      // A device that is down says so itself.
      if (finding.reason.code === "device-down") continue;
      findings.push(carries ? finding : lighter(finding));
    }
  }
  let measured = 0;
  let unknown = 0;
  for (const one of devices) {
    if (!one.measured) continue;
    measured++;
    if (one.row.up === "down") {
      if (one.device.role === "access-point" && apsOffline > 1) continue;
      const vital = CORE_ROLES.has(one.device.role) || carriers.has(one.device.id);
      findings.push(...(vital ? one.findings : one.findings.map(lighter)));
    } else if (one.row.state === "unknown") unknown++;
    else findings.push(...one.findings);
  }
  if (apsOffline > 1)
    findings.push({ severity: "watch", reason: { code: "aps-offline", value: apsOffline } });
  const name = school.name;
  if (measured + measuredLinks === 0 || (measured > 0 && unknown === measured))
    findings.push({ severity: "unknown", reason: { code: "no-data", subject: school.id, name } });
  else if (unknown > 0)
    findings.push({ severity: "unknown", reason: { code: "device-unknown", value: unknown } });
  return findings;
}

/**
 * A place that is built with several ways up and has one left is to be watched: the next fault cuts it off. One that
 * has a single way by its register is not worse for that: the backbone's page lists it.
 */
export function lostWays(place: { readonly id: string; readonly name: string }, ways: Ways): Finding[] {
  if (ways.registered < 2 || ways.possible !== 1 || ways.up !== 1) return [];
  const reason: Reason = { code: "uplink-single", subject: place.id, name: place.name, value: ways.up };
  return [{ severity: SINGLE_UPLINK.lost, reason }];
}

function lighter(finding: Finding): Finding {
  const severity: Severity = finding.severity === "bad" ? "watch" : finding.severity;
  return { severity, reason: finding.reason };
}
