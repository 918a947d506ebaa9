import type { SnmpClient } from "../../../collectors/snmp/client.ts";
import {
  type DeviceSnapshot,
  type InspectionPlans,
  inspectDevice,
} from "../../../collectors/snmp/inspection/inspect.ts";
import type { SnmpCredential } from "../../collection/contract.ts";
import { CampusError, isCampusError } from "../../errors/campus-error.ts";
import { type InspectTarget, resolveTarget } from "./target.ts";

export interface InspectError {
  readonly code: string;
  /** Does not hold the community. */
  readonly message: string;
}

/** What became of one target: a snapshot, an error, or both when the device fell silent over it. */
export interface Inspection {
  readonly target: InspectTarget;
  readonly snapshot?: DeviceSnapshot;
  readonly error?: InspectError;
}

export interface InspectRunOptions {
  readonly client: SnmpClient;
  readonly plans: InspectionPlans;
  /** Devices that are looked at at once. */
  readonly concurrency: number;
  /** For targets with a community. */
  readonly version: "v1" | "v2c";
  /** For targets without. */
  readonly credential: SnmpCredential | undefined;
  readonly timeoutMs: number;
  readonly retries: number;
}

/** Looks at every target and hands each to `done` as it is finished; answers how many failed. */
export async function inspectAll(
  targets: readonly InspectTarget[],
  options: InspectRunOptions,
  done: (inspection: Inspection) => Promise<void>,
  signal: AbortSignal,
): Promise<number> {
  const queue = targets.values();
  let failed = 0;
  const work = async (): Promise<void> => {
    for (const target of queue) {
      if (signal.aborted) return;
      const inspection = await inspectOne(target, options, signal);
      // A look that Ctrl-C ended says nothing of the device.
      if (signal.aborted) return;
      if (inspection.error) failed++;
      await done(inspection);
    }
  };
  await Promise.all(Array.from({ length: Math.min(options.concurrency, targets.length) }, work));
  return failed;
}

async function inspectOne(
  target: InspectTarget,
  options: InspectRunOptions,
  signal: AbortSignal,
): Promise<Inspection> {
  try {
    const { version, credential, timeoutMs, retries } = options;
    const access = target.community ? { version, community: target.community } : credential;
    if (!access) throw new CampusError("E_USAGE", "the target has no community and no credential is named");
    const endpoint = await resolveTarget(target);
    const snmp = options.client.target({ endpoint, ...access, timeoutMs, retries });
    const end = (): void => snmp.close();
    signal.addEventListener("abort", end, { once: true });
    try {
      const snapshot = await inspectDevice(snmp.session, options.plans);
      return { target, snapshot, ...(snapshot.error && { error: snapshot.error }) };
    } finally {
      signal.removeEventListener("abort", end);
      snmp.close();
    }
  } catch (error) {
    // One device's trouble is not the other devices'; a fault of our own is told of, and only of this one.
    const known = isCampusError(error)
      ? error
      : new CampusError("E_INTERNAL", `a fault of campusd's own: ${String(error)}`, {}, error);
    return { target, error: { code: known.code, message: known.message } };
  }
}
