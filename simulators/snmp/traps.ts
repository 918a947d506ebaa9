import { createSocket } from "node:dgram";
import { isIPv6 } from "node:net";
import { UPS } from "../behaviour/ups.ts";
import type { PlacedFault } from "../faults/scenario.ts";
import type { WorldDevice } from "../world/model.ts";
import { arcs, encodeOid, integerTlv, TAG, textTlv, tlv } from "./ber.ts";

/** Where traps go: one address of a family, the one of the device's own is taken. */
export interface TrapDestination {
  readonly addresses: readonly { readonly address: string; readonly port: number }[];
  readonly community: string;
}

/** A varbind: the OID in arcs and the whole TLV of its value. */
export interface TrapValue {
  readonly oid: readonly number[];
  readonly value: Uint8Array;
}

/** RFC 1628: the trap is sent again each minute while the battery lasts. */
const ON_BATTERY_EVERY_MS = 60_000;
const TRAP_V2 = 0xa7;
const SYS_UP_TIME = arcs("1.3.6.1.2.1.1.3.0");
const SNMP_TRAP_OID = arcs("1.3.6.1.6.3.1.1.4.1.0");
const LINK = { down: arcs("1.3.6.1.6.3.1.1.5.3"), up: arcs("1.3.6.1.6.3.1.1.5.4") } as const;
const IF_ENTRY = arcs("1.3.6.1.2.1.2.2.1");
const IF_NAME = arcs("1.3.6.1.2.1.31.1.1.1.1");
const ON_BATTERY = arcs("1.3.6.1.2.1.33.2.1");
const UPS_BATTERY = arcs("1.3.6.1.2.1.33.1.2");
const LOW_BATTERY_TIME = arcs("1.3.6.1.2.1.33.1.9.7.0");

/** Sends one SNMPv2c trap from the device's own address. Resolves when the system has taken it. */
export async function sendTrap(
  device: WorldDevice,
  destination: TrapDestination,
  trap: { readonly oid: readonly number[]; readonly upTime: number; readonly values: readonly TrapValue[] },
  requestId: number,
): Promise<void> {
  const from = device.address;
  const to = destination.addresses.find(({ address }) => isIPv6(address) === isIPv6(from ?? ""));
  if (from === undefined || !to) return;
  const bytes = encodeTrap(destination.community, requestId, trap);
  const socket = createSocket(isIPv6(from) ? { type: "udp6", ipv6Only: true } : { type: "udp4" });
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once("error", reject);
      socket.bind(0, from, () =>
        socket.send(bytes, to.port, to.address, (error) => (error ? reject(error) : resolve())),
      );
    });
  } finally {
    socket.close();
  }
}

/** linkDown or linkUp of an interface by its name, as IF-MIB has them and most switches add ifName. */
export function linkTrap(
  device: WorldDevice,
  name: string,
  up: boolean,
  second: number,
): Parameters<typeof sendTrap>[2] | undefined {
  const { body } = device;
  if (body.kind !== "switch" && body.kind !== "controller") return undefined;
  const port = body.switch.ports.find(({ plan }) => plan.name === name);
  if (!port) return undefined;
  const { ifIndex, adminUp } = port.plan;
  const column = (number: number, value: number): TrapValue => ({
    oid: [...IF_ENTRY, number, ifIndex],
    value: integerTlv(TAG.integer, value),
  });
  return {
    oid: up ? LINK.up : LINK.down,
    upTime: upTimeAt(body.switch.identity.since, second),
    values: [
      column(1, ifIndex),
      column(7, adminUp ? 1 : 2),
      column(8, up ? 1 : 2),
      { oid: [...IF_NAME, ifIndex], value: textTlv(name) },
    ],
  };
}

/** upsTrapOnBattery; undefined while the mains are there. */
export function onBatteryTrap(
  device: WorldDevice,
  second: number,
): Parameters<typeof sendTrap>[2] | undefined {
  if (device.body.kind !== "ups") return undefined;
  const { ups, identity } = device.body;
  const secondsOnBattery = ups.value(UPS.secondsOnBattery, second);
  if (secondsOnBattery === 0) return undefined;
  const value = (oid: readonly number[], number: number): TrapValue => ({
    oid,
    value: integerTlv(TAG.integer, number),
  });
  return {
    oid: ON_BATTERY,
    upTime: upTimeAt(identity.since, second),
    values: [
      value([...UPS_BATTERY, 3, 0], ups.value(UPS.minutesLeft, second)),
      value([...UPS_BATTERY, 2, 0], secondsOnBattery),
      value(LOW_BATTERY_TIME, 2),
    ],
  };
}

/**
 * What the county's devices tell of the scenario's faults: the line that is down once, the UPS on its battery
 * each minute. A destination that nobody listens at changes nothing, as with any trap.
 */
export class FaultTraps {
  readonly #devices: ReadonlyMap<string, WorldDevice>;
  readonly #faults: readonly PlacedFault[];
  readonly #second: () => number;
  #timer: NodeJS.Timeout | undefined;
  #requestId = 0;
  #sent = 0;

  constructor(
    devices: ReadonlyMap<string, WorldDevice>,
    faults: readonly PlacedFault[],
    second: () => number,
  ) {
    this.#devices = devices;
    this.#faults = faults;
    this.#second = second;
  }

  /** Traps sent so far. */
  get sent(): number {
    return this.#sent;
  }

  /**
   * Tells of the faults `afterMs` from now, and goes on until `close`: who has just begun to look at the devices
   * does not know their interfaces yet.
   */
  open(destination: TrapDestination, afterMs = 0): void {
    this.close();
    this.#timer = setTimeout(() => void this.#begin(destination), afterMs);
  }

  async #begin(destination: TrapDestination): Promise<void> {
    for (const { kind, device, interface: name } of this.#faults) {
      const carrier = this.#devices.get(device);
      if (kind !== "uplink-down" || !carrier || name === undefined || carrier.silent) continue;
      await this.#send(carrier, destination, linkTrap(carrier, name, false, this.#second()));
    }
    const batteries = async (): Promise<void> => {
      for (const device of this.#devices.values())
        if (!device.silent) await this.#send(device, destination, onBatteryTrap(device, this.#second()));
    };
    const timer = this.#timer;
    await batteries();
    // Closed, or opened for another destination, meanwhile.
    if (timer === this.#timer) this.#timer = setInterval(() => void batteries(), ON_BATTERY_EVERY_MS);
  }

  close(): void {
    // One function ends timers of both kinds.
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  async #send(
    device: WorldDevice,
    destination: TrapDestination,
    trap: Parameters<typeof sendTrap>[2] | undefined,
  ): Promise<void> {
    if (!trap) return;
    this.#requestId = (this.#requestId + 1) % 2 ** 31;
    try {
      await sendTrap(device, destination, trap, this.#requestId);
      this.#sent++;
    } catch {
      // No route, or the address is gone: a trap is lost like any datagram.
    }
  }
}

function upTimeAt(since: number, second: number): number {
  return (Math.max(0, second - since) * 100) % 2 ** 32;
}

function encodeTrap(
  community: string,
  requestId: number,
  trap: { readonly oid: readonly number[]; readonly upTime: number; readonly values: readonly TrapValue[] },
): Uint8Array {
  const zero = integerTlv(TAG.integer, 0);
  const varbinds: TrapValue[] = [
    { oid: SYS_UP_TIME, value: integerTlv(TAG.timeTicks, trap.upTime) },
    { oid: SNMP_TRAP_OID, value: tlv(TAG.oid, encodeOid(trap.oid)) },
    ...trap.values,
  ];
  const list = varbinds.map(({ oid, value }) =>
    tlv(TAG.sequence, Buffer.concat([tlv(TAG.oid, encodeOid(oid)), value])),
  );
  const pdu = Buffer.concat([
    integerTlv(TAG.integer, requestId),
    zero,
    zero,
    tlv(TAG.sequence, Buffer.concat(list)),
  ]);
  return tlv(
    TAG.sequence,
    Buffer.concat([integerTlv(TAG.integer, 1), tlv(TAG.octets, Buffer.from(community)), tlv(TRAP_V2, pdu)]),
  );
}
