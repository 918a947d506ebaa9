import type { CampusEvent } from "../../collection/events.ts";
import type { Inventory } from "../../inventory/model.ts";
import { type Caller, maySee } from "../access.ts";
import type { EventView } from "../schemas/campus.ts";

/**
 * Whether the caller may see the event: it happened in the caller's subtree, and its device, if it is still there,
 * is in it now.
 */
export function maySeeEvent(inventory: Inventory, caller: Caller, event: CampusEvent): boolean {
  if (!maySee(caller, event.path)) return false;
  const device = event.device === undefined ? undefined : inventory.devices.get(event.device);
  return device === undefined || maySee(caller, device.path);
}

export function eventView(event: CampusEvent): EventView {
  const { path: _, device, school, interface: key, varbinds, ...rest } = event;
  return {
    ...rest,
    device: device ?? null,
    school: school ?? null,
    interface: key ?? null,
    varbinds: [...varbinds],
  };
}
