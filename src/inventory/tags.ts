import type { Tags } from "../measurements/series.ts";
import type { Device, Inventory } from "./model.ts";

/**
 * The tags that every series of a device carries: province, city and county as far as the school's region
 * goes, school (a site's id for a device of a site), building and room (`building/room`) where it stands in one, device and role. Frozen.
 */
export function deviceTags(inventory: Inventory, device: Device): Tags {
  const [province, city, county] = (inventory.place(device.school)?.region ?? "").split("/");
  return Object.freeze({
    ...(province ? { province } : {}),
    ...(city ? { city } : {}),
    ...(county ? { county } : {}),
    school: device.school,
    ...(device.building === undefined ? {} : { building: device.building }),
    ...(device.building === undefined || device.room === undefined
      ? {}
      : { room: `${device.building}/${device.room}` }),
    device: device.id,
    role: device.role,
  });
}
