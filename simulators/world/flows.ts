import { Flow, Sum, type Total } from "../behaviour/flow.ts";
import type { NetworkPlan } from "./network-plan.ts";
import type { Seed } from "./seed.ts";
import { growthOf } from "./story.ts";

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
  for (const end of all) {
    const peak = (octets * end.weight) / weights;
    const of = seed.of(`flow/${end.label}`);
    flows.set(end.label, {
      down: new Flow(end.busy, peak, of.of("down"), plan.epoch - 2 * 86400, growth),
      up: new Flow(end.busy, peak * end.upShare, of.of("up"), plan.epoch - 2 * 86400, growth),
    });
  }
  if (plan.saturated) {
    // Something downloads without end: it takes what the contract leaves.
    const flood = (plan.contractedMbps * 1e6 * 0.91) / 8;
    const label = plan.endpoints.at(-1)![0]!.label;
    const normal = flows.get(label)!;
    const start = plan.epoch - 2 * 86400;
    const endless = new Flood(flood, start);
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
