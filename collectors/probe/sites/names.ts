import { promises as dns } from "node:dns";
import type { Clock } from "../../../src/collection/contract.ts";
import { CampusError } from "../../../src/errors/campus-error.ts";
import type { Family } from "../plan.ts";
import type { AddressGuard } from "./address-guard.ts";

/** What DNS says of a name in one family. `failure`: it said nothing (time-out, SERVFAIL), which is not "no address". */
export interface Addresses {
  readonly addresses: readonly string[];
  readonly seconds: number;
  readonly failure?: string;
}

export interface Delegation {
  /** The zone whose servers these are. */
  readonly zone: string;
  readonly servers: readonly {
    readonly name: string;
    readonly addresses: readonly string[];
    /** Whether one of its IPv6 addresses answered for the zone over IPv6. */
    readonly answers: boolean;
  }[];
}

export interface NamesOptions {
  readonly clock: Clock;
  readonly guard: AddressGuard;
  /** `address`, `address:port` or `[address]:port` of the resolver; without it the system's. */
  readonly server?: string;
  /** Port of the authoritative servers; 53 but in tests. */
  readonly authorityPort?: number;
  readonly timeoutMs: number;
}

/** Errors that are an answer: the name or the type does not exist. */
const NOTHING = new Set(["ENODATA", "ENOTFOUND"]);
const MOST_SERVERS = 8;

/** Asks DNS over UDP, or TCP where an answer is cut short, and remembers nothing: every question is measured. */
export class Names {
  readonly #options: NamesOptions;
  readonly #resolver: dns.Resolver;

  constructor(options: NamesOptions) {
    this.#options = options;
    this.#resolver = this.#make(options.server);
  }

  async addresses(name: string, family: Family): Promise<Addresses> {
    const { clock } = this.#options;
    const started = clock.monotonic();
    const seconds = () => (clock.monotonic() - started) / 1000;
    try {
      const addresses = await (family === "ipv6"
        ? this.#resolver.resolve6(name)
        : this.#resolver.resolve4(name));
      return { addresses: addresses.slice(0, MOST_SERVERS), seconds: seconds() };
    } catch (error) {
      const code = codeOf(error);
      return NOTHING.has(code)
        ? { addresses: [], seconds: seconds() }
        : { addresses: [], seconds: seconds(), failure: code };
    }
  }

  /**
   * The servers of the zone that holds the name, each asked for the zone over IPv6 by itself. Undefined when no
   * zone is found. A server at an address that the guard refuses counts as one that does not answer.
   */
  async delegation(name: string): Promise<Delegation | undefined> {
    for (let zone = name; zone.includes("."); zone = zone.slice(zone.indexOf(".") + 1)) {
      const names = await this.#resolver.resolveNs(zone).catch(() => []);
      if (names.length === 0) continue;
      const servers = names
        .map((server) => server.toLowerCase())
        .sort()
        .slice(0, MOST_SERVERS)
        .map(async (server) => {
          const { addresses } = await this.addresses(server, "ipv6");
          return { name: server, addresses, answers: await this.#answers(zone, addresses) };
        });
      return { zone, servers: await Promise.all(servers) };
    }
    return undefined;
  }

  /** Ends what is under way. */
  close(): void {
    this.#resolver.cancel();
  }

  async #answers(zone: string, addresses: readonly string[]): Promise<boolean> {
    const { guard, authorityPort = 53 } = this.#options;
    for (const address of addresses.filter((one) => guard.allows(one))) {
      const resolver = this.#make(`[${address}]:${authorityPort}`);
      try {
        await resolver.resolveSoa(zone);
        return true;
      } catch {
        // The next address of the same server may answer.
      }
    }
    return false;
  }

  #make(server: string | undefined): dns.Resolver {
    const resolver = new dns.Resolver({ timeout: this.#options.timeoutMs, tries: 2 });
    if (server === undefined) return resolver;
    try {
      resolver.setServers([server]);
    } catch (error) {
      throw new CampusError(
        "E_SETTINGS",
        `'${server}' is no DNS server; write ADDRESS, ADDRESS:PORT or [ADDRESS]:PORT with a literal address`,
        {},
        error,
      );
    }
    return resolver;
  }
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? "EUNKNOWN";
}
