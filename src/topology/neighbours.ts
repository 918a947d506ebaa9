import type { DeviceFacts, NeighborFact } from "../inventory/facts.ts";
import type { Device } from "../inventory/model.ts";

/**
 * Finds the device that a neighbour entry speaks of, among those given. Only what neighbours of these devices name is
 * kept: a province's switches have millions of MACs, and few of them are anybody's neighbour.
 */
export class DeviceFinder {
  /** null: nobody, or more than one device, claims it. Keys are of one kind each: none is like another. */
  readonly #owners = new Map<string, string | null>();
  readonly #claimed = new Set<string>();

  /** @param facts what a device said of itself, where it did */
  constructor(devices: readonly Device[], facts: (device: string) => DeviceFacts | undefined) {
    for (const { id } of devices)
      for (const neighbor of facts(id)?.neighbors ?? [])
        for (const key of keysOf(neighbor)) this.#owners.set(key, null);
    if (this.#owners.size === 0) return;
    for (const device of devices) {
      const known = facts(device.id);
      for (const name of [device.id, device.name, known?.identity.sysName])
        if (name !== undefined) this.#claim(`n${name.toLowerCase()}`, device.id);
      for (const address of device.addresses) this.#claim(`a${address.toLowerCase()}`, device.id);
      for (const { address } of known?.addresses ?? []) this.#claim(`a${address.toLowerCase()}`, device.id);
      // Facts write MACs in one way, so that they need not be taken apart here.
      for (const { mac } of known?.interfaces ?? []) if (mac !== undefined) this.#claim(mac, device.id);
    }
  }

  /**
   * By the chassis' MAC, then the system name, then the address: the first that one device alone has. What two
   * devices claim (a name that both were shipped with, an address of two networks) finds nothing.
   */
  find(neighbor: NeighborFact): string | undefined {
    for (const key of keysOf(neighbor)) {
      const owner = this.#owners.get(key);
      if (owner !== undefined && owner !== null) return owner;
    }
    return undefined;
  }

  #claim(key: string, device: string): void {
    const owner = this.#owners.get(key);
    if (owner === undefined || owner === device) return;
    this.#owners.set(key, owner === null && !this.#claimed.has(key) ? device : null);
    this.#claimed.add(key);
  }
}

/** What a neighbour is known by, the surest first. */
function keysOf({ remoteChassis, remoteName, remoteAddress }: NeighborFact): string[] {
  const keys: string[] = [];
  const mac = remoteChassis === undefined ? undefined : macOf(remoteChassis);
  if (mac !== undefined) keys.push(mac);
  const name = remoteName?.trim().toLowerCase() ?? "";
  if (name !== "") keys.push(`n${name}`);
  // A switch of a domain calls itself by its full name.
  const dot = name.indexOf(".");
  if (dot > 0) keys.push(`n${name.slice(0, dot)}`);
  if (remoteAddress !== undefined) keys.push(`a${remoteAddress.toLowerCase()}`);
  return keys;
}

/** A MAC in any notation as facts write it; undefined for anything else, and for one that means nothing. */
function macOf(text: string): string | undefined {
  const digits = text.replace(/[:.\- ]/g, "").toLowerCase();
  if (!/^[0-9a-f]{12}$/.test(digits) || /^(0{12}|f{12})$/.test(digits)) return undefined;
  return digits.replace(/(..)(?=.)/g, "$1:");
}
