import type { Endpoint } from "../../collection/contract.ts";
import type { Look } from "./run.ts";
import { addressOrder } from "./scope.ts";

/** One device with every address it answered at. */
export interface MergedDevice {
  /** In order, IPv4 first; the first is the one to poll. */
  readonly endpoints: readonly Endpoint[];
  /** The look that tells most. */
  readonly look: Look;
  /** Why its addresses are taken for one device; empty with one look. */
  readonly mergedBy: readonly string[];
}

/** A text that makers write where a serial number should be. */
const NO_SERIAL =
  /^(?:0+|f+|x+|\?+|-+|\.+|n\/?a|none|null|unknown|not (?:specified|available)|default.*|to be filled.*|123456789\d*|0123456789\d*)$/i;

/** Puts looks that are of one device together. */
export function mergeDevices(looks: readonly Look[]): readonly MergedDevice[] {
  const groups = new Groups(looks.map(serialOf));
  const owners = new Map<string, number>();
  for (const [i, look] of looks.entries())
    for (const { key, why } of signsOf(look)) {
      const owner = owners.get(key);
      if (owner === undefined) owners.set(key, i);
      else groups.join(owner, i, why);
    }
  joinOwnAddresses(looks, groups);
  return groups
    .list()
    .map(({ members, why }) =>
      merged(
        members.map((i) => looks[i]!),
        why,
      ),
    )
    .sort((a, b) => addressOrder(a.endpoints[0]!, b.endpoints[0]!));
}

/** Undefined when the text is no serial number. */
export function serialOf(look: Pick<Look, "snapshot">): string | undefined {
  const serial = look.snapshot.identity.serial?.trim();
  return serial && serial.length >= 4 && !NO_SERIAL.test(serial) ? serial : undefined;
}

/** `00:11:22:aa:bb:cc` of any usual writing; undefined for what is no station's address. */
export function macOf(text: string | undefined): string | undefined {
  const hex = text?.replaceAll(/[:.\-\s]/g, "").toLowerCase() ?? "";
  if (!/^[0-9a-f]{12}$/.test(hex) || /^0+$/.test(hex) || Number.parseInt(hex.slice(0, 2), 16) & 1)
    return undefined;
  return hex.replaceAll(/(..)(?!$)/g, "$1:");
}

/** The device's own MAC addresses: of its interfaces, of its bridge, of its LLDP chassis. */
export function macsOf(look: Pick<Look, "snapshot" | "greeting">): ReadonlySet<string> {
  const { snapshot, greeting } = look;
  const all = [...snapshot.interfaces.map(({ mac }) => mac), greeting.bridge, greeting.chassis];
  return new Set(all.map(macOf).filter((mac) => mac !== undefined));
}

interface Sign {
  readonly key: string;
  readonly why: string;
}

function signsOf(look: Look): Sign[] {
  const { greeting, snapshot } = look;
  const { vendor, sysName, sysObjectID } = snapshot.identity;
  const signs: Sign[] = [];
  const serial = serialOf(look);
  if (serial) signs.push({ key: `serial ${vendor ?? sysObjectID ?? ""} ${serial}`, why: `serial ${serial}` });
  const chassis = macOf(greeting.chassis) ?? macOf(greeting.bridge);
  if (chassis) signs.push({ key: `chassis ${chassis}`, why: `chassis ${chassis}` });
  // Engine ids are copied with virtual machines: the name and the kind must be the same too.
  if (greeting.engineId && !/^(?:0|f)+$/.test(greeting.engineId))
    signs.push({
      key: `engine ${greeting.engineId} ${sysObjectID ?? ""} ${sysName ?? ""}`,
      why: `engine ${greeting.engineId}`,
    });
  const macs = [...new Set(snapshot.interfaces.map(({ mac }) => macOf(mac)))]
    .filter((mac) => mac !== undefined)
    .sort();
  if (sysName && macs.length > 0)
    signs.push({
      key: `name ${sysName} ${macs.join(" ")}`,
      why: "sysName and the MAC addresses of its interfaces",
    });
  return signs;
}

/** A device that lists the other's address as its own, with the same name and kind. */
function joinOwnAddresses(looks: readonly Look[], groups: Groups): void {
  const byAddress = new Map<string, number>();
  for (const [i, look] of looks.entries())
    for (const { address } of look.endpoints) byAddress.set(address, i);
  for (const [i, look] of looks.entries())
    for (const { address } of look.snapshot.addresses) {
      const other = byAddress.get(address);
      if (other === undefined || other === i) continue;
      const [a, b] = [look.snapshot.identity, looks[other]!.snapshot.identity];
      if (!a.sysName || a.sysName !== b.sysName || a.sysObjectID !== b.sysObjectID) continue;
      // Agents on other ports of one address may be other devices.
      if (!looks[other]!.endpoints.some(({ port }) => port === look.endpoints[0]!.port)) continue;
      groups.join(i, other, `it lists ${address} as its own`);
    }
}

function merged(looks: readonly Look[], mergedBy: readonly string[]): MergedDevice {
  const best = looks.reduce((a, b) => (weight(b) > weight(a) ? b : a));
  const endpoints = new Map<string, Endpoint>();
  for (const look of looks)
    for (const endpoint of look.endpoints) endpoints.set(`${endpoint.address} ${endpoint.port}`, endpoint);
  return { endpoints: [...endpoints.values()].sort(addressOrder), look: best, mergedBy };
}

function weight({ viewTooSmall, snapshot }: Look): number {
  return viewTooSmall
    ? -1
    : snapshot.interfaces.length + snapshot.neighbors.length + (snapshot.error ? 0 : 1);
}

/** Looks by their numbers, joined two by two. Two serial numbers are two devices, whatever else they share. */
class Groups {
  readonly #parent: number[];
  /** Of a group at the place of its root. */
  readonly #serials: (string | undefined)[];
  readonly #why = new Map<number, Set<string>>();

  constructor(serials: readonly (string | undefined)[]) {
    this.#parent = serials.map((_, i) => i);
    this.#serials = [...serials];
  }

  join(a: number, b: number, why: string): void {
    const [x, y] = [this.#root(a), this.#root(b)];
    const [one, other] = [this.#serials[x], this.#serials[y]];
    if (one !== undefined && other !== undefined && one !== other) return;
    this.#serials[Math.min(x, y)] = one ?? other;
    const reasons = new Set([...(this.#why.get(x) ?? []), ...(this.#why.get(y) ?? []), why]);
    this.#parent[Math.max(x, y)] = Math.min(x, y);
    this.#why.set(Math.min(x, y), reasons);
  }

  list(): { readonly members: readonly number[]; readonly why: readonly string[] }[] {
    const members = Map.groupBy(this.#parent.keys(), (i) => this.#root(i));
    return [...members].map(([root, list]) => ({ members: list, why: [...(this.#why.get(root) ?? [])] }));
  }

  #root(i: number): number {
    let at = i;
    while (this.#parent[at] !== at) at = this.#parent[at]!;
    return at;
  }
}
