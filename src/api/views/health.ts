import type { Caller } from "../access.ts";
import type { Campus } from "../campus.ts";
import type { Health } from "../schemas/campus.ts";

/**
 * Health of the process and of the caller's devices. starting: no device has answered yet; degraded: the store
 * does not take samples. Sample and store numbers are those of the process.
 */
export function healthView(campus: Campus, caller: Caller, version: string): Health {
  const { live } = campus;
  const devices = { total: 0, up: 0, down: 0, unknown: 0 };
  for (const school of campus.places(caller)) {
    const counts = school.row.devices;
    devices.total += counts.total;
    devices.up += counts.up;
    devices.down += counts.down;
    devices.unknown += counts.unknown;
  }
  const counters = live.counters();
  const stats = live.store.stats();
  const waiting = devices.total > 0 && devices.up + devices.down === 0;
  return {
    status: stats.healthy ? (waiting ? "starting" : "ok") : "degraded",
    devices,
    samples: { total: counters.samplesTotal, perSecond: counters.samplesPerSecond },
    store: {
      kind: stats.kind,
      healthy: stats.healthy,
      // The store's own words may name hosts and paths: they go to the log, and to nobody outside.
      ...(stats.healthy ? {} : { reason: "the last write did not go through" }),
      series: stats.series,
      spooled: stats.spooled,
      dropped: stats.dropped,
      ...(stats.bytes === undefined ? {} : { bytes: stats.bytes }),
    },
    startedAt: live.startedAt,
    version,
    simulated: live.simulated,
  };
}
