import type { ResponseView } from "../codec/message.ts";
import { compareOids, encodeOid, type OidBytes } from "../codec/oid.ts";

/** What a Report says is wrong with a message. */
export type ReportCode =
  | "unsupported_level"
  | "not_in_time_window"
  | "unknown_user"
  | "unknown_engine"
  | "wrong_digest"
  | "decryption_error"
  | "unknown_security_model"
  | "invalid_message"
  | "unknown_pdu_handler"
  | "unavailable_context"
  | "unknown_context";

/** Why SNMPv3 with a device fails, for programs. `silent`, `boots_exhausted`, `engine_changed`, `no_agreement` are our own findings. */
export type SecurityCode = ReportCode | "silent" | "boots_exhausted" | "engine_changed" | "no_agreement";

/** Why SNMPv3 with a device fails. `text` is for people and holds no secret. */
export interface SecurityProblem {
  readonly code: SecurityCode;
  readonly text: string;
}

/** RFC 3414 section 5 (usmStats), RFC 3412 section 5 (snmpMPDStats), RFC 3413 section 4.1.2 (snmpTargetObjects). */
const REPORTS: readonly (readonly [OidBytes, ReportCode])[] = (
  [
    ["unsupported_level", 15, 1, 1, 1, 0],
    ["not_in_time_window", 15, 1, 1, 2, 0],
    ["unknown_user", 15, 1, 1, 3, 0],
    ["unknown_engine", 15, 1, 1, 4, 0],
    ["wrong_digest", 15, 1, 1, 5, 0],
    ["decryption_error", 15, 1, 1, 6, 0],
    ["unknown_security_model", 11, 2, 1, 1, 0],
    ["invalid_message", 11, 2, 1, 2, 0],
    ["unknown_pdu_handler", 11, 2, 1, 3, 0],
    ["unavailable_context", 12, 1, 4, 0],
    ["unknown_context", 12, 1, 5, 0],
  ] as const
).map(([code, ...arcs]) => [encodeOid([1, 3, 6, 1, 6, 3, ...arcs]), code] as const);

/** What the Report in the view says; undefined when it says nothing that is known. Reads the view's body. */
export function reportCode(view: ResponseView): ReportCode | undefined {
  if (!view.readBody() || view.count < 1) return undefined;
  const at = view.oidAt[0]!;
  const end = view.oidEnd[0]!;
  for (const [oid, code] of REPORTS)
    if (compareOids(oid, 0, oid.length, view.bytes, at, end) === 0) return code;
  return undefined;
}

/** The words for it. `level` is the security level that was used. */
export function describeReport(code: ReportCode, user: string, level: string, context: string): string {
  switch (code) {
    case "unknown_user":
      return `the agent knows no SNMPv3 user '${user}'`;
    case "wrong_digest":
      return `the agent refuses the signature of SNMPv3 user '${user}': the authentication password or protocol is wrong`;
    case "decryption_error":
      return `the agent cannot decrypt what SNMPv3 user '${user}' sends: the privacy password or protocol is wrong`;
    case "unsupported_level":
      return `the agent does not allow SNMPv3 user '${user}' the security level ${level}`;
    case "not_in_time_window":
      return "the agent says that the SNMPv3 message is not in its time window";
    case "unknown_engine":
      return "the agent does not know its own SNMPv3 engine ID";
    case "unknown_security_model":
      return "the agent does not know the user-based security model of SNMPv3";
    case "invalid_message":
      return "the agent calls the SNMPv3 message invalid";
    case "unknown_pdu_handler":
      return "the agent has nothing that answers for this SNMPv3 engine ID";
    case "unavailable_context":
      return `the agent's SNMPv3 context '${context}' is not available now`;
    case "unknown_context":
      return `the agent has no SNMPv3 context '${context}'`;
  }
}
