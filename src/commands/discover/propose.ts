import type { Endpoint } from "../../collection/contract.ts";
import type { DEVICE_ROLES } from "../../inventory/document.ts";
import type { ApFact } from "../../inventory/facts.ts";
import type { ProfileSet } from "../../profiles/profile-set.ts";
import { DeviceIds } from "./ids.ts";
import type { KnownDevice, KnownDevices } from "./known.ts";
import { type Parent, parentsOf, type SeenNeighbor, seenNeighbors } from "./links.ts";
import { type MergedDevice, macOf, macsOf } from "./merge.ts";
import {
  type Assignment,
  SchoolNames,
  type SchoolProposal,
  schoolByPrefix,
  spreadSchools,
} from "./school.ts";
import { canonical, type DiscoverScope } from "./scope.ts";

export type DeviceRole = (typeof DEVICE_ROLES)[number];

/** A device that answered, and what the inventory could say of it. */
export interface ProposedDevice {
  readonly found: MergedDevice;
  /** Id in the inventory: the one it has, or a proposal. */
  readonly id: string;
  readonly role: DeviceRole;
  readonly known?: KnownDevice;
  readonly school?: SchoolProposal;
  readonly parent?: { readonly id: string } & Omit<Parent, "device">;
  /** Why it cannot be taken over as it stands. */
  readonly obstacle?: string;
}

/** Something that a device told of and that did not answer itself. */
export interface Candidate {
  readonly kind: "neighbour" | "access point";
  readonly name: string;
  readonly protocol: string;
  readonly mac?: string;
  readonly addresses: readonly string[];
  /** Whether an address of it was in scope, and so was asked. */
  readonly inScope: boolean;
  /** The device that told of it. */
  readonly seenBy: string;
  readonly interface?: string;
  readonly school?: SchoolProposal;
  /** Id of the device it hangs behind; of an access point its controller. */
  readonly parent: string;
  readonly model?: string;
  /** Proposed id, for access points: their controller speaks for them. */
  readonly id?: string;
  readonly apName?: string;
}

export interface Proposals {
  readonly devices: readonly ProposedDevice[];
  readonly candidates: readonly Candidate[];
}

export interface ProposeOptions {
  readonly devices: readonly MergedDevice[];
  readonly known: KnownDevices;
  readonly profiles: ProfileSet;
  readonly assign: readonly Assignment[];
  readonly scope: DiscoverScope;
  /** Devices to start from, where a part of the network has no better root. */
  readonly seeds: readonly Endpoint[];
}

/** Says of each device whether it is known, and where it could belong. Decides nothing: a person adopts. */
export function propose(options: ProposeOptions): Proposals {
  const { devices, known } = options;
  const names = new SchoolNames(known.rows);
  const owners = devices.map((device) => known.find(device));
  const neighbors = seenNeighbors(devices, known);
  const aps = accessPoints(devices);
  const roles = devices.map(
    (device, i) =>
      owners[i]?.device.role ?? (aps.ofDevice(device) ? "access-point" : roleOf(device, options.profiles)),
  );
  const schools = devices.map((device, i) => ownSchool(device, owners[i], options, names));
  spreadSchools(devices, schoolEdges(devices, neighbors), schools);
  spreadFromInventory(neighbors, schools);
  spreadSchools(devices, schoolEdges(devices, neighbors), schools);
  const isSeed = ({ endpoints }: MergedDevice): boolean =>
    options.seeds.some((seed) =>
      endpoints.some(({ address, port }) => address === seed.address && port === seed.port),
    );
  const parents = parentsOf(devices.length, neighbors, (i) => rank(roles[i]!, isSeed(devices[i]!)));
  const ids = new DeviceIds(known.rows);
  const names_ = devices.map((device, i) =>
    owners[i]
      ? owners[i].device.id
      : ids.take(device.look.snapshot.identity.sysName, device.endpoints[0]!.address),
  );
  const proposed = devices.map((found, i): ProposedDevice => {
    const parent = parents[i];
    const obstacle = obstacleOf(found, owners[i], schools[i]);
    return {
      found,
      id: names_[i]!,
      role: roles[i]!,
      ...(owners[i] && { known: owners[i] }),
      ...(schools[i] && { school: schools[i] }),
      ...(parent && { parent: without(parent, names_[parent.device]!) }),
      ...(obstacle !== undefined && { obstacle }),
    };
  });
  const candidates = [
    ...aps.candidates(proposed, known, ids, names),
    ...neighborCandidates(proposed, neighbors, aps, options.scope),
  ];
  return { devices: proposed, candidates };
}

function without(
  { device: _, ...rest }: Parent,
  id: string,
): { readonly id: string } & Omit<Parent, "device"> {
  return { id, ...rest };
}

function ownSchool(
  device: MergedDevice,
  owner: KnownDevice | undefined,
  { assign }: ProposeOptions,
  names: SchoolNames,
): SchoolProposal | undefined {
  if (owner) return { school: owner.device.school, why: `the inventory has it (by ${owner.by})` };
  const { sysName, sysLocation } = device.look.snapshot.identity;
  const addresses = device.endpoints.map(({ address }) => address);
  return schoolByPrefix(addresses, assign) ?? names.find({ sysName, sysLocation });
}

function schoolEdges(
  devices: readonly MergedDevice[],
  neighbors: readonly SeenNeighbor[],
): { device: number; name: string }[][] {
  const nameOf = (i: number): string =>
    devices[i]!.look.snapshot.identity.sysName ?? devices[i]!.endpoints[0]!.address;
  const edges: { device: number; name: string }[][] = devices.map(() => []);
  for (const { from, to } of neighbors) {
    if (to === undefined) continue;
    edges[from]!.push({ device: to, name: nameOf(to) });
    edges[to]!.push({ device: from, name: nameOf(from) });
  }
  return edges;
}

/** Neighbours that the inventory has and that did not answer now say where they are all the same. */
function spreadFromInventory(
  neighbors: readonly SeenNeighbor[],
  schools: (SchoolProposal | undefined)[],
): void {
  const byDevice = Map.groupBy(
    neighbors.filter(({ known }) => known),
    ({ from }) => from,
  );
  for (const [from, list] of byDevice) {
    const first = list[0]!.known!;
    if (schools[from] || list.some(({ known }) => known!.school !== first.school)) continue;
    schools[from] = { school: first.school, why: `its LLDP neighbour ${first.id} is in it` };
  }
}

const ROUTES: ReadonlySet<DeviceRole> = new Set(["router", "firewall", "core-switch"]);
const SWITCHES: ReadonlySet<DeviceRole> = new Set(["access-switch", "olt", "other"]);

/** Lower is nearer to the middle of the network. */
function rank(role: DeviceRole, seed: boolean): number {
  if (ROUTES.has(role)) return 0;
  if (seed) return 1;
  return SWITCHES.has(role) ? 2 : 3;
}

/** As the profile says; a switch that is called core is one: profiles are of families, which have both. */
export function roleOf(device: MergedDevice, profiles: ProfileSet): DeviceRole {
  const { profile, sysName } = device.look.snapshot.identity;
  const role = (profiles.get(profile ?? "")?.role ?? "other") as DeviceRole;
  return role === "access-switch" && /(?<![a-z])core|核心/i.test(sysName ?? "") ? "core-switch" : role;
}

function obstacleOf(
  { look }: MergedDevice,
  owner: KnownDevice | undefined,
  school: SchoolProposal | undefined,
): string | undefined {
  if (owner) return undefined;
  if (look.viewTooSmall) return "its view is too small";
  if (!school) return "no school is known for it: say one with --assign PREFIX=SCHOOL";
  return undefined;
}

interface AccessPoints {
  /** The controller's own word of a device that answers itself. */
  ofDevice(device: MergedDevice): ApFact | undefined;
  ofMac(mac: string | undefined): boolean;
  candidates(
    devices: readonly ProposedDevice[],
    known: KnownDevices,
    ids: DeviceIds,
    names: SchoolNames,
  ): Candidate[];
}

/** What controllers say of their access points. */
function accessPoints(devices: readonly MergedDevice[]): AccessPoints {
  const all = devices.flatMap(({ look }, controller) => look.snapshot.aps.map((ap) => ({ ap, controller })));
  const byMac = new Map(all.flatMap(({ ap }) => (macOf(ap.mac) ? [[macOf(ap.mac)!, ap] as const] : [])));
  const byAddress = new Map(
    all.flatMap(({ ap }) =>
      [ap.address, ap.address6].flatMap((address) => (address ? [[canonical(address), ap] as const] : [])),
    ),
  );
  const answering = new Set<ApFact>();
  const ofDevice = (device: MergedDevice): ApFact | undefined => {
    // A controller lists no access point under an address of its own.
    if (device.look.snapshot.aps.length > 0) return undefined;
    const mac = [...macsOf(device.look)].find((one) => byMac.has(one));
    const ap = mac
      ? byMac.get(mac)
      : device.endpoints.map(({ address }) => byAddress.get(address)).find(Boolean);
    if (ap) answering.add(ap);
    return ap;
  };
  return {
    ofDevice,
    ofMac: (mac) => mac !== undefined && byMac.has(mac),
    candidates: (proposed, known, ids, names) =>
      all.flatMap(({ ap, controller }): Candidate[] => {
        const owner = proposed[controller]!;
        const name = ap.name ?? ap.key;
        if (answering.has(ap) || known.accessPoint(owner.id, name)) return [];
        const school = names.find({ "its name": ap.name, "its location": ap.location }) ?? inherited(owner);
        const addresses = [ap.address, ap.address6].filter((one) => one !== undefined).map(canonical);
        return [
          {
            kind: "access point",
            name,
            protocol: "controller",
            addresses,
            inScope: false,
            seenBy: owner.id,
            parent: owner.id,
            id: ids.take(`${owner.id}-${ap.name ?? ""}`, macOf(ap.mac) ?? ap.serial ?? name),
            apName: name,
            ...(macOf(ap.mac) && { mac: macOf(ap.mac)! }),
            ...(ap.model !== undefined && { model: ap.model }),
            ...(school && { school }),
          },
        ];
      }),
  };
}

function inherited(owner: ProposedDevice): SchoolProposal | undefined {
  return owner.school && { school: owner.school.school, why: `${owner.id} is in it` };
}

function neighborCandidates(
  devices: readonly ProposedDevice[],
  neighbors: readonly SeenNeighbor[],
  aps: AccessPoints,
  scope: DiscoverScope,
): Candidate[] {
  const found = new Map<string, Candidate>();
  for (const one of neighbors) {
    if (one.to !== undefined || one.known) continue;
    const mac = macOf(one.chassis);
    // Its controller tells more of it.
    if (aps.ofMac(mac)) continue;
    const owner = devices[one.from]!;
    const name = one.name ?? one.chassis ?? one.addresses[0];
    if (name === undefined) continue;
    const key = mac ?? one.chassis ?? `${owner.id} ${one.interface} ${name}`;
    const school = inherited(owner);
    if (found.has(key)) continue;
    found.set(key, {
      kind: "neighbour",
      name,
      protocol: one.protocol,
      addresses: one.addresses,
      inScope: one.addresses.some((address) => scope.allows(address)),
      seenBy: owner.id,
      parent: owner.id,
      ...(mac && { mac }),
      ...(one.interface !== undefined && { interface: one.interface }),
      ...(school && { school }),
    });
  }
  return [...found.values()];
}
