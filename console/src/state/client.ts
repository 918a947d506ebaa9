import type { SeriesView } from "../views.ts";

/** Why something could not be shown: the API's own error, or a word of what went wrong on the way. */
export interface Failure {
  /** `offline` when no answer came, else the API's error code or `http-NNN`. */
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
  /** The server's id of this error, to find it in its log. */
  readonly id: string;
  readonly status: number;
}

export class RequestFailed extends Error {
  readonly failure: Failure;
  constructor(failure: Failure) {
    super(failure.message);
    this.failure = failure;
  }
}

export interface Client {
  /** GET of a JSON document below /api/v1; throws RequestFailed, or the abort reason. */
  get<T>(path: string, signal?: AbortSignal): Promise<T>;
  /** Points of a series; at most four requests of this kind run at once. */
  series(query: Readonly<Record<string, string>>, signal?: AbortSignal): Promise<SeriesView>;
}

export const asFailure = (error: unknown): Failure =>
  error instanceof RequestFailed
    ? error.failure
    : { code: "offline", message: String(error), remedy: "", id: "", status: 0 };

const text = (value: unknown): string => (typeof value === "string" ? value : "");

async function failureOf(response: Response): Promise<Failure> {
  const body = (await response.json().catch(() => undefined)) as
    | { error?: Record<string, unknown> }
    | undefined;
  const error = body?.error;
  return {
    code: text(error?.["code"]) || `http-${response.status}`,
    message: text(error?.["message"]) || response.statusText,
    remedy: text(error?.["remedy"]),
    id: text(error?.["id"]),
    status: response.status,
  };
}

export function createClient(fetch: typeof globalThis.fetch): Client {
  const queue: (() => void)[] = [];
  let running = 0;

  async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
    const response = await fetch(`/api/v1${path}`, {
      headers: { accept: "application/json" },
      ...(signal ? { signal } : {}),
    });
    if (!response.ok) throw new RequestFailed(await failureOf(response));
    return (await response.json()) as T;
  }

  async function series(query: Readonly<Record<string, string>>, signal?: AbortSignal): Promise<SeriesView> {
    if (running >= 4) await new Promise<void>((resolve) => queue.push(resolve));
    running += 1;
    try {
      signal?.throwIfAborted();
      return await get<SeriesView>(`/series?${new URLSearchParams(query)}`, signal);
    } finally {
      running -= 1;
      queue.shift()?.();
    }
  }

  return { get, series };
}
