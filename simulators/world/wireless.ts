import { chassisGauges, opticGauges } from "../behaviour/chassis.ts";
import { Share } from "../behaviour/flow.ts";
import { Port } from "../behaviour/port.ts";
import { AccessPoint, Controller } from "../behaviour/wifi.ts";
import { LAST_OCTET, loopbackAddress, macOf, storyAddress, storyAddress6 } from "./addresses.ts";
import type { Room, SwitchBody, WorldDevice } from "./model.ts";
import type { Network } from "./network.ts";
import type { Endpoint } from "./network-plan.ts";
import { ROLLOUT_SECONDS, type WifiStory } from "./story.ts";
import { identity, serial } from "./switch-body.ts";
import { base, localDate, type SchoolPlan } from "./things.ts";

const AP_MODEL = "AirEngine5761-21";
const AC_MODEL = "AC6508";
const FIRST_AP_OCTET = 100;
const UNUSED_PORTS = 4;
/** The first ones are where a visitor looks for what works. */
const FIRST_TROUBLED = 5;
const FIRST_STRANGER_OCTET = 140;
/** Stations of a crowded access point when the place is full: more than 50 on its second radio. */
const CROWD = 112;

interface Placed {
  readonly ap: AccessPoint;
  /** Local date, of those that were put up in the roll-out. */
  readonly installed?: string;
}

export interface Spot {
  readonly room: Room;
  readonly serves: readonly Room[];
}

/** Access points: one a room while there are enough, the last ones serve two; or no room is shared. */
export function spots(rooms: readonly Room[], count: number, gaps: boolean): Spot[] {
  const shared = gaps ? 0 : Math.max(0, rooms.length - count);
  const result: Spot[] = [];
  for (let i = 0, n = 0; i < rooms.length && n < count; n++) {
    const two = count - n <= shared && i + 1 < rooms.length;
    result.push({ room: rooms[i]!, serves: two ? [rooms[i]!, rooms[i + 1]!] : [rooms[i]!] });
    i += two ? 2 : 1;
  }
  return result;
}

export function apName(spot: Spot): string {
  return `AP-${spot.room.building.toUpperCase()}${spot.room.id}`;
}

/** What an access point is to the switch it hangs on. */
export function apEndpoint(plan: SchoolPlan, spot: Spot, n: number): Endpoint {
  return {
    label: `${spot.room.name}-无线AP`,
    busy: plan.profiles.lessons,
    weight: spot.serves.length,
    upShare: 0.17,
    poeWatts: 12.4,
    mac: macOf(plan.seed, `${plan.id}/${apName(spot)}`),
    lldpName: apName(spot),
    last: FIRST_AP_OCTET + n,
  };
}

export function createWireless(
  plan: SchoolPlan,
  network: Network,
  list: readonly Spot[],
  acEndpoint: Endpoint,
  story: WifiStory,
  offline: number,
  overIpv6: boolean,
  alias: (text: string) => Uint8Array,
): WorldDevice[] {
  const controllerId = `${plan.id}-ac`;
  const fresh = Math.round(list.length * story.rollout.share);
  const registered = list.map((spot, n): Placed => {
    const end = apEndpoint(plan, spot, n);
    const flow = network.flows.get(end.label)!;
    const seed = plan.seed.of(`ap/${end.lldpName}`);
    const seats = spot.serves.reduce((sum, room) => sum + room.seats, 0) * seed.between("share", 0.35, 0.7);
    // The last ones were put up last, one after the other.
    const order = n - (list.length - fresh);
    const from =
      order < 0
        ? Number.NEGATIVE_INFINITY
        : plan.anchor -
          story.rollout.endedDays * 86_400 -
          Math.round(ROLLOUT_SECONDS * (1 - (order + 0.5) / fresh));
    const planned = n >= list.length - story.planned;
    const hidden = n >= FIRST_TROUBLED && n < FIRST_TROUBLED + story.hidden;
    const crowded = n >= 1 && n < 1 + story.crowded;
    const ap = new AccessPoint(
      {
        name: apName(spot),
        mac: end.mac,
        serial: serial(plan.seed, end.label),
        model: AP_MODEL,
        version: "V200R022C10SPC500",
        address: storyAddress(plan.index, 2, end.last),
        address6: storyAddress6(plan.index, 2, end.last),
        offline: n >= FIRST_TROUBLED && n < FIRST_TROUBLED + offline,
        lostAt: plan.anchor - 20 * 3600,
        from: planned ? Number.POSITIVE_INFINITY : from,
        ...(hidden ? { hiddenFrom: plan.anchor - 2 * 86_400 } : {}),
        since: Math.max(from, plan.epoch - seed.int("up", 86400, 60 * 86400)),
        weak: n >= 2 && n < 2 + story.weak,
        seats: Math.round(crowded ? CROWD : seats),
        busy: plan.profiles.lessons,
        up: flow.up,
        down: flow.down,
      },
      seed,
    );
    return { ap, ...(order < 0 ? {} : { installed: localDate(from) }) };
  });
  // Somebody put them up and told the controller, and nobody the register.
  const strangers = Array.from({ length: story.strangers }, (_, n) => {
    const name = `AP-TEMP${n + 1}`;
    const seed = plan.seed.of(`ap/${name}`);
    const like = registered[n]!.ap.plan;
    return new AccessPoint(
      {
        ...like,
        name,
        mac: macOf(plan.seed, `${plan.id}/${name}`),
        serial: serial(plan.seed, name),
        address: storyAddress(plan.index, 2, FIRST_STRANGER_OCTET + n),
        address6: storyAddress6(plan.index, 2, FIRST_STRANGER_OCTET + n),
        offline: false,
        seats: 12,
        up: new Share(like.up, 0.2),
        down: new Share(like.down, 0.2),
      },
      seed,
    );
  });
  const aps = [...registered.map(({ ap }) => ap), ...strangers];
  const controller: WorldDevice = {
    ...base(plan, controllerId),
    role: "wifi-controller",
    name: "无线控制器",
    vendor: "Huawei",
    model: AC_MODEL,
    protocol: "snmp",
    address: loopbackAddress(plan.baseOctet, plan.index, LAST_OCTET.controller),
    building: "bg",
    room: "101",
    body: {
      kind: "controller",
      switch: controllerBody(plan, network, acEndpoint, controllerId, overIpv6, alias),
      wifi: new Controller(aps, plan.profiles),
      anchor: plan.anchor,
    },
  };
  const devices = list.map((spot, n): WorldDevice => {
    const id = `${plan.id}-ap-${spot.room.building}${spot.room.id}`;
    return {
      ...base(plan, id),
      role: "access-point",
      name: `${spot.room.name}无线AP`,
      vendor: "Huawei",
      model: AP_MODEL,
      protocol: "none",
      building: spot.room.building,
      room: spot.room.id,
      serves: spot.serves.map((room) => `${room.building}/${room.id}`),
      parent: controllerId,
      apName: apName(spot),
      ...(registered[n]!.installed === undefined ? {} : { installed: registered[n]!.installed }),
      body: { kind: "ap", ap: registered[n]!.ap },
    };
  });
  return [controller, ...devices];
}

function controllerBody(
  plan: SchoolPlan,
  network: Network,
  end: Endpoint,
  id: string,
  overIpv6: boolean,
  alias: (text: string) => Uint8Array,
): SwitchBody {
  const since = plan.epoch - plan.seed.int(`up/${id}`, 5 * 86400, 150 * 86400);
  const flow = network.flows.get(end.label)!;
  const plain = {
    type: 6,
    mega: 1000,
    mac: end.mac,
    adminUp: true,
    since,
    inErrorRate: 0,
    outDiscardRate: 0,
    packetSize: 720,
    routed: false,
    v6Share: 0,
  } as const;
  const uplink = new Port({
    ...plain,
    ifIndex: 6,
    name: "GigabitEthernet0/0/1",
    descr: "GigabitEthernet0/0/1",
    alias: alias("上联-核心1"),
    operUp: true,
    in: flow.down,
    out: flow.up,
    optic: true,
  });
  const unused = Array.from({ length: UNUSED_PORTS }, (_, i) => {
    const name = `GigabitEthernet0/0/${i + 2}`;
    const still = { at: () => 0 };
    return new Port({
      ...plain,
      ifIndex: 7 + i,
      name,
      descr: name,
      alias: alias(""),
      operUp: false,
      in: still,
      out: still,
      optic: false,
    });
  });
  const core = network.cores[0]!;
  return {
    family: "vrp",
    identity: identity(
      plan.seed,
      id,
      "1.3.6.1.4.1.2011.2.240.17",
      `Huawei ${AC_MODEL}\r\nHuawei Versatile Routing Platform Software\r\nVRP (R) software,Version 5.170 (${AC_MODEL} V200R022C10SPC500)\r\nCopyright (C) 2011-2022 Huawei Technologies Co., Ltd`,
      plan.location,
      since,
      6,
    ),
    chassisName: "AC6508 Board 0",
    model: AC_MODEL,
    serial: serial(plan.seed, id),
    version: "V200R022C10SPC500",
    mac: end.mac,
    ports: [uplink, ...unused],
    chassis: chassisGauges(plan.seed.of(`chassis/${id}`), since, plan.profiles.lessons),
    optics: new Map([[6, opticGauges(plan.seed.of(`optic/${id}`), false)]]),
    neighbors: [
      {
        ifIndex: 6,
        chassis: core.mac,
        portId: core.ports[3]!.plan.name,
        portDescr: "无线控制器",
        sysName: core.identity.sysName,
        sysDescr: core.identity.sysDescr,
        address: loopbackAddress(plan.baseOctet, plan.index, LAST_OCTET.core),
      },
    ],
    addresses: [
      { ifIndex: 6, octets: storyAddress(plan.index, 0, LAST_OCTET.controller), prefixLength: 24 },
      ...(overIpv6
        ? [{ ifIndex: 6, octets: storyAddress6(plan.index, 0, LAST_OCTET.controller), prefixLength: 64 }]
        : []),
    ],
    hosts: [],
    vlans: [
      { id: 1, name: "default" },
      { id: 30, name: "WLAN" },
    ],
    routed: [],
    counters: "interfaces",
    advertised: [],
  };
}
