import type { MibObject } from "../../../src/profiles/laboratory/mib-library.ts";
import { type MibUnit, unitAtStart } from "../../../src/profiles/laboratory/mib-units.ts";

/** Words after which a unit stands in prose; looser than the laboratory's, since a person reads what comes of it. */
const BEFORE =
  /(?:\b(?:in|as|is|are)\s+(?:units?\s+of\s+|the\s+unit\s+of\s+|the\s+|an?\s+)?|[(,:]\s*|\bunits?\s*(?:is|are|=|:)?\s*(?:in\s+)?)(?=(\d|[A-Za-z%°]))(?=([^\n.;]{1,40}))/gi;
const AT_END = /(?<![\d.-])(10|100|0\.0*1)?\s*(%|dBm|rpm|mV|mA|mW|kW|kbps|kWh)(?=$|[\s.,;)])/g;
const TIMES = /\b(?:multipl(?:ied|y) by|times|[*x×])\s*(10{1,4})\b/i;
const DIVIDED = /\bdivided by (10{1,4})\b/i;
/** `a value of 231 represents 23.1`, `1 = 0.1 V`. */
const EXAMPLE =
  /(?<![\d.])(-?\d+)\s*(?:represents?|indicates?|means?|=|equals?|is|corresponds? to|would (?:indicate|be|mean))\s*(?:an? |the )?(?:\w+ ){0,3}?(-?\d*\.?\d+)(?![\d.]*\d)/i;

/** Factors that a description gives without a unit: `(x100)`, `* 0.001`. */
export function saidFactor(description: string): number {
  const example = EXAMPLE.exec(description);
  const ratio = example ? Number(example[2]) / Number(example[1]) : Number.NaN;
  // Only a power of ten is a factor: `a value of 5 means 10 minutes` is something else.
  if (ratio > 0 && ratio < 1 && Number.isInteger(Math.round(Math.log10(ratio) * 1e6) / 1e6)) return ratio;
  const parts = PARTS.exec(description);
  const times = TIMES.exec(description) ?? DIVIDED.exec(description);
  return parts ? Number(parts[1]) : times ? 1 / Number(times[1]) : 1;
}

const PARTS = /\*\s*(0\.0*1)\b/;

const PREFIXES: Readonly<Record<string, number>> = { deci: 0.1, centi: 0.01, milli: 0.001, mili: 0.001 };

/** `100 mA`, `0.1 V`, `1%`, `centi-dBm`, `*.01 Volts`, `RMS tenth of Amps`: a number and its unit. */
function counted(written: string): MibUnit | undefined {
  const text = written
    .trim()
    .replace(/^\*?\s*\.(?=\d)/, "0.")
    .replace(/^rms\s+(?=\w+th)/i, "")
    .replace(/^(\w*1\/10+|0?\.0*1|\w+ths?)\s+degrees?\b(?! ?[cfk])/i, "$1 degrees C");
  const plain = unitAtStart(text);
  if (plain) return plain;
  const prefix = /^(deci|centi|mill?i)[- ]?(?=[a-z])/i.exec(text);
  if (prefix) {
    const unit = unitAtStart(text.slice(prefix[0].length).replace(/^voltage\b/i, "volt"));
    const factor = PREFIXES[prefix[1]!.toLowerCase()]!;
    return unit && { ...unit, scale: unit.scale * factor, words: prefix[0] + unit.words };
  }
  // `0 to 100 %` is a range and `80 centigrade` an example: only round parts and multiples are units.
  const match = /^(10{0,3}|0\.0*1)\s*(?=[A-Za-z°])/.exec(text);
  const unit = match && unitAtStart(text.slice(match[0].length));
  return unit ? { ...unit, scale: unit.scale * Number(match[1]), words: match[0] + unit.words } : undefined;
}

/** The unit that UNITS or the description names in any words; undefined where they name none, or two. */
export function saidUnit(object: MibObject): MibUnit | undefined {
  if (object.units !== undefined) return counted(object.units.replace(/^\(|\)$/g, ""));
  const found: MibUnit[] = [];
  const text = object.description
    .replace(/\s+/g, " ")
    .replace(/\bone-(?=tenth|hundredth|thousandth)/gi, "one ");
  const fraction = /\b(tenth|hundredth|thousand)(?:th)?s?(?: of)?[ -](?:an? |the )?(degrees?|percent)/i.exec(
    text,
  );
  if (fraction)
    return {
      unit: /^p/i.test(fraction[2]!) ? "percent" : "degC",
      scale: { tenth: 0.1, hundredth: 0.01, thousand: 0.001 }[fraction[1]!.toLowerCase() as "tenth"],
      words: fraction[0],
    };
  for (const match of text.matchAll(BEFORE)) {
    const unit = counted(match[2]!);
    // One letter is a unit where it stands alone only: `in a`, `of w`.
    if (unit && !/^[a-z]$/.test(unit.words.trim()) && unit.unit !== "s") found.push(unit);
  }
  if (found.length === 0)
    for (const match of text.matchAll(AT_END)) {
      const unit = unitAtStart(match[2]!);
      // `up to 100 %` is no unit.
      const parts = match[2] === "%" && Number(match[1]) > 1 ? 1 : Number(match[1] ?? 1);
      if (unit) found.push({ ...unit, scale: unit.scale * parts });
    }
  const [first] = found;
  if (!first || found.some(({ unit, scale }) => unit !== first.unit || scale !== first.scale))
    return undefined;
  return first.scale === 1 ? { ...first, scale: saidFactor(text) } : first;
}
