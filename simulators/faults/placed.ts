import type { School, WorldDevice } from "../world/model.ts";
import type { FaultKind, PlacedFault, SchoolFaults } from "./scenario.ts";

/** Room sensors over this many tenths of a degree are the hot ones. */
const HOT_TENTHS = 350;

/** Which devices of a school carry its faults: what a test or a demo page expects to see. */
export function placedFaults(school: School, faults: SchoolFaults): PlacedFault[] {
  const found: PlacedFault[] = [];
  for (const kind of Object.keys(faults) as FaultKind[]) {
    if (kind === "saturated-uplink" || kind === "uplink-down" || kind === "uplink-errors") {
      const uplink = school.links.find((link) => link.role === "uplink")!;
      found.push({ kind, school: school.id, device: uplink.device, interface: uplink.interface });
    } else
      for (const device of school.devices)
        if (carries(device, kind)) found.push({ kind, school: school.id, device: device.id });
  }
  return found;
}

function carries(device: WorldDevice, kind: FaultKind): boolean {
  const { body } = device;
  switch (kind) {
    case "silent-switch":
      return device.silent && body.kind === "switch";
    case "silent-board":
      return device.silent && body.kind === "board";
    case "ap-offline":
      return body.kind === "ap" && body.ap.plan.offline;
    case "ups-on-battery":
      return body.kind === "ups";
    case "hot-room":
      return body.kind === "room-sensor" && body.sensor.tenths(0) > HOT_TENTHS;
    default:
      return false;
  }
}
