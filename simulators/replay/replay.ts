import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { CampusError } from "../../src/errors/campus-error.ts";
import { type AgentStats, SnmpAgents } from "../snmp/agents.ts";
import { UDP_PAYLOAD } from "../snmp/responder.ts";
import type { MibTable } from "../snmp/table.ts";
import { type BadLine, readSnmprec } from "./snmprec.ts";

export interface ReplayOptions {
  /** Folder with `NAME.snmprec` files; community NAME is answered from it. */
  readonly dir: string;
  /** A literal IPv4 or IPv6 address to listen on. */
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** Largest answer, octets; default: what fits a datagram. */
  readonly maxMessageSize?: number;
  /** Octets of parsed recordings kept in memory; the least recently used goes first. */
  readonly cacheBytes?: number;
  /** Told of each line left out. */
  readonly badLine?: BadLine;
}

const DEFAULT_CACHE = 96 * 1024 * 1024;
const ENDING = ".snmprec";

/** Serves recordings of real devices by community over SNMPv1 and v2c; each is read when it is first asked for. */
export class Replay {
  readonly #options: ReplayOptions;
  readonly #agents: SnmpAgents;
  /** Community octets (latin1) to file name: only names that were listed at open are ever read. */
  readonly #files = new Map<string, string>();
  /** Least recently used first. */
  readonly #tables = new Map<string, MibTable>();
  #cached = 0;

  constructor(options: ReplayOptions) {
    this.#options = options;
    this.#agents = new SnmpAgents(
      [
        {
          id: "replay",
          address: options.host,
          port: options.port,
          maxMessageSize: options.maxMessageSize ?? UDP_PAYLOAD,
          table: (community) => this.#table(community),
        },
      ],
      () => 0,
    );
  }

  /** Lists the folder and binds. Throws E_FILE, E_PORT_TAKEN, E_UNREACHABLE. */
  async open(signal: AbortSignal): Promise<void> {
    let names: string[];
    try {
      names = readdirSync(this.#options.dir).filter((name) => name.endsWith(ENDING));
    } catch (error) {
      throw new CampusError(
        "E_FILE",
        `cannot read the folder ${this.#options.dir}: ${(error as Error).message}`,
        { file: this.#options.dir },
        error,
      );
    }
    for (const name of names)
      this.#files.set(Buffer.from(name.slice(0, -ENDING.length), "utf8").toString("latin1"), name);
    await this.#agents.open(signal);
  }

  /** The communities that are answered, sorted. */
  get communities(): readonly string[] {
    return [...this.#files.keys()].map((key) => Buffer.from(key, "latin1").toString("utf8")).sort();
  }

  /** The port that is listened on; 0 before open. */
  get port(): number {
    return this.#agents.portOf("replay") ?? 0;
  }

  stats(): AgentStats & { readonly cachedRecordings: number; readonly cachedBytes: number } {
    return { ...this.#agents.stats(), cachedRecordings: this.#tables.size, cachedBytes: this.#cached };
  }

  async close(): Promise<void> {
    await this.#agents.close();
    this.#tables.clear();
    this.#cached = 0;
  }

  #table(community: string): MibTable | undefined {
    const known = this.#tables.get(community);
    if (known) {
      this.#tables.delete(community);
      this.#tables.set(community, known);
      return known;
    }
    const name = this.#files.get(community);
    if (name === undefined) return undefined;
    const file = join(this.#options.dir, name);
    const badLine = this.#options.badLine ?? (() => {});
    let bytes: Buffer;
    try {
      bytes = readFileSync(file);
    } catch (error) {
      // Gone since open: silence, as from a device that was switched off.
      badLine(file, 0, `cannot be read: ${(error as Error).message}`);
      return undefined;
    }
    const table = readSnmprec(bytes, file, badLine);
    this.#tables.set(community, table);
    this.#cached += table.bytes;
    const bound = this.#options.cacheBytes ?? DEFAULT_CACHE;
    for (const [oldest, old] of this.#tables) {
      if (this.#cached <= bound || oldest === community) break;
      this.#tables.delete(oldest);
      this.#cached -= old.bytes;
    }
    return table;
  }
}

/** Opens a replay; the caller closes it. */
export async function openReplay(options: ReplayOptions, signal?: AbortSignal): Promise<Replay> {
  const replay = new Replay(options);
  await replay.open(signal ?? new AbortController().signal);
  return replay;
}
