import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { binary } from "../support/servers.ts";

const run = promisify(execFile);

export const USER = "campus";
export const PASSWORD = "s3cret-mosquitto-canary";

/** A Mosquitto of its own on a free port of 127.0.0.1, with one user. */
export class Mosquitto {
  port = 0;
  webSocketPort = 0;
  #process: ChildProcess | undefined;
  readonly #folder = mkdtempSync(join(tmpdir(), "mosquitto-"));

  async start(): Promise<void> {
    if (this.port === 0) {
      this.port = await freePort();
      this.webSocketPort = await freePort();
      const passwords = join(this.#folder, "passwords");
      writeFileSync(passwords, `${USER}:${PASSWORD}\n`, { mode: 0o600 });
      await run(binary("mosquitto_passwd") ?? "mosquitto_passwd", ["-U", passwords]);
      writeFileSync(
        join(this.#folder, "mosquitto.conf"),
        [
          `listener ${this.port} 127.0.0.1`,
          `listener ${this.webSocketPort} 127.0.0.1`,
          "protocol websockets",
          "allow_anonymous false",
          `password_file ${passwords}`,
          "persistence false",
          "max_queued_messages 0",
          process.getuid?.() === 0 ? "user root" : "",
          "",
        ].join("\n"),
      );
    }
    const child = spawn(binary("mosquitto")!, ["-c", join(this.#folder, "mosquitto.conf")], {
      stdio: "ignore",
    });
    this.#process = child;
    for (let tries = 0; !(await answers(this.port)); tries++) {
      if (tries > 200 || child.exitCode !== null) throw new Error("mosquitto did not start");
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }

  async stop(): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (!child || child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await ended;
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Publishes the payload, or each of its lines, with mosquitto_pub and waits until it is done; the code it ended with. */
export async function publish(
  port: number,
  topic: string,
  payload: string | Buffer,
  options: {
    readonly args?: readonly string[];
    readonly user?: string;
    readonly password?: string;
    readonly lines?: boolean;
  } = {},
): Promise<number> {
  const { args = [], user = USER, password = PASSWORD, lines = false } = options;
  const child = spawn(
    binary("mosquitto_pub")!,
    [
      "-h",
      "127.0.0.1",
      "-p",
      `${port}`,
      "-q",
      "1",
      "-u",
      user,
      "-P",
      password,
      "-t",
      topic,
      lines ? "-l" : "-s",
      ...args,
    ],
    { stdio: ["pipe", "ignore", "ignore"], timeout: 20_000 },
  );
  child.stdin.on("error", () => {});
  child.stdin.end(payload);
  return new Promise((resolve) => child.once("exit", (code) => resolve(code ?? -1)));
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port });
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
