import { CampusError } from "../../errors/campus-error.ts";
import { Secret } from "../../settings/secret.ts";

export interface InfluxOptions {
  /** `http://host:8086`. */
  readonly url: string;
  readonly version: 1 | 2 | 3;
  /** Versions 1 and 3. */
  readonly database?: string;
  /** Version 1; the database's default when absent. */
  readonly retentionPolicy?: string;
  /** Version 1. */
  readonly username?: string;
  readonly password?: Secret;
  /** Versions 2 and 3. */
  readonly token?: Secret;
  /** Version 2. */
  readonly org?: string;
  readonly bucket?: string;
  /** How long an answer is waited for; default 10 s. */
  readonly timeoutMs?: number;
}

export const DEFAULT_TIMEOUT_MS = 10_000;

/** Takes a user and a password out of the address, where errors and logs would show them. */
export function withoutCredentials(options: InfluxOptions): InfluxOptions {
  const url = new URL(options.url);
  const { username, password } = url;
  if (username === "" && password === "") return options;
  url.username = "";
  url.password = "";
  return {
    ...options,
    url: url.href,
    username: options.username ?? decodeURIComponent(username),
    password: options.password ?? new Secret(decodeURIComponent(password)),
  };
}

/** The name under which `/query` finds the data: a 2.x bucket is mapped to a database of its name. */
export function databaseOf(options: InfluxOptions): string {
  return (options.version === 2 ? options.bucket : options.database) ?? options.bucket ?? "campus";
}

/** Where the server is, without a user or a password that the address may carry. */
export function placeOf(options: InfluxOptions): string {
  return new URL(options.url).origin;
}

/** The Authorization header, if there is anything to say: 1.x refuses `Token user:password`, so it gets Basic. */
export function authorization(options: InfluxOptions): Record<string, string> {
  if (options.version !== 1) {
    return options.token ? { Authorization: `Token ${options.token.reveal()}` } : {};
  }
  if (options.username === undefined) return {};
  const pair = `${options.username}:${options.password?.reveal() ?? ""}`;
  return { Authorization: `Basic ${Buffer.from(pair, "utf8").toString("base64")}` };
}

/** One series of an InfluxQL answer. */
export interface InfluxSeries {
  readonly tags?: Readonly<Record<string, string>>;
  readonly columns: readonly string[];
  readonly values: readonly (readonly (number | string | null)[])[];
}

/**
 * Runs InfluxQL statements through `/query`, which 1.x, 2.x and 3 have alike; answers the series of each
 * statement. Throws E_STORE_READ with the server's own words.
 */
export async function runQuery(
  options: InfluxOptions,
  statements: string,
  write = false,
): Promise<InfluxSeries[][]> {
  const parameters = new URLSearchParams({ epoch: "ms", q: statements });
  if (!write) parameters.set("db", databaseOf(options));
  const place = placeOf(options);
  let status: number;
  let body: string;
  try {
    // In the body, because a selection of many series makes a long statement.
    const response = await fetch(new URL("query", withSlash(options.url)), {
      method: "POST",
      body: parameters,
      headers: authorization(options),
      signal: AbortSignal.timeout(options.timeoutMs ?? DEFAULT_TIMEOUT_MS),
      redirect: "error",
    });
    status = response.status;
    body = await response.text();
  } catch (error) {
    const cause = (error as { cause?: { message?: string } }).cause?.message;
    const why = cause ?? (error instanceof Error ? error.message : String(error));
    throw new CampusError(
      "E_STORE_READ",
      `InfluxDB at ${place} did not answer: ${why}`,
      { url: place },
      error,
    );
  }
  let answer: {
    error?: string;
    message?: string;
    results?: { error?: string; series?: (InfluxSeries & { partial?: boolean })[] }[];
  };
  try {
    answer = JSON.parse(body);
  } catch {
    answer = { error: body.slice(0, 200) };
  }
  const failure = answer.error ?? answer.message ?? answer.results?.find((result) => result.error)?.error;
  if (status !== 200 || failure !== undefined)
    throw new CampusError(
      "E_STORE_READ",
      `InfluxDB at ${place} answered ${status}: ${failure ?? "no reason"}`,
      {
        url: place,
        status,
      },
    );
  return (answer.results ?? []).map((result) => {
    if (result.series?.some((series) => series.partial))
      throw new CampusError("E_STORE_READ", `InfluxDB at ${place} cut the answer: ask for less`, {
        url: place,
      });
    return result.series ?? [];
  });
}

/** Joins a path to an address that may itself have one. */
export function withSlash(url: string): string {
  return url.endsWith("/") ? url : `${url}/`;
}

/** Creates the database on 1.x if it is missing; 2.x and 3 make theirs by hand or at the first write. */
export async function createDatabase(options: InfluxOptions): Promise<void> {
  if (options.version === 1)
    await runQuery(options, `CREATE DATABASE "${escapeIdentifier(databaseOf(options))}"`, true);
}

/** Escapes what stands between double quotes in InfluxQL. */
export function escapeIdentifier(name: string): string {
  return name.replace(/[\\"]/g, "\\$&").replaceAll("\n", "\\n");
}

/** Escapes what stands between single quotes in InfluxQL. */
export function escapeString(text: string): string {
  return text.replace(/[\\']/g, "\\$&").replaceAll("\n", "\\n");
}
