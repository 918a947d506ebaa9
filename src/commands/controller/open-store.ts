import { join } from "node:path";
import type { Clock } from "../../collection/contract.ts";
import type { Settings } from "../../settings/schema.ts";
import type { Store } from "../../stores/contract.ts";
import { EmbeddedStore } from "../../stores/embedded/store.ts";
import { InfluxStore } from "../../stores/influxdb/store.ts";
import { SpoolingStore } from "../../stores/spooling-store.ts";

/** The store that the settings ask for, not open yet. A remote one stands behind a spool under the data folder. */
export function openStore(settings: Settings, clock: Clock, random: () => number): Store {
  const { store, data } = settings;
  if (store.kind === "embedded") {
    return new EmbeddedStore({ dir: join(data.dir, "samples"), retention: store.retention, clock });
  }
  const { spoolBytes, kind: _kind, ...influx } = store;
  return new SpoolingStore({
    inner: new InfluxStore(influx),
    dir: join(data.dir, "spool"),
    capBytes: spoolBytes,
    clock,
    random,
  });
}
