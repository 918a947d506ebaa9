import type { DeviceSeries } from "../series-index.ts";
import type { DeviceSight } from "./device-row.ts";
import { firstOf, freshValue, plus, type Sight, sumOf } from "./sight.ts";

/** Stations at an access point: what its controller says of it, else the sum over its radios. */
export function apClients(sight: Sight, series: DeviceSeries | undefined): number | null {
  return firstOf(sight, series, "wifi.ap_clients") ?? sumOf(sight, series, "wifi.radio_clients");
}

/** Stations of a school: what its controllers count, else the sum over its access points. */
export function schoolClients(sight: Sight, devices: readonly DeviceSight[]): number | null {
  let counted: number | null = null;
  let summed: number | null = null;
  for (const one of devices) {
    if (one.device.role === "wifi-controller") counted = plus(counted, controllerClients(sight, one.series));
    else if (one.device.role === "access-point") summed = plus(summed, apClients(sight, one.series));
  }
  return counted ?? summed;
}

/** Stations of a controller: the series without ssid and radio is the whole, those with them are its parts. */
function controllerClients(sight: Sight, series: DeviceSeries | undefined): number | null {
  let whole: number | null = null;
  let parts: number | null = null;
  for (const number of series?.byQuantity.get("wifi.clients") ?? []) {
    const value = freshValue(sight, number, "wifi.clients");
    if (Number.isNaN(value)) continue;
    const { ssid, radio } = sight.table.key(number).tags;
    if (ssid === undefined && radio === undefined) whole = plus(whole, value);
    else parts = plus(parts, value);
  }
  return whole ?? parts;
}

/** Access points: those of the inventory, or what the controllers say when the inventory has none. */
export function schoolAps(
  sight: Sight,
  devices: readonly DeviceSight[],
): { known: number; online: number; offline: number } {
  const aps = devices.filter((one) => one.device.role === "access-point");
  if (aps.length > 0)
    return {
      known: aps.length,
      online: aps.filter((one) => one.row.up === "up").length,
      offline: aps.filter((one) => one.row.up === "down").length,
    };
  let known = 0;
  let online = 0;
  for (const one of devices) {
    if (one.device.role !== "wifi-controller") continue;
    known += firstOf(sight, one.series, "wifi.aps_known") ?? 0;
    online += firstOf(sight, one.series, "wifi.aps_online") ?? 0;
  }
  return { known, online, offline: 0 };
}

/**
 * W that the meters of a school show as taken; null when none does. A meter that feeds in (a roof's solar plant)
 * counts as 0: what the sun gives is not what the school uses less.
 */
export function schoolPower(sight: Sight, devices: readonly DeviceSight[]): number | null {
  let power: number | null = null;
  for (const one of devices) {
    if (one.device.role !== "meter") continue;
    const taken = meterPower(sight, one.series);
    power = plus(power, taken === null ? null : Math.max(0, taken));
  }
  return power;
}

/** W of one meter: its total, else the sum of its phases; null while a phase is not known. */
export function meterPower(sight: Sight, series: DeviceSeries | undefined): number | null {
  const quantityId = "electric.active_power";
  let total: number | null = null;
  let sum: number | null = null;
  let whole = true;
  for (const number of series?.byQuantity.get(quantityId) ?? []) {
    const value = freshValue(sight, number, quantityId);
    const phase = sight.table.key(number).tags.phase;
    if (phase === undefined || phase === "total") {
      if (!Number.isNaN(value)) total = value;
    } else if (Number.isNaN(value)) whole = false;
    else sum = (sum ?? 0) + value;
  }
  return total ?? (whole ? sum : null);
}
