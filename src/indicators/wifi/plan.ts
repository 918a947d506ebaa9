import type { Device, Inventory, Room, School } from "../../inventory/model.ts";

/** Rooms in which lessons are held: what "full coverage" is counted over. A province may set others. */
export const TEACHING_ROOMS: readonly Room["type"][] = [
  "classroom",
  "laboratory",
  "computer-room",
  "multimedia",
  "library",
  "hall",
];

/** A registered access point and the rooms that it is meant to cover. */
export interface PlannedAp {
  readonly device: Device;
  /** The `ap` tag under which its controller reports it; undefined for one that is read itself. */
  readonly key: string | undefined;
  /** Id of the controller, or of the access point where it is read itself. */
  readonly reporter: string;
  /** `building/room`, all it serves, also those that need no coverage. */
  readonly rooms: readonly string[];
}

export interface PlannedRoom {
  readonly room: Room;
  /** The access point in the room first. */
  readonly aps: readonly PlannedAp[];
}

export interface CoveragePlan {
  /** Rooms that need coverage, with what is to cover them. */
  readonly rooms: readonly PlannedRoom[];
  /** Every registered access point of the school. */
  readonly aps: readonly PlannedAp[];
  /** Those of them that cover a room that needs it. */
  readonly covering: readonly PlannedAp[];
  /** Controllers that are asked. */
  readonly controllers: readonly PlannedController[];
}

export interface PlannedController {
  readonly id: string;
  /** Access points to ask for, where the controller serves other schools too; undefined: all it has. */
  readonly only?: readonly string[];
}

/** Whether an access point is known through its controller alone. */
function reportedBy(device: Device): string | undefined {
  return device.parent !== undefined && device.protocol === "none" ? device.parent : undefined;
}

/** The name that its controller reports an access point under. */
export function apKeyOf(device: Device): string {
  return device.apName ?? device.id;
}

/** What should cover which room, from the register alone. */
export function coveragePlan(
  inventory: Inventory,
  school: School,
  roomTypes: ReadonlySet<string>,
): CoveragePlan {
  const devices = inventory.devicesOf(school.id);
  const aps = devices.filter((device) => device.role === "access-point").map(plannedAp);
  const byRoom = new Map<string, PlannedAp[]>();
  for (const ap of aps)
    for (const room of ap.rooms) {
      const list = byRoom.get(room);
      if (list) list.push(ap);
      else byRoom.set(room, [ap]);
    }
  const rooms = inventory
    .roomsOf(school.id)
    .filter((room) => roomTypes.has(room.type))
    .map((room): PlannedRoom => {
      const key = `${room.building}/${room.id}`;
      const own = (ap: PlannedAp): number =>
        ap.device.building === room.building && ap.device.room === room.id ? 0 : 1;
      return { room, aps: [...(byRoom.get(key) ?? [])].sort((a, b) => own(a) - own(b)) };
    });
  const needed = new Set(rooms.map(({ room }) => `${room.building}/${room.id}`));
  const controllers = new Set(
    devices.filter((device) => device.role === "wifi-controller").map((device) => device.id),
  );
  for (const ap of aps) if (ap.key !== undefined) controllers.add(ap.reporter);
  const here = new Set(devices.map((device) => device.id));
  return {
    rooms,
    aps,
    covering: aps.filter((ap) => ap.rooms.some((room) => needed.has(room))),
    controllers: [...controllers].map((id) =>
      here.has(id)
        ? { id }
        : { id, only: aps.flatMap((ap) => (ap.reporter === id && ap.key !== undefined ? [ap.key] : [])) },
    ),
  };
}

function plannedAp(device: Device): PlannedAp {
  const controller = reportedBy(device);
  const own = device.building !== undefined && device.room !== undefined;
  return {
    device,
    key: controller === undefined ? undefined : apKeyOf(device),
    reporter: controller ?? device.id,
    rooms: device.serves ?? (own ? [`${device.building}/${device.room}`] : []),
  };
}
