import type { DeviceFacts } from "../inventory/facts.ts";
import type { Inventory, School } from "../inventory/model.ts";
import type { Store } from "../stores/contract.ts";
import type { Evidence, EvidenceClass } from "./evidence.ts";
import type { IndicatorId } from "./list.ts";

/** Half open, UTC ms. Days begin at local midnight (`settings.targets.timezone`, Asia/Shanghai by default). */
export interface Window {
  readonly from: number;
  readonly to: number;
}

/** Why a value is not known, for the glossary. */
export const UNKNOWN_REASONS = [
  "no-device",
  "no-data",
  "stale",
  "too-few-samples",
  "too-few-slots",
  "not-registered",
  "no-counter",
  "control-plane-counter",
  "not-declared",
] as const;
export type UnknownReason = (typeof UNKNOWN_REASONS)[number];

/**
 * One number about one school in one window. A share is `numerator / denominator` in 0..1; both are given so that
 * roll-ups add them and pages print them. What could not be judged is in `unknown` and not in `denominator`.
 */
export interface IndicatorValue {
  readonly indicator: IndicatorId;
  readonly school: string;
  /** In the indicator's unit; null when not known. */
  readonly value: number | null;
  readonly numerator: number | null;
  readonly denominator: number | null;
  /** Members that would belong to the denominator and could not be judged (links, rooms, ports, terminals). */
  readonly unknown: number;
  readonly evidence: EvidenceClass;
  /** A (octets of the egress interface) to E (an estimate); absent where an indicator has no ladder of sources. */
  readonly confidence?: "A" | "B" | "C" | "D" | "E";
  readonly window: Window;
  /** UTC ms of the newest reading it rests on; null when there is none. */
  readonly at: number | null;
  readonly why?: UnknownReason;
}

/** What the makers of indicators read. All of it is passed in; nothing is cached in a module. */
export interface IndicatorSources {
  readonly store: Store;
  inventory(): Inventory;
  facts(device: string): DeviceFacts | undefined;
}

/**
 * A maker of indicators: a folder of this room each (bandwidth, ipv6, wifi, operation); siblings never import
 * each other. `evaluate` answers one value for each of `makes`, also when it is unknown; it throws only for a
 * fault of the store (E_STORE_*).
 */
export interface IndicatorMaker {
  readonly makes: readonly IndicatorId[];
  evaluate(school: School, window: Window): Promise<readonly IndicatorValue[]>;
  /** What the value of that indicator was made of; at most 500 entries, the telling ones first. */
  evidence(school: School, indicator: IndicatorId, window: Window): Promise<readonly Evidence[]>;
}
