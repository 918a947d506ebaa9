import { type DeviceChange, OWN_EVENTS } from "../../collection/device-changes.ts";
import type { EventDraft } from "../../collection/events.ts";
import type { Device } from "../../inventory/model.ts";

/** The event of a change that campusd saw itself. It comes from no notification, so that its OID is empty. */
export function eventOfChange({ at, kind, values }: DeviceChange, device: Device): EventDraft {
  return {
    at,
    device: device.id,
    school: device.school,
    path: device.path,
    source: device.addresses[0] ?? "",
    kind,
    oid: "",
    severity: OWN_EVENTS[kind],
    varbinds: values,
    more: 0,
    fold: JSON.stringify([kind, device.id, values]),
  };
}
