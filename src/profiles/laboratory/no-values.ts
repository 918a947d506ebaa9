import type { MibObject } from "./mib-library.ts";

const NOT = "not (?:supported|available|applicable|known|present|exist|valid|connected|measurable)";

/** The ways in which descriptions name a number that is no value. */
const NOTHING: readonly RegExp[] = [
  // `65535 means invalid`, `-1: not supported`
  new RegExp(
    String.raw`(?:^|[^\w.])(-?\d{2,10})\)?\s*(?:\([^)]*\)\s*)?(?:,\s*)?(?:is|means|indicates|represents|stands for|denotes|:|=|-)\s*(?:that\s+)?(?:the\s+)?(?:\w+\s+){0,4}?(?:invalid|${NOT}|unknown|unavailable|no value|unsupported)`,
    "gi",
  ),
  // `if it is not available, it returns value -1000000`
  new RegExp(
    String.raw`(?:${NOT}|does not support|doesn't support|unavailable|unsupported|unknown|invalid|no sensor)[^.;]{0,50}?\b(?:returns?|returned|set to|reports?|is|be|value(?: of)?|equals?|=|:)\s+(?:a |the )?(?:value )?(?:of )?["'(]?(-?\d{1,10})\b`,
    "gi",
  ),
  // `in volts, or -1 if it's unsupported`
  /(?<![\w.-])(-\d{1,10}|\d{3,10})\s*(?:is returned |will be returned )?(?:if|when|where)\s+(?:[\w']+\s+){0,6}?(?:not|un(?:known|available|supported)|invalid|fail)/gi,
];

/** Raw numbers of which the MIB's text says that they stand for no value. */
export function saidNothing(object: MibObject): readonly number[] {
  const text = object.description.replace(/\s+/g, " ");
  const raws = NOTHING.flatMap((pattern) => [...text.matchAll(pattern)].map((match) => Number(match[1])));
  return [...new Set(raws)].filter((raw) => !object.enumeration?.has(raw));
}
