import { judgeOptic, opticLimits } from "../../indicators/bandwidth/optics.ts";
import type { DeviceFacts } from "../../inventory/facts.ts";
import type { Link } from "../../inventory/model.ts";
import { STATUS } from "../../measurements/status.ts";
import type { OpticView } from "../schemas/backbone.ts";
import { freshValue, type Sight } from "./sight.ts";

/**
 * The module at a link, lane by lane; none where the device tells of no light.
 * @param light medians of seven days by lane
 */
export function opticViews(
  sight: Sight,
  link: Link,
  facts: DeviceFacts | undefined,
  light: ReadonlyMap<string, number> | undefined,
): OpticView[] {
  const own = sight.index.ofInterface(link.device, link.interface);
  const lanes = new Map<string, Map<string, number>>();
  for (const quantityId of ["optics.rx_power", "optics.tx_power", "optics.rx_low", "optics.rx_high"])
    for (const series of own?.byQuantity.get(quantityId) ?? []) {
      const lane = sight.table.key(series).tags.lane ?? "";
      let found = lanes.get(lane);
      if (!found) lanes.set(lane, (found = new Map()));
      found.set(quantityId, series);
    }
  // A module without lanes may tell its limits once for all of them.
  const common = lanes.get("");
  const views: OpticView[] = [];
  for (const [lane, found] of lanes) {
    const read = (quantityId: string): number | null => {
      const series = found.get(quantityId) ?? common?.get(quantityId);
      if (series === undefined) return null;
      const value = freshValue(sight, series, quantityId);
      return Number.isNaN(value) ? null : value;
    };
    const series = found.get("optics.rx_power");
    if (series === undefined) continue;
    const rxPower = read("optics.rx_power");
    const limits = opticLimits(
      { rxLow: read("optics.rx_low"), rxHigh: read("optics.rx_high") },
      facts,
      link.interface,
    );
    const median = light?.get(lane);
    const change = rxPower === null || median === undefined ? null : rxPower - median;
    views.push({
      interface: link.interface,
      lane: lane === "" ? null : lane,
      rxPower,
      txPower: read("optics.tx_power"),
      rxLow: limits.rxLow,
      rxHigh: limits.rxHigh,
      limitOf: limits.of,
      change,
      state: judgeOptic(rxPower, limits, change),
      at: sight.latest.status(series) === STATUS.ok ? sight.latest.time(series) : null,
    });
  }
  return views;
}
