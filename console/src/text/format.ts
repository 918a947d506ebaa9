import type { Words } from "../words/zh.ts";

/** A number as it is read, and the exact value for the hover. `text` is an en dash when there is no value. */
export interface Shown {
  readonly text: string;
  readonly exact: string | undefined;
}

export const NOTHING = "–";
const nothing: Shown = { text: NOTHING, exact: undefined };
const NBSP = "\u00a0";

const grouped = new Intl.NumberFormat("en-US", { maximumFractionDigits: 20 });
const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

const known = (value: number | null | undefined): value is number =>
  value !== null && value !== undefined && Number.isFinite(value);

/** At most three significant digits; trailing zeros stay, so that a live number keeps its width. */
export function digits(value: number): string {
  const size = Math.abs(value);
  if (size === 0) return "0";
  if (size >= 999.5) return whole.format(Number(value.toPrecision(3)));
  if (size < 0.0005) return value.toExponential(1);
  if (size < 0.995) return String(Number(value.toPrecision(2)));
  return value.toPrecision(3);
}

const PREFIXES = ["", "k", "M", "G", "T", "P"];

/** Decimal prefixes, as for bit/s, octets, W, Wh. */
export function prefixed(value: number | null | undefined, unit: string): Shown {
  if (!known(value)) return nothing;
  let power = 0;
  let rest = value;
  while (Math.abs(rest) >= 999.5 && power < PREFIXES.length - 1) {
    rest /= 1000;
    power += 1;
  }
  const text = power === 0 && Math.abs(rest) >= 1 ? String(Math.round(rest)) : digits(rest);
  return { text: `${text}${NBSP}${PREFIXES[power]}${unit}`, exact: `${grouped.format(value)} ${unit}` };
}

export const rate = (value: number | null | undefined): Shown => prefixed(value, "bit/s");

/** A speed is a round number: `1 Gbit/s`, `2.5 Gbit/s`, `300 Mbit/s`. */
export function speed(value: number | null | undefined): Shown {
  const { text, exact } = rate(value);
  const [number, unit] = text.split(NBSP);
  return unit === undefined ? nothing : { text: `${Number(number)}${NBSP}${unit}`, exact };
}

export const count = (value: number | null | undefined): Shown =>
  known(value) ? { text: whole.format(value), exact: undefined } : nothing;

export const percent = (value: number | null | undefined): Shown =>
  known(value)
    ? {
        text: `${value >= 9.95 ? Math.round(value) : value.toFixed(1)}${NBSP}%`,
        exact: `${grouped.format(value)} %`,
      }
    : nothing;

/** A share of 0..1 as percent with one decimal, never rounded up to a whole that is not reached: `84.9 %`. */
export function ratio(value: number | null | undefined): Shown {
  if (!known(value)) return nothing;
  const tenths = value >= 1 ? Math.round(value * 1000) : Math.floor(value * 1000 + 1e-9);
  const text = tenths % 1000 === 0 ? String(tenths / 10) : (tenths / 10).toFixed(1);
  return { text: `${text}${NBSP}%`, exact: `${grouped.format(value * 100)} %` };
}

/** `41 / 44`. */
export const share = (part: number, of: number): string =>
  `${whole.format(part)}${NBSP}/${NBSP}${whole.format(of)}`;

/** Names of src/measurements/units.ts whose symbol is another; the API sends symbols, this page names. */
const SYMBOLS: Readonly<Record<string, string>> = {
  degC: "°C",
  percent: "%",
  percentRH: "%",
  "%RH": "%",
  count: "",
};
const PREFIXED = new Set(["bit/s", "B", "B/s", "W", "VA", "var", "Hz"]);

/** A value with its unit: the name or the symbol of one of src/measurements/units.ts. */
export function quantity(value: number | null | undefined, unit: string, words: Words): Shown {
  if (!known(value)) return nothing;
  const symbol = SYMBOLS[unit] ?? unit;
  const exact = `${grouped.format(value)} ${symbol}`.trim();
  if (symbol === "%") return percent(value);
  if (symbol === "s") return seconds(value, words);
  if (symbol === "kWh") return { text: `${whole.format(value)}${NBSP}kWh`, exact };
  if (symbol === "°C") return { text: `${Number(value.toFixed(1))}${NBSP}°C`, exact };
  if (symbol === "A" && Math.abs(value) < 1 && value !== 0) {
    return { text: `${digits(value * 1000)}${NBSP}mA`, exact };
  }
  if (PREFIXED.has(symbol)) return prefixed(value, symbol);
  const text = Number.isInteger(value) && Math.abs(value) < 1e6 ? whole.format(value) : digits(value);
  return { text: symbol ? `${text}${NBSP}${symbol}` : text, exact };
}

/** A length of time of which two members are enough: `43 days`, `3 h 12 min`, `8 s`, `3.2 ms`. */
export function seconds(value: number | null | undefined, words: Words): Shown {
  if (!known(value)) return nothing;
  const exact = `${grouped.format(value)} s`;
  if (value < 0.001 && value > 0) return { text: `${digits(value * 1e6)}${NBSP}µs`, exact };
  if (value < 1 && value > 0) return { text: `${digits(value * 1000)}${NBSP}ms`, exact };
  if (value < 60) return { text: words.time.secondsLong(digits(value)), exact };
  const minutes = Math.floor(value / 60);
  const hours = Math.floor(minutes / 60);
  if (hours < 1) return { text: words.time.minutesLong(minutes), exact };
  if (hours < 48) {
    const rest = minutes % 60;
    return {
      text: words.time.hoursLong(hours) + (rest && hours < 10 ? ` ${words.time.minutesLong(rest)}` : ""),
      exact,
    };
  }
  return { text: words.time.days(Math.floor(hours / 24)), exact };
}
