import { CampusError } from "../errors/campus-error.ts";
import { QUANTITIES, type Quantity } from "../measurements/quantities.ts";
import type { Aggregate, SeriesQuery, SeriesSelector } from "./contract.ts";

/** A query that was checked, with its defaults filled in. */
export interface CheckedQuery {
  readonly quantity: Quantity;
  readonly tags: SeriesSelector["tags"];
  readonly from: number;
  readonly to: number;
  /** Undefined: the raw samples. */
  readonly step?: { readonly ms: number; readonly aggregate: Aggregate };
  readonly limit: number;
}

const DEFAULT_LIMIT = 1000;
const AGGREGATES: readonly Aggregate[] = ["mean", "min", "max", "last", "count"];

/** The quantity that a selector names; throws E_REQUEST when it is not in the list. */
export function checkSelector(selector: SeriesSelector): Quantity {
  const quantity = QUANTITIES.get(selector.quantity);
  if (!quantity)
    throw new CampusError("E_REQUEST", `no such quantity: ${selector.quantity}`, {
      quantity: selector.quantity,
    });
  return quantity;
}

/** Checks a query once, at the edge of a store; throws E_REQUEST that names the parameter. */
export function checkQuery(query: SeriesQuery): CheckedQuery {
  const quantity = checkSelector(query);
  const { from, to, stepMs, limit = DEFAULT_LIMIT } = query;
  if (!Number.isSafeInteger(from) || from < 0) throw bad("from", "UTC milliseconds", from);
  if (!Number.isSafeInteger(to) || to < 0) throw bad("to", "UTC milliseconds", to);
  if (!Number.isSafeInteger(limit) || limit < 1) throw bad("limit", "a whole number of at least 1", limit);
  if (query.aggregate !== undefined && !AGGREGATES.includes(query.aggregate))
    throw bad("aggregate", `one of ${AGGREGATES.join(", ")}`, query.aggregate);
  if (query.aggregate !== undefined && stepMs === undefined)
    throw new CampusError("E_REQUEST", "aggregate needs stepMs", { parameter: "aggregate" });
  const tags = Object.fromEntries(Object.entries(query.tags).filter(([, value]) => value !== undefined));
  const checked = { quantity, tags, from, to, limit };
  if (stepMs === undefined) return checked;
  if (!Number.isSafeInteger(stepMs) || stepMs < 1)
    throw bad("stepMs", "whole milliseconds of at least 1", stepMs);
  return { ...checked, step: { ms: stepMs, aggregate: query.aggregate ?? defaultAggregate(quantity) } };
}

/** Only the last value of a state or a counter means something; a gauge or a rate has a mean. */
function defaultAggregate(quantity: Quantity): Aggregate {
  return quantity.kind === "state" || quantity.kind === "counter" ? "last" : "mean";
}

function bad(parameter: string, wanted: string, got: unknown): CampusError {
  return new CampusError("E_REQUEST", `${parameter} must be ${wanted}, not ${String(got)}`, { parameter });
}
