import type { UnitName } from "../../measurements/units.ts";

/** What can be measured at all at a campus, by quantity; where a quantity is not here, by unit. */
interface Physical {
  readonly min: number;
  readonly max: number;
  readonly what: string;
}

const BY_QUANTITY: Readonly<Record<string, Physical>> = {
  "device.cpu": { min: 0, max: 100, what: "a share" },
  "device.memory": { min: 0, max: 100, what: "a share" },
  "device.storage": { min: 0, max: 100, what: "a share" },
  "optics.rx_power": { min: -45, max: 10, what: "the light of an optical module" },
  "optics.tx_power": { min: -45, max: 10, what: "the light of an optical module" },
  "sensor.temperature": { min: -60, max: 150, what: "a temperature" },
  "poe.port_power": { min: 0, max: 200, what: "the power of a port" },
  "sensor.fan_speed": { min: 0, max: 60_000, what: "a fan" },
  "ups.charge": { min: 0, max: 100, what: "a share" },
};

const BY_UNIT: Partial<Record<UnitName, Physical>> = {
  degC: { min: -60, max: 150, what: "a temperature" },
  percentRH: { min: 0, max: 100, what: "a share" },
  V: { min: -100_000, max: 500_000, what: "a voltage" },
  A: { min: -20_000, max: 20_000, what: "a current" },
  W: { min: -10_000_000, max: 10_000_000, what: "a power" },
  Hz: { min: 0, max: 1e15, what: "a frequency" },
  dBm: { min: -200, max: 80, what: "a signal" },
};

/** One supply of a device: what it says in the label or the source decides. */
const SUPPLY = /power[ _-]?supply|\bpsu\b|supply \{|PSU|电源/i;
const SUPPLY_BOUND: Physical = { min: 0, max: 5000, what: "the power of one supply" };

/** Why a value of that quantity cannot be; undefined where it can. */
export function impossible(
  point: {
    readonly quantity: { readonly id: string; readonly unit: UnitName };
    readonly label: { text: string };
  },
  value: number,
): string | undefined {
  const { quantity, label } = point;
  const bound =
    quantity.id === "sensor.power" && SUPPLY.test(label.text)
      ? SUPPLY_BOUND
      : (BY_QUANTITY[quantity.id] ?? BY_UNIT[quantity.unit]);
  if (!bound || (value >= bound.min && value <= bound.max)) return undefined;
  return `${Number(value.toPrecision(6))} ${quantity.unit} is not possible for ${bound.what} (${bound.min} to ${bound.max})`;
}
