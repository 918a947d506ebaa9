import type { Quantity } from "../../../src/measurements/quantities.ts";

/** A point whose value is to be invented. */
export interface Wanted {
  readonly quantity: Quantity;
  /** Label, table, object and source: what they say decides whether a voltage is a supply's or a cell's. */
  readonly words: string;
  /** Role and name of the profile. */
  readonly family: string;
  /** Tells points and rows apart: no two get the same value. */
  readonly variant: number;
}

type Choice = readonly [RegExp | undefined, number, number];

/** By quantity: words, a value in the quantity's unit, and the step from one variant to the next. */
const VALUES: Readonly<Record<string, readonly Choice[]>> = {
  "device.cpu": [[undefined, 23, 4]],
  "device.memory": [[undefined, 37, 3]],
  "device.storage": [[undefined, 61, 3]],
  "device.load": [[undefined, 0.42, 0.11]],
  "sensor.temperature": [
    [/battery|电池/i, 25, 1],
    [/ambient|room|environment|intake|inlet|rack|probe|outdoor/i, 23, 1],
    [/cpu|processor|asic|chip|core|die/i, 54, 2],
    [undefined, 34, 2],
  ],
  "sensor.humidity": [[undefined, 44, 2]],
  "sensor.voltage": [
    [/\b3\.3 ?v|3v3|sfp|optic|transceiver|laser|lane/i, 3.28, 0.01],
    [/\b1\.8 ?v/i, 1.81, 0.01],
    [/\b5(?:\.0)? ?v/i, 5.05, 0.02],
    [/\b12 ?v/i, 12.1, 0.1],
    [/\b48 ?v|poe|rectifier|dc (?:bus|output|voltage)|system voltage/i, 53.4, 0.2],
    [/cell|block|jar|string/i, 13.4, 0.1],
    [/line to line|phase to phase|l\d-?l\d|interphase/i, 399, 1],
    [/batter/i, 54.2, 0.3],
    [/input|output|mains|line|phase|bypass|outlet|utility|grid|inverter|generator|source/i, 229, 1],
    [undefined, 12, 0.4],
  ],
  "sensor.current": [
    [/laser|bias|optic|transceiver|sfp|lane/i, 0.032, 0.001],
    [/batter/i, 3, 1],
    [/leak|residual/i, 0.012, 0.001],
    [undefined, 4, 1],
  ],
  "sensor.power": [
    [/poe|port/i, 6, 1],
    [/rated|nominal|capacity|max/i, 3000, 500],
    [undefined, 118, 17],
  ],
  "sensor.energy": [[undefined, 1840, 13]],
  "sensor.power_factor": [[undefined, 0.97, -0.01]],
  "sensor.frequency": [
    [/cpu|processor|clock/i, 1.4e9, 1e8],
    [undefined, 50, 0.1],
  ],
  "sensor.fan_speed": [[undefined, 5400, 120]],
  "sensor.optical_power": [[undefined, -4.7, -0.3]],
  "sensor.percent": [[undefined, 62, 3]],
  "sensor.count": [[undefined, 6, 1]],
  "sensor.quality": [
    [/\bcos\b|cos ?phi|power factor/i, 0.97, -0.01],
    [undefined, 28, 2],
  ],
  "sensor.ber": [[undefined, 1e-6, 1e-7]],
  "sensor.load": [[undefined, 38, 3]],
  "sensor.delay": [[undefined, 60, 5]],
  "sensor.signal": [[undefined, -61, -2]],
  "sensor.snr": [[undefined, 29, 1]],
  "sensor.bitrate": [[undefined, 48_000_000, 1_000_000]],
  "sensor.co2": [[undefined, 742, 11]],
  "sensor.pm25": [[undefined, 18, 1]],
  "sensor.illuminance": [[undefined, 410, 10]],
  "sensor.noise": [[undefined, 46, 1]],
  "sensor.pressure": [[undefined, 101_000, 100]],
  "optics.rx_power": [[undefined, -5.2, -0.4]],
  "optics.tx_power": [[undefined, -2.3, -0.2]],
  "optics.bias": [[undefined, 0.032, 0.001]],
  "optics.temperature": [[undefined, 38, 1]],
  "optics.voltage": [[undefined, 3.28, 0.01]],
  "poe.budget": [[undefined, 370, 10]],
  "poe.consumption": [[undefined, 123, 7]],
  "poe.port_power": [[undefined, 6, 1]],
  "wifi.aps_known": [[undefined, 24, 1]],
  "wifi.aps_online": [[undefined, 22, 1]],
  "wifi.clients": [[undefined, 185, 9]],
  "wifi.ap_clients": [[undefined, 17, 3]],
  "wifi.radio_clients": [[undefined, 9, 2]],
  "wifi.radio_channel": [[undefined, 36, 4]],
  "wifi.radio_noise": [[undefined, -95, 1]],
  "wifi.radio_power": [[undefined, 17, 1]],
  "wifi.radio_received": [[undefined, -47, -2]],
  "wifi.radio_mse": [[undefined, -32, -1]],
  "wifi.radio_signal": [[undefined, -58, -2]],
  "wifi.radio_frequency": [[undefined, 5180, 20]],
  "wifi.radio_snr": [[undefined, 34, 1]],
  "wifi.radio_rate": [[undefined, 300_000_000, 50_000_000]],
  "wifi.radio_distance": [[undefined, 1.2, 0.1]],
  "cellular.rssi": [[undefined, -67, -2]],
  "cellular.rsrp": [[undefined, -94, -2]],
  "cellular.rsrq": [[undefined, -9, -1]],
  "cellular.sinr": [[undefined, 14, 1]],
  "cellular.snr": [[undefined, 14, 1]],
  "ups.charge": [[undefined, 87, 1]],
  "ups.runtime": [[undefined, 2700, 60]],
  "ups.on_battery": [[undefined, 120, 60]],
  "ups.load": [[undefined, 45, 3]],
  "electric.voltage": [[undefined, 229, 1]],
  "electric.current": [[undefined, 4, 1]],
  "electric.active_power": [[undefined, 912, 41]],
  "electric.reactive_power": [[undefined, 84, 7]],
  "electric.apparent_power": [[undefined, 950, 40]],
  "electric.power_factor": [[undefined, 0.97, -0.01]],
  "electric.frequency": [[undefined, 50, 0.1]],
  "electric.import_energy": [[undefined, 1840, 13]],
  "electric.export_energy": [[undefined, 24, 2]],
};

/** Where a quantity is not in the list, by unit. */
const BY_UNIT: Readonly<Record<string, Choice>> = {
  percent: [undefined, 41, 3],
  degC: [undefined, 36, 1],
  s: [undefined, 3600, 60],
  dBm: [undefined, -60, -1],
  "bit/s": [undefined, 48_000_000, 1_000_000],
  V: [undefined, 12, 0.1],
  W: [undefined, 118, 7],
};

const UPS_POWER: Choice = [undefined, 1180, 40];
const MAINS: Choice = [undefined, 229, 1];

/** A value in the quantity's unit that a healthy device of that kind could give. */
export function physicalValue({ quantity, words, family, variant }: Wanted): number {
  const choices = VALUES[quantity.id] ?? [BY_UNIT[quantity.unit] ?? [undefined, 7, 1]];
  let choice = choices.find(([pattern]) => pattern === undefined || pattern.test(words))!;
  const isMains = /\b(?:ups|meter|pdu|ats|power distribution|transfer switch|generator)\b/i.test(family);
  if (isMains && choice[0] === undefined) {
    if (quantity.id === "sensor.power") choice = UPS_POWER;
    if (quantity.id === "sensor.voltage") choice = MAINS;
  }
  const [, base, step] = choice;
  // Some nines of digits are the noise of binary fractions.
  return Number((base + step * (variant % 7)).toPrecision(9));
}

/** What a part is called, by what is measured of it. */
export function partName(words: string, number: number): string {
  if (/optic|transceiver|sfp|xcvr|interface|\bport\b|lane/i.test(words))
    return `GigabitEthernet1/0/${number}`;
  if (/\bfan|风扇/i.test(words)) return `FAN ${number}`;
  if (/psu|power ?supply|pwr|rectifier|电源/i.test(words)) return `PSU ${number}`;
  if (/batter/i.test(words)) return `BATTERY ${number}`;
  if (/outlet/i.test(words)) return `OUTLET ${number}`;
  if (/humid/i.test(words)) return `RACK ${number}`;
  if (/\bap\b|access ?point|radio|wlan|ssid|station/i.test(words)) return `AP-B1-0${number}`;
  if (/cpu|processor|memory|storage|disk|module|board|slot|card/i.test(words)) return `SLOT ${number}`;
  return `UNIT ${number}`;
}
