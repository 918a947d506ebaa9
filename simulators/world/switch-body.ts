import { chassisGauges, opticGauges, poePortGauges, poeSupplyGauges } from "../behaviour/chassis.ts";
import { Still, type Total } from "../behaviour/flow.ts";
import { Port } from "../behaviour/port.ts";
import type { Profiles, WeekProfile } from "../behaviour/profile.ts";
import type { Source } from "../snmp/table.ts";
import { macOf, storyAddress, storyAddress6 } from "./addresses.ts";
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

export const ETHERNET = 6;
const ZERO = new Still(0);
const LOOPBACK = 24;
const L3_VLAN = 53;
/** VLAN interfaces are numbered from here, after any physical port. */
const FIRST_VLAN_INDEX = 124;

/** A port before it is wired. */
export interface Draft {
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
}

export function createSwitchBody(
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
