import { chassisGauges, opticGauges } from "../behaviour/chassis.ts";
import { Flow, Rhythm, Sum, type Total } from "../behaviour/flow.ts";
import { type ByVersion, byShare, Port, type PortPlan } from "../behaviour/port.ts";
import type { Profiles } from "../behaviour/profile.ts";
import type { Source } from "../snmp/table.ts";
import { countyAddress, macOf, uplinkAddresses } from "./addresses.ts";
import { Flood } from "./flows.ts";
import type { Address, Neighbor, School, SwitchBody, WorldDevice, WorldLink, WorldSite } from "./model.ts";
import type { RegionName } from "./names.ts";
import type { FarEnd } from "./network-plan.ts";
import type { Seed } from "./seed.ts";
import { growthOf } from "./story.ts";
import { ETHERNET, identity, LOOPBACK, serial } from "./switch-body.ts";

/**
 * The county's node of the education network: two routers with a line to the city each. A school's main line ends
 * at one of them and its second line at the other.
 */
const MODEL = "NE40E-M2K";
const OBJECT_ID = "1.3.6.1.4.1.2011.2.62.30.1";
const VERSION = "V800R021C10SPC600";
const SYS_DESCR = `Huawei Versatile Routing Platform Software\r\nVRP (R) software, Version 8.210 (${MODEL} ${VERSION})\r\nCopyright (C) 2012-2021 Huawei Technologies Co., Ltd.\r\nHUAWEI ${MODEL}`;
const CITY_PORT = "10GE0/1/0";
const PEER_PORT = "100GE0/3/0";
const INDEX = { loopback: 1, city: 2, peer: 3, main: 10, backup: 3000 } as const;
/** Use of the city lines at their busiest on the anchor's day: the one grows by 18 points in twelve weeks. */
const CITY_USE = [
  { use: 0.62, perDay: 0.18 / 0.62 / 84 },
  { use: 0.24, perDay: 0.0004 },
] as const;
/** Of the county's own traffic to the city: its data centre, its offices, its exam network. */
const OWN_V6_SHARE = 0.27;
const MIB_PORTS = [10_000, 40_000, 100_000, 400_000] as const;

export interface NodePlan {
  readonly county: RegionName;
  /** Region path of the county, and of the city above it. */
  readonly region: string;
  readonly city: string;
  readonly baseOctet: number;
  /** UTC seconds. */
  readonly epoch: number;
  readonly anchor: number;
  readonly profiles: Profiles;
  readonly seed: Seed;
}

export function nodeId(county: RegionName): string {
  return `${county.path}-node`;
}

function routerId(county: RegionName, router: 0 | 1): string {
  return `${county.path}-cr${router + 1}`;
}

/** Where a school's lines end. */
export function farEnds(
  school: number,
  name: string,
  plan: Pick<NodePlan, "county" | "baseOctet" | "seed">,
): { main: FarEnd; backup: FarEnd } {
  const end = (router: 0 | 1, card: 1 | 2): FarEnd => ({
    router: routerId(plan.county, router),
    chassis: macOf(plan.seed, routerId(plan.county, router)),
    sysDescr: SYS_DESCR,
    address: countyAddress(plan.baseOctet, router),
    port: `GigabitEthernet${card}/0/${Math.floor(school / 2)}`,
    alias: card === 1 ? name : `${name}-备用`,
  });
  const router = (school % 2) as 0 | 1;
  return { main: end(router, 1), backup: end(router === 0 ? 1 : 0, 2) };
}

interface Wire {
  readonly port: PortPlan;
  readonly neighbor?: Omit<Neighbor, "ifIndex">;
  readonly addresses: readonly Omit<Address, "ifIndex">[];
}

/** The node with both its routers; the schools' lines end there with what the schools count. */
export function createNode(plan: NodePlan, schools: readonly School[]): WorldSite {
  const { county } = plan;
  const id = nodeId(county);
  const bodies = ([0, 1] as const).map((router) => createRouter(plan, router, schools));
  const building = { id: "hx", name: "核心机房楼", rooms: [room()] };
  const devices = bodies.map(({ body }, router): WorldDevice => {
    const name = body.identity.sysName;
    return {
      id: name,
      school: id,
      role: "router",
      name: `核心路由器${router + 1}`,
      vendor: "Huawei",
      model: MODEL,
      protocol: "snmp",
      address: countyAddress(plan.baseOctet, router as 0 | 1),
      building: building.id,
      room: building.rooms[0]!.id,
      installed: "2022-08-15",
      silent: false,
      body: { kind: "switch", switch: body },
    };
  });
  const links = bodies.map(
    ({ mega }, router): WorldLink => ({
      id: `${county.path}-backbone-${router + 1}`,
      name: `至${"市节点"}第${router + 1}路`,
      role: "backbone",
      device: devices[router]!.id,
      interface: CITY_PORT,
      to: plan.city,
      carrier: router === 0 ? "电信" : "移动",
      contractedMbps: mega,
      duct: `${county.path}-city-${router + 1}`,
    }),
  );
  return {
    id,
    name: `${county.name}教育城域网核心节点`,
    nameEn: `${county.nameEn} Education Network Node`,
    kind: "node",
    buildings: [building],
    devices,
    links,
  };

  function room() {
    return {
      id: "301",
      building: "hx",
      name: "核心机房",
      type: "machine-room",
      floor: 3,
      seats: 0,
    } as const;
  }
}

function createRouter(
  plan: NodePlan,
  router: 0 | 1,
  schools: readonly School[],
): { body: SwitchBody; mega: number } {
  const { seed, profiles, epoch } = plan;
  const name = routerId(plan.county, router);
  const since = epoch - 120 * 86_400 - router * 40 * 86_400;
  const wires = new Map<number, Wire>();
  const mac = macOf(seed, name);
  const port = (ifIndex: number, of: Partial<PortPlan> & Pick<PortPlan, "name" | "in" | "out">): PortPlan => {
    const address = mac.slice();
    address[4] = (address[4]! + (ifIndex >> 8)) & 0xff;
    address[5] = (address[5]! + ifIndex) & 0xff;
    return {
      ifIndex,
      descr: of.name,
      alias: new Uint8Array(0),
      type: ETHERNET,
      mega: 1000,
      mac: address,
      adminUp: true,
      operUp: true,
      since,
      inErrorRate: 0,
      outDiscardRate: 0,
      packetSize: 720,
      routed: true,
      v6Share: 0,
      optic: true,
      ...of,
    };
  };

  const below: Port[] = [];
  let contracted = 0;
  for (const school of schools)
    for (const link of school.links) {
      const card = link.role === "uplink" ? 1 : 2;
      const ends = farEnds(school.index, school.name, plan);
      const end = card === 1 ? ends.main : ends.backup;
      if (end.router !== name) continue;
      const core = school.devices.find((device) => device.id === link.device)!;
      if (core.body.kind !== "switch") continue;
      const far = core.body.switch;
      const line = far.ports.find((each) => each.plan.name === link.interface)!;
      const { flapping, operUp } = line.plan;
      const ifIndex = (card === 1 ? INDEX.main : INDEX.backup) + Math.floor(school.index / 2);
      // What the school sends the county receives.
      const mine = port(ifIndex, {
        name: end.port,
        alias: new Uint8Array(Buffer.from(end.alias, "utf8")),
        mega: line.plan.mega,
        operUp,
        in: line.line.out,
        out: line.line.in,
        byVersion: mirrored(line.line),
        ...(flapping === undefined ? {} : { flapping }),
      });
      wires.set(ifIndex, {
        port: mine,
        neighbor: {
          chassis: far.mac,
          portId: line.plan.name,
          portDescr: new TextDecoder("utf8").decode(Buffer.from("上联-教育城域网")),
          sysName: core.id,
          sysDescr: far.identity.sysDescr,
          address: core.address!,
        },
        addresses: uplinkAddresses(school.index, card, 1, school.story.ipv6.step > 0),
      });
      below.push(new Port(mine));
      if (card === 1) contracted += link.contractedMbps;
    }

  // The line to the city: the schools' traffic and the county's own, which fills it up to its use.
  const { use, perDay } = CITY_USE[router];
  const mega = MIB_PORTS.find((each) => each * use > contracted * 0.4) ?? MIB_PORTS.at(-1)!;
  const own = ownTraffic(
    plan,
    router,
    Math.max(0.05 * mega, mega * use - contracted * 0.4),
    (perDay * (mega * use)) / Math.max(1, mega * use - contracted * 0.4),
  );
  const ownVersions = byShare(own, OWN_V6_SHARE);
  const sum = (of: (each: Port) => Total, mineToo: Total): Total => new Sum([...below.map(of), mineToo]);
  const city = port(INDEX.city, {
    name: CITY_PORT,
    alias: new Uint8Array(Buffer.from(`至市节点-${router + 1}`, "utf8")),
    mega,
    in: sum((each) => each.line.out, own.in),
    out: sum((each) => each.line.in, own.out),
    byVersion: {
      v4In: sum((each) => each.line.v4Out, ownVersions.v4In),
      v4Out: sum((each) => each.line.v4In, ownVersions.v4Out),
      v6In: sum((each) => each.line.v6Out, ownVersions.v6In),
      v6Out: sum((each) => each.line.v6In, ownVersions.v6Out),
    },
  });
  wires.set(INDEX.city, {
    port: city,
    neighbor: {
      chassis: macOf(seed, `city-pe${router + 1}`),
      portId: `100GE1/0/${router + 4}`,
      portDescr: `至${plan.county.name}`,
      sysName: `${plan.city.split("/").at(-1)}-pe${router + 1}`,
      sysDescr: SYS_DESCR.replaceAll(MODEL, "NE40E-X8A"),
      address: `10.255.0.${router + 1}`,
    },
    addresses: countyLine(router),
  });
  const other = router === 0 ? 1 : 0;
  wires.set(INDEX.peer, {
    port: port(INDEX.peer, {
      name: PEER_PORT,
      alias: new Uint8Array(Buffer.from("核心互联", "utf8")),
      mega: 100_000,
      in: new Flood(router === 0 ? 2_400_000 : 1_900_000, epoch - 2 * 86_400),
      out: new Flood(router === 0 ? 1_900_000 : 2_400_000, epoch - 2 * 86_400),
      v6Share: 0.2,
    }),
    neighbor: {
      chassis: macOf(seed, routerId(plan.county, other)),
      portId: PEER_PORT,
      portDescr: "核心互联",
      sysName: routerId(plan.county, other),
      sysDescr: SYS_DESCR,
      address: countyAddress(plan.baseOctet, other),
    },
    addresses: [],
  });
  const still = { at: () => 0 };
  wires.set(INDEX.loopback, {
    port: port(INDEX.loopback, {
      name: "LoopBack0",
      type: LOOPBACK,
      mega: 0,
      mac: new Uint8Array(0),
      in: still,
      out: still,
      routed: false,
      optic: false,
    }),
    addresses: [
      { octets: Uint8Array.of(10, 255, 1, router + 1), prefixLength: 32 },
      {
        octets: Uint8Array.of(0x20, 1, 0xd, 0xb8, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, router + 1),
        prefixLength: 128,
      },
    ],
  });
  const order = [...wires].sort(([a], [b]) => a - b);
  const known = new Map(below.map((each) => [each.plan.ifIndex, each]));
  const ports = order.map(([ifIndex, wire]) => known.get(ifIndex) ?? new Port(wire.port));
  const optics = new Map<number, Source>();
  for (const each of ports)
    if (each.plan.optic)
      optics.set(each.plan.ifIndex, opticGauges(seed.of(`optic/${name}/${each.plan.ifIndex}`), false));
  return {
    mega,
    body: {
      family: "vrp",
      identity: identity(seed, name, OBJECT_ID, SYS_DESCR, `${plan.county.name}教育局 核心机房`, since, 6),
      chassisName: "MPU 9",
      model: MODEL,
      serial: serial(seed, name),
      version: VERSION,
      mac,
      ports,
      chassis: chassisGauges(seed.of(`chassis/${name}`), since, profiles.lessons),
      optics,
      neighbors: order.flatMap(([ifIndex, { neighbor }]) => (neighbor ? [{ ifIndex, ...neighbor }] : [])),
      addresses: order.flatMap(([ifIndex, { addresses }]) => addresses.map((one) => ({ ifIndex, ...one }))),
      hosts: [],
      vlans: [],
      routed: ports.filter((each) => each.plan.routed),
      counters: "interfaces",
      advertised: [],
    },
  };
}

/** What the county itself brings to a line, Mbit/s at its busiest. */
function ownTraffic(plan: NodePlan, router: 0 | 1, mbps: number, perDay: number): { in: Total; out: Total } {
  const seed = plan.seed.of(`county/${router}`);
  const growth = growthOf(perDay, plan.anchor);
  const octets = (mbps * 1e6) / 8;
  const since = plan.epoch - 2 * 86_400;
  const rhythm = (name: string): Rhythm => new Rhythm(plan.profiles.lessons, seed.of(name), growth);
  const parts = [0, 1, 2].map((n) => ({
    in: new Flow(rhythm(`in${n}`), octets / 3, since),
    out: new Flow(rhythm(`out${n}`), octets / 9, since),
  }));
  return { in: new Sum(parts.map((each) => each.in)), out: new Sum(parts.map((each) => each.out)) };
}

function mirrored(line: ByVersion): ByVersion {
  return { v4In: line.v4Out, v4Out: line.v4In, v6In: line.v6Out, v6Out: line.v6In };
}

function countyLine(router: 0 | 1): Omit<Address, "ifIndex">[] {
  return [
    { octets: Uint8Array.of(10, 255, 2, router * 4 + 2), prefixLength: 30 },
    {
      octets: Uint8Array.of(0x20, 1, 0xd, 0xb8, 0xff, 0xfe, 0, router, 0, 0, 0, 0, 0, 0, 0, 2),
      prefixLength: 64,
    },
  ];
}
