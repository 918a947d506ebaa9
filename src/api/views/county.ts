import type { Region } from "../../inventory/model.ts";
import type { Caller } from "../access.ts";
import { byCodePoint, byTrouble } from "../rules.ts";
import type { CountyView, LinkView, SchoolRow } from "../schemas/campus.ts";
import { regionView } from "./region.ts";
import type { SchoolSight } from "./school.ts";
import { plus, type Sight } from "./sight.ts";

/** The page of a county (or of the city or province above it): its schools, sorted by trouble, and its links. */
export function countyView(
  sight: Sight,
  caller: Caller,
  region: Region,
  schools: readonly SchoolSight[],
): CountyView {
  const rows = sortByTrouble(schools.map((one) => one.row));
  const links = schools.flatMap((one) => one.links.map((link) => link.view));
  links.sort(
    (a, b) => byTrouble(a.state, b.state) || (b.use ?? -1) - (a.use ?? -1) || byCodePoint(a.id, b.id),
  );
  return {
    region: regionView(sight.inventory, caller, region),
    at: sight.now,
    totals: totalsOf(rows, links),
    schools: rows,
    links,
  };
}

/** bad, watch, unknown, good; then by name. Sorts in place. */
export function sortByTrouble(rows: SchoolRow[]): SchoolRow[] {
  return rows.sort(
    (a, b) => byTrouble(a.state, b.state) || byCodePoint(a.name, b.name) || byCodePoint(a.id, b.id),
  );
}

function totalsOf(rows: readonly SchoolRow[], links: readonly LinkView[]): CountyView["totals"] {
  const schools = { total: rows.length, good: 0, watch: 0, bad: 0, unknown: 0 };
  const devices = { total: 0, up: 0, down: 0, unknown: 0 };
  const rooms = { total: 0, ready: 0, unknown: 0 };
  const aps = { known: 0, online: 0 };
  let clients: number | null = null;
  let power: number | null = null;
  for (const row of rows) {
    schools[row.state]++;
    devices.total += row.devices.total;
    devices.up += row.devices.up;
    devices.down += row.devices.down;
    devices.unknown += row.devices.unknown;
    rooms.total += row.rooms.total;
    rooms.ready += row.rooms.ready;
    rooms.unknown += row.rooms.unknown;
    aps.known += row.aps.known;
    aps.online += row.aps.online;
    clients = plus(clients, row.clients);
    power = plus(power, row.power);
  }
  let inRate: number | null = null;
  let outRate: number | null = null;
  for (const link of links) {
    if (link.role !== "uplink" && link.role !== "backup-uplink") continue;
    inRate = plus(inRate, link.inRate);
    outRate = plus(outRate, link.outRate);
  }
  return { schools, devices, rooms, aps, clients, inRate, outRate, power };
}
