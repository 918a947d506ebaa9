import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Simulation } from "../../simulators/simulation.ts";
import { campusd, type Running } from "./process.ts";

export interface SiteOptions {
  /** The A of 127.A.b.c: each test file has its own, so that files run beside each other and beside a demo. */
  readonly baseOctet: number;
  readonly schools?: number;
  readonly scenario?: "school-day" | "quiet";
  /** Sections of campusd.yaml, put over those the site writes itself. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Whether campusd's own broker runs and the boards publish to it. Default true. */
  readonly boards?: boolean;
}

const GATEWAY = { username: "gateway", password: "gateway-password-canary" };

/**
 * A county as somebody would set it up: simulated devices that answer on the wire in this process, a folder with
 * campusd.yaml and the inventory imported by `campusd import`, and `campusd serve` as a process of its own.
 */
export class Site {
  readonly folder = mkdtempSync(join(tmpdir(), "campusd-site-"));
  readonly simulation: Simulation;
  /** Of the API; set by `serve`. */
  url = "";
  readonly #options: SiteOptions;
  readonly #abort = new AbortController();
  #running: Running | undefined;
  #brokerPort = 0;

  constructor(options: SiteOptions) {
    this.#options = options;
    this.simulation = new Simulation({
      seed: 1,
      schools: options.schools ?? 1,
      scenario: options.scenario ?? "quiet",
      baseOctet: options.baseOctet,
      snmpPort: 0,
      modbusPort: 0,
      boardIntervalMs: 5_000,
      credential: "switches",
      clock: { now: () => Date.now() },
    });
  }

  get config(): string {
    return join(this.folder, "campusd.yaml");
  }

  get running(): Running {
    if (!this.#running) throw new Error("campusd does not run");
    return this.#running;
  }

  /** Opens the devices, writes campusd.yaml, imports the inventory. */
  async prepare(): Promise<void> {
    await this.simulation.open(this.#abort.signal);
    this.#brokerPort = await freePort();
    this.writeSettings(this.#options.settings);
    const file = this.write("inventory.yaml", JSON.stringify(this.simulation.inventory()));
    const imported = campusd(["import", "--config", this.config, file]);
    if ((await imported.exited) !== 0) throw new Error(imported.output());
  }

  /** JSON is YAML. */
  writeSettings(sections: Readonly<Record<string, unknown>> = {}): void {
    const boards = this.#options.boards ?? true;
    const broker = {
      enabled: true,
      port: this.#brokerPort,
      users: [{ ...GATEWAY, topics: ["edu/#"] }],
    };
    const settings = {
      http: { port: 0 },
      credentials: { switches: { protocol: "snmp", community: "public" } },
      log: { level: "warn" },
      ...(boards ? { mqtt: { broker } } : {}),
      ...sections,
    };
    this.write("campusd.yaml", JSON.stringify(settings, undefined, 2));
  }

  write(name: string, text: string): string {
    const file = join(this.folder, name);
    writeFileSync(file, text);
    return file;
  }

  /** Starts campusd and, where there are boards, lets them publish. */
  async serve(): Promise<void> {
    const running = campusd(["serve", "--config", this.config]);
    this.#running = running;
    this.url = (await running.seen(/^console: (http:\S+)\/$/m))[1]!;
    if (this.#options.boards ?? true)
      await this.simulation.connectBoards({ url: `mqtt://127.0.0.1:${this.#brokerPort}`, ...GATEWAY });
  }

  /** Ends campusd; the exit code. */
  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<number> {
    const code = await this.running.end(signal);
    await this.simulation.disconnectBoards();
    return code;
  }

  async remove(): Promise<void> {
    await this.#running?.end("SIGKILL");
    this.#abort.abort();
    await this.simulation.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A TCP port of 127.0.0.1 that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
