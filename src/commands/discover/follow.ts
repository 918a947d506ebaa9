import ipaddr from "ipaddr.js";
import type { DeviceSnapshot } from "../../../collectors/snmp/inspection/inspect.ts";
import type { Look, Origin } from "./run.ts";

/** An address that a device told of. */
export interface Found {
  readonly address: string;
  readonly origin: Extract<Origin, "own" | "lldp" | "neighbour table" | "router prefix">;
}

/**
 * Where to look next after one device: its own other addresses, its neighbours' management addresses, and for IPv6,
 * where nothing is swept, its neighbour cache and the first address of its prefixes. Not yet checked against scope.
 */
export function foundAddresses(look: Pick<Look, "snapshot" | "managed">): readonly Found[] {
  const { snapshot, managed } = look;
  const found: Found[] = [];
  const add = (address: string, origin: Found["origin"]): void => {
    if (ipaddr.isValid(address)) found.push({ address, origin });
  };
  for (const { address } of snapshot.addresses) add(address, "own");
  for (const { address } of managed) add(address, "lldp");
  for (const { remoteAddress } of snapshot.neighbors) if (remoteAddress) add(remoteAddress, "lldp");
  for (const { address, mac } of snapshot.hosts)
    if (address.includes(":") && mac !== undefined) add(address, "neighbour table");
  for (const { address, prefixLength } of snapshot.addresses)
    if (address.includes(":") && prefixLength !== undefined && prefixLength >= 48 && prefixLength <= 64)
      add(firstOf(address, prefixLength), "router prefix");
  return found;
}

/** Prefixes of the device's interfaces, without those of loopback, link-local and single addresses. */
export function prefixesOf({ addresses }: Pick<DeviceSnapshot, "addresses">): readonly string[] {
  const prefixes = addresses.flatMap(({ address, prefixLength, prefixInferred }) => {
    if (prefixLength === undefined || prefixInferred || !ipaddr.isValid(address)) return [];
    const parsed = ipaddr.parse(address.split("%")[0]!);
    const bits = parsed.kind() === "ipv4" ? 32 : 128;
    if (prefixLength < 8 || prefixLength >= bits - 1) return [];
    if (["loopback", "linkLocal", "multicast", "unspecified"].includes(parsed.range())) return [];
    const cidr = `${parsed.toString()}/${prefixLength}`;
    const network =
      parsed.kind() === "ipv4"
        ? ipaddr.IPv4.networkAddressFromCIDR(cidr).toString()
        : ipaddr.IPv6.networkAddressFromCIDR(cidr).toRFC5952String();
    return [`${network}/${prefixLength}`];
  });
  return [...new Set(prefixes)];
}

/** The network's address with a 1 at its end: where routers mostly are. */
function firstOf(address: string, prefixLength: number): string {
  const network = ipaddr.IPv6.networkAddressFromCIDR(`${address.split("%")[0]}/${prefixLength}`);
  const octets = network.toByteArray();
  octets[15] = 1;
  return new ipaddr.IPv6(octets).toRFC5952String();
}
