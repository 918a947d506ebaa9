import { chassisGauges, opticGauges, poePortGauges, poeSupplyGauges } from "../behaviour/chassis.ts";
import { type Flapping, Still, type Total } from "../behaviour/flow.ts";
import { Port } from "../behaviour/port.ts";
import type { Profiles, WeekProfile } from "../behaviour/profile.ts";
import type { Source } from "../snmp/table.ts";
import { LAST_OCTET, macOf, storyAddress, storyAddress6 } from "./addresses.ts";
import type { FamilyTraits } from "./families.ts";
import type { Address, Host, Neighbor, SwitchBody, SystemIdentity, Vlan } from "./model.ts";
import type { NetworkPlan } from "./network-plan.ts";
import type { Seed } from "./seed.ts";

const VLANS: readonly Vlan[] = [
  { id: 1, name: "default" },
  { id: 10, name: "MGMT" },
  { id: 20, name: "JiaoXue" },
  { id: 30, name: "WLAN" },
  { id: 40, name: "IoT" },
];
/** The network without IPv4, where there is one. */
export const V6_ONLY_VLAN: Vlan = { id: 60, name: "IPv6-Only" };
/** VLANs with a gateway on the core: net of the story's addresses by VLAN. */
const NETS: Readonly<Record<number, number>> = { 10: 0, 20: 1, 30: 2, 40: 3, [V6_ONLY_VLAN.id]: 4 };
/** Where the address of IPv6 is that nobody advertises, in a school that began and did not go on. */
const SILENT_VLAN = 20;

export const ETHERNET = 6;
const ZERO = new Still(0);
export const LOOPBACK = 24;
const L3_VLAN = 53;
/** VLAN interfaces are numbered from here, after any physical port. */
const FIRST_VLAN_INDEX = 124;

/** A port before it is wired. */
export interface Draft {
  readonly name: string;
  mega: number;
  readonly type: number;
  alias: string;
  up: boolean;
  in: Total;
  out: Total;
  inErrorRate: number;
  outDiscardRate: number;
  routed: boolean;
  v6Share: number;
  optic: boolean;
  poeWatts?: number;
  busy?: WeekProfile;
  weakLight: boolean;
  fadesFrom?: number;
  flapping?: Flapping;
}

export function draft(name: string, mega: number, type: number): Draft {
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
    routed: false,
    v6Share: 0,
    optic: false,
    weakLight: false,
  };
}

/** ifIndex of the interface of a VLAN. */
export function vlanIndex(traits: FamilyTraits, vlan: number): number {
  return traits.firstIndex + FIRST_VLAN_INDEX + vlan;
}

export interface BodyPlan {
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
  /** Addresses of single ports, by name. */
  readonly ports?: ReadonlyMap<string, readonly Omit<Address, "ifIndex">[]>;
}

export function createSwitchBody(
  plan: NetworkPlan,
  traits: FamilyTraits,
  seed: Seed,
  profiles: Profiles,
  of: BodyPlan,
): SwitchBody {
  const mac = macOf(seed, of.name);
  const restartedAt = of.layer3 ? plan.restartedAt : undefined;
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
        routed: port.routed,
        v6Share: port.v6Share,
        optic: port.optic,
        ...(restartedAt === undefined ? {} : { restartedAt }),
        ...(port.flapping === undefined ? {} : { flapping: port.flapping }),
        ...(port.poeWatts === undefined ? {} : { poeWatts: port.poeWatts }),
      }),
    );
    if (port.optic)
      optics.set(
        ifIndex,
        opticGauges(seed.of(`optic/${of.name}/${ifIndex}`), port.weakLight, port.fadesFrom),
      );
    if (of.poe && port.poeWatts !== undefined)
      poePorts.set(
        ifIndex,
        poePortGauges(seed.of(`poe/${of.name}/${ifIndex}`), port.poeWatts, port.busy ?? profiles.lessons),
      );
  };
  const addresses: Address[] = [];
  const advertised: number[] = [];
  for (const [i, port] of of.drafts.entries()) {
    const ifIndex = traits.firstIndex + i;
    add(port, ifIndex);
    for (const address of of.ports?.get(port.name) ?? []) addresses.push({ ...address, ifIndex });
  }
  const { step, silent } = plan.ipv6;
  const vlans = step === 5 ? [...VLANS, V6_ONLY_VLAN] : VLANS;
  for (const { id } of of.layer3 ? vlans.slice(1) : [{ id: 10 }]) {
    const ifIndex = vlanIndex(traits, id);
    const idle = draft(traits.vlan(id), 1000, L3_VLAN);
    idle.up = true;
    add(idle, ifIndex);
    // An access switch is managed over IPv4; the gateways are the core's.
    const last = id === 10 ? of.last : 254;
    if (id !== V6_ONLY_VLAN.id)
      addresses.push({ ifIndex, octets: storyAddress(plan.school, NETS[id]!, last), prefixLength: 24 });
    const gateway = of.layer3 && step >= 2;
    if (gateway || (of.layer3 && silent && id === SILENT_VLAN)) {
      const octets = storyAddress6(plan.school, NETS[id]!, id === 10 ? of.last : 1);
      addresses.push({ ifIndex, octets, prefixLength: 64 });
      if (gateway && of.last === LAST_OCTET.core) advertised.push(ifIndex);
    }
  }
  const loopback = draft(traits.loopback, 0, LOOPBACK);
  loopback.up = true;
  add(loopback, vlanIndex(traits, 90));
  const routed = ports.filter((port) => port.plan.routed);
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
    chassis: chassisGauges(seed.of(`chassis/${of.name}`), of.since, profiles.lessons, restartedAt),
    optics,
    ...(of.poe ? { poe: { ports: poePorts, supply: poeSupplyGauges([...poePorts.values()], 370) } } : {}),
    neighbors: of.neighbors,
    addresses,
    hosts: of.hosts,
    vlans,
    routed,
    counters: plan.ipv6.counters,
    advertised,
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
