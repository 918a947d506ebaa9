import { type ChildProcess, spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { connect } from "node:net";
import { delimiter, join } from "node:path";
import type { Clock } from "../../src/collection/contract.ts";
import { type ProbeResult, parseFping } from "./decode.ts";
import type { Family } from "./plan.ts";

export interface FpingOptions {
  /** Packets to each address. */
  readonly count: number;
  readonly timeoutMs: number;
  /** Between any two packets, whole ms; default 2: 500 packets a second at most. */
  readonly intervalMs?: number;
}

export type FpingOutcome =
  | { readonly kind: "results"; readonly results: ReadonlyMap<string, ProbeResult> }
  /** It could not send: not there, not allowed, or no such family on this machine. */
  | { readonly kind: "unable"; readonly reason: string };

const INTERVAL_MS = 2;
/** Between two packets to one address, ms. */
const PERIOD_MS = 300;
const MOST_OUTPUT_CHARS = 1024 * 1024;
const SPARE_MS = 5000;

/** Where fping is, or undefined. */
export function findFping(searchPath: string): string | undefined {
  for (const folder of [...searchPath.split(delimiter), "/usr/bin", "/usr/sbin", "/usr/local/sbin"]) {
    if (folder === "") continue;
    try {
      const path = join(folder, "fping");
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // not in this folder
    }
  }
  return undefined;
}

/** Runs fping, one process a batch, and ends those that run on `close`. */
export class Fping {
  readonly #path: string;
  readonly #children = new Set<ChildProcess>();
  #closed = false;

  constructor(path: string) {
    this.#path = path;
  }

  /** Probes literal addresses of one family. Never rejects. */
  run(family: Family, addresses: readonly string[], options: FpingOptions): Promise<FpingOutcome> {
    if (this.#closed) return Promise.resolve({ kind: "unable", reason: "closed" });
    const { count, timeoutMs, intervalMs = INTERVAL_MS } = options;
    const args = [
      family === "ipv4" ? "-4" : "-6",
      "-q",
      ...["-C", `${count}`, "-i", `${intervalMs}`, "-p", `${PERIOD_MS}`, "-t", `${Math.round(timeoutMs)}`],
      // What follows is an address, whatever it looks like.
      "--",
      ...addresses,
    ];
    const longest = count * Math.max(PERIOD_MS, addresses.length * intervalMs) + timeoutMs + SPARE_MS;
    return new Promise((resolve) => {
      let output = "";
      let failure: string | undefined;
      const child = spawn(this.#path, args, {
        stdio: ["ignore", "ignore", "pipe"],
        env: { LC_ALL: "C" },
        timeout: longest,
        killSignal: "SIGKILL",
      });
      const done = (code: number | null | undefined) => {
        this.#children.delete(child);
        const results = parseFping(output);
        if (results.size > 0) resolve({ kind: "results", results });
        else
          resolve({
            kind: "unable",
            reason: failure ?? firstLine(output) ?? `fping ended with code ${code ?? "none"}`,
          });
      };
      this.#children.add(child);
      child.stderr.setEncoding("utf8");
      child.stderr.on("data", (text: string) => {
        if (output.length < MOST_OUTPUT_CHARS) output += text;
      });
      child.on("error", (error: NodeJS.ErrnoException) => {
        failure = error.code ?? error.message;
        if (child.pid === undefined) done(undefined);
      });
      child.on("close", done);
    });
  }

  close(): void {
    this.#closed = true;
    for (const child of this.#children) child.kill("SIGKILL");
  }
}

function firstLine(text: string): string | undefined {
  return text.split("\n", 1)[0]?.trim().slice(0, 200) || undefined;
}

/**
 * Opens a TCP connection and closes it. A refusal is an answer too: the host is there. Never rejects.
 * @param timeoutMs how long an answer is waited for
 */
export function connectOnce(
  address: string,
  port: number,
  timeoutMs: number,
  clock: Clock,
  signal: AbortSignal,
): Promise<ProbeResult> {
  return new Promise((resolve) => {
    const started = clock.monotonic();
    const socket = connect({ host: address, port });
    const finish = (there: boolean) => {
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
      socket.destroy();
      resolve({ sent: 1, answered: there ? [Math.max(0, clock.monotonic() - started) / 1000] : [] });
    };
    const abort = () => finish(false);
    const timer = setTimeout(() => finish(false), timeoutMs);
    signal.addEventListener("abort", abort);
    socket.once("connect", () => finish(true));
    socket.on("error", (error: NodeJS.ErrnoException) => finish(error.code === "ECONNREFUSED"));
  });
}
