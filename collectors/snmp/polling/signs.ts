import { PDU } from "../codec/ber.ts";
import { ERROR_STATUS, type ResponseView } from "../codec/message.ts";
import { encodeOid, isBelow, type OidBytes } from "../codec/oid.ts";
import type { Failure } from "../requests/get.ts";
import type { ExchangeOptions, SnmpSession } from "../session.ts";
import { readSystem, type SystemGroup } from "./identity.ts";

/** Subtrees that decide between profiles for a device that says this of itself. */
export type QuestionsOf = (system: SystemGroup) => readonly (readonly number[])[];

/**
 * The system group, and of the subtrees that profiles ask for (`has`) those that the device answers: many makers
 * ship net-snmp's own object identifier and differ only in what stands below it. One more request, and only for
 * devices about which profiles ask.
 */
export async function readSigns(
  session: SnmpSession,
  questionsOf: QuestionsOf | undefined,
  options: ExchangeOptions,
): Promise<{ readonly system: SystemGroup; readonly failure?: Failure }> {
  const { system, failure } = await readSystem(session, options, true);
  if (failure) return { system, failure };
  const questions = questionsOf?.(system) ?? [];
  if (questions.length === 0) return { system };
  const present = new Set<string>();
  const oids = questions.map((arcs) => encodeOid(arcs));
  const failed = await askNext(session, oids, (i) => present.add(questions[i]!.join(".")));
  if (failed) return { system, failure: failed };
  system.present = present;
  return { system };
}

/** Calls `found` for each subtree in which something stands. SNMPv1 fails a whole request at the end of the MIB. */
async function askNext(
  session: SnmpSession,
  oids: readonly OidBytes[],
  found: (i: number) => void,
): Promise<Failure | undefined> {
  const groups: number[][] = [];
  for (let i = 0; i < oids.length; i += MAX_OBJECTS)
    groups.push(Array.from({ length: Math.min(MAX_OBJECTS, oids.length - i) }, (_, k) => i + k));
  while (groups.length > 0) {
    const group = groups.pop()!;
    let status: number = ERROR_STATUS.noError;
    const read = (view: ResponseView): void => {
      status = view.errorStatus;
      if (status !== ERROR_STATUS.noError) return;
      for (let i = 0; i < view.count && i < group.length; i++)
        if (!view.isAbsent(i) && isBelow(oids[group[i]!]!, view.bytes, view.oidAt[i]!, view.oidEnd[i]!))
          found(group[i]!);
    };
    const request = session.prepare(
      PDU.getNext,
      group.map((i) => oids[i]!),
    );
    const outcome = await session.exchange(request, read);
    // An agent that is silent about these questions alone gets no profile by them.
    if (outcome === "timeout") return undefined;
    if (outcome !== "reply") return { outcome };
    if (status !== ERROR_STATUS.noError && group.length > 1) for (const i of group) groups.push([i]);
  }
  return undefined;
}

/** Questions in one request: the answers to GETNEXT may be long texts. */
const MAX_OBJECTS = 12;
