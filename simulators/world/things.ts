import { Board } from "../behaviour/board.ts";
import { Meter, type MeterModel } from "../behaviour/meter.ts";
import { Port } from "../behaviour/port.ts";
import type { Profiles } from "../behaviour/profile.ts";
import { RoomSensor } from "../behaviour/room.ts";
import { serverGauges } from "../behaviour/server.ts";
import { upsGauges } from "../behaviour/ups.ts";
import {
  LAST_OCTET,
  loopbackAddress,
  macOf,
  macText,
  storyAddress,
  storyAddress6,
  text4,
  text6,
} from "./addresses.ts";
import type { Room, WorldDevice } from "./model.ts";
import type { Network } from "./network.ts";
import type { Endpoint } from "./network-plan.ts";
import type { Seed } from "./seed.ts";
import { identity } from "./switch-body.ts";

/** What the makers of devices need to know of their school. */
export interface SchoolPlan {
  readonly index: number;
  readonly id: string;
  readonly location: string;
  readonly baseOctet: number;
  /** UTC seconds. */
  readonly epoch: number;
  /** UTC second from which the story is told back: what began ten days ago began ten days before it. */
  readonly anchor: number;
  readonly profiles: Profiles;
  readonly seed: Seed;
}

const MACHINE_ROOM = { building: "bg", room: "101" } as const;

function installed(seed: Seed, id: string): string {
  const year = seed.int(`year/${id}`, 2017, 2025);
  const month = seed.int(`month/${id}`, 1, 12);
  return `${year}-${String(month).padStart(2, "0")}-15`;
}

export function base(
  plan: SchoolPlan,
  id: string,
): Pick<WorldDevice, "id" | "school" | "installed" | "silent"> {
  return { id, school: plan.id, installed: installed(plan.seed, id), silent: false };
}

/** The local date of a UTC second. */
export function localDate(second: number): string {
  return new Date((second + 8 * 3600) * 1000).toISOString().slice(0, 10);
}

export function gatewayId(plan: SchoolPlan): string {
  return `${plan.id}-gw`;
}

/** The school's IoT gateway: Modbus TCP in front of the buses, MQTT for the boards. */
export function createGateway(plan: SchoolPlan): WorldDevice {
  return {
    ...base(plan, gatewayId(plan)),
    role: "gateway",
    name: "物联网网关",
    vendor: "Qinghe",
    model: "GW-8",
    protocol: "probe",
    address: loopbackAddress(plan.baseOctet, plan.index, LAST_OCTET.gateway),
    ...MACHINE_ROOM,
    body: { kind: "gateway" },
  };
}

export function boardId(plan: SchoolPlan, room: Room): string {
  return `${plan.id}-board-${room.building}${room.id}`;
}

/** A smart board in each of the first classrooms. */
export function createBoards(plan: SchoolPlan, rooms: readonly Room[], silent: number): WorldDevice[] {
  return rooms.map((room, i): WorldDevice => {
    const id = boardId(plan, room);
    return {
      ...base(plan, id),
      role: "board",
      name: `${room.name}智慧黑板`,
      vendor: "Qinghe",
      model: "IWB-86",
      protocol: "mqtt",
      building: room.building,
      room: room.id,
      parent: gatewayId(plan),
      // The fourth room and on: the first ones are where a visitor looks for what works.
      silent: i >= 3 && i < 3 + silent,
      body: {
        kind: "board",
        board: new Board(
          {
            mac: macText(macOf(plan.seed, id)),
            address: text4(storyAddress(plan.index, 1, 10 + i)),
            address6: text6(storyAddress6(plan.index, 1, 10 + i)),
            firmware: "3.2.17",
            lessons: plan.profiles.lessons,
            since: plan.epoch,
          },
          plan.seed.of(`board/${id}`),
        ),
      },
    };
  });
}

interface MeterSpot {
  readonly model: MeterModel;
  readonly name: string;
  readonly building: string;
  readonly peakWatts: number;
  readonly feedsIn: boolean;
  readonly currentRatio: number;
}

/** All are connected directly (an ADL400 takes 80 A): what their terminals carry is what flows. */
const METER_SPOTS: readonly MeterSpot[] = [
  { model: "SDM630", name: "教学楼总表", building: "jx", peakWatts: 42_000, feedsIn: false, currentRatio: 1 },
  { model: "DDSU666", name: "机房电表", building: "bg", peakWatts: 5_200, feedsIn: false, currentRatio: 1 },
  {
    model: "ADL400",
    name: "综合楼总表",
    building: "bg",
    peakWatts: 34_000,
    feedsIn: false,
    currentRatio: 1,
  },
  { model: "ADL400", name: "屋顶光伏", building: "sy", peakWatts: 30_000, feedsIn: true, currentRatio: 1 },
];

const METER_VENDOR: Readonly<Record<MeterModel, string>> = {
  SDM630: "Eastron",
  DDSU666: "Chint",
  ADL400: "Acrel",
};

/** Unit ids behind the gateway: meters from 1, room sensors from 11. */
const FIRST_SENSOR_UNIT = 11;

export function createMeters(plan: SchoolPlan, count: number): WorldDevice[] {
  return METER_SPOTS.slice(0, count).map((spot, i): WorldDevice => {
    const id = `${plan.id}-meter${i + 1}`;
    const busy = spot.feedsIn
      ? plan.profiles.sun
      : spot.model === "DDSU666"
        ? plan.profiles.steady
        : plan.profiles.lessons;
    return {
      ...base(plan, id),
      role: "meter",
      name: spot.name,
      vendor: METER_VENDOR[spot.model],
      model: spot.model,
      protocol: "modbus",
      address: loopbackAddress(plan.baseOctet, plan.index, LAST_OCTET.gateway),
      unit: i + 1,
      building: spot.building,
      parent: gatewayId(plan),
      body: {
        kind: "meter",
        meter: new Meter(
          {
            model: spot.model,
            profile: busy,
            peakWatts: spot.peakWatts * plan.seed.between(`watts/${id}`, 0.7, 1.2),
            feedsIn: spot.feedsIn,
            currentRatio: spot.currentRatio,
            since: plan.epoch,
          },
          plan.seed.of(`meter/${id}`),
        ),
      },
    };
  });
}

/** Temperature and humidity in each room of the list; a room named in `cold` is a cold store. */
export function createSensors(
  plan: SchoolPlan,
  rooms: readonly Room[],
  cold: Room,
  hot: number,
): WorldDevice[] {
  return rooms.map((room, i): WorldDevice => {
    const id = `${plan.id}-th-${room.building}${room.id}`;
    return {
      ...base(plan, id),
      role: "sensor",
      name: `${room.name}温湿度`,
      vendor: "XY",
      model: "XY-MD02",
      protocol: "modbus",
      address: loopbackAddress(plan.baseOctet, plan.index, LAST_OCTET.gateway),
      unit: FIRST_SENSOR_UNIT + i,
      building: room.building,
      room: room.id,
      parent: gatewayId(plan),
      body: {
        kind: "room-sensor",
        sensor: new RoomSensor(plan.seed.of(`room/${id}`), plan.profiles.lessons, {
          outdoor: room === cold,
          hot: i >= 1 && i < 1 + hot,
        }),
      },
    };
  });
}

export function createUps(plan: SchoolPlan, onBattery: boolean, portOffset: number | undefined): WorldDevice {
  const id = `${plan.id}-ups`;
  const since = plan.epoch - plan.seed.int(`up/${id}`, 5 * 86400, 150 * 86400);
  return {
    ...base(plan, id),
    role: "ups",
    name: "机房不间断电源",
    vendor: "Qinghe Power",
    model: "RT-2K",
    protocol: "snmp",
    ...where(plan, LAST_OCTET.ups, portOffset),
    ...MACHINE_ROOM,
    body: {
      kind: "ups",
      identity: identity(
        plan.seed,
        id,
        "1.3.6.1.2.1.33",
        "Qinghe Power RT-2K UPS SNMP card 2.14",
        plan.location,
        since,
        72,
      ),
      ups: upsGauges(plan.seed.of(`ups/${id}`), since, plan.profiles.office, onBattery),
    },
  };
}

export function createServer(
  plan: SchoolPlan,
  network: Network,
  end: Endpoint,
  portOffset: number | undefined,
): WorldDevice {
  const id = `${plan.id}-srv`;
  const since = plan.epoch - plan.seed.int(`up/${id}`, 5 * 86400, 90 * 86400);
  const flow = network.flows.get(end.label)!;
  const plain = {
    alias: new Uint8Array(0),
    adminUp: true,
    operUp: true,
    since,
    inErrorRate: 0,
    outDiscardRate: 0,
    packetSize: 720,
    optic: false,
  } as const;
  const ports = [
    {
      ...plain,
      ifIndex: 1,
      name: "lo",
      descr: "lo",
      type: 24,
      mega: 10,
      mac: new Uint8Array(0),
      in: flow.up,
      out: flow.up,
      routed: false,
      v6Share: 0,
    },
    {
      ...plain,
      ifIndex: 2,
      name: "eth0",
      descr: "eth0",
      type: 6,
      mega: 1000,
      mac: end.mac,
      in: flow.down,
      out: flow.up,
      routed: true,
      v6Share: 0.24,
    },
  ].map((port) => new Port(port));
  return {
    ...base(plan, id),
    role: "server",
    name: "校园资源服务器",
    vendor: "net-snmp",
    model: "Linux",
    protocol: "snmp",
    ...where(plan, LAST_OCTET.server, portOffset),
    ...MACHINE_ROOM,
    body: {
      kind: "server",
      identity: identity(
        plan.seed,
        id,
        "1.3.6.1.4.1.8072.3.2.10",
        `Linux ${id} 6.1.0-27-amd64 #1 SMP PREEMPT_DYNAMIC Debian 6.1.115-1 x86_64`,
        plan.location,
        since,
        72,
      ),
      server: serverGauges(plan.seed.of(`server/${id}`), since, plan.profiles.steady),
      ports,
    },
  };
}

/** An address of its own, or a port of its own on ::1 for a device that is polled over IPv6. */
function where(
  plan: SchoolPlan,
  last: number,
  portOffset: number | undefined,
): Pick<WorldDevice, "address" | "portOffset"> {
  return portOffset === undefined
    ? { address: loopbackAddress(plan.baseOctet, plan.index, last) }
    : { address: "::1", portOffset };
}
