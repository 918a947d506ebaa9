import type { DeviceRow, LinkView, RoomView, SchoolView, State } from "../views.ts";

/** What can keep a room from working, from the school's line to the device in the room. */
export const SUSPECTS = ["uplink", "power", "switch", "port", "ap", "board", "sensor"] as const;
export type Suspect = (typeof SUSPECTS)[number];

/** One thing that was looked at: what state it is in, and where to look further. */
export interface Finding {
  readonly suspect: Suspect;
  readonly state: State;
  /** The device it is about; absent where nothing of the kind is registered. */
  readonly device?: DeviceRow;
  readonly link?: LinkView;
  /** It explains what is wrong with the room. */
  readonly cause: boolean;
}

const UPLINKS: ReadonlySet<string> = new Set(["uplink", "backup-uplink"]);
const SWITCHES: ReadonlySet<string> = new Set(["access-switch", "core-switch"]);

/** The worst of several; undefined of none. */
function worst<T extends { state: State }>(list: readonly T[]): T | undefined {
  const rank: Readonly<Record<State, number>> = { bad: 0, watch: 1, unknown: 2, good: 3 };
  return [...list].sort((a, b) => rank[a.state] - rank[b.state])[0];
}

/**
 * Why a room is not ready, the cause first. Whatever stands nearer to the school's line explains what hangs on it:
 * with the switch of a building silent the board behind it is no suspect of its own. When several rooms' parts are
 * silent and the power is gone, the power is the cause. A part that is silent while everything before it answers
 * is the cause itself: then it is the part, its cable or its plug.
 */
export function findingsOf(room: RoomView, view: SchoolView): Finding[] {
  const byId = new Map(view.devices.map((device) => [device.id, device]));
  const deviceOf = (id: string | undefined): DeviceRow | undefined =>
    id === undefined ? undefined : byId.get(id);
  const links = view.links.filter((link) => UPLINKS.has(link.role));
  // One way that works is enough for the school: only when all are down is the line to blame.
  const up = links.find((link) => link.state === "good") ?? worst(links);
  const power = worst(view.devices.filter((device) => device.role === "ups" || device.role === "meter"));
  const switches = view.devices.filter((device) => SWITCHES.has(device.role));
  const building = room.path.slice(0, room.path.lastIndexOf("/") + 1);
  const here = switches.filter((device) => device.room?.startsWith(building));
  const near = deviceOf(room.port?.device) ?? worst(here.length > 0 ? here : switches);

  const parts: { suspect: Suspect; state: State; device: DeviceRow | undefined; link?: LinkView }[] = [];
  if (up) parts.push({ suspect: "uplink", state: up.state, device: undefined, link: up });
  if (power) parts.push({ suspect: "power", state: power.state, device: power });
  if (near) parts.push({ suspect: "switch", state: near.state, device: near });
  if (room.port) {
    parts.push({
      suspect: "port",
      state: room.port.operState === null ? "unknown" : room.port.operState === "up" ? "good" : "bad",
      device: deviceOf(room.port.device),
    });
  }
  if (room.ap) parts.push({ suspect: "ap", state: room.ap.state, device: deviceOf(room.ap.device) });
  if (room.board)
    parts.push({ suspect: "board", state: room.board.state, device: deviceOf(room.board.device) });
  if (room.sensor)
    parts.push({ suspect: "sensor", state: room.sensor.state, device: deviceOf(room.sensor.device) });

  const troubled = room.state === "bad" || room.state === "watch";
  const silent = room.board?.state === "bad" || room.ap?.state === "bad" || room.sensor?.state === "bad";
  const explains = (part: (typeof parts)[number]): boolean => {
    if (!troubled) return false;
    switch (part.suspect) {
      case "uplink":
        // A school without its line still has its rooms; what is silent is silent for us, when nothing answers.
        return part.state === "bad" && part.link?.operState !== "up" && near?.up !== "up";
      case "power":
        return silent && part.device?.up === "down" && near?.up === "down";
      case "switch":
        return silent && part.device?.up === "down";
      case "port":
        return silent && part.state === "bad";
      default:
        return part.state === room.state;
    }
  };
  const at = parts.findIndex(explains);
  const findings = parts.map(
    (part, n): Finding => ({
      suspect: part.suspect,
      state: part.state,
      cause: n === at,
      ...(part.device ? { device: part.device } : {}),
      ...(part.link ? { link: part.link } : {}),
    }),
  );
  return findings.sort((a, b) => Number(b.cause) - Number(a.cause));
}
