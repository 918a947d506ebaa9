import type { Clock } from "../../src/collection/contract.ts";
import { CampusError } from "../../src/errors/campus-error.ts";
import type { ResponseView } from "./codec/message.ts";
import { decodeArcs, encodeOid, indexKey, type OidBytes, parseOid } from "./codec/oid.ts";
import { SnmpValue } from "./codec/value.ts";
import { type Failure, getObjects } from "./requests/get.ts";
import { type WalkEnd, type WalkOptions, walkColumns } from "./requests/walk.ts";
import { type SessionCost, type SessionOptions, SnmpSession } from "./session.ts";
import { SnmpTransport, type TransportOptions } from "./transport.ts";

/** Dotted text or arcs. */
export type OidInput = string | readonly number[];

export interface Varbind {
  readonly oid: readonly number[];
  readonly value: SnmpValue;
}

export interface TableRow {
  /** Arcs behind the column. */
  readonly index: readonly number[];
  /** One a column, in the order they were asked; undefined where the row has none. */
  readonly values: readonly (SnmpValue | undefined)[];
}

/** A walk's answer. When `partial`, `end` says why and the rows read so far are there all the same. */
export interface WalkResult<Item> {
  readonly items: readonly Item[];
  readonly end: WalkEnd;
  readonly partial: boolean;
}

/** Sockets and targets: what `campusd inspect` and other callers that ask by hand start from. */
export class SnmpClient {
  readonly #transport: SnmpTransport;
  readonly #clock: Clock;

  constructor(options: TransportOptions) {
    this.#transport = new SnmpTransport(options);
    this.#clock = options.clock;
  }

  /** Throws E_UNREACHABLE when no UDP socket can be had. */
  open(signal: AbortSignal): Promise<void> {
    return this.#transport.open(signal);
  }

  /** A target to ask; sends nothing. Throws E_REQUEST when the address is no literal address. */
  target(options: SessionOptions): SnmpTarget {
    return new SnmpTarget(new SnmpSession(this.#transport, this.#clock, options));
  }

  close(): Promise<void> {
    return this.#transport.close();
  }
}

/** One device to ask by hand. Its answers keep tag and octets and are decoded when asked. */
export class SnmpTarget {
  readonly session: SnmpSession;

  constructor(session: SnmpSession) {
    this.session = session;
  }

  /** What was spent on the device so far. */
  get cost(): Readonly<SessionCost> {
    return this.session.cost;
  }

  /**
   * GET. Answers one value an object, undefined where the device has none.
   * Throws E_TIMEOUT, E_UNREACHABLE, E_SNMP_STATUS, or E_REQUEST for a wrong OID.
   */
  async get(oids: readonly OidInput[]): Promise<(SnmpValue | undefined)[]> {
    const values: (SnmpValue | undefined)[] = oids.map(() => undefined);
    const failure = await getObjects(this.session, oids.map(toOid), (position, view, i) => {
      values[position] = valueAt(view, i);
    });
    if (failure) throw failureError(failure, this.session);
    return values;
  }

  /** Everything below an OID, in order. Throws E_TIMEOUT or E_UNREACHABLE when nothing at all came. */
  async walk(root: OidInput, options: WalkOptions = {}): Promise<WalkResult<Varbind>> {
    const items: Varbind[] = [];
    const visit = (_: number, view: ResponseView, i: number): undefined => {
      items.push({ oid: decodeArcs(view.bytes, view.oidAt[i]!, view.oidEnd[i]!), value: valueAt(view, i) });
    };
    const end = await walkColumns(this.session, [toOid(root)], visit, options);
    return this.#result(items, end);
  }

  /** Columns of one table, aligned by index and in its order. Throws like `walk`. */
  async table(columns: readonly OidInput[], options: WalkOptions = {}): Promise<WalkResult<TableRow>> {
    const byIndex = new Map<string, { index: number[]; values: (SnmpValue | undefined)[] }>();
    const visit = (column: number, view: ResponseView, i: number, indexAt: number): undefined => {
      const end = view.oidEnd[i]!;
      const key = indexKey(view.bytes, indexAt, end);
      let row = byIndex.get(key);
      if (!row) {
        row = { index: decodeArcs(view.bytes, indexAt, end, true), values: columns.map(() => undefined) };
        byIndex.set(key, row);
      }
      row.values[column] = valueAt(view, i);
    };
    const end = await walkColumns(this.session, columns.map(toOid), visit, options);
    return this.#result([...byIndex.values()].sort(byIndexOrder), end);
  }

  close(): void {
    this.session.close();
  }

  #result<Item>(items: readonly Item[], end: WalkEnd): WalkResult<Item> {
    if (items.length === 0 && typeof end === "object") throw failureError(end, this.session);
    return { items, end, partial: end !== "end" };
  }
}

function byIndexOrder(a: { index: readonly number[] }, b: { index: readonly number[] }): number {
  const length = Math.min(a.index.length, b.index.length);
  for (let i = 0; i < length; i++) if (a.index[i] !== b.index[i]) return a.index[i]! - b.index[i]!;
  return a.index.length - b.index.length;
}

function toOid(oid: OidInput): OidBytes {
  return encodeOid(typeof oid === "string" ? parseOid(oid) : oid);
}

function valueAt(view: ResponseView, i: number): SnmpValue {
  return new SnmpValue(view.tag[i]!, view.bytes.subarray(view.valueAt[i]!, view.valueEnd[i]!));
}

/** A failure as the error that is thrown for it; says where and never the community. */
export function failureError(failure: Failure, session: SnmpSession): CampusError {
  const { address, port } = session.peer;
  const where = `${address} port ${port}`;
  const { problem } = session;
  const context = { address, port, ...(problem && { security: problem.code }) };
  switch (failure.outcome) {
    case "timeout":
      return new CampusError(
        "E_TIMEOUT",
        `no SNMP answer from ${where}${problem ? `: ${problem.text}` : ""}`,
        context,
      );
    case "refused":
      return new CampusError(
        "E_SNMP_SECURITY",
        `${where}: ${problem?.text ?? "SNMPv3 security failed"}`,
        context,
      );
    case "unreachable":
      return new CampusError("E_UNREACHABLE", `no way to send to ${where}`, context);
    case "closed":
      return new CampusError("E_TIMEOUT", `the session with ${where} was closed`, context);
    case "status":
      return new CampusError("E_SNMP_STATUS", `${where} answered ${failure.status}`, context);
  }
}
