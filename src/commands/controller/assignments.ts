import type { DeviceAssignment, DeviceCredential, Protocol } from "../../collection/contract.ts";
import type { Device, Inventory } from "../../inventory/model.ts";
import { deviceTags } from "../../inventory/tags.ts";
import type { ProfileSet } from "../../profiles/profile-set.ts";
import type { Settings } from "../../settings/schema.ts";

const DEFAULT_PORT: Readonly<Record<Exclude<Protocol, "probe" | "mqtt">, number>> = {
  snmp: 161,
  modbus: 502,
};

export interface Assigned {
  readonly protocol: Protocol;
  readonly assignment: DeviceAssignment;
}

/** Why a device of the inventory cannot be polled as it stands; it stays unknown, with this reason. */
export interface NotAssigned {
  readonly device: string;
  readonly reason: string;
}

/**
 * What each collector is to do, from the inventory, the settings' credentials and the profiles. A device that
 * lacks something is left out with a reason; it never stops the others.
 */
export function assignments(
  inventory: Inventory,
  settings: Settings,
  profiles: ProfileSet,
): { assigned: Assigned[]; notAssigned: NotAssigned[] } {
  const assigned: Assigned[] = [];
  const notAssigned: NotAssigned[] = [];
  for (const device of inventory.devices.values()) {
    const result = assign(device, inventory, settings, profiles);
    if (typeof result === "string") notAssigned.push({ device: device.id, reason: result });
    else assigned.push(...result);
  }
  return { assigned, notAssigned };
}

function assign(
  device: Device,
  inventory: Inventory,
  settings: Settings,
  profiles: ProfileSet,
): Assigned[] | string {
  const profile = device.profile === undefined ? undefined : profiles.get(device.profile);
  if (device.profile !== undefined && profile === undefined) {
    return `no device profile '${device.profile}'`;
  }
  const gateway = device.parent === undefined ? undefined : inventory.devices.get(device.parent);
  // A meter behind a gateway is reached at the gateway's address.
  const behind = device.addresses.length === 0 && device.protocol === "modbus" ? gateway : undefined;
  const address = device.addresses[0] ?? behind?.addresses[0];
  const base = {
    device: device.id,
    tags: deviceTags(inventory, device),
    addresses: device.addresses,
    ...(profile && { profile }),
    ...(device.unit !== undefined && { unit: device.unit }),
  };
  // The probe tries the device's own addresses; a port that is polled by TCP is worth a connect too.
  const result: Assigned[] = [];
  const probe = (port: number): void => {
    if (device.addresses.length === 0) return;
    const endpoint = { address: device.addresses[0]!, port };
    result.push({ protocol: "probe", assignment: { ...base, endpoint, credential: { protocol: "none" } } });
  };
  switch (device.protocol) {
    case "snmp": {
      if (address === undefined) return "it has no address";
      const credential = snmpCredential(device, settings);
      if (typeof credential === "string") return credential;
      const endpoint = { address, port: device.port ?? DEFAULT_PORT.snmp };
      result.push({ protocol: "snmp", assignment: { ...base, endpoint, credential } });
      probe(22);
      return result;
    }
    case "modbus": {
      if (address === undefined) return "it has no address, and no gateway with one";
      if (profile === undefined) return "a Modbus device needs a profile: Modbus cannot tell what it is";
      const endpoint = { address, port: device.port ?? behind?.port ?? DEFAULT_PORT.modbus };
      result.push({
        protocol: "modbus",
        assignment: { ...base, endpoint, credential: { protocol: "none" } },
      });
      return result;
    }
    case "mqtt":
      if (profile === undefined) return "an MQTT device needs a profile: it says the topics";
      // The endpoint is the broker's business; the device is known by its topic.
      result.push({
        protocol: "mqtt",
        assignment: { ...base, endpoint: { address: "0.0.0.0", port: 0 }, credential: { protocol: "none" } },
      });
      return result;
    case "probe":
      if (address === undefined) return "it has no address";
      probe(device.port ?? 80);
      return result;
    case "none":
      return result;
  }
}

function snmpCredential(device: Device, settings: Settings): DeviceCredential | string {
  if (device.credential === undefined) return "it names no credential";
  const credential = settings.credentials[device.credential];
  if (credential === undefined) return `campusd.yaml has no credential '${device.credential}'`;
  if (credential.protocol !== "snmp") return `credential '${device.credential}' is not for SNMP`;
  return credential;
}
