import type { Link, School } from "../../inventory/model.ts";
import type { Store } from "../../stores/contract.ts";
import type { IndicatorSources, Window } from "../contract.ts";
import { percentilesOf, SLOT_MS, SLOTS_NEEDED } from "./percentile.ts";
import { type Directions, joined, readLink, type Samples, slotPieces } from "./readings.ts";
import { storedMeans } from "./slots.ts";

/** States of interfaces are read in a slow tier: one holds for so many slots. */
const STATE_HOLDS = 4;
/** Up to this length the raw samples are read; a longer window is made of the store's own 5-minute means. */
const RAW_MS = 2 * 86_400_000;
const UP = 1;
const MOST_SERIES = 100;

/** What an uplink did in a window. */
export interface Uplink {
  readonly link: Link;
  /** Its last state in the window; null when it was not read. */
  readonly up: boolean | null;
  /** bit/s. */
  readonly speed: number | null;
  /** bit/s: the contract, else the speed. */
  readonly capacity: number | null;
  /** bit/s; null under 90 % of the slots. */
  readonly p95: number | null;
  readonly slots: number;
  readonly slotsWanted: number;
  /** By slot: 1 up, 0 not, -1 not known. */
  readonly states: Int8Array;
  /** UTC ms of the newest reading. */
  readonly at: number | null;
}

/** Whole slots of a window. */
export function slotsIn({ from, to }: Window): Window {
  const start = Math.ceil(from / SLOT_MS) * SLOT_MS;
  return { from: start, to: Math.max(start, Math.floor(to / SLOT_MS) * SLOT_MS) };
}

/** The links that a school hangs on: uplinks and their backups. */
export function uplinksOf(sources: Pick<IndicatorSources, "inventory">, school: School): Link[] {
  return sources
    .inventory()
    .linksOf(school.id)
    .filter((link) => link.role === "uplink" || link.role === "backup-uplink");
}

export async function readUplink(
  sources: Pick<IndicatorSources, "store" | "facts">,
  link: Link,
  window: Window,
): Promise<Uplink> {
  const { store } = sources;
  const slots = slotsIn(window);
  const last = { stepMs: SLOT_MS, aggregate: "last" } as const;
  const before = { from: slots.from - STATE_HOLDS * SLOT_MS, to: slots.to };
  const oper = await readLink(store, link, "interface.oper_state", before, last);
  const speeds = await readLink(store, link, "interface.speed", window, { ...last, stepMs: 3_600_000 });
  const fact = sources.facts(link.device)?.interfaces.find((one) => one.key === link.interface)?.speed;
  const told = speeds.values.at(-1) ?? fact ?? null;
  const speed = told !== null && told > 0 ? told : null;
  const means = await meansOf(store, link, slots);
  const found = percentilesOf(means.in, means.out);
  const slotsWanted = means.in.length;
  return {
    link,
    up: oper.values.length === 0 ? null : oper.values.at(-1) === UP,
    speed,
    capacity: link.contractedMbps === undefined ? speed : link.contractedMbps * 1e6,
    p95: slotsWanted > 0 && found.slots >= SLOTS_NEEDED * slotsWanted ? found.value : null,
    slots: found.slots,
    slotsWanted,
    states: held(oper, slots),
    at: newest(oper, speeds, slots, means),
  };
}

async function meansOf(store: Store, link: Link, window: Window): Promise<Directions> {
  if (window.to - window.from <= RAW_MS)
    for await (const piece of slotPieces(store, link, window)) return piece;
  const step = { stepMs: SLOT_MS, aggregate: "mean" } as const;
  const read = async (quantity: string) =>
    storedMeans(await readLink(store, link, quantity, window, step), window.from, window.to);
  return { in: await read("interface.in_rate"), out: await read("interface.out_rate") };
}

/** The state of each slot: the one read in it, or the last one for a little while. */
function held({ times, values }: Samples, { from, to }: Window): Int8Array {
  const states = new Int8Array(Math.round((to - from) / SLOT_MS)).fill(-1);
  for (let i = 0; i < times.length; i++) {
    const slot = Math.floor((times[i]! - from) / SLOT_MS);
    for (let k = Math.max(0, slot); k < Math.min(states.length, slot + STATE_HOLDS); k++)
      states[k] = values[i] === UP ? 1 : 0;
  }
  return states;
}

function newest(oper: Samples, speeds: Samples, { from }: Window, means: Directions): number | null {
  let at = Math.max(oper.times.at(-1) ?? 0, speeds.times.at(-1) ?? 0);
  for (let slot = means.in.length - 1; slot >= 0; slot--)
    if (!Number.isNaN(means.in[slot]!) || !Number.isNaN(means.out[slot]!)) {
      at = Math.max(at, from + slot * SLOT_MS);
      break;
    }
  return at > 0 ? at : null;
}

/** By slot whether the device at the uplink answered, to a poll or a probe of either family: 1, 0, -1 not asked. */
export async function answersOf(
  store: Store,
  devices: readonly string[],
  window: Window,
): Promise<Int8Array> {
  const { from, to } = slotsIn(window);
  const answers = new Int8Array(Math.round((to - from) / SLOT_MS)).fill(-1);
  for (const device of new Set(devices))
    for (const quantity of ["device.up", "probe.reachable"]) {
      const { times, values } = joined(
        await store.query({
          quantity,
          tags: { device },
          from,
          to,
          stepMs: SLOT_MS,
          aggregate: "max",
          limit: MOST_SERIES,
        }),
      );
      for (let i = 0; i < times.length; i++) {
        const slot = Math.floor((times[i]! - from) / SLOT_MS);
        if (slot >= 0 && slot < answers.length)
          answers[slot] = Math.max(answers[slot]!, values[i]! > 0 ? 1 : 0);
      }
    }
  return answers;
}
