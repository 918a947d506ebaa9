import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";

export const ROOT = join(import.meta.dirname, "../..");

const HARD_MS = 10_000;
/** Many starts of the same sources: half of a start is compiling them. */
const COMPILE_CACHE = join(ROOT, "node_modules/.cache/campusd-tests");

export interface Running {
  readonly child: ChildProcess;
  /** Everything it printed so far, both streams. */
  output(): string;
  /** Resolves with the first match in its output; rejects with the output when it ends or the time is over. */
  seen(pattern: RegExp, timeoutMs?: number): Promise<RegExpMatchArray>;
  /**
   * Sends the signal and resolves with the exit code; -1 when a signal ended it, or when it had to be killed
   * because it was still there after 10 s.
   */
  end(signal?: NodeJS.Signals): Promise<number>;
  readonly exited: Promise<number>;
}

/** Starts `campusd ARGS` from the sources, as a person would; only this process is ever ended. */
export function campusd(args: readonly string[], env: Readonly<Record<string, string>> = {}): Running {
  const child = spawn(process.execPath, [join(ROOT, "src/main.ts"), ...args], {
    cwd: ROOT,
    env: { ...process.env, NO_COLOR: "1", NODE_COMPILE_CACHE: COMPILE_CACHE, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const listeners = new Set<() => void>();
  const take = (chunk: Buffer): void => {
    output += chunk.toString();
    for (const listener of listeners) listener();
  };
  child.stdout.on("data", take);
  child.stderr.on("data", take);
  const exited = new Promise<number>((resolve) => {
    child.on("close", (code) => {
      resolve(code ?? -1);
      for (const listener of listeners) listener();
    });
  });
  return {
    child,
    exited,
    output: () => output,
    seen(pattern, timeoutMs = 45_000) {
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => done(new Error(`not seen in time: ${pattern}\n${output}`)), timeoutMs);
        const look = (): void => {
          const match = output.match(pattern);
          if (match) done(undefined, match);
          else if (child.exitCode !== null)
            done(new Error(`ended with ${child.exitCode} before ${pattern}\n${output}`));
        };
        function done(error: Error | undefined, match?: RegExpMatchArray): void {
          clearTimeout(timer);
          listeners.delete(look);
          if (match) resolve(match);
          else reject(error);
        }
        listeners.add(look);
        look();
      });
    },
    async end(signal = "SIGINT") {
      if (child.exitCode === null) child.kill(signal);
      const hard = setTimeout(() => child.kill("SIGKILL"), HARD_MS);
      try {
        return await exited;
      } finally {
        clearTimeout(hard);
      }
    },
  };
}

/** Asks again until `test` holds for the answer; the last answer is in the error when it never does. */
export async function until<T>(
  ask: () => Promise<T>,
  test: (answer: T) => boolean,
  timeoutMs = 45_000,
): Promise<T> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (test(answer)) return answer;
    if (Date.now() > end) throw new Error(`never held; last: ${JSON.stringify(answer)?.slice(0, 2000)}`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

export async function getJson<T>(url: string): Promise<T> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}
