import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SnmpClient } from "../../../collectors/snmp/client.ts";
import { type DeviceSnapshot, InspectionPlans } from "../../../collectors/snmp/inspection/inspect.ts";
import { openReplay } from "../../../simulators/replay/replay.ts";
import { systemClock } from "../../../src/collection/clock.ts";
import { inspectAll } from "../../../src/commands/inspect/run.ts";
import { parseTarget } from "../../../src/commands/inspect/target.ts";
import type { ProfileSet } from "../../../src/profiles/profile-set.ts";

/** Serves the recordings (name to text) on loopback and answers what campusd reads from each. */
export async function lookAt(
  recordings: ReadonlyMap<string, string>,
  profiles: ProfileSet,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, DeviceSnapshot>> {
  const dir = mkdtempSync(join(tmpdir(), "campusd-samples-"));
  const seen = new Map<string, DeviceSnapshot>();
  try {
    for (const [name, text] of recordings) writeFileSync(join(dir, `${name}.snmprec`), text);
    const badLine = (file: string, line: number, reason: string): void => {
      throw new Error(`${file}:${line}: ${reason}`);
    };
    const replay = await openReplay({ dir, host: "127.0.0.1", port: 0, badLine }, signal);
    const client = new SnmpClient({ clock: systemClock(), count: () => undefined });
    try {
      await client.open(signal);
      const targets = [...recordings.keys()].map((name) =>
        parseTarget(`snmp://${name}@127.0.0.1:${replay.port}`, name),
      );
      const plans = new InspectionPlans(profiles);
      const how = {
        concurrency: 32,
        retries: 2,
        timeoutMs: 3000,
        version: "v2c",
        credential: undefined,
      } as const;
      await inspectAll(
        targets,
        { client, plans, ...how },
        async ({ target, snapshot }) => {
          if (snapshot) seen.set(target.community!.reveal(), snapshot);
        },
        signal,
      );
    } finally {
      await client.close();
      await replay.close();
    }
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
  return seen;
}
