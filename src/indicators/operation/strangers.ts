import type { DeviceFacts, NeighborFact } from "../../inventory/facts.ts";
import type { Device } from "../../inventory/model.ts";

export interface Stranger {
  /** Device that told of it. */
  readonly seenBy: string;
  readonly name: string;
  /** UTC ms. */
  readonly at: number;
}

/**
 * Neighbours (LLDP, CDP) of the school's devices that are no device of the inventory. A neighbour is known by its
 * name, its address or its MAC; two that tell the same of themselves are one.
 * @param known every device of the inventory that may be a neighbour, and what it says of itself
 */
export function strangersOf(
  devices: readonly { readonly device: Device; readonly facts: DeviceFacts | undefined }[],
  isKnown: (word: string) => boolean,
): Stranger[] {
  const own = new Set<string>();
  for (const { device, facts } of devices) for (const word of wordsOf(device, facts)) own.add(word);
  const found = new Map<string, Stranger>();
  for (const { device, facts } of devices)
    for (const neighbor of facts?.neighbors ?? []) {
      const words = wordsOfNeighbor(neighbor);
      // One that tells nothing of itself cannot be told apart from a known device.
      if (words.length === 0 || words.some((word) => own.has(word) || isKnown(word))) continue;
      const key = words[0]!;
      if (!found.has(key))
        found.set(key, {
          seenBy: device.id,
          name: neighbor.remoteName ?? neighbor.remoteAddress ?? neighbor.remoteChassis ?? key,
          at: facts!.at,
        });
    }
  return [...found.values()];
}

/** Everything a device may be called by others, in small letters. */
export function wordsOf(device: Device, facts: DeviceFacts | undefined): string[] {
  const words = [device.id, device.name, device.apName, ...device.addresses, facts?.identity.sysName];
  for (const one of facts?.interfaces ?? []) words.push(one.mac);
  for (const one of facts?.addresses ?? []) words.push(one.address);
  for (const ap of facts?.aps ?? []) words.push(ap.name, ap.mac, ap.serial, ap.address, ap.address6);
  return words.flatMap(plain);
}

function wordsOfNeighbor({ remoteName, remoteChassis, remoteAddress }: NeighborFact): string[] {
  return [remoteChassis, remoteName, remoteAddress].flatMap(plain);
}

/** MACs in one spelling, names without their domain. */
function plain(word: string | undefined): string[] {
  const text = word?.trim().toLowerCase();
  if (!text) return [];
  const hex = text.replace(/[:.-]/g, "");
  if (/^[0-9a-f]{12}$/.test(hex)) return [hex];
  return [text];
}
