import type { WifiJudgement } from "./judge.ts";
import type { PlannedAp } from "./plan.ts";
import { clientsOf, isOnline, listed, newestSlot, type Reporter, reportOf, serviceOf } from "./reports.ts";
import { SLOT_MS } from "./term-hours.ts";

/** How far an access point has come; each stage has the ones before. */
export type ApStage = "planned" | "known" | "online" | "serving";

/** One access point at its reporter's newest answer. */
export interface ApNow {
  readonly ap: PlannedAp;
  readonly stage: ApStage;
  /** Whether its reporter answered lately: else the stage is what the register says. */
  readonly answered: boolean;
  readonly clients: number | null;
  /** Percent, the busiest radio. */
  readonly use: number | null;
  /** dBm, mean over its stations. */
  readonly signal: number | null;
  /** Start of the slot of that answer, UTC ms. */
  readonly at: number | null;
}

/** An answer that is older says nothing about now, ms. */
const LATELY_MS = 20 * 60_000;

/** Every registered access point of the school as it is now. */
export function apsNow(judged: WifiJudgement, now: number): ApNow[] {
  return judged.plan.aps.map((ap) => apNow(judged, ap, judged.reporters.get(ap.reporter), now));
}

function apNow({ slots }: WifiJudgement, ap: PlannedAp, reporter: Reporter | undefined, now: number): ApNow {
  const slot = newestSlot(reporter);
  const at = slot < 0 ? null : slots.from + slot * SLOT_MS;
  const answered = at !== null && now - at <= LATELY_MS;
  if (!answered) return { ap, stage: "planned", answered, clients: null, use: null, signal: null, at };
  const report = reportOf(ap, reporter);
  const serving = serviceOf(ap, reporter, slots)[slot] === 1;
  const online = isOnline(report, slot);
  // One that is read itself is known to itself as soon as it was asked.
  const known = listed(report, slot);
  let use: number | null = null;
  let sum = 0;
  let weight = 0;
  for (const radio of report?.radios.values() ?? []) {
    const busy = radio.use?.lane[slot] ?? Number.NaN;
    if (!Number.isNaN(busy)) use = Math.max(use ?? 0, busy);
    const signal = radio.signal?.lane[slot] ?? Number.NaN;
    const stations = radio.clients?.lane[slot] ?? Number.NaN;
    if (Number.isNaN(signal) || !(stations > 0)) continue;
    sum += signal * stations;
    weight += stations;
  }
  return {
    ap,
    stage: serving ? "serving" : online ? "online" : known ? "known" : "planned",
    answered,
    clients: serving || online ? (clientsOf(report, slot) ?? ownClients(reporter)) : null,
    use,
    signal: weight > 0 ? sum / weight : null,
    at,
  };
}

/** Stations of an access point that is read itself and counts them by its networks alone. */
function ownClients(reporter: Reporter | undefined): number | null {
  return reporter && !reporter.controller ? (reporter.clients ?? null) : null;
}
