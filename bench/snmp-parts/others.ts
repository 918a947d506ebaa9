import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AgentAddress } from "./plan.ts";
import { BENCH_USER } from "./v3-face.ts";

/** What another manager took to read the same columns. CPU in microseconds, user and system. */
export interface OtherResult {
  readonly cpuUs: number;
  readonly varbinds: number;
  /** CPU of one process that reads nothing, where each agent takes a process. */
  readonly startUs: number;
}

const MICROSECONDS = 1e6;

function run(command: string, args: readonly string[]): Promise<string> {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  child.stdout.on("data", (chunk: Buffer) => {
    text += chunk.toString();
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) =>
      code === 0 ? resolve(text) : reject(new Error(`${command} ended with ${code}`)),
    );
  });
}

/** CPU of the children of a shell that ran the lines. */
async function childrenUs(lines: readonly string[]): Promise<number> {
  const text = await run("bash", ["-c", [...lines, "times"].join("\n")]);
  const [user, system] = text.trim().split("\n").at(-1)!.split(" ").map(minutesToUs);
  return user! + system!;
}

/** `0m1.234s` of bash's `times`. */
function minutesToUs(text: string): number {
  const [, minutes, seconds] = /^(\d+)m([\d.]+)s$/.exec(text)!;
  return (Number(minutes) * 60 + Number(seconds)) * MICROSECONDS;
}

/** One process an agent walks `root` (which holds nothing but the columns), as fast as the program goes. */
export async function runBulkWalk(
  program: string,
  agents: readonly AgentAddress[],
  community: string,
  repetitions: number,
  v3 = false,
): Promise<OtherResult> {
  const { user, passphrase } = BENCH_USER;
  const access = v3
    ? `-v3 -l authPriv -u ${user} -a SHA-256 -A '${passphrase}' -x AES -X '${passphrase}' -n ${community}`
    : `-v2c -c ${community}`;
  const options = `${access} -m '' -M /nonexistent -Onq -Cr${repetitions}`;
  const walk = ({ address, port }: AgentAddress, root: string) =>
    `${program} ${options} ${address}:${port} ${root}`;
  const lines = await run("bash", [
    "-c",
    `${walk(agents[0]!, "1.3.6.1.2.1")} | grep -vc 'No more variables'`,
  ]);
  const cpuUs = await childrenUs(agents.map((agent) => `${walk(agent, "1.3.6.1.2.1")} >/dev/null`));
  const starts = 20;
  // A subtree that the agent does not have: one request, then the end.
  const nothing = Array.from({ length: starts }, () => `${walk(agents[0]!, "1.3.6.1.2.1.99")} >/dev/null`);
  return { cpuUs, varbinds: Number(lines) * agents.length, startUs: (await childrenUs(nothing)) / starts };
}

const COUNTERS = /Octets|Errors|Discards|Pkts/;

/** snmp_exporter with a module for these columns, scraped once an agent. */
export class Exporter {
  readonly #program: string;
  readonly #columns: readonly { readonly oid: string; readonly object: string }[];
  readonly #community: string;
  readonly #repetitions: number;
  #dir = "";
  #child: ReturnType<typeof spawn> | undefined;
  #port = 0;

  constructor(
    program: string,
    columns: readonly { readonly oid: string; readonly object: string }[],
    community: string,
    repetitions: number,
  ) {
    this.#program = program;
    this.#columns = columns;
    this.#community = community;
    this.#repetitions = repetitions;
  }

  async open(): Promise<void> {
    this.#dir = mkdtempSync(join(tmpdir(), "campusd-bench-"));
    const file = join(this.#dir, "snmp.yml");
    writeFileSync(file, this.#module());
    this.#port = await freePort();
    this.#child = spawn(
      this.#program,
      [`--config.file=${file}`, `--web.listen-address=127.0.0.1:${this.#port}`, "--log.level=error"],
      { stdio: "ignore" },
    );
    for (let tries = 0; ; tries++) {
      try {
        await fetch(`http://127.0.0.1:${this.#port}/`);
        return;
      } catch (error) {
        if (tries === 50) throw error;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  }

  /** The form of version 0.21: authentication stands in the module. */
  #module(): string {
    const lines = ["if_mib:", "  walk:", ...this.#columns.map(({ oid }) => `  - ${oid}`), "  metrics:"];
    for (const { oid, object } of this.#columns)
      lines.push(
        `  - name: ${object}`,
        `    oid: ${oid}`,
        `    type: ${COUNTERS.test(object) ? "counter" : "gauge"}`,
        "    indexes:",
        "    - labelname: ifIndex",
        "      type: gauge",
      );
    lines.push("  version: 2", `  max_repetitions: ${this.#repetitions}`, "  timeout: 10s");
    lines.push("  auth:", `    community: ${this.#community}`, "");
    return lines.join("\n");
  }

  async scrape(agents: readonly AgentAddress[]): Promise<OtherResult> {
    const names = new Set(this.#columns.map(({ object }) => object));
    const before = this.#cpuUs();
    let varbinds = 0;
    for (const { address, port } of agents) {
      const url = `http://127.0.0.1:${this.#port}/snmp?module=if_mib&target=${address}:${port}`;
      const text = await (await fetch(url)).text();
      for (const line of text.split("\n")) if (names.has(line.slice(0, line.indexOf("{")))) varbinds++;
    }
    return { cpuUs: this.#cpuUs() - before, varbinds, startUs: 0 };
  }

  /** User and system time of all its threads, in hundredths of a second on Linux. */
  #cpuUs(): number {
    const stat = readFileSync(`/proc/${this.#child!.pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) * 10_000;
  }

  async close(): Promise<void> {
    const child = this.#child;
    if (child && child.exitCode === null) {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill();
      await ended;
    }
    rmSync(this.#dir, { recursive: true, force: true });
  }
}

function freePort(): Promise<number> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}
