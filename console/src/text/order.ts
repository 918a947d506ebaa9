import { useRef } from "preact/hooks";
import type { InterfaceView, State } from "../views.ts";

export const SERIOUSNESS: Readonly<Record<State, number>> = { bad: 0, watch: 1, unknown: 2, good: 3 };

/** Chinese numerals by their value: 第二小学 comes before 第三小学 and after 第一小学. */
const numerals = (name: string): string =>
  name.replace(/[一二三四五六七八九]/g, (one) => String("一二三四五六七八九".indexOf(one) + 1));

/** `GE1/0/2` before `GE1/0/10`, and Chinese names by pinyin. */
const natural = new Intl.Collator("zh-CN", { numeric: true });
export const compareNames = (a: string, b: string): number => natural.compare(numerals(a), numerals(b));
export const byName = (a: { name: string }, b: { name: string }): number => compareNames(a.name, b.name);

export const byTrouble = (a: { state: State; name: string }, b: { state: State; name: string }): number =>
  SERIOUSNESS[a.state] - SERIOUSNESS[b.state] || byName(a, b);

/**
 * Rows in an order that holds while values change: it is made anew only when rows come or go or when the
 * `signature` of one changes (its state), so that nothing moves under a reader's pointer.
 */
export function useSteadyOrder<R>(
  rows: readonly R[],
  keyOf: (row: R) => string,
  compare: (a: R, b: R) => number,
  signatureOf: (row: R) => string,
): readonly R[] {
  const held = useRef<{ signature: string; rank: Map<string, number> } | null>(null);
  const signature = rows
    .map((row) => `${keyOf(row)}\u0000${signatureOf(row)}`)
    .sort()
    .join("\u0001");
  if (held.current?.signature !== signature) {
    const sorted = [...rows].sort(compare);
    held.current = { signature, rank: new Map(sorted.map((row, at) => [keyOf(row), at])) };
  }
  const { rank } = held.current;
  return [...rows].sort((a, b) => (rank.get(keyOf(a)) ?? 0) - (rank.get(keyOf(b)) ?? 0));
}

export type PortState = State | "off";

const errorsOf = (port: InterfaceView): number =>
  (port.inErrorRate ?? 0) + (port.outErrorRate ?? 0) + (port.inDiscardRate ?? 0) + (port.outDiscardRate ?? 0);

export const useOf = (port: InterfaceView): number | null =>
  port.inUse === null && port.outUse === null ? null : Math.max(port.inUse ?? 0, port.outUse ?? 0);

/** A port nobody is plugged into is no trouble: `off`. */
export function portState(port: InterfaceView): PortState {
  if (port.adminState === "down") return "off";
  if (port.operState === null || port.operState === "unknown") return "unknown";
  if (port.operState !== "up") return "off";
  const use = useOf(port) ?? 0;
  if (use >= 90) return "bad";
  return use >= 70 || errorsOf(port) > 0 ? "watch" : "good";
}

const PORT_RANK: Readonly<Record<PortState, number>> = { bad: 0, watch: 1, unknown: 2, good: 3, off: 4 };

export const byPortTrouble = (a: InterfaceView, b: InterfaceView): number =>
  PORT_RANK[portState(a)] - PORT_RANK[portState(b)] || byName(a, b) || a.ifIndex - b.ifIndex;
