import { Flow, Rhythm, Sum, type Total } from "../behaviour/flow.ts";
import type { WeekProfile } from "../behaviour/profile.ts";
import type { NetworkPlan } from "./network-plan.ts";
import type { Seed } from "./seed.ts";
import { growthOf } from "./story.ts";

/** Rhythms of the endpoints of one kind in a school. */
const RHYTHMS = 4;

/** What an endpoint receives and sends. */
export interface EndpointFlow {
  readonly down: Total;
  readonly up: Total;
}

/** Peaks so that the whole school uses 25 to 62 % of its line at its busiest; 96 % day and night if saturated. */
export function makeFlows(plan: NetworkPlan, seed: Seed): Map<string, { down: Total; up: Total }> {
  const all = [...plan.endpoints.flat(), ...plan.coreEndpoints];
  const weights = all.reduce((sum, end) => sum + end.weight, 0);
  const use = plan.saturated ? 0.06 : (plan.line.use ?? seed.between("use", 0.25, 0.62));
  const growth = growthOf(plan.line.perDay, plan.anchor);
  const octets = (plan.contractedMbps * 1e6 * use) / 8;
  const flows = new Map<string, { down: Total; up: Total }>();
  const since = plan.epoch - 2 * 86400;
  // A class does what its neighbours do: some rhythms for all are as lively as one for each, and cost less.
  const rhythms = new Map<WeekProfile, Rhythm[]>();
  const rhythm = (profile: WeekProfile, n: number): Rhythm => {
    let list = rhythms.get(profile);
    if (!list) {
      const of = seed.of(`rhythms/${rhythms.size}`);
      list = Array.from({ length: RHYTHMS }, (_, i) => new Rhythm(profile, of.of(i), growth));
      rhythms.set(profile, list);
    }
    return list[n % RHYTHMS]!;
  };
  for (const end of all) {
    const peak = (octets * end.weight) / weights;
    const n = seed.int(`flow/${end.label}`, 0, RHYTHMS - 1);
    flows.set(end.label, {
      down: new Flow(rhythm(end.busy, n), peak, since),
      up: new Flow(rhythm(end.busy, n + 1), peak * end.upShare, since),
    });
  }
  if (plan.saturated) {
    // Something downloads without end: it takes what the contract leaves.
    const flood = (plan.contractedMbps * 1e6 * 0.91) / 8;
    const label = plan.endpoints.at(-1)![0]!.label;
    const normal = flows.get(label)!;
    const endless = new Flood(flood, since);
    flows.set(label, { down: new Sum([normal.down, endless]), up: normal.up });
  }
  return flows;
}

/** Octets at one steady rate. */
export class Flood implements Total {
  readonly #perSecond: number;
  readonly #since: number;

  constructor(perSecond: number, since: number) {
    this.#perSecond = Math.floor(perSecond);
    this.#since = since;
  }

  at(second: number): number {
    return Math.max(0, second - this.#since) * this.#perSecond;
  }
}
