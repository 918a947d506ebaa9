import type { DeviceFacts } from "../../inventory/facts.ts";
import { STATUS, STATUS_NAMES } from "../../measurements/status.ts";
import { UNITS } from "../../measurements/units.ts";
import type { Caller } from "../access.ts";
import { THRESHOLDS, worse } from "../rules.ts";
import type { DeviceRow, DeviceView, ReadingView } from "../schemas/campus.ts";
import { apKey, type DeviceSight, isControllerAp } from "./device-row.ts";
import { interfaceViews } from "./interfaces.ts";
import type { LinkSight } from "./link.ts";
import { regionTrail } from "./region.ts";
import type { SchoolSight } from "./school.ts";
import { firstOf, type Sight } from "./sight.ts";

/** A page shows at most so many readings; a controller can have tens of thousands. */
const MOST_READINGS = 2000;

/** Tags that say where a device is; the page says that once, above. */
const PLACE_TAGS: ReadonlySet<string> = new Set(["province", "city", "county", "school", "building", "role"]);

/** The page of a device. */
export function deviceView(sight: Sight, caller: Caller, seen: SchoolSight, one: DeviceSight): DeviceView {
  const { device } = one;
  const facts = sight.facts(device.id);
  const identity = facts?.identity;
  const ap = isControllerAp(device) ? apFact(sight, device.parent!, apKey(device)) : undefined;
  const { school } = seen;
  return {
    device: withLinks(one.row, seen.links),
    school: {
      id: school.id,
      name: school.name,
      ...(school.nameEn === undefined ? {} : { nameEn: school.nameEn }),
    },
    region: regionTrail(sight.inventory, caller, school.region),
    at: sight.now,
    identity: {
      sysName: identity?.sysName ?? ap?.name ?? null,
      sysDescr: identity?.sysDescr ?? null,
      sysObjectID: identity?.sysObjectID ?? null,
      profile: identity?.profile ?? device.profile ?? null,
      vendor: identity?.vendor ?? device.vendor ?? null,
      os: identity?.os ?? null,
      model: identity?.model ?? ap?.model ?? device.model ?? null,
      version: identity?.version ?? ap?.version ?? null,
      serial: identity?.serial ?? ap?.serial ?? null,
    },
    uptime: firstOf(sight, one.series, "device.uptime") ?? firstOf(sight, one.series, "wifi.ap_uptime"),
    interfaces: interfaceViews(sight, facts, one.series),
    readings: readings(sight, seen, one),
    addresses: addresses(facts, ap),
    neighbors: (facts?.neighbors ?? []).map((neighbor) => ({
      protocol: neighbor.protocol,
      interface: interfaceName(facts, neighbor.ifIndex),
      remoteName: neighbor.remoteName ?? neighbor.remoteChassis ?? neighbor.remoteAddress ?? null,
      remotePort: neighbor.remotePort ?? null,
    })),
  };
}

/** The row with the troubles of the links that are measured at the device: its page is where people look for them. */
function withLinks(row: DeviceRow, links: readonly LinkSight[]): DeviceRow {
  const own = links.filter((one) => one.link.device === row.id && row.up === "up").map((one) => one.view);
  const bad = own.filter((link) => link.state === "bad" || link.state === "watch");
  if (bad.length === 0) return row;
  return {
    ...row,
    state: bad.reduce((state, link) => worse(state, link.state), row.state),
    reasons: [...bad.flatMap((link) => link.reasons), ...row.reasons].slice(0, THRESHOLDS.reasons),
  };
}

function apFact(sight: Sight, controller: string, key: string): DeviceFacts["aps"][number] | undefined {
  return sight.facts(controller)?.aps.find((one) => one.key === key);
}

function addresses(
  facts: DeviceFacts | undefined,
  ap: DeviceFacts["aps"][number] | undefined,
): DeviceView["addresses"] {
  const found = (facts?.addresses ?? []).map((one) => ({
    address: one.address,
    prefixLength: one.prefixLength ?? null,
    interface: interfaceName(facts, one.ifIndex),
  }));
  for (const address of [ap?.address, ap?.address6])
    if (address !== undefined) found.push({ address, prefixLength: null, interface: null });
  return found;
}

function interfaceName(facts: DeviceFacts | undefined, ifIndex: number | undefined): string | null {
  if (ifIndex === undefined) return null;
  const found = facts?.interfaces.find((one) => one.ifIndex === ifIndex);
  return found === undefined ? null : (found.name ?? found.descr ?? found.key);
}

/** Newest samples, by quantity and tags; of a controller also those of access points nobody entered. */
function readings(sight: Sight, seen: SchoolSight, one: DeviceSight): ReadingView[] {
  const found: ReadingView[] = [];
  const take = (byQuantity: ReadonlyMap<string, readonly number[]> | undefined): void => {
    for (const [quantityId, numbers] of byQuantity ?? []) {
      if (quantityId.startsWith("interface.")) continue;
      for (const number of numbers) {
        if (found.length >= MOST_READINGS) return;
        const reading = readingOf(sight, number);
        if (reading) found.push(reading);
      }
    }
  };
  take(one.series?.byQuantity);
  if (one.device.role === "wifi-controller") {
    const entered = new Set<string>();
    for (const other of seen.devices.values())
      if (other.device.parent === one.device.id) entered.add(apKey(other.device));
    for (const [ap, series] of sight.index.aps(one.device.id)) if (!entered.has(ap)) take(series.byQuantity);
  }
  return found;
}

function readingOf(sight: Sight, number: number): ReadingView | undefined {
  const at = sight.latest.time(number);
  if (at <= 0) return undefined;
  const { quantity, tags } = sight.table.key(number);
  const status = sight.latest.status(number);
  const value = sight.latest.value(number);
  const good = status === STATUS.ok && Number.isFinite(value);
  const shown: Record<string, string> = {};
  const legend = good ? sight.table.legend(number) : undefined;
  for (const [key, text] of Object.entries(tags)) if (!PLACE_TAGS.has(key)) shown[key] = text;
  return {
    quantity: quantity.id,
    tags: shown,
    unit: UNITS[quantity.unit].symbol,
    value: good ? value : null,
    text: good ? (quantity.states?.[value] ?? legend?.names.get(value) ?? null) : null,
    meaning: legend?.meanings.get(value) ?? null,
    status: STATUS_NAMES[status] ?? "absent",
    at,
  };
}
