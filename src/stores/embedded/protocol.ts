import type { ErrorContext } from "../../errors/campus-error.ts";
import type { ErrorCode } from "../../errors/codes.ts";
import type { SampleColumns } from "../../measurements/batch.ts";
import type { Tags } from "../../measurements/series.ts";
import type { CheckedQuery } from "../query.ts";
import type { EngineOptions, EngineStats, WriteRequest } from "./engine.ts";

/** What the store asks of its worker. Each request has one reply with the same id. */
export type Request = { readonly id: number; readonly now: number } & (
  | { readonly kind: "open"; readonly options: EngineOptions }
  | { readonly kind: "write"; readonly write: WriteRequest & { readonly columns: OwnColumns } }
  | { readonly kind: "query"; readonly query: CheckedQuery }
  | { readonly kind: "series"; readonly quantity: string; readonly tags: Tags }
  | { readonly kind: "maintain"; readonly seal: boolean }
  | { readonly kind: "close" }
);
export type RequestBody = Request extends infer R
  ? R extends unknown
    ? Omit<R, "id" | "now">
    : never
  : never;

/** Series one after the other in two long columns. */
export interface QueryReply {
  readonly texts: readonly string[];
  readonly lengths: Uint32Array;
  readonly times: Float64Array;
  readonly values: Float64Array;
}

export interface WireError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly context: ErrorContext;
}

/** Columns that are handed to the thread and back. */
export interface OwnColumns extends SampleColumns {
  readonly series: Uint32Array<ArrayBuffer>;
  readonly time: Float64Array<ArrayBuffer>;
  readonly value: Float64Array<ArrayBuffer>;
  readonly status: Uint8Array<ArrayBuffer>;
}

/** What is transferred with them. */
export function buffersOf({ series, time, value, status }: OwnColumns): ArrayBuffer[] {
  return [series.buffer, time.buffer, value.buffer, status.buffer];
}

export interface Reply {
  readonly id: number;
  readonly error?: WireError;
  readonly result?: QueryReply | readonly string[];
  /** The columns of a write, to be filled again. */
  readonly columns?: OwnColumns;
  /** The worker's counts after this request. */
  readonly stats?: EngineStats;
}
