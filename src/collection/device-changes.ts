import type { DeviceFacts, Identity } from "../inventory/facts.ts";
import { cleanEventText, type EventSeverity, type EventVarbind } from "./events.ts";

/** Kinds of the events that campusd makes itself, of what it sees while it polls, and how serious each is. */
export const OWN_EVENTS = {
  /** Another box answers in the device's place. */
  "device-replaced": "warning",
  /** The same box runs another version of its software. */
  "device-upgraded": "info",
  /** The same box has another snmpEngineID: its SNMP agent was set up anew. */
  "device-engine-changed": "info",
  /** The device's clock began anew. */
  "device-restarted": "warning",
} as const satisfies Readonly<Record<string, EventSeverity>>;
export type OwnEventKind = keyof typeof OWN_EVENTS;

export interface DeviceChange {
  readonly device: string;
  /** UTC ms. */
  readonly at: number;
  readonly kind: OwnEventKind;
  /** What it was and what it is. Texts are cleaned. */
  readonly values: readonly EventVarbind[];
}

/** Members of an identity by which boxes are told apart, with the object each comes from where there is one. */
const SIGNS = {
  serial: { oid: "1.3.6.1.2.1.47.1.1.1.1.11", type: "OCTET STRING" },
  engineId: { oid: "1.3.6.1.6.3.10.2.1.1.0", type: "OCTET STRING" },
  sysObjectID: { oid: "1.3.6.1.2.1.1.2.0", type: "OBJECT IDENTIFIER" },
  version: { oid: "1.3.6.1.2.1.47.1.1.1.1.10", type: "OCTET STRING" },
} as const;
type Sign = keyof typeof SIGNS;

/** The last that a device said of each; a poll that did not reach a table takes nothing back. */
interface Known extends Partial<Record<Sign, string>> {
  readonly profile?: string;
  /** Serial numbers of all its chassis: a stack has one for each member. */
  readonly chassis: ReadonlySet<string>;
}

/**
 * Notices over the facts of a device that it is another box, or the same with other software. History stays with
 * the device: it is the place in the network, whatever box stands there.
 */
export class DeviceChanges {
  readonly #known = new Map<string, Known>();

  /** What was known in an earlier run: a box replaced while campusd was off is noticed at the first contact. */
  restore(facts: ReadonlyMap<string, DeviceFacts>): void {
    for (const [device, one] of facts) if (!this.#known.has(device)) this.#known.set(device, knownOf(one));
  }

  /** Takes new facts; answers what has changed. */
  note(facts: DeviceFacts): DeviceChange[] {
    const { device, at } = facts;
    const before = this.#known.get(device);
    const now = knownOf(facts);
    this.#known.set(device, before ? merged(before, now) : now);
    if (!before) return [];
    const change = (kind: OwnEventKind, signs: readonly Sign[]): DeviceChange => ({
      device,
      at,
      kind,
      values: signs.flatMap((sign) => pair(sign, before[sign], now[sign])),
    });
    const replaced = isOther(before, now);
    if (replaced) return [change("device-replaced", ["serial", "engineId", "sysObjectID"])];
    const changes: DeviceChange[] = [];
    if (differs(before, now, "engineId")) changes.push(change("device-engine-changed", ["engineId"]));
    // Another profile may read the version from another place.
    if (before.profile === now.profile && differs(before, now, "version"))
      changes.push(change("device-upgraded", ["version"]));
    return changes;
  }

  forget(device: string): void {
    this.#known.delete(device);
  }
}

/** The event of a restart that polling saw. `upTime`: what the device's clock says, s. */
export function restartOf(device: string, at: number, upTime: number): DeviceChange {
  const value = `${Math.round(upTime)} s`;
  const values = [{ oid: "1.3.6.1.2.1.1.3.0", name: "sysUpTime.0", value, type: "TimeTicks" }];
  return { device, at, kind: "device-restarted", values };
}

/** The serial number decides where both told one; then the engine id; then what kind of box it is. */
function isOther(before: Known, now: Known): boolean {
  if (before.profile === now.profile && before.serial !== undefined && now.serial !== undefined) {
    if (before.serial === now.serial) return false;
    // A stack has another master: it is the same as long as it is made of a box that was in it.
    return !now.chassis.has(before.serial) && !before.chassis.has(now.serial);
  }
  if (before.engineId !== undefined && now.engineId !== undefined) return differs(before, now, "engineId");
  return differs(before, now, "sysObjectID");
}

function differs(before: Known, now: Known, sign: Sign): boolean {
  return before[sign] !== undefined && now[sign] !== undefined && before[sign] !== now[sign];
}

function knownOf({ identity, entities }: DeviceFacts): Known {
  const chassis = new Set(
    entities.flatMap((one) => (one.class === "chassis" && one.serial ? [one.serial.trim()] : [])),
  );
  return { ...signsOf(identity), chassis };
}

function signsOf(identity: Identity): Omit<Known, "chassis"> {
  const { serial, engineId, sysObjectID, version, profile } = identity;
  return Object.fromEntries(
    Object.entries({ serial, engineId, sysObjectID, version, profile }).filter(
      ([, text]) => text !== undefined && text !== "",
    ),
  );
}

function merged(before: Known, now: Known): Known {
  // A serial number that another profile read is no longer to be compared with.
  const kept = before.profile === now.profile ? before : { engineId: before.engineId };
  const chassis = now.chassis.size > 0 ? now.chassis : before.chassis;
  const signs = Object.entries({ ...kept, ...now }).filter(([, value]) => value !== undefined);
  return { ...Object.fromEntries(signs), chassis };
}

function pair(sign: Sign, before: string | undefined, now: string | undefined): EventVarbind[] {
  const one = (name: string, value: string | undefined): EventVarbind[] =>
    value === undefined ? [] : [{ ...SIGNS[sign], name, value: cleanEventText(value) }];
  return [...one(`${sign} before`, before), ...one(sign, now)];
}
