import { CampusError, isCampusError } from "../errors/campus-error.ts";
import { ERROR_CODES, type ErrorCode } from "../errors/codes.ts";

/** The exit codes of every command; `campusd --help` prints them. */
export const EXIT = { done: 0, failed: 1, wrongInput: 2, cannotStart: 3 } as const;

const WRONG_INPUT: ReadonlySet<ErrorCode> = new Set([
  "E_USAGE",
  "E_SETTINGS",
  "E_IMPORT",
  "E_PROFILE",
  "E_PROFILE_CONFLICT",
  "E_TARGETS",
]);
const CANNOT_START: ReadonlySet<ErrorCode> = new Set(["E_PORT_TAKEN", "E_STORE_OPEN", "E_STATE", "E_FILE"]);

export function exitCodeOf(error: unknown): number {
  if (!isCampusError(error)) return EXIT.failed;
  if (WRONG_INPUT.has(error.code)) return EXIT.wrongInput;
  if (CANNOT_START.has(error.code)) return EXIT.cannotStart;
  return EXIT.failed;
}

/** Prints an error for a person: what, where, what to do. A stack only for a fault of our own. */
export function reportError(error: unknown): void {
  if (isCampusError(error)) {
    console.error(`campusd: ${error.message}`);
    console.error(`  ${ERROR_CODES[error.code].remedy} [${error.code}]`);
    if (error.code === "E_INTERNAL" && error.cause instanceof Error) console.error(error.cause.stack);
    return;
  }
  console.error("campusd: a fault of its own, please report it:");
  console.error(error instanceof Error ? error.stack : String(error));
}

/** A signal that aborts at Ctrl-C or SIGTERM; a second one ends the process at once. */
export function interruption(): AbortSignal {
  const controller = new AbortController();
  const onSignal = () => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort();
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  return controller.signal;
}

/** Resolves when the signal aborts. */
export function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}

/** A whole number of an option, or a clear error. */
export function wholeNumber(option: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least || value > most) {
    throw new CampusError(
      "E_USAGE",
      `${option} takes a whole number from ${least} to ${most}, not '${text}'`,
      { key: option },
    );
  }
  return value;
}
