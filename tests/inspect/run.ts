import { type ChildProcess, spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { join } from "node:path";
import type { DeviceSnapshot } from "../../collectors/snmp/inspection/inspect.ts";

export const ROOT = join(import.meta.dirname, "../..");

/** A line of `campusd inspect --json`. */
export type SnapshotLine = Partial<DeviceSnapshot> & {
  readonly target: string;
  readonly error?: { readonly code: string; readonly message: string };
};

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `campusd inspect ARGS` from the sources to its end. */
export async function inspect(
  args: readonly string[],
  options: { readonly env?: Readonly<Record<string, string>>; readonly input?: string } = {},
): Promise<Finished> {
  const { FORCE_COLOR: _, ...env } = process.env;
  const child = spawn(process.execPath, [join(ROOT, "src/main.ts"), "inspect", ...args], {
    cwd: ROOT,
    env: { ...env, ...options.env },
    stdio: "pipe",
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => (stdout += chunk));
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => (stderr += chunk));
  child.stdin.end(options.input ?? "");
  const [code] = (await once(child, "close")) as [number | null];
  return { code, stdout, stderr };
}

/** The same with `--json`; the lines by their target. */
export async function snapshots(
  targets: readonly string[],
  args: readonly string[] = [],
  options: { readonly env?: Readonly<Record<string, string>> } = {},
): Promise<{ readonly code: number | null; readonly lines: ReadonlyMap<string, SnapshotLine> }> {
  const { code, stdout } = await inspect(["--json", "--targets", "-", ...args], {
    ...options,
    input: `# one a line\n\n${targets.join("\n")}\n`,
  });
  const lines = stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as SnapshotLine);
  return { code, lines: new Map(lines.map((line) => [line.target, line])) };
}

export async function freePort(): Promise<number> {
  const socket = createSocket("udp4");
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  const { port } = socket.address();
  await new Promise<void>((resolve) => socket.close(() => resolve()));
  return port;
}

/** Asks the target until it answers; throws when it never does. */
export async function answers(target: string, tries = 60): Promise<void> {
  for (let i = 0; i < tries; i++) {
    const { code } = await inspect(["--json", "--timeout", "500ms", "--retries", "0", target]);
    if (code === 0) return;
  }
  throw new Error(`${target} never answers`);
}

/** Ends a server this test started. */
export async function end(server: ChildProcess | undefined): Promise<void> {
  if (!server || server.exitCode !== null || server.signalCode !== null) return;
  const closed = once(server, "exit");
  server.kill();
  await closed;
}
