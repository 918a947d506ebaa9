import ipaddr from "ipaddr.js";
import { CampusError } from "../../../src/errors/campus-error.ts";

const GLOBAL_UNICAST = ipaddr.IPv6.parse("2000::");

/**
 * Which addresses an audit may connect to: those of the public internet, and what an operator allows by prefix. A
 * site's own DNS, links and redirects say where to go next, and none of them may send the controller into its own
 * network (server-side request forgery). It is asked with the address that is connected to, after DNS.
 */
export class AddressGuard {
  readonly #allowed: readonly [ipaddr.IPv4 | ipaddr.IPv6, number][];
  readonly #nat64: readonly [ipaddr.IPv6, number] | undefined;

  /**
   * @param allow prefixes (`10.20.0.0/16`, `::1/128`) that are allowed besides public addresses
   * @param nat64 the prefix, /96, of a NAT64; an address in it is judged by the IPv4 address that it carries
   * @throws E_SETTINGS when one is no prefix
   */
  constructor(allow: readonly string[] = [], nat64?: string) {
    this.#allowed = allow.map(parsePrefix);
    if (nat64 === undefined) return;
    const [address, length] = parsePrefix(nat64);
    if (address.kind() !== "ipv6" || length !== 96)
      throw new CampusError("E_SETTINGS", `'${nat64}' is no NAT64 prefix; write an IPv6 prefix of 96 bits`);
    this.#nat64 = [address as ipaddr.IPv6, length];
  }

  allows(text: string): boolean {
    if (!ipaddr.isValid(text)) return false;
    const address = ipaddr.parse(text);
    const behind =
      address.kind() === "ipv6" && this.#nat64 && address.match(...this.#nat64)
        ? embedded(address as ipaddr.IPv6)
        : undefined;
    return this.#isFree(behind ?? address);
  }

  /** The IPv6 address by which a NAT64 reaches an IPv4 address; undefined without a NAT64 (RFC 6052 section 2.2). */
  synthesize(ipv4: string): string | undefined {
    if (!this.#nat64 || !ipaddr.IPv4.isValid(ipv4)) return undefined;
    const octets = [...this.#nat64[0].toByteArray().slice(0, 12), ...ipaddr.IPv4.parse(ipv4).toByteArray()];
    return ipaddr.fromByteArray(octets).toString();
  }

  #isFree(address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
    if (this.#isAllowed(address)) return true;
    if (address.range() !== "unicast") return false;
    // All of IPv6 that is given out is there (RFC 4291 section 2.4); the old IPv4-compatible addresses are not.
    return address.kind() === "ipv4" || address.match(GLOBAL_UNICAST, 3);
  }

  #isAllowed(address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
    return this.#allowed.some(
      ([prefix, length]) => prefix.kind() === address.kind() && address.match(prefix as never, length),
    );
  }
}

function parsePrefix(text: string): [ipaddr.IPv4 | ipaddr.IPv6, number] {
  try {
    return ipaddr.parseCIDR(text);
  } catch (error) {
    throw new CampusError(
      "E_SETTINGS",
      `'${text}' is no prefix; write an address and a length, 10.20.0.0/16`,
      {},
      error,
    );
  }
}

function embedded(address: ipaddr.IPv6): ipaddr.IPv4 {
  return ipaddr.fromByteArray(address.toByteArray().slice(12)) as ipaddr.IPv4;
}
