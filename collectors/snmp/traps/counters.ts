/** Why a notification was not taken. */
export const TRAP_DROPS = [
  /** Not the address of a device of the inventory. */
  "source",
  /** Not a well-formed notification. */
  "malformed",
  /** An SNMP version or PDU type that brings no notification from there. */
  "kind",
  /** A community that the device does not have. */
  "community",
  /** SNMPv3: no such user, a wrong digest, or less security than the user has. */
  "user",
  /** SNMPv3: outside the time window, or sent again. */
  "replay",
  /** SNMPv3: the question for our engine or its time that goes before an inform; answered with a Report. */
  "discovery",
  /** More than the source may send. */
  "rate",
  /** More than all may send. */
  "storm",
  /** Those before it are not worked off. */
  "queue",
  /** It could not be written to the event log. */
  "log",
  /** An error of campusd's own while it was read. */
  "fault",
] as const;
export type TrapDrop = (typeof TRAP_DROPS)[number];

/** At any moment received = accepted + all of dropped (+ those whose SNMPv3 keys are being made just now). */
export interface TrapCounters {
  /** Datagrams that reached the process. */
  readonly received: number;
  /** Events, repeats of events, or known already (`retransmitted`); on disk or on the way there. */
  readonly accepted: number;
  /** Of accepted: informs that were sent again because their answer was lost. */
  readonly retransmitted: number;
  /** Responses to informs. */
  readonly answered: number;
  readonly dropped: Readonly<Record<TrapDrop, number>>;
  /** Datagrams that the system lost before the process read them; -1 where it does not tell. */
  readonly lostBySystem: number;
}

/** Counters of one intake. */
export class TrapCounts {
  received = 0;
  accepted = 0;
  retransmitted = 0;
  answered = 0;
  readonly dropped: Record<TrapDrop, number> = Object.fromEntries(
    TRAP_DROPS.map((reason) => [reason, 0]),
  ) as Record<TrapDrop, number>;

  snapshot(lostBySystem: number): TrapCounters {
    const { received, accepted, retransmitted, answered } = this;
    return { received, accepted, retransmitted, answered, dropped: { ...this.dropped }, lostBySystem };
  }
}

/** What came since, as names and numbers for telemetry; only what grew. */
export function grown(before: TrapCounters | undefined, now: TrapCounters): [string, number][] {
  const list: [string, number][] = [];
  const add = (name: string, was: number | undefined, is: number): void => {
    if (is > (was ?? 0)) list.push([`traps.${name}`, is - Math.max(0, was ?? 0)]);
  };
  for (const name of ["received", "accepted", "retransmitted", "answered"] as const)
    add(name, before?.[name], now[name]);
  for (const reason of TRAP_DROPS) add(`dropped.${reason}`, before?.dropped[reason], now.dropped[reason]);
  add("lost_by_system", before?.lostBySystem, now.lostBySystem);
  return list;
}
