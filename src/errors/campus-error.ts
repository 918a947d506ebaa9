import { ERROR_CODES, type ErrorCode } from "./codes.ts";

/** Where and what: file, line, key, row, column, OID, register, topic, device. Never a secret. */
export type ErrorContext = Readonly<Record<string, string | number | boolean | undefined>>;

/**
 * The one error class. A device's fault is a row and a counter, not an exception; an exception is our
 * bug, a bad setting, or an answer to a person's request.
 */
export class CampusError extends Error {
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly context: ErrorContext;

  constructor(code: ErrorCode, message: string, context: ErrorContext = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "CampusError";
    this.code = code;
    this.retryable = ERROR_CODES[code].retryable;
    this.context = context;
  }
}

/** True when `error` is a CampusError, of that code if one is given. */
export function isCampusError(error: unknown, code?: ErrorCode): error is CampusError {
  return error instanceof CampusError && (code === undefined || error.code === code);
}
