import type { SchoolFaults } from "../faults/scenario.ts";
import { LAST_OCTET, loopbackAddress, macOf } from "./addresses.ts";
import { createBuildings } from "./campus.ts";
import { FAMILIES } from "./families.ts";
import type { Family, Room, School, SwitchBody, WorldDevice, WorldLink } from "./model.ts";
import { CARRIERS, schoolName } from "./names.ts";
import { createNetwork, type Network } from "./network.ts";
import type { Endpoint, NetworkPlan } from "./network-plan.ts";
import { NARROW_MBPS, type placeLines, type Story, storyOf } from "./story.ts";
import {
  base,
  createBoards,
  createGateway,
  createMeters,
  createSensors,
  createServer,
  createUps,
  type SchoolPlan,
} from "./things.ts";
import { apEndpoint, createWireless, spots } from "./wireless.ts";

export interface SchoolOptions {
  readonly plan: Omit<SchoolPlan, "id" | "location">;
  readonly faults: SchoolFaults;
  /** Of the county's story: what is said of this school's main line, and whether nothing is in trouble. */
  readonly line: ReturnType<typeof placeLines>[number];
  readonly quiet: boolean;
  /** Where its lines end. */
  farEnds(school: number, name: string): NetworkPlan["county"];
  alias(text: string, gbk: boolean): Uint8Array;
}

const MAKERS: readonly Family[] = ["vrp", "comware", "ruijie"];
const CONTRACTS_MBPS = [200, 300, 500, 1000] as const;
/** Six days, and some hours: in the night. */
const RESTARTED_SECONDS = 6 * 86_400 - 3 * 3600;

/** One school with everything in it. Sizes and makers follow from the seed and the school's number. */
export function createSchool(options: SchoolOptions): School {
  const { faults } = options;
  const name = schoolName(options.plan.index);
  const plan: SchoolPlan = { ...options.plan, id: name.id, location: `${name.name} 中心机房` };
  const { seed, index } = plan;
  const story = storyOf(index, seed, faults, options.line, options.quiet);
  const county = options.farEnds(index, name.name);
  const buildings = createBuildings(seed);
  const rooms = buildings.flatMap((building) => building.rooms);
  const classrooms = rooms.filter((room) => room.type === "classroom");
  const family = MAKERS[index % MAKERS.length]!;
  const traits = FAMILIES[family];
  // Every third maker's school still types its descriptions in GBK.
  const gbk = family !== "ruijie" && seed.fraction("gbk") < 0.5;
  const alias = (text: string) => options.alias(text, gbk);

  const served = rooms.filter((room) => room.type !== "machine-room" && room.type !== "canteen");
  const list = spots(served, seed.int("aps", 12, 18), story.wifi.gaps);
  const boardRooms = [...classrooms, ...served.filter((room) => room.type === "multimedia")].slice(
    0,
    seed.int("boards", 12, 15),
  );
  const access = seed.int("access", 4, 6);
  const hasServer = seed.fraction("server") < 0.4 || index % 8 === 5;
  const end = endpoints(
    plan,
    list.map((spot, n) => apEndpoint(plan, spot, n)),
    boardRooms,
    access,
  );
  const coreEnds = coreEndpoints(plan, hasServer);
  const contractedMbps = contractOf(plan, faults, story, name.setting);
  const backup = Boolean(faults["uplink-down"]) || seed.fraction("backup") < 0.3;
  const network = createNetwork(
    {
      school: index,
      schoolId: plan.id,
      location: plan.location,
      family,
      baseOctet: plan.baseOctet,
      cores: seed.fraction("cores") < 0.4 ? 2 : 1,
      access,
      endpoints: end,
      coreEndpoints: coreEnds,
      contractedMbps,
      backup,
      uplinkDown: Boolean(faults["uplink-down"]),
      uplinkErrors: Boolean(faults["uplink-errors"]),
      saturated: Boolean(faults["saturated-uplink"]),
      epoch: plan.epoch,
      anchor: plan.anchor,
      ipv6: story.ipv6,
      line: story.line,
      ...(story.line.restarted ? { restartedAt: plan.anchor - RESTARTED_SECONDS } : {}),
      county,
      alias,
    },
    plan.profiles,
    seed,
  );

  const switches = switchDevices(plan, network, traits.vendor, faults["silent-switch"] ?? 0);
  const cold = rooms.find((room) => room.type === "canteen")!;
  const machineRoom = rooms.find((room) => room.type === "machine-room")!;
  const sensorRooms: Room[] = [machineRoom, ...classrooms.slice(0, seed.int("sensors", 6, 8)), cold];
  // A few devices are polled over IPv6: they share ::1 and have ports of their own.
  const upsOffset = index % 8 === 3 ? 1 + index * 2 : undefined;
  const serverOffset = index % 8 === 5 ? 2 + index * 2 : undefined;
  const devices: WorldDevice[] = [
    ...switches,
    ...createWireless(
      plan,
      network,
      list,
      coreEnds[0]!,
      story.wifi,
      faults["ap-offline"] ?? 0,
      story.ipv6.step > 0,
      alias,
    ),
    createUps(plan, Boolean(faults["ups-on-battery"]), upsOffset),
    ...(hasServer ? [createServer(plan, network, coreEnds.at(-1)!, serverOffset)] : []),
    createGateway(plan),
    ...createBoards(plan, boardRooms, faults["silent-board"] ?? 0),
    ...createMeters(plan, seed.int("meters", 2, 4)),
    ...createSensors(plan, sensorRooms, cold, faults["hot-room"] ?? 0),
  ];
  const students = Math.round(
    classrooms.reduce((sum, room) => sum + room.seats, 0) * seed.between("full", 0.8, 0.98),
  );
  return {
    ...name,
    index,
    students,
    classes: classrooms.length,
    buildings,
    devices,
    links: links(plan, network, switches, county, contractedMbps),
    story,
  };
}

function contractOf(
  { seed }: SchoolPlan,
  faults: SchoolFaults,
  { line, ipv6 }: Story,
  setting: School["setting"],
): number {
  if (faults["saturated-uplink"]) return 300;
  if (line.slow || ipv6.counters === "narrow") return NARROW_MBPS;
  // A port of 10 Mbit/s carries what a board takes of a small contract.
  if (line.slowPorts) return 200;
  return CONTRACTS_MBPS[seed.int("contract", setting === "rural" ? 0 : 1, setting === "urban" ? 3 : 2)]!;
}

/** Spreads access points, boards, computers and office ports over the access switches. */
function endpoints(
  plan: SchoolPlan,
  aps: readonly Endpoint[],
  boards: readonly Room[],
  access: number,
): Endpoint[][] {
  const { profiles, seed, id } = plan;
  const end = (label: string, last: number, weight: number, office: boolean): Endpoint => ({
    label,
    busy: office ? profiles.office : profiles.lessons,
    weight,
    upShare: office ? 0.3 : 0.12,
    poeWatts: 0,
    mac: macOf(seed, `${id}/${label}`),
    last,
  });
  const all: Endpoint[] = [
    ...aps,
    ...boards.map((room, i) => end(`${room.name}-智慧黑板`, 10 + i, 0.45, false)),
    ...Array.from({ length: 6 }, (_, i) => end(`计算机教室-${i + 1}`, 40 + i, 0.5, false)),
    ...Array.from({ length: 6 }, (_, i) => end(`办公室-${i + 1}`, 50 + i, 0.25, true)),
  ];
  const spread: Endpoint[][] = Array.from({ length: access }, () => []);
  for (const [i, endpoint] of all.entries()) spread[i % access]!.push(endpoint);
  return spread;
}

/** On the core itself; the controller is the first, the server, where there is one, the last. */
function coreEndpoints(plan: SchoolPlan, server: boolean): Endpoint[] {
  const { profiles, seed, id } = plan;
  const end = (label: string, last: number, weight: number, upShare: number): Endpoint => ({
    label,
    busy: profiles.steady,
    weight,
    upShare,
    poeWatts: 0,
    mac: macOf(seed, `${id}/${label}`),
    last,
  });
  return [
    end("无线控制器", LAST_OCTET.controller, 0.05, 0.9),
    end("不间断电源", LAST_OCTET.ups, 0.001, 0.9),
    end("物联网网关", LAST_OCTET.gateway, 0.02, 3),
    ...(server ? [end("资源服务器", LAST_OCTET.server, 0.8, 1.4)] : []),
  ];
}

function switchDevices(plan: SchoolPlan, network: Network, vendor: string, silent: number): WorldDevice[] {
  const device = (
    body: SwitchBody,
    role: string,
    name: string,
    last: number,
    place: object,
  ): WorldDevice => ({
    ...base(plan, body.identity.sysName),
    role,
    name,
    vendor,
    model: body.model,
    protocol: "snmp",
    address: loopbackAddress(plan.baseOctet, plan.index, last),
    ...place,
    body: { kind: "switch", switch: body },
  });
  const machineRoom = { building: "bg", room: "101" };
  return [
    ...network.cores.map((body, i) =>
      device(body, "core-switch", `核心交换机${i + 1}`, LAST_OCTET.core + i, machineRoom),
    ),
    ...network.access.map((body, i) => ({
      ...device(body, "access-switch", `接入交换机${i + 1}`, LAST_OCTET.access + i, {
        building: i % 3 === 2 ? "sy" : "jx",
      }),
      silent: i >= 1 && i < 1 + silent,
    })),
  ];
}

function links(
  plan: SchoolPlan,
  network: Network,
  switches: readonly WorldDevice[],
  county: NetworkPlan["county"],
  contractedMbps: number,
): WorldLink[] {
  const duct = `${plan.id}-duct-1`;
  // Now and then the second line lies in the cable of the first, and nobody thought of it.
  const second = plan.seed.fraction("duct") < 0.2 ? duct : `${plan.id}-duct-2`;
  const first = plan.seed.int("carrier", 0, CARRIERS.length - 1);
  const link = (
    role: WorldLink["role"],
    at: { core: number; interface: string },
    carrier: number,
  ): WorldLink => ({
    id: `${plan.id}-${role}`,
    name: role === "uplink" ? "上联" : "备用上联",
    role,
    device: switches[at.core]!.id,
    interface: at.interface,
    to: role === "uplink" ? county.main.router : county.backup.router,
    carrier: CARRIERS[carrier % CARRIERS.length]!,
    contractedMbps,
    duct: role === "uplink" ? duct : second,
  });
  return [
    link("uplink", network.uplink, first),
    ...(network.backup ? [link("backup-uplink", network.backup, first + 1)] : []),
  ];
}
