import { type DestinationStream, type Logger, pino } from "pino";

export type Log = Logger;

export interface LogOptions {
  /** trace, debug, info, warn, error, fatal, silent. Default: info. */
  readonly level?: string;
  /** Where lines go. Default: standard error. */
  readonly destination?: DestinationStream;
  /** Monotonic ms. */
  readonly monotonic: () => number;
  /** The same message is written at most `most` times in `everyMs`. Default: 5 in 60 s. */
  readonly repeat?: { readonly most: number; readonly everyMs: number };
}

/** Members that hold secrets, wherever they stand in what is logged, three levels down. */
const SECRET_KEYS = [
  "community",
  "password",
  "passphrase",
  "secret",
  "token",
  "authorization",
  "cookie",
  "authKey",
  "privKey",
];

/** At most so many different messages are counted; the one not seen for longest is forgotten. */
const MOST_MESSAGES = 1000;

/**
 * A log of JSON lines with ISO times. A message that repeats is written a few times a minute; the next line
 * of it that is written says in `repeated` how many were left out. Secrets print as <secret>.
 */
export function createLog(options: LogOptions): Log {
  const { most, everyMs } = options.repeat ?? { most: 5, everyMs: 60_000 };
  const limiter = new RepeatLimiter(options.monotonic, most, everyMs);
  return pino(
    {
      level: options.level ?? "info",
      timestamp: pino.stdTimeFunctions.isoTime,
      base: null,
      formatters: { level: (label) => ({ level: label }) },
      redact: {
        paths: SECRET_KEYS.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]),
        censor: "<secret>",
      },
      hooks: {
        logMethod(args, method, level) {
          const repeated = limiter.admit(`${level} ${messageOf(args)}`);
          if (repeated < 0) return;
          if (repeated === 0) return method.apply(this, args);
          const [first, ...rest] = args as unknown[];
          const line = (
            typeof first === "object" && first !== null
              ? first instanceof Error
                ? [{ err: first, repeated }, ...(rest.length > 0 ? rest : [first.message])]
                : [{ ...first, repeated }, ...rest]
              : [{ repeated }, first, ...rest]
          ) as typeof args;
          return method.apply(this, line);
        },
      },
    },
    options.destination ?? pino.destination({ fd: 2, sync: true }),
  );
}

function messageOf(args: readonly unknown[]): string {
  const text = args.find((arg) => typeof arg === "string");
  if (typeof text === "string") return text;
  const [first] = args;
  return first instanceof Error ? first.message : "";
}

/** Counts messages in windows of time. */
export class RepeatLimiter {
  readonly #monotonic: () => number;
  readonly #most: number;
  readonly #everyMs: number;
  readonly #seen = new Map<string, { start: number; count: number; left: number }>();

  constructor(monotonic: () => number, most: number, everyMs: number) {
    this.#monotonic = monotonic;
    this.#most = most;
    this.#everyMs = everyMs;
  }

  /** -1: leave this one out. Otherwise write it; so many were left out since the last that was written. */
  admit(message: string): number {
    const now = this.#monotonic();
    let entry = this.#seen.get(message);
    if (!entry) {
      const oldest = this.#seen.size >= MOST_MESSAGES ? this.#seen.keys().next().value : undefined;
      if (oldest !== undefined) this.#seen.delete(oldest);
      entry = { start: now, count: 0, left: 0 };
    } else {
      this.#seen.delete(message);
      if (now - entry.start >= this.#everyMs) entry = { start: now, count: 0, left: entry.left };
    }
    this.#seen.set(message, entry);
    if (entry.count >= this.#most) {
      entry.left++;
      return -1;
    }
    entry.count++;
    const left = entry.left;
    entry.left = 0;
    return left;
  }
}
