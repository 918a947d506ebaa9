import type { SchoolHosts, UserNetwork } from "./terminals.ts";

export type NetworkKind = "dual" | "ipv4-only" | "ipv6-only" | "silent-ipv6";

/** A users' network, and whether terminals can have IPv6 in it. */
export interface JudgedNetwork extends UserNetwork {
  readonly ipv4: boolean;
  readonly ipv6: boolean;
  /** Whether a router advertises there; null: nothing tells. */
  readonly advertised: boolean | null;
  /** What tells: the router's own table, or the neighbours that have formed addresses. */
  readonly told: "ipv6RouterAdvertTable" | "neighbours" | null;
  readonly kind: NetworkKind;
  /** Whether anybody is there: networks without terminals are nobody's and are not counted. */
  readonly used: boolean;
}

/** So many terminals with formed addresses are no chance; one may have been set by hand. */
const ENOUGH_FORMED = 2;
/** So many terminals without a single address among them: nobody tells them a prefix. */
const ENOUGH_WITHOUT = 5;

/**
 * Judges the networks of a school.
 * @param adverts what `ipv6RouterAdvertSendAdverts` said, by `device\ninterface`
 */
export function judgeNetworks(hosts: SchoolHosts, adverts: ReadonlyMap<string, boolean>): JudgedNetwork[] {
  const anyIpv6 = hosts.terminals.some((terminal) => terminal.ipv6);
  return hosts.networks.map((network) => {
    const ipv4 = network.prefixes4.length > 0;
    const ipv6 = network.prefixes6.length > 0;
    const said = network.places.flatMap((place) => adverts.get(advertKey(place)) ?? []);
    let advertised: boolean | null = null;
    let told: JudgedNetwork["told"] = null;
    if (ipv6 && said.length > 0) {
      advertised = said.includes(true);
      told = "ipv6RouterAdvertTable";
    } else if (ipv6 && network.terminals6 >= ENOUGH_FORMED) {
      advertised = true;
      told = "neighbours";
    } else if (ipv6 && anyIpv6 && network.terminals4 >= ENOUGH_WITHOUT && network.terminals6 === 0) {
      // Only where the routers tell IPv6 neighbours at all: else nobody can be seen with an address.
      advertised = false;
      told = "neighbours";
    }
    return {
      ...network,
      ipv4,
      ipv6,
      advertised,
      told,
      kind: !ipv6 ? "ipv4-only" : advertised === false ? "silent-ipv6" : ipv4 ? "dual" : "ipv6-only",
      used: network.terminals4 + network.terminals6 > 0,
    };
  });
}

export function advertKey(place: { readonly device: string; readonly interface: string }): string {
  return `${place.device}\n${place.interface}`;
}

/** Networks in use: those with both families and an advertised prefix, those without, and those not known. */
export function countDualStack(networks: readonly JudgedNetwork[]): {
  readonly dual: number;
  readonly judged: number;
  readonly unknown: number;
} {
  let dual = 0;
  let judged = 0;
  let unknown = 0;
  for (const { used, ipv4, ipv6, advertised } of networks) {
    if (!used) continue;
    if (ipv4 && ipv6 && advertised === null) {
      unknown++;
      continue;
    }
    judged++;
    // A network with IPv6 alone is further than dual stack: it does not hold the school back.
    if (ipv6 && advertised !== false) dual++;
  }
  return { dual, judged, unknown };
}
