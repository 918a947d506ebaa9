import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { HttpError, InfluxDB, setLogger, type WriteApi } from "@influxdata/influxdb-client";
import { CampusError } from "../../errors/campus-error.ts";
import {
  authorization,
  createDatabase,
  DEFAULT_TIMEOUT_MS,
  databaseOf,
  type InfluxOptions,
  placeOf,
} from "./connection.ts";

/** Lines a request. */
const LINES = 5000;
/** Requests that are spent on finding the bad lines of one batch; what is left then is given up as a whole. */
const MOST_SPLITS = 256;

/** A line that the server does not take, and the server's reason. */
export interface Quarantined {
  readonly line: string;
  readonly reason: string;
}

/** Sends lines and knows what became of each. One request at a time. */
export class InfluxWriter {
  readonly #options: InfluxOptions;
  readonly #quarantine: (index: number, entry: Quarantined) => void;
  #agent: HttpAgent | HttpsAgent | undefined;
  #api: WriteApi | undefined;

  /** @param quarantine is told of each line that the server does not take, with its index in the batch */
  constructor(options: InfluxOptions, quarantine: (index: number, entry: Quarantined) => void) {
    this.#options = options;
    this.#quarantine = quarantine;
  }

  open(): void {
    // The client writes to the console when nobody takes its log; every error comes back to us anyway.
    setLogger({ error: () => {}, warn: () => {} });
    this.#connect();
  }

  #connect(): void {
    this.#agent?.destroy();
    const { url, version, org = "", timeoutMs = DEFAULT_TIMEOUT_MS } = this.#options;
    const settings = { keepAlive: true, maxSockets: 2 };
    this.#agent = url.startsWith("https:") ? new HttpsAgent(settings) : new HttpAgent(settings);
    // No `token`: the client would make its own header of it, which 1.x answers with 401.
    const influx = new InfluxDB({
      url,
      timeout: timeoutMs,
      headers: authorization(this.#options),
      transportOptions: { agent: this.#agent },
    });
    const api = influx.getWriteApi(org, databaseOf(this.#options), "ms", {
      // The client sends a full buffer without telling anyone how it went: it must never be full.
      batchSize: LINES + 1,
      maxBatchBytes: Number.MAX_SAFE_INTEGER,
      flushInterval: 0,
      maxRetries: 0,
      gzipThreshold: 1000,
    });
    if (version === 1) {
      const query = new URLSearchParams({ db: databaseOf(this.#options), precision: "ms" });
      if (this.#options.retentionPolicy !== undefined) query.set("rp", this.#options.retentionPolicy);
      api.path = `/write?${query}`;
    }
    this.#api = api;
  }

  /**
   * Sends the lines; when it resolves each is stored or quarantined. Throws E_STORE_WRITE, with `status` and
   * `retryAfterMs` in its context, when the server is away or does not want any now: then send all of them again.
   */
  async send(lines: readonly string[]): Promise<void> {
    const budget = { left: MOST_SPLITS };
    for (let at = 0; at < lines.length; at += LINES)
      await this.#sendRange(lines, at, Math.min(lines.length, at + LINES), budget);
  }

  /** Sends lines from..to; halves them as long as the server says that one of them is bad. */
  async #sendRange(
    lines: readonly string[],
    from: number,
    to: number,
    budget: { left: number },
  ): Promise<void> {
    const reason = await this.#post(lines.slice(from, to));
    if (reason === undefined) return;
    if (to - from === 1 || --budget.left <= 0) {
      for (let i = from; i < to; i++) this.#quarantine(i, { line: lines[i]!.slice(0, 500), reason });
      return;
    }
    const middle = (from + to) >>> 1;
    await this.#sendRange(lines, from, middle, budget);
    await this.#sendRange(lines, middle, to, budget);
  }

  /** Undefined when all was taken; otherwise why the server says that there is something wrong with the lines. */
  async #post(lines: readonly string[], again = true): Promise<string | undefined> {
    const api = this.#api;
    if (!api) throw new CampusError("E_STORE_WRITE", "the InfluxDB store is not open");
    try {
      api.writeRecords(lines as string[]);
      await api.flush();
      return undefined;
    } catch (error) {
      const place = placeOf(this.#options);
      if (!(error instanceof HttpError)) {
        // A request that ran out of time still holds its socket.
        this.#connect();
        const why = error instanceof Error ? error.message || error.name : String(error);
        throw new CampusError(
          "E_STORE_WRITE",
          `InfluxDB at ${place} did not take the batch: ${why}`,
          { url: place },
          error,
        );
      }
      const status = error.statusCode;
      const reason = reasonOf(error);
      if (status === 400 || status === 413 || status === 422) return reason;
      if (status === 404 && again && this.#options.version === 1) {
        await createDatabase(this.#options).catch(() => {});
        return this.#post(lines, false);
      }
      const retryAfterMs = retryAfter(error);
      throw new CampusError(
        "E_STORE_WRITE",
        `InfluxDB at ${place} answered ${status}: ${reason}`,
        { url: place, status, ...(retryAfterMs > 0 ? { retryAfterMs } : {}) },
        error,
      );
    }
  }

  close(): void {
    this.#api = undefined;
    this.#agent?.destroy();
  }
}

/** Milliseconds that the server asks for (RFC 9110 section 10.2.3), 0 when it does not; the client's own reads seconds as ms. */
function retryAfter(error: HttpError): number {
  const header = String(error.headers?.["retry-after"] ?? "");
  if (/^\d+$/.test(header)) return Number(header) * 1000;
  const until = Date.parse(header) - Date.parse(String(error.headers?.["date"] ?? ""));
  return Number.isFinite(until) ? Math.max(until, 0) : 0;
}

function reasonOf(error: HttpError): string {
  const json = error.json as { error?: string; message?: string } | undefined;
  return String(json?.error ?? json?.message ?? error.body ?? error.statusMessage ?? "no reason").slice(
    0,
    500,
  );
}
