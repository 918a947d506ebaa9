import type { DeviceFacts } from "../../inventory/facts.ts";
import type { Device } from "../../inventory/model.ts";

/** MACs of the school's own network devices, from what they say of their interfaces and access points. */
export function ownMacs(
  devices: readonly Device[],
  facts: (device: string) => DeviceFacts | undefined,
): Set<string> {
  const macs = new Set<string>();
  for (const device of devices) {
    const told = facts(device.id);
    for (const one of told?.interfaces ?? []) if (one.mac !== undefined) macs.add(one.mac.toLowerCase());
    for (const ap of told?.aps ?? []) if (ap.mac !== undefined) macs.add(ap.mac.toLowerCase());
  }
  return macs;
}
