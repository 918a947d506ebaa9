import type { DeviceFacts } from "../../inventory/facts.ts";
import type { DeviceRow, InventoryRows } from "../../inventory/rows.ts";
import { type MergedDevice, macOf, macsOf, serialOf } from "./merge.ts";
import { canonical } from "./scope.ts";

const SNMP_PORT = 161;

/** A device that the inventory has already, and what it was known by. */
export interface KnownDevice {
  readonly device: DeviceRow;
  readonly by: "address" | "serial" | "MAC address";
}

/** Finds devices of the inventory by what a device on the wire says of itself. */
export class KnownDevices {
  readonly rows: InventoryRows;
  readonly #byAddress = new Map<string, DeviceRow[]>();
  readonly #bySerial = new Map<string, DeviceRow>();
  readonly #byMac = new Map<string, DeviceRow>();
  readonly #byName = new Map<string, DeviceRow | null>();
  readonly #byAp = new Map<string, DeviceRow>();

  /** `facts`: what the devices said of themselves when they were last polled, by id. */
  constructor(rows: InventoryRows, facts: ReadonlyMap<string, DeviceFacts>) {
    this.rows = rows;
    for (const device of rows.device.values()) {
      for (const address of device.addresses) {
        const text = canonical(address);
        const owners = this.#byAddress.get(text);
        if (owners) owners.push(device);
        else this.#byAddress.set(text, [device]);
      }
      this.#name(device.id, device);
      if (device.parent !== undefined)
        this.#byAp.set(`${device.parent}\n${device.apName ?? device.id}`, device);
      const said = facts.get(device.id);
      if (!said) continue;
      if (said.identity.serial) this.#bySerial.set(said.identity.serial.trim(), device);
      if (said.identity.sysName) this.#name(said.identity.sysName, device);
      for (const { mac } of said.interfaces) {
        const text = macOf(mac);
        if (text) this.#byMac.set(text, device);
      }
    }
  }

  find(found: MergedDevice): KnownDevice | undefined {
    for (const { address, port } of found.endpoints)
      for (const device of this.#byAddress.get(address) ?? [])
        if (device.protocol !== "snmp" || (device.port ?? SNMP_PORT) === port)
          return { device, by: "address" };
    const serial = serialOf(found.look);
    const bySerial = serial === undefined ? undefined : this.#bySerial.get(serial);
    if (bySerial) return { device: bySerial, by: "serial" };
    // Most of its interfaces: one address may be a virtual router's, or have been moved.
    const macs = [...macsOf(found.look)];
    const byMac = macs.map((mac) => this.#byMac.get(mac)).find((device) => device !== undefined);
    if (byMac && macs.filter((mac) => this.#byMac.get(mac) === byMac).length * 2 > macs.length)
      return { device: byMac, by: "MAC address" };
    return undefined;
  }

  /** The device behind a neighbour's name or MAC address, where one alone goes by it. */
  neighbor(signs: { readonly name?: string; readonly mac?: string }): DeviceRow | undefined {
    const byMac = signs.mac === undefined ? undefined : this.#byMac.get(signs.mac);
    return byMac ?? (signs.name === undefined ? undefined : (this.#byName.get(signs.name) ?? undefined));
  }

  /** The access point that a controller knows under that name. */
  accessPoint(controller: string, name: string): DeviceRow | undefined {
    return this.#byAp.get(`${controller}\n${name}`);
  }

  /** Names that two devices share tell nothing: null. */
  #name(name: string, device: DeviceRow): void {
    const other = this.#byName.get(name);
    this.#byName.set(name, other === undefined || other === device ? device : null);
  }
}
