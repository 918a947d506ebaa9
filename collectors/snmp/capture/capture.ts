import { failureError } from "../client.ts";
import type { InspectionPlans } from "../inspection/inspect.ts";
import { readSigns } from "../polling/signs.ts";
import type { SnmpSession } from "../session.ts";
import { refusedSubtrees } from "./private-objects.ts";
import { type SanitiserReport, sanitise } from "./sanitiser.ts";
import { snmprecText } from "./snmprec.ts";
import { CAPTURE_LIMITS, type CaptureLimits, walkForCapture } from "./walk.ts";

export interface CaptureOptions {
  /** 32 octets; random, so that two files of one device have nothing in common. */
  readonly key: Uint8Array;
  /** Subtrees to read besides the system group; all when absent. */
  readonly subtrees?: readonly (readonly number[])[];
  readonly limits?: Partial<CaptureLimits>;
  /** Community or user: nowhere in the file. */
  readonly secrets?: readonly string[];
  /** Lines of comment at the head of the file. */
  readonly head?: readonly string[];
  readonly progress?: (objects: number) => void;
}

export interface CaptureReport extends SanitiserReport {
  /** Profile that the device has; undefined when none fits. */
  readonly profile: string | undefined;
  /** Why a subtree was not read, to subtrees. */
  readonly skipped: ReadonlyMap<string, readonly string[]>;
  /** Why reading ended before the end. */
  readonly partial?: string;
  readonly requests: number;
  readonly ms: number;
}

export interface Capture {
  /** The recording. */
  readonly text: string;
  readonly report: CaptureReport;
}

const SYSTEM = [1, 3, 6, 1, 2, 1, 1];
/** Every object that SNMP can name for a device. */
const EVERYTHING: readonly (readonly number[])[] = [
  [1, 0],
  [1, 2],
  [1, 3],
];

/**
 * Reads a device for a recording, one request at a time, and takes out who and where it is. Nothing is written to the
 * device. Throws E_TIMEOUT, E_UNREACHABLE or E_SNMP_SECURITY when it does not answer at all.
 */
export async function captureDevice(
  session: SnmpSession,
  plans: InspectionPlans,
  options: CaptureOptions,
): Promise<Capture> {
  const started = session.clock.monotonic();
  const { system, failure } = await readSigns(session, (signs) => plans.questionsOf(signs), {});
  if (failure) throw failureError(failure, session);
  const profile = plans.of(system)?.profile;
  // A family may take two requests at once; nobody is in a hurry here.
  if (profile?.snmp) session.useQuirks({ ...profile.snmp.quirks, inFlight: 1 });
  const roots = options.subtrees ? withSystem(options.subtrees) : EVERYTHING;
  const walk = await walkForCapture(
    session,
    roots,
    refusedSubtrees(),
    { ...CAPTURE_LIMITS, ...options.limits },
    options.progress,
  );
  const { varbinds, report } = sanitise(walk.varbinds, {
    key: options.key,
    profile,
    ...(options.secrets ? { secrets: options.secrets } : {}),
  });
  const skipped = new Map<string, string[]>();
  for (const [oid, why] of walk.skipped) skipped.set(why, [...(skipped.get(why) ?? []), oid]);
  return {
    text: snmprecText(varbinds, options.head ?? []),
    report: {
      ...report,
      profile: profile?.id,
      skipped,
      ...(walk.partial !== undefined ? { partial: walk.partial } : {}),
      requests: session.cost.requests,
      ms: Math.round(session.clock.monotonic() - started),
    },
  };
}

function withSystem(subtrees: readonly (readonly number[])[]): readonly (readonly number[])[] {
  const covers = (root: readonly number[]): boolean => root.every((arc, i) => SYSTEM[i] === arc);
  return subtrees.some(covers) ? subtrees : [SYSTEM, ...subtrees];
}
