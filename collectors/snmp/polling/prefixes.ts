import ipaddr from "ipaddr.js";
import type { AddressFact } from "../../../src/inventory/facts.ts";

/** A network that an interface is in, of ipAddressPrefixTable (RFC 4293) or a maker's own. */
export interface PrefixFact {
  /** First address of the network. */
  readonly address: string;
  /** 0 to 32 or 128. */
  readonly prefixLength: number;
  readonly ifIndex?: number;
}

/**
 * Addresses with the lengths of their prefixes: an address whose agent points at no prefix has the longest one of its
 * interface that holds it. An address that none holds stays without, for nobody has said it.
 */
export function withPrefixes(
  addresses: readonly AddressFact[],
  prefixes: readonly PrefixFact[],
): readonly AddressFact[] {
  if (prefixes.length === 0) return addresses;
  const of = new Map<number | undefined, [ipaddr.IPv4 | ipaddr.IPv6, number][]>();
  for (const { address, prefixLength, ifIndex } of prefixes) {
    const network = parsed(address);
    if (!network || prefixLength > (network.kind() === "ipv4" ? 32 : 128)) continue;
    const known = of.get(ifIndex);
    if (known) known.push([network, prefixLength]);
    else of.set(ifIndex, [[network, prefixLength]]);
  }
  return addresses.map((fact) => {
    const networks = fact.prefixLength === undefined ? of.get(fact.ifIndex) : undefined;
    const address = networks && parsed(fact.address);
    if (!address) return fact;
    let longest = 0;
    for (const [network, length] of networks)
      if (length > longest && holds(network, length, address)) longest = length;
    return longest === 0 ? fact : { ...fact, prefixLength: longest };
  });
}

function holds(
  network: ipaddr.IPv4 | ipaddr.IPv6,
  length: number,
  address: ipaddr.IPv4 | ipaddr.IPv6,
): boolean {
  if (network instanceof ipaddr.IPv4) return address instanceof ipaddr.IPv4 && address.match(network, length);
  return address instanceof ipaddr.IPv6 && address.match(network, length);
}

/** Without its zone: a link-local address and its prefix are known by the ifIndex already. */
function parsed(address: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined {
  const [bare] = address.split("%");
  return ipaddr.isValid(bare!) ? ipaddr.parse(bare!) : undefined;
}
