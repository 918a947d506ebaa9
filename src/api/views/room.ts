import type { Building, Room } from "../../inventory/model.ts";
import { quantity } from "../../measurements/quantities.ts";
import { type Finding, reasonsOf, stateOf } from "../rules.ts";
import type { RoomView } from "../schemas/campus.ts";
import type { DeviceSight } from "./device-row.ts";
import { apClients } from "./figures.ts";
import { firstOf, largestOf, later, type Sight } from "./sight.ts";

export interface RoomSight {
  readonly view: RoomView;
  /** ready: nothing bad and what should answer does; unknown: nothing bad, but not everything is known. */
  readonly readiness: "ready" | "not-ready" | "unknown";
}

const BOARD_POWER = quantity("board.power").states!;

/**
 * Judges a room by what stands in it and by the access points that serve it.
 * @param standing devices in the room; @param serving access points elsewhere that serve it
 */
export function seeRoom(
  sight: Sight,
  room: Room,
  building: Building | undefined,
  standing: readonly DeviceSight[],
  serving: readonly DeviceSight[],
): RoomSight {
  const board = standing.find((one) => one.device.role === "board");
  const ap =
    standing.find((one) => one.device.role === "access-point") ??
    serving.find((one) => one.row.up === "up") ??
    serving[0];
  const sensors = standing.filter((one) => one.device.role === "sensor");
  const judged = ap && !standing.includes(ap) ? [...standing, ap] : standing;
  const findings = roomFindings(room, judged);
  const state = stateOf(findings);
  return {
    readiness: readinessOf(state, board, ap),
    view: {
      id: room.id,
      path: room.path,
      building: room.building,
      buildingName: building?.name ?? room.building,
      name: room.name,
      type: room.type,
      floor: room.floor ?? null,
      seats: room.seats ?? null,
      state,
      reasons: reasonsOf(findings),
      board: board ? boardView(sight, board) : null,
      ap: ap ? apView(sight, ap) : null,
      sensor: sensors.length > 0 ? sensorView(sight, sensors) : null,
      devices: [...standing, ...serving.filter((one) => !standing.includes(one))].map((one) => one.device.id),
    },
  };
}

function roomFindings(room: Room, devices: readonly DeviceSight[]): Finding[] {
  const findings: Finding[] = [];
  let measured = 0;
  for (const one of devices) {
    if (!one.measured) continue;
    measured++;
    const carries = one.device.role === "board" || one.device.role === "access-point";
    // A lesson needs its board and its network; it goes on without a sensor or a meter.
    for (const finding of one.findings)
      findings.push(
        one.row.up === "down" && !carries && finding.severity === "bad"
          ? { ...finding, severity: "watch" }
          : finding,
      );
  }
  if (measured === 0)
    findings.push({
      severity: "unknown",
      reason: { code: "no-data", subject: room.path, name: room.name },
    });
  return findings;
}

function readinessOf(
  state: RoomView["state"],
  board: DeviceSight | undefined,
  ap: DeviceSight | undefined,
): RoomSight["readiness"] {
  if (state === "bad") return "not-ready";
  if (state === "unknown" || board?.row.state === "unknown" || ap?.row.state === "unknown") return "unknown";
  return "ready";
}

function boardView(sight: Sight, board: DeviceSight): NonNullable<RoomView["board"]> {
  const power = firstOf(sight, board.series, "board.power");
  return {
    device: board.device.id,
    state: board.row.state,
    power: power === null ? null : (BOARD_POWER[power] ?? null),
    temperature: firstOf(sight, board.series, "board.temperature"),
    usageToday: firstOf(sight, board.series, "board.usage_today"),
    at: board.row.at,
  };
}

function apView(sight: Sight, ap: DeviceSight): NonNullable<RoomView["ap"]> {
  return {
    device: ap.device.id,
    state: ap.row.state,
    clients: apClients(sight, ap.series),
    use: largestOf(sight, ap.series, "wifi.radio_use"),
    at: ap.row.at,
  };
}

/** One answer for the room: each quantity from the first sensor that has it. */
function sensorView(sight: Sight, sensors: readonly DeviceSight[]): NonNullable<RoomView["sensor"]> {
  const first = (quantityId: string): number | null => {
    for (const one of sensors) {
      const value = firstOf(sight, one.series, quantityId);
      if (value !== null) return value;
    }
    return null;
  };
  const main = sensors[0]!;
  return {
    device: main.device.id,
    state: stateOf(sensors.flatMap((one) => one.findings)),
    temperature: first("sensor.temperature"),
    humidity: first("sensor.humidity"),
    co2: first("sensor.co2"),
    at: sensors.reduce<number | null>((at, one) => later(at, one.row.at), null),
  };
}
