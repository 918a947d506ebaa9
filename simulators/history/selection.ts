import { addModbusTruth } from "../modbus/maps.ts";
import { addBoardTruth } from "../mqtt/truth.ts";
import { AgentBuilder, type TruthEntry } from "../snmp/builder.ts";
import { addContents } from "../snmp/contents.ts";
import { addAccessPoint } from "../snmp/mib/wlan.ts";
import type { WorldDevice } from "../world/model.ts";
import type { World } from "../world/world.ts";

/** How often a series has a sample: every 5 minutes, every hour, or as the Wi-Fi's (see `WIFI_HOURS`). */
export type Pace = "slots" | "hours" | "wifi";

/** One series of the history: a function of time and where it lies. */
export interface Selected extends TruthEntry {
  readonly pace: Pace;
  /** Counters that a rate is made of, in the rate's quantity. */
  readonly rate?: string;
  /** UTC seconds in which there is something to tell; always where undefined. */
  readonly during?: (second: number) => boolean;
}

export interface SelectedDevice {
  readonly device: string;
  readonly series: readonly Selected[];
}

/** Quantities of the interface that a link is measured at. */
const OF_LINKS: Readonly<Record<string, { pace: Pace; rate?: string }>> = {
  "interface.in_octets": { pace: "slots", rate: "interface.in_rate" },
  "interface.out_octets": { pace: "slots", rate: "interface.out_rate" },
  "interface.oper_state": { pace: "slots" },
  "interface.speed": { pace: "hours" },
  "ip.in_octets": { pace: "slots" },
  "ip.out_octets": { pace: "slots" },
  "optics.rx_power": { pace: "hours" },
  "optics.tx_power": { pace: "hours" },
};

/** Quantities of the device at which links are measured. */
const OF_LINK_DEVICES: Readonly<Record<string, Pace>> = { "device.uptime": "slots" };

/** What a device counts as a whole matters where it counts nothing else. */
const OF_WHOLE_DEVICES: ReadonlySet<string> = new Set([
  "ip.in_octets",
  "ip.out_octets",
  "ip.in_forwarded",
  "ip.out_forwarded",
]);

const OF_WIFI: ReadonlySet<string> = new Set([
  "wifi.ap_state",
  "wifi.ap_clients",
  "wifi.radio_state",
  "wifi.radio_clients",
  "wifi.radio_use",
  "wifi.radio_signal",
]);

/** Of a controller as a whole, of boards, meters and room sensors. */
const HOURLY: ReadonlySet<string> = new Set([
  "wifi.aps_known",
  "wifi.aps_online",
  "board.power",
  "electric.active_power",
  "electric.import_energy",
]);

/** What month-long answers rest on, and no more: a sample of a history costs what a live one costs. */
export function selectHistory(world: World): SelectedDevice[] {
  const links = new Map<string, Set<string>>();
  for (const link of [...world.schools.flatMap((school) => school.links), ...world.site.links]) {
    const known = links.get(link.device);
    if (known) known.add(link.interface);
    else links.set(link.device, new Set([link.interface]));
  }
  // Devices of the schools come first: what the node carries is made of what was just asked of them.
  return [...world.devices.values()].map((device) => ({
    device: device.id,
    series: select(device, links.get(device.id)),
  }));
}

function select(device: WorldDevice, links: ReadonlySet<string> | undefined): Selected[] {
  if (device.protocol === "none") return [];
  const found: Selected[] = [];
  const core = links !== undefined || device.role === "core-switch" || device.role === "router";
  const polled = device.protocol !== "probe";
  const pace: Pace = core ? "slots" : "hours";
  // A board that never spoke is not known to be off.
  if (polled && !(device.silent && device.protocol === "mqtt"))
    found.push({ quantity: "device.up", tags: {}, at: () => (device.silent ? 0 : 1), pace });
  if (core) found.push({ quantity: "probe.reachable", tags: { family: "ipv4" }, at: () => 1, pace });
  if (device.silent) return found;
  const builder = new AgentBuilder("truth");
  addContents(builder, device);
  addModbusTruth(builder, device);
  if (device.body.kind === "board") addBoardTruth(builder, device.body.board);
  for (const entry of builder.truths()) {
    const { quantity, tags } = entry;
    const ofLink = OF_LINKS[quantity];
    if (ofLink && tags["interface"] !== undefined && links?.has(tags["interface"]))
      found.push({ ...entry, ...ofLink });
    else if (links && OF_LINK_DEVICES[quantity]) found.push({ ...entry, pace: OF_LINK_DEVICES[quantity] });
    else if (links && countsItself(device) && OF_WHOLE_DEVICES.has(quantity))
      found.push({ ...entry, pace: "slots" });
    else if (
      (HOURLY.has(quantity) && (tags["phase"] ?? "total") === "total") ||
      (device.role === "sensor" && quantity === "sensor.temperature")
    )
      found.push({ ...entry, pace: "hours" });
    else if (quantity === "wifi.clients" && Object.keys(tags).length === 0)
      found.push({ ...entry, pace: "hours" });
  }
  if (device.body.kind === "controller")
    for (const ap of device.body.wifi.aps) {
      const own = new AgentBuilder("truth");
      addAccessPoint(own, ap);
      for (const entry of own.truths())
        if (OF_WIFI.has(entry.quantity))
          found.push({ ...entry, pace: "wifi", during: (second) => ap.listed(second) });
    }
  return found;
}

function countsItself({ body }: WorldDevice): boolean {
  return body.kind === "switch" && body.switch.counters === "control-plane";
}
