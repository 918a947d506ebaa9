import type { UnitName } from "../../measurements/units.ts";

/** A unit as a MIB text says it: `canonical = raw * scale + offset`. */
export interface MibUnit {
  readonly unit: UnitName;
  readonly scale: number;
  readonly offset?: number;
  /** The words that said so. */
  readonly words: string;
}

/** Words for units, the longer before the shorter. Letters are small: `MW` is not told from `mW` and left out. */
const WORDS: readonly (readonly [RegExp, UnitName, number, number?])[] = [
  [/^(?:milli-?\s?volts?|mv)\b/, "V", 1e-3],
  [/^(?:micro-?\s?volts?|uv)\b/, "V", 1e-6],
  [/^(?:kilo-?\s?volts?|kv)\b(?!-?\s?amp)/, "V", 1e3],
  [/^(?:kva|kilo-?\s?volt-?\s?amp(?:ere)?s?)\b/, "VA", 1e3],
  [/^(?:va|volt-?\s?amp(?:ere)?s?)\b/, "VA", 1],
  [/^(?:rms\s+)?(?:volts?|v|vac|vdc|vrms)\b/, "V", 1],
  [/^(?:milli-?\s?amp(?:ere)?s?|ma)\b/, "A", 1e-3],
  [/^(?:micro-?\s?amp(?:ere)?s?|ua)\b/, "A", 1e-6],
  [/^(?:rms\s+)?(?:amp(?:ere)?s?|a)\b/, "A", 1],
  [/^(?:kilo-?\s?watt\s?-?\s?hours?|kwh)\b/, "kWh", 1],
  [/^(?:watt\s?-?\s?hours?|wh)\b/, "kWh", 1e-3],
  [/^(?:micro-?\s?watts?|uw)\b/, "W", 1e-6],
  [/^(?:milli-?\s?watts?|mw)\b/, "W", 1e-3],
  [/^(?:kilo-?\s?watts?|kw)\b/, "W", 1e3],
  [/^(?:watts?|w)\b/, "W", 1],
  [/^dbm\b/, "dBm", 1],
  [/^(?:decibels?|db)\b/, "dB", 1],
  [/^(?:percent(?:s|age)?\b|per\s?cent\b|%)/, "percent", 1],
  [/^(?:kilo-?\s?hertz|khz)\b/, "Hz", 1e3],
  [/^(?:mega-?\s?hertz|mhz)\b/, "MHz", 1],
  [/^(?:hertz|hz)\b/, "Hz", 1],
  [/^(?:rpm|rev(?:olution)?s? per minute|rounds per minute)\b/, "rpm", 1],
  [/^(?:degrees?\s+|deg\.?\s*|°\s*)?fahrenheit\b/, "degC", 5 / 9, -160 / 9],
  [/^(?:degrees?|deg\.?|°)\s*f\b/, "degC", 5 / 9, -160 / 9],
  [/^(?:degrees?\s+|deg\.?\s*|°\s*)?(?:celsius|celcius|centigrade)\b/, "degC", 1],
  [/^(?:degrees?|deg\.?|°)\s*c\b/, "degC", 1],
  [/^c\b/, "degC", 1],
  [/^kelvin\b/, "degC", 1, -273.15],
  [/^(?:milli-?\s?seconds?|msecs?|ms)\b/, "s", 1e-3],
  [/^(?:micro-?\s?seconds?|usecs?|us)\b/, "s", 1e-6],
  [/^(?:seconds?|secs?|s)\b/, "s", 1],
  [/^(?:minutes?|mins?)\b/, "s", 60],
  [/^hours?\b/, "s", 3600],
  [/^days?\b/, "s", 86_400],
  [/^(?:kilo-?\s?bits? per second|kbps|kbit\/s|kb\/s)\b/, "bit/s", 1e3],
  [/^(?:mega-?\s?bits? per second|mbps|mbit\/s)\b/, "bit/s", 1e6],
  [/^(?:bits? per second|bps|bit\/s)\b/, "bit/s", 1],
];

/** Parts of one, in words and in figures. */
const PARTS: readonly (readonly [RegExp, number])[] = [
  [/^(?:a\s+|one\s+)?tenths?(?:\s*\(0?\.1\))?(?:\s+of)?(?:\s+(?:a|an|one))?\s+/, 0.1],
  [/^(?:a\s+|one\s+)?hundredths?(?:\s*\(0?\.01\))?(?:\s+of)?(?:\s+(?:a|an|one))?\s+/, 0.01],
  [/^(?:a\s+|one\s+)?thousandths?(?:\s+of)?(?:\s+(?:a|an|one))?\s+/, 0.001],
  [/^(?:1\/10|0?\.1|10\^-1|10e-1)(?:th)?(?:\s+of(?:\s+(?:a|an|one))?)?\s*-?\s*/, 0.1],
  [/^(?:1\/100|0?\.01|10\^-2)(?:th)?(?:\s+of(?:\s+(?:a|an|one))?)?\s*-?\s*/, 0.01],
  [/^(?:1\/1000|0?\.001|10\^-3)(?:th)?(?:\s+of(?:\s+(?:a|an|one))?)?\s*-?\s*/, 0.001],
  [/^1\s+(?=\D)/, 1],
];

/** Reads a unit at the start of the text; undefined where it begins with none. */
export function unitAtStart(text: string): MibUnit | undefined {
  const written = text.trim().replace(/\s+/g, " ");
  const whole = written.toLowerCase();
  let rest = whole;
  let scale = 1;
  for (const [pattern, factor] of PARTS) {
    const match = pattern.exec(rest);
    if (!match) continue;
    scale = factor;
    rest = rest.slice(match[0].length);
    break;
  }
  // A megawatt and a megahertz are written with the same letters as thousandths.
  if (/\bM[WV]\b/.test(text)) return undefined;
  const begun = whole.length - rest.length;
  if (/^mHz\b/.test(written.slice(begun)))
    return { unit: "Hz", scale: scale * 1e-3, words: whole.slice(0, begun + "mhz".length) };
  for (const [pattern, unit, factor, offset] of WORDS) {
    const match = pattern.exec(rest);
    if (!match) continue;
    const after = rest.slice(match[0].length);
    const times = /^\s*(?:\*|x|\/)?\s*(10|100|1000)\b(?!\s*(?:v|a|w|c|%|d))/.exec(after);
    const part = scale * (times ? 1 / Number(times[1]) : 1);
    return {
      unit,
      scale: factor * part,
      ...(offset !== undefined ? { offset } : {}),
      words: whole.slice(0, whole.length - after.length + (times?.[0].length ?? 0)),
    };
  }
  return undefined;
}

/** The UNITS clause; undefined where it is none of the units we know. */
export function unitOfClause(text: string): MibUnit | undefined {
  const plain = text
    .trim()
    .toLowerCase()
    .replace(/\s+/g, " ")
    .replace(/^\((.*)\)$/, "$1");
  // `100 mA`: a hundred of them are one raw unit. Capitals tell a megawatt, so the unit is read as it is written.
  const many = /^10{1,3} (?=[a-z])/.exec(plain)?.[0] ?? "";
  const found = unitAtStart(text.trim().replace(/^\(/, "").slice(many.length));
  if (!found) return undefined;
  const words = many + found.words;
  // `seconds since`, `C or F` and other sentences are no unit.
  const rest = plain.slice(words.length).trim();
  if (rest !== "" && !/^[)\].;]*$/.test(rest) && !/^-?(?:rms|ac|dc)\b/.test(rest)) return undefined;
  return many ? { ...found, scale: found.scale * Number(many), words } : found;
}

/** The unit stands in a look-ahead, so that a second one behind it is found as well. */
const SAID =
  /\b(?:(?:the\s+)?units?\s*(?:is|are|of\s+this\s+object\s+is|:|=|being)\s*(?:of\s+|in\s+|the\s+)?|(?:measured|expressed|reported|represented|given|displayed|specified)\s+in\s+(?:units?\s+of\s+)?|in\s+units?\s+of\s+|in\s+(?=(?:tenths?|hundredths?|thousandths?|0?\.0*1|1\/10+)\b))["'(]?(?=([^"'\n]*(?:\n[^"'\n]*)?))/gi;
const TIMES =
  /\b(?:multipl(?:ied|y) by|expanded|enlarged|magnified|reduced|divided? by|amplified by|scaled by)\s+(?:a factor of\s+)?(10|100|1000)\b/i;

/**
 * What a description says in so many words (`unit: mW`, `in tenths of degrees`, `expanded 100 times`); undefined where
 * it does not, or says two things.
 */
export function unitOfDescription(description: string): MibUnit | undefined {
  const found: MibUnit[] = [];
  for (const match of description.matchAll(SAID)) {
    const unit = unitAtStart(match[1]!);
    if (unit) found.push(unit);
  }
  const [first] = found;
  if (!first || found.some((one) => one.unit !== first.unit || one.scale !== first.scale)) return undefined;
  const times = TIMES.exec(description);
  if (!times || first.scale !== 1) return first;
  return { ...first, scale: 1 / Number(times[1]), words: `${first.words}, ${times[0].toLowerCase()}` };
}
