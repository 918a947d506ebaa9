import type { DeviceFacts, InterfaceFact } from "../../inventory/facts.ts";
import { quantity } from "../../measurements/quantities.ts";
import type { RoomView } from "../schemas/campus.ts";
import type { DeviceSight } from "./device-row.ts";
import { firstOf, type Sight } from "./sight.ts";

type RoomPort = NonNullable<RoomView["port"]>;

const OPER_STATES = quantity("interface.oper_state").states!;
const SWITCHES: ReadonlySet<string> = new Set(["access-switch", "core-switch"]);
const WIRELESS = /无线|wi-?fi|wlan|\bap\b/i;

/**
 * Finds the switch port that a room hangs on: by the neighbour that a switch sees there, else by the port's own
 * description, which begins with the room's name as it does in most schools (`教室302-智慧黑板`, `Room 302 board`).
 * Made once for a school and asked for its troubled rooms alone.
 */
export function roomPorts(
  sight: Sight,
  devices: ReadonlyMap<string, DeviceSight>,
): (room: RoomView) => RoomPort | null {
  let switches: { id: string; facts: DeviceFacts }[] | undefined;
  const known = (): { id: string; facts: DeviceFacts }[] => {
    switches ??= [...devices.values()].flatMap(({ device }) => {
      const facts = SWITCHES.has(device.role) ? sight.facts(device.id) : undefined;
      return facts ? [{ id: device.id, facts }] : [];
    });
    return switches;
  };
  const portOf = (device: string, { key, operStatus }: InterfaceFact): RoomPort => {
    const series = sight.index.ofInterface(device, key);
    const oper = firstOf(sight, series, "interface.oper_state");
    return {
      device,
      interface: key,
      operState: oper === null ? (operStatus ?? null) : (OPER_STATES[oper] ?? null),
      power: firstOf(sight, series, "poe.port_power"),
    };
  };
  return (room) => {
    // The port that tells is the one of what is silent: the board's before the access point's.
    const wireless = room.board === null || (room.board.state !== "bad" && room.ap?.state === "bad");
    const names = wireless ? namesOf(sight, room.ap && devices.get(room.ap.device)) : [];
    for (const { id, facts } of known()) {
      const neighbor = facts.neighbors.find(
        ({ remoteName }) => remoteName !== undefined && names.includes(remoteName.toLowerCase()),
      );
      const port = neighbor && facts.interfaces.find(({ ifIndex }) => ifIndex === neighbor.ifIndex);
      if (port) return portOf(id, port);
    }
    for (const { id, facts } of known()) {
      const port = facts.interfaces.find(
        ({ alias }) =>
          alias !== undefined && beginsWith(alias, room.name) && WIRELESS.test(alias) === wireless,
      );
      if (port) return portOf(id, port);
    }
    return null;
  };
}

/** What an access point may call itself to its neighbour, in small letters. */
function namesOf(sight: Sight, ap: DeviceSight | null | undefined): string[] {
  if (!ap) return [];
  const { device } = ap;
  return [device.apName, sight.facts(device.id)?.identity.sysName, device.name, device.id].flatMap((name) =>
    name === undefined ? [] : [name.toLowerCase()],
  );
}

/** `教室30` does not begin `教室302-智慧黑板`: a number ends where its digits end. */
function beginsWith(alias: string, room: string): boolean {
  return room !== "" && alias.startsWith(room) && !/^[0-9A-Za-z]/.test(alias.slice(room.length));
}
