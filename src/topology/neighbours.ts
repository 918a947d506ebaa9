import type { DeviceFacts, NeighborFact } from "../inventory/facts.ts";
import type { Device } from "../inventory/model.ts";

/** Finds the device that a neighbour entry speaks of, among those given. */
export class DeviceFinder {
  readonly #macs = new Map<string, string | null>();
  readonly #names = new Map<string, string | null>();
  readonly #addresses = new Map<string, string | null>();

  /** @param facts what a device said of itself, where it did */
  constructor(devices: Iterable<Device>, facts: (device: string) => DeviceFacts | undefined) {
    for (const device of devices) {
      const known = facts(device.id);
      const names = [device.id, device.name, known?.identity.sysName];
      for (const name of names) if (name !== undefined) claim(this.#names, name.toLowerCase(), device.id);
      for (const address of device.addresses) claim(this.#addresses, address.toLowerCase(), device.id);
      for (const { address } of known?.addresses ?? [])
        claim(this.#addresses, address.toLowerCase(), device.id);
      for (const { mac } of known?.interfaces ?? [])
        if (mac !== undefined) {
          const digits = macDigits(mac);
          if (digits !== undefined) claim(this.#macs, digits, device.id);
        }
    }
  }

  /**
   * By the chassis' MAC, then the system name, then the address: the first that one device alone has. What two
   * devices claim (a name that both were shipped with, an address of two networks) finds nothing.
   */
  find({ remoteChassis, remoteName, remoteAddress }: NeighborFact): string | undefined {
    const digits = remoteChassis === undefined ? undefined : macDigits(remoteChassis);
    const name = remoteName?.trim().toLowerCase();
    return (
      (digits === undefined ? undefined : this.#macs.get(digits)) ??
      (name === undefined || name === "" ? undefined : this.#names.get(name)) ??
      // A switch of a domain calls itself by its full name.
      (name?.includes(".") ? this.#names.get(name.slice(0, name.indexOf("."))) : undefined) ??
      (remoteAddress === undefined ? undefined : this.#addresses.get(remoteAddress.toLowerCase())) ??
      undefined
    );
  }
}

/** null: more than one device claims it. */
function claim(map: Map<string, string | null>, key: string, device: string): void {
  const owner = map.get(key);
  if (owner === undefined) map.set(key, device);
  else if (owner !== device) map.set(key, null);
}

/** The twelve hex digits of a MAC, in any notation; undefined for anything else, and for one that means nothing. */
function macDigits(text: string): string | undefined {
  const digits = text.replace(/[:.\- ]/g, "").toLowerCase();
  return /^[0-9a-f]{12}$/.test(digits) && !/^(0{12}|f{12})$/.test(digits) ? digits : undefined;
}
