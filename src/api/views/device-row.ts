import type { Device, Place, Room } from "../../inventory/model.ts";
import {
  byCodePoint,
  DEVICE_STALE,
  type Finding,
  PEOPLE_STAY,
  reasonsOf,
  stateOf,
  THRESHOLDS,
} from "../rules.ts";
import type { DeviceRow, Reason } from "../schemas/campus.ts";
import type { DeviceSeries } from "../series-index.ts";
import { firstOf, freshValue, largestOf, newestOf, type Sight } from "./sight.ts";

/** A device's row and what it was judged by. */
export interface DeviceSight {
  readonly device: Device;
  readonly row: DeviceRow;
  readonly findings: readonly Finding[];
  readonly series: DeviceSeries | undefined;
  /** Whether anything is meant to measure it; what nobody measures is unknown and troubles nobody. */
  readonly measured: boolean;
}

interface Presence {
  readonly up: DeviceRow["up"];
  readonly since: number | null;
  /** UTC ms of the newest good sample. */
  readonly at: number | null;
  readonly stale: boolean;
}

/** `wifi.ap_state` (measurements/quantities.ts). */
const AP_STATE = { online: 1, upgrading: 3 } as const;

/** The `ap` tag under which the device's controller reports it. */
export function apKey(device: Device): string {
  return device.apName ?? device.id;
}

/** True for an access point that is known through its controller alone. */
export function isControllerAp(device: Device): boolean {
  return device.role === "access-point" && device.parent !== undefined && device.protocol === "none";
}

/** The series that belong to the device: its own, or those its controller reports of it. */
export function seriesOf(sight: Sight, device: Device): DeviceSeries | undefined {
  return isControllerAp(device)
    ? sight.index.ap(device.parent!, apKey(device))
    : sight.index.device(device.id);
}

/** Judges one device. */
export function seeDevice(sight: Sight, school: Place, device: Device): DeviceSight {
  const series = seriesOf(sight, device);
  const viaController = isControllerAp(device);
  const presence = viaController ? apPresence(sight, device, series) : presenceOf(sight, device, series);
  const measured = viaController || device.protocol !== "none";
  const findings: Finding[] = [];
  const room = roomOf(sight, device);
  const about = subject(device, room?.name);
  if (presence.up === "down") {
    const upgrading = viaController && firstOf(sight, series, "wifi.ap_state") === AP_STATE.upgrading;
    findings.push({
      severity: upgrading ? "watch" : "bad",
      reason: { code: DOWN_CODE[device.role] ?? "device-down", ...about, ...since(presence) },
    });
  } else if (presence.up === "unknown" || presence.at === null) {
    const code: Reason["code"] = presence.stale ? "stale" : "no-data";
    findings.push({ severity: "unknown", reason: { code, ...about } });
  } else {
    conditions(sight, device, series, about, findings);
  }
  const identity = sight.facts(device.id)?.identity;
  return {
    device,
    findings,
    series,
    measured,
    row: {
      id: device.id,
      name: device.name ?? device.id,
      school: school.id,
      schoolName: school.name,
      role: device.role,
      vendor: identity?.vendor ?? device.vendor ?? null,
      model: identity?.model ?? device.model ?? null,
      addresses: [...device.addresses],
      room: room?.path ?? null,
      roomName: room?.name ?? null,
      protocol: device.protocol,
      state: stateOf(findings),
      up: presence.up,
      since: presence.since,
      reasons: reasonsOf(findings),
      at: presence.at,
    },
  };
}

/** The reason that says a device of that role does not answer; the other roles say device-down. */
const DOWN_CODE: Readonly<Partial<Record<Device["role"], Reason["code"]>>> = {
  "access-point": "ap-offline",
  board: "board-silent",
  sensor: "sensor-silent",
  meter: "meter-silent",
};

/** A device that is only probed proves itself by an echo that came back. */
const ROUND_TRIP: ReadonlySet<string> = new Set(["probe.rtt"]);

function presenceOf(sight: Sight, device: Device, series: DeviceSeries | undefined): Presence {
  const answer = sight.answer(device.id);
  const at = newestOf(sight, series, device.protocol === "probe" ? ROUND_TRIP : undefined);
  const stale = answer.state === "up" && at !== null && sight.now - at > DEVICE_STALE;
  return {
    up: stale ? "unknown" : answer.state,
    since: answer.since > 0 ? answer.since : null,
    at,
    stale,
  };
}

function apPresence(sight: Sight, device: Device, series: DeviceSeries | undefined): Presence {
  const at = newestOf(sight, series);
  const state = firstOf(sight, series, "wifi.ap_state");
  const up = state === null ? "unknown" : state === AP_STATE.online ? "up" : "down";
  return { up, since: sight.apSince(device.id, up), at, stale: state === null && at !== null };
}

/** What can be wrong with a device that answers. */
function conditions(
  sight: Sight,
  device: Device,
  series: DeviceSeries | undefined,
  about: { subject: string; name: string },
  findings: Finding[],
): void {
  const add = (severity: Finding["severity"], code: Reason["code"], value?: number): void => {
    findings.push({ severity, reason: { code, ...about, ...(value === undefined ? {} : { value }) } });
  };
  if (device.role === "board") {
    const faults = firstOf(sight, series, "board.faults");
    if ((faults !== null && faults > 0) || firstOf(sight, series, "board.touch") === 0)
      add("watch", "board-fault", faults ?? undefined);
    const temperature = firstOf(sight, series, "board.temperature");
    if (temperature !== null && temperature >= THRESHOLDS.boardHot) add("watch", "board-hot", temperature);
  }
  if (device.role === "sensor" && PEOPLE_STAY.has(roomOf(sight, device)?.type ?? "")) {
    const co2 = largestOf(sight, series, "sensor.co2");
    const temperature = firstOf(sight, series, "sensor.temperature");
    if (co2 !== null && co2 >= THRESHOLDS.co2Poor) add("watch", "air-poor", co2);
    else if (
      temperature !== null &&
      (temperature >= THRESHOLDS.roomHot || temperature <= THRESHOLDS.roomCold)
    )
      add("watch", "air-poor", temperature);
  }
  if (device.role === "ups") {
    const battery = firstOf(sight, series, "ups.battery_state");
    if (battery === 3 || battery === 4) add("bad", "ups-battery-low");
    const seconds = firstOf(sight, series, "ups.on_battery");
    if (firstOf(sight, series, "ups.output_source") === 5 || (seconds !== null && seconds > 0))
      add("bad", "ups-on-battery", seconds ?? undefined);
  }
  const broken = failedParts(sight, series);
  if (broken.length > 0)
    findings.push({
      severity: "watch",
      reason: {
        code: "part-failed",
        ...about,
        value: broken.length,
        ...(broken[0] === "" ? {} : { part: broken[0]! }),
      },
    });
  const errors = Math.max(
    largestOf(sight, series, "interface.in_error_rate") ?? 0,
    largestOf(sight, series, "interface.out_error_rate") ?? 0,
  );
  if (errors >= THRESHOLDS.portErrors) add("watch", "port-errors", errors);
}

/** Parts whose state means that they have failed, by the names that the device gives them, in order. */
function failedParts(sight: Sight, series: DeviceSeries | undefined): string[] {
  const parts: string[] = [];
  for (const number of series?.byQuantity.get("sensor.state") ?? []) {
    const legend = sight.table.legend(number);
    if (legend?.meanings.get(freshValue(sight, number, "sensor.state")) !== "failed") continue;
    parts.push(sight.table.key(number).tags.sensor ?? "");
  }
  return parts.sort(byCodePoint);
}

function roomOf(sight: Sight, device: Device): Room | undefined {
  if (device.building === undefined || device.room === undefined) return undefined;
  return sight.inventory.rooms.get(`${device.school}/${device.building}/${device.room}`);
}

/** A board, access point or sensor is named after the room people know it by. */
function subject(device: Device, roomName: string | undefined): { subject: string; name: string } {
  const inRoom = device.role === "board" || device.role === "access-point" || device.role === "sensor";
  return { subject: device.id, name: (inRoom ? roomName : undefined) ?? device.name ?? device.id };
}

function since(presence: Presence): { since?: number } {
  return presence.since === null ? {} : { since: presence.since };
}
