import type { DeviceFacts } from "../../inventory/facts.ts";

/** Modules of the same kind need the same light; dBm. Sources: docs/backbone.md. */
const KINDS: readonly { readonly pattern: RegExp; readonly rxLow: number; readonly rxHigh: number }[] = [
  { pattern: /10G?BASE-?ZR|10GE?-ZR|SFP\+?[- ]?10G-?ZR/i, rxLow: -24, rxHigh: -7 },
  { pattern: /10G?BASE-?ER|10GE?-ER|SFP\+?[- ]?10G-?ER/i, rxLow: -15.8, rxHigh: -1 },
  { pattern: /10G?BASE-?LR|10GE?-LR|SFP\+?[- ]?10G-?LR/i, rxLow: -14.4, rxHigh: 0.5 },
  { pattern: /10G?BASE-?SR|10GE?-SR|SFP\+?[- ]?10G-?SR/i, rxLow: -9.9, rxHigh: -1 },
  { pattern: /1000BASE-?LX|SFP-?GE-?LX|1000?-LX/i, rxLow: -19, rxHigh: -3 },
  { pattern: /1000BASE-?SX|SFP-?GE-?SX|1000?-SX/i, rxLow: -17, rxHigh: 0 },
  { pattern: /GPON/i, rxLow: -27, rxHigh: -8 },
];

/** What a module may be fed with, and who says so. */
export interface OpticLimits {
  /** dBm. */
  readonly rxLow: number | null;
  readonly rxHigh: number | null;
  /** `module`: its own alarm limits, as the device reads them; `kind`: those of its standard. */
  readonly of: "module" | "kind" | null;
}

/** A module at this or below sends or hears nothing: makers write it for "no light". dBm. */
export const NO_LIGHT = -40;
/** dB over the lowest limit. */
const CRITICAL = 1;
const WARNING = 3;
/** dB that the light may fall under its median of seven days. */
export const DEGRADED = 2;
/** Above this a receiver is damaged, whatever it is. dBm. */
const DAMAGE = 5;

/**
 * The limits of the module at an interface: its own where they were read, else those of its kind, by what the
 * device says stands in the port. A transceiver that is not told has none.
 */
export function opticLimits(
  own: { readonly rxLow: number | null; readonly rxHigh: number | null },
  facts: DeviceFacts | undefined,
  key: string,
): OpticLimits {
  // A module without limits of its own fills them with zeros.
  if (own.rxLow !== null && own.rxLow < 0) return { rxLow: own.rxLow, rxHigh: own.rxHigh, of: "module" };
  const kind = KINDS.find(({ pattern }) => moduleTexts(facts, key).some((text) => pattern.test(text)));
  return kind
    ? { rxLow: kind.rxLow, rxHigh: kind.rxHigh, of: "kind" }
    : { rxLow: null, rxHigh: null, of: null };
}

/** What the entity table says of the port and of what is plugged into it. */
function moduleTexts(facts: DeviceFacts | undefined, key: string): string[] {
  if (!facts) return [];
  const fact = facts.interfaces.find((one) => one.key === key);
  const names = new Set([key, fact?.name, fact?.descr].filter((name) => name !== undefined && name !== ""));
  const texts: string[] = [];
  const ports = new Set<number>();
  for (const { index, name, descr, model } of facts.entities)
    if ((name !== undefined && names.has(name)) || (descr !== undefined && names.has(descr))) {
      ports.add(index);
      texts.push(descr ?? "", model ?? "");
    }
  for (const { containedIn, name, descr, model } of facts.entities)
    if (containedIn !== undefined && ports.has(containedIn)) texts.push(name ?? "", descr ?? "", model ?? "");
  return texts;
}

export type OpticVerdict = "good" | "watch" | "bad" | "unknown";

/**
 * Bad: no light, within 1 dB of the lowest limit, or so much that a receiver breaks. Watch: within 3 dB of it,
 * above the highest, or fallen by more than 2 dB. Without light read it is unknown, and without limits only the
 * fall is judged.
 */
export function judgeOptic(rxPower: number | null, limits: OpticLimits, change: number | null): OpticVerdict {
  if (rxPower === null) return "unknown";
  if (rxPower <= NO_LIGHT || rxPower >= DAMAGE) return "bad";
  if (limits.rxLow !== null && rxPower <= limits.rxLow + CRITICAL) return "bad";
  if (limits.rxLow !== null && rxPower <= limits.rxLow + WARNING) return "watch";
  if (limits.rxHigh !== null && rxPower > limits.rxHigh) return "watch";
  return change !== null && change < -DEGRADED ? "watch" : "good";
}
