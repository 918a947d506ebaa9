/**
 * The closed list of units. Each quantity has exactly one of them; profiles say the unit a device sends
 * and the compiler makes the factor. Symbols follow SI and UCUM where they have one.
 */
export type UnitName =
  | "bit/s"
  | "octet"
  | "packet"
  | "packet/s"
  | "octet/s"
  | "count"
  | "percent"
  | "ratio"
  | "state"
  | "degC"
  | "V"
  | "A"
  | "W"
  | "kWh"
  | "var"
  | "VA"
  | "Hz"
  | "rpm"
  | "percentRH"
  | "ppm"
  | "ug/m3"
  | "lux"
  | "dB"
  | "dBm"
  | "dBmV"
  | "dBA"
  | "s"
  | "MHz"
  | "km"
  | "m"
  | "Pa"
  | "m3/s"
  | "l/min"
  | "ps/nm"
  | "load";

interface UnitInfo {
  /** What a person reads after the number. */
  readonly symbol: string;
  readonly meaning: string;
  /** Spellings a profile may use for a raw value, each with `canonical = raw * scale + offset`. */
  readonly from: Readonly<Record<string, { readonly scale: number; readonly offset?: number }>>;
}

const k = { scale: 1e3 };
const m = { scale: 1e-3 };
const u = { scale: 1e-6 };

export const UNITS: Readonly<Record<UnitName, UnitInfo>> = {
  "bit/s": {
    symbol: "bit/s",
    meaning: "bits a second",
    from: { "kbit/s": k, "Mbit/s": { scale: 1e6 }, "Gbit/s": { scale: 1e9 }, "octet/s": { scale: 8 } },
  },
  octet: {
    symbol: "B",
    meaning: "octets",
    from: { kB: { scale: 1000 }, KiB: { scale: 1024 }, MB: { scale: 1e6 }, MiB: { scale: 1048576 } },
  },
  packet: { symbol: "", meaning: "packets", from: {} },
  "packet/s": { symbol: "/s", meaning: "packets a second", from: {} },
  "octet/s": { symbol: "B/s", meaning: "octets a second", from: {} },
  count: { symbol: "", meaning: "a number of things", from: {} },
  percent: {
    symbol: "%",
    meaning: "parts of a hundred",
    from: { "0.01 percent": { scale: 0.01 }, "0.1 percent": { scale: 0.1 }, ratio: { scale: 100 } },
  },
  ratio: {
    symbol: "",
    meaning: "a number between -1 and 1, or a quotient",
    from: { percent: { scale: 0.01 } },
  },
  state: { symbol: "", meaning: "an enumerated state", from: {} },
  degC: {
    symbol: "°C",
    meaning: "degrees Celsius",
    from: {
      "0.1 degC": { scale: 0.1 },
      "0.01 degC": { scale: 0.01 },
      "0.001 degC": m,
      degF: { scale: 5 / 9, offset: -160 / 9 },
      "0.1 degF": { scale: 0.1 * (5 / 9), offset: -160 / 9 },
      K: { scale: 1, offset: -273.15 },
    },
  },
  V: {
    symbol: "V",
    meaning: "volts",
    from: {
      mV: m,
      "0.1 V": { scale: 0.1 },
      "0.01 V": { scale: 0.01 },
      kV: k,
      "0.1 mV": { scale: 1e-4 },
      uV: u,
    },
  },
  A: {
    symbol: "A",
    meaning: "amperes",
    from: {
      mA: m,
      uA: u,
      "0.1 A": { scale: 0.1 },
      "0.01 A": { scale: 0.01 },
      "2 uA": { scale: 2e-6 },
      "0.01 mA": { scale: 1e-5 },
      "0.1 mA": { scale: 1e-4 },
    },
  },
  W: {
    symbol: "W",
    meaning: "watts of active power",
    from: {
      mW: m,
      kW: k,
      "0.1 W": { scale: 0.1 },
      "0.01 W": { scale: 0.01 },
      MW: { scale: 1e6 },
      "10 W": { scale: 10 },
    },
  },
  kWh: {
    symbol: "kWh",
    meaning: "kilowatt hours",
    from: { Wh: m, "0.01 kWh": { scale: 0.01 }, "0.1 kWh": { scale: 0.1 }, MWh: k },
  },
  var: { symbol: "var", meaning: "volt amperes reactive", from: { kvar: k } },
  VA: { symbol: "VA", meaning: "volt amperes", from: { kVA: k, "0.1 VA": { scale: 0.1 } } },
  Hz: {
    symbol: "Hz",
    meaning: "hertz",
    from: { "0.1 Hz": { scale: 0.1 }, "0.01 Hz": { scale: 0.01 }, mHz: m },
  },
  rpm: { symbol: "rpm", meaning: "turns a minute", from: {} },
  percentRH: {
    symbol: "%RH",
    meaning: "percent relative humidity",
    from: { "0.1 percentRH": { scale: 0.1 }, "0.01 percentRH": { scale: 0.01 } },
  },
  ppm: { symbol: "ppm", meaning: "parts in a million", from: {} },
  "ug/m3": { symbol: "µg/m³", meaning: "micrograms in a cubic metre", from: { "mg/m3": k } },
  lux: { symbol: "lx", meaning: "lux", from: {} },
  dB: { symbol: "dB", meaning: "decibels", from: { "0.1 dB": { scale: 0.1 }, "0.01 dB": { scale: 0.01 } } },
  dBm: {
    symbol: "dBm",
    meaning: "decibels over a milliwatt",
    from: { "0.1 dBm": { scale: 0.1 }, "0.01 dBm": { scale: 0.01 }, "0.001 dBm": m },
  },
  // Into 75 ohms 0 dBmV is 60 dBuV.
  dBmV: {
    symbol: "dBmV",
    meaning: "decibels over a millivolt",
    from: {
      "0.1 dBmV": { scale: 0.1 },
      dBuV: { scale: 1, offset: -60 },
      "0.1 dBuV": { scale: 0.1, offset: -60 },
    },
  },
  dBA: { symbol: "dB(A)", meaning: "A-weighted sound pressure level", from: { "0.1 dBA": { scale: 0.1 } } },
  s: {
    symbol: "s",
    meaning: "seconds",
    from: {
      ms: m,
      us: u,
      "0.01 s": { scale: 0.01 },
      min: { scale: 60 },
      h: { scale: 3600 },
      d: { scale: 86400 },
    },
  },
  km: { symbol: "km", meaning: "kilometre", from: { m, "0.1 km": { scale: 0.1 } } },
  MHz: { symbol: "MHz", meaning: "megahertz", from: { kHz: m, GHz: k, Hz: u } },
  m: { symbol: "m", meaning: "metres", from: { km: k, cm: { scale: 0.01 } } },
  Pa: { symbol: "Pa", meaning: "pascals", from: { hPa: { scale: 100 }, kPa: k } },
  "m3/s": { symbol: "m³/s", meaning: "cubic metres a second", from: {} },
  "l/min": { symbol: "l/min", meaning: "litres a minute", from: {} },
  "ps/nm": { symbol: "ps/nm", meaning: "picoseconds a nanometre", from: {} },
  load: { symbol: "", meaning: "runnable processes, averaged", from: { "0.01 load": { scale: 0.01 } } },
};

/** The factor and offset that turn a raw value in `rawUnit` into `unit`; undefined when the two do not fit. */
export function conversion(rawUnit: string, unit: UnitName): { scale: number; offset: number } | undefined {
  if (rawUnit === unit) return { scale: 1, offset: 0 };
  // A profile may write anything here, also the name of something every object has.
  const from = Object.hasOwn(UNITS[unit].from, rawUnit) ? UNITS[unit].from[rawUnit] : undefined;
  return from && { scale: from.scale, offset: from.offset ?? 0 };
}
