import type { UnitName } from "../measurements/units.ts";

/**
 * The closed list of indicators: what targets are made of. Shares are 0..1 (`ratio`), levels and numbers are
 * `count`. The defaults of their definitions are in `docs/targets.md`, with their sources.
 */
export interface Indicator {
  readonly id: string;
  readonly kind: "share" | "number" | "level";
  readonly unit: UnitName;
  readonly meaning: string;
  readonly maker: "bandwidth" | "ipv6" | "wifi" | "operation" | "sites" | "declared";
}

const list = {
  // bandwidth: uplinks of the school (roles uplink, backup-uplink)
  "uplink.answering": [
    "share",
    "ratio",
    "bandwidth",
    "5-minute slots in which an uplink was up and the school answered",
  ],
  "uplink.count": ["number", "count", "bandwidth", "uplinks that were up"],
  "uplink.speed": ["number", "bit/s", "bandwidth", "line rate of the fastest uplink"],
  "uplink.p95_share": [
    "share",
    "ratio",
    "bandwidth",
    "95th percentile of the larger direction over the contract",
  ],
  "uplink.mbps_per_class": ["number", "count", "bandwidth", "contracted Mbit/s a class"],
  "classroom.port_100m": [
    "share",
    "ratio",
    "bandwidth",
    "classroom ports that negotiated 100 Mbit/s or more",
  ],
  // ipv6
  "ipv6.level": ["level", "count", "ipv6", "step of the ladder, 0 to 5"],
  "ipv6.octet_share": ["share", "ratio", "ipv6", "octets of IPv6 among the octets of the uplink"],
  "ipv6.active_terminals": [
    "share",
    "ratio",
    "ipv6",
    "terminals with a global IPv6 neighbour entry among terminals seen",
  ],
  "ipv6.dual_stack_vlans": ["share", "ratio", "ipv6", "user networks with IPv4 and a routed IPv6 prefix"],
  // wifi: rooms of the register that need coverage
  "wifi.presence": ["share", "ratio", "wifi", "rooms with an access point assigned"],
  "wifi.service": ["share", "ratio", "wifi", "access point slots of term hours in which it served"],
  "wifi.signal": ["share", "ratio", "wifi", "rooms whose clients were heard well enough"],
  "wifi.capacity": ["share", "ratio", "wifi", "radios with airtime and clients within the limits"],
  // operation
  availability: ["share", "ratio", "operation", "minutes of term hours in which the school's core answered"],
  "devices.managed": ["share", "ratio", "operation", "devices polled among devices seen"],
  "devices.fresh": ["share", "ratio", "operation", "registered devices with data of the last seven days"],
  "devices.old": ["share", "ratio", "operation", "devices installed more than eight years ago"],
  "classroom.boards": ["share", "ratio", "operation", "classrooms with a board that answered"],
  "building.sensing": [
    "share",
    "ratio",
    "operation",
    "buildings with an environment and a power point that answered",
  ],
  "snmpv3.devices": [
    "share",
    "ratio",
    "operation",
    "SNMP devices that are read with authentication and privacy",
  ],
  "power.night_ratio": ["share", "ratio", "operation", "mean power of 22:00 to 06:00 over that of the day"],
  "feed.hours": ["share", "ratio", "operation", "hours with at least one sample of the school"],
  // declared: imported with a source and a date
  "sites.ipv6": ["share", "ratio", "sites", "web sites of the school that are ready for IPv6"],
  "declared.5g": ["share", "ratio", "declared", "5G signal, from the operators' list"],
  "declared.accepted": ["share", "ratio", "declared", "smart campus accepted by the authority"],
  "declared.certified": ["share", "ratio", "declared", "certified share of the security staff"],
  "declared.edu_path": ["share", "ratio", "declared", "uplink stays inside the education network"],
  "declared.spaces": ["number", "count", "declared", "accepted new teaching spaces"],
  "declared.backbone": ["share", "ratio", "declared", "city's node is joined to the province's backbone"],
  "declared.site_ipv6": ["share", "ratio", "declared", "web sites of the school pass the audit over IPv6"],
  "declared.exam_ready": ["share", "ratio", "declared", "exam rooms that passed the check before the exam"],
  "declared.protection": [
    "share",
    "ratio",
    "declared",
    "systems with a filed protection level and a valid test",
  ],
  "declared.response": ["share", "ratio", "declared", "faults repaired within the agreed time"],
  "declared.renewal": ["share", "ratio", "declared", "outdated equipment that was renewed"],
} as const satisfies Record<string, readonly [Indicator["kind"], UnitName, Indicator["maker"], string]>;

export type IndicatorId = keyof typeof list;

export const INDICATORS: ReadonlyMap<IndicatorId, Indicator> = new Map(
  (Object.keys(list) as IndicatorId[]).map((id) => {
    const [kind, unit, maker, meaning] = list[id];
    return [id, Object.freeze({ id, kind, unit, maker, meaning })];
  }),
);
