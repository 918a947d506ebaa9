import { chassisGauges, opticGauges, poePortGauges, poeSupplyGauges } from "../behaviour/chassis.ts";
import { Flow, Still, Sum, type Total } from "../behaviour/flow.ts";
import { Port } from "../behaviour/port.ts";
import type { Profiles, WeekProfile } from "../behaviour/profile.ts";
import type { Source } from "../snmp/table.ts";
import { LAST_OCTET, loopbackAddress, macOf, storyAddress, storyAddress6 } from "./addresses.ts";
import { FAMILIES, type FamilyTraits } from "./families.ts";
import type { Address, Family, Host, Neighbor, SwitchBody, SystemIdentity, Vlan } from "./model.ts";
import type { Seed } from "./seed.ts";

/** Something at the end of an access port. */
export interface Endpoint {
  readonly label: string;
  readonly busy: WeekProfile;
  /** Share of the school's traffic among the shares of all endpoints. */
  readonly weight: number;
  /** Octets sent for each octet received. */
  readonly upShare: number;
  readonly poeWatts: number;
  readonly mac: Uint8Array;
  /** LLDP name, when it speaks LLDP. */
  readonly lldpName?: string;
  /** Its place in the last octet of the story's addresses. */
  readonly last: number;
  readonly gigabit: boolean;
}

export interface NetworkPlan {
  readonly school: number;
  readonly schoolId: string;
  readonly location: string;
  readonly family: Family;
  readonly baseOctet: number;
  readonly cores: 1 | 2;
  readonly access: number;
  /** Endpoints of each access switch. */
  readonly endpoints: readonly (readonly Endpoint[])[];
  /** On the first core: controller, UPS, server, gateway. */
  readonly coreEndpoints: readonly Endpoint[];
  readonly contractedMbps: number;
  readonly backup: boolean;
  readonly uplinkDown: boolean;
  readonly uplinkErrors: boolean;
  readonly saturated: boolean;
  readonly epoch: number;
  alias(text: string): Uint8Array;
}

export interface Network {
  readonly cores: readonly SwitchBody[];
  readonly access: readonly SwitchBody[];
  readonly uplink: { readonly core: number; readonly interface: string };
  readonly backup?: { readonly core: number; readonly interface: string };
  /** What each endpoint receives and sends, by label. */
  readonly flows: ReadonlyMap<string, { readonly down: Total; readonly up: Total }>;
}

const VLANS: readonly Vlan[] = [
  { id: 1, name: "default" },
  { id: 10, name: "MGMT" },
  { id: 20, name: "JiaoXue" },
  { id: 30, name: "WLAN" },
  { id: 40, name: "IoT" },
];

const CORE_GIGABIT = 12;
const CORE_TEN = 12;
const ACCESS_GIGABIT = 24;
const ACCESS_TEN = 4;
const ZERO = new Still(0);
const ETHERNET = 6;
const LOOPBACK = 24;
const L3_VLAN = 53;

/** A port before it is wired. */
interface Draft {
  readonly name: string;
  readonly mega: number;
  readonly type: number;
  alias: string;
  up: boolean;
  in: Total;
  out: Total;
  inErrorRate: number;
  outDiscardRate: number;
  v6Share: number;
  optic: boolean;
  poeWatts?: number;
  busy?: WeekProfile;
  weakLight: boolean;
}

function draft(name: string, mega: number, type: number): Draft {
  return {
    name,
    mega,
    type,
    alias: "",
    up: false,
    in: ZERO,
    out: ZERO,
    inErrorRate: 0,
    outDiscardRate: 0,
    v6Share: 0,
    optic: false,
    weakLight: false,
  };
}

/** Builds the switches of a school and wires them: every uplink carries exactly what its access ports carry. */
export function createNetwork(plan: NetworkPlan, profiles: Profiles, seed: Seed): Network {
  const traits = FAMILIES[plan.family];
  const since = (name: string) => plan.epoch - seed.int(`up/${name}`, 3 * 86400, 200 * 86400);
  const flows = makeFlows(plan, profiles, seed);
  const names = {
    core: (i: number) => `${plan.schoolId}-core${i + 1}`,
    access: (i: number) => `${plan.schoolId}-sw${i + 1}`,
  };

  // Access switches: endpoints on gigabit ports, the first ten-gigabit port leads to a core.
  const accessDrafts = Array.from({ length: plan.access }, (_, a) => {
    const drafts = physical(traits, ACCESS_GIGABIT, ACCESS_TEN);
    const endpoints = plan.endpoints[a]!;
    for (let p = 0; p < ACCESS_GIGABIT; p++) {
      const port = drafts[p]!;
      port.poeWatts = endpoints[p]?.poeWatts ?? 0;
      if (endpoints[p]) attach(port, endpoints[p]!, flows.get(endpoints[p]!.label)!);
    }
    const uplink = drafts[ACCESS_GIGABIT]!;
    uplink.up = true;
    uplink.optic = true;
    uplink.alias = `上联-核心${(a % plan.cores) + 1}`;
    uplink.in = new Sum(endpoints.map((end) => flows.get(end.label)!.down));
    uplink.out = new Sum(endpoints.map((end) => flows.get(end.label)!.up));
    return drafts;
  });

  // Cores: ten-gigabit ports lead down, the last gigabit ports to the endpoints, the first to the carrier.
  const coreDrafts = Array.from({ length: plan.cores }, () => physical(traits, CORE_GIGABIT, CORE_TEN));
  for (let a = 0; a < plan.access; a++) {
    const down = coreDrafts[a % plan.cores]![CORE_GIGABIT + Math.floor(a / plan.cores)]!;
    const above = accessDrafts[a]![ACCESS_GIGABIT]!;
    Object.assign(down, { up: true, optic: true, alias: `下联-接入${a + 1}`, in: above.out, out: above.in });
  }
  for (const [e, end] of plan.coreEndpoints.entries())
    attach(coreDrafts[0]![3 + e]!, end, flows.get(end.label)!);
  const uplinks = wireUplinks(plan, coreDrafts);

  const accessBodies = accessDrafts.map((drafts, a) => {
    const endpoints = plan.endpoints[a]!;
    const neighbors = endpoints.flatMap((end, p): Neighbor[] =>
      end.lldpName === undefined
        ? []
        : [
            {
              ifIndex: traits.firstIndex + p,
              chassis: end.mac,
              portId: "GigabitEthernet0/0/0",
              portDescr: "GigabitEthernet0/0/0",
              sysName: end.lldpName,
              sysDescr: "Huawei AirEngine access point",
              address: storyAddress(plan.school, 2, end.last).join("."),
            },
          ],
    );
    const core = a % plan.cores;
    const coreName = names.core(core);
    neighbors.push({
      ifIndex: traits.firstIndex + ACCESS_GIGABIT,
      chassis: macOf(seed, coreName),
      portId: traits.tenGigabit(Math.floor(a / plan.cores) + 1, CORE_GIGABIT),
      portDescr: `下联-接入${a + 1}`,
      sysName: coreName,
      sysDescr: traits.sysDescr(traits.coreModel),
      address: loopbackAddress(plan.baseOctet, plan.school, LAST_OCTET.core + core),
    });
    return body(plan, traits, seed, profiles, {
      name: names.access(a),
      model: traits.accessModel,
      objectId: traits.accessObjectID,
      since: since(names.access(a)),
      drafts,
      neighbors,
      hosts: [],
      last: LAST_OCTET.access + a,
      poe: true,
      layer3: false,
    });
  });

  const coreBodies = coreDrafts.map((drafts, c) => {
    const neighbors: Neighbor[] = [];
    for (let a = c; a < plan.access; a += plan.cores)
      neighbors.push({
        ifIndex: traits.firstIndex + CORE_GIGABIT + Math.floor(a / plan.cores),
        chassis: macOf(seed, names.access(a)),
        portId: traits.tenGigabit(1, ACCESS_GIGABIT),
        portDescr: `上联-核心${c + 1}`,
        sysName: names.access(a),
        sysDescr: traits.sysDescr(traits.accessModel),
        address: loopbackAddress(plan.baseOctet, plan.school, LAST_OCTET.access + a),
      });
    if (plan.cores === 2)
      neighbors.push({
        ifIndex: traits.firstIndex + CORE_GIGABIT + CORE_TEN - 1,
        chassis: macOf(seed, names.core(1 - c)),
        portId: traits.tenGigabit(CORE_TEN, CORE_GIGABIT),
        portDescr: "核心互联",
        sysName: names.core(1 - c),
        sysDescr: traits.sysDescr(traits.coreModel),
        address: loopbackAddress(plan.baseOctet, plan.school, LAST_OCTET.core + 1 - c),
      });
    return body(plan, traits, seed, profiles, {
      name: names.core(c),
      model: traits.coreModel,
      objectId: traits.coreObjectID,
      since: since(names.core(c)),
      drafts,
      neighbors,
      hosts: c === 0 ? hosts(plan, traits) : [],
      last: LAST_OCTET.core + c,
      poe: false,
      layer3: true,
    });
  });
  return { cores: coreBodies, access: accessBodies, flows, ...uplinks };
}

/** Peaks so that the whole school uses 25 to 62 % of its line at its busiest; 96 % day and night if saturated. */
function makeFlows(
  plan: NetworkPlan,
  profiles: Profiles,
  seed: Seed,
): Map<string, { down: Total; up: Total }> {
  const all = [...plan.endpoints.flat(), ...plan.coreEndpoints];
  const weights = all.reduce((sum, end) => sum + end.weight, 0);
  const use = plan.saturated ? 0.06 : seed.between("use", 0.25, 0.62);
  const octets = (plan.contractedMbps * 1e6 * use) / 8;
  const flows = new Map<string, { down: Total; up: Total }>();
  for (const end of all) {
    const peak = (octets * end.weight) / weights;
    const of = seed.of(`flow/${end.label}`);
    flows.set(end.label, {
      down: new Flow(end.busy, peak, of.of("down"), plan.epoch - 2 * 86400),
      up: new Flow(end.busy, peak * end.upShare, of.of("up"), plan.epoch - 2 * 86400),
    });
  }
  if (plan.saturated) {
    // Something downloads without end: it takes what the contract leaves.
    const flood = (plan.contractedMbps * 1e6 * 0.91) / 8;
    const label = plan.endpoints.at(-1)![0]!.label;
    const normal = flows.get(label)!;
    const start = plan.epoch - 2 * 86400;
    const endless = new Flood(flood, start);
    flows.set(label, { down: new Sum([normal.down, endless]), up: normal.up });
  }
  void profiles;
  return flows;
}

/** Octets at one steady rate. */
class Flood implements Total {
  readonly #perSecond: number;
  readonly #since: number;

  constructor(perSecond: number, since: number) {
    this.#perSecond = Math.floor(perSecond);
    this.#since = since;
  }

  at(second: number): number {
    return Math.max(0, second - this.#since) * this.#perSecond;
  }
}

function physical(traits: FamilyTraits, gigabits: number, tens: number): Draft[] {
  const drafts: Draft[] = [];
  for (let n = 1; n <= gigabits; n++) drafts.push(draft(traits.gigabit(n), 1000, ETHERNET));
  for (let n = 1; n <= tens; n++) drafts.push(draft(traits.tenGigabit(n, gigabits), 10_000, ETHERNET));
  return drafts;
}

function attach(port: Draft, end: Endpoint, flow: { down: Total; up: Total }): void {
  port.up = true;
  port.alias = end.label;
  port.in = flow.up;
  port.out = flow.down;
  port.busy = end.busy;
}

function wireUplinks(
  plan: NetworkPlan,
  cores: readonly (readonly Draft[])[],
): Pick<Network, "uplink" | "backup"> {
  const below = (core: readonly Draft[], side: "in" | "out") =>
    core.filter((port) => port.up).map((port) => port[side]);
  const second = cores[1];
  let fromBelow = below(cores[0]!, "in");
  let toBelow = below(cores[0]!, "out");
  if (second) {
    // The second core's access switches reach the line over the link between the cores.
    const across = { up: new Sum(below(second, "in")), down: new Sum(below(second, "out")) };
    const last = CORE_GIGABIT + CORE_TEN - 1;
    Object.assign(cores[0]![last]!, {
      up: true,
      optic: true,
      alias: "核心互联",
      in: across.up,
      out: across.down,
    });
    Object.assign(second[last]!, {
      up: true,
      optic: true,
      alias: "核心互联",
      in: across.down,
      out: across.up,
    });
    fromBelow = [...fromBelow, across.up];
    toBelow = [...toBelow, across.down];
  }
  const main = cores[0]![0]!;
  const spare = plan.backup ? cores[0]![1]! : undefined;
  const carrying = plan.uplinkDown && spare ? spare : main;
  for (const port of [main, spare])
    if (port) Object.assign(port, { up: true, optic: true, v6Share: 0.31, alias: "上联-教育城域网" });
  if (spare) spare.alias = "备用上联";
  carrying.in = new Sum(toBelow);
  carrying.out = new Sum(fromBelow);
  if (carrying === spare) {
    // It carried traffic until it went down: the counters stand where they stood.
    Object.assign(main, { up: false, in: new Still(48_213_377_120_004), out: new Still(9_114_530_020_111) });
  } else if (spare) {
    // A line that waits carries its keepalives alone.
    Object.assign(spare, { in: new Flood(120, plan.epoch), out: new Flood(118, plan.epoch) });
  }
  if (plan.uplinkErrors) Object.assign(main, { inErrorRate: 7.3, weakLight: true });
  if (plan.saturated) main.outDiscardRate = 41.7;
  return {
    uplink: { core: 0, interface: main.name },
    ...(spare ? { backup: { core: 0, interface: spare.name } } : {}),
  };
}

/** Neighbour caches of the core: every endpoint once by IPv4, and those that speak it by IPv6. */
function hosts(plan: NetworkPlan, traits: FamilyTraits): Host[] {
  const index = (vlan: number) => vlanIndex(traits, vlan);
  return [...plan.endpoints.flat(), ...plan.coreEndpoints].flatMap((end, i): Host[] => {
    const ifIndex = index(end.poeWatts > 0 ? 30 : 20);
    const net = end.poeWatts > 0 ? 2 : 1;
    const v4 = { ifIndex, octets: storyAddress(plan.school, net, end.last), mac: end.mac };
    return i % 3 === 0
      ? [v4]
      : [v4, { ifIndex, octets: storyAddress6(plan.school, net, end.last), mac: end.mac }];
  });
}

function vlanIndex(traits: FamilyTraits, vlan: number): number {
  return traits.firstIndex + CORE_GIGABIT + CORE_TEN + 100 + vlan;
}

interface BodyPlan {
  readonly name: string;
  readonly model: string;
  readonly objectId: string;
  readonly since: number;
  readonly drafts: readonly Draft[];
  readonly neighbors: readonly Neighbor[];
  readonly hosts: readonly Host[];
  readonly last: number;
  readonly poe: boolean;
  readonly layer3: boolean;
}

function body(
  plan: NetworkPlan,
  traits: FamilyTraits,
  seed: Seed,
  profiles: Profiles,
  of: BodyPlan,
): SwitchBody {
  const mac = macOf(seed, of.name);
  const ports: Port[] = [];
  const optics = new Map<number, Source>();
  const poePorts = new Map<number, ReturnType<typeof poePortGauges>>();
  const add = (port: Draft, ifIndex: number): void => {
    const address = mac.slice();
    address[5] = (address[5]! + ifIndex) & 0xff;
    ports.push(
      new Port({
        ifIndex,
        name: port.name,
        descr: port.name,
        alias: plan.alias(port.alias),
        type: port.type,
        mega: port.mega,
        mac: port.type === ETHERNET || port.type === L3_VLAN ? address : new Uint8Array(0),
        adminUp: true,
        operUp: port.up,
        since: of.since,
        in: port.in,
        out: port.out,
        inErrorRate: port.inErrorRate,
        outDiscardRate: port.outDiscardRate,
        packetSize: 720,
        v6Share: port.v6Share,
        optic: port.optic,
        ...(port.poeWatts === undefined ? {} : { poeWatts: port.poeWatts }),
      }),
    );
    if (port.optic) optics.set(ifIndex, opticGauges(seed.of(`optic/${of.name}/${ifIndex}`), port.weakLight));
    if (of.poe && port.poeWatts !== undefined)
      poePorts.set(
        ifIndex,
        poePortGauges(seed.of(`poe/${of.name}/${ifIndex}`), port.poeWatts, port.busy ?? profiles.lessons),
      );
  };
  for (const [i, port] of of.drafts.entries()) add(port, traits.firstIndex + i);
  const management = vlanIndex(traits, 10);
  const addresses: Address[] = [
    { ifIndex: management, octets: storyAddress(plan.school, 0, of.last), prefixLength: 24 },
    { ifIndex: management, octets: storyAddress6(plan.school, 0, of.last), prefixLength: 64 },
  ];
  for (const vlan of of.layer3 ? [10, 20, 30, 40] : [10]) {
    const idle = draft(traits.vlan(vlan), 1000, L3_VLAN);
    idle.up = true;
    add(idle, vlanIndex(traits, vlan));
    if (vlan !== 10)
      addresses.push(
        {
          ifIndex: vlanIndex(traits, vlan),
          octets: storyAddress(plan.school, vlan / 10 - 1, 254),
          prefixLength: 24,
        },
        {
          ifIndex: vlanIndex(traits, vlan),
          octets: storyAddress6(plan.school, vlan / 10 - 1, 1),
          prefixLength: 64,
        },
      );
  }
  const loopback = draft(traits.loopback, 0, LOOPBACK);
  loopback.up = true;
  add(loopback, vlanIndex(traits, 90));
  const routed = ports.filter((port) => port.plan.v6Share > 0);
  return {
    family: plan.family,
    identity: identity(
      seed,
      of.name,
      of.objectId,
      traits.sysDescr(of.model),
      plan.location,
      of.since,
      of.layer3 ? 6 : 2,
    ),
    chassisName: traits.chassisName,
    model: of.model,
    serial: serial(seed, of.name),
    version: traits.version,
    mac,
    ports,
    chassis: chassisGauges(seed.of(`chassis/${of.name}`), of.since, profiles.lessons),
    optics,
    ...(of.poe ? { poe: { ports: poePorts, supply: poeSupplyGauges([...poePorts.values()], 370) } } : {}),
    neighbors: of.neighbors,
    addresses,
    hosts: of.hosts,
    vlans: VLANS,
    routed,
  };
}

export function serial(seed: Seed, name: string): string {
  return `SIM${seed.hash(`serial/${name}`).toString(36).toUpperCase().padStart(9, "0")}`;
}

export function identity(
  seed: Seed,
  name: string,
  sysObjectID: string,
  sysDescr: string,
  sysLocation: string,
  since: number,
  services: number,
): SystemIdentity {
  // RFC 3411 section 5, format 3: enterprise number with the top bit, then a MAC address.
  const engineId = Uint8Array.from([0x80, 0x00, 0x07, 0xdb, 0x03, ...macOf(seed, name)]);
  return {
    sysObjectID,
    sysDescr,
    sysName: name,
    sysLocation,
    services,
    engineId,
    engineBoots: seed.int(`boots/${name}`, 1, 40),
    since,
  };
}
