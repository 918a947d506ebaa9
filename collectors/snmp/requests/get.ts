import { PDU } from "../codec/ber.ts";
import { ERROR_STATUS, ERROR_STATUS_NAMES, type ResponseView } from "../codec/message.ts";
import type { OidBytes } from "../codec/oid.ts";
import { acceptExactly, type ExchangeOptions, type SnmpSession } from "../session.ts";
import type { Outcome } from "../transport.ts";

/** Objects in one GET: small agents refuse more. */
const MAX_OBJECTS = 24;

/** How a GET or a walk failed; `status` is the agent's error-status. */
export interface Failure {
  readonly outcome: Exclude<Outcome, "reply"> | "status";
  readonly status?: string;
}

/** Called for each object that has a value: its position in `oids`, and varbind `i` of the view. */
export type GetVisitor = (position: number, view: ResponseView, i: number, receivedAt: number) => void;

/**
 * GET of any number of objects, in as many requests as it takes. Objects the agent does not have are not
 * visited. With SNMPv1 one unknown name spoils the answer (noSuchName, RFC 1157 section 4.1.2): it is left out
 * and the others are asked again; tooBig halves the request.
 */
export async function getObjects(
  session: SnmpSession,
  oids: readonly OidBytes[],
  visit: GetVisitor,
  options: ExchangeOptions = {},
): Promise<Failure | undefined> {
  const pending: number[][] = [];
  for (let i = 0; i < oids.length; i += MAX_OBJECTS)
    pending.push(Array.from({ length: Math.min(MAX_OBJECTS, oids.length - i) }, (_, k) => i + k));
  while (pending.length > 0) {
    const positions = pending.pop()!;
    if (positions.length === 0) continue;
    const asked = positions.map((position) => oids[position]!);
    let status = 0;
    let index = 0;
    const outcome = await session.exchange(
      session.prepare(PDU.get, asked),
      (view, receivedAt) => {
        status = view.errorStatus;
        index = view.errorIndex;
        if (status !== ERROR_STATUS.noError) return;
        for (let i = 0; i < view.count; i++) if (!view.isAbsent(i)) visit(positions[i]!, view, i, receivedAt);
      },
      { ...options, accept: acceptExactly(asked) },
    );
    if (outcome !== "reply") return { outcome };
    if (status === ERROR_STATUS.noError) continue;
    // Whoever asks may read nothing here: it is no fault of one object.
    if (status === ERROR_STATUS.authorizationError)
      return { outcome: "status", status: ERROR_STATUS_NAMES[status]! };
    const culprit = index >= 1 && index <= positions.length ? index - 1 : positions.length === 1 ? 0 : -1;
    if (status === ERROR_STATUS.tooBig && positions.length > 1) {
      const half = positions.length >> 1;
      pending.push(positions.slice(half), positions.slice(0, half));
    } else if (status === ERROR_STATUS.noSuchName && culprit >= 0) {
      pending.push(positions.filter((_, i) => i !== culprit));
    } else if (positions.length > 1) {
      // genErr and the like: the object it is about is asked alone, or each is when it is not said.
      if (culprit >= 0) pending.push(positions.filter((_, i) => i !== culprit));
      else for (const position of positions) pending.push([position]);
    } else if (status !== ERROR_STATUS.noSuchName && oids.length === 1) {
      return { outcome: "status", status: ERROR_STATUS_NAMES[status] ?? String(status) };
    }
  }
  return undefined;
}
