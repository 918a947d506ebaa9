import type { ErrorContext } from "../../../src/errors/campus-error.ts";
import type { ErrorCode } from "../../../src/errors/codes.ts";
import type { SnmpAuthProtocol, SnmpPrivProtocol } from "../../../src/settings/snmp-security.ts";
import type { TrapCounters } from "./counters.ts";
import type { AcceptedTrap } from "./intake.ts";
import type { TrapLimits } from "./limits.ts";
import type { BoundAddress } from "./sockets.ts";
import type { OwnEngine } from "./usm.ts";

/** What goes between the controller's thread and the one that listens (`worker.ts`). */
export interface TrapWorkerData {
  readonly addresses: readonly string[];
  readonly port: number;
  readonly limits: TrapLimits;
  readonly engine: OwnEngine;
}

/** A user with its passwords in clear: a `Secret` does not survive the way into a thread. */
export interface WireUser {
  readonly name: string;
  readonly auth?: { readonly protocol: SnmpAuthProtocol; readonly password: string };
  readonly priv?: { readonly protocol: SnmpPrivProtocol; readonly password: string };
}

export interface WireSource {
  readonly address: string;
  readonly communities: readonly string[];
  /** Positions in the list of users: many devices share one. */
  readonly users: readonly number[];
}

export type ToWorker =
  | { readonly kind: "sources"; readonly users: readonly WireUser[]; readonly sources: readonly WireSource[] }
  | { readonly kind: "settled"; readonly seqs: readonly number[]; readonly committed: boolean }
  | { readonly kind: "counters"; readonly id: number }
  | { readonly kind: "close" };

export type FromWorker =
  | { readonly kind: "bound"; readonly bound: readonly BoundAddress[] }
  | {
      readonly kind: "failed";
      readonly code: ErrorCode;
      readonly message: string;
      readonly context: ErrorContext;
    }
  | { readonly kind: "traps"; readonly traps: readonly AcceptedTrap[] }
  | { readonly kind: "counters"; readonly id: number; readonly counters: TrapCounters }
  | { readonly kind: "closed" };
