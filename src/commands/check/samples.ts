import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { SnmpClient } from "../../../collectors/snmp/client.ts";
import { type DeviceSnapshot, InspectionPlans } from "../../../collectors/snmp/inspection/inspect.ts";
import { openReplay } from "../../../simulators/replay/replay.ts";
import { systemClock } from "../../collection/clock.ts";
import { CampusError } from "../../errors/campus-error.ts";
import { QUANTITIES } from "../../measurements/quantities.ts";
import type { Finding } from "../../profiles/laboratory/finding.ts";
import { impossible } from "../../profiles/laboratory/physical.ts";
import type { ProfileSet } from "../../profiles/profile-set.ts";
import { inspectAll } from "../inspect/run.ts";
import { parseTarget } from "../inspect/target.ts";

export interface SampleReport {
  /** Recordings that were read. */
  readonly samples: number;
  /** Profiles that one of them was matched to. */
  readonly profiles: ReadonlySet<string>;
  readonly findings: readonly Finding[];
}

/**
 * Serves the recordings on loopback, inspects them with the profiles, and says what cannot be: a value beyond what is
 * possible, a raw value that is refused as implausible where the device only says that it has none, a recording that
 * no profile knows. Throws E_FILE when a folder cannot be read.
 */
export async function examineSamples(
  folders: readonly string[],
  profiles: ProfileSet,
  signal: AbortSignal,
): Promise<SampleReport> {
  const findings: Finding[] = [];
  const known = new Set<string>();
  let samples = 0;
  for (const folder of folders) {
    const say = (file: string, line: number, message: string, level: Finding["level"] = "error"): void => {
      findings.push({ level, check: "sample", file, line, key: "", message });
    };
    const names = namesOf(folder);
    if (names.length === 0) continue;
    const replay = await openReplay({ dir: folder, host: "127.0.0.1", port: 0, badLine: say }, signal);
    const client = new SnmpClient({ clock: systemClock(), count: () => undefined });
    try {
      await client.open(signal);
      await inspectAll(
        names.map((name) => parseTarget(`snmp://${encodeURIComponent(name)}@127.0.0.1:${replay.port}`, name)),
        {
          client,
          plans: new InspectionPlans(profiles),
          concurrency: 32,
          retries: 3,
          timeoutMs: 5000,
          version: "v2c",
          credential: undefined,
        },
        async ({ target, snapshot, error }) => {
          samples++;
          const file = join(folder, `${target.community?.reveal()}.snmprec`);
          if (error) say(file, 1, `cannot be read to its end: ${error.message}`);
          if (snapshot?.identity.profile !== undefined) known.add(snapshot.identity.profile);
          if (snapshot) for (const message of wrongIn(snapshot)) say(file, 1, message);
        },
        signal,
      );
    } finally {
      await client.close();
      await replay.close();
    }
  }
  return { samples, profiles: known, findings };
}

/**
 * A note for each profile of SNMP devices that none of the recordings is of: nothing holds it to what it reads. Of the
 * profiles in these folders; without folders of all.
 */
export function withoutSample(
  profiles: ProfileSet,
  { profiles: known }: SampleReport,
  folders: readonly string[],
): readonly Finding[] {
  const isAsked = (file: string): boolean =>
    folders.length === 0 || folders.some((folder) => dirname(file) === folder);
  return profiles.list().flatMap(({ id, file, snmp }) =>
    snmp && isAsked(file) && !known.has(id)
      ? [
          {
            level: "note" as const,
            check: "sample" as const,
            file,
            line: 1,
            key: "",
            message: "no sample is of this profile: record one (campusd capture), or write one by hand",
          },
        ]
      : [],
  );
}

function namesOf(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((file) => file.endsWith(".snmprec"))
      .map((file) => file.slice(0, -".snmprec".length))
      .sort();
  } catch (error) {
    throw new CampusError("E_FILE", `cannot read the folder of samples ${folder}`, { file: folder }, error);
  }
}

/** What cannot be among the readings of one device. */
function wrongIn({ identity, readings, rejected }: DeviceSnapshot): string[] {
  const profile = identity.profile ?? "no profile";
  const found: string[] = [];
  if (identity.profile === undefined) found.push("no profile matches it");
  for (const { quantity, value, label, oid } of readings) {
    const known = QUANTITIES.get(quantity);
    const why = known && impossible({ quantity: known, label: { text: label } }, value);
    if (why) found.push(`${profile}: ${quantity} "${label}" (${oid}): ${why}`);
  }
  for (const { quantity, label, oid, raw, reason } of rejected)
    if (reason === "implausible")
      found.push(
        `${profile}: ${quantity} "${label}" (${oid}): ${raw === undefined ? "what the device sends" : `the raw value ${raw}`} is refused as implausible: write it under sentinels where it means that there is no value`,
      );
  return found;
}
