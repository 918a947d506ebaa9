import { hash } from "node:crypto";
import type { MqttPoint, MqttTopic } from "../../src/profiles/compiled.ts";

/** Octets a payload may have. */
export const MOST_PAYLOAD_OCTETS = 256 * 1024;
/** How deep objects and arrays may nest. */
export const MOST_DEPTH = 32;
const LONGEST_TEXT = 255;
const DAY_MS = 86_400_000;
/** A device's own time counts when it is not older and not further ahead than this (faults.md T2). */
export const OLDEST_MS = 7 * DAY_MS;
export const NEWEST_MS = 5 * 60_000;

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

export type Payload =
  | { readonly ok: true; readonly json: Json }
  /** Why it cannot be read, for people. */
  | { readonly ok: false; readonly reason: string };

const decoder = new TextDecoder("utf-8", { fatal: true });
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * Reads a JSON payload under limits: size, valid UTF-8, depth, no `__proto__`. What JSON does not have (NaN,
 * Infinity) is refused; of a key that stands twice the last one counts. Never throws.
 */
export function parsePayload(octets: Uint8Array): Payload {
  if (octets.length === 0) return refuse("it is empty");
  if (octets.length > MOST_PAYLOAD_OCTETS)
    return refuse(`it has ${octets.length} octets; the most is ${MOST_PAYLOAD_OCTETS}`);
  if (deeperThan(octets, MOST_DEPTH)) return refuse(`it nests deeper than ${MOST_DEPTH}`);
  let text: string;
  try {
    text = decoder.decode(octets);
  } catch {
    return refuse("it is not UTF-8");
  }
  try {
    let forbidden = false;
    // A reviver costs much, so it runs only where the key could stand, plainly or escaped.
    const json: Json = /__proto__|\\u00/i.test(text)
      ? JSON.parse(text, (key, value) => {
          if (key === "__proto__") forbidden = true;
          return value;
        })
      : JSON.parse(text);
    return forbidden ? refuse("it has a key __proto__") : { ok: true, json };
  } catch {
    return refuse("it is not JSON");
  }
}

function refuse(reason: string): Payload {
  return { ok: false, reason };
}

/** Whether brackets outside strings nest deeper, without parsing: a bomb is refused before it costs anything. */
function deeperThan(octets: Uint8Array, most: number): boolean {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < octets.length; i++) {
    const octet = octets[i]!;
    if (inString) {
      if (octet === BACKSLASH) i++;
      else if (octet === QUOTE) inString = false;
    } else if (octet === QUOTE) inString = true;
    else if (octet === 0x7b || octet === 0x5b) {
      if (++depth > most) return true;
    } else if (octet === 0x7d || octet === 0x5d) depth--;
  }
  return false;
}

/** The value at the path: own keys of objects, and indices of arrays; undefined when there is none. */
export function lookUp(json: Json, path: readonly string[]): Json | undefined {
  let at: Json | undefined = json;
  for (const key of path) {
    if (at === null || typeof at !== "object") return undefined;
    if (Array.isArray(at))
      at = /^(0|[1-9]\d{0,6})$/.test(key) ? (at as readonly Json[])[Number(key)] : undefined;
    else at = Object.hasOwn(at, key) ? (at as Record<string, Json>)[key] : undefined;
    if (at === undefined) return undefined;
  }
  return at;
}

const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

/**
 * The raw number of a point: undefined when the payload has no such value (missing, null), NaN when it has
 * one that is no number. Texts, true and false go through `texts`; without an entry a decimal text is its
 * number, true is 1 and false is 0.
 */
export function rawValue(
  point: Pick<MqttPoint, "path" | "texts" | "length">,
  json: Json,
): number | undefined {
  const value = lookUp(json, point.path);
  if (value === undefined || value === null) return undefined;
  if (point.length) return Array.isArray(value) ? value.length : Number.NaN;
  const mapped = point.texts && typeof value !== "object" ? point.texts.get(String(value)) : undefined;
  if (mapped !== undefined) return mapped;
  switch (typeof value) {
    case "number":
      return value;
    case "boolean":
      return point.texts ? Number.NaN : Number(value);
    case "string":
      return DECIMAL.test(value.trim()) ? Number(value) : Number.NaN;
    default:
      return Number.NaN;
  }
}

/** UTC ms of the device's own time; undefined when there is none or it has no zone. */
export function deviceTime(spec: NonNullable<MqttTopic["time"]>, json: Json): number | undefined {
  const value = lookUp(json, spec.path);
  if (spec.unit === "iso") {
    if (typeof value !== "string" || !/\d(Z|[+-]\d\d:?\d\d)$/i.test(value)) return undefined;
    const time = Date.parse(value);
    return Number.isNaN(time) ? undefined : time;
  }
  const number =
    typeof value === "number"
      ? value
      : typeof value === "string" && DECIMAL.test(value)
        ? Number(value)
        : Number.NaN;
  const time = Math.round(spec.unit === "s" ? number * 1000 : number);
  return Number.isSafeInteger(time) ? time : undefined;
}

/** What the availability topic says: true online, false offline, undefined neither. */
export function availability(
  topic: Pick<MqttTopic, "path" | "online" | "offline">,
  octets: Uint8Array,
): boolean | undefined {
  let word: string;
  const payload = parsePayload(octets);
  if (topic.path) {
    const value = payload.ok ? lookUp(payload.json, topic.path) : undefined;
    if (value === undefined || value === null || typeof value === "object") return undefined;
    word = String(value);
  } else {
    if (octets.length > 4096) return undefined;
    word =
      payload.ok && typeof payload.json === "string" ? payload.json : Buffer.from(octets).toString("utf8");
  }
  word = word.trim();
  if (topic.online.includes(word)) return true;
  return topic.offline.includes(word) ? false : undefined;
}

/** A text for people out of a payload: well-formed, no control characters, at most 255 characters. */
export function cleanText(value: Json | undefined): string | undefined {
  if (typeof value !== "string" && typeof value !== "number") return undefined;
  const text = String(value)
    .toWellFormed()
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
    .replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, "")
    .trim();
  return text === "" ? undefined : [...text].slice(0, LONGEST_TEXT).join("");
}

/** Tells one payload from another. */
export function fingerprint(octets: Uint8Array): string {
  return hash("sha1", octets, "base64");
}
