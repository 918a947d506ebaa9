import type { EventDraft } from "../../../src/collection/events.ts";
import type { InterfaceFact } from "../../../src/inventory/facts.ts";
import type { TrapContent } from "./content.ts";
import type { AcceptedTrap } from "./intake.ts";
import { notificationOf } from "./notifications.ts";
import { objectOf } from "./objects.ts";

/** A device as far as an event names it. */
export interface TrapSender {
  readonly device: string;
  readonly school: string;
  /** `province/city/county/school`. */
  readonly path: string;
  /** What is known of its interfaces. */
  readonly interfaces: readonly InterfaceFact[];
}

export interface TrapEvent {
  readonly event: EventDraft;
  /** Devices whose values have changed with it. */
  readonly poll: readonly string[];
}

/** Objects of IF-MIB whose index is the ifIndex. */
const BY_IF_INDEX = new Set([
  "ifIndex",
  "ifDescr",
  "ifType",
  "ifAdminStatus",
  "ifOperStatus",
  "ifName",
  "ifAlias",
]);

/** The event of a notification. `senders`: the devices that have its source address, one or more. */
export function eventOfTrap(trap: AcceptedTrap, senders: readonly TrapSender[]): TrapEvent {
  const known = notificationOf(trap.oid);
  const one = senders.length === 1 ? senders[0] : undefined;
  const interfaceKey = one && interfaceOf(trap, one.interfaces);
  const school = senders.every((sender) => sender.school === senders[0]?.school) && senders[0]?.school;
  const event: EventDraft = {
    at: trap.at,
    ...(one && { device: one.device }),
    ...(school && { school }),
    path: commonPath(senders.map((sender) => sender.path)),
    source: trap.source,
    kind: known?.name ?? trap.oid,
    oid: trap.oid,
    severity: known?.severity ?? "unknown",
    ...(interfaceKey !== undefined && { interface: interfaceKey }),
    varbinds: trap.varbinds,
    more: trap.more,
    fold: trap.fold,
  };
  return { event, poll: known?.poll ? senders.map((sender) => sender.device) : [] };
}

/** Key of the interface that the notification's objects are about; undefined when none or not known. */
function interfaceOf(content: TrapContent, interfaces: readonly InterfaceFact[]): string | undefined {
  for (const { oid } of content.varbinds) {
    const object = objectOf(oid);
    if (!object || !BY_IF_INDEX.has(object.name)) continue;
    const ifIndex = Number(object.index);
    const found = interfaces.find((one) => one.ifIndex === ifIndex);
    if (found) return found.key;
  }
  return undefined;
}

/** The longest path that is above all of them: who may see the one and the other may see the event. */
function commonPath(paths: readonly string[]): string {
  let common = paths[0]?.split("/") ?? [];
  for (const path of paths.slice(1)) {
    const steps = path.split("/");
    const differs = common.findIndex((step, i) => step !== steps[i]);
    if (differs >= 0) common = common.slice(0, differs);
  }
  return common.join("/");
}
